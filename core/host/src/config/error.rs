//! What is wrong with a configuration: each fault names the key, its place and what was expected.

use std::fmt;

use figment::error::{Actual, Kind};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `server.address`, if the fault is about one.
    pub key: Option<String>,
    /// Where it stands: a file and a line, or a variable.
    pub place: String,
    /// What is wrong and what was expected.
    pub reason: String,
}

/// Everything that is wrong; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{key} ({}): {}", self.place, self.reason),
            None => write!(f, "{}: {}", self.place, self.reason),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong")?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for ConfigError {}

/// What a failed reading says, in our words.
pub(super) fn reason(kind: &Kind) -> String {
    match kind {
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            format!("found {}; expected {expected}", called(found))
        }
        Kind::UnknownVariant(found, allowed) => {
            let allowed: Vec<String> = allowed.iter().map(|word| format!("{word:?}")).collect();
            format!("{found:?} is not allowed; expected {}", one_of(&allowed))
        }
        Kind::MissingField(name) => format!("{name} is missing"),
        other => other.to_string(),
    }
}

/// What was found, in words for whoever wrote the file.
fn called(found: &Actual) -> String {
    match found {
        Actual::Bool(yes) => yes.to_string(),
        Actual::Unsigned(number) => format!("the number {number}"),
        Actual::Signed(number) => format!("the number {number}"),
        Actual::Float(number) => format!("the number {number}"),
        Actual::Str(text) => format!("the text {text:?}"),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a section".to_owned(),
        other => other.to_string(),
    }
}

/// What is wrong with the form of a file, without the line itself, which may hold a password.
pub(super) fn syntax(kind: &Kind) -> String {
    let text = kind.to_string();
    let told = text.lines().map(str::trim).filter(|line| !line.contains('|') && !line.is_empty());
    format!("is not valid TOML: {}", told.collect::<Vec<_>>().join("; "))
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn one_of(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// The word of `known` that `given` was probably meant to be.
pub(super) fn meant<'a>(given: &str, known: &'a [String]) -> Option<&'a String> {
    let near = known.iter().map(|word| (distance(given, word), word)).min()?;
    (near.0 <= 1 + given.len() / 4).then_some(near.1)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["address".to_owned(), "proxies".to_owned(), "threads".to_owned()];
        assert_eq!(meant("adress", &known), Some(&known[0]));
        assert_eq!(meant("proxys", &known), Some(&known[1]));
        assert_eq!(meant("colour", &known), None);
        assert_eq!(meant("x", &[]), None);
    }
}
