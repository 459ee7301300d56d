//! What people write for a currency: its code, signs, and words in English and Hebrew.

use super::ACTIVE;

/// Those that are written with this sign. Of a sign that several have, the one that most people mean by it
/// comes first.
const DOLLARS: &[&str] = &[
    "USD", "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "CVE",
    "DOP", "FJD", "GYD", "HKD", "JMD", "KYD", "LRD", "MXN", "NAD", "NIO", "NZD", "SBD", "SGD",
    "SRD", "TTD", "TWD", "UYU", "XCD",
];
const POUNDS: &[&str] = &["GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"];
const CROWNS: &[&str] = &["SEK", "NOK", "DKK", "ISK"];
const RUPEES: &[&str] = &["INR", "PKR", "LKR", "NPR", "MUR", "SCR"];

/// Signs and words, folded, each with what they may mean.
#[rustfmt::skip]
const MARKS: &[(&[&str], &[&str])] = &[
    (&["₪", "nis", "shekel", "shekels", "שח", "שקל", "שקלים"], &["ILS"]),
    (&["$", "dollar", "dollars", "דולר", "דולרים"], DOLLARS),
    (&["us$"], &["USD"]),
    (&["a$", "au$"], &["AUD"]),
    (&["c$", "ca$"], &["CAD"]),
    (&["hk$"], &["HKD"]),
    (&["mx$"], &["MXN"]),
    (&["nt$"], &["TWD"]),
    (&["nz$"], &["NZD"]),
    (&["r$"], &["BRL"]),
    (&["s$"], &["SGD"]),
    (&["€", "euro", "euros", "אירו", "יורו"], &["EUR"]),
    (&["£", "pound", "pounds", "פאונד", "לירה"], POUNDS),
    (&["לישט"], &["GBP"]),
    (&["¥", "￥"], &["JPY", "CNY"]),
    (&["cn¥", "rmb", "元"], &["CNY"]),
    (&["円", "yen", "ין"], &["JPY"]),
    (&["₩"], &["KRW", "KPW"]),
    (&["₹"], &["INR"]),
    (&["₨", "rs"], RUPEES),
    (&["₦"], &["NGN"]),
    (&["₱"], &["PHP"]),
    (&["₴"], &["UAH"]),
    (&["₫"], &["VND"]),
    (&["₽", "руб"], &["RUB"]),
    (&["₺", "tl"], &["TRY"]),
    (&["₸"], &["KZT"]),
    (&["₾"], &["GEL"]),
    (&["₼"], &["AZN"]),
    (&["₡"], &["CRC"]),
    (&["₲"], &["PYG"]),
    (&["₵"], &["GHS"]),
    (&["₮"], &["MNT"]),
    (&["฿"], &["THB"]),
    (&["֏"], &["AMD"]),
    (&["kr"], CROWNS),
    (&["zł"], &["PLN"]),
    (&["kč"], &["CZK"]),
    (&["ft"], &["HUF"]),
    (&["lei"], &["RON", "MDL"]),
    (&["fr", "sfr"], &["CHF"]),
    (&["r"], &["ZAR"]),
    (&["jd"], &["JOD"]),
    (&["dh", "dhs"], &["AED", "MAD"]),
];

/// A word as it is compared: small letters, without what stands within words (ש״ח, Fr.).
fn folded(word: &str) -> String {
    let passed = |c: &char| !matches!(c, '"' | '\'' | '׳' | '״' | '’' | '”' | '.' | ',');
    word.trim().chars().filter(passed).flat_map(char::to_lowercase).collect()
}

/// The currencies that a code, a sign or a word may mean, the likeliest first; none where it means none.
pub(crate) fn meant_by(word: &str) -> Vec<&'static str> {
    let folded = folded(word);
    let code = folded.to_uppercase();
    let known = ACTIVE.iter().find(|(known, _)| *known == code);
    if let Some((code, _)) = known {
        return vec![*code];
    }
    let marked = MARKS.iter().find(|(marks, _)| marks.iter().any(|mark| *mark == folded));
    marked.map(|(_, codes)| codes.to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::currencies::is_known;

    #[test]
    fn each_mark_means_currencies_that_there_are() {
        let mut seen = BTreeSet::new();
        for (marks, codes) in MARKS {
            assert!(!codes.is_empty() && codes.iter().all(|code| is_known(code)), "{codes:?}");
            for mark in *marks {
                assert_eq!(*mark, folded(mark));
                assert!(seen.insert(*mark), "{mark} is there twice");
                assert!(!is_known(&mark.to_uppercase()), "{mark} is a code");
            }
        }
    }

    #[test]
    fn codes_signs_and_words_are_known_however_they_are_written() {
        for (word, code) in [
            ("ils", "ILS"),
            ("ש״ח", "ILS"),
            ("ש\"ח", "ILS"),
            ("ש.ח.", "ILS"),
            ("NIS", "ILS"),
            (" ₪ ", "ILS"),
            ("Usd", "USD"),
            ("$", "USD"),
            ("דולר", "USD"),
            ("€", "EUR"),
            ("Fr.", "CHF"),
        ] {
            assert_eq!(meant_by(word).first(), Some(&code), "{word}");
        }
        assert!(meant_by("$").contains(&"CAD"));
        for word in ["", "%", "x", "points", "kg"] {
            assert!(meant_by(word).is_empty(), "{word}");
        }
    }
}
