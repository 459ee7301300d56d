//! The form of a person, in which some fields come as often as there are.

use std::collections::BTreeMap;

use app::attributions::AttributionInput;
use app::people::{
    Consent, ContactInput, DetailsInput, PersonInput, WholePerson, input::CONTACTS_MAX,
};
use domain::Zone;

use crate::pages::own_fields;
use crate::views::people::{ContactField, PersonForm};

/// A form as it was sent.
pub type Pairs = Vec<(String, String)>;

/// What was sent; what isn't a field is passed over.
pub fn read(pairs: Pairs) -> PersonForm {
    let mut form = PersonForm::default();
    for (name, value) in pairs {
        match name.as_str() {
            "form_id" => form.form_id = value,
            "kind" => form.kind = value,
            "name" => form.name = value,
            "company" => form.company = value,
            "stage" => form.stage = value,
            "phone" => form.phone = value,
            "email" => form.email = value,
            "source" => form.source = value,
            "first_source" => form.first_source = Some(value),
            "owner" => form.owner = value,
            "value" => form.value = value,
            "value_currency" => form.value_currency = value,
            "follow_up_on" => form.follow_up_on = value,
            "consent" => form.consent = value,
            "consent_on" => form.consent_on = value,
            "consent_was" => form.consent_was = value,
            "consent_note" => form.consent_note = value,
            "tag" => form.tags.push(value),
            "new_tags" => form.new_tags = value,
            "notes" => form.notes = value,
            "rev" => form.rev = value.parse().unwrap_or_default(),
            // Each of them begins with its kind.
            "contact_kind" => {
                form.contacts.push(ContactField { kind: value, ..Default::default() })
            }
            "contact_value" => last(&mut form).value = value,
            "contact_label" => last(&mut form).label = value,
            _ => {
                if let Some(field) = name.strip_prefix("own-") {
                    form.own.insert(field.to_owned(), value);
                }
            }
        }
    }
    form.contacts.retain(|contact| !contact.value.trim().is_empty());
    form
}

fn last(form: &mut PersonForm) -> &mut ContactField {
    if form.contacts.is_empty() {
        form.contacts.push(ContactField::default());
    }
    let at = form.contacts.len() - 1;
    &mut form.contacts[at]
}

/// The form with room for one more number or address.
pub fn with_empty_row(mut form: PersonForm) -> PersonForm {
    if form.contacts.len() < CONTACTS_MAX {
        form.contacts.push(ContactField { kind: "phone".to_owned(), ..Default::default() });
    }
    form
}

/// What the form says of the person.
pub fn input(form: &PersonForm) -> PersonInput {
    let typed = form.new_tags.split([',', '،', ';', '\n']).map(|tag| tag.trim().to_owned());
    let contact = |field: &ContactField| ContactInput {
        kind: field.kind.clone(),
        value: field.value.clone(),
        label: field.label.clone(),
    };
    PersonInput {
        stage: form.stage.clone(),
        name: form.name.clone(),
        company: form.company.clone(),
        phone: form.phone.clone(),
        email: form.email.clone(),
        source: form.source.clone(),
        notes: form.notes.clone(),
        own: own_fields::said(&form.own),
        attribution: AttributionInput::default(),
        first_source: form.first_source.clone(),
        details: Some(DetailsInput {
            kind: form.kind.clone(),
            contacts: form.contacts.iter().map(contact).collect(),
            owner: form.owner.clone(),
            value: form.value.clone(),
            value_currency: form.value_currency.clone(),
            follow_up_on: form.follow_up_on.clone(),
            consent: form.consent.clone(),
            consent_on: consent_on(form),
            consent_note: form.consent_note.clone(),
            tags: form.tags.iter().cloned().chain(typed).collect(),
        }),
    }
}

/// The day of what they said. Where they say something else now and the day of what they said before was
/// left standing, it isn't the day of this.
fn consent_on(form: &PersonForm) -> String {
    match form.consent_was.split_once(' ') {
        Some((was, on)) if was != form.consent && on == form.consent_on => String::new(),
        _ => form.consent_on.clone(),
    }
}

/// The form as the person is, with days as they are where the business is.
pub fn of(whole: &WholePerson, zone: &Zone) -> PersonForm {
    let person = whole.person.clone();
    let further = app::people::input::further(whole.contacts.clone(), &person);
    let field = |contact: app::people::Contact| ContactField {
        kind: contact.kind.to_string(),
        value: contact.value,
        label: contact.label,
    };
    let said = person.consent_at.filter(|_| person.consent != Consent::Unknown);
    let consent_on = said.map(|at| zone.local(at).date().to_string()).unwrap_or_default();
    PersonForm {
        form_id: String::new(),
        kind: person.kind.to_string(),
        stage: person.stage_id.to_string(),
        contacts: further.into_iter().map(field).collect(),
        owner: person.owner_id.map(|id| id.to_string()).unwrap_or_default(),
        value: match person.value {
            0 => String::new(),
            value => app::money::typed(value, &person.value_currency),
        },
        value_currency: person.value_currency,
        follow_up_on: person.follow_up_on.unwrap_or_default(),
        consent: match person.consent {
            Consent::Unknown => String::new(),
            said => said.to_string(),
        },
        consent_was: format!("{} {consent_on}", person.consent),
        consent_on,
        consent_note: person.consent_note,
        tags: whole.tags.iter().map(|tag| tag.name.clone()).collect(),
        new_tags: String::new(),
        own: typed(whole),
        name: person.name,
        company: person.company,
        phone: person.phone,
        email: person.email,
        source: person.source,
        first_source: first_source(whole),
        notes: person.notes,
        rev: person.rev,
    }
}

/// Where they came from first, where a source of that is known: one that is entered now is the first.
fn first_source(whole: &WholePerson) -> Option<String> {
    let first = whole.attribution.as_ref().map(|first| first.source.clone());
    first.filter(|source| !source.is_empty())
}

/// What the person has of the own fields, by their ids.
fn typed(whole: &WholePerson) -> BTreeMap<String, String> {
    let own = whole.own.iter();
    own.map(|value| (value.field_id.to_string(), value.value.clone())).collect()
}
