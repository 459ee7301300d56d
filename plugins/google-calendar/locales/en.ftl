plugin-name = Google Calendar
plugin-description = Puts your appointments into Google Calendar, adds Google Meet links, and shows when you are busy.

provider-google = Google
provider-google-guide = In the Google Cloud console, create a project, turn on the Google Calendar API, set up the consent screen, and create an OAuth client of the type “Web application”. Add the redirect address shown here, then copy the client ID and client secret into this form. While the consent screen is in testing, Google ends each connection after seven days.

scope-openid = To know which Google account you connected.
scope-email = To show the address of the connected account.
scope-profile = To show the name of the connected account.
scope-calendar-list = To list your calendars, so that you can choose which to use.
scope-events-owned = To create, change and delete events in the calendars you own, and to see when you are busy.

error-reconnect = Google no longer accepts this connection. Connect the account again.
error-limited = Google asks us to slow down. We will try again by ourselves.
error-scope = The connected account did not allow access to its calendars. Connect it again and leave every permission ticked.
error-api-disabled = The Google Calendar API is turned off in your Google Cloud project. Turn it on there and try again.
error-forbidden = Google does not allow this in the chosen calendar.
error-refused = Google refused the request.
error-not-found = The calendar or the event is no longer there.
error-conflict = The event keeps being changed in Google Calendar. We will try again by ourselves.
error-foreign = An event that is not ours already has this appointment's place in Google Calendar.
error-unavailable = Google Calendar is not answering properly. We will try again by ourselves.
error-resync = The calendar is being read anew from the beginning.
