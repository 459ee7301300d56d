# Tasks and reminders.
nav-tasks = Tasks
task-new = New task
task-add = Add task
task-add-first = Add the first task
task-change = Change task
task-title = What is to be done
task-title-example = Such as: send Noa the quote
task-day = Day
task-time = Time
task-due = Due
task-no-day = No day set
task-late = Overdue
task-assignee = Who does it
task-lead = Reminder
task-lead-hint = Without a time, the reminder comes in the morning of the day.
task-reminded = Reminds you
task-about = About
task-about-add = Add what it is about
task-about-find = Find people, appointments and tasks
task-about-none = Nothing fits. Try another word.
task-about-address = A web page about it
task-about-task = Task: { $title }
task-about-person-unseen = somebody
task-about-appointment-unseen = an appointment
task-about-task-unseen = a task
task-about-approval-unseen = a proposal
task-about-connection-unseen = a connection
task-about-import-unseen = an import
task-about-address-unseen = an address
task-do = Done
task-do-one = Mark as done: { $title }
task-reopen = Not done after all
task-reopen-one = Mark as not done: { $title }
task-is-done = Done { $when }
task-remove = Remove
task-quick = What is to be done?
task-quick-add = Add
task-made-in-zone = Entered by the clock of { $zone }
tasks-none-about = Nothing is to be done here.
tasks-shown = Which tasks
tasks-open = All open
tasks-today = Today
tasks-week = Next 7 days
tasks-overdue = Overdue
tasks-done = Done
tasks-who = Whose tasks
tasks-mine = Mine
tasks-everybodys = Everybody’s
tasks-nobodys = Nobody’s yet
tasks-search = Search tasks
tasks-count = { $count ->
    [one] One task
   *[other] { NUMBER($count) } tasks
}
tasks-group-overdue = Overdue
tasks-group-today = Today
tasks-group-tomorrow = Tomorrow
tasks-group-week = This week
tasks-group-later = Later
tasks-group-someday = No day set
tasks-group-newest = Newest first
tasks-group-nobody = Nobody’s yet
tasks-group-somebody = Somebody who is gone
tasks-order-due = By when they are due
tasks-order-assignee = By who does them
tasks-order-newest = Newest first
tasks-about = About { $name }
tasks-about-whom = About whom
tasks-all-about = In the list of tasks
tasks-group-done = Done
tasks-chosen-all = { $count ->
    [one] The one that was found
   *[other] All { NUMBER($count) } that were found, not only this page
}
tasks-do = Mark as done
tasks-to-tomorrow = To tomorrow
tasks-to-next-week = In a week
tasks-delay = Move
tasks-empty = Nothing to do yet
tasks-empty-text = Write down what is to be done: it reminds whoever does it, and is on the page of whom it is about.
tasks-all-done = All done
tasks-all-done-text = None of yours is open.
tasks-none-found = No task fits
tasks-none-found-text = Look at other days, other people, or another word.
tasks-show-all = Show everybody’s
lead-usual = As they chose
lead-never = No reminder
lead-now = At the time
lead-minutes = { $n } minutes before
lead-hours = { $n ->
    [1] An hour before
   *[other] { $n } hours before
}
lead-days = { $n ->
    [1] A day before
    [7] A week before
   *[other] { $n } days before
}
snooze = Later
snooze-again = Remind me again
snooze-10m = In 10 minutes
snooze-1h = In an hour
snooze-3h = In 3 hours
snooze-tomorrow = Tomorrow morning
said-task-added = The task was added
said-task-done = Done
said-task-reopened = The task is open again
said-task-removed = The task was removed
said-task-restored = The task is back
said-tasks-changed = Changed
said-snoozed = You’ll be reminded again
said-snooze-late = No other reminder can come before it begins.
said-reminder-over = That has moved or is done, so it reminds you no more.
reminders = Reminders
reminders-tasks = Before tasks
reminders-appointments = Before appointments
reminders-follow-ups = Before a day to get back to somebody
reminders-morning = My day begins at
reminders-morning-hint = Reminders of what has a day and no time come then.
reminders-quiet = Quiet hours
reminders-quiet-from = From
reminders-quiet-until = Until
reminders-quiet-hint = Reminders wait until quiet ends; those of an appointment that begins before come ahead of it. Leave both empty for none.
notice-task-due = To do
notice-task-assigned = A task was given to you
notice-tasks-assigned = Tasks were given to you
notice-appointment-soon = An appointment is coming up
notice-follow-up-due = Get back to somebody
notice-kind-task-due = A task is due
notice-kind-task-assigned = Somebody gives you a task
notice-kind-appointment-soon = An appointment is coming up
notice-kind-follow-up-due = The day to get back to somebody
mail-reminder-subject = Reminder: { $subject }
mail-reminder-text = Hello { $name }, you wanted to be reminded of this in { $business }.
mail-reminder-foot = You choose when and how you are reminded under Notifications.
home-tasks = Tasks for today
home-to-tasks = All
home-tasks-more = { $count ->
    [one] One more for today
   *[other] { $count } more for today
}
home-tasks-empty = Nothing left for today
home-tasks-empty-text = Your tasks that are due show up here.
timeline-task-added = added the task { $title }
timeline-task-done = did the task { $title }
timeline-task-reopened = opened the task { $title } again
timeline-task-changed = changed the task { $title }
timeline-task-assigned = gave the task { $title } to { $to }
timeline-task-unassigned = left the task { $title } with nobody
timeline-task-removed = removed the task { $title }
timeline-task-restored = brought back the task { $title }
found-tasks = Tasks
act-task-created = added the task
act-task-changed = changed the task
act-task-done = did the task
act-task-reopened = opened again the task
act-task-deleted = removed the task
act-task-restored = brought back the task
act-reminder-sent = sent a reminder
act-reminder-snoozed = put off a reminder
act-member-reminders-chosen = chose how to be reminded
error-task-none-chosen = Tick at least one task first.
error-task-too-many = That’s more than 500 at once. Narrow the list first.
error-task-time-needs-day = Choose the day for this time.
error-task-repeat-needs-day = What repeats needs a day to begin with.
error-task-too-many-links = That’s more than 20. Take some away first.
error-task-link-unknown = It isn’t there any more, or isn’t something a task can be about. Choose again.
error-task-address = This must be an address that begins with https://, without a password in it.
error-time-invalid = Enter a time, such as 09:30.
error-quiet-all-day = Quiet can’t end when it begins.
error-appointment-unknown = That appointment isn’t there any more.
error-snooze-late = No other reminder can come before it begins.
error-reminder-over = That is done or has no day, so there is nothing to be reminded of.
