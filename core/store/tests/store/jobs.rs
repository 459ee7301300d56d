//! The queue: leases and their tokens, tries, turns, pauses, keys.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::{JobId, TenantId};
use store::Db;
use store::connections::{self, ConnectionState};
use store::jobs::{self, Job, JobFilter, JobState, NewJob, Once};
use store::tenant_plugins::{self, TenantPluginChange};

use crate::support::*;

/// Long enough for any lease in these tests.
const LEASE: i64 = 1_000;

async fn enqueue(db: &Db, new: &[NewJob]) {
    let new = new.to_vec();
    db.write(move |c| {
        new.iter()
            .try_for_each(|job| jobs::enqueue(c, job, START).map(|added| assert!(added.is_new)))
    })
    .await
    .unwrap();
}

async fn claim(db: &Db, after_ms: i64, limit: i64) -> Vec<Job> {
    let now = START.plus_millis(after_ms);
    db.write(move |c| jobs::claim(c, now, limit, LEASE)).await.unwrap()
}

async fn get(db: &Db, tenant: &TenantId, id: &JobId) -> Job {
    let (tenant, id) = (tenant.clone(), id.clone());
    db.read(move |c| jobs::get(c, &tenant, &id)).await.unwrap()
}

fn with_key(mut job: NewJob, once: Once) -> NewJob {
    job.once = once;
    job
}

store::both_backends! {
    async fn a_job_waits_for_its_time_and_is_taken_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let job = world.job(&tenant, START.plus_millis(10));
        enqueue(&db, std::slice::from_ref(&job)).await;
        assert_eq!(db.read(jobs::next_due).await.unwrap(), Some(job.run_at));
        assert!(claim(&db, 9, 5).await.is_empty());
        let taken = claim(&db, 10, 5).await;
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].state, taken[0].attempts, taken[0].lease_token), (JobState::Leased, 1, 1));
        assert_eq!(taken[0].payload_json, job.payload_json);
        assert!(claim(&db, 11, 5).await.is_empty());
        assert_eq!(db.read(jobs::next_due).await.unwrap(), taken[0].lease_until);
        db.write(move |c| jobs::finish(c, &taken[0].id, 1, START)).await.unwrap();
        assert!(claim(&db, LEASE * 9, 5).await.is_empty());
        assert_eq!(db.read(jobs::next_due).await.unwrap(), None);
    }

    async fn a_stale_token_is_refused_everywhere(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let job = world.job(&tenant, START);
        enqueue(&db, std::slice::from_ref(&job)).await;
        let first = claim(&db, 0, 1).await.remove(0);
        // Its lease runs out, and somebody else takes it.
        let second = claim(&db, LEASE, 1).await.remove(0);
        assert_eq!(second.id, first.id);
        assert!(second.lease_token > first.lease_token);
        let id = job.id.clone();
        db.write(move |c| {
            let (stale, fresh) = (first.lease_token, second.lease_token);
            assert_conflict(jobs::finish(c, &id, stale, START));
            assert_conflict(jobs::bury(c, &id, stale, "p", START));
            assert_conflict(jobs::retry(c, &id, stale, START, "p", START));
            assert_conflict(jobs::defer(c, &id, stale, START, START));
            assert_conflict(jobs::extend(c, &id, stale, START));
            assert_conflict(jobs::finish(c, &id, fresh + 1, START));
            jobs::extend(c, &id, fresh, START.plus_secs(60))?;
            jobs::finish(c, &id, fresh, START)?;
            assert_conflict(jobs::finish(c, &id, fresh, START));
            Ok(())
        }).await.unwrap();
        assert_eq!(get(&db, &tenant, &job.id).await.state, JobState::Done);
        let unknown = world.job(&tenant, START).id;
        assert_not_found(db.write(move |c| jobs::finish(c, &unknown, 1, START)).await);
    }

    async fn an_extended_lease_holds(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        enqueue(&db, &[world.job(&tenant, START)]).await;
        let taken = claim(&db, 0, 1).await.remove(0);
        let until = START.plus_millis(LEASE * 3);
        db.write(move |c| jobs::extend(c, &taken.id, taken.lease_token, until)).await.unwrap();
        assert!(claim(&db, LEASE * 2, 1).await.is_empty());
        assert_eq!(claim(&db, LEASE * 3, 1).await.len(), 1);
    }

    async fn tries_come_to_an_end(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut job = world.job(&tenant, START);
        job.attempts_max = 3;
        enqueue(&db, std::slice::from_ref(&job)).await;
        let id = job.id.clone();
        db.write(move |c| {
            let claim = |c: &mut _, at| jobs::claim(c, START.plus_millis(at), 1, LEASE);
            let taken = claim(c, 0)?.remove(0);
            let later = START.plus_millis(50);
            let state = jobs::retry(c, &id, taken.lease_token, later, "busy", START)?;
            assert_eq!(state, JobState::Ready);
            assert!(claim(c, 49)?.is_empty());
            // Deferring costs nothing.
            let taken = claim(c, 50)?.remove(0);
            assert_eq!((taken.attempts, taken.last_problem.as_deref()), (2, Some("busy")));
            jobs::defer(c, &id, taken.lease_token, later, START)?;
            let taken = claim(c, 50)?.remove(0);
            assert_eq!(taken.attempts, 2);
            jobs::retry(c, &id, taken.lease_token, later, "busy", START)?;
            let taken = claim(c, 50)?.remove(0);
            let state = jobs::retry(c, &id, taken.lease_token, later, "still", START)?;
            assert_eq!(state, JobState::Dead);
            assert!(claim(c, 99_999)?.is_empty());
            assert_eq!(jobs::count_dead(c, &tenant)?, 1);
            assert!(jobs::replay(c, &tenant, &id, later)?);
            assert!(!jobs::replay(c, &tenant, &id, later)?, "twice is once");
            assert_eq!(jobs::count_dead(c, &tenant)?, 0);
            let taken = claim(c, 50)?.remove(0);
            assert_eq!((taken.attempts, taken.lease_token), (1, 5));
            Ok(())
        }).await.unwrap();
    }

    async fn a_job_that_kills_its_worker_each_time_dies(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut job = world.job(&tenant, START);
        job.attempts_max = 2;
        enqueue(&db, std::slice::from_ref(&job)).await;
        assert_eq!(claim(&db, 0, 1).await.len(), 1);
        assert_eq!(claim(&db, LEASE, 1).await.len(), 1);
        assert!(claim(&db, LEASE * 2, 1).await.is_empty());
        let dead = get(&db, &tenant, &job.id).await;
        assert_eq!((dead.state, dead.attempts), (JobState::Dead, 2));
        assert!(dead.last_problem.is_some());
    }

    async fn the_same_work_is_not_queued_twice(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let key = || Once::WhileUnfinished("pull".to_owned());
        let jobs_to_be: Vec<_> =
            (0..12).map(|_| with_key(world.job(&tenant, START), key())).collect();
        let new = jobs_to_be.clone();
        let results = at_once(&db, 12, move |n, c| jobs::enqueue(c, &new[n], START)).await;
        let added: Vec<_> = results.into_iter().map(|r| r.unwrap()).collect();
        assert_eq!(added.iter().filter(|a| a.is_new).count(), 1);
        assert!(added.iter().all(|a| a.id == added[0].id));
        // Another tenant's, another kind's and another plugin's are other jobs.
        let mut kind = with_key(world.job(&tenant, START), key());
        kind.kind = "other".to_owned();
        let mut plugins = with_key(world.job(&tenant, START), key());
        plugins.plugin_id = Some(plugin());
        enqueue(&db, &[with_key(world.job(&other, START), key()), kind, plugins]).await;
        // Once it is done it may come again, also when many want it.
        let id = added[0].id.clone();
        db.write(move |c| {
            for job in jobs::claim(c, START, 9, LEASE)? {
                jobs::finish(c, &job.id, job.lease_token, START)?;
            }
            Ok(())
        }).await.unwrap();
        let again: Vec<_> =
            (0..12).map(|_| with_key(world.job(&tenant, START), key())).collect();
        let results = at_once(&db, 12, move |n, c| jobs::enqueue(c, &again[n], START)).await;
        let added: Vec<_> = results.into_iter().map(|r| r.unwrap()).collect();
        assert_eq!(added.iter().filter(|a| a.is_new).count(), 1);
        assert_ne!(added[0].id, id);
    }

    async fn work_asked_for_once_ever_is_done_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let job = || with_key(world.job(&tenant, START), Once::Ever("event-1".to_owned()));
        let (first, second) = (job(), job());
        enqueue(&db, std::slice::from_ref(&first)).await;
        let taken = claim(&db, 0, 1).await.remove(0);
        let added = db.write(move |c| {
            jobs::finish(c, &taken.id, taken.lease_token, START)?;
            jobs::enqueue(c, &second, START)
        }).await.unwrap();
        assert_eq!((added.id, added.is_new), (first.id, false));
        let late = START.plus_millis(1);
        assert_eq!(db.write(move |c| jobs::delete_finished(c, late)).await.unwrap(), 1);
        enqueue(&db, &[job()]).await;
    }

    async fn a_long_queue_keeps_nobody_waiting(db: Db) {
        let world = World::new();
        let (busy, calm) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let mut rows: Vec<_> =
            (0..40).map(|n| world.job(&busy, START.plus_secs(-100 + n))).collect();
        rows.push(world.job(&calm, START));
        rows.push(world.job(&calm, START));
        enqueue(&db, &rows).await;
        // One at a time: every other one is the calm tenant's, though all others are older.
        let mut served = Vec::new();
        for _ in 0..4 {
            served.push(claim(&db, 0, 1).await.remove(0).tenant_id);
        }
        assert_eq!(served.iter().filter(|t| **t == calm).count(), 2);
        assert_ne!(served[0], served[1]);
        // Several at a time: shared out.
        let third = a_tenant(&db, &world).await;
        let rows: Vec<_> = (0..3).map(|_| world.job(&third, START)).collect();
        enqueue(&db, &rows).await;
        let taken = claim(&db, 0, 6).await;
        assert_eq!(taken.iter().filter(|job| job.tenant_id == third).count(), 3);
        assert_eq!(taken.len(), 6);
        // The busy tenant's jobs are taken oldest first.
        let times: Vec<_> =
            taken.iter().filter(|job| job.tenant_id == busy).map(|job| job.run_at).collect();
        assert!(times.is_sorted());
    }

    async fn every_job_is_done_once_by_many_hands_some_of_which_die(db: Db) {
        let world = World::new();
        let mut rows = Vec::new();
        for _ in 0..4 {
            let tenant = a_tenant(&db, &world).await;
            for _ in 0..25 {
                let mut job = world.job(&tenant, START);
                job.attempts_max = 1_000;
                rows.push(job);
            }
        }
        enqueue(&db, &rows).await;
        let clock = Arc::new(AtomicI64::new(0));
        let done = Arc::new(Mutex::new(BTreeMap::<JobId, usize>::new()));
        let mut hands = Vec::new();
        for hand in 0..6 {
            let (db, clock, done) = (db.clone(), Arc::clone(&clock), Arc::clone(&done));
            hands.push(tokio::spawn(work(db, clock, done, hand)));
        }
        for hand in hands {
            hand.await.unwrap();
        }
        let done = done.lock().unwrap();
        assert_eq!(done.len(), 100);
        assert!(done.values().all(|times| *times == 1), "{done:?}");
    }

    async fn jobs_stop_and_go_on_with_their_plugin_and_connection(db: Db) {
        let world = World::new();
        let connection = a_connection(&db, &world).await;
        let tenant = connection.tenant_id.clone();
        let mut job = world.job(&tenant, START);
        job.plugin_id = Some(plugin());
        job.connection_id = Some(connection.id.clone());
        let others = world.job(&tenant, START.plus_secs(99));
        enqueue(&db, &[job.clone(), others]).await;
        db.write(move |c| {
            let state = |c: &mut _| jobs::get(c, &tenant, &job.id).map(|job| job.state);
            assert_eq!(jobs::pause_plugin(c, &tenant, &plugin(), START)?, 1);
            assert_eq!(jobs::pause_connection(c, &tenant, &connection.id, START)?, 1);
            assert_eq!(state(c)?, JobState::Paused);
            assert!(jobs::claim(c, START, 9, LEASE)?.is_empty());
            // Two reasons: both have to go.
            jobs::resume_plugin(c, &tenant, &plugin(), START)?;
            assert_eq!(state(c)?, JobState::Paused);
            jobs::resume_connection(c, &tenant, &connection.id, START)?;
            assert_eq!(state(c)?, JobState::Ready);
            // What runs while its plugin is turned off may end, and is paused if it comes back.
            let taken = jobs::claim(c, START, 9, LEASE)?.remove(0);
            jobs::pause_plugin(c, &tenant, &plugin(), START)?;
            assert_eq!(state(c)?, JobState::Leased);
            let back = jobs::retry(c, &job.id, taken.lease_token, START, "p", START)?;
            assert_eq!(back, JobState::Paused);
            jobs::resume_plugin(c, &tenant, &plugin(), START)?;
            // The same when its lease runs out.
            let taken = jobs::claim(c, START, 9, LEASE)?.remove(0);
            jobs::pause_connection(c, &tenant, &connection.id, START)?;
            assert!(jobs::claim(c, START.plus_millis(LEASE), 9, LEASE)?.is_empty());
            assert_eq!(state(c)?, JobState::Paused);
            assert_conflict(jobs::finish(c, &job.id, taken.lease_token, START));
            assert_eq!(jobs::cancel_of_connection(c, &tenant, &connection.id)?, 1);
            Ok(())
        }).await.unwrap();
    }

    async fn a_job_of_what_is_off_is_paused_from_the_start(db: Db) {
        let world = World::new();
        let connection = a_connection(&db, &world).await;
        let tenant = connection.tenant_id.clone();
        let given = give_plugin(&db, &tenant).await;
        let rows: Vec<_> = (0..3).map(|_| world.job(&tenant, START)).collect();
        db.write(move |c| {
            let off = TenantPluginChange {
                version: given.version.clone(),
                enabled: false,
                grant_json: given.grant_json.clone(),
                settings_json: given.settings_json.clone(),
            };
            let mut of_plugin = rows[0].clone();
            of_plugin.plugin_id = Some(plugin());
            let mut of_connection = rows[1].clone();
            of_connection.connection_id = Some(connection.id.clone());
            tenant_plugins::update(c, &tenant, &plugin(), &off, 1, START)?;
            let needs = ConnectionState::NeedsYou;
            connections::set_state(c, &tenant, &connection.id, needs, None, START)?;
            for job in [&of_plugin, &of_connection, &rows[2]] {
                jobs::enqueue(c, job, START)?;
            }
            let taken = jobs::claim(c, START, 9, LEASE)?;
            assert_eq!(taken.iter().map(|job| &job.id).collect::<Vec<_>>(), [&rows[2].id]);
            jobs::resume_plugin(c, &tenant, &plugin(), START)?;
            jobs::resume_connection(c, &tenant, &connection.id, START)?;
            assert_eq!(jobs::claim(c, START, 9, LEASE)?.len(), 2);
            Ok(())
        }).await.unwrap();
    }

    async fn only_what_waits_can_be_cancelled_and_only_by_its_tenant(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let rows = [world.job(&tenant, START), world.job(&tenant, START.plus_secs(9))];
        enqueue(&db, &rows).await;
        db.write(move |c| {
            jobs::claim(c, START, 9, LEASE)?;
            assert_not_found(jobs::cancel(c, &other, &rows[1].id));
            assert_conflict(jobs::cancel(c, &tenant, &rows[0].id));
            jobs::cancel(c, &tenant, &rows[1].id)?;
            assert_not_found(jobs::cancel(c, &tenant, &rows[1].id));
            let leased = JobFilter { state: Some(JobState::Leased), ..JobFilter::default() };
            let page = jobs::list(c, &tenant, &leased, None, 9)?;
            assert_eq!(page.items.len(), 1);
            assert_eq!(jobs::list(c, &other, &JobFilter::default(), None, 9)?.items, []);
            Ok(())
        }).await.unwrap();
    }
}

/// A worker: takes a few, loses every third lease, and does the rest, counting what was accepted.
async fn work(
    db: Db,
    clock: Arc<AtomicI64>,
    done: Arc<Mutex<BTreeMap<JobId, usize>>>,
    hand: usize,
) {
    for round in 0_usize.. {
        let at = clock.fetch_add(LEASE / 10, Ordering::SeqCst);
        let taken = claim(&db, at, 3).await;
        if taken.is_empty() && done.lock().unwrap().len() == 100 {
            return;
        }
        for (n, job) in taken.into_iter().enumerate() {
            if (round + n + hand).is_multiple_of(3) {
                continue;
            }
            // By now its lease may have run out and the job be somebody else's.
            tokio::task::yield_now().await;
            let now = START.plus_millis(clock.load(Ordering::SeqCst));
            let id = job.id.clone();
            let finished = db.write(move |c| jobs::finish(c, &id, job.lease_token, now)).await;
            match finished {
                Ok(()) => *done.lock().unwrap().entry(job.id).or_default() += 1,
                refused => assert_conflict(refused),
            }
        }
    }
}
