//! Samples of what plugins propose.

use super::{Gallery, Words};
use crate::views::Errors;
use crate::views::approvals::{ApprovalPage, ApprovalRow, Approvals, Decided, Pair};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("approvals", "/approvals", &list(w));
    let none = Approvals { waiting: vec![], settled: vec![], next: None };
    gallery.page("approvals-none", "/approvals", &none);
    gallery.page("approval", "/approvals/1", &page(w));
    gallery.page("approval-form", "/approvals/1", &form(w));
    gallery.page("approval-sent", "/approvals/1", &sent(w));
    gallery.page("approval-answered", "/approvals/1", &answered(w));
    gallery.page("approval-unknown", "/approvals/1", &unknown(w));
    gallery.page("approval-rejected", "/approvals/1", &rejected(w));
}

fn row(w: Words, title: (&str, &str), state: &str, tone: &'static str) -> ApprovalRow {
    ApprovalRow {
        href: "/approvals/1".into(),
        title: w.of(title.0, title.1),
        plugin: w.of("Campaigns", "קמפיינים"),
        icon: None,
        effect: "spend".into(),
        host: "graph.example.com".into(),
        amount: Some("250.00 ILS".into()),
        state: state.into(),
        tone,
        proposed: w.of("Today, 09:12", "היום, 09:12"),
        expires: w.of("30 Nov 2026, 09:12", "30 בנוב׳ 2026, 09:12"),
    }
}

const CAMPAIGN: (&str, &str) =
    ("Start the Hanukkah campaign on Instagram", "להפעיל את קמפיין חנוכה באינסטגרם");
const POST: (&str, &str) = ("Post: fresh anemones have arrived", "פוסט: הגיעו כלניות טריות");

fn list(w: Words) -> Approvals {
    let post = |state, tone| ApprovalRow { amount: None, ..row(w, POST, state, tone) };
    Approvals {
        waiting: vec![row(w, CAMPAIGN, "waiting", "warn"), post("waiting", "warn")],
        settled: vec![
            row(w, CAMPAIGN, "unknown", "warn"),
            row(w, CAMPAIGN, "sent", "good"),
            post("rejected", "bad"),
            row(w, CAMPAIGN, "expired", ""),
        ],
        next: Some("/approvals?before=1".into()),
    }
}

fn pair(name: &str, value: &str) -> Pair {
    Pair { name: name.into(), value: value.into() }
}

fn page(w: Words) -> ApprovalPage {
    let body = format!(
        "{{\n  \"name\": \"{}\",\n  \"daily_budget\": 25000,\n  \"status\": \"ACTIVE\",\n  \"targeting\": {{\n    \"city\": \"{}\"\n  }}\n}}",
        w.of("Hanukkah flowers", "פרחים לחנוכה"),
        w.of("Tel Aviv", "תל אביב")
    );
    ApprovalPage {
        approval: row(w, CAMPAIGN, "waiting", "warn"),
        summary: vec![w.of(
            "Runs for ten days to people within five kilometres of the shop.",
            "ירוץ עשרה ימים לאנשים ברדיוס של חמישה קילומטרים מהחנות.",
        )],
        account: Some("maya@wildfig.example".into()),
        method: "POST".into(),
        url: "https://graph.example.com/v1/act_104500000000017/campaigns?fields=id%2Cname".into(),
        query: vec![pair("fields", "id,name")],
        headers: vec![pair("content-type", "application/json")],
        body_kind: "json",
        body,
        fields: vec![],
        content_type: String::new(),
        size: 0,
        sha256: String::new(),
        decided: None,
        used: None,
        answer: None,
        is_unsure: false,
        reason: None,
        is_waiting: true,
        errors: Errors::new(),
    }
}

fn form(w: Words) -> ApprovalPage {
    let approval =
        ApprovalRow { effect: "publish".into(), amount: None, ..row(w, POST, "waiting", "warn") };
    let text = w.of("Fresh anemones!\nCome and see.", "הגיעו כלניות!\nבואו לראות.");
    ApprovalPage {
        approval,
        body_kind: "form",
        fields: vec![pair("message", &text), pair("published", "true")],
        errors: Errors::from([("form".to_owned(), "error-approval-over".to_owned())]),
        ..page(w)
    }
}

fn sent(w: Words) -> ApprovalPage {
    ApprovalPage {
        approval: row(w, CAMPAIGN, "sent", "good"),
        body_kind: "bytes",
        content_type: "image/png".into(),
        size: 18_204,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        decided: Some(Decided {
            by: w.of("Maya Cohen", "מאיה כהן"),
            at: w.of("Today, 09:30", "היום, 09:30"),
        }),
        used: Some(w.of("Today, 09:31", "היום, 09:31")),
        answer: Some(201),
        is_waiting: false,
        ..page(w)
    }
}

/// One that the provider refused.
fn answered(w: Words) -> ApprovalPage {
    ApprovalPage { answer: Some(422), is_unsure: true, ..sent(w) }
}

/// One of which nothing was heard.
fn unknown(w: Words) -> ApprovalPage {
    ApprovalPage { approval: row(w, CAMPAIGN, "unknown", "warn"), answer: None, ..sent(w) }
}

fn rejected(w: Words) -> ApprovalPage {
    ApprovalPage {
        approval: row(w, CAMPAIGN, "rejected", "bad"),
        reason: Some(w.of("Too much for this month.", "יותר מדי לחודש הזה.")),
        used: None,
        answer: None,
        body_kind: "text",
        body: w.of("Fresh anemones have arrived.", "הגיעו כלניות טריות."),
        ..sent(w)
    }
}
