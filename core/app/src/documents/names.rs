//! What a document is called as a file. Its bytes say what it is, its name is whatever a provider or a plugin
//! said; and a computer opens a file as what the end of its name says.

/// The name where it ends as files of this type do, otherwise with such an end behind it: a phone opens what
/// has none, and nobody runs what only calls itself a program. Of a type that no plugin keeps the name stays.
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
