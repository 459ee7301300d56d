//! What somebody looks for: terms, each of which some word of a thing must fit in one of several ways.

use super::Kind;
use super::finding::BEGINNINGS_MAX;
use super::words::{
    bare_forms, digits_of, from_the_end, is_from_the_end, is_hebrew, sign_of, words_of,
};

/// As many words of a query count.
pub const TERMS_MAX: usize = 8;
/// As many ways of one term count; most are tags whose names it begins.
const WAYS_MAX: usize = 300;
/// From this many digits on they are one number, whatever stands between them.
pub(super) const NUMBER_DIGITS_MIN: usize = 7;
/// As few digits as somebody is known by from the end of their number.
const END_DIGITS_MIN: usize = 4;
/// The shortest rest of a Hebrew word whose longer words count too.
const BARE_BEGINNING_MIN: usize = 4;
/// The shortest word in which a typing error is forgiven.
const FORGIVEN_MIN: usize = 4;
/// The shortest of Hebrew letters alone, which writes most names with three.
const FORGIVEN_HEBREW_MIN: usize = 3;

/// One way for a word to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    /// What it is or begins with.
    pub text: String,
    /// Whether it has to be that and no more.
    pub whole: bool,
    /// Whether it is what was typed, and no guess.
    pub typed: bool,
}

/// How well a word fits a term; the more, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// By what was guessed of either side.
    Guessed = 1,
    /// It begins so.
    Begins = 2,
    /// It is the word.
    Is = 3,
}

/// One word that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// The word, where it is one in which an error may be forgiven.
    pub word: Option<String>,
    pub ways: Vec<Way>,
}

impl Term {
    fn word(word: String, kind: Kind) -> Self {
        let digits = !word.is_empty() && word.chars().all(|c| c.is_ascii_digit());
        let mut term = Self { word: None, ways: Vec::new() };
        term.add(word.clone(), false, true);
        if digits && kind == Kind::Person {
            term.number(&word);
        }
        if !digits {
            for bare in bare_forms(&word) {
                let whole = bare.chars().count() < BARE_BEGINNING_MIN;
                term.add(bare, whole, false);
            }
        }
        let min = if is_hebrew(&word) { FORGIVEN_HEBREW_MIN } else { FORGIVEN_MIN };
        let forgives = word.chars().count() >= min && word.chars().all(char::is_alphabetic);
        term.word = forgives.then_some(word);
        term
    }

    /// The word, where an error in it may be forgiven. The shortest have very many near them, which are meant
    /// only where `nothing` fits as it was typed.
    pub(super) fn forgiven(&self, nothing: bool) -> Option<&str> {
        let long_enough = |word: &&str| nothing || word.chars().count() >= FORGIVEN_MIN;
        self.word.as_deref().filter(long_enough)
    }

    /// The ways in which a number fits that was typed so.
    fn number(&mut self, typed: &str) {
        let (whole, inner) = digits_of(typed);
        for beginning in [whole.as_str(), inner.as_str()] {
            // Of a number with a country nothing else can be meant; one digit is anybody's.
            if beginning.len() >= 2 {
                self.add(beginning.to_owned(), false, true);
            }
        }
        let count = typed.chars().filter(char::is_ascii_digit).count();
        if count >= END_DIGITS_MIN {
            let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
            self.add(from_the_end(&typed), false, true);
        }
    }

    /// Adds a way, unless there are too many.
    pub(super) fn add(&mut self, text: String, whole: bool, typed: bool) {
        let known = self.ways.iter().any(|way| way.text == text && way.whole == whole);
        let begins = self.ways.iter().filter(|way| !way.whole).count();
        let whole = whole || begins >= BEGINNINGS_MAX;
        if !known && !text.is_empty() && self.ways.len() < WAYS_MAX {
            self.ways.push(Way { text, whole, typed });
        }
    }

    /// Adds what stands for a thing whose name the term fits.
    pub(super) fn add_sign(&mut self, id: &str) {
        self.add(sign_of(id), true, true);
    }

    /// Whether the term begins a word of a name.
    pub(super) fn begins_in(&self, name: &[String]) -> bool {
        name.iter().any(|word| self.fit(word, false).is_some())
    }

    /// How well a word fits.
    pub(super) fn fit(&self, word: &str, is_bare: bool) -> Option<Fit> {
        let of = |way: &Way| {
            let is = way.text == word;
            let fits = is || !way.whole && word.starts_with(&way.text);
            let fit = match (way.typed && !is_bare, is) {
                (true, true) => Fit::Is,
                (true, false) => Fit::Begins,
                (false, _) => Fit::Guessed,
            };
            fits.then_some(fit)
        };
        self.ways.iter().filter_map(of).max()
    }
}

/// All of what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub terms: Vec<Term>,
}

impl Query {
    /// Reads what was typed; nothing where it is blank.
    pub(super) fn of(text: &str, kind: Kind) -> Option<Self> {
        if text.trim().is_empty() {
            return None;
        }
        let mut terms = Vec::new();
        let mut rest = text.to_owned();
        if kind == Kind::Person {
            for number in numbers(text) {
                let mut term = Term { word: None, ways: Vec::new() };
                term.number(&number);
                terms.push(term);
                rest = rest.replacen(&number, " ", 1);
            }
        }
        terms.extend(words_of(&rest).into_iter().map(|word| Term::word(word, kind)));
        terms.truncate(TERMS_MAX);
        // Each once: that somebody says a word twice asks for nothing more.
        let mut once: Vec<Term> = Vec::new();
        for term in terms {
            if !once.contains(&term) {
                once.push(term);
            }
        }
        Some(Self { terms: once })
    }

    /// Lets nobody be found by how their number ends.
    pub(super) fn forget_ends(&mut self) {
        for term in &mut self.terms {
            term.ways.retain(|way| !is_from_the_end(&way.text));
        }
    }

    /// How well a thing with these words fits: of each term its best, added up. Nothing where one of them
    /// isn't there.
    pub(super) fn fit<'a>(&self, words: impl Iterator<Item = (&'a str, bool)>) -> Option<u32> {
        let mut best = vec![None; self.terms.len()];
        for (word, is_bare) in words {
            for (best, term) in best.iter_mut().zip(&self.terms) {
                *best = (*best).max(term.fit(word, is_bare));
            }
        }
        let sum = best.into_iter().map(|fit| fit.map(|fit| fit as u32)).sum::<Option<u32>>();
        sum.filter(|_| !self.terms.is_empty())
    }
}

/// The parts of a text that are a phone number of several parts, or a whole one.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_ascii_digit() || "+-()./\u{a0} ".contains(c);
    for run in text.split(|c: char| !is_part(c)) {
        let run = run.trim_matches(|c: char| !c.is_ascii_digit() && c != '+');
        let digits = run.chars().filter(char::is_ascii_digit).count();
        let begins = run.starts_with('+') || run.starts_with('0');
        let is_split = digits < run.chars().count();
        if digits >= NUMBER_DIGITS_MIN || begins && is_split && digits >= 2 {
            found.push(run.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::words::{Words, kept_words};
    use super::*;

    fn fits(words: Words, query: &str) -> Option<u32> {
        Query::of(query, Kind::Person)?.fit(kept_words(&words.kept()))
    }

    #[test]
    fn every_word_has_to_begin_one_and_whole_ones_count_more() {
        let dana = || Words::default().text("Dana Levi-Cohen");
        assert_eq!(fits(dana(), "coh dan"), Some(4));
        assert_eq!(fits(dana(), "dana"), Some(3));
        assert_eq!(fits(dana(), "dana x"), None);
        assert_eq!(fits(dana(), "%"), None);
        assert_eq!(Query::of("  ", Kind::Person), None);
    }

    #[test]
    fn what_hebrew_writes_before_words_is_forgiven_both_ways_and_counts_less() {
        let cohen = || Words::default().text("דוד כהן");
        assert_eq!(fits(cohen(), "לכהן"), Some(1));
        assert_eq!(fits(cohen(), "כהן"), Some(3));
        assert_eq!(fits(Words::default().text("וכהן"), "כהן"), Some(1));
        assert_eq!(fits(Words::default().text("והכהן"), "לכהן"), Some(1));
        assert_eq!(fits(Words::default().text("סרן"), "מרן"), None);
    }

    #[test]
    fn numbers_are_found_by_their_end_and_in_any_spelling() {
        let spellings = ["050-123 4567", "+972 (50) 1234567", "00972501234567", "0501234567"];
        for kept in spellings {
            let words = || Words::default().phone(kept).text("Dana");
            for query in spellings {
                assert!(fits(words(), query).is_some(), "{kept} by {query}");
                assert!(fits(words(), &format!("dana {query}")).is_some(), "{kept} by {query}");
            }
            for query in ["4567", "1234567", "123-4567", "050", "050-12", "+972 50", "50123"] {
                assert!(fits(words(), query).is_some(), "{kept} by {query}");
            }
            for query in ["4568", "050-1234568", "4567 1234", "567"] {
                assert_eq!(fits(words(), query), None, "{kept} by {query}");
            }
        }
    }

    #[test]
    fn a_query_is_bounded() {
        let long = (0..50).map(|n| format!("w{n} ")).collect::<String>();
        let query = Query::of(&long, Kind::Task).unwrap();
        assert_eq!(query.terms.len(), TERMS_MAX);
    }
}
