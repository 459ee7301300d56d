//! Taking in a list of a hundred thousand people, beside inserting as many rows and nothing else; and how
//! long another's small change waits meanwhile.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use app::imports;
use app::people::{PersonFilter, PersonInput};
use store::people::{Consent, Kind, NewPerson, Person, Standing};

use crate::measure::{Times, ms};
use crate::place::{Build, Database, Place};
use crate::report::{Report, Row};

const ROWS: usize = 100_000;
const ROWS_AT_ONCE: usize = 500;
/// How often somebody else changes something.
const EVERY: Duration = Duration::from_millis(50);

/// Measures one import on each database.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    for database in Database::ALL {
        on(build, report, database).await?;
    }
    Ok(())
}

async fn on(build: &Build, report: &mut Report, database: Database) -> Result<()> {
    let place = Place::on(build, "imports", database).await?;
    let bare = per_second_bare(&place).await?;
    let mut list = String::from("Name,Phone,Email,Company,Source,Notes\n");
    for n in 0..ROWS {
        list.push_str(&format!(
            "Person Number {n},+97252{n:07},person{n}@example.com,Company {},fair,Likes roses\n",
            n % 900
        ));
    }
    let (app, owner) = (&place.app, &place.owner);
    let id = imports::keep_file(app, owner, "bench.csv", list.into_bytes()).await?;
    imports::start_import(app, owner, &id).await?;
    let start = Instant::now();
    let work = app::jobs::run_due(app);
    let (done, waits) = tokio::join!(work, beside(&place, &id));
    done?;
    let took = start.elapsed();
    let import = imports::get_import(app, owner, &id).await?;
    let expected = i64::try_from(ROWS)?;
    ensure!(import.made == expected, "{} of {ROWS} rows came in", import.made);
    let count = app::people::count_people(app, owner, PersonFilter::default()).await?;
    ensure!(count >= expected, "{count} people");
    report.add(
        Row::new(
            &format!("import of 100,000 people, {}", database.as_str()),
            ROWS as f64 / took.as_secs_f64(),
            "rows a second",
        )
        .against("rows inserted and nothing else", bare)
        .at_least(5_000.0),
    );
    let waits = waits?;
    let name = format!("a change beside it, {}, p99", database.as_str());
    report.add(Row::new(&name, ms(waits.p99()), "ms").below(250.0));
    Ok(())
}

/// Somebody who adds a person now and then, until the import is over.
async fn beside(place: &Place, id: &domain::ImportId) -> Result<Times> {
    let mut times = Times::default();
    loop {
        let import = imports::get_import(&place.app, &place.owner, id).await?;
        if !import.state.is_under_way() {
            return Ok(times);
        }
        let input = PersonInput { name: "Somebody beside".to_owned(), ..PersonInput::default() };
        let sent = Instant::now();
        app::people::create_person(&place.app, &place.owner, input, "").await?;
        times.add(sent.elapsed());
        tokio::time::sleep(EVERY).await;
    }
}

/// The same rows of the one table, inserted as many at a time, for a business of nobody's.
async fn per_second_bare(place: &Place) -> Result<f64> {
    let (app, tenant) = (&place.app, place.owner.tenant.clone());
    let stages = app::pipelines::list_pipelines(app, &place.owner).await?;
    let stage = stages.first().and_then(|it| it.stages.first()).map(|it| it.id.clone());
    let Some(stage) = stage else { anyhow::bail!("a business without stages") };
    let start = Instant::now();
    for lot in 0..(20_000 / ROWS_AT_ONCE) {
        if lot.is_power_of_two() {
            store::statistics::renew(&app.db).await?;
        }
        let now = app.clock.now();
        let person = |n: usize| Person {
            tenant_id: tenant.clone(),
            id: domain::PersonId::new(&*app.clock, &*app.rng),
            kind: Kind::Person,
            standing: Standing::Lead,
            stage_id: stage.clone(),
            stage_since: now,
            won_at: None,
            name: format!("Bare {lot} {n}"),
            company: String::new(),
            phone: String::new(),
            email: String::new(),
            source: String::new(),
            notes: String::new(),
            owner_id: None,
            value: 0,
            value_currency: String::new(),
            follow_up_on: None,
            consent: Consent::Unknown,
            consent_at: None,
            consent_note: String::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            rev: 1,
        };
        let all: Vec<NewPerson> = (0..ROWS_AT_ONCE).map(|n| bare(app, person(n))).collect();
        let tenant = tenant.clone();
        app.db.write(move |c| store::people::insert_many(c, &tenant, all)).await?;
    }
    Ok(20_000.0 / start.elapsed().as_secs_f64())
}

fn bare(app: &app::App, person: Person) -> NewPerson {
    let entry = store::timeline::Entry {
        tenant_id: person.tenant_id.clone(),
        id: domain::EntryId::new(&*app.clock, &*app.rng),
        person_id: person.id.clone(),
        at: person.created_at,
        kind: "imported".to_owned(),
        actor_kind: store::audit::ActorKind::System,
        actor_id: String::new(),
        entity_id: String::new(),
        detail_json: serde_json::json!({}).into(),
    };
    NewPerson {
        person,
        contacts: Vec::new(),
        tags: Vec::new(),
        own: Vec::new(),
        attribution: None,
        entry,
    }
}
