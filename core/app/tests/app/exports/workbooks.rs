//! What cells of a workbook are.

use std::io::Cursor;

use app::exports::{self, Format, Table};
use app::people::PersonInput;
use calamine::{Data, Reader as _, Xlsx};

use super::{people_as, whole, words};
use crate::support::each;
use crate::support::people::{add, detailed, named};

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

#[tokio::test]
async fn amounts_and_days_of_people_are_counted_with_and_phones_are_not() {
    each(async |f| {
        let owner = f.first_run().await;
        add(&f, &owner, detailed()).await;
        let bytes = people_as(&f, &owner, Format::Xlsx).await;
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        let cells = book.worksheet_range("OXPI").unwrap();
        let of = |head: &str| {
            let heads = cells.rows().next().unwrap();
            let at = heads.iter().position(|cell| *cell == head).unwrap();
            cells.rows().nth(1).unwrap()[at].clone()
        };
        assert_eq!(of("Worth"), Data::Float(1_500.5));
        let Data::DateTime(day) = of("Get back on") else { panic!("{:?}", of("Get back on")) };
        assert_eq!(day.to_ymd_hms_milli(), (2026, 12, 24, 0, 0, 0, 0));
        assert!(matches!(of("Added on"), Data::DateTime(_)));
        assert!(matches!(of("Phone"), Data::String(_)));
    })
    .await;
}
