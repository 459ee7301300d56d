//! Samples of connections: the list, the wizard, the page of one in each of its states.

use super::work::connection;
use super::{Gallery, Words, checkups};
use crate::pages::checkups::guide;
use crate::views::connections::{
    CalendarRow, ConnectPage, ConnectionPage, Connections, EndRow, InUseRow, OfferRow, ScopeRow,
};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    gallery.page("connections", "/connections", &connections(w));
    let none = Connections { connections: vec![], offers: vec![], can_manage: true };
    gallery.page("connections-empty", "/connections", &none);
    gallery.page("connect", "/connections", &connect(w, false));
    gallery.page("connect-ready", "/connections", &connect(w, true));
    gallery.page("connection", "/connections", &connection_page(w));
    gallery.page("connection-needs-you", "/connections", &needs_you(w));
    gallery.page("connection-ends", "/connections", &ends(w));
    gallery.page("connection-behind", "/connections", &behind(w));
    gallery.page("connection-gone", "/connections", &gone(w));
}

fn connections(w: Words) -> Connections {
    let offer = |enabled| OfferRow {
        href: "/connections/new/a/b".into(),
        icon: None,
        provider: "Google".into(),
        plugin: w.of("Google Calendar", "יומן גוגל"),
        enabled,
    };
    Connections {
        connections: vec![
            connection(w, "working", "good"),
            connection(w, "needs_you", "warn"),
            connection(w, "paused", "off"),
        ],
        offers: vec![offer(true), offer(false)],
        can_manage: true,
    }
}

fn scopes(w: Words) -> Vec<ScopeRow> {
    let scope = |scope: &str, reason: (&str, &str), required| ScopeRow {
        scope: scope.into(),
        reason: w.of(reason.0, reason.1),
        required,
        granted: required,
    };
    vec![
        scope(
            "https://www.googleapis.com/auth/calendar.events.owned",
            (
                "Create, change and delete events on calendars you own",
                "ליצור, לשנות ולמחוק אירועים ביומנים שבבעלותך",
            ),
            true,
        ),
        scope("openid email", ("See which account this is", "לדעת באיזה חשבון מדובר"), true),
        scope(
            "https://www.googleapis.com/auth/calendar.freebusy",
            ("See when you are busy", "לראות מתי תפוס אצלך"),
            false,
        ),
    ]
}

fn connect(w: Words, ready: bool) -> ConnectPage {
    ConnectPage {
        client_action: "/connections/new/a/b/client".into(),
        start_action: "/connections/new/a/b/start".into(),
        plugin_href: "/plugins/acme-calendar".into(),
        plugin: w.of("Google Calendar", "יומן גוגל"),
        icon: None,
        provider: "Google".into(),
        redirect_uri: "https://office.wildfig.example/oauth/callback".into(),
        guide: guide(&w.of(
            "Make a project in the console. https://console.cloud.google.com/projectcreate\n\
             Enable the Google Calendar API.",
            "יוצרים פרויקט במסוף. https://console.cloud.google.com/projectcreate\n\
             מפעילים את Google Calendar API.",
        )),
        client_id: if ready { "1234.apps.example.com".into() } else { String::new() },
        has_client: ready,
        is_untrusted: !ready,
        scopes: scopes(w),
        errors: Errors::new(),
        failed: ready.then(|| "error-oauth-state".into()),
        check_action: "/connections/new/a/b/check".into(),
        checkup: ready.then(|| checkups::failed(w)),
        left: ready.then(|| checkups::left(w)),
        expected: String::new(),
    }
}

pub(super) fn connection_page(w: Words) -> ConnectionPage {
    let calendar = |name: (&str, &str), access: &str, primary| CalendarRow {
        id: name.0.into(),
        name: w.of(name.0, name.1),
        access: access.into(),
        owned: access == "owner",
        chosen: primary,
        primary,
    };
    ConnectionPage {
        connection: connection(w, "working", "good"),
        action: "/connections/1".into(),
        plugin_href: "/plugins/acme-calendar".into(),
        plugin: w.of("Google Calendar", "יומן גוגל"),
        since: w.of("21 Nov 2026, 14:05", "21 בנוב׳ 2026, 14:05"),
        defaults: vec![
            Choice::new("1", w.of("Wild Fig", "תאנת הבר"), "1"),
            Choice::new("2", "B", "1"),
        ],
        scopes: scopes(w),
        server: None,
        has_calendars: true,
        in_use: vec![in_use(w, "working", "good"), in_use(w, "trying", "warn")],
        calendars: vec![
            calendar(("Wild Fig", "תאנת הבר"), "owner", true),
            calendar(("Family", "משפחה"), "writer", false),
            calendar(("Holidays", "חגים בישראל"), "reader", false),
        ],
        calendars_problem: None,
        revocation: None,
        can_manage: true,
        checkup: Some(checkups::well(w)),
        can_check: true,
        ends: None,
        ended: None,
    }
}

fn in_use(w: Words, state: &str, tone: &'static str) -> InUseRow {
    let failing = state != "working";
    let detail = |value: &str, en: &str, he: &str| Choice::new(value, w.of(en, he), "busy");
    InUseRow {
        name: match failing {
            true => w.of("Workshop", "סדנה"),
            false => w.of("Wild Fig", "תאנת הבר"),
        },
        state: state.into(),
        tone,
        asked: Some(w.of("Today, 14:05", "היום, 14:05")),
        failing_since: failing.then(|| w.of("Today, 14:06", "היום, 14:06")),
        problem: failing.then(|| "error-provider-unavailable".into()),
        id: state.into(),
        missing: None,
        is_answered: false,
        field: format!("detail-{state}"),
        blocks: !failing,
        details: vec![
            detail("busy", "Only that the time is taken", "רק שהזמן תפוס"),
            detail("title", "The title", "הכותרת"),
            detail("all", "Title, place and notes", "כותרת, מקום והערות"),
        ],
    }
}

fn emptied(w: Words) -> InUseRow {
    InUseRow {
        name: w.of("Home visits", "ביקורי בית"),
        missing: Some(12),
        failing_since: None,
        problem: None,
        ..in_use(w, "emptied", "bad")
    }
}

fn behind(w: Words) -> ConnectionPage {
    let refused =
        InUseRow { problem: Some("error-provider-rejected".into()), ..in_use(w, "behind", "bad") };
    ConnectionPage {
        connection: connection(w, "behind", "bad"),
        in_use: vec![
            refused,
            InUseRow { asked: None, name: "B".into(), ..in_use(w, "fresh", "off") },
            emptied(w),
        ],
        calendars_problem: Some("error-provider-unavailable".into()),
        ..connection_page(w)
    }
}

fn needs_you(w: Words) -> ConnectionPage {
    ConnectionPage {
        connection: connection(w, "needs_you", "warn"),
        calendars_problem: Some("error-connection-needs-you".into()),
        ended: Some(checkups::trouble(w)),
        checkup: Some(checkups::running(w)),
        ..connection_page(w)
    }
}

fn ends(w: Words) -> ConnectionPage {
    ConnectionPage {
        connection: connection(w, "ends", "warn"),
        ends: Some(EndRow {
            when: w.of("28 Nov 2026, 14:05", "28 בנוב׳ 2026, 14:05"),
            why: Some(checkups::trouble(w)),
        }),
        checkup: None,
        ..connection_page(w)
    }
}

fn gone(w: Words) -> ConnectionPage {
    ConnectionPage {
        connection: connection(w, "disconnected", "off"),
        revocation: Some("unconfirmed"),
        ..connection_page(w)
    }
}
