//! Reports: numbers that add up with the lists behind them, by the months of the business.

use crate::support::people::named;
use crate::support::{Fixture, Signed, each, expect_invalid};
use app::people::{self, DetailsInput, Owned, PersonFilter, PersonInput, StepWithin};
use app::reports::{self, Report, Steps};
use app::{Error, pipelines, timeline};
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
        let stages: i64 = got.stages.iter().map(|sum| sum.count).sum();
        assert_eq!(stages, count(&f, &owner, PersonFilter::default()).await);
        let steps =
            Steps { waiting: 2, day: 1, later: 1, median_secs: Some(7_200), ..Steps::default() };
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
async fn a_report_is_of_whoever_looks_after_them_and_of_a_pipeline() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        add(&f, &owner, "Noa", "site", "250").await;
        let all = pipelines::list_pipelines(&f.app, &owner.ctx).await.unwrap();
        let first = &all[0].pipeline.id;
        let of = async |who: &Signed, pipeline, owned| {
            let got = reports::get_report_of(&f.app, &who.ctx, 3, pipeline, owned).await.unwrap();
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
