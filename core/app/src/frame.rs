//! What stands around every page: the business, who is signed in, and whether they have others.

use crate::App;
use crate::accounts::Profile;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plugin_views::{ViewEntry, views_of};
use crate::sessions::Login;
use crate::tenants::Tenant;

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The business.
    pub tenant: Tenant,
    /// Who is signed in.
    pub profile: Profile,
    /// Whether they are in another business too.
    pub many_tenants: bool,
    /// Where the activity log ended when the page was made: a stream of changes goes on from there.
    pub live: i64,
    /// How many notifications they haven't read.
    pub unread: i64,
    /// The views of plugins that the member sees.
    pub views: Vec<ViewEntry>,
}

/// Gathers the frame in one view of the database; every member may see it.
pub async fn get_frame(app: &App, login: &Login, ctx: &Context) -> Result<Frame> {
    let (tenant, account) = (ctx.tenant.clone(), login.account.clone());
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .inspect(move |c| {
            let live = store::audit::find_head(c, &tenant)?.map_or(0, |(seq, _)| seq);
            Ok::<_, Error>(Frame {
                live,
                unread: store::notifications::count_unread(c, &tenant, &ctx.member)?,
                tenant: store::tenants::get(c, &tenant)?,
                profile: store::accounts::get(c, &account)?.into(),
                many_tenants: store::members::is_in_many(c, &account)?,
                views: views_of(&app2, c, &ctx)?,
            })
        })
        .await
}
