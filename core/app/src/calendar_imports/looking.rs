//! What would come of each event of a file: whether it is here already, whom it is with, and what stands
//! at its time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::recurrence::Ends;
use domain::{AppointmentId, Permission, PersonId, SeriesId, Timestamp};
use store::Conn;
use store::appointments::{Appointment, Status};
use store::imported_events::ImportedEvent;
use store::series::Series;

use super::reading::{Content, Note, Told};
use crate::App;
use crate::context::Context;
use crate::error::Result;
use crate::series;

/// What our own files name appointments after.
const OURS: &str = "@oxpi";
/// As many addresses as are looked for among the people.
const GUESTS_MAX: usize = 500;
/// As many days of a rule as are looked at.
const DAYS_LOOKED_AT_MAX: usize = 40_000;
/// As many events as are compared with what else there is at their time.
const COMPARED_MAX: usize = 300;

/// How an event stands to what is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It isn't here.
    New,
    /// It is here, and the file knows something newer.
    Changed,
    /// It is here, and doesn't take place any more.
    Gone,
    /// It is here, as the file has it or newer.
    Same,
    /// A connected calendar shows it already.
    Elsewhere,
    /// It was cancelled and isn't here.
    Nothing,
    /// Nothing can be made of it.
    Refused,
}

impl Standing {
    /// The word in translation keys: `import-standing-<word>`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Gone => "gone",
            Self::Same => "same",
            Self::Elsewhere => "elsewhere",
            Self::Nothing => "nothing",
            Self::Refused => "refused",
        }
    }

    /// Whether something can come of it.
    pub const fn can_come(self) -> bool {
        matches!(self, Self::New | Self::Changed | Self::Gone | Self::Elsewhere)
    }

    /// Whether it is chosen as long as nobody says otherwise.
    pub const fn is_usual(self) -> bool {
        matches!(self, Self::New | Self::Changed | Self::Gone)
    }
}

/// An event of a file beside what is here.
#[derive(Debug, Clone)]
pub struct Row {
    /// What the file tells.
    pub told: Told,
    /// How it stands to what is here.
    pub standing: Standing,
    /// Whom it is with, of the people.
    pub person: Option<(PersonId, String)>,
    /// What else is on at its time: titles, the first few; empty ones of what isn't shown.
    pub at_that_time: Vec<String>,
    pub(super) target: Option<Target>,
    /// What was written down of it.
    pub(super) known: Option<ImportedEvent>,
}

/// What an event is here.
#[derive(Debug, Clone)]
pub(super) enum Target {
    Appointment(Box<Appointment>),
    Series(Box<Series>),
}

/// Looks at every event.
pub(super) fn look(app: &App, c: &mut Conn, ctx: &Context, all: Vec<Told>) -> Result<Vec<Row>> {
    let here = Here::find(c, ctx, &all)?;
    let people = people(c, ctx, &all)?;
    let now = app.clock.now();
    let mut rows = Vec::with_capacity(all.len());
    let mut compared = 0;
    for told in all {
        let (target, known) = here.target(c, ctx, &told)?;
        let standing = here.standing(c, &told, target.as_ref(), known.as_ref(), now)?;
        let person = told.guests.iter().find_map(|mail| people.get(mail).cloned());
        let is_compared = standing.can_come() && standing != Standing::Gone;
        let mut at_that_time = Vec::new();
        if is_compared && told.content.ends_at > now && compared < COMPARED_MAX {
            compared += 1;
            at_that_time = on_then(c, ctx, &told.content, target.as_ref())?;
        }
        rows.push(Row { told, standing, person, at_that_time, target, known });
    }
    Ok(rows)
}

/// What is known of the events of a file, asked at once.
struct Here {
    known: HashMap<String, ImportedEvent>,
    by_event: HashMap<String, Appointment>,
    elsewhere: BTreeSet<String>,
}

impl Here {
    fn find(c: &mut Conn, ctx: &Context, all: &[Told]) -> Result<Self> {
        let uids: Vec<String> = all.iter().map(|told| told.uid.clone()).collect();
        let known = store::imported_events::list(c, &ctx.tenant, &uids)?;
        let events: BTreeSet<String> = uids.iter().flat_map(|uid| event_ids(uid)).collect();
        let events: Vec<String> = events.into_iter().collect();
        let (mut by_event, mut elsewhere) = (HashMap::new(), BTreeSet::new());
        for calendar in store::calendars::list(c, &ctx.tenant)? {
            let (tenant, id) = (&ctx.tenant, &calendar.id);
            for each in store::appointments::list_by_external(c, tenant, id, &events)? {
                by_event.insert(each.external_id.clone().unwrap_or_default(), each);
            }
            elsewhere.extend(store::busy_blocks::list_known(c, tenant, id, &events)?);
        }
        let known = known.into_iter().map(|row| (row.uid.clone(), row)).collect();
        Ok(Self { known, by_event, elsewhere })
    }

    /// What an event is here: by what was written down when it came, by our own name for it, or by the
    /// event of a connected calendar.
    fn target(
        &self,
        c: &mut Conn,
        ctx: &Context,
        told: &Told,
    ) -> Result<(Option<Target>, Option<ImportedEvent>)> {
        let known = self.known.get(&told.uid).cloned();
        let name = told.uid.strip_suffix(OURS).unwrap_or(&told.uid);
        let appointment = match &known {
            Some(row) => row.appointment_id.clone(),
            None => name.parse::<AppointmentId>().ok(),
        };
        let series = match &known {
            Some(row) => row.series_id.clone(),
            None => name.parse::<SeriesId>().ok(),
        };
        if let Some(id) = appointment
            && let Some(found) = store::appointments::find(c, &ctx.tenant, &id)?
        {
            return Ok((Some(Target::Appointment(Box::new(found))), known));
        }
        if let Some(id) = series
            && let Some(found) = store::series::find(c, &ctx.tenant, &id)?
        {
            return Ok((Some(Target::Series(Box::new(found))), known));
        }
        let found = event_ids(&told.uid).find_map(|id| self.by_event.get(&id)).cloned();
        Ok((found.map(|found| Target::Appointment(Box::new(found))), None))
    }

    fn standing(
        &self,
        c: &mut Conn,
        told: &Told,
        target: Option<&Target>,
        known: Option<&ImportedEvent>,
        now: Timestamp,
    ) -> Result<Standing> {
        let Some(target) = target else {
            let is_elsewhere = event_ids(&told.uid).any(|id| self.elsewhere.contains(&id));
            return Ok(match (told.cancelled, told.is_refused(), is_elsewhere) {
                (true, ..) => Standing::Nothing,
                (_, true, _) => Standing::Refused,
                (.., true) => Standing::Elsewhere,
                _ => Standing::New,
            });
        };
        if told.cancelled {
            return Ok(if is_on(c, target)? { Standing::Gone } else { Standing::Same });
        }
        if told.is_refused() {
            return Ok(Standing::Refused);
        }
        let is_done = is_series(target) && is_over(told, now);
        let is_news = !is_done && is_news(c, told, target, known)?;
        Ok(if is_news { Standing::Changed } else { Standing::Same })
    }
}

fn is_series(target: &Target) -> bool {
    matches!(target, Target::Series(_))
}

/// Whether nothing of a series is to come, so that nothing of it can be made anew.
fn is_over(told: &Told, now: Timestamp) -> bool {
    let Some(repeats) = &told.repeats else { return false };
    if repeats.rule.ends() == Ends::Never {
        return false;
    }
    let length = told.content.ends_at.millis_since(told.content.starts_at);
    let first = told.zone.local(told.content.starts_at);
    let last = repeats.rule.dates(first.date()).take(DAYS_LOOKED_AT_MAX).last();
    let begins = last.and_then(|day| told.zone.instant(day.to_datetime(first.time())));
    begins.is_none_or(|begins| begins.plus_millis(length) <= now)
}

/// Whether a file knows more of an event than we do. Of our own appointments only who changed one in
/// another program counts it up.
fn is_news(
    c: &mut Conn,
    told: &Told,
    target: &Target,
    known: Option<&ImportedEvent>,
) -> Result<bool> {
    let is_newer = match (known, target) {
        (Some(row), _) => (told.sequence, told.stamp) > (row.sequence, row.stamp),
        (None, Target::Appointment(own)) => told.sequence > own.rev,
        (None, Target::Series(own)) => told.sequence > series::sequence_of(c, own)?,
    };
    let is_same = match (known, target) {
        (Some(row), _) => row.digest == told.digest(),
        (None, Target::Appointment(own)) => content_of(own) == told.content,
        (None, Target::Series(_)) => false,
    };
    Ok(is_newer && !is_same)
}

fn content_of(own: &Appointment) -> Content {
    Content {
        title: own.title.clone(),
        notes: own.notes.clone(),
        location: own.location.clone(),
        starts_at: own.starts_at,
        ends_at: own.ends_at,
    }
}

/// Whether something takes place, or of a series may.
fn is_on(c: &mut Conn, target: &Target) -> Result<bool> {
    match target {
        Target::Appointment(own) => Ok(own.status == Status::Booked),
        Target::Series(own) => {
            let all = store::series::list_from(c, &own.tenant_id, &own.id, "")?;
            Ok(!own.ended || !all.is_empty())
        }
    }
}

/// What a provider may call the event of a UID: the UID itself, or what stands before its `@`.
fn event_ids(uid: &str) -> impl Iterator<Item = String> {
    let before = uid.rsplit_once('@').map(|(before, _)| before.to_owned());
    std::iter::once(uid.to_owned()).chain(before).filter(|id| !id.is_empty())
}

/// Those of the guests who are among the people, by their addresses; none where the role doesn't see
/// people.
fn people(
    c: &mut Conn,
    ctx: &Context,
    all: &[Told],
) -> Result<BTreeMap<String, (PersonId, String)>> {
    let mut found = BTreeMap::new();
    if !ctx.may(Permission::ReadPeople) {
        return Ok(found);
    }
    let mails: BTreeSet<&String> = all.iter().flat_map(|told| &told.guests).collect();
    for mail in mails.into_iter().take(GUESTS_MAX) {
        if let Some(person) = store::people::find_by_email(c, &ctx.tenant, mail)? {
            found.insert(mail.clone(), (person.id, person.name));
        }
    }
    Ok(found)
}

/// What else is on at a time, in any calendar.
fn on_then(
    c: &mut Conn,
    ctx: &Context,
    content: &Content,
    target: Option<&Target>,
) -> Result<Vec<String>> {
    let (from, to) = (content.starts_at, content.ends_at);
    let overlaps = |starts_at: Timestamp, ends_at: Timestamp| starts_at < to && ends_at > from;
    let own = match target {
        Some(Target::Appointment(own)) => Some(&own.id),
        _ => None,
    };
    let mut on = Vec::new();
    for each in store::appointments::list_between(c, &ctx.tenant, from, to)? {
        let stands = each.status == Status::Booked && Some(&each.id) != own;
        if stands && overlaps(each.starts_at, each.ends_at) {
            on.push(each.title);
        }
    }
    for each in store::busy_blocks::list_between(c, &ctx.tenant, from, to)? {
        if overlaps(each.starts_at, each.ends_at) {
            on.push(each.title);
        }
    }
    on.truncate(3);
    Ok(on)
}

impl Row {
    /// What is to be known of the event.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        self.told.notes.iter().copied()
    }
}
