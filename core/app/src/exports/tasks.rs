//! Tasks with who does them and whom they are about, a page at a time.

use std::collections::HashMap;

use domain::MemberId;
use store::tasks::{Task, TaskFilter};

use super::{FETCHED, Words};
use crate::App;
use crate::context::Context;
use crate::cursors::Cursor;
use crate::error::Result;
use crate::tasks::{self, Linked};

/// The keys of what stands above the columns.
pub(super) const HEADS: &[&str] = &[
    "task-title",
    "task-assignee",
    "task-day",
    "task-time",
    "exports-zone",
    "exports-rule",
    "task-about",
    "exports-status",
    "exports-done-on",
    "exports-added",
    "imports-target-notes",
];

/// How far through the tasks somebody is.
pub(super) struct Walk {
    app: App,
    ctx: Context,
    filter: TaskFilter,
    after: Option<Cursor>,
    ended: bool,
    members: HashMap<MemberId, String>,
}

impl Walk {
    pub(super) async fn begin(app: &App, ctx: &Context, filter: TaskFilter) -> Result<Self> {
        let ctx2 = ctx.clone();
        let members = app.db.inspect(move |c| super::members_for(c, &ctx2)).await?;
        Ok(Self { app: app.clone(), ctx: ctx.clone(), filter, after: None, ended: false, members })
    }

    pub(super) async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (app, ctx, filter) = (&self.app, &self.ctx, self.filter.clone());
        let page = tasks::list_tasks(app, ctx, filter, self.after.take(), FETCHED).await?;
        let ids = page.items.iter().map(|task| task.id.clone()).collect();
        let links = tasks::list_linked(app, ctx, ids).await?;
        self.ended = page.next.is_none();
        self.after = page.next;
        Ok(Some(page.items.iter().map(|task| self.row(task, &links, words)).collect()))
    }

    fn row(&self, task: &Task, links: &[Linked], words: &Words) -> Vec<String> {
        let assignee = task.assignee_id.as_ref().and_then(|id| self.members.get(id));
        let about: Vec<&str> =
            links.iter().filter(|it| it.task == task.id).map(|it| it.name.as_str()).collect();
        let day = |at| self.ctx.zone.local(at).strftime("%Y-%m-%d").to_string();
        let time = task.due.and_then(|due| due.time);
        let status =
            if task.done_at.is_some() { "exports-status-done" } else { "exports-status-open" };
        vec![
            task.title.clone(),
            assignee.cloned().unwrap_or_default(),
            task.due.map(|due| due.day.to_string()).unwrap_or_default(),
            time.map(domain::task::clock).unwrap_or_default(),
            time.map(|_| task.zone.name().to_owned()).unwrap_or_default(),
            task.rule.as_ref().map(ToString::to_string).unwrap_or_default(),
            about.join("; "),
            words(status),
            task.done_at.map(day).unwrap_or_default(),
            day(task.created_at),
            task.notes.clone(),
        ]
    }
}
