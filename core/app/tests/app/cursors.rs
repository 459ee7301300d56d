//! Where lists go on, for programs: for whom and for what such a place is good.

use crate::support::{Fixture, Signed, each};
use app::cursors;

#[tokio::test]
async fn a_place_is_good_for_the_list_and_the_business_that_it_is_of() {
    each(async |f: Fixture| {
        let (ours, theirs) = f.two_businesses().await;
        let list = "people?order=name";
        let place = cursors::seal(&f.app, &ours.ctx, list, "Noa");
        let open = |who: &Signed, list: &str| cursors::open(&f.app, &who.ctx, list, &place);
        assert_eq!(open(&ours, list).as_deref(), Some("Noa"));
        assert_eq!(open(&theirs, list), None, "their list is spelt the same");
        assert_eq!(open(&ours, "people?order=newest"), None);
        // Nor does what proves one place prove another.
        let other = cursors::seal(&f.app, &theirs.ctx, list, "Noa");
        assert_ne!(other, place);
        assert_eq!(cursors::open(&f.app, &ours.ctx, list, &other), None);
    })
    .await;
}
