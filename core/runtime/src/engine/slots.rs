//! Places for calls that run at once. Whoever finds none waits, bounded in number and time, and the
//! tenants that wait take turns, within each its plugins: a thousand calls of one delay another's
//! by one turn. A few places are kept for tenants that have nothing running.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId};
use tokio::sync::Semaphore;
use tokio::sync::oneshot::{Receiver, Sender, channel};
use tokio::time::timeout;

use crate::error::CallError;

/// One of so many places is kept for tenants that have nothing running.
const KEPT_FREE: u32 = 4;

/// All places.
pub(super) struct Slots(Arc<Shared>);

struct Shared {
    places: u32,
    threads: usize,
    share_max: u32,
    queue_max: usize,
    queue_wait: Duration,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    /// Calls that have a place.
    running: u32,
    /// Calls that wait.
    waiting: usize,
    /// Tenants with calls that run or wait.
    tenants: HashMap<TenantId, Tenant>,
    /// Tenants with calls that wait; the first has the next turn.
    turns: VecDeque<TenantId>,
    tickets: u64,
}

struct Tenant {
    turns_on_threads: TurnsOnThreads,
    running: u32,
    waiting: usize,
    plugins: BTreeMap<PluginId, Share>,
    /// Plugins with calls that wait; the first has the next turn.
    turns: VecDeque<PluginId>,
}

/// How many threads a tenant's calls may use at once; the others are for other tenants.
#[derive(Clone)]
pub(super) struct TurnsOnThreads {
    /// Of those for calls that have just begun.
    pub(super) quick: Arc<Semaphore>,
    /// Of those for calls that take long.
    pub(super) patient: Arc<Semaphore>,
}

impl Tenant {
    fn new(threads: usize) -> Self {
        let quick = Arc::new(Semaphore::new(threads.max(1)));
        let patient = Arc::new(Semaphore::new((threads / 2).max(1)));
        Self {
            turns_on_threads: TurnsOnThreads { quick, patient },
            running: 0,
            waiting: 0,
            plugins: BTreeMap::new(),
            turns: VecDeque::new(),
        }
    }
}

#[derive(Default)]
struct Share {
    running: u32,
    waiting: VecDeque<(u64, Sender<Place>)>,
}

/// A place; given back when dropped.
pub(super) struct Place {
    shared: Arc<Shared>,
    tenant: TenantId,
    plugin: PluginId,
    /// The tenant's turns on the engine's threads.
    pub(super) turns: TurnsOnThreads,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.running -= 1;
        if let Some(tenant) = queue.tenants.get_mut(&self.tenant) {
            tenant.running -= 1;
            if let Some(share) = tenant.plugins.get_mut(&self.plugin) {
                share.running -= 1;
            }
        }
        queue.forget(&self.tenant, &self.plugin);
        let given_up = self.shared.hand_out(&mut queue);
        drop(queue);
        // Each of these gives its place back in turn, which needs the queue.
        drop(given_up);
    }
}

/// Somebody who waits; leaves the queue when dropped, with or without a place.
struct Ticket<'a> {
    shared: &'a Shared,
    tenant: &'a TenantId,
    plugin: &'a PluginId,
    number: u64,
    turn: Receiver<Place>,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.leave(self.tenant, self.plugin, self.number);
    }
}

impl Slots {
    /// Places on an engine whose tenants may use so many threads each for short calls.
    pub(super) fn new(
        places: u32,
        share_max: u32,
        queue_max: u32,
        queue_wait: Duration,
        threads: usize,
    ) -> Self {
        let places = places.max(1);
        Self(Arc::new(Shared {
            places,
            threads,
            share_max: share_max.clamp(1, places),
            queue_max: queue_max as usize,
            queue_wait,
            queue: Mutex::default(),
        }))
    }

    /// A place, after waiting if need be.
    pub(super) async fn take(
        &self,
        tenant: &TenantId,
        plugin: &PluginId,
    ) -> Result<Place, CallError> {
        let busy = CallError::Busy { retry_after: self.0.queue_wait };
        let mut ticket = match self.0.arrive(tenant, plugin) {
            Arrived::Runs(place) => return Ok(place),
            Arrived::Waits(ticket) => ticket,
            Arrived::Refused => return Err(busy),
        };
        match timeout(self.0.queue_wait, &mut ticket.turn).await {
            Ok(Ok(place)) => Ok(place),
            // The time is up, or a tenant with fewer calls took this one's room in the queue.
            _ => Err(busy),
        }
    }

    /// Calls that have a place, and calls that wait for one.
    pub(super) fn load(&self) -> (u32, usize) {
        let queue = self.0.lock();
        (queue.running, queue.waiting)
    }
}

enum Arrived<'a> {
    Runs(Place),
    Waits(Ticket<'a>),
    Refused,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive<'a>(self: &'a Arc<Self>, tenant: &'a TenantId, plugin: &'a PluginId) -> Arrived<'a> {
        let mut queue = self.lock();
        // Whoever waits already comes first, unless it waits for places of its own alone.
        let own = queue.tenants.get(tenant).and_then(|t| t.plugins.get(plugin));
        let has_own_waiting = own.is_some_and(|share| !share.waiting.is_empty());
        if !has_own_waiting && self.may_run(&queue, tenant, plugin) {
            return Arrived::Runs(self.occupy(&mut queue, tenant, plugin));
        }
        if queue.waiting >= self.queue_max && !queue.make_room_for(tenant) {
            queue.forget(tenant, plugin);
            return Arrived::Refused;
        }
        let (give, turn) = channel();
        let number = queue.enter(tenant, plugin, give, self.threads);
        Arrived::Waits(Ticket { shared: self, tenant, plugin, number, turn })
    }

    fn may_run(&self, queue: &Queue, tenant: &TenantId, plugin: &PluginId) -> bool {
        let (mut own, mut share) = (0, 0);
        if let Some(tenant) = queue.tenants.get(tenant) {
            own = tenant.running;
            share = tenant.plugins.get(plugin).map_or(0, |share| share.running);
        }
        let kept = if own == 0 { 0 } else { self.places / KEPT_FREE };
        share < self.share_max && queue.running + kept < self.places
    }

    fn occupy(self: &Arc<Self>, queue: &mut Queue, tenant: &TenantId, plugin: &PluginId) -> Place {
        queue.running += 1;
        let own = queue.tenant(tenant, self.threads);
        own.running += 1;
        own.plugins.entry(plugin.clone()).or_default().running += 1;
        let turns = own.turns_on_threads.clone();
        let (tenant, plugin) = (tenant.clone(), plugin.clone());
        Place { shared: Arc::clone(self), tenant, plugin, turns }
    }

    /// Gives free places to those who wait, one tenant after the other. Answers places whose taker
    /// had just left, to be dropped when the queue is free.
    fn hand_out(self: &Arc<Self>, queue: &mut Queue) -> Vec<Place> {
        let mut given_up = Vec::new();
        // A full round without a place given ends it.
        let mut passed = 0;
        while queue.running < self.places && passed < queue.turns.len() {
            let Some(tenant) = queue.turns.pop_front() else { break };
            let found = self.next_of(queue, &tenant);
            let still_waits = queue.tenants.get(&tenant).is_some_and(|own| own.waiting > 0);
            if still_waits {
                queue.turns.push_back(tenant.clone());
            }
            match found {
                None => passed += 1,
                Some((plugin, give)) => {
                    passed = 0;
                    let place = self.occupy(queue, &tenant, &plugin);
                    given_up.extend(give.send(place).err());
                }
            }
        }
        given_up
    }

    /// The tenant's next call that may run, taken out of the queue.
    fn next_of(&self, queue: &mut Queue, tenant: &TenantId) -> Option<(PluginId, Sender<Place>)> {
        let turns = queue.tenants.get(tenant)?.turns.clone();
        let plugin = turns.into_iter().find(|plugin| self.may_run(queue, tenant, plugin))?;
        let own = queue.tenants.get_mut(tenant)?;
        let share = own.plugins.get_mut(&plugin)?;
        let (_, give) = share.waiting.pop_front()?;
        own.turns.retain(|other| *other != plugin);
        if !share.waiting.is_empty() {
            own.turns.push_back(plugin.clone());
        }
        own.waiting -= 1;
        queue.waiting -= 1;
        Some((plugin, give))
    }
}

impl Queue {
    fn tenant(&mut self, tenant: &TenantId, threads: usize) -> &mut Tenant {
        self.tenants.entry(tenant.clone()).or_insert_with(|| Tenant::new(threads))
    }

    fn enter(
        &mut self,
        tenant: &TenantId,
        plugin: &PluginId,
        give: Sender<Place>,
        threads: usize,
    ) -> u64 {
        self.tickets += 1;
        self.waiting += 1;
        let number = self.tickets;
        if self.tenant(tenant, threads).waiting == 0 {
            self.turns.push_back(tenant.clone());
        }
        let own = self.tenant(tenant, threads);
        own.waiting += 1;
        let share = own.plugins.entry(plugin.clone()).or_default();
        if share.waiting.is_empty() {
            own.turns.push_back(plugin.clone());
        }
        share.waiting.push_back((number, give));
        number
    }

    /// Takes a ticket out, if it is still in.
    fn leave(&mut self, tenant: &TenantId, plugin: &PluginId, number: u64) {
        let found = self.tenants.get_mut(tenant).and_then(|own| {
            let share = own.plugins.get_mut(plugin)?;
            let at = share.waiting.iter().position(|(other, _)| *other == number)?;
            share.waiting.remove(at);
            if share.waiting.is_empty() {
                own.turns.retain(|other| other != plugin);
            }
            own.waiting -= 1;
            Some(own.waiting)
        });
        if let Some(left) = found {
            self.waiting -= 1;
            if left == 0 {
                self.turns.retain(|other| other != tenant);
            }
        }
        self.forget(tenant, plugin);
    }

    /// In a full queue, sends the last call of the tenant with the most away, if that is more than
    /// this tenant would have.
    fn make_room_for(&mut self, tenant: &TenantId) -> bool {
        let own = self.tenants.get(tenant).map_or(0, |own| own.waiting);
        let longest = self.tenants.iter().max_by_key(|(_, other)| other.waiting);
        let Some((name, most)) = longest.map(|(name, other)| (name.clone(), other.waiting)) else {
            return false;
        };
        if most <= own + 1 {
            return false;
        }
        let last = self.tenants.get(&name).and_then(|other| {
            let last = |(plugin, share): (&PluginId, &Share)| {
                share.waiting.back().map(|(number, _)| (*number, plugin.clone()))
            };
            other.plugins.iter().filter_map(last).max()
        });
        // Dropping the sender tells them.
        last.inspect(|(number, plugin)| self.leave(&name, plugin, *number)).is_some()
    }

    /// Keeps nothing of whoever neither runs nor waits.
    fn forget(&mut self, tenant: &TenantId, plugin: &PluginId) {
        let Some(own) = self.tenants.get_mut(tenant) else { return };
        let idle = |share: &Share| share.running == 0 && share.waiting.is_empty();
        if own.plugins.get(plugin).is_some_and(idle) {
            own.plugins.remove(plugin);
        }
        if own.plugins.is_empty() {
            self.tenants.remove(tenant);
        }
    }
}

#[cfg(test)]
mod tests;
