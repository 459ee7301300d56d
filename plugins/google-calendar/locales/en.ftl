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

step-api = The Google Calendar API is on
step-calendars = There is a calendar of this account’s own
step-events = Its events can be read

failure-client = Google doesn’t know this client ID and secret
failure-client-help =
    Open your OAuth client in Google Auth Platform, under Clients. Copy the client ID and the client secret once more, without spaces, and save them here.
    If the secret was replaced or the client deleted there, make a new one.
failure-redirect = Google knows another redirect address (Error 400: redirect_uri_mismatch)
failure-redirect-help = Open your OAuth client in Google Auth Platform, under Clients. Under “Authorized redirect URIs”, paste the redirect address from this page, exactly, and save. It can take a few minutes until Google knows it.
failure-declined = Google did not let this account in (Error 403: access_denied)
failure-declined-help =
    If somebody pressed “Cancel”, begin again and allow it.
    If Google said that the app is being tested: under Audience, add this account to the test users, or press “Publish app”. In a Google Workspace of your own, choose “Internal” instead.
failure-own-organization = Only accounts of one organization may connect (Error 403: org_internal)
failure-own-organization-help = Your app’s audience is “Internal”. Connect an account of that organization, or make the app external under Audience.
failure-policy = An administrator has blocked this app (Error 400: admin_policy_enforced)
failure-policy-help = Have the administrator of the Google Workspace allow your client ID under Security, API controls, App access control.
failure-testing = The app is still in testing, and Google ends each connection after seven days
failure-testing-help = In Google Auth Platform, under Audience, press “Publish app”; in a Google Workspace of your own, choose “Internal”. Then connect once more: from then on it stays.
failure-scopes = The account did not allow everything that is needed
failure-scopes-help = Connect it again, and on Google’s page leave every box ticked.
failure-api-off = The Google Calendar API is off in your Google Cloud project
failure-api-off-help = Open the page below, see that your project is chosen at the top, and press “Enable”. After a minute, test again.
failure-no-calendar = This account has no calendar of its own
failure-no-calendar-help = Open Google Calendar with this account once, so that its calendar is made. Then test again.
failure-no-service = The organization has turned Google Calendar off for this account
failure-no-service-help = Have the administrator of the Google Workspace turn Calendar on, under Apps, Google Workspace.

setting-show-shared = Also list calendars that are only shared with the account
setting-show-shared-text = They can’t be chosen; without them the list is shorter.
