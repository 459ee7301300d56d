//! What a business is called, which language and time zone it works in, which currency it charges,
//! and how it looks.

use domain::{Permission, TenantId};
use serde_json::json;
use store::tenants::TenantChange;

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::tenants::{Brand, BusinessInput, Tenant};
use crate::{factors, fields};

/// The theme that a business has until it chooses another.
pub const DEFAULT_THEME: &str = "default";

/// How a business wants to look.
#[derive(Debug, Clone)]
pub struct LookInput {
    /// The colour's word.
    pub colour: String,
    /// The theme's name: one of those that the installation has.
    pub theme: String,
}

/// The business itself, for the frame of every page; every member may know it.
pub async fn get_tenant(app: &App, ctx: &Context) -> Result<Tenant> {
    let tenant = ctx.tenant.clone();
    app.db.inspect(move |c| Ok::<_, Error>(store::tenants::get(c, &tenant)?)).await
}

/// How a business shows itself, for the pages of what went wrong; none where it is gone.
pub async fn find_brand(app: &App, tenant: &TenantId) -> Result<Option<Brand>> {
    let tenant = tenant.clone();
    let found = app.db.inspect(move |c| Ok::<_, Error>(store::tenants::find(c, &tenant)?)).await?;
    Ok(found.map(|tenant| Brand::of(&tenant)))
}

/// The settings, for who may change them.
pub async fn get_settings(app: &App, ctx: &Context) -> Result<Tenant> {
    ctx.require_to_see(Permission::ManageSettings)?;
    get_tenant(app, ctx).await
}

/// Changes the settings of a business that still is at `expected_rev`.
pub async fn update_settings(
    app: &App,
    ctx: &Context,
    input: BusinessInput,
    look: LookInput,
    expected_rev: i64,
) -> Result<Tenant> {
    ctx.require_to_see(Permission::ManageSettings)?;
    let name = fields::required_line("business", &input.business, fields::NAME_CHARS_MAX)?;
    let locale = fields::locale("locale", &input.locale)?;
    let zone = fields::zone("zone", &input.zone)?;
    let currency = fields::currency("currency", &input.currency)?;
    let colour = fields::colour("colour", &look.colour)?;
    let theme = look.theme;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<Tenant> {
            let before = store::tenants::get(c, &ctx.tenant)?;
            // One that is gone may stay chosen: it may come back, and nothing else is lost to it.
            if theme != before.theme && !app2.options.themes.contains(&theme) {
                return Err(Error::invalid("theme", "error-theme-unknown"));
            }
            let change = TenantChange { name, locale, zone, currency, colour, theme };
            let detail = json!({"changed": changed(&before, &change)});
            store::tenants::update(c, &ctx.tenant, &change, expected_rev)?;
            // Numbers that were understood stay as they are; others can be now.
            let knows_country = |zone| domain::phone::country_of(zone).is_some();
            if !knows_country(&before.zone) && knows_country(&change.zone) {
                store::contacts::again(c, &ctx.tenant)?;
            }
            let act = Act {
                action: "tenant.settings-changed",
                entity: "tenant",
                entity_id: ctx.tenant.as_str(),
                detail,
            };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)?;
            Ok(store::tenants::get(c, &ctx.tenant)?)
        })
        .await
}

/// Asks everybody in the business for a second step when they sign in, or no longer. Who has none is
/// led to setting one up before anything else.
///
/// # Errors
/// [`Error::Conflict`] when who asks has none themselves: they would lock themselves out first.
pub async fn require_second_step(app: &App, ctx: &Context, needed: bool) -> Result<()> {
    ctx.require_to_see(Permission::ManageSettings)?;
    ctx.require_recent()?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            if store::tenants::get(c, &ctx.tenant)?.second_step == needed {
                return Ok(());
            }
            if needed && !factors::methods_of(c, &ctx.account)?.any() {
                return Err(Error::Conflict { key: "error-second-step-yours-first" });
            }
            store::tenants::set_second_step(c, &ctx.tenant, needed)?;
            let action =
                if needed { "tenant.second-step-asked" } else { "tenant.second-step-optional" };
            let entity_id = ctx.tenant.as_str();
            let act = Act { action, entity: "tenant", entity_id, detail: json!({}) };
            audit::append(&app2, c, &ctx.tenant, &Who::from(&ctx), &act)
        })
        .await
}

fn changed(before: &Tenant, after: &TenantChange) -> Vec<&'static str> {
    let fields = [
        ("name", before.name != after.name),
        ("locale", before.locale != after.locale),
        ("zone", before.zone != after.zone),
        ("currency", before.currency != after.currency),
        ("colour", before.colour != after.colour),
        ("theme", before.theme != after.theme),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}
