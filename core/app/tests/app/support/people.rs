//! People to test with.

use app::people::{self, ContactInput, DetailsInput, Person, PersonInput};

use super::{Fixture, Signed};

/// Somebody with a name and nothing else.
pub fn named(name: &str) -> PersonInput {
    PersonInput { name: name.into(), ..PersonInput::default() }
}

/// Adds somebody.
pub async fn add(f: &Fixture, who: &Signed, input: PersonInput) -> Person {
    people::create_person(&f.app, &who.ctx, input, "").await.unwrap()
}

/// Somebody of whom much is known.
pub fn detailed() -> PersonInput {
    let contact = |kind: &str, value: &str, label: &str| ContactInput {
        kind: kind.into(),
        value: value.into(),
        label: label.into(),
    };
    PersonInput {
        phone: "050-1234567".into(),
        source: "website".into(),
        details: Some(DetailsInput {
            contacts: vec![
                contact("phone", "03-555 0101", "work"),
                contact("email", "Second@Example.com", ""),
                contact("address", "3 Yefet St, Jaffa", ""),
                contact("phone", "  ", ""),
            ],
            value: "1,500.50".into(),
            follow_up_on: "2026-12-24".into(),
            consent: "given".into(),
            consent_note: "on the phone".into(),
            tags: vec!["VIP".into(), " vip ".into(), "wedding".into(), String::new()],
            ..DetailsInput::default()
        }),
        ..named("Noa")
    }
}
