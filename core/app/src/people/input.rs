//! What forms, files and plugins say of a person, and what is kept of it.

use domain::phone::Country;
use domain::{MemberId, PersonId, StageId, TagId, TenantId, Timestamp, Zone};
use jiff::civil::Date;
use store::Conn;
use store::contacts::{Contact, ContactKind};
use store::people::{Consent, Kind, Person, PersonChange, Standing};
use store::pipelines::Stage;

use super::{COMPANY_CHARS_MAX, NOTES_CHARS_MAX, SOURCE_CHARS_MAX};
use crate::attributions::AttributionInput;
use crate::error::{Error, Result};
use crate::own_fields::OwnInput;
use crate::own_fields::values::{self, OwnChange};
use crate::{App, fields, money, pipelines, tags};

/// The longest word on what a number or address is for, in characters.
pub const LABEL_CHARS_MAX: usize = 40;
/// The longest postal address, in characters.
pub const ADDRESS_CHARS_MAX: usize = 300;
/// Most numbers and addresses of a person.
pub const CONTACTS_MAX: usize = 12;
/// Most tags of a person.
pub const TAGS_MAX: usize = 30;
/// Nobody says of earlier years when something was.
const FIRST_YEAR: i16 = 1_900;

/// What the form for a person asks; everything but the name may be empty.
#[derive(Debug, Clone, Default)]
pub struct PersonInput {
    /// A stage's id, or `lead` or `customer` for the first that makes one; empty is where they stand,
    /// and for a new person the first of all.
    pub stage: String,
    /// Their name.
    pub name: String,
    /// The company they speak for.
    pub company: String,
    /// Their phone number, in any spelling.
    pub phone: String,
    /// Their e-mail address.
    pub email: String,
    /// Where they came from, such as `website`.
    pub source: String,
    /// Notes for the team.
    pub notes: String,
    /// What is rarely asked; without it, all of that stays.
    pub details: Option<DetailsInput>,
    /// What is said of own fields; those that aren't named stay as they are.
    pub own: Vec<OwnInput>,
    /// Where a new person came from first; who is there already keeps what was said then.
    pub attribution: AttributionInput,
    /// Where who is there already came from first, where that was entered wrong: empty for what nobody knows,
    /// and then reports go by `source`. None leaves it as it is.
    pub first_source: Option<String>,
}

/// The rest of the form.
#[derive(Debug, Clone, Default)]
pub struct DetailsInput {
    /// `person` or `company`; empty is a person.
    pub kind: String,
    /// Further numbers and addresses; one without a value doesn't count.
    pub contacts: Vec<ContactInput>,
    /// The member who looks after them; empty is nobody.
    pub owner: String,
    /// What they may be worth; empty is unknown.
    pub value: String,
    /// The currency of that where it names none itself: the business's, or the one it was in before, which an
    /// amount keeps though the business counts in another one by now. Empty is the business's.
    pub value_currency: String,
    /// The day to get back to them, ISO 8601; empty is none.
    pub follow_up_on: String,
    /// `given` or `withdrawn`, whether they want to be written to; empty is unknown.
    pub consent: String,
    /// How they said so.
    pub consent_note: String,
    /// The day they said so, ISO 8601; empty is today, and as it was where they said so before.
    pub consent_on: String,
    /// Tags by name.
    pub tags: Vec<String>,
}

/// A further number or address.
#[derive(Debug, Clone, Default)]
pub struct ContactInput {
    /// `phone`, `email` or `address`.
    pub kind: String,
    /// As it was typed.
    pub value: String,
    /// Such as "work".
    pub label: String,
}

/// What will be kept of a person.
pub(crate) struct Draft {
    pub change: PersonChange,
    pub contacts: Vec<Contact>,
    /// None leaves the tags as they are.
    pub tags: Option<Vec<TagId>>,
    /// What becomes of own fields; others stay.
    pub own: Vec<OwnChange>,
    /// Where they came from first, corrected; None leaves that as it is.
    pub first_source: Option<String>,
}

impl Draft {
    /// These fields, no contacts, and nothing else changed.
    pub fn of(change: PersonChange) -> Self {
        Self { change, contacts: Vec::new(), tags: None, own: Vec::new(), first_source: None }
    }
}

impl PersonInput {
    /// The clean fields, inside the transaction that keeps them: whether a stage or an owner is
    /// there is asked in it.
    pub(crate) fn draft(
        &self,
        app: &App,
        c: &mut Conn,
        tenant: &TenantId,
        id: &PersonId,
        before: Option<&Person>,
    ) -> Result<Draft> {
        let stage = stage_of(c, tenant, &self.stage, before)?;
        let now = app.clock.now();
        let stays = before.is_some_and(|before| before.stage_id == stage.id);
        let mut change = PersonChange {
            kind: before.map_or(Kind::Person, |before| before.kind),
            standing: stage.outcome.standing(),
            stage_since: before.filter(|_| stays).map_or(now, |before| before.stage_since),
            won_at: won_at(before, &stage, now),
            stage_id: stage.id,
            name: fields::required_line("name", &self.name, fields::NAME_CHARS_MAX)?,
            company: fields::line("company", &self.company, COMPANY_CHARS_MAX)?,
            phone: fields::optional_phone("phone", &self.phone)?.unwrap_or_default(),
            email: fields::optional_email("email", &self.email)?.unwrap_or_default(),
            source: fields::line("source", &self.source, SOURCE_CHARS_MAX)?,
            notes: fields::paragraph("notes", &self.notes, NOTES_CHARS_MAX)?,
            owner_id: before.and_then(|before| before.owner_id.clone()),
            value: before.map_or(0, |before| before.value),
            value_currency: before.map(|it| it.value_currency.clone()).unwrap_or_default(),
            follow_up_on: before.and_then(|before| before.follow_up_on.clone()),
            consent: before.map_or(Consent::Unknown, |before| before.consent),
            consent_at: before.and_then(|before| before.consent_at),
            consent_note: before.map(|it| it.consent_note.clone()).unwrap_or_default(),
        };
        let has = match before {
            Some(before) => store::contacts::list(c, tenant, &before.id)?,
            None => Vec::new(),
        };
        let (further, tags) = match &self.details {
            Some(details) => {
                details.apply(c, tenant, &mut change, now)?;
                (details.contacts()?, Some(tags::find_or_make(app, c, tenant, &details.tags)?))
            }
            None => (further_of(&has, before), None),
        };
        let home = store::tenants::find_country(c, tenant)?;
        let contacts = as_understood(numbered((tenant, id), &change, further, home), &has);
        let own = values::read_all(c, tenant, id, &self.own)?;
        let first_source = match &self.first_source {
            Some(text) => Some(fields::line("attribution-source", text, SOURCE_CHARS_MAX)?),
            None => None,
        };
        Ok(Draft { change, contacts, tags, own, first_source })
    }
}

impl DetailsInput {
    fn apply(
        &self,
        c: &mut Conn,
        tenant: &TenantId,
        change: &mut PersonChange,
        now: Timestamp,
    ) -> Result<()> {
        change.kind = word("kind", &self.kind)?.unwrap_or(Kind::Person);
        change.owner_id = owner_of(c, tenant, &self.owner, change.owner_id.as_ref())?;
        let business = store::tenants::get(c, tenant)?;
        (change.value, change.value_currency) =
            self.worth(&business.currency, &change.value_currency)?;
        change.follow_up_on = day("follow_up_on", &self.follow_up_on)?;
        let consent = word("consent", &self.consent)?.unwrap_or(Consent::Unknown);
        let note = fields::line("consent_note", &self.consent_note, fields::NAME_CHARS_MAX)?;
        change.consent_at = match consent {
            Consent::Unknown => None,
            _ if consent != change.consent => {
                Some(self.consented(&business.zone, now)?.unwrap_or(now))
            }
            _ => {
                let said = self.consented(&business.zone, now)?;
                let day = |at: Timestamp| business.zone.local(at).date();
                let moved = said.filter(|said| change.consent_at.map(day) != Some(day(*said)));
                moved.or(change.consent_at)
            }
        };
        (change.consent, change.consent_note) = (consent, note);
        Ok(())
    }

    /// What they may be worth, in the business's currency or in the one of before, and never the number of one in
    /// the other.
    fn worth(&self, business: &str, before: &str) -> Result<(i64, String)> {
        if self.value.trim().is_empty() {
            return Ok((0, String::new()));
        }
        let said: &str =
            if self.value_currency.is_empty() { business } else { &self.value_currency };
        let mut all: Vec<&str> =
            [business, before].into_iter().filter(|it| !it.is_empty()).collect();
        let at = all.iter().position(|code| *code == said);
        let at = at.ok_or_else(|| Error::invalid("value", "error-amount-currency"))?;
        all.swap(0, at);
        let (value, currency) = money::amount_in("value", &self.value, &all)?;
        Ok((value, if value == 0 { String::new() } else { currency.to_owned() }))
    }

    /// When the day began on which they said so, where it is said.
    fn consented(&self, zone: &Zone, now: Timestamp) -> Result<Option<Timestamp>> {
        let Some(text) = day("consent_on", &self.consent_on)? else { return Ok(None) };
        let wrong = || Error::invalid("consent_on", "error-date-invalid");
        let day: Date = text.parse().map_err(|_| wrong())?;
        if day > zone.local(now).date() {
            return Err(Error::invalid("consent_on", "error-day-future"));
        }
        let begins = zone.start_of_day(day).filter(|_| day.year() >= FIRST_YEAR);
        begins.map(Some).ok_or_else(wrong)
    }

    fn contacts(&self) -> Result<Vec<(ContactKind, String, String)>> {
        let typed = self.contacts.iter().enumerate();
        let filled = typed.filter(|(_, contact)| !contact.value.trim().is_empty());
        let read = |(at, contact): (usize, &ContactInput)| {
            let kind: ContactKind = contact.kind.parse().unwrap_or(ContactKind::Phone);
            let (name, value) = (format!("contact-{at}"), &contact.value);
            let value = match kind {
                ContactKind::Phone => fields::optional_phone(&name, value)?.unwrap_or_default(),
                ContactKind::Email => fields::email(&name, value)?,
                ContactKind::Address => fields::line(&name, value, ADDRESS_CHARS_MAX)?,
            };
            Ok((kind, value, fields::line(&name, &contact.label, LABEL_CHARS_MAX)?))
        };
        let contacts = filled.map(read).collect::<Result<Vec<_>>>()?;
        if contacts.len() > CONTACTS_MAX {
            return Err(Error::invalid("contacts", "error-too-many-contacts"));
        }
        Ok(contacts)
    }
}

/// A word of an enum, or nothing for an empty field.
fn word<T: std::str::FromStr>(field: &str, text: &str) -> Result<Option<T>> {
    match text.trim() {
        "" => Ok(None),
        word => word.parse().map(Some).map_err(|_| Error::invalid(field, "error-invalid")),
    }
}

/// A day as forms send it, or nothing for an empty field.
pub(crate) fn day(field: &str, text: &str) -> Result<Option<String>> {
    match text.trim() {
        "" => Ok(None),
        text => {
            let day: Date =
                text.parse().map_err(|_| Error::invalid(field, "error-date-invalid"))?;
            Ok(Some(day.to_string()))
        }
    }
}

/// The member a form names; a stranger's id reads like a wrong one.
pub(crate) fn owner(c: &mut Conn, tenant: &TenantId, text: &str) -> Result<Option<MemberId>> {
    let unknown = || Error::invalid("owner", "error-member-unknown");
    match text.trim() {
        "" => Ok(None),
        text => {
            let id: MemberId = text.parse().map_err(|_| unknown())?;
            let member = store::members::find(c, tenant, &id)?.ok_or_else(unknown)?;
            Ok(Some(member.id))
        }
    }
}

/// The same for what somebody had already: it may be a member who has left and whose people and tasks are
/// still being taken off them. They stay with nobody then.
pub(crate) fn owner_of(
    c: &mut Conn,
    tenant: &TenantId,
    text: &str,
    before: Option<&MemberId>,
) -> Result<Option<MemberId>> {
    let found = match before {
        Some(before) if before.as_str() == text.trim() => store::members::find(c, tenant, before)?,
        _ => return owner(c, tenant, text),
    };
    Ok(found.map(|member| member.id))
}

/// The stage that a form names by its id, or by what people in it are. One that goes takes nobody new in.
pub(crate) fn stage_of(
    c: &mut Conn,
    tenant: &TenantId,
    text: &str,
    before: Option<&Person>,
) -> Result<Stage> {
    let unknown = || Error::invalid("stage", "error-stage-unknown");
    let text = text.trim();
    let now = before.map(|before| &before.stage_id);
    if let Ok(standing) = text.parse::<Standing>() {
        return pipelines::first_of(c, tenant, standing, now);
    }
    let id: StageId = match (text, now) {
        ("", Some(stage)) => stage.clone(),
        ("", None) => return pipelines::first_of(c, tenant, Standing::Lead, None),
        _ => text.parse().map_err(|_| unknown())?,
    };
    let stage = store::pipelines::find_stage(c, tenant, &id)?.ok_or_else(unknown)?;
    if !stage.stays() && now != Some(&stage.id) {
        return Err(Error::invalid("stage", "error-stage-goes"));
    }
    Ok(stage)
}

/// The stage, to bring somebody back to who was in it; nothing where it was removed meanwhile, or goes.
pub(crate) fn stage_to_return_to(
    c: &mut Conn,
    tenant: &TenantId,
    id: &StageId,
) -> Result<Option<Stage>> {
    Ok(store::pipelines::find_stage(c, tenant, id)?.filter(Stage::stays))
}

/// When somebody became a customer who is in this stage from now on: as it was for who is one already, and
/// perhaps nobody knows.
pub(crate) fn won_at(before: Option<&Person>, stage: &Stage, now: Timestamp) -> Option<Timestamp> {
    let is_one = |standing| standing == Standing::Customer;
    match before {
        _ if !is_one(stage.outcome.standing()) => None,
        Some(before) if is_one(before.standing) => before.won_at,
        _ => Some(now),
    }
}

/// What the person has beyond the first number and the first address.
fn further_of(has: &[Contact], before: Option<&Person>) -> Vec<(ContactKind, String, String)> {
    let Some(before) = before else { return Vec::new() };
    let further = further(has.to_vec(), before).into_iter();
    further.map(|it| (it.kind, it.value, it.label)).collect()
}

/// All contacts but the first number and the first e-mail address, which are the person's own.
pub fn further(all: Vec<Contact>, person: &Person) -> Vec<Contact> {
    let firsts = [(ContactKind::Phone, &person.phone), (ContactKind::Email, &person.email)];
    let mut seen = Vec::new();
    let is_further = |it: &Contact| {
        let is_first = firsts.contains(&(it.kind, &it.value)) && !seen.contains(&it.kind);
        if is_first {
            seen.push(it.kind);
        }
        !is_first
    };
    let mut is_further = is_further;
    all.into_iter().filter(|it| is_further(it)).collect()
}

/// How the number in somebody's own row is dialled from anywhere, where that is known.
pub fn dialled<'a>(contacts: &'a [Contact], person: &Person) -> Option<&'a str> {
    let is_first = |it: &&Contact| it.kind == ContactKind::Phone && it.value == person.phone;
    let number = contacts.iter().find(is_first)?.e164.as_str();
    (!number.is_empty()).then_some(number)
}

/// What somebody had stays what it was understood as, whichever country the business is in by now.
pub(crate) fn as_understood(said: Vec<Contact>, had: &[Contact]) -> Vec<Contact> {
    let as_before = |it: Contact| {
        let was = had.iter().find(|was| was.kind == it.kind && was.value == it.value);
        it.understood_as(was.map_or("", |was| &was.e164))
    };
    said.into_iter().map(as_before).collect()
}

/// All contacts in their places: the first number, the first address, then the rest. A number without its
/// country is one of this country.
pub(crate) fn numbered(
    of: (&TenantId, &PersonId),
    change: &PersonChange,
    further: Vec<(ContactKind, String, String)>,
    home: Option<Country>,
) -> Vec<Contact> {
    let first = |kind, value: &str| (kind, value.to_owned(), String::new());
    let firsts =
        [first(ContactKind::Phone, &change.phone), first(ContactKind::Email, &change.email)];
    let all = firsts.into_iter().filter(|(_, value, _)| !value.is_empty()).chain(further);
    (0..)
        .zip(all)
        .map(|(position, (kind, value, label))| {
            Contact::said(of, position, kind, (&value, &label), home)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::phone::country_of;
    use proptest::prelude::*;
    use store::contacts::match_key;

    use super::*;

    const ZONES: [&str; 6] = [
        "Asia/Jerusalem",
        "Europe/Berlin",
        "America/New_York",
        "Europe/Rome",
        "Asia/Kolkata",
        "Europe/Budapest",
    ];

    /// What two people of one country are called by: the ends of their numbers are often the same.
    fn two_numbers() -> impl Strategy<Value = (Country, String, String)> {
        (0..ZONES.len(), "[2-9][0-9]", "[2-9][0-9]", "[0-9]{7}").prop_map(|(at, a, b, end)| {
            let home = country_of(&ZONES[at].parse().unwrap()).unwrap();
            (home, format!("{a}{end}"), format!("{b}{end}"))
        })
    }

    fn spellings(of: Country, number: &str) -> [String; 5] {
        let (area, rest) = number.split_at(2);
        let Country { code, trunk } = of;
        [
            format!("{trunk}{area}-{rest}"),
            format!("{trunk}{number}"),
            format!("+{code} {area} {rest}"),
            format!("00{code}{number}"),
            format!("{code}{number}"),
        ]
    }

    proptest! {
        #[test]
        fn people_are_one_by_a_number_in_any_spelling_and_by_no_other(
            (home, one, other) in two_numbers()
        ) {
            let key = |typed: &str| match_key(ContactKind::Phone, typed, Some(home));
            for typed in spellings(home, &one) {
                prop_assert_eq!(key(&typed), key(&one), "{}", typed);
                for others in spellings(home, &other) {
                    prop_assert_eq!(key(&typed) == key(&others), one == other, "{} {}", typed, others);
                }
            }
            // And where the country is unknown, strangers are strangers all the same.
            let blind = |typed: &str| match_key(ContactKind::Phone, typed, None);
            prop_assert_eq!(blind(&one) == blind(&other), one == other);
        }
    }

    #[test]
    fn a_person_s_own_number_is_dialled_as_it_was_understood() {
        let ids = ["0192f000-0000-7000-8000-000000000001", "0192f000-0000-7000-8000-000000000002"];
        let of: (TenantId, PersonId) = (ids[0].parse().unwrap(), ids[1].parse().unwrap());
        let home = |zone: &str| country_of(&zone.parse().unwrap());
        let said = |value: &str, zone: &str| {
            let typed = (value, "");
            vec![Contact::said((&of.0, &of.1), 0, ContactKind::Phone, typed, home(zone))]
        };
        let had = said("050-1234567", "Asia/Jerusalem");
        let moved = as_understood(said("050-1234567", "Europe/Berlin"), &had);
        assert_eq!(moved, had);
        let retyped = as_understood(said("050-1234568", "Europe/Berlin"), &had);
        assert_eq!(retyped, said("050-1234568", "Europe/Berlin"));
        assert_eq!(as_understood(had.clone(), &said("050-1234567", "Etc/UTC")), had);
    }
}
