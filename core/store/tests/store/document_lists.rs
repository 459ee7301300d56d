//! Lists of documents: in what order.

use store::data_keys;
use store::documents::{self, Document, DocumentFilter, DocumentOrder};
use store::{Db, Error};

use crate::documents::{document, key};
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
        let (of, key) = (tenant.clone(), key(&world, &tenant, 1));
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            rows.iter().try_for_each(|row| documents::insert(c, row))
        }).await.unwrap();
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

    async fn of_those_that_are_as_large_and_called_so_too_each_comes_once(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let rows: Vec<Document> = (0..5).map(|at| {
            world.clock.advance_millis(1);
            document(&world, &tenant, &format!("key {at}"))
        }).collect();
        let mut all: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
        all.sort();
        let (of, key) = (tenant.clone(), key(&world, &tenant, 1));
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            rows.iter().try_for_each(|row| documents::insert(c, row))
        }).await.unwrap();
        db.read(move |c| {
            for order in DocumentOrder::ALL.iter().copied() {
                let filter = DocumentFilter { order: Some(order), ..DocumentFilter::default() };
                let (mut ids, mut after) = (Vec::new(), None);
                loop {
                    let page = documents::list(c, &of, &filter, after.as_ref(), 2)?;
                    ids.extend(page.items.into_iter().map(|row| row.id));
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                ids.sort();
                assert_eq!(ids, all, "{order:?}");
            }
            Ok(())
        }).await.unwrap();
    }

    async fn a_list_goes_on_where_the_last_document_of_a_page_is_gone_or_renamed(db: Db) {
        let world = World::new();
        let tenant = a_tenant(&db, &world).await;
        let kept = [("a.pdf", 9), ("b.pdf", 8), ("c.pdf", 7), ("d.pdf", 6), ("e.pdf", 5)];
        let rows: Vec<Document> = (0..).zip(kept).map(|(at, (name, size_bytes))| {
            world.clock.advance_millis(1);
            let name = name.to_owned();
            Document { name, size_bytes, ..document(&world, &tenant, &format!("key {at}")) }
        }).collect();
        let (of, key) = (tenant.clone(), key(&world, &tenant, 1));
        db.write(move |c| {
            data_keys::insert(c, &key)?;
            rows.iter().try_for_each(|row| documents::insert(c, row))?;
            let filter =
                |order| DocumentFilter { order: Some(order), ..DocumentFilter::default() };
            let by_size = filter(DocumentOrder::Size);
            let first = documents::list(c, &of, &by_size, None, 2)?;
            documents::delete(c, &of, &rows[1].id)?;
            let rest = documents::list(c, &of, &by_size, first.next.as_ref(), 9)?.items;
            assert_eq!(rest, rows[2..]);

            let by_name = filter(DocumentOrder::Name);
            let first = documents::list(c, &of, &by_name, None, 2)?;
            assert_eq!(first.items.last(), Some(&rows[2]));
            documents::rename(c, &of, &rows[2].id, "z.pdf")?;
            let rest = documents::list(c, &of, &by_name, first.next.as_ref(), 9)?.items;
            let names: Vec<&str> = rest.iter().map(|row| row.name.as_str()).collect();
            assert_eq!(names, ["d.pdf", "e.pdf", "z.pdf"]);
            let elsewhere = documents::list(c, &of, &by_size, first.next.as_ref(), 9);
            assert!(matches!(elsewhere, Err(Error::NotFound)), "{elsewhere:?}");
            Ok(())
        }).await.unwrap();
    }
}
