//! Samples of plugins: the list, a plugin on and off, and each reason why a new version waits.

use super::business::zones;
use super::work::connection;
use super::{Gallery, Words};
use crate::views::plugins::{
    AskRow, FormerRow, PluginPage, PluginRow, Plugins, ProviderRow, RequestRow, SettingField,
    SourceRow, StopRow, UpdateRow, UsageRow,
};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("plugins", "/plugins", &Plugins { plugins: plugins(w), can_manage: true });
    gallery.page("plugins-empty", "/plugins", &Plugins { plugins: vec![], can_manage: true });
    gallery.page("plugin", "/plugins", &plugin(w, true));
    gallery.page("plugin-off", "/plugins", &plugin(w, false));
    let quiet = PluginPage { requests: vec![], older_requests: vec![], ..plugin(w, true) };
    gallery.page("plugin-quiet", "/plugins", &quiet);
    let reasons = ["consent", "settings", "validate", "too-much", "migrate", "rolled-back"];
    for (at, reason) in reasons.into_iter().enumerate() {
        let page = plugin_version(w, reason, at % 2 == 0);
        gallery.page(&format!("plugin-update-{reason}"), "/plugins", &page);
    }
}

fn plugin_row(w: Words, name: (&str, &str), about: (&str, &str), enabled: bool) -> PluginRow {
    PluginRow {
        id: "acme-calendar".into(),
        href: "/plugins/acme-calendar".into(),
        icon: None,
        name: w.of(name.0, name.1),
        description: w.of(about.0, about.1),
        publisher: "OXPI".into(),
        version: "0.1.0".into(),
        enabled,
        needs_consent: false,
        update_waits: false,
    }
}

fn plugins(w: Words) -> Vec<PluginRow> {
    let calendar = ("Google Calendar", "יומן גוגל");
    let about = (
        "Keeps appointments in step with the calendar you already use, both ways.",
        "מסנכרן את הפגישות עם היומן שכבר בשימוש, לשני הכיוונים.",
    );
    vec![
        plugin_row(w, calendar, about, true),
        PluginRow {
            needs_consent: true,
            ..plugin_row(
                w,
                ("Invoices", "חשבוניות"),
                ("Finds invoices in your mail.", "מוצא חשבוניות בתיבת המייל."),
                true,
            )
        },
        plugin_row(
            w,
            ("Reminders", "תזכורות"),
            ("Sends a reminder the day before.", "שולח תזכורת יום לפני."),
            false,
        ),
    ]
}

fn ask(w: Words, key: &str, reason: (&str, &str), details: &[&str]) -> AskRow {
    AskRow {
        key: key.into(),
        reason: w.of(reason.0, reason.1),
        details: details.iter().map(|each| (*each).to_owned()).collect(),
        is_new: key == "jobs",
    }
}

fn plugin(w: Words, enabled: bool) -> PluginPage {
    let all = [
        "kv",
        "jobs",
        "approvals",
        "documents",
        "subscribe",
        "publish",
        "read-records",
        "write-records",
        "field",
        "collection",
        "slot",
        "sign",
        "scope",
    ];
    let why = ("To write appointments into your calendar.", "כדי לרשום פגישות ביומן שלך.");
    PluginPage {
        plugin: PluginRow { enabled, ..plugins(w).remove(0) },
        asks: all
            .map(|key| ask(w, key, why, if key == "field" { &["name", "email"] } else { &[] }))
            .to_vec(),
        hosts: vec!["www.googleapis.com".into(), "oauth2.googleapis.com".into()],
        stops: ["connections", "calendars", "schedules", "jobs", "views", "webhooks"]
            .map(|key| StopRow { key, count: 2 })
            .to_vec(),
        providers: vec![ProviderRow { name: "Google".into(), href: "/connections/new/a/b".into() }],
        connections: if enabled { vec![connection(w, "working", "good")] } else { vec![] },
        update: None,
        former: None,
        source: SourceRow { is_signed: false, fingerprint: None },
        can_remove: !enabled,
        settings: settings(w),
        settings_rev: 3,
        usage: [
            ("calls", "12804"),
            ("stopped", "0"),
            ("refused", "2"),
            ("requests", "25310"),
            ("cpu", "31.4"),
            ("memory", "4"),
        ]
        .map(|(key, value)| UsageRow { key, value: value.into() })
        .to_vec(),
        limits: [
            ("memory", "64"),
            ("cpu", "0.25"),
            ("wall", "10"),
            ("requests", "32"),
            ("answer", "4"),
            ("effects", "1000"),
        ]
        .map(|(key, value)| UsageRow { key, value: value.into() })
        .to_vec(),
        requests: if enabled { requests() } else { vec![] },
        older_requests: if enabled { requests() } else { vec![] },
        errors: Errors::new(),
        can_manage: true,
        can_connect: true,
    }
}

/// A field of each kind.
fn settings(w: Words) -> Vec<SettingField> {
    let field = |name: &str, label: (&str, &str), kind| SettingField {
        name: name.into(),
        label: w.of(label.0, label.1),
        hint: String::new(),
        kind,
        value: "5".into(),
        checked: true,
        choices: vec![],
        required: false,
        dir: "auto",
        min: String::new(),
        max: String::new(),
        step: "any",
        max_length: 200,
    };
    let day = |value: &str, en: &str, he: &str| Choice::new(value, w.of(en, he), "sun");
    let days = vec![day("sun", "Sunday", "יום ראשון"), day("mon", "Monday", "יום שני")];
    vec![
        SettingField {
            required: true,
            ..field("title", ("Title of the event", "כותרת האירוע"), "text")
        },
        field("private", ("Hide details from guests", "הסתרת פרטים מאורחים"), "switch"),
        SettingField {
            choices: zones(),
            ..field("detail", ("What to show", "מה להציג"), "choice")
        },
        SettingField {
            choices: days, ..field("days", ("On which days", "באילו ימים"), "choices")
        },
        SettingField {
            hint: w.of("From 1 to 30.", "בין 1 ל־30."),
            min: "1".into(),
            max: "30".into(),
            ..field("before", ("Days before", "ימים לפני"), "number")
        },
        field("mails", ("Copies go to", "עותקים נשלחים אל"), "lines"),
        field("fee", ("Fee", "עמלה"), "money"),
        field("key", ("Key", "מפתח"), "password"),
        field("note", ("Note", "הערה"), "long"),
        field("call", ("Phone", "טלפון"), "tel"),
    ]
}

fn requests() -> Vec<RequestRow> {
    let problems =
        ["refused", "timeout", "unreachable", "too-large", "limited", "reconnect", "unfinished"];
    let ends = [(Some(200), None, "good"), (Some(404), None, "warn")];
    let failed = problems.into_iter().chain(["failed"]).map(|each| (None, Some(each), "bad"));
    type End = (Option<u16>, Option<&'static str>, &'static str);
    let row = |(at, (status, problem, tone)): (usize, End)| RequestRow {
        at: "3 Nov 2026, 09:30".into(),
        by_host: at == 1,
        method: if at == 1 { "POST" } else { "GET" }.into(),
        host: if at == 2 { "" } else { "www.googleapis.com" }.into(),
        path: if problem == Some("refused") { "" } else { "/calendar/v3/calendars/*/events" }
            .into(),
        status,
        problem,
        tone,
        size: 12,
        unit: if at == 0 { "kilobytes" } else { "bytes" },
        ms: 143,
    };
    ends.into_iter().chain(failed).enumerate().map(row).collect()
}

fn plugin_version(w: Words, reason: &'static str, restores_data: bool) -> PluginPage {
    let mut page = plugin(w, true);
    page.plugin.update_waits = true;
    let why = ("To remind people of visits.", "כדי להזכיר לאנשים את הביקורים.");
    let asks = match reason {
        "consent" => vec![ask(w, "read-records", why, &["people"]), ask(w, "jobs", why, &[])],
        _ => vec![],
    };
    let hosts = asks.iter().take(1).map(|_| "sms.example.com".to_owned()).collect();
    let detail = w.of("reminder: choose how long before", "reminder: צריך לבחור כמה זמן לפני");
    page.update = Some(UpdateRow { version: "0.2.0".into(), reason, detail, asks, hosts });
    page.former = Some(FormerRow {
        version: "0.0.9".into(),
        since: "3 Nov 2026, 09:30".into(),
        restores_data,
    });
    let fingerprint = Some("3f2a 91bc 0d4e 77a1 5c60 e8f3 12b9 aa07".into());
    page.source = SourceRow { is_signed: true, fingerprint };
    page
}
