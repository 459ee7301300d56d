//! Home and calendar of a business with ten thousand appointments, beside their queries alone.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use app::Context;
use domain::{AppointmentId, PersonId, StageId, TenantId, Timestamp};
use store::appointments::{Appointment, OnlineState, Status, SyncState};
use store::people::{Consent, Kind, Person, PersonFilter, Standing};
use store::{Conn, Db};

use crate::client::{self, Client};
use crate::measure::{Times, median, ms, per_second};
use crate::place::{Build, Place};
use crate::report::{Report, Row};
use crate::server::Server;

const APPOINTMENTS: i64 = 10_000;
const PEOPLE: usize = 500;
/// A year back and a year ahead: about fourteen a day.
const DAYS: i64 = 730;
const CLIENTS: usize = 4;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const DAY_SECS: i64 = 24 * 3_600;

/// Measures both pages.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    let place = Place::new(build, "pages").await?;
    fill(&place).await?;
    let server = Server::start(build, &place.data, "all", &build.all_packages())?;
    server.first_page("/sign-in").await?;
    let pages: [(&str, &str, Queries); 2] = [("home", "/", home), ("calendar", "/calendar", week)];
    for (name, path, queries) in pages {
        let request = client::page(server.port, path, &place.session);
        let (mut drawn, mut asked) = (Vec::new(), Vec::new());
        let (mut page_times, mut query_times) = (Times::default(), Times::default());
        for round in 0..=ROUNDS {
            let times = ask(&place, queries).await?;
            let answers = load(server.port, &request).await?;
            if round > 0 {
                asked.push(per_second(times.len(), ROUND));
                drawn.push(per_second(answers.len(), ROUND));
                query_times.extend(times);
                page_times.extend(answers);
            }
        }
        let what = "its queries alone";
        report.add(
            Row::new(&format!("{name}, 10,000 appointments"), median(drawn), "pages a second")
                .against(what, median(asked))
                .at_least_times(1.0 / 3.0),
        );
        report.add(
            Row::new(&format!("{name}, p50"), ms(page_times.p50()), "ms")
                .against(what, ms(query_times.p50())),
        );
        report.add(
            Row::new(&format!("{name}, p99"), ms(page_times.p99()), "ms")
                .against(what, ms(query_times.p99()))
                .at_most_times(3.0),
        );
    }
    Ok(())
}

/// So many clients ask for the page, one time after the other, until the round is over.
async fn load(port: u16, request: &[u8]) -> Result<Times> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let request = request.to_vec();
        clients.push(tokio::spawn(async move {
            let mut client = Client::connect(port).await?;
            let (mut times, start) = (Times::default(), Instant::now());
            while start.elapsed() < ROUND {
                let sent = Instant::now();
                let (status, body) = client.send(&request).await?;
                ensure!(status == 200 && body.ends_with(b"</html>\n"), "{status} is no page");
                times.add(sent.elapsed());
            }
            anyhow::Ok(times)
        }));
    }
    let mut all = Times::default();
    for client in clients {
        all.extend(client.await??);
    }
    Ok(all)
}

type Queries = fn(&mut Conn, &Context, Timestamp) -> store::Result<()>;

/// As many threads ask the same of the database, each on one connection, with nothing around it.
async fn ask(place: &Place, queries: Queries) -> Result<Times> {
    let mut readers = Vec::new();
    for _ in 0..CLIENTS {
        let (db, ctx, now): (Db, _, _) =
            (place.app.db.clone(), place.owner.clone(), place.app.clock.now());
        readers.push(tokio::spawn(async move {
            db.read(move |c| {
                let (mut times, start) = (Times::default(), Instant::now());
                while start.elapsed() < ROUND {
                    times.time(|| queries(c, &ctx, now))?;
                }
                Ok(times)
            })
            .await
        }));
    }
    let mut all = Times::default();
    for reader in readers {
        all.extend(reader.await??);
    }
    Ok(all)
}

/// What every page asks: who it is, in which business, what waits to be read, and whose entries the
/// navigation has.
pub fn frame(c: &mut Conn, ctx: &Context, now: Timestamp) -> store::Result<()> {
    store::sessions::list(c, &ctx.account, now)?;
    store::accounts::find(c, &ctx.account)?;
    store::members::list_of_account(c, &ctx.account)?;
    store::tenants::get(c, &ctx.tenant)?;
    store::notifications::count_unread(c, &ctx.tenant, &ctx.member)?;
    store::tenant_plugins::list(c, &ctx.tenant).map(drop)
}

fn names(c: &mut Conn, tenant: &TenantId, on: &[Appointment]) -> store::Result<()> {
    let mut ids: Vec<PersonId> = on.iter().filter_map(|each| each.person_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    store::people::list_by_ids(c, tenant, &ids).map(drop)
}

fn home(c: &mut Conn, ctx: &Context, now: Timestamp) -> store::Result<()> {
    frame(c, ctx, now)?;
    let (from, to) = days(ctx, now, 0, 1);
    let today = store::appointments::list_between(c, &ctx.tenant, from, to)?;
    names(c, &ctx.tenant, &today)?;
    for standing in [Standing::Lead, Standing::Customer] {
        let filter = PersonFilter { standing: Some(standing), ..PersonFilter::default() };
        store::people::count(c, &ctx.tenant, &filter)?;
    }
    store::connections::list(c, &ctx.tenant)?;
    store::members::list(c, &ctx.tenant).map(drop)
}

fn week(c: &mut Conn, ctx: &Context, now: Timestamp) -> store::Result<()> {
    frame(c, ctx, now)?;
    let (from, to) = days(ctx, now, -3, 7);
    let on = store::appointments::list_between(c, &ctx.tenant, from, to)?;
    store::busy_blocks::list_between(c, &ctx.tenant, from, to)?;
    names(c, &ctx.tenant, &on)?;
    store::calendars::list(c, &ctx.tenant).map(drop)
}

fn days(ctx: &Context, now: Timestamp, first: i64, count: i64) -> (Timestamp, Timestamp) {
    let today = ctx.zone.start_of_day(ctx.zone.local(now).date()).unwrap_or(now);
    let from = today.plus_secs(first * DAY_SECS);
    (from, from.plus_secs(count * DAY_SECS))
}

/// Half a thousand people, and appointments with them at all hours of work.
async fn fill(place: &Place) -> Result<()> {
    let (app, ctx) = (place.app.clone(), place.owner.clone());
    let now = app.clock.now();
    let people: Vec<Person> = (0..PEOPLE).map(|n| person(place, n, now)).collect();
    let start = days(&ctx, now, -DAYS / 2, 1).0;
    let appointments: Vec<Appointment> = (0..APPOINTMENTS)
        .map(|n| {
            let (day, place_in_day) = (n * DAYS / APPOINTMENTS, n % 14);
            let starts_at = start.plus_secs(day * DAY_SECS + 8 * 3_600 + place_in_day * 2_400);
            let with = usize::try_from(n).unwrap_or_default() % PEOPLE;
            appointment(place, starts_at, people[with].id.clone(), now)
        })
        .collect();
    app.db
        .write(move |c| {
            people.iter().try_for_each(|person| store::people::insert(c, person, &[]))?;
            appointments.iter().try_for_each(|each| store::appointments::insert(c, each))
        })
        .await?;
    Ok(())
}

fn person(place: &Place, number: usize, now: Timestamp) -> Person {
    let (clock, rng) = (&*place.app.clock, &*place.app.rng);
    Person {
        tenant_id: place.owner.tenant.clone(),
        id: PersonId::new(clock, rng),
        kind: Kind::Person,
        standing: if number.is_multiple_of(3) { Standing::Lead } else { Standing::Customer },
        stage_id: StageId::new(clock, rng),
        stage_since: now,
        won_at: None,
        name: format!("Noa Levi {number}"),
        company: String::new(),
        phone: format!("+97250{number:07}"),
        email: format!("noa{number}@example.com"),
        source: "website".to_owned(),
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
    }
}

fn appointment(
    place: &Place,
    starts_at: Timestamp,
    person: PersonId,
    now: Timestamp,
) -> Appointment {
    Appointment {
        tenant_id: place.owner.tenant.clone(),
        id: AppointmentId::new(&*place.app.clock, &*place.app.rng),
        person_id: Some(person),
        title: "Fitting, second time".to_owned(),
        notes: String::new(),
        location: "Herzl 12, Tel Aviv".to_owned(),
        starts_at,
        ends_at: starts_at.plus_secs(2_700),
        zone: place.owner.zone.clone(),
        online: false,
        status: Status::Booked,
        calendar_id: None,
        external_id: None,
        etag: None,
        external_url: None,
        online_state: OnlineState::None,
        online_url: None,
        sync_state: SyncState::None,
        sync_problem: None,
        link_rev: 0,
        created_by: None,
        created_at: now,
        updated_at: now,
        rev: 1,
    }
}
