//! Rotation while everything goes on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use super::*;
use crate::rotation::{self, Progress};
use crate::vault_state;

/// As many secrets as `OXPI_TEST_SECRETS` says; the goal was set for 100,000.
fn many() -> usize {
    std::env::var("OXPI_TEST_SECRETS").ok().and_then(|n| n.parse().ok()).unwrap_or(600)
}

/// After so many kills a rotation is left to end.
const KILLS_MOST: u32 = 12;

async fn fill(f: &Fixture, count: usize) {
    for from in (0..count).step_by(500) {
        let (app, tenant) = (f.app.clone(), f.tenant.clone());
        f.app
            .db
            .transact(move |c| -> Result<()> {
                for n in from..(from + 500).min(count) {
                    let secret = Secret::from_text(format!("secret {n} version 0"));
                    secrets::put(&app, c, &tenant, &name(&format!("r{n}")), &secret, 0)?;
                }
                Ok(())
            })
            .await
            .unwrap();
    }
}

async fn keys(f: &Fixture) -> Vec<i64> {
    let tenant = f.tenant.clone();
    let keys = f.app.db.read(move |c| store::data_keys::list(c, &tenant)).await.unwrap();
    keys.into_iter().map(|key| key.key_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_seals_everything_anew_and_deletes_the_old_key() {
    each(async |f| {
        fill(&f, 120).await;
        let before = f.row(&name("r7")).await.unwrap();
        let mut seen = Vec::new();
        let rotated = rotation::rotate(&f.app, &f.tenant, |at| seen.push(at)).await.unwrap();
        assert_eq!((rotated.resealed, rotated.key_id, rotated.resumed), (120, 2, false));
        assert_eq!((rotated.deleted_keys, rotated.stuck), (vec![1], vec![]));
        assert_eq!(seen.last(), Some(&Progress { done: 120, all: 120 }));
        assert_eq!(keys(&f).await, [2]);
        let after = f.row(&name("r7")).await.unwrap();
        assert_eq!((after.version, after.key_id), (before.version, 2));
        assert_ne!(after.envelope, before.envelope);
        assert_eq!(outcome(f.get(&name("r7")).await), plain("secret 7 version 0"));
        let report = vault_state::verify(&f.app, &f.tenant).await.unwrap();
        assert_eq!((report.findings, report.active_key), (vec![], 2));
        assert_eq!(keys_of_other(&f).await, [1], "another business is untouched");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_moves_a_document_s_head_and_leaves_its_body() {
    each(async |f| {
        let id = domain::DocumentId::new(&*f.app.clock, &*f.app.rng);
        let label = vault::Label {
            tenant: &f.tenant,
            owner: "acme",
            name: "document",
            record: id.as_str(),
            version: 1,
        };
        let key = f.key(1).await.unwrap();
        let (mut sealer, head) = f.app.vault.seal_stream(&key, &label).unwrap();
        let body = [sealer.push(b"a contract").unwrap(), sealer.finish().unwrap()].concat();
        let row = store::documents::Document {
            tenant_id: f.tenant.clone(),
            id: id.clone(),
            plugin_id: "acme".parse().unwrap(),
            once_key: "k".into(),
            name: "contract.pdf".into(),
            media_type: "application/pdf".into(),
            size_bytes: 10,
            mac: vec![1],
            key_id: 1,
            head: head.to_vec(),
            retention: store::documents::Retention::Plugin,
            connection_id: None,
            source: String::new(),
            created_at: f.app.clock.now(),
            person_id: None,
            added_by: None,
        };
        f.tamper(move |c| store::documents::insert(c, &row)).await;
        let rotated = rotation::rotate(&f.app, &f.tenant, |_| ()).await.unwrap();
        assert_eq!(rotated.deleted_keys, [1]);
        let (tenant, of) = (f.tenant.clone(), id.clone());
        let row = f.app.db.read(move |c| store::documents::get(c, &tenant, &of)).await.unwrap();
        assert_eq!(row.key_id, 2);
        let key = f.key(2).await.unwrap();
        let mut opener = f.app.vault.open_stream(&key, &label, &row.head).unwrap();
        opener.push(&body).unwrap();
        assert_eq!(opener.finish().unwrap().expose(), b"a contract");
    })
    .await;
}

impl Fixture {
    async fn key(&self, id: i64) -> Option<vault::WrappedKey> {
        let tenant = self.tenant.clone();
        let key = self.app.db.read(move |c| store::data_keys::find(c, &tenant, id)).await.unwrap();
        key.map(|key| vault::WrappedKey::from_bytes(&key.wrapped).unwrap())
    }
}

async fn keys_of_other(f: &Fixture) -> Vec<i64> {
    let tenant = f.other.clone();
    let keys = f.app.db.read(move |c| store::data_keys::list(c, &tenant)).await.unwrap();
    keys.into_iter().map(|key| key.key_id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_does_not_open_keeps_its_key_and_holds_nothing_up() {
    each(async |f| {
        fill(&f, 60).await;
        let row = f.row(&name("r5")).await.unwrap();
        let mut bent = row.envelope.clone();
        bent[60] ^= 1;
        f.tamper(move |c| store::secrets::reseal(c, &row, row.key_id, &bent)).await;
        let rotated = rotation::rotate(&f.app, &f.tenant, |_| ()).await.unwrap();
        assert_eq!((rotated.resealed, rotated.deleted_keys), (59, vec![]));
        assert_eq!(rotated.stuck, ["acme/cloud tokens r5"]);
        f.told(&f.tenant, "secret-replaced").await;
        assert_eq!(keys(&f).await, [1, 2]);
        // Once it is set anew, the rotation that is still under way ends.
        f.set(&name("r5"), "again").await;
        let rotated = rotation::rotate(&f.app, &f.tenant, |_| ()).await.unwrap();
        assert_eq!((rotated.resumed, rotated.deleted_keys), (true, vec![1]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_epoch_wraps_the_keys_anew_and_everything_opens() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        assert_eq!(rotation::next_epoch(&f.app, &f.tenant).await.unwrap(), 2);
        assert_eq!(outcome(f.get(&name("r1")).await), plain("one"));
        rotation::rotate(&f.app, &f.tenant, |_| ()).await.unwrap();
        assert_eq!(rotation::next_epoch(&f.app, &f.tenant).await.unwrap(), 3);
        assert_eq!(outcome(f.get(&name("r1")).await), plain("one"));
    })
    .await;
}

/// Readers and writers that go on while rotations are begun and aborted at random moments, each as
/// a killed process leaves it: no read fails and nothing that was written is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotation_under_load_with_kills_fails_no_read_and_loses_nothing() {
    each(async |f| {
        let count = many();
        fill(&f, count).await;
        let load = Load::start(&f, count);
        let begun = Instant::now();
        let mut kills = 0;
        for turn in 1u64.. {
            let (app, tenant) = (f.app.clone(), f.tenant.clone());
            let mut work =
                tokio::spawn(async move { rotation::rotate(&app, &tenant, |_| ()).await });
            // The first is cut off early, however quick the machine is.
            let patience = Duration::from_millis(20 + ((turn - 1) * 7919) % 400 + turn * turn);
            // On a machine that is busy with other things it must come to an end, too.
            let patience = if kills < KILLS_MOST { patience } else { Duration::from_secs(3600) };
            if let Ok(done) = tokio::time::timeout(patience, &mut work).await {
                done.unwrap().unwrap();
                break;
            }
            work.abort();
            kills += 1;
        }
        let took = begun.elapsed();
        let reads = load.stop().await;
        println!("{count} secrets, {kills} kills, {reads} reads, {took:?}");
        let report = vault_state::verify(&f.app, &f.tenant).await.unwrap();
        assert_eq!((report.secrets, report.findings), (count as u64, vec![]));
        assert!(kills > 0 && reads > 0);
    })
    .await;
}

/// What the killed processes of the test below are: another process on the same database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process that another test starts and kills"]
async fn a_process_that_rotates() {
    let Ok(file) = std::env::var("OXPI_TEST_ROTATES") else { return };
    let target = store::Target::Sqlite(file.into());
    let db = store::Db::open(&store::DbOptions::new(target)).await.unwrap();
    // A time of its own, and with it ids of its own.
    let start = 1_772_344_800_000 + i64::from(std::process::id()) * 1000;
    let app = parts::put_together(db, Arc::new(ManualClock::at(start)));
    let tenant = std::env::var("OXPI_TEST_ROTATES_OF").unwrap().parse().unwrap();
    rotation::rotate(&app, &tenant, |_| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rotation_whose_process_is_killed_loses_nothing_and_goes_on() {
    let fresh = store::testing::sqlite().await;
    let store::Target::Sqlite(file) = fresh.options.target.clone() else { return };
    let f = Fixture::over(fresh.db.clone()).await;
    let count = many() / 2;
    fill(&f, count).await;
    let load = Load::start(&f, count);
    let mut kills = 0;
    for turn in 0u64.. {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["secrets::tests::rotation::a_process_that_rotates", "--exact", "--ignored"])
            .env("OXPI_TEST_ROTATES", &file)
            .env("OXPI_TEST_ROTATES_OF", f.tenant.as_str())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let patience = Duration::from_millis(60 + (turn * 7919) % 500 + turn * turn * 4);
        let patience = if kills < KILLS_MOST { patience } else { Duration::from_secs(3600) };
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if begun.elapsed() > patience => break None,
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        // SIGKILL: nothing of it runs on.
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    let reads = load.stop().await;
    println!("{count} secrets, {kills} processes killed, {reads} reads");
    let report = vault_state::verify(&f.app, &f.tenant).await.unwrap();
    assert_eq!((report.secrets, report.findings), (count as u64, vec![]));
    assert_eq!(keys(&f).await.len(), 1, "the last one ended what the others began");
    assert!(kills > 0 && reads > 0);
}

/// Three readers and a writer.
struct Load {
    stop: Arc<AtomicBool>,
    reads: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn start(f: &Fixture, count: usize) -> Self {
        let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut tasks = Vec::new();
        for reader in 0..3 {
            let (app, tenant) = (f.app.clone(), f.tenant.clone());
            let (stop, reads) = (stop.clone(), reads.clone());
            tasks.push(tokio::spawn(async move {
                let mut n = reader * 31;
                while !stop.load(Ordering::SeqCst) {
                    n = (n + 101) % count;
                    let got = outcome(get_in(&app, &tenant, &name(&format!("r{n}"))).await);
                    let text = got.expect("no read fails").expect("nothing is lost");
                    assert!(text.starts_with(&format!("secret {n} version ")), "{text}");
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            }));
        }
        let (app, tenant, ends) = (f.app.clone(), f.tenant.clone(), stop.clone());
        tasks.push(tokio::spawn(async move {
            let mut turn = 0;
            while !ends.load(Ordering::SeqCst) {
                turn += 1;
                let n = (turn * 37) % count;
                let (of, text) = (name(&format!("r{n}")), format!("secret {n} version {turn}"));
                set_in(&app, &tenant, &of, &text).await;
                let read = outcome(get_in(&app, &tenant, &of).await);
                assert_eq!(read, plain(&text), "what was written is there");
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        }));
        Self { stop, reads, tasks }
    }

    async fn stop(self) -> u64 {
        self.stop.store(true, Ordering::SeqCst);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.reads.load(Ordering::SeqCst)
    }
}
