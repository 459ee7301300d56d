//! An app on a database of its own, with a clock that stands still and repeatable randomness.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod authenticator;
mod parts;
pub mod people;

use std::ops::AsyncFn;
use std::sync::Arc;
use std::time::Duration;

use app::sessions::{self, Current, Login, SignedIn};
use app::tenants::{self, BusinessInput, FirstRun, OwnerInput};
use app::{App, Context, Error, Origin, audit, invitations, sign_ins};
use domain::time::ManualClock;
use domain::{Role, Secret, TenantId};
use store::testing::TestDb;
use store::{Backend, Conn};

/// A password nobody would guess.
pub const PASSWORD: &str = "seven quiet green lamps";

/// An app of its own.
#[derive(Clone)]
pub struct Fixture {
    pub app: App,
    pub clock: Arc<ManualClock>,
}

/// Somebody who is signed in to a business.
pub struct Signed {
    pub token: String,
    pub login: Login,
    pub ctx: Context,
}

/// Runs a test on both databases, and checks each business's audit chain afterwards.
pub async fn each(test: impl AsyncFn(Fixture)) {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        let fixture = Fixture::over(fresh.db.clone());
        test(fixture.clone()).await;
        fixture.check_chains().await;
    }
}

/// Runs a test on both databases, with the database at hand for whoever is to tamper with it.
pub async fn each_with_its_database(test: impl AsyncFn(Fixture, &TestDb)) {
    for fresh in [store::testing::sqlite().await, store::testing::postgres().await] {
        test(Fixture::over(fresh.db.clone()), &fresh).await;
    }
}

impl Fixture {
    pub fn over(db: store::Db) -> Self {
        // A Sunday morning in Jerusalem.
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let app = parts::put_together(db, clock.clone());
        Self { app, clock }
    }

    async fn check_chains(&self) {
        let report = audit::verify::verify(&self.app.db, &self.app.vault, Vec::new()).await;
        let report = report.unwrap();
        assert!(report.is_whole(), "{report:?}");
        assert!(self.tenants().await.len() <= report.chains.len());
    }

    /// The first business, with its owner signed in.
    pub async fn first_run(&self) -> Signed {
        let input = first_run("dana@example.com");
        let signed = tenants::create_first_business(&self.app, &origin(), input).await.unwrap();
        self.signed(signed).await
    }

    /// Two businesses with an owner each who has nothing to do with the other.
    pub async fn two_businesses(&self) -> (Signed, Signed) {
        let first = self.first_run().await;
        let mut input = first_run("stranger@example.com");
        input.business.business = "Somewhere else".into();
        tenants::create_business(&self.app, input).await.unwrap();
        let second = self.sign_in("stranger@example.com", PASSWORD).await.unwrap();
        (first, self.signed(second).await)
    }

    /// A second business of the same owner.
    pub async fn second_business(&self, owner: &Signed) -> Signed {
        let mut input = first_run("").business;
        input.business = "Second".into();
        let signed = tenants::add_business(&self.app, &owner.login, input).await.unwrap();
        self.signed(signed).await
    }

    /// Somebody new whom `by` invited. Their name is the address's first part, capitalised.
    pub async fn join(&self, by: &Signed, email: &str, role: Role) -> Signed {
        let invited =
            invitations::create_invitation(&self.app, &by.ctx, email, role.as_str()).await.unwrap();
        let token = invited.link.rsplit('/').next().unwrap();
        let (first, rest) = email.split('@').next().unwrap().split_at(1);
        let name = format!("{}{rest}", first.to_uppercase());
        let input = invitations::JoinInput { name, password: secret(PASSWORD) };
        let signed = invitations::accept_as_new(&self.app, &origin(), token, input).await.unwrap();
        self.signed(signed).await
    }

    /// Runs `work` while another transaction stands in its way, so that everything in it meets at
    /// once when that one gives up. SQLite has one writer at a time anyway.
    pub async fn held_up<T>(
        &self,
        hold: impl FnOnce(&mut Conn) -> store::Result<()> + Send + 'static,
        work: impl Future<Output = T>,
    ) -> T {
        let long = tokio::time::sleep(Duration::from_secs(5));
        self.held_until(hold, long, work).await
    }

    /// [`Self::held_up`], until something is so.
    pub async fn held_until<T>(
        &self,
        hold: impl FnOnce(&mut Conn) -> store::Result<()> + Send + 'static,
        until: impl Future<Output = ()>,
        work: impl Future<Output = T>,
    ) -> T {
        if self.app.db.backend() == Backend::Sqlite {
            return work.await;
        }
        let (held, is_held) = tokio::sync::oneshot::channel();
        let (release, is_released) = std::sync::mpsc::channel::<()>();
        let db = self.app.db.clone();
        let other = tokio::spawn(async move {
            let hold_on = move |c: &mut Conn| -> store::Result<()> {
                hold(c)?;
                held.send(()).unwrap();
                is_released.recv().unwrap();
                Err(store::Error::Conflict)
            };
            db.write(hold_on).await
        });
        is_held.await.unwrap();
        let give_up = async {
            until.await;
            release.send(()).unwrap();
        };
        let (done, ()) = tokio::join!(work, give_up);
        other.await.unwrap().unwrap_err();
        done
    }

    /// Runs both, the second once the first waits for what another transaction holds; that one gives up when
    /// the second waits too. On SQLite the second follows the first.
    pub async fn meet<A: Send + 'static, B: Send + 'static>(
        &self,
        hold: impl FnOnce(&mut Conn) -> store::Result<()> + Send + 'static,
        first: impl Future<Output = A> + Send + 'static,
        second: impl Future<Output = B> + Send + 'static,
    ) -> (A, B) {
        if self.app.db.backend() == Backend::Sqlite {
            return (first.await, second.await);
        }
        let both = async {
            let first = tokio::spawn(first);
            self.until_waiting(1).await;
            let second = tokio::spawn(second);
            (first.await.unwrap(), second.await.unwrap())
        };
        self.held_until(hold, self.until_waiting(2), both).await
    }

    /// Waits until so many transactions wait for others, or for ten seconds.
    pub async fn until_waiting(&self, count: i64) {
        for _ in 0..500 {
            let waiting = self.app.db.read(store::testing::count_waiting).await.unwrap();
            if waiting >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Error> {
        let entry = sign_ins::sign_in(&self.app, &origin(), email, secret(password)).await?;
        Ok(entry.open().unwrap())
    }

    pub async fn current(&self, token: &str) -> Result<Current, Error> {
        sessions::context_of(&self.app, token, &origin()).await
    }

    /// What a token opens, in a business.
    pub async fn signed(&self, signed: SignedIn) -> Signed {
        let current = self.current(&signed.token).await.unwrap();
        Signed { token: signed.token, login: current.login, ctx: current.context.unwrap() }
    }

    /// Every business there is.
    pub async fn tenants(&self) -> Vec<TenantId> {
        let all = self.app.db.read(store::tenants::list).await.unwrap();
        all.into_iter().map(|tenant| tenant.id).collect()
    }

    /// A business's audit chain.
    pub async fn chain(&self, tenant: &TenantId) -> Vec<audit::Entry> {
        let tenant = tenant.clone();
        let all = self.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 10_000));
        all.await.unwrap()
    }

    /// What was done in a business, latest first.
    pub async fn actions(&self, who: &Signed) -> Vec<String> {
        let chain = self.chain(&who.ctx.tenant).await;
        chain.into_iter().rev().map(|entry| entry.action).collect()
    }
}

/// The first-run page's form, filled in.
pub fn first_run(email: &str) -> FirstRun {
    FirstRun {
        business: BusinessInput {
            business: "Dana's Studio".into(),
            locale: "en".into(),
            zone: "Asia/Jerusalem".into(),
            currency: "ILS".into(),
        },
        owner: OwnerInput { name: "Dana".into(), email: email.into(), password: secret(PASSWORD) },
    }
}

pub fn secret(text: &str) -> Secret {
    Secret::from_text(text.to_owned())
}

pub fn origin() -> Origin {
    origin_at("192.0.2.1")
}

pub fn origin_at(address: &str) -> Origin {
    Origin {
        request_id: "test".into(),
        address: address.into(),
        device: "Firefox/139.0 (X11)".into(),
        browser: None,
        token: None,
    }
}

/// Expects a typed error that names this field and a key of the theme's texts.
pub fn expect_invalid<T>(result: Result<T, Error>, expected: &str) {
    match result {
        Err(Error::Invalid { field, key }) => {
            assert_eq!(field, expected, "{key}");
            assert!(key.starts_with("error-"), "{key}");
        }
        Err(other) => panic!("{expected}: {other}"),
        Ok(_) => panic!("{expected} was accepted"),
    }
}
