//! What must be true when it is quiet.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use app::appointments::{self, Status, SyncState};
use domain::AppointmentId;
use serde_json::{Value, json};

use super::{FIELDS, World, field_of, mark, own_field, time};

impl World {
    /// Where the two sides aren't the same.
    pub async fn differences(&self) -> Result<Vec<String>> {
        let mut wrong = Vec::new();
        let live: Vec<Value> =
            self.events().into_iter().filter(|event| event["status"] != "cancelled").collect();
        for id in self.stories.keys() {
            let own = self.get(id).await?;
            let events: Vec<_> = live.iter().filter(|e| mark(e).as_ref() == Some(id)).collect();
            let wanted = usize::from(own.status == Status::Booked);
            if events.len() != wanted {
                wrong.push(format!("{id} is {} and has {} events", own.status, events.len()));
            }
            // What was cancelled while its calendar was let go of belongs to none.
            let is_nowhere = wanted == 0 && own.sync_state == SyncState::None;
            if own.sync_state != SyncState::Synced && !is_nowhere {
                wrong.push(format!("{id} is {}", own.sync_state));
            }
            for (event, field) in events.iter().flat_map(|e| FIELDS.map(|field| (e, field))) {
                let (ours, theirs) = (own_field(&own, field), field_of(event, field));
                if ours != theirs {
                    wrong.push(format!("{id} says {ours}, its event {theirs}"));
                }
            }
        }
        let (from, to) = (time(0).0, time(100_000).0);
        let span = appointments::get_span(&self.house.app, &self.house.owner, from, to).await?;
        let busy: BTreeSet<_> = span.busy.iter().map(|busy| busy.external_id.clone()).collect();
        let foreign: BTreeSet<_> = live
            .iter()
            .filter(|event| mark(event).is_none() && field_of(event, "time") >= from.to_rfc3339())
            .filter(|event| event["summary"].as_str().is_some_and(|s| s.starts_with("private-")))
            .filter_map(|event| event["id"].as_str().map(str::to_owned))
            .collect();
        if !foreign.is_subset(&busy) || busy.len() != span.busy.len() {
            wrong.push(format!("busy {busy:?}, at the provider {foreign:?}"));
        }
        if busy.iter().any(|id| {
            live.iter().all(|event| event["id"] != json!(id) && event["recurrence"].is_null())
        }) {
            wrong.push("a busy time whose event is gone".to_owned());
        }
        Ok(wrong)
    }

    /// No edit is gone without a word.
    pub async fn check_edits(&self) -> Result<()> {
        let told = self.told().await?;
        for (id, story) in &self.stories {
            let own = self.get(id).await?;
            if own.status == Status::Cancelled {
                ensure!(
                    story.cancelled_here || story.deleted_there || self.was_over(id),
                    "{id} is cancelled"
                );
                ensure!(
                    !story.must_stay || story.cancelled_here,
                    "{id}: a change here was lost with its event"
                );
                continue;
            }
            ensure!(!story.cancelled_here, "{id}: the cancellation was lost");
            if story.deleted_there {
                // What was changed there before it was deleted there went with it.
                continue;
            }
            for field in FIELDS {
                let last = own_field(&own, field);
                for edit in [story.here.get(field), story.there.get(field)].into_iter().flatten() {
                    let known = *edit == last
                        || self.descends(&last, edit)
                        || told.iter().any(|said| said.contains(edit.as_str()));
                    ensure!(known, "{id}: {edit} is gone, {last} is there");
                }
            }
        }
        Ok(())
    }

    fn was_over(&self, id: &AppointmentId) -> bool {
        self.log.iter().any(|line| {
            line.contains(id.as_str())
                && (line.ends_with("cancelled here") || line.ends_with("deleted there"))
        })
    }

    fn descends(&self, last: &str, edit: &str) -> bool {
        let mut at = last;
        while let Some(parent) = self.parents.get(at) {
            if parent == edit {
                return true;
            }
            at = parent;
        }
        false
    }

    /// What the activity tells of both sides' changes.
    pub async fn told(&self) -> Result<Vec<String>> {
        let tenant = self.house.owner.tenant.clone();
        let filter = store::audit::AuditFilter::default();
        let mut told = Vec::new();
        let mut before: Option<i64> = None;
        loop {
            let (tenant, filter) = (tenant.clone(), filter.clone());
            let list =
                move |c: &mut store::Conn| store::audit::list(c, &tenant, &filter, before, 200);
            let page = self.house.app.db.read(list);
            let page = page.await?;
            told.extend(page.items.iter().filter_map(|entry| {
                let merged = entry.detail_json.0.get("merged")?;
                Some(merged.to_string())
            }));
            match page.next {
                Some(next) => before = Some(next),
                None => return Ok(told),
            }
        }
    }
}
