//! Appointments, a page at a time.

use std::collections::HashMap;

use domain::{Permission, PersonId, Timestamp, Zone};

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
    after: Option<String>,
    ended: bool,
}

impl Walk {
    pub(super) fn begin(app: &App, ctx: &Context) -> Self {
        Self { app: app.clone(), ctx: ctx.clone(), after: None, ended: false }
    }

    pub(super) async fn next(&mut self, words: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (tenant, after) = (self.ctx.tenant.clone(), self.after.take());
        let sees_people = self.ctx.may(Permission::ReadPeople);
        let (all, names) = self
            .app
            .db
            .inspect(move |c| -> Result<_> {
                let all = store::appointments::list_after(c, &tenant, after.as_deref(), FETCHED)?;
                let with = all.iter().filter(|_| sees_people);
                let ids: Vec<PersonId> = with.filter_map(|it| it.person_id.clone()).collect();
                let names = store::people::list_names(c, &tenant, &ids)?;
                Ok((all, names.into_iter().collect::<HashMap<_, _>>()))
            })
            .await?;
        self.after = all.last().map(|it| it.id.to_string());
        self.ended = i64::try_from(all.len()).is_ok_and(|count| count < FETCHED);
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
        Ok(Some(all.into_iter().map(row).collect()))
    }
}
