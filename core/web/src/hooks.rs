//! Webhooks: the raw bytes, capped, go to the use case that verifies and keeps them.

use actix_web::{HttpRequest, HttpResponse, web};
use app::webhooks::{self, Arrival};

use crate::answer::Answer;
use crate::pages::id;
use crate::visit::Visit;

/// The longest delivery, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Takes a delivery in.
pub async fn receive(
    visit: Visit,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
    body: web::Bytes,
) -> Answer {
    let (plugin, route, tenant) = path.into_inner();
    let headers = request.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let arrival = Arrival {
        plugin: id(&plugin)?,
        route,
        tenant: id(&tenant)?,
        headers: headers.collect(),
        body: body.to_vec(),
        origin: visit.origin,
    };
    webhooks::receive(&visit.web.app, arrival).await?;
    Ok(HttpResponse::NoContent().finish())
}
