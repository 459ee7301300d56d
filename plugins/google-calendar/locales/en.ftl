plugin-name = Google Calendar
plugin-description = Puts your appointments into Google Calendar, adds Google Meet links, and shows when you are busy.

provider-google = Google
provider-google-guide =
    Make a project for your business, or choose one you have. Its name is for you alone. https://console.cloud.google.com/projectcreate
    Turn on the Google Calendar API for it: the button says “Enable”. https://console.cloud.google.com/apis/library/calendar-json.googleapis.com
    Set up “Branding”: your business’s name, and a mail address for people who ask. https://console.cloud.google.com/auth/branding
    Under “Audience”, choose “Internal” if your business has Google Workspace. Otherwise choose “External” and press “Publish app”: as long as it says “Testing”, Google ends each connection after seven days. https://console.cloud.google.com/auth/audience
    Under “Clients”, create a client of the type “Web application”. https://console.cloud.google.com/auth/clients

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
failure-declined = The permission was not given
failure-declined-help = Somebody pressed “Cancel” at Google. Begin again and allow it.
failure-testers = Google lets in only named testers (Error 403: access_denied)
failure-testers-help = Your app is in testing. Under Audience, press “Publish app”, or add this account to the test users. In a Google Workspace of your own, choose “Internal” instead.
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
