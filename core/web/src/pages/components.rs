//! The page that shows every component of a theme, to choose one by.

use actix_web::web::Query;
use domain::Permission;
use serde::Deserialize;

use crate::answer::Answer;
use crate::member::Member;
use crate::views::Shell;
use crate::views::components::Components;

/// Which theme, and in which colour; what isn't said or isn't there is as the business has it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Wanted {
    theme: String,
    colour: String,
}

/// Everything there is of a theme, for who may choose one. Nothing on it does anything.
pub async fn show(member: Member, query: Query<Wanted>) -> Answer {
    member.ctx.require_to_see(Permission::ManageSettings)?;
    let shell = member.shell().await?;
    let wanted = if query.theme.is_empty() { &shell.theme } else { &query.theme };
    let theme = member.web.themes.get(wanted);
    let page = Components::of(theme, member.ctx.locale);
    let colour = page.colours.iter().copied().find(|colour| *colour == query.colour);
    let shell = Shell {
        theme: theme.id.clone(),
        colour: colour.unwrap_or(shell.colour),
        nav: crate::nav::items(member.ctx.role, "/settings"),
        ..shell
    };
    member.page_in(&page, &shell)
}
