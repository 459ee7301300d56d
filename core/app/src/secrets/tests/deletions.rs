//! Deleting a business: killed at each step, come back with an older database, and refused where it
//! could not be remembered.

use std::io::Write;

use domain::DocumentId;
use store::data_keys::DataKey;
use store::tenants::Tenant;

use super::*;
use crate::deletions::{self, Step};
use crate::vault_state;

/// A business with something in the vault, in the tables and on the disk.
async fn furnished(f: &Fixture, n: u8) -> TenantId {
    f.clock.advance_millis(1_000);
    let tenant = business(&f.app, n).await;
    set_in(&f.app, &tenant, &name("r1"), "one").await;
    let id = DocumentId::new(&*f.app.clock, &*f.app.rng);
    let mut body = f.app.blobs.create(&tenant, &id).unwrap();
    body.write_all(b"sealed").unwrap();
    body.commit().unwrap();
    let (app, of) = (f.app.clone(), tenant.clone());
    let job = crate::jobs::new_job(&app, &of, "calendar.push", serde_json::json!({}));
    let now = app.clock.now();
    f.app.db.write(move |c| store::jobs::enqueue(c, &job, now)).await.unwrap();
    tenant
}

async fn is_there(app: &App, tenant: &TenantId) -> bool {
    let of = tenant.clone();
    app.db.read(move |c| store::tenants::find(c, &of)).await.unwrap().is_some()
}

/// Checks that nothing of it is left but its chain, which tells of this many deletions.
async fn assert_gone(app: &App, tenant: &TenantId, deletions: usize) {
    assert!(!is_there(app, tenant).await);
    let of = tenant.clone();
    let rows = app.db.write(move |c| store::deletions::clear(c, &of, 10)).await.unwrap();
    assert_eq!(rows, 0, "rows are left");
    assert_eq!(app.blobs.delete_all(tenant).unwrap(), 0, "bodies are left");
    let record = deletions::find_deletion(app, tenant).await.unwrap().unwrap();
    assert!(record.ended_at.is_some(), "{record:?}");
    let of = tenant.clone();
    let list = move |c: &mut store::Conn| store::audit::list_chain(c, &of, 0, 10_000);
    let chain = app.db.read(list).await.unwrap();
    let told = chain.iter().filter(|entry| entry.action == "tenant.deleted").count();
    assert_eq!(told, deletions);
    let report = crate::audit::verify::verify(&app.db, &app.vault, Vec::new()).await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

async fn assert_untouched(app: &App, tenant: &TenantId) {
    assert!(is_there(app, tenant).await);
    assert_eq!(outcome(get_in(app, tenant, &name("r1")).await), plain("one"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_killed_after_any_step_is_gone_on_with_at_the_next_start() {
    each(async |f| {
        let other = furnished(&f, 9).await;
        for done in 0..=Step::ALL.len() {
            let tenant = furnished(&f, 10 + u8::try_from(done).unwrap()).await;
            for step in &Step::ALL[..done] {
                deletions::take(&f.app, &tenant, *step, false).await.unwrap();
            }
            f.clock.advance_millis(1_000);
            let app = f.restarted().await;
            vault_state::open_all(&app).await.unwrap();
            if done == 0 {
                assert_untouched(&app, &tenant).await;
            } else {
                assert_gone(&app, &tenant, 1).await;
            }
            assert_untouched(&app, &other).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_killed_between_rows_is_gone_on_with_and_may_be_asked_for_again() {
    each(async |f| {
        let tenant = furnished(&f, 3).await;
        for step in [Step::List, Step::Keys, Step::Bodies] {
            // Twice is once.
            deletions::take(&f.app, &tenant, step, false).await.unwrap();
            deletions::take(&f.app, &tenant, step, false).await.unwrap();
        }
        let of = tenant.clone();
        let gone = f.app.db.write(move |c| store::deletions::clear(c, &of, 1)).await.unwrap();
        assert_eq!(gone, 1);
        assert!(get_in(&f.app, &tenant, &name("r1")).await.is_err(), "a key is left");
        let record = deletions::delete_business(&f.app, &tenant, "Business 3").await.unwrap();
        assert!(!record.again && record.document_count == 1, "{record:?}");
        assert_eq!(
            record.row_count, 7,
            "its member, a pipeline, five stages; the test took the job"
        );
        assert_gone(&f.app, &tenant, 1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_dropped_at_any_moment_leaves_all_or_comes_to_its_end() {
    each(async |f| {
        let mut ended = 0;
        for n in 0..12_u8 {
            let tenant = furnished(&f, 30 + n).await;
            let name = format!("Business {}", 30 + n);
            let deletion = deletions::delete_business(&f.app, &tenant, &name);
            let _ = tokio::time::timeout(Duration::from_micros(400 * u64::from(n)), deletion).await;
            // What was begun in the database ends even so.
            tokio::time::sleep(Duration::from_millis(200)).await;
            f.clock.advance_millis(1_000);
            let app = f.restarted().await;
            vault_state::open_all(&app).await.unwrap();
            if is_there(&app, &tenant).await {
                assert_untouched(&app, &tenant).await;
                deletions::delete_business(&app, &tenant, &name).await.unwrap();
            } else {
                ended += 1;
            }
            assert_gone(&app, &tenant, 1).await;
        }
        assert!(ended > 0, "nothing was dropped half-way");
    })
    .await;
}

/// What an older database has of a business.
async fn kept(f: &Fixture, tenant: &TenantId) -> (Tenant, DataKey) {
    let of = tenant.clone();
    let look = move |c: &mut store::Conn| {
        let key = store::data_keys::find(c, &of, 1)?.ok_or(store::Error::NotFound)?;
        Ok((store::tenants::get(c, &of)?, key))
    };
    f.app.db.read(look).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_database_loses_a_deleted_business_again_and_the_record_says_so() {
    each(async |f| {
        let tenant = furnished(&f, 3).await;
        let (row, key) = kept(&f, &tenant).await;
        let first = deletions::delete_business(&f.app, &tenant, " Business 3 ").await.unwrap();
        assert!(!first.again);
        assert_gone(&f.app, &tenant, 1).await;
        f.tamper(move |c| {
            store::tenants::insert(c, &row)?;
            store::data_keys::insert(c, &key)
        })
        .await;
        f.clock.advance_millis(60_000);
        let app = f.restarted().await;
        vault_state::open_all(&app).await.unwrap();
        assert_gone(&app, &tenant, 2).await;
        let second = deletions::find_deletion(&app, &tenant).await.unwrap().unwrap();
        assert!(second.again && second.begun_at > first.begun_at, "{second:?}");
        let all = app.db.read(|c| store::deletions::list(c, 10)).await.unwrap();
        assert_eq!(all, [second, first]);
    })
    .await;
}

fn is_unlisted<T: std::fmt::Debug>(result: Result<T>) {
    let unlisted = matches!(result, Err(Error::Unavailable { key: "error-deletion-list", .. }));
    assert!(unlisted, "{result:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_remembered_outside_is_not_deleted() {
    each(async |f| {
        let tenant = furnished(&f, 3).await;
        let mark = f.folder.path().join(format!("vault/{tenant}.deleted"));
        std::fs::create_dir(&mark).unwrap();
        is_unlisted(deletions::delete_business(&f.app, &tenant, "Business 3").await);
        assert_untouched(&f.app, &tenant).await;
        std::fs::remove_dir(&mark).unwrap();
        let off = parts::put_together_with(f.app.db.clone(), f.clock.clone(), Witness::default());
        is_unlisted(deletions::delete_business(&off, &tenant, "Business 3").await);
        assert_untouched(&f.app, &tenant).await;
        for typed in ["", "Business 1", "business 3"] {
            let refused = deletions::delete_business(&f.app, &tenant, typed).await;
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{typed}");
        }
        assert_untouched(&f.app, &tenant).await;
        assert!(deletions::find_deletion(&f.app, &tenant).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_that_can_not_be_read_keeps_the_house_shut() {
    each(async |f| {
        let (tenant, gone) = (furnished(&f, 3).await, furnished(&f, 4).await);
        deletions::delete_business(&f.app, &gone, "Business 4").await.unwrap();
        let place = |of: &TenantId| f.folder.path().join(format!("vault/{of}.deleted"));
        let mark = place(&tenant);
        let another = std::fs::read(place(&gone)).unwrap();
        for wrong in [&b""[..], b"\xff\xfe", b"18446744073709551615 00\n", &another] {
            std::fs::write(&mark, wrong).unwrap();
            is_unlisted(vault_state::open_all(&f.restarted().await).await);
        }
        std::fs::remove_file(&mark).unwrap();
        std::fs::create_dir(&mark).unwrap();
        is_unlisted(vault_state::open_all(&f.restarted().await).await);
        std::fs::remove_dir(&mark).unwrap();
        let app = f.restarted().await;
        // The folder away is no list without entries.
        std::fs::rename(mark.parent().unwrap(), f.folder.path().join("away")).unwrap();
        is_unlisted(vault_state::open_all(&app).await);
        std::fs::rename(f.folder.path().join("away"), mark.parent().unwrap()).unwrap();
        vault_state::open_all(&app).await.unwrap();
        assert_untouched(&app, &tenant).await;
    })
    .await;
}
