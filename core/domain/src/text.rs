//! Texts by key in each language, in Fluent's syntax. The theme's and every plugin's go through here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::Entry;

use crate::Locale;

/// A file of texts that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The file isn't Fluent.
    #[error("{locale}: {reason} near {near:?}")]
    Syntax {
        /// The file's language.
        locale: Locale,
        /// What the parser says.
        reason: String,
        /// The text it stumbled over, at most 40 characters.
        near: String,
    },
    /// Two files of one language define the same key.
    #[error("{locale}: the key {key:?} is defined twice")]
    Twice {
        /// The files' language.
        locale: Locale,
        /// The key.
        key: String,
    },
}

/// All texts of one owner (the theme or a plugin) in every language it has.
#[derive(Default)]
pub struct Catalogue {
    languages: Vec<(Locale, FluentBundle<FluentResource>, BTreeSet<String>)>,
}

impl Catalogue {
    /// Adds one file's texts.
    pub fn add(&mut self, locale: Locale, source: &str) -> Result<(), TextError> {
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| syntax_error(locale, source, &errors))?;
        let keys: Vec<String> = resource.entries().filter_map(key_of).collect();
        let at = self.language_index(locale);
        let (_, bundle, known) = &mut self.languages[at];
        if let Some(key) = keys.iter().find(|key| known.contains(*key)) {
            return Err(TextError::Twice { locale, key: key.clone() });
        }
        known.extend(keys);
        bundle.add_resource_overriding(resource);
        Ok(())
    }

    /// Puts another catalogue's file over what is there: its keys take the place of ours.
    pub fn add_over(&mut self, locale: Locale, source: &str) -> Result<(), TextError> {
        let resource = FluentResource::try_new(source.to_owned())
            .map_err(|(_, errors)| syntax_error(locale, source, &errors))?;
        let at = self.language_index(locale);
        let (_, bundle, known) = &mut self.languages[at];
        known.extend(resource.entries().filter_map(key_of));
        bundle.add_resource_overriding(resource);
        Ok(())
    }

    fn language_index(&mut self, locale: Locale) -> usize {
        if let Some(at) = self.languages.iter().position(|(l, ..)| *l == locale) {
            return at;
        }
        let language = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Isolation marks around values keep a Latin name from reordering a Hebrew sentence, but
        // they would also get into attributes and addresses; templates use <bdi> instead.
        bundle.set_use_isolating(false);
        let added = bundle.add_function("NUMBER", number);
        debug_assert!(added.is_ok(), "a new bundle has no functions");
        self.languages.push((locale, bundle, BTreeSet::new()));
        self.languages.len() - 1
    }

    /// The keys a language has, sorted.
    pub fn keys(&self, locale: Locale) -> Vec<&str> {
        let of = self.languages.iter().find(|(l, ..)| *l == locale);
        of.map(|(_, _, keys)| keys.iter().map(String::as_str).collect()).unwrap_or_default()
    }

    /// The text of a key, in English where the language lacks it; None where both do.
    pub fn find(&self, locale: Locale, key: &str, args: &[(&str, Cow<'_, str>)]) -> Option<String> {
        self.format(locale, key, args).or_else(|| self.format(Locale::En, key, args))
    }

    /// The text of a key, or the key itself, so that a missing text is seen and not hidden.
    pub fn text(&self, locale: Locale, key: &str, args: &[(&str, Cow<'_, str>)]) -> String {
        self.find(locale, key, args).unwrap_or_else(|| key.to_owned())
    }

    fn format(&self, locale: Locale, key: &str, args: &[(&str, Cow<'_, str>)]) -> Option<String> {
        let (_, bundle, _) = self.languages.iter().find(|(l, ..)| *l == locale)?;
        let pattern = bundle.get_message(key)?.value()?;
        let mut values = FluentArgs::new();
        for (name, value) in args {
            match value.parse::<i64>() {
                // Fluent chooses a plural form for numbers only.
                Ok(number) if value.len() < 16 => values.set(*name, number),
                _ => values.set(*name, value.as_ref()),
            }
        }
        let mut errors = Vec::new();
        Some(bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned())
    }
}

/// `{ NUMBER($count) }` in a text: a count with its thousands apart, where `{ $count }` could be a year as
/// well. What is no number stays as it is.
fn number<'a>(given: &[FluentValue<'a>], _: &FluentArgs<'_>) -> FluentValue<'a> {
    match given.first() {
        Some(FluentValue::Number(number)) => FluentValue::from(grouped(&number.as_string())),
        Some(other) => other.clone(),
        None => FluentValue::Error,
    }
}

/// A number with its thousands apart, which both languages write the same.
pub fn grouped(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(w, p)| (w, Some(p)));
    let mut out = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    match part {
        Some(part) => format!("{sign}{out}.{part}"),
        None => format!("{sign}{out}"),
    }
}

fn key_of(entry: &Entry<&str>) -> Option<String> {
    match entry {
        Entry::Message(message) => Some(message.id.name.to_owned()),
        Entry::Term(term) => Some(format!("-{}", term.id.name)),
        _ => None,
    }
}

fn syntax_error(
    locale: Locale,
    source: &str,
    errors: &[fluent_syntax::parser::ParserError],
) -> TextError {
    let first = errors.first();
    let start = first.map_or(0, |error| error.pos.start);
    let near = source.get(start..).unwrap_or_default().chars().take(40).collect();
    let reason = first.map(|error| error.kind.to_string()).unwrap_or_default();
    TextError::Syntax { locale, reason, near }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Result<Catalogue, TextError> {
        let mut texts = Catalogue::default();
        texts.add(Locale::En, "hello = Hello { $name }\nonly = Only\ndays = { $n ->\n [one] one day\n*[other] { $n } days\n}")?;
        texts.add(Locale::He, "hello = שלום { $name }")?;
        Ok(texts)
    }

    #[test]
    fn a_missing_text_falls_back_to_english_then_to_its_key() -> Result<(), TextError> {
        let texts = sample()?;
        assert_eq!(texts.text(Locale::He, "hello", &[("name", "דנה".into())]), "שלום דנה");
        assert_eq!(texts.text(Locale::He, "only", &[]), "Only");
        assert_eq!(texts.text(Locale::He, "none", &[]), "none");
        Ok(())
    }

    #[test]
    fn numbers_choose_their_plural() -> Result<(), TextError> {
        let texts = sample()?;
        assert_eq!(texts.text(Locale::En, "days", &[("n", "1".into())]), "one day");
        assert_eq!(texts.text(Locale::En, "days", &[("n", "3".into())]), "3 days");
        Ok(())
    }

    #[test]
    fn a_count_has_its_thousands_apart_and_a_year_does_not() -> Result<(), TextError> {
        let mut texts = Catalogue::default();
        let source = "rows = { $n ->\n [one] one row\n*[other] { NUMBER($n) } rows\n}\n\
                      since = Since { $n }\nto = To { NUMBER($n) }";
        texts.add(Locale::En, source)?;
        let said = |key, n: &'static str| texts.text(Locale::En, key, &[("n", n.into())]);
        assert_eq!(said("rows", "6000"), "6,000 rows");
        assert_eq!(said("rows", "1"), "one row");
        assert_eq!(said("rows", "999"), "999 rows");
        assert_eq!(said("rows", "-1234567"), "-1,234,567 rows");
        assert_eq!(said("since", "2026"), "Since 2026");
        assert_eq!(said("to", "Dana"), "To Dana");
        Ok(())
    }

    #[test]
    fn what_is_put_over_a_text_takes_its_place_and_leaves_the_others() -> Result<(), TextError> {
        let mut texts = sample()?;
        texts.add_over(Locale::En, "hello = Welcome { $name }\nnew = New")?;
        assert_eq!(texts.text(Locale::En, "hello", &[("name", "Dana".into())]), "Welcome Dana");
        assert_eq!(texts.text(Locale::En, "only", &[]), "Only");
        assert_eq!(texts.keys(Locale::En), ["days", "hello", "new", "only"]);
        Ok(())
    }

    #[test]
    fn broken_and_doubled_texts_are_named() -> Result<(), TextError> {
        let mut texts = sample()?;
        assert!(matches!(texts.add(Locale::En, "a = { $"), Err(TextError::Syntax { .. })));
        assert!(matches!(texts.add(Locale::En, "hello = x"), Err(TextError::Twice { .. })));
        Ok(())
    }
}
