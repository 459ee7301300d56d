//! The pages: one for each family of widgets.

use oxpi_kit::views::{
    self, FieldKind, Tone, View, badge, date, duration, field, flag, go, instant, item, key, link,
    money, none, number, phone, row, text, to_url, to_view_with, words,
};
use oxpi_kit::{Result, env, kv};

/// Where the form's last order is kept.
pub const ORDER: &str = "order";

/// What the preview shows.
const FLOWERS: &[u8] = include_bytes!("flowers.png");

/// As answers hold bytes (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = (bits >> (18 - 6 * at) & 63) as usize;
            text.push(if at > three.len() { '=' } else { char::from(LETTERS[letter]) });
        }
    }
    text
}

/// Tables, lists, facts.
pub fn overview() -> View {
    let flower = |name: &str, left: f64, price: i64, state: &str, tone: Tone| {
        row([
            text(key(name)),
            number(left),
            money(price, "ILS"),
            badge(key(state), tone),
            if left > 0.0 { date("2026-03-12") } else { none() },
        ])
        .to(to_view_with("overview", &[("page", "boards")]))
        .action(views::action(key("order-one"), "greet").with("flower", name))
    };
    let columns = ["col-flower", "col-left", "col-price", "col-state", "col-since"].map(key);
    let table = views::table(columns)
        .title(key("title-shelf"))
        .numeric(&[1, 2])
        .row(flower("flower-anemone", 1_240.0, 1_250, "state-in", Tone::Good))
        .row(flower("flower-cyclamen", 7.0, 2_990, "state-low", Tone::Warn))
        .row(flower("flower-squill", 0.0, 129_900, "state-out", Tone::Bad));
    let empty =
        views::table([key("col-flower")]).title(key("title-returns")).empty(key("no-returns"));
    View::new()
        .text(key("intro"))
        .with(menu())
        .with(table)
        .with(empty)
        .with(suppliers())
        .with(facts())
}

fn menu() -> views::List {
    let page = |name: &str, title: &str, about: &str| {
        item(key(title)).text(key(about)).to(to_view_with("overview", &[("page", name)]))
    };
    views::list()
        .item(page("forms", "page-forms", "page-forms-text"))
        .item(page("boards", "page-boards", "page-boards-text"))
        .item(page("charts", "page-charts", "page-charts-text"))
}

fn suppliers() -> views::List {
    let remove = views::action(key("remove"), "greet").tone(Tone::Bad).confirm(key("remove-sure"));
    views::list()
        .title(key("title-suppliers"))
        .item(
            item(key("supplier-farm"))
                .text(key("supplier-farm-text"))
                .end(phone("+972 50-123-4567"))
                .action(remove),
        )
        .item(
            item("Wild Fig Wholesale")
                .text("גם עברית English mixed 123")
                .end(badge(key("state-new"), Tone::Info)),
        )
        .item(item(key("supplier-site")).to(to_url("https://flowers.example/catalogue")))
}

fn facts() -> views::KeyValue {
    views::key_value()
        .title(key("title-delivery"))
        .pair(key("fact-now"), instant(env::now()))
        .pair(key("fact-due"), date("2026-03-15"))
        .pair(key("fact-takes"), duration(93_900))
        .pair(key("fact-paid"), flag(true))
        .pair(key("fact-cost"), money(-5_000, "ILS"))
        .pair(
            key("fact-link"),
            link(key("fact-link-text"), to_url("https://flowers.example/track?n=12")),
        )
        .pair(key("fact-driver"), none())
}

/// A form with every kind of field, and what was sent last.
pub fn forms() -> Result<View> {
    let form = views::form("order")
        .title(key("title-order"))
        .text(key("order-text"))
        .submit(key("order-send"))
        .field(
            field(FieldKind::Text, "name", key("field-name"))
                .required()
                .hint(key("field-name-hint")),
        )
        .field(field(FieldKind::Email, "email", key("field-email")))
        .field(field(FieldKind::Phone, "phone", key("field-phone")))
        .field(
            field(FieldKind::Number, "count", key("field-count"))
                .required()
                .value("1")
                .between("1", "500"),
        )
        .field(field(FieldKind::Date, "day", key("field-day")))
        .field(field(FieldKind::Time, "time", key("field-time")))
        .field(choice(FieldKind::Choice, "flower", "field-flower"))
        .field(choice(FieldKind::Radio, "size", "field-size").value("flower-anemone"))
        .field(choice(FieldKind::Choices, "extras", "field-extras").values(&["flower-squill"]))
        .field(field(FieldKind::Url, "site", key("field-site")))
        .field(
            field(FieldKind::Switch, "gift", key("field-gift"))
                .value("on")
                .hint(key("field-gift-hint")),
        )
        .field(field(FieldKind::Long, "note", key("field-note")));
    let mut view = View::new().with(form);
    if let Some(order) = kv::get(ORDER)? {
        let name = String::from_utf8_lossy(&order.value).into_owned();
        view = view
            .with(views::key_value().title(key("title-last")).pair(key("field-name"), text(name)));
    }
    let fail = views::action(key("fail"), "fail").confirm(key("fail-sure"));
    Ok(view.with(fail).with(views::action(key("leave"), "leave")))
}

fn choice(kind: FieldKind, name: &str, label: &str) -> views::Field {
    let flowers = ["flower-anemone", "flower-cyclamen", "flower-squill"];
    let none = field(kind, name, key(label));
    flowers.iter().fold(none, |field, flower| field.option(flower, key(flower)))
}

/// Cards, stages, a month, what happened, a preview, nothing yet.
pub fn boards() -> Result<View> {
    let card = |title: &str, state: &str, tone: Tone| {
        views::card(key(title))
            .text(key("event-text"))
            .badge(key(state), tone)
            .fact(key("fact-cost"), money(980_000, "ILS"))
            .fact(key("fact-due"), date("2026-03-20"))
            .action(views::action(key("greet"), "greet"))
    };
    let wedding = || card("event-wedding", "state-new", Tone::Info);
    let opening = || card("event-opening", "state-in", Tone::Good);
    let board = views::board()
        .title(key("title-board"))
        .stage(key("stage-asked"), [wedding(), opening()])
        .stage(key("stage-offered"), [opening()])
        .stage(key("stage-won"), []);
    let month = views::calendar("2026-03")
        .event(date("2026-03-01"), key("event-delivery"), Tone::Good, None)
        .event(
            date("2026-03-12"),
            key("event-wedding"),
            Tone::Accent,
            Some(to_view_with("overview", &[])),
        )
        .event(date("2026-03-12"), key("event-opening"), Tone::Warn, None)
        .event(date("2026-03-31"), key("event-delivery"), Tone::Info, None);
    let past = views::timeline()
        .title(key("title-past"))
        .entry(instant(env::now()), key("past-paid"), "", Tone::Good)
        .entry(date("2026-02-27"), key("past-sent"), "Courier #7 · שליח", Tone::Plain)
        .entry(date("2026-02-20"), key("past-late"), "", Tone::Bad);
    let preview = views::preview(key("title-post"))
        .text(key("post-text"))
        .picture(&base64(FLOWERS), key("post-picture"))
        .badge(key("state-new"), Tone::Plain)
        .fact(key("fact-cost"), money(5_000, "ILS"))
        .action(views::action(key("publish"), "greet").tone(Tone::Accent))
        .action(go(key("back"), to_view_with("overview", &[])));
    let nothing = views::empty(key("empty-title"), key("empty-text"))
        .action(views::action(key("greet"), "greet").tone(Tone::Accent));
    Ok(View::new()
        .section(
            key("section-work"),
            View::of(views::cards().card(wedding()).card(opening())).with(board),
        )
        .with(month)
        .with(past)
        .with(preview)
        .with(nothing))
}

/// Numbers to look at.
pub fn charts() -> View {
    let months = || ["month-1", "month-2", "month-3", "month-4"].map(key);
    let flowers = ["flower-anemone", "flower-cyclamen", "flower-squill"].map(key);
    let money_in = [420_000.0, 610_000.0, 380_000.0, 720_000.0];
    let money_out = [310_000.0, 290_000.0, 330_000.0, 350_000.0];
    View::new()
        .with(
            views::bars(key("chart-sold"), flowers.clone())
                .series(key("chart-bunches"), &[120.0, 84.0, 31.0]),
        )
        .with(
            views::bars(key("chart-change"), months())
                .series(key("chart-in"), &[12.0, -4.0, 7.0, 3.0])
                .series(key("chart-out"), &[3.0, 9.0, -2.0, 1.0]),
        )
        .with(
            views::line(key("chart-money"), months())
                .money("ILS")
                .series(key("chart-in"), &money_in)
                .series(key("chart-out"), &money_out),
        )
        .with(
            views::donut(key("chart-share"), flowers)
                .series(key("chart-bunches"), &[120.0, 84.0, 31.0]),
        )
}

/// What stands on a person's page.
pub fn of_person(may_act: bool) -> View {
    let facts = views::key_value()
        .pair(key("person-likes"), text(key("flower-anemone")))
        .pair(key("person-spent"), money(184_500, "ILS"))
        .pair(key("person-rank"), badge(key("person-regular"), Tone::Accent));
    let view = View::of(facts);
    if may_act { view.with(views::action(key("greet"), "greet")) } else { view }
}

/// What stands on an appointment's page.
pub fn of_appointment() -> View {
    View::of(views::list().item(item(key("bring")).text(words("bring-text", &[("count", "3")]))))
}
