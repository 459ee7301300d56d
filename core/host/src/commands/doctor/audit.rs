//! The activity logs: do they still fit what was signed of them?

use store::Db;
use vault::Vault;

use super::Finding;
use crate::config::Config;

const ABOUT: &str = "activity log";

/// Compares the logs' ends with the heads signed last.
pub async fn look(config: &Config, db: &Db, vault: &Vault) -> Vec<Finding> {
    let (report, at) = match app::audit::verify::glance(db, vault, config.data.audit_heads()).await
    {
        Ok(seen) => seen,
        Err(error) => {
            let what = format!("can't be verified: {error}");
            return vec![Finding::wrong(ABOUT, what, "run: oxpi audit verify")];
        }
    };
    if !report.is_whole() {
        let mend = "somebody changed the database or the signed heads: run oxpi audit verify, and \
                    keep everything as it is until you know who";
        return vec![Finding::wrong(ABOUT, "does not fit what was signed of it", mend)];
    }
    let mut findings = Vec::new();
    match at {
        Some(at) => {
            let what = format!("fits what was signed on {}", at.to_rfc3339());
            findings.push(Finding::good(ABOUT, what));
        }
        None if report.chains.is_empty() => {}
        None => findings.push(Finding::unwise(
            ABOUT,
            "nothing of it was signed yet",
            "oxpi serve signs by itself; or run: oxpi audit sign",
        )),
    }
    findings
}
