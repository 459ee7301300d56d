//! A version that brings no data over is taken at once: the call that runs ends on the one it began with,
//! and the next is made to the new one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use app::appointments::{AppointmentInput, book_appointment};
use oxpi_tests::House;
use oxpi_tests::house::to;
use store::appointments::SyncState;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};

use super::*;

/// Stands before the provider and holds requests back.
struct Gate {
    port: u16,
    asked: Arc<Notify>,
    open: Arc<Semaphore>,
}

impl Gate {
    async fn before(provider: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let gate = Self {
            port: listener.local_addr()?.port(),
            asked: Arc::default(),
            open: Arc::new(Semaphore::new(0)),
        };
        let provider = provider.trim_start_matches("http://").to_owned();
        let (asked, open) = (Arc::clone(&gate.asked), Arc::clone(&gate.open));
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (asked, open, provider) = (asked.clone(), open.clone(), provider.clone());
                tokio::spawn(async move {
                    asked.notify_one();
                    let _pass = open.acquire().await;
                    let mut server = TcpStream::connect(provider).await?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Ok(gate)
    }
}

/// The calendar plugin's package under another version, in a folder of its own.
fn next_version(folder: &Path) -> Result<()> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/google-calendar");
    let package = oxpi_testkit::package_of(&source)?;
    let target = folder.join("google-calendar");
    std::fs::create_dir_all(target.join("locales"))?;
    for name in ["plugin.wasm", "icon.svg", "locales/en.ftl", "locales/he.ftl"] {
        std::fs::copy(package.join(name), target.join(name))?;
    }
    let manifest = std::fs::read_to_string(package.join("plugin.toml"))?;
    let newer = manifest.replace("\nversion = \"0.2.0\"", "\nversion = \"0.2.99\"");
    anyhow::ensure!(newer != manifest, "its version is another by now");
    Ok(std::fs::write(target.join("plugin.toml"), newer)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_runs_ends_on_the_version_it_began_with() {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        drained(&House::start(db).await.unwrap()).await.unwrap();
    }
}

async fn drained(house: &House) -> Result<()> {
    house.with_calendar().await?;
    let gate = Gate::before(&house.simulator.url).await?;
    let slow = house.another_way_out(to(&format!("http://127.0.0.1:{}", gate.port))?)?;
    let package = oxpi_testkit::package_of(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/google-calendar"),
    )?;
    plugins::load_packages(&slow, &[package.parent().context("a folder")?]).await;
    let booked = book(house, "First", 1).await?;
    let worker = slow.clone();
    let run = tokio::spawn(async move { jobs::run_due(&worker).await });
    tokio::time::timeout(Duration::from_secs(20), gate.asked.notified()).await?;

    let folder = tempfile::tempdir()?;
    next_version(folder.path())?;
    plugins::load_packages(&slow, &[folder.path()]).await;
    assert_eq!(plugins::upgrade_all(&slow).await?, 1, "it waits for nobody");
    let (tenant, id) = (house.owner.tenant.clone(), house.plugin.clone());
    let row = slow.db.read(move |c| store::tenant_plugins::get(c, &tenant, &id)).await?;
    assert_eq!((row.version.as_str(), row.enabled), ("0.2.99", true));
    assert!(!run.is_finished(), "the call still waits for the provider");
    assert_eq!(sync(house, &booked).await?, SyncState::Pending);
    gate.open.add_permits(1_000);
    run.await??;
    assert_eq!(sync(house, &booked).await?, SyncState::Synced, "it was not cut short");
    let next = book(house, "Second", 3).await?;
    jobs::run_due(&slow).await?;
    assert_eq!(sync(house, &next).await?, SyncState::Synced, "and the new version works");
    Ok(())
}

async fn book(house: &House, title: &str, hours: i64) -> Result<domain::AppointmentId> {
    let calendars = app::calendars::list_calendars(&house.app, &house.owner).await?;
    let now = house.app.clock.now();
    let input = AppointmentInput {
        person: None,
        title: title.to_owned(),
        notes: String::new(),
        location: String::new(),
        starts_at: now.plus_secs(hours * 3_600),
        ends_at: now.plus_secs((hours + 1) * 3_600),
        zone: house.owner.zone.clone(),
        online: false,
        calendar: Some(calendars.into_iter().next().context("no calendar")?.id),
    };
    house.clock.advance_millis(1);
    Ok(book_appointment(&house.app, &house.owner, input, "").await?.id)
}

async fn sync(house: &House, id: &domain::AppointmentId) -> Result<SyncState> {
    let (tenant, id) = (house.owner.tenant.clone(), id.clone());
    let found = house.app.db.read(move |c| store::appointments::find(c, &tenant, &id));
    Ok(found.await?.context("it is gone")?.sync_state)
}
