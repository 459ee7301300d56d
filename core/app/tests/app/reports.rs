//! Reports: numbers that add up with the lists behind them, by the months of the business.

use crate::support::people::named;
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::people::bulk::{self, BulkInput};
use app::people::{
    self, DetailsInput, Owned, Person, PersonFilter, PersonInput, Standing, StepWithin,
};
use app::pipelines::{Outcome, PipelineInput, Stage, StageInput};
use app::reports::{self, Period, Report, Steps};
use app::{Error, home, pipelines, timeline, undos};
use domain::{PersonId, Role};

const DAY_MILLIS: i64 = 86_400_000;

async fn add(f: &Fixture, who: &Signed, name: &str, source: &str, value: &str) -> PersonId {
    let details = DetailsInput { value: value.into(), ..DetailsInput::default() };
    let input = PersonInput { source: source.into(), details: Some(details), ..named(name) };
    people::create_person(&f.app, &who.ctx, input, "").await.unwrap().id
}

async fn report(f: &Fixture, who: &Signed, months: u8) -> Report {
    reports::get_report(&f.app, &who.ctx, months).await.unwrap()
}

async fn count(f: &Fixture, who: &Signed, filter: PersonFilter) -> i64 {
    people::count_people(&f.app, &who.ctx, filter).await.unwrap()
}

/// Moves somebody to the first won stage.
async fn win(f: &Fixture, who: &Signed, id: &PersonId) {
    let all = pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap();
    let won = all.iter().flat_map(|each| &each.stages);
    let won = won.into_iter().find(|stage| stage.outcome == pipelines::Outcome::Won).unwrap();
    people::change_stage(&f.app, &who.ctx, id, won.id.as_str()).await.unwrap();
}

async fn get(f: &Fixture, who: &Signed, id: &PersonId) -> Person {
    people::get_person(&f.app, &who.ctx, id).await.unwrap()
}

/// The months in which somebody was won, and how many. Each is as long as its list.
async fn won_in(f: &Fixture, who: &Signed) -> Vec<(i8, i64)> {
    let mut all = Vec::new();
    for month in report(f, who, 12).await.months {
        let won = month.won.iter().map(|won| won.people).sum();
        let list = PersonFilter { won: Some(month.span), ..PersonFilter::default() };
        assert_eq!(count(f, who, list).await, won, "{}", month.first);
        all.push((month.first.month(), won));
    }
    all.retain(|(_, won)| *won > 0);
    all
}

/// Changes the stages of the first pipeline.
async fn set_stages(f: &Fixture, who: &Signed, change: impl FnOnce(&mut Vec<StageInput>)) {
    let of = pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0);
    let stage = |stage: &Stage| StageInput {
        id: stage.id.to_string(),
        name: stage.name.clone(),
        outcome: stage.outcome.to_string(),
    };
    let mut stages = of.stages.iter().map(stage).collect();
    change(&mut stages);
    let input = PipelineInput { name: of.pipeline.name.clone(), stages };
    pipelines::update_pipeline(&f.app, &who.ctx, &of.pipeline.id, input).await.unwrap();
}

async fn stages(f: &Fixture, who: &Signed) -> Vec<Stage> {
    pipelines::list_pipelines(&f.app, &who.ctx).await.unwrap().remove(0).stages
}

#[tokio::test]
async fn a_move_that_is_taken_back_leaves_everybody_won_when_they_were() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (noa, amir) =
            (add(&f, &owner, "Noa", "", "").await, add(&f, &owner, "Amir", "", "").await);
        win(&f, &owner, &noa).await;
        let before = get(&f, &owner, &noa).await;
        assert_eq!(before.won_at, Some(f.app.clock.now()));
        f.clock.advance_millis(40 * DAY_MILLIS);
        let act = |to: &str| BulkInput { act: "stage".into(), to: to.into() };
        let both = vec![noa.clone(), amir.clone()];
        for (to, won) in [("lead", vec![]), ("customer", vec![(3, 1), (4, 1)])] {
            let done =
                bulk::change_people(&f.app, &owner.ctx, both.clone(), act(to)).await.unwrap();
            assert_eq!((done.count, won_in(&f, &owner).await), (1, won), "{to}");
            f.clock.advance_millis(60_000);
            undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap();
            let after = get(&f, &owner, &noa).await;
            assert_eq!(
                (after.stage_id, after.stage_since, after.won_at),
                (before.stage_id.clone(), before.stage_since, before.won_at)
            );
            assert_eq!(get(&f, &owner, &amir).await.won_at, None);
            assert_eq!(won_in(&f, &owner).await, [(3, 1)]);
        }
    })
    .await;
}

#[tokio::test]
async fn who_goes_on_to_another_won_stage_is_won_once() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = add(&f, &owner, "Noa", "", "").await;
        let regular =
            StageInput { id: String::new(), name: "Regular".into(), outcome: "won".into() };
        set_stages(&f, &owner, |stages| stages.push(regular)).await;
        win(&f, &owner, &noa).await;
        let first = get(&f, &owner, &noa).await;
        f.clock.advance_millis(40 * DAY_MILLIS);
        let regular = stages(&f, &owner).await.pop().unwrap();
        let move_to = async |stage: &str| {
            people::change_stage(&f.app, &owner.ctx, &noa, stage).await.unwrap()
        };
        let second = move_to(regular.id.as_str()).await;
        assert!(second.stage_since > first.stage_since);
        assert_eq!((second.won_at, won_in(&f, &owner).await), (first.won_at, vec![(3, 1)]));
        // A form that says the same stage in another way changes nothing of it either.
        let form = PersonInput { stage: first.stage_id.to_string(), ..named("Noa Levi") };
        let third =
            people::update_person(&f.app, &owner.ctx, &noa, form, second.rev).await.unwrap();
        assert_eq!((third.won_at, third.stage_id), (first.won_at, first.stage_id));
        // Who was lost and comes back is won anew.
        assert_eq!(move_to("lead").await.won_at, None);
        assert!(won_in(&f, &owner).await.is_empty());
        assert_eq!(move_to("customer").await.won_at, Some(f.app.clock.now()));
        assert_eq!(won_in(&f, &owner).await, [(4, 1)]);
        let added = PersonInput { stage: "customer".into(), ..named("Dana") };
        let added = people::create_person(&f.app, &owner.ctx, added, "").await.unwrap();
        assert_eq!(
            (added.won_at, won_in(&f, &owner).await),
            (Some(f.app.clock.now()), vec![(4, 2)])
        );
    })
    .await;
}

#[tokio::test]
async fn a_stage_that_becomes_a_won_one_makes_customers_of_no_month() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let offered = stages(&f, &owner).await.remove(2);
        let input = PersonInput { stage: offered.id.to_string(), ..named("Noa") };
        let noa = people::create_person(&f.app, &owner.ctx, input, "").await.unwrap();
        let amir = add(&f, &owner, "Amir", "", "").await;
        win(&f, &owner, &amir).await;
        f.clock.advance_millis(40 * DAY_MILLIS);
        set_stages(&f, &owner, |stages| stages[2].outcome = "won".into()).await;
        let is = get(&f, &owner, &noa.id).await;
        assert_eq!((is.standing, is.won_at), (Standing::Customer, None));
        assert_eq!(won_in(&f, &owner).await, [(3, 1)]);
        // Nor does going on from there.
        let won = stages(&f, &owner).await.into_iter().rfind(|it| it.outcome == Outcome::Won);
        let to = won.unwrap().id;
        let is = people::change_stage(&f.app, &owner.ctx, &noa.id, to.as_str()).await.unwrap();
        assert_eq!((is.won_at, won_in(&f, &owner).await), (None, vec![(3, 1)]));
        // The stage of a customer that becomes an open one makes a lead.
        set_stages(&f, &owner, |stages| stages[3].outcome = "open".into()).await;
        let is = get(&f, &owner, &amir).await;
        assert_eq!((is.standing, is.won_at), (Standing::Lead, None));
        assert!(won_in(&f, &owner).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn each_number_is_as_long_as_its_list() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let old = add(&f, &owner, "Old", "fair", "100").await;
        f.clock.advance_millis(100 * DAY_MILLIS);
        let noa = add(&f, &owner, "Noa", "site", "250").await;
        add(&f, &owner, "Amir", "site", "").await;
        add(&f, &owner, "Dana", "", "").await;
        f.clock.advance_millis(2 * 3_600_000);
        win(&f, &owner, &noa).await;
        win(&f, &owner, &old).await;

        let got = report(&f, &owner, 12).await;
        assert_eq!((got.added().people, got.added().customers), (4, 2));
        assert_eq!((got.won_people(), got.won_values()), (2, vec![("ILS".to_owned(), 35_000)]));
        assert_eq!(got.months.len(), 12);
        for month in &got.months {
            let added = PersonFilter { added: Some(month.span), ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, added).await, month.added.people, "{}", month.first);
            let won = PersonFilter { won: Some(month.span), ..PersonFilter::default() };
            let people: i64 = month.won.iter().map(|won| won.people).sum();
            assert_eq!(count(&f, &owner, won).await, people, "{}", month.first);
        }
        let sources: i64 = got.sources.iter().map(|each| each.added.people).sum();
        assert_eq!(sources, 4);
        for each in &got.sources {
            let first_source = Some(each.source.clone());
            let came = PersonFilter { first_source, ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, came).await, each.added.people, "{}", each.source);
        }
        let stages: i64 = got.stages.iter().map(|sum| sum.count).sum();
        assert_eq!(stages, count(&f, &owner, PersonFilter::default()).await);
        // Half way between two hours, and a hundred days and two hours.
        let median_secs = Some(50 * 86_400 + 7_200);
        let steps = Steps { waiting: 2, day: 1, later: 1, median_secs, ..Steps::default() };
        assert_eq!(got.steps, steps);
        let waiting = PersonFilter { waiting: true, ..PersonFilter::default() };
        assert_eq!(count(&f, &owner, waiting).await, 2);
        for step in StepWithin::ALL {
            let filter = PersonFilter { step: Some(*step), ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, filter).await, steps.within(*step), "{step}");
        }
        let others = PersonFilter { other_sources: vec!["site".into()], ..PersonFilter::default() };
        let rest = got.sources.iter().filter(|each| each.source != "site");
        let rest: i64 = rest.map(|each| each.added.people).sum();
        assert_eq!(count(&f, &owner, others).await, rest);
        for sum in &got.stages {
            let (stages, currency) = (vec![sum.stage.clone()], Some(sum.currency.clone()));
            let filter = PersonFilter { stages, currency, ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, filter).await, sum.count, "{}", sum.currency);
        }

        // Of the last months, who came before them is in none; that they were won now is.
        let short = report(&f, &owner, 3).await;
        assert_eq!((short.added().people, short.won_people()), (3, 2));
    })
    .await;
}

#[tokio::test]
async fn where_they_came_from_is_where_they_came_from_first() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        for (name, source) in [("Noa", "site"), ("Amir", "")] {
            let id = add(&f, &owner, name, source, "").await;
            let rev = get(&f, &owner, &id).await.rev;
            let later = PersonInput { source: "ads".into(), ..named(name) };
            people::update_person(&f.app, &owner.ctx, &id, later, rev).await.unwrap();
        }
        let got = report(&f, &owner, 3).await;
        let sources: Vec<_> =
            got.sources.iter().map(|each| (each.source.as_str(), each.added.people)).collect();
        assert_eq!(sources, [("ads", 1), ("site", 1)], "of Amir nothing was known before");
        for (source, people) in sources {
            let first_source = Some(source.to_owned());
            let came = PersonFilter { first_source, ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, came).await, people, "{source}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_note_is_a_first_step_and_a_correction_is_none() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = add(&f, &owner, "Noa", "", "").await;
        f.clock.advance_millis(60_000);
        let person = people::get_person(&f.app, &owner.ctx, &noa).await.unwrap();
        let better = PersonInput { company: "Levi".into(), ..named("Noa Levi") };
        people::update_person(&f.app, &owner.ctx, &noa, better, person.rev).await.unwrap();
        assert_eq!(report(&f, &owner, 3).await.steps.waiting, 1);
        f.clock.advance_millis(60_000);
        timeline::create_note(&f.app, &owner.ctx, &noa, "Called", "").await.unwrap();
        let steps = report(&f, &owner, 3).await.steps;
        assert_eq!((steps.waiting, steps.hour, steps.median_secs), (0, 1, Some(120)));
    })
    .await;
}

#[tokio::test]
async fn a_move_that_was_taken_back_is_no_first_step() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let noa = add(&f, &owner, "Noa", "", "").await;
        f.clock.advance_millis(60_000);
        let to = stages(&f, &owner).await.remove(1).id.to_string();
        let act = BulkInput { act: "stage".into(), to };
        let done = bulk::change_people(&f.app, &owner.ctx, vec![noa.clone()], act).await.unwrap();
        assert_eq!(report(&f, &owner, 3).await.steps.waiting, 0);
        f.clock.advance_millis(60_000);
        undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap();
        assert_eq!(report(&f, &owner, 3).await.steps.waiting, 1, "nobody has turned to her");
        let waiting = PersonFilter { waiting: true, ..PersonFilter::default() };
        assert_eq!(count(&f, &owner, waiting).await, 1);
        let page = timeline::list_entries(&f.app, &owner.ctx, &noa, None, 9).await.unwrap();
        let kinds: Vec<_> = page.items.iter().map(|it| it.entry.kind.as_str()).collect();
        assert_eq!(kinds, ["stage-back", "stage-undone", "created"]);
        // A move that stays counts as before.
        f.clock.advance_millis(60_000);
        win(&f, &owner, &noa).await;
        let steps = report(&f, &owner, 3).await.steps;
        assert_eq!((steps.waiting, steps.median_secs), (0, Some(180)));
    })
    .await;
}

#[tokio::test]
async fn what_others_did_after_a_move_that_is_taken_back_stays_a_step() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let mate = f.join(&owner, "mate@example.com", Role::Member).await;
        let noa = add(&f, &owner, "Noa", "", "").await;
        let to = stages(&f, &owner).await.remove(1).id.to_string();
        f.clock.advance_millis(60_000);
        let act = BulkInput { act: "stage".into(), to: to.clone() };
        let done = bulk::change_people(&f.app, &owner.ctx, vec![noa.clone()], act).await.unwrap();
        f.clock.advance_millis(60_000);
        win(&f, &mate, &noa).await;
        f.clock.advance_millis(60_000);
        people::change_stage(&f.app, &mate.ctx, &noa, &to).await.unwrap();
        f.clock.advance_millis(60_000);
        undos::undo(&f.app, &owner.ctx, &done.undo.unwrap()).await.unwrap();
        let page = timeline::list_entries(&f.app, &owner.ctx, &noa, None, 9).await.unwrap();
        let kinds: Vec<_> = page.items.iter().map(|it| it.entry.kind.as_str()).collect();
        assert_eq!(kinds, ["stage-back", "stage", "stage", "stage-undone", "created"]);
        let steps = report(&f, &owner, 3).await.steps;
        assert_eq!((steps.waiting, steps.median_secs), (0, Some(120)), "the first of the others'");
    })
    .await;
}

#[tokio::test]
async fn days_of_ones_own_add_up_and_stand_beside_those_before() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let today = || owner.ctx.zone.local(f.app.clock.now()).date();
        let old = add(&f, &owner, "Old", "fair", "100").await;
        let first = today().tomorrow().unwrap();
        win(&f, &owner, &old).await;
        f.clock.advance_millis(5 * DAY_MILLIS);
        let noa = add(&f, &owner, "Noa", "site", "250").await;
        add(&f, &owner, "Amir", "", "").await;
        f.clock.advance_millis(5 * DAY_MILLIS);
        win(&f, &owner, &noa).await;

        let own = Period::Days(first, today());
        let got = reports::get_report_of(&f.app, &owner.ctx, own, None, None).await.unwrap();
        assert_eq!((got.first, got.last), (first, today()));
        assert_eq!((got.added().people, got.added().customers, got.won_people()), (2, 1, 1));
        assert_eq!((got.before.added.people, got.won_people_before()), (1, 1));
        assert_eq!(got.before.last, first.yesterday().unwrap());
        assert_eq!(got.before.span.until, got.span.from);
        for (span, added, won) in [(got.span, 2, 1), (got.before.span, 1, 1)] {
            let came = PersonFilter { added: Some(span), ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, came).await, added);
            let became = PersonFilter { won: Some(span), ..PersonFilter::default() };
            assert_eq!(count(&f, &owner, became).await, won);
        }
        let turned = Period::Days(today(), first);
        let refused = reports::get_report_of(&f.app, &owner.ctx, turned, None, None).await;
        expect_invalid(refused, "to");
    })
    .await;
}

#[tokio::test]
async fn a_report_is_of_whoever_looks_after_them_and_of_a_pipeline() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        add(&f, &owner, "Noa", "site", "250").await;
        let all = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap();
        let first = &all[0].pipeline.id;
        let of = async |who: &Signed, pipeline, owned| {
            let got =
                reports::get_report_of(&f.app, &who.ctx, 3_u8, pipeline, owned).await.unwrap();
            let stages: i64 = got.stages.iter().map(|sum| sum.count).sum();
            (got.added().people, stages, got.steps.waiting)
        };
        assert_eq!(of(&owner, Some(first.clone()), None).await, (1, 1, 1));
        let mine = Owned::By(owner.ctx.member.clone());
        let nobody = of(&owner, None, Some(Owned::ByNobody)).await;
        let of_mine = of(&owner, None, Some(mine)).await;
        assert_eq!((nobody.0 + of_mine.0, nobody.1 + of_mine.1), (1, 1));
        assert_eq!(of(&other, Some(first.clone()), None).await, (0, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn home_shows_as_many_who_wait_as_the_report_and_leads_to_their_list() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let accountant = f.join(&owner, "rona@example.com", Role::Accountant).await;
        let same = async || -> (i64, Vec<String>) {
            let fresh = home::get_home(&f.app, &owner.ctx).await.unwrap().fresh.unwrap();
            let steps = report(&f, &owner, reports::MONTHS_USUAL).await.steps;
            let list =
                PersonFilter { waiting: true, added: Some(fresh.span), ..PersonFilter::default() };
            assert_eq!((fresh.count, count(&f, &owner, list).await), (steps.waiting, fresh.count));
            (fresh.count, fresh.first.into_iter().map(|person| person.name).collect())
        };
        assert_eq!(same().await, (0, vec![]));
        let mut ids = Vec::new();
        for n in 0..8 {
            f.clock.advance_millis(1_000);
            ids.push(add(&f, &owner, &format!("Lead {n}"), "site", "").await);
        }
        timeline::create_note(&f.app, &owner.ctx, &ids[7], "Called", "").await.unwrap();
        let (all, first) = same().await;
        assert_eq!((all, first.len(), first[0].as_str()), (7, 6, "Lead 6"));
        assert!(home::get_home(&f.app, &accountant.ctx).await.unwrap().fresh.is_none());
        f.clock.advance_millis(220 * DAY_MILLIS);
        assert_eq!(same().await, (0, vec![]), "as long ago as the report looks");
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_the_numbers_of_others() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        add(&f, &owner, "Noa", "site", "").await;
        let theirs = report(&f, &other, 12).await;
        assert_eq!(theirs.added().people, 0);
        assert!(theirs.sources.is_empty() && theirs.stages.is_empty());
        let accountant = f.join(&owner, "rona@example.com", Role::Accountant).await;
        let refused = reports::get_report(&f.app, &accountant.ctx, 3).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
        expect_invalid(reports::get_report(&f.app, &owner.ctx, 5).await, "months");
    })
    .await;
}
