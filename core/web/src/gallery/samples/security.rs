//! Samples of proving who one is: forgotten passwords, the second step, second factors.

use super::{Gallery, Words};
use crate::views::Errors;
use crate::views::account::{
    AppEnrolment, FactorRows, IdentityRow, IdentityRows, NewPasskey, PasskeyRow, RecoveryCodes,
};
use crate::views::door::{Confirm, Field, Forgot, OpenidLeaving, OpenidRefused, SecondStep};

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    draw_forgot(gallery);
    draw_openid(gallery);
    let second = SecondStep {
        next: "/".into(),
        app: true,
        passkey: false,
        errors: Errors::new(),
        wait_minutes: None,
    };
    let wrong = Errors::from([("code".into(), "error-code-wrong".into())]);
    gallery.door(
        "second",
        "/sign-in/second",
        &SecondStep { errors: wrong.clone(), ..second.clone() },
    );
    let passkey = SecondStep { app: false, passkey: true, wait_minutes: Some(2), ..second };
    gallery.door("second-passkey", "/sign-in/second", &passkey);
    let confirm = Confirm {
        action: "/plugins/acme-calendar/on".into(),
        fields: vec![Field { name: "title".into(), value: "<script>alert(1)</script>".into() }],
        email: "maya@example.com".into(),
        code: false,
        passkey: false,
        back: "/".into(),
        errors: Errors::new(),
        wait_minutes: None,
    };
    gallery.door("confirm", "/plugins", &confirm);
    let wrong = Errors::from([("confirm_code".into(), "error-code-wrong".into())]);
    let code = Confirm { code: true, passkey: true, errors: wrong, ..confirm };
    gallery.door("confirm-code", "/plugins", &code);
    let app = AppEnrolment {
        picture: crate::qr::picture(
            "otpauth://totp/OXPI:maya%40example.com?secret=JBSWY3DPEHPK3PXP",
        )
        .unwrap_or_default(),
        key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
        errors: Errors::from([("code".into(), "error-code-wrong".into())]),
    };
    gallery.page("app-enrolment", "/profile/app", &app);
    draw_new_passkey(gallery);
    let codes: Vec<String> = (2..=7)
        .flat_map(|n| [format!("h{n}qzk-m4w{n}t"), format!("b{n}xra-u6p{n}d")])
        .take(10)
        .collect();
    let text = codes.join("\n");
    gallery.page("recovery-codes", "/profile/app", &RecoveryCodes { codes, text });
}

fn draw_new_passkey(gallery: &mut Gallery<'_>) {
    let new =
        NewPasskey { name: "Chrome · Android".into(), possible: true, errors: Errors::new() };
    gallery.page("passkey", "/profile/passkeys/new", &new);
    let errors = Errors::from([("passkey".into(), "error-passkey-late".into())]);
    gallery.page("passkey-late", "/profile/passkeys/new", &NewPasskey { errors, ..new.clone() });
    let impossible = NewPasskey { possible: false, ..new };
    gallery.page("passkey-impossible", "/profile/passkeys/new", &impossible);
}

fn draw_openid(gallery: &mut Gallery<'_>) {
    let provider = Words(gallery.locale).of("Wild Fig account", "חשבון תאנת הבר");
    let leaving = OpenidLeaving {
        provider: provider.clone(),
        address: "https://id.example/authorize?state=x&nonce=y".into(),
    };
    gallery.door("openid-leaving", "/sign-in/openid", &leaving);
    for word in [
        "off",
        "state",
        "declined",
        "refused",
        "client",
        "code",
        "signature",
        "elsewhere",
        "expired",
        "nonce",
        "unknown",
        "taken",
        "address",
        "unavailable",
    ] {
        let refused = OpenidRefused {
            provider: provider.clone(),
            key: format!("error-openid-{word}"),
            wait_minutes: None,
            code: "k3JqP0aZt9Xw".into(),
            back: if word == "taken" { "/profile".into() } else { "/sign-in".into() },
        };
        gallery.door(&format!("openid-{word}"), "/sign-in/openid/return", &refused);
    }
    let wait = OpenidRefused {
        provider,
        key: String::new(),
        wait_minutes: Some(9),
        code: "k3JqP0aZt9Xw".into(),
        back: "/join/x".into(),
    };
    gallery.door("openid-wait", "/sign-in/openid/return", &wait);
}

/// What the profile shows of the OpenID provider.
pub(super) fn identities(w: Words) -> IdentityRows {
    IdentityRows {
        provider: w.of("Wild Fig account", "חשבון תאנת הבר"),
        identities: vec![
            IdentityRow {
                id: "01900000-0000-7000-8000-0000000000b1".into(),
                label: "maya@id.example".into(),
                added: w.of("3 Nov 2026", "3 בנוב׳ 2026"),
                used: w.of("today at 9:41", "היום בשעה 9:41"),
            },
            IdentityRow {
                id: "01900000-0000-7000-8000-0000000000b2".into(),
                label: "<b>".into(),
                added: w.of("4 Nov 2026", "4 בנוב׳ 2026"),
                used: String::new(),
            },
        ],
    }
}

fn draw_forgot(gallery: &mut Gallery<'_>) {
    let forgot = Forgot {
        email: String::new(),
        sent: false,
        can_mail: true,
        errors: Errors::new(),
        wait_minutes: None,
    };
    gallery.door("forgot", "/forgot", &forgot);
    let sent = Forgot { email: "maya@example.com".into(), sent: true, ..forgot.clone() };
    gallery.door("forgot-sent", "/forgot", &sent);
    gallery.door("forgot-wait", "/forgot", &Forgot { wait_minutes: Some(9), ..forgot.clone() });
    gallery.door("forgot-no-mail", "/forgot", &Forgot { can_mail: false, ..forgot });
}

/// What the profile shows.
pub(super) fn factors(w: Words) -> FactorRows {
    FactorRows {
        app_since: w.of("21 Nov 2026", "21 בנוב׳ 2026"),
        passkeys: vec![
            PasskeyRow {
                id: "01900000-0000-7000-8000-0000000000a1".into(),
                name: w.of("Maya’s phone", "הטלפון של מאיה"),
                added: w.of("3 Nov 2026", "3 בנוב׳ 2026"),
                used: w.of("today at 9:41", "היום בשעה 9:41"),
            },
            PasskeyRow {
                id: "01900000-0000-7000-8000-0000000000a2".into(),
                name: "YubiKey 5C <b>".into(),
                added: w.of("4 Nov 2026", "4 בנוב׳ 2026"),
                used: String::new(),
            },
        ],
        passkeys_possible: true,
        codes_left: 8,
        any: true,
    }
}
