//! The page at `/`: what this Google holds, and a few things a demo does by hand.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::event_write::{self, Write};
use super::handle::events;
use super::state::{Calendar, State};
use super::{conference, when};
use crate::caldav::pages::PATH as CALDAV;
use crate::caldav::seed::{ADDRESS, PEOPLE};
use crate::html::{self, escape, page};
use crate::http::{Reply, Request};
use crate::words::Language;

/// `GET /`.
pub fn home(state: &State, request: &Request) -> Reply {
    let language = Language::of(request);
    let words = language.words();
    let (tag, other) = (language.tag(), language.pick("he", "en"));
    let mut inside = format!(
        "<div class=\"top\"><h1>{}</h1><span><a href=\"{CALDAV}?hl={tag}\">CalDAV</a> · \
         <a href=\"/trouble?hl={tag}\">{}</a> · <a href=\"/?hl={other}\" hreflang=\"{other}\" lang=\"{other}\">{}</a></span></div>\n",
        words.state,
        language.pick("Cause trouble", "לעשות צרות"),
        words.other
    );
    inside.push_str(&sign_in(language));
    inside.push_str(&connected(state, language));
    let mut calendars: Vec<&Calendar> = state.calendars.values().collect();
    calendars.sort_by_key(|calendar| !state.accounts.contains_key(&calendar.id));
    for calendar in calendars {
        inside.push_str(&section(state, language, calendar));
    }
    page(language, 200, words.state, true, &inside)
}

/// The simulator has another page, for whom this one is the first they see.
fn sign_in(language: Language) -> String {
    let [(user, password, _), ..] = PEOPLE;
    let lead = language.pick(
        "A CalDAV server is here too. Connect it in OXPI with",
        "יש כאן גם שרת CalDAV. אפשר לחבר אותו ב־OXPI עם",
    );
    let [server, name, secret] =
        [("server", "שרת"), ("user name", "שם משתמש"), ("password", "סיסמה")]
            .map(|(en, he)| language.pick(en, he));
    format!(
        "<p>{lead}: {server} <code>{ADDRESS}</code>, {name} <code>{user}</code>, \
         {secret} <code>{password}</code>.</p>\n"
    )
}

fn connected(state: &State, language: Language) -> String {
    let words = language.words();
    let live = state.tokens.values().filter(|token| token.refresh && state.is_live(token));
    let pairs: BTreeSet<(&str, &str)> =
        live.map(|token| (token.account.as_str(), token.client.as_str())).collect();
    let rows: String = pairs
        .iter()
        .map(|(account, client)| {
            let name = state.clients.get(*client).map_or(*client, |client| client.name.as_str());
            let fields = [("action", "disconnect"), ("account", *account)];
            let button = button(language, words.disconnect, account, &fields);
            let (name, account) = (escape(name), escape(account));
            format!("<tr><td>{name}</td><td><bdi>{account}</bdi></td><td>{button}</td></tr>\n")
        })
        .collect();
    let heading = words.connected;
    if rows.is_empty() {
        return format!("<h2>{heading}</h2>\n<p class=\"quiet\">{}</p>\n", words.nothing_connected);
    }
    format!("<h2>{heading}</h2>\n{}", html::table(heading, "", &rows))
}

fn section(state: &State, language: Language, calendar: &Calendar) -> String {
    let words = language.words();
    let access: String = calendar
        .access
        .iter()
        .map(|(email, access)| {
            format!(
                "<span class=\"tag\"><bdi>{}</bdi> · {}</span>",
                escape(email),
                language.term(access.name())
            )
        })
        .collect();
    let name = escape(&calendar.summary);
    let heading = format!(
        "<h2><svg class=\"dot\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><circle cx=\".5\" cy=\".5\" r=\".5\" \
         fill=\"{color}\"/></svg>{name} {access}</h2>\n",
        color = calendar.color
    );
    let events = events(state, &calendar.id);
    if events.is_empty() {
        return format!("{heading}<p class=\"quiet\">{}</p>\n", words.no_events);
    }
    let rows: String = events.iter().map(|event| row(language, calendar, event)).collect();
    let heads = [words.when, words.what, words.guests, words.meeting, words.status, words.change];
    format!("{heading}{}", html::table(&name, &html::head(heads), &rows))
}

fn row(language: Language, calendar: &Calendar, event: &Value) -> String {
    let words = language.words();
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let guests = event["attendees"].as_array().into_iter().flatten();
    let guests: Vec<String> =
        guests.map(|guest| format!("<bdi>{}</bdi>", text(&guest["email"]))).collect();
    let gone = event["status"] == "cancelled";
    let fields = |action| {
        [
            ("action", action),
            ("calendar", calendar.id.as_str()),
            ("event", event["id"].as_str().unwrap_or_default()),
        ]
    };
    let title = event["summary"].as_str().unwrap_or_default();
    let buttons = match gone {
        true => String::new(),
        false => {
            button(language, words.later, title, &fields("later"))
                + &button(language, words.delete, title, &fields("delete"))
        }
    };
    format!(
        "<tr{class}><td class=\"tight\"><bdi>{when}</bdi></td><td class=\"what\">{what}</td>\
         <td>{guests}</td><td>{meeting}</td><td>{status}</td><td class=\"tight\">{buttons}</td></tr>\n",
        class = if gone { " class=\"gone\"" } else { "" },
        when = escape(&time_of(language, event)),
        what = text(&event["summary"]),
        guests = guests.join(", "),
        meeting = meeting(language, event),
        status = escape(language.term(event["status"].as_str().unwrap_or_default())),
    )
}

fn time_of(language: Language, event: &Value) -> String {
    let words = language.words();
    let cut =
        |value: &Value| value.as_str().unwrap_or_default().chars().take(16).collect::<String>();
    let mut text = match event["start"]["date"].as_str() {
        Some(date) => format!("{date} {}", words.all_day),
        None => {
            let (start, end) = (cut(&event["start"]["dateTime"]), cut(&event["end"]["dateTime"]));
            let end = end.split('T').nth(1).unwrap_or_default().to_owned();
            format!("{}–{end}", start.replace('T', " "))
        }
    };
    if event.get("recurrence").is_some() {
        text = format!("{text} ({})", words.repeats);
    }
    text
}

fn meeting(language: Language, event: &Value) -> String {
    if let Some(link) = event["hangoutLink"].as_str() {
        return format!("<bdi class=\"address\">{}</bdi>", escape(link));
    }
    let pending = event.as_object().is_some_and(conference::is_pending);
    if pending { language.words().waiting.to_owned() } else { String::new() }
}

/// What is done to a row, by whoever looks at the page.
fn button(language: Language, label: &str, about: &str, fields: &[(&str, &str)]) -> String {
    html::small_button(&format!("/_demo?hl={}", language.tag()), label, about, fields)
}

/// `POST /_demo`: somebody changes something at Google.
pub fn act(state: &mut State, request: &Request) -> Reply {
    if request.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Reply::empty(403);
    }
    let form = request.form().unwrap_or_default();
    let field = |name: &str| form.get(name).unwrap_or_default();
    let (calendar, event) = (field("calendar"), field("event"));
    let write = Write { conference: true, ..Write::default() };
    let outcome = match field("action") {
        "disconnect" => {
            state.revoke(None, field("account"));
            Ok(())
        }
        "delete" => event_write::delete(state, calendar, event, &write),
        "later" => later(state, calendar, event, &write),
        _ => return Reply::empty(400),
    };
    match outcome {
        Ok(()) => Reply::redirect(&format!("/?hl={}", Language::of(request).tag())),
        Err(error) => error.into(),
    }
}

fn later(state: &mut State, calendar: &str, id: &str, write: &Write) -> super::errors::Answer<()> {
    let held = state.calendar(calendar)?;
    let Some(event) =
        held.events.get(id).filter(|event| event.json["start"].get("dateTime").is_some())
    else {
        return Ok(());
    };
    let zone = jiff::tz::TimeZone::UTC;
    let moved = |name: &str| {
        let time = when::stored_instant(&event.json[name], &zone).plus_secs(3_600);
        json!({"dateTime": when::rfc3339(time, &zone)})
    };
    let body = json!({"start": moved("start"), "end": moved("end")});
    event_write::change(state, calendar, id, &body, true, write)
}
