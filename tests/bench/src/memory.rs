//! Resident memory of a server at rest, with one business and with a thousand.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use app::tenants::BusinessInput;
use domain::TenantId;

use crate::client::{self, Client};
use crate::place::{Build, Place};
use crate::report::{Report, Row};
use crate::server::Server;
use crate::webhooks::{KEY, delivery};

const TENANTS: usize = 1_000;
/// Deliveries made before rest, as many with one business as with a thousand.
const DELIVERIES: usize = TENANTS;
const PAGES: usize = 50;
const MEBI: f64 = 1024.0 * 1024.0;

/// Measures a server without plugins, with plugins, and with a thousand businesses that use one.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    let place = Place::new(build, "memory").await?;
    place.set_signing_key(&place.owner, KEY).await?;
    let one = vec![place.owner.tenant.clone()];
    let nowhere = build.folder.join("nothing");
    let without = {
        let server = Server::start(build, &place.data, "all", &[&nowhere])?;
        visit(&server, &place.session).await?;
        at_rest(&server).await?
    };
    let with_plugins = {
        let server = Server::start(build, &place.data, "all", &build.all_packages())?;
        visit(&server, &place.session).await?;
        at_rest(&server).await?
    };
    report.add(
        Row::new("memory at rest, plugins loaded", with_plugins / MEBI, "MiB")
            .against("no plugins", without / MEBI)
            .below(80.0 * 1e6 / MEBI),
    );
    let used_by_one = after_use(build, &place, &place.session, &one).await?;
    let (session, all) = thousand(&place).await?;
    let used_by_all = after_use(build, &place, &session, &all).await?;
    report.add(
        Row::new("memory at rest after a thousand plugin calls", used_by_one / MEBI, "MiB")
            .against("before them", with_plugins / MEBI)
            .below(80.0 * 1e6 / MEBI),
    );
    report.add(
        Row::new("the same, each for another of 1,000 businesses", used_by_all / MEBI, "MiB")
            .against("for one business", used_by_one / MEBI)
            .at_most_times(1.1),
    );
    Ok(())
}

/// Starts, looks at pages, has every delivery handed to the plugin, and rests.
async fn after_use(
    build: &Build,
    place: &Place,
    session: &str,
    tenants: &[TenantId],
) -> Result<f64> {
    let before = handled(place).await?;
    let server = Server::start(build, &place.data, "all", &build.all_packages())?;
    visit(&server, session).await?;
    let mut client = Client::connect(server.port).await?;
    let numbers = (before..).take(DELIVERIES);
    for (number, tenant) in numbers.zip(tenants.iter().cycle()) {
        let request = delivery(server.port, tenant.as_str(), u64::try_from(number)?)?;
        let (status, _) = client.send(&request).await?;
        ensure!(status == 204, "a delivery was answered with {status}");
    }
    for _ in 0..600 {
        if handled(place).await? - before >= i64::try_from(DELIVERIES)? {
            return at_rest(&server).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("deliveries were not handed over within a minute")
}

async fn handled(place: &Place) -> Result<i64> {
    place.count("SELECT count(handled_at) AS count FROM inbox").await
}

async fn visit(server: &Server, session: &str) -> Result<()> {
    server.first_page("/sign-in").await?;
    let mut client = Client::connect(server.port).await?;
    for path in ["/", "/calendar", "/people", "/plugins"] {
        for _ in 0..PAGES {
            let (status, _) = client.send(&client::page(server.port, path, session)).await?;
            ensure!(status == 200, "{path} answered {status}");
        }
    }
    Ok(())
}

/// What stays when nothing has happened for a while.
async fn at_rest(server: &Server) -> Result<f64> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    server.resident_bytes()
}

/// Further businesses of the same owner, each with every plugin on.
async fn thousand(place: &Place) -> Result<(String, Vec<TenantId>)> {
    let (mut session, mut tenants) = (place.session.clone(), vec![place.owner.tenant.clone()]);
    while tenants.len() < TENANTS {
        let login = place.context(&session).await?.login;
        let input = BusinessInput {
            business: format!("Business {}", tenants.len()),
            locale: "he".to_owned(),
            zone: "Asia/Jerusalem".to_owned(),
            currency: "ILS".to_owned(),
        };
        session = app::tenants::add_business(&place.app, &login, input).await?.token;
        let ctx = place.context(&session).await?.context.context("the owner is in no business")?;
        place.enable_all(&ctx).await?;
        place.set_signing_key(&ctx, KEY).await?;
        tenants.push(ctx.tenant);
    }
    Ok((session, tenants))
}
