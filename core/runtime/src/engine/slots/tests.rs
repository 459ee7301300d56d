//! Places under load: who gets one, in which order, and what is left afterwards.

use std::sync::Mutex as Plain;

use domain::rng::SeededRng;
use domain::time::ManualClock;

use tokio::time::Instant;

use super::*;

const WAIT: Duration = Duration::from_millis(300);

fn tenants<const N: usize>() -> [TenantId; N] {
    let (clock, rng) = (ManualClock::at(1), SeededRng::new(1));
    std::array::from_fn(|_| TenantId::new(&clock, &rng))
}

fn slots(places: u32, share_max: u32, queue_max: u32, wait: Duration) -> Slots {
    Slots::new(places, share_max, queue_max, wait, 2)
}

fn plugin() -> PluginId {
    "acme".parse().unwrap()
}

async fn kind(slots: &Slots, tenant: &TenantId, plugin: &PluginId) -> Result<Place, &'static str> {
    slots.take(tenant, plugin).await.map_err(|error| error.kind())
}

fn is_empty(slots: &Slots) -> bool {
    let queue = slots.0.lock();
    queue.tenants.is_empty() && queue.turns.is_empty() && (queue.running, queue.waiting) == (0, 0)
}

#[tokio::test]
async fn one_tenants_flood_leaves_places_for_another() {
    let ([a, b], plugin) = (tenants(), plugin());
    let slots = slots(4, 2, 8, WAIT);
    let first = kind(&slots, &a, &plugin).await;
    let second = kind(&slots, &a, &plugin).await;
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(kind(&slots, &a, &plugin).await.err(), Some("busy"));
    assert!(kind(&slots, &b, &plugin).await.is_ok());
    drop(first);
    assert!(kind(&slots, &a, &plugin).await.is_ok());
    drop(second);
    assert!(is_empty(&slots));
}

#[tokio::test]
async fn several_floods_together_leave_places_for_the_next() {
    let [a, b, c, d, e] = tenants();
    let slots = slots(8, 8, 8, Duration::from_millis(20));
    let mut held = Vec::new();
    for tenant in [&a, &b, &c, &d].repeat(8) {
        held.extend(kind(&slots, tenant, &plugin()).await.ok());
    }
    // Two are kept for whoever has nothing running: of four tenants all had something.
    assert_eq!(slots.load().0, 6);
    assert!(kind(&slots, &e, &plugin()).await.is_ok());
}

#[tokio::test]
async fn the_queue_is_bounded_and_refuses_at_once() {
    let ([a], plugin) = (tenants(), plugin());
    let slots = slots(1, 1, 1, WAIT);
    let held = kind(&slots, &a, &plugin).await;
    let begun = Instant::now();
    let (waited, refused) = tokio::join!(kind(&slots, &a, &plugin), async {
        let refused = kind(&slots, &a, &plugin).await.err();
        (refused, begun.elapsed())
    });
    assert_eq!(waited.err(), Some("busy"));
    assert_eq!(refused.0, Some("busy"));
    assert!(refused.1 < WAIT, "refused at once, not after the wait");
    drop(held);
    assert!(kind(&slots, &a, &plugin).await.is_ok(), "nobody waits any more");
    assert!(is_empty(&slots));
}

/// Queues these calls in this order behind one that runs, then lets them run one at a time; answers
/// the order in which they did.
async fn order(calls: &[(&TenantId, &str)]) -> Vec<usize> {
    let [first] = tenants::<3>().last_chunk().cloned().unwrap();
    let slots = Arc::new(slots(1, 1, 4_000, Duration::from_secs(60)));
    let held = slots.take(&first, &plugin()).await.unwrap();
    let ran = Arc::new(Plain::new(Vec::new()));
    let mut tasks = Vec::new();
    for (number, (tenant, plugin)) in calls.iter().enumerate() {
        let (own, ran, tenant) = (Arc::clone(&slots), Arc::clone(&ran), (*tenant).clone());
        let plugin: PluginId = plugin.parse().unwrap();
        tasks.push(tokio::spawn(async move {
            let place = own.take(&tenant, &plugin).await.unwrap();
            ran.lock().unwrap().push(number);
            drop(place);
        }));
        while slots.load().1 < number + 1 {
            tokio::task::yield_now().await;
        }
    }
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    assert!(is_empty(&slots));

    ran.lock().unwrap().clone()
}

#[tokio::test]
async fn a_thousand_calls_of_one_delay_anothers_by_one_turn() {
    let [a, b] = tenants();
    let mut calls = vec![(&a, "acme"); 1_000];
    calls.extend([(&b, "acme"), (&b, "acme")]);
    let ran = order(&calls).await;
    let place_of = |call: usize| ran.iter().position(|ran| *ran == call).unwrap();
    assert!(place_of(1_000) <= 1 && place_of(1_001) <= 3, "{:?}", &ran[..6]);
    let of_a: Vec<usize> = ran.iter().copied().filter(|call| *call < 1_000).collect();
    assert!(of_a.is_sorted(), "one tenant's calls of one plugin keep their order");
}

#[tokio::test]
async fn a_tenants_plugins_take_turns_and_count_as_one_tenant() {
    let [a, b] = tenants();
    let mut calls = vec![(&a, "one"); 50];
    calls.extend(vec![(&a, "two"); 50]);
    calls.extend(vec![(&b, "one"); 20]);
    let ran = order(&calls).await;
    let early: Vec<usize> = ran[..40].to_vec();
    let of = |from: usize, to: usize| early.iter().filter(|call| (from..to).contains(call)).count();
    assert_eq!((of(0, 50), of(50, 100), of(100, 120)), (10, 10, 20));
}

#[tokio::test]
async fn a_newcomer_takes_the_room_of_whoever_has_most_in_a_full_queue() {
    let ([a, b], plugin) = (tenants(), plugin());
    let slots = Arc::new(slots(1, 1, 4, Duration::from_secs(60)));
    let held = slots.take(&a, &plugin).await.unwrap();
    let mut flood = Vec::new();
    for _ in 0..4 {
        let (slots, a, plugin) = (Arc::clone(&slots), a.clone(), plugin.clone());
        flood.push(tokio::spawn(async move { kind(&slots, &a, &plugin).await.map(drop) }));
        tokio::task::yield_now().await;
    }
    assert_eq!(slots.load().1, 4);
    let newcomer = {
        let (slots, b, plugin) = (Arc::clone(&slots), b.clone(), plugin.clone());
        tokio::spawn(async move { kind(&slots, &b, &plugin).await.map(drop) })
    };
    tokio::task::yield_now().await;
    assert_eq!(flood.pop().unwrap().await.unwrap(), Err("busy"), "the last that came");
    drop(held);
    assert_eq!(newcomer.await.unwrap(), Ok(()));
    for call in flood {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
    assert!(is_empty(&slots));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_go_away_leave_nothing_behind() {
    let ([a, b], plugin) = (tenants(), plugin());
    let slots = Arc::new(slots(3, 2, 20, Duration::from_millis(30)));
    let mut tasks = Vec::new();
    for number in 0..600_u64 {
        let tenant = if number % 3 == 0 { b.clone() } else { a.clone() };
        let (slots, plugin) = (Arc::clone(&slots), plugin.clone());
        tasks.push(tokio::spawn(async move {
            let call = async {
                let place = slots.take(&tenant, &plugin).await;
                tokio::time::sleep(Duration::from_micros(number % 7 * 300)).await;
                drop(place);
            };
            // Some lose patience while they wait, some while they run.
            let _ = timeout(Duration::from_micros(number * 40 % 20_000), call).await;
        }));
        if number % 20 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(is_empty(&slots));
}
