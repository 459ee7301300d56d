//! Entries that are written a moment after what they tell of, many in one transaction, so that whoever
//! did it doesn't wait for the disk. A process that is killed loses those of its last moment; one that
//! ends writes them first.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use domain::{PluginId, TenantId};
use store::Conn;
use store::egress_entries::EgressEntry;
use store::installation_entries::InstallationEntry;

use crate::error::{Error, Result};
use crate::{App, Parts, egress, installation};

/// How long entries wait for company.
const GATHER: Duration = Duration::from_millis(100);
/// How long to wait for a database that is away.
const WAIT: Duration = Duration::from_secs(2);
/// Entries written in one transaction.
const TOGETHER_MAX: usize = 200;
/// Entries that wait at most, such as while the database is away; the oldest give way.
const WAITING_MAX: usize = 20_000;
/// After this many new entries of a list its oldest are looked for.
const TRIM_EVERY: u32 = 100;
/// Lists whose entries are counted; of more, some are trimmed oftener.
const COUNTED_MAX: usize = 10_000;

/// Entries on their way to the database.
#[derive(Default)]
pub struct Journal {
    waiting: Mutex<Waiting>,
    /// Held by whoever writes: how many entries each list got since its oldest were looked for.
    writing: tokio::sync::Mutex<HashMap<List, u32>>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    /// Whether somebody is on the way to write them.
    is_led: bool,
    /// How many had to give way.
    lost: usize,
}

/// An entry.
#[derive(Clone)]
pub(crate) enum Line {
    /// Of a plugin's requests.
    Egress(Box<EgressEntry>),
    /// Of the installation's own record.
    Installation(Box<InstallationEntry>),
}

/// What is bounded by number.
#[derive(Clone, PartialEq, Eq, Hash)]
enum List {
    Egress(TenantId, PluginId),
    Installation,
}

impl Line {
    fn list(&self) -> List {
        match self {
            Self::Egress(entry) => List::Egress(entry.tenant_id.clone(), entry.plugin_id.clone()),
            Self::Installation(_) => List::Installation,
        }
    }

    fn insert(&self, c: &mut Conn) -> store::Result<()> {
        match self {
            Self::Egress(entry) => store::egress_entries::insert(c, entry),
            Self::Installation(entry) => store::installation_entries::insert(c, entry),
        }
    }
}

impl List {
    fn trim(&self, c: &mut Conn) -> store::Result<usize> {
        match self {
            Self::Egress(tenant, plugin) => {
                store::egress_entries::trim(c, tenant, plugin, egress::KEPT)
            }
            Self::Installation => store::installation_entries::trim(c, installation::KEPT),
        }
    }
}

impl Journal {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an entry; somebody comes for it soon.
    pub(crate) fn add(&self, app: &App, line: Line) {
        let mut waiting = self.waiting();
        if waiting.lines.len() >= WAITING_MAX {
            waiting.lines.drain(..TOGETHER_MAX);
            waiting.lost += TOGETHER_MAX;
        }
        waiting.lines.push(line);
        if waiting.is_led {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        waiting.is_led = true;
        drop(waiting);
        runtime.spawn(lead(Lead { parts: app.downgrade(), is_over: false }));
    }

    /// Writes everything there is, as before the process ends.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away; what is not written waits still.
    pub async fn flush(&self, app: &App) -> Result<()> {
        // Not until nothing waits: what another took may not be written yet.
        while self.write_some(app).await? > 0 {}
        Ok(())
    }

    /// Writes the oldest of what waits, when nobody else writes; answers how many they were. One that
    /// can't be written at all is dropped, and told.
    async fn write_some(&self, app: &App) -> Result<usize> {
        let mut counts = self.writing.lock().await;
        let held = self.take();
        let count = held.lines.len();
        if count == 0 {
            return Ok(0);
        }
        let due = due_to_trim(&mut counts, &held.lines);
        match write(app, held.lines.clone(), due).await {
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => one_by_one(app, held.done(), &error).await,
            Ok(()) => drop(held.done()),
        }
        Ok(count)
    }

    fn take(&self) -> Held<'_> {
        let mut waiting = self.waiting();
        let lost = std::mem::take(&mut waiting.lost);
        if lost > 0 {
            tracing::error!(lost, "entries had to give way: the database took none for too long");
        }
        let end = waiting.lines.len().min(TOGETHER_MAX);
        let lines = waiting.lines.drain(..end).collect();
        Held { journal: self, lines }
    }
}

/// Entries that are being written; those of a write that failed, or was given up, wait again.
struct Held<'a> {
    journal: &'a Journal,
    lines: Vec<Line>,
}

impl Held<'_> {
    fn done(mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.journal.waiting().lines.splice(..0, self.lines.drain(..));
    }
}

/// Whoever writes what waits. Gone with its runtime before it is over, the next entry calls another.
struct Lead {
    parts: Weak<Parts>,
    is_over: bool,
}

impl Lead {
    fn app(&self) -> Option<App> {
        self.parts.upgrade().map(App::from_parts)
    }

    /// Whether nothing waits; from then on nobody is on the way.
    fn ends(&mut self, app: &App) -> bool {
        let mut waiting = app.journal.waiting();
        self.is_over = waiting.lines.is_empty();
        waiting.is_led = !self.is_over;
        self.is_over
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if let (Some(app), false) = (self.app(), self.is_over) {
            app.journal.waiting().is_led = false;
        }
    }
}

async fn lead(mut lead: Lead) {
    let mut wait = GATHER;
    loop {
        tokio::time::sleep(wait).await;
        let Some(app) = lead.app() else { return };
        if lead.ends(&app) {
            return;
        }
        wait = match app.journal.write_some(&app).await {
            Ok(_) => GATHER,
            Err(error) => {
                tracing::warn!(%error, "entries can't be written yet");
                WAIT
            }
        };
    }
}

/// One that doesn't fit, such as of a business that was deleted meanwhile, takes no other with it.
async fn one_by_one(app: &App, lines: Vec<Line>, error: &Error) {
    tracing::warn!(%error, "entries are written one by one");
    for line in lines {
        match write(app, vec![line], Vec::new()).await {
            // Written before, by a write that its caller gave up.
            Ok(()) | Err(Error::Conflict { .. }) => {}
            Err(error) => tracing::error!(%error, "an entry could not be written"),
        }
    }
}

/// The lists whose oldest entries are to be looked for now. The first after a start is one: nobody
/// knows how many there are.
fn due_to_trim(counts: &mut HashMap<List, u32>, lines: &[Line]) -> Vec<List> {
    if counts.len() >= COUNTED_MAX {
        counts.clear();
    }
    let mut due = Vec::new();
    for line in lines {
        let list = line.list();
        let count = counts.entry(list.clone()).or_insert(TRIM_EVERY);
        *count += 1;
        if *count >= TRIM_EVERY {
            *count = 0;
            due.push(list);
        }
    }
    due
}

async fn write(app: &App, lines: Vec<Line>, due: Vec<List>) -> Result<()> {
    let work = move |c: &mut Conn| {
        lines.iter().try_for_each(|line| line.insert(c))?;
        due.iter().try_for_each(|list| list.trim(c).map(drop))
    };
    Ok(app.db.write(work).await?)
}
