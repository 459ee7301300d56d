//! A plugin's small values, each tenant's apart.

use runtime::{CallContext, Page};
use store::kv::{Put, Space};

use crate::App;
use crate::error::{Error, Result};

/// What one plugin may keep for one tenant, in bytes.
const BYTES_MAX: i64 = 16 << 20;

pub(super) async fn find(
    app: &App,
    ctx: &CallContext,
    key: &str,
) -> Result<Option<(Vec<u8>, u64)>> {
    let (now, ctx, key) = (app.clock.now(), ctx.clone(), key.to_owned());
    let entry = app.db.inspect(move |c| store::kv::find(c, space(&ctx), &key, now)).await?;
    Ok(entry.map(|entry| (entry.value, u64::try_from(entry.rev).unwrap_or_default())))
}

pub(super) async fn put(
    app: &App,
    ctx: &CallContext,
    key: &str,
    value: Vec<u8>,
    expected_rev: Option<u64>,
    ttl_secs: Option<u32>,
) -> Result<u64> {
    let (now, ctx, key) = (app.clock.now(), ctx.clone(), key.to_owned());
    let expected_rev = expected_rev.map(to_rev);
    let expires_at = ttl_secs.map(|secs| now.plus_secs(i64::from(secs)));
    let rev = app
        .db
        .transact(move |c| -> Result<i64> {
            super::fence(c, &ctx)?;
            let used = store::kv::size_bytes(c, space(&ctx))?;
            if used.saturating_add(i64::try_from(value.len()).unwrap_or(i64::MAX)) > BYTES_MAX {
                return Err(Error::invalid("value", "error-plugin-storage-full"));
            }
            let put = Put { value: &value, expected_rev, expires_at };
            Ok(store::kv::put(c, space(&ctx), &key, put, now)?)
        })
        .await?;
    Ok(u64::try_from(rev).unwrap_or_default())
}

pub(super) async fn delete(
    app: &App,
    ctx: &CallContext,
    key: &str,
    expected_rev: Option<u64>,
) -> Result<()> {
    let (now, ctx, key) = (app.clock.now(), ctx.clone(), key.to_owned());
    let expected = expected_rev.map(to_rev);
    app.db
        .transact(move |c| -> Result<()> {
            super::fence(c, &ctx)?;
            Ok(store::kv::delete(c, space(&ctx), &key, expected, now)?)
        })
        .await
}

pub(super) async fn list(
    app: &App,
    ctx: &CallContext,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Page<String>> {
    let (now, ctx, prefix) = (app.clock.now(), ctx.clone(), prefix.to_owned());
    let (after, limit) = (after.map(str::to_owned), i64::from(limit.clamp(1, 500)));
    let page = app
        .db
        .inspect(move |c| store::kv::keys(c, space(&ctx), &prefix, after.as_deref(), limit, now))
        .await?;
    Ok((page.items, page.next))
}

const fn space(ctx: &CallContext) -> Space<'_> {
    Space { tenant: &ctx.tenant, plugin: &ctx.plugin }
}

fn to_rev(rev: u64) -> i64 {
    i64::try_from(rev).unwrap_or(i64::MAX)
}
