//! Samples of bringing a calendar file, and of giving a series another rule.

use super::{Gallery, Words};
use crate::views::calendar::{AppointmentForm, RepeatsEdit};
use crate::views::calendar_imports::{
    ImportEvent, ImportPage, ImportRow, ImportedPage, ImportsPage,
};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    let row = |name: &str, undone| ImportRow {
        href: "/calendar/import/1".into(),
        name: name.to_owned(),
        when: w.of("23 Nov 2026, 10:00", "23 בנוב׳ 2026, 10:00"),
        undone,
    };
    let errors = |field: &str, key: &str| Errors::from([(field.to_owned(), key.to_owned())]);
    let chosen = ImportsPage {
        errors: Errors::new(),
        imports: vec![row("basic.ics", false), row("", true)],
    };
    gallery.page("import", "/calendar/import", &chosen);
    let wrong = ImportsPage { errors: errors("file", "error-import-kind"), imports: vec![] };
    gallery.page("import-wrong", "/calendar/import", &wrong);
    let look = look(w);
    gallery.page("import-look", "/calendar/import/1", &look);
    let none = ImportPage {
        able: 0,
        events: vec![event(w, "same", "off", &[])],
        count: 1,
        ..look.clone()
    };
    gallery.page("import-nothing", "/calendar/import/1", &none);
    let bare =
        ImportPage { calendars: vec![], errors: errors("form", "error-import-none"), ..look };
    gallery.page("import-none-chosen", "/calendar/import/1", &bare);
    let done = |undone| ImportedPage {
        href: "/calendar/import/1".into(),
        name: "basic.ics".into(),
        undone,
        made: 27,
        changed: 1,
        cancelled: 2,
    };
    gallery.page_saying("import-done", "/calendar/import/1", &done(false), "said-imported");
    gallery.page("import-undone", "/calendar/import/1", &done(true));
    repeats(gallery, w);
}

fn repeats(gallery: &mut Gallery<'_>, w: Words) {
    let choice = |value: &str, label: String| Choice::new(value, label, "week");
    let day = |n: u8, label: String| Choice { value: format!("on_{n}"), label, selected: n == 2 };
    let repeats = RepeatsEdit {
        href: "/appointments/1".into(),
        title: w.of("Weekly fitting", "מדידה שבועית"),
        rule: Some(w.of("Every week: Tue", "כל שבוע: ג׳")),
        over: false,
        form: AppointmentForm {
            repeat: "week".into(),
            reach: "following".into(),
            ..AppointmentForm::default()
        },
        errors: Errors::new(),
        taken: vec![],
        repeats: vec![
            choice("day", w.of("Daily", "כל יום")),
            choice("week", w.of("Weekly", "כל שבוע")),
        ],
        weekdays: vec![
            day(7, w.of("Sun", "א׳")),
            day(1, w.of("Mon", "ב׳")),
            day(2, w.of("Tue", "ג׳")),
            day(3, w.of("Wed", "ד׳")),
            day(4, w.of("Thu", "ה׳")),
            day(5, w.of("Fri", "ו׳")),
            day(6, w.of("Sat", "ש׳")),
        ],
    };
    gallery.page("repeats", "/appointments/1/repeats", &repeats);
    gallery.page(
        "repeats-over",
        "/appointments/1/repeats",
        &RepeatsEdit { over: true, ..repeats.clone() },
    );
    let month = |value: &str, label: String| Choice::new(value, label, "month");
    let monthly = RepeatsEdit {
        rule: Some(w.of("Every month", "כל חודש")),
        form: AppointmentForm { repeat: "month".into(), ..repeats.form.clone() },
        repeats: vec![
            month("month", w.of("Monthly, on this date", "כל חודש, באותו תאריך")),
            month("month-end", w.of("Monthly, on the last day", "כל חודש, ביום האחרון")),
        ],
        ..repeats.clone()
    };
    gallery.page("repeats-month", "/appointments/1/repeats", &monthly);
    gallery.page("repeats-not", "/appointments/1/repeats", &RepeatsEdit { rule: None, ..repeats });
}

fn event(
    w: Words,
    standing: &'static str,
    tone: &'static str,
    notes: &[&'static str],
) -> ImportEvent {
    let able = matches!(standing, "new" | "changed" | "gone" | "elsewhere");
    ImportEvent {
        place: notes.len(),
        title: w.of("Fitting", "מדידה"),
        when: w.of(
            "Tuesday, 24 November, 10:00–11:00",
            "יום שלישי, 24 בנובמבר, \u{2066}10:00–11:00\u{2069}",
        ),
        rule: None,
        exceptions: 0,
        person: String::new(),
        standing,
        tone,
        able,
        chosen: able && standing != "elsewhere",
        notes: notes.to_vec(),
        taken: vec![],
    }
}

fn look(w: Words) -> ImportPage {
    let events = vec![
        ImportEvent {
            person: w.of("Noa Levi", "נועה לוי"),
            taken: vec![w.of("Delivery", "משלוח"), w.of("Busy", "תפוס")],
            ..event(w, "new", "good", &[])
        },
        ImportEvent {
            rule: Some(w.of("Every week: Tue", "כל שבוע: ג׳")),
            exceptions: 2,
            ..event(w, "new", "good", &["strays", "zone", "cut"])
        },
        event(w, "changed", "info", &["no-end"]),
        event(w, "gone", "info", &[]),
        event(w, "same", "off", &[]),
        event(w, "elsewhere", "off", &["rule"]),
        event(w, "nothing", "off", &[]),
        ImportEvent {
            title: String::new(),
            when: String::new(),
            ..event(w, "refused", "bad", &["no-start"])
        },
        event(w, "refused", "bad", &["too-long", "overlaps", "never"]),
    ];
    ImportPage {
        action: "/calendar/import/1".into(),
        name: "basic.ics".into(),
        count: events.len(),
        able: 5,
        events,
        calendars: vec![Choice::new("c1", w.of("Dana’s calendar", "היומן של דנה"), "")],
        errors: Errors::new(),
        zone: "Asia/Jerusalem".into(),
    }
}
