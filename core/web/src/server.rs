//! The HTTP server.

use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{
    self, Data, FormConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig,
};
use actix_web::{App as Server, HttpServer};
use app::{App, Error};
use domain::Secret;
use futures_util::future::{Either, join, select};

use crate::error::Failure;
use crate::member::Account;
use crate::middleware::confirm::confirm;
use crate::middleware::guard::guard;
use crate::middleware::intake::{BYTES_MAX, FORM_BYTES_MAX, intake};
use crate::middleware::limit::{Limits, limit};
use crate::middleware::pages::dress;
use crate::routes;
use crate::state::{IsProxy, Web};
use crate::themes::Themes;

/// How long a client may take for its headers.
pub(crate) const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// How to serve.
pub struct ServeOptions {
    /// Already bound, so that whoever starts the server knows the port.
    pub listener: TcpListener,
    /// Threads that answer; 0 for one a processor.
    pub threads: usize,
    /// Seconds to end requests in when stopping.
    pub stop_secs: u64,
    /// What pages are drawn with.
    pub themes: Arc<Themes>,
    /// Whose forwarded addresses are believed.
    pub is_proxy: IsProxy,
    /// Requests a minute that one network address may make; 0 for no limit.
    pub requests_per_minute: u32,
    /// Requests a minute that one program's token may make; 0 for no limit.
    pub token_requests_per_minute: u32,
    /// The token that opens `/metrics`; none for no such page.
    pub metrics_token: Option<Secret>,
}

/// Why the server doesn't run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The machine refused.
    #[error("the server can't run: {0}")]
    Io(#[from] std::io::Error),
    /// It ended though nobody asked it to.
    #[error("the server ended by itself")]
    Ended,
}

/// Puts everything but the outer middleware into a server; tests may use it alone.
pub fn configure(state: Data<Web>) -> impl FnOnce(&mut ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(state)
            .app_data(FormConfig::default().limit(FORM_BYTES_MAX))
            // The intake has bounded each body by its page already.
            .app_data(PayloadConfig::new(BYTES_MAX))
            .app_data(QueryConfig::default().error_handler(|_, _| bad_request("query")))
            .app_data(
                PathConfig::default().error_handler(|_, _| Failure::App(Error::NotFound).into()),
            )
            .configure(routes::register);
    }
}

fn bad_request(what: &str) -> actix_web::Error {
    Failure::App(Error::invalid(what, "error-invalid")).into()
}

/// Serves until `stop` is done, then ends what was begun.
pub async fn serve(
    app: App,
    options: ServeOptions,
    stop: impl Future<Output = ()> + 'static,
) -> Result<(), ServeError> {
    let limits = Limits::new(options.requests_per_minute);
    let state = Web::new(app, options.themes, options.is_proxy, limits);
    let state = state.with_token_limit(options.token_requests_per_minute);
    let state = Data::new(state.with_metrics(options.metrics_token));
    let streams = state.clone();
    let mut server = HttpServer::new(move || {
        Server::new()
            // The last is the outermost.
            .wrap(from_fn(confirm))
            .wrap(from_fn(intake))
            .wrap(from_fn(guard))
            .wrap(from_fn(limit))
            .wrap(from_fn(dress))
            .configure(configure(state.clone()))
            .default_service(web::to(nothing_here))
    })
    .client_request_timeout(HEADERS_WITHIN)
    .shutdown_timeout(options.stop_secs)
    .disable_signals();
    if options.threads > 0 {
        server = server.workers(options.threads);
    }
    let running = server.listen(options.listener)?.run();
    let handle = running.handle();
    until_stopped(running, stop, async move {
        // A stream ends when it is told to, not by itself.
        streams.live.close();
        handle.stop(true).await;
    })
    .await
}

/// Runs until it is asked to stop and has; a server that ends before it was asked to is broken,
/// whatever it says.
async fn until_stopped(
    running: impl Future<Output = std::io::Result<()>>,
    asked: impl Future<Output = ()>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let running = pin!(running);
    match select(running, pin!(asked)).await {
        Either::Left((ended, _)) => {
            ended?;
            Err(ServeError::Ended)
        }
        Either::Right(((), running)) => Ok(join(running, stop).await.0?),
    }
}

/// Asks who it is only to say it in their language.
async fn nothing_here(_: Result<Account, Failure>) -> Result<actix_web::HttpResponse, Failure> {
    Err(Error::NotFound.into())
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::io::Error;

    use super::*;

    #[actix_web::test]
    async fn a_server_that_breaks_or_ends_unasked_ends_with_an_error() {
        let broken = until_stopped(ready(Err(Error::other("gone"))), pending(), pending()).await;
        assert!(matches!(broken, Err(ServeError::Io(_))), "{broken:?}");
        let ended = until_stopped(ready(Ok(())), pending(), pending()).await;
        assert!(matches!(ended, Err(ServeError::Ended)), "{ended:?}");
    }

    #[actix_web::test]
    async fn one_that_is_asked_to_stop_ends_well() {
        let (stop, stopped) = futures_util::future::abortable(pending::<()>());
        let running = async {
            let _ = stop.await;
            Ok(())
        };
        let ended = until_stopped(running, ready(()), async { stopped.abort() }).await;
        assert!(ended.is_ok(), "{ended:?}");
    }
}
