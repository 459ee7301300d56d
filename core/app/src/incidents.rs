//! Attacks and mishaps that were turned away, in the log of the business they were about, or in the
//! installation's own record where none is known: one entry for each kind in an hour, so that nobody
//! floods a log; the next says how many there were. What is counted and not yet told is told when its
//! hour is over, and when the process ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{TenantId, Timestamp};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::audit::{self, Act, Who};
use crate::error::Result;
use crate::{App, installation, notifications};

/// Between two entries of one kind.
const WINDOW_SECS: i64 = 3_600;
/// Kinds of incidents that are remembered; of more than these, some are told oftener.
const KNOWN_MAX: usize = 10_000;
/// How often it is looked whose hour is over.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// What was counted, and what the logs have been told of.
pub struct Incidents {
    known: Mutex<HashMap<Key, Count>>,
    /// Held by whoever tells, one after the other.
    telling: tokio::sync::Mutex<()>,
    /// Held while it is looked whose ids somebody asked with.
    pub(crate) looking: Arc<Semaphore>,
    /// The same for plugins, so that theirs keep nobody's from being looked at.
    pub(crate) looking_of_plugins: Arc<Semaphore>,
}

impl Default for Incidents {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            telling: Default::default(),
            looking: Arc::new(Semaphore::new(1)),
            looking_of_plugins: Arc::new(Semaphore::new(1)),
        }
    }
}

/// What is told together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: Option<TenantId>,
    action: &'static str,
    entity: &'static str,
    entity_id: String,
    kind: &'static str,
}

struct Count {
    /// When the log was told last.
    told_at: Option<Timestamp>,
    /// How many it was not told of yet.
    untold: u64,
    /// The last one's.
    who: Who,
    detail: Value,
}

impl Count {
    fn is_over(&self, now: Timestamp) -> bool {
        self.told_at.is_none_or(|at| at.plus_secs(WINDOW_SECS) <= now)
    }
}

/// Something that was turned away.
pub(crate) struct Incident<'a> {
    /// Whose log is told; none for the installation's own.
    pub tenant: Option<&'a TenantId>,
    /// As in [`Act`].
    pub action: &'static str,
    /// As in [`Act`].
    pub entity: &'static str,
    /// As in [`Act`]; incidents with others are counted apart.
    pub entity_id: &'a str,
    /// A word for what happened.
    pub kind: &'static str,
    /// More to show, an object: the kind and the number are added.
    pub detail: Value,
    /// Who, of several the last.
    pub who: Who,
}

impl Incidents {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Count>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one; answers its key where the log is to be told now.
    fn count(&self, incident: Incident<'_>, now: Timestamp) -> Option<Key> {
        let Incident { tenant, action, entity, entity_id, kind, detail, who } = incident;
        let entity_id = entity_id.to_owned();
        let key = Key { tenant: tenant.cloned(), action, entity, entity_id, kind };
        let mut known = self.lock();
        if known.len() >= KNOWN_MAX && !known.contains_key(&key) {
            known.retain(|_, count| count.untold > 0 || !count.is_over(now));
        }
        if known.len() >= KNOWN_MAX && !known.contains_key(&key) {
            // They are told of oftener then; what is counted stays.
            known.retain(|_, count| count.untold > 0);
        }
        let count = known.entry(key.clone()).or_insert_with(|| Count {
            told_at: None,
            untold: 0,
            who: Who::system(),
            detail: Value::Null,
        });
        count.untold += 1;
        (count.who, count.detail) = (who, detail);
        count.is_over(now).then_some(key)
    }

    /// Takes out what is to be told of a kind, if anything is. Of many who come for it at once the first
    /// has it, and what is counted from then on waits for its hour, or for the end of `all`.
    fn take(&self, key: &Key, now: Timestamp, all: bool) -> Option<(u64, Who, Value)> {
        let mut known = self.lock();
        let is_due = |count: &&mut Count| count.untold > 0 && (all || count.is_over(now));
        let count = known.get_mut(key).filter(is_due)?;
        count.told_at = Some(now);
        let untold = std::mem::take(&mut count.untold);
        Some((untold, count.who.clone(), count.detail.clone()))
    }

    /// Takes back what the log could not be told: it is told next time.
    fn untell(&self, key: &Key, untold: u64) {
        if let Some(count) = self.lock().get_mut(key) {
            count.untold += untold;
            count.told_at = None;
        }
    }

    /// The kinds with something to tell: those whose hour is over, or all.
    fn due(&self, now: Timestamp, all: bool) -> Vec<Key> {
        let known = self.lock();
        let due = known.iter().filter(|(_, count)| count.untold > 0 && (all || count.is_over(now)));
        due.map(|(key, _)| key.clone()).collect()
    }

    /// Counts an incident, and tells the log of it where that is due.
    pub(crate) async fn tell(&self, app: &App, incident: Incident<'_>) {
        if let Some(key) = self.count(incident, app.clock.now()) {
            self.write(app, &key, false).await;
        }
    }

    /// The same without waiting, for where whoever did it shall not see by the time it takes, or where
    /// nothing can be waited for.
    pub(crate) fn tell_soon(&self, app: &App, incident: Incident<'_>) {
        let Some(key) = self.count(incident, app.clock.now()) else { return };
        // Without a runtime it is told with the others whose hour is over.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let app = app.clone();
        runtime.spawn(async move { app.incidents.write(&app, &key, false).await });
    }

    /// Tells what waits: of the kinds whose hour is over, or all that there is.
    pub(crate) async fn tell_rest(&self, app: &App, all: bool) {
        for key in self.due(app.clock.now(), all) {
            self.write(app, &key, all).await;
        }
        // Whoever was at it has told by then, too.
        drop(self.telling.lock().await);
    }

    async fn write(&self, app: &App, key: &Key, all: bool) {
        let _turn = self.telling.lock().await;
        let Some((count, who, detail)) = self.take(key, app.clock.now(), all) else { return };
        let mut taken = Taken { incidents: self, key, count };
        match keep(app, key, count, who, detail).await {
            Ok(()) => taken.count = 0,
            Err(error) => {
                tracing::error!(%error, action = key.action, kind = key.kind, "an incident is in no log yet");
            }
        }
    }
}

/// What is being written; where that fails or is given up, it is to be told still.
struct Taken<'a> {
    incidents: &'a Incidents,
    key: &'a Key,
    count: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            self.incidents.untell(self.key, self.count);
        }
    }
}

async fn keep(app: &App, key: &Key, count: u64, who: Who, detail: Value) -> Result<()> {
    let mut detail = if detail.is_object() { detail } else { json!({}) };
    detail["kind"] = key.kind.into();
    detail["count"] = count.into();
    let Some(tenant) = key.tenant.clone() else {
        detail["about"] = key.entity_id.as_str().into();
        installation::note(app, key.action, count, detail);
        return Ok(());
    };
    let (app2, key) = (app.clone(), key.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let Key { action, entity, ref entity_id, .. } = key;
            audit::append(&app2, c, &tenant, &who, &Act { action, entity, entity_id, detail })?;
            if key.action == "plugin.stopped"
                && let Ok(plugin) = key.entity_id.parse()
            {
                notifications::plugin_stopped(&app2, c, &tenant, &plugin)?;
            }
            Ok(())
        })
        .await
}

/// Tells of incidents whose hour is over, until `stop` is closed or says so; then of all there are, and
/// writes the journal.
pub async fn keep_telling(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => app.incidents.tell_rest(&app, false).await,
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    write_down(&app).await;
}

/// Writes what waits to be told and to be written, as before a process ends.
pub async fn write_down(app: &App) {
    app.incidents.tell_rest(app, true).await;
    if let Err(error) = app.journal.flush(app).await {
        tracing::error!(%error, "the last entries could not be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::rng::SeededRng;
    use domain::time::ManualClock;

    fn incident<'a>(tenant: &'a TenantId, kind: &'static str) -> Incident<'a> {
        Incident {
            tenant: Some(tenant),
            action: "plugin.refused",
            entity: "plugin",
            entity_id: "acme",
            kind,
            detail: json!({}),
            who: Who::system(),
        }
    }

    #[test]
    fn a_flood_is_told_once_an_hour_with_its_number() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let (tenant, other) = (TenantId::new(&clock, &rng), TenantId::new(&clock, &rng));
        let incidents = Incidents::default();
        let at = |secs: i64| Timestamp::from_millis(1_000).plus_secs(secs);
        let tell = |tenant: &TenantId, kind, secs: i64| {
            let key = incidents.count(incident(tenant, kind), at(secs))?;
            incidents.take(&key, at(secs), false).map(|(count, ..)| (key, count))
        };
        let count = |told: Option<(Key, u64)>| told.map(|(_, count)| count);
        assert_eq!(count(tell(&tenant, "denied", 0)), Some(1));
        for secs in 1..100 {
            assert_eq!(count(tell(&tenant, "denied", secs)), None);
        }
        assert_eq!(count(tell(&tenant, "trapped", 5)), Some(1), "another kind");
        assert_eq!(count(tell(&other, "denied", 5)), Some(1), "another business");
        let (key, hundred) = tell(&tenant, "denied", WINDOW_SECS).unwrap();
        assert_eq!(hundred, 100);
        // Another who came for the same finds nothing, whatever was counted meanwhile.
        assert!(incidents.count(incident(&tenant, "denied"), at(WINDOW_SECS)).is_none());
        assert!(incidents.take(&key, at(WINDOW_SECS), false).is_none());
        assert_eq!(count(tell(&tenant, "denied", WINDOW_SECS + 1)), None);
        // The log could not be told of the hundred.
        incidents.untell(&key, 100);
        assert_eq!(count(tell(&tenant, "denied", WINDOW_SECS + 2)), Some(103));
    }

    #[test]
    fn what_was_counted_is_due_when_its_hour_is_over_though_nothing_follows() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let tenant = TenantId::new(&clock, &rng);
        let incidents = Incidents::default();
        let at = |secs: i64| Timestamp::from_millis(1_000).plus_secs(secs);
        let key = incidents.count(incident(&tenant, "denied"), at(0)).unwrap();
        incidents.take(&key, at(0), false).unwrap();
        assert_eq!(incidents.due(at(WINDOW_SECS), false), [], "all was told");
        assert!(incidents.count(incident(&tenant, "denied"), at(1)).is_none());
        assert_eq!(incidents.due(at(2), false), []);
        assert_eq!(incidents.due(at(2), true), std::slice::from_ref(&key), "the process ends");
        assert_eq!(incidents.due(at(WINDOW_SECS), false), std::slice::from_ref(&key));
        assert_eq!(incidents.take(&key, at(WINDOW_SECS), false).unwrap().0, 1);
        // A write that was begun and given up.
        drop(Taken { incidents: &incidents, key: &key, count: 1 });
        assert_eq!(incidents.due(at(WINDOW_SECS + 1), false), [key]);
    }

    #[test]
    fn more_kinds_than_are_remembered_lose_no_count() {
        let (clock, rng) = (ManualClock::at(1_000), SeededRng::new(1));
        let tenant = TenantId::new(&clock, &rng);
        let incidents = Incidents::default();
        let now = Timestamp::from_millis(1_000);
        let about = |at: usize, times| {
            let id = at.to_string();
            for _ in 0..times {
                let of = Incident { entity_id: &id, ..incident(&tenant, "denied") };
                if let Some(key) = incidents.count(of, now) {
                    incidents.take(&key, now, false);
                }
            }
        };
        about(0, 3);
        (1..=KNOWN_MAX).for_each(|at| about(at, 1));
        assert!(incidents.lock().len() <= KNOWN_MAX);
        let due = incidents.due(now, true);
        assert_eq!(due.len(), 1, "what is not told yet is kept");
        assert_eq!(incidents.take(&due[0], now, true).unwrap().0, 2);
    }
}
