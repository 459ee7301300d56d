//! People who are there twice: finding them, making one of them.

use actix_web::web::{Form, Path, Query};
use app::Error;
use app::people::doubles::{self, Alike};
use app::people::{apart, merge};
use domain::{Permission, PersonId};
use serde::Deserialize;

use super::list::{Names, address};
use super::{consent, contact_row, customer_since};
use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::{id, paragraphs};
use crate::views::Errors;
use crate::views::doubles::{Doubles, DoublesRow, MergeLook};
use crate::views::people::PersonRow;

/// How many groups a page has.
const PAGE: i64 = 25;
const HERE: &str = "/people/doubles";

type Pairs = Vec<(String, String)>;

/// Which page of them is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ListQuery {
    after: String,
}

/// Everybody who may be there twice.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    page(&member, query.after.parse().ok(), Errors::new()).await
}

async fn page(member: &Member, after: Option<Alike>, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let names = Names::load(member).await?;
    let found = doubles::list_doubles(app, ctx, after, PAGE).await?;
    let row = |group: doubles::Doubles| DoublesRow {
        people: group.people.iter().map(|person| names.row(member, person)).collect(),
        by: group.by,
    };
    let page = Doubles {
        groups: found.items.into_iter().map(row).collect(),
        next: found.next.map(|next| address(HERE, &[("after", &next.to_string())])),
        can_write: ctx.role.may(Permission::WritePeople),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// Those of a form's people whose field has this name.
fn named(form: &[(String, String)], name: &str) -> Result<Vec<PersonId>, Failure> {
    form.iter().filter(|(field, _)| field == name).map(|(_, value)| id(value)).collect()
}

/// What would come of making one of those who are ticked in a group.
pub async fn look(member: Member, form: Form<Pairs>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let keep = named(&form, "keep")?.into_iter().next();
    let mut others = named(&form, "person")?;
    others.retain(|other| Some(other) != keep.as_ref());
    let Some(keep) = keep else {
        let errors = Errors::from([("other".to_owned(), "error-none-chosen".to_owned())]);
        return page(&member, None, errors).await;
    };
    let look = match merge::look_at_merge(app, ctx, &keep, &others).await {
        Ok(look) => look,
        Err(error) => return page(&member, None, form_errors(error)?).await,
    };
    let names = Names::load(&member).await?;
    let person = &look.person;
    let page = MergeLook {
        person: PersonRow {
            tags: look.tags.iter().map(|tag| tag.name.clone()).collect(),
            ..names.row(&member, person)
        },
        contacts: look.contacts.iter().map(|it| contact_row(&member, it.clone())).collect(),
        source: person.source.clone(),
        customer_since: customer_since(&member, person),
        consent: consent(&member, person),
        notes: paragraphs(&person.notes),
        gone: look.gone.iter().map(|each| names.row(&member, each)).collect(),
        action: format!("/people/{keep}/merge"),
    };
    member.page(&page).await
}

/// Makes one of two or several.
pub async fn merge(member: Member, path: Path<String>, form: Form<Pairs>) -> Answer {
    let (keep, others): (PersonId, _) = (id(&path)?, named(&form, "other")?);
    if others.is_empty() {
        return Err(Error::NotFound.into());
    }
    let undo = merge::merge_all(&member.web.app, &member.ctx, &keep, &others).await?;
    member.said_undo(
        &format!("/people/{keep}"),
        "said-people-merged",
        &format!("/undo/{undo}/restore"),
    )
}

/// Who is somebody else than the person of the page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ApartForm {
    other: String,
}

/// Keeps that two aren't one.
pub async fn keep_apart(member: Member, path: Path<String>, form: Form<ApartForm>) -> Answer {
    let (one, other): (PersonId, PersonId) = (id(&path)?, id(&form.other)?);
    let undo = apart::keep_apart(&member.web.app, &member.ctx, &one, &other).await?;
    // To where it was pressed, which shows them no more.
    let page = member.from.clone().unwrap_or_else(|| HERE.to_owned());
    member.said_undo(&page, "said-people-apart", &format!("/undo/{undo}/restore"))
}
