//! The page at `/caldav`: what this server holds, how one signs in, and what is changed there by hand.

use serde_json::{Map, json};

use super::handle::change;
use super::ical::Component;
use super::seed::ADDRESS;
use super::state::{Calendar, Key, State};
use super::times::{Time, span, utc};
use super::zone::zone;
use crate::google::when::civil;
use crate::html::{self, escape};
use crate::http::{Reply, Request};
use crate::words::Language;

/// Where the page is.
pub const PATH: &str = "/caldav";

/// Answers what concerns the page.
pub fn answer(state: &mut State, request: &Request) -> Option<Reply> {
    if request.path != PATH {
        return None;
    }
    match request.method.as_str() {
        "GET" => Some(show(state, Language::of(request))),
        "POST" => Some(act(state, request)),
        _ => None,
    }
}

fn show(state: &State, language: Language) -> Reply {
    let title = language.pick("What this CalDAV server holds", "מה שיש בשרת CalDAV הזה");
    let (tag, other) = (language.tag(), language.pick("he", "en"));
    let mut inside = format!(
        "<div class=\"top\"><h1>{title}</h1><span><a href=\"/?hl={tag}\">Google</a> · \
         <a href=\"/trouble?hl={tag}\">{trouble}</a> · \
         <a href=\"{PATH}?hl={other}\" hreflang=\"{other}\" lang=\"{other}\">{name}</a></span></div>\n",
        trouble = language.pick("Cause trouble", "לעשות צרות"),
        name = language.words().other,
    );
    inside.push_str(&sign_in(state, language));
    for (key, held) in &state.calendars {
        inside.push_str(&section(language, key, held));
    }
    let note = language.pick(
        "A stand-in for a CalDAV server on this machine. Nothing here leaves it.",
        "תחליף לשרת CalDAV במחשב הזה. שום דבר מכאן לא יוצא ממנו.",
    );
    html::page_with(language, (200, note), title, true, &inside)
}

/// How an account is connected.
fn sign_in(state: &State, language: Language) -> String {
    let rows: String = state
        .accounts
        .iter()
        .map(|(user, account)| {
            let [name, user, password] =
                [&account.name, user, &account.password].map(|text| escape(text));
            format!(
                "<tr><td><bdi>{name}</bdi></td><td><code>{user}</code></td>\
                 <td class=\"tight\"><code>{password}</code></td></tr>\n"
            )
        })
        .collect();
    let heads = [("Whose", "של מי"), ("User name", "שם משתמש"), ("Password", "סיסמה")];
    let head = html::head(heads.map(|(en, he)| language.pick(en, he)));
    let title = language.pick("Accounts", "חשבונות");
    let lead = language.pick(
        "Connect one in OXPI, under Connections, with this server address:",
        "אפשר לחבר חשבון ב־OXPI, תחת חיבורים, עם כתובת השרת הזאת:",
    );
    let table = html::table(title, &head, &rows);
    format!("<h2>{title}</h2>\n<p>{lead} <code>{ADDRESS}</code></p>\n{table}")
}

fn section(language: Language, key: &Key, held: &Calendar) -> String {
    let name = escape(&held.name);
    let right = match held.is_writable {
        true => language.term("owner"),
        false => language.term("reader"),
    };
    let heading = format!(
        "<h2><svg class=\"dot\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><circle cx=\".5\" cy=\".5\" r=\".5\" \
         fill=\"{color}\"/></svg><bdi>{name}</bdi> <span class=\"tag\"><bdi>{home}</bdi> · {right}</span></h2>\n",
        color = escape(&held.color),
        home = escape(&key.0),
    );
    let mut objects: Vec<(&String, Component)> =
        held.objects.iter().map(|(name, object)| (name, object.read())).collect();
    objects.sort_by_key(|(_, object)| {
        object.main_event().and_then(|event| span(event, &zone())).map(|(start, _)| start.instant())
    });
    if objects.is_empty() {
        return format!("{heading}<p class=\"quiet\">{}</p>\n", language.words().no_events);
    }
    let row = |(file, object): &(&String, Component)| row(language, (key, held), file, object);
    let rows: String = objects.iter().map(row).collect();
    let words = language.words();
    let place = language.pick("Where", "איפה");
    let head = html::head([words.when, words.what, place, words.change]);
    format!("{heading}{}", html::table(&name, &head, &rows))
}

fn row(
    language: Language,
    (key, held): (&Key, &Calendar),
    file: &str,
    object: &Component,
) -> String {
    let words = language.words();
    let Some(event) = object.main_event() else { return String::new() };
    let title = event.text("SUMMARY");
    let button = |label: &str, action: &str| {
        let fields = [
            ("action", action),
            ("home", key.0.as_str()),
            ("calendar", key.1.as_str()),
            ("object", file),
        ];
        let address = format!("{PATH}?hl={}", language.tag());
        html::small_button(&address, label, &title, &fields)
    };
    // Days and rules are moved at a phone, not by one button.
    let is_day = span(event, &zone()).is_none_or(|(start, _)| start.is_day);
    let buttons = match held.is_writable {
        true if is_day || object.repeats() => button(words.delete, "delete"),
        true => button(words.later, "later") + &button(words.delete, "delete"),
        false => String::new(),
    };
    format!(
        "<tr><td class=\"tight\">{when}</td><td class=\"what\"><bdi>{what}</bdi></td>\
         <td><bdi>{place}</bdi></td><td class=\"tight\">{buttons}</td></tr>\n",
        when = time_of(language, object, event),
        what = escape(&title),
        place = escape(&event.text("LOCATION")),
    )
}

/// Markup: times run from left to right among words of any direction.
fn time_of(language: Language, object: &Component, event: &Component) -> String {
    let words = language.words();
    let Some((start, end)) = span(event, &zone()) else { return String::new() };
    let wall = |time: &Time| civil(time.instant(), &zone());
    let (day, end) = (start.local.date(), wall(&end).strftime("%H:%M").to_string());
    let (text, more) = match start.is_day {
        true => (day.to_string(), words.all_day),
        false => (format!("{}–{end}", wall(&start).strftime("%Y-%m-%d %H:%M")), ""),
    };
    let repeats = if object.repeats() { format!("({})", words.repeats) } else { String::new() };
    format!("<bdi dir=\"ltr\">{text}</bdi> {more} {repeats}").trim_end().to_owned()
}

/// `POST /caldav`: somebody changes something there.
fn act(state: &mut State, request: &Request) -> Reply {
    if request.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Reply::empty(403);
    }
    let form = request.form().unwrap_or_default();
    let field = |name: &str| form.get(name).unwrap_or_default();
    let stamp = utc(state.ground.now());
    let key = (field("home").to_owned(), field("calendar").to_owned());
    let Some(held) = state.calendars.get_mut(&key) else { return Reply::empty(404) };
    let name = field("object");
    let is_done = match field("action") {
        "later" => {
            let hour = Map::from_iter([("SHIFT".to_owned(), json!(60))]);
            change(held, name, &hour, &stamp)
        }
        "delete" => held.delete(name),
        _ => return Reply::empty(400),
    };
    match is_done {
        true => Reply::redirect(&format!("{PATH}?hl={}", Language::of(request).tag())),
        false => Reply::empty(404),
    }
}
