//! `oxpi serve`

use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use app::App;
use domain::rng::SystemRng;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vault::RootKey;
use web::themes::Themes;

use crate::cli::Role;
use crate::config::Config;
use crate::control::Control;
use crate::unsealing::Unsealing;
use crate::{handed, house, logging, root_key};

/// The most seconds that signing the activity logs once more may take when stopping.
const SIGNING_MOST_SECS: u64 = 10;

/// The most seconds that writing the last entries may take when stopping.
const TELLING_MOST_SECS: u64 = 10;

/// Serves until the process is told to stop, then ends what is under way.
pub async fn run(config: &Config, role: Role) -> anyhow::Result<ExitCode> {
    logging::start(config.log);
    let stop = Stop::listen()?;
    // Before everything else, so that a second start fails at once and touches nothing.
    let listener = if role.serves() { Some(listen(config)?) } else { None };
    let bound = listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let port = bound.map_or(config.server.address.port, |address| address.port());
    let url = config.server.public_url(port);
    house::prepare_folder(&config.data.dir)?;
    let asks = root_key::is_asked_for(config);
    let control = Control::open(&config.data.dir, asks);
    let themes = house::themes(config)?;
    let key = match asks {
        false => None,
        true => match sealed(config, &control, listener.as_ref(), &url, &themes, &stop).await? {
            Some(key) => Some(key),
            None => return Ok(ExitCode::SUCCESS),
        },
    };
    let app = house::open_with(config, url, key, &themes).await?;
    tokio::spawn(watch_vault(app.clone()));
    app::plugins::load_packages(&app, &config.plugins.folders(&config.data)).await;
    let [(end, ended), (end_signing, signing_ended), (end_telling, telling_ended)] =
        std::array::from_fn(|_| watch::channel(false));
    let teller = Some(tokio::spawn(app::incidents::keep_telling(app.clone(), telling_ended)));
    let signer = role.works().then(|| {
        let (places, every) = (house::head_places(config), config.audit.every());
        tokio::spawn(app::audit::export::run(app.clone(), places, every, signing_ended))
    });
    let folders = config.plugins.folders(&config.data);
    tokio::spawn(app::plugins::keep_up(app.clone(), folders, ended.clone()));
    let at_once = config.jobs.at_once.0;
    let mut worker =
        role.works().then(|| tokio::spawn(app::jobs::run_worker(app.clone(), at_once, ended)));
    let serving = async {
        let ending = ending(stop, control.asked());
        match listener {
            Some(listener) => pages(config, app, themes, listener, ending).await,
            None => {
                println!("OXPI works in the background.");
                ending.await;
                Ok(())
            }
        }
    };
    let served = tokio::select! {
        served = serving => served,
        // A service manager starts the process again; pages without a worker would promise what
        // nobody does.
        broken = until_ended(&mut worker) => {
            worker = None;
            Err(broken)
        }
    };
    // Each after those whose last deeds it tells of or signs; the worker even when serving failed.
    end_in_turn([
        (end, worker, config.jobs.stop_secs),
        (end_telling, teller, TELLING_MOST_SECS),
        (end_signing, signer, SIGNING_MOST_SECS),
    ])
    .await;
    served?;
    if control.is_sealed() {
        drop(control);
        tracing::info!("sealed");
        // Only a new process has certainly nothing of the key in its memory.
        return Err(anyhow!(handed::start_anew()).context("oxpi can't start anew"));
    }
    Ok(ExitCode::SUCCESS)
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

/// Serves nothing but the way to unseal, until the passphrase was given; `None` when the process is
/// told to stop before.
async fn sealed(
    config: &Config,
    control: &Control,
    listener: Option<&TcpListener>,
    url: &str,
    themes: &Arc<Themes>,
    stop: &Stop,
) -> anyhow::Result<Option<RootKey>> {
    let unsealing = Unsealing::new(root_key::sealed(config)?);
    control.unseals(Some(unsealing.clone()));
    println!("OXPI is sealed. Unseal it at {url}/unseal or with: oxpi unseal");
    let (opened, mut told) = (unsealing.clone(), stop.told.clone());
    let end = async move {
        tokio::select! {
            () = opened.opened() => {}
            _ = told.wait_for(|told| *told) => {}
        }
    };
    match listener {
        None => end.await,
        Some(listener) => {
            let (attempts, proxies) = (unsealing.clone(), config.server.proxies.clone());
            let options = web::sealed::SealedOptions {
                // The other one stays: who comes between the two servers waits a moment.
                listener: listener.try_clone()?,
                public_url: url.to_owned(),
                themes: themes.clone(),
                rng: Arc::new(SystemRng),
                try_passphrase: Arc::new(move |secret, from| {
                    Box::pin(attempts.clone().attempt(secret, from))
                }),
                is_proxy: Arc::new(move |peer| {
                    proxies.iter().any(|network| network.contains(peer))
                }),
            };
            web::sealed::serve_sealed(options, end).await?;
        }
    }
    control.unseals(None);
    Ok(unsealing.take())
}

/// Ends when the process is told to stop or to seal.
async fn ending(mut stop: Stop, sealed: impl Future<Output = ()>) {
    tokio::select! {
        _ = stop.told.wait_for(|told| *told) => {}
        () = sealed => {}
    }
}

/// Verifies the secrets of every business now and once a day.
async fn watch_vault(app: App) {
    let mut days = tokio::time::interval(Duration::from_secs(24 * 60 * 60));
    loop {
        days.tick().await;
        match app::vault_state::verify_all(&app).await {
            Ok(0) => tracing::debug!("the vault is as it was left"),
            Ok(findings) => tracing::error!(findings, "the vault was changed from outside"),
            Err(error) => tracing::warn!(%error, "the vault can't be verified"),
        }
    }
}

async fn pages(
    config: &Config,
    app: App,
    themes: Arc<Themes>,
    listener: TcpListener,
    end: impl Future<Output = ()> + 'static,
) -> anyhow::Result<()> {
    let proxies = config.server.proxies.clone();
    let options = web::ServeOptions {
        listener,
        themes,
        metrics_token: config.metrics.token.secret(),
        threads: config.server.threads,
        stop_secs: config.server.stop_secs,
        is_proxy: Arc::new(move |peer| proxies.iter().any(|network| network.contains(peer))),
        requests_per_minute: config.server.requests_per_minute,
        token_requests_per_minute: config.server.token_requests_per_minute,
    };
    println!("OXPI is at {}", app.options.public_url);
    Ok(web::serve(app, options, end).await?)
}

/// The signals that end a server: ctrl-c and the service manager's.
struct Stop {
    told: watch::Receiver<bool>,
}

impl Stop {
    fn listen() -> anyhow::Result<Self> {
        let hear = |kind| signal(kind).context("signals can't be heard");
        let (mut interrupt, mut terminate) =
            (hear(SignalKind::interrupt())?, hear(SignalKind::terminate())?);
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("asked to stop");
            tell.send_replace(true);
            // Held as long as anybody may ask.
            tell.closed().await;
        });
        Ok(Self { told })
    }
}

/// Waits for the worker to end though nobody told it to.
async fn until_ended(worker: &mut Option<JoinHandle<()>>) -> anyhow::Error {
    match worker {
        None => std::future::pending().await,
        Some(worker) => match worker.await {
            Ok(()) => anyhow!("the worker ended by itself"),
            Err(error) => anyhow!(error).context("the worker ended badly"),
        },
    }
}

/// Ends background work one after the other, each within its seconds.
async fn end_in_turn(all: [(watch::Sender<bool>, Option<JoinHandle<()>>, u64); 3]) {
    for (end, work, most_secs) in all {
        let _ = end.send(true);
        finish(work, Duration::from_secs(most_secs)).await;
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
