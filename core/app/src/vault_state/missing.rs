//! Secrets that the manifest lists and that are gone: what deleted them, told or not, can't be undone,
//! and as long as they are listed everything that asks for them is refused.

use std::collections::BTreeMap;

use domain::TenantId;
use serde_json::json;
use store::Conn;
use vault::Place;

use crate::audit::{self, Act, Who};
use crate::error::Result;
use crate::secrets::Name;
use crate::secrets::ledger::{self, Ledger};
use crate::{App, connections, oauth, plugins, tokens};

/// Secrets that are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The names of those that are known: the manifest itself holds none.
    pub named: Vec<String>,
    /// How many others.
    pub unnamed: usize,
}

impl Missing {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.named.len() + self.unnamed
    }
}

/// The secrets of a business that its manifest lists and that are gone. Changes nothing.
///
/// # Errors
/// As where a secret is opened, when the manifest itself can't be trusted: then a backup is put back, and
/// accepted.
pub async fn find_missing(app: &App, tenant: &TenantId) -> Result<Missing> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| {
            let mut ledger = Ledger::open(&app2, c, &tenant)?;
            let gone = gone(&app2, c, &tenant, &mut ledger)?;
            named(&app2, c, &tenant, gone)
        })
        .await
}

/// Takes what is gone off the manifest, at the word of the installation's operator, who has seen what it
/// is; the business's log keeps it. Whoever needs one of them sets it anew.
///
/// # Errors
/// Those of [`find_missing`].
pub async fn forget_missing(app: &App, tenant: &TenantId) -> Result<Missing> {
    let (app2, of) = (app.clone(), tenant.clone());
    let missing = app
        .db
        .transact(move |c| -> Result<Missing> {
            let mut ledger = Ledger::open(&app2, c, &of)?;
            let gone = gone(&app2, c, &of, &mut ledger)?;
            for place in &gone {
                ledger.forget(&app2, c, *place)?;
            }
            let missing = named(&app2, c, &of, gone)?;
            if missing.count() > 0 {
                ledger.save(&app2, c)?;
                let detail = json!({"count": missing.count(), "names": missing.named});
                let action = "vault.missing-forgotten";
                let act = Act { action, entity: "tenant", entity_id: of.as_str(), detail };
                audit::append(&app2, c, &of, &Who::system(), &act)?;
            }
            Ok(missing)
        })
        .await?;
    super::settle(app, tenant).await?;
    Ok(missing)
}

/// The places that are listed and empty.
fn gone(app: &App, c: &mut Conn, tenant: &TenantId, ledger: &mut Ledger) -> Result<Vec<Place>> {
    let mut listed = ledger.listed(app, c)?;
    super::each_row(c, tenant, |row| {
        listed.remove(&ledger::place_of(app, row)?);
        Ok(())
    })?;
    Ok(listed.into_keys().collect())
}

/// A place doesn't tell the name that was there, but a name tells its place.
fn named(app: &App, c: &mut Conn, tenant: &TenantId, gone: Vec<Place>) -> Result<Missing> {
    let mut names = BTreeMap::new();
    for name in names_that_may_be(app, c, tenant)? {
        names.insert(app.vault.place(&name.label(tenant))?, name.path());
    }
    let count = gone.len();
    let mut named: Vec<String> = gone.iter().filter_map(|place| names.remove(place)).collect();
    named.sort();
    Ok(Missing { unnamed: count - named.len(), named })
}

/// Every secret that a plugin which is here, or a connection, may have.
fn names_that_may_be(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<Vec<Name>> {
    let connections = store::connections::list(c, tenant)?;
    let mut names: Vec<Name> = connections.iter().map(tokens::name).collect();
    let mut owners: Vec<String> = connections
        .iter()
        .map(|each| connections::owner(&each.plugin_id, &each.provider))
        .collect();
    for plugin in app.plugins.all() {
        let (id, manifest) = (plugin.id(), plugin.manifest());
        owners.extend(manifest.providers.iter().map(|each| connections::owner(id, &each.id)));
        let settings = manifest.settings.iter().flat_map(|schema| &schema.properties);
        names.extend(settings.map(|property| plugins::setting_secret(id, &property.name)));
    }
    owners.sort();
    owners.dedup();
    names.extend(owners.iter().flat_map(|owner| oauth::client_names(owner)));
    Ok(names)
}
