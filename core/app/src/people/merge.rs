//! Making one person of two, and taking it back.
//!
//! The one that stays keeps what it says; what it leaves empty comes from the other, with all numbers
//! and addresses, tags, notes, appointments, documents and everything that happened. The other is deleted as
//! people are, so that nothing is lost before its time.

mod undoing;

use domain::phone::Country;
use domain::{
    AppointmentId, DocumentId, EntryId, OwnFieldId, PersonId, SeriesId, TagId, TaskId, TenantId,
    UndoId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Conn;
use store::attributions::Attribution;
use store::contacts::Contact;
use store::examples::ExampleKind;
use store::people::{Alike, Consent, Person, PersonChange, Standing};

use super::apart::without_apart;
use super::input::CONTACTS_MAX;
use super::{ContactKind, Draft, change, fields_of, record, require_to_write};
use crate::App;
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::own_fields::values::{self, OwnChange};
use crate::{timeline, undos};

pub(crate) use undoing::{summary, take_back};

/// What the undo of a merge is called.
pub(crate) const UNDO: &str = "merge";

/// Most people of one group of doubles.
const GROUP_MAX: i64 = 20;
/// Most groups that share a number or an address, and most that share a name, that are shown at once.
const GROUPS_MAX: usize = 50;
/// How many of what people share is looked at for them, where many were said to be two.
const LOOKED_AT_MAX: i64 = 1_000;
/// Of how many it is looked up at once who was said to be two.
const TOGETHER: usize = 50;
/// What two may share, of whom it was said that they are two.
const SHARED_BY_TWO: i64 = 4;

/// People who may be one.
#[derive(Debug, Clone)]
pub struct Doubles {
    /// What they share: `phone`, `email`, `address` or `name`.
    pub by: String,
    /// They, oldest first.
    pub people: Vec<Person>,
}

/// Groups of people who share a number, an address or a name; each group once. Those of whom it was said
/// that they are two aren't in one.
pub async fn list_doubles(app: &App, ctx: &Context) -> Result<Vec<Doubles>> {
    ctx.require_to_see(domain::Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db
        .inspect(move |c| -> Result<Vec<Doubles>> {
            let mut groups: Vec<Doubles> = Vec::new();
            let known = store::people::count_apart(c, &tenant)?;
            let most = i64::try_from(GROUPS_MAX).map_err(Error::internal)?;
            let most = most.saturating_add(known.saturating_mul(SHARED_BY_TWO)).min(LOOKED_AT_MAX);
            for some in store::people::list_shared(c, &tenant, most)?.chunks(TOGETHER) {
                for (by, ids) in sharing(c, &tenant, some, known > 0)? {
                    let same = |group: &Doubles| {
                        ids.iter().all(|id| group.people.iter().any(|it| it.id == *id))
                    };
                    let is_full = groups.len() == 2 * GROUPS_MAX;
                    if is_full || ids.len() < 2 || groups.iter().any(same) {
                        continue;
                    }
                    let mut people = store::people::list_by_ids(c, &tenant, &ids)?;
                    people.sort_by(|a, b| a.id.cmp(&b.id));
                    groups.push(Doubles { by, people });
                }
                if groups.len() == 2 * GROUPS_MAX {
                    break;
                }
            }
            Ok(groups)
        })
        .await
}

/// Who shares each of these, oldest first; where it was said of some that they are two, without those.
fn sharing(
    c: &mut Conn,
    tenant: &TenantId,
    shared: &[Alike],
    any_apart: bool,
) -> Result<Vec<(String, Vec<PersonId>)>> {
    let mut all = Vec::new();
    for each in shared {
        let mut ids = match each.by.parse() {
            Ok(kind) => {
                let keys = std::slice::from_ref(&each.key);
                store::contacts::list_sharing(c, tenant, kind, keys, None)?
            }
            Err(_) => store::people::list_named(c, tenant, &each.key, GROUP_MAX)?,
        };
        ids.sort();
        all.push((each.by.clone(), ids));
    }
    if any_apart {
        let everybody: Vec<PersonId> = all.iter().flat_map(|(_, ids)| ids.clone()).collect();
        let apart = store::people::list_apart(c, tenant, &everybody)?.into_iter().collect();
        for (_, ids) in &mut all {
            *ids = without_apart(ids, &apart);
        }
    }
    Ok(all)
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
    documents: Vec<DocumentId>,
    #[serde(default)]
    tasks: Vec<TaskId>,
    /// Those of them that were about both.
    #[serde(default)]
    both: Vec<TaskId>,
    /// Who is somebody else than the one that stays, as was said of the other.
    #[serde(default)]
    apart: Vec<PersonId>,
    /// Own fields of the one that stays that came from the other, and with which value.
    #[serde(default)]
    own: Vec<(OwnFieldId, String)>,
    /// Fields of the one that stays that came from the other, and what they were.
    filled: Filled,
    /// What the merge made of these fields; nothing of them for one of before this was kept.
    #[serde(default)]
    made: Filled,
    /// Whether where they came from first came from the other, and what was known before.
    touched: bool,
    touch: Option<Attribution>,
    /// What tells of it on the page of the one that stays.
    #[serde(default)]
    told: Option<EntryId>,
    /// Whether the one that stays was an example, which what is one's own made of it no more.
    #[serde(default)]
    was_example: bool,
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
            store::pipelines::hold(c, tenant)?;
            // What somebody is just changing of either comes first.
            store::people::lock_many(c, tenant, &[keep.clone(), other.clone()])?;
            let kept = store::people::get(c, tenant, &keep)?;
            let gone = store::people::get(c, tenant, &other)?;
            let who = Who::from(&ctx);
            let mut merged = merge_in(&app2, c, &who, &kept, &gone)?;
            let new = timeline::New {
                person: &keep,
                kind: "merged".to_owned(),
                entity_id: "",
                detail: json!({"other": gone.name}),
            };
            merged.told = Some(timeline::append(&app2, c, tenant, &who, new)?);
            record(&app2, c, tenant, &who, "person.merged", &keep, json!({"other": other}))?;
            undos::keep(&app2, c, &ctx, UNDO, serde_json::to_value(&merged)?)
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
    let made = filled.iter().map(|(name, _)| (name.clone(), said(&fields, name))).collect();
    let entries = store::timeline::hand_over(c, tenant, &gone.id, &kept.id)?;
    let appointments = store::people::hand_over_appointments(c, tenant, &gone.id, &kept.id)?;
    let series = store::people::hand_over_series(c, tenant, &gone.id, &kept.id)?;
    let documents = store::documents::hand_over(c, tenant, &gone.id, &kept.id)?;
    let both = store::tasks::list_about_both(c, tenant, &gone.id, &kept.id)?;
    let tasks = store::tasks::hand_over_links(c, tenant, &gone.id, &kept.id)?;
    let apart = store::people::share_apart(c, tenant, &gone.id, &kept.id)?;
    let own_touch = store::attributions::find(c, tenant, &kept.id)?;
    let touched = touch(c, tenant, kept, gone)?;
    store::people::delete(c, tenant, &gone.id, gone.rev, app.clock.now())?;
    store::people::note_merged(c, tenant, &gone.id, &kept.id)?;
    super::remind(app, c, gone)?;
    let was_example = make_own(c, kept, gone)?;
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
        documents,
        tasks,
        both,
        apart,
        own: own_came,
        filled,
        made,
        touched,
        touch: own_touch,
        told: None,
        was_example,
    })
}

/// An example that takes in somebody who is none is the business's own from then on, so that what is one's
/// own doesn't go with the examples; answers whether that is so.
fn make_own(c: &mut Conn, kept: &Person, gone: &Person) -> Result<bool> {
    let (tenant, kind) = (&kept.tenant_id, ExampleKind::Person);
    if store::examples::is_one(c, tenant, kind, gone.id.as_str())? {
        return Ok(false);
    }
    Ok(store::examples::delete(c, tenant, kind, kept.id.as_str())?)
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

type Filled = Vec<(String, Value)>;

/// The fields of the one that stays, filled from the other; and what was filled, with what it was.
fn filled(kept: &Person, gone: &Person) -> Result<(PersonChange, Filled)> {
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
        if fields.notes.chars().count() > super::NOTES_CHARS_MAX {
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
    // Who became a customer twice became one the first time.
    let (own, other) = (fields.won_at, gone.won_at);
    if fields.standing == Standing::Customer
        && other.is_some_and(|at| own.is_none_or(|own| at < own))
    {
        fields.won_at = other;
    }
    // Who said no to either has said no.
    let says_more = gone.consent == Consent::Withdrawn || fields.consent == Consent::Unknown;
    if says_more && gone.consent != fields.consent && gone.consent != Consent::Unknown {
        fields.consent = gone.consent;
        fields.consent_at = gone.consent_at;
        fields.consent_note.clone_from(&gone.consent_note);
    }
    let was = fields_of(kept);
    let differ = FILLED.iter().filter(|name| said(&was, name) != said(&fields, name));
    let filled = differ.map(|name| ((*name).to_owned(), said(&was, name))).collect();
    Ok((fields, filled))
}

/// The fields that a merge may fill.
const FILLED: [&str; 10] = [
    "company",
    "phone",
    "email",
    "source",
    "notes",
    "owner",
    "value",
    "follow-up",
    "customer-since",
    "consent",
];

/// What a field says, as it is kept for taking a merge back.
fn said(fields: &PersonChange, name: &str) -> Value {
    match name {
        "company" => json!(fields.company),
        "phone" => json!(fields.phone),
        "email" => json!(fields.email),
        "source" => json!(fields.source),
        "notes" => json!(fields.notes),
        "owner" => json!(fields.owner_id),
        "value" => json!([fields.value, fields.value_currency]),
        "follow-up" => json!(fields.follow_up_on),
        "customer-since" => json!(fields.won_at),
        "consent" => json!([fields.consent, fields.consent_at, fields.consent_note]),
        _ => Value::Null,
    }
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

fn first(contacts: &[Contact], kind: ContactKind) -> String {
    let found = contacts.iter().find(|it| it.kind == kind);
    found.map(|it| it.value.clone()).unwrap_or_default()
}
