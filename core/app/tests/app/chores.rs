//! What the house does by itself, every so often.

use std::time::Duration;

use crate::support::people::{add, doubles_of, named, unread};
use crate::support::{Fixture, each, each_with_its_database};
use crate::sweeps::{count_acts, crowd, input};
use app::jobs::{run_due, run_worker};
use app::people::PersonInput;
use app::sweeps::{self, Whom};
use app::tasks::{self, Task, TaskInput};
use app::{imports, people, retention};
use domain::{ScheduleId, TaskId, TenantId, Timestamp};
use store::ceremonies::{Ceremony, CeremonyKind};
use store::idempotency::{self, Answer};
use store::schedules::Schedule;
use tokio::sync::watch;

const DAY_MS: i64 = 24 * 3_600_000;

async fn keep_answer(f: &Fixture, tenant: &TenantId, key: &str) {
    let answer = Answer {
        tenant_id: tenant.clone(),
        scope: "form".to_owned(),
        key: key.to_owned(),
        result_json: serde_json::json!({}).into(),
        created_at: f.app.clock.now(),
    };
    f.app.db.write(move |c| idempotency::insert(c, &answer)).await.unwrap();
}

async fn is_kept(f: &Fixture, tenant: &TenantId, key: &'static str) -> bool {
    let tenant = tenant.clone();
    f.app.db.read(move |c| idempotency::find(c, &tenant, "form", key)).await.unwrap().is_some()
}

/// Waits until it is so; whether it became so.
async fn within_seconds(mut is_so: impl AsyncFnMut() -> bool) -> bool {
    for _ in 0..400 {
        if is_so().await {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_forget_what_had_its_time_once_an_hour() {
    each(async |f| {
        let tenant = f.first_run().await.ctx.tenant;
        keep_answer(&f, &tenant, "old").await;
        let (stop, stopped) = watch::channel(false);
        let work = || tokio::spawn(run_worker(f.app.clone(), 2, stopped.clone()));
        let workers = [work(), work()];
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(is_kept(&f, &tenant, "old").await, "it is not old yet");

        f.clock.advance_millis(31 * DAY_MS);
        assert!(within_seconds(async || !is_kept(&f, &tenant, "old").await).await, "not forgotten");

        // Within the hour nothing is swept again.
        keep_answer(&f, &tenant, "new").await;
        let now = f.app.clock.now();
        let swept = f.app.db.read(move |c| {
            store::chores::is_due(c, "retention.sweep", now.plus_secs(3_599), 3_600_000)
        });
        assert!(!swept.await.unwrap());
        stop.send(true).unwrap();
        for worker in workers {
            worker.await.unwrap();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_read_the_numbers_of_before() {
    each(async |f| {
        let (ours, theirs) = f.two_businesses().await;
        let with = |phone: &str| PersonInput { phone: phone.into(), ..named(phone) };
        let dana = add(&f, &ours, with("02-1234567")).await;
        let noa = add(&f, &ours, with("052-1234567")).await;
        let other = add(&f, &theirs, with("050-7654321")).await;
        for (who, person) in [(&ours, &dana), (&ours, &noa), (&theirs, &other)] {
            unread(&f, who, person).await;
        }
        let doubles = async || doubles_of(&f.app, &ours.ctx).await.len();
        assert_eq!(doubles().await, 1, "strangers, as it was");
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(run_worker(f.app.clone(), 1, stopped));
        let behind = async || f.app.db.read(store::contacts::list_behind).await.unwrap().len();
        let read = within_seconds(async || {
            f.clock.advance_millis(1_000);
            behind().await == 0
        });
        assert!(read.await, "numbers aren't read");
        stop.send(true).unwrap();
        worker.await.unwrap();
        assert_eq!(doubles().await, 0);
        for (who, person, expected) in [
            (&ours, &dana, "+97221234567"),
            (&ours, &noa, "+972521234567"),
            (&theirs, &other, "+972507654321"),
        ] {
            let ids = vec![person.id.clone()];
            let dialled = people::list_dialled(&f.app, &who.ctx, ids).await.unwrap();
            assert_eq!(dialled.get(&person.id).map(String::as_str), Some(expected));
        }
    })
    .await;
}

/// A wish from the door that holds this.
async fn wish(f: &Fixture, hash: &str, state: serde_json::Value) {
    let now = f.app.clock.now();
    let row = Ceremony {
        token_hash: hash.to_owned(),
        kind: CeremonyKind::Forgotten,
        account_id: None,
        state_json: state.into(),
        created_at: now,
        expires_at: now.plus_secs(3_600),
    };
    f.app.db.write(move |c| store::ceremonies::insert(c, &row)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_can_not_be_read_stops_no_job_and_no_other_wish() {
    each_with_its_database(async |f, db| {
        let owner = f.first_run().await;
        let good = serde_json::json!({"want": "locked", "email": "dana@example.com",
            "address": "", "device": "", "request_id": ""});
        wish(&f, "1 not ours", serde_json::json!({"nonsense": true})).await;
        wish(&f, "2 broken", serde_json::json!({})).await;
        wish(&f, "3 good", good).await;
        db.tamper("UPDATE ceremonies SET state_json = '{' WHERE token_hash = '2 broken'");
        run_due(&f.app).await.unwrap();
        assert_eq!(f.actions(&owner).await[0], "account.locked");
        assert_eq!(f.app.db.read(store::testing::count_ceremonies).await.unwrap(), 0);
    })
    .await;
}

fn schedule(f: &Fixture, tenant: &TenantId, n: usize, cron: &str, at: Timestamp) -> Schedule {
    Schedule {
        id: ScheduleId::new(&*f.app.clock, &*f.app.rng),
        tenant_id: tenant.clone(),
        plugin_id: None,
        name: format!("number {n}"),
        kind: "outbox.spread".to_owned(),
        payload_json: serde_json::json!({}).into(),
        cron: cron.to_owned(),
        zone: "Asia/Jerusalem".parse().unwrap(),
        next_at: at,
        paused: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_schedules_that_can_not_be_fired_keep_no_other_waiting() {
    each_with_its_database(async |f, db| {
        let (first, second) = f.two_businesses().await;
        let (bad, good) = (first.ctx.tenant.clone(), second.ctx.tenant.clone());
        let now = f.app.clock.now();
        let mut all: Vec<_> =
            (0..101).map(|n| schedule(&f, &bad, n, "0 * * * *", now.plus_secs(-60))).collect();
        all.push(schedule(&f, &good, 0, "0 * * * *", now));
        let insert = move |c: &mut store::Conn| {
            all.iter().try_for_each(|one| store::schedules::insert(c, one))
        };
        f.app.db.write(insert).await.unwrap();
        // No job of this business can be made.
        db.tamper(&format!(
            "CREATE UNIQUE INDEX in_the_way ON jobs (tenant_id) WHERE tenant_id = '{bad}'"
        ));
        for _ in 0..2 {
            run_due(&f.app).await.unwrap();
        }
        let tenant = good.clone();
        let fired = f.app.db.read(move |c| store::schedules::list(c, &tenant)).await.unwrap();
        assert!(fired[0].next_at > now, "it was its turn");
        let left = f.app.db.read(move |c| store::schedules::due(c, now, 200)).await.unwrap();
        assert!(left.is_empty(), "{} are due for ever", left.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_thing_can_not_be_forgotten_the_others_are() {
    each_with_its_database(async |f, db| {
        let (first, second) = f.two_businesses().await;
        for owner in [&first, &second] {
            let input = people::PersonInput { name: "Noa".into(), ..Default::default() };
            let added = people::create_person(&f.app, &owner.ctx, input, "").await.unwrap();
            people::delete_person(&f.app, &owner.ctx, &added.id).await.unwrap();
            keep_answer(&f, &owner.ctx.tenant, "old").await;
        }
        f.clock.advance_millis(31 * DAY_MS);
        // The log of the business that comes first takes no entry, and one table is away.
        let mut tenants = f.tenants().await;
        let stuck = tenants.remove(0);
        db.tamper(&format!("UPDATE audit_heads SET seq = seq - 1 WHERE tenant_id = '{stuck}'"));
        db.tamper("ALTER TABLE oauth_flows RENAME TO elsewhere");
        assert!(retention::sweep(&f.app).await > 0);
        assert!(!is_kept(&f, &stuck, "old").await, "a step after the one that failed");
        let healthy = if first.ctx.tenant == stuck { &second } else { &first };
        assert_eq!(f.actions(healthy).await[0], "person.purged");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_removed_with_very_many_others_goes_as_soon() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 600).await;
        let all = Whom::people(people::PersonFilter::default());
        sweeps::begin_sweep(&f.app, &owner.ctx, all, input("remove", ""), "").await.unwrap();
        run_due(&f.app).await.unwrap();
        f.clock.advance_millis(31 * DAY_MS);
        assert!(retention::sweep(&f.app).await >= 600);
        assert_eq!(count_acts(&f, &owner, "person.purged").await, 2, "in two transactions");
        f.clock.advance_millis(DAY_MS);
        retention::sweep(&f.app).await;
        assert_eq!(count_acts(&f, &owner, "person.purged").await, 2, "nobody was left");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_have_their_turn_while_very_many_are_forgotten() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        crowd(&f, &owner, 2_000).await;
        let all = Whom::people(people::PersonFilter::default());
        sweeps::begin_sweep(&f.app, &owner.ctx, all, input("remove", ""), "").await.unwrap();
        run_due(&f.app).await.unwrap();
        f.clock.advance_millis(31 * DAY_MS);
        let list = b"Name\nNoa Levi\n".to_vec();
        let list = imports::keep_file(&f.app, &owner.ctx, "list.csv", list).await.unwrap();
        imports::start_import(&f.app, &owner.ctx, &list).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(run_worker(f.app.clone(), 2, stopped));
        let purged = async || count_acts(&f, &owner, "person.purged").await;
        assert!(within_seconds(async || purged().await == 4).await, "{}", purged().await);
        stop.send(true).unwrap();
        worker.await.unwrap();
        let chain = f.chain(&owner.ctx.tenant).await;
        let taken = chain
            .iter()
            .position(|entry| entry.action == "import.rows" && entry.entity_id == list.as_str());
        let last = chain.iter().rposition(|entry| entry.action == "person.purged");
        assert!(taken.is_some() && taken < last, "the list waited for all of them");
    })
    .await;
}

#[tokio::test]
async fn whatever_was_removed_with_very_many_other_tasks_goes_as_soon() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let input = TaskInput { title: "Removed".to_owned(), ..TaskInput::default() };
        let one = tasks::create_task(&f.app, &owner.ctx, input, "").await.unwrap();
        tasks::delete_task(&f.app, &owner.ctx, &one.id).await.unwrap();
        let again = |_| Task {
            id: TaskId::new(&*f.app.clock, &*f.app.rng),
            deleted_at: Some(f.app.clock.now()),
            ..one.clone()
        };
        let more: Vec<Task> = (0..1_500).map(again).collect();
        let insert =
            move |c: &mut store::Conn| more.iter().try_for_each(|row| store::tasks::insert(c, row));
        f.app.db.write(insert).await.unwrap();
        let left = async || {
            let tenant = owner.ctx.tenant.clone();
            let count = move |c: &mut store::Conn| store::testing::count_rows(c, &tenant);
            f.app.db.read(count).await.unwrap()["tasks"]
        };
        assert_eq!(left().await, 1_501);
        f.clock.advance_millis((tasks::DELETED_DAYS + 1) * DAY_MS);
        retention::sweep(&f.app).await;
        assert_eq!(left().await, 0);
    })
    .await;
}
