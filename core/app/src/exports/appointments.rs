//! Appointments by when they begin, a page at a time.

use std::collections::HashMap;

use domain::{Permission, PersonId, Timestamp, Zone};
use store::Cursor;
use store::appointments::SpanFilter;

use super::{FETCHED, Words};
use crate::App;
use crate::context::Context;
use crate::error::Result;

/// The keys of what stands above the columns.
pub(super) const HEADS: &[&str] = &[
    "exports-title",
    "exports-starts",
    "exports-ends",
    "exports-zone",
    "exports-with",
    "exports-where",
    "exports-status",
    "imports-target-notes",
];

/// How far through the appointments somebody is.
pub(super) struct Walk {
    app: App,
    ctx: Context,
    span: (Timestamp, Timestamp),
    filter: SpanFilter,
    after: Option<Cursor>,
    ended: bool,
}

impl Walk {
    pub(super) fn begin(
        app: &App,
        ctx: &Context,
        span: (Timestamp, Timestamp),
        filter: SpanFilter,
    ) -> Self {
        Self { app: app.clone(), ctx: ctx.clone(), span, filter, after: None, ended: false }
    }

    pub(super) async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (tenant, after) = (self.ctx.tenant.clone(), self.after.take());
        let (span, filter) = (self.span, self.filter.clone());
        let sees_people = self.ctx.may(Permission::ReadPeople);
        let (page, names) = self
            .app
            .db
            .inspect(move |c| -> Result<_> {
                let after = after.as_ref();
                let page =
                    store::appointments::page_between(c, &tenant, span, &filter, after, FETCHED)?;
                let with = page.items.iter().filter(|_| sees_people);
                let ids: Vec<PersonId> = with.filter_map(|it| it.person_id.clone()).collect();
                let names = store::people::list_names(c, &tenant, &ids)?;
                Ok((page, names.into_iter().collect::<HashMap<_, _>>()))
            })
            .await?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let at =
            |time: Timestamp, zone: &Zone| zone.local(time).strftime("%Y-%m-%d %H:%M").to_string();
        let row = |it: store::appointments::Appointment| {
            let with = it.person_id.as_ref().and_then(|id| names.get(id)).cloned();
            vec![
                it.title,
                at(it.starts_at, &self.ctx.zone),
                at(it.ends_at, &self.ctx.zone),
                self.ctx.zone.name().to_owned(),
                with.unwrap_or_default(),
                it.location,
                words(&format!("exports-status-{}", it.status)),
                it.notes,
            ]
        };
        Ok(Some(page.items.into_iter().map(row).collect()))
    }
}
