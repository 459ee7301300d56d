//! A theme's texts in each language.

use std::borrow::Cow;

use domain::Locale;
use domain::text::Catalogue;

use crate::themes::{BadTheme, Files};

/// Opens a run of text whose direction is its own (UAX 9, first strong isolate).
const ISOLATE: char = '\u{2068}';
/// Ends such a run.
const END_ISOLATE: char = '\u{2069}';

/// The texts of the theme.
pub struct Texts(Catalogue);

impl Texts {
    /// Reads every `locales/<language>/*.ftl` of a theme: its own over those of the theme it builds on.
    pub fn load(files: &Files) -> Result<Self, BadTheme> {
        let mut catalogue = Catalogue::default();
        for (at, layer) in files.texts_by_layer(".ftl")?.into_iter().enumerate() {
            for (name, text) in layer {
                let language = name.split('/').nth(1).unwrap_or_default();
                let locale = language.parse::<Locale>().map_err(|e| BadTheme::new(name, e))?;
                let added = match at {
                    0 => catalogue.add(locale, text),
                    _ => catalogue.add_over(locale, text),
                };
                added.map_err(|error| BadTheme::new(name, error))?;
            }
        }
        Ok(Self(catalogue))
    }

    /// The text of a key. A value inside it keeps its own direction: an English name in a Hebrew
    /// sentence, a Hebrew one in an English sentence.
    pub fn text(&self, locale: Locale, key: &str, args: &[(&str, Cow<'_, str>)]) -> String {
        let isolated: Vec<(&str, Cow<'_, str>)> =
            args.iter().map(|(name, value)| (*name, isolate(value))).collect();
        self.0.text(locale, key, &isolated)
    }

    /// The same with values as they are: they are of its own direction, or see to theirs themselves.
    pub fn bare(&self, locale: Locale, key: &str, args: &[(&str, Cow<'_, str>)]) -> String {
        self.0.text(locale, key, args)
    }

    /// The text of a key that takes no values.
    pub fn plain(&self, locale: Locale, key: &str) -> String {
        self.0.text(locale, key, &[])
    }

    /// Whether the language itself has the key.
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        self.0.keys(locale).binary_search(&key).is_ok()
    }

    /// The keys of a language, sorted.
    pub fn keys(&self, locale: Locale) -> Vec<&str> {
        self.0.keys(locale)
    }
}

/// Wraps a value unless it is a number, which chooses plurals and has no direction to keep.
fn isolate<'a>(value: &'a str) -> Cow<'a, str> {
    let is_number = value.parse::<i64>().is_ok();
    if is_number || value.is_empty() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("{ISOLATE}{value}{END_ISOLATE}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::themes::Themes;

    fn said(locale: Locale, key: &str, args: &[(&str, &'static str)]) -> Result<String, BadTheme> {
        let themes = Themes::built_in()?;
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, (*value).into())).collect();
        let theme = themes.all().first().ok_or_else(|| BadTheme::new("themes", "none"))?;
        Ok(theme.texts.text(locale, key, &args))
    }

    #[test]
    fn times_of_one_and_of_two_are_said_in_words_in_hebrew() -> Result<(), BadTheme> {
        for (ms, words) in
            [("1", "אלפיית שנייה אחת"), ("2", "שתי אלפיות שנייה"), ("1250", "1,250 אלפיות שנייה")]
        {
            assert_eq!(said(Locale::He, "try-took", &[("ms", ms)])?, words);
            assert_eq!(said(Locale::He, "request-ms", &[("count", ms)])?, words);
        }
        Ok(())
    }

    #[test]
    fn many_rows_have_their_thousands_apart() -> Result<(), BadTheme> {
        let values = [("done", "1500"), ("count", "6000")];
        for (locale, words) in
            [(Locale::En, "1,500 of 6,000 rows"), (Locale::He, "1,500 מתוך 6,000 שורות")]
        {
            assert_eq!(said(locale, "imports-progress", &values)?, words);
        }
        assert_eq!(said(Locale::En, "imports-rows", &[("count", "6000")])?, "6,000 rows");
        Ok(())
    }

    #[test]
    fn both_languages_have_the_same_keys() -> Result<(), BadTheme> {
        for theme in Themes::built_in()?.all() {
            let (en, he) = (theme.texts.keys(Locale::En), theme.texts.keys(Locale::He));
            let only_en: Vec<_> = en.iter().filter(|key| !he.contains(key)).collect();
            let only_he: Vec<_> = he.iter().filter(|key| !en.contains(key)).collect();
            let both = only_en.is_empty() && only_he.is_empty();
            assert!(both, "{}: en: {only_en:?} he: {only_he:?}", theme.id);
        }
        Ok(())
    }
}
