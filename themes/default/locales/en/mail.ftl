# What mails say.
mail-open-link = Open this link:
mail-invitation-subject = { $name } invites you to { $business }
mail-invitation-text = { $name } invites you to work in { $business }. Your role: { $role }.
mail-invitation-until = The link works once, until { $when }.
mail-invitation-foot = If you don’t know who this is from, you can ignore this mail.
mail-reset-subject = Choose a new password
mail-reset-text = Hello { $name }, somebody asked for a new password for your account.
mail-reset-minutes = The link works once, for { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
  }.
mail-reset-foot = If that wasn’t you, do nothing: your password stays as it is.
mail-notice-text = Hello { $name }, this just happened in your account:
mail-notice-advice = Was it you? Then all is well. If not, change your password and sign out the devices you don’t know.
mail-notice-open = Look at my account
mail-notice-foot = You get this mail so that nothing happens to your account without you.
mail-what-session-new-device = New sign-in from a device we don’t know
mail-what-account-password-changed = Your password was changed
mail-what-account-password-reset = A new password was set by link
mail-what-account-email-changed = The email of your account was changed
mail-what-account-app-added = An authenticator app was added
mail-what-account-app-removed = The authenticator app was removed
mail-what-account-passkey-added = A passkey was added
mail-what-account-passkey-removed = A passkey was removed
mail-what-account-passkey-copied = A passkey was turned away, because somebody may have a copy of it. Remove it and add a new one.
mail-what-account-codes-renewed = New recovery codes were made
mail-what-account-code-used = A recovery code was used
mail-what-account-factors-removed = An admin of the server removed your second factors
