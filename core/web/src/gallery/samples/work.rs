//! Samples of the daily work: home, people, calendar.

use super::{Gallery, Words};
use super::{calendar, people, views};
use crate::views::calendar::{
    AppointmentEdit, AppointmentForm, AppointmentPage, AppointmentRow, MergeRow, TakenRow,
};
use crate::views::connections::ConnectionRow;
use crate::views::home::{DueTasks, Home, PeopleCount, Task, Waiting};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("home", "/", &home(w));
    gallery.page("home-new", "/", &home_new(w));
    people::draw(gallery, w);
    super::imports::draw(gallery, w);
    calendar::draw(gallery, w);
    gallery.page_saying("appointment", "/calendar", &appointment(w), "said-appointment-booked");
    gallery.page("appointment-pending", "/calendar", &pending(w));
    gallery.page("appointment-cancelled", "/calendar", &cancelled(w));
    gallery.page("appointment-edit", "/calendar", &appointment_edit(w));
    gallery.page("appointment-new", "/calendar", &appointment_new(w));
}

fn row(
    w: Words,
    start: &str,
    title: (&str, &str),
    person: (&str, &str),
    online: bool,
) -> AppointmentRow {
    AppointmentRow {
        href: "/appointments/1".into(),
        title: w.of(title.0, title.1),
        person: w.of(person.0, person.1),
        location: w.of("14 Ben Yehuda St", "בן יהודה 14, תל אביב"),
        day: w.of("Monday, 23 November", "יום שני, 23 בנובמבר"),
        start: start.into(),
        time: w.run(&format!("{start}–{}", if start < "12" { "11:30" } else { "16:00" })),
        online,
        online_url: online.then(|| "https://meet.example.com/abc-defg-hij".into()),
        cancelled: false,
        past: false,
    }
}

pub(super) fn rows(w: Words) -> Vec<AppointmentRow> {
    vec![
        row(
            w,
            "09:30",
            ("Bridal bouquet consultation", "ייעוץ לזר כלה"),
            ("Noa Levi", "נועה לוי"),
            false,
        ),
        row(
            w,
            "11:00",
            ("Weekly flowers for the lobby", "סידור שבועי ללובי"),
            ("Hotel Montefiore", "מלון מונטיפיורי"),
            true,
        ),
        row(
            w,
            "15:00",
            ("Bar mitzvah tables", "שולחנות לבר מצווה של איתמר"),
            ("Amit Peretz", "עמית פרץ"),
            false,
        ),
    ]
}

pub(super) fn connection(w: Words, state: &str, tone: &'static str) -> ConnectionRow {
    ConnectionRow {
        href: "/connections/1".into(),
        icon: None,
        provider: "Google".into(),
        account: w.of("Maya Cohen", "מאיה כהן"),
        email: "maya@wildfig.example".into(),
        state: state.into(),
        days: 5,
        tone,
    }
}

fn task(key: &'static str, href: &'static str, done: bool) -> Task {
    Task { key, href, done }
}

fn home(w: Words) -> Home {
    Home {
        panels: views::slots(w),
        part_of_day: "morning",
        first_name: w.of("Maya", "מאיה"),
        date: w.of("Monday, 23 November", "יום שני, 23 בנובמבר"),
        sees_appointments: true,
        can_book: true,
        today: rows(w),
        next: None,
        tasks: Some(super::tasks::due(w)),
        waiting: Some(people::waiting(w)),
        fresh: Some(people::fresh(w)),
        can_add_tasks: true,
        can_bring: true,
        approvals: 2,
        sees_connections: true,
        connections: vec![connection(w, "working", "good"), connection(w, "needs_you", "warn")],
        given_up: 3,
        people: Some(PeopleCount { leads: 12, customers: 36 }),
        checklist: vec![
            task("connection", "/connections", true),
            task("people", "/imports", true),
            task("team", "/team", false),
            task("look", "/settings", false),
        ],
        done: 2,
        examples: Some("there"),
    }
}

fn home_new(w: Words) -> Home {
    let checklist =
        home(w).checklist.into_iter().map(|each| Task { done: false, ..each }).collect();
    Home {
        panels: views::slots(w),
        part_of_day: "evening",
        approvals: 0,
        given_up: 0,
        people: Some(PeopleCount { leads: 0, customers: 0 }),
        tasks: Some(DueTasks { rows: vec![], more: 0 }),
        waiting: Some(Waiting { rows: vec![], more: 0 }),
        fresh: None,
        today: vec![],
        next: Some(row(
            w,
            "09:30",
            ("Bridal bouquet consultation", "ייעוץ לזר כלה"),
            ("Noa Levi", "נועה לוי"),
            true,
        )),
        connections: vec![],
        checklist,
        done: 0,
        examples: Some("offered"),
        ..home(w)
    }
}

fn appointment(w: Words) -> AppointmentPage {
    AppointmentPage {
        panels: views::slots(w),
        tasks: super::tasks::panel(w),
        id: "1".into(),
        row: row(
            w,
            "11:00",
            ("Weekly flowers for the lobby", "סידור שבועי ללובי"),
            ("Hotel Montefiore", "מלון מונטיפיורי"),
            true,
        ),
        person_href: Some("/people/1".into()),
        notes: vec![w.of("Bring the spring catalogue.", "להביא את קטלוג האביב.")],
        rule: Some(w.of("Every week", "כל שבוע")),
        other_zone: Some("Europe/Paris".into()),
        calendar: Some(w.of("Wild Fig", "תאנת הבר")),
        event_url: Some("https://calendar.example.com/event".into()),
        sync: "synced".into(),
        sync_problem: None,
        failing_since: None,
        merged_at: Some(w.of("Today, 09:12", "היום, 09:12")),
        merges: vec![
            MergeRow {
                field: "title".into(), other: w.of("Flowers, lobby", "פרחים ללובי")
            },
            MergeRow {
                field: "time".into(),
                other: w.of(
                    "Tuesday, 24 November, 12:00–13:00",
                    "יום שלישי, 24 בנובמבר, \u{2066}12:00–13:00\u{2069}",
                ),
            },
        ],
        meeting: "ready".into(),
        pending: false,
        can_write: true,
    }
}

fn pending(w: Words) -> AppointmentPage {
    let mut page = AppointmentPage {
        sync: "pending".into(),
        meeting: "pending".into(),
        pending: true,
        ..appointment(w)
    };
    page.row.online_url = None;
    page
}

fn cancelled(w: Words) -> AppointmentPage {
    let mut page = AppointmentPage {
        sync: "failed".into(),
        sync_problem: Some(w.of(
            "The provider asks for a pause. It goes on by itself.",
            "הספק ביקש להמתין. זה ימשיך מעצמו.",
        )),
        failing_since: Some(w.of("Today, 08:40", "היום, 08:40")),
        merged_at: None,
        merges: vec![],
        ..appointment(w)
    };
    page.row.cancelled = true;
    page
}

fn appointment_edit(w: Words) -> AppointmentEdit {
    AppointmentEdit {
        action: "/appointments/1".into(),
        back: "/appointments/1".into(),
        is_new: false,
        form: AppointmentForm {
            title: w.of("Weekly flowers for the lobby", "סידור שבועי ללובי"),
            date: "2026-11-23".into(),
            start: "11:00".into(),
            end: "10:00".into(),
            online: "on".into(),
            calendar: "1".into(),
            rev: 3,
            ..AppointmentForm::default()
        },
        errors: Errors::from([("ends_at".to_owned(), "error-ends-before-start".to_owned())]),
        people: vec![Choice::new("1", w.of("Noa Levi", "נועה לוי"), "1")],
        calendars: vec![Choice::new("1", w.of("Wild Fig", "תאנת הבר"), "1")],
        repeats: vec![],
        weekdays: vec![],
        rule: Some(w.of("Every week", "כל שבוע")),
        calendar_fixed: true,
        zone: "Asia/Jerusalem".into(),
        taken: vec![],
    }
}

fn appointment_new(w: Words) -> AppointmentEdit {
    let mut page = appointment_edit(w);
    page.is_new = true;
    page.rule = None;
    page.repeats = vec![
        Choice::new("", w.of("Doesn’t repeat", "לא חוזרת"), "week"),
        Choice::new("week", w.of("Weekly", "כל שבוע"), "week"),
    ];
    page.weekdays = vec![
        Choice::new("on_7", w.of("Sun", "א׳"), "on_1"),
        Choice::new("on_1", w.of("Mon", "ב׳"), "on_1"),
    ];
    page.calendar_fixed = false;
    page.errors = Errors::new();
    page.form.end = "12:00".into();
    page.form.title = String::new();
    page.errors = Errors::from([("taken".to_owned(), "error-time-taken".to_owned())]);
    page.taken = vec![
        TakenRow {
            href: Some("/appointments/2".into()),
            title: w.of("Bridal bouquet consultation", "ייעוץ לזר כלה"),
            person: w.of("Noa Levi", "נועה לוי"),
            calendar: String::new(),
            when: w.of(
                "Monday, 23 November, 10:30–11:30",
                "יום שני, 23 בנובמבר, \u{2066}10:30–11:30\u{2069}",
            ),
        },
        TakenRow {
            href: None,
            title: String::new(),
            person: String::new(),
            calendar: w.of("Wild Fig", "תאנת הבר"),
            when: w.of(
                "Monday, 23 November, 11:30–12:30",
                "יום שני, 23 בנובמבר, \u{2066}11:30–12:30\u{2069}",
            ),
        },
    ];
    page.back = "/calendar".into();
    page
}
