//! QR codes, as a picture in an address: the page needs no file and no script for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The least width and height, in pixels.
const SIDE: u32 = 220;

/// A data address of an SVG that says `text`; None when it is too long for a code.
pub(crate) fn picture(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).quiet_zone(true).build();
    Some(format!("data:image/svg+xml;base64,{}", STANDARD.encode(drawn)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_an_svg_and_a_book_is_no_code() {
        let picture =
            picture("otpauth://totp/OXPI:dana%40example.com?secret=ABCD").unwrap_or_default();
        let encoded = picture.strip_prefix("data:image/svg+xml;base64,").unwrap_or_default();
        let svg = String::from_utf8(STANDARD.decode(encoded).unwrap_or_default());
        assert!(svg.unwrap_or_default().contains("<svg"));
        assert!(super::picture(&"x".repeat(10_000)).is_none());
    }
}
