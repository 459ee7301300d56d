plugins-text = Each adds one ability and may do only what you allow.
plugins-empty = No plugins installed
plugins-empty-text = Put a plugin’s folder beside the program, and it shows up here.
plugin-by = { $publisher } · version { $version }
plugin-on = On
plugin-off = Off
plugin-needs-consent = Waits for you
plugin-needs-consent-text = A new version asks for more than you allowed. It rests until you decide.
plugin-turn-on = Allow and turn on
plugin-allow = Allow and go on
plugin-turn-off = Turn off
plugin-turn-on-name = Turn on { $name }
plugin-turn-off-name = Turn off { $name }
plugin-may = What it may do
plugin-asks = What it asks for
plugin-nothing-else = Nothing else. It runs sealed off and never sees a password or token.
plugin-stops = While it is off, this stops:
plugin-off-keeps = Settings and data stay. Turn it on again and it goes on where it was.
plugin-settings = Settings
stops-connections = { $count ->
    [one] One connected account rests
   *[other] { $count } connected accounts rest
  }
stops-calendars = { $count ->
    [one] One calendar is no longer kept in step
   *[other] { $count } calendars are no longer kept in step
  }
stops-schedules = { $count ->
    [one] One thing it does regularly
   *[other] { $count } things it does regularly
  }
stops-jobs = { $count ->
    [one] One piece of work waits
   *[other] { $count } pieces of work wait
  }
stops-views = { $count ->
    [one] One page or panel disappears
   *[other] { $count } pages and panels disappear
  }
stops-webhooks = Notices from outside are not accepted
ask-kv = Remember small things of its own
ask-jobs = Work in the background
ask-approvals = Do these things, each only after somebody here approved it
effect-spend = Spend money
effect-publish = Publish for others to see
effect-reply = Answer people
effect-refund = Give money back
ask-subscribe = Be told when something happens here
ask-publish = Tell others when something happens
ask-read-records = Read records
ask-write-records = Add and change records
ask-field = See these details
ask-field-person-fields = the business’s own fields of people
ask-collection = Keep records of its own
ask-server = Talk to the server you name when you connect an account, and to no other
ask-slot = Act there for your connected account, without ever seeing its key
ask-sign = Sign messages with a key you enter, without ever seeing it
ask-scope = Ask for these permissions when you connect
ask-network = Talk to these servers only
topic-appointment-booked = an appointment is booked
topic-appointment-changed = an appointment is changed
topic-appointment-cancelled = an appointment is cancelled
topic-approval-change-asked = somebody wants it to propose something otherwise
topic-approval-decided = somebody decided what it proposed
entity-person = people
entity-appointment = appointments
