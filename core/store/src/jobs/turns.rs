//! Who comes next. Businesses take turns; within a business its lanes do, one for each plugin and
//! connection; and nobody may have all places at once. No database here, so that a simulation of
//! the queue makes the same choices as the real one.

use std::collections::{BTreeMap, HashMap, VecDeque};

use domain::{ConnectionId, EndpointId, PluginId, TenantId};

/// The lane of a business's plugin and connection: their ids with slashes between.
pub fn lane_of(
    tenant: &TenantId,
    plugin: Option<&PluginId>,
    connection: Option<&ConnectionId>,
) -> String {
    let plugin = plugin.map(PluginId::as_str).unwrap_or_default();
    let connection = connection.map(ConnectionId::as_str).unwrap_or_default();
    format!("{tenant}/{plugin}/{connection}")
}

/// What stands in the place of a plugin in the lanes of endpoints. All of them together have the places of
/// one lane, and each of them half of those, so that slow receivers keep none of a business's own work
/// waiting, nor each other. No plugin's id begins so.
const ENDPOINTS: &str = "~endpoints";

/// The lane of what goes to an endpoint.
pub fn lane_of_endpoint(tenant: &TenantId, endpoint: &EndpointId) -> String {
    format!("{tenant}/{ENDPOINTS}/{endpoint}")
}

/// The business of a lane.
pub(super) fn tenant_of(lane: &str) -> &str {
    lane.split('/').next().unwrap_or_default()
}

/// The plugin of a lane; empty for the house's own work.
fn plugin_of(lane: &str) -> &str {
    lane.split('/').nth(1).unwrap_or_default()
}

/// A lane in which something is due, and when it and its business were last served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its name.
    pub lane: String,
    /// The turn in which it was last served; 0 for never.
    pub turn: i64,
    /// The same of its business.
    pub tenant_turn: i64,
}

/// How much a process can take on, and what it has taken on already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    /// How many jobs more.
    pub limit: usize,
    /// The most that one lane may have at once, running ones counted.
    pub lane_max: usize,
    /// The most that one business may have at once.
    pub tenant_max: usize,
    /// The most that one plugin may have at once, over all businesses.
    pub plugin_max: usize,
    /// The lanes of the jobs that run now.
    pub running: Vec<String>,
}

impl Room {
    /// Room for so many jobs, whoever's they are.
    pub fn of(limit: usize) -> Self {
        Self { limit, lane_max: limit, tenant_max: limit, plugin_max: limit, running: Vec::new() }
    }

    /// The room of a process with so many places: half of them for one lane and three quarters for
    /// one business or plugin, so that a slow provider always leaves some to the others.
    pub fn shared(places: usize, running: Vec<String>) -> Self {
        let most = (places - places / 4).max(1);
        Self {
            limit: places.saturating_sub(running.len()),
            lane_max: places.div_ceil(2).max(1),
            tenant_max: most,
            plugin_max: most,
            running,
        }
    }
}

/// What is taken already, counted by whom it counts against.
struct Taken<'a> {
    room: &'a Room,
    lanes: HashMap<String, usize>,
    tenants: HashMap<String, usize>,
    plugins: HashMap<String, usize>,
}

impl<'a> Taken<'a> {
    fn new(room: &'a Room) -> Self {
        let (lanes, tenants, plugins) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut taken = Self { room, lanes, tenants, plugins };
        room.running.iter().for_each(|lane| taken.add(lane));
        taken
    }

    fn add(&mut self, lane: &str) {
        *self.lanes.entry(lane.to_owned()).or_default() += 1;
        *self.tenants.entry(tenant_of(lane).to_owned()).or_default() += 1;
        if !plugin_of(lane).is_empty() {
            *self.plugins.entry(plugin_of(lane).to_owned()).or_default() += 1;
        }
    }

    /// How many more jobs of this lane fit.
    fn left(&self, lane: &str) -> usize {
        let left = |most: usize, taken: &HashMap<String, usize>, name: &str| {
            most.saturating_sub(taken.get(name).copied().unwrap_or_default())
        };
        let (lane_max, plugin_max) = match plugin_of(lane) {
            ENDPOINTS => (self.room.lane_max.div_ceil(2), self.room.lane_max),
            _ => (self.room.lane_max, self.room.plugin_max),
        };
        left(lane_max, &self.lanes, lane)
            .min(left(self.room.tenant_max, &self.tenants, tenant_of(lane)))
            .min(left(plugin_max, &self.plugins, plugin_of(lane)))
    }
}

/// One lane's jobs, fetched when its turn comes.
struct Queue {
    lane: String,
    ids: Option<VecDeque<String>>,
}

/// Chooses jobs: `fetch` answers the ids of a lane's next due jobs, at most so many. The answer is
/// in the order of turns, each id with its lane.
///
/// # Errors
/// What `fetch` fails with.
pub fn choose<E>(
    mut lanes: Vec<Lane>,
    room: &Room,
    mut fetch: impl FnMut(&str, usize) -> Result<Vec<String>, E>,
) -> Result<Vec<(String, String)>, E> {
    lanes.sort_by(|a, b| (a.turn, &a.lane).cmp(&(b.turn, &b.lane)));
    let mut tenants: BTreeMap<(i64, String), VecDeque<Queue>> = BTreeMap::new();
    for Lane { lane, tenant_turn, .. } in lanes {
        let key = (tenant_turn, tenant_of(&lane).to_owned());
        tenants.entry(key).or_default().push_back(Queue { lane, ids: None });
    }
    let (mut taken, mut chosen) = (Taken::new(room), Vec::new());
    while chosen.len() < room.limit && !tenants.is_empty() {
        for queues in tenants.values_mut() {
            if chosen.len() >= room.limit {
                break;
            }
            if let Some(next) = next_of(queues, &taken, room.limit - chosen.len(), &mut fetch)? {
                taken.add(&next.1);
                chosen.push(next);
            }
        }
        tenants.retain(|_, queues| !queues.is_empty());
    }
    Ok(chosen)
}

/// A business's next job; lanes that are empty or have their share are dropped on the way.
fn next_of<E>(
    queues: &mut VecDeque<Queue>,
    taken: &Taken<'_>,
    most: usize,
    fetch: &mut impl FnMut(&str, usize) -> Result<Vec<String>, E>,
) -> Result<Option<(String, String)>, E> {
    while let Some(mut queue) = queues.pop_front() {
        let left = taken.left(&queue.lane).min(most);
        if left == 0 {
            continue;
        }
        let ids = match &mut queue.ids {
            Some(ids) => ids,
            none => none.insert(fetch(&queue.lane, left)?.into()),
        };
        if let Some(id) = ids.pop_front() {
            let lane = queue.lane.clone();
            queues.push_back(queue);
            return Ok(Some((id, lane)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn lanes(names: &[&str]) -> Vec<Lane> {
        let lane = |name: &&str| Lane { lane: (*name).to_owned(), turn: 0, tenant_turn: 0 };
        names.iter().map(lane).collect()
    }

    /// The lanes chosen when each has a thousand jobs.
    fn pick(names: &[&str], room: &Room) -> Vec<String> {
        let full = |lane: &str, most: usize| {
            Ok::<_, Infallible>((0..most.min(1_000)).map(|n| format!("{lane}#{n}")).collect())
        };
        let Ok(chosen) = choose(lanes(names), room, full);
        chosen.into_iter().map(|(_, lane)| lane).collect()
    }

    #[test]
    fn businesses_take_turns_and_so_do_their_lanes() {
        let taken = pick(&["a/p/1", "a/p/2", "a//", "b/p/"], &Room::of(6));
        assert_eq!(taken, ["a//", "b/p/", "a/p/1", "b/p/", "a/p/2", "b/p/"]);
    }

    #[test]
    fn a_slow_lane_leaves_places_to_others() {
        let room = Room::shared(8, vec!["a/slow/1".to_owned(); 4]);
        assert_eq!(pick(&["a/slow/1", "a/fast/"], &room), ["a/fast/"; 2]);
        assert_eq!(pick(&["a/slow/1"], &room), [""; 0]);
    }

    #[test]
    fn a_slow_plugin_leaves_places_whoever_calls_it() {
        let names: Vec<String> = (0..20).map(|n| format!("{n}/slow/")).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.push("z/fast/");
        let taken = pick(&names, &Room::shared(8, Vec::new()));
        assert_eq!(taken.iter().filter(|lane| lane.contains("slow")).count(), 6);
        assert_eq!(taken.iter().filter(|lane| lane.contains("fast")).count(), 2);
    }

    #[test]
    fn one_place_is_enough_to_go_on() {
        assert_eq!(pick(&["a/p/"], &Room::shared(1, Vec::new())), ["a/p/"]);
        assert_eq!(pick(&["a/p/"], &Room::shared(1, vec!["b/q/".to_owned()])), [""; 0]);
    }
}
