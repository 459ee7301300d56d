//! Reads TOML tables key by key and remembers lines, so that every complaint can name one.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ManifestError;
use super::near::{article, distance, json_number, json_of};
use crate::plain::is_deceiving;

/// Bytes of a manifest; far beyond any honest one.
pub(super) const MANIFEST_BYTES_MAX: usize = 256 << 10;
/// Characters of one text.
const TEXT_CHARS_MAX: usize = 2_000;
/// Elements of one list.
const LIST_MAX: usize = 256;

pub(super) type Result<T> = std::result::Result<T, ManifestError>;

/// Where each line of a text begins.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(newlines).collect())
    }

    pub(super) fn line(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at).max(1)
    }
}

/// A value and where it stands.
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) line: usize,
}

impl<T> At<T> {
    /// A complaint about this place.
    pub(super) fn wrong<O>(&self, reason: impl Into<String>) -> Result<O> {
        Err(ManifestError { line: self.line, reason: reason.into() })
    }

    /// A copy that remembers the place.
    pub(super) fn clone_text(&self) -> Self
    where
        T: Clone,
    {
        Self { value: self.value.clone(), line: self.line }
    }

    /// The value, if the check passes; its sentence becomes the complaint.
    pub(super) fn check(
        self,
        check: impl FnOnce(&T) -> std::result::Result<(), String>,
    ) -> Result<Self> {
        match check(&self.value) {
            Ok(()) => Ok(self),
            Err(reason) => self.wrong(reason),
        }
    }
}

/// Where a value stands: the table's name, as complaints write it, and the text's lines.
#[derive(Clone)]
struct Place<'a> {
    lines: &'a Lines,
    name: String,
}

impl Place<'_> {
    fn at<T>(&self, span: Range<usize>, value: T) -> At<T> {
        At { value, line: self.lines.line(span.start) }
    }

    fn mistyped<O>(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> Result<O> {
        let found = article(value.get_ref().type_str());
        let here = self.at(value.span(), ());
        here.wrong(format!("`{key}` in {} is {wanted}, not {found}", self.name))
    }

    fn text_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<At<String>> {
        let Some(text) = value.get_ref().as_str() else {
            return self.mistyped(key, value, "a text");
        };
        let at = self.at(value.span(), text.to_owned());
        if text.is_empty() {
            return at.wrong(format!("`{key}` in {} is empty", self.name));
        }
        let bad = |c: char| c.is_control() || is_deceiving(c);
        if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(bad) {
            return at.wrong(format!(
                "`{key}` in {} is longer than {TEXT_CHARS_MAX} characters or has control characters, \
                 or marks that turn text round",
                self.name
            ));
        }
        Ok(at)
    }
}

/// One table: each known key is taken once, then [`Table::finish`] complains of the rest.
pub(super) struct Table<'a> {
    entries: &'a DeTable<'a>,
    place: Place<'a>,
    pub(super) line: usize,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn new(entries: &'a DeTable<'a>, lines: &'a Lines, name: String, at: usize) -> Self {
        Self { entries, place: Place { lines, name }, line: lines.line(at), known: Vec::new() }
    }

    /// A complaint about the table as a whole.
    pub(super) fn wrong<O>(&self, reason: impl Into<String>) -> Result<O> {
        Err(ManifestError { line: self.line, reason: reason.into() })
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.entries.get(key)
    }

    fn need<T>(&self, key: &str, value: Option<T>) -> Result<T> {
        match value {
            Some(value) => Ok(value),
            None => self.missing(key),
        }
    }

    /// A missing key is often a misspelt one.
    fn missing<O>(&self, key: &str) -> Result<O> {
        let near = self.entries.keys().find(|other| distance(other.get_ref(), key) <= 2);
        match near {
            Some(other) if !self.known.contains(&other.get_ref().as_ref()) => {
                let (name, text) = (&self.place.name, other.get_ref());
                let here = self.place.at(other.span(), ());
                here.wrong(format!("unknown key `{text}` in {name}; did you mean `{key}`?"))
            }
            _ => self.wrong(format!("{} lacks the key `{key}`", self.place.name)),
        }
    }

    /// A text, if the key is there.
    pub(super) fn text_opt(&mut self, key: &'static str) -> Result<Option<At<String>>> {
        self.take(key).map(|value| self.place.text_of(key, value)).transpose()
    }

    /// A text.
    pub(super) fn text(&mut self, key: &'static str) -> Result<At<String>> {
        let value = self.text_opt(key)?;
        self.need(key, value)
    }

    /// Yes or no, if the key is there.
    pub(super) fn flag_opt(&mut self, key: &'static str) -> Result<Option<bool>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match value.get_ref().as_bool() {
            Some(flag) => Ok(Some(flag)),
            None => self.place.mistyped(key, value, "true or false"),
        }
    }

    /// A number, if the key is there.
    pub(super) fn number_opt(&mut self, key: &'static str) -> Result<Option<At<f64>>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match json_number(value.get_ref()).and_then(|number| number.as_f64()) {
            Some(number) => Ok(Some(self.place.at(value.span(), number))),
            None => self.place.mistyped(key, value, "a number"),
        }
    }

    /// A whole number from 0, if the key is there.
    pub(super) fn count_opt(&mut self, key: &'static str) -> Result<Option<At<u64>>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match json_number(value.get_ref()).and_then(|number| number.as_u64()) {
            Some(number) => Ok(Some(self.place.at(value.span(), number))),
            None => self.place.mistyped(key, value, "a whole number from 0"),
        }
    }

    /// A value as JSON, if the key is there.
    pub(super) fn json_opt(&mut self, key: &'static str) -> Result<Option<At<Value>>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        match json_of(value.get_ref()) {
            Some(json) => Ok(Some(self.place.at(value.span(), json))),
            None => self.place.mistyped(key, value, "something JSON can say"),
        }
    }

    fn elements(&mut self, key: &'static str) -> Result<&'a [Spanned<DeValue<'a>>]> {
        let Some(value) = self.take(key) else { return Ok(&[]) };
        let DeValue::Array(list) = value.get_ref() else {
            return self.place.mistyped(key, value, "a list");
        };
        if list.len() > LIST_MAX {
            let here = self.place.at(value.span(), ());
            return here.wrong(format!(
                "`{key}` in {} has more than {LIST_MAX} elements",
                self.place.name
            ));
        }
        Ok(list)
    }

    /// A list of texts; empty where the key is not there. None may stand twice.
    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<At<String>>> {
        let mut texts: Vec<At<String>> = Vec::new();
        for element in self.elements(key)? {
            let text = self.place.text_of(key, element)?;
            if texts.iter().any(|other| other.value == text.value) {
                return text
                    .wrong(format!("`{key}` in {} names {:?} twice", self.place.name, text.value));
            }
            texts.push(text);
        }
        Ok(texts)
    }

    /// The tables of a `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Table<'a>>> {
        let mut tables = Vec::new();
        for element in self.elements(key)? {
            let DeValue::Table(entries) = element.get_ref() else {
                return self.place.mistyped(key, element, "a table");
            };
            let name = format!("[[{}]]", self.path(key));
            tables.push(Table::new(entries, self.place.lines, name, element.span().start));
        }
        Ok(tables)
    }

    /// A table within this one, if the key is there.
    pub(super) fn table_opt(&mut self, key: &'static str) -> Result<Option<Table<'a>>> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let DeValue::Table(entries) = value.get_ref() else {
            return self.place.mistyped(key, value, "a table");
        };
        let name = format!("[{}]", self.path(key));
        Ok(Some(Table::new(entries, self.place.lines, name, value.span().start)))
    }

    /// A table within this one.
    pub(super) fn table(&mut self, key: &'static str) -> Result<Table<'a>> {
        let value = self.table_opt(key)?;
        self.need(key, value)
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.get(key).is_some()
    }

    /// Whether a key holds a table, for keys that hold a text or a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// The entries of a table whose keys its author chooses, in the order they were written.
    pub(super) fn named(self) -> Result<Vec<(At<String>, Named<'a>)>> {
        let mut found: Vec<_> = self.entries.iter().collect();
        found.sort_by_key(|(key, _)| key.span().start);
        if found.len() > LIST_MAX {
            return self.wrong(format!("{} has more than {LIST_MAX} keys", self.place.name));
        }
        let entry = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let key: &'a Spanned<std::borrow::Cow<'a, str>> = key;
            let name = key.get_ref().to_string();
            (self.place.at(key.span(), name), Named { place: self.place.clone(), value })
        };
        Ok(found.into_iter().map(entry).collect())
    }

    /// Texts by names the author chose; empty where the key is not there.
    pub(super) fn text_map(&mut self, key: &'static str) -> Result<BTreeMap<String, String>> {
        let Some(table) = self.table_opt(key)? else { return Ok(BTreeMap::new()) };
        let entries = table.named()?;
        entries
            .into_iter()
            .map(|(name, value)| Ok((name.value.clone(), value.text(&name.value)?)))
            .collect()
    }

    fn path(&self, key: &str) -> String {
        let own = self.place.name.trim_matches(['[', ']']);
        if own == "the file" { key.to_owned() } else { format!("{own}.{key}") }
    }

    /// Complains of the first key that was not taken.
    pub(super) fn finish(self) -> Result<()> {
        let unknown =
            self.entries.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref()));
        let Some(first) = unknown.min_by_key(|key| key.span().start) else { return Ok(()) };
        let key: String = first.get_ref().chars().take(64).collect();
        let near = self.known.iter().map(|known| (distance(&key, known), *known)).min();
        let hint = match near {
            Some((steps, known)) if steps <= 2 => format!("did you mean `{known}`?"),
            _ => format!("known are {}", self.known.join(", ")),
        };
        let here = self.place.at(first.span(), ());
        here.wrong(format!("unknown key `{key}` in {}; {hint}", self.place.name))
    }
}

/// The value under a name the author chose.
pub(super) struct Named<'a> {
    place: Place<'a>,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Named<'a> {
    /// The value as a text.
    pub(super) fn text(&self, key: &str) -> Result<String> {
        self.place.text_of(key, self.value).map(|at| at.value)
    }

    /// The value as a list of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<At<String>>> {
        let DeValue::Array(list) = self.value.get_ref() else {
            return self.place.mistyped(key, self.value, "a list");
        };
        list.iter().take(LIST_MAX).map(|value| self.place.text_of(key, value)).collect()
    }

    /// The value as a table.
    pub(super) fn table(&self, key: &str) -> Result<Table<'a>> {
        let DeValue::Table(entries) = self.value.get_ref() else {
            return self.place.mistyped(key, self.value, "a table");
        };
        let name = format!("[{}.{key}]", self.place.name.trim_matches(['[', ']']));
        Ok(Table::new(entries, self.place.lines, name, self.value.span().start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = Lines::of("a\nb\n\nc");
        assert_eq!([0, 1, 2, 4, 5, 99].map(|at| lines.line(at)), [1, 1, 2, 3, 4, 4]);
    }
}
