//! Samples of endpoints: the list, one with its log, its form, its secret, a message.

use super::{Gallery, Words};
use crate::views::endpoints::{
    DeliveryPage, DeliveryRow, EndpointEdit, EndpointForm, EndpointPage, EndpointRow,
    EndpointSecret, Endpoints, KindChoice, KindGroup, TryRow,
};
use crate::views::{Errors, Tab};

const LIST: &str = "/settings/webhooks";

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    let rows = vec![automation(w, "on", "good"), website(), gone(w)];
    gallery.page("endpoints", LIST, &Endpoints { rows });
    gallery.page("endpoints-empty", LIST, &Endpoints { rows: vec![] });
    gallery.page("endpoint", LIST, &endpoint(w));
    let fresh = EndpointPage { deliveries: vec![], next: None, failed: 0, ..endpoint(w) };
    gallery.page_saying("endpoint-fresh", LIST, &fresh, "said-endpoint-tested");
    let failing = EndpointPage {
        row: automation(w, "failing", "warn"),
        failing_since: w.of("Yesterday, 18:12", "אתמול, 18:12"),
        told: vec![],
        ..endpoint(w)
    };
    gallery.page("endpoint-failing", LIST, &failing);
    let off = EndpointPage {
        row: gone(w),
        is_on: false,
        errors: Errors::from([("form".to_owned(), "error-endpoint-off".to_owned())]),
        ..endpoint(w)
    };
    gallery.page("endpoint-off", LIST, &off);
    let row = EndpointRow { state: "off-failing", ..gone(w) };
    gallery.page("endpoint-off-failing", LIST, &EndpointPage { row, is_on: false, ..endpoint(w) });
    gallery.page("endpoint-new", LIST, &edit(w, true, Errors::new()));
    let errors = Errors::from([
        ("url".to_owned(), "error-endpoint-address".to_owned()),
        ("kinds".to_owned(), "error-endpoint-no-kinds".to_owned()),
    ]);
    gallery.page("endpoint-edit", LIST, &edit(w, false, errors));
    gallery.page("endpoint-secret", LIST, &secret(String::new()));
    let until = w.of("Tomorrow, 14:05", "מחר, 14:05");
    gallery.page("endpoint-secret-renewed", LIST, &secret(until));
    gallery.page("delivery", LIST, &delivery(w));
    let row = DeliveryRow { tries: 0, next: String::new(), ..waiting(w) };
    gallery.page("delivery-fresh", LIST, &DeliveryPage { row, tries: vec![], ..delivery(w) });
}

fn automation(w: Words, state: &'static str, tone: &'static str) -> EndpointRow {
    EndpointRow {
        href: "/settings/webhooks/1".into(),
        title: w.of("New leads into the newsletter", "לידים חדשים לרשימת הדיוור"),
        host: "hooks.automation.example".into(),
        state,
        tone,
    }
}

fn website() -> EndpointRow {
    EndpointRow {
        href: "/settings/webhooks/2".into(),
        title: "flowers.example".into(),
        host: "flowers.example".into(),
        state: "failing",
        tone: "warn",
    }
}

fn gone(w: Words) -> EndpointRow {
    EndpointRow {
        href: "/settings/webhooks/3".into(),
        title: w.of("Old bookkeeping", "הנהלת חשבונות ישנה"),
        host: "books.example".into(),
        state: "off-gone",
        tone: "bad",
    }
}

fn arrived(w: Words) -> DeliveryRow {
    DeliveryRow {
        href: "/settings/webhooks/1/deliveries/1".into(),
        what: w.of("Appointment booked", "נקבעה פגישה"),
        kind: "appointment.booked".into(),
        when: w.of("Today, 14:05", "היום, 14:05"),
        state: "done",
        tone: "good",
        last: w.of("Arrived (200)", "הגיעה (200)"),
        next: String::new(),
        tries: 1,
    }
}

fn waiting(w: Words) -> DeliveryRow {
    DeliveryRow {
        what: w.of("Person moved to another stage", "אדם עבר לשלב אחר"),
        kind: "person.stage_changed".into(),
        state: "waiting",
        tone: "info",
        last: w.of("The program refused it (503)", "התוכנה סירבה לקבל (503)"),
        next: w.of("Today, 16:40", "היום, 16:40"),
        tries: 4,
        ..arrived(w)
    }
}

fn failed(w: Words) -> DeliveryRow {
    DeliveryRow {
        what: w.of("Task done", "משימה בוצעה"),
        kind: "task.done".into(),
        when: w.of("24 Nov 2026, 09:30", "24 בנוב׳ 2026, 09:30"),
        state: "failed",
        tone: "bad",
        last: w.of(
            "The address doesn’t lead to the public internet",
            "הכתובת לא מובילה לאינטרנט הציבורי",
        ),
        tries: 10,
        ..arrived(w)
    }
}

fn endpoint(w: Words) -> EndpointPage {
    let tab = |key, count, current| Tab { key, href: LIST.into(), count, current };
    EndpointPage {
        row: automation(w, "on", "good"),
        is_on: true,
        url: "https://hooks.automation.example/catch/1234567890/abcdefghijklmnopqrstuvwxyz/".into(),
        told: vec![w.of("Person added", "נוסף אדם"), w.of("Appointment booked", "נקבעה פגישה")],
        failing_since: String::new(),
        old_secret_until: w.of("Tomorrow, 14:05", "מחר, 14:05"),
        tabs: vec![
            tab("deliveries-all", None, true),
            tab("deliveries-waiting", Some(1), false),
            tab("deliveries-failed", Some(2), false),
            tab("deliveries-stopped", Some(0), false),
        ],
        narrowing: String::new(),
        deliveries: vec![waiting(w), arrived(w), failed(w)],
        is_busy: false,
        next: Some(LIST.into()),
        failed: 2,
        since: "2026-11-20".into(),
        days: 30,
        form_id: "sample".into(),
        errors: Errors::new(),
    }
}

fn edit(w: Words, is_new: bool, errors: Errors) -> EndpointEdit {
    let kind =
        |value: &str, label: String, selected| KindChoice { value: value.into(), label, selected };
    let form = EndpointForm {
        form_id: "sample".into(),
        url: if is_new { String::new() } else { "https://192.168.1.10/in".into() },
        description: if is_new { String::new() } else { automation(w, "on", "").title },
        all: is_new,
        rev: 3,
    };
    EndpointEdit {
        is_new,
        action: LIST.into(),
        back: LIST.into(),
        form,
        groups: vec![
            KindGroup {
                label: w.of("People", "אנשים"),
                kinds: vec![
                    kind("person.created", w.of("Person added", "נוסף אדם"), !is_new),
                    kind("person.changed", w.of("Person changed", "פרטי אדם השתנו"), false),
                    kind(
                        "person.stage_changed",
                        w.of("Person moved to another stage", "אדם עבר לשלב אחר"),
                        false,
                    ),
                ],
            },
            KindGroup {
                label: w.of("Appointments", "פגישות"),
                kinds: vec![
                    kind("appointment.booked", w.of("Appointment booked", "נקבעה פגישה"), !is_new),
                    kind(
                        "appointment.cancelled",
                        w.of("Appointment cancelled", "פגישה בוטלה"),
                        false,
                    ),
                ],
            },
        ],
        errors,
    }
}

fn secret(old_until: String) -> EndpointSecret {
    EndpointSecret {
        href: "/settings/webhooks/1".into(),
        secret: "whsec_c2FtcGxlIHNlY3JldCBvZiBhIGZsb3dlciBzaG9wISE=".into(),
        old_until,
    }
}

fn delivery(w: Words) -> DeliveryPage {
    let row = |number, ended: String, tone, answer: &str| TryRow {
        number,
        when: w.of("Today, 14:05", "היום, 14:05"),
        ended,
        tone,
        took: w.of("182 ms", "182 אלפיות שנייה"),
        answer: answer.into(),
    };
    DeliveryPage {
        endpoint: "/settings/webhooks/1".into(),
        endpoint_title: automation(w, "on", "").title,
        row: waiting(w),
        is_on: true,
        id: "msg_01932f4e-7c1a-7b3e-9d2f-0a1b2c3d4e5f".into(),
        body: "{\n  \"data\": {\n    \"id\": \"01932f4e-7c1a-7b3e-9d2f-000000000001\",\n    \"object\": \"person\"\n  },\n  \"timestamp\": \"2026-11-29T12:05:00Z\",\n  \"type\": \"person.stage_changed\",\n  \"version\": 1\n}".into(),
        tries: vec![
            row(2, w.of("The program refused it (503)", "התוכנה סירבה לקבל (503)"), "bad", "<html>busy</html>"),
            row(1, w.of("No answer in time", "לא התקבלה תשובה בזמן"), "bad", ""),
        ],
        errors: Errors::new(),
    }
}
