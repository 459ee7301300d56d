//! Appointments.

use app::appointments::{self, Appointment, AppointmentInput, SpanFilter};
use app::cursors::Cursor;
use app::{event_states, series};
use domain::recurrence::First;
use domain::{ApiScope, AppointmentId, CalendarId, PersonId, Timestamp, Zone};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::{Call, wrong_parameter};
use super::describe::{
    Fields, about, change as change_of, cursor, flag, id, instant, limit, object, or_null,
    required_text, said, text, whole, word,
};
use super::problem::Problem;
use super::schema::Named;
use super::series::{FOLLOWED, RULE_CHARS_MAX, reach, rule};

/// The longest time that may be asked about, in days.
pub const SPAN_DAYS_MAX: i64 = 400;
const DAY_MS: i64 = 24 * 3_600_000;
const OVERLAPS: &[&str] = &["refuse", "allow"];
const REACHES: &[&str] = &["one", "following", "all"];

/// The schemas of appointments.
pub fn schemas() -> Vec<Named> {
    let appointment = whole(vec![
        ("id", id()),
        ("person", or_null(id())),
        ("title", said()),
        ("notes", said()),
        ("location", said()),
        ("starts_at", instant()),
        ("ends_at", instant()),
        ("zone", about(said(), "The zone it was entered in.")),
        ("status", word(&["booked", "cancelled"])),
        ("online", flag()),
        ("online_url", about(or_null(said()), "Where to meet, once that is there.")),
        ("calendar", about(or_null(id()), "The connected calendar that its event is in.")),
        ("sync", word(&["none", "pending", "synced", "failed"])),
        ("created_at", instant()),
        ("updated_at", instant()),
    ]);
    let mut new = written();
    new.push(overlap());
    let comes_again = format!(
        "How it comes again, as `FREQ=WEEKLY;COUNT=10`: then the first is answered, and the day that it \
            begins on must be one that the rule names. {FOLLOWED}"
    );
    new.push(("rule", about(or_null(text(RULE_CHARS_MAX)), &comes_again)));
    let mut changed = written();
    changed.push(overlap());
    let reach = "Of one that comes again: how many are changed in the same way; usually this one.";
    changed.push(("reach", about(word(REACHES), reach)));
    let shift = vec![("starts_at", instant()), ("ends_at", instant()), overlap()];
    vec![
        ("Appointment", appointment),
        ("AppointmentNew", object(new, &["title", "starts_at", "ends_at"])),
        ("AppointmentChange", change_of(changed)),
        ("AppointmentMove", object(shift, &["starts_at", "ends_at"])),
    ]
}

/// The field that lets a time be taken twice.
pub fn overlap() -> (&'static str, Value) {
    let sentence = "Whether it may take a time that is taken; usually not.";
    ("overlap", about(word(OVERLAPS), sentence))
}

fn written() -> Fields {
    vec![
        ("title", required_text(200)),
        ("starts_at", instant()),
        ("ends_at", about(instant(), "Later, by 31 days at most.")),
        ("person", or_null(id())),
        ("notes", or_null(text(8_000))),
        ("location", or_null(text(500))),
        ("zone", about(text(60), "By its IANA name; usually that of the business.")),
        ("online", flag()),
        ("calendar", or_null(id())),
    ]
}

/// The two instants between which something is asked for.
pub fn bounds() -> Fields {
    let at = |sentence| {
        let mut schema = about(instant(), sentence);
        schema["required"] = true.into();
        schema
    };
    vec![
        ("from", at("From this instant on.")),
        ("to", at("Up to this one, which isn't in it; at most 400 days later.")),
    ]
}

/// Parameters of what is asked between two instants.
pub fn span_query() -> Fields {
    let mut all = bounds();
    all.extend([("limit", limit()), ("after", cursor())]);
    all
}

/// Parameters of what changed from an instant on.
pub fn changed_query() -> Fields {
    let mut since = about(instant(), "From this instant on.");
    since["required"] = true.into();
    vec![("since", since), ("limit", limit()), ("after", cursor())]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    let mut all = span_query();
    all.extend(narrowing("Those that take place, unless something else is asked for."));
    all
}

/// What lists may be narrowed to besides their time; `status` says what is told where nothing is said of that.
pub fn narrowing(status: &str) -> Fields {
    vec![
        ("person", about(id(), "Those with this person; the token must read people.")),
        ("status", about(word(&["booked", "cancelled", "any"]), status)),
    ]
}

/// Which are asked for, and of which status where nothing is said of that.
pub fn filter(call: &Call, otherwise: &str) -> Result<SpanFilter, Problem> {
    let person: Option<PersonId> = call.asked_as("person")?;
    if person.is_some() && !call.opened.scopes.has(ApiScope::PeopleRead) {
        return Err(Problem::no_scope(ApiScope::PeopleRead));
    }
    // Any of them is no status of its own.
    let status = call.asked("status").unwrap_or(otherwise).parse().ok();
    Ok(SpanFilter { status, person })
}

/// The time that is asked about.
pub fn span(call: &Call) -> Result<(Timestamp, Timestamp), Problem> {
    let (from, to) = (call.asked_at("from")?, call.asked_at("to")?);
    let length = to.millis_since(from);
    if length <= 0 || length > SPAN_DAYS_MAX * DAY_MS {
        return Err(wrong_parameter("to"));
    }
    Ok((from, to))
}

/// A page of what takes place between two instants, by start.
pub async fn list(call: Call) -> Answer {
    let (span, after) = (span(&call)?, call.after::<Cursor>()?);
    let filter = filter(&call, "booked")?;
    let (app, ctx) = (call.app(), call.ctx());
    let page = appointments::list_span(app, ctx, span, filter, after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// A page of what was changed since, the longest ago first, whatever its status.
pub async fn changed(call: Call) -> Answer {
    let (since, after) = (call.asked_at("since")?, call.after::<Cursor>()?);
    let (app, ctx) = (call.app(), call.ctx());
    let page = appointments::list_changed(app, ctx, since, after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

fn shown(each: &Appointment) -> Value {
    json!({
        "id": each.id,
        "person": each.person_id,
        "title": each.title,
        "notes": each.notes,
        "location": each.location,
        "starts_at": each.starts_at.to_rfc3339(),
        "ends_at": each.ends_at.to_rfc3339(),
        "zone": each.zone.name(),
        "status": each.status.as_str(),
        "online": each.online,
        "online_url": each.online_url,
        "calendar": each.calendar_id,
        "sync": each.sync_state.as_str(),
        "created_at": each.created_at.to_rfc3339(),
        "updated_at": each.updated_at.to_rfc3339(),
    })
}

fn reply(appointment: &Appointment) -> Reply {
    // What its calendar answers changes what is shown as well.
    Reply::one_at(shown(appointment), appointment.rev)
}

async fn one(call: &Call, id: &AppointmentId) -> Answer {
    Ok(reply(&appointments::get_appointment(call.app(), call.ctx(), id).await?))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("appointment")?).await
}

fn zone(call: &Call, before: &Zone) -> Result<Zone, Problem> {
    let unknown = |_| Problem::field("/zone", "error-zone-unknown");
    match call.text_or("zone", before.name()).as_str() {
        "" => Ok(before.clone()),
        name => name.parse().map_err(unknown),
    }
}

/// Whether a time may be taken twice.
pub fn anyway(call: &Call) -> bool {
    call.text("overlap") == "allow"
}

/// Books one.
pub async fn book(call: Call) -> Answer {
    let start = Timestamp::from_millis(0);
    let input = AppointmentInput {
        person: call.read_or::<PersonId>("person", None)?,
        title: call.text("title"),
        notes: call.text("notes"),
        location: call.text("location"),
        starts_at: call.instant_or("starts_at", start),
        ends_at: call.instant_or("ends_at", start),
        zone: zone(&call, &call.ctx().zone)?,
        online: call.flag_or("online", false),
        calendar: call.read_or::<CalendarId>("calendar", None)?,
    };
    let (app, ctx, once) = (call.app(), call.ctx(), call.once.as_str());
    let clock = input.zone.clone();
    let local = clock.local(input.starts_at);
    let first = First { day: local.date(), time: Some(local.time()), zone: &clock };
    let booked = match (rule(&call, &first)?, anyway(&call)) {
        (Some(rule), anyway) => series::book_series(app, ctx, input, rule, once, anyway).await?,
        (None, true) => appointments::book_anyway(app, ctx, input, once).await?,
        (None, false) => appointments::book_appointment(app, ctx, input, once).await?,
    };
    let location = format!("/api/v1/appointments/{}", booked.id);
    Ok(Reply::made(shown(&booked), Some(booked.rev), location))
}

/// Changes some of one's fields.
pub async fn change(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    let (app, ctx) = (call.app(), call.ctx());
    let before = appointments::get_appointment(app, ctx, &id).await?;
    let input = AppointmentInput {
        person: call.read_or("person", before.person_id.clone())?,
        title: call.text_or("title", &before.title),
        notes: call.text_or("notes", &before.notes),
        location: call.text_or("location", &before.location),
        starts_at: call.instant_or("starts_at", before.starts_at),
        ends_at: call.instant_or("ends_at", before.ends_at),
        zone: zone(&call, &before.zone)?,
        online: call.flag_or("online", before.online),
        calendar: call.read_or("calendar", before.calendar_id.clone())?,
    };
    let rev = call.rev.unwrap_or(before.rev);
    match (reach(&call), anyway(&call)) {
        (Some(reach), anyway) => {
            series::change_series(app, ctx, &id, input, rev, reach, anyway).await?
        }
        (None, true) => appointments::change_anyway(app, ctx, &id, input, rev).await?,
        (None, false) => appointments::change_appointment(app, ctx, &id, input, rev).await?,
    };
    one(&call, &id).await
}

/// Moves one to another time.
pub async fn shift(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    let (app, ctx) = (call.app(), call.ctx());
    let before = appointments::get_appointment(app, ctx, &id).await?;
    let times = (
        call.instant_or("starts_at", before.starts_at),
        call.instant_or("ends_at", before.ends_at),
    );
    let rev = call.rev.unwrap_or(before.rev);
    match anyway(&call) {
        true => appointments::move_anyway(app, ctx, &id, times, rev).await?,
        false => appointments::move_appointment(app, ctx, &id, times, rev).await?,
    };
    one(&call, &id).await
}

/// Cancels one.
pub async fn cancel(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    appointments::cancel_appointment(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Tries at once to write the event that could not be written.
pub async fn send_again(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    event_states::send_again(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Lets a cancelled one take place after all.
pub async fn restore(call: Call) -> Answer {
    let id: AppointmentId = call.id("appointment")?;
    appointments::restore_appointment(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}
