//! The page that shows every component of a theme in its states: to choose a theme by, to look at while
//! making one, and to try a stranger's on before it is taken.

use std::cell::Cell;
use std::collections::BTreeMap;

use app::plugin_views::document::Document;
use app::plugins::Words;
use app::tenants::Colour;
use domain::{Locale, Role, Timestamp, Zone};
use serde::Serialize;
use serde_json::{Value, json};

use super::calendar::AppointmentRow;
use super::connections::ConnectionRow;
use super::notifications::NoticeRow;
use super::plugin_views::Block;
use super::plugins::RequestRow;
use super::{Avatar, Choice, Errors, MemberView, Shell, Tab, pages};
use crate::dates::{self, Dates};
use crate::i18n::Texts;
use crate::member::languages;
use crate::theme::Theme;
use crate::widgets::{Drawer, Returned};

pages! {
    Components => "pages/components.html",
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Components {
    /// What the theme is called.
    pub theme: String,
    /// Where one goes back to.
    pub back: &'static str,
    /// The colours that a business may wear.
    pub colours: Vec<&'static str>,
    /// Tones of badges and banners.
    pub tones: [&'static str; 4],
    /// What an icon is named.
    pub icons: &'static [&'static str],
    /// What a drawing is named.
    pub art: [&'static str; 8],
    /// Tabs with and without numbers.
    pub tabs: Vec<Tab>,
    /// What a select offers.
    pub choices: Vec<Choice>,
    /// What is wrong with the fields that are.
    pub errors: Errors,
    /// People as a table shows them.
    pub people: Vec<Person>,
    /// Appointments of a day, in person and online, past and cancelled.
    pub appointments: Vec<AppointmentRow>,
    /// Connections, well and not.
    pub connections: Vec<ConnectionRow>,
    /// Notifications, read and not.
    pub notices: Vec<NoticeRow>,
    /// Requests that left.
    pub requests: Vec<RequestRow>,
    /// Every widget of plugins' views.
    pub blocks: Vec<Block>,
}

/// Somebody in the table.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their picture.
    pub avatar: Avatar,
    /// Their stage.
    pub stage: String,
    /// The colour of its badge.
    pub tone: &'static str,
    /// Their number.
    pub phone: &'static str,
}

const ICONS: &[&str] = &[
    "home",
    "people",
    "person",
    "calendar",
    "calendar-add",
    "plugin",
    "connection",
    "team",
    "activity",
    "settings",
    "more",
    "dots",
    "add",
    "search",
    "check",
    "close",
    "forward",
    "back",
    "chevrons",
    "phone",
    "mail",
    "video",
    "place",
    "clock",
    "notes",
    "document",
    "edit",
    "copy",
    "out",
    "sign-out",
    "warning",
    "info",
    "shield",
    "passkey",
    "key",
    "globe",
    "sun",
    "moon",
    "screen",
    "refresh",
    "bin",
    "pause",
    "flask",
    "business",
    "device",
    "lock",
    "compass",
    "down",
];
const ART: [&str; 8] =
    ["people", "search", "connection", "plugin", "activity", "check", "calendar", "bell"];

/// The samples' words in a language.
struct Said<'a>(&'a Texts, Locale);

impl Said<'_> {
    fn of(&self, key: &str) -> String {
        self.0.plain(self.1, key)
    }
}

impl Components {
    /// The page with samples in it.
    pub fn of(theme: &Theme, locale: Locale) -> Self {
        let said = Said(&theme.texts, locale);
        Self {
            theme: theme.name(locale),
            back: "/settings",
            colours: Colour::ALL.iter().map(|colour| colour.as_str()).collect(),
            tones: ["good", "info", "warn", "bad"],
            icons: ICONS,
            art: ART,
            tabs: tabs(),
            choices: vec![
                Choice::new("1", said.of("sample-first"), "1"),
                Choice::new("2", said.of("sample-second"), "1"),
            ],
            errors: Errors::from([
                ("form".to_owned(), "error-changed-meanwhile".to_owned()),
                ("email".to_owned(), "error-email-invalid".to_owned()),
            ]),
            people: people(&said),
            appointments: appointments(&said),
            connections: connections(&said),
            notices: notices(&said),
            requests: requests(&said),
            blocks: blocks(&said),
        }
    }

    /// The same with a frame around it, for whoever isn't signed in: a test, or a theme that is tried on.
    pub fn sample(theme: &Theme, locale: Locale) -> (Self, Shell) {
        let said = Said(&theme.texts, locale);
        let (name, tenant) = (said.of("sample-person"), said.of("sample-business"));
        let member = MemberView {
            email: "maya@example.com".to_owned(),
            avatar: Avatar::of(&name),
            tenant_avatar: Avatar::of(&tenant),
            many_tenants: true,
            live: 1,
            unread: 3,
            name,
            tenant,
        };
        let shell = Shell {
            locale,
            dir: locale.direction(),
            nonce: "sample-nonce".to_owned(),
            appearance: "auto".to_owned(),
            colour: Colour::Pine.as_str(),
            theme: theme.id.clone(),
            logo: None,
            business: None,
            sandbox: true,
            path: "/components".to_owned(),
            languages: languages(locale.tag()),
            nav: crate::nav::items(Role::Owner, "/settings"),
            apps: Vec::new(),
            member: Some(member),
            said: None,
            told: None,
            undo: None,
            answers_form: false,
        };
        (Self::of(theme, locale), shell)
    }
}

fn tabs() -> Vec<Tab> {
    let tab = |key, count, current| Tab { key, href: "#tabs".to_owned(), count, current };
    vec![
        tab("people-all", Some(48), true),
        tab("people-leads", Some(12), false),
        tab("people-customers", None, false),
    ]
}

fn people(said: &Said<'_>) -> Vec<Person> {
    let person = |key: &str, won, phone| {
        let name = said.of(key);
        let (stage, tone) = if won { ("stage-won", "accent") } else { ("stage-first", "info") };
        Person { avatar: Avatar::of(&name), name, stage: said.of(stage), tone, phone }
    };
    vec![
        person("sample-customer", true, "052-345-6789"),
        person("sample-company", false, "+1 212 555 0142"),
        person("sample-colleague", true, ""),
    ]
}

fn appointments(said: &Said<'_>) -> Vec<AppointmentRow> {
    let row = |start: &str, online, past, cancelled| AppointmentRow {
        href: "#appointments".to_owned(),
        title: said.of("sample-appointment"),
        person: said.of("sample-customer"),
        location: said.of("sample-place"),
        day: said.of("sample-day"),
        start: start.to_owned(),
        time: dates::run(said.1, start, "16:00"),
        online,
        online_url: None,
        cancelled,
        past,
    };
    vec![
        row("09:30", false, true, false),
        row("11:00", true, false, false),
        row("15:00", false, false, true),
    ]
}

fn connections(said: &Said<'_>) -> Vec<ConnectionRow> {
    let states = [("working", "good"), ("ends", "warn"), ("needs_you", "warn"), ("paused", "off")];
    let row = |(state, tone): (&str, &'static str)| ConnectionRow {
        href: "#connections".to_owned(),
        icon: None,
        provider: said.of("sample-provider"),
        account: said.of("sample-person"),
        email: "maya@example.com".to_owned(),
        state: state.to_owned(),
        days: 5,
        tone,
    };
    states.map(row).into()
}

fn notices(said: &Said<'_>) -> Vec<NoticeRow> {
    let row = |kind: &str, icon, unread| NoticeRow {
        action: "/notifications/read".to_owned(),
        kind: kind.to_owned(),
        subject: said.of("sample-appointment"),
        icon,
        at: said.of("sample-day"),
        unread,
        snooze: None,
    };
    vec![row("approval-waiting", "shield", true), row("appointment-unsent", "calendar", false)]
}

fn requests(said: &Said<'_>) -> Vec<RequestRow> {
    let row = |status, problem, tone| RequestRow {
        at: said.of("sample-day"),
        by_host: false,
        method: "GET".to_owned(),
        host: "api.example.com".to_owned(),
        path: "/v1/events".to_owned(),
        status,
        problem,
        tone,
        size: 12,
        unit: "kilobytes",
        ms: 84,
    };
    vec![row(Some(200), None, "good"), row(Some(404), None, "warn")]
}

fn blocks(said: &Said<'_>) -> Vec<Block> {
    let Said(texts, locale) = said;
    let zone: Zone = Zone::utc();
    let now = Timestamp::from_millis(1_772_344_800_000);
    let words = |words: &Words| match words {
        Words::Text(text) => text.clone(),
        Words::Key { key, .. } => key.clone(),
    };
    let drawer = Drawer {
        words: &words,
        text: &|key, value| texts.text(*locale, key, &[("value", value.into())]),
        dates: Dates::new(texts, *locale, &zone, now),
        locale: *locale,
        base: "/apps/sample".to_owned(),
        view: "all".to_owned(),
        subject: Vec::new(),
        params: BTreeMap::new(),
        token: "sample".to_owned(),
        back: None,
        may_act: true,
        code: "b7Qx".to_owned(),
        returned: Some(Returned {
            action: "order".to_owned(),
            values: BTreeMap::new(),
            errors: BTreeMap::from([("wrong".to_owned(), said.of("error-required"))]),
        }),
        ids: Cell::new(0),
    };
    drawer.draw(&Document::read(&document(said)))
}

/// A document of every widget there is.
fn document(said: &Said<'_>) -> Value {
    let (name, company) = (said.of("sample-customer"), said.of("sample-company"));
    let (first, second, text) =
        (said.of("sample-first"), said.of("sample-second"), said.of("sample-text"));
    let card = json!({"title": name, "text": text, "badge": {"text": first, "tone": "info"},
        "facts": [{"label": second, "value": {"kind": "money", "minor": 125_050, "currency": "ILS"}}],
        "actions": [{"label": said.of("sample-act"), "action": "act"}]});
    let chart = |kind: &str| {
        json!({"type": "chart", "chart": kind, "title": said.of("sample-chart"),
            "labels": [first, second], "series": [
                {"label": name, "values": [12, 30]}, {"label": company, "values": [8, 16]}]})
    };
    json!({"widgets": [
        {"type": "table", "title": said.of("sample-table"), "columns": [{"label": first},
            {"label": second, "numeric": true}], "rows": [{"cells": [name, 1_200]},
            {"cells": [company, {"kind": "badge", "text": first, "tone": "good"}]}]},
        {"type": "table", "title": said.of("sample-table"), "columns": [{"label": first}], "rows": []},
        {"type": "list", "title": said.of("sample-list"), "items": [
            {"title": name, "text": text, "end": {"kind": "phone", "phone": "+972 50-123-4567"}},
            {"title": company, "to": {"url": "https://shop.example/"}, "actions": [
                {"label": said.of("sample-act"), "action": "remove", "tone": "bad", "confirm": text}]}]},
        {"type": "key-value", "title": said.of("sample-facts"), "pairs": [
            {"label": first, "value": {"kind": "datetime", "ms": 1_772_344_800_000_i64}},
            {"label": second, "value": true}]},
        {"type": "timeline", "title": said.of("sample-timeline"), "entries": [
            {"title": first, "tone": "good", "at": {"kind": "date", "date": "2026-02-28"}, "text": text},
            {"title": second, "at": {"kind": "date", "date": "2026-02-27"}}]},
        {"type": "form", "title": said.of("sample-form"), "text": text, "action": "order", "fields": fields(said)},
        {"type": "cards", "title": said.of("sample-cards"), "cards": [card, card]},
        {"type": "board", "title": said.of("sample-board"), "columns": [
            {"title": first, "cards": [card]}, {"title": second, "cards": []}]},
        chart("bar"), chart("line"), chart("donut"),
        {"type": "calendar", "month": "2026-03", "events": [
            {"title": name, "tone": "good", "at": {"kind": "date", "date": "2026-03-05"}},
            {"title": company, "tone": "warn", "at": {"kind": "date", "date": "2026-03-18"}}]},
        {"type": "preview", "title": said.of("sample-preview"), "text": text, "badge": {"text": first}},
        {"type": "empty", "title": said.of("sample-empty"), "text": text,
            "actions": [{"label": said.of("sample-act"), "action": "act", "tone": "accent"}]},
        {"type": "action", "label": said.of("sample-act"), "action": "act"},
        {"type": "hologram", "fallback": text}, {"type": "table"}]})
}

/// A field of every kind, with one that is wrong.
fn fields(said: &Said<'_>) -> Vec<Value> {
    let kinds = [
        "text", "long", "number", "date", "time", "switch", "choice", "radio", "choices", "email",
        "phone", "url", "wrong",
    ];
    let options = json!([{"value": "a", "label": said.of("sample-first")},
        {"value": "b", "label": said.of("sample-second")}]);
    let field = |name: &str| {
        let kind = if name == "wrong" { "text" } else { name };
        json!({"name": name, "kind": kind, "label": said.of("sample-field"), "options": options,
            "hint": said.of("sample-hint"), "required": name == "wrong"})
    };
    kinds.map(field).into()
}
