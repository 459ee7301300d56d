//! Samples of what plugins propose.

use super::{Gallery, Words};
use crate::views::Errors;
use crate::views::approvals::{
    ApprovalPage, ApprovalRow, Approvals, AskedRow, ChangeForm, Decided, DifferenceRow, Pair,
    ReplacedRow,
};
use crate::views::plugin_views::{Cell, FieldRow, OptionRow};

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
    gallery.page("approval-change", "/approvals/1", &change(w));
    gallery.page("approval-change-there", "/approvals/1", &change_there(w));
    gallery.page("approval-changing", "/approvals/1", &changing(w));
    gallery.page("approval-changed", "/approvals/1", &changed(w));
    gallery.page("approval-came-back", "/approvals/1", &came_back(w));
    gallery.page("approval-replaced", "/approvals/1", &replaced(w));
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
            post("changing", "warn"),
            row(w, CAMPAIGN, "replaced", ""),
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
        slots: vec![pair("ads", "provider ads as bearer for POST https://ads.example.com/v1/")],
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
        change: None,
        asked: None,
        replaces: None,
        replaced_by: None,
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

fn field(id: &str, kind: &'static str, label: String, value: String) -> FieldRow {
    FieldRow {
        id: format!("v-campaigns-change-{id}"),
        name: format!("f.{id}"),
        kind,
        label,
        hint: String::new(),
        error: String::new(),
        value,
        checked: true,
        required: true,
        dir: if kind == "number" { "ltr" } else { "auto" },
        options: vec![],
        min: String::new(),
        max: String::new(),
        max_length: 1_000,
    }
}

/// One whose fields came back, as too much was typed into one.
fn change(w: Words) -> ApprovalPage {
    let option = |at: u8, label: String, selected| OptionRow {
        id: format!("v-campaigns-change-where-{at}"),
        value: at.to_string(),
        label,
        selected,
    };
    let budget = FieldRow {
        hint: w.of("Up to 500 a day.", "עד 500 ליום."),
        error: w.of("This is too much.", "זה יותר מדי."),
        ..field("budget", "number", w.of("A day, in shekels", "ליום, בשקלים"), "900".into())
    };
    let places = FieldRow {
        options: vec![
            option(0, w.of("Tel Aviv", "תל אביב"), true),
            option(1, w.of("Haifa", "חיפה"), false),
        ],
        ..field("where", "choices", w.of("Where", "איפה"), String::new())
    };
    let text = w.of("Fresh anemones!\nCome and see.", "הגיעו כלניות!\nבואו לראות.");
    let fields = vec![
        budget,
        places,
        field("text", "long", w.of("Text", "טקסט"), text),
        field("now", "switch", w.of("Begin at once", "להתחיל מיד"), "on".into()),
    ];
    ApprovalPage { change: Some(ChangeForm { fields, is_open: true }), ..page(w) }
}

fn change_there(w: Words) -> ApprovalPage {
    let change = Some(ChangeForm { fields: vec![], is_open: false });
    ApprovalPage { approval: row(w, CAMPAIGN, "approved", "good"), change, ..sent(w) }
}

fn asked(w: Words, came_back: &str) -> AskedRow {
    let word = "There is no room in this week any more. Next week would do.";
    AskedRow {
        by: w.of("Maya Cohen", "מאיה כהן"),
        at: w.of("Today, 09:20", "היום, 09:20"),
        came_back: came_back.to_owned(),
        word: vec![w.of(word, "כבר אין מקום השבוע. אפשר בשבוע הבא.")],
    }
}

fn changing(w: Words) -> ApprovalPage {
    ApprovalPage {
        approval: row(w, CAMPAIGN, "changing", "warn"),
        asked: Some(AskedRow { word: vec![], ..asked(w, "") }),
        decided: None,
        used: None,
        answer: None,
        ..sent(w)
    }
}

fn cell(text: &str) -> Cell {
    Cell { kind: "text", text: text.to_owned(), ..Cell::default() }
}

/// One that takes another's place, with something that nobody asked for.
fn changed(w: Words) -> ApprovalPage {
    let differs = |part, name: String, before: Cell, after: Cell| DifferenceRow {
        part,
        name,
        before,
        after,
        asked: None,
    };
    let flag = |key: (&str, &str)| Cell { kind: "plain", ..cell(&w.of(key.0, key.1)) };
    let budget = w.of("A day, in shekels", "ליום, בשקלים");
    let differences = vec![
        DifferenceRow {
            asked: Some(cell("320")),
            ..differs("field", budget, cell("250"), cell("300"))
        },
        differs(
            "field",
            w.of("Begin at once", "להתחיל מיד"),
            flag(("Yes", "כן")),
            flag(("No", "לא")),
        ),
        differs("amount", String::new(), cell("250.00 ILS"), cell("300.00 ILS")),
        differs("content", "daily_budget".into(), cell("25000"), cell("30000")),
        differs("content", "status".into(), cell("ACTIVE"), Cell { kind: "none", ..cell("") }),
    ];
    let replaces = Some(ReplacedRow {
        href: "/approvals/2".into(),
        title: w.of(CAMPAIGN.0, CAMPAIGN.1),
        at: w.of("Yesterday, 16:40", "אתמול, 16:40"),
        differences,
        is_cut: true,
    });
    ApprovalPage { replaces, ..change(w) }
}

fn came_back(w: Words) -> ApprovalPage {
    ApprovalPage { asked: Some(asked(w, "declined")), ..page(w) }
}

fn replaced(w: Words) -> ApprovalPage {
    ApprovalPage {
        approval: row(w, CAMPAIGN, "replaced", ""),
        replaced_by: Some("/approvals/2".into()),
        decided: None,
        used: None,
        answer: None,
        ..sent(w)
    }
}
