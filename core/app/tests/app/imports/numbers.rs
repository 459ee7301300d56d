//! Imports and phone numbers: who is known by theirs, however it is written.

use super::{find, import, names, undo};
use crate::support::each;
use crate::support::people::{add, doubles_of, move_to, named, unread};
use app::imports::{Counts, Doubles};
use app::people::{self, PersonInput};

#[tokio::test(flavor = "multi_thread")]
async fn a_landline_and_a_mobile_that_end_alike_are_two_people() {
    each(async |f| {
        let owner = f.first_run().await;
        let list = "Name,Phone\nDana,02-1234567\nNoa,052-1234567\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { made: 2, ..Counts::default() });
        let doubles = doubles_of(&f.app, &owner.ctx).await;
        assert!(doubles.is_empty(), "{doubles:?}");
        let dana = find(&f, &owner, "Dana").await;
        assert!(people::list_alike(&f.app, &owner.ctx, &dana.id).await.unwrap().is_empty());
        // Their own numbers in other spellings are theirs.
        let list = "Name,Phone\nA,+972 2 123 4567\nB,00972521234567\nC,972521234567\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        assert_eq!(counts, Counts { skipped: 3, ..Counts::default() });
        // By name alone nobody is whose number is another.
        let list = "Name,Phone\nDana,02-1234568\nNoa,+972 52-1234567\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { made: 1, skipped: 1, ..Counts::default() });
        assert_eq!(names(&f, &owner).await, ["Dana", "Dana", "Noa"]);
        assert_eq!(find(&f, &owner, "Noa").await.phone, "052-1234567", "as it was typed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_share_a_number_the_one_who_is_called_so_is_meant() {
    each(async |f| {
        let owner = f.first_run().await;
        for name in ["Dana", "Yoav"] {
            add(&f, &owner, PersonInput { phone: "03-555 0101".into(), ..named(name) }).await;
            // Of those who aren't called so, the oldest is meant.
            f.clock.advance_millis(10);
        }
        let list = "Name,Phone,Email\nYoav,03-5550101,yoav@example.com\n\
            Dana,+97235550101,dana@example.com\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 2, ..Counts::default() });
        assert_eq!(names(&f, &owner).await, ["Dana", "Yoav"]);
        assert_eq!(find(&f, &owner, "Yoav").await.email, "yoav@example.com");
        assert_eq!(find(&f, &owner, "Dana").await.email, "dana@example.com");
        let list = "Name,Phone,Email\nFamily Bar,035550101,bar@example.com\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        assert_eq!(counts, Counts { skipped: 1, ..Counts::default() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_before_are_read_before_a_list_comes_in() {
    each(async |f| {
        let owner = f.first_run().await;
        let dana =
            add(&f, &owner, PersonInput { phone: "050-1234567".into(), ..named("Dana") }).await;
        unread(&f, &owner, &dana).await;
        let list = "Name,Phone\nD. Levi,+972 50 1234567\n";
        let (_, counts) = import(&f, &owner, list, Doubles::Skip).await;
        assert_eq!(counts, Counts { skipped: 1, ..Counts::default() });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_comes_back_is_understood_as_it_was() {
    each(async |f| {
        let owner = f.first_run().await;
        let dana =
            add(&f, &owner, PersonInput { phone: "050-1234567".into(), ..named("Dana") }).await;
        let list = "Name,Phone,Email\nDana,0501234567,dana@example.com\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, ..Counts::default() });
        move_to(&f, &owner, "Europe/Berlin").await;
        assert_eq!(undo(&f, &owner, &id).await, 0);
        let whole = people::get_whole_person(&f.app, &owner.ctx, &dana.id).await.unwrap();
        let known: Vec<_> = whole.contacts.iter().map(|it| (&*it.value, &*it.e164)).collect();
        assert_eq!(known, [("050-1234567", "+972501234567")]);
    })
    .await;
}
