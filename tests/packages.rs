//! A plugin's life in versions: packages, publishers, consent, migration, the way back, off and gone.
//! The real rooms and the real sample plugin, in versions that differ in their manifests.

mod draining;
mod fences;
mod limits;
mod off;
mod publishers;
mod stops;
mod versions;

use anyhow::Result;
use app::{Error, jobs, plugins};
use oxpi_tests::shelf::{Shelf, as_it_is, package, publisher};

/// On both databases.
async fn each(test: impl AsyncFn(Shelf) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let shelf = Shelf::open(db.db.clone()).await.unwrap();
        test(shelf).await.unwrap();
    }
}

/// Version 1 is installed and on, and has counted once.
async fn started(shelf: &Shelf) -> Result<()> {
    shelf.install(package("1.0.0", &publisher(1), as_it_is)?).await?;
    plugins::enable_plugin(&shelf.app, &shelf.owner, &shelf.plugin, "1.0.0").await?;
    shelf.enqueue("count").await?;
    jobs::run_due(&shelf.app).await?;
    assert_eq!(shelf.kept("count").await?.as_deref(), Some("1"));
    Ok(())
}

/// What a page says of the plugin.
async fn page(shelf: &Shelf) -> Result<plugins::PluginPage> {
    Ok(plugins::get_plugin(&shelf.app, &shelf.owner, &shelf.plugin).await?)
}

fn key_of(error: Error) -> String {
    match error {
        Error::Conflict { key } | Error::Unavailable { key, .. } => key.to_owned(),
        Error::Invalid { key, .. } => key,
        other => other.to_string(),
    }
}

#[test]
fn every_manifest_of_ours_is_one_that_loads() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("sdk/testkit/sample"), root.join("tests/bench/plugin")];
    folders.extend(
        std::fs::read_dir(root.join("plugins")).unwrap().map(|entry| entry.unwrap().path()),
    );
    folders.retain(|folder| folder.join("plugin.toml").is_file());
    assert!(folders.len() > 2, "{folders:?}");
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("plugin.toml")).unwrap();
        let read = runtime::Manifest::parse(&text);
        assert!(read.is_ok(), "{}: {:?}", folder.display(), read.err());
    }
}
