//! The simulators as a program: `oxpi-simulators --address 127.0.0.1:9090`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use oxpi_simulators::{Client, Options, Simulator};

/// Stand-ins for providers, for demos and tests. Reachable from this machine only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; a loopback address.
    #[arg(long, default_value = "127.0.0.1:9090")]
    address: SocketAddr,
    /// The client id of the registered app.
    #[arg(long, default_value = "demo")]
    client_id: String,
    /// Its client secret.
    #[arg(long, default_value = "demo-secret")]
    client_secret: String,
    /// Its name on the consent page.
    #[arg(long, default_value = "OXPI")]
    client_name: String,
    /// An address it may be sent back to; may be given several times.
    #[arg(long)]
    redirect_uri: Vec<String>,
    /// Whether any loopback address may be a redirect.
    #[arg(long)]
    any_loopback_redirect: bool,
    /// Start with empty calendars.
    #[arg(long)]
    empty: bool,
    /// A file that keeps what they hold from one start to the next.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let client = Client {
        id: arguments.client_id,
        secret: arguments.client_secret,
        name: arguments.client_name,
        redirects: arguments.redirect_uri,
    };
    let simulator = Simulator::start_with(Options {
        address: arguments.address,
        clients: vec![client],
        any_loopback_redirect: arguments.any_loopback_redirect,
        sample_events: !arguments.empty,
        keep: arguments.keep,
        ends_on_signals: true,
        ..Options::default()
    })?;
    if let Some(note) = &simulator.note {
        writeln!(std::io::stderr(), "{note}")?;
    }
    let mut out = std::io::stdout();
    writeln!(out, "simulators on {}", simulator.url)?;
    out.flush()?;
    simulator.wait()?;
    Ok(())
}
