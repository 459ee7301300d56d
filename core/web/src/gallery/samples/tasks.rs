//! Samples of tasks: the list, a task, its form, and what other pages show of them.

use super::{Gallery, Words};
use crate::views::calendar::AppointmentForm;
use crate::views::home::DueTasks;
use crate::views::people::{Limit, SavedRow};
use crate::views::tasks::{
    QuickForm, TaskEdit, TaskForm, TaskGroup, TaskLink, TaskPage, TaskPanel, TaskRow, Tasks,
    TasksAsked,
};
use crate::views::{Avatar, Choice, Errors, Tab};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("tasks", "/tasks", &tasks(w));
    let under_way = Tasks { under_way: Some("/sweeps/1".into()), ..tasks(w) };
    gallery.page("tasks-under-way", "/tasks", &under_way);
    gallery.page("tasks-empty", "/tasks", &Tasks { any: false, groups: vec![], ..tasks(w) });
    let asked = TasksAsked { query: "zzz".into(), narrowed: true, ..tasks(w).asked };
    gallery.page("tasks-none-found", "/tasks", &Tasks { groups: vec![], asked, ..tasks(w) });
    let done = TaskGroup {
        key: "done",
        title: String::new(),
        rows: vec![TaskRow { done: true, ..late(w) }],
    };
    let asked = TasksAsked { show: "done".into(), ..tasks(w).asked };
    gallery.page("tasks-done", "/tasks", &Tasks { groups: vec![done], asked, ..tasks(w) });
    let by_name = TaskGroup {
        key: "somebody",
        title: w.of("Maya Cohen", "מאיה כהן"),
        rows: vec![late(w), today(w)],
    };
    let nobody = TaskGroup { key: "nobody", title: String::new(), rows: vec![nobodys(w)] };
    let limit = Limit {
        text: w.of("About Noa Levi", "על נועה לוי"),
        href: "/tasks".into(),
        name: "person",
        value: "1".into(),
    };
    let asked = TasksAsked { limits: vec![limit], order: "assignee".into(), ..tasks(w).asked };
    gallery.page(
        "tasks-by-assignee",
        "/tasks",
        &Tasks { groups: vec![by_name, nobody], asked, ..tasks(w) },
    );
    let wrong = Errors::from([("title".to_owned(), "error-required".to_owned())]);
    let quick = QuickForm { errors: wrong.clone(), ..tasks(w).quick };
    gallery.page("tasks-wrong", "/tasks", &Tasks { quick, errors: wrong.clone(), ..tasks(w) });
    gallery.page("task", "/tasks", &task(w));
    let row = TaskRow { done: true, ..task(w).row };
    gallery.page("task-done", "/tasks", &TaskPage { row, snoozes: vec![], ..task(w) });
    gallery.page("task-edit", "/tasks", &edit(w));
    let new = TaskEdit { is_new: true, errors: wrong, about: vec![], ..edit(w) };
    gallery.page("task-new", "/tasks", &new);
}

fn row(w: Words, title: (&str, &str), when: (&str, &str)) -> TaskRow {
    let name = w.of("Maya Cohen", "מאיה כהן");
    TaskRow {
        id: "1".into(),
        href: "/tasks/1".into(),
        title: w.of(title.0, title.1),
        when: w.of(when.0, when.1),
        avatar: Avatar::of(&name),
        assignee: name,
        ..TaskRow::default()
    }
}

fn late(w: Words) -> TaskRow {
    let link = TaskLink {
        kind: "person".into(),
        id: "1".into(),
        name: w.of("Noa Levi", "נועה לוי"),
        href: "/people/1".into(),
        icon: "person",
        is_out: false,
    };
    let shop = TaskLink {
        kind: "address".into(),
        id: "https://shop.example.com/orders/7".into(),
        name: "shop.example.com".into(),
        href: "https://shop.example.com/orders/7".into(),
        icon: "globe",
        is_out: true,
    };
    let hidden = TaskLink::unseen("approval".into(), w.of("a proposal", "הצעה"));
    let about = row(w, ("Send Noa the quote", "לשלוח לנועה את ההצעה"), ("Yesterday", "אתמול"));
    TaskRow { late: true, links: vec![link, shop, hidden], ..about }
}

fn today(w: Words) -> TaskRow {
    let when = ("Today, 14:00", "היום, 14:00");
    TaskRow { repeats: true, ..row(w, ("Order ranunculus", "להזמין נוריות"), when) }
}

fn nobodys(w: Words) -> TaskRow {
    let long = (
        "Look for a second supplier of eucalyptus before the season of weddings begins",
        "לחפש ספק שני לאקליפטוס לפני שמתחילה עונת החתונות",
    );
    TaskRow { assignee: String::new(), avatar: Avatar::of(""), ..row(w, long, ("", "")) }
}

fn assignees(w: Words) -> Vec<Choice> {
    vec![
        Choice::new("1", w.of("Maya Cohen", "מאיה כהן"), "1"),
        Choice::new("2", w.of("Yoav", "יואב"), "1"),
    ]
}

pub(super) fn leads(w: Words) -> Vec<Choice> {
    vec![
        Choice::new("never", w.of("No reminder", "בלי תזכורת"), "30m"),
        Choice::new("30m", w.of("30 minutes before", "30 דקות לפני"), "30m"),
    ]
}

pub(super) fn snoozes(w: Words) -> Vec<Choice> {
    vec![
        Choice::new("10m", w.of("In 10 minutes", "בעוד 10 דקות"), ""),
        Choice::new("tomorrow", w.of("Tomorrow morning", "מחר בבוקר"), ""),
    ]
}

pub(super) fn due(w: Words) -> DueTasks {
    DueTasks { rows: vec![late(w), today(w)], more: 6 }
}

pub(super) fn panel(w: Words) -> TaskPanel {
    TaskPanel {
        rows: vec![late(w), TaskRow { done: true, ..today(w) }],
        all: Some("/tasks?who=all&person=1".into()),
        add: "/tasks/new?person=1".into(),
        back: "/people/1".into(),
        sees: true,
        can_write: true,
    }
}

fn tasks(w: Words) -> Tasks {
    let tab = |key, count, current| Tab { key, href: "/tasks".into(), count, current };
    Tasks {
        tabs: vec![
            tab("tasks-open", Some(4), true),
            tab("tasks-today", Some(2), false),
            tab("tasks-week", Some(3), false),
            tab("tasks-overdue", Some(1), false),
            tab("tasks-done", None, false),
        ],
        asked: TasksAsked {
            who: vec![
                Choice::new("", w.of("Mine", "שלי"), ""),
                Choice::new("all", w.of("Everybody’s", "של כולם"), ""),
            ],
            orders: vec![
                Choice::new("due", w.of("By when they are due", "לפי מועד"), "due"),
                Choice::new("newest", w.of("Newest first", "החדשות קודם"), "due"),
            ],
            people: vec![Choice::new("1", w.of("Noa Levi", "נועה לוי"), "")],
            address: "/tasks".into(),
            ..TasksAsked::default()
        },
        views: vec![SavedRow {
            id: "1".into(),
            name: w.of("Weddings", "חתונות"),
            href: "/tasks?q=wedding".into(),
            current: false,
            shared: true,
        }],
        groups: vec![
            TaskGroup { key: "overdue", title: String::new(), rows: vec![late(w)] },
            TaskGroup { key: "today", title: String::new(), rows: vec![today(w)] },
            TaskGroup { key: "someday", title: String::new(), rows: vec![nobodys(w)] },
        ],
        count: 4,
        next: Some("/tasks?after=x".into()),
        any: true,
        under_way: None,
        can_write: true,
        assignees: assignees(w),
        quick: QuickForm { assignee: "1".into(), ..QuickForm::default() },
        errors: Errors::new(),
    }
}

fn task(w: Words) -> TaskPage {
    TaskPage {
        row: TaskRow { repeats: true, ..late(w) },
        notes: vec![w.of("She asked twice.", "היא שאלה פעמיים.")],
        rule: Some(w.of("Every week", "כל שבוע")),
        lead: w.of("30 minutes before", "30 דקות לפני"),
        reminded: Some(w.of("Today, 13:30", "היום, 13:30")),
        snoozes: snoozes(w),
        other_zone: Some("Europe/Paris".into()),
        added: w.of("12 Nov 2026, 09:10", "12 בנוב׳ 2026, 09:10"),
        can_write: true,
        errors: Errors::new(),
    }
}

fn edit(w: Words) -> TaskEdit {
    let choice = |value: &str, en: &str, he: &str| Choice::new(value, w.of(en, he), "week");
    TaskEdit {
        action: "/tasks/1".into(),
        back: "/tasks/1".into(),
        is_new: false,
        form: TaskForm {
            title: w.of("Send Noa the quote", "לשלוח לנועה את ההצעה"),
            day: "2026-11-30".into(),
            time: "14:00".into(),
            people: vec!["1".into()],
            again: AppointmentForm { repeat: "week".into(), ..AppointmentForm::default() },
            rev: 1,
            ..TaskForm::default()
        },
        errors: Errors::new(),
        assignees: assignees(w),
        leads: leads(w),
        repeats: vec![
            choice("", "Doesn’t repeat", "לא חוזרת"),
            choice("week", "Weekly", "מדי שבוע"),
        ],
        weekdays: vec![choice("on_1", "Mon", "ב׳"), choice("on_4", "Thu", "ה׳")],
        about: late(w).links,
        choices: vec![choice("person:2", "Amit Peretz", "עמית פרץ")],
        zone: "Asia/Jerusalem".into(),
    }
}
