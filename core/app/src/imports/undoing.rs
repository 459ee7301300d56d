//! Takes a whole import back: who came with it goes, and who was changed is as before, unless somebody
//! has changed them or done something with them since. In lots, as it came.

use std::collections::HashSet;
use std::sync::Arc;

use domain::phone::Country;
use domain::{ImportId, OwnFieldId, PersonId, TagId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::attributions::Attribution;
use store::audit::ActorKind;
use store::contacts::{Contact, ContactKind};
use store::imports::{Counts, Import, Outcome, RowResult, State};
use store::people::{Person, PersonChange, Standing};
use store::timeline::Entry;

use super::running::{Next, ROWS_AT_ONCE, TOLD, advance, beginner, who};
use super::telling::{self, Change};
use super::{queue, record, require};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::own_fields::values;
use crate::{attributions, endpoints, notifications, people, tags};

/// Lots after which others come first.
const LOTS: usize = 20;

/// How somebody was before an import changed them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Was {
    pub fields: PersonChange,
    contacts: Vec<(ContactKind, String, String)>,
    /// What each of them was understood as.
    #[serde(default)]
    e164: Vec<String>,
    pub tags: Vec<TagId>,
    /// What they had of own fields.
    #[serde(default)]
    own: Vec<(OwnFieldId, String)>,
    /// Whether it says when they became a customer: what was kept before people had that doesn't.
    #[serde(default)]
    dated: bool,
    /// Where they came from first, where that was known.
    #[serde(default)]
    first: Option<Attribution>,
    /// Whether it says that: what was kept before a list could tell it doesn't.
    #[serde(default)]
    says_first: bool,
}

impl Was {
    pub(super) fn of(c: &mut Conn, person: &Person) -> Result<Self> {
        let (tenant, id) = (&person.tenant_id, std::slice::from_ref(&person.id));
        let contacts = store::contacts::list(c, tenant, &person.id)?;
        let on = store::tags::list_of(c, tenant, id)?;
        let own = store::own_fields::list_of(c, tenant, id)?;
        Ok(Self {
            fields: people::fields_of(person),
            e164: contacts.iter().map(|it| it.e164.clone()).collect(),
            contacts: contacts.into_iter().map(|it| (it.kind, it.value, it.label)).collect(),
            tags: on.into_iter().map(|(_, tag)| tag).collect(),
            own: own.into_iter().map(|it| (it.field_id, it.value)).collect(),
            dated: true,
            first: store::attributions::find(c, tenant, &person.id)?,
            says_first: true,
        })
    }

    pub(super) fn contacts_differ(&self, after: &[Contact]) -> bool {
        let same = |((kind, value, label), it): (&(ContactKind, String, String), &Contact)| {
            *kind == it.kind && *value == it.value && *label == it.label
        };
        self.contacts.len() != after.len() || !self.contacts.iter().zip(after).all(same)
    }

    fn contacts_of(&self, person: &Person, home: Option<Country>) -> Vec<Contact> {
        let of = (&person.tenant_id, &person.id);
        let understood = self.e164.iter().map(String::as_str).chain(std::iter::repeat(""));
        (0..)
            .zip(&self.contacts)
            .zip(understood)
            .map(|((position, (kind, value, label)), e164)| {
                Contact::said(of, position, *kind, (value, label), home).understood_as(e164)
            })
            .collect()
    }
}

/// Begins to take an import back. Once begun, or done, doing so again changes nothing.
///
/// # Errors
/// [`Error::Conflict`] while it is running: it is stopped first.
pub async fn undo_import(app: &App, ctx: &Context, id: &ImportId) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let import = store::imports::get(c, &ctx2.tenant, &id)?;
            match import.state {
                State::Undoing | State::Undone => return Ok(()),
                State::Waiting => return Err(Error::NotFound),
                State::Running => return Err(Error::Conflict { key: "error-imports-running" }),
                State::Done | State::Cancelled | State::Failed => {}
            }
            let (step, now) = ((import.state, State::Undoing), app2.clock.now());
            store::imports::begin(c, &ctx2.tenant, &id, step, (now, &ctx2.account))?;
            queue(&app2, c, &import)?;
            record(&app2, c, &Who::from(&ctx2), &import, "import.undo-begun", json!({}))
        })
        .await?;
    app.wake_jobs();
    Ok(())
}

pub(super) async fn take_back(app: &App, import: Import) -> Result<()> {
    let import = Arc::new(import);
    let mut done = import.rows_done;
    for lot in 1..=LOTS {
        let (app2, import2) = (app.clone(), import.clone());
        let next =
            app.db.transact(move |c| take_lot(&app2, c, &import2, done, lot == LOTS)).await?;
        match next {
            Next::On(next) => done = next,
            Next::Over => break,
        }
    }
    Ok(())
}

/// Takes the next rows back.
fn take_lot(
    app: &App,
    c: &mut Conn,
    import: &Import,
    done: i64,
    others_turn: bool,
) -> Result<Next> {
    let tenant = &import.tenant_id;
    // As when they came: no other import looks who is there between.
    store::tenants::lock(c, tenant)?;
    let touched = [Outcome::Made, Outcome::Changed];
    let most = i64::try_from(ROWS_AT_ONCE).map_err(Error::internal)?;
    let rows = store::imports::list_results(c, tenant, &import.id, &touched, done, most)?;
    let next = rows.last().map_or(done, |row| row.row_number);
    if let Some(other) = advance(c, import, State::Undoing, (done, next))? {
        if others_turn && matches!(other, Next::On(_)) {
            queue(app, c, import)?;
        }
        return Ok(other);
    }
    if rows.is_empty() {
        let step = (State::Undoing, State::Undone);
        store::imports::settle(c, tenant, &import.id, step, "", app.clock.now())?;
        let now = store::imports::get(c, tenant, &import.id)?;
        notifications::import_ended(app, c, &now)?;
        notifications::people_taken_back(app, c, tenant, import.id.as_str())?;
        let told = json!({"made": now.made, "changed": now.changed, "kept": now.kept});
        endpoints::events::publish(app, c, tenant, "import.undone", import.id.as_str(), &told)?;
        let detail = json!({"kept": now.kept});
        people::record_many(app, c, tenant, &who(import), "person.import-undone", detail)?;
        return Ok(Next::Over);
    }
    // Of whoever else changes several of them, neither waits for the other.
    let all: Vec<PersonId> = rows.iter().filter_map(|row| row.person_id.clone()).collect();
    store::people::lock_many(c, tenant, &all)?;
    let (gone, mut stay) = remove(app, c, import, &rows)?;
    let (back, unchanged) = give_back(app, c, import, &rows)?;
    stay.extend(unchanged);
    store::imports::keep(c, tenant, &import.id, &stay)?;
    let kept = i64::try_from(stay.len()).map_err(Error::internal)?;
    store::imports::count(c, tenant, &import.id, Counts { kept, ..Counts::default() })?;
    let detail = json!({"removed": gone, "restored": back, "kept": kept});
    record(app, c, &who(import), import, "import.rows-undone", detail)?;
    if others_turn {
        queue(app, c, import)?;
    }
    Ok(Next::On(next))
}

/// Removes those who came with these rows; answers how many went, and the rows whose people stay.
fn remove(
    app: &App,
    c: &mut Conn,
    import: &Import,
    rows: &[RowResult],
) -> Result<(usize, Vec<i64>)> {
    let tenant = &import.tenant_id;
    let made = rows.iter().filter(|row| row.outcome == Outcome::Made);
    let made: Vec<(PersonId, &RowResult)> =
        made.filter_map(|row| Some((row.person_id.clone()?, row))).collect();
    let ids: Vec<PersonId> = made.iter().map(|(id, _)| id.clone()).collect();
    let busy = store::people::list_busy(c, tenant, &ids, TOLD)?;
    // Whom somebody removed before stays as they are, and isn't there.
    let there = store::people::list_by_ids(c, tenant, &ids)?;
    let free = made.iter().filter(|(id, _)| !busy.contains(id));
    let free: Vec<(PersonId, i64)> = free.map(|(id, row)| (id.clone(), row.rev)).collect();
    let gone: HashSet<PersonId> =
        store::people::delete_many(c, tenant, &free, app.clock.now())?.into_iter().collect();
    let due = there.iter().filter(|it| it.follow_up_on.is_some() && gone.contains(&it.id));
    for person in due {
        people::remind(app, c, person)?;
    }
    let stay: HashSet<&PersonId> =
        there.iter().map(|it| &it.id).filter(|id| !gone.contains(*id)).collect();
    let rows = made.iter().filter(|(id, _)| stay.contains(id)).map(|(_, row)| row.row_number);
    Ok((gone.len(), rows.collect()))
}

/// Gives those who were changed by these rows back what they were; answers how many got it, and the rows
/// whose people stay as they are.
fn give_back(
    app: &App,
    c: &mut Conn,
    import: &Import,
    rows: &[RowResult],
) -> Result<(usize, Vec<i64>)> {
    let tenant = &import.tenant_id;
    let are_told = telling::are_endpoints_told(c, tenant)?;
    let (mut back, mut stay) = (0, Vec::new());
    for row in rows.iter().filter(|row| row.outcome == Outcome::Changed) {
        let (Some(id), Some(before)) = (&row.person_id, &row.before_json) else { continue };
        let Some(person) = store::people::find(c, tenant, id)? else { continue };
        if person.rev != row.rev {
            stay.push(row.row_number);
            continue;
        }
        let was: Was = serde_json::from_value(before.0.clone())?;
        restore(app, c, import, &person, was, are_told)?;
        back += 1;
    }
    Ok((back, stay))
}

fn restore(
    app: &App,
    c: &mut Conn,
    import: &Import,
    person: &Person,
    was: Was,
    are_told: bool,
) -> Result<()> {
    let (tenant, now) = (&person.tenant_id, app.clock.now());
    let is = Was::of(c, person)?;
    let home = store::tenants::find_country(c, tenant)?;
    let contacts = was.contacts_of(person, home);
    let Was { mut fields, tags: on, own, dated, first, says_first, .. } = was;
    if says_first && first != is.first {
        attributions::put_back(c, person, first.as_ref())?;
    }
    if !dated {
        fields.won_at = person.won_at;
    }
    // A stage or a member who left meanwhile can't take anybody back.
    match people::input::stage_to_return_to(c, tenant, &fields.stage_id)? {
        Some(stage) => {
            fields.standing = stage.outcome.standing();
            fields.won_at = fields.won_at.filter(|_| fields.standing == Standing::Customer);
        }
        None => {
            fields.stage_id = person.stage_id.clone();
            fields.standing = person.standing;
            fields.stage_since = person.stage_since;
            fields.won_at = person.won_at;
        }
    }
    if let Some(owner) = &fields.owner_id
        && store::members::find(c, tenant, owner)?.is_none()
    {
        fields.owner_id = None;
    }
    let known = store::tags::list(c, tenant)?;
    let on: Vec<TagId> =
        on.into_iter().filter(|tag| known.iter().any(|it| it.id == *tag)).collect();
    store::people::update(c, tenant, &person.id, &fields, &contacts, person.rev, now)?;
    let mut named = people::changed(&is.fields, &fields);
    if is.contacts_differ(&contacts) {
        named.push("contacts");
    }
    if tags::put_all(c, tenant, &person.id, &on)? {
        named.push("tags");
    }
    let own = values::as_they_were(c, person, &own)?;
    values::put(c, tenant, &person.id, &own)?;
    let change = Change { before: person, after: &fields, fields: &named, own: &own };
    telling::changed(app, c, &change, are_told)?;
    let entry = Entry {
        tenant_id: tenant.clone(),
        id: domain::EntryId::new(&*app.clock, &*app.rng),
        person_id: person.id.clone(),
        at: now,
        kind: "import-undone".to_owned(),
        actor_kind: ActorKind::Account,
        actor_id: beginner(import).to_string(),
        entity_id: import.id.to_string(),
        detail_json: json!({"file": import.name}).into(),
    };
    Ok(store::timeline::insert(c, &entry)?)
}
