//! Imports and where people came from.

use super::{import, undo};
use crate::support::each;
use crate::support::people::{add, named};
use app::imports::{Counts, Doubles};
use app::people::{self, PersonInput};

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_a_list_tells_first_is_the_first_until_the_list_is_taken_back() {
    each(async |f| {
        let owner = f.first_run().await;
        let noa = PersonInput { phone: "050-1234567".into(), ..named("Noa") };
        let noa = add(&f, &owner, noa).await.id;
        let sources = async || {
            let whole = people::get_whole_person(&f.app, &owner.ctx, &noa).await.unwrap();
            (whole.person.source, whole.attribution.map(|first| first.source))
        };
        let list = "Name,Phone,Source\nNoa,050-1234567,fair\n";
        let (id, counts) = import(&f, &owner, list, Doubles::Update).await;
        assert_eq!(counts, Counts { changed: 1, ..Counts::default() });
        assert_eq!(sources().await, ("fair".to_owned(), Some("fair".to_owned())));
        assert_eq!(undo(&f, &owner, &id).await, 0);
        assert_eq!(sources().await, (String::new(), None));
    })
    .await;
}
