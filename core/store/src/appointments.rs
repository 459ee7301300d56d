//! Appointments, and the events at a provider that they are linked to.

mod links;
mod spans;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use domain::{AccountId, AppointmentId, CalendarId, PersonId, TenantId, Timestamp, Zone};

use crate::backend::Conn;
use crate::columns::Opt;
use crate::error::{Error, Result, settled};
use crate::fold;
use crate::page::bounded;
use crate::schema::appointments;
use crate::scope;
use crate::search;

pub use links::{
    list_linked, lose_event, relink, relink_as_it_was, send_to, set_link, set_sync, unlink_calendar,
};
pub use spans::{SpanFilter, list_changed, page_between};

/// Most rows that a question about a time answers.
const BETWEEN_MAX: i64 = 2_000;
/// As many ids as one question asks for.
const ASKED_MAX: usize = 500;
/// What lasts longer than this many milliseconds, 31 days, has an index of its own, so that a
/// question about a time needn't look at everything before it.
pub(crate) const LONG_MILLIS: i64 = 2_678_400_000;
/// The index's condition, in its own words: a bound parameter would not be recognized.
pub(crate) const IS_LONG: &str = "ends_at - starts_at > 2678400000";

words! {
    /// Whether it takes place.
    pub enum Status {
        /// Yes.
        Booked = "booked",
        /// No longer.
        Cancelled = "cancelled",
    }
}

words! {
    /// How far the online meeting is.
    pub enum OnlineState {
        /// None was asked for.
        None = "none",
        /// The provider is making it.
        Pending = "pending",
        /// Its address is there.
        Ready = "ready",
        /// The provider could not make it.
        Failed = "failed",
    }
}

words! {
    /// Whether the provider's event says the same.
    pub enum SyncState {
        /// There is no calendar.
        None = "none",
        /// Not yet.
        Pending = "pending",
        /// It does.
        Synced = "synced",
        /// It could not be told; `sync_problem` says why.
        Failed = "failed",
    }
}

row! {
    /// An appointment.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Appointment: appointments, [Queryable, Selectable, Insertable] {
        pub tenant_id: TenantId as String,
        pub id: AppointmentId as String,
        pub person_id: Option<PersonId> as Opt<String, PersonId>,
        pub title: String,
        pub notes: String,
        pub location: String,
        pub starts_at: Timestamp as i64,
        pub ends_at: Timestamp as i64,
        pub zone: Zone as String,
        pub online: bool,
        pub status: Status as String,
        pub calendar_id: Option<CalendarId> as Opt<String, CalendarId>,
        pub external_id: Option<String>,
        pub etag: Option<String>,
        pub external_url: Option<String>,
        pub online_state: OnlineState as String,
        pub online_url: Option<String>,
        pub sync_state: SyncState as String,
        pub sync_problem: Option<String>,
        pub link_rev: i64,
        pub created_by: Option<AccountId> as Opt<String, AccountId>,
        pub created_at: Timestamp as i64,
        pub updated_at: Timestamp as i64,
        pub rev: i64,
    }
}

row! {
    /// What people may change of an appointment; cancelling is one such change.
    #[derive(Debug, Clone, PartialEq)]
    pub struct AppointmentChange: appointments, [AsChangeset] {
        pub person_id: Option<PersonId> as Opt<String, PersonId>,
        pub title: String,
        pub notes: String,
        pub location: String,
        pub starts_at: Timestamp as i64,
        pub ends_at: Timestamp as i64,
        pub zone: Zone as String,
        pub online: bool,
        pub status: Status as String,
        pub calendar_id: Option<CalendarId> as Opt<String, CalendarId>,
        pub sync_state: SyncState as String,
    }
}

row! {
    /// What the provider answered about the event.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Link: appointments, [AsChangeset] {
        pub external_id: Option<String> as Opt<String, String>,
        pub etag: Option<String> as Opt<String, String>,
        pub external_url: Option<String> as Opt<String, String>,
        pub online_state: OnlineState as String,
        pub online_url: Option<String> as Opt<String, String>,
        pub sync_state: SyncState as String,
        pub sync_problem: Option<String> as Opt<String, String>,
    }
}

/// The appointment, if the tenant has it.
pub fn find(c: &mut Conn, tenant: &TenantId, id: &AppointmentId) -> Result<Option<Appointment>> {
    scope::tenant(c, tenant)?;
    let query = appointments::table.find((tenant.as_str(), id.as_str()));
    Ok(query.select(Appointment::as_select()).first(c).optional()?)
}

/// The appointment, or [`Error::NotFound`].
pub fn get(c: &mut Conn, tenant: &TenantId, id: &AppointmentId) -> Result<Appointment> {
    scope::tenant(c, tenant)?;
    find(c, tenant, id)?.ok_or(Error::NotFound)
}

/// The titles of these appointments of the tenant, in no particular order, without those it doesn't have.
pub fn list_titles(
    c: &mut Conn,
    tenant: &TenantId,
    ids: &[AppointmentId],
) -> Result<Vec<(AppointmentId, String)>> {
    scope::tenant(c, tenant)?;
    let rows: Vec<(String, String)> = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::id.eq_any(ids.iter().map(AppointmentId::as_str)))
        .select((appointments::id, appointments::title))
        .load(c)?;
    rows.into_iter().map(|(id, title)| Ok((id.parse().map_err(Error::internal)?, title))).collect()
}

/// Makes other transactions that lock the same appointment wait for this one; on SQLite writers wait
/// for each other anyway.
pub fn lock(c: &mut Conn, tenant: &TenantId, id: &AppointmentId) -> Result<()> {
    scope::tenant(c, tenant)?;
    let row = appointments::table.find((tenant.as_str(), id.as_str())).select(appointments::id);
    let found: Option<String> = each_backend!(
        c,
        Sqlite(c) => row.first(c).optional()?,
        Postgres(c) => row.for_no_key_update().first(c).optional()?
    );
    found.map(drop).ok_or(Error::NotFound)
}

/// [`lock`] for several, in the order of their ids: for an act over many, before it writes anything, as
/// [`people::lock_many`](crate::people::lock_many) does.
pub fn lock_many(c: &mut Conn, tenant: &TenantId, ids: &[AppointmentId]) -> Result<()> {
    scope::tenant(c, tenant)?;
    let rows = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::id.eq_any(ids.iter().map(AppointmentId::as_str)))
        .order(appointments::id)
        .select(appointments::id);
    each_backend!(
        c,
        Sqlite(_c) => {},
        Postgres(c) => {
            let _held: Vec<String> = rows.for_no_key_update().load(c)?;
        }
    );
    Ok(())
}

/// The appointment that an event of a calendar belongs to.
pub fn find_by_external(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    external_id: &str,
) -> Result<Option<Appointment>> {
    scope::tenant(c, tenant)?;
    let query = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::calendar_id.eq(calendar.as_str()))
        .filter(appointments::external_id.eq(external_id));
    Ok(query.select(Appointment::as_select()).first(c).optional()?)
}

/// The appointments whose events have these ids in a calendar.
pub fn list_by_external(
    c: &mut Conn,
    tenant: &TenantId,
    calendar: &CalendarId,
    external_ids: &[String],
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    for some in external_ids.chunks(ASKED_MAX) {
        let found: Vec<Appointment> = appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::calendar_id.eq(calendar.as_str()))
            .filter(appointments::external_id.eq_any(some))
            .select(Appointment::as_select())
            .load(c)?;
        all.extend(found);
    }
    Ok(all)
}

/// The first that starts after `from` and before `to` and takes place.
pub fn find_next(
    c: &mut Conn,
    tenant: &TenantId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::starts_at.gt(from.as_millis()))
        .filter(appointments::starts_at.lt(to.as_millis()))
        .filter(appointments::status.eq(Status::Booked.as_str()))
        .order((appointments::starts_at, appointments::id))
        .select(Appointment::as_select())
        .first(c)
        .optional()?)
}

/// What touches the time from `from` up to `to`, in order, cancelled ones too; 2,000 at most.
pub fn list_between(
    c: &mut Conn,
    tenant: &TenantId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let (from, to) = (from.as_millis(), to.as_millis());
    let long_before = from.saturating_sub(LONG_MILLIS);
    let order = (appointments::starts_at, appointments::id);
    // Those that began long before, of which there are few, come first.
    let mut on: Vec<Appointment> = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::starts_at.lt(to.min(long_before)))
        .filter(appointments::ends_at.gt(from))
        .filter(sql::<Bool>(IS_LONG))
        .order(order)
        .limit(BETWEEN_MAX)
        .select(Appointment::as_select())
        .load(c)?;
    let rest: Vec<Appointment> = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::starts_at.ge(long_before))
        .filter(appointments::starts_at.lt(to))
        // An appointment without length at `from` itself counts.
        .filter(appointments::ends_at.gt(from).or(appointments::starts_at.eq(from)))
        .order(order)
        .limit(BETWEEN_MAX)
        .select(Appointment::as_select())
        .load(c)?;
    on.extend(rest);
    on.truncate(BETWEEN_MAX as usize);
    Ok(on)
}

/// How many of those that fit a text are put in the order of their times.
const FITTING_MAX: usize = 500;
/// What a search looks through on each side of now while not all have words.
const SEARCHED_MAX: i64 = 1_000;

/// What a search compares: id, title, place and person.
type Searched = (String, String, String, Option<String>);

/// Appointments that take place and have a word for each word of this text, in their title, place or notes or
/// the name of the person: what is to come first, soonest first, then what was, latest first. The people
/// are those whom the text finds, for as long as not all appointments have words.
pub fn search(
    c: &mut Conn,
    tenant: &TenantId,
    text: &str,
    people: &[PersonId],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let fitting = search::best(c, tenant, search::Kind::Appointment, text, FITTING_MAX)?;
    if let Some(ids) = fitting {
        let mut rows: Vec<Appointment> = appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::id.eq_any(&ids))
            .select(Appointment::as_select())
            .load(c)?;
        rows.sort_by_key(|row| {
            let (at, now) = (row.starts_at.as_millis(), now.as_millis());
            (at < now, (at - now).abs(), row.id.clone())
        });
        rows.truncate(limit);
        return Ok(rows);
    }
    search_around(c, tenant, text, people, now, limit)
}

/// Whether an appointment has the words of a text in its title, place or notes: not by whom it is with.
pub fn says(appointment: &Appointment, text: &str) -> bool {
    let Appointment { title, location, notes, .. } = appointment;
    search::fits(search::Kind::Appointment, text, &[title, location, notes])
}

fn search_around(
    c: &mut Conn,
    tenant: &TenantId,
    text: &str,
    people: &[PersonId],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    let wanted = fold::fold(text);
    let fits = |(_, title, place, person): &Searched| {
        let theirs = |id: &String| people.iter().any(|one| one.as_str() == id);
        fold::fold(title).contains(&wanted)
            || fold::fold(place).contains(&wanted)
            || person.as_ref().is_some_and(theirs)
    };
    let found: Vec<String> =
        around(c, tenant, now)?.into_iter().filter(fits).take(limit).map(|(id, ..)| id).collect();
    let mut rows: Vec<Appointment> = appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::id.eq_any(&found))
        .select(Appointment::as_select())
        .load(c)?;
    rows.sort_by_key(|row| found.iter().position(|id| id == row.id.as_str()));
    Ok(rows)
}

fn around(c: &mut Conn, tenant: &TenantId, now: Timestamp) -> Result<Vec<Searched>> {
    scope::tenant(c, tenant)?;
    let booked = || {
        appointments::table
            .filter(appointments::tenant_id.eq(tenant.as_str()))
            .filter(appointments::status.eq(Status::Booked.as_str()))
    };
    let seen =
        (appointments::id, appointments::title, appointments::location, appointments::person_id);
    let mut all: Vec<Searched> = booked()
        .filter(appointments::starts_at.ge(now.as_millis()))
        .order((appointments::starts_at, appointments::id))
        .limit(SEARCHED_MAX)
        .select(seen)
        .load(c)?;
    let past: Vec<Searched> = booked()
        .filter(appointments::starts_at.lt(now.as_millis()))
        .order((appointments::starts_at.desc(), appointments::id))
        .limit(SEARCHED_MAX)
        .select(seen)
        .load(c)?;
    all.extend(past);
    Ok(all)
}

/// The next appointments with a person, soonest first, without cancelled ones.
pub fn list_upcoming_of_person(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq(person.as_str()))
        .filter(appointments::status.eq(Status::Booked.as_str()))
        .filter(appointments::ends_at.gt(now.as_millis()))
        .order((appointments::starts_at, appointments::id))
        .limit(limit)
        .select(Appointment::as_select())
        .load(c)?)
}

/// The latest appointments with a person, cancelled ones too, latest first.
pub fn list_of_person(
    c: &mut Conn,
    tenant: &TenantId,
    person: &PersonId,
    limit: i64,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::person_id.eq(person.as_str()))
        .order((appointments::starts_at.desc(), appointments::id.desc()))
        .limit(limit)
        .select(Appointment::as_select())
        .load(c)?)
}

/// Adds an appointment.
///
/// # Errors
/// [`Error::NotFound`] when the tenant lacks the person or calendar; [`Error::Unique`]
/// (`appointments_one_an_event`) when the event has an appointment already.
pub fn insert(c: &mut Conn, appointment: &Appointment) -> Result<()> {
    scope::tenant(c, &appointment.tenant_id)?;
    diesel::insert_into(appointments::table).values(appointment.clone()).execute(c)?;
    search::of_appointments(c, &appointment.tenant_id, std::slice::from_ref(&appointment.id))
}

/// Changes the appointment if it still has the revision; answers the new one.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed it meanwhile.
pub fn update(
    c: &mut Conn,
    tenant: &TenantId,
    id: &AppointmentId,
    change: &AppointmentChange,
    rev: i64,
    now: Timestamp,
) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let target =
        appointments::table.find((tenant.as_str(), id.as_str())).filter(appointments::rev.eq(rev));
    let set = (
        change.clone(),
        appointments::updated_at.eq(now.as_millis()),
        appointments::rev.eq(rev + 1),
    );
    let rows = diesel::update(target).set(set).execute(c)?;
    settled(rows, || Ok(find(c, tenant, id)?.is_some()))?;
    search::of_appointments(c, tenant, std::slice::from_ref(id))?;
    Ok(rev + 1)
}

/// Appointments in the order of their ids, which is the order they were made in.
pub fn list_after(
    c: &mut Conn,
    tenant: &TenantId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Appointment>> {
    scope::tenant(c, tenant)?;
    Ok(appointments::table
        .filter(appointments::tenant_id.eq(tenant.as_str()))
        .filter(appointments::id.gt(after.unwrap_or_default()))
        .order(appointments::id)
        .limit(bounded(limit))
        .select(Appointment::as_select())
        .load(c)?)
}
