//! Things that go wrong at a provider, or that somebody does there: what a button says and what it does.

use crate::caldav::handle::CalDav;
use crate::caldav::state::ROOT;
use crate::faults::{Cut, Effect, Fault};
use crate::google::handle::Google;

/// What every request for a calendar at Google begins with.
const CALENDARS: &str = "/calendar/v3/";
const PATIENCE_SECS: u32 = 5;
const SLOW_MILLIS: u64 = 10_000;

/// Something that can go wrong: its name in the form, what the button says, and what will be seen.
/// Each text in English and in Hebrew.
pub struct Trouble {
    /// In the form.
    pub name: &'static str,
    /// On the button.
    pub label: [&'static str; 2],
    /// Under it.
    pub outcome: [&'static str; 2],
    /// Makes it so.
    pub cause: fn(&Hands),
}

/// Who can make trouble.
#[derive(Debug)]
pub struct Hands {
    /// At Google.
    pub google: Google,
    /// At the CalDAV server.
    pub caldav: CalDav,
}

/// At Google.
pub const GOOGLE: [Trouble; 18] = [
    Trouble {
        name: "expire",
        label: ["Let the tokens expire", "לפקוע את האסימונים"],
        outcome: [
            "The next request is refused, the token renewed, the request repeated. Nobody notices.",
            "הבקשה הבאה תידחה, האסימון יחודש והבקשה תישלח שוב. אף אחד לא ירגיש.",
        ],
        cause: |hands| hands.google.expire_access_tokens(),
    },
    Trouble {
        name: "revoke",
        label: ["Take the access back", "לבטל את הגישה"],
        outcome: [
            "The connection says that it needs you, once. Reconnecting keeps everything.",
            "החיבור יודיע פעם אחת שצריך אתכם. חיבור מחדש שומר על הכול.",
        ],
        cause: |hands| {
            hands.google.accounts().iter().for_each(|account| hands.google.revoke(account));
        },
    },
    Trouble {
        name: "slow-down",
        label: ["Ask to slow down", "לבקש להאט"],
        outcome: [
            "The next six requests get 429. They are repeated after the time that was asked for.",
            "שש הבקשות הבאות ייענו ב־429 ויישלחו שוב כעבור הזמן שהתבקש.",
        ],
        cause: |hands| hands.google.fault(refused(CALENDARS, 429, 6)),
    },
    Trouble {
        name: "down",
        label: ["Be down for a while", "להפסיק לענות לזמן מה"],
        outcome: [
            "The next twelve requests get 503. What was booked meanwhile arrives later, once.",
            "שתים עשרה הבקשות הבאות ייענו ב־503. מה שנקבע בינתיים יגיע אחר כך, פעם אחת.",
        ],
        cause: |hands| hands.google.fault(refused(CALENDARS, 503, 12)),
    },
    Trouble {
        name: "cut",
        label: ["Cut the line after a write", "לנתק אחרי כתיבה"],
        outcome: [
            "The next write happens but nobody hears so. It is asked again and not made twice.",
            "הכתיבה הבאה תתבצע בלי שאיש ישמע על כך. היא תישלח שוב ולא תוכפל.",
        ],
        cause: |hands| {
            for method in ["POST", "PATCH"] {
                hands.google.fault(Fault {
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
        cause: |hands| hands.google.set(|settings| settings.drop_pushes += 1),
    },
    Trouble {
        name: "twice",
        label: ["Send the next push twice", "לשלוח את ההודעה הבאה פעמיים"],
        outcome: ["The second one changes nothing.", "ההודעה השנייה לא תשנה דבר."],
        cause: |hands| hands.google.set(|settings| settings.duplicate_pushes += 1),
    },
    Trouble {
        name: "forget",
        label: ["Forget what was told", "לשכוח מה כבר נמסר"],
        outcome: [
            "Every sync token answers 410: the calendars are read from the start, nothing doubles.",
            "כל אסימון סנכרון ייענה ב־410: היומנים ייקראו מההתחלה ודבר לא יוכפל.",
        ],
        cause: |hands| hands.google.invalidate_sync_tokens(),
    },
    Trouble {
        name: "api-off",
        label: ["Switch the API off", "לכבות את הממשק"],
        outcome: [
            "The connection names it: the Calendar API isn't enabled in this project.",
            "החיבור יגיד זאת: Calendar API לא מופעל בפרויקט הזה.",
        ],
        cause: |hands| hands.google.set(|settings| settings.api_enabled = false),
    },
    Trouble {
        name: "forget-app",
        label: ["Forget the app", "לשכוח את האפליקציה"],
        outcome: [
            "No client ID and secret is good any more. Testing a connection says so.",
            "אף מזהה לקוח וסוד לא תקפים עוד. בדיקת החיבור תגיד זאת.",
        ],
        cause: |hands| hands.google.set(|settings| settings.clients_known = false),
    },
    Trouble {
        name: "other-redirect",
        label: ["Have another redirect address", "לרשום כתובת הפניה אחרת"],
        outcome: [
            "People who leave to connect don't come back; the wizard helps with what they saw.",
            "מי שיוצאים להתחבר לא חוזרים; האשף עוזר לפי מה שהוצג להם.",
        ],
        cause: |hands| hands.google.set(|settings| settings.redirects_known = false),
    },
    Trouble {
        name: "testers",
        label: ["Let testers in only", "להכניס רק בודקים"],
        outcome: [
            "Nobody was named as a tester, so this Google shows a page of its own.",
            "אף אחד לא נרשם כבודק, ולכן Google מציג דף משלו.",
        ],
        cause: |hands| hands.google.set(|settings| settings.only_testers = true),
    },
    Trouble {
        name: "seven-days",
        label: ["End connections after seven days", "לסיים חיבורים אחרי שבעה ימים"],
        outcome: [
            "As for an app in testing: connect again, and its health says when it ends and why.",
            "כמו באפליקציה שבבדיקה: אחרי חיבור מחדש רואים מתי הוא מסתיים ולמה.",
        ],
        cause: |hands| hands.google.set(|settings| settings.refresh_token_secs = 7 * 86_400),
    },
    Trouble {
        name: "withhold",
        label: ["Leave a permission out", "להשמיט הרשאה"],
        outcome: [
            "Connecting names the permission that is missing, and nothing is kept.",
            "ההתחברות תגיד איזו הרשאה חסרה, ושום דבר לא יישמר.",
        ],
        cause: |hands| hands.google.set(|settings| settings.withhold = true),
    },
    Trouble {
        name: "narrow",
        label: ["Take a permission back", "לבטל הרשאה אחת"],
        outcome: [
            "Calendars can't be listed any more. Testing the connection says what to do.",
            "כבר אי אפשר לראות את רשימת היומנים. בדיקת החיבור תגיד מה לעשות.",
        ],
        cause: |hands| hands.google.narrow_tokens(),
    },
    Trouble {
        name: "clock",
        label: ["Be two hours ahead", "להקדים בשעתיים"],
        outcome: [
            "Testing a connection says that a clock is wrong.",
            "בדיקת החיבור תגיד ששעון אחד לא מכוון.",
        ],
        cause: |hands| hands.google.set(|settings| settings.date_off_secs = 7_200),
    },
    Trouble {
        name: "sign-in-down",
        label: ["Have no sign-in for a while", "להשבית את הכניסה לזמן מה"],
        outcome: [
            "The next twelve requests there get 503. Testing says that it is out of order.",
            "שתים עשרה הבקשות הבאות שם ייענו ב־503. הבדיקה תגיד שיש תקלה.",
        ],
        cause: |hands| {
            for path in SIGN_IN {
                hands.google.fault(refused(path, 503, 12));
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
        cause: |hands| {
            for path in SIGN_IN.into_iter().chain([CALENDARS]) {
                let effect = Effect::Cut { when: Cut::Before };
                hands.google.fault(Fault::next(path, effect).times(12));
            }
        },
    },
];

/// What signing in asks for.
const SIGN_IN: [&str; 3] = ["/token", "/v1/userinfo", "/oauth2/v2/userinfo"];

fn refused(path: &str, status: u16, times: u32) -> Fault {
    let retry_after = Some(PATIENCE_SECS);
    let effect = Effect::Status { status, reason: None, retry_after, applied: false };
    Fault::next(path, effect).times(times)
}

/// At the CalDAV server.
pub const CALDAV: [Trouble; 7] = [
    Trouble {
        name: "dav-password",
        label: ["Change the password", "להחליף את הסיסמה"],
        outcome: [
            "Every password is wrong from now on. The connection says that it needs you, once.",
            "מעכשיו כל סיסמה שגויה. החיבור יודיע פעם אחת שצריך אתכם.",
        ],
        cause: |hands| hands.caldav.refuse_passwords(true),
    },
    Trouble {
        name: "dav-down",
        label: ["Be down for a while", "להפסיק לענות לזמן מה"],
        outcome: [
            "The next twelve requests get 503. What was booked meanwhile arrives later, once.",
            "שתים עשרה הבקשות הבאות ייענו ב־503. מה שנקבע בינתיים יגיע אחר כך, פעם אחת.",
        ],
        cause: |hands| hands.google.fault(refused(ROOT, 503, 12)),
    },
    Trouble {
        name: "dav-slow",
        label: ["Be slow", "לענות לאט"],
        outcome: [
            "The next four requests take ten seconds each. Pages stay as quick as they are.",
            "ארבע הבקשות הבאות ייקחו עשר שניות כל אחת. הדפים יישארו מהירים.",
        ],
        cause: |hands| {
            let late = Effect::Slow { millis: SLOW_MILLIS };
            hands.google.fault(Fault::next(ROOT, late).times(4));
        },
    },
    Trouble {
        name: "dav-forget",
        label: ["Lose the sync tokens", "לאבד את אסימוני הסנכרון"],
        outcome: [
            "What changed can't be asked for: the calendars are read from the start, nothing doubles.",
            "אי אפשר לשאול מה השתנה: היומנים ייקראו מההתחלה ודבר לא יוכפל.",
        ],
        cause: |hands| hands.caldav.lose_tokens(),
    },
    Trouble {
        name: "dav-make",
        label: ["Make an event at the phone", "ליצור אירוע בטלפון"],
        outcome: [
            "In two days at three, that time is taken in OXPI too, after the next look.",
            "בעוד יומיים בשלוש השעה תיתפס גם ב־OXPI, אחרי הבדיקה הבאה.",
        ],
        cause: |hands| hands.caldav.make_one(),
    },
    Trouble {
        name: "dav-move",
        label: ["Move the next event", "להזיז את האירוע הבא"],
        outcome: [
            "By an hour, one of OXPI's if there is one: the appointment follows after the next look.",
            "בשעה אחת, ורצוי אירוע של OXPI: הפגישה תזוז בעקבותיו אחרי הבדיקה הבאה.",
        ],
        cause: |hands| hands.caldav.move_next(),
    },
    Trouble {
        name: "dav-delete",
        label: ["Delete the next event", "למחוק את האירוע הבא"],
        outcome: [
            "One of OXPI's if there is one: the appointment is cancelled after the next look.",
            "רצוי אירוע של OXPI: הפגישה תבוטל אחרי הבדיקה הבאה.",
        ],
        cause: |hands| hands.caldav.delete_next(),
    },
];
