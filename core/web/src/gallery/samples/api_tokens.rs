//! Samples of tokens for programs, and of the calendar's address for others.

use super::{Gallery, Words};
use crate::views::Errors;
use crate::views::api_tokens::{ScopeNoun, TokenMade, TokenRow, TokensPage};
use crate::views::calendar_feeds::FeedPage;

pub(super) fn draw(gallery: &mut Gallery<'_>) {
    let w = Words(gallery.locale);
    let tokens = vec![
        row(w, "1", ("Web shop", "חנות ברשת"), &["people:write", "tasks:write", "tasks:read"]),
        TokenRow {
            used: String::new(),
            until: w.of("23 Nov 2026", "23 בנוב׳ 2026"),
            is_over: true,
            ..row(w, "2", ("Weekly report", "דוח שבועי"), &["activity:read"])
        },
    ];
    let page = TokensPage {
        tokens,
        nouns: ScopeNoun::all(|word| word.ends_with(":read")),
        name: String::new(),
        last_day: String::new(),
        today: "2026-11-29".into(),
        errors: Errors::new(),
    };
    gallery.page("tokens", "/settings/tokens", &page);
    let errors = [("name", "error-required"), ("scopes", "error-token-no-scope")];
    let errors = errors.map(|(field, key)| (field.to_owned(), key.to_owned()));
    let wrong = TokensPage { tokens: vec![], errors: Errors::from(errors), ..page };
    gallery.page("tokens-wrong", "/settings/tokens", &wrong);
    let made = TokenMade {
        name: w.of("Web shop", "חנות ברשת"),
        token: "oxpi_3VvX0mZq5J8nW2rT7yUiOpAsDfGhJkLzXcVbNmQwErT".into(),
        address: "https://office.example.com/api/v1".into(),
    };
    gallery.page("token-made", "/settings/tokens", &made);
    feeds(gallery, w);
}

fn row(w: Words, id: &str, name: (&str, &str), scopes: &[&str]) -> TokenRow {
    TokenRow {
        id: id.to_owned(),
        name: w.of(name.0, name.1),
        ending: "wErT".into(),
        may: ScopeNoun::ticked(|word| scopes.contains(&word)),
        maker: w.of("Maya Cohen", "מאיה כהן"),
        made: w.of("1 Nov 2026", "1 בנוב׳ 2026"),
        used: w.of("today, 09:40", "היום, 09:40"),
        until: String::new(),
        is_over: false,
    }
}

fn feeds(gallery: &mut Gallery<'_>, w: Words) {
    let none = FeedPage { address: String::new(), since: String::new(), read: String::new() };
    gallery.page("feed-none", "/calendar/feed", &none);
    let there = FeedPage {
        since: w.of("1 Nov 2026", "1 בנוב׳ 2026"),
        read: w.of("today, 09:40", "היום, 09:40"),
        ..none.clone()
    };
    gallery.page("feed", "/calendar/feed", &there);
    let unread = FeedPage { read: String::new(), ..there };
    let made = FeedPage {
        address: "https://office.example.com/feeds/3VvX0mZq5J8nW2rT7yUiOpAsDfGhJkLzXcVbNmQwErT.ics"
            .into(),
        ..unread.clone()
    };
    gallery.page("feed-unread", "/calendar/feed", &unread);
    gallery.page("feed-made", "/calendar/feed", &made);
}
