//! Samples of trying a connection.

use super::Words;
use crate::views::checkups::{CheckupBlock, PlaceRow, StepRow, TroubleRow};
use crate::views::connections::LeftRow;

const STEPS: [(&str, &str); 7] = [
    ("Google answers", "יש תשובה מ־Google"),
    ("Google knows this workspace", "סביבת העבודה מוכרת אצל Google"),
    ("Google sends people back here", "החזרה מ־Google מגיעה לכאן"),
    ("You allowed it there", "ניתן אישור אצל הספק"),
    ("Everything needed was allowed", "כל מה שנחוץ אושר"),
    ("It is the right account", "זה החשבון הנכון"),
    ("The Calendar API is on", "ה־Calendar API מופעל"),
];

fn steps(w: Words, done: usize, then: &'static str, trouble: Option<TroubleRow>) -> Vec<StepRow> {
    let row = |(at, (en, he)): (usize, &(&str, &str))| StepRow {
        title: w.of(en, he),
        state: match at.cmp(&done) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => then,
            std::cmp::Ordering::Greater => "waiting",
        },
        trouble: trouble.clone().filter(|_| at == done),
    };
    STEPS.iter().enumerate().map(row).collect()
}

fn block(w: Words, state: &'static str, steps: Vec<StepRow>) -> CheckupBlock {
    CheckupBlock { steps, when: w.of("Today, 14:05", "היום, 14:05"), state }
}

pub(super) fn trouble(w: Words) -> TroubleRow {
    TroubleRow {
        title: w.of("The Calendar API is off in your project", "ה־Calendar API כבוי בפרויקט שלך"),
        help: vec![w.of(
            "Open the page below and press “Enable”.",
            "פותחים את הדף שלמטה ולוחצים על ״הפעלה״.",
        )],
        link: Some(PlaceRow {
            href: "https://console.example.com/apis/calendar".into(),
            host: "console.example.com".into(),
        }),
    }
}

pub(super) fn well(w: Words) -> CheckupBlock {
    block(w, "well", steps(w, STEPS.len(), "done", None))
}

pub(super) fn failed(w: Words) -> CheckupBlock {
    block(w, "failed", steps(w, 2, "failed", Some(TroubleRow { link: None, ..trouble(w) })))
}

pub(super) fn running(w: Words) -> CheckupBlock {
    block(w, "running", steps(w, 4, "now", None))
}

pub(super) fn of_login(w: Words) -> CheckupBlock {
    block(w, "failed", steps(w, 1, "failed", Some(trouble(w))))
}

pub(super) fn left(w: Words) -> LeftRow {
    LeftRow { when: w.of("Today, 14:05", "היום, 14:05"), shown: vec![trouble(w), trouble(w)] }
}
