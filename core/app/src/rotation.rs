//! Rotation: a new data key for a business, and every secret sealed with it, while everything goes
//! on. Small transactions, each whole: it may be stopped at any point and goes on from there the
//! next time. Until a secret's turn comes it opens with the key it has; a key that nothing uses any
//! more is deleted, and with it what old copies of envelopes would tell.

use std::collections::BTreeSet;

use domain::TenantId;
use serde_json::json;
use store::Conn;
use store::data_keys::{DataKey, KeyState};
use store::documents::Document;
use store::secrets::SealedSecret;
use vault::{Label, WrappedKey};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::error::{Error, Result};
use crate::secrets::alarm;
use crate::secrets::ledger::{self, Ledger};
use crate::{oauth, secrets};

/// Secrets in one transaction; other writers wait that long.
const BATCH: usize = 50;

/// What a rotation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Whether it went on with one that was begun before.
    pub resumed: bool,
    /// The data key that seals everything now.
    pub key_id: i64,
    /// Secrets that were sealed anew.
    pub resealed: u64,
    /// Data keys that were deleted.
    pub deleted_keys: Vec<i64>,
    /// Secrets that don't open, and are left as they are.
    pub stuck: Vec<String>,
}

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Secrets sealed with the newest key.
    pub done: u64,
    /// All secrets.
    pub all: u64,
}

/// How far a business's rotation is; `done` equals `all` when none is under way.
pub async fn progress(app: &App, tenant: &TenantId) -> Result<Progress> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .inspect(move |c| -> Result<Progress> {
            let stored = store::vault_state::find_root(c, &tenant)?;
            let root = ledger::open_root(&app2, &tenant, stored.as_deref())
                .map_err(|trouble| alarm::raise(&app2, &tenant, "manifest", trouble))?;
            let counts = store::secrets::count_by_key(c, &tenant)?;
            let count = |newest: bool| {
                let of = |(key, _): &&(i64, i64)| !newest || *key == i64::from(root.active_key);
                counts.iter().filter(of).map(|(_, n)| n.unsigned_abs()).sum()
            };
            Ok(Progress { done: count(true), all: count(false) })
        })
        .await
}

/// Rotates a business's data key, or ends a rotation that was begun. Safe to run any number of
/// times, in several processes, and to kill.
pub async fn rotate(
    app: &App,
    tenant: &TenantId,
    mut tell: impl FnMut(Progress),
) -> Result<Rotated> {
    let mut rotated = begin(app, tenant).await?;
    let mut stuck = BTreeSet::new();
    loop {
        let (resealed, more) = step(app, tenant, &mut stuck).await?;
        rotated.resealed += resealed;
        tell(progress(app, tenant).await?);
        if !more {
            break;
        }
    }
    while reseal_documents(app, tenant).await? {}
    rotated.stuck = stuck.into_iter().collect();
    end(app, tenant, &mut rotated).await?;
    Ok(rotated)
}

/// Makes the new key, unless one before is still on its way.
async fn begin(app: &App, tenant: &TenantId) -> Result<Rotated> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<Rotated> {
            let mut ledger = Ledger::open(&app2, c, &tenant)?;
            let active = i64::from(ledger.root.active_key);
            let keys = store::data_keys::list(c, &tenant)?;
            if keys.iter().any(|key| key.key_id != active) {
                return Ok(Rotated { resumed: true, key_id: active, ..Rotated::default() });
            }
            let before = keys.into_iter().next();
            let before = before.ok_or_else(|| Error::internal("a tenant without a data key"))?;
            // The newest key is never deleted, so no id comes twice.
            let id = ledger.root.active_key + 1;
            let epoch = u32::try_from(before.epoch).map_err(Error::internal)?;
            let key = DataKey {
                tenant_id: tenant.clone(),
                key_id: i64::from(id),
                epoch: before.epoch,
                wrapped: app2.vault.new_data_key(&tenant, epoch, id)?.as_bytes().to_vec(),
                state: KeyState::Active,
                created_at: app2.clock.now(),
            };
            store::data_keys::insert(c, &key)?;
            store::data_keys::retire(c, &tenant, before.key_id)?;
            ledger.root.active_key = id;
            ledger.save(&app2, c)?;
            note(&app2, c, &tenant, "vault.rotation-begun", json!({"key": id}))?;
            Ok(Rotated { key_id: key.key_id, ..Rotated::default() })
        })
        .await
}

/// Seals the next few secrets anew; says how many, and whether there are more.
async fn step(app: &App, tenant: &TenantId, stuck: &mut BTreeSet<String>) -> Result<(u64, bool)> {
    let (app2, tenant, mut left) = (app.clone(), tenant.clone(), stuck.clone());
    let (resealed, more, left) = app
        .db
        .transact(move |c| -> Result<(u64, bool, BTreeSet<String>)> {
            let mut ledger = Ledger::open(&app2, c, &tenant)?;
            let new = i64::from(ledger.root.active_key);
            let rows = rows_of_others(c, &tenant, new, BATCH + left.len())?;
            let more = rows.len() == BATCH + left.len();
            let mut resealed = 0;
            for row in &rows {
                let name = secrets::path(&row.owner, &row.name, &row.record);
                if left.contains(&name) {
                    continue;
                }
                if reseal(&app2, c, &mut ledger, row)? {
                    resealed += 1;
                } else {
                    left.insert(name);
                }
            }
            if resealed > 0 {
                ledger.save(&app2, c)?;
            }
            Ok((resealed, more, left))
        })
        .await?;
    *stuck = left;
    Ok((resealed, more))
}

/// Up to `most` secrets that other keys than the newest seal.
fn rows_of_others(
    c: &mut Conn,
    tenant: &TenantId,
    newest: i64,
    most: usize,
) -> Result<Vec<SealedSecret>> {
    let mut rows = Vec::new();
    for key in store::data_keys::list(c, tenant)?.iter().filter(|key| key.key_id != newest) {
        let room = i64::try_from(most - rows.len()).map_err(Error::internal)?;
        rows.extend(store::secrets::list_of_key(c, tenant, key.key_id, room)?);
    }
    Ok(rows)
}

/// Seals one secret anew, the same version of it. Says no, and tells, when it isn't what was stored
/// last.
fn reseal(app: &App, c: &mut Conn, ledger: &mut Ledger, row: &SealedSecret) -> Result<bool> {
    let place = ledger::place_of(app, row)?;
    let name = secrets::path(&row.owner, &row.name, &row.record);
    if let Some(finding) = ledger.finding(app, c, place, Some(row))? {
        let _told = alarm::raise(app, &row.tenant_id, &name, finding.into());
        return Ok(false);
    }
    let old = secrets::key_of(c, &row.tenant_id, &row.envelope)?;
    let new = wrapped(c, &row.tenant_id, i64::from(ledger.root.active_key))?;
    let sealed = match app.vault.reseal(&old, &new, &secrets::label_of(row), &row.envelope) {
        Ok(sealed) => sealed,
        Err(error) => {
            let _told = alarm::raise(app, &row.tenant_id, &name, error.into());
            return Ok(false);
        }
    };
    let key_id = i64::from(new.key_id());
    store::secrets::reseal(c, row, key_id, &sealed)?;
    ledger.put(app, c, &SealedSecret { key_id, envelope: sealed, ..row.clone() })?;
    Ok(true)
}

fn wrapped(c: &mut Conn, tenant: &TenantId, key_id: i64) -> Result<WrappedKey> {
    let key = store::data_keys::find(c, tenant, key_id)?;
    let key = key.ok_or_else(|| Error::internal("a data key is missing"))?;
    Ok(WrappedKey::from_bytes(&key.wrapped)?)
}

/// Seals the heads of the next few documents anew, which leaves their bodies as they are; says
/// whether there may be more. One that doesn't open keeps its key.
async fn reseal_documents(app: &App, tenant: &TenantId) -> Result<bool> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<bool> {
            let ledger = Ledger::open(&app2, c, &tenant)?;
            let newest = i64::from(ledger.root.active_key);
            let new = wrapped(c, &tenant, newest)?;
            let most = i64::try_from(BATCH).map_err(Error::internal)?;
            let mut done = 0;
            let keys = store::data_keys::list(c, &tenant)?;
            for key in keys.iter().filter(|key| key.key_id != newest) {
                let old = WrappedKey::from_bytes(&key.wrapped)?;
                for row in store::documents::list_of_key(c, &tenant, key.key_id, most)? {
                    let label = document_label(&row);
                    match app2.vault.reseal_stream(&old, &new, &label, &row.head) {
                        Ok(head) => {
                            store::documents::replace_head(c, &row, newest, &head)?;
                            done += 1;
                        }
                        Err(error) => {
                            let what = secrets::path("document", row.id.as_str(), "");
                            let _told = alarm::raise(&app2, &tenant, &what, error.into());
                        }
                    }
                }
            }
            Ok(done > 0)
        })
        .await
}

/// What a document's head is sealed under.
fn document_label(row: &Document) -> Label<'_> {
    Label {
        tenant: &row.tenant_id,
        owner: row.plugin_id.as_str(),
        name: "document",
        record: row.id.as_str(),
        version: 1,
    }
}

/// Deletes the keys that nothing uses any more.
async fn end(app: &App, tenant: &TenantId, rotated: &mut Rotated) -> Result<()> {
    let (app2, tenant, resealed) = (app.clone(), tenant.clone(), rotated.resealed);
    rotated.deleted_keys = app
        .db
        .transact(move |c| -> Result<Vec<i64>> {
            let ledger = Ledger::open(&app2, c, &tenant)?;
            let newest = i64::from(ledger.root.active_key);
            let new = wrapped(c, &tenant, newest)?;
            oauth::reseal_verifiers(&app2, c, &tenant, &new)?;
            let used = store::secrets::count_by_key(c, &tenant)?;
            let mut deleted = Vec::new();
            for key in store::data_keys::list(c, &tenant)? {
                let in_documents = store::documents::list_of_key(c, &tenant, key.key_id, 1)?;
                let is_used =
                    used.iter().any(|(id, _)| *id == key.key_id) || !in_documents.is_empty();
                if key.key_id != newest && !is_used {
                    store::data_keys::delete(c, &tenant, key.key_id)?;
                    deleted.push(key.key_id);
                }
            }
            if !deleted.is_empty() {
                let detail = json!({"key": newest, "deleted": deleted, "resealed": resealed});
                note(&app2, c, &tenant, "vault.rotated", detail)?;
            }
            Ok(deleted)
        })
        .await?;
    Ok(())
}

/// Wraps a business's data keys with the tenant key of the next epoch, all at once; no secret is
/// touched. Answers the epoch.
pub async fn next_epoch(app: &App, tenant: &TenantId) -> Result<i64> {
    let (app2, tenant) = (app.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<i64> {
            let ledger = Ledger::open(&app2, c, &tenant)?;
            let keys = store::data_keys::list(c, &tenant)?;
            let epoch = 1 + keys.iter().map(|key| key.epoch).max().unwrap_or_default();
            let number = u32::try_from(epoch).map_err(Error::internal)?;
            for key in &keys {
                let before = WrappedKey::from_bytes(&key.wrapped)?;
                let moved = app2.vault.rewrap(&tenant, &before, number)?;
                store::data_keys::rewrap(c, key, epoch, moved.as_bytes())?;
            }
            ledger.save(&app2, c)?;
            note(&app2, c, &tenant, "vault.epoch-begun", json!({"epoch": epoch}))?;
            Ok(epoch)
        })
        .await
}

fn note(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "tenant", entity_id: tenant.as_str(), detail };
    audit::append(app, c, tenant, &Who::system(), &act)
}
