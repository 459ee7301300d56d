//! Reports of the sample shop, and of one that has just begun.

use app::plugin_views::document::ChartKind;

use super::{Gallery, Words};
use crate::views::people::Limit;
use crate::views::reports::{Earlier, Figure, ReportCell, ReportChart, ReportRow, Reports};
use crate::views::{Choice, Errors, Tab};
use crate::widgets::Drawing;

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    let all = report(w);
    gallery.page("reports", "/reports", &all);
    let narrowed = Reports {
        pipelines: vec![
            Choice::new("1", w.of("Customers", "לקוחות"), "1"),
            Choice::new("2", w.of("Wedding orders", "הזמנות לחתונות"), "1"),
        ],
        cleared: Some("/reports?months=3".into()),
        narrowing: "months=3".into(),
        ..all.clone()
    };
    gallery.page("reports-narrowed", "/reports", &narrowed);
    let wrong = Reports {
        period: vec![],
        from: "2026-11-30".into(),
        to: "2026-11-01".into(),
        errors: Errors::from([("to".to_owned(), "error-days-turned".to_owned())]),
        ..all.clone()
    };
    gallery.page("reports-days-turned", "/reports", &wrong);
    let none = Reports { any: false, charts: Vec::new(), figures: Vec::new(), ..all };
    gallery.page("reports-empty", "/reports", &none);
}

/// What a report narrows a list to.
pub(super) fn limits(w: Words) -> Vec<Limit> {
    let limit = |name, value: &str, text: String| Limit {
        text,
        href: "/people".into(),
        name,
        value: value.into(),
    };
    let days = w.of("Added 1 Sep 2026 – 30 Nov 2026", "נוספו 1 בספט׳ 2026 – 30 בנוב׳ 2026");
    let waiting = w.of("Nobody has turned to them yet", "עדיין לא פנו אליהם");
    vec![limit("added", "2026-09-01..2026-11-30", days), limit("waiting", "on", waiting)]
}

fn report(w: Words) -> Reports {
    let tab = |key, current| Tab { key, href: "/reports".into(), count: None, current };
    let figure = |key, value: String, note: String, before: String| Figure {
        key,
        value,
        note,
        href: Some("/people".into()),
        earlier: Some(Earlier { value: before, href: "/people".into() }),
    };
    Reports {
        tabs: vec![
            tab("report-this-month", false),
            tab("report-last-month", false),
            tab("report-this-quarter", false),
            tab("report-this-year", false),
            tab("report-months-3", true),
            tab("report-months-6", false),
            tab("report-months-12", false),
        ],
        period: vec![("months", "3".into())],
        from: String::new(),
        to: String::new(),
        pipelines: vec![],
        owners: vec![Choice::new("me", w.of("Me", "אני"), "")],
        cleared: None,
        narrowing: "months=3".into(),
        any: true,
        can_write: true,
        span: w.of("September 2026 – November 2026", "ספטמבר 2026 – נובמבר 2026"),
        figures: vec![
            figure("report-added", "1,248".into(), String::new(), "1,102".into()),
            figure(
                "report-customers",
                "19".into(),
                w.of("40% of the new people", "40% מהחדשים"),
                "0".into(),
            ),
            figure(
                "report-won",
                "₪84,500".into(),
                w.of("by 19 new customers", "מ־19 לקוחות חדשים"),
                "₪61,200 · $1,500".into(),
            ),
            figure(
                "report-step",
                w.of("3 hours", "3 שעות"),
                w.of("2 are still waiting", "2 עדיין ממתינים"),
                "–".into(),
            ),
        ],
        charts: charts(w),
        compared: w.of("1 Jun 2026 – 31 Aug 2026", "1 ביוני 2026 – 31 באוג׳ 2026"),
        errors: Errors::new(),
    }
}

fn charts(w: Words) -> Vec<ReportChart> {
    let months = [("September 2026", "ספטמבר 2026"), ("October 2026", "אוקטובר 2026")];
    let sources =
        [("Website", "האתר"), ("A friend who recommended us warmly", "חברה שהמליצה בחום")];
    let heads =
        [("New people", "אנשים חדשים"), ("Customers by now", "כבר לקוחות"), ("Share", "שיעור")];
    let of = |key, (en, he): (&str, &str), labels: [(&str, &str); 2]| {
        let heads: Vec<String> = heads.map(|(en, he)| w.of(en, he)).to_vec();
        let labels: Vec<String> = labels.map(|(en, he)| w.of(en, he)).to_vec();
        let drawing = Drawing {
            title: w.of(en, he),
            labels: labels.clone(),
            names: heads[..2].to_vec(),
            series: vec![vec![30.0, 18.0], vec![12.0, 7.0]],
        };
        let row = |(label, numbers): (String, [&str; 3])| ReportRow {
            label,
            cells: numbers
                .map(|number| ReportCell {
                    text: number.into(),
                    plain: number.into(),
                    href: (!number.contains('%')).then(|| "/people".into()),
                })
                .to_vec(),
        };
        ReportChart {
            key,
            id: key.into(),
            block: drawing.draw(&ChartKind::Bar, w.0, |number| number.to_string()),
            first: w.of("Month", "חודש"),
            file_heads: heads.clone(),
            heads,
            rows: labels
                .into_iter()
                .zip([["30", "12", "40%"], ["18", "7", "39%"]])
                .map(row)
                .collect(),
        }
    };
    vec![
        of("months", ("New people by month", "אנשים חדשים לפי חודש"), months),
        of("sources", ("Where they come from", "מאיפה הם מגיעים"), sources),
        of("won", ("Won", "נסגר"), months),
        of("stages", ("Where people stand now", "באיזה שלב נמצאים כולם"), sources),
        of("compared", ("Beside the period before", "לעומת התקופה הקודמת"), sources),
        of("steps", ("How soon somebody turned to them", "תוך כמה זמן פנו אליהם"), sources),
    ]
}
