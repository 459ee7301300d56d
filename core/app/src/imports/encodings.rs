//! In which encoding a file of text was saved: what it says itself, or what its bytes look like.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use domain::Locale;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1255};

/// Those that people can choose from when the guess was wrong, by the names that the Encoding Standard
/// gives them.
pub const CHOICES: [&str; 8] = [
    "UTF-8",
    "windows-1255",
    "windows-1252",
    "windows-1256",
    "windows-1251",
    "ISO-8859-2",
    "UTF-16LE",
    "UTF-16BE",
];

/// How much of a file is looked at for a guess.
const LOOKED_AT_BYTES: usize = 1 << 20;
/// How much of one is decoded at a time.
const PIECE_BYTES: usize = 1 << 20;

/// The encoding of this name, if it is one of the choices.
pub(super) fn of_name(name: &str) -> Option<&'static Encoding> {
    let known = CHOICES.contains(&name);
    known.then(|| Encoding::for_label(name.as_bytes())).flatten()
}

/// The encoding that the bytes are in, as far as that can be told.
pub(super) fn sniff(bytes: &[u8], locale: Locale) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = wide(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(LOOKED_AT_BYTES)], true);
    // Whoever reads Hebrew gets Hebrew where it could be one as well as the other.
    let tld: Option<&[u8]> = (locale == Locale::He).then_some(b"il");
    let guess = detector.guess(tld, Utf8Detection::Deny);
    let known = of_name(guess.name());
    // Hebrew in the order of reading is a part of windows-1255, whatever the file calls it.
    let is_hebrew = guess.name().starts_with("ISO-8859-8");
    known.unwrap_or(if is_hebrew { WINDOWS_1255 } else { guess })
}

/// Two bytes a letter, without a mark that says so: text of our scripts has the same byte (0 for Latin,
/// 5 for Hebrew) in every other place.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &bytes[..bytes.len().min(4_096) & !1];
    if looked_at.len() < 8 {
        return None;
    }
    let nuls = |at: usize| looked_at.iter().skip(at).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (nuls(0), nuls(1));
    // Separators and line ends are Latin in every file.
    let some = looked_at.len() / 40;
    match (even > some, odd > some) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}

/// The text of bytes in an encoding; what can't be read becomes a mark that shows it.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding) -> String {
    let (text, _, _) = encoding.decode(bytes);
    text.into_owned()
}

/// The text of a whole file; none where that is longer than so many bytes. Of most files the bytes are the text,
/// which isn't copied; of the others no more is held than is read.
pub(super) fn decode_whole<'b>(
    bytes: &'b [u8],
    encoding: &'static Encoding,
    most: usize,
) -> Option<Cow<'b, str>> {
    if encoding == UTF_8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        return (text.len() <= most).then_some(Cow::Borrowed(text));
    }
    let (mut decoder, mut text) = (encoding.new_decoder(), String::new());
    let mut pieces = bytes.chunks(PIECE_BYTES).peekable();
    while let Some(piece) = pieces.next() {
        text.reserve(decoder.max_utf8_buffer_length(piece.len())?);
        // With as much room it takes all of the piece.
        let is_last = pieces.peek().is_none();
        let (_full, _read, _lost) = decoder.decode_to_string(piece, &mut text, is_last);
        if text.len() > most {
            return None;
        }
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEBREW: &str = "שם,טלפון,הערות\nדנה כהן,050-1234567,לקוחה ותיקה\nנועה לוי,052-7654321,\n";

    #[test]
    fn hebrew_is_read_in_every_encoding_it_is_saved_in() {
        let (old, _, lost) = WINDOWS_1255.encode(HEBREW);
        assert!(!lost);
        let wide = |encode: fn(u16) -> [u8; 2]| -> Vec<u8> {
            HEBREW.encode_utf16().flat_map(encode).collect()
        };
        let marked = [&[0xef, 0xbb, 0xbf], HEBREW.as_bytes()].concat();
        for (bytes, expected) in [
            (HEBREW.as_bytes().to_vec(), UTF_8),
            (marked, UTF_8),
            (old.into_owned(), WINDOWS_1255),
            (wide(u16::to_le_bytes), UTF_16LE),
            (wide(u16::to_be_bytes), UTF_16BE),
        ] {
            for locale in Locale::ALL {
                let found = sniff(&bytes, locale);
                assert_eq!(found.name(), expected.name());
                assert_eq!(decode(&bytes, found), HEBREW);
                assert_eq!(decode_whole(&bytes, found, HEBREW.len()).unwrap(), HEBREW);
                assert_eq!(decode_whole(&bytes, found, HEBREW.len() - 1), None);
            }
        }
    }

    #[test]
    fn western_text_is_not_taken_for_hebrew() {
        let text = "Nom;Téléphone;Société\nHélène Dupré;+33 1 23 45 67 89;Café Bérénice\n";
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(decode(&bytes, sniff(&bytes, Locale::En)), text);
        assert_eq!(sniff(b"", Locale::He).name(), "UTF-8");
        assert_eq!(sniff(b"Name,Phone\nDana,1\n", Locale::He).name(), "UTF-8");
    }

    #[test]
    fn what_is_decoded_in_pieces_is_the_same() {
        // A letter of two bytes lies across the end of the first piece.
        let long = format!("a{}", "ש".repeat(PIECE_BYTES));
        let wide: Vec<u8> = [0xff, 0xfe, 0x41]
            .into_iter()
            .chain(long.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let broken = [long.as_bytes(), &[0xff]].concat();
        for (bytes, encoding) in [
            (long.as_bytes(), UTF_8),
            (broken.as_slice(), UTF_8),
            (wide.as_slice(), UTF_16LE),
            (&wide[1..], WINDOWS_1255),
        ] {
            let whole = decode_whole(bytes, encoding, 16 * PIECE_BYTES).unwrap();
            assert!(whole == decode(bytes, encoding), "{}", encoding.name());
        }
    }

    #[test]
    fn every_choice_is_an_encoding() {
        for name in CHOICES {
            assert_eq!(of_name(name).map(Encoding::name), Some(name));
        }
        assert!(of_name("replacement").is_none() && of_name("iso-2022-kr").is_none());
    }
}
