//! Samples of connecting by a server, a user name and a password.

use super::connections::connection_page;
use super::work::connection;
use super::{Gallery, Words, checkups};
use crate::pages::checkups::guide;
use crate::views::Errors;
use crate::views::connections::{ConnectionPage, ConnectionRow};
use crate::views::logins::{LoginPage, ServerRow};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    for (name, page) in logins(w) {
        gallery.page(name, "/connections", &page);
    }
    gallery.page("connection-server", "/connections", &with_server(w));
    let working = ConnectionPage { connection: at_server(w, "working", "good"), ..with_server(w) };
    gallery.page("connection-server-working", "/connections", &working);
    let gone = ConnectionPage {
        connection: at_server(w, "disconnected", "off"),
        revocation: Some("password"),
        ..with_server(w)
    };
    gallery.page("connection-server-gone", "/connections", &gone);
}

fn logins(w: Words) -> [(&'static str, LoginPage); 3] {
    let server = |name: (&str, &str), address: &str| ServerRow {
        name: w.of(name.0, name.1),
        address: address.into(),
        guide: w.of(
            "In the account's settings, under security, make an app password.",
            "בהגדרות החשבון, תחת אבטחה, יוצרים סיסמה ייעודית לאפליקציה.",
        ),
    };
    let empty = LoginPage {
        action: "/connections/new/a/b/login".into(),
        plugin: w.of("Calendar server", "שרת יומנים"),
        icon: None,
        provider: "CalDAV".into(),
        guide: guide(
            &w.of("Any calendar that speaks CalDAV works here.", "כל יומן שמדבר CalDAV יעבוד כאן."),
        ),
        servers: vec![
            server(("Wild cloud", "ענן הבר"), "https://dav.cloud.example/"),
            server(("A server of your own", "שרת משלכם"), ""),
        ],
        server: String::new(),
        user: String::new(),
        again: false,
        elsewhere: None,
        errors: Errors::new(),
        checkup: None,
    };
    let filled = LoginPage {
        server: "https://dav.cloud.example/".into(),
        user: "noa@example.com".into(),
        ..empty.clone()
    };
    let wrong = LoginPage {
        errors: Errors::from([("password".to_owned(), "error-login-refused".to_owned())]),
        again: true,
        checkup: Some(checkups::of_login(w)),
        ..filled.clone()
    };
    let elsewhere = LoginPage {
        server: "https://p42-dav.cloud.example/".into(),
        elsewhere: Some("p42-dav.cloud.example".into()),
        ..filled
    };
    [("login", empty), ("login-wrong", wrong), ("login-elsewhere", elsewhere)]
}

fn at_server(w: Words, state: &str, tone: &'static str) -> ConnectionRow {
    ConnectionRow { provider: "CalDAV".into(), ..connection(w, state, tone) }
}

fn with_server(w: Words) -> ConnectionPage {
    ConnectionPage {
        connection: at_server(w, "needs_you", "warn"),
        plugin: w.of("Calendar server", "שרת יומנים"),
        server: Some("https://dav.cloud.example/".into()),
        scopes: vec![],
        calendars: vec![],
        ..connection_page(w)
    }
}
