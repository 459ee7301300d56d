//! The database: reachable, up to date, and sealed with this root key.

use store::Db;
use vault::Vault;

use super::Finding;
use crate::config::Config;
use crate::house;

const ABOUT: &str = "database";

/// Looks at the database, if there is one yet.
pub async fn look(config: &Config, vault: Option<&Vault>) -> Vec<Finding> {
    let sqlite = config.database.url.expose().is_none();
    let file = config.data.sqlite();
    if sqlite && !file.exists() {
        let what = format!("{} is not there yet; it is made at the first start", file.display());
        return vec![Finding::good(ABOUT, what)];
    }
    let db = match house::database(config).await {
        Ok(db) => db,
        Err(error) => {
            return vec![Finding::wrong(ABOUT, format!("{error:#}"), unreachable(sqlite))];
        }
    };
    let name = if sqlite { file.display().to_string() } else { config.database.url.hidden() };
    let mut findings = vec![Finding::good(ABOUT, format!("{name} answers"))];
    match db.pending().await {
        Ok(pending) if pending.is_empty() => {
            findings.extend(row_security(&db).await);
            let fits = root_key(&db, vault).await;
            if let (Some(vault), true) = (vault, fits.as_ref().is_none_or(Finding::is_good)) {
                findings.extend(super::audit::look(config, &db, vault).await);
            }
            findings.extend(fits);
        }
        Ok(pending) => findings.push(Finding::unwise(
            ABOUT,
            format!("{} of its migrations have not run", pending.len()),
            "run: oxpi migrate (serve does so too; make a backup first)",
        )),
        Err(error) => findings.push(Finding::wrong(
            ABOUT,
            format!("its tables can't be read: {error}"),
            "is it the database of oxpi, and may this user change its tables?",
        )),
    }
    findings
}

/// What PostgreSQL itself keeps one business from seeing of another.
async fn row_security(db: &Db) -> Vec<Finding> {
    const ROWS: &str = "row security";
    if db.backend() == store::Backend::Sqlite {
        return Vec::new();
    }
    let looked = db.read(|c| {
        Ok((store::row_security::weaknesses(c)?, store::row_security::login_weaknesses(c)?))
    });
    let (weak, logins) = match looked.await {
        Ok(found) => found,
        Err(error) => {
            return vec![Finding::wrong(
                ROWS,
                error.to_string(),
                "run: oxpi migrate, as the owner",
            )];
        }
    };
    let mut findings: Vec<Finding> =
        weak.iter().map(|weak| Finding::wrong(ROWS, weak.to_string(), house::MEND_ROWS)).collect();
    if weak.is_empty() {
        findings.push(Finding::good(ROWS, "is forced on every table, for a role that owns none"));
    }
    findings.extend(logins.iter().map(|login| {
        let what = format!("{login}, and could take row security off");
        Finding::unwise(ROWS, what, house::MEND_LOGIN)
    }));
    findings
}

fn unreachable(sqlite: bool) -> &'static str {
    if sqlite {
        "the user who runs oxpi must own the file; if it is damaged, restore a backup"
    } else {
        "is PostgreSQL running, and are host, port, user, password and name in database.url right?"
    }
}

async fn root_key(db: &Db, vault: Option<&Vault>) -> Option<Finding> {
    const KEY: &str = "root key";
    let mend = "put the right root key back from a backup; without it every business must connect \
                its accounts anew";
    match vault {
        Some(vault) => match house::check_root_key(vault, db).await {
            Ok(()) => Some(Finding::good(KEY, "fits the database")),
            Err(error) => Some(Finding::wrong(KEY, format!("{error:#}"), mend)),
        },
        None => {
            let businesses = db.read(store::tenants::count).await.unwrap_or(0);
            (businesses > 0).then(|| {
                let what = "there is none that can be used, but the database has businesses";
                Finding::wrong(KEY, what, mend)
            })
        }
    }
}
