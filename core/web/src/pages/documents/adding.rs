//! The documents about a person, on their page: shown, and added by a form, there or from the list of all.

use actix_web::HttpRequest;
use actix_web::web::{Bytes, Path};
use app::Error;
use app::documents::{self, DocumentFilter, NewFile};
use domain::{Permission, PersonId};

use super::rows;
use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::appointments::people_choices;
use crate::pages::timeline::TimelineQuery;
use crate::pages::{id, people};
use crate::upload::{Filled, files_in};
use crate::views::documents::{AddingFiles, FileLimits, PersonFiles, SentFiles, WrongFile};

/// How many a person's page shows.
const SHOWN: i64 = 10;
/// How many files one form brings.
const FILES_MAX: usize = 20;
/// How much one form brings.
pub const LIMITS: FileLimits = FileLimits {
    files: FILES_MAX,
    bytes: documents::FILE_BYTES_MAX,
    bytes_together: documents::FORM_BYTES_MAX,
};
/// The form's field.
const FIELD: &str = "file";

/// The documents about a person, with what came of files that were just sent; nothing for who sees no
/// documents.
pub async fn panel(
    member: &Member,
    person: &PersonId,
    sent: SentFiles,
) -> Result<Option<PersonFiles>, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    if !ctx.may(Permission::ReadDocuments) {
        return Ok(None);
    }
    let filter = DocumentFilter { person: Some(person.clone()), ..DocumentFilter::default() };
    let found = documents::list_documents(app, ctx, filter, None, SHOWN).await?;
    Ok(Some(PersonFiles {
        more: found.next.map(|_| format!("/documents?person={person}")),
        rows: rows(member, found.items).await?,
        form_id: member.web.random(16),
        can_add: documents::require_to_add(ctx).is_ok(),
        limits: LIMITS,
        sent,
    }))
}

/// The form of the documents' own page, for whoever may add some: whom they are about first, then the files.
pub async fn form(member: &Member, to: &str) -> Result<Option<AddingFiles>, Failure> {
    if documents::require_to_add(&member.ctx).is_err() {
        return Ok(None);
    }
    let people = people_choices(member, to).await?;
    Ok(Some(AddingFiles {
        to: people.iter().find(|choice| choice.selected).cloned(),
        people,
        form_id: member.web.random(16),
        limits: LIMITS,
        sent: SentFiles::default(),
    }))
}

/// Adds files to a person, each for itself: what one can't be is said, and the others are kept. So are those that
/// came before a form broke off.
pub async fn add(member: Member, path: Path<String>, request: HttpRequest, body: Bytes) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    documents::require_to_add(ctx)?;
    let person: PersonId = id(&path)?;
    app::people::get_person(app, ctx, &person).await?;
    let Filled { files, form_id, has_more, is_broken } =
        files_in(&request, body, FIELD, FILES_MAX).await;
    let mut came = SentFiles::default();
    if is_broken {
        came.refuse("error-documents-broken");
    } else if has_more {
        came.refuse("error-documents-many");
    } else if files.is_empty() {
        came.refuse("error-document-missing");
    }
    let count = files.len();
    // Of too many none is kept: nobody could say which.
    for (at, sent) in files.into_iter().enumerate().filter(|_| !has_more) {
        let name: String = sent.name.chars().take(documents::NAME_CHARS_MAX).collect();
        let file = NewFile { name: sent.name, bytes: sent.bytes };
        // A form without an id is sent once for each press.
        let form = if form_id.is_empty() { String::new() } else { format!("{form_id}:{at}") };
        match documents::add_document(app, ctx, &person, file, &form).await {
            Ok(kept) => came.kept.push(kept.name),
            Err(error) => came.wrong.push(WrongFile { name, problem: problem_of(error)? }),
        }
    }
    if came.wrong.is_empty() {
        let said = if count == 1 { "said-document-added" } else { "said-documents-added" };
        return member.said(&format!("/people/{person}"), said);
    }
    let note = people::new_note(&member);
    people::page_with(&member, &person, &TimelineQuery::default(), note, came).await
}

/// What is wrong with a file, or why there is no page to say it on.
fn problem_of(error: Error) -> Result<String, Failure> {
    let errors = form_errors(error)?;
    Ok(errors.into_values().next().unwrap_or_default())
}
