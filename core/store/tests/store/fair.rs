//! Nobody waits behind another's queue, and what was given up is looked after.

use domain::{ConnectionId, PluginId, TenantId};
use store::jobs::{self, Job, NewJob, Room};
use store::{Conn, Db, chores};

use crate::support::*;

const LEASE: i64 = 1_000;

fn of_plugin(mut job: NewJob, plugin: &str) -> NewJob {
    job.plugin_id = Some(plugin.parse::<PluginId>().unwrap());
    job
}

/// Puts a hundred thousand jobs of one lane into the queue, by multiplying the first.
fn flood(c: &mut Conn, world: &World, tenant: &TenantId) {
    use diesel::connection::SimpleConnection;
    let seed = of_plugin(world.job(tenant, START.plus_secs(-60)), "flood");
    jobs::enqueue(c, &seed, START).unwrap();
    let columns = "tenant_id, kind, plugin_id, connection_id, unique_key, payload_json, state, \
        run_at, attempts, attempts_max, lease_token, lease_until, held_by_plugin, \
        held_by_connection, last_problem, created_at, updated_at, lane, dismissed_at";
    // In parts, each well within the time that a statement may take.
    for part in 0..10 {
        let (from, to) = (part * 10_000 + 1, part * 10_000 + 10_000);
        c.batch_execute(&format!(
            "WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
             INSERT INTO jobs (id, {columns}) \
             SELECT '01900000-0000-7000-8000-' || CAST(100000000000 + n.i AS TEXT), {columns} \
             FROM jobs, n WHERE jobs.id = '{}'",
            seed.id
        ))
        .unwrap();
    }
}

fn finish(c: &mut Conn, taken: &[Job]) {
    for job in taken {
        jobs::finish(c, &job.id, job.lease_token, START).unwrap();
    }
}

store::both_backends! {
    async fn a_hundred_thousand_jobs_of_one_delay_another_by_no_more_than_a_round(db: Db) {
        let world = World::new();
        let (noisy, quiet) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let theirs = of_plugin(world.job(&quiet, START), "calendar");
        let own = of_plugin(world.job(&noisy, START), "calendar");
        let took = db.write(move |c| {
            flood(c, &world, &noisy);
            jobs::claim_into(c, START, &Room::shared(8, Vec::new()), LEASE)?;
            jobs::enqueue(c, &theirs, START)?;
            jobs::enqueue(c, &own, START)?;
            let began = std::time::Instant::now();
            let round = jobs::claim(c, START, 3, LEASE)?;
            let took = began.elapsed();
            let kinds: Vec<_> = round.iter().map(|job| job.id.clone()).collect();
            assert!(kinds.contains(&theirs.id), "another business waits");
            assert!(kinds.contains(&own.id), "another plugin of the same business waits");
            Ok(took)
        }).await.unwrap();
        assert!(took.as_millis() < 500, "a long queue makes claiming slow: {took:?}");
    }

    async fn a_lane_whose_provider_asked_for_rest_is_left_alone(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let connection: ConnectionId = world.job(&tenant, START).id.to_string().parse().unwrap();
        let mut busy = of_plugin(world.job(&tenant, START), "calendar");
        busy.connection_id = Some(connection);
        let other = of_plugin(world.job(&tenant, START), "calendar");
        db.write(move |c| {
            jobs::enqueue(c, &busy, START)?;
            let taken = jobs::claim(c, START, 1, LEASE)?;
            let until = START.plus_secs(90);
            jobs::rest(c, &taken[0], until)?;
            jobs::defer(c, &busy.id, taken[0].lease_token, START, START)?;
            jobs::enqueue(c, &other, START)?;
            let taken = jobs::claim(c, START.plus_secs(89), 5, LEASE)?;
            assert_eq!(taken.iter().map(|job| &job.id).collect::<Vec<_>>(), [&other.id]);
            finish(c, &taken);
            assert_eq!(jobs::claim(c, until, 5, LEASE)?.len(), 1);
            Ok(())
        }).await.unwrap();
    }

    async fn lanes_of_one_business_take_turns(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let new: Vec<_> = (0..9)
            .map(|n| of_plugin(world.job(&tenant, START), if n < 7 { "many" } else { "few" }))
            .collect();
        db.write(move |c| {
            new.iter().try_for_each(|job| jobs::enqueue(c, job, START).map(drop))?;
            let mut order = Vec::new();
            for _ in 0..4 {
                let taken = jobs::claim(c, START, 1, LEASE)?;
                order.push(taken[0].plugin_id.clone().unwrap().to_string());
                finish(c, &taken);
            }
            order.sort();
            assert_eq!(order, ["few", "few", "many", "many"]);
            Ok(())
        }).await.unwrap();
    }

    async fn what_was_given_up_is_listed_replayed_and_set_aside(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let new: Vec<_> = (0..3).map(|_| world.job(&tenant, START)).collect();
        db.write(move |c| {
            new.iter().try_for_each(|job| jobs::enqueue(c, job, START).map(drop))?;
            for (n, job) in (0..).zip(jobs::claim(c, START, 9, LEASE)?) {
                jobs::bury(c, &job.id, job.lease_token, "error-x", START.plus_secs(n))?;
            }
            let first = jobs::list_dead(c, &tenant, None, 2)?;
            let rest = jobs::list_dead(c, &tenant, first.next.as_ref(), 2)?;
            assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
            assert_eq!(jobs::list_dead_of_kind(c, &tenant, &new[0].kind, 9)?.len(), 3);
            assert!(jobs::list_dead_of_kind(c, &tenant, "another", 9)?.is_empty());
            assert_eq!(jobs::count_dead(c, &other)?, 0);
            assert_not_found(jobs::dismiss(c, &other, &new[0].id, START));
            assert_not_found(jobs::replay(c, &other, &new[0].id, START));
            assert!(jobs::dismiss(c, &tenant, &new[0].id, START)?);
            assert!(!jobs::dismiss(c, &tenant, &new[0].id, START)?, "twice is once");
            assert_eq!(jobs::count_dead(c, &tenant)?, 2);
            assert!(jobs::claim(c, START.plus_secs(99), 9, LEASE)?.is_empty());
            assert_eq!(jobs::delete_dismissed(c, START)?, 0);
            assert_eq!(jobs::delete_dismissed(c, START.plus_millis(1))?, 1);
            assert_eq!(jobs::delete_dead(c, START.plus_secs(99))?, 2);
            Ok(())
        }).await.unwrap();
    }

    async fn a_chore_is_one_processs_until_its_next_time(db: Db) {
        let results = at_once(&db, 8, move |_, c| chores::take(c, "sweep", START, 1_000)).await;
        let had = results.into_iter().filter(|result| *result.as_ref().unwrap()).count();
        assert_eq!(had, 1);
        db.write(|c| {
            let after = |ms| START.plus_millis(ms);
            assert!(!chores::is_due(c, "sweep", after(999), 1_000)?);
            assert!(!chores::take(c, "sweep", after(999), 1_000)?);
            assert!(chores::is_due(c, "sweep", after(1_000), 1_000)?);
            assert!(chores::take(c, "sweep", after(1_000), 1_000)?);
            // The clock was a day ahead, and was put right.
            assert!(chores::take(c, "sweep", after(-86_400_000), 1_000)?);
            assert!(!chores::take(c, "sweep", after(-86_400_000), 1_000)?);
            Ok(())
        }).await.unwrap();
    }
}
