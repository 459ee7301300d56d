//! Samples of what surrounds the work: the door, team, settings, errors.

use app::tenants::Colour;
use domain::Locale;

use super::{Gallery, Words, languages};
use crate::views::account::{Profile, ProfileForm, SessionRow};
use crate::views::activity::{Activity, ActivityAsked, ActivityDay, ActivityRow, MergedRow};
use crate::views::door::{
    AcceptInvitation, Reset, SignIn, TenantRow, Tenants, Welcome, WelcomeForm,
};
use crate::views::errors::{ErrorPage, Ways};
use crate::views::sealed::{Sealed, Unseal};
use crate::views::settings::{Settings, SettingsForm, ThemeChoice};
use crate::views::team::{InvitationLink, InvitationRow, MemberRow, Team};
use crate::views::{Avatar, Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    draw_door(gallery, w);
    gallery.page("team", "/team", &team(w));
    gallery.page("activity", "/activity", &activity(w));
    gallery.page("activity-empty", "/activity", &empty_activity());
    let asked = ActivityAsked { narrowed: true, day: "2026-11-03".into(), ..activity(w).asked };
    gallery.page("activity-none-found", "/activity", &Activity { asked, ..empty_activity() });
    gallery.page("settings", "/settings", &settings(w));
    gallery.page("profile", "/profile", &profile(w));
    for kind in
        ["400", "403", "404", "409", "413", "415", "429", "500", "503", "foreign", "in-the-way"]
    {
        gallery.door(&format!("error-{kind}"), "/", &error(kind));
    }
}

fn error(kind: &str) -> ErrorPage {
    let (is_sent, is_again) = (
        matches!(kind, "400" | "409" | "413" | "in-the-way"),
        matches!(kind, "429" | "500" | "503"),
    );
    ErrorPage {
        kind: kind.into(),
        detail: (kind == "in-the-way").then(|| "error-last-owner".into()),
        code: "7f3a-91c2".into(),
        wait_minutes: (kind == "429").then_some(2),
        ways: Ways {
            again: is_again.then(|| "/people".into()),
            back: is_sent.then(|| "/people/1/edit".into()),
            can_search: kind == "404",
        },
    }
}

fn draw_door(gallery: &mut Gallery<'_>, w: Words) {
    gallery.door("welcome", "/welcome", &welcome(w));
    let sign_in = SignIn {
        email: String::new(),
        next: "/".into(),
        errors: Errors::new(),
        wait_minutes: None,
        can_mail: true,
        passkey: true,
        openid: Some(w.of("Wild Fig account", "חשבון תאנת הבר")),
    };
    gallery.door("sign-in", "/sign-in", &sign_in);
    let failed = SignIn {
        email: "maya@example.com".into(),
        errors: Errors::from([("password".into(), "error-sign-in-failed".into())]),
        ..sign_in.clone()
    };
    gallery.door("sign-in-failed", "/sign-in", &failed);
    gallery.door("sign-in-wait", "/sign-in", &SignIn { wait_minutes: Some(7), ..sign_in });
    gallery.door("invitation", "/join/x", &invitation(w, false));
    gallery.door("invitation-known", "/join/x", &invitation(w, true));
    gallery.door("tenants", "/businesses", &tenants(w));
    gallery.door("tenants-none", "/businesses", &Tenants { tenants: vec![] });
    let unseal = Unseal { errors: Errors::new(), wait_minutes: None };
    gallery.door("unseal", "/unseal", &unseal);
    let wrong = Errors::from([("passphrase".into(), "error-passphrase-wrong".into())]);
    gallery.door("unseal-wrong", "/unseal", &Unseal { errors: wrong, wait_minutes: None });
    let failed = Errors::from([("form".into(), "error-passphrase-failed".into())]);
    gallery.door("unseal-failed", "/unseal", &Unseal { errors: failed, wait_minutes: None });
    gallery.door("unseal-wait", "/unseal", &Unseal { wait_minutes: Some(4), ..unseal });
    gallery.door("sealed", "/people", &Sealed { opening: false });
    gallery.door("sealed-opening", "/people", &Sealed { opening: true });
    let reset = Reset {
        action: "/reset/x".into(),
        email: "maya@example.com".into(),
        errors: Errors::new(),
    };
    gallery.door("reset", "/reset/x", &reset);
}

pub(super) fn zones() -> Vec<Choice> {
    ["Asia/Jerusalem", "Europe/Paris", "UTC"]
        .map(|zone| Choice::new(zone, zone, "Asia/Jerusalem"))
        .to_vec()
}

fn currencies() -> Vec<Choice> {
    ["EUR", "ILS", "USD"].map(|code| Choice::new(code, code, "ILS")).to_vec()
}

fn welcome(w: Words) -> Welcome {
    Welcome {
        form: WelcomeForm { email: "maya@".into(), ..WelcomeForm::default() },
        errors: Errors::from([("email".into(), "error-email-invalid".into())]),
        zone_chosen: false,
        locales: languages(w.0),
        zones: zones(),
        currencies: currencies(),
    }
}

fn invitation(w: Words, has_account: bool) -> AcceptInvitation {
    let business = w.of("Wild Fig Flowers", "פרחי תאנת הבר");
    AcceptInvitation {
        action: "/join/x".into(),
        avatar: Avatar::of(&business),
        business,
        invited_by: w.of("Maya Cohen", "מאיה כהן"),
        role: "member".into(),
        email: "omer@example.com".into(),
        has_account,
        signed_in: false,
        openid: Some(w.of("Wild Fig account", "חשבון תאנת הבר")),
        passkey: has_account,
        name: String::new(),
        errors: Errors::new(),
    }
}

fn tenants(w: Words) -> Tenants {
    let row = |name: String, role: &str, current| TenantRow {
        id: "1".into(),
        avatar: Avatar::of(&name),
        name,
        role: role.into(),
        current,
    };
    Tenants {
        tenants: vec![
            row(w.of("Wild Fig Flowers", "פרחי תאנת הבר"), "owner", true),
            row(w.of("Levi Studio", "סטודיו לוי"), "accountant", false),
        ],
    }
}

fn team(w: Words) -> Team {
    let roles = || {
        ["admin", "member", "accountant"]
            .map(|role| {
                Choice::new(
                    role,
                    w.of(
                        role,
                        match role {
                            "admin" => "ניהול",
                            "member" => "צוות",
                            _ => "הנהלת חשבונות",
                        },
                    ),
                    "member",
                )
            })
            .to_vec()
    };
    let member = |id: &str, name: String, role: &str, is_you: bool| MemberRow {
        id: id.into(),
        avatar: Avatar::of(&name),
        name,
        email: "someone@example.com".into(),
        role: role.into(),
        since: w.of("21 Nov 2026", "21 בנוב׳ 2026"),
        is_you,
        has_second_factor: is_you,
        can_change: !is_you,
        roles: roles(),
    };
    Team {
        members: vec![
            member("1", w.of("Maya Cohen", "מאיה כהן"), "owner", true),
            member("2", w.of("Omer Bar", "עומר בר"), "member", false),
            member("3", w.of("Ruth Adler", "רות אדלר"), "accountant", false),
        ],
        invitations: vec![InvitationRow {
            id: "1".into(),
            email: "lior@example.com".into(),
            role: "member".into(),
            expires: w.of("Tomorrow, 09:00", "מחר, 09:00"),
        }],
        roles: roles(),
        email: String::new(),
        errors: Errors::new(),
        link: Some(InvitationLink {
            email: "lior@example.com".into(),
            url: "https://office.wildfig.example/join/gS3kq0aVxJQh".into(),
            mailed: true,
        }),
        can_manage: true,
    }
}

fn activity_asked(w: Words) -> ActivityAsked {
    ActivityAsked {
        who: vec![
            Choice::new("1", w.of("Dana Mizrahi", "דנה מזרחי"), ""),
            Choice::new("itself", "OXPI", ""),
        ],
        what: vec![Choice::new("person", w.of("People", "אנשים"), "")],
        ..ActivityAsked::default()
    }
}

fn empty_activity() -> Activity {
    Activity { asked: ActivityAsked::default(), days: vec![], next: None }
}

fn activity(w: Words) -> Activity {
    let row = |who: Option<String>, what: (&str, &str), subject: (&str, &str), icon| ActivityRow {
        who,
        what: w.of(what.0, what.1),
        subject: w.of(subject.0, subject.1),
        merges: vec![],
        time: "14:05".into(),
        icon,
        address: "203.0.113.7".into(),
        device: w.of("Chrome on Android", "Chrome ב־Android"),
        token: String::new(),
    };
    let maya = || Some(w.of("Maya Cohen", "מאיה כהן"));
    Activity {
        days: vec![
            ActivityDay {
                name: w.of("Today", "היום"),
                entries: vec![
                    row(
                        maya(),
                        ("booked", "קביעת פגישה:"),
                        ("Bridal bouquet consultation", "ייעוץ לזר כלה"),
                        "calendar",
                    ),
                    ActivityRow {
                        token: w.of("Web shop", "חנות ברשת"),
                        merges: vec![
                            MergedRow {
                                field: "title".into(),
                                kept: w.of("Bridal bouquet", "זר כלה"),
                                other: w.of("Flowers, Noa", "פרחים לנועה"),
                            },
                            MergedRow {
                                field: "deleted".into(),
                                kept: String::new(),
                                other: String::new(),
                            },
                        ],
                        ..row(
                            Some(w.of("Google Calendar", "יומן גוגל")),
                            ("in the connected calendar, this was changed:", "עדכון ביומן המחובר:"),
                            ("Bridal bouquet", "זר כלה"),
                            "calendar",
                        )
                    },
                    row(
                        None,
                        ("is no longer let into", "אין יותר גישה לחשבון"),
                        ("maya@wildfig.example", "maya@wildfig.example"),
                        "warning",
                    ),
                    row(
                        maya(),
                        ("turned on", "הפעלת תוסף:"),
                        ("Google Calendar", "יומן גוגל"),
                        "plugin",
                    ),
                ],
            },
            ActivityDay {
                name: w.of("Yesterday", "אתמול"),
                entries: vec![row(maya(), ("signed in", "כניסה"), ("", ""), "key")],
            },
        ],
        asked: activity_asked(w),
        next: Some("/activity?before=4".into()),
    }
}

fn themes(w: Words) -> Vec<ThemeChoice> {
    let theme = |id: &str, name: String, preview: bool| ThemeChoice {
        id: id.into(),
        about: w.of("How it looks, in a sentence.", "איך זה נראה, במשפט."),
        preview: preview.then(|| "/assets/mark.svg".to_owned()),
        selected: id == "ledger",
        name,
    };
    vec![
        theme("default", w.of("Paper", "נייר"), true),
        theme("ledger", w.of("Ledger", "פנקס"), true),
        theme("someones-own", "someones-own".into(), false),
    ]
}

fn settings(w: Words) -> Settings {
    Settings {
        form: SettingsForm {
            business: w.of("Wild Fig Flowers", "פרחי תאנת הבר"),
            colour: "plum".into(),
            theme: "ledger".into(),
            rev: 1,
            ..SettingsForm::default()
        },
        second_step: true,
        themes: themes(w),
        colours: Colour::ALL.iter().map(|colour| colour.as_str()).collect(),
        errors: Errors::from([("form".into(), "error-changed-meanwhile".into())]),
        locales: languages(w.0),
        zones: zones(),
        currencies: currencies(),
    }
}

fn profile(w: Words) -> Profile {
    let session = |id: &str, device: String, current| SessionRow {
        id: id.into(),
        device,
        address: "203.0.113.7".into(),
        seen: w.of("Today, 14:05", "היום, 14:05"),
        current,
    };
    Profile {
        form: ProfileForm {
            name: w.of("Maya Cohen", "מאיה כהן"),
            email: "maya@example.com".into(),
            phone: "052-345-6789".into(),
            ..ProfileForm::default()
        },
        errors: Errors::from([("password".into(), "error-password-wrong".into())]),
        owes_second_step: false,
        avatar: Avatar::of(&w.of("Maya Cohen", "מאיה כהן")),
        locales: Locale::ALL.map(|each| Choice::new(each.tag(), each.own_name(), "")).to_vec(),
        sessions: vec![
            session("1", w.of("Chrome on Android", "Chrome ב־Android"), true),
            session("2", w.of("Safari on Mac", "Safari ב־Mac"), false),
        ],
        factors: super::security::factors(w),
        openid: Some(super::security::identities(w)),
    }
}
