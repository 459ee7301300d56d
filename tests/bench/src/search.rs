//! Finding among a million people in two languages, on each database, beside one look into the index and
//! nothing else. `--people` says how many.

use std::time::Instant;

use anyhow::Result;
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use domain::rng::SystemRng;
use domain::time::SystemClock;
use domain::{Clock, TenantId};
use store::tenants::{Colour, Tenant};
use store::{Db, DbOptions, Target};

use crate::crowd::Crowd;
use crate::measure::{Times, ms};
use crate::place;
use crate::report::{Report, Row};

/// How many people there are, where nobody says.
pub const PEOPLE: usize = 1_000_000;
const ASKED: usize = 400;
/// What all but one in twenty searches may take.
const GOAL_MS: f64 = 50.0;

/// Measures on both databases.
pub async fn measure(report: &mut Report, people: usize) -> Result<()> {
    let folder = tempfile::tempdir_in(place::target()?)?;
    let db =
        Db::open(&DbOptions::new(Target::Sqlite(folder.path().join("search.sqlite3")))).await?;
    db.migrate().await?;
    on(report, "SQLite", &db, people).await?;
    // Started beside this where there is none, and gone when dropped.
    let postgres = store::testing::postgres().await;
    on(report, "PostgreSQL", &postgres.db, people).await
}

async fn on(report: &mut Report, name: &str, db: &Db, people: usize) -> Result<()> {
    let tenant = a_tenant(db).await?;
    let crowd = Crowd::new(tenant.clone(), Vec::new());
    let start = Instant::now();
    crowd.come(db, (&SystemClock, &SystemRng), people, 1).await?;
    #[allow(clippy::cast_precision_loss, reason = "counts of some millions")]
    let rate = people as f64 / start.elapsed().as_secs_f64();
    report.add(Row::new(&format!("people taken in, {name}"), rate, "people a second"));
    for (what, queries) in queries(&crowd) {
        let (of, all) = (tenant.clone(), queries.clone());
        let times = db.read(move |c| asked(&all, |text| search(c, &of, text))).await?;
        let of = tenant.clone();
        let bare = db.read(move |c| asked(&queries, |text| look(c, &of, text))).await?;
        report.add(
            Row::new(&format!("search by {what}, {people} people, {name}, p95"), p95(&times), "ms")
                .against("one look into the index", p95(&bare))
                .below(GOAL_MS),
        );
    }
    Ok(())
}

fn p95(times: &Times) -> f64 {
    ms(times.share(0.95))
}

fn asked(
    queries: &[String],
    mut ask: impl FnMut(&str) -> store::Result<()>,
) -> store::Result<Times> {
    let mut times = Times::default();
    for text in queries {
        times.time(|| ask(text))?;
    }
    Ok(times)
}

/// As the palette asks: people, appointments and tasks.
fn search(c: &mut store::Conn, tenant: &TenantId, text: &str) -> store::Result<()> {
    store::people::search(c, tenant, text, 6)?;
    store::appointments::search(c, tenant, text, &[], SystemClock.now(), 6)?;
    store::tasks::search(c, tenant, text, 6).map(drop)
}

#[derive(diesel::QueryableByName)]
struct Thing {
    #[allow(dead_code, reason = "read, and no more")]
    #[diesel(sql_type = Text)]
    thing_id: String,
}

/// The first few with the very word.
fn look(c: &mut store::Conn, tenant: &TenantId, text: &str) -> store::Result<()> {
    // Enters the business's scope, as all do.
    store::tenants::find(c, tenant)?;
    let query = "SELECT thing_id FROM search_words \
         WHERE tenant_id = $1 AND kind = 'person' AND word = $2 ORDER BY thing_id DESC LIMIT 6";
    let found: Vec<Thing> =
        diesel::sql_query(query).bind::<Text, _>(tenant.as_str()).bind::<Text, _>(text).load(c)?;
    drop(found);
    Ok(())
}

/// What people type.
fn queries(crowd: &Crowd) -> Vec<(&'static str, Vec<String>)> {
    let many = |make: &dyn Fn(usize) -> String| (0..ASKED).map(make).collect::<Vec<String>>();
    let beginning = |letters: usize| crowd.word().chars().take(letters).collect::<String>();
    vec![
        ("a name", many(&|_| crowd.word())),
        ("two names", many(&|_| format!("{} {}", crowd.word(), crowd.word()))),
        ("one letter", many(&|_| beginning(1))),
        ("three letters", many(&|_| beginning(3))),
        ("two beginnings", many(&|_| format!("{} {}", beginning(2), beginning(3)))),
        ("four digits", many(&|n| format!("{:04}", n * 23 % 10_000))),
        ("a number", many(&|n| format!("050-{:07}", n * 24_979 % 10_000_000))),
        ("a name with an error", many(&|_| format!("{}x", crowd.word()))),
        ("a beginning with an error", many(&|_| format!("{}x", beginning(4)))),
        ("a word of a remark", many(&|_| crowd.remarked())),
    ]
}

async fn a_tenant(db: &Db) -> Result<TenantId> {
    let tenant = Tenant {
        id: TenantId::new(&SystemClock, &SystemRng),
        name: "Crowd".to_owned(),
        locale: domain::Locale::En,
        zone: "Asia/Jerusalem".parse()?,
        currency: "ILS".to_owned(),
        created_at: SystemClock.now(),
        rev: 1,
        second_step: false,
        colour: Colour::Pine,
        theme: "default".to_owned(),
        logo: None,
    };
    let id = tenant.id.clone();
    db.write(move |c| store::tenants::insert(c, &tenant)).await?;
    Ok(id)
}
