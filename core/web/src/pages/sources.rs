//! The settings of sources: what there are, renaming one, and making one of two.

use actix_web::web::Form;
use app::sources::{self, Renamed};
use domain::Permission;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::views::Errors;
use crate::views::sources::{SourceRow, Sources};

const HERE: &str = "/settings/people/sources";

/// The page.
pub async fn show(member: Member) -> Answer {
    page(&member, RenameForm::default(), Errors::new()).await
}

async fn page(member: &Member, sent: RenameForm, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let all = sources::list_sources(app, ctx).await?;
    ctx.require(Permission::ManageSettings)?;
    let row = |source: sources::SourceCount| {
        let is_sent = !errors.is_empty() && source.source == sent.from;
        SourceRow {
            typed: if is_sent { sent.to.clone() } else { source.source.clone() },
            error: match is_sent {
                true => errors.values().next().cloned().unwrap_or_default(),
                false => String::new(),
            },
            name: source.source,
            people: source.people,
        }
    };
    let page =
        Sources { sources: all.into_iter().map(row).collect(), form_id: member.web.random(16) };
    member.form_page(&page, &errors).await
}

/// A source's new name, which may be another one's.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct RenameForm {
    form_id: String,
    from: String,
    to: String,
}

/// Gives a source another name with everybody who is of it.
pub async fn rename(member: Member, form: Form<RenameForm>) -> Answer {
    let (app, ctx, form) = (&member.web.app, &member.ctx, form.into_inner());
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)?;
    match sources::rename_source(app, ctx, &form.from, &form.to, &form.form_id).await {
        Ok(Renamed::Done(done)) => match done.undo {
            Some(undo) => {
                member.said_undo(HERE, "said-source-renamed", &format!("/undo/{undo}/restore"))
            }
            None => member.said(HERE, "said-nothing-changed"),
        },
        Ok(Renamed::Begun(sweep)) => member.said(&format!("/sweeps/{sweep}"), "said-stage-goes"),
        Err(error) => page(&member, form, form_errors(error)?).await,
    }
}
