//! A business's logo: decoded from what was uploaded and drawn anew, so that what is kept and shown to
//! everybody is a picture and nothing else.

use std::fmt::Write as _;
use std::io::Cursor;

use domain::{Permission, TenantId};
use image::{DynamicImage, ImageFormat};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::tenant_logos::Logo;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::pictures::{self, Unfit};

/// What is kept fits into this, in pixels: twice the size at which it is shown at most.
const KEPT_WIDTH_MAX: u32 = 480;
const KEPT_HEIGHT_MAX: u32 = 160;
/// The form's field.
const FIELD: &str = "logo";

/// Takes an uploaded picture (PNG, JPEG or WebP) for the business's logo.
///
/// # Errors
/// [`Error::Invalid`] where it is no such picture, or a larger one than is read.
pub async fn set_logo(app: &App, ctx: &Context, uploaded: Vec<u8>) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    if uploaded.is_empty() {
        return Err(Error::invalid(FIELD, "error-logo-missing"));
    }
    // Decoding is work for a processor.
    let drawn = tokio::task::spawn_blocking(move || redraw(&uploaded));
    let body = drawn.await.map_err(Error::internal)??;
    let digest = digest_of(&body);
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            let before = store::tenants::get(c, &ctx.tenant)?.logo;
            if before.as_deref() == Some(&digest) {
                return Ok(());
            }
            let tenant_id = ctx.tenant.clone();
            let logo =
                Logo { tenant_id, digest: digest.clone(), body, updated_at: app2.clock.now() };
            store::tenant_logos::put(c, &logo)?;
            store::tenants::set_logo(c, &ctx.tenant, Some(&digest))?;
            let detail = json!({"size": logo.body.len()});
            record(&app2, c, &ctx, "tenant.logo-changed", detail)
        })
        .await
}

/// Removes the logo; none is none.
pub async fn remove_logo(app: &App, ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            if store::tenants::get(c, &ctx.tenant)?.logo.is_none() {
                return Ok(());
            }
            store::tenants::set_logo(c, &ctx.tenant, None)?;
            store::tenant_logos::delete(c, &ctx.tenant)?;
            record(&app2, c, &ctx, "tenant.logo-removed", json!({}))
        })
        .await
}

/// The picture behind a logo's address, for everybody: who has the address was shown the logo. A wrong
/// digest reads like a business without one, and like no business.
pub async fn find_logo(app: &App, tenant: &TenantId, digest: &str) -> Result<Option<Vec<u8>>> {
    let (tenant, digest) = (tenant.clone(), digest.to_owned());
    let found = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::tenant_logos::find(c, &tenant, &digest)?))
        .await?;
    Ok(found.map(|logo| logo.body))
}

fn record(
    app: &App,
    c: &mut store::Conn,
    ctx: &Context,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "tenant", entity_id: ctx.tenant.as_str(), detail };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}

/// The picture as a PNG of ours: upright, not larger than it is shown, without anything that was in the
/// file beside it.
fn redraw(uploaded: &[u8]) -> Result<Vec<u8>> {
    let picture = pictures::read(uploaded, (KEPT_WIDTH_MAX, KEPT_HEIGHT_MAX)).map_err(|unfit| {
        Error::invalid(
            FIELD,
            match unfit {
                Unfit::Kind => "error-logo-kind",
                Unfit::Large => "error-logo-large",
                Unfit::Broken => "error-logo-unreadable",
            },
        )
    })?;
    let mut body = Cursor::new(Vec::new());
    // Eight bits a channel, whatever there were.
    DynamicImage::from(picture.to_rgba8())
        .write_to(&mut body, ImageFormat::Png)
        .map_err(Error::internal)?;
    Ok(body.into_inner())
}

/// The first sixteen bytes of its SHA-256: nobody guesses them, and no two logos share them.
fn digest_of(body: &[u8]) -> String {
    Sha256::digest(body).iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::SIDE_MAX;

    fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut body = Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut body, format).unwrap();
        body.into_inner()
    }

    fn size_of(png: &[u8]) -> (u32, u32) {
        let read = image::load_from_memory_with_format(png, ImageFormat::Png).unwrap();
        (read.width(), read.height())
    }

    fn key_of(uploaded: &[u8]) -> String {
        match redraw(uploaded) {
            Err(Error::Invalid { field, key }) if field == FIELD => key,
            other => panic!("{:?}", other.map(|body| body.len())),
        }
    }

    #[test]
    fn what_is_kept_is_a_png_no_larger_than_it_is_shown() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            assert_eq!(size_of(&redraw(&drawn(960, 160, format)).unwrap()), (480, 80));
            assert_eq!(size_of(&redraw(&drawn(90, 80, format)).unwrap()), (90, 80));
        }
    }

    #[test]
    fn what_stands_in_the_file_beside_the_picture_is_left_out() {
        let mut uploaded = drawn(20, 20, ImageFormat::Png);
        uploaded.extend_from_slice(b"<script>alert(1)</script>");
        let kept = redraw(&uploaded).unwrap();
        assert!(!kept.windows(7).any(|seven| seven == b"<script"));
    }

    #[test]
    fn what_is_no_picture_of_a_known_kind_is_refused() {
        assert_eq!(key_of(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "error-logo-kind");
        assert_eq!(key_of(b"GIF89a\x01\x00\x01\x00\x80\x00\x00"), "error-logo-kind");
        assert_eq!(key_of(b"nothing"), "error-logo-kind");
        let whole = drawn(40, 40, ImageFormat::Png);
        assert_eq!(key_of(&whole[..whole.len() / 2]), "error-logo-unreadable");
    }

    #[test]
    fn a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
        assert_eq!(key_of(&drawn(SIDE_MAX + 1, 1, ImageFormat::Png)), "error-logo-large");
        assert_eq!(key_of(&drawn(1, SIDE_MAX + 1, ImageFormat::Jpeg)), "error-logo-large");
        // A head that promises more than follows.
        let mut bomb = drawn(8, 8, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(key_of(&bomb).starts_with("error-logo-"));
    }
}
