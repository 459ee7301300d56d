//! Notes that somebody deletes while they get their words.

use std::sync::mpsc;
use std::time::Duration;

use domain::TenantId;
use store::search::{self, Kind};
use store::{Conn, Db, people, timeline};

use crate::search::noted;
use crate::support::*;

/// Gives the notes of a business their words, while another does something.
async fn meanwhile(
    db: &Db,
    of: &TenantId,
    other: impl FnOnce(&mut Conn) -> store::Result<()> + Send + 'static,
) {
    db.revert_down_to("20261129000391").await.unwrap();
    db.migrate().await.unwrap();
    let (given, are_given) = mpsc::channel();
    let (_never, waits) = mpsc::channel::<()>();
    let giving = {
        let (db, of) = (db.clone(), of.clone());
        tokio::spawn(async move {
            db.write(move |c| {
                search::catch_up(c, &of, Kind::Note, 9)?;
                given.send(()).unwrap();
                // Long enough for the other to come to the row; where nothing keeps it, it is through by then.
                let _ = waits.recv_timeout(Duration::from_millis(300));
                Ok(())
            })
            .await
        })
    };
    tokio::task::spawn_blocking(move || are_given.recv().unwrap()).await.unwrap();
    db.write(other).await.unwrap();
    giving.await.unwrap().unwrap();
    let of = of.clone();
    db.write(move |c| {
        while search::catch_up(c, &of, Kind::Note, 9)? > 0 {}
        assert_eq!(search::best(c, &of, Kind::Note, "peonies", 9)?, Some(Vec::new()));
        Ok(())
    })
    .await
    .unwrap();
}

store::both_backends! {
    async fn a_note_that_is_deleted_while_it_gets_its_words_is_found_no_more(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Noa Levi");
        let note = noted(&world, &person, "Prefers peonies");
        let id = note.id.clone();
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            timeline::insert(c, &note)
        }).await.unwrap();
        let of = tenant.clone();
        meanwhile(&db, &tenant, move |c| timeline::delete(c, &of, &id)).await;
    }

    async fn notes_about_who_is_deleted_while_they_get_their_words_are_found_no_more(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let person = world.person(&tenant, "Noa Levi");
        let note = noted(&world, &person, "Prefers peonies");
        let id = person.id.clone();
        db.write(move |c| {
            people::insert(c, &person, &[])?;
            timeline::insert(c, &note)
        }).await.unwrap();
        let of = tenant.clone();
        meanwhile(&db, &tenant, move |c| people::delete(c, &of, &id, 1, START)).await;
    }
}
