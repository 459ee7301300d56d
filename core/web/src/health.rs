//! Whether the process is up, and whether it can do its work.

use actix_web::{HttpResponse, web};

use crate::state::Web;

/// The process is up.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The database answers.
pub async fn ready(web: web::Data<Web>) -> HttpResponse {
    match app::tenants::needs_first_run(&web.app).await {
        Ok(_) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("not ready\n")
        }
    }
}
