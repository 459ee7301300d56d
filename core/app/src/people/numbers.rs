//! Numbers as they are dialled from anywhere; those of before they were kept so are read some at a time.

use std::collections::HashMap;

use domain::{Permission, PersonId, TenantId};

use crate::App;
use crate::context::Context;
use crate::error::Result;

/// How many people's numbers are read in one transaction, and how many such there are in a row.
const AT_ONCE: i64 = 200;
const IN_A_ROW: usize = 10;

/// How the numbers in these people's own rows are dialled from anywhere, of those where that is known.
pub async fn list_dialled(
    app: &App,
    ctx: &Context,
    ids: Vec<PersonId>,
) -> Result<HashMap<PersonId, String>> {
    ctx.require_to_see(Permission::ReadPeople)?;
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok(store::contacts::list_dialled(c, &tenant, &ids)?)).await
}

/// Whether a business has numbers still to be read.
pub(crate) async fn is_behind(app: &App) -> Result<bool> {
    Ok(!app.db.read(store::contacts::list_behind).await?.is_empty())
}

/// Reads some of them; answers of how many people, and 0 once all are read.
pub(crate) async fn catch_up(app: &App) -> Result<usize> {
    let mut done = 0;
    for _ in 0..IN_A_ROW {
        let behind = app.db.read(store::contacts::list_behind).await?;
        let Some(tenant) = behind.into_iter().next() else { break };
        let count = read_some(app, &tenant).await?;
        done += count;
        if count == 0 {
            tracing::info!(%tenant, "all numbers are read");
        }
    }
    Ok(done)
}

/// Reads all of a business's, for what can't wait for its turn: somebody whose number isn't read yet would
/// be taken for somebody else, or for nobody.
pub(crate) async fn read_all(app: &App, tenant: &TenantId) -> Result<()> {
    let of = tenant.clone();
    if app.db.read(move |c| store::contacts::is_behind(c, &of)).await? {
        while read_some(app, tenant).await? > 0 {}
    }
    Ok(())
}

async fn read_some(app: &App, tenant: &TenantId) -> Result<usize> {
    let of = tenant.clone();
    Ok(app.db.write(move |c| store::contacts::catch_up(c, &of, AT_ONCE)).await?)
}
