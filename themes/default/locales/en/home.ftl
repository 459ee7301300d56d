home-greeting-morning = Good morning, { $name }
home-greeting-afternoon = Good afternoon, { $name }
home-greeting-evening = Good evening, { $name }
home-greeting-night = Still up, { $name }?
home-today = Today
home-to-calendar = Calendar
home-today-empty = Nothing on today
home-today-empty-text = Appointments for today show up here.
home-next = Coming up next
home-checklist = Getting started
home-checklist-progress = { $done } of { $all } done
home-connections = Connections
home-to-connections = All
home-connections-empty = Nothing connected yet
home-connections-empty-text = Connect the calendar you already use, and both stay in step.
home-connections-action = Connect an account
task-connection = Connect a calendar
task-connection-text = Appointments show up in the calendar you already use.
task-people = Bring your contacts
task-people-text = From a spreadsheet, a phone or another program. Or add the first one by hand, under People.
task-team = Invite a colleague
task-team-text = Everybody gets their own account and role.
home-given-up = { $count ->
    [one] One thing didn’t work, even after several tries.
   *[other] { $count } things didn’t work, even after several tries.
  }
home-to-given-up = See what and try again
home-checklist-away = Put away
home-needs-you = Needs you
home-connection-needs-you = { $provider } has to be connected again
home-to-people = All
home-people-empty = Nobody here yet
home-people-empty-text = Bring your contacts from a spreadsheet, a phone or another program.
task-look = Make it look like yours
task-look-text = Your logo and colour, on your pages and in mail.
home-fresh = New and waiting
home-waiting = To get back to
home-to-waiting = All
home-waiting-more = { $count ->
    [one] One more waits
   *[other] { $count } more wait
}
