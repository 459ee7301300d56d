plugin-name = CalDAV calendars
plugin-description = Puts your appointments into a calendar on iCloud, Fastmail, Nextcloud or any other CalDAV server, and shows when you are busy.

provider-server = CalDAV server
provider-server-guide = Most calendars that aren’t Google’s can be connected this way. You need the server’s address, your user name there and, best of all, a password made just for this.
server-icloud = iCloud
server-icloud-guide = At account.apple.com, under Sign-In and Security, choose App-Specific Passwords. The user name is your Apple Account’s mail address.
server-fastmail = Fastmail
server-fastmail-guide = In the settings, under Privacy and Security, make an app password for calendars. The user name is your whole Fastmail address.
server-nextcloud = Nextcloud
server-nextcloud-guide = The address is that of your own cloud. In its personal settings, under Security, make an app password.
server-other = Another server
server-other-guide = Whoever runs it can tell you the CalDAV address. The server’s name alone is often enough.

error-reconnect = The calendar server no longer accepts the password. Connect the account again.
error-limited = The calendar server asks us to slow down. We will try again by ourselves.
error-forbidden = The calendar server does not allow this in the chosen calendar.
error-refused = The calendar server refused the request.
error-not-found = The calendar or the event is no longer there.
error-conflict = The event was changed on the calendar server meanwhile.
error-foreign = An event that is not ours already has this appointment's place on the calendar server.
error-full = There is no room left on the calendar server.
error-moved = The calendar has moved to another server. Connect the account again at its new address.
error-not-expanded = This calendar server can't say when repeating events take place, so its calendars can't be used.
error-unavailable = The calendar server is not answering properly. We will try again by ourselves.
error-resync = The calendar is being read anew from the beginning.

step-password = The server accepts user name and password
step-kind = It is a calendar server
step-content = There is a calendar

failure-kind = There is a server, but no calendars at this address
failure-kind-help =
    Look up the CalDAV address at your provider. For the big ones, copy it from the list on this page.
    On a cloud of your own it often ends in /remote.php/dav or /dav.
failure-content = There is no calendar in this account yet
failure-content-help = User name and password are right. Make a calendar there first, then try again.
failure-moved = The calendars have moved to another server
failure-moved-help = Connect the account again; the page then shows where they are now.

setting-show-shared = Also list calendars that are only shared with the account
setting-show-shared-text = They can’t be chosen; without them the list is shorter.
