//! People: leads and customers.

mod bulk;
mod lists;
mod merging;

use app::attributions::{AttributionInput, PAGE_CHARS_MAX, WORD_CHARS_MAX};
use app::people::{
    self, ContactInput, ContactKind, DetailsInput, Person, PersonInput, WholePerson, input,
};
use app::tags;
use domain::PersonId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, change, day, id, instant, list as list_of, object, or_null, required_text, said,
    text, whole, word,
};
use super::problem::Problem;
use super::schema::{Named, named};
use super::{own_fields, patterns};

pub use bulk::{change_all, change_many};
pub use lists::{chosen, chosen_query, list, list_query, narrowing, owned};
pub use merging::{doubles, doubles_query, keep_apart, merge};

/// The longest number that is dialled from anywhere, in characters.
const E164_CHARS_MAX: usize = 16;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 120;
const KINDS: &[&str] = &["person", "company"];
const STANDINGS: &[&str] = &["lead", "customer"];
const CONSENTS: &[&str] = &["unknown", "given", "withdrawn"];
/// What only the fuller form of a person has.
const DETAILS: [&str; 9] = [
    "kind",
    "owner",
    "value",
    "follow_up_on",
    "consent",
    "consent_on",
    "consent_note",
    "tags",
    "contacts",
];
/// The parts of where somebody came from first, each with its most characters.
const ATTRIBUTION: [(&str, usize); 7] = [
    ("source", people::SOURCE_CHARS_MAX),
    ("medium", WORD_CHARS_MAX),
    ("campaign", WORD_CHARS_MAX),
    ("term", WORD_CHARS_MAX),
    ("content", WORD_CHARS_MAX),
    ("landing", PAGE_CHARS_MAX),
    ("referrer", PAGE_CHARS_MAX),
];

/// The schemas of people.
pub fn schemas() -> Vec<Named> {
    let contact = || {
        vec![
            ("kind", word(&["phone", "email", "address"])),
            ("value", required_text(input::ADDRESS_CHARS_MAX)),
            ("label", text(input::LABEL_CHARS_MAX)),
        ]
    };
    let mut known = contact();
    known.push(("e164", dialled()));
    let mut written_contact = contact();
    let aside = "Not read: the value says it. An answer's contacts may be sent as they came.";
    written_contact.push(("e164", about(or_null(text(E164_CHARS_MAX)), aside)));
    let row = known_fields();
    let mut full = known_fields();
    full.push(("contacts", json!({"type": "array", "items": named("Contact")})));
    let first = whole(ATTRIBUTION.iter().map(|(name, _)| (*name, said())).collect());
    full.push((
        "attribution",
        about(or_null(first), "Where they came from first; what isn't known of it is empty."),
    ));
    let merged = merging::merged(full.clone());
    let mut new = written();
    new[0].1 = required_text(NAME_CHARS_MAX);
    let first = ATTRIBUTION.iter().map(|(name, most)| (*name, text(*most))).collect();
    let about_first = "Where they came from first. It is said once and stays; without a source, that \
        is the person's.";
    new.push(("attribution", about(object(first, &[]), about_first)));
    let stage = about(text(40), "A stage's id, or `lead` or `customer`.");
    let mut all = vec![
        ("Contact", whole(known)),
        ("ContactNew", object(written_contact, &["kind", "value", "label"])),
        ("PersonRow", whole(row)),
        ("Person", whole(full)),
        ("PersonNew", object(new, &["name"])),
        ("PersonChange", change(corrected())),
        ("StageMove", object(vec![("stage", stage)], &["stage"])),
        ("PeopleAct", bulk::act()),
        ("PeopleActAll", bulk::act_all()),
        ("MergedPerson", merged),
    ];
    all.extend(merging::schemas());
    all
}

/// How a number is dialled, in an answer.
fn dialled() -> Value {
    let e164 = json!({"type": "string", "pattern": patterns::E164});
    about(or_null(e164), "The number in E.164; null where its country can't be told.")
}

/// What an answer says of a person.
fn known_fields() -> Fields {
    vec![
        ("id", id()),
        ("kind", word(KINDS)),
        ("standing", about(word(STANDINGS), "What the stage makes of them.")),
        ("stage", id()),
        ("stage_since", instant()),
        (
            "won_at",
            about(
                or_null(instant()),
                "When they became a customer; null for who isn't one, and where nobody knows.",
            ),
        ),
        ("name", said()),
        ("company", said()),
        ("phone", about(said(), "As it was typed.")),
        ("phone_e164", dialled()),
        ("email", said()),
        ("source", said()),
        ("notes", said()),
        ("owner", about(or_null(id()), "The member who looks after them.")),
        ("value", or_null(json!({"type": "string", "pattern": patterns::AMOUNT}))),
        ("value_currency", or_null(said())),
        ("follow_up_on", or_null(day())),
        ("consent", word(CONSENTS)),
        ("consent_at", or_null(instant())),
        ("consent_note", said()),
        ("tags", json!({"type": "array", "items": said()})),
        ("fields", own_fields::values()),
        ("created_at", instant()),
        ("updated_at", instant()),
    ]
}

/// What may be changed of a person who is there.
fn corrected() -> Fields {
    let source = or_null(text(people::SOURCE_CHARS_MAX));
    let first = object(vec![("source", source)], &["source"]);
    let sentence = "Corrects where they came from first, which reports go by; null for what nobody \
        knows: then they go by `source`.";
    let mut fields = written();
    fields.push(("attribution", about(first, sentence)));
    fields
}

/// What may be written of a person.
fn written() -> Fields {
    let amount = json!({"type": "string", "pattern": patterns::AMOUNT});
    vec![
        ("name", required_text(NAME_CHARS_MAX)),
        ("stage", about(text(40), "A stage's id, or `lead` or `customer`.")),
        ("kind", word(KINDS)),
        ("company", or_null(text(people::COMPANY_CHARS_MAX))),
        ("phone", or_null(about(text(40), "In any spelling."))),
        ("email", or_null(json!({"type": "string", "format": "email", "maxLength": 254}))),
        ("source", or_null(text(people::SOURCE_CHARS_MAX))),
        ("notes", or_null(text(people::NOTES_CHARS_MAX))),
        ("owner", or_null(id())),
        (
            "value",
            about(or_null(amount), "In the currency of the business; left out, it stays as it is."),
        ),
        ("follow_up_on", or_null(day())),
        ("consent", word(CONSENTS)),
        (
            "consent_on",
            about(
                or_null(day()),
                "The day they said so, none to come; without it, today where `consent` changes.",
            ),
        ),
        ("consent_note", or_null(text(NAME_CHARS_MAX))),
        (
            "tags",
            about(
                list_of(text(tags::TAG_CHARS_MAX), input::TAGS_MAX),
                "By name; new ones are made.",
            ),
        ),
        (
            "contacts",
            about(
                list_of(named("ContactNew"), input::CONTACTS_MAX),
                "Further numbers and addresses; they take the place of those there are.",
            ),
        ),
        ("fields", own_fields::values()),
    ]
}

fn shown(person: &Person, dialled: Option<&str>, tags: Vec<String>, own: Value) -> Value {
    let has_value = person.value != 0;
    json!({
        "id": person.id,
        "kind": person.kind,
        "standing": person.standing,
        "stage": person.stage_id,
        "stage_since": person.stage_since.to_rfc3339(),
        "won_at": person.won_at.map(|at| at.to_rfc3339()),
        "name": person.name,
        "company": person.company,
        "phone": person.phone,
        "phone_e164": dialled,
        "email": person.email,
        "source": person.source,
        "notes": person.notes,
        "owner": person.owner_id,
        "value": has_value.then(|| app::money::typed(person.value, &person.value_currency)),
        "value_currency": has_value.then_some(&person.value_currency),
        "follow_up_on": person.follow_up_on,
        "consent": person.consent,
        "consent_at": person.consent_at.map(|at| at.to_rfc3339()),
        "consent_note": person.consent_note,
        "tags": tags,
        "fields": own,
        "created_at": person.created_at.to_rfc3339(),
        "updated_at": person.updated_at.to_rfc3339(),
    })
}

fn whole_shown(whole: WholePerson) -> Value {
    let mut tags: Vec<String> = whole.tags.into_iter().map(|tag| tag.name).collect();
    tags.sort();
    let own = app::own_fields::document(&whole.own_fields, &whole.own);
    let dialled = people::input::dialled(&whole.contacts, &whole.person);
    let mut shown = shown(&whole.person, dialled, tags, own);
    let contacts = people::input::further(whole.contacts, &whole.person);
    let contacts = contacts.iter().map(|contact| {
        let e164 = Some(&contact.e164).filter(|it| !it.is_empty());
        json!({"kind": contact.kind, "value": contact.value, "label": contact.label, "e164": e164})
    });
    shown["contacts"] = contacts.collect();
    shown["attribution"] = whole.attribution.map_or(Value::Null, |first| {
        json!({
            "source": first.source,
            "medium": first.medium,
            "campaign": first.campaign,
            "term": first.term,
            "content": first.content,
            "landing": first.landing,
            "referrer": first.referrer,
        })
    });
    shown
}

async fn found(call: &Call, id: &PersonId) -> Result<WholePerson, Problem> {
    Ok(people::get_whole_person(call.app(), call.ctx(), id).await?)
}

async fn one(call: &Call, id: &PersonId) -> Answer {
    let whole = found(call, id).await?;
    let rev = whole.person.rev;
    Ok(Reply::one_at(whole_shown(whole), rev))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("person")?).await
}

/// Adds one.
pub async fn create(call: Call) -> Answer {
    let input = PersonInput {
        stage: call.text("stage"),
        name: call.text("name"),
        company: call.text("company"),
        phone: call.text("phone"),
        email: call.text("email"),
        source: call.text("source"),
        notes: call.text("notes"),
        own: own_fields::written(&call).await?,
        attribution: attribution(&call),
        first_source: None,
        details: Some(DetailsInput {
            kind: call.text("kind"),
            contacts: contacts(&call),
            owner: call.text("owner"),
            value: call.text("value"),
            value_currency: String::new(),
            follow_up_on: call.text("follow_up_on"),
            consent: call.text("consent"),
            consent_on: call.text("consent_on"),
            consent_note: call.text("consent_note"),
            tags: call.texts("tags"),
        }),
    };
    let person = people::create_person(call.app(), call.ctx(), input, &call.once).await?;
    let whole = found(&call, &person.id).await?;
    let (rev, location) = (whole.person.rev, format!("/api/v1/people/{}", person.id));
    Ok(Reply::made(whole_shown(whole), Some(rev), location))
}

fn attribution(call: &Call) -> AttributionInput {
    let said = call.body.get("attribution");
    let text = |name: &str| {
        let part = said.and_then(|said| said.get(name)).and_then(Value::as_str);
        part.unwrap_or_default().to_owned()
    };
    AttributionInput {
        source: text("source"),
        medium: text("medium"),
        campaign: text("campaign"),
        term: text("term"),
        content: text("content"),
        landing: text("landing"),
        referrer: text("referrer"),
    }
}

fn contacts(call: &Call) -> Vec<ContactInput> {
    let all = call.body.get("contacts").and_then(Value::as_array).into_iter().flatten();
    let text = |of: &Value, name: &str| {
        of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    all.map(|each| ContactInput {
        kind: text(each, "kind"),
        value: text(each, "value"),
        label: text(each, "label"),
    })
    .collect()
}

/// Changes some of one's fields.
pub async fn update(call: Call) -> Answer {
    let id: PersonId = call.id("person")?;
    let before = found(&call, &id).await?;
    let rev = call.rev.unwrap_or(before.person.rev);
    let person = &before.person;
    let input = PersonInput {
        stage: call.text_or("stage", person.stage_id.as_str()),
        name: call.text_or("name", &person.name),
        company: call.text_or("company", &person.company),
        phone: call.text_or("phone", &person.phone),
        email: call.text_or("email", &person.email),
        source: call.text_or("source", &person.source),
        notes: call.text_or("notes", &person.notes),
        details: details(&call, &before),
        own: own_fields::written(&call).await?,
        attribution: AttributionInput::default(),
        first_source: call.has("attribution").then(|| attribution(&call).source),
    };
    people::update_person(call.app(), call.ctx(), &id, input, rev).await?;
    one(&call, &id).await
}

/// The fuller form as it was, with what the body says; None where the body says nothing of it.
fn details(call: &Call, before: &WholePerson) -> Option<DetailsInput> {
    if !DETAILS.iter().any(|name| call.has(name)) {
        return None;
    }
    let person = &before.person;
    let value = match person.value {
        0 => String::new(),
        value => app::money::typed(value, &person.value_currency),
    };
    let owner = person.owner_id.as_ref().map(|id| id.as_str()).unwrap_or_default();
    let as_it_was = || {
        let further = people::input::further(before.contacts.clone(), person).into_iter();
        further.map(|it| ContactInput {
            kind: ContactKind::as_str(it.kind).to_owned(),
            value: it.value,
            label: it.label,
        })
    };
    Some(DetailsInput {
        kind: call.text_or("kind", person.kind.as_str()),
        contacts: if call.has("contacts") { contacts(call) } else { as_it_was().collect() },
        owner: call.text_or("owner", owner),
        value: call.text_or("value", &value),
        // Amounts are read in the currency of today; of which nothing is said stays in its own.
        value_currency: match call.has("value") {
            true => String::new(),
            false => person.value_currency.clone(),
        },
        follow_up_on: call
            .text_or("follow_up_on", person.follow_up_on.as_deref().unwrap_or_default()),
        consent: call.text_or("consent", person.consent.as_str()),
        consent_on: call.text("consent_on"),
        consent_note: call.text_or("consent_note", &person.consent_note),
        tags: match call.has("tags") {
            true => call.texts("tags"),
            false => before.tags.iter().map(|tag| tag.name.clone()).collect(),
        },
    })
}

/// Removes one.
pub async fn remove(call: Call) -> Answer {
    people::delete_person(call.app(), call.ctx(), &call.id("person")?).await?;
    Ok(Reply::done())
}

/// Brings a removed one back.
pub async fn restore(call: Call) -> Answer {
    let id: PersonId = call.id("person")?;
    people::restore_person(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Moves one to another stage.
pub async fn move_to_stage(call: Call) -> Answer {
    let id: PersonId = call.id("person")?;
    people::change_stage(call.app(), call.ctx(), &id, &call.text("stage")).await?;
    one(&call, &id).await
}
