//! Samples of the list of people.

use std::collections::BTreeMap;

use super::super::{Words, own_fields};
use super::{all, owners, stages, tags};
use crate::views::people::{Asked, BoardTab, Bulk, Columns, Head, People, SavedRow};
use crate::views::{Choice, Errors, Tab};

/// Which of what every business keeps is shown.
pub(super) fn shown(these: &[&str]) -> BTreeMap<&'static str, bool> {
    let all = ["stage", "phone", "email", "owner", "source", "follow_up", "value", "added"];
    all.map(|name| (name, these.contains(&name))).into()
}

/// The heads of the usual columns, with those of own fields.
pub(super) fn heads(w: Words, own: &[String]) -> Vec<Head> {
    let head = |label: String, sorted, class| Head {
        label,
        href: "/people?order=name".into(),
        sorted,
        class,
    };
    let mut all = vec![
        head(w.of("Name", "שם"), "", ""),
        head(w.of("Stage", "שלב"), "", ""),
        Head { href: String::new(), ..head(w.of("Phone", "טלפון"), "", "") },
        head(w.of("Looked after by", "באחריות"), "ascending", "table-wide"),
    ];
    all.extend(own.iter().map(|label| head(label.clone(), "", "table-wide")));
    all.extend([
        head(w.of("Get back on", "מתי לחזור"), "", "table-wide"),
        head(w.of("Worth", "שווי"), "", "table-wide table-end"),
        head(w.of("Added", "תאריך הוספה"), "descending", "table-wide table-added"),
    ]);
    all
}

pub(super) fn people(w: Words) -> People {
    let tab = |key, current| Tab { key, href: "/people".into(), count: None, current };
    let view = |id: &str, en, he, current, shared| SavedRow {
        id: id.into(),
        name: w.of(en, he),
        href: "/people?owner=me".into(),
        current,
        shared,
    };
    let choice = |en: &str, he: &str| Choice::new(en, w.of(en, he), "");
    People {
        asked: Asked {
            stages: stages(w),
            owners: owners(),
            tags: tags(w),
            sources: vec![Choice::new("site", "site", "")],
            kinds: vec![choice("A person", "אדם")],
            consents: vec![choice("They agreed", "הסכימו")],
            follow_ups: vec![choice("Today or earlier", "היום או קודם")],
            orders: vec![choice("Newest first", "החדשים קודם"), choice("By name", "לפי שם")],
            currency: "ILS".into(),
            address: "owner=me".into(),
            cleared: "/people".into(),
            ..Asked::default()
        },
        tabs: vec![
            tab("people-all", true),
            tab("people-leads", false),
            tab("people-customers", false),
        ],
        views: vec![
            view("1", "Mine to call", "שלי לחזור אליהם", true, false),
            view("2", "Weddings", "חתונות", false, true),
        ],
        count: 48,
        heads: heads(w, &[]),
        shown: shown(&["stage", "phone", "owner", "follow_up", "value", "added"]),
        is_wide: false,
        sorts: vec![
            BoardTab {
                label: w.of("Newest first", "החדשים קודם"),
                href: "/people".into(),
                current: true,
            },
            BoardTab {
                label: w.of("By name", "לפי שם"),
                href: "/people?order=name".into(),
                current: false,
            },
        ],
        columns: Columns {
            known: vec![
                Choice { selected: true, ..choice("Stage", "שלב") },
                choice("Source", "מקור"),
            ],
            own: vec![Choice::new("own-1-show", w.of("Size", "מידה"), "")],
            kept: vec![("owner".into(), "me".into())],
        },
        people: all(w),
        next: Some("/people?after=x".into()),
        place: "owner=me".into(),
        row: String::new(),
        any: true,
        under_way: None,
        can_write: true,
        bulk: Bulk { stages: stages(w), owners: owners(), tags: tags(w), own: own_fields::bulk(w) },
        errors: Errors::new(),
    }
}
