//! `oxpi vault`, `oxpi unseal` and `oxpi seal`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use app::{App, rotation, vault_state};
use domain::Secret;
use domain::rng::SystemRng;
use vault::{RootKey, SealedRootKey};

use crate::cli::VaultCommand;
use crate::config::Config;
use crate::config::vault::Source;
use crate::{control, house, root_key, terminal};

/// Runs one of the vault's commands.
pub async fn run(config: &Config, command: VaultCommand) -> anyhow::Result<ExitCode> {
    if let VaultCommand::Passphrase = command {
        return set_passphrase(config);
    }
    let url = config.server.public_url(config.server.address.port);
    let app = house::open(config, url).await?;
    match command {
        VaultCommand::Status => status(&app).await,
        VaultCommand::Rotate { epoch } => rotate(&app, epoch).await,
        VaultCommand::AcceptRestore { yes } => accept_restore(&app, yes).await,
        VaultCommand::ForgetMissing { yes } => forget_missing(&app, yes).await,
        VaultCommand::Passphrase => Ok(ExitCode::SUCCESS),
    }
}

async fn status(app: &App) -> anyhow::Result<ExitCode> {
    let mut sound = true;
    for tenant in app.db.read(store::tenants::list).await? {
        let report = vault_state::verify(app, &tenant.id).await?;
        sound &= report.findings.is_empty();
        println!("{} ({})", tenant.name, tenant.id);
        println!("  {}", summary(&report));
        for (what, finding) in &report.findings {
            println!("  WRONG {finding}: {what}");
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a report says in a line.
pub fn summary(report: &vault_state::Report) -> String {
    let keys: Vec<String> =
        report.keys.iter().map(|(key, count)| format!("key {key}: {count}")).collect();
    let outside = report.witnessed.map_or("none yet".to_owned(), |counter| counter.to_string());
    format!(
        "{} secrets ({}), new ones with key {}; counter {}, outside the database {outside}",
        report.secrets,
        if keys.is_empty() { "no key in use".to_owned() } else { keys.join(", ") },
        report.active_key,
        report.counter,
    )
}

async fn rotate(app: &App, epoch: bool) -> anyhow::Result<ExitCode> {
    let mut whole = true;
    for tenant in app.db.read(store::tenants::list).await? {
        println!("{} ({})", tenant.name, tenant.id);
        let mut told = 0;
        let rotated = rotation::rotate(app, &tenant.id, |progress| {
            // A line for every tenth, so that a log stays readable.
            let tenth = progress.done * 10 / progress.all.max(1);
            if tenth > told {
                told = tenth;
                println!("  {} of {}", progress.done, progress.all);
            }
        })
        .await?;
        let how = if rotated.resumed { "went on with" } else { "changed to" };
        println!("  {how} key {}: {} secrets sealed anew", rotated.key_id, rotated.resealed);
        for name in &rotated.stuck {
            whole = false;
            println!("  WRONG {name} does not open and stays as it is; set it anew");
        }
        if epoch {
            println!("  epoch {}", rotation::next_epoch(app, &tenant.id).await?);
        }
        vault_state::settle(app, &tenant.id).await?;
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn accept_restore(app: &App, yes: bool) -> anyhow::Result<ExitCode> {
    for tenant in app.db.read(store::tenants::list).await? {
        let report = vault_state::verify(app, &tenant.id).await?;
        if report.findings.is_empty() {
            println!("{}: nothing to accept", tenant.name);
            continue;
        }
        if !yes {
            println!("{}: {}", tenant.name, summary(&report));
            for (what, finding) in &report.findings {
                println!("  {finding}: {what}");
            }
            continue;
        }
        let accepted = vault_state::accept_restore(app, &tenant.id).await?;
        println!("{}: {} secrets kept", tenant.name, accepted.kept);
        for name in &accepted.removed {
            println!("  removed {name}, which does not open; set it anew");
        }
    }
    for tenant in vault_state::list_missing(app).await? {
        println!("business {tenant} is not in this database; its counter is kept");
    }
    if !yes {
        println!("If you put this database back yourself, run it again with --yes.");
    }
    Ok(ExitCode::SUCCESS)
}

async fn forget_missing(app: &App, yes: bool) -> anyhow::Result<ExitCode> {
    let (mut all, mut whole) = (0, true);
    for tenant in app.db.read(store::tenants::list).await? {
        let looked = match yes {
            true => vault_state::forget_missing(app, &tenant.id).await,
            false => vault_state::find_missing(app, &tenant.id).await,
        };
        let missing = match looked {
            Ok(missing) => missing,
            Err(error) => {
                whole = false;
                println!("{}: WRONG {error}; see oxpi vault status", tenant.name);
                continue;
            }
        };
        all += missing.count();
        println!("{}: {} missing", tenant.name, missing.count());
        missing.named.iter().for_each(|name| println!("  {name}"));
        if missing.unnamed > 0 {
            println!("  {} whose names nobody knows any more", missing.unnamed);
        }
    }
    match (all, yes) {
        (0, _) => println!("Nothing is missing."),
        (_, true) => println!("Taken off. Set anew what is still needed."),
        (_, false) => println!(
            "Somebody or something deleted these. If you know what it was, or that they are not to be \
             had any more, run it again with --yes; a backup, put back, has them still."
        ),
    }
    // What a process with another purpose would have written later.
    app::incidents::write_down(app).await;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Puts the root key behind a passphrase, or changes the passphrase.
fn set_passphrase(config: &Config) -> anyhow::Result<ExitCode> {
    house::prepare_folder(&config.data.dir)?;
    let path = config.data.sealed_root_key();
    let root = if path.exists() {
        let before = terminal::ask("Passphrase until now: ")?;
        root_key::open(&SealedRootKey::load(&path)?, &before)?
    } else {
        present_or_new(config)?
    };
    let passphrase = terminal::ask("New passphrase: ")?;
    check(&passphrase)?;
    if terminal::ask("Once more: ")?.expose() != passphrase.expose() {
        bail!("the two are not the same; nothing was changed");
    }
    SealedRootKey::seal(&root, &passphrase)?.save(&path, &SystemRng)?;
    println!("{} is written. Keep a copy with every backup.", path.display());
    if config.vault.source != Source::Passphrase {
        println!("Set vault.source = \"passphrase\" and start oxpi again.");
    }
    let plain = config.data.root_key();
    if plain.exists() {
        println!("Then delete {}: it opens everything without the passphrase.", plain.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn present_or_new(config: &Config) -> anyhow::Result<RootKey> {
    if let Some(key) = root_key::present(config) {
        return Ok(key);
    }
    if config.data.root_key().exists() {
        return Ok(RootKey::load(&config.data.root_key())?);
    }
    if config.data.sqlite().exists() || config.database.url.expose().is_some() {
        bail!("there is a database but no root key that opens it; put the key back first");
    }
    house::passing_root_key()
}

fn check(passphrase: &Secret) -> anyhow::Result<()> {
    let text = passphrase.expose_text().context("the passphrase is not UTF-8")?;
    vault::password::check_strength(text).map_err(|_| {
        anyhow::anyhow!("that is too easy to guess; take twelve characters or more, such as words")
    })
}

/// Gives the passphrase to the processes that wait for it.
pub fn unseal(config: &Config) -> anyhow::Result<ExitCode> {
    let passphrase = terminal::ask("Passphrase of this installation: ")?;
    let said = ask(config, "unseal", passphrase.expose())?;
    let mut opened = true;
    for answer in said {
        match answer.as_str() {
            "opened" => println!("Unsealed."),
            "open already" => println!("It is open already."),
            "wrong" => {
                opened = false;
                eprintln!("oxpi: that is not the passphrase");
            }
            other => {
                opened = false;
                match other.strip_prefix("wait ") {
                    Some(secs) => eprintln!("oxpi: too many tries; wait {secs} seconds"),
                    None => eprintln!("oxpi: it could not be checked; see the server's log"),
                }
            }
        }
    }
    Ok(if opened { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Has the running processes forget the root key.
pub fn seal(config: &Config) -> anyhow::Result<ExitCode> {
    for answer in ask(config, "seal", b"")? {
        match answer.as_str() {
            "sealed" => println!("Sealed; oxpi unseal opens it again."),
            "sealed already" => println!("It is sealed already."),
            _ => bail!("there is no passphrase to come back with (vault.source)"),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(config: &Config, word: &str, with: &[u8]) -> anyhow::Result<Vec<String>> {
    let said = control::ask_all(&config.data.dir, word, with)
        .with_context(|| format!("no server can be asked in {}", config.data.dir.display()))?;
    if said.is_empty() {
        bail!("no oxpi runs on {}", config.data.dir.display());
    }
    Ok(said)
}
