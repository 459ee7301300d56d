//! People: the list, a person, adding and changing one.

use actix_web::web::{Form, Path, Query};
use app::appointments as booked;
use app::people::{self, Cursor, Person, PersonFilter, PersonInput, Stage};
use app::plugin_views::Place;
use domain::{Permission, PersonId};
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::{appointments, id, paragraphs, plugin_views};
use crate::views::people::{People, PersonEdit, PersonForm, PersonPage, PersonRow};
use crate::views::{Avatar, Errors, Tab};

/// How many a page of the list has.
const PAGE: i64 = 50;

/// What the list is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ListQuery {
    stage: String,
    q: String,
    after: String,
}

/// The list.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let stage: Option<Stage> = query.stage.parse().ok();
    let search = query.q.trim();
    let filter = PersonFilter { stage, search: (!search.is_empty()).then(|| search.to_owned()) };
    let after: Option<Cursor> = query.after.parse().ok();
    let found = people::list_people(app, ctx, filter, after, PAGE).await?;
    let any = !found.items.is_empty() || {
        let one = people::list_people(app, ctx, PersonFilter::default(), None, 1).await?;
        !one.items.is_empty()
    };
    let word = stage.map(Stage::as_str).unwrap_or_default();
    let page = People {
        query: search.to_owned(),
        stage: word.to_owned(),
        tabs: tabs(word, search),
        people: found.items.iter().map(|person| row(&member, person)).collect(),
        next: found.next.map(|after| address(word, search, &after.to_string())),
        any,
        can_write: ctx.role.may(Permission::WritePeople),
    };
    member.page(&page).await
}

fn tabs(stage: &str, search: &str) -> Vec<Tab> {
    [("people-all", ""), ("people-leads", "lead"), ("people-customers", "customer")]
        .map(|(key, word)| Tab {
            key,
            href: address(word, search, ""),
            count: None,
            current: word == stage,
        })
        .into()
}

fn address(stage: &str, search: &str, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("stage", stage), ("q", search), ("after", after)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { "/people".to_owned() } else { format!("/people?{query}") }
}

fn row(member: &Member, person: &Person) -> PersonRow {
    let dates = member.dates();
    PersonRow {
        href: format!("/people/{}", person.id),
        name: person.name.clone(),
        company: person.company.clone(),
        avatar: Avatar::of(&person.name),
        stage: person.stage.as_str().to_owned(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        added: dates.short(dates.local(person.created_at).date()),
    }
}

/// One person.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let person = people::get_person(app, ctx, &id(&path)?).await?;
    let sees_appointments = ctx.role.may(Permission::ReadAppointments);
    let all = if sees_appointments {
        booked::list_of_person(app, ctx, &person.id).await?
    } else {
        Vec::new()
    };
    let now = app.clock.now();
    let (upcoming, mut past): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|each| each.ends_at > now && each.status.as_str() == "booked");
    past.sort_by_key(|each| std::cmp::Reverse(each.starts_at));
    let about = Some(("person", person.id.to_string()));
    let page = PersonPage {
        panels: plugin_views::slots(&member, Place::Person, about).await?,
        id: person.id.to_string(),
        person: row(&member, &person),
        phone_href: people::dialled(&person, &ctx.zone).unwrap_or_else(|| person.phone.clone()),
        source: person.source.clone(),
        notes: paragraphs(&person.notes),
        upcoming: appointments::rows(&member, upcoming).await?,
        past: appointments::rows(&member, past).await?,
        sees_appointments,
        can_book: ctx.role.may(Permission::WriteAppointments),
        can_write: ctx.role.may(Permission::WritePeople),
    };
    member.page(&page).await
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
    let page = PersonEdit {
        action: own.clone().unwrap_or_else(|| "/people".to_owned()),
        back: own.unwrap_or_else(|| "/people".to_owned()),
        name: person.map(|person| person.name.clone()).unwrap_or_default(),
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn input(form: &PersonForm) -> PersonInput {
    PersonInput {
        stage: form.stage.clone(),
        name: form.name.clone(),
        company: form.company.clone(),
        phone: form.phone.clone(),
        email: form.email.clone(),
        source: form.source.clone(),
        notes: form.notes.clone(),
    }
}

/// Adds a person.
pub async fn create(member: Member, form: Form<PersonForm>) -> Answer {
    let form = form.into_inner();
    let made =
        people::create_person(&member.web.app, &member.ctx, input(&form), &form.form_id).await;
    match made {
        Ok(person) => member.said(&format!("/people/{}", person.id), "said-person-added"),
        Err(error) => edit_page(&member, None, form, form_errors(error)?).await,
    }
}

/// The form of a person.
pub async fn show_edit(member: Member, path: Path<String>) -> Answer {
    let person = people::get_person(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.ctx.require(Permission::WritePeople)?;
    let form = PersonForm {
        form_id: String::new(),
        name: person.name.clone(),
        company: person.company.clone(),
        stage: person.stage.as_str().to_owned(),
        phone: person.phone.clone(),
        email: person.email.clone(),
        source: person.source.clone(),
        notes: person.notes.clone(),
        rev: person.rev,
    };
    edit_page(&member, Some(&person), form, Errors::new()).await
}

/// Changes a person.
pub async fn update(member: Member, path: Path<String>, form: Form<PersonForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    let person: PersonId = id(&path)?;
    match people::update_person(app, ctx, &person, input(&form), form.rev).await {
        Ok(person) => member.said(&format!("/people/{}", person.id), "said-saved"),
        Err(error) => {
            let errors = form_errors(error)?;
            let person = people::get_person(app, ctx, &person).await?;
            edit_page(&member, Some(&person), form, errors).await
        }
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
