//! Which passwords are too easy to guess. After NIST SP 800-63B, section 3.1.1.2: a length, a list
//! of common ones, and nothing about which characters must be in it.

use std::collections::HashSet;
use std::sync::OnceLock;

/// The fewest characters a password may have.
pub const LENGTH_MIN: usize = 12;
/// The most bytes a password may have.
pub const LENGTH_MAX: usize = 1024;

/// How many characters must not follow from the one before.
const SURPRISES_MIN: usize = 6;

/// Runs of keys that hands make without thinking; each also counts backwards.
const WALKS: [&str; 8] = [
    "`1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "/'קראטוןםפ",
    "שדגכעיחלךף",
];

/// Well-known passwords and the words that such passwords are made of, in lower case.
const COMMON: &str = include_str!("common.txt");

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer characters than [`LENGTH_MIN`].
    #[error("shorter than {LENGTH_MIN} characters")]
    TooShort,
    /// More bytes than [`LENGTH_MAX`].
    #[error("longer than {LENGTH_MAX} bytes")]
    TooLong,
    /// One of the passwords that are tried first, or made of such with digits around.
    #[error("a common password")]
    Common,
    /// A repetition, a sequence or a walk over the keyboard.
    #[error("a pattern that is easy to guess")]
    Pattern,
}

impl Weak {
    /// The translation key of the reason.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::Common => "password-common",
            Self::Pattern => "password-pattern",
        }
    }
}

/// Whether a new password is hard enough to guess.
pub fn check_strength(password: &str) -> Result<(), Weak> {
    if password.len() > LENGTH_MAX {
        return Err(Weak::TooLong);
    }
    if password.chars().count() < LENGTH_MIN {
        return Err(Weak::TooShort);
    }
    let lower: Vec<char> = password.to_lowercase().chars().collect();
    if repeats(&lower) || surprises(&lower) < SURPRISES_MIN {
        return Err(Weak::Pattern);
    }
    if is_common(&lower) { Err(Weak::Common) } else { Ok(()) }
}

/// Whether the whole is one short piece over and over, the last one maybe cut.
fn repeats(text: &[char]) -> bool {
    (1..=text.len() / 2)
        .any(|period| text.iter().zip(&text[period..]).all(|(earlier, later)| earlier == later))
}

/// How many characters do not follow from the one before by repeating, counting or walking.
fn surprises(text: &[char]) -> usize {
    1 + text.windows(2).filter(|pair| !follows(pair[0], pair[1])).count()
}

fn follows(from: char, to: char) -> bool {
    let counted = u32::from(from).abs_diff(u32::from(to)) <= 1;
    counted
        || WALKS.iter().any(|walk| {
            let place = |wanted| walk.chars().position(|c| c == wanted);
            matches!((place(from), place(to)), (Some(a), Some(b)) if a.abs_diff(b) == 1)
        })
}

fn is_common(text: &[char]) -> bool {
    let plain: String = text.iter().collect();
    if common().contains(plain.as_str()) {
        return true;
    }
    // Once as written, then with digits read as the letters they imitate: those inside and, since a
    // year at the end imitates nothing, those in front.
    let inner = plain.trim_matches(|c: char| !c.is_alphabetic());
    let led = plain.trim_end_matches(|c: char| !c.is_alphabetic());
    let imitating = |text: &str| text.chars().map(imitated).collect();
    [plain.clone(), imitating(inner), imitating(led)].iter().any(|text| {
        let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
        !letters.is_empty() && made_of_common(&letters)
    })
}

/// The letter that a digit or sign stands for in `p@ssw0rd`.
fn imitated(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether the letters are one, two or three listed words in a row.
fn made_of_common(letters: &[char]) -> bool {
    // fewest[n] is the fewest words that make the first n letters.
    let mut fewest = vec![None; letters.len() + 1];
    fewest[0] = Some(0usize);
    for end in 1..=letters.len() {
        fewest[end] = (0..end)
            .filter(|start| {
                let word: String = letters[*start..end].iter().collect();
                fewest[*start].is_some() && common().contains(word.as_str())
            })
            .filter_map(|start| fewest[start].map(|words| words + 1))
            .min();
    }
    fewest[letters.len()].is_some_and(|words| words <= 3)
}

fn common() -> &'static HashSet<&'static str> {
    static LIST: OnceLock<HashSet<&'static str>> = OnceLock::new();
    LIST.get_or_init(|| {
        let lines = COMMON.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_attackers_try_first_is_refused() {
        for password in [
            "password1234",
            "Password2026!",
            "P@ssw0rd2026!",
            "$up3rman-2026",
            "passwordpassword1",
            "welcometothejungle",
            "LetMeIn!LetMeOut2",
            "correcthorsebatterystaple",
            "Correct Horse Battery Staple",
            "administrator1",
            "iloveyouforever",
            "qwertypassword",
            "superman12345",
            "trustnobody12",
            "shalomshalom2026",
        ] {
            assert!(check_strength(password).is_err(), "{password}");
        }
    }

    #[test]
    fn patterns_are_refused() {
        for password in [
            "aaaaaaaaaaaa",
            "abababababab",
            "abcabcabcabca",
            "abcdefghijkl",
            "123456789012",
            "987654321098",
            "qwertyuiopas",
            "1qaz2wsx3edc",
            "!@#$%^&*()_+",
            "zxcvbnm,./zxc",
            "111222333444",
            "xk2!xk2!xk2!",
            "שדגכעיחלךףשדגכ",
            "אבגדהוזחטיכל",
        ] {
            assert_eq!(check_strength(password), Err(Weak::Pattern), "{password}");
        }
    }

    #[test]
    fn length_counts_characters_below_and_bytes_above() {
        assert_eq!(check_strength("k7Qz-pWm3tR"), Err(Weak::TooShort));
        assert_eq!(check_strength(""), Err(Weak::TooShort));
        assert_eq!(
            check_strength("סוסנכוןבט"),
            Err(Weak::TooShort),
            "nine letters, eighteen bytes"
        );
        assert_eq!(check_strength(&"kq7".repeat(400)), Err(Weak::TooLong));
    }

    #[test]
    fn ordinary_good_passwords_pass() {
        for password in [
            "k7Qz-pWm3tRx",
            "plum lantern under the bridge",
            "שלוש ציפורים על הגדר",
            "my dog ate 3 umbrellas",
            "Tzfat-Marble-61-kite",
            "a password about green tea",
        ] {
            assert_eq!(check_strength(password), Ok(()), "{password}");
        }
    }

    #[test]
    fn the_list_is_in_the_form_that_the_check_looks_up() {
        assert!(common().len() > 400, "{}", common().len());
        for word in common() {
            assert_eq!(*word, word.to_lowercase(), "lower case");
            assert!(word.chars().count() >= 2, "{word}: a single letter would match everything");
        }
        let whole: Vec<_> = common().iter().filter(|w| w.chars().count() >= 12).collect();
        assert!(whole.len() > 150, "{}", whole.len());
    }
}
