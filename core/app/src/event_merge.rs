//! Puts together what was changed of an appointment here and of its event there, field by field.
//!
//! What a field is known to have said at the provider decides who changed it: what we last saw, and
//! whatever we sent since without an answer. A field that only one side changed is that side's. Where
//! both changed one, ours stays, because people here may have told somebody of it already; what the
//! other side said is kept in the activity and on the appointment's page, so nothing is lost.

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use store::appointments::{Appointment, AppointmentChange};
use store::event_copies::EventCopy;

use crate::appointments::unchanged;
use crate::error::Result;

/// The contract's event document: what an event says.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct EventAnswer {
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    starts_at: Option<String>,
    #[serde(default)]
    ends_at: Option<String>,
}

/// What both sides have of an appointment, in the workspace's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub title: String,
    pub notes: String,
    pub location: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub online: bool,
}

impl Content {
    /// What the appointment says.
    pub fn of(appointment: &Appointment) -> Self {
        Self {
            title: appointment.title.clone(),
            notes: appointment.notes.clone(),
            location: appointment.location.clone(),
            starts_at: appointment.starts_at,
            ends_at: appointment.ends_at,
            online: appointment.online,
        }
    }

    /// What the event says. Where it says nothing that an appointment can hold, that is no change
    /// from `base`: such as no title, or an end that isn't after its start. A meeting that is missing
    /// is made again, so only one that was added counts.
    pub fn of_event(event: &EventAnswer, has_meeting: bool, base: &Self) -> Self {
        let cut = |text: &Option<String>, most: usize, base: &str| match text {
            Some(text) => text.chars().take(most).collect::<String>(),
            None => base.to_owned(),
        };
        let title = cut(&event.title, 200, &base.title);
        let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse_rfc3339);
        let (starts_at, ends_at) = match (time(&event.starts_at), time(&event.ends_at)) {
            (Some(from), Some(to)) if to > from => (from, to),
            _ => (base.starts_at, base.ends_at),
        };
        Self {
            title: if title.trim().is_empty() { base.title.clone() } else { title },
            notes: cut(&event.notes, 8_000, &base.notes),
            location: cut(&event.location, 500, &base.location),
            starts_at,
            ends_at,
            online: has_meeting || base.online,
        }
    }

    /// The appointment's row with this content.
    pub fn to_change(&self, of: &Appointment) -> AppointmentChange {
        AppointmentChange {
            title: self.title.clone(),
            notes: self.notes.clone(),
            location: self.location.clone(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            online: self.online,
            ..unchanged(of)
        }
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        // Providers keep whole seconds.
        let whole = |time: Timestamp| Timestamp::from_millis(time.as_millis() / 1_000 * 1_000);
        (whole(self.starts_at), whole(self.ends_at))
    }
}

/// A field that both sides had changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clash {
    /// `title`, `notes`, `location`, `time`, or `deleted` where the event was deleted there.
    pub field: String,
    /// What stays.
    pub kept: String,
    /// What the other side said.
    pub other: String,
}

/// Both sides put together.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    pub content: Content,
    pub clashes: Vec<Clash>,
}

/// Puts `ours` and `theirs` together, measured from what the event is known to have said.
pub(crate) fn merge(known: &[Content], ours: &Content, theirs: &Content) -> Merged {
    let mut merged = Merged { content: ours.clone(), clashes: Vec::new() };
    let mut text = |field: &str, get: fn(&Content) -> &String, set: fn(&mut Content, String)| {
        let clash = choose(known, ours, theirs, |content| get(content).clone());
        match clash {
            Choice::Ours => {}
            Choice::Theirs => set(&mut merged.content, get(theirs).clone()),
            Choice::Both => merged.clashes.push(Clash {
                field: field.to_owned(),
                kept: get(ours).clone(),
                other: get(theirs).clone(),
            }),
        }
    };
    text("title", |c| &c.title, |c, text| c.title = text);
    text("notes", |c| &c.notes, |c, text| c.notes = text);
    text("location", |c| &c.location, |c, text| c.location = text);
    match choose(known, ours, theirs, Content::times) {
        Choice::Ours => {}
        Choice::Theirs => {
            (merged.content.starts_at, merged.content.ends_at) = (theirs.starts_at, theirs.ends_at);
        }
        Choice::Both => {
            let span =
                |c: &Content| format!("{}/{}", c.starts_at.to_rfc3339(), c.ends_at.to_rfc3339());
            merged.clashes.push(Clash {
                field: "time".to_owned(),
                kept: span(ours),
                other: span(theirs),
            });
        }
    }
    if choose(known, ours, theirs, |content| content.online) == Choice::Theirs {
        merged.content.online = theirs.online;
    }
    merged
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Ours,
    Theirs,
    Both,
}

fn choose<T: PartialEq>(
    known: &[Content],
    ours: &Content,
    theirs: &Content,
    get: impl Fn(&Content) -> T,
) -> Choice {
    let (o, t) = (get(ours), get(theirs));
    if o == t || known.iter().any(|known| get(known) == t) {
        return Choice::Ours;
    }
    let is_ours_old = !known.is_empty() && known.iter().all(|known| get(known) == o);
    if is_ours_old { Choice::Theirs } else { Choice::Both }
}

/// What is known of an event, opened.
#[derive(Debug, Clone, Default)]
pub(crate) struct Copy {
    /// What it said when it was last seen.
    pub seen: Option<Content>,
    /// What was sent since without an answer.
    pub sent: Vec<Content>,
    /// What both sides had changed at last.
    pub clashes: Option<Clashes>,
    /// Since when it can't be written.
    pub failing_since: Option<Timestamp>,
}

/// The clashes of one merge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clashes {
    pub at: Timestamp,
    pub fields: Vec<Clash>,
}

/// More tries without an answer than this are not told apart.
const SENT_MAX: usize = 16;

impl Copy {
    /// Reads a row.
    pub fn read(row: Option<EventCopy>) -> Result<Self> {
        let Some(row) = row else { return Ok(Self::default()) };
        Ok(Self {
            seen: row.seen_json.map(|json| serde_json::from_value(json.0)).transpose()?,
            sent: serde_json::from_value(row.sent_json.0)?,
            clashes: row.clash_json.map(|json| serde_json::from_value(json.0)).transpose()?,
            failing_since: row.failing_since,
        })
    }

    /// The row to keep.
    pub fn to_row(&self, of: &Appointment) -> Result<EventCopy> {
        let json = |clashes: &Clashes| serde_json::to_value(clashes);
        let seen = self.seen.as_ref().map(serde_json::to_value).transpose()?;
        Ok(EventCopy {
            tenant_id: of.tenant_id.clone(),
            appointment_id: of.id.clone(),
            seen_json: seen.map(Into::into),
            sent_json: serde_json::to_value(&self.sent)?.into(),
            clash_json: self.clashes.as_ref().map(json).transpose()?.map(Into::into),
            failing_since: self.failing_since,
        })
    }

    /// Everything the event may say because of us.
    pub fn known(&self) -> Vec<Content> {
        self.seen.iter().chain(&self.sent).cloned().collect()
    }

    /// Notes what is about to be sent; says whether that is anything new.
    pub fn note_sent(&mut self, content: &Content) -> bool {
        if self.seen.as_ref() == Some(content) || self.sent.contains(content) {
            return false;
        }
        if self.sent.len() == SENT_MAX {
            self.sent.remove(1);
        }
        self.sent.push(content.clone());
        true
    }

    /// Whether something was changed here that the provider may not know: then deleting the event
    /// there doesn't cancel the appointment.
    pub fn is_ahead(&self, ours: &Content) -> bool {
        match &self.seen {
            Some(seen) => seen != ours,
            None => self.sent.iter().any(|sent| sent != ours),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(title: &str, notes: &str, from: i64) -> Content {
        Content {
            title: title.to_owned(),
            notes: notes.to_owned(),
            location: String::new(),
            starts_at: Timestamp::from_millis(from),
            ends_at: Timestamp::from_millis(from + 60_000),
            online: false,
        }
    }

    #[test]
    fn what_one_side_changed_is_that_sides() {
        let base = content("Fitting", "Dress", 0);
        let ours = content("Second fitting", "Dress", 0);
        let theirs = content("Fitting", "Dress", 60_000);
        let merged = merge(&[base], &ours, &theirs);
        assert_eq!(merged.content, content("Second fitting", "Dress", 60_000));
        assert_eq!(merged.clashes, []);
    }

    #[test]
    fn where_both_changed_a_field_ours_stays_and_theirs_is_told() {
        let base = content("Fitting", "Dress", 0);
        let ours = content("Ours", "Dress", 0);
        let theirs = content("Theirs", "Dress", 0);
        let merged = merge(&[base], &ours, &theirs);
        assert_eq!(merged.content, ours);
        assert_eq!(merged.clashes.len(), 1);
        assert_eq!((&*merged.clashes[0].field, &*merged.clashes[0].other), ("title", "Theirs"));
    }

    #[test]
    fn what_we_sent_without_an_answer_is_not_taken_for_their_change() {
        let base = content("Fitting", "Dress", 0);
        let sent = content("Sent", "Dress", 0);
        // Sent, arrived, never answered; then changed back here.
        let merged = merge(&[base.clone(), sent.clone()], &base, &sent);
        assert_eq!(merged.content, base, "the last word here is to be written");
        assert_eq!(merged.clashes, []);
    }

    #[test]
    fn an_event_without_a_title_or_with_a_wrong_end_changes_neither() {
        let ours = content("Fitting", "Dress", 0);
        let event = EventAnswer {
            title: Some("  ".to_owned()),
            starts_at: Some("1970-01-01T00:10:00Z".to_owned()),
            ends_at: Some("1970-01-01T00:10:00Z".to_owned()),
            ..EventAnswer::default()
        };
        assert_eq!(Content::of_event(&event, false, &ours), ours);
    }

    #[test]
    fn a_deletion_there_gives_way_to_a_change_here_only() {
        let (base, ours) = (content("Fitting", "", 0), content("Changed", "", 0));
        let mut copy = Copy::default();
        assert!(copy.note_sent(&base));
        assert!(!copy.is_ahead(&base), "made, and deleted there");
        copy.seen = Some(base.clone());
        assert!(copy.is_ahead(&ours));
        assert!(!copy.is_ahead(&base));
    }
}
