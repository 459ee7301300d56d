//! People: a person, adding and changing one.

pub mod board;
pub mod choices;
mod columns;
mod form;
pub mod list;
pub mod merge;
mod names;
pub mod own;
mod query;

use actix_web::web::{Form, Path, Query};
use app::Error;
use app::appointments as booked;
use app::people::bulk::{self, BulkInput};
use app::people::{self, Consent, ContactKind, Kind, Person, WholePerson};
use app::plugin_views::Place;
use app::tasks::LinkKind;
use domain::{Permission, PersonId};
use futures_util::TryFutureExt as _;
use jiff::ToSpan;
use serde::Deserialize;
use tokio::try_join;

use crate::answer::{Answer, form_errors, go};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::timeline::TimelineQuery;
use crate::pages::{
    appointments, documents, id, own_fields, paragraphs, plugin_views, tasks, timeline,
};
use crate::views::calendar::AppointmentRow;
use crate::views::documents::SentFiles;
use crate::views::people::{
    ContactRow, FirstRow, NoteForm, PersonEdit, PersonForm, PersonPage, PersonRow,
};
use crate::views::{Choice, Errors};

pub use list::Names;

/// One person; who became one with another leads there.
pub async fn show(member: Member, path: Path<String>, query: Query<TimelineQuery>) -> Answer {
    let person: PersonId = id(&path)?;
    let note = new_note(&member);
    let answer = page(&member, &person, &query, note).await;
    if !matches!(answer, Err(Failure::App(Error::NotFound))) {
        return answer;
    }
    match people::find_merged(&member.web.app, &member.ctx, &person).await? {
        Some(now) => Ok(go(&format!("/people/{now}"))),
        None => answer,
    }
}

/// A form for a note.
pub fn new_note(member: &Member) -> NoteForm {
    NoteForm { form_id: member.web.random(16), ..NoteForm::default() }
}

/// The page of a person, with a note as it was typed.
pub async fn page(
    member: &Member,
    person: &PersonId,
    told: &TimelineQuery,
    note: NoteForm,
) -> Answer {
    page_with(member, person, told, note, SentFiles::default()).await
}

/// The same with what came of files that were sent.
pub async fn page_with(
    member: &Member,
    person: &PersonId,
    told: &TimelineQuery,
    note: NoteForm,
    sent: SentFiles,
) -> Answer {
    let file_errors = sent.wrong.iter().map(|it| ("file".to_owned(), it.problem.clone()));
    let errors: Errors = note.errors.clone().into_iter().chain(file_errors).collect();
    let (app, ctx) = (&member.web.app, &member.ctx);
    let about = Some(("person", person.to_string()));
    // Side by side: none of them needs another's answer.
    let (whole, names, appointments, (entries, older), alike, panels, tasks, files) = try_join!(
        people::get_whole_person(app, ctx, person).err_into(),
        Names::load(member),
        appointments_of(member, person),
        timeline::rows(member, person, told),
        people::list_alike(app, ctx, person).err_into(),
        plugin_views::slots(member, Place::Person, about),
        tasks::panel(member, LinkKind::Person, person.as_str()),
        documents::adding::panel(member, person, sent),
    )?;
    let (upcoming, past) = appointments;
    let shown = &whole.person;
    let page = PersonPage {
        panels,
        tasks,
        files,
        id: person.to_string(),
        person: PersonRow { tags: tag_names(&whole), ..names.row(member, shown) },
        phone_href: people::input::dialled(&whole.contacts, shown)
            .unwrap_or(&shown.phone)
            .to_owned(),
        contacts: contacts(member, &whole),
        own: own_fields::shown(member, &whole.own_fields, &whole.own),
        company_href: company_href(shown),
        is_company: shown.kind == Kind::Company,
        first_source: first_source(&whole),
        firsts: firsts(&whole),
        customer_since: customer_since(member, shown),
        source: shown.source.clone(),
        consent: consent(member, shown),
        notes: paragraphs(&shown.notes),
        stages: names.stages(shown.stage_id.as_str()),
        follow_up_on: shown.follow_up_on.clone().unwrap_or_default(),
        soon: soon(member),
        rev: shown.rev,
        timeline: entries,
        timeline_tabs: timeline::tabs(person, told),
        timeline_narrowed: told.is_narrowed(),
        older,
        note,
        alike: alike.iter().map(|each| names.row(member, each)).collect(),
        upcoming,
        past,
        sees_appointments: ctx.role.may(Permission::ReadAppointments),
        can_book: ctx.role.may(Permission::WriteAppointments),
        can_write: ctx.role.may(Permission::WritePeople),
    };
    member.form_page(&page, &errors).await
}

/// A person's appointments that are to come, soonest first, and the others, latest first; none for a role that
/// sees none.
async fn appointments_of(
    member: &Member,
    person: &PersonId,
) -> Result<(Vec<AppointmentRow>, Vec<AppointmentRow>), Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    if !ctx.role.may(Permission::ReadAppointments) {
        return Ok((Vec::new(), Vec::new()));
    }
    let all = booked::list_of_person(app, ctx, person).await?;
    let now = app.clock.now();
    let (upcoming, mut past): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|each| each.ends_at > now && each.status.as_str() == "booked");
    past.sort_by_key(|each| std::cmp::Reverse(each.starts_at));
    try_join!(appointments::rows(member, upcoming), appointments::rows(member, past))
}

/// Where everybody of a person's company is listed, and of a company everybody who speaks for it.
fn company_href(person: &Person) -> String {
    let company = match person.kind {
        Kind::Company => &person.name,
        Kind::Person => &person.company,
    };
    if company.is_empty() {
        return String::new();
    }
    // Beginnings of words are found too, so a long name cut short still leads to all of them.
    let sought: String = company.chars().take(people::SEARCH_CHARS_MAX).collect();
    list::address("/people", &[("q", sought.as_str())])
}

/// Days to get back to somebody that are chosen with one press.
fn soon(member: &Member) -> Vec<Choice> {
    let today = member.dates().today();
    let days = [
        ("follow-up-tomorrow", today.saturating_add(1.day())),
        ("follow-up-in-week", today.saturating_add(7.days())),
        ("follow-up-in-month", today.saturating_add(1.month())),
    ];
    days.map(|(key, day)| Choice::new(day.to_string(), member.text(key), "")).to_vec()
}

fn tag_names(whole: &WholePerson) -> Vec<String> {
    whole.tags.iter().map(|tag| tag.name.clone()).collect()
}

fn contacts(member: &Member, whole: &WholePerson) -> Vec<ContactRow> {
    let further = people::input::further(whole.contacts.clone(), &whole.person);
    further.into_iter().map(|contact| contact_row(member, contact)).collect()
}

/// A number or address, as people write it.
fn contact_row(member: &Member, contact: people::Contact) -> ContactRow {
    ContactRow {
        kind: contact.kind.to_string(),
        href: match contact.kind {
            ContactKind::Phone if contact.e164.is_empty() => {
                format!("tel:{}", contact.value.replace(' ', ""))
            }
            ContactKind::Phone => format!("tel:{}", contact.e164),
            ContactKind::Email => format!("mailto:{}", contact.value),
            ContactKind::Address => String::new(),
        },
        value: match contact.kind {
            ContactKind::Phone => member.phone(&contact.value),
            ContactKind::Email | ContactKind::Address => contact.value,
        },
        label: contact.label,
    }
}

/// The day they became a customer; empty for who isn't one, and where nobody knows.
fn customer_since(member: &Member, person: &Person) -> String {
    let day = person.won_at.map(|at| member.dates().short(member.dates().local(at).date()));
    day.unwrap_or_default()
}

/// Where they came from first, where what is entered says something else today.
fn first_source(whole: &WholePerson) -> String {
    let first = whole.attribution.as_ref().map(|first| first.source.clone()).unwrap_or_default();
    if first == whole.person.source { String::new() } else { first }
}

/// What else is known of that.
fn firsts(whole: &WholePerson) -> Vec<FirstRow> {
    let Some(first) = whole.attribution.clone() else { return Vec::new() };
    let parts = [
        ("medium", first.medium),
        ("campaign", first.campaign),
        ("term", first.term),
        ("content", first.content),
        ("landing", first.landing),
        ("referrer", first.referrer),
    ];
    let known = parts.into_iter().filter(|(_, value)| !value.is_empty());
    known.map(|(name, value)| FirstRow { name, value }).collect()
}

/// Whether they agreed to be written to, and since when.
fn consent(member: &Member, person: &Person) -> String {
    let key = match person.consent {
        Consent::Unknown => return String::new(),
        Consent::Given => "consent-given-since",
        Consent::Withdrawn => "consent-withdrawn-since",
    };
    let dates = member.dates();
    let since = person.consent_at.map(|at| dates.short(dates.local(at).date()));
    let told = member.text_with(key, &[("day", &since.unwrap_or_default())]);
    if person.consent_note.is_empty() {
        return told;
    }
    format!("{told} ({})", person.consent_note)
}

/// The form for a new person.
pub async fn show_new(member: Member) -> Answer {
    member.ctx.require_to_see(Permission::ReadPeople)?;
    member.ctx.require(Permission::WritePeople)?;
    let form = PersonForm { form_id: member.web.random(16), ..PersonForm::default() };
    edit_page(&member, None, form, Errors::new()).await
}

async fn edit_page(
    member: &Member,
    person: Option<&Person>,
    form: PersonForm,
    errors: Errors,
) -> Answer {
    let own = person.map(|person| format!("/people/{}", person.id));
    let names = Names::load(member).await?;
    let fields = app::own_fields::list_fields(&member.web.app, &member.ctx).await?;
    let consents =
        [("", "consent-unknown"), ("given", "consent-given"), ("withdrawn", "consent-withdrawn")];
    let consents = consents.map(|(value, key)| Choice::new(value, member.text(key), &form.consent));
    let page = PersonEdit {
        id: person.map(|person| person.id.to_string()).unwrap_or_default(),
        action: own.clone().unwrap_or_else(|| "/people".to_owned()),
        back: own.unwrap_or_else(|| "/people".to_owned()),
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        stages: names.stages(&form.stage),
        owners: names.owners(&form.owner),
        tags: names.tag_choices(&form.tags),
        own: own_fields::asked(member, &fields, &form.own),
        sources: people::list_sources(&member.web.app, &member.ctx).await?,
        consents: consents.to_vec(),
        // What was entered in another currency stays in that one.
        currency: match person
            .filter(|it| it.value != 0 && it.value_currency == form.value_currency)
        {
            Some(person) => person.value_currency.clone(),
            None => member.frame().await?.tenant.currency.clone(),
        },
        others: others(member, person).await?,
        form: form::with_empty_row(form),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// Others to make one of with a person, where somebody knows what no number and no name shows.
async fn others(member: &Member, person: Option<&Person>) -> Result<Vec<Choice>, Failure> {
    let Some(person) = person else { return Ok(Vec::new()) };
    let mut all = appointments::people_choices(member, "").await?;
    all.retain(|choice| choice.value != person.id.as_str());
    Ok(all)
}

/// Adds a person.
pub async fn create(member: Member, form: Form<form::Pairs>) -> Answer {
    let form = form::read(form.into_inner());
    let input = form::input(&form);
    match people::create_person(&member.web.app, &member.ctx, input, &form.form_id).await {
        Ok(person) => member.said(&format!("/people/{}", person.id), "said-person-added"),
        Err(error) => edit_page(&member, None, form, form_errors(error)?).await,
    }
}

/// The form of a person.
pub async fn show_edit(member: Member, path: Path<String>) -> Answer {
    let whole = people::get_whole_person(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.ctx.require(Permission::WritePeople)?;
    edit_page(&member, Some(&whole.person), form::of(&whole, &member.ctx.zone), Errors::new()).await
}

/// Changes a person.
pub async fn update(member: Member, path: Path<String>, form: Form<form::Pairs>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form::read(form.into_inner()));
    let person: PersonId = id(&path)?;
    match people::update_person(app, ctx, &person, form::input(&form), form.rev).await {
        Ok(person) => member.said(&format!("/people/{}", person.id), "said-saved"),
        Err(error) => {
            let errors = form_errors(error)?;
            let person = people::get_person(app, ctx, &person).await?;
            edit_page(&member, Some(&person), form, errors).await
        }
    }
}

/// Where a person is to stand.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct StageForm {
    stage: String,
    back: String,
}

/// Moves a person to another stage.
pub async fn move_to_stage(member: Member, path: Path<String>, form: Form<StageForm>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let person = people::change_stage(app, ctx, &id(&path)?, &form.stage).await?;
    let own = format!("/people/{}", person.id);
    let to = if form.back.is_empty() { own.as_str() } else { crate::answer::own_path(&form.back) };
    member.said(to, "said-person-moved")
}

/// When to get back to a person.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FollowUpForm {
    follow_up_on: String,
}

/// Says when to get back to a person, or that nobody is to any more.
pub async fn follow_up(member: Member, path: Path<String>, form: Form<FollowUpForm>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let person = people::get_person(app, ctx, &id(&path)?).await?;
    let page = format!("/people/{}", person.id);
    let input = BulkInput { act: "follow-up".to_owned(), to: form.follow_up_on.clone() };
    let done = bulk::change_people(app, ctx, vec![person.id], input).await?;
    match done.undo {
        Some(undo) => member.said_undo(&page, "said-saved", &format!("/undo/{undo}/restore")),
        None => member.said(&page, "said-nothing-changed"),
    }
}

/// Removes a person from the list.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    let person: PersonId = id(&path)?;
    people::delete_person(&member.web.app, &member.ctx, &person).await?;
    member.said_undo("/people", "said-person-removed", &format!("/people/{person}/restore"))
}

/// Brings a removed person back.
pub async fn restore(member: Member, path: Path<String>) -> Answer {
    let person = people::restore_person(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said(&format!("/people/{}", person.id), "said-person-restored")
}
