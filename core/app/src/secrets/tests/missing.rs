//! Secrets that went without the manifest's knowing, as an earlier version's removal of a plugin did.

use super::*;
use crate::vault_state;

async fn deleted_past_the_manifest(f: &Fixture) {
    let tenant = f.tenant.clone();
    f.tamper(move |c| store::secrets::delete_owner(c, &tenant, "acme/cloud").map(drop)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_listed_taken_off_at_a_word_and_set_anew() {
    each(async |f| {
        let elsewhere = Name { owner: "other/cloud".into(), name: "tokens", record: "1".into() };
        for record in ["1", "2", "3"] {
            f.set(&name(record), "a token").await;
        }
        f.set(&elsewhere, "kept").await;
        assert_eq!(vault_state::find_missing(&f.app, &f.tenant).await.unwrap().count(), 0);
        deleted_past_the_manifest(&f).await;
        assert_eq!(outcome(f.get(&name("1")).await), Err("secret-deleted".to_owned()));
        let missing = vault_state::find_missing(&f.app, &f.tenant).await.unwrap();
        assert_eq!((missing.named.len(), missing.unnamed), (0, 3), "no connection tells the names");
        // Looking changes nothing.
        assert_eq!(outcome(f.get(&name("1")).await), Err("secret-deleted".to_owned()));
        assert_eq!(vault_state::verify(&f.app, &f.tenant).await.unwrap().findings.len(), 3);

        assert_eq!(vault_state::forget_missing(&f.app, &f.tenant).await.unwrap(), missing);
        assert_eq!(vault_state::verify(&f.app, &f.tenant).await.unwrap().findings, []);
        assert_eq!(outcome(f.get(&name("1")).await), Ok(None));
        assert_eq!(outcome(f.get(&elsewhere).await), Ok(Some("kept".to_owned())));
        f.set(&name("1"), "anew").await;
        assert_eq!(outcome(f.get(&name("1")).await), Ok(Some("anew".to_owned())));
        let tenant = f.tenant.clone();
        let list = move |c: &mut store::Conn| store::audit::list_chain(c, &tenant, 0, 10_000);
        let chain = f.app.db.read(list).await.unwrap();
        let told: Vec<_> =
            chain.iter().filter(|entry| entry.action == "vault.missing-forgotten").collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail_json.0["count"], 3);
        // Twice is once.
        assert_eq!(vault_state::forget_missing(&f.app, &f.tenant).await.unwrap().count(), 0);
        // After a restart the counter outside agrees.
        let restarted = f.restarted().await;
        assert_eq!(vault_state::verify(&restarted, &f.tenant).await.unwrap().findings, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_gone_is_taken_off_and_nothing_where_the_manifest_is_not_to_be_trusted() {
    each(async |f| {
        f.set(&name("1"), "first").await;
        f.set(&name("2"), "second").await;
        let (first, second) = (f.row(&name("1")).await.unwrap(), f.row(&name("2")).await.unwrap());
        // One is replaced by the other's envelope: that is no deletion, and stays a finding.
        f.put_row(SealedSecret { envelope: second.envelope.clone(), ..first.clone() }).await;
        let forgotten = vault_state::forget_missing(&f.app, &f.tenant).await.unwrap();
        assert_eq!(forgotten.count(), 0);
        assert_eq!(outcome(f.get(&name("1")).await), Err("secret-replaced".to_owned()));
        f.put_row(first).await;
        let tenant = f.tenant.clone();
        f.tamper(move |c| store::vault_state::delete_buckets(c, &tenant).map(drop)).await;
        assert!(matches!(
            vault_state::forget_missing(&f.app, &f.tenant).await,
            Err(Error::Unavailable { key: "error-secrets-untrusted", .. })
        ));
    })
    .await;
}
