//! Switching between businesses.

use actix_web::web::Form;
use app::tenants;
use serde::Deserialize;

use crate::answer::{Answer, go_with};
use crate::cookies;
use crate::member::Account;
use crate::pages::id;
use crate::views::Avatar;
use crate::views::door::{TenantRow, Tenants};

/// The account's businesses.
pub async fn show(account: Account) -> Answer {
    let mine = tenants::list_my_tenants(&account.web.app, &account.login).await?;
    let here = account.context.as_ref().map(|context| &context.tenant);
    let rows = mine.into_iter().map(|tenant| TenantRow {
        current: Some(&tenant.id) == here,
        id: tenant.id.to_string(),
        avatar: Avatar::of(&tenant.name),
        name: tenant.name,
        role: tenant.role.as_str().to_owned(),
    });
    account.door(&Tenants { tenants: rows.collect() })
}

/// Which business.
#[derive(Deserialize)]
pub struct Wanted {
    tenant: String,
}

/// Enters another business.
pub async fn switch(account: Account, form: Form<Wanted>) -> Answer {
    let entered =
        tenants::switch_tenant(&account.web.app, &account.login, &id(&form.tenant)?).await?;
    Ok(go_with("/", [cookies::session(&account.web, &entered.token)]))
}
