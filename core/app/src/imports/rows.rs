//! What a row says of somebody, read by the plan, or what is wrong with it.

use domain::{MemberId, OwnFieldId, Timestamp, phone};
use store::contacts::ContactKind;
use store::own_fields::OwnKind;
use store::people::{Consent, Kind, folded_name};
use store::pipelines::Stage;

use super::dates::{day, past_day};
use super::known::Known;
use super::plan::Plan;
use super::sheet::Row;
use super::targets::Target;
use super::worth::Worth;
use super::{decimals, meanings};
use crate::attributions::{AttributionInput, PAGE_CHARS_MAX, WORD_CHARS_MAX};
use crate::error::{Error, Result};
use crate::own_fields::values;
use crate::people::input::{ADDRESS_CHARS_MAX, CONTACTS_MAX, LABEL_CHARS_MAX, TAGS_MAX};
use crate::people::{COMPANY_CHARS_MAX, NOTES_CHARS_MAX, SOURCE_CHARS_MAX};
use crate::tags::TAG_CHARS_MAX;
use crate::{fields, money};

/// What a row says; what it doesn't say is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// The name, or what stands for it.
    pub name: String,
    /// The company.
    pub company: String,
    /// Whether it is a company.
    pub kind: Option<Kind>,
    /// Numbers and addresses, each with what it is for.
    pub contacts: Vec<(ContactKind, String, String)>,
    /// Where they stand.
    pub stage: Option<Stage>,
    /// Whether nothing says so but since when they are a customer: in which of the stages of customers, that
    /// doesn't say.
    pub is_stage_implied: bool,
    /// Who looks after them.
    pub owner: Option<MemberId>,
    /// Where they came from.
    pub source: String,
    /// Tags by name.
    pub tags: Vec<String>,
    /// What they may be worth, in the currency's smallest unit.
    pub value: Option<i64>,
    /// The currency of that; empty where that is nothing.
    pub currency: String,
    /// The day to get back to them.
    pub follow_up_on: Option<String>,
    /// Whether they want to be written to.
    pub consent: Option<Consent>,
    /// When they said so.
    pub consent_at: Option<Timestamp>,
    /// When they were added.
    pub added_at: Option<Timestamp>,
    /// When they became a customer.
    pub won_at: Option<Timestamp>,
    /// Where they came from first.
    pub attribution: AttributionInput,
    /// Notes.
    pub notes: String,
    /// What it says of own fields.
    pub own: Vec<OwnSaid>,
}

/// What a row says of an own field.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnSaid {
    /// Which.
    pub field: OwnFieldId,
    /// As it stands in the file.
    pub cell: String,
    /// As it is kept.
    pub(super) value: String,
    /// What lists go by.
    pub(super) key: String,
}

impl Said {
    /// The first contact of a kind; empty where there is none.
    pub fn first(&self, kind: ContactKind) -> &str {
        let found = self.contacts.iter().find(|(its, ..)| *its == kind);
        found.map_or("", |(_, value, _)| value)
    }
}

/// What is wrong with a row: in which column, and the key of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The column's place.
    pub place: usize,
    /// What is wrong.
    pub key: String,
}

type Read<T> = std::result::Result<T, Wrong>;

/// Reads a row.
pub(super) fn read(row: Row<'_>, plan: &Plan, known: &Known) -> Read<Said> {
    let mut said = Said { source: plan.source.clone(), ..Said::default() };
    if !plan.tag.is_empty() {
        said.tags.push(plan.tag.clone());
    }
    let (mut first, mut last, mut worth) = ("", "", Worth::default());
    for (place, column) in plan.columns.iter().enumerate() {
        let cell = row.cell(place);
        if cell.is_empty() {
            continue;
        }
        let wrong = |error| Wrong { place, key: key_of(error) };
        if meanings::take(&mut said, column, cell, known).map_err(wrong)? {
            continue;
        }
        if let Some(field) = &column.own {
            said.own.extend(own(field, cell, plan, known).map_err(wrong)?);
            continue;
        }
        match column.to {
            Target::FirstName => first = cell,
            Target::LastName => last = cell,
            Target::Value => worth.value = Some((place, cell)),
            Target::Currency => worth.currency = Some((place, cell)),
            to => take(&mut said, to, cell, &column.name, plan, known).map_err(wrong)?,
        }
    }
    worth.take(&mut said, plan, known)?;
    let place = [Target::Name, Target::FirstName, Target::LastName, Target::Company]
        .into_iter()
        .find_map(|to| plan.places(to).next())
        .unwrap_or(0);
    if said.stage.is_none() && said.won_at.is_some() {
        said.stage = known.stage("customer");
        said.is_stage_implied = true;
    }
    name(&mut said, first, last).map_err(|error| Wrong { place, key: key_of(error) })?;
    if said.contacts.len() > CONTACTS_MAX {
        return Err(Wrong { place, key: "error-too-many-contacts".to_owned() });
    }
    if said.tags.len() > TAGS_MAX {
        return Err(Wrong { place: plan.place_of_tags(), key: "error-too-many-tags".to_owned() });
    }
    Ok(said)
}

fn key_of(error: Error) -> String {
    match error {
        Error::Invalid { key, .. } => key,
        _ => "error-invalid".to_owned(),
    }
}

/// The name from its parts; who has none is called by what there is of them.
fn name(said: &mut Said, first: &str, last: &str) -> Result<()> {
    let parts = [first, last].into_iter().filter(|part| !part.is_empty());
    let both = parts.collect::<Vec<_>>().join(" ");
    let full = if said.name.is_empty() { both } else { std::mem::take(&mut said.name) };
    let of_contact =
        [ContactKind::Email, ContactKind::Phone].map(|kind| said.first(kind).to_owned());
    let instead = [said.company.clone()].into_iter().chain(of_contact).find(|it| !it.is_empty());
    if full.is_empty() && !said.company.is_empty() && said.kind.is_none() {
        said.kind = Some(Kind::Company);
    }
    let full = if full.is_empty() { instead.unwrap_or_default() } else { full };
    said.name =
        fields::required_line("name", &full, fields::NAME_CHARS_MAX).map_err(
            |error| match error {
                Error::Invalid { key, .. } if key == "error-required" => {
                    Error::invalid("name", "error-imports-nameless")
                }
                other => other,
            },
        )?;
    Ok(())
}

fn take(
    said: &mut Said,
    to: Target,
    cell: &str,
    head: &str,
    plan: &Plan,
    known: &Known,
) -> Result<()> {
    let label: String = head.chars().take(LABEL_CHARS_MAX).collect();
    match to {
        // Columns that say something together are read as a whole.
        Target::Nothing
        | Target::FirstName
        | Target::LastName
        | Target::Value
        | Target::Currency => {}
        Target::Name => said.name = fields::line("name", cell, fields::NAME_CHARS_MAX)?,
        Target::Company => said.company = fields::line("company", cell, COMPANY_CHARS_MAX)?,
        Target::Kind => said.kind = Some(kind(cell)?),
        Target::Phone => {
            for number in several(cell) {
                let number = number_of(number, known)?;
                add(said, ContactKind::Phone, number, &label);
            }
        }
        Target::Email => {
            for address in several(cell) {
                let address = fields::email("email", address.trim_start_matches("mailto:"))?;
                add(said, ContactKind::Email, address, &label);
            }
        }
        Target::Address => address(said, cell)?,
        Target::Stage => {
            let found = known.stage(cell);
            said.stage = Some(found.ok_or_else(|| Error::invalid("stage", "error-imports-stage"))?);
        }
        Target::Owner => {
            let found = known.members.get(&folded_name(cell)).cloned();
            said.owner =
                Some(found.ok_or_else(|| Error::invalid("owner", "error-imports-member"))?);
        }
        Target::Source => said.source = fields::line("source", cell, SOURCE_CHARS_MAX)?,
        Target::Tags => {
            for word in several(cell) {
                tag(said, word)?;
            }
        }
        Target::FollowUp => said.follow_up_on = Some(day(cell, plan, known)?.to_string()),
        Target::Consent => said.consent = Some(consent(cell)?),
        Target::ConsentOn => said.consent_at = Some(past_day(cell, plan, known)?),
        Target::AddedOn => said.added_at = Some(past_day(cell, plan, known)?),
        Target::CustomerSince => said.won_at = Some(past_day(cell, plan, known)?),
        Target::Medium
        | Target::Campaign
        | Target::Term
        | Target::Content
        | Target::Landing
        | Target::Referrer => attributed(&mut said.attribution, to, cell)?,
        Target::Notes => notes(said, cell, head)?,
    }
    Ok(())
}

/// What a cell says of an own field; nothing where the field was removed meanwhile.
fn own(id: &OwnFieldId, cell: &str, plan: &Plan, known: &Known) -> Result<Option<OwnSaid>> {
    let Some(field) = known.own_field(id) else { return Ok(None) };
    let wrong = |key| Error::invalid("own", key);
    let text = match field.kind {
        OwnKind::Day => day(cell, plan, known)?.to_string(),
        OwnKind::YesNo => match consent(cell).map_err(|_| wrong("error-imports-yes-no"))? {
            Consent::Given => "yes".to_owned(),
            Consent::Withdrawn => "no".to_owned(),
            Consent::Unknown => String::new(),
        },
        OwnKind::Choice => {
            values::option_named(field, cell).ok_or_else(|| wrong("error-imports-option"))?
        }
        OwnKind::Number => {
            let number = decimals::plain(cell, plan);
            money::number(&number, known.currency()).unwrap_or_else(|| number.into_owned())
        }
        OwnKind::Text | OwnKind::Paragraph | OwnKind::Link => cell.to_owned(),
    };
    // What isn't offered any more may stand in a file that was once taken out.
    let read = values::read(field, "own", &text, Some(&text))?;
    let said = |(value, key)| OwnSaid { field: id.clone(), cell: cell.to_owned(), value, key };
    Ok(read.map(said))
}

/// One more tag; from the first that is too many on the row is refused, whatever comes.
pub(super) fn tag(said: &mut Said, word: &str) -> Result<()> {
    let tag = fields::line("tags", word, TAG_CHARS_MAX)?;
    if !tag.is_empty() && said.tags.len() <= TAGS_MAX && !said.tags.contains(&tag) {
        said.tags.push(tag);
    }
    Ok(())
}

/// Cells of several things set them apart by a semicolon, a comma, a line or a bar.
pub(super) fn several(cell: &str) -> impl Iterator<Item = &str> {
    let apart = cell.split([';', ',', '\n', '|']).flat_map(|part| part.split(":::"));
    apart.map(str::trim).filter(|part| !part.is_empty())
}

fn add(said: &mut Said, kind: ContactKind, value: String, label: &str) {
    // A cell may name thousands: from the first that is too many on the row is refused, whatever comes.
    let is_full = said.contacts.len() > CONTACTS_MAX;
    if is_full || said.contacts.iter().any(|(its, own, _)| *its == kind && *own == value) {
        return;
    }
    // The first of a kind stands in the person's own row, without a word on what it is for.
    let is_first = said.first(kind).is_empty();
    let label = if is_first { String::new() } else { label.to_owned() };
    said.contacts.push((kind, value, label));
}

/// A number as it was typed, but where a spreadsheet took its first zero or wrote it as a power of ten.
fn number_of(typed: &str, known: &Known) -> Result<String> {
    let wrong = || Error::invalid("phone", "error-phone-invalid");
    let is_power = |text: &str| {
        let (digits, power) = text.split_once(['e', 'E'])?;
        let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        (plain && power.starts_with('+')).then_some(())
    };
    if is_power(typed).is_some() {
        return Err(Error::invalid("phone", "error-imports-power"));
    }
    let typed = fields::optional_phone("phone", typed)?.ok_or_else(wrong)?;
    let bare = typed.chars().all(|c| c.is_ascii_digit());
    let is_cut = known.home.is_some_and(|home| {
        bare && home.trunk == "0" && !typed.starts_with('0') && (8..=10).contains(&typed.len())
    });
    match phone::to_e164(&typed, known.home) {
        Some(whole) if is_cut => Ok(whole),
        _ => Ok(typed),
    }
}

/// Parts of an address in several columns are one address.
fn address(said: &mut Said, cell: &str) -> Result<()> {
    let line =
        cell.lines().map(str::trim).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ");
    let there = said.contacts.iter_mut().find(|(kind, ..)| *kind == ContactKind::Address);
    match there {
        Some((_, value, _)) => {
            *value = fields::line("address", &format!("{value}, {line}"), ADDRESS_CHARS_MAX)?;
        }
        None => {
            let line = fields::line("address", &line, ADDRESS_CHARS_MAX)?;
            said.contacts.push((ContactKind::Address, line, String::new()));
        }
    }
    Ok(())
}

/// Several columns of notes stand below each other, each under its head.
pub(super) fn notes(said: &mut Said, cell: &str, head: &str) -> Result<()> {
    let text = if said.notes.is_empty() {
        cell.to_owned()
    } else if head.is_empty() {
        format!("{}\n{cell}", said.notes)
    } else {
        format!("{}\n{head}: {cell}", said.notes)
    };
    said.notes = fields::paragraph("notes", &text, NOTES_CHARS_MAX)?;
    Ok(())
}

fn kind(cell: &str) -> Result<Kind> {
    match folded_name(cell).as_str() {
        "company" | "business" | "organization" | "organisation" | "חברה" | "עסק" | "ארגון"
        | "עסקי" => Ok(Kind::Company),
        "person" | "individual" | "private" | "contact" | "אדם" | "פרטי" | "איש קשר" => {
            Ok(Kind::Person)
        }
        _ => Err(Error::invalid("kind", "error-imports-kind-word")),
    }
}

fn consent(cell: &str) -> Result<Consent> {
    match folded_name(cell).as_str() {
        "yes" | "y" | "true" | "1" | "given" | "subscribed" | "opted in" | "opt in" | "v"
        | "כן" | "מאשר" | "מאשרת" | "אישר" | "אישרה" | "יש" => {
            Ok(Consent::Given)
        }
        "no" | "n" | "false" | "0" | "withdrawn" | "unsubscribed" | "opted out" | "opt out"
        | "לא" | "הוסר" | "הוסרה" | "סירב" | "סירבה" => Ok(Consent::Withdrawn),
        "unknown" | "-" | "?" | "לא ידוע" | "not subscribed" => Ok(Consent::Unknown),
        _ => Err(Error::invalid("consent", "error-imports-consent")),
    }
}

/// A part of where they came from first.
fn attributed(said: &mut AttributionInput, to: Target, cell: &str) -> Result<()> {
    let (part, most) = match to {
        Target::Medium => (&mut said.medium, WORD_CHARS_MAX),
        Target::Campaign => (&mut said.campaign, WORD_CHARS_MAX),
        Target::Term => (&mut said.term, WORD_CHARS_MAX),
        Target::Content => (&mut said.content, WORD_CHARS_MAX),
        Target::Landing => (&mut said.landing, PAGE_CHARS_MAX),
        Target::Referrer => (&mut said.referrer, PAGE_CHARS_MAX),
        _ => return Ok(()),
    };
    *part = fields::line("attribution", cell, most)?;
    Ok(())
}

#[cfg(test)]
mod tests;
