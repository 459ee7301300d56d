//! What of the one that stays comes from the other, field by field, and how it goes back.

use domain::{StageId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::Conn;
use store::people::{Consent, Person, PersonChange, Standing};
use store::pipelines::{Outcome, Stage};

use crate::App;
use crate::audit::Who;
use crate::error::{Error, Result};
use crate::people::{NOTES_CHARS_MAX, fields_of, input, record};

/// Fields by their names, with what each was or is.
pub(super) type Filled = Vec<(String, Value)>;

/// The fields that a merge may fill.
const FILLED: [&str; 11] = [
    "company",
    "phone",
    "email",
    "source",
    "notes",
    "owner",
    "value",
    "follow-up",
    "stage",
    "customer-since",
    "consent",
];

/// The fields of the one that stays, filled from the other; and what was filled, with what it was.
pub(super) fn filled(c: &mut Conn, kept: &Person, gone: &Person) -> Result<(PersonChange, Filled)> {
    let mut fields = fields_of(kept);
    for (own, other) in [
        (&mut fields.company, &gone.company),
        (&mut fields.phone, &gone.phone),
        (&mut fields.email, &gone.email),
        (&mut fields.source, &gone.source),
    ] {
        if own.is_empty() {
            own.clone_from(other);
        }
    }
    if !gone.notes.is_empty() && gone.notes != fields.notes {
        let both = [fields.notes.as_str(), gone.notes.as_str()];
        fields.notes =
            both.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n");
        if fields.notes.chars().count() > NOTES_CHARS_MAX {
            return Err(Error::invalid("other", "error-merge-notes"));
        }
    }
    if fields.owner_id.is_none() {
        fields.owner_id.clone_from(&gone.owner_id);
    }
    if fields.value == 0 && gone.value != 0 {
        (fields.value, fields.value_currency) = (gone.value, gone.value_currency.clone());
    }
    if fields.follow_up_on.is_none() {
        fields.follow_up_on.clone_from(&gone.follow_up_on);
    }
    // Who said no to either has said no.
    let says_more = gone.consent == Consent::Withdrawn || fields.consent == Consent::Unknown;
    if says_more && gone.consent != fields.consent && gone.consent != Consent::Unknown {
        fields.consent = gone.consent;
        fields.consent_at = gone.consent_at;
        fields.consent_note.clone_from(&gone.consent_note);
    }
    stand(c, &mut fields, kept, gone)?;
    let was = fields_of(kept);
    // Since when they are a customer belongs to the stage, where that comes from the other.
    let moves = was.stage_id != fields.stage_id;
    let differ = FILLED.iter().filter(|name| {
        said(&was, name) != said(&fields, name) && !(moves && **name == "customer-since")
    });
    let filled = differ.map(|name| ((*name).to_owned(), said(&was, name))).collect();
    Ok((fields, filled))
}

/// Where the one that stays stands from now on: where the further of the two does, and since when.
fn stand(c: &mut Conn, fields: &mut PersonChange, kept: &Person, gone: &Person) -> Result<()> {
    if let Some(stage) = further(c, kept, gone)? {
        let standing = stage.outcome.standing();
        fields.standing = standing;
        fields.stage_id = stage.id;
        fields.stage_since = gone.stage_since;
        fields.won_at = gone.won_at.filter(|_| standing == Standing::Customer);
        return Ok(());
    }
    // Who became a customer twice became one the first time.
    let (own, other) = (fields.won_at, gone.won_at);
    if fields.standing == Standing::Customer
        && other.is_some_and(|at| own.is_none_or(|own| at < own))
    {
        fields.won_at = other;
    }
    Ok(())
}

/// The other's stage where it is further than one's own. A customer is further than somebody who is on the way,
/// and who is on the way somewhere isn't lost: a question that is still open must not go out of sight.
fn further(c: &mut Conn, kept: &Person, gone: &Person) -> Result<Option<Stage>> {
    if kept.stage_id == gone.stage_id {
        return Ok(None);
    }
    let tenant = &kept.tenant_id;
    let own = store::pipelines::find_stage(c, tenant, &kept.stage_id)?;
    let other = standing_in(c, tenant, &gone.stage_id)?;
    let (Some(own), Some(other)) = (own, other) else { return Ok(None) };
    let (mine, others) = (rank(own.outcome), rank(other.outcome));
    // Of two on one way, the later stage is the further.
    let on_one_way = own.outcome == Outcome::Open && own.pipeline_id == other.pipeline_id;
    let is_further = others > mine || others == mine && on_one_way && other.position > own.position;
    Ok(is_further.then_some(other))
}

const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Lost => 0,
        Outcome::Open => 1,
        Outcome::Won => 2,
    }
}

/// The stage, or the one to which its people are moving: one that goes takes nobody new in.
fn standing_in(c: &mut Conn, tenant: &TenantId, id: &StageId) -> Result<Option<Stage>> {
    let stage = store::pipelines::find_stage(c, tenant, id)?;
    match stage.as_ref().and_then(|stage| stage.goes_to.clone()) {
        Some(to) => input::stage_to_return_to(c, tenant, &to),
        None => Ok(stage),
    }
}

/// The same fields but for the stage and what comes with it, which stay as the person has them: a merge and its
/// undoing change them by [`stand_there`].
pub(super) fn but_stage(fields: &PersonChange, person: &Person) -> PersonChange {
    if fields.stage_id == person.stage_id {
        return fields.clone();
    }
    PersonChange {
        standing: person.standing,
        stage_id: person.stage_id.clone(),
        stage_since: person.stage_since,
        won_at: person.won_at,
        ..fields.clone()
    }
}

/// Puts somebody where these fields say. On their page the merge tells of it, or that it was taken back: nobody
/// has turned to them, so it is no step towards them.
pub(super) fn stand_there(
    app: &App,
    c: &mut Conn,
    who: &Who,
    person: &Person,
    there: &PersonChange,
) -> Result<Person> {
    if there.stage_id == person.stage_id {
        return Ok(person.clone());
    }
    let (tenant, id) = (&person.tenant_id, &person.id);
    let contacts = store::contacts::list(c, tenant, id)?;
    let fields = PersonChange {
        standing: there.standing,
        stage_id: there.stage_id.clone(),
        stage_since: there.stage_since,
        won_at: there.won_at,
        ..fields_of(person)
    };
    store::people::update(c, tenant, id, &fields, &contacts, person.rev, app.clock.now())?;
    let detail = json!({"from": person.standing, "to": there.standing});
    record(app, c, tenant, who, "person.stage-changed", id, detail)?;
    Ok(store::people::get(c, tenant, id)?)
}

/// What a field says, as it is kept for taking a merge back.
pub(super) fn said(fields: &PersonChange, name: &str) -> Value {
    match name {
        "company" => json!(fields.company),
        "phone" => json!(fields.phone),
        "email" => json!(fields.email),
        "source" => json!(fields.source),
        "notes" => json!(fields.notes),
        "owner" => json!(fields.owner_id),
        "value" => json!([fields.value, fields.value_currency]),
        "follow-up" => json!(fields.follow_up_on),
        "stage" => json!([fields.stage_id, fields.stage_since, fields.won_at]),
        "customer-since" => json!(fields.won_at),
        "consent" => json!([fields.consent, fields.consent_at, fields.consent_note]),
        _ => Value::Null,
    }
}

/// Puts fields back that a merge filled.
pub(super) fn put_back(
    c: &mut Conn,
    tenant: &TenantId,
    fields: &mut PersonChange,
    filled: &Filled,
) -> Result<()> {
    for (name, was) in filled {
        let text = || was.as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "company" => fields.company = text(),
            "phone" => fields.phone = text(),
            "email" => fields.email = text(),
            "source" => fields.source = text(),
            "notes" => fields.notes = text(),
            "owner" => fields.owner_id = None,
            "value" => {
                // Before the currency was kept it was nothing, in none.
                (fields.value, fields.value_currency) =
                    serde_json::from_value(was.clone()).unwrap_or_default();
            }
            "follow-up" => fields.follow_up_on = None,
            "stage" => stand_back(c, tenant, fields, was)?,
            "customer-since" => fields.won_at = serde_json::from_value(was.clone())?,
            "consent" => {
                (fields.consent, fields.consent_at, fields.consent_note) =
                    serde_json::from_value(was.clone())?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Back to where they stood; a stage that was removed meanwhile can't take anybody back.
fn stand_back(
    c: &mut Conn,
    tenant: &TenantId,
    fields: &mut PersonChange,
    was: &Value,
) -> Result<()> {
    let (stage, since, won_at): (StageId, Timestamp, Option<Timestamp>) =
        serde_json::from_value(was.clone())?;
    let Some(stage) = input::stage_to_return_to(c, tenant, &stage)? else { return Ok(()) };
    let standing = stage.outcome.standing();
    fields.standing = standing;
    fields.stage_id = stage.id;
    fields.stage_since = since;
    fields.won_at = won_at.filter(|_| standing == Standing::Customer);
    Ok(())
}
