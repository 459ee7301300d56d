error-series-taken = Some of these times are taken by now, so none was booked again. Restore them one by one from their pages.
book-appointment = Book appointment
week-free = Nothing on
week-connect = See your own calendar here
week-connect-text = Connect it, and appointments and busy times stay in step.
week-connect-action = Connect a calendar
appointment-new = New appointment
appointment-change = Change appointment
appointment-title = What is it about?
appointment-title-example = Consultation, fitting, delivery…
nobody = Nobody in particular
calendar = Calendar
calendar-here-only = Only here
calendar-hint = The appointment is also written to this calendar.
calendar-fixed-hint = The event is already in this calendar and stays there.
online-meeting = Online meeting
online-hint = A video link is made for you.
appointment-cancel = Cancel appointment
appointment-cancel-title = Cancel this appointment?
appointment-cancel-text = It stays in the history, marked as cancelled.
appointment-cancel-text-calendar = It also disappears from the calendar { $calendar }. Here it stays in the history, marked as cancelled.
appointment-keep = Keep it
appointment-is-cancelled = This appointment was cancelled.
appointment-made-in-zone = Made in { $zone }
cancelled = Cancelled
meeting-none = The link is made once the appointment is in the calendar.
meeting-unmade = This calendar makes no video links. Put a link of your own into the notes.
meeting-pending = The link is being made. It appears here by itself in a few seconds.
meeting-ready = The link is ready to share.
meeting-failed = The calendar couldn’t make a link. Save the appointment again to retry.
meeting-join = Join
meeting-link = Link to share
sync = Calendar
sync-none = Only here
sync-none-text = This appointment isn’t in any connected calendar.
sync-pending = On its way
sync-pending-text = Being written to the calendar { $calendar }. Usually a few seconds.
sync-synced = In step
sync-synced-text = Changes here and in the calendar { $calendar } reach each other.
sync-gone-text = The event is gone from the calendar { $calendar }.
sync-failed = Not written yet
sync-failed-text = The calendar { $calendar } couldn’t be updated. The appointment is safe here.
sync-open = Open it there
problem-denied = The plugin may not do this. See its permissions.
problem-invalid = The calendar didn’t accept the details.
problem-not-found = The calendar or the event is gone there.
problem-conflict = It was changed on the other side at the same moment; the next try settles it.
problem-limited = The provider asks for a pause. It goes on by itself.
problem-unavailable = The provider doesn’t answer right now. It goes on by itself.
problem-timeout = The provider took too long. It goes on by itself.
problem-too-large = The details are too long for that calendar.
problem-reconnect = The account has to be connected again.
problem-resync = The calendar is being read afresh.
problem-rejected = The provider refused. Trying again won’t help; check the details.
problem-internal = Something went wrong on our side. The log has the details.
problem-off = The plugin is turned off.
problem-failed = The plugin failed. The log has the details.
sync-failing-since = First failed: { $since }
merged-title = Changed on both sides at the same time
merged-text = What was entered here was kept ({ $when }). The connected calendar said:
merge-title = Title:
merge-notes = Notes:
merge-location = Place:
merge-time = Time:
merge-deleted = The event had been deleted there; the appointment was changed here, so it was put back.
taken-busy = Something else in the calendar { $calendar }
taken-hint = Choose another time, or book both on purpose.
taken-anyway = Book anyway
taken-anyway-save = Save anyway
sync-again = Send again now
busy-elsewhere = This was made in the connected calendar, and is changed there.
merged-here = kept from here
merged-there = said there
calendar-views = Views of the calendar
calendar-day = Day
calendar-week = Week
calendar-month = Month
calendar-agenda = List
calendar-previous = Earlier
calendar-next = Later
calendar-calendars = Calendars
calendar-makers = Whose appointments
calendar-count =
    { $count ->
        [one] one entry
       *[other] { $count } entries
    }
calendar-rest = +{ $count } more
calendar-more = +{ "{n}" } more
calendar-moved = Moved to { $when }
calendar-move-undone = Back where it was
calendar-move-anyway = Move anyway
calendar-move-failed = That couldn’t be moved. It is where it was; try again.
calendar-taken-by = That time is taken by { $title }. Nothing was moved.
calendar-not-loaded = The calendar couldn’t be read just now. What you see may be old.
calendar-other-zone = Your device is set to
calendar-hint-drag = Drag an appointment to move it, or its lower edge to make it longer; a free spot makes a new one. With the keyboard: Shift and an arrow key, with Alt too for its end.
last-day = Last day
repeats = Repeats
repeat-never = Doesn’t repeat
repeat-day = Daily
repeat-week = Weekly
repeat-month = Monthly, on this date
repeat-month-end = Monthly, on the last day
repeat-month-hint = A month without this date is passed over: one that is on a 31st comes in seven months of the year. “Monthly, on the last day” comes in each.
repeat-weekday = Monthly, on this weekday
repeat-year = Yearly
repeat-on = On these days
repeat-interval = Every how many
repeat-until = Until
repeat-count = How many times
repeats-day =
    { $n ->
        [one] Every day
       *[other] Every { $n } days
    }
repeats-week =
    { $n ->
        [one] Every week
       *[other] Every { $n } weeks
    }
repeats-month =
    { $n ->
        [one] Every month
       *[other] Every { $n } months
    }
repeats-month-end = on its last day
repeats-year =
    { $n ->
        [one] Every year
       *[other] Every { $n } years
    }
repeats-until = until { $date }
repeats-times =
    { $n ->
        [one] once
       *[other] { $n } times
    }
reach = It is one of a series. What is meant?
reach-one = Only this one
reach-following = This one and those after it
reach-all = All that are still to come
calendar-file = Download these appointments (.ics)
appointment-file = Download as a calendar file (.ics)
