//! Handlers, one file a noun: extract, one use case, typed page. They decide nothing.

use std::str::FromStr;

use app::Error;
use domain::{Locale, Zone};

use crate::error::Failure;
use crate::views::Choice;

pub mod account;
pub mod activity;
pub mod api_tokens;
pub mod appointments;
pub mod approvals;
pub mod calendar;
pub mod calendar_feeds;
pub mod calendar_imports;
pub mod checkups;
pub mod components;
pub mod connections;
pub mod documents;
pub mod door;
pub mod endpoints;
pub mod exports;
pub mod factors;
pub mod files;
pub mod home;
pub mod imports;
pub mod invitations;
pub mod jobs;
pub mod live;
pub mod logins;
pub mod logos;
pub mod notifications;
pub mod openid;
pub mod own_fields;
pub mod passkeys;
pub mod people;
pub mod pipelines;
pub mod plugin_settings;
pub mod plugin_views;
pub mod plugins;
pub mod proofs;
pub mod repeats;
pub mod reports;
pub mod resets;
pub mod saved_views;
pub mod search;
pub mod second_step;
pub mod settings;
pub mod sources;
pub mod sweeps;
pub mod tasks;
pub mod team;
pub mod tenants;
pub mod timeline;
pub mod undos;

/// An id from an address. What is no id reads the same as an id of nothing.
pub fn id<T: FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Error::NotFound.into())
}

/// The time zones to choose from.
pub fn zones(current: &str) -> Vec<Choice> {
    Zone::all_names()
        .into_iter()
        .map(|name| {
            let label = name.replace('_', " ");
            Choice::new(name, label, current)
        })
        .collect()
}

/// A time zone as people read it.
pub fn zone_name(zone: &Zone) -> String {
    zone.name().replace('_', " ")
}

/// The currencies to choose from; those of most of our businesses come first.
pub fn currencies(current: &str) -> Vec<Choice> {
    const FIRST: [(&str, &str); 4] = [("ILS", "₪"), ("USD", "$"), ("EUR", "€"), ("GBP", "£")];
    let first =
        FIRST.iter().map(|(code, sign)| Choice::new(*code, format!("{code} {sign}"), current));
    let rest = app::currencies::all_codes()
        .into_iter()
        .filter(|code| FIRST.iter().all(|(first, _)| first != code))
        .map(|code| Choice::new(code, code, current));
    first.chain(rest).collect()
}

/// What a new business most likely uses, by the language of who opens it.
pub fn likely_zone_and_currency(locale: Locale) -> (&'static str, &'static str) {
    match locale {
        Locale::He => ("Asia/Jerusalem", "ILS"),
        Locale::En => ("UTC", "USD"),
    }
}

/// A text as paragraphs, one a line.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
