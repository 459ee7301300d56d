//! What a document is called as a file. Its bytes say what it is, its name is whatever a provider or a plugin
//! said; and a computer opens a file as what the end of its name says.

use crate::fields;

/// The longest name of a file, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// The longest end of a name that is kept where the rest is cut, in characters.
pub(super) const END_CHARS_MAX: usize = 12;

/// A name as somebody sent it, without folders, marks that nobody sees and dots before it, and not longer than
/// names are; empty where nothing is left that anybody sees.
pub(super) fn plain(sent: &str) -> String {
    // Some programs send the whole path.
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !fields::turns_or_controls(*c)).collect();
    let clean = clean.trim_start_matches(|c: char| c == '.' || c.is_whitespace()).trim_end();
    if !clean.chars().any(fields::is_seen) {
        return String::new();
    }
    if clean.chars().count() <= NAME_CHARS_MAX {
        return clean.to_owned();
    }
    match clean.rsplit_once('.') {
        Some((stem, end)) if end.chars().count() <= END_CHARS_MAX => {
            let most = NAME_CHARS_MAX - END_CHARS_MAX - 1;
            format!("{}.{end}", stem.chars().take(most).collect::<String>())
        }
        _ => clean.chars().take(NAME_CHARS_MAX).collect(),
    }
}

/// What a text calls itself by the end of its name; its bytes don't say.
pub(super) fn text_type(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let end = end.to_ascii_lowercase();
    let texts = ["text/csv", "text/plain", "application/json", "application/xml"];
    let place = |kind: &'static str| ends(kind).iter().position(|it| *it == end).zip(Some(kind));
    texts.into_iter().filter_map(place).min_by_key(|(place, _)| *place).map(|(_, kind)| kind)
}

/// The name where it ends as files of this type do, otherwise with such an end behind it: a phone opens what
/// has none, and nobody runs what only calls itself a program. Of a type that nobody knows the name stays.
pub fn file_name(name: &str, media_type: &str) -> String {
    let ends = ends(media_type);
    let its = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    let fits = its.is_some_and(|its| ends.iter().any(|end| *end == its));
    match ends.first() {
        Some(end) if !fits => format!("{name}.{end}"),
        _ => name.to_owned(),
    }
}

/// How names of files of a type end, the plainest first.
fn ends(media_type: &str) -> &'static [&'static str] {
    match media_type {
        "application/json" => &["json"],
        "application/pdf" => &["pdf"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => &["xlsx", "xlsm"],
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => {
            &["docx", "docm"]
        }
        "application/xml" => &["xml"],
        "application/zip" => &["zip"],
        "image/gif" => &["gif"],
        "image/heif" => &["heic", "heif"],
        "image/jpeg" => &["jpg", "jpeg", "jpe", "jfif"],
        "image/png" => &["png"],
        "image/tiff" => &["tif", "tiff"],
        "image/webp" => &["webp"],
        "text/csv" => &["csv", "tsv", "txt"],
        "text/plain" => &["txt", "text", "log", "md", "csv", "tsv", "ics", "vcf"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::MEDIA_TYPES;

    #[test]
    fn a_name_is_no_path_and_hides_nothing() {
        for (sent, kept) in [
            ("חוזה.pdf", "חוזה.pdf"),
            ("C:\\Users\\dana\\offer.pdf", "offer.pdf"),
            ("../../etc/passwd", "passwd"),
            (" .hidden ", "hidden"),
            ("bill\u{202e}fdp.exe\n", "billfdp.exe"),
            ("folder/", ""),
            ("\u{200f}\u{200d}", ""),
        ] {
            assert_eq!(plain(sent), kept);
        }
        let long = format!("{}.jpeg", "א".repeat(400));
        let kept = plain(&long);
        assert!(kept.ends_with(".jpeg") && kept.chars().count() <= NAME_CHARS_MAX, "{kept}");
        assert_eq!(plain(&"x".repeat(400)).chars().count(), NAME_CHARS_MAX);
    }

    #[test]
    fn a_text_is_what_its_name_says() {
        for (name, kind) in [
            ("list.CSV", Some("text/csv")),
            ("note.txt", Some("text/plain")),
            ("list.tsv", Some("text/csv")),
            ("data.json", Some("application/json")),
            ("page.html", None),
            ("note", None),
        ] {
            assert_eq!(text_type(name), kind, "{name}");
        }
    }

    #[test]
    fn a_file_is_called_what_it_is() {
        for (name, media_type, called) in [
            ("חשבונית 17.pdf", "application/pdf", "חשבונית 17.pdf"),
            ("חשבונית 17", "application/pdf", "חשבונית 17.pdf"),
            ("No. 17", "application/pdf", "No. 17.pdf"),
            ("IMG_1.JPEG", "image/jpeg", "IMG_1.JPEG"),
            ("run me.bat", "text/plain", "run me.bat.txt"),
            ("page.html", "text/plain", "page.html.txt"),
            ("pdf", "application/pdf", "pdf.pdf"),
            ("list.numbers", "application/octet-stream", "list.numbers"),
        ] {
            assert_eq!(file_name(name, media_type), called);
        }
        for media_type in MEDIA_TYPES {
            assert!(!ends(media_type).is_empty(), "{media_type}");
        }
    }
}
