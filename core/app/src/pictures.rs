//! Pictures of others' making, decoded within bounds and drawn anew, so that what is kept and shown is a
//! picture and nothing else.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{DocumentId, PluginId, TenantId};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use runtime::plugin_view::Document;

use crate::App;
use crate::documents::read_body;

/// The longest side of a picture that is read, in pixels.
pub(crate) const SIDE_MAX: u32 = 4_096;
/// What reading one may take, in bytes.
const MEMORY_BYTES_MAX: u64 = 96 << 20;
/// Pictures of one view.
const SHOWN_MAX: usize = 6;
/// What a view shows fits into this, in pixels.
const SHOWN_WIDTH_MAX: u32 = 640;
const SHOWN_HEIGHT_MAX: u32 = 480;
/// Bytes of a picture that is read for a view.
const BYTES_MAX: usize = 8 << 20;
/// Of a hundred: nothing is seen of it at this size.
const JPEG_QUALITY: u8 = 82;

/// Why something isn't read as a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// No PNG, JPEG or WebP.
    Kind,
    /// Larger than is read.
    Large,
    /// Not whole.
    Broken,
}

/// Reads a picture within bounds: upright, and no larger than this.
pub(crate) fn read(bytes: &[u8], (width, height): (u32, u32)) -> Result<DynamicImage, Unfit> {
    let broken = |_| Unfit::Broken;
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| Unfit::Broken)?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !reader.format().is_some_and(|format| known.contains(&format)) {
        return Err(Unfit::Kind);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        image::ImageError::Limits(_) => Unfit::Large,
        _ => Unfit::Broken,
    })?;
    let size = decoder.dimensions();
    if size.0 > SIDE_MAX || size.1 > SIDE_MAX || decoder.total_bytes() > MEMORY_BYTES_MAX {
        return Err(Unfit::Large);
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    if picture.width() > width || picture.height() > height {
        picture = picture.resize(width, height, image::imageops::FilterType::CatmullRom);
    }
    Ok(picture)
}

/// Draws the pictures of a plugin's view anew, each from one of that plugin's own documents or from what
/// it answered. One that can't be read is left out, and the page says what it would have shown.
pub(crate) async fn fill(app: &App, (tenant, plugin): (&TenantId, &PluginId), view: &mut Document) {
    for picture in view.pictures_mut().into_iter().take(SHOWN_MAX) {
        let bytes = match (&picture.document, &picture.data) {
            (Some(id), _) => of_document(app, tenant, plugin, id).await,
            (None, Some(data)) if data.len() <= BYTES_MAX / 3 * 4 => STANDARD.decode(data).ok(),
            _ => None,
        };
        let Some(bytes) = bytes else { continue };
        // Decoding is work for a processor.
        let drawn = tokio::task::spawn_blocking(move || shown(&bytes)).await;
        picture.drawn = drawn.ok().flatten();
    }
}

/// The bytes of a document that this plugin kept; another's reads as not there.
async fn of_document(app: &App, tenant: &TenantId, plugin: &PluginId, id: &str) -> Option<Vec<u8>> {
    let id: DocumentId = id.parse().ok()?;
    let tenant = tenant.clone();
    let found = app.db.inspect(move |c| store::documents::find(c, &tenant, &id)).await;
    let row = found.ok().flatten().filter(|row| row.plugin_id == *plugin)?;
    let whole = usize::try_from(row.size_bytes).ok().filter(|size| *size <= BYTES_MAX)?;
    read_body(app, &row, 0, whole).await.ok()
}

/// A picture as an address that holds it whole.
fn shown(bytes: &[u8]) -> Option<String> {
    let picture = read(bytes, (SHOWN_WIDTH_MAX, SHOWN_HEIGHT_MAX)).ok()?;
    let mut body = Cursor::new(Vec::new());
    let kind = if picture.color().has_alpha() {
        DynamicImage::from(picture.to_rgba8()).write_to(&mut body, ImageFormat::Png).ok()?;
        "png"
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut body, JPEG_QUALITY);
        DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder).ok()?;
        "jpeg"
    };
    Some(format!("data:image/{kind};base64,{}", STANDARD.encode(body.into_inner())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_drawn_anew_and_no_larger_than_it_is_shown() {
        let mut wide = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(2_000, 100).write_to(&mut wide, ImageFormat::Png).unwrap();
        let mut uploaded = wide.into_inner();
        uploaded.extend_from_slice(b"<script>alert(1)</script>");
        let address = shown(&uploaded).unwrap();
        let body =
            STANDARD.decode(address.strip_prefix("data:image/jpeg;base64,").unwrap()).unwrap();
        assert!(!body.windows(7).any(|seven| seven == b"<script"));
        let read = image::load_from_memory(&body).unwrap();
        assert_eq!((read.width(), read.height()), (640, 32));
        let mut clear = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(9, 9).write_to(&mut clear, ImageFormat::Png).unwrap();
        assert!(shown(&clear.into_inner()).unwrap().starts_with("data:image/png;base64,"));
        for none in ["", "<svg/>", "GIF89a"] {
            assert_eq!(shown(none.as_bytes()), None, "{none}");
        }
    }
}
