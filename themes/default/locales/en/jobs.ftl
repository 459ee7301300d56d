# What was tried and given up.
jobs-text = OXPI tries several times before it gives up. Nothing of it is lost: look at why, put it right, and try again.
jobs-empty = Everything worked
jobs-empty-text = If something doesn’t get through, even after several tries, it waits for you here.
jobs-again = Try again
jobs-again-chosen = Try the chosen ones again
jobs-dismiss = Leave it
jobs-dismiss-chosen = Leave the chosen ones
jobs-choose = Choose: { $what }
jobs-all = Try all of a kind again
jobs-all-dismiss = Leave all of a kind
jobs-tried = { $count ->
    [one] tried once
   *[other] tried { $count } times
  }
jobs-details = What the log says
job-calendar-push = Sending an appointment to its calendar
job-calendar-withdraw = Removing a deleted appointment from its calendar
job-calendar-pull = Fetching changes from the calendar
job-calendar-watch = Asking the calendar to tell of changes at once
job-plugin-job = Work of the plugin
job-plugin-event = Telling the plugin what happened
job-plugin-webhook = Handing over what came in for the plugin
job-outbox-spread = Passing on what happened
job-other = Something that this page has no words for
said-jobs-again = It’s being tried again
said-jobs-dismissed = Left as it is
error-job-subject-gone = What it was about isn’t there any more.
error-job-not-allowed = It wasn’t allowed to do this.
error-job-broken = Something broke on our side. The log has the details.
error-job-cut-off = It was interrupted each time, and never came to an end.
