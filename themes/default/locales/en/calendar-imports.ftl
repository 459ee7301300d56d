# Bringing a calendar file, and what came of it.
calendar-import = Import a calendar file (.ics)
import = Import a calendar file
import-text = Bring appointments from another calendar: from Google, Outlook, Apple or any other program that saves an .ics file. You see first what will come; nothing changes until you say so.
import-choose = Calendar file
import-hint = A file that ends in .ics, up to 1 MB and 900 events.
import-look = See what is in it
import-other = Another file
import-before = Imported before
import-nameless = A file without a name
import-undone = Undone
import-look-title = What is in the file
import-count =
    { $count ->
        [one] one event
       *[other] { $count } events
    }
import-events = Events
import-calendar = Where new appointments go
import-calendar-hint = In a connected calendar they are written there too.
import-nobody-hears = Nobody is invited or told. Guests who are among your people are only noted on the appointment.
import-bring = Import what is ticked
import-nothing = There is nothing new in this file.
import-untitled = Without a title
import-exceptions =
    { $count ->
        [one] one date differs
       *[other] { $count } dates differ
    }
import-taken = At that time there already is:
import-standing-new = New
import-standing-changed = Changed: update it
import-standing-gone = Cancelled there: cancel it here
import-standing-same = Here already
import-standing-elsewhere = Already in a connected calendar
import-standing-nothing = Cancelled, nothing to import
import-standing-refused = Can’t be imported
import-note-rule = It repeats in a way we don’t follow. Only the first date is imported.
import-note-zone = We don’t know its time zone, so we read its times as yours. Check the hour.
import-note-no-end = It doesn’t say when it ends; we take half an hour.
import-note-cut = Its text is longer than we keep; the end is left out.
import-note-strays = Some of its changed dates don’t belong to it and are left out.
import-note-no-start = It doesn’t say when it is.
import-note-too-long = It lasts longer than 31 days.
import-note-overlaps = It would begin again before it is over.
import-note-never = None of its dates takes place.
import-done-title = Imported
import-made =
    { $count ->
        [one] One appointment is new
       *[other] { $count } appointments are new
    }
import-changed =
    { $count ->
        [one] One appointment was updated
       *[other] { $count } appointments were updated
    }
import-cancelled =
    { $count ->
        [one] One appointment was cancelled
       *[other] { $count } appointments were cancelled
    }
import-undo-text = You can take the whole import back for 30 days. What was changed since stays.
import-undo = Undo the import
import-to-calendar = To the calendar
import-undone-title = Undone
import-undone-text = What this file brought is cancelled again. What somebody changed since stays as they left it.
said-imported = Imported
said-import-undone = The import is undone
said-import-undone-some = Undone, except for what was changed since
error-import-missing = Choose a calendar file first.
error-import-kind = That isn’t a calendar file. Look for one that ends in .ics.
error-import-large = The file is larger than 1 MB. Save a shorter time from the other calendar, and import it in pieces.
error-import-many = The file has more than 900 events. Save a shorter time from the other calendar, and import it in pieces.
error-import-empty = There are no events in this file.
error-import-answer = This is an answer to an invitation, not a calendar.
error-import-none = Tick at least one event.
error-import-too-much = That makes more than 3,000 appointments at once. Tick fewer, and import the file again for the rest.
error-import-undone = This import was undone. Choose the file again to bring it anew.

# Another rule for a series.
repeats-change = Change how it repeats
repeats-now = Now:
repeats-not = This appointment doesn’t repeat.
repeats-from = What is meant?
repeats-change-text = What has been stays. Dates that were moved or changed by themselves stay too: if the new rule has no such day, they stand alone. Other dates that it leaves out are cancelled.
said-series-rule-changed = It repeats by the new rule
said-series-rule-changed-some = It repeats by the new rule. Dates that were changed by themselves stand alone.
error-series-over = All of this series is over; there is nothing to change.
calendar-move-reach = Move which of them?
calendar-move-not = Leave it where it is
calendar-moved-several = Moved, with the others of its series, to { $when }
