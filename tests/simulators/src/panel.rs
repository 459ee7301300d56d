//! The page at `/trouble`: things that go wrong at a provider, a button each, and beside them what was
//! asked since, so that one sees how it mends.

use crate::caldav::{handle::CalDav, pages::PATH as CALDAV_PATH};
use crate::google::handle::Google;
use crate::google::settings::Settings;
use crate::html::{self, escape, page};
use crate::http::{Reply, Request};
use crate::server::World;
use crate::troubles::{CALDAV, GOOGLE, Hands, Trouble};
use crate::words::Language;

const PATH: &str = "/trouble";
/// The page asks for itself again: what mends does so by itself.
const REFRESH_SECS: &str = "5";
const REQUESTS_SHOWN: usize = 20;
const PUSHES_SHOWN: usize = 8;

/// Answers what concerns the panel.
pub fn answer(world: &World, request: &Request) -> Option<Reply> {
    if request.path != PATH {
        return None;
    }
    let (google, caldav) = (Google::new(world.clone()), CalDav::new(world.clone()));
    let hands = Hands { google, caldav };
    match request.method.as_str() {
        "GET" => Some(show(&hands, Language::of(request))),
        "POST" => Some(act(&hands, request)),
        _ => None,
    }
}

fn act(hands: &Hands, request: &Request) -> Reply {
    if request.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Reply::empty(403);
    }
    let form = request.form().unwrap_or_default();
    let wanted = form.get("trouble").unwrap_or_default();
    match GOOGLE.iter().chain(&CALDAV).find(|trouble| trouble.name == wanted) {
        Some(trouble) => (trouble.cause)(hands),
        None if wanted == "none" => {
            hands.google.clear_faults();
            hands.google.set(|settings| *settings = Settings::default());
            hands.caldav.refuse_passwords(false);
        }
        None => return Reply::empty(400),
    }
    Reply::redirect(&format!("{PATH}?hl={}", Language::of(request).tag()))
}

fn show(hands: &Hands, language: Language) -> Reply {
    let google = &hands.google;
    let title = language.pick("Cause trouble", "לעשות צרות");
    let other = language.pick("he", "en");
    let top = format!(
        "<div class=\"top\"><h1>{title}</h1><span><a href=\"/?hl={tag}\">{holds}</a> · \
         <a href=\"{CALDAV_PATH}?hl={tag}\">CalDAV</a> · \
         <a href=\"{PATH}?hl={other}\" hreflang=\"{other}\" lang=\"{other}\">{name}</a></span></div>\n\
         <p class=\"quiet\">{lead}</p>\n",
        tag = language.tag(),
        holds = language.words().state,
        name = language.words().other,
        lead = language.pick(
            "Press something, go on working in OXPI, and watch below what it makes of it.",
            "לחצו על משהו, המשיכו לעבוד ב־OXPI, וראו למטה איך הוא מסתדר.",
        ),
    );
    let group = |title: &str, troubles: &[Trouble]| {
        let buttons: String = troubles.iter().map(|trouble| card(language, trouble)).collect();
        format!("<h2>{title}</h2>\n<div class=\"troubles\">\n{buttons}</div>\n")
    };
    let inside = format!(
        "{top}{standing}{at_google}{at_caldav}{requests}{pushes}",
        standing = standing(hands, language),
        at_google = group("Google", &GOOGLE),
        at_caldav = group("CalDAV", &CALDAV),
        requests = requests(google, language),
        pushes = pushes(google, language),
    );
    page(language, 200, title, true, &inside).with("Refresh", REFRESH_SECS)
}

fn card(language: Language, trouble: &Trouble) -> String {
    let [label, outcome] = [trouble.label, trouble.outcome].map(|[en, he]| language.pick(en, he));
    let button = button(language, trouble.name, label, false);
    format!("<section>{button}<p class=\"quiet\">{outcome}</p></section>\n")
}

fn button(language: Language, name: &str, label: &str, main: bool) -> String {
    let class = if main { " class=\"main\"" } else { "" };
    format!(
        "<form method=\"post\" action=\"{PATH}?hl={}\">\
         <button type=\"submit\" name=\"trouble\" value=\"{name}\"{class}>{label}</button></form>",
        language.tag()
    )
}

/// What goes wrong now, and the way to end it.
fn standing(hands: &Hands, language: Language) -> String {
    let google = &hands.google;
    let faults: u32 = google.faults().iter().map(|fault| fault.times).sum();
    let settings = google.settings();
    let is_locked = hands.caldav.refuses_passwords();
    let is_calm = faults == 0 && settings == Settings::default() && !is_locked;
    if is_calm {
        let calm = language.pick("Everything works.", "הכול עובד.");
        return format!("<p class=\"standing\">{calm}</p>\n");
    }
    let mut parts = Vec::new();
    let mut add = |is: bool, en: &str, he: &str, count: u32| {
        if is {
            parts.push(
                format!("{} {}", language.pick(en, he), count).trim_end_matches(" 0").to_owned(),
            );
        }
    };
    add(faults > 0, "Requests that will fail:", "בקשות שייכשלו:", faults);
    add(settings.drop_pushes > 0, "Pushes that get lost:", "הודעות שיאבדו:", settings.drop_pushes);
    let twice = settings.duplicate_pushes;
    add(twice > 0, "Pushes that come twice:", "הודעות שיגיעו פעמיים:", twice);
    add(!settings.api_enabled, "The API is off.", "הממשק כבוי.", 0);
    add(!settings.clients_known, "The app is forgotten.", "האפליקציה נשכחה.", 0);
    add(!settings.redirects_known, "Redirects are wrong.", "כתובות ההפניה שגויות.", 0);
    add(settings.only_testers, "Testers only.", "בודקים בלבד.", 0);
    let ends = settings.refresh_token_secs > 0;
    add(ends, "Connections end after seven days.", "חיבורים מסתיימים אחרי שבעה ימים.", 0);
    add(settings.withhold, "A permission is left out.", "הרשאה אחת מושמטת.", 0);
    add(settings.date_off_secs != 0, "The clock is ahead.", "השעון מקדים.", 0);
    add(is_locked, "CalDAV passwords are wrong.", "סיסמאות CalDAV שגויות.", 0);
    let end = button(language, "none", language.pick("End all trouble", "די לצרות"), true);
    format!("<div class=\"standing bad\"><p>{}</p>{end}</div>\n", parts.join(" · "))
}

fn requests(google: &Google, language: Language) -> String {
    let all = google.requests();
    // What people look at here is nobody's request to a provider.
    let theirs =
        all.iter().rev().filter(|entry| entry.path != "/" && !entry.path.starts_with("/_"));
    let rows = theirs.take(REQUESTS_SHOWN).map(|entry| {
        let status = match entry.status {
            0 => language.pick("cut", "נותק").to_owned(),
            status => status.to_string(),
        };
        let class =
            if entry.fault.is_some() || entry.status >= 400 { " class=\"bad\"" } else { "" };
        [
            time(&entry.at),
            escape(&entry.method),
            format!("<span class=\"address\">{}</span>", escape(&entry.path)),
            format!("<span{class}>{status}</span>"),
        ]
    });
    let heads = [("When", "מתי"), ("Method", "שיטה"), ("Address", "כתובת"), ("Answer", "תשובה")];
    let title = language.pick("What was asked last", "מה התבקש לאחרונה");
    table(language, title, heads, rows.collect())
}

fn pushes(google: &Google, language: Language) -> String {
    let all = google.deliveries();
    let rows = all
        .iter()
        .rev()
        .take(PUSHES_SHOWN)
        .map(|push| [escape(&push.channel), escape(&push.state), escape(&push.outcome)]);
    let heads = [("Channel", "ערוץ"), ("State", "מצב"), ("What became of it", "מה עלה בגורלה")];
    table(language, language.pick("Pushes", "הודעות"), heads, rows.collect())
}

fn time(at: &str) -> String {
    escape(at.get(11..19).unwrap_or(at))
}

fn table<const N: usize>(
    language: Language,
    title: &str,
    heads: [(&str, &str); N],
    rows: Vec<[String; N]>,
) -> String {
    if rows.is_empty() {
        let none = language.pick("Nothing yet.", "עדיין כלום.");
        return format!("<h2>{title}</h2>\n<p class=\"quiet\">{none}</p>\n");
    }
    let head = html::head(heads.map(|(en, he)| language.pick(en, he)));
    let body: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().map(|cell| format!("<td><bdi>{cell}</bdi></td>"));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        })
        .collect();
    format!("<h2>{title}</h2>\n{}", html::table(title, &head, &body))
}
