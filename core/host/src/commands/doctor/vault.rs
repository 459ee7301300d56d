//! The vault: are the secrets of every business the ones that were stored?

use std::sync::Arc;

use app::{App, vault_state};
use domain::time::SystemClock;
use vault::Vault;

use super::Finding;
use crate::commands::vault::summary;
use crate::config::Config;
use crate::config::vault::Source;
use crate::house;

const ABOUT: &str = "vault";

/// Verifies every business's secrets; nothing where there is no key or no database in order.
pub async fn look(config: &Config, vault: Option<Vault>) -> Vec<Finding> {
    let mut findings = passphrase(config);
    let Some(vault) = vault else { return findings };
    if config.database.url.expose().is_none() && !config.data.sqlite().exists() {
        return findings;
    }
    let Ok(db) = house::database(config).await else { return findings };
    let is_ours = house::check_root_key(&vault, &db).await.is_ok();
    if !is_ours || !db.pending().await.is_ok_and(|pending| pending.is_empty()) {
        return findings;
    }
    let url = config.server.public_url(config.server.address.port);
    let clock = Arc::new(SystemClock);
    let assembled = house::themes(config)
        .and_then(|themes| house::assemble(config, db, vault, url, clock, &themes));
    match assembled {
        Ok(app) => findings.extend(businesses(&app).await),
        Err(error) => findings.push(Finding::wrong(
            ABOUT,
            format!("it can't be looked at: {error:#}"),
            "see the other findings",
        )),
    }
    findings
}

fn passphrase(config: &Config) -> Vec<Finding> {
    let plain = config.data.root_key();
    if config.vault.source == Source::Passphrase && plain.exists() {
        let what = format!("{} opens everything without the passphrase", plain.display());
        return vec![Finding::unwise(ABOUT, what, "keep it somewhere else and delete it here")];
    }
    Vec::new()
}

async fn businesses(app: &App) -> Vec<Finding> {
    const MEND: &str = "if you restored a backup, run: oxpi vault accept-restore; otherwise \
                        somebody changed the database: keep a copy of it before anything else";
    let mut findings = Vec::new();
    let tenants = match app.db.read(store::tenants::list).await {
        Ok(tenants) => tenants,
        Err(error) => return vec![Finding::wrong(ABOUT, error.to_string(), "see the database")],
    };
    for tenant in tenants {
        match vault_state::verify(app, &tenant.id).await {
            Ok(report) if report.findings.is_empty() => {
                let what = format!("{}: {}", tenant.name, summary(&report));
                findings.push(Finding::good(ABOUT, what));
            }
            Ok(report) => findings.extend(report.findings.iter().map(|(what, finding)| {
                Finding::wrong(ABOUT, format!("{}: {finding}: {what}", tenant.name), MEND)
            })),
            Err(error) => {
                let what = format!("{}: {error}", tenant.name);
                findings.push(Finding::wrong(ABOUT, what, "see the database"));
            }
        }
    }
    for tenant in vault_state::list_missing(app).await.unwrap_or_default() {
        let what = format!("business {tenant} was here before and is not in the database");
        findings.push(Finding::unwise(ABOUT, what, "is it an older database than the last one?"));
    }
    findings
}
