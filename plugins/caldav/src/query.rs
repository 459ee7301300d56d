//! What a calendar is asked for: when somebody is busy, as single times, and what the workspace may show
//! of it.

use oxpi_kit::Timestamp;

use crate::ical::utc;

/// Properties of events that are read. Guests, attachments and whatever else there is stay there.
const PROPS: [&str; 14] = [
    "UID",
    "CLASS",
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "DTSTART",
    "DTEND",
    "DURATION",
    "RECURRENCE-ID",
    "STATUS",
    "TRANSP",
    "RDATE",
    "RRULE",
    "X-MICROSOFT-CDO-BUSYSTATUS",
];

/// A piece of time.
type Piece = (Timestamp, Timestamp);

/// Objects as they are; within a piece of time as single times instead of rules (RFC 4791, 9.6.5).
fn data(within: Option<Piece>) -> String {
    let props: String = PROPS.iter().map(|name| format!("<c:prop name=\"{name}\"/>")).collect();
    let expand =
        within.map(|(from, to)| format!("<c:expand start=\"{}\" end=\"{}\"/>", utc(from), utc(to)));
    let expand = expand.unwrap_or_default();
    format!(
        "<d:prop><d:getetag/><c:calendar-data><c:comp name=\"VCALENDAR\"><c:prop name=\"VERSION\"/>\
         <c:comp name=\"VEVENT\">{props}</c:comp></c:comp>{expand}</c:calendar-data></d:prop>"
    )
}

/// Everything between two instants (RFC 4791, 7.8).
pub fn between(from: Timestamp, to: Timestamp) -> String {
    format!(
        "{}<c:filter><c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"VEVENT\">\
         <c:time-range start=\"{}\" end=\"{}\"/></c:comp-filter></c:comp-filter></c:filter>",
        data(Some((from, to))),
        utc(from),
        utc(to)
    )
}

/// These objects (RFC 4791, 7.9), as they are or as their times within a piece of time.
pub fn these(hrefs: &[&str], within: Option<Piece>) -> String {
    let hrefs: String =
        hrefs.iter().map(|href| format!("<d:href>{}</d:href>", crate::xml::escape(href))).collect();
    format!("{}{hrefs}", data(within))
}

/// What changed since a token, at most so much of it where a number is given (RFC 6578, 3.2).
pub fn since(token: &str, count: Option<usize>) -> String {
    let limit = count.map(|count| format!("<d:limit><d:nresults>{count}</d:nresults></d:limit>"));
    format!(
        "<d:sync-token>{}</d:sync-token><d:sync-level>1</d:sync-level>{}\
         <d:prop><d:getetag/></d:prop>",
        crate::xml::escape(token),
        limit.unwrap_or_default()
    )
}
