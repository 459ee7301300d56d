# First run, sign-in, invitations, switching businesses.
door-foot = Your workspace, on your own machine.
welcome-title = Let’s open your workspace
welcome-text = Two minutes, and you’re in. Everything here can be changed later.
welcome-business = Your business
welcome-you = Your account
welcome-submit = Open the workspace
sign-in = Sign in
sign-in-title = Welcome back
sign-in-text = Sign in to your workspace.
sign-in-wait = Too many tries. Please wait { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
  } and try again.
invitation-title = Invitation
invitation-heading = Join { $business }
invitation-text = { $name } invites you. Your role: { $role }.
invitation-password-hint = You already have an account here. Enter its password to join.
invitation-accept = Join
tenants-title = Your businesses
tenants-text = Which one would you like to work in?
tenants-none = You aren’t in any business right now. Ask somebody to invite you again.
tenants-current = You’re here
reset-title = Choose a new password
reset-text = For the account { $email }. Every device will be signed out.
reset-submit = Set the password
invitation-signed-in = You are signed in with this email already.
