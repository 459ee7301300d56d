//! What a file is, by its bytes. What a provider or a plugin says of it is believed of plain text only,
//! which has no mark of its own.

use crate::manifest::check::MEDIA_TYPES;
use crate::problem::Problem;

/// Types without a mark, which are believed where the bytes are text.
const TEXTS: [&str; 4] = ["application/json", "application/xml", "text/csv", "text/plain"];

/// The media type of a file, if it is one that is known.
pub fn file_kind(bytes: &[u8], said: Option<&str>) -> Option<&'static str> {
    let seen = match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("text/xml") => Some("application/xml"),
        Some(kind) => Some(kind),
        None => said.filter(|said| TEXTS.contains(said) && is_text(bytes)),
    };
    MEDIA_TYPES.into_iter().find(|known| seen == Some(*known))
}

/// The media type, if it is one that may be kept at all.
pub(super) fn of(bytes: &[u8], said: Option<&str>) -> Result<String, Problem> {
    let refused = || Problem::rejected("the file is of a type that is not kept");
    file_kind(bytes, said).map(str::to_owned).ok_or_else(refused)
}

/// Text, and none that a browser could take for a page.
fn is_text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let controls = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let begins: String = text.chars().take(512).flat_map(char::to_lowercase).collect();
    let active = ["<!doctype html", "<html", "<script", "<svg"];
    !text.chars().any(controls) && !active.iter().any(|mark| begins.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let kind = |bytes: &[u8], said| of(bytes, said).map_err(|problem| problem.code);
        assert_eq!(kind(b"%PDF-1.7\n...", Some("image/png")), Ok("application/pdf".into()));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n....", None), Ok("image/png".into()));
        assert_eq!(kind("a,b\nא,1\n".as_bytes(), Some("text/csv")), Ok("text/csv".into()));
        assert_eq!(kind(b"{\"a\":1}", Some("application/json")), Ok("application/json".into()));
        for (bytes, said) in [
            (&b"<!DOCTYPE html><p>x"[..], Some("text/plain")),
            (b"  <SVG onload=x>", Some("text/plain")),
            (b"\x7fELF....................", Some("text/plain")),
            (b"MZ\x90\0", Some("application/pdf")),
            (b"plain", Some("application/pdf")),
            (b"plain", None),
            (b"a\0b", Some("text/plain")),
            (b"\xff\xfe", Some("text/plain")),
        ] {
            assert_eq!(kind(bytes, said), Err("rejected".into()), "{bytes:?}");
        }
    }
}
