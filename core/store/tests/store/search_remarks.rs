//! What is found by a remark, or in spite of how it was typed.

use diesel::prelude::*;
use store::appointments;
use store::people::{self, Person};
use store::search::{Kind, catch_up, progress};
use store::{Db, Result};

use crate::people::change;
use crate::search::{found, listed};
use crate::support::*;

store::both_backends! {
    async fn remarks_lead_to_people_after_whoever_is_called_so(db: Db) {
        let world = World::new();
        let (tenant, other) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        db.write(move |c| {
            people::insert(c, &world.person(&tenant, "Dana Levi"), &[])?;
            world.clock.advance_millis(5);
            let notes = "Friend of Dana, likes peonies".to_owned();
            let gil = Person { notes, ..world.person(&tenant, "Gil Mor") };
            people::insert(c, &gil, &[])?;
            assert_eq!(found(c, &tenant, "dana")?, ["Dana Levi", "Gil Mor"]);
            assert_eq!(found(c, &tenant, "peon gil")?, ["Gil Mor"]);
            assert_eq!(listed(c, &tenant, "peonies")?.len(), 1);
            assert!(found(c, &other, "peonies")?.is_empty());
            let mut brought = crate::imports::new_person(&world, &tenant, "Tal", "050-1234567");
            brought.person.notes = "Wants tulips".to_owned();
            people::insert_many(c, &tenant, vec![brought])?;
            assert_eq!(found(c, &tenant, "tulips")?, ["Tal"]);
            people::update(c, &tenant, &gil.id, &change("Gil Mor"), &[], 1, START)?;
            assert!(found(c, &tenant, "peonies")?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn remarks_lead_to_appointments(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let mut visit = world.appointment(&tenant, 0);
        visit.notes = "Bring the velvet samples".to_owned();
        db.write(move |c| {
            appointments::insert(c, &visit)?;
            assert_eq!(appointments::search(c, &tenant, "velv samp", &[], START, 9)?.len(), 1);
            assert!(appointments::says(&visit, "velvet"));
            assert!(!appointments::says(&visit, "linen"));
            Ok(())
        }).await.unwrap();
    }

    async fn remarks_from_before_get_their_words_and_who_has_none_waits_for_nothing(db: Db) {
        let world = World::new();
        let (tenant, plain) = (a_tenant(&db, &world).await, a_tenant(&db, &world).await);
        let notes = "Likes peonies".to_owned();
        let gil = Person { notes: notes.clone(), ..world.person(&tenant, "Gil Mor") };
        let ron = world.person(&plain, "Ron");
        let mut visit = world.appointment(&tenant, 0);
        visit.notes = notes;
        let of = tenant.clone();
        db.write(move |c| {
            people::insert(c, &gil, &[])?;
            people::insert(c, &ron, &[])?;
            appointments::insert(c, &visit)
        }).await.unwrap();
        db.revert_down_to("20261201000417").await.unwrap();
        db.migrate().await.unwrap();
        db.write(move |c| {
            let left = progress(c)?;
            let todo: Vec<_> = left.iter().map(|it| (&it.tenant_id, it.kind, it.todo)).collect();
            assert_eq!(todo, [(&of, Kind::Appointment, 1), (&of, Kind::Person, 1)]);
            // As it was before there were words of remarks.
            let words = format!("word = 'peonies' AND tenant_id = '{of}'");
            diesel::sql_query(format!("DELETE FROM search_words WHERE {words}")).execute(c)?;
            let kept = format!("UPDATE search_things SET words = 'gil mor' WHERE tenant_id = '{of}'");
            diesel::sql_query(kept).execute(c)?;
            assert!(found(c, &of, "peonies")?.is_empty());
            assert_eq!(found(c, &of, "gil")?, ["Gil Mor"], "by what was known, until their turn");
            for kind in [Kind::Person, Kind::Appointment] {
                while catch_up(c, &of, kind, 9)? > 0 {}
            }
            assert_eq!(found(c, &of, "peonies")?, ["Gil Mor"]);
            assert_eq!(appointments::search(c, &of, "peonies", &[], START, 9)?.len(), 1);
            assert!(progress(c)?.is_empty());
            Ok(())
        }).await.unwrap();
    }

    async fn three_hebrew_letters_are_forgiven_where_nothing_else_fits(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        db.write(move |c| {
            for name in ["דוד כהן", "דנה לוי", "Ann Lee"] {
                people::insert(c, &world.person(&tenant, name), &[])?;
            }
            for (typed, meant) in [("כהו", "דוד כהן"), ("לבי", "דנה לוי"), ("דמה", "דנה לוי")] {
                assert_eq!(found(c, &tenant, typed)?, [meant], "{typed}");
                assert_eq!(listed(c, &tenant, typed)?.len(), 1, "{typed}");
            }
            assert!(found(c, &tenant, "lex")?.is_empty(), "others have too many near them");
            people::insert(c, &world.person(&tenant, "רון כהו"), &[])?;
            assert_eq!(found(c, &tenant, "כהו")?, ["רון כהו"], "somebody is called so");
            Ok(())
        }).await.unwrap();
    }

    async fn a_mistyped_beginning_leads_to_whom_it_was_meant_to_begin(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        db.write(move |c| {
            for name in ["Michal Cohenstein", "יונתן רוזנבאום", "Dana Peri"] {
                people::insert(c, &world.person(&tenant, name), &[])?;
            }
            let found = |c: &mut store::Conn, typed: &str| -> Result<Vec<String>> {
                found(c, &tenant, typed)
            };
            for typed in ["coeh", "michal cohne", "ochen", "cohxnst", "coohens"] {
                assert_eq!(found(c, typed)?, ["Michal Cohenstein"], "{typed}");
            }
            assert_eq!(found(c, "רזונב")?, ["יונתן רוזנבאום"]);
            for typed in ["dana coeh", "coxx", "coeh dana", "cxe"] {
                assert!(found(c, typed)?.is_empty(), "{typed}");
            }
            // Whoever asks for a list has typed all of it.
            assert!(listed(c, &tenant, "coeh")?.is_empty());
            Ok(())
        }).await.unwrap();
    }
}
