//! Pages of a business with a hundred thousand people and a million entries about them, beside their
//! queries alone.

use anyhow::{Result, ensure};
use app::Context;
use domain::{PersonId, Timestamp};
use store::Conn;
use store::documents::DocumentFilter;
use store::people::{PersonFilter, PersonOrder};
use store::tasks::LinkKind;

use crate::client::{self, Client};
use crate::crowd::Crowd;
use crate::measure::{Times, ms};
use crate::pages::frame;
use crate::place::{Build, Database, Place};
use crate::report::{Report, Row};
use crate::server::Server;

/// How many people there are, where nobody says.
pub const PEOPLE: usize = 100_000;
const ENTRIES_EACH: usize = 10;
const ASKED: usize = 200;
/// What all but one in twenty pages may take, and how many times as long as their queries.
const GOAL_MS: f64 = 100.0;
const GOAL_TIMES: f64 = 3.0;
const PAGE: i64 = 50;

/// What is asked: its name, its path, and the queries it can't do without.
type Asked = (&'static str, String, Box<dyn Fn(&mut Conn, &Context) -> store::Result<()> + Send>);

/// Measures list, board and page, on each database.
pub async fn measure(build: &Build, report: &mut Report, people: usize) -> Result<()> {
    for database in Database::ALL {
        on(build, report, people, database).await?;
    }
    Ok(())
}

async fn on(build: &Build, report: &mut Report, people: usize, database: Database) -> Result<()> {
    let place = Place::on(build, "people", database).await?;
    let app = &place.app;
    let mut stages = Vec::new();
    for pipeline in app::pipelines::list_pipelines(app, &place.owner).await? {
        stages.extend(pipeline.stages.into_iter().map(|stage| stage.id));
    }
    let crowd = Crowd::new(place.owner.tenant.clone(), stages);
    let ids = crowd.come(&app.db, (&*app.clock, &*app.rng), people, ENTRIES_EACH).await?;
    let server = Server::start_at(build, &place)?;
    server.first_page("/sign-in").await?;
    for (name, path, queries) in asked(&ids, &crowd.word(), app.clock.now()) {
        let request = client::page(server.port, &path, &place.session);
        let mut client = Client::connect(server.port).await?;
        let mut pages = Times::default();
        for round in 0..ASKED + 20 {
            let sent = std::time::Instant::now();
            let (status, body) = client.send(&request).await?;
            ensure!(status == 200 && body.ends_with(b"</html>\n"), "{path}: {status} is no page");
            if round >= 20 {
                pages.add(sent.elapsed());
            }
        }
        let ctx = place.owner.clone();
        let bare = place.app.db.read(move |c| {
            let mut times = Times::default();
            for _ in 0..ASKED {
                times.time(|| queries(c, &ctx))?;
            }
            Ok(times)
        });
        let (pages, bare) = (ms(pages.share(0.95)), ms(bare.await?.share(0.95)));
        let name = format!("{name}, {people} people, {}, p95", database.as_str());
        report.add(
            Row::new(&name, pages, "ms")
                .against("the statements it shows, alone", bare)
                .at_most_times(GOAL_TIMES),
        );
        report.add(Row::new(&format!("{name}, alone"), pages, "ms").below(GOAL_MS));
    }
    Ok(())
}

fn asked(ids: &[PersonId], word: &str, now: Timestamp) -> Vec<Asked> {
    let list = |filter: PersonFilter, order| {
        move |c: &mut Conn, ctx: &Context| listed(c, ctx, now, &filter, order)
    };
    let all = PersonFilter::default();
    let some = PersonFilter { search: Some(word.to_owned()), ..PersonFilter::default() };
    let one = ids.first().cloned();
    let path = one.as_ref().map(|id| format!("/people/{id}")).unwrap_or_default();
    let page = move |c: &mut Conn, ctx: &Context| match &one {
        Some(id) => paged(c, ctx, now, id),
        None => Ok(()),
    };
    let board = move |c: &mut Conn, ctx: &Context| boarded(c, ctx, now);
    vec![
        ("list of people", "/people".to_owned(), Box::new(list(all.clone(), PersonOrder::Newest))),
        (
            "list of people by name",
            "/people?order=name".to_owned(),
            Box::new(list(all, PersonOrder::Name)),
        ),
        (
            "list of people by a word",
            format!("/people?q={}", url_of(word)),
            Box::new(list(some, PersonOrder::Newest)),
        ),
        ("board of people", "/people/board".to_owned(), Box::new(board)),
        ("page of a person", path, Box::new(page)),
    ]
}

/// What rows of people are told with: stages, members, tags.
fn names(c: &mut Conn, ctx: &Context) -> store::Result<()> {
    store::pipelines::list(c, &ctx.tenant)?;
    store::pipelines::list_stages(c, &ctx.tenant)?;
    store::members::list(c, &ctx.tenant)?;
    store::tags::list(c, &ctx.tenant)?;
    store::own_fields::list(c, &ctx.tenant).map(drop)
}

fn listed(
    c: &mut Conn,
    ctx: &Context,
    now: Timestamp,
    filter: &PersonFilter,
    order: PersonOrder,
) -> store::Result<()> {
    frame(c, ctx, now)?;
    names(c, ctx)?;
    let page = store::people::list(c, &ctx.tenant, filter, order, None, PAGE)?;
    store::people::count(c, &ctx.tenant, filter)?;
    let ids: Vec<PersonId> = page.items.into_iter().map(|person| person.id).collect();
    store::tags::list_of(c, &ctx.tenant, &ids)?;
    store::saved_views::list(c, &ctx.tenant, &ctx.member)?;
    store::people::list_sources(c, &ctx.tenant, PAGE).map(drop)
}

fn boarded(c: &mut Conn, ctx: &Context, now: Timestamp) -> store::Result<()> {
    frame(c, ctx, now)?;
    names(c, ctx)?;
    let filter = PersonFilter::default();
    let mut shown: Vec<PersonId> = Vec::new();
    for sum in store::people::sums(c, &ctx.tenant, &filter)? {
        let some = store::people::list_in_stage(c, &ctx.tenant, &filter, &sum.stage, PAGE)?;
        shown.extend(some.into_iter().map(|person| person.id));
    }
    store::tags::list_of(c, &ctx.tenant, &shown).map(drop)
}

fn paged(c: &mut Conn, ctx: &Context, now: Timestamp, id: &PersonId) -> store::Result<()> {
    let tenant = &ctx.tenant;
    frame(c, ctx, now)?;
    names(c, ctx)?;
    let one = std::slice::from_ref(id);
    store::people::get(c, tenant, id)?;
    store::tags::list_of(c, tenant, one)?;
    store::own_fields::list_of(c, tenant, one)?;
    store::attributions::find(c, tenant, id)?;
    let contacts = store::contacts::list(c, tenant, id)?;
    for contact in contacts {
        let keys = [contact.match_key];
        store::contacts::list_sharing(c, tenant, contact.kind, &keys, Some(id))?;
    }
    store::appointments::list_of_person(c, tenant, id, PAGE)?;
    store::tasks::list_about(c, tenant, LinkKind::Person, id.as_str(), PAGE)?;
    let about = DocumentFilter { person: Some(id.clone()), ..DocumentFilter::default() };
    store::documents::list(c, tenant, &about, None, PAGE)?;
    store::timeline::list(c, tenant, id, None, PAGE).map(drop)
}

/// The word as it stands in an address.
fn url_of(word: &str) -> String {
    word.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
