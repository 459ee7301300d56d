//! A business that tells somebody's program of what happens, on each database.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use app::endpoints::{self, DeliveryState, EndpointInput, Line};
use app::mail::Post;
use app::openid::OpenId;
use app::people::{Person, PersonInput};
use app::tasks::{Task, TaskInput};
use app::{App, Context, Options, jobs, notifications};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::rng::SeededRng;
use domain::time::ManualClock;
use domain::{EndpointId, Secret};
use hmac::{Hmac, Mac};
use oxpi_tests::house::{Base, compiled_plugins, first_owner, put_together};
use oxpi_tests::receiver::{Message, Receiver};
use runtime::egress::Lookup;
use runtime::{Egress, EgressConfig};
use sha2::Sha256;
use store::testing::TestDb;
use tempfile::TempDir;
use vault::{RootKey, Vault};

/// The address that leads to the receiver.
pub const HOOKS: &str = "https://hooks.example/in?key=1";

/// Where names lead, as the test says.
#[derive(Default)]
pub struct Lookups {
    to: Mutex<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Lookups {
    pub fn lead_to(&self, addresses: &[&str]) {
        *self.to.lock().unwrap() = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl Lookup for Lookups {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.to.lock().unwrap().clone())
    }
}

pub struct World {
    pub app: App,
    pub owner: Context,
    pub clock: Arc<ManualClock>,
    pub receiver: Receiver,
    pub lookups: Arc<Lookups>,
    slow: Receiver,
    folder: TempDir,
    db: TestDb,
}

/// On both databases.
pub async fn each(test: impl AsyncFn(World) -> Result<()>) {
    for db in [store::testing::sqlite().await, store::testing::postgres().await] {
        let world = World::start(db, 1_772_344_800_000).await.unwrap();
        test(world).await.unwrap();
    }
}

impl World {
    /// A world that begins at this time.
    pub async fn start(db: TestDb, millis: i64) -> Result<Self> {
        let clock = Arc::new(ManualClock::at(millis));
        let (receiver, slow) = (Receiver::start()?, Receiver::start()?);
        let lookups = Arc::new(Lookups::default());
        let folder = tempfile::tempdir()?;
        let base = base(&db, &folder, (&clock, 11), [&receiver, &slow], &lookups)?;
        let app = put_together(base)?;
        let (_, owner) = first_owner(&app).await?;
        Ok(Self { app, owner, clock, receiver, lookups, slow, folder, db })
    }

    /// The same house in another process.
    pub async fn another(&self) -> Result<App> {
        let to = [&self.receiver, &self.slow];
        // With chance of its own, or its ids would be the other's.
        put_together(base(&self.db, &self.folder, (&self.clock, 12), to, &self.lookups)?)
    }

    /// The receiver at `https://slow.example`.
    pub async fn second_receiver(&self) -> Result<Receiver> {
        Ok(self.slow.clone())
    }

    fn proven(&self) -> Context {
        Context { is_recent: true, ..self.owner.clone() }
    }

    /// Adds an endpoint that is told of these kinds, or of all; answers its secret too.
    pub async fn add(&self, url: &str, kinds: &[&str]) -> Result<(EndpointId, String)> {
        let input = EndpointInput {
            url: url.to_owned(),
            description: String::new(),
            all: kinds.is_empty(),
            kinds: kinds.iter().map(|&kind| kind.to_owned()).collect(),
        };
        let made = endpoints::add_endpoint(&self.app, &self.proven(), input, "").await?;
        Ok((made.endpoint.id, text(made.secret)?))
    }

    /// Gives an endpoint a new secret.
    pub async fn rotate(&self, id: &EndpointId, form: &str) -> Result<String> {
        text(endpoints::rotate_secret(&self.app, &self.proven(), id, form).await?.secret)
    }

    pub async fn person(&self, name: &str) -> Result<Person> {
        let input = PersonInput { name: name.to_owned(), ..PersonInput::default() };
        Ok(app::people::create_person(&self.app, &self.owner, input, "").await?)
    }

    pub async fn task(&self, title: &str) -> Result<Task> {
        let input = TaskInput { title: title.to_owned(), ..TaskInput::default() };
        Ok(app::tasks::create_task(&self.app, &self.owner, input, "").await?)
    }

    pub async fn work(&self) -> Result<usize> {
        Ok(jobs::run_due(&self.app).await?)
    }

    /// Lets time pass, a tenth at a time, and works.
    pub async fn pass(&self, secs: i64) -> Result<()> {
        let step = secs / 10;
        for _ in 0..10 {
            self.clock.advance_millis(step * 1_000);
            self.work().await?;
        }
        self.clock.advance_millis((secs - 10 * step) * 1_000);
        self.work().await?;
        Ok(())
    }

    /// Lets time pass until the newest message is tried again, and works.
    pub async fn pass_to_next(&self, id: &EndpointId) -> Result<()> {
        let next =
            self.log(id).await?.remove(0).delivery.next_at.context("it isn't tried again")?;
        self.clock.advance_millis(next.millis_since(self.app.clock.now()));
        self.work().await?;
        Ok(())
    }

    /// The messages of an endpoint, newest first.
    pub async fn log(&self, id: &EndpointId) -> Result<Vec<Line>> {
        let page = endpoints::list_deliveries(&self.app, &self.owner, id, None, None, 100).await?;
        Ok(page.items)
    }

    /// How its messages stand, in the order of the words: of two of the same moment either is first.
    pub async fn states(&self, id: &EndpointId) -> Result<Vec<DeliveryState>> {
        let log = self.log(id).await?.into_iter();
        let mut states: Vec<_> = log.map(|line| line.delivery.state).collect();
        states.sort_by_key(|state| state.as_str());
        Ok(states)
    }

    /// The kinds that came, in order of their names.
    pub fn kinds(&self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        for message in self.receiver.got() {
            let body: serde_json::Value = serde_json::from_str(&message.body)?;
            all.push(body["type"].as_str().unwrap_or_default().to_owned());
        }
        all.sort();
        Ok(all)
    }

    /// How many notifications of an endpoint that was turned off wait for the owner.
    pub async fn told(&self) -> Result<usize> {
        let all = notifications::list_notifications(&self.app, &self.owner).await?;
        let of = |one: &&notifications::Notification| {
            one.kind == notifications::Kind::EndpointOff && one.read_at.is_none()
        };
        Ok(all.iter().filter(of).count())
    }

    /// How many secrets of endpoints there are.
    pub async fn secrets(&self) -> Result<usize> {
        let tenant = self.owner.tenant.clone();
        let all = self.app.db.read(move |c| store::secrets::list(c, &tenant, "@endpoint")).await?;
        Ok(all.len())
    }
}

fn text(secret: Option<Secret>) -> Result<String> {
    let secret = secret.context("no secret")?;
    Ok(secret.expose_text().context("a secret that is no text")?.to_owned())
}

fn base(
    db: &TestDb,
    folder: &TempDir,
    (clock, seed): (&Arc<ManualClock>, u64),
    [hooks, slow]: [&Receiver; 2],
    lookups: &Arc<Lookups>,
) -> Result<Base> {
    let redirects = vec![
        hooks.redirect("https://hooks.example").parse()?,
        slow.redirect("https://slow.example").parse()?,
    ];
    let lookup: Option<Arc<dyn Lookup>> = Some(lookups.clone());
    Ok(Base {
        db: db.db.clone(),
        vault: Vault::new(RootKey::from_secret(&Secret::new(vec![7; 32]))?),
        clock: clock.clone(),
        rng: Arc::new(SeededRng::new(seed)),
        egress: Egress::new(EgressConfig { redirects, lookup })?,
        post: Post::default(),
        openid: OpenId::default(),
        folder: folder.path().to_owned(),
        compiled: compiled_plugins()?,
        options: Options {
            public_url: "http://127.0.0.1:8080".to_owned(),
            sandbox: true,
            themes: Vec::new(),
            plugin_limits: Default::default(),
        },
    })
}

/// Whether a message bears exactly one signature by each of these secrets, in this order.
pub fn verifies(message: &Message, secrets: &[&str]) -> bool {
    let header = |name| message.header(name);
    let content =
        format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), message.body);
    let sign = |secret: &&str| {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(content.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    let expected: Vec<String> = secrets.iter().map(sign).collect();
    header("webhook-signature") == expected.join(" ")
}
