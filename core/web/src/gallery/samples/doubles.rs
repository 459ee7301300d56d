//! Samples of people who may be there twice.

use super::people::{all, person};
use super::{Gallery, Words};
use crate::views::Errors;
use crate::views::doubles::{Doubles, DoublesRow, MergeLook};
use crate::views::people::ContactRow;

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    gallery.page("people-doubles", "/people", &doubles(w));
    let errors = Errors::from([("other".to_owned(), "error-none-chosen".to_owned())]);
    gallery.page("people-doubles-wrong", "/people", &Doubles { errors, ..doubles(w) });
    let seen = Doubles { can_write: false, next: None, ..doubles(w) };
    gallery.page("people-doubles-seen", "/people", &seen);
    let none = Doubles { groups: vec![], next: None, ..doubles(w) };
    gallery.page("people-no-doubles", "/people", &none);
    gallery.page("people-merge", "/people", &look(w));
}

fn doubles(w: Words) -> Doubles {
    let group = |by: &str| DoublesRow { by: by.into(), people: all(w) };
    Doubles {
        groups: vec![group("phone"), group("address")],
        next: Some("/people/doubles?after=x".into()),
        can_write: true,
        errors: Errors::new(),
    }
}

fn look(w: Words) -> MergeLook {
    let page = person(w);
    let phone = ContactRow {
        kind: "phone".into(),
        value: page.person.phone.clone(),
        href: "tel:+972523456789".into(),
        label: String::new(),
    };
    MergeLook {
        contacts: std::iter::once(phone).chain(page.contacts).collect(),
        person: page.person,
        source: page.source,
        customer_since: page.customer_since,
        consent: page.consent,
        notes: page.notes,
        gone: all(w).into_iter().skip(1).collect(),
        action: "/people/1/merge".into(),
    }
}
