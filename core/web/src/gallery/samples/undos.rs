//! Samples of what can be taken back.

use super::{Gallery, Words};
use crate::views::Tab;
use crate::views::undos::{UndoRow, Undos};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("undos", "/undo", &undos(w));
    let removed = Undos { show: "people", tabs: tabs("people"), rows: removed(w), ..undos(w) };
    gallery.page("undos-removed", "/undo", &removed);
    let empty = Undos { rows: vec![], next: None, ..undos(w) };
    gallery.page("undos-empty", "/undo", &empty);
    let none = Undos { show: "tasks", tabs: tabs("tasks"), rows: vec![], next: None, ..undos(w) };
    gallery.page("undos-none-removed", "/undo", &none);
}

fn tabs(show: &str) -> Vec<Tab> {
    [("undos-done", "done"), ("undos-people", "people"), ("undos-tasks", "tasks")]
        .map(|(key, name)| Tab { key, href: "/undo".into(), count: None, current: name == show })
        .to_vec()
}

fn undos(w: Words) -> Undos {
    let row = |icon, what, count, to: String, names: Vec<String>| UndoRow {
        what,
        count,
        to,
        more: count.saturating_sub(names.len()),
        names,
        by: w.of("Dana Mizrahi", "דנה מזרחי"),
        when: w.of("Today, 09:12", "היום, 09:12"),
        action: "/undo/1/restore".into(),
        icon,
    };
    let (noa, tamar) = (w.of("Noa Levi", "נועה לוי"), w.of("Tamar Shalom", "תמר שלום"));
    let long = "Jonathan O’Connor-Fitzgerald of Acme & Sons".to_owned();
    let three = vec![noa.clone(), tamar.clone(), long];
    let task = w.of("Send Noa the quote", "לשלוח לנועה הצעת מחיר");
    let stage = w.of("In touch", "בקשר");
    let none = String::new;
    Undos {
        tabs: tabs("done"),
        show: "done",
        rows: vec![
            row("copy", "merged", 1, noa.clone(), vec![w.of("N. Levi", "נ. לוי")]),
            row("people", "apart", 1, noa.clone(), vec![tamar.clone()]),
            row("people", "people-stage", 48, stage, three.clone()),
            row("people", "people-tagged", 2, w.of("wedding", "חתונה"), three[..2].to_vec()),
            row("people", "people-follow-up", 3, w.of("12 Nov", "12 בנוב׳"), three.clone()),
            row("people", "people-removed", 3, none(), three),
            row("task", "tasks-done", 1, none(), vec![task.clone()]),
            row("task", "tasks-assigned", 2, noa, vec![task.clone(), tamar]),
            UndoRow { by: none(), ..row("task", "tasks-removed", 1, none(), vec![task]) },
            row("calendar", "series-cancelled", 9, none(), vec![w.of("Yoga", "יוגה")]),
        ],
        next: Some("/undo?after=x".into()),
        days: 30,
    }
}

fn removed(w: Words) -> Vec<UndoRow> {
    let row = |name: String, by: String| UndoRow {
        what: "removed",
        count: 1,
        to: String::new(),
        names: vec![name],
        more: 0,
        by,
        when: w.of("Yesterday, 18:12", "אתמול, 18:12"),
        action: "/people/1/restore".into(),
        icon: "person",
    };
    vec![
        row(w.of("Noa Levi", "נועה לוי"), w.of("Dana Mizrahi", "דנה מזרחי")),
        row("<script>alert(1)</script>".into(), String::new()),
    ]
}
