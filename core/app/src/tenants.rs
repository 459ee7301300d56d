//! Tenants: the first business of an installation, further ones, and which of theirs somebody is in.

use domain::{AccountId, Locale, MemberId, Role, Secret, TenantId, Zone};
use serde_json::json;
use store::Conn;
use store::data_keys::{DataKey, KeyState};
use store::members::Member;

use crate::App;
use crate::accounts::{self, NewAccount};
use crate::audit::{self, Act, Actor, Who};
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::secrets::ledger;
use crate::sessions::{self, Login, SignedIn};
use crate::settings::DEFAULT_THEME;
use crate::{fields, passwords, pipelines};

pub use store::tenants::{Colour, Tenant};

/// What the form for a new business asks.
#[derive(Debug, Clone)]
pub struct BusinessInput {
    /// Its name.
    pub business: String,
    /// The language's tag.
    pub locale: String,
    /// The time zone's IANA name.
    pub zone: String,
    /// An ISO 4217 code.
    pub currency: String,
}

/// What the form for a new account asks.
pub struct OwnerInput {
    /// Their name.
    pub name: String,
    /// What they will sign in with.
    pub email: String,
    /// Their password.
    pub password: Secret,
}

/// A form that makes a business and the account that owns it.
pub struct FirstRun {
    /// The business.
    pub business: BusinessInput,
    /// Its owner.
    pub owner: OwnerInput,
}

/// A business somebody is a member of.
#[derive(Debug, Clone)]
pub struct MyTenant {
    /// The business.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Their role there.
    pub role: Role,
}

/// How a business shows itself: on its pages, to strangers, in mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Brand {
    /// Its name.
    pub name: String,
    /// The colour it wears.
    pub colour: Colour,
    /// The theme it chose.
    pub theme: String,
    /// Where its logo is, if it has one: a path, or in mail an address.
    pub logo: Option<String>,
}

impl Brand {
    /// As the business has it.
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            name: tenant.name.clone(),
            colour: tenant.colour,
            theme: tenant.theme.clone(),
            logo: tenant.logo.as_ref().map(|digest| format!("/logo/{}/{digest}", tenant.id)),
        }
    }
}

struct Business {
    name: String,
    locale: Locale,
    zone: Zone,
    currency: String,
}

impl BusinessInput {
    fn check(&self) -> Result<Business> {
        Ok(Business {
            name: fields::required_line("business", &self.business, fields::NAME_CHARS_MAX)?,
            locale: fields::locale("locale", &self.locale)?,
            zone: fields::zone("zone", &self.zone)?,
            currency: fields::currency("currency", &self.currency)?,
        })
    }
}

impl OwnerInput {
    async fn check(self, business: &str, locale: Option<Locale>) -> Result<NewAccount> {
        let name = fields::required_line("name", &self.name, fields::NAME_CHARS_MAX)?;
        let email = fields::email("email", &self.email)?;
        passwords::check("password", &self.password, &[&email, &name, business])?;
        let password_hash = passwords::hash(self.password).await?;
        Ok(NewAccount { email, name, password_hash, locale })
    }
}

/// Whether the installation has no business yet.
pub async fn needs_first_run(app: &App) -> Result<bool> {
    app.db.inspect(|c| Ok::<_, Error>(store::tenants::count(c)? == 0)).await
}

/// Makes the installation's first business, its owner, and a session. Of any number of such calls,
/// one after the other or at once, one succeeds.
pub async fn create_first_business(
    app: &App,
    origin: &Origin,
    input: FirstRun,
) -> Result<SignedIn> {
    // Before the costly hash: this is the only page where strangers could ask for one at will.
    if !needs_first_run(app).await? {
        return Err(already_set_up());
    }
    let business = input.business.check()?;
    let owner = input.owner.check(&business.name, None).await?;
    let (app2, origin) = (app.clone(), origin.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            store::tenants::lock_all(c)?;
            if store::tenants::count(c)? > 0 {
                return Err(already_set_up());
            }
            let account = accounts::insert(&app2, c, owner)?;
            let tenant = insert(&app2, c, business, &account.id, &origin)?;
            sessions::open(&app2, c, &account.id, Some(tenant), &origin)
        })
        .await
}

fn already_set_up() -> Error {
    Error::Conflict { key: "error-set-up-already" }
}

/// Makes a business from the command line. Its owner is the account of that address, which is made
/// when it isn't there; the password of one that is there stays as it is.
pub async fn create_business(app: &App, input: FirstRun) -> Result<TenantId> {
    let business = input.business.check()?;
    let email = fields::email("email", &input.owner.email)?;
    let wanted = email.clone();
    let known = app
        .db
        .inspect(move |c| Ok::<_, Error>(store::accounts::find_by_email(c, &wanted)?))
        .await?;
    let owner = match known {
        Some(_) => None,
        None => Some(input.owner.check(&business.name, None).await?),
    };
    let app2 = app.clone();
    app.db
        .transact(move |c| -> Result<TenantId> {
            store::tenants::lock_all(c)?;
            let account = match owner {
                Some(owner) => accounts::insert(&app2, c, owner)?,
                None => store::accounts::find_by_email(c, &email)?.ok_or(Error::NotFound)?,
            };
            insert(&app2, c, business, &account.id, &Origin::default())
        })
        .await
}

/// Makes a further business of a signed-in account and takes the session there. Who owns a business
/// here may add another; who was only invited into one may not.
pub async fn add_business(app: &App, login: &Login, input: BusinessInput) -> Result<SignedIn> {
    let business = input.check()?;
    let (app2, login) = (app.clone(), login.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            let mine = store::members::list_of_account(c, &login.account)?;
            if !mine.iter().any(|(_, member)| member.role == Role::Owner) {
                return Err(Error::Forbidden);
            }
            let tenant = insert(&app2, c, business, &login.account, &login.origin)?;
            sessions::rotate(&app2, c, &login, Some(tenant))
        })
        .await
}

/// Adds a business with its data key and its first owner.
fn insert(
    app: &App,
    c: &mut Conn,
    business: Business,
    owner: &AccountId,
    origin: &Origin,
) -> Result<TenantId> {
    let now = app.clock.now();
    let id = TenantId::new(&*app.clock, &*app.rng);
    let detail = json!({"name": business.name});
    let Business { name, locale, zone, currency } = business;
    let tenant = Tenant {
        id: id.clone(),
        name,
        locale,
        zone,
        currency,
        created_at: now,
        rev: 1,
        second_step: false,
        colour: Colour::Pine,
        theme: DEFAULT_THEME.to_owned(),
        logo: None,
    };
    store::tenants::insert(c, &tenant)?;
    let wrapped = app.vault.new_data_key(&id, 1, 1)?.as_bytes().to_vec();
    let key = DataKey {
        tenant_id: id.clone(),
        key_id: 1,
        epoch: 1,
        wrapped,
        state: KeyState::Active,
        created_at: now,
    };
    store::data_keys::insert(c, &key)?;
    ledger::write(app, c, &id, 1, 1, &[])?;
    let member = Member {
        tenant_id: id.clone(),
        id: MemberId::new(&*app.clock, &*app.rng),
        account_id: owner.clone(),
        role: Role::Owner,
        created_at: now,
    };
    store::members::insert(c, &member)?;
    pipelines::insert_first(app, c, &id, locale)?;
    let who = Who { actor: Actor::Account(owner.clone()), origin: origin.clone() };
    let act = Act { action: "tenant.created", entity: "tenant", entity_id: id.as_str(), detail };
    audit::append(app, c, &id, &who, &act)?;
    Ok(id)
}

/// The businesses of who is signed in, by name.
pub async fn list_my_tenants(app: &App, login: &Login) -> Result<Vec<MyTenant>> {
    let account = login.account.clone();
    app.db
        .inspect(move |c| -> Result<Vec<MyTenant>> {
            let mine = store::members::list_of_account(c, &account)?;
            let view = |(tenant, member): (Tenant, Member)| MyTenant {
                id: tenant.id,
                name: tenant.name,
                role: member.role,
            };
            Ok(mine.into_iter().map(view).collect())
        })
        .await
}

/// Takes the session to another business of theirs, under a new token.
pub async fn switch_tenant(app: &App, login: &Login, tenant: &TenantId) -> Result<SignedIn> {
    let (app2, login, tenant) = (app.clone(), login.clone(), tenant.clone());
    app.db
        .transact(move |c| -> Result<SignedIn> {
            let member = store::members::find_by_account(c, &tenant, &login.account)?;
            member.ok_or(Error::NotFound)?;
            sessions::note(&app2, c, &tenant, &login.account, &login.origin, "session.entered")?;
            sessions::rotate(&app2, c, &login, Some(tenant))
        })
        .await
}
