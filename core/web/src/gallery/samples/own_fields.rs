//! Samples of own fields: what people have of them, and how they are asked for and set up.

use super::Words;
use crate::views::own_fields::{
    OptionField, OwnAsked, OwnFieldForm, OwnNarrow, OwnSettings, OwnShown, RemovedField,
};
use crate::views::people::BulkOwn;
use crate::views::{Choice, Errors};

const KINDS: [&str; 7] = ["text", "paragraph", "number", "day", "yes-no", "choice", "link"];

pub(super) fn shown(w: Words) -> Vec<OwnShown> {
    let one = |label: String, kind: &str, lines: Vec<String>, href: &str| OwnShown {
        label,
        kind: kind.into(),
        lines,
        href: href.into(),
    };
    let size = w.of("Size", "מידה");
    let far = "example.com/a-very/long/address/that-goes-on/and-on/without-any-space-at-all";
    vec![
        one(size, "choice", vec![w.of("Medium", "בינונית")], ""),
        one(w.of("Guests", "אורחים"), "number", vec!["1250.5".into()], ""),
        one(w.of("Portfolio", "תיק עבודות"), "link", vec![far.into()], "https://example.com/a"),
        one(
            w.of("Allergies", "אלרגיות"),
            "paragraph",
            vec![w.of("Nuts.", "אגוזים."), w.of("Milk.", "חלב.")],
            "",
        ),
    ]
}

pub(super) fn asked(w: Words) -> Vec<OwnAsked> {
    let one = |(at, kind): (usize, &&str)| OwnAsked {
        field: format!("own-{}", at + 1),
        label: w.of("Size", "מידה"),
        kind: (*kind).into(),
        help: if at % 2 == 0 {
            w.of("As on the form.", "כמו בטופס.")
        } else {
            String::new()
        },
        value: if *kind == "number" { "12,5".into() } else { String::new() },
        choices: vec![Choice::new("1", w.of("Medium", "בינונית"), "1")],
    };
    KINDS.iter().enumerate().map(one).collect()
}

pub(super) fn bulk(w: Words) -> Vec<BulkOwn> {
    let one = |field: OwnAsked| BulkOwn {
        act: field.field.clone(),
        field: OwnAsked { field: format!("to-{}", field.field), help: String::new(), ..field },
    };
    asked(w).into_iter().take(5).map(one).collect()
}

pub(super) fn settings(w: Words) -> OwnSettings {
    let option = |id: &str, name: String, retired| OptionField { id: id.into(), name, retired };
    let form = |id: &str, name: String, kind: &str| OwnFieldForm {
        id: id.into(),
        title: name.clone(),
        name,
        kind: kind.into(),
        ..OwnFieldForm::default()
    };
    let errors = Errors::from([("options".to_owned(), "error-option-twice".to_owned())]);
    let size = OwnFieldForm {
        options: vec![
            option("1", w.of("Small", "קטנה"), false),
            option("2", w.of("Medium", "בינונית"), true),
            option("", String::new(), false),
        ],
        can_move: true,
        errors,
        ..form("f2", w.of("Size", "מידה"), "choice")
    };
    let kinds = KINDS.iter().map(|kind| Choice::new(*kind, w.of("Text", "טקסט"), "choice"));
    let errors = Errors::from([("name".to_owned(), "error-own-field-exists".to_owned())]);
    OwnSettings {
        fields: vec![form("f1", w.of("Birthday", "יום הולדת"), "day"), size],
        new: OwnFieldForm {
            form_id: "x".into(),
            kinds: kinds.collect(),
            errors,
            ..OwnFieldForm::default()
        },
        removed: vec![RemovedField {
            id: "f3".into(),
            name: w.of("Shoe size", "מידת נעליים"),
            when: w.of("12 Nov, 10:00", "12 בנוב׳, 10:00"),
        }],
        error: "error-too-many-own-fields".into(),
    }
}

pub(super) fn narrow(w: Words) -> Vec<OwnNarrow> {
    let one = |(at, kind): (usize, &&str)| OwnNarrow {
        field: format!("own-{at}"),
        label: w.of("Size", "מידה"),
        kind: (*kind).into(),
        choices: vec![Choice::new("none", w.of("Not filled in", "לא מולא"), "none")],
        from: if *kind == "day" { "2026-03-01".into() } else { String::new() },
        to: if *kind == "number" { "many".into() } else { String::new() },
        has_ends: matches!(*kind, "number" | "day"),
        shown: at == 0,
        error: if *kind == "number" { "error-number-invalid".into() } else { String::new() },
    };
    KINDS.iter().enumerate().map(one).collect()
}
