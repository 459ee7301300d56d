//! What is found by a few letters, and by whom; what a stream of changes says, and to whom.

use crate::support::{Fixture, Signed, each, origin};
use app::appointments::{AppointmentInput, book_appointment};
use app::people::{PersonInput, create_person};
use app::tasks::{TaskInput, create_task};
use app::{Context, live, search, sessions, timeline};
use domain::{ApiScope, ApiScopes, Role};

async fn fill(at: &Fixture, by: &Signed) {
    let input = PersonInput { name: "Noa Élan".into(), ..PersonInput::default() };
    let person = create_person(&at.app, &by.ctx, input, "").await.unwrap();
    for (title, hours, with) in
        [("Old fitting", -48, true), ("Fitting", 24, false), ("Tea", 2, true)]
    {
        let starts_at = at.app.clock.now().plus_secs(hours * 3_600);
        let input = AppointmentInput {
            person: with.then(|| person.id.clone()),
            title: title.into(),
            notes: String::new(),
            location: String::new(),
            starts_at,
            ends_at: starts_at.plus_secs(1_800),
            zone: by.ctx.zone.clone(),
            online: false,
            calendar: None,
        };
        book_appointment(&at.app, &by.ctx, input, "").await.unwrap();
    }
}

async fn titles(at: &Fixture, by: &Signed, text: &str) -> (usize, Vec<String>) {
    let found = search::search(&at.app, &by.ctx, text).await.unwrap();
    let titles = found.appointments.into_iter().map(|each| each.title).collect();
    (found.people.len(), titles)
}

#[tokio::test(flavor = "multi_thread")]
async fn appointments_are_found_by_title_and_by_person_what_is_to_come_first() {
    each(async |at| {
        let owner = at.first_run().await;
        fill(&at, &owner).await;
        let (people, found) = titles(&at, &owner, "FITTING").await;
        assert_eq!((people, found), (0, vec!["Fitting".to_owned(), "Old fitting".to_owned()]));
        let (people, found) = titles(&at, &owner, "noa éLAN").await;
        assert_eq!((people, found), (1, vec!["Tea".to_owned(), "Old fitting".to_owned()]));
        assert_eq!(titles(&at, &owner, "  ").await, (0, vec![]));
        assert_eq!(titles(&at, &owner, &"x".repeat(5_000)).await, (0, vec![]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_business_nor_a_role_that_sees_nothing_finds_anything() {
    each(async |at| {
        let (owner, stranger) = at.two_businesses().await;
        fill(&at, &owner).await;
        let accountant = at.join(&owner, "books@example.com", Role::Accountant).await;
        let noa = search::search(&at.app, &owner.ctx, "noa").await.unwrap().people.remove(0).id;
        timeline::create_note(&at.app, &owner.ctx, &noa, "Likes peonies", "").await.unwrap();
        let found = search::search(&at.app, &owner.ctx, "peonies").await.unwrap();
        assert_eq!(found.notes[0].person, "Noa Élan");
        for who in [&stranger, &accountant] {
            assert_eq!(titles(&at, who, "fitting").await, (0, vec![]));
            assert_eq!(titles(&at, who, "noa").await, (0, vec![]));
            let found = search::search(&at.app, &who.ctx, "peonies").await.unwrap();
            assert_eq!(found.notes.len(), 0);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn remarks_are_found_by_who_reads_what_they_are_about_and_by_nobody_else() {
    each(async |at| {
        let (owner, stranger) = at.two_businesses().await;
        fill(&at, &owner).await;
        let accountant = at.join(&owner, "books@example.com", Role::Accountant).await;
        let notes = "Allergic to lilies".to_owned();
        let input = PersonInput { name: "Gil".into(), notes, ..PersonInput::default() };
        let gil = create_person(&at.app, &owner.ctx, input, "").await.unwrap();
        let starts_at = at.app.clock.now().plus_secs(3_600);
        let input = AppointmentInput {
            person: Some(gil.id),
            title: "Tasting".into(),
            notes: "Bring the velvet samples".into(),
            location: String::new(),
            starts_at,
            ends_at: starts_at.plus_secs(1_800),
            zone: owner.ctx.zone.clone(),
            online: false,
            calendar: None,
        };
        book_appointment(&at.app, &owner.ctx, input, "").await.unwrap();
        assert_eq!(titles(&at, &owner, "lilies").await, (1, vec![]));
        assert_eq!(titles(&at, &owner, "velvet").await, (0, vec!["Tasting".to_owned()]));
        // A token that reads appointments alone finds theirs, and nothing of whom they are with.
        let scopes = Some(ApiScopes::from_iter([ApiScope::AppointmentsRead]));
        let narrow = Context { scopes, ..owner.ctx.clone() };
        let found = search::search(&at.app, &narrow, "velvet").await.unwrap();
        assert_eq!((found.people.len(), found.appointments.len()), (0, 1));
        let found = search::search(&at.app, &narrow, "lilies").await.unwrap();
        assert_eq!((found.people.len(), found.appointments.len()), (0, 0));
        for who in [&stranger, &accountant] {
            assert_eq!(titles(&at, who, "lilies").await, (0, vec![]));
            assert_eq!(titles(&at, who, "velvet").await, (0, vec![]));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_says_topics_that_the_role_sees_and_goes_on_from_where_it_was() {
    each(async |at| {
        let owner = at.first_run().await;
        let accountant = at.join(&owner, "books@example.com", Role::Accountant).await;
        let before = live::find_head(&at.app, &owner.ctx.tenant).await.unwrap();
        fill(&at, &owner).await;
        let told = live::changed_since(&at.app, &owner.ctx, before).await.unwrap();
        assert_eq!(told.topics, ["appointments", "people"]);
        assert_eq!(told.head, before + 4);
        let again = live::changed_since(&at.app, &owner.ctx, told.head).await.unwrap();
        assert!(again.topics.is_empty());
        let blind = live::changed_since(&at.app, &accountant.ctx, before).await.unwrap();
        assert!(blind.topics.is_empty(), "{:?}", blind.topics);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_far_behind_in_a_stream_looks_at_everything_again() {
    each(async |at| {
        let owner = at.first_run().await;
        let before = live::find_head(&at.app, &owner.ctx.tenant).await.unwrap();
        for n in 1..100 {
            let input = PersonInput { name: format!("Person {n}"), ..PersonInput::default() };
            create_person(&at.app, &owner.ctx, input, "").await.unwrap();
        }
        let told = live::changed_since(&at.app, &owner.ctx, before).await.unwrap();
        assert_eq!((told.head, told.topics), (before + 99, vec!["people"]));
        let task = TaskInput { title: "Call".into(), ..TaskInput::default() };
        create_task(&at.app, &owner.ctx, task, "").await.unwrap();
        let told = live::changed_since(&at.app, &owner.ctx, before).await.unwrap();
        assert_eq!((told.head, told.topics), (before + 100, vec![live::EVERYTHING]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn listening_makes_a_session_last_no_longer() {
    each(async |at| {
        let owner = at.first_run().await;
        for _ in 0..8 {
            at.clock.advance_millis(24 * 3_600_000);
            let open = sessions::still_opens(&at.app, &owner.token, &origin()).await;
            if open.is_err() {
                return;
            }
        }
        panic!("a session that nobody used is still open");
    })
    .await;
}
