//! Businesses: changes by revision, and what goes with them.

use domain::Locale;
use store::Db;
use store::tenants::{self, TenantChange};

use crate::support::*;

store::both_backends! {
    async fn a_change_needs_the_revision_that_was_read(db: Db) {
        let world = World::new();
        let id = a_tenant(&db, &world).await;
        let change = TenantChange {
            name: "Patisserie".to_owned(),
            locale: Locale::En,
            zone: zone(),
            currency: "EUR".to_owned(),
            colour: tenants::Colour::Plum,
            theme: "ledger".to_owned(),
        };
        let (same, of) = (change.clone(), id.clone());
        assert_eq!(db.write(move |c| tenants::update(c, &of, &same, 1)).await.unwrap(), 2);
        let of = id.clone();
        assert_conflict(db.write(move |c| tenants::update(c, &of, &change, 1)).await);
        let stored = db.read(move |c| tenants::get(c, &id)).await.unwrap();
        assert_eq!((stored.name.as_str(), stored.locale), ("Patisserie", Locale::En));
        assert_eq!((stored.colour, stored.theme.as_str()), (tenants::Colour::Plum, "ledger"));
    }

    async fn deleting_a_tenant_takes_everything_with_it(db: Db) {
        let world = World::new();
        let calendar = a_calendar(&db, &world).await;
        let id = calendar.tenant_id.clone();
        give_plugin(&db, &id).await;
        let person = world.person(&id, "Dana");
        let mut appointment = world.appointment(&id, 0);
        appointment.person_id = Some(person.id.clone());
        appointment.calendar_id = Some(calendar.id.clone());
        let job = world.job(&id, START);
        let of = id.clone();
        db.write(move |c| {
            store::people::insert(c, &person, &[])?;
            store::appointments::insert(c, &appointment)?;
            store::jobs::enqueue(c, &job, START)?;
            store::jobs::claim(c, START, 5, 1_000)?;
            tenants::delete(c, &of)
        }).await.unwrap();
        assert_not_found(db.read(move |c| tenants::get(c, &id)).await);
    }
}
