//! What cells of a workbook are.

use std::io::Cursor;

use app::exports::{self, Format, Table};
use app::people::PersonInput;
use calamine::{Data, Reader as _, Xlsx};

use super::{people_as, whole, words};
use crate::support::each;
use crate::support::people::{add, named};

#[tokio::test]
async fn a_report_s_workbook_has_numbers_and_a_list_has_texts() {
    each(async |f| {
        let owner = f.first_run().await;
        let table = Table {
            heads: vec!["Month".to_owned(), "Value".to_owned()],
            rows: vec![vec!["2026".to_owned(), "1234567.50".to_owned()]],
        };
        let (app, ctx, xlsx) = (&f.app, &owner.ctx, Format::Xlsx);
        let report = exports::export_report(app, ctx, table, xlsx, Box::new(words)).await.unwrap();
        add(&f, &owner, PersonInput { phone: "1234567".into(), ..named("Noa") }).await;
        let list = people_as(&f, &owner, xlsx).await;
        for (bytes, told, number) in [(whole(report).await, "2026", 1), (list, "1234567", 0)] {
            let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
            let cells = book.worksheet_range("OXPI").unwrap();
            let row: Vec<&Data> = cells.rows().nth(1).unwrap().iter().collect();
            assert!(row.contains(&&Data::String(told.to_owned())), "{row:?}");
            let numbers = row.iter().filter(|cell| matches!(cell, Data::Float(_)));
            assert_eq!(numbers.count(), number, "{row:?}");
        }
    })
    .await;
}
