//! Samples of plugins' views: every widget, from the document a plugin would answer, in the reader's
//! language; and what comes of broken, unknown and hostile ones.

use std::cell::Cell;
use std::collections::BTreeMap;

use app::plugin_views::document::Document;
use app::plugins::Words as PluginWords;
use domain::{Locale, Timestamp, Zone};
use serde_json::{Value, json};

use super::{Gallery, Words};
use crate::dates::Dates;
use crate::views::AppItem;
use crate::views::plugin_views::{Block, PluginViewPage, Problem, Slot};
use crate::widgets::{Drawer, Returned};

/// The navigation's entry of a plugin.
pub(super) fn apps(w: Words, path: &str) -> Vec<AppItem> {
    vec![AppItem {
        label: w.of("Stock", "מלאי"),
        href: "/apps/stock/shelf".into(),
        icon: None,
        current: path == "/apps/stock/shelf",
    }]
}

/// The places of views on another page.
pub(super) fn slots(w: Words) -> Vec<Slot> {
    vec![Slot {
        title: w.of("Low stock", "מלאי נמוך"),
        plugin: w.of("Stock", "מלאי"),
        source: "/apps/stock/low/card".into(),
        href: "/apps/stock/low".into(),
        icon: None,
    }]
}

/// A document of each family of widgets.
pub fn documents(locale: Locale) -> Vec<Value> {
    let w = Words(locale);
    vec![tables(w), forms(w), cards(w), charts(w), broken(w)]
}

/// The page of a document.
pub fn draw_document(gallery: &mut Gallery<'_>, name: &str, document: &Value) {
    let w = Words(gallery.locale);
    let blocks = blocks(gallery, document);
    gallery.page(&format!("view-{name}"), "/apps/stock/shelf", &page(w, blocks));
}

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    let names = ["tables", "forms", "cards", "charts", "broken"];
    for (name, document) in names.into_iter().zip(documents(gallery.locale)) {
        draw_document(gallery, name, &document);
    }
    let mut done = page(w, blocks(gallery, &json!({"widgets": []})));
    done.toast = Some(w.of("Two bunches were ordered.", "הוזמנו שני זרים."));
    done.back = Some("/people/1".into());
    gallery.page("view-done", "/apps/stock/shelf", &done);
    done.toast = None;
    done.problem = Some(Problem { key: "view-check-fields".into(), text: String::new() });
    done.blocks = blocks(gallery, &forms(w));
    gallery.page("view-problem", "/apps/stock/shelf", &done);
}

fn page(w: Words, blocks: Vec<Block>) -> PluginViewPage {
    PluginViewPage {
        title: w.of("Shelf", "מדף"),
        plugin: w.of("Stock", "מלאי"),
        back: None,
        toast: None,
        problem: None,
        blocks,
    }
}

fn blocks(gallery: &Gallery<'_>, document: &Value) -> Vec<Block> {
    let texts = &gallery.theme.texts;
    let locale = gallery.locale;
    let zone: Zone = "Asia/Jerusalem".parse().expect("a zone");
    let now = Timestamp::from_millis(1_772_344_800_000);
    let words = |words: &PluginWords| match words {
        PluginWords::Text(text) => text.clone(),
        PluginWords::Key { key, .. } => key.clone(),
    };
    let drawer = Drawer {
        words: &words,
        text: &|key, value| texts.text(locale, key, &[("value", value.into())]),
        dates: Dates::new(texts, locale, &zone, now),
        locale,
        base: "/apps/stock".into(),
        view: "shelf".into(),
        subject: vec![],
        params: BTreeMap::new(),
        token: "sample".into(),
        back: None,
        may_act: true,
        code: "b7Qx".into(),
        returned: Some(Returned {
            action: "order".into(),
            values: BTreeMap::from([("name".into(), vec!["x".into()])]),
            errors: BTreeMap::from([("name".into(), "…".into())]),
        }),
        ids: Cell::new(0),
    };
    drawer.draw(&Document::read(document))
}

const PERSON: &str = "01900000-0000-7000-8000-000000000001";

fn tables(w: Words) -> Value {
    let row = |name: String, left: i64, tone: &str| {
        json!({"to": {"view": "flower", "params": {"name": name}}, "cells": [name, left,
            {"kind": "money", "minor": 125_050, "currency": "ILS"},
            {"kind": "badge", "text": w.of("In stock", "במלאי"), "tone": tone}, null],
            "actions": [{"label": w.of("Order", "הזמנה"), "action": "order", "input": {"id": "7"}}]})
    };
    json!({"widgets": [
        {"type": "table", "title": w.of("Flowers", "פרחים"), "columns": [
            {"label": w.of("Flower", "פרח")}, {"label": w.of("Left", "נשארו"), "numeric": true},
            {"label": w.of("Price", "מחיר"), "numeric": true}, {"label": w.of("State", "מצב")},
            {"label": w.of("Note", "הערה")}],
          "rows": [row(w.of("Anemone", "כלנית"), 1_200, "good"),
                   row(w.of("Wild fig", "תאנת הבר"), 3, "warn")]},
        {"type": "table", "title": w.of("Returns", "החזרות"), "columns": [{"label": "A"}], "rows": []},
        {"type": "list", "title": w.of("Suppliers", "ספקים"), "items": [
            {"title": "Yael Farm", "text": w.of("Tuesdays", "ימי שלישי"), "end": {"kind": "phone", "phone": "+972 50-123-4567"}},
            {"title": w.of("Dana Levi", "דנה לוי"), "to": {"person": PERSON}},
            {"title": w.of("Their shop", "החנות שלהם"), "to": {"url": "https://shop.example/"},
             "actions": [{"label": w.of("Remove", "הסרה"), "action": "remove", "tone": "bad",
                          "confirm": w.of("The supplier goes from the list.", "הספק יוסר מהרשימה.")}]}]},
        {"type": "key-value", "title": w.of("Order 12", "הזמנה 12"), "pairs": [
            {"label": w.of("Sent", "נשלח"), "value": {"kind": "datetime", "ms": 1_772_344_800_000_i64}},
            {"label": w.of("Due", "עד"), "value": {"kind": "date", "date": "2026-03-15"}},
            {"label": w.of("On the way", "בדרך"), "value": {"kind": "duration", "seconds": 93_900}},
            {"label": w.of("Paid", "שולם"), "value": true},
            {"label": w.of("Site", "אתר"), "value": {"kind": "link", "to": {"url": "https://shop.example/a"}}}]},
        {"type": "timeline", "title": w.of("What happened", "מה קרה"), "entries": [
            {"title": w.of("Paid", "שולם"), "tone": "good", "at": {"kind": "datetime", "ms": 1_772_344_800_000_i64}},
            {"title": w.of("Sent", "נשלח"), "at": {"kind": "date", "date": "2026-02-27"}, "text": w.of("By courier", "בשליח")}]},
    ]})
}

fn forms(w: Words) -> Value {
    let kinds = [
        "text", "long", "number", "date", "time", "switch", "choice", "radio", "choices", "email",
        "phone", "url", "hologram",
    ];
    let options = json!([{"value": "a", "label": w.of("Red", "אדום")}, {"value": "b", "label": w.of("White", "לבן")}]);
    let mut fields: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            json!({"name": kind, "kind": kind, "label": w.of("Field", "שדה"), "options": options,
            "hint": w.of("What it is for.", "למה זה משמש."), "value": "a", "values": ["b"]})
        })
        .collect();
    fields.push(json!({"name": "name", "label": w.of("Name", "שם"), "required": true,
        "error": w.of("Please give it a name.", "צריך לתת לו שם.")}));
    json!({"widgets": [{"type": "form", "title": w.of("Order", "הזמנה"), "text": w.of("A sentence.", "משפט."),
        "action": "order", "fields": fields},
        {"type": "form", "action": "other", "fields": [{"name": "x", "label": "x"}]}]})
}

fn cards(w: Words) -> Value {
    let card = json!({"title": w.of("Wedding of Noa", "החתונה של נועה"), "text": w.of("Two hundred guests", "מאתיים אורחים"),
        "badge": {"text": w.of("New", "חדש"), "tone": "info"}, "to": {"appointment": PERSON},
        "facts": [{"label": w.of("Budget", "תקציב"), "value": {"kind": "money", "minor": 900_000, "currency": "ILS"}}],
        "actions": [{"label": w.of("Move", "העברה"), "action": "move"}]});
    let event = |date: &str, tone: &str| {
        json!({"title": w.of("Delivery", "משלוח"), "tone": tone,
        "at": {"kind": "date", "date": date}, "to": {"view": "delivery"}})
    };
    json!({"widgets": [{"type": "section", "title": w.of("Work", "עבודה"), "widgets": [
        {"type": "cards", "title": w.of("Events", "אירועים"), "cards": [card, card]},
        {"type": "board", "title": w.of("Stages", "שלבים"), "columns": [
            {"title": w.of("Asked", "פנייה"), "cards": [card]}, {"title": w.of("Done", "הסתיים"), "cards": []}]},
        {"type": "calendar", "month": "2026-03", "events": [event("2026-03-01", "good"), event("2026-03-31", "warn"), event("2026-04-01", "bad")]},
        {"type": "preview", "title": w.of("Post", "פוסט"), "text": w.of("Spring is here.\nCome and smell.", "האביב כאן.\nבואו להריח."),
         "badge": {"text": w.of("Draft", "טיוטה")}, "actions": [{"label": w.of("Publish", "פרסום"), "action": "publish", "tone": "accent"}]},
        {"type": "empty", "title": w.of("No quotes yet", "אין עדיין הצעות מחיר"), "text": w.of("Make the first.", "אפשר להכין את הראשונה."),
         "actions": [{"label": w.of("Make one", "יצירה"), "to": {"view": "new"}, "tone": "accent"}]},
        {"type": "action", "label": w.of("Refresh", "רענון"), "action": "refresh"}]}]})
}

fn charts(w: Words) -> Value {
    let chart = |kind: &str, series: Value| {
        json!({"type": "chart", "chart": kind, "title": w.of("Orders", "הזמנות"),
        "labels": [w.of("January", "ינואר"), w.of("February", "פברואר"), w.of("March", "מרץ")], "series": series})
    };
    let one = json!([{"label": w.of("Bunches", "זרים"), "values": [12, 30, 18]}]);
    let two = json!([{"label": w.of("In", "נכנס"), "values": [12, 30, 18]}, {"label": w.of("Out", "יצא"), "values": [-4, 10]}]);
    json!({"widgets": [chart("bar", one.clone()), chart("bar", two.clone()), chart("line", two),
        chart("donut", one), chart("donut", json!([])), chart("line", json!([]))]})
}

fn broken(w: Words) -> Value {
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
    json!({"title": evil, "widgets": [
        {"type": "hologram", "fallback": w.of("Open it on a bigger machine.", "כדאי לפתוח במחשב אחר.")},
        {"type": "hologram"}, {"type": "table"},
        {"type": "key-value", "title": evil, "pairs": [{"label": evil, "value": evil}]},
        {"type": "form", "action": "a", "input": {(evil): evil}, "fields": [{"name": evil, "label": evil, "value": evil}]},
        {"type": "action", "label": evil, "action": evil}]})
}
