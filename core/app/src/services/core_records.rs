//! People and appointments written by plugins: the same checks, outbox and activity log as a
//! member's change, with the plugin as the one who did it.

use domain::{AppointmentId, PersonId, Timestamp, Zone};
use runtime::CallContext;
use serde::Deserialize;
use serde_json::Value;
use store::Conn;
use store::appointments::Appointment;

use crate::attributions::AttributionInput;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::people::{self, Person, PersonInput};
use crate::services::records::{PERSON, appointment_document, person_documents, remember};
use crate::{App, appointments, notifications};

pub(super) async fn upsert(
    app: &App,
    ctx: &CallContext,
    entity: &str,
    value: Value,
    expected_rev: Option<u64>,
    key: &str,
) -> Result<Value> {
    let (app2, ctx, entity, key) = (app.clone(), ctx.clone(), entity.to_owned(), key.to_owned());
    let expected = expected_rev.map(|rev| i64::try_from(rev).unwrap_or(i64::MAX));
    let made = app
        .db
        .transact(move |c| -> Result<Value> {
            super::fence(c, &ctx)?;
            let scope = format!("record/{}/{entity}", ctx.plugin);
            if let Some(done) = store::idempotency::find(c, &ctx.tenant, &scope, &key)? {
                return Ok(done.result_json.0);
            }
            let made = if entity == PERSON {
                let person = upsert_person(&app2, c, &ctx, value, expected)?;
                person_documents(c, &ctx, std::slice::from_ref(&person))?.pop().unwrap_or_default()
            } else {
                appointment_document(&upsert_appointment(&app2, c, &ctx, value, expected)?)
            };
            remember(&app2, c, &ctx, scope, key, &made)?;
            Ok(made)
        })
        .await?;
    app.wake_jobs();
    Ok(made)
}

/// What a plugin may say of a person; what it leaves out stays. Own fields are not among it: what it sends
/// back of them is passed over.
#[derive(Deserialize)]
struct PersonFields {
    id: Option<PersonId>,
    stage: Option<String>,
    name: Option<String>,
    company: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    source: Option<String>,
    notes: Option<String>,
}

impl PersonFields {
    /// The form a member would have filled in.
    fn over(self, before: Option<&Person>) -> PersonInput {
        let or = |said: Option<String>, old: fn(&Person) -> &str| {
            said.unwrap_or_else(|| before.map(old).unwrap_or_default().to_owned())
        };
        PersonInput {
            stage: or(self.stage, |p| p.standing.as_str()),
            name: or(self.name, |p| &p.name),
            company: or(self.company, |p| &p.company),
            phone: or(self.phone, |p| &p.phone),
            email: or(self.email, |p| &p.email),
            source: or(self.source, |p| &p.source),
            notes: or(self.notes, |p| &p.notes),
            details: None,
            own: Vec::new(),
            attribution: AttributionInput::default(),
            first_source: None,
        }
    }
}

fn upsert_person(
    app: &App,
    c: &mut Conn,
    ctx: &CallContext,
    value: Value,
    expected: Option<i64>,
) -> Result<Person> {
    let fields: PersonFields = read(value)?;
    let (tenant, who) = (&ctx.tenant, Who::plugin(&ctx.plugin));
    let Some(id) = fields.id.clone() else {
        let person = people::insert(app, c, tenant, &who, &fields.over(None))?;
        notifications::lead_came(app, c, &person)?;
        return Ok(person);
    };
    store::pipelines::hold(c, tenant)?;
    let before = store::people::get(c, tenant, &id)?;
    let draft = fields.over(Some(&before)).draft(app, c, tenant, &id, Some(&before))?;
    people::change(app, c, &who, &before, draft, expected.unwrap_or(before.rev))
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|_| Error::invalid("value", "error-invalid"))
}

/// What a plugin may say of an appointment; what it leaves out stays.
#[derive(Deserialize)]
struct AppointmentFields {
    id: Option<AppointmentId>,
    title: Option<String>,
    notes: Option<String>,
    location: Option<String>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    time_zone: Option<Zone>,
}

fn upsert_appointment(
    app: &App,
    c: &mut Conn,
    ctx: &CallContext,
    value: Value,
    expected: Option<i64>,
) -> Result<Appointment> {
    let input: AppointmentFields = read(value)?;
    let id = input.id.ok_or_else(|| Error::invalid("id", "error-required"))?;
    let before = store::appointments::get(c, &ctx.tenant, &id)?;
    let time = |said: Option<String>, old: Timestamp| match said {
        Some(text) => Timestamp::parse_rfc3339(&text)
            .ok_or_else(|| Error::invalid("starts_at", "error-invalid")),
        None => Ok(old),
    };
    let changed = appointments::AppointmentInput {
        person: before.person_id.clone(),
        title: input.title.unwrap_or_else(|| before.title.clone()),
        notes: input.notes.unwrap_or_else(|| before.notes.clone()),
        location: input.location.unwrap_or_else(|| before.location.clone()),
        starts_at: time(input.starts_at, before.starts_at)?,
        ends_at: time(input.ends_at, before.ends_at)?,
        zone: input.time_zone.unwrap_or_else(|| before.zone.clone()),
        online: before.online,
        calendar: before.calendar_id.clone(),
    };
    let rev = expected.unwrap_or(before.rev);
    appointments::change_in(app, c, &Who::plugin(&ctx.plugin), before, changed, rev)
}
