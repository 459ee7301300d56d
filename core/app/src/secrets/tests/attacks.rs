//! What somebody may try who can write to the database. Every attempt is a typed error and an entry
//! in the audit chain; none gives a plaintext, none a panic.

use store::secrets::SealedSecret;

use super::*;
use crate::deletions::{self, Step};
use crate::vault_state;

/// The wrapped bytes of a tenant's first data key, and a way to put others there.
async fn set_wrapped(f: &Fixture, tenant: &TenantId, bytes: Vec<u8>) {
    let tenant = tenant.clone();
    f.tamper(move |c| {
        let key = store::data_keys::find(c, &tenant, 1)?.unwrap();
        store::data_keys::rewrap(c, &key, key.epoch, &bytes)
    })
    .await;
}

async fn wrapped(f: &Fixture, tenant: &TenantId) -> Vec<u8> {
    let tenant = tenant.clone();
    f.app.db.read(move |c| store::data_keys::find(c, &tenant, 1)).await.unwrap().unwrap().wrapped
}

/// The whole state of a tenant's manifest.
#[derive(Clone)]
struct Manifest {
    root: Vec<u8>,
    buckets: Vec<(i64, Vec<u8>)>,
}

impl Fixture {
    async fn manifest(&self) -> Manifest {
        let tenant = self.tenant.clone();
        let read = move |c: &mut store::Conn| {
            let root = store::vault_state::find_root(c, &tenant)?.unwrap();
            Ok(Manifest { root, buckets: store::vault_state::list_buckets(c, &tenant)? })
        };
        self.app.db.read(read).await.unwrap()
    }

    async fn put_manifest(&self, manifest: Manifest, with_root: bool) {
        let (tenant, now) = (self.tenant.clone(), self.app.clock.now());
        self.tamper(move |c| {
            for (at, bucket) in &manifest.buckets {
                store::vault_state::put_bucket(c, &tenant, *at as u8, bucket)?;
            }
            match with_root {
                true => store::vault_state::put_root(c, &tenant, 1, &manifest.root, now),
                false => Ok(()),
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_gone_is_noticed_when_it_is_asked_for() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        f.set(&name("r2"), "two").await;
        let row = f.row(&name("r1")).await.unwrap();
        f.tamper(move |c| {
            store::secrets::delete_record(c, &row.tenant_id, &row.owner, &row.record).map(drop)
        })
        .await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("secret-deleted"));
        f.told(&f.tenant, "secret-deleted").await;
        assert_eq!(outcome(f.get(&name("r2")).await), plain("two"), "the others go on");
        let report = vault_state::verify(&f.app, &f.tenant).await.unwrap();
        assert_eq!(report.findings, [("?".to_owned(), "secret-deleted")]);
        // Setting it anew ends it.
        f.set(&name("r1"), "again").await;
        assert_eq!(outcome(f.get(&name("r1")).await), plain("again"));
        assert!(vault_state::verify(&f.app, &f.tenant).await.unwrap().findings.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_version_put_back_is_noticed() {
    each(async |f| {
        f.set(&name("r1"), "old").await;
        let (old, before) = (f.row(&name("r1")).await.unwrap(), f.manifest().await);
        f.set(&name("r1"), "new").await;
        f.put_row(old.clone()).await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("secret-replaced"));
        f.told(&f.tenant, "secret-replaced").await;
        // With its bucket, too.
        f.put_manifest(before, false).await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("manifest-altered"));
        f.told(&f.tenant, "manifest-altered").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_older_database_is_noticed_by_the_counter_outside_until_it_is_accepted() {
    each(async |f| {
        f.set(&name("r1"), "old").await;
        let (old, before) = (f.row(&name("r1")).await.unwrap(), f.manifest().await);
        f.set(&name("r1"), "new").await;
        let version = f.get(&name("r1")).await.unwrap().unwrap().version;
        vault_state::settle(&f.app, &f.tenant).await.unwrap();
        f.put_row(old).await;
        f.put_manifest(before, true).await;
        // As it is met after the restart that putting a database back needs.
        let app = f.restarted().await;
        assert_eq!(outcome(get_in(&app, &f.tenant, &name("r1")).await), refused("rolled-back"));
        f.told(&f.tenant, "rolled-back").await;
        let report = vault_state::verify(&app, &f.tenant).await.unwrap();
        assert_eq!(report.findings, [("manifest".to_owned(), "rolled-back")]);
        // Without one, the running server notices when nothing older can be under way.
        f.clock.advance_millis(600_000);
        assert_eq!(outcome(f.get(&name("r1")).await), refused("rolled-back"));

        let accepted = vault_state::accept_restore(&app, &f.tenant).await.unwrap();
        assert_eq!((accepted.kept, accepted.removed), (1, vec![]));
        assert_eq!(outcome(get_in(&app, &f.tenant, &name("r1")).await), plain("old"));
        set_in(&app, &f.tenant, &name("r1"), "newer").await;
        let later = get_in(&app, &f.tenant, &name("r1")).await.unwrap().unwrap();
        assert!(later.version > version, "a version that was used once is not used again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manifest_that_is_gone_is_noticed_and_not_begun_anew() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        vault_state::settle(&f.app, &f.tenant).await.unwrap();
        let tenant = f.tenant.clone();
        f.tamper(move |c| store::vault_state::delete_root(c, &tenant)).await;
        let app = f.restarted().await;
        vault_state::open_all(&app).await.unwrap();
        let got = outcome(get_in(&app, &f.tenant, &name("r1")).await);
        assert_eq!(got, refused("manifest-missing"));
        f.told(&f.tenant, "manifest-missing").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_swapped_between_names_or_businesses_do_not_open() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        f.set(&name("r2"), "two").await;
        set_in(&f.app, &f.other, &name("r1"), "theirs").await;
        let (one, two) = (f.row(&name("r1")).await.unwrap(), f.row(&name("r2")).await.unwrap());
        f.put_row(SealedSecret { record: "r2".into(), ..one.clone() }).await;
        f.put_row(SealedSecret { record: "r1".into(), ..two }).await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("secret-replaced"));
        assert_eq!(outcome(f.get(&name("r2")).await), refused("secret-replaced"));
        f.told(&f.tenant, "secret-replaced").await;
        f.put_row(SealedSecret { tenant_id: f.other.clone(), ..one }).await;
        let theirs = get_in(&f.app, &f.other, &name("r1")).await;
        assert_eq!(outcome(theirs), refused("secret-replaced"));
        f.told(&f.other, "secret-replaced").await;
        // A row where none was.
        let theirs = f.row_of(&f.other, &name("r1")).await.unwrap();
        f.put_row(SealedSecret { record: "r9".into(), ..theirs }).await;
        let added = get_in(&f.app, &f.other, &name("r9")).await;
        assert_eq!(outcome(added), refused("secret-unlisted"));
        f.told(&f.other, "secret-unlisted").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_read_the_same_when_joined_are_not_the_same() {
    each(async |f| {
        let here = Name { owner: "acme".into(), name: "key", record: "s1".into() };
        let there = Name { owner: "acm".into(), name: "key", record: "es1".into() };
        f.set(&here, "one").await;
        let row = f.row(&here).await.unwrap();
        f.put_row(SealedSecret { owner: "acm".into(), record: "es1".into(), ..row }).await;
        assert_eq!(outcome(f.get(&there).await), refused("secret-unlisted"));
        assert_eq!(outcome(f.get(&here).await), plain("one"));
        f.told(&f.tenant, "secret-unlisted").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_truncation_and_every_flipped_bit_of_an_envelope_is_refused() {
    each(async |f| {
        f.set(&name("r1"), "a refresh token").await;
        let row = f.row(&name("r1")).await.unwrap();
        let cut = (0..row.envelope.len()).map(|len| row.envelope[..len].to_vec());
        let bent = (0..row.envelope.len() * 8).map(|bit| {
            let mut bytes = row.envelope.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        let mut lowered = row.envelope.clone();
        lowered[0] = 0;
        for envelope in cut.chain(bent).chain([lowered]) {
            let row = row.clone();
            f.tamper(move |c| store::secrets::reseal(c, &row, row.key_id, &envelope)).await;
            assert_eq!(outcome(f.get(&name("r1")).await), refused("secret-replaced"));
        }
        f.told(&f.tenant, "secret-replaced").await;
        f.tamper({
            let row = row.clone();
            move |c| store::secrets::reseal(c, &row, row.key_id, &row.envelope)
        })
        .await;
        assert_eq!(outcome(f.get(&name("r1")).await), plain("a refresh token"));
        assert_eq!(
            f.findings(&f.tenant).await,
            ["secret-replaced"],
            "told once, not a thousand times"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_truncation_and_every_flipped_bit_of_a_wrapped_key_is_refused() {
    each(async |f| {
        f.set(&name("r1"), "a refresh token").await;
        let right = wrapped(&f, &f.tenant).await;
        for len in 0..right.len() {
            set_wrapped(&f, &f.tenant, right[..len].to_vec()).await;
            assert_eq!(outcome(f.get(&name("r1")).await), refused("malformed"), "{len}");
        }
        for bit in 0..right.len() * 8 {
            let mut bent = right.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            set_wrapped(&f, &f.tenant, bent).await;
            let expected = if bit < 8 { "format-unknown" } else { "seal-refused" };
            assert_eq!(outcome(f.get(&name("r1")).await), refused(expected), "bit {bit}");
        }
        for finding in ["malformed", "format-unknown", "seal-refused"] {
            f.told(&f.tenant, finding).await;
        }
        set_wrapped(&f, &f.tenant, right).await;
        assert_eq!(outcome(f.get(&name("r1")).await), plain("a refresh token"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swapped_data_key_is_refused_for_reading_and_for_writing() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        let theirs = wrapped(&f, &f.other).await;
        set_wrapped(&f, &f.tenant, theirs).await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("seal-refused"));
        let (app, tenant) = (f.app.clone(), f.tenant.clone());
        let secret = Secret::from_text("two".into());
        let put = f.app.db.transact(move |c| {
            secrets::replace(&app, c, &tenant, &name("r1"), &secret).map(|()| None)
        });
        assert_eq!(outcome(put.await), refused("seal-refused"));
        f.told(&f.tenant, "seal-refused").await;
        // One that opens, of the same id, but another.
        let fresh = f.app.vault.new_data_key(&f.tenant, 1, 1).unwrap();
        set_wrapped(&f, &f.tenant, fresh.as_bytes().to_vec()).await;
        assert_eq!(outcome(f.get(&name("r1")).await), refused("seal-refused"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flipped_bit_of_the_manifest_is_refused() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        let right = f.manifest().await;
        // The root's first and last bytes and every byte of the bucket; the vault tests all of them.
        let root = right.root.len();
        for at in (0..32).chain(root - 40..root) {
            let mut bent = right.clone();
            bent.root[at] ^= 1;
            f.put_manifest(bent, true).await;
            assert_eq!(outcome(f.get(&name("r1")).await), refused("manifest-altered"), "{at}");
        }
        for at in 0..right.buckets[0].1.len() {
            let mut bent = right.clone();
            bent.buckets[0].1[at] ^= 1;
            f.put_manifest(bent, true).await;
            assert_eq!(outcome(f.get(&name("r1")).await), refused("manifest-altered"), "{at}");
        }
        f.told(&f.tenant, "manifest-altered").await;
        f.put_manifest(right, true).await;
        assert_eq!(outcome(f.get(&name("r1")).await), plain("one"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_whose_keys_were_destroyed_does_not_come_back_with_an_older_database() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        let (row, key) = (f.row(&name("r1")).await.unwrap(), wrapped(&f, &f.tenant).await);
        for step in [Step::List, Step::Keys] {
            deletions::take(&f.app, &f.tenant, step, false).await.unwrap();
        }
        assert_eq!(outcome(f.get(&name("r1")).await), refused("manifest-missing"));
        // As an older database has it.
        f.tamper(move |c| {
            let key = store::data_keys::DataKey {
                tenant_id: row.tenant_id.clone(),
                key_id: 1,
                epoch: 1,
                wrapped: key,
                state: store::data_keys::KeyState::Active,
                created_at: row.updated_at,
            };
            store::data_keys::insert(c, &key)?;
            store::secrets::put(c, &row, None)
        })
        .await;
        let app = f.restarted().await;
        vault_state::open_all(&app).await.unwrap();
        let left = app.db.read(store::tenants::list).await.unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].id, f.other, "the other business is untouched");
        assert!(f.row(&name("r1")).await.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_outside_that_was_written_by_hand_is_noticed() {
    each(async |f| {
        f.set(&name("r1"), "one").await;
        vault_state::settle(&f.app, &f.tenant).await.unwrap();
        let file = f.folder.path().join(format!("vault/{}.counter", f.tenant));
        std::fs::write(&file, format!("1 {}\n", "0".repeat(64))).unwrap();
        let app = f.restarted().await;
        assert_eq!(outcome(get_in(&app, &f.tenant, &name("r1")).await), refused("malformed"));
        f.told(&f.tenant, "malformed").await;
        vault_state::accept_restore(&app, &f.tenant).await.unwrap();
        assert_eq!(outcome(get_in(&app, &f.tenant, &name("r1")).await), plain("one"));
    })
    .await;
}
