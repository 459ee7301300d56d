//! Samples of notifications.

use super::{Gallery, Words};
use crate::views::notifications::{HabitLeads, HabitsForm, NoticeRow, Notifications, WayRow};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("notifications", "/notifications", &notifications(w));
    let none = Notifications { rows: vec![], unread: 0, can_mail: false, ..notifications(w) };
    gallery.page("notifications-none", "/notifications", &none);
}

fn notifications(w: Words) -> Notifications {
    let row = |kind: &str, icon, subject: String, unread| NoticeRow {
        action: "/notifications/1/open".into(),
        kind: kind.into(),
        subject,
        icon,
        at: w.of("Today, 14:05", "היום, 14:05"),
        unread,
        snooze: kind.starts_with("task").then(|| "/notifications/1/snooze".to_owned()),
    };
    let fitting = w.of("Bridal bouquet consultation", "ייעוץ לזר כלה");
    Notifications {
        rows: vec![
            row("task-due", "task", w.of("Order ranunculus", "להזמין נוריות"), true),
            row("connection-needs-you", "connection", "maya@wildfig.example".into(), true),
            row("approval-waiting", "shield", "acme-ads".into(), true),
            row("approval-unknown", "shield", "acme-ads".into(), true),
            row("appointment-unsent", "calendar", fitting, false),
            row("plugin-stopped", "plugin", "acme-ads".into(), false),
            row("import-done", "people", w.of("customers 2026.csv", "לקוחות 2026.csv"), false),
            row("import-failed", "people", "leads.tsv".into(), false),
            row("import-undone", "people", String::new(), false),
            row("sweep-done", "people", w.of("1,500 · wedding", "1,500 · חתונה"), false),
            row("sweep-failed", "people", "400".into(), false),
            row("sweep-undone", "people", "1,500".into(), false),
            row("tasks-assigned", "task", "12".into(), false),
            row("lead-new", "person", w.of("Noa Levi", "נועה לוי"), true),
            row("leads-new", "people", "3".into(), false),
            row("person-assigned", "person", w.of("Tamar Shalom", "תמר שלום"), false),
            row("people-assigned", "people", "40".into(), false),
            row("archive-ready", "out", "2026-11-23".into(), false),
            row("archive-failed", "out", "2026-11-23".into(), false),
        ],
        unread: 5,
        ways: ways(w),
        can_mail: true,
        snoozes: super::tasks::snoozes(w),
        reminds: true,
        leads: HabitLeads {
            tasks: super::tasks::leads(w),
            appointments: super::tasks::leads(w),
            follow_ups: super::tasks::leads(w),
        },
        form: HabitsForm {
            morning: "09:00".into(),
            quiet_from: "22:00".into(),
            quiet_until: "07:00".into(),
            ..HabitsForm::default()
        },
        errors: Errors::new(),
    }
}

fn ways(w: Words) -> Vec<WayRow> {
    let way = |kind: &str, current: &str| WayRow {
        kind: kind.into(),
        choices: vec![
            Choice::new("both", w.of("Here and by mail", "כאן ובמייל"), current),
            Choice::new("none", w.of("Not at all", "בכלל לא"), current),
        ],
    };
    let both = [
        "connection-needs-you",
        "import-done",
        "import-failed",
        "import-undone",
        "sweep-done",
        "sweep-failed",
        "sweep-undone",
        "lead-new",
        "person-assigned",
        "archive-ready",
        "archive-failed",
    ];
    both.map(|kind| way(kind, "both")).into_iter().chain([way("plugin-stopped", "none")]).collect()
}
