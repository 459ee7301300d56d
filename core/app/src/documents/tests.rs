//! What is read of a document that somebody deletes meanwhile, of one whose bytes are lost, of one whose key is
//! exchanged, what is told of one that moved meanwhile, and how much there may be of them.

use std::sync::Arc;

use domain::time::ManualClock;
use domain::{DocumentId, Secret, TenantId};
use store::documents::{Document, Retention};

use super::{
    House, NewFile, add_document, body, delete_bodies, forget, give_up, keep_own, read_body,
};
use crate::audit::Who;
use crate::people::merge::merge_people;
use crate::people::{PersonInput, create_person};
use crate::tenants::{self, BusinessInput, FirstRun, OwnerInput};
use crate::{App, Context, Error, Origin, parts, rotation, sessions, timeline};

/// A new business.
async fn business(app: &App) -> TenantId {
    owner_of_new(app).await.tenant
}

/// The owner of a new business.
async fn owner_of_new(app: &App) -> Context {
    let business = BusinessInput {
        business: "Studio".into(),
        locale: "en".into(),
        zone: "UTC".into(),
        currency: "EUR".into(),
    };
    let password = Secret::from_text("seven quiet green lamps".to_owned());
    let owner = OwnerInput { name: "Dana".into(), email: "dana@example.com".into(), password };
    let (input, origin) = (FirstRun { business, owner }, Origin::default());
    let signed = tenants::create_first_business(app, &origin, input).await.unwrap();
    sessions::context_of(app, &signed.token, &origin).await.unwrap().context.unwrap()
}

/// A file that is known, and its row.
async fn kept(app: &App, tenant: &TenantId) -> Document {
    let house = House {
        tenant: tenant.clone(),
        name: "list.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        source: "import".to_owned(),
        retention: Retention::Plugin,
    };
    let row = keep_own(app, house, |out| out.write_all(b"Name\nNoa\n")).await.unwrap();
    let row2 = row.clone();
    app.db.write(move |c| store::documents::insert(c, &row2)).await.unwrap();
    row
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_since_its_row_was_read_is_not_there() {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(fresh.db.clone(), clock);
        let tenant = business(&app).await;
        let (goes, lost) = (kept(&app, &tenant).await, kept(&app, &tenant).await);
        assert_eq!(read_body(&app, &goes, 5, 3).await.unwrap(), b"Noa");
        let id = goes.id.clone();
        app.db.write(move |c| store::documents::delete(c, &tenant, &id)).await.unwrap();
        delete_bodies(&app, &goes.tenant_id, vec![goes.id.clone(), lost.id.clone()]).await;
        let read = read_body(&app, &goes, 0, 9).await;
        assert!(matches!(read, Err(Error::NotFound)), "{read:?}");
        assert!(matches!(body::take_body(&app, &goes).await, Err(Error::NotFound)));
        let read = read_body(&app, &lost, 0, 9).await;
        assert!(matches!(read, Err(Error::Internal(_))), "{read:?}");
        assert!(matches!(body::take_body(&app, &lost).await, Err(Error::Internal(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_exchanged_meanwhile_hide_no_file() {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(fresh.db.clone(), clock);
        let tenant = business(&app).await;
        let row = kept(&app, &tenant).await;
        rotation::rotate(&app, &tenant, |_| ()).await.unwrap();
        assert_eq!(read_body(&app, &row, 0, 9).await.unwrap(), b"Name\nNoa\n");
        let mut pieces = body::take_body(&app, &row).await.unwrap();
        assert_eq!(pieces.next().await.unwrap().as_deref(), Some(&b"Name\nNoa\n"[..]));
        assert_eq!(pieces.next().await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_file_is_told_where_it_has_moved_meanwhile() {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(fresh.db.clone(), clock);
        let ctx = owner_of_new(&app).await;
        let mut two = Vec::new();
        for name in ["Noa", "Noa L."] {
            let input = PersonInput { name: name.to_owned(), ..PersonInput::default() };
            two.push(create_person(&app, &ctx, input, "").await.unwrap().id);
        }
        let file = NewFile { name: "offer.txt".to_owned(), bytes: b"offer".to_vec() };
        // Read before the two became one, deleted after.
        let read = add_document(&app, &ctx, &two[1], file, "").await.unwrap();
        merge_people(&app, &ctx, &two[0], &two[1]).await.unwrap();
        let (app2, who) = (app.clone(), Who::from(&ctx));
        app.db.transact(move |c| forget(&app2, c, &who, &read)).await.unwrap();
        let told = timeline::list_entries(&app, &ctx, &two[0], None, 20).await.unwrap();
        let is_told = |kind: &str| told.items.iter().any(|told| told.entry.kind == kind);
        assert!(is_told("document-added") && is_told("document-deleted"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_given_up_only_where_its_row_is_certainly_not_there() {
    let fresh = store::testing::sqlite().await;
    let app = parts::put_together(fresh.db.clone(), Arc::new(ManualClock::at(1_772_344_800_000)));
    let tenant = business(&app).await;
    let row = kept(&app, &tenant).await;
    // Broken while it was committed, perhaps after.
    for broken in [Error::unavailable("error-database-unavailable", "x"), Error::internal("x")] {
        give_up(&app, &row, &broken).await;
        assert_eq!(read_body(&app, &row, 5, 3).await.unwrap(), b"Noa");
    }
    give_up(&app, &row, &Error::NotFound).await;
    assert!(app.blobs.open(&row.tenant_id, &row.id).unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_added_up_to_what_a_business_may_keep_and_no_further() {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(fresh.db.clone(), clock);
        let ctx = owner_of_new(&app).await;
        let input = PersonInput { name: "Noa".to_owned(), ..PersonInput::default() };
        let noa = create_person(&app, &ctx, input, "").await.unwrap().id;
        let add = async |text: &str| {
            let file = NewFile { name: "offer.txt".to_owned(), bytes: text.into() };
            add_document(&app, &ctx, &noa, file, "").await
        };
        let first = add("offer").await.unwrap();
        // One as large as all but ten bytes of the room.
        let id = DocumentId::new(&*app.clock, &*app.rng);
        let large = Document { once_key: id.to_string(), id, size_bytes: (4 << 30) - 10, ..first };
        app.db.write(move |c| store::documents::insert(c, &large)).await.unwrap();
        let is_full = |answer| matches!(answer, Err(Error::Invalid { key, .. }) if key == "error-document-full");
        assert!(is_full(add("offers").await));
        add("offer").await.unwrap();
        assert!(is_full(add("o").await));
    }
}
