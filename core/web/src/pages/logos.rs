//! The business's logo: taken in on the settings page, and shown to everybody who has its address.

use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, web};
use app::{Error, logos};
use domain::Permission;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::{id, settings};
use crate::state::Web;
use crate::upload::file_in;

/// Its address changes with it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The picture. Mail is read on pages of other sites, which may show it too.
pub async fn show(web: web::Data<Web>, path: Path<(String, String)>) -> Answer {
    let (tenant, digest) = path.into_inner();
    let found = logos::find_logo(&web.app, &id(&tenant)?, &digest).await?.ok_or(Error::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type("image/png").insert_header((CACHE_CONTROL, FOR_EVER));
    answer.insert_header((HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"));
    Ok(answer.body(found))
}

/// Takes in another.
pub async fn upload(member: Member, request: HttpRequest, body: Bytes) -> Answer {
    member.ctx.require_to_see(Permission::ManageSettings)?;
    let uploaded = file_in(&request, body, "logo").await;
    let taken = match uploaded {
        Some(picture) => logos::set_logo(&member.web.app, &member.ctx, picture.bytes).await,
        None => Err(Error::invalid("logo", "error-logo-missing")),
    };
    match taken {
        Ok(()) => member.said("/settings", "said-saved"),
        Err(error) => settings::again(&member, form_errors(error)?).await,
    }
}

/// Removes it.
pub async fn remove(member: Member) -> Answer {
    logos::remove_logo(&member.web.app, &member.ctx).await?;
    member.said("/settings", "said-saved")
}
