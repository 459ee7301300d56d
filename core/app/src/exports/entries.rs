//! The activity log, a page at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use store::audit::{ActorKind, AuditFilter};

use super::{FETCHED, Words};
use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};

/// The keys of what stands above the columns.
pub(super) const HEADS: &[&str] = &[
    "exports-number",
    "exports-when",
    "exports-who",
    "exports-what",
    "exports-of-what",
    "exports-which",
    "exports-detail",
    "exports-address",
    "exports-device",
];

/// How far through the log somebody is.
pub(super) struct Walk {
    app: App,
    ctx: Context,
    filter: AuditFilter,
    after: i64,
    ended: bool,
    names: HashMap<String, String>,
}

impl Walk {
    pub(super) fn begin(app: &App, ctx: &Context, filter: AuditFilter) -> Self {
        let (app, ctx) = (app.clone(), ctx.clone());
        Self { app, ctx, filter, after: 0, ended: false, names: HashMap::new() }
    }

    pub(super) async fn next(&mut self, _: &Words) -> Result<Option<Vec<Vec<String>>>> {
        if self.ended {
            return Ok(None);
        }
        let (tenant, after) = (self.ctx.tenant.clone(), self.after);
        let filter = self.filter.clone();
        let mut names = std::mem::take(&mut self.names);
        let (all, names) = self
            .app
            .db
            .inspect(move |c| -> Result<_> {
                let all = store::audit::list_after(c, &tenant, &filter, after, FETCHED)?;
                for entry in all.iter().filter(|it| it.actor_kind == ActorKind::Account) {
                    if let Place::Vacant(place) = names.entry(entry.actor_id.clone()) {
                        let id = entry.actor_id.parse().map_err(Error::internal)?;
                        let found = store::accounts::find(c, &id)?;
                        place.insert(found.map(|it| it.name).unwrap_or_default());
                    }
                }
                Ok((all, names))
            })
            .await?;
        self.names = names;
        self.after = all.last().map_or(self.after, |it| it.seq);
        self.ended = i64::try_from(all.len()).is_ok_and(|count| count < FETCHED);
        let row = |it: store::audit::Entry| {
            let who = match it.actor_kind {
                ActorKind::Account => self.names.get(&it.actor_id).cloned().unwrap_or_default(),
                ActorKind::Plugin => it.actor_id.clone(),
                ActorKind::System => "OXPI".to_owned(),
            };
            vec![
                it.seq.to_string(),
                it.at.to_rfc3339(),
                who,
                // The words of programs: what is read here is read by them.
                it.action,
                it.entity,
                it.entity_id,
                it.detail_json.0.to_string(),
                it.address,
                it.device,
            ]
        };
        Ok(Some(all.into_iter().map(row).collect()))
    }
}
