//! Examples: they come into an empty business, look like one that has been at work, and go without a trace.

use crate::support::people::named;
use crate::support::{Fixture, each};
use app::appointments::{self, AppointmentInput};
use app::home::{self, Examples};
use app::people::{self, PersonFilter};
use app::reports;
use app::tasks::{self, TaskInput};
use app::{Error, examples, timeline};
use domain::{Role, Timestamp};

async fn people(f: &Fixture, who: &crate::support::Signed) -> Vec<people::Person> {
    let order = people::PersonOrder::Newest;
    let filter = PersonFilter::default();
    people::list_people(&f.app, &who.ctx, filter, order, None, 50).await.unwrap().items
}

#[tokio::test]
async fn they_come_once_and_only_where_nobody_is() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, Some(Examples::Offered));
        for _ in 0..2 {
            examples::bring(&f.app, &owner.ctx).await.unwrap();
        }
        assert_eq!(people(&f, &owner).await.len(), 9);
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, Some(Examples::There));
        assert!(!home.checklist.unwrap().has_people, "none of them is one's own");
        assert!(home.today.unwrap().len() == 2 && home.tasks.unwrap().count == 2);
        let report = reports::get_report(&f.app, &owner.ctx, 6).await.unwrap();
        assert!(report.sources.len() > 2 && report.won_people() == 3 && report.steps.waiting == 1);
        let brought = f.actions(&owner).await;
        assert_eq!(brought.iter().filter(|act| *act == "examples.brought").count(), 1);

        let member = f.join(&owner, "mia@example.com", Role::Member).await;
        let refused = examples::remove(&f.app, &member.ctx).await;
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_people_gets_none() {
    each(async |f: Fixture| {
        let (owner, other) = f.two_businesses().await;
        people::create_person(&f.app, &owner.ctx, named("Noa"), "").await.unwrap();
        let refused = examples::bring(&f.app, &owner.ctx).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
        examples::bring(&f.app, &other.ctx).await.unwrap();
        assert_eq!(people(&f, &owner).await.len(), 1);
        examples::remove(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(people(&f, &other).await.len(), 9, "another business's stay");
    })
    .await;
}

#[tokio::test]
async fn what_is_ones_own_stays_when_they_go() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        examples::bring(&f.app, &owner.ctx).await.unwrap();
        let somebody = people(&f, &owner).await.remove(0).id;
        timeline::create_note(&f.app, &owner.ctx, &somebody, "Called", "").await.unwrap();
        let own = people::create_person(&f.app, &owner.ctx, named("Noa"), "").await.unwrap();
        let starts_at = f.app.clock.now().plus_secs(30 * 86_400);
        let visit = AppointmentInput {
            person: Some(somebody.clone()),
            title: "Visit".to_owned(),
            notes: String::new(),
            location: String::new(),
            starts_at,
            ends_at: starts_at.plus_secs(3_600),
            zone: owner.ctx.zone.clone(),
            online: false,
            calendar: None,
        };
        let visit = appointments::book_appointment(&f.app, &owner.ctx, visit, "").await.unwrap();
        let call = TaskInput {
            title: "Call".to_owned(),
            people: vec![somebody.to_string(), own.id.to_string()],
            ..TaskInput::default()
        };
        let call = tasks::create_task(&f.app, &owner.ctx, call, "").await.unwrap();
        for _ in 0..2 {
            examples::remove(&f.app, &owner.ctx).await.unwrap();
        }
        assert_eq!(people(&f, &owner).await, [own]);
        let (from, to) = (Timestamp::from_millis(0), starts_at.plus_secs(86_400));
        let span = appointments::get_span(&f.app, &owner.ctx, from, to).await.unwrap();
        assert_eq!(span.appointments.len(), 1);
        assert_eq!((&span.appointments[0].id, &span.appointments[0].person_id), (&visit.id, &None));
        assert_eq!(tasks::get_task(&f.app, &owner.ctx, &call.id).await.unwrap().title, "Call");
        let links = tasks::list_linked(&f.app, &owner.ctx, vec![call.id]).await.unwrap();
        assert_eq!(links.len(), 1);
        let home = home::get_home(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(home.examples, None);
    })
    .await;
}
