# Proving who one is: the second step, forgotten passwords, second factors.
forgot-link = Forgot your password?
forgot-title = Forgot your password?
forgot-text = Tell us your email and we’ll send you a link to choose a new one.
forgot-submit = Send the link
forgot-sent = If { $email } has an account here, a mail is on its way. The link in it works for an hour.
forgot-sent-hint = Nothing after a few minutes? Look in the spam folder, then ask again.
forgot-no-mail = This server doesn’t send mail. Ask whoever looks after it for a link; they make one with “oxpi admin reset-password”.
forgot-back = Back to sign-in
second-title = One more step
second-text-app = Enter the six digits that your authenticator app shows now.
second-text-passkey = Use your passkey, or one of your recovery codes.
second-text-both = Use your passkey, or enter the six digits that your authenticator app shows now.
second-text-codes = Enter one of your recovery codes.
second-code = Code
second-hint = No phone at hand? A recovery code works here too.
second-hint-passkey = A recovery code looks like abcde-fghij.
second-submit = Continue
confirm-title = Is it you?
confirm-text = This is sensitive, so please show once more that it’s you. What you filled in is kept.
confirm-submit = Confirm and continue
confirm-password-none = No password? Sign out and in again; that counts too.
factor-title = Second step when signing in
factor-text = With a second step, a stolen password alone lets nobody in.
factor-app = Authenticator app
factor-app-none = Six digits from an app on your phone
factor-app-since = On since { $when }
factor-app-add = Set up
factor-app-remove = Remove
factor-app-remove-title = Remove the authenticator app?
factor-app-remove-text = From then on nobody is asked for its code. Other devices will be signed out.
factor-keep = Keep
factor-on = On
factor-codes = Recovery codes
factor-codes-left = { $count ->
    [0] None left
    [one] One left
   *[other] { $count } left
  }
factor-codes-renew = Make new ones
factor-codes-renew-title = Make new recovery codes?
factor-codes-renew-text = The old ones stop working at once.
app-title = Set up an authenticator app
app-scan-title = Scan this with the app
app-scan-text = Any authenticator app will do. It keeps the key; we never show it again.
app-scan-alt = QR code with the key for the app
app-key = Or type the key
app-code-title = Enter what the app shows
app-code = Six digits
app-submit = Turn on
codes-title = Your recovery codes
codes-text = Print them or keep them in a password manager. Each works once, for the day your phone is gone. They are shown only now.
codes-copy = All codes
codes-done = I have kept them
member-second-factor = Second step
said-app-added = Done. The second step is on.
said-app-removed = The authenticator app was removed
