//! The page at `/trouble`: things that go wrong at a provider, a button each, and beside them what was
//! asked since, so that one sees how it mends.

use crate::faults::{Cut, Effect, Fault};
use crate::google::handle::Google;
use crate::google::settings::Settings;
use crate::html::{escape, page};
use crate::http::{Reply, Request};
use crate::server::World;
use crate::words::Language;

const PATH: &str = "/trouble";
/// The page asks for itself again: what mends does so by itself.
const REFRESH_SECS: &str = "5";
const REQUESTS_SHOWN: usize = 20;
const PUSHES_SHOWN: usize = 8;
/// What every request for a calendar begins with.
const CALENDARS: &str = "/calendar/v3/";
const PATIENCE_SECS: u32 = 5;

/// Something that can go wrong: its name in the form, what the button says, and what will be seen.
/// Each text in English and in Hebrew.
struct Trouble {
    name: &'static str,
    label: [&'static str; 2],
    outcome: [&'static str; 2],
    cause: fn(&Google),
}

const TROUBLES: [Trouble; 18] = [
    Trouble {
        name: "expire",
        label: ["Let the tokens expire", "לפקוע את האסימונים"],
        outcome: [
            "The next request is refused, the token renewed, the request repeated. Nobody notices.",
            "הבקשה הבאה תידחה, האסימון יחודש והבקשה תישלח שוב. אף אחד לא ירגיש.",
        ],
        cause: Google::expire_access_tokens,
    },
    Trouble {
        name: "revoke",
        label: ["Take the access back", "לבטל את הגישה"],
        outcome: [
            "The connection says that it needs you, once. Reconnecting keeps everything.",
            "החיבור יודיע פעם אחת שצריך אתכם. חיבור מחדש שומר על הכול.",
        ],
        cause: |google| google.accounts().iter().for_each(|account| google.revoke(account)),
    },
    Trouble {
        name: "slow-down",
        label: ["Ask to slow down", "לבקש להאט"],
        outcome: [
            "The next six requests get 429. They are repeated after the time that was asked for.",
            "שש הבקשות הבאות ייענו ב־429 ויישלחו שוב כעבור הזמן שהתבקש.",
        ],
        cause: |google| google.fault(refused(429, 6)),
    },
    Trouble {
        name: "down",
        label: ["Be down for a while", "להפסיק לענות לזמן מה"],
        outcome: [
            "The next twelve requests get 503. What was booked meanwhile arrives later, once.",
            "שתים עשרה הבקשות הבאות ייענו ב־503. מה שנקבע בינתיים יגיע אחר כך, פעם אחת.",
        ],
        cause: |google| google.fault(refused(503, 12)),
    },
    Trouble {
        name: "cut",
        label: ["Cut the line after a write", "לנתק אחרי כתיבה"],
        outcome: [
            "The next write happens but nobody hears so. It is asked again and not made twice.",
            "הכתיבה הבאה תתבצע בלי שאיש ישמע על כך. היא תישלח שוב ולא תוכפל.",
        ],
        cause: |google| {
            for method in ["POST", "PATCH"] {
                google.fault(Fault {
                    method: Some(method.to_owned()),
                    path: CALENDARS.to_owned(),
                    times: 1,
                    after: 0,
                    effect: Effect::Cut { when: Cut::After },
                });
            }
        },
    },
    Trouble {
        name: "lose-push",
        label: ["Lose the next push", "לאבד את ההודעה הבאה"],
        outcome: [
            "Move an event here: nobody is told, and the next look finds it all the same.",
            "הזיזו כאן אירוע: לא תישלח הודעה, והבדיקה הבאה תמצא אותו בכל זאת.",
        ],
        cause: |google| google.set(|settings| settings.drop_pushes += 1),
    },
    Trouble {
        name: "twice",
        label: ["Send the next push twice", "לשלוח את ההודעה הבאה פעמיים"],
        outcome: ["The second one changes nothing.", "ההודעה השנייה לא תשנה דבר."],
        cause: |google| google.set(|settings| settings.duplicate_pushes += 1),
    },
    Trouble {
        name: "forget",
        label: ["Forget what was told", "לשכוח מה כבר נמסר"],
        outcome: [
            "Every sync token answers 410: the calendars are read from the start, nothing doubles.",
            "כל אסימון סנכרון ייענה ב־410: היומנים ייקראו מההתחלה ודבר לא יוכפל.",
        ],
        cause: Google::invalidate_sync_tokens,
    },
    Trouble {
        name: "api-off",
        label: ["Switch the API off", "לכבות את הממשק"],
        outcome: [
            "The connection names it: the Calendar API isn't enabled in this project.",
            "החיבור יגיד זאת: Calendar API לא מופעל בפרויקט הזה.",
        ],
        cause: |google| google.set(|settings| settings.api_enabled = false),
    },
    Trouble {
        name: "forget-app",
        label: ["Forget the app", "לשכוח את האפליקציה"],
        outcome: [
            "No client ID and secret is good any more. Testing a connection says so.",
            "אף מזהה לקוח וסוד לא תקפים עוד. בדיקת החיבור תגיד זאת.",
        ],
        cause: |google| google.set(|settings| settings.clients_known = false),
    },
    Trouble {
        name: "other-redirect",
        label: ["Have another redirect address", "לרשום כתובת הפניה אחרת"],
        outcome: [
            "People who leave to connect don't come back; the wizard helps with what they saw.",
            "מי שיוצאים להתחבר לא חוזרים; האשף עוזר לפי מה שהוצג להם.",
        ],
        cause: |google| google.set(|settings| settings.redirects_known = false),
    },
    Trouble {
        name: "testers",
        label: ["Let testers in only", "להכניס רק בודקים"],
        outcome: [
            "Nobody was named as a tester, so this Google shows a page of its own.",
            "אף אחד לא נרשם כבודק, ולכן Google מציג דף משלו.",
        ],
        cause: |google| google.set(|settings| settings.only_testers = true),
    },
    Trouble {
        name: "seven-days",
        label: ["End connections after seven days", "לסיים חיבורים אחרי שבעה ימים"],
        outcome: [
            "As for an app in testing: connect again, and its health says when it ends and why.",
            "כמו באפליקציה שבבדיקה: אחרי חיבור מחדש רואים מתי הוא מסתיים ולמה.",
        ],
        cause: |google| google.set(|settings| settings.refresh_token_secs = 7 * 86_400),
    },
    Trouble {
        name: "withhold",
        label: ["Leave a permission out", "להשמיט הרשאה"],
        outcome: [
            "Connecting names the permission that is missing, and nothing is kept.",
            "ההתחברות תגיד איזו הרשאה חסרה, ושום דבר לא יישמר.",
        ],
        cause: |google| google.set(|settings| settings.withhold = true),
    },
    Trouble {
        name: "narrow",
        label: ["Take a permission back", "לבטל הרשאה אחת"],
        outcome: [
            "Calendars can't be listed any more. Testing the connection says what to do.",
            "כבר אי אפשר לראות את רשימת היומנים. בדיקת החיבור תגיד מה לעשות.",
        ],
        cause: Google::narrow_tokens,
    },
    Trouble {
        name: "clock",
        label: ["Be two hours ahead", "להקדים בשעתיים"],
        outcome: [
            "Testing a connection says that a clock is wrong.",
            "בדיקת החיבור תגיד ששעון אחד לא מכוון.",
        ],
        cause: |google| google.set(|settings| settings.date_off_secs = 7_200),
    },
    Trouble {
        name: "sign-in-down",
        label: ["Have no sign-in for a while", "להשבית את הכניסה לזמן מה"],
        outcome: [
            "The next twelve requests there get 503. Testing says that it is out of order.",
            "שתים עשרה הבקשות הבאות שם ייענו ב־503. הבדיקה תגיד שיש תקלה.",
        ],
        cause: |google| {
            for path in SIGN_IN {
                google.fault(Fault { path: path.to_owned(), ..refused(503, 12) });
            }
        },
    },
    Trouble {
        name: "unplug",
        label: ["Pull the plug", "לנתק את הכבל"],
        outcome: [
            "The next twelve requests get no answer at all. Testing says so.",
            "שתים עשרה הבקשות הבאות לא ייענו כלל. הבדיקה תגיד זאת.",
        ],
        cause: |google| {
            for path in SIGN_IN.into_iter().chain([CALENDARS]) {
                let effect = Effect::Cut { when: Cut::Before };
                google.fault(Fault::next(path, effect).times(12));
            }
        },
    },
];

/// What signing in asks for.
const SIGN_IN: [&str; 3] = ["/token", "/v1/userinfo", "/oauth2/v2/userinfo"];

fn refused(status: u16, times: u32) -> Fault {
    let retry_after = Some(PATIENCE_SECS);
    let effect = Effect::Status { status, reason: None, retry_after, applied: false };
    Fault { method: None, path: CALENDARS.to_owned(), times, after: 0, effect }
}

/// Answers what concerns the panel.
pub fn answer(world: &World, request: &Request) -> Option<Reply> {
    if request.path != PATH {
        return None;
    }
    let google = Google::new(world.clone());
    match request.method.as_str() {
        "GET" => Some(show(&google, Language::of(request))),
        "POST" => Some(act(&google, request)),
        _ => None,
    }
}

fn act(google: &Google, request: &Request) -> Reply {
    if request.header("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return Reply::empty(403);
    }
    let form = request.form().unwrap_or_default();
    let wanted = form.get("trouble").unwrap_or_default();
    match TROUBLES.iter().find(|trouble| trouble.name == wanted) {
        Some(trouble) => (trouble.cause)(google),
        None if wanted == "none" => {
            google.clear_faults();
            google.set(|settings| *settings = Settings::default());
        }
        None => return Reply::empty(400),
    }
    Reply::redirect(&format!("{PATH}?hl={}", Language::of(request).tag()))
}

fn show(google: &Google, language: Language) -> Reply {
    let title = language.pick("Cause trouble", "לעשות צרות");
    let other = language.pick("he", "en");
    let top = format!(
        "<div class=\"top\"><h1>{title}</h1><span><a href=\"/?hl={tag}\">{holds}</a> · \
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
    let buttons: String = TROUBLES.iter().map(|trouble| card(language, trouble)).collect();
    let inside = format!(
        "{top}{standing}<div class=\"troubles\">\n{buttons}</div>\n{requests}{pushes}",
        standing = standing(google, language),
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
fn standing(google: &Google, language: Language) -> String {
    let faults: u32 = google.faults().iter().map(|fault| fault.times).sum();
    let settings = google.settings();
    let is_calm = faults == 0 && settings == Settings::default();
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
    let head: String = heads
        .iter()
        .map(|(en, he)| format!("<th scope=\"col\">{}</th>", language.pick(en, he)))
        .collect();
    let body: String = rows
        .iter()
        .map(|row| {
            let cells = row.iter().map(|cell| format!("<td><bdi>{cell}</bdi></td>"));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        })
        .collect();
    format!(
        "<h2>{title}</h2>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{title}\">\
         <table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
    )
}
