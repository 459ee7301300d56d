//! The theme's files and plugins' icons.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, HeaderValue, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use app::Error;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;
use crate::state::Web;
use crate::themes::Themes;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file of the theme. Its name changes with its content, so a browser need never ask again.
pub async fn asset(web: web::Data<Web>, request: HttpRequest, name: web::Path<String>) -> Answer {
    Ok(send(&web.themes, &request, &name).ok_or(Error::NotFound)?)
}

/// A file of a theme, if one has it.
pub(crate) fn send(themes: &Themes, request: &HttpRequest, name: &str) -> Option<HttpResponse> {
    let asset = themes.find_asset(name)?;
    let takes_gzip = request
        .headers()
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let mut answer = HttpResponse::Ok();
    answer.content_type(asset.content_type);
    answer.insert_header((CACHE_CONTROL, FOR_EVER)).insert_header((VARY, "accept-encoding"));
    match &asset.gzip {
        Some(small) if takes_gzip => {
            answer.insert_header((CONTENT_ENCODING, HeaderValue::from_static("gzip")));
            Some(answer.body(small.clone()))
        }
        _ => Some(answer.body(asset.body.clone())),
    }
}

/// What browsers ask for by themselves.
pub async fn favicon(web: web::Data<Web>) -> Answer {
    let address = web.theme.assets.address("mark.svg").ok_or(Error::NotFound)?;
    Ok(HttpResponse::MovedPermanently().insert_header(("location", address)).finish())
}

/// A plugin's icon. It is drawn as an image, where nothing in it can run.
pub async fn plugin_icon(member: Member, plugin: web::Path<String>) -> Answer {
    member.ctx.require_to_see(domain::Permission::ReadPlugins)?;
    let plugin = app::plugins::find_loaded(&member.web.app, &id(&plugin)?)?;
    let icon = plugin.icon().ok_or(Error::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type("image/svg+xml");
    answer.insert_header((CACHE_CONTROL, "private, max-age=3600"));
    Ok(answer.body(icon.to_vec()))
}
