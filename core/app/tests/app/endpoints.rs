//! Endpoints: who may see and change them, what the form refuses, and what an act keeps for them.

use app::endpoints::kinds::KINDS;
use app::endpoints::{self, EndpointInput};
use app::people::PersonInput;
use app::sources::{Renamed, rename_source};
use app::{Context, Error, undos};
use domain::{EndpointId, Role};

use crate::support::people::{add, named};
use crate::support::{Fixture, Signed, each, expect_invalid};

fn input(url: &str) -> EndpointInput {
    EndpointInput { url: url.into(), all: true, ..EndpointInput::default() }
}

fn proven(who: &Signed) -> Context {
    Context { is_recent: true, ..who.ctx.clone() }
}

async fn make(f: &Fixture, who: &Signed, input: EndpointInput) -> EndpointId {
    endpoints::add_endpoint(&f.app, &proven(who), input, "").await.unwrap().endpoint.id
}

async fn waiting(f: &Fixture) -> i64 {
    f.app.db.read(store::outbox::count_undispatched).await.unwrap()
}

#[tokio::test]
async fn adding_asks_for_a_proof_and_shows_the_secret_once_for_each_form() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let stale = Context { is_recent: false, ..owner.ctx.clone() };
        let url = "https://hooks.example.com/in";
        let refused = endpoints::add_endpoint(&f.app, &stale, input(url), "").await;
        assert!(matches!(refused, Err(Error::Unproven)));
        let add = async || endpoints::add_endpoint(&f.app, &proven(&owner), input(url), "f").await;
        let first = add().await.unwrap();
        let again = add().await.unwrap();
        assert_eq!(first.endpoint, again.endpoint);
        let text = |made: &endpoints::WithSecret| {
            made.secret.as_ref().map(|it| it.expose_text().unwrap().to_owned())
        };
        let secret = text(&first).unwrap();
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "32 bytes");
        assert_eq!(text(&again), Some(secret));
        f.clock.advance_millis(11 * 60_000);
        assert!(text(&add().await.unwrap()).is_none(), "an old form shows nothing any more");
        let all = endpoints::list_endpoints(&f.app, &owner.ctx).await.unwrap();
        assert_eq!(all.len(), 1);
        let actions = f.actions(&owner).await;
        assert_eq!(actions.iter().filter(|action| *action == "endpoint.added").count(), 1);
        // The log of who did what holds the host, and nothing that may be a key.
        let chain = f.chain(&owner.ctx.tenant).await;
        let entry = chain.iter().find(|entry| entry.action == "endpoint.added").unwrap();
        assert_eq!(entry.detail_json.0, serde_json::json!({"title": "hooks.example.com"}));

        let id = &first.endpoint.id;
        let refused = endpoints::rotate_secret(&f.app, &stale, id, "").await;
        assert!(matches!(refused, Err(Error::Unproven)));
        let moved = input("https://other.example.com/");
        let refused = endpoints::change_endpoint(&f.app, &stale, id, moved.clone(), 1).await;
        assert!(matches!(refused, Err(Error::Unproven)), "where data goes is worth a proof");
        endpoints::change_endpoint(&f.app, &stale, id, input(url), 1).await.unwrap();
        endpoints::change_endpoint(&f.app, &proven(&owner), id, moved.clone(), 1).await.unwrap();
        let late = endpoints::change_endpoint(&f.app, &proven(&owner), id, moved, 1).await;
        assert!(matches!(late, Err(Error::Conflict { .. })));
    })
    .await;
}

#[tokio::test]
async fn only_public_https_addresses_and_known_kinds_are_taken() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let add = async |input| endpoints::add_endpoint(&f.app, &proven(&owner), input, "").await;
        for bad in [
            "",
            "hooks.example.com",
            "http://hooks.example.com/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://localhost/",
            "https://metadata.internal/",
            "https://me:secret@hooks.example.com/",
            "https://hooks.example.com/#x",
        ] {
            expect_invalid(add(input(bad)).await, "url");
        }
        let url = "https://hooks.example.com/in";
        let some = |kinds: &[&str]| EndpointInput {
            all: false,
            kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(),
            ..input(url)
        };
        expect_invalid(add(some(&[])).await, "kinds");
        expect_invalid(add(some(&["person.eaten"])).await, "kinds");
        let all: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        assert!(add(some(&all)).await.is_ok());
        for _ in 1..endpoints::ENDPOINTS_MAX {
            make(&f, &owner, input(url)).await;
        }
        expect_invalid(add(input(url)).await, "url");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_manage_settings_finds_none_and_neither_does_another_business() {
    each(async |f: Fixture| {
        let (owner, stranger) = f.two_businesses().await;
        let id = make(&f, &owner, input("https://hooks.example.com/in")).await;
        let test = endpoints::send_test(&f.app, &owner.ctx, &id, "").await.unwrap();
        let member = f.join(&owner, "ruth@example.com", Role::Member).await;
        for who in [proven(&member), proven(&stranger)] {
            let (app, id) = (&f.app, &id);
            let now = app.clock.now();
            let all = [
                endpoints::get_endpoint(app, &who, id).await.map(drop),
                endpoints::turn_on(app, &who, id).await,
                endpoints::turn_off(app, &who, id).await,
                endpoints::rotate_secret(app, &who, id, "").await.map(drop),
                endpoints::change_endpoint(app, &who, id, input("https://x.example/"), 1).await,
                endpoints::remove_endpoint(app, &who, id).await,
                endpoints::send_test(app, &who, id, "").await.map(drop),
                endpoints::send_again(app, &who, id, &test).await,
                endpoints::send_failed_again(app, &who, id, now).await.map(drop),
                endpoints::count_deliveries(app, &who, id).await.map(drop),
                endpoints::get_delivery(app, &who, id, &test).await.map(drop),
                endpoints::list_deliveries(app, &who, id, None, None, 10).await.map(drop),
            ];
            for (at, one) in all.iter().enumerate() {
                let nothing = matches!(one, Err(Error::NotFound)) || (at == 9 && one.is_ok());
                assert!(nothing, "{at}: {one:?}");
            }
        }
        let mine = make(&f, &stranger, input("https://hooks.example.com/in")).await;
        let mixed = endpoints::get_delivery(&f.app, &stranger.ctx, &mine, &test).await;
        assert!(matches!(mixed, Err(Error::NotFound)));
        assert!(endpoints::get_endpoint(&f.app, &owner.ctx, &id).await.unwrap().enabled);
    })
    .await;
}

#[tokio::test]
async fn an_act_is_kept_for_who_is_told_of_it_and_for_nobody_else() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        add(&f, &owner, named("Noa")).await;
        assert_eq!(waiting(&f).await, 0, "nobody is told");
        let some = EndpointInput {
            all: false,
            kinds: vec!["person.deleted".into()],
            ..input("https://hooks.example.com/in")
        };
        let id = make(&f, &owner, some).await;
        let person = add(&f, &owner, named("Dana")).await;
        assert_eq!(waiting(&f).await, 0, "not of this");
        app::people::delete_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        // Of one that isn't deleted for lack of a change neither.
        app::people::delete_person(&f.app, &owner.ctx, &person.id).await.unwrap();
        assert_eq!(waiting(&f).await, 1);
        endpoints::turn_off(&f.app, &owner.ctx, &id).await.unwrap();
        endpoints::turn_off(&f.app, &owner.ctx, &id).await.unwrap();
        let other = add(&f, &owner, named("Yael")).await;
        app::people::delete_person(&f.app, &owner.ctx, &other.id).await.unwrap();
        assert_eq!(waiting(&f).await, 1, "it is off");
        let actions = f.actions(&owner).await;
        let off = actions.iter().filter(|action| *action == "endpoint.turned-off").count();
        assert_eq!(off, 1, "twice is once");
    })
    .await;
}

#[tokio::test]
async fn of_who_was_removed_nobody_is_told_what_changes() {
    each(async |f: Fixture| {
        let owner = f.first_run().await;
        let (app, ctx) = (&f.app, &owner.ctx);
        let from = |name: &str| PersonInput { source: "site".into(), ..named(name) };
        add(&f, &owner, from("Noa")).await;
        let gone = add(&f, &owner, from("Gone")).await;
        app::people::delete_person(app, ctx, &gone.id).await.unwrap();
        make(&f, &owner, input("https://hooks.example.com/in")).await;
        let renamed = rename_source(app, ctx, "site", "Site", "").await.unwrap();
        let Renamed::Done(done) = renamed else { panic!("they are few") };
        assert_eq!((done.count, waiting(&f).await), (2, 1), "of Noa alone");
        undos::undo(app, ctx, &done.undo.unwrap()).await.unwrap();
        assert_eq!(waiting(&f).await, 2);
        let chain = f.chain(&ctx.tenant).await;
        let told = chain.iter().filter(|entry| entry.action == "person.removed-changed");
        let told: Vec<&str> = told.map(|entry| entry.entity_id.as_str()).collect();
        assert_eq!(told, [gone.id.as_str(); 2], "the log says both");
        app::people::restore_person(app, ctx, &gone.id).await.unwrap();
        assert_eq!(waiting(&f).await, 3, "that they are back, and what they are");
    })
    .await;
}
