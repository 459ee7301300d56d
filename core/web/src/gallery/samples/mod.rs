//! Sample data for every page: a small flower shop, in the reader's language.

mod api_tokens;
mod approvals;
mod business;
mod calendar;
mod calendar_imports;
mod checkups;
mod connections;
mod documents;
mod doubles;
mod endpoints;
mod imports;
mod jobs;
mod logins;
mod notifications;
mod own_fields;
mod people;
mod plugins;
mod reports;
mod search;
mod security;
mod sources;
mod sweeps;
mod tasks;
mod undos;
mod views;
mod work;

use app::tenants::Colour;
use domain::Locale;

use super::Gallery;
use crate::views::components::Components;
use crate::views::{Avatar, Choice, MemberView, Shell};

/// Draws every page, each in the states that look different.
pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let (components, _) = Components::sample(gallery.theme, gallery.locale);
    gallery.page("components", "/components", &components);
    work::draw(gallery);
    business::draw(gallery);
    connections::draw(gallery);
    logins::draw(gallery);
    plugins::draw(gallery);
    views::draw(gallery);
    approvals::draw(gallery);
    security::draw(gallery);
    jobs::draw(gallery);
    search::draw(gallery);
    notifications::draw(gallery);
    tasks::draw(gallery);
    documents::draw(gallery);
    reports::draw(gallery);
    api_tokens::draw(gallery);
    endpoints::draw(gallery);
    undos::draw(gallery);
    sweeps::draw(gallery);
}

/// A wide logo, in a few letters.
const LOGO: &str = "data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27 viewBox=%270 0 90 36%27 width=%2790%27 height=%2736%27%3E%3Ccircle cx=%2718%27 cy=%2718%27 r=%2714%27 fill=%27%23873a71%27/%3E%3Cpath d=%27M38 12h46M38 24h30%27 stroke=%27%231b211e%27 stroke-width=%275%27/%3E%3C/svg%3E";

pub(super) fn shell(
    locale: Locale,
    appearance: &str,
    path: &str,
    signed_in: bool,
    said: Option<&str>,
) -> Shell {
    let words = Words(locale);
    let member = signed_in.then(|| MemberView {
        name: words.of("Maya Cohen", "מאיה כהן"),
        email: "maya@example.com".to_owned(),
        avatar: Avatar::of(&words.of("Maya Cohen", "מאיה כהן")),
        tenant: words.of("Wild Fig Flowers", "פרחי תאנת הבר"),
        tenant_avatar: Avatar::of("Wild Fig"),
        many_tenants: path != "/",
        live: 7,
        unread: if path == "/" { 3 } else { 0 },
    });
    Shell {
        locale,
        dir: locale.direction(),
        nonce: "sample-nonce".to_owned(),
        appearance: appearance.to_owned(),
        colour: Colour::Pine.as_str(),
        theme: crate::themes::DEFAULT.to_owned(),
        logo: matches!(path, "/settings" | "/join/x").then(|| LOGO.to_owned()),
        business: None,
        sandbox: path == "/connections" || path == "/welcome",
        path: path.to_owned(),
        languages: languages(locale),
        nav: if signed_in { crate::nav::items(domain::Role::Owner, path) } else { Vec::new() },
        apps: if signed_in { views::apps(words, path) } else { Vec::new() },
        member,
        said: said.map(str::to_owned),
        told: None,
        undo: said.map(|_| "/people/1/restore".to_owned()),
        answers_form: false,
    }
}

pub(super) fn languages(locale: Locale) -> Vec<Choice> {
    Locale::ALL.map(|each| Choice::new(each.tag(), each.own_name(), locale.tag())).to_vec()
}

pub(super) use views::{documents as view_documents, draw_document as draw_view};

/// Sample words in one language or the other.
#[derive(Clone, Copy)]
pub(super) struct Words(pub Locale);

impl Words {
    pub fn of(self, en: &str, he: &str) -> String {
        if self.0 == Locale::He { he.to_owned() } else { en.to_owned() }
    }

    /// Such as "10:00–11:00", as pages have it.
    pub fn run(self, range: &str) -> String {
        match range.split_once('–') {
            Some((from, until)) => crate::dates::run(self.0, from, until),
            None => range.to_owned(),
        }
    }
}
