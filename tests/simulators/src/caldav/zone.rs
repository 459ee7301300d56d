//! The zone of every calendar, as a name and as calendars carry it.

use jiff::tz::TimeZone;

use super::ical::Component;
use crate::google::when;

/// Its name.
pub const NAME: &str = "Asia/Jerusalem";
const TEXT: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Jerusalem\r\nBEGIN:STANDARD\r\n\
    DTSTART:20131027T020000\r\nTZOFFSETFROM:+0300\r\nTZOFFSETTO:+0200\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n\
    DTSTART:20130329T020000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0300\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYMONTHDAY=23,24,25,26,27,28,29\r\nEND:DAYLIGHT\r\n\
    END:VTIMEZONE\r\n";

/// The zone.
pub fn zone() -> TimeZone {
    when::zone(NAME).unwrap_or(TimeZone::UTC)
}

/// What says so in an object.
pub fn component() -> Component {
    Component::parse(TEXT).unwrap_or_default()
}

/// A calendar's own (RFC 4791, 5.2.2).
pub fn property() -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//OXPI//Simulator//EN\r\n{TEXT}END:VCALENDAR\r\n"
    )
}
