//! What many tests need: a world with ids that differ, rows with plain values, and many hands at
//! once.

use std::sync::Arc;

use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{
    AccountId, AppointmentId, CalendarId, Clock, ConnectionId, JobId, Locale, MemberId, PersonId,
    PluginId, Role, StageId, TenantId, Timestamp, Zone,
};
use store::accounts::Account;
use store::appointments::{Appointment, OnlineState, Status, SyncState};
use store::calendars::{Access, Calendar, Detail};
use store::connections::{Connection, ConnectionState};
use store::jobs::{NewJob, Once};
use store::members::Member;
use store::people::{Consent, Kind, Person, Standing};
use store::plugins::InstalledPlugin;
use store::tenant_plugins::TenantPlugin;
use store::tenants::Tenant;
use store::{Db, Error, Json, Result, TextList};

/// The moment every test begins at.
pub const START: Timestamp = Timestamp::from_millis(1_772_000_000_000);

/// A clock and a stream of random numbers.
pub struct World {
    pub clock: ManualClock,
    pub rng: SeededRng,
}

impl World {
    pub fn new() -> Self {
        Self { clock: ManualClock::at(START.as_millis()), rng: SeededRng::new(11) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn tenant(&self) -> Tenant {
        Tenant {
            id: TenantId::new(&self.clock, &self.rng),
            name: "Bakery".to_owned(),
            locale: Locale::He,
            zone: zone(),
            currency: "ILS".to_owned(),
            created_at: self.now(),
            rev: 1,
            second_step: false,
            colour: store::tenants::Colour::Pine,
            theme: "default".to_owned(),
            logo: None,
        }
    }

    pub fn account(&self, email: &str) -> Account {
        Account {
            id: AccountId::new(&self.clock, &self.rng),
            email: email.to_owned(),
            name: email.split('@').next().unwrap_or_default().to_owned(),
            phone: String::new(),
            password_hash: "hash".to_owned(),
            locale: None,
            created_at: self.now(),
            updated_at: self.now(),
        }
    }

    pub fn member(&self, tenant: &TenantId, account: &AccountId, role: Role) -> Member {
        Member {
            tenant_id: tenant.clone(),
            id: MemberId::new(&self.clock, &self.rng),
            account_id: account.clone(),
            role,
            created_at: self.now(),
        }
    }

    pub fn person(&self, tenant: &TenantId, name: &str) -> Person {
        Person {
            tenant_id: tenant.clone(),
            id: PersonId::new(&self.clock, &self.rng),
            kind: Kind::Person,
            standing: Standing::Lead,
            stage_id: StageId::new(&self.clock, &self.rng),
            stage_since: self.now(),
            won_at: None,
            name: name.to_owned(),
            company: String::new(),
            phone: String::new(),
            email: String::new(),
            source: String::new(),
            notes: String::new(),
            owner_id: None,
            value: 0,
            value_currency: String::new(),
            follow_up_on: None,
            consent: Consent::Unknown,
            consent_at: None,
            consent_note: String::new(),
            created_at: self.now(),
            updated_at: self.now(),
            deleted_at: None,
            rev: 1,
        }
    }

    /// An hour, so many minutes after the start.
    pub fn appointment(&self, tenant: &TenantId, minutes: i64) -> Appointment {
        let starts_at = START.plus_secs(minutes * 60);
        Appointment {
            tenant_id: tenant.clone(),
            id: AppointmentId::new(&self.clock, &self.rng),
            person_id: None,
            title: "Tasting".to_owned(),
            notes: String::new(),
            location: String::new(),
            starts_at,
            ends_at: starts_at.plus_secs(3_600),
            zone: zone(),
            online: false,
            status: Status::Booked,
            calendar_id: None,
            external_id: None,
            etag: None,
            external_url: None,
            online_state: OnlineState::None,
            online_url: None,
            sync_state: SyncState::None,
            sync_problem: None,
            link_rev: 0,
            created_by: None,
            created_at: self.now(),
            updated_at: self.now(),
            rev: 1,
        }
    }

    pub fn connection(&self, tenant: &TenantId, by: &AccountId, account: &str) -> Connection {
        Connection {
            tenant_id: tenant.clone(),
            id: ConnectionId::new(&self.clock, &self.rng),
            plugin_id: plugin(),
            provider: "acme".to_owned(),
            account_ref: account.to_owned(),
            account_name: "Somebody".to_owned(),
            account_email: "somebody@example.com".to_owned(),
            scopes: TextList(vec!["read".to_owned(), "write".to_owned()]),
            state: ConnectionState::Working,
            problem: None,
            token_expires_at: None,
            token_rev: 0,
            refreshing_until: None,
            connected_by: by.clone(),
            created_at: self.now(),
            updated_at: self.now(),
            rev: 1,
            server: None,
            user_name: None,
            granted_at: None,
            grant_ends_at: None,
            end_told_at: None,
        }
    }

    pub fn calendar(&self, of: &Connection, external_id: &str) -> Calendar {
        Calendar {
            tenant_id: of.tenant_id.clone(),
            id: CalendarId::new(&self.clock, &self.rng),
            connection_id: of.id.clone(),
            external_id: external_id.to_owned(),
            name: external_id.to_owned(),
            color: "#0b8043".to_owned(),
            zone: zone(),
            access: Access::Owner,
            is_default: false,
            cursor: None,
            pulled_at: None,
            created_at: self.now(),
            detail: Detail::Busy,
            failing_since: None,
            problem: None,
            is_behind: false,
            missing: None,
            missing_answer: None,
            blocks: true,
        }
    }

    pub fn job(&self, tenant: &TenantId, run_at: Timestamp) -> NewJob {
        NewJob {
            id: JobId::new(&self.clock, &self.rng),
            tenant_id: tenant.clone(),
            kind: "work".to_owned(),
            plugin_id: None,
            connection_id: None,
            once: Once::No,
            payload_json: Json(serde_json::json!({"n": 1})),
            run_at,
            attempts_max: 5,
        }
    }
}

pub fn zone() -> Zone {
    "Asia/Jerusalem".parse().unwrap()
}

/// The country of numbers without one.
pub fn home() -> Option<domain::phone::Country> {
    domain::phone::country_of(&zone())
}

pub fn plugin() -> PluginId {
    "acme-calendar".parse().unwrap()
}

/// A tenant that is stored.
pub async fn a_tenant(db: &Db, world: &World) -> TenantId {
    let tenant = world.tenant();
    let id = tenant.id.clone();
    db.write(move |c| store::tenants::insert(c, &tenant)).await.unwrap();
    id
}

/// An account that is stored.
pub async fn an_account(db: &Db, world: &World, email: &str) -> AccountId {
    let account = world.account(email);
    let id = account.id.clone();
    db.write(move |c| store::accounts::insert(c, &account)).await.unwrap();
    id
}

/// A connection that is stored, with its tenant and account.
pub async fn a_connection(db: &Db, world: &World) -> Connection {
    let tenant = a_tenant(db, world).await;
    let account = an_account(db, world, &format!("{tenant}@example.com")).await;
    let connection = world.connection(&tenant, &account, "account-1");
    let stored = connection.clone();
    db.write(move |c| store::connections::insert(c, &connection)).await.unwrap();
    stored
}

/// A calendar that is stored, with its connection.
pub async fn a_calendar(db: &Db, world: &World) -> Calendar {
    let connection = a_connection(db, world).await;
    let calendar = world.calendar(&connection, "primary");
    let stored = calendar.clone();
    db.write(move |c| store::calendars::insert(c, &calendar)).await.unwrap();
    stored
}

/// Gives the tenant [`plugin`], on.
pub async fn give_plugin(db: &Db, tenant: &TenantId) -> TenantPlugin {
    let installed = InstalledPlugin {
        id: plugin(),
        version: "1.0.0".to_owned(),
        hash: "abc".to_owned(),
        publisher: "Acme".to_owned(),
        path: "plugins/acme-calendar".to_owned(),
        installed_at: START,
        origin: store::plugins::Origin::Folder,
        publisher_key: None,
    };
    let given = TenantPlugin {
        tenant_id: tenant.clone(),
        plugin_id: plugin(),
        version: "1.0.0".to_owned(),
        enabled: true,
        grant_json: Json(serde_json::json!({})),
        settings_json: Json(serde_json::json!({})),
        changed_at: START,
        rev: 1,
        generation: 1,
        changing_until: None,
    };
    let stored = given.clone();
    db.write(move |c| {
        store::plugins::install(c, &installed)?;
        store::tenant_plugins::insert(c, &given)
    })
    .await
    .unwrap();
    stored
}

/// Does the same in so many transactions at once; answers what became of each.
pub async fn at_once<T: Send + 'static>(
    db: &Db,
    times: usize,
    work: impl Fn(usize, &mut store::Conn) -> Result<T> + Send + Sync + 'static,
) -> Vec<Result<T>> {
    let work = Arc::new(work);
    let mut tasks = Vec::new();
    for n in 0..times {
        let (db, work) = (db.clone(), Arc::clone(&work));
        tasks.push(tokio::spawn(async move { db.write(move |c| work(n, c)).await }));
    }
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

/// How many succeeded.
pub fn successes<T>(results: &[Result<T>]) -> usize {
    results.iter().filter(|result| result.is_ok()).count()
}

#[track_caller]
pub fn assert_not_found<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::NotFound)), "{result:?}");
}

#[track_caller]
pub fn assert_conflict<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::Conflict)), "{result:?}");
}

#[track_caller]
pub fn assert_unique<T: std::fmt::Debug>(result: Result<T>, constraint: &str) {
    match result {
        Err(error) if error.is_unique(constraint) => {}
        other => panic!("expected {constraint} to be in the way: {other:?}"),
    }
}
