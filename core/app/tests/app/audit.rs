//! Every way to tamper with the activity log is found, with the database and the heads that were
//! signed, on both databases.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::*;
use app::audit::chain::Fault;
use app::audit::export::{Exported, Places, export, run};
use app::audit::verify::{Report, export_entries, read_logs, verify, verify_entries};
use app::audit::{heads, log};
use app::people::{PersonInput, create_person};
use store::testing::TestDb;
use tempfile::TempDir;

/// A business with ten entries, another with a few, and heads signed of both.
struct Watched {
    f: Fixture,
    ours: String,
    theirs: String,
    owner: Signed,
    places: Places,
    _folder: TempDir,
}

impl Watched {
    async fn new(f: Fixture) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let places =
            Places { dir: folder.path().join("heads"), copy: Some(folder.path().join("copy")) };
        let (owner, other) = f.two_businesses().await;
        let (ours, theirs) = (owner.ctx.tenant.to_string(), other.ctx.tenant.to_string());
        let watched = Self { f, ours, theirs, owner, places, _folder: folder };
        watched.act(9).await;
        let exported = watched.export().await;
        assert_eq!((exported.heads, exported.broken.len()), (2, 0));
        watched
    }

    async fn act(&self, times: usize) {
        for n in 0..times {
            let input = PersonInput { name: format!("Person {n}"), ..PersonInput::default() };
            create_person(&self.f.app, &self.owner.ctx, input, "").await.unwrap();
        }
    }

    async fn export(&self) -> Exported {
        let app = &self.f.app;
        export(&app.db, &app.vault, &*app.clock, &self.places).await.unwrap()
    }

    async fn verify(&self) -> Report {
        let logs = vec![self.places.dir.clone()];
        verify(&self.f.app.db, &self.f.app.vault, logs).await.unwrap()
    }

    async fn faults_of(&self, tenant: &str) -> Vec<Fault> {
        let report = self.verify().await;
        let chain = report.chains.into_iter().find(|(of, _)| of == tenant);
        chain.unwrap().1.faults
    }

    fn file(&self, dir: &Path) -> PathBuf {
        log::files(dir).unwrap().pop().unwrap()
    }
}

async fn attacked(attack: impl Fn(&Watched) -> String, found: impl Fn(&Watched, Vec<Fault>)) {
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let watched = Watched::new(f).await;
        assert!(watched.verify().await.is_whole());
        db.tamper(&attack(&watched));
        found(&watched, watched.faults_of(&watched.ours).await);
        assert!(!watched.verify().await.is_whole());
    })
    .await;
}

fn is_cut(faults: &[Fault], at: i64, of: i64) -> bool {
    let cut = |fault: &Fault| matches!(fault, Fault::Cut { last, signed, .. } if (*last, *signed) == (at, of));
    faults.iter().any(cut)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_edited_column_is_found() {
    let edits = [
        "id = 'x'",
        "at = at + 1",
        "actor_kind = 'plugin'",
        "actor_id = 'somebody'",
        "action = 'person.viewed'",
        "entity = 'task'",
        "entity_id = 'x'",
        "detail_json = '{}'",
        "detail_json = 'no JSON'",
        "address = '203.0.113.9'",
        "device = 'x'",
        "request_id = 'x'",
    ];
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let watched = Watched::new(f).await;
        let ours = &watched.ours;
        for edit in edits {
            let keep = format!(
                "CREATE TABLE kept AS SELECT * FROM audit WHERE tenant_id = '{ours}' AND seq = 4;"
            );
            db.tamper(&format!(
                "{keep} UPDATE audit SET {edit} WHERE tenant_id = '{ours}' AND seq = 4"
            ));
            assert_eq!(watched.faults_of(ours).await, [Fault::Changed { seq: 4 }], "{edit}");
            db.tamper(&format!(
                "DELETE FROM audit WHERE tenant_id = '{ours}' AND seq = 4; \
                 INSERT INTO audit SELECT * FROM kept; DROP TABLE kept;"
            ));
            assert!(watched.verify().await.is_whole(), "{edit}");
        }
        for column in ["mac", "previous_mac"] {
            let other =
                format!("SELECT {column} FROM audit WHERE tenant_id = '{ours}' AND seq = 6");
            db.tamper(&format!(
                "UPDATE audit SET {column} = ({other}) WHERE tenant_id = '{ours}' AND seq = 4"
            ));
            let faults = watched.faults_of(ours).await;
            assert_eq!(faults[0], Fault::Changed { seq: 4 }, "{column}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_entry_is_found() {
    attacked(
        |w| format!("DELETE FROM audit WHERE tenant_id = '{}' AND seq IN (3, 4)", w.ours),
        |_, faults| assert_eq!(faults, [Fault::Missing { from: 3, to: 4 }]),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_and_counting_anew_is_found() {
    attacked(
        |w| {
            format!(
                "DELETE FROM audit WHERE tenant_id = '{0}' AND seq = 3; \
                 UPDATE audit SET seq = 3 WHERE tenant_id = '{0}' AND seq = 4; \
                 UPDATE audit SET seq = 4 WHERE tenant_id = '{0}' AND seq = 10; \
                 DELETE FROM audit WHERE tenant_id = '{0}' AND seq > 4",
                w.ours
            )
        },
        |_, faults| assert!(faults.contains(&Fault::Changed { seq: 3 }), "{faults:?}"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_in_another_order_are_found() {
    attacked(
        |w| {
            format!(
                "UPDATE audit SET seq = 1000 WHERE tenant_id = '{0}' AND seq = 5; \
                 UPDATE audit SET seq = 5 WHERE tenant_id = '{0}' AND seq = 6; \
                 UPDATE audit SET seq = 6 WHERE tenant_id = '{0}' AND seq = 1000",
                w.ours
            )
        },
        |_, faults| {
            assert!(faults.contains(&Fault::Changed { seq: 5 }), "{faults:?}");
            assert!(faults.contains(&Fault::Changed { seq: 6 }), "{faults:?}");
        },
    )
    .await;
}

/// Cuts the end off so that the rest fits itself, the chain's own note included.
fn cut(tenant: &str, last: i64) -> String {
    format!(
        "DELETE FROM audit WHERE tenant_id = '{tenant}' AND seq > {last}; \
         UPDATE audit_heads SET seq = {last}, mac = \
            (SELECT mac FROM audit WHERE tenant_id = '{tenant}' AND seq = {last}) \
         WHERE tenant_id = '{tenant}'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_end_is_found_by_the_signed_heads() {
    attacked(
        |w| cut(&w.ours, 7),
        |_, faults| assert!(faults.len() == 1 && is_cut(&faults, 7, 10), "{faults:?}"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_off_end_is_found_by_the_chain_s_own_note() {
    attacked(
        |w| format!("DELETE FROM audit WHERE tenant_id = '{}' AND seq > 7", w.ours),
        |_, faults| assert_eq!(faults[0], Fault::End { last: 7, noted: 10 }),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_was_cut_off_and_grew_again_is_found() {
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let watched = Watched::new(f).await;
        db.tamper(&cut(&watched.ours, 7));
        watched.act(6).await;
        let faults = watched.faults_of(&watched.ours).await;
        assert!(matches!(faults[..], [Fault::Replaced { seq: 10, .. }]), "{faults:?}");
        let exported = watched.export().await;
        assert_eq!(exported.heads, 0, "what is broken is not signed");
        assert!(matches!(exported.broken[..], [(_, Fault::Replaced { seq: 10, .. })]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_gone_is_found() {
    for whole_business in [false, true] {
        each_with_its_database(async |f: Fixture, db: &TestDb| {
            let watched = Watched::new(f).await;
            let ours = &watched.ours;
            if whole_business {
                let tenant = watched.owner.ctx.tenant.clone();
                watched.f.app.db.write(move |c| store::tenants::delete(c, &tenant)).await.unwrap();
                assert!(watched.verify().await.is_whole(), "a business may go, its chain stays");
            }
            db.tamper(&format!(
                "DELETE FROM audit WHERE tenant_id = '{ours}'; \
                 DELETE FROM audit_heads WHERE tenant_id = '{ours}'"
            ));
            let faults = watched.faults_of(ours).await;
            assert!(faults.contains(&Fault::Gone) && is_cut(&faults, 0, 10), "{faults:?}");
            let exported = watched.export().await;
            assert!(matches!(&exported.broken[..], [(of, Fault::Cut { .. })] if of == ours));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_whose_chain_went_before_the_first_head_is_found() {
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let owner = f.first_run().await;
        db.tamper("DELETE FROM audit; DELETE FROM audit_heads");
        let report = verify(&f.app.db, &f.app.vault, Vec::new()).await.unwrap();
        let (of, walked) = &report.chains[0];
        assert_eq!((of, &*walked.faults), (&owner.ctx.tenant.to_string(), &[Fault::Gone][..]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chains_that_changed_places_are_found() {
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let watched = Watched::new(f).await;
        let (ours, theirs) = (&watched.ours, &watched.theirs);
        for table in ["audit", "audit_heads"] {
            db.tamper(&format!(
                "UPDATE {table} SET tenant_id = 'between' WHERE tenant_id = '{ours}'; \
                 UPDATE {table} SET tenant_id = '{ours}' WHERE tenant_id = '{theirs}'; \
                 UPDATE {table} SET tenant_id = '{theirs}' WHERE tenant_id = 'between'"
            ));
        }
        for tenant in [ours, theirs] {
            let faults = watched.faults_of(tenant).await;
            assert!(faults.contains(&Fault::Changed { seq: 1 }), "{faults:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_head_is_found_in_the_log() {
    each_with_its_database(async |f: Fixture, _db: &TestDb| {
        let watched = Watched::new(f).await;
        watched.act(2).await;
        watched.export().await;
        let file = watched.file(&watched.places.dir);
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        let forged = text.replacen("\"seq\":12", "\"seq\":9", 1);
        let reordered = [lines[1], lines[0], lines[2], ""].join("\n");
        let without_one = [lines[0], lines[2], ""].join("\n");
        let nonsense = format!("{text}nonsense\n");
        let twice = format!("{text}{}\n", lines[2]);
        for bad in [forged, reordered, without_one, nonsense, twice] {
            std::fs::write(&file, &bad).unwrap();
            assert!(!watched.verify().await.log.is_empty(), "{bad}");
        }
        // A power cut in the middle of a line is none of anybody's doing.
        std::fs::write(&file, format!("{text}{}", &lines[2][..40])).unwrap();
        assert!(watched.verify().await.is_whole());
        watched.act(1).await;
        assert_eq!(watched.export().await.heads, 1);
        assert!(watched.verify().await.is_whole());
        // Heads of another installation prove nothing here.
        let other = vault::Vault::new(
            vault::RootKey::from_secret(&domain::Secret::new(vec![8; 32])).unwrap(),
        );
        let key = heads::signer(&other).public_key();
        let contents = read_logs(vec![watched.places.dir.clone()], key).await.unwrap();
        assert!(contents.lines == 0 && !contents.faults.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_follows_the_log_and_finds_it_shortened() {
    each_with_its_database(async |f: Fixture, db: &TestDb| {
        let watched = Watched::new(f).await;
        let copy = watched.places.copy.clone().unwrap();
        let (log, copied) = (watched.file(&watched.places.dir), watched.file(&copy));
        let first = std::fs::read(&log).unwrap();
        assert_eq!(std::fs::read(&copied).unwrap(), first);
        // Away for a while, cut off in the middle of a line: it catches up.
        std::fs::write(&copied, &first[..first.len() - 9]).unwrap();
        watched.act(1).await;
        assert!(watched.export().await.log.is_empty());
        let second = std::fs::read(&log).unwrap();
        assert_eq!(std::fs::read(&copied).unwrap(), second);
        // Database and log taken back together: only the copy knows better.
        std::fs::write(&log, &first).unwrap();
        db.tamper(&cut(&watched.ours, 10));
        assert!(watched.verify().await.is_whole());
        assert_eq!(watched.export().await.log.len(), 1);
        let app = &watched.f.app;
        let logs = vec![watched.places.dir.clone(), copy];
        let report = verify(&app.db, &app.vault, logs).await.unwrap();
        let ours = report.chains.iter().find(|(of, _)| *of == watched.ours).unwrap();
        assert!(is_cut(&ours.1.faults, 10, 11), "{report:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_month_begins_with_every_chain() {
    each_with_its_database(async |f: Fixture, _db: &TestDb| {
        let watched = Watched::new(f).await;
        watched.f.clock.advance_millis(40 * 24 * 3_600_000);
        // Nothing grew, but the new file must say where everything was.
        assert_eq!(watched.export().await.heads, 2);
        assert_eq!(watched.export().await.heads, 0);
        assert_eq!(log::files(&watched.places.dir).unwrap().len(), 2);
        assert!(watched.verify().await.is_whole());
        // Two at once: one waits for another time.
        let held = log::Writer::open(&watched.places.dir).unwrap();
        watched.act(1).await;
        assert_eq!(watched.export().await.heads, 0);
        drop(held);
        assert_eq!(watched.export().await.heads, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_whose_oldest_heads_are_gone_is_not_whole() {
    each_with_its_database(async |f: Fixture, _db: &TestDb| {
        let watched = Watched::new(f).await;
        watched.f.clock.advance_millis(40 * 24 * 3_600_000);
        assert_eq!(watched.export().await.heads, 2);
        let files = log::files(&watched.places.dir).unwrap();
        let first = std::fs::read_to_string(&files[0]).unwrap();
        // Its first line, and then the whole of it.
        let (_, rest) = first.split_once('\n').unwrap();
        std::fs::write(&files[0], rest).unwrap();
        let shortened = watched.verify().await.log;
        assert!(matches!(&shortened[..], [log::LogFault::Unlinked { line: 1, .. }]), "{shortened:?}");
        std::fs::remove_file(&files[0]).unwrap();
        let without = watched.verify().await.log;
        let at = |fault: &log::LogFault| matches!(fault, log::LogFault::Unlinked { file, line: 1 } if *file == files[1]);
        assert!(without.len() == 1 && at(&without[0]), "{without:?}");
        std::fs::write(&files[0], first).unwrap();
        assert!(watched.verify().await.is_whole());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_verifies_with_the_public_key_alone() {
    each_with_its_database(async |f: Fixture, _db: &TestDb| {
        let watched = Watched::new(f).await;
        let app = &watched.f.app;
        let mut file = Vec::new();
        assert!(export_entries(&app.db, None, &mut file).await.unwrap() > 10);
        let key: vault::PublicKey =
            heads::signer(&app.vault).public_key().to_string().parse().unwrap();
        let contents = Arc::new(read_logs(vec![watched.places.dir.clone()], key).await.unwrap());
        let check = |text: &str| verify_entries(&mut text.as_bytes(), &contents, None);
        let text = String::from_utf8(file).unwrap();
        let report = check(&text).unwrap();
        assert!(report.is_whole() && report.chains.len() == 2, "{report:?}");
        let ours = &report.chains.iter().find(|(of, _)| *of == watched.ours).unwrap().1;
        assert_eq!(ours.signed.as_ref().map(|signed| signed.seq), Some(10));
        let broken = |text: String| assert!(!check(&text).unwrap().is_whole(), "{text}");
        broken(text.replacen("person.created", "person.deleted", 1));
        broken(text.replacen("192.0.2.1", "192.0.2.2", 1));
        let lines: Vec<&str> = text.lines().collect();
        for at in 0..lines.len() {
            let mut fewer = lines.clone();
            fewer.remove(at);
            broken(format!("{}\n", fewer.join("\n")));
        }
        let of_one = |line: &&str| line.contains(&format!("\"tenant\":\"{}\"", watched.ours));
        let one: Vec<&str> = lines.iter().copied().filter(|line| of_one(line)).collect();
        let one = one.join("\n");
        broken(one.clone());
        let only = verify_entries(&mut one.as_bytes(), &contents, Some(&watched.ours)).unwrap();
        assert!(only.is_whole(), "{only:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_signs_every_so_often_and_once_more_when_it_ends() {
    use std::time::Duration;
    each_with_its_database(async |f: Fixture, _: &TestDb| {
        let watched = Watched::new(f).await;
        let lines = || {
            let text = std::fs::read_to_string(watched.file(&watched.places.dir)).unwrap();
            text.lines().count()
        };
        let grown = async |from: usize| {
            for _ in 0..500 {
                if lines() > from {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("nobody signed");
        };
        let start = |every| {
            let (stop, stopped) = tokio::sync::watch::channel(false);
            let (app, places) = (watched.f.app.clone(), watched.places.clone());
            (stop, tokio::spawn(run(app, places, every, stopped)))
        };
        let (stop, often) = start(Duration::from_millis(20));
        for _ in 0..2 {
            let before = lines();
            watched.act(1).await;
            grown(before).await;
        }
        stop.send(true).unwrap();
        often.await.unwrap();
        // One that would come again in an hour: what happened since is signed when it ends, whether
        // somebody says so or whoever would is gone.
        for says_so in [true, false] {
            let before = lines();
            watched.act(1).await;
            let (stop, seldom) = start(Duration::from_secs(3_600));
            grown(before).await;
            watched.act(1).await;
            assert_eq!(lines(), before + 1);
            if says_so {
                stop.send(true).unwrap();
            }
            drop(stop);
            seldom.await.unwrap();
            assert_eq!(lines(), before + 2, "{says_so}");
            assert_eq!(watched.export().await.heads, 0, "nothing is left to sign");
        }
    })
    .await;
}
