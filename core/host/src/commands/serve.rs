//! `oxpi serve`

use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use app::App;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cli::Role;
use crate::config::Config;
use crate::{house, logging};

/// The most seconds that signing the activity logs once more may take when stopping.
const SIGNING_MOST_SECS: u64 = 10;

/// Serves until the process is told to stop, then ends what is under way.
pub async fn run(config: &Config, role: Role) -> anyhow::Result<ExitCode> {
    logging::start(config.log);
    no_core_dumps();
    let stop = Stop::listen()?;
    // Before everything else, so that a second start fails at once and touches nothing.
    let listener = if role.serves() { Some(listen(config)?) } else { None };
    let port = match &listener {
        Some(listener) => listener.local_addr()?.port(),
        None => config.server.address.port,
    };
    let app = house::open(config, config.server.public_url(port)).await?;
    app::plugins::load_packages(&app, &config.plugins.folders(&config.data)).await;
    let (end, ended) = watch::channel(false);
    let (end_signing, signing_ended) = watch::channel(false);
    let signer = role.works().then(|| {
        let (places, every) = (house::head_places(config), config.audit.every());
        tokio::spawn(app::audit::export::run(app.clone(), places, every, signing_ended))
    });
    let folders = config.plugins.folders(&config.data);
    tokio::spawn(app::plugins::keep_up(app.clone(), folders, ended.clone()));
    let worker = role.works().then(|| tokio::spawn(app::jobs::run_worker(app.clone(), ended)));
    let served = match listener {
        Some(listener) => pages(config, app, listener, stop).await,
        None => {
            println!("OXPI works in the background.");
            stop.wait().await;
            Ok(())
        }
    };
    // The worker ends even when serving failed.
    let _ = end.send(true);
    finish(worker, Duration::from_secs(config.jobs.stop_secs)).await;
    // After the last job, so that what it did is in the last signing.
    let _ = end_signing.send(true);
    finish(signer, Duration::from_secs(SIGNING_MOST_SECS)).await;
    served.map(|()| ExitCode::SUCCESS)
}

fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let address = config.server.address.to_string();
    let listener = TcpListener::bind(&address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow!(
            "{address} is in use, perhaps by an oxpi that runs already; stop that one or set \
             OXPI_SERVER__ADDRESS to another address"
        ),
        _ => anyhow!(error).context(format!("can't listen on {address} (server.address)")),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

async fn pages(config: &Config, app: App, listener: TcpListener, stop: Stop) -> anyhow::Result<()> {
    let proxies = config.server.proxies.clone();
    let options = web::ServeOptions {
        listener,
        metrics_token: config.metrics.token.secret(),
        threads: config.server.threads,
        stop_secs: config.server.stop_secs,
        is_proxy: Arc::new(move |peer| proxies.iter().any(|network| network.contains(peer))),
        requests_per_minute: config.server.requests_per_minute,
    };
    println!("OXPI is at {}", app.options.public_url);
    Ok(web::serve(app, options, stop.wait()).await?)
}

/// The signals that end a server: ctrl-c and the service manager's.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> anyhow::Result<Self> {
        let hear = |kind| signal(kind).context("signals can't be heard");
        Ok(Self {
            interrupt: hear(SignalKind::interrupt())?,
            terminate: hear(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        tracing::info!("asked to stop");
    }
}

/// Gives running jobs time to end; what doesn't is done again later by its lease.
async fn finish(work: Option<JoinHandle<()>>, most: Duration) {
    let Some(work) = work else { return };
    match tokio::time::timeout(most, work).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%error, "background work ended badly"),
        Err(_) => tracing::warn!("background work was still under way; it will be done again"),
    }
}

/// A core dump would hold keys and tokens.
fn no_core_dumps() {
    if let Err(error) = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0) {
        tracing::warn!(%error, "core dumps could not be turned off");
    }
}
