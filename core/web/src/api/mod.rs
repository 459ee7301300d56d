//! The API for programs, under `/api/v1`: one table of operations, from which the server, the document
//! that describes it and the tests are made. A program shows a token; cookies open nothing here.

mod activity;
mod answer;
mod appointments;
mod approvals;
mod business;
mod calendar_feeds;
mod calendar_files;
mod calendar_imports;
mod calendars;
mod call;
mod connections;
mod deliveries;
mod describe;
pub mod document;
mod documents;
mod endpoints;
mod exports;
mod import_plans;
mod imports;
mod invitations;
mod jobs;
mod limits;
mod links;
mod negotiate;
mod notes;
mod notifications;
pub mod operations;
mod own_fields;
mod patterns;
mod people;
mod pipelines;
mod plugins;
mod problem;
mod removed;
mod reports;
mod saved_views;
pub mod schema;
mod search;
mod series;
mod serve;
mod sources;
mod sweeps;
mod tags;
mod tasks;
mod team;
mod undos;

use actix_web::{HttpRequest, HttpResponse, web};

pub use limits::TokenLimits;
pub(crate) use problem::Problem;

use operations::operations;
use serve::serve;

/// What all paths of the API begin with.
pub const ROOT: &str = "/api/";

/// Puts every operation into a server, and an answer for what is none.
pub fn register(config: &mut web::ServiceConfig) {
    let mut done: Vec<&str> = Vec::new();
    for operation in operations() {
        if !done.contains(&operation.path) {
            done.push(operation.path);
            // Which methods there are is the table's to say, so that a refusal can name them.
            config.service(web::resource(operation.path).to(serve));
        }
    }
    config.service(web::resource("/api/{rest:.*}").to(nothing_here));
}

/// The document that describes the API; it holds nothing of any business.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/openapi+json;version=3.1")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(document::text())
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    Problem::not_found().answer(&request)
}

#[cfg(test)]
mod tests;
