//! Google's JSON, as much of it as matters here. Everything may be missing: what comes from outside
//! is read leniently and judged later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The private extended property that names the appointment an event stands for.
pub const APPOINTMENT: &str = "oxpi_appointment";
/// The private extended property that says whether we asked for the online meeting: `1` or `0`.
pub const ONLINE: &str = "oxpi_online";

/// What of events is read when listing; the manifest allows exactly this mask.
pub const LIST_FIELDS: &str = "timeZone,nextPageToken,nextSyncToken,items(id,status,etag,htmlLink,\
    summary,description,location,start,end,transparency,visibility,eventType,hangoutLink,\
    conferenceData(createRequest,entryPoints),extendedProperties(private),\
    attendees(self,responseStatus))";

/// A page of `calendarList.list`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CalendarPage {
    pub items: Vec<Value>,
    pub next_page_token: Option<String>,
}

/// A calendar of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CalendarEntry {
    pub id: String,
    pub summary: Option<String>,
    pub summary_override: Option<String>,
    pub access_role: Option<String>,
    pub primary: Option<bool>,
    pub background_color: Option<String>,
    pub time_zone: Option<String>,
    pub deleted: Option<bool>,
}

/// A page of `events.list`. Items stay unread, so that one odd event doesn't spoil the others.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventPage {
    pub items: Vec<Value>,
    pub time_zone: Option<String>,
    pub next_page_token: Option<String>,
    pub next_sync_token: Option<String>,
}

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Event {
    pub id: Option<String>,
    pub status: Option<String>,
    pub etag: Option<String>,
    pub html_link: Option<String>,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub location: Option<String>,
    pub start: Option<When>,
    pub end: Option<When>,
    pub transparency: Option<String>,
    pub visibility: Option<String>,
    pub event_type: Option<String>,
    pub hangout_link: Option<String>,
    pub conference_data: Option<ConferenceData>,
    pub extended_properties: Option<ExtendedProperties>,
    pub attendees: Vec<Value>,
}

impl Event {
    /// Whether it was cancelled, which is how Google keeps deleted events.
    pub fn is_cancelled(&self) -> bool {
        self.status.as_deref() == Some("cancelled")
    }

    /// Whether only those who own the calendar may know what it is.
    pub fn is_private(&self) -> bool {
        matches!(self.visibility.as_deref(), Some("private" | "confidential"))
    }

    /// A private extended property.
    pub fn private(&self, name: &str) -> Option<&str> {
        self.extended_properties.as_ref()?.private.get(name).map(String::as_str)
    }
}

/// A moment or a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct When {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Extended properties; the shared ones are none of our business.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExtendedProperties {
    pub private: BTreeMap<String, String>,
}

/// An event's online meeting.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConferenceData {
    pub create_request: Option<CreateRequest>,
    pub entry_points: Vec<EntryPoint>,
}

/// The order to make a meeting.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateRequest {
    pub request_id: Option<String>,
    pub status: Option<RequestStatus>,
}

/// How far the order is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestStatus {
    pub status_code: Option<String>,
}

/// A way into a meeting.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EntryPoint {
    pub entry_point_type: Option<String>,
    pub uri: Option<String>,
}
