//! Tokens for programs.

use domain::ApiScope;
use serde::Serialize;

use super::{Errors, pages};

pages! {
    TokensPage => "pages/tokens/list.html",
    TokenMade => "pages/tokens/made.html",
}

/// The tokens of the business, and the form for another.
#[derive(Debug, Clone, Serialize)]
pub struct TokensPage {
    /// They, newest first.
    pub tokens: Vec<TokenRow>,
    /// What a token may be good for.
    pub nouns: Vec<ScopeNoun>,
    /// The name, as it was typed.
    pub name: String,
    /// The last day, as it was typed.
    pub last_day: String,
    /// The first day that may be the last one.
    pub today: String,
    /// What is wrong with the form.
    pub errors: Errors,
}

/// A token.
#[derive(Debug, Clone, Serialize)]
pub struct TokenRow {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Its last characters.
    pub ending: String,
    /// What it may do.
    pub may: Vec<ScopeNoun>,
    /// Who made it.
    pub maker: String,
    /// When, in words.
    pub made: String,
    /// When it was last used, in words; empty for never.
    pub used: String,
    /// Its last day, in words; empty for none.
    pub until: String,
    /// Whether that is over.
    pub is_over: bool,
}

/// What a token may do with one kind of thing, or what may be ticked of it.
#[derive(Debug, Clone, Serialize)]
pub struct ScopeNoun {
    /// The text is `token-noun-<noun>`.
    pub noun: String,
    /// Its scopes.
    pub scopes: Vec<ScopeBox>,
}

impl ScopeNoun {
    /// Everything that may be ticked, by what it is about.
    pub fn all(is_ticked: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut nouns: Vec<Self> = Vec::new();
        for scope in ApiScope::ALL {
            let word = scope.as_str();
            let (noun, act) = word.split_once(':').unwrap_or((word, "read"));
            let choice = ScopeBox { word, act: act.to_owned(), selected: is_ticked(word) };
            match nouns.iter_mut().find(|known| known.noun == noun) {
                Some(known) => known.scopes.push(choice),
                None => nouns.push(Self { noun: noun.to_owned(), scopes: vec![choice] }),
            }
        }
        nouns
    }

    /// What is ticked and nothing else, by what it is about.
    pub fn ticked(is_ticked: impl Fn(&str) -> bool) -> Vec<Self> {
        let mut nouns = Self::all(is_ticked);
        for noun in &mut nouns {
            noun.scopes.retain(|scope| scope.selected);
        }
        nouns.retain(|noun| !noun.scopes.is_empty());
        nouns
    }
}

/// A scope in the form.
#[derive(Debug, Clone, Serialize)]
pub struct ScopeBox {
    /// Its word.
    pub word: &'static str,
    /// `read` or `write`.
    pub act: String,
    /// Whether it is ticked.
    pub selected: bool,
}

/// A token that was just made.
#[derive(Debug, Clone, Serialize)]
pub struct TokenMade {
    /// What it is for.
    pub name: String,
    /// The token, shown this once.
    pub token: String,
    /// Where the API is.
    pub address: String,
}
