//! Writes cards of people: vCard 4.0 (RFC 6350), in UTF-8.

use store::contacts::{Contact, ContactKind};
use store::people::Kind;

use super::people::Card;

/// The most octets of a line, its end not counted (section 3.2).
const LINE_MAX: usize = 75;

/// The most letters of a file's name, its end not counted.
const FILE_NAME_MAX: usize = 80;

/// What the file of somebody's card is called, its end not counted: their name without what a folder, a
/// header or an eye takes for something else.
pub(super) fn file_name(name: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(
                c,
                '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            )
    };
    let plain: String = name.chars().map(|c| if is_odd(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let cut: String = words.join(" ").chars().take(FILE_NAME_MAX).collect();
    match cut.trim_matches(|c| c == '.' || c == ' ') {
        "" => "contact".to_owned(),
        name => name.to_owned(),
    }
}

/// A card.
pub(super) fn write(card: &Card) -> String {
    let (mut out, it) = (String::new(), &card.person);
    let mut put = |line: &str| fold(&mut out, line);
    put("BEGIN:VCARD");
    put("VERSION:4.0");
    put(&format!("UID:urn:uuid:{}", it.id));
    put(if it.kind == Kind::Company { "KIND:org" } else { "KIND:individual" });
    put(&format!("FN:{}", escaped(&it.name)));
    if it.kind == Kind::Person {
        put(&name(&it.name));
    }
    let org =
        if it.kind == Kind::Company && it.company.is_empty() { &it.name } else { &it.company };
    if !org.is_empty() {
        put(&format!("ORG:{}", escaped(org)));
    }
    for (kind, what) in [(ContactKind::Phone, "TEL"), (ContactKind::Email, "EMAIL")] {
        for (at, contact) in card.of_kind(kind).enumerate() {
            // What reads cards may be in another country.
            let is_known = !contact.e164.is_empty();
            let value = if is_known { &contact.e164 } else { &contact.value };
            put(&format!("{what}{}:{}", parameters(contact, at), escaped(value)));
        }
    }
    for contact in card.of_kind(ContactKind::Address) {
        put(&format!("ADR:;;{};;;;", escaped(&contact.value)));
    }
    if !card.tags.is_empty() {
        let tags: Vec<String> = card.tags.iter().map(|tag| escaped(tag)).collect();
        put(&format!("CATEGORIES:{}", tags.join(",")));
    }
    if !it.notes.is_empty() {
        put(&format!("NOTE:{}", escaped(&it.notes)));
    }
    let changed = domain::Zone::utc().local(it.updated_at);
    put(&format!("REV:{}", changed.strftime("%Y%m%dT%H%M%SZ")));
    put("END:VCARD");
    out
}

/// The name in parts, as far as one can know: programs that show cards want some.
fn name(full: &str) -> String {
    match full.rsplit_once(' ') {
        Some((first, last)) => format!("N:{};{};;;", escaped(last), escaped(first)),
        None => format!("N:;{};;;", escaped(full)),
    }
}

/// Which of several comes first, and what it is for where that is one of the words there are for it.
fn parameters(contact: &Contact, at: usize) -> String {
    let label = contact.label.to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| label.contains(word));
    let kind = if is(&["work", "office", "business", "עבודה", "משרד"]) {
        ";TYPE=work"
    } else if is(&["home", "בית"]) {
        ";TYPE=home"
    } else {
        ""
    };
    if at == 0 { format!("{kind};PREF=1") } else { kind.to_owned() }
}

/// Text as a value holds it (section 3.4).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' | '\r' => out.push_str("\\n"),
            other if other.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// A line in pieces, none of which cuts a letter.
fn fold(out: &mut String, line: &str) {
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE_MAX {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_have_the_parts_that_can_be_known() {
        assert_eq!(name("Dana Ben Ami"), "N:Ami;Dana Ben;;;");
        assert_eq!(name("דנה"), "N:;דנה;;;");
        assert_eq!(name("a;b c,d"), "N:c\\,d;a\\;b;;;");
    }

    #[test]
    fn a_card_is_called_as_its_person_and_nothing_else() {
        assert_eq!(file_name("דנה לוי"), "דנה לוי");
        assert_eq!(file_name("../../etc/passwd"), "etc passwd");
        assert_eq!(file_name("Noa \"N\"\r\nX: y\u{202e}fcv"), "Noa N X y fcv");
        assert_eq!((file_name(" .. "), file_name("?")), ("contact".into(), "contact".into()));
        assert_eq!(file_name(&"א".repeat(200)).chars().count(), FILE_NAME_MAX);
    }

    proptest! {
        #[test]
        fn lines_are_short_and_come_back_whole(text in "\\PC{0,300}") {
            let mut out = String::new();
            fold(&mut out, &format!("NOTE:{}", escaped(&text)));
            for line in out.split("\r\n") {
                prop_assert!(line.len() <= LINE_MAX);
            }
            let whole = out.replace("\r\n ", "");
            let escaped = escaped(&text);
            prop_assert_eq!(whole.trim_end_matches("\r\n"), format!("NOTE:{escaped}"));
        }
    }
}
