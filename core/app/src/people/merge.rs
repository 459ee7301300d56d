//! Making one person of two, and taking it back.
//!
//! The one that stays keeps what it says; what it leaves empty comes from the other, with all numbers
//! and addresses, tags, notes, appointments and everything that happened. The other is deleted as
//! people are, so that nothing is lost before its time.

use domain::phone::Country;
use domain::{
    AppointmentId, EntryId, OwnFieldId, PersonId, SeriesId, TagId, TaskId, TenantId, UndoId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::attributions::Attribution;
use store::contacts::Contact;
use store::people::{Consent, Person, PersonChange};

use super::input::CONTACTS_MAX;
use super::{ContactKind, Draft, change, fields_of, record, require_to_write, tell};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::own_fields::values::{self, OwnChange};
use crate::undos;

/// What the undo of a merge is called.
pub(crate) const UNDO: &str = "merge";

/// Most people of one group of doubles.
const GROUP_MAX: i64 = 20;
/// Most groups that are shown at once.
const GROUPS_MAX: i64 = 50;

/// People who may be one.
#[derive(Debug, Clone)]
pub struct Doubles {
    /// What they share: `phone`, `email` or `name`.
    pub by: String,
    /// They, oldest first.
    pub people: Vec<Person>,
}

/// Groups of people who share a number, an address or a name; each group once.
pub async fn list_doubles(app: &App, ctx: &Context) -> Result<Vec<Doubles>> {
    ctx.require_to_see(domain::Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Vec<Doubles>> {
            let mut groups: Vec<Doubles> = Vec::new();
            for shared in store::people::list_shared(c, &tenant, GROUPS_MAX)? {
                let ids = match shared.by.parse() {
                    Ok(kind) => {
                        let keys = std::slice::from_ref(&shared.key);
                        store::contacts::list_sharing(c, &tenant, kind, keys, None)?
                    }
                    Err(_) => store::people::list_named(c, &tenant, &shared.key, GROUP_MAX)?,
                };
                let mut people = store::people::list_by_ids(c, &tenant, &ids)?;
                people.sort_by(|a, b| a.id.cmp(&b.id));
                let same = |group: &Doubles| {
                    people.iter().all(|one| group.people.iter().any(|it| it.id == one.id))
                };
                if people.len() > 1 && !groups.iter().any(same) {
                    groups.push(Doubles { by: shared.by, people });
                }
            }
            Ok(groups)
        })
        .await
}

/// What a merge can be taken back with.
#[derive(Debug, Serialize, Deserialize)]
struct Merged {
    kept: PersonId,
    gone: PersonId,
    /// The revision that the merge made of the one that stays.
    rev: i64,
    contacts: Vec<(String, String)>,
    tags: Vec<TagId>,
    entries: Vec<EntryId>,
    appointments: Vec<AppointmentId>,
    #[serde(default)]
    series: Vec<SeriesId>,
    #[serde(default)]
    tasks: Vec<TaskId>,
    /// Own fields of the one that stays that came from the other, and with which value.
    #[serde(default)]
    own: Vec<(OwnFieldId, String)>,
    /// Fields of the one that stays that came from the other, and what they were.
    filled: Vec<(String, serde_json::Value)>,
    /// Whether where they came from first came from the other, and what was known before.
    touched: bool,
    touch: Option<Attribution>,
}

/// Makes one of two people: `keep` stays, `other` is deleted. Answers what takes it back.
pub async fn merge_people(
    app: &App,
    ctx: &Context,
    keep: &PersonId,
    other: &PersonId,
) -> Result<UndoId> {
    require_to_write(ctx)?;
    if keep == other {
        return Err(Error::invalid("other", "error-merge-same"));
    }
    let (app2, ctx, keep, other) = (app.clone(), ctx.clone(), keep.clone(), other.clone());
    app.db
        .transact(move |c| -> Result<UndoId> {
            let tenant = &ctx.tenant;
            let kept = store::people::get(c, tenant, &keep)?;
            let gone = store::people::get(c, tenant, &other)?;
            let who = Who::from(&ctx);
            let merged = merge_in(&app2, c, &who, &kept, &gone)?;
            let detail = json!({"other": gone.name});
            tell(&app2, c, tenant, &who, &keep, "merged", detail)?;
            record(&app2, c, tenant, &who, "person.merged", &keep, json!({"other": other}))?;
            undos::keep(&app2, c, &ctx, UNDO, serde_json::to_value(merged)?)
        })
        .await
}

fn merge_in(app: &App, c: &mut Conn, who: &Who, kept: &Person, gone: &Person) -> Result<Merged> {
    let tenant = &kept.tenant_id;
    let mut contacts = store::contacts::list(c, tenant, &kept.id)?;
    let added = add_contacts(&mut contacts, store::contacts::list(c, tenant, &gone.id)?, kept)?;
    let mut on: Vec<TagId> = tags_of(c, tenant, &kept.id)?;
    let tags: Vec<TagId> =
        tags_of(c, tenant, &gone.id)?.into_iter().filter(|it| !on.contains(it)).collect();
    on.extend(tags.iter().cloned());
    let (fields, filled) = filled(kept, gone)?;
    let entries = store::timeline::hand_over(c, tenant, &gone.id, &kept.id)?;
    let appointments = store::people::hand_over_appointments(c, tenant, &gone.id, &kept.id)?;
    let series = store::people::hand_over_series(c, tenant, &gone.id, &kept.id)?;
    let tasks = store::tasks::hand_over_links(c, tenant, &gone.id, &kept.id)?;
    let own_touch = store::attributions::find(c, tenant, &kept.id)?;
    let touched = touch(c, tenant, kept, gone)?;
    store::people::delete(c, tenant, &gone.id, gone.rev, app.clock.now())?;
    super::remind(app, c, gone)?;
    let own = own_of_other(c, kept, gone)?;
    let came = |it: &OwnChange| Some((it.field.id.clone(), it.value.as_ref()?.value.clone()));
    let own_came = own.iter().filter_map(came).collect();
    let draft = Draft { change: fields, contacts, tags: Some(on), own };
    let after = change(app, c, who, kept, draft, kept.rev)?;
    Ok(Merged {
        kept: kept.id.clone(),
        gone: gone.id.clone(),
        rev: after.rev,
        contacts: added,
        tags,
        entries,
        appointments,
        series,
        tasks,
        own: own_came,
        filled,
        touched,
        touch: own_touch,
    })
}

/// What the other has of own fields that one has nothing of, removed fields among them.
fn own_of_other(c: &mut Conn, kept: &Person, gone: &Person) -> Result<Vec<OwnChange>> {
    let tenant = &kept.tenant_id;
    let has = store::own_fields::list_of(c, tenant, std::slice::from_ref(&kept.id))?;
    let theirs = store::own_fields::list_of(c, tenant, std::slice::from_ref(&gone.id))?;
    let fields = store::own_fields::list_even_removed(c, tenant)?;
    let lacks = |id: &OwnFieldId| has.iter().all(|it| it.field_id != *id);
    let come = theirs.into_iter().filter(|it| lacks(&it.field_id)).filter_map(|it| {
        let field = fields.iter().find(|field| field.id == it.field_id)?;
        Some(values::change(&kept.id, field, Some((it.value, it.sort_key))))
    });
    Ok(come.collect())
}

/// Emptying those own fields that came from the other, where they still are as they came.
fn own_to_empty(c: &mut Conn, kept: &Person, merged: &Merged) -> Result<Vec<OwnChange>> {
    let tenant = &kept.tenant_id;
    let has = store::own_fields::list_of(c, tenant, std::slice::from_ref(&kept.id))?;
    let fields = store::own_fields::list_even_removed(c, tenant)?;
    let came = |field: &OwnFieldId, value: &str| {
        merged.own.iter().any(|(its, was)| its == field && was == value)
    };
    let gone = has.iter().filter(|it| came(&it.field_id, &it.value)).filter_map(|it| {
        let field = fields.iter().find(|field| field.id == it.field_id)?;
        Some(values::change(&kept.id, field, None))
    });
    Ok(gone.collect())
}

/// The other's contacts after one's own, each once; answers which came.
fn add_contacts(
    own: &mut Vec<Contact>,
    others: Vec<Contact>,
    kept: &Person,
) -> Result<Vec<(String, String)>> {
    let mut added = Vec::new();
    for contact in others {
        let same = |it: &Contact| {
            it.kind == contact.kind
                && (it.value == contact.value
                    || !contact.match_key.is_empty() && it.match_key == contact.match_key)
        };
        if own.iter().any(same) {
            continue;
        }
        added.push((contact.kind.to_string(), contact.value.clone()));
        own.push(Contact { person_id: kept.id.clone(), ..contact });
    }
    // Both first ones stand in the person's row too.
    if own.len() > CONTACTS_MAX + 2 {
        return Err(Error::invalid("other", "error-too-many-contacts"));
    }
    for (position, contact) in (0..).zip(own.iter_mut()) {
        contact.position = position;
    }
    Ok(added)
}

/// Numbers and addresses that a list names, put to those that somebody has: each once, and the first of a
/// kind in their own row where that has none.
pub(crate) fn with_contacts(
    person: &Person,
    fields: &mut PersonChange,
    mut own: Vec<Contact>,
    said: &[(ContactKind, String, String)],
    home: Option<Country>,
) -> Result<Vec<Contact>> {
    let of = (&person.tenant_id, &person.id);
    let named =
        said.iter().map(|(kind, value, label)| Contact::said(of, 0, *kind, (value, label), home));
    add_contacts(&mut own, named.collect(), person)?;
    fields.phone = first(&own, ContactKind::Phone);
    fields.email = first(&own, ContactKind::Email);
    Ok(own)
}

fn tags_of(c: &mut Conn, tenant: &TenantId, person: &PersonId) -> Result<Vec<TagId>> {
    let on = store::tags::list_of(c, tenant, std::slice::from_ref(person))?;
    Ok(on.into_iter().map(|(_, tag)| tag).collect())
}

type Filled = Vec<(String, serde_json::Value)>;

/// The fields of the one that stays, filled from the other; and what was filled, with what it was.
fn filled(kept: &Person, gone: &Person) -> Result<(PersonChange, Filled)> {
    let mut fields = fields_of(kept);
    let mut filled = Filled::new();
    let mut note = |name: &str, was: serde_json::Value| filled.push((name.to_owned(), was));
    for (name, own, other) in [
        ("company", &mut fields.company, &gone.company),
        ("phone", &mut fields.phone, &gone.phone),
        ("email", &mut fields.email, &gone.email),
        ("source", &mut fields.source, &gone.source),
    ] {
        if own.is_empty() && !other.is_empty() {
            note(name, json!(""));
            own.clone_from(other);
        }
    }
    if !gone.notes.is_empty() && gone.notes != fields.notes {
        note("notes", json!(fields.notes));
        let both = [fields.notes.as_str(), gone.notes.as_str()];
        fields.notes =
            both.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n");
        if fields.notes.chars().count() > super::NOTES_CHARS_MAX {
            return Err(Error::invalid("other", "error-merge-notes"));
        }
    }
    if fields.owner_id.is_none() && gone.owner_id.is_some() {
        note("owner", json!(null));
        fields.owner_id.clone_from(&gone.owner_id);
    }
    if fields.value == 0 && gone.value != 0 {
        note("value", json!(0));
        (fields.value, fields.value_currency) = (gone.value, gone.value_currency.clone());
    }
    if fields.follow_up_on.is_none() && gone.follow_up_on.is_some() {
        note("follow-up", json!(null));
        fields.follow_up_on.clone_from(&gone.follow_up_on);
    }
    // Who said no to either has said no.
    let says_more = gone.consent == Consent::Withdrawn || fields.consent == Consent::Unknown;
    if says_more && gone.consent != fields.consent && gone.consent != Consent::Unknown {
        note("consent", json!([fields.consent, fields.consent_at, fields.consent_note]));
        fields.consent = gone.consent;
        fields.consent_at = gone.consent_at;
        fields.consent_note.clone_from(&gone.consent_note);
    }
    Ok((fields, filled))
}

/// The earlier first touch is the person's; answers whether that was the other's.
fn touch(c: &mut Conn, tenant: &TenantId, kept: &Person, gone: &Person) -> Result<bool> {
    let own = store::attributions::find(c, tenant, &kept.id)?;
    let Some(other) = store::attributions::find(c, tenant, &gone.id)? else { return Ok(false) };
    if own.is_some_and(|own| own.at <= other.at) {
        return Ok(false);
    }
    store::attributions::delete(c, tenant, &kept.id)?;
    store::attributions::put_first(c, &Attribution { person_id: kept.id.clone(), ..other })?;
    Ok(true)
}

/// Takes a merge back: the other is there again with what was theirs. What was filled in from them is
/// emptied where nobody changed the person since; what happened since stays with the one that stayed.
pub(crate) fn take_back(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    state: serde_json::Value,
) -> Result<usize> {
    require_to_write(ctx)?;
    let merged: Merged = serde_json::from_value(state)?;
    let (tenant, who) = (&ctx.tenant, Who::from(ctx));
    let gone = store::people::find_even_deleted(c, tenant, &merged.gone)?;
    // Erased for good since: there is nobody to give anything back to.
    let gone = gone.ok_or(Error::NotFound)?;
    if gone.deleted_at.is_some() {
        store::people::restore(c, tenant, &merged.gone, gone.rev)?;
        super::remind(app, c, &gone)?;
    }
    store::timeline::hand_back(c, tenant, &merged.entries, &merged.kept, &merged.gone)?;
    let booked = &merged.appointments;
    store::people::hand_back_appointments(c, tenant, booked, &merged.kept, &merged.gone)?;
    store::people::hand_back_series(c, tenant, &merged.series, &merged.kept, &merged.gone)?;
    store::tasks::hand_back_links(c, tenant, &merged.tasks, &merged.kept, &merged.gone)?;
    if let Some(kept) = store::people::find(c, tenant, &merged.kept)? {
        undo_kept(app, c, &who, &kept, &merged)?;
    }
    record(app, c, tenant, &who, "person.unmerged", &merged.gone, json!({}))?;
    Ok(1)
}

fn undo_kept(app: &App, c: &mut Conn, who: &Who, kept: &Person, merged: &Merged) -> Result<()> {
    let tenant = &kept.tenant_id;
    let mut contacts = store::contacts::list(c, tenant, &kept.id)?;
    let came = |it: &Contact| {
        merged.contacts.iter().any(|(kind, value)| *kind == it.kind.as_str() && *value == it.value)
    };
    contacts.retain(|it| !came(it));
    for (position, contact) in (0..).zip(contacts.iter_mut()) {
        contact.position = position;
    }
    let mut on = tags_of(c, tenant, &kept.id)?;
    on.retain(|tag| !merged.tags.contains(tag));
    if merged.touched {
        store::attributions::delete(c, tenant, &kept.id)?;
        if let Some(touch) = &merged.touch {
            store::attributions::put_first(c, touch)?;
        }
    }
    let mut fields = fields_of(kept);
    if kept.rev == merged.rev {
        empty(&mut fields, &merged.filled)?;
    }
    // A first number or address that went with the other's isn't the person's any more.
    let has = |kind, value: &str| contacts.iter().any(|it| it.kind == kind && it.value == value);
    if !has(ContactKind::Phone, &fields.phone) {
        fields.phone = first(&contacts, ContactKind::Phone);
    }
    if !has(ContactKind::Email, &fields.email) {
        fields.email = first(&contacts, ContactKind::Email);
    }
    let own = own_to_empty(c, kept, merged)?;
    change(app, c, who, kept, Draft { change: fields, contacts, tags: Some(on), own }, kept.rev)?;
    Ok(())
}

fn first(contacts: &[Contact], kind: ContactKind) -> String {
    let found = contacts.iter().find(|it| it.kind == kind);
    found.map(|it| it.value.clone()).unwrap_or_default()
}

fn empty(fields: &mut PersonChange, filled: &Filled) -> Result<()> {
    for (name, was) in filled {
        let text = || was.as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "company" => fields.company = text(),
            "phone" => fields.phone = text(),
            "email" => fields.email = text(),
            "source" => fields.source = text(),
            "notes" => fields.notes = text(),
            "owner" => fields.owner_id = None,
            "value" => (fields.value, fields.value_currency) = (0, String::new()),
            "follow-up" => fields.follow_up_on = None,
            "consent" => {
                (fields.consent, fields.consent_at, fields.consent_note) =
                    serde_json::from_value(was.clone())?;
            }
            _ => {}
        }
    }
    Ok(())
}
