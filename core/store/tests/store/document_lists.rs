//! Lists of documents: in what order.

use store::Db;
use store::documents::{self, Document, DocumentFilter, DocumentOrder};

use crate::documents::document;
use crate::support::*;

store::both_backends! {
    async fn an_order_holds_every_document_once_page_by_page(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let kept = [("b.pdf", 5), ("A.pdf", 5), ("c.pdf", 9), ("a.pdf", 1), ("B.pdf", 7)];
        let rows: Vec<Document> = (0..).zip(kept).map(|(at, (name, size_bytes))| {
            world.clock.advance_millis(1);
            let name = name.to_owned();
            Document { name, size_bytes, ..document(&world, &tenant, &format!("key {at}")) }
        }).collect();
        let of = tenant.clone();
        db.write(move |c| rows.iter().try_for_each(|row| documents::insert(c, row))).await.unwrap();
        db.read(move |c| {
            for (order, expected) in [
                (None, ["B.pdf", "a.pdf", "c.pdf", "A.pdf", "b.pdf"]),
                (Some(DocumentOrder::Oldest), ["b.pdf", "A.pdf", "c.pdf", "a.pdf", "B.pdf"]),
                (Some(DocumentOrder::Name), ["A.pdf", "a.pdf", "b.pdf", "B.pdf", "c.pdf"]),
                (Some(DocumentOrder::Size), ["c.pdf", "B.pdf", "A.pdf", "b.pdf", "a.pdf"]),
            ] {
                let filter = DocumentFilter { order, ..DocumentFilter::default() };
                let (mut names, mut after) = (Vec::new(), None);
                loop {
                    let page = documents::list(c, &of, &filter, after.as_ref(), 2)?;
                    names.extend(page.items.into_iter().map(|row| row.name));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(names, expected, "{order:?}");
            }
            Ok(())
        }).await.unwrap();
    }
}
