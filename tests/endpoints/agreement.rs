//! Agreed with the specification's own reference library, which verifies what comes and signs the same.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use oxpi_tests::python;
use serde_json::{Value, json};

use super::world::{HOOKS, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_library_verifies_what_comes_and_signs_the_same() {
    agreed().await.unwrap();
}

#[allow(clippy::disallowed_methods, reason = "the library looks at the real time")]
async fn agreed() -> Result<()> {
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    let w = World::start(store::testing::sqlite().await, now).await?;
    let (id, first) = w.add(HOOKS, &[]).await?;
    w.person("נועה לוי — “Noa” 🌸").await?;
    w.work().await?;
    let second = w.rotate(&id, "").await?;
    w.task("Order \\ranunculus\n").await?;
    w.work().await?;
    let got = w.receiver.got();
    assert_eq!(got.len(), 2);
    let asked = |message: &oxpi_tests::receiver::Message, body: &str| json!({"headers": message.headers, "body": body});
    let late = {
        let mut message = got[0].clone();
        message.headers.insert("webhook-timestamp".to_owned(), (now / 1_000 - 400).to_string());
        message
    };
    let messages = vec![
        asked(&got[0], &got[0].body),
        // Signed by the new secret and by this one.
        asked(&got[1], &got[1].body),
        asked(&got[0], &got[0].body.replace("person", "persen")),
        asked(&late, &late.body),
        asked(&got[0], &got[1].body),
    ];
    let told = told(&json!({"secret": first, "messages": messages}))?;
    let verifies: Vec<_> = told.iter().map(|one| one["verifies"].as_bool()).collect();
    assert_eq!(verifies, [true, true, false, false, false].map(Some));
    assert_eq!(told[0]["signed"], got[0].header("webhook-signature"));
    let both: Vec<&str> = got[1].header("webhook-signature").split(' ').collect();
    assert_eq!(told[1]["signed"], both[1]);

    let told = self::told(&json!({"secret": second, "messages": messages[..2]}))?;
    assert_eq!(told[0]["verifies"], false, "signed before there was this secret");
    assert_eq!((&told[1]["verifies"], &told[1]["signed"]), (&json!(true), &json!(both[0])));
    Ok(())
}

/// What the library says of messages and a secret; see `standardwebhooks/receiver.py`.
pub(crate) fn told(asked: &Value) -> Result<Vec<Value>> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let python = python::environment(cache, "standardwebhooks")?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/standardwebhooks/receiver.py");
    let said = python::run_on(Command::new(python).args(["-B", script]), &asked.to_string())?;
    Ok(serde_json::from_str(&said)?)
}
