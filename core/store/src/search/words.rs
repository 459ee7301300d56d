//! What of a text is a word to search by: without case, accents and points, Hebrew's final letters as
//! their plain forms.

use std::collections::BTreeSet;

use domain::phone;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// As many characters of a word count.
const WORD_CHARS_MAX: usize = 40;
/// As many different words of a thing are kept.
const WORDS_MAX: usize = 250;
/// As many digits from the end make two spellings of a number the same number.
pub(super) const END_DIGITS: usize = 8;
/// The shortest rest of a Hebrew word behind what stands before it.
const BARE_CHARS_MIN: usize = 3;

/// Ends of names of hosts that say nothing of whose they are.
const HOST_ENDS: [&str; 14] =
    ["com", "net", "org", "co", "il", "uk", "de", "fr", "eu", "us", "gov", "ac", "edu", "info"];

/// What Hebrew writes together with the word behind it: and, the, in, as, to, from, that.
const BEFORE: [&str; 32] = [
    "ו", "ה", "ב", "כ", "ל", "מ", "ש", "וה", "וב", "וכ", "ול", "ומ", "וש", "שה", "שב", "של", "שמ",
    "שכ", "כש", "מה", "מש", "לכ", "בש", "לה", "וכש", "ושה", "ומה", "ושב", "ושל", "ושמ", "כשה",
    "מכש",
];

/// Text as it is compared: decomposed, in lower case, without marks.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        for c in c.to_lowercase() {
            match c {
                'ך' => out.push('כ'),
                'ם' => out.push('מ'),
                'ן' => out.push('נ'),
                'ף' => out.push('פ'),
                'ץ' => out.push('צ'),
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' => out.push('d'),
                'ı' => out.push('i'),
                _ if is_combining_mark(c) => {}
                _ => out.push(c),
            }
        }
    }
    out
}

/// The words of a text, in order. Apostrophes and quotes within a word are no part of it, and neither is
/// what ends the name of a host.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let text = plain(text);
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut after_dot) = (String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        if c.is_alphanumeric() {
            if word.chars().count() < WORD_CHARS_MAX {
                word.push(c);
            }
            continue;
        }
        let joins = matches!(c, '\'' | '"' | '’' | '׳' | '״' | '`' | '\u{200d}')
            && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if joins && !word.is_empty() {
            continue;
        }
        let ended = std::mem::take(&mut word);
        let said = !ended.is_empty();
        keep(&mut words, ended, after_dot);
        after_dot = c == '.' && said;
    }
    keep(&mut words, word, after_dot);
    words
}

fn keep(words: &mut Vec<String>, word: String, after_dot: bool) {
    let ends_host = after_dot && HOST_ENDS.contains(&word.as_str());
    if !ends_host && !word.is_empty() {
        words.push(word);
    }
}

/// A Hebrew word without what may be written before it; the longest first.
pub(super) fn bare_forms(word: &str) -> Vec<String> {
    let rest = |before: &str| {
        let rest = word.strip_prefix(before)?;
        (rest.chars().count() >= BARE_CHARS_MIN && is_hebrew(rest)).then(|| rest.to_owned())
    };
    let mut forms: Vec<String> = BEFORE.iter().filter_map(|before| rest(before)).collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms
}

/// Whether it is of Hebrew letters alone.
pub(super) fn is_hebrew(word: &str) -> bool {
    word.chars().all(|c| ('א'..='ת').contains(&c))
}

/// The words of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// As they stand there.
    full: BTreeSet<String>,
    /// Those that count less: Hebrew words without what is written before them, and words of remarks.
    less: BTreeSet<String>,
}

impl Words {
    /// Adds those of a text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        for word in words_of(text) {
            if self.full.len() >= WORDS_MAX {
                break;
            }
            self.less.extend(bare_forms(&word));
            self.full.insert(word);
        }
        self
    }

    /// Adds those of a remark: whoever is called so is found before.
    pub(crate) fn remark(mut self, text: &str) -> Self {
        let mut room = WORDS_MAX.saturating_sub(self.full.len());
        for word in words_of(text) {
            if room == 0 {
                break;
            }
            self.less.extend(bare_forms(&word));
            room -= usize::from(self.less.insert(word));
        }
        self
    }

    /// Adds a phone number: from its beginning, with and without its country, and from its end.
    pub(crate) fn phone(mut self, typed: &str) -> Self {
        let (whole, inner) = digits_of(typed);
        if !whole.is_empty() {
            self.full.insert(from_the_end(&whole));
            // Of a country alone nothing is left within it.
            self.full.extend([inner, whole].into_iter().filter(|digits| !digits.is_empty()));
        }
        // "ext 4", "ask for Ruth".
        self.text(&typed.chars().map(|c| if c.is_numeric() { ' ' } else { c }).collect::<String>())
    }

    /// Adds a sign that stands for something with a name of its own, such as a tag.
    pub(crate) fn sign(mut self, id: &str) -> Self {
        self.full.insert(sign_of(id));
        self
    }

    /// All that it is found by.
    pub(super) fn all(&self) -> BTreeSet<String> {
        self.full.union(&self.less).cloned().collect()
    }

    /// As it is kept beside the thing; empty without words.
    pub(super) fn kept(&self) -> String {
        let full = self.full.iter().cloned();
        let less = self.less.difference(&self.full).map(|word| format!("~{word}"));
        full.chain(less).collect::<Vec<_>>().join(" ")
    }
}

/// What was kept beside a thing: each word, and whether it is one that counts less.
pub(super) fn kept_words(kept: &str) -> impl Iterator<Item = (&str, bool)> {
    kept.split(' ').filter(|word| !word.is_empty()).map(|word| match word.strip_prefix('~') {
        Some(less) => (less, true),
        None => (word, false),
    })
}

/// What a sign is kept as; no word is spelled so.
pub(super) fn sign_of(id: &str) -> String {
    format!("={id}")
}

/// A number's digits from the end, as far as all of its spellings share them; no word is spelled so.
pub(super) fn from_the_end(digits: &str) -> String {
    let end: String = digits.chars().rev().take(END_DIGITS).collect();
    format!("#{end}")
}

/// Whether it is one of those.
pub(super) fn is_from_the_end(word: &str) -> bool {
    word.starts_with('#')
}

/// The digits of a number, and those without the country and what is dialled before them at home.
pub(super) fn digits_of(typed: &str) -> (String, String) {
    let whole: String = typed.chars().filter(char::is_ascii_digit).collect();
    let inner = phone::within_country(typed);
    (whole.trim_start_matches('0').to_owned(), inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_points_and_final_letters_are_folded_away() {
        assert_eq!(words_of("Élan  ŠKODA Ørsted straße"), ["elan", "skoda", "orsted", "strasse"]);
        assert_eq!(words_of("שָׁלוֹם כהן־לוי צה\"ל ג׳ורג'"), ["שלומ", "כהנ", "לוי", "צהל", "גורג"]);
        assert_eq!(words_of("O'Brien & \"Sons\", Ltd."), ["obrien", "sons", "ltd"]);
        assert_eq!(words_of("dana.levi@mail.example.co.il"), ["dana", "levi", "mail", "example"]);
        assert_eq!(words_of("com . net"), ["com", "net"]);
        assert_eq!(words_of(" % _ "), [""; 0]);
        assert_eq!(words_of(&"x".repeat(90))[0].len(), WORD_CHARS_MAX);
    }

    #[test]
    fn hebrew_words_are_known_without_what_stands_before_them() {
        assert_eq!(bare_forms("והכהנ"), ["הכהנ", "כהנ"]);
        assert_eq!(bare_forms("שלומ"), ["לומ"]);
        assert_eq!(bare_forms("הר"), [""; 0]);
        assert_eq!(bare_forms("hotel"), [""; 0]);
    }

    #[test]
    fn words_of_a_remark_count_less_unless_they_are_said_elsewhere_too() {
        let words = Words::default().text("Dana").remark("asks for Dana והכהנ");
        assert_eq!(words.kept(), "dana ~asks ~for ~הכהנ ~והכהנ ~כהנ");
        let long: String = (0..WORDS_MAX * 2).map(|n| format!("w{n} ")).collect();
        assert_eq!(Words::default().text("Dana").remark(&long).all().len(), WORDS_MAX);
    }

    #[test]
    fn a_number_is_known_from_both_ends() {
        let words = Words::default().phone("+972 50-123 4567");
        assert_eq!(words.kept(), "#76543210 501234567 972501234567");
        assert_eq!(Words::default().phone("050-1234567").kept(), "#76543210 501234567");
        assert_eq!(Words::default().phone("none").kept(), "none");
    }
}
