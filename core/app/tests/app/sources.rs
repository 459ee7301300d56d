//! Sources that are renamed, or made one of two, over everybody who is of them.

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::attributions::AttributionInput;
use app::people::bulk::{BulkInput, change_people};
use app::people::{self, Person, PersonInput};
use app::saved_views::{delete_view, list_views, rename_view, save_view};
use app::sources::{Renamed, list_sources, rename_source};
use app::sweeps::{self, State, SweepInput, Whom};
use app::{Error, jobs, reports, timeline, undos};
use domain::{PersonId, Role, UndoId};

async fn of(f: &Fixture, who: &Signed, name: &str, source: &str) -> Person {
    add(f, who, PersonInput { source: source.into(), ..named(name) }).await
}

/// Where somebody comes from, and came from first.
async fn both(f: &Fixture, who: &Signed, id: &PersonId) -> (String, String) {
    let whole = people::get_whole_person(&f.app, &who.ctx, id).await.unwrap();
    (whole.person.source, whole.attribution.map(|first| first.source).unwrap_or_default())
}

async fn sources(f: &Fixture, who: &Signed) -> Vec<(String, i64)> {
    let all = list_sources(&f.app, &who.ctx).await.unwrap();
    all.into_iter().map(|it| (it.source, it.people)).collect()
}

fn done(renamed: Renamed) -> (usize, Option<UndoId>) {
    match renamed {
        Renamed::Done(done) => (done.count, done.undo),
        Renamed::Begun(_) => panic!("they are few"),
    }
}

#[tokio::test]
async fn two_spellings_become_one_source_and_two_again() {
    each(async |f: Fixture| {
        let (owner, theirs) = f.two_businesses().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let noa = of(&f, &owner, "Noa", "instagram").await;
        let dana = of(&f, &owner, "Dana", "Instagram").await;
        let first = AttributionInput { source: "instagram".into(), ..AttributionInput::default() };
        let amir = PersonInput { source: "ads".into(), attribution: first, ..named("Amir") };
        let amir = add(&f, &owner, amir).await;
        let foreign = of(&f, &theirs, "Foreign", "instagram").await;
        let before = [("ads", 1), ("Instagram", 1), ("instagram", 2)];
        let named = |all: &[(&str, i64)]| -> Vec<(String, i64)> {
            all.iter().map(|(name, people)| ((*name).to_owned(), *people)).collect()
        };
        assert_eq!(sources(&f, &owner).await, named(&before));

        f.clock.advance_millis(1_000);
        let renamed = rename_source(app, ctx, "instagram", " Instagram ", "").await.unwrap();
        let (count, undo) = done(renamed);
        assert_eq!(count, 2, "who was of it already isn't counted");
        assert_eq!(sources(&f, &owner).await, named(&[("ads", 1), ("Instagram", 3)]));
        let one = |text: &str| text.to_owned();
        assert_eq!(both(&f, &owner, &noa.id).await, (one("Instagram"), one("Instagram")));
        assert_eq!(both(&f, &owner, &amir.id).await, (one("ads"), one("Instagram")));
        let report = reports::get_report(app, ctx, 3).await.unwrap();
        let rows: Vec<_> =
            report.sources.iter().map(|it| (it.source.as_str(), it.added.people)).collect();
        assert_eq!(rows, [("Instagram", 3)], "one row of the report");
        let told = timeline::list_entries(app, ctx, &noa.id, None, 1).await.unwrap().items;
        let was = serde_json::json!({"from": "instagram", "to": "Instagram"});
        assert_eq!(told[0].entry.detail_json.0["changes"]["source"], was);
        let list = undos::list_done(app, ctx, None, 9).await.unwrap().items;
        let summary = &list[0].summary;
        assert_eq!((summary.what, summary.to.as_str()), ("people-source", "Instagram"));
        let theirs_is = both(&f, &theirs, &foreign.id).await.0;
        assert_eq!(theirs_is, "instagram", "another business's stays");

        // What somebody changed since stays theirs.
        let rev = people::get_person(app, ctx, &noa.id).await.unwrap().rev;
        let input = PersonInput { source: "fair".into(), ..crate::support::people::named("Noa") };
        people::update_person(app, ctx, &noa.id, input, rev).await.unwrap();
        assert_eq!(undos::undo(app, ctx, &undo.unwrap()).await.unwrap(), 2);
        assert_eq!(both(&f, &owner, &noa.id).await, (one("fair"), one("instagram")));
        assert_eq!(both(&f, &owner, &amir.id).await, (one("ads"), one("instagram")));
        assert_eq!(both(&f, &owner, &dana.id).await, (one("Instagram"), one("Instagram")));
    })
    .await;
}

/// What a member's views of people are narrowed by, by name.
async fn views(f: &Fixture, who: &Signed) -> Vec<String> {
    let mut all = list_views(&f.app, &who.ctx).await.unwrap();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all.into_iter().map(|view| view.query).collect()
}

const BEFORE: [&str; 4] = [
    "q=insta+gram&source=insta+gram&stage=1",
    "first=insta+gram&source=ads",
    "other_sources=fair%0D%0Ainsta+gram%0D%0Aads",
    "source=Insta+gram&tag=x",
];
const AFTER: [&str; 4] = [
    "q=insta+gram&source=Insta&stage=1",
    "first=Insta&source=ads",
    "other_sources=fair%0D%0AInsta%0D%0Aads",
    "source=Insta+gram&tag=x",
];

#[tokio::test]
async fn views_and_who_was_removed_follow_a_source_and_go_back() {
    each(async |f: Fixture| {
        let (owner, theirs) = f.two_businesses().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let (app, ctx) = (&f.app, &owner.ctx);
        // One view is everybody's, the others a colleague's own; another business has one too.
        for (n, query) in BEFORE.into_iter().enumerate() {
            save_view(app, &mate.ctx, &format!("View {n}"), query, n == 0).await.unwrap();
        }
        save_view(app, &theirs.ctx, "Theirs", BEFORE[0], true).await.unwrap();
        let noa = of(&f, &owner, "Noa", "insta gram").await;
        let gone = of(&f, &owner, "Gone", "insta gram").await;
        let first = AttributionInput { source: "insta gram".into(), ..AttributionInput::default() };
        let was = PersonInput { source: "ads".into(), attribution: first, ..named("Was") };
        let was = add(&f, &owner, was).await;
        for it in [&gone, &was] {
            people::delete_person(app, ctx, &it.id).await.unwrap();
        }
        f.clock.advance_millis(1_000);
        let (count, undo) = done(rename_source(app, ctx, "insta gram", "Insta", "").await.unwrap());
        assert_eq!(count, 3);
        assert_eq!(views(&f, &mate).await, AFTER);
        assert_eq!(views(&f, &theirs).await, [BEFORE[0]], "another business's stays");
        let told = f.actions(&owner).await;
        assert_eq!(told.iter().filter(|action| *action == "view.changed").count(), 3);
        // One comes back while it is so, the other when it was undone.
        people::restore_person(app, ctx, &gone.id).await.unwrap();
        let one = |text: &str| text.to_owned();
        assert_eq!(both(&f, &owner, &gone.id).await, (one("Insta"), one("Insta")));
        let told = timeline::list_entries(app, ctx, &gone.id, None, 9).await.unwrap().items;
        let changes = told.iter().map(|it| &it.entry.detail_json.0["changes"]["source"]);
        let changed = serde_json::json!({"from": "insta gram", "to": "Insta"});
        assert_eq!(changes.filter(|it| **it == changed).count(), 1, "their page says so");

        assert_eq!(undos::undo(app, ctx, &undo.unwrap()).await.unwrap(), 3);
        assert_eq!(views(&f, &mate).await, BEFORE);
        people::restore_person(app, ctx, &was.id).await.unwrap();
        let old = "insta gram";
        assert_eq!(both(&f, &owner, &was.id).await, (one("ads"), one(old)));
        for id in [&noa.id, &gone.id] {
            assert_eq!(both(&f, &owner, id).await, (one(old), one(old)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_view_that_was_changed_since_stays_and_so_does_one_that_finds_somebody() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let ids = [of(&f, &owner, "A", "site").await.id, of(&f, &owner, "B", "site").await.id];
        save_view(app, ctx, "Site", "source=site", false).await.unwrap();
        let said = r#"["site","Site"]"#;
        let some = BulkInput { act: "rename-source".into(), to: said.into() };
        change_people(app, ctx, ids[..1].to_vec(), some).await.unwrap();
        assert_eq!(views(&f, &owner).await, ["source=site"], "it finds B still");
        let (_, undo) = done(rename_source(app, ctx, "site", "Site", "").await.unwrap());
        assert_eq!(views(&f, &owner).await, ["source=Site"]);
        let (_, later) = done(rename_source(app, ctx, "Site", "SITE", "").await.unwrap());
        assert_eq!(undos::undo(app, ctx, &undo.unwrap()).await.unwrap(), 0);
        assert_eq!(views(&f, &owner).await, ["source=SITE"], "what was renamed since stays");
        undos::undo(app, ctx, &later.unwrap()).await.unwrap();
        assert_eq!(views(&f, &owner).await, ["source=Site"]);
    })
    .await;
}

#[tokio::test]
async fn views_are_renamed_and_removed_while_they_follow_a_source() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (f.app.clone(), owner.ctx.clone());
        of(&f, &owner, "Noa", "site").await;
        let view = save_view(&app, &ctx, "Site", "source=site", true).await.unwrap().id;
        let hold = || {
            let tenant = owner.ctx.tenant.clone();
            move |c: &mut store::Conn| store::testing::hold_log(c, &tenant)
        };
        let (app2, ctx2) = (app.clone(), ctx.clone());
        let rename = async move { rename_source(&app2, &ctx2, "site", "Site", "").await };
        let (app2, ctx2, id) = (app.clone(), ctx.clone(), view.clone());
        let call = async move { rename_view(&app2, &ctx2, &id, "Ours").await };
        let (renamed, called) = f.meet(hold(), rename, call).await;
        called.unwrap();
        let (_, undo) = done(renamed.unwrap());
        let all = list_views(&app, &ctx).await.unwrap();
        assert_eq!((all[0].name.as_str(), all[0].query.as_str()), ("Ours", "source=Site"));
        let (app2, ctx2) = (app.clone(), ctx.clone());
        let back = async move { undos::undo(&app2, &ctx2, &undo.unwrap()).await };
        let (app2, ctx2) = (app.clone(), ctx.clone());
        let remove = async move { delete_view(&app2, &ctx2, &view).await };
        let (count, removed) = f.meet(hold(), back, remove).await;
        removed.unwrap();
        assert_eq!(count.unwrap(), 1);
        assert!(views(&f, &owner).await.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_and_who_was_removed_follow_what_is_done_in_lots() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        save_view(app, ctx, "Ads", "source=ads", true).await.unwrap();
        let (noa, gone) = (of(&f, &owner, "Noa", "ads").await, of(&f, &owner, "Gone", "ads").await);
        people::delete_person(app, ctx, &gone.id).await.unwrap();
        let act = SweepInput { act: "rename-source".into(), to: r#"["ads","Ads"]"#.into() };
        let whom = Whom::OfSource("ads".into());
        let sweep = sweeps::begin_sweep(app, ctx, whom, act, "").await.unwrap();
        assert_eq!(views(&f, &owner).await, ["source=ads"], "nobody is renamed yet");
        jobs::run_due(app).await.unwrap();
        let shown = sweeps::get_sweep(app, ctx, &sweep).await.unwrap().sweep;
        assert_eq!((shown.state, shown.changed), (State::Done, 2));
        assert_eq!(views(&f, &owner).await, ["source=Ads"]);
        let undo: UndoId = sweep.as_str().parse().unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        jobs::run_due(app).await.unwrap();
        assert_eq!(views(&f, &owner).await, ["source=ads"]);
        people::restore_person(app, ctx, &gone.id).await.unwrap();
        for id in [&noa.id, &gone.id] {
            assert_eq!(both(&f, &owner, id).await, ("ads".to_owned(), "ads".to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn a_source_is_renamed_by_who_may_change_people_and_to_a_name() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let books = f.join(&owner, "books@example.com", Role::Accountant).await;
        of(&f, &owner, "Noa", "fair").await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let refused = rename_source(app, &books.ctx, "fair", "Fair", "").await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        expect_invalid(rename_source(app, ctx, "fair", " ", "").await, "to");
        expect_invalid(rename_source(app, ctx, "fair", &"x".repeat(61), "").await, "to");
        for nobodys in ["", "Fair"] {
            let refused = rename_source(app, ctx, nobodys, "else", "").await;
            assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        }
        let (count, undo) = done(rename_source(app, ctx, "fair", "fair", "").await.unwrap());
        assert!(count == 0 && undo.is_none());
        assert_eq!(sources(&f, &owner).await, [("fair".to_owned(), 1)]);
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_change_the_settings_renames_no_source() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = f.join(&owner, "noa@example.com", Role::Member).await;
        let gil = of(&f, &owner, "Gil", "fair").await;
        let refused = rename_source(&f.app, &noa.ctx, "fair", "Fair", "").await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        // Nor as an act over whom they chose, which views of others would follow.
        save_view(&f.app, &owner.ctx, "Fair", "source=fair", false).await.unwrap();
        let (act, to) = ("rename-source".to_owned(), r#"["fair","Fair"]"#.to_owned());
        let some = BulkInput { act: act.clone(), to: to.clone() };
        let refused = change_people(&f.app, &noa.ctx, vec![gil.id.clone()], some).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        let (whom, all) = (Whom::OfSource("fair".into()), SweepInput { act, to });
        let refused = sweeps::begin_sweep(&f.app, &noa.ctx, whom, all, "").await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        assert_eq!(both(&f, &owner, &gil.id).await.0, "fair");
        assert_eq!(views(&f, &owner).await, ["source=fair"]);
    })
    .await;
}

#[tokio::test]
async fn a_source_that_was_entered_since_a_renaming_stays_when_that_is_taken_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let first = AttributionInput { source: "instagram".into(), ..AttributionInput::default() };
        let noa = PersonInput { source: "ads".into(), attribution: first, ..named("Noa") };
        let noa = add(&f, &owner, noa).await;
        let (_, undo) = done(rename_source(app, ctx, "instagram", "Instagram", "").await.unwrap());
        let rev = people::get_person(app, ctx, &noa.id).await.unwrap().rev;
        let input = PersonInput { source: "Instagram".into(), ..named("Noa") };
        people::update_person(app, ctx, &noa.id, input, rev).await.unwrap();
        undos::undo(app, ctx, &undo.unwrap()).await.unwrap();
        let now = both(&f, &owner, &noa.id).await;
        assert_eq!(now, ("Instagram".to_owned(), "instagram".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_many_is_renamed_in_lots_and_back() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let rows: String = (0..1_100).map(|n| format!("Person {n},Gogle\n")).collect();
        let list = format!("Name,Source\n{rows}").into_bytes();
        let import = app::imports::keep_file(app, ctx, "list.csv", list).await.unwrap();
        app::imports::start_import(app, ctx, &import).await.unwrap();
        jobs::run_due(app).await.unwrap();
        let all = 1_100;
        assert_eq!(sources(&f, &owner).await, [("Gogle".to_owned(), all)]);
        let mut begun = Vec::new();
        for _ in 0..2 {
            match rename_source(app, ctx, "Gogle", "Google", "form").await.unwrap() {
                Renamed::Begun(sweep) => begun.push(sweep),
                Renamed::Done(_) => panic!("they are many"),
            }
        }
        assert_eq!(begun[0], begun[1], "sent twice, it is begun once");
        jobs::run_due(app).await.unwrap();
        let shown = sweeps::get_sweep(app, ctx, &begun[0]).await.unwrap();
        assert_eq!((shown.sweep.state, shown.sweep.changed), (State::Done, all));
        assert_eq!((shown.what.as_str(), shown.to.as_str()), ("people-source", "Google"));
        assert_eq!(sources(&f, &owner).await, [("Google".to_owned(), all)]);
        let again = rename_source(app, ctx, "Gogle", "Google", "form").await.unwrap();
        assert!(matches!(again, Renamed::Begun(ref sweep) if *sweep == begun[0]), "{again:?}");
        let undo: UndoId = begun[0].as_str().parse().unwrap();
        undos::undo(app, ctx, &undo).await.unwrap();
        jobs::run_due(app).await.unwrap();
        assert_eq!(sources(&f, &owner).await, [("Gogle".to_owned(), all)]);
    })
    .await;
}
