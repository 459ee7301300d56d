//! Taking back what was done: to many at once, and what was removed on its own.

use actix_web::web::{Path, Query};
use app::undos::{self, Cursor, Done, Removed};
use app::{people, tasks};
use domain::Permission;
use serde::Deserialize;

use crate::answer::{Answer, go};
use crate::member::Member;
use crate::pages::id;
use crate::pages::people::list::address;
use crate::pages::sweeps;
use crate::views::Tab;
use crate::views::undos::{UndoRow, Undos};

/// How many a page has.
const PAGE: i64 = 25;

/// What the page is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ListQuery {
    show: String,
    after: String,
}

/// What can be taken back.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let after: Option<Cursor> = query.after.parse().ok();
    let sees_people = ctx.role.may(Permission::WritePeople);
    let sees_tasks = ctx.role.may(Permission::WriteTasks);
    let (show, rows, next): (_, Vec<UndoRow>, _) = match query.show.as_str() {
        "people" if sees_people => {
            let found = people::list_removed(app, ctx, after, PAGE).await?;
            let row = |it| removed(&member, "/people", "person", it);
            ("people", found.items.into_iter().map(row).collect(), found.next)
        }
        "tasks" if sees_tasks => {
            let found = tasks::list_removed(app, ctx, after, PAGE).await?;
            let row = |it| removed(&member, "/tasks", "task", it);
            ("tasks", found.items.into_iter().map(row).collect(), found.next)
        }
        _ => {
            let found = undos::list_done(app, ctx, after, PAGE).await?;
            let row = |it| done(&member, it);
            ("done", found.items.into_iter().map(row).collect(), found.next)
        }
    };
    let shown = |name: &'static str| if name == "done" { "" } else { name };
    let tabs = [
        ("undos-done", "done", true),
        ("undos-people", "people", sees_people),
        ("undos-tasks", "tasks", sees_tasks),
    ];
    let tab = |(key, name, _): (&'static str, &'static str, bool)| Tab {
        key,
        href: address("/undo", &[("show", shown(name))]),
        count: None,
        current: name == show,
    };
    let next = next.map(|next| next.to_string());
    let page = Undos {
        tabs: tabs.into_iter().filter(|(.., sees)| *sees).map(tab).collect(),
        show,
        rows,
        next: next.map(|next| address("/undo", &[("show", shown(show)), ("after", &next)])),
        days: undos::KEPT_DAYS,
    };
    member.page(&page).await
}

fn done(member: &Member, it: Done) -> UndoRow {
    let summary = it.summary;
    let to = sweeps::named(member, summary.what, summary.to);
    UndoRow {
        icon: icon(summary.what),
        what: summary.what,
        count: summary.count,
        to,
        more: summary.count.saturating_sub(summary.names.len()),
        names: summary.names,
        by: it.by,
        when: member.dates().moment(it.at),
        action: format!("/undo/{}/restore", it.id),
    }
}

fn removed(member: &Member, list: &str, icon: &'static str, it: Removed) -> UndoRow {
    UndoRow {
        icon,
        what: "removed",
        count: 1,
        to: String::new(),
        more: 0,
        names: vec![it.name],
        by: it.by,
        when: member.dates().moment(it.at),
        action: format!("{list}/{}/restore", it.id),
    }
}

fn icon(what: &str) -> &'static str {
    match what.split('-').next().unwrap_or_default() {
        "merged" => "copy",
        "series" => "calendar",
        "tasks" => "task",
        _ => "people",
    }
}

/// Takes an act back.
pub async fn undo(member: Member, path: Path<String>) -> Answer {
    let (app, ctx, which) = (&member.web.app, &member.ctx, id(&path)?);
    undos::undo(app, ctx, &which).await?;
    if let Some(sweep) = app::sweeps::find_of_undo(app, ctx, &which).await? {
        // It goes on for a while.
        return Ok(go(&format!("/sweeps/{sweep}")));
    }
    // To where it was pressed: that shows what was taken back.
    let page = match &member.from {
        Some(page) => page.clone(),
        None => undos::list_of(app, ctx, &which).await?.to_owned(),
    };
    member.said(&page, "said-undone")
}
