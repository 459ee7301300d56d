//! Samples of acts over all that match.

use super::{Gallery, Words};
use crate::views::sweeps::{SweepAsk, SweepPage};

/// Every act, as `sweeps-ask-<what>` has it.
const ACTS: [&str; 15] = [
    "people-stage",
    "people-owner",
    "people-disowned",
    "people-follow-up",
    "people-no-follow-up",
    "people-own",
    "people-tagged",
    "people-untagged",
    "people-source",
    "people-removed",
    "tasks-done",
    "tasks-assigned",
    "tasks-unassigned",
    "tasks-moved",
    "tasks-removed",
];

/// What goes on because something goes.
const CLOSING: [&str; 6] = [
    "people-stage-goes",
    "people-stage-means",
    "people-pipeline-goes",
    "people-member-left",
    "people-tag-goes",
    "tasks-member-left",
];

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    for what in ACTS {
        let page = SweepAsk { what, ..ask(w) };
        gallery.page(&format!("sweep-ask-{what}"), "/people", &page);
    }
    for state in ["running", "done", "cancelled", "failed", "undoing", "undone"] {
        gallery.page(&format!("sweep-{state}"), "/sweeps/1", &sweep(w, state));
    }
    for what in CLOSING {
        for state in ["running", "done"] {
            let page = SweepPage { what: what.into(), ..closing(w, state) };
            gallery.page(&format!("sweep-{what}-{state}"), "/sweeps/1", &page);
        }
    }
}

fn ask(w: Words) -> SweepAsk {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    SweepAsk {
        what: "people-tagged",
        to: w.of("wedding", "חתונה"),
        count: 48_211,
        action: "/people/change",
        back: "/people?q=wedding".into(),
        fields: vec![
            field("address", "q=wedding"),
            field("all", "on"),
            field("act", "tag"),
            field("to-tag", "<script>alert(1)</script>"),
        ],
        days: 30,
    }
}

fn sweep(w: Words, state: &'static str) -> SweepPage {
    let is_under_way = matches!(state, "running" | "undoing");
    let is_failed = state == "failed";
    SweepPage {
        href: "/sweeps/1".into(),
        state,
        is_under_way,
        can_stop: state == "running",
        what: "people-tagged".into(),
        to: w.of("wedding", "חתונה"),
        count: 48_211,
        done: if is_under_way || is_failed { 17_400 } else { 48_211 },
        todo: if state == "undoing" { 48_000 } else { 48_211 },
        changed: if state == "done" { 48_000 } else { 17_312 },
        kept: if state == "undone" { 3 } else { 0 },
        problem: if is_failed { "error-sweeps-not-allowed".into() } else { String::new() },
        undo: (!is_under_way && state != "undone").then(|| "/undo/1/restore".into()),
        days: 30,
        list: "people",
        back: "/people",
    }
}

/// Nobody stops it or takes it back.
fn closing(w: Words, state: &'static str) -> SweepPage {
    let to = w.of("Asked once", "פנו פעם אחת");
    SweepPage { to, can_stop: false, undo: None, changed: 48_211, ..sweep(w, state) }
}
