//! `oxpi audit`

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use app::audit::verify::{Report, export_entries, read_logs, verify, verify_entries};
use app::audit::{export, heads};
use domain::time::SystemClock;
use vault::{PublicKey, Vault};

use crate::cli::{Audit, Verify};
use crate::config::Config;
use crate::{house, root_key};

/// The exit code when something was found.
const TAMPERED: u8 = 3;

/// Does one of them.
pub async fn run(config: &Config, command: Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify(asked) => match &asked.entries {
            Some(file) => entries(config, &asked, file).await,
            None => database(config, asked).await,
        },
        Audit::Sign => sign(config).await,
        Audit::Key => {
            println!("{}", heads::signer(&root_vault(config)?).public_key());
            Ok(ExitCode::SUCCESS)
        }
        Audit::Own { limit } => own(config, limit).await,
        Audit::Export { tenant, file } => export_to(config, tenant.as_deref(), &file).await,
    }
}

fn root_vault(config: &Config) -> anyhow::Result<Vault> {
    Ok(Vault::new(root_key::existing(config)?))
}

/// The folders that were named, or those of the configuration.
fn logs(config: &Config, named: Vec<PathBuf>) -> Vec<PathBuf> {
    if !named.is_empty() {
        return named;
    }
    let places = house::head_places(config);
    std::iter::once(places.dir).chain(places.copy).collect()
}

async fn database(config: &Config, asked: Verify) -> anyhow::Result<ExitCode> {
    let vault = root_vault(config)?;
    let db = house::database(config).await?;
    house::check_root_key(&vault, &db).await?;
    let logs = logs(config, asked.heads);
    let report = verify(&db, &vault, logs.clone()).await?;
    tell(&report, &logs)
}

async fn entries(config: &Config, asked: &Verify, file: &Path) -> anyhow::Result<ExitCode> {
    let key: PublicKey = match &asked.key {
        Some(digits) => digits.parse()?,
        None => heads::signer(&root_vault(config)?).public_key(),
    };
    let logs = logs(config, asked.heads.clone());
    let contents = read_logs(logs.clone(), key).await?;
    let open = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    let report = verify_entries(&mut BufReader::new(open), &contents, asked.tenant.as_deref())
        .with_context(|| format!("{} holds something that is no entry", file.display()))?;
    tell(&report, &logs)
}

/// What was found, in words, and the exit code for scripts.
fn tell(report: &Report, logs: &[PathBuf]) -> anyhow::Result<ExitCode> {
    for fault in &report.log {
        println!("WRONG   {fault}");
    }
    for (tenant, walked) in &report.chains {
        let last = walked.place.seq;
        match &walked.signed {
            _ if !walked.faults.is_empty() => println!("WRONG   business {tenant}:"),
            Some(signed) => println!(
                "ok      business {tenant}: {last} entries; as signed up to {}, on {}",
                signed.seq,
                signed.at.to_rfc3339()
            ),
            None => println!("ok      business {tenant}: {last} entries; none of them signed yet"),
        }
        for fault in &walked.faults {
            println!("        {fault}");
        }
    }
    println!();
    let broken = report.chains.iter().filter(|(_, walked)| !walked.faults.is_empty()).count();
    if !report.is_whole() {
        println!(
            "TAMPERED WITH: {broken} of {} activity logs, {} faults in the signed heads. Keep the \
             database, its backups and the folder of heads as they are; an older backup shows what \
             stood there.",
            report.chains.len(),
            report.log.len()
        );
        return Ok(ExitCode::from(TAMPERED));
    }
    println!(
        "Whole: {} entries of {} activity logs, compared with {} signed heads.",
        report.entries(),
        report.chains.len(),
        report.heads
    );
    if report.heads == 0 && !report.chains.is_empty() {
        let places: Vec<String> = logs.iter().map(|dir| dir.display().to_string()).collect();
        bail!(
            "there are no signed heads in {}, so an end that was cut off can't be noticed; run \
             oxpi audit sign, or name a copy with --heads",
            places.join(" or ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn sign(config: &Config) -> anyhow::Result<ExitCode> {
    let vault = root_vault(config)?;
    let db = house::database(config).await?;
    house::check_root_key(&vault, &db).await?;
    let exported = export::export(&db, &vault, &SystemClock, &house::head_places(config)).await?;
    if let Some(error) = exported.copy {
        return Err(error).context("the second folder (audit.heads) could not be written to");
    }
    for (tenant, fault) in &exported.broken {
        println!("NOT SIGNED   business {tenant}: {fault}");
    }
    for fault in &exported.log {
        println!("WRONG   {fault}");
    }
    println!("Signed where {} activity logs are that grew since the last time.", exported.heads);
    let clean = exported.broken.is_empty() && exported.log.is_empty();
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(TAMPERED) })
}

async fn own(config: &Config, limit: u16) -> anyhow::Result<ExitCode> {
    let db = house::database(config).await?;
    let entries = db.read(move |c| store::installation_entries::list(c, i64::from(limit))).await?;
    for entry in entries.iter().rev() {
        let (at, detail) = (entry.at.to_rfc3339(), &entry.detail_json.0);
        // What it tells of may be a stranger's words: as JSON they are one harmless line.
        println!("{at}  {}  {} times  {detail}", entry.kind, entry.count);
    }
    if entries.is_empty() {
        println!("Nothing is on record.");
    }
    Ok(ExitCode::SUCCESS)
}

async fn export_to(config: &Config, tenant: Option<&str>, file: &Path) -> anyhow::Result<ExitCode> {
    let db = house::database(config).await?;
    // Who acted from where: for its owner's eyes, and never over another file.
    let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let open = open.with_context(|| format!("{} can't be made", file.display()))?;
    let mut to = BufWriter::new(open);
    let count = export_entries(&db, tenant, &mut to).await?;
    to.into_inner()?.sync_all()?;
    println!("Wrote {count} entries to {}.", file.display());
    if count == 0 {
        bail!("there is nothing to export; is it the id of a business?");
    }
    Ok(ExitCode::SUCCESS)
}
