"""Somebody's phone: reads and changes a calendar through PyPI's `caldav`, which knows nothing of OXPI.

Usage: phone.py URL USER PASSWORD COMMAND [ARGUMENT ...]; what it answers is one JSON document.
"""

import json
import sys
from datetime import date, datetime, timedelta, timezone

import caldav


def instant(value):
    """A time as text in UTC, a day as it is."""
    if isinstance(value, datetime):
        value = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else None


def told(event):
    """What an object says: its main event, and how many there are in it."""
    events = [part for part in event.icalendar_instance.walk("VEVENT")]
    main = next((part for part in events if "RECURRENCE-ID" not in part), events[0])
    text = lambda name: str(main.get(name, ""))
    return {
        "uid": text("UID"),
        "title": text("SUMMARY"),
        "notes": text("DESCRIPTION"),
        "location": text("LOCATION"),
        "start": instant(main["DTSTART"].dt),
        "end": instant(main["DTEND"].dt) if "DTEND" in main else None,
        "alarms": len(main.walk("VALARM")),
        "url": str(event.url),
    }


def found(calendar, uid):
    return next(event for event in calendar.events() if told(event)["uid"] == uid)


def edit(event, changes):
    """Changes fields of the main event, as a calendar program does: the whole object is written again."""
    whole = event.icalendar_instance
    main = next(part for part in whole.walk("VEVENT") if "RECURRENCE-ID" not in part)
    for name, value in changes.items():
        if name == "SHIFT":
            for field in [name for name in ("DTSTART", "DTEND") if name in main]:
                moved = main[field].dt + timedelta(minutes=value)
                del main[field]
                main.add(field, moved)
        else:
            main.pop(name, None)
            main.add(name, value)
    event.icalendar_instance = whole
    event.save()


def main(url, user, password, command, *rest):
    client = caldav.DAVClient(url=url, username=user, password=password)
    principal = client.principal()
    if command == "make":
        return str(principal.make_calendar(name=rest[0], cal_id=rest[1]).url)
    calendar = next(each for each in principal.calendars() if each.url.path.endswith(f"/{rest[0]}/"))
    if command == "list":
        return sorted((told(event) for event in calendar.events()), key=lambda each: each["uid"])
    if command == "add":
        calendar.save_event(rest[1])
    elif command == "edit":
        edit(found(calendar, rest[1]), json.loads(rest[2]))
    elif command == "delete":
        found(calendar, rest[1]).delete()
    else:
        raise SystemExit(f"no command {command}")
    return None


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
