//! An app and a provider beside it, on one clock.

use std::sync::Arc;

use app::invitations::{JoinInput, accept_as_new, create_invitation};
use app::mail::Post;
use app::openid::{self, Answer, Begun, Finished, OpenId, Settings};
use app::sessions::{Current, Login, SignedIn, context_of};
use app::sign_ins::{self, Entry};
use app::{App, Context, Error, Options, Origin, audit, passkeys, settings};
use domain::Secret;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use oxpi_tests::authenticator::Authenticator;
use oxpi_tests::house::{Base, compiled_plugins, first_owner, password, put_together};
use oxpi_tests::http;
use runtime::{Egress, EgressConfig};
use simulators::{Options as Stand, Simulator};
use store::testing::TestDb;
use tempfile::TempDir;
use url::Url;
use vault::{RootKey, Vault};

/// Somebody at the provider.
pub const DANA: &str = "7f1c-dana";

pub struct World {
    pub app: App,
    pub simulator: Simulator,
    pub clock: Arc<ManualClock>,
    pub owner: Context,
    pub token: String,
    _folder: TempDir,
    _db: TestDb,
}

/// Runs a test on both databases, and checks the chains of the activity log afterwards.
pub async fn each(test: impl AsyncFn(&World)) {
    each_with(false, test).await;
}

/// The same where a second step at the provider counts.
pub async fn each_trusting(test: impl AsyncFn(&World)) {
    each_with(true, test).await;
}

async fn each_with(trusts: bool, test: impl AsyncFn(&World)) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let world = World::start(db, trusts).await;
        test(&world).await;
        let app = &world.app;
        let report = audit::verify::verify(&app.db, &app.vault, Vec::new()).await.unwrap();
        assert!(report.is_whole(), "{report:?}");
    }
}

pub fn origin() -> Origin {
    Origin {
        request_id: "test".into(),
        address: "192.0.2.1".into(),
        device: "Firefox/139.0 (X11)".into(),
        browser: None,
        token: None,
    }
}

/// The key of a refusal.
pub fn key_of<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Invalid { key, .. }) => key,
        Err(Error::Conflict { key } | Error::Unavailable { key, .. }) => key.to_owned(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("accepted"),
    }
}

impl World {
    pub async fn start(db: TestDb, trusts: bool) -> Self {
        let settings = Settings {
            issuer: Url::parse(simulators::openid::ISSUER).unwrap(),
            client_id: "demo".into(),
            client_secret: Secret::from_text("demo-secret".into()),
            name: "Office account".into(),
            trust_second_step: trusts,
        };
        Self::put(db, OpenId::new(settings)).await
    }

    pub async fn without_provider(db: TestDb) -> Self {
        Self::put(db, OpenId::default()).await
    }

    async fn put(db: TestDb, openid: OpenId) -> Self {
        let clock = Arc::new(ManualClock::at(1_772_344_800_000));
        let mut stand = Stand { clock: clock.clone(), ..Stand::default() };
        let public_url = "https://oxpi.example".to_owned();
        let back = openid::redirect_uri(&public_url);
        stand.clients.iter_mut().for_each(|client| client.redirects.push(back.clone()));
        let simulator = Simulator::start_with(stand).unwrap();
        let redirects = vec![format!("*={}", simulator.url).parse().unwrap()];
        let folder = tempfile::tempdir().unwrap();
        let app = put_together(Base {
            db: db.db.clone(),
            vault: Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32])).unwrap()),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(11)),
            egress: Egress::new(EgressConfig { redirects, ..EgressConfig::default() }).unwrap(),
            post: Post::default(),
            openid,
            folder: folder.path().to_owned(),
            compiled: compiled_plugins().unwrap(),
            options: Options {
                public_url,
                sandbox: true,
                themes: Vec::new(),
                plugin_limits: Default::default(),
            },
        })
        .unwrap();
        let (token, owner) = first_owner(&app).await.unwrap();
        Self { app, simulator, clock, owner, token, _folder: folder, _db: db }
    }

    pub async fn current(&self, token: &str) -> Result<Current, Error> {
        context_of(&self.app, token, &origin()).await
    }

    pub async fn login(&self, token: &str) -> Login {
        self.current(token).await.unwrap().login
    }

    /// Goes on at the provider as this person; answers what it sends back.
    pub async fn consent(&self, begun: &Begun, subject: &str) -> Answer {
        let back = consent(&begun.url, subject).await;
        answer_of(&back)
    }

    pub async fn finish(&self, begun: &Begun, answer: Answer) -> Result<Finished, Error> {
        openid::finish(&self.app, &origin(), None, &begun.token, answer).await
    }

    pub async fn sign_in(&self, subject: &str) -> Result<Entry, Error> {
        let begun = openid::begin_sign_in(&self.app, &origin(), "/team").await?;
        let answer = self.consent(&begun, subject).await;
        match self.finish(&begun, answer).await? {
            Finished::Entered { entry, next } => {
                assert_eq!(next, "/team");
                Ok(entry)
            }
            _ => panic!("another end"),
        }
    }

    pub async fn link(&self, login: &Login, subject: &str) -> Result<SignedIn, Error> {
        let begun = openid::begin_linking(&self.app, login).await?;
        let answer = self.consent(&begun, subject).await;
        let done = openid::finish(&self.app, &origin(), Some(login), &begun.token, answer).await?;
        match done {
            Finished::Linked(signed) => Ok(signed),
            _ => panic!("another end"),
        }
    }

    pub async fn invite(&self, email: &str) -> String {
        let owner = Context { is_recent: true, ..self.owner.clone() };
        let invited = create_invitation(&self.app, &owner, email, "member").await.unwrap();
        invited.link.rsplit('/').next().unwrap().to_owned()
    }

    /// Somebody who joined with a password.
    pub async fn join(&self, email: &str) -> String {
        let token = self.invite(email).await;
        let input = JoinInput { name: "Noa".into(), password: password() };
        accept_as_new(&self.app, &origin(), &token, input).await.unwrap().token
    }

    pub async fn join_by_provider(&self, token: &str, subject: &str) -> Result<SignedIn, Error> {
        let begun = openid::begin_joining(&self.app, &origin(), token).await?;
        let answer = self.consent(&begun, subject).await;
        match self.finish(&begun, answer).await? {
            Finished::Joined(signed) => Ok(signed),
            _ => panic!("another end"),
        }
    }

    pub async fn password(&self, email: &str, text: &str) -> Result<Entry, Error> {
        let password = Secret::from_text(text.to_owned());
        sign_ins::sign_in(&self.app, &origin(), email, password).await
    }

    /// Links an identity to the owner's account, and gives it a passkey as a second step.
    pub async fn link_with_passkey(&self, subject: &str) {
        let signed = self.link(&self.login(&self.token).await, subject).await.unwrap();
        let login = self.login(&signed.token).await;
        let mut device = Authenticator::at(&self.app.options.public_url);
        let begun = passkeys::begin_adding(&self.app, &login).await.unwrap();
        let answer = device.create(&begun.options);
        let added = passkeys::finish_adding(&self.app, &login, &begun.token, "Phone", &answer);
        added.await.unwrap();
    }

    pub fn proves_by(&self, subject: &str, methods: &[&str]) {
        let mut person = self.simulator.openid().person(subject).unwrap();
        person.methods = methods.iter().map(|method| (*method).to_owned()).collect();
        self.simulator.openid().put_person(person);
    }

    pub async fn ask_for_second_step(&self) {
        let owner = Context { is_recent: true, ..self.owner.clone() };
        settings::require_second_step(&self.app, &owner, true).await.unwrap();
    }

    /// How often something is in the business's activity log.
    pub async fn count(&self, action: &str) -> usize {
        let tenant = self.owner.tenant.clone();
        let all = self.app.db.read(move |c| store::audit::list_chain(c, &tenant, 0, 10_000));
        all.await.unwrap().iter().filter(|entry| entry.action == action).count()
    }
}

/// Presses "continue" on the provider's page; answers where that leads.
pub async fn consent(authorize: &Url, subject: &str) -> Url {
    decide(authorize, subject, "continue").await
}

/// Presses a button on the provider's page.
pub async fn decide(authorize: &Url, subject: &str, action: &str) -> Url {
    assert_eq!(authorize.host_str(), Some("127.0.0.1"), "only this machine is asked");
    let port = authorize.port().unwrap();
    let path = format!("{}?{}", authorize.path(), authorize.query().unwrap());
    let page = http::send(port, "GET", &path, &[], None).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.body);
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("request", authorize.query().unwrap())
        .append_pair("account", subject)
        .append_pair("action", action)
        .finish();
    let reply = http::send(port, "POST", authorize.path(), &[], Some(&form)).await.unwrap();
    Url::parse(reply.header("location").unwrap()).unwrap()
}

/// What the provider sent back.
pub fn answer_of(back: &Url) -> Answer {
    let get = |name: &str| {
        back.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    };
    Answer { state: get("state"), code: get("code"), error: get("error"), iss: get("iss") }
}
