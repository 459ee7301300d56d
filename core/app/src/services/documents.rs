//! Documents as plugins reach them: their own only; any other reads as not there.

use domain::{DocumentId, PersonId, TenantId};
use runtime::{CallContext, NewDocument, Page};
use serde_json::Value;
use store::Conn;
use store::documents::{Document, Retention};

use crate::App;
use crate::audit::Who;
use crate::documents::{self, delete_bodies, described, keep_body, read_body, record, tell};
use crate::error::{Error, Result};

/// What one plugin may keep for one tenant, in bytes.
const BYTES_MAX: i64 = 4 << 30;
/// How many documents.
const COUNT_MAX: i64 = 50_000;

pub(super) async fn keep(app: &App, ctx: &CallContext, document: NewDocument) -> Result<Value> {
    let (ctx2, key) = (ctx.clone(), document.idempotency_key.clone());
    let size = i64::try_from(document.bytes.len()).map_err(Error::internal)?;
    let about = about(&document)?;
    let whom = about.clone();
    let known = app
        .db
        .inspect(move |c| -> Result<Option<Document>> {
            super::still_on(c, &ctx2)?;
            let known = store::documents::find_by_key(c, &ctx2.tenant, &ctx2.plugin, &key)?;
            if known.is_none() {
                require_person(c, &ctx2.tenant, whom.as_ref())?;
                let kept = store::documents::sum_of_plugin(c, &ctx2.tenant, &ctx2.plugin)?;
                if kept.bytes + size > BYTES_MAX || kept.count >= COUNT_MAX {
                    return Err(Error::invalid("document", "error-plugin-storage-full"));
                }
            }
            Ok(known)
        })
        .await?;
    if let Some(known) = known {
        return same(app, ctx, &known, &document.bytes);
    }
    let mac = app.vault.mac("document", Some(&ctx.tenant), &document.bytes);
    let row = Document { person_id: about, ..keep_body(app, ctx, document).await? };
    let (app2, ctx2, row2) = (app.clone(), ctx.clone(), row.clone());
    let kept = app
        .db
        .transact(move |c| -> Result<Document> {
            super::fence(c, &ctx2)?;
            let (tenant, plugin) = (&row2.tenant_id, &row2.plugin_id);
            // Somebody may have kept the same meanwhile: theirs stays.
            if let Some(known) = store::documents::find_by_key(c, tenant, plugin, &row2.once_key)? {
                return Ok(known);
            }
            hold_connection(c, &row2)?;
            // Who is becoming one with another is waited for, or it would be about whom nobody sees any more.
            let whom: Vec<PersonId> = row2.person_id.iter().cloned().collect();
            store::people::lock_many(c, tenant, &whom)?;
            require_person(c, tenant, whom.first())?;
            store::documents::insert(c, &row2)?;
            tell(&app2, c, &Who::plugin(plugin), &row2, "kept")?;
            record(&app2, c, &Who::plugin(plugin), &row2, "document.kept")?;
            Ok(row2)
        })
        .await;
    let kept = match kept {
        Ok(kept) => kept,
        Err(error) => {
            documents::give_up(app, &row, &error).await;
            return Err(error);
        }
    };
    if kept.id != row.id {
        delete_bodies(app, &row.tenant_id, vec![row.id]).await;
    }
    if kept.mac == mac { Ok(described(&kept)) } else { Err(other_key()) }
}

/// The person that a plugin says a file is about.
fn about(document: &NewDocument) -> Result<Option<PersonId>> {
    let unknown = |_| Error::invalid("about", "error-document-about");
    document.about.as_deref().map(str::parse).transpose().map_err(unknown)
}

/// Refuses what is about somebody whom the business doesn't have.
fn require_person(c: &mut Conn, tenant: &TenantId, whom: Option<&PersonId>) -> Result<()> {
    let Some(whom) = whom else { return Ok(()) };
    match store::people::find(c, tenant, whom)? {
        Some(_) => Ok(()),
        None => Err(Error::invalid("about", "error-document-about")),
    }
}

/// What goes with its connection doesn't come once that is gone: nothing would take it away again.
fn hold_connection(c: &mut Conn, row: &Document) -> Result<()> {
    let with = row.connection_id.as_ref().filter(|_| row.retention == Retention::Connection);
    let Some(connection) = with else { return Ok(()) };
    match store::connections::hold(c, &row.tenant_id, connection) {
        Err(store::Error::Conflict | store::Error::NotFound) => Err(Error::Forbidden),
        other => Ok(other?),
    }
}

fn same(app: &App, ctx: &CallContext, known: &Document, bytes: &[u8]) -> Result<Value> {
    let mac = app.vault.mac("document", Some(&ctx.tenant), bytes);
    if known.mac == mac { Ok(described(known)) } else { Err(other_key()) }
}

fn other_key() -> Error {
    Error::Conflict { key: "error-document-key" }
}

fn find_own(c: &mut Conn, ctx: &CallContext, id: &str) -> Result<Document> {
    super::still_on(c, ctx)?;
    let Ok(id) = id.parse::<DocumentId>() else { return Err(Error::NotFound) };
    let found = store::documents::find(c, &ctx.tenant, &id)?;
    found.filter(|row| row.plugin_id == ctx.plugin).ok_or(Error::NotFound)
}

async fn own(app: &App, ctx: &CallContext, id: &str) -> Result<Document> {
    let (ctx, id) = (ctx.clone(), id.to_owned());
    app.db.inspect(move |c| find_own(c, &ctx, &id)).await
}

pub(super) async fn get(app: &App, ctx: &CallContext, id: &str) -> Result<Value> {
    Ok(described(&own(app, ctx, id).await?))
}

pub(super) async fn read(
    app: &App,
    ctx: &CallContext,
    id: &str,
    offset: u64,
    max: usize,
) -> Result<Vec<u8>> {
    let row = own(app, ctx, id).await?;
    if offset >= u64::try_from(row.size_bytes).unwrap_or_default() || max == 0 {
        return Ok(Vec::new());
    }
    read_body(app, &row, offset, max).await
}

pub(super) async fn list(
    app: &App,
    ctx: &CallContext,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<Value>> {
    let (ctx, after) = (ctx.clone(), after.map(str::to_owned));
    let page = app
        .db
        .inspect(move |c| -> Result<_> {
            super::still_on(c, &ctx)?;
            let (after, limit) = (after.as_deref(), i64::from(limit));
            let (tenant, plugin) = (&ctx.tenant, &ctx.plugin);
            Ok(store::documents::list_of_plugin(c, tenant, plugin, after, limit)?)
        })
        .await?;
    Ok((page.items.iter().map(described).collect(), page.next))
}

/// One that isn't there, or isn't the plugin's, is as good as deleted.
pub(super) async fn delete(app: &App, ctx: &CallContext, id: &str) -> Result<()> {
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.to_owned());
    let gone = app.db.transact(move |c| -> Result<Option<Document>> {
        super::fence(c, &ctx2)?;
        let row = match find_own(c, &ctx2, &id) {
            Err(Error::NotFound) => return Ok(None),
            other => other?,
        };
        documents::forget(&app2, c, &Who::plugin(&ctx2.plugin), &row)?;
        Ok(Some(row))
    });
    if let Some(row) = gone.await? {
        delete_bodies(app, &row.tenant_id, vec![row.id]).await;
    }
    Ok(())
}
