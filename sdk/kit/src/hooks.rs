//! A trait for each hook that is not a port. Implement what you need; name it in `plugin!`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::parse;
use crate::problem::{Problem, Result, place_of};
use crate::views::{ActInput, Acted, View, ViewInput};

/// A setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The setting's name.
    pub setting: String,
    /// What is wrong with it: a key of the plugin's own texts.
    pub text_key: String,
}

impl SettingProblem {
    /// The setting and the key of the text that says what is wrong.
    pub fn new(setting: &str, text_key: &str) -> Self {
        Self { setting: setting.to_owned(), text_key: text_key.to_owned() }
    }
}

/// Called around installing, changing settings and upgrading.
pub trait Lifecycle {
    /// Whether the plugin can work with these settings; `{}` when there are none.
    fn validate(settings: Value) -> core::result::Result<(), Vec<SettingProblem>> {
        let _ = settings;
        Ok(())
    }

    /// Brings stored data from a former version's form to this one's.
    fn migrate(from_version: &str) -> Result<()> {
        let _ = from_version;
        Ok(())
    }
}

/// A job that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The handler it was enqueued for.
    pub handler: String,
    /// What it was enqueued with.
    pub payload: Value,
    /// 1 the first time, then counting up.
    pub attempt: u32,
}

impl Job {
    /// The payload as a type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        typed(&self.payload)
    }
}

/// Runs jobs and schedules.
pub trait JobHandler {
    /// Runs one job. It may run again after a crash, so doing it twice must be doing it once.
    fn run(job: Job) -> Result<Option<Value>>;
}

/// Something the workspace or another plugin announced.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Such as `appointment.booked`.
    pub topic: String,
    /// The same when an event is delivered again.
    pub id: String,
    /// What is known of it.
    pub payload: Value,
}

impl Event {
    /// The payload as a type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        typed(&self.payload)
    }
}

/// Hears the topics its manifest subscribes to.
pub trait EventHandler {
    /// One event; events may come twice and in any order.
    fn on_event(event: Event) -> Result<()>;
}

/// A delivery to one of the plugin's webhook routes, its signature already checked by the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The route of the manifest.
    pub route: String,
    /// The same when the delivery comes again; empty while its tenant is being looked for.
    pub id: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The raw bytes.
    pub body: Vec<u8>,
}

impl Delivery {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The body as JSON of a type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        parse(&self.body).map_err(|error| shape_problem(&error))
    }
}

/// Receives webhooks.
pub trait WebhookHandler {
    /// The external account ids that a delivery to an instance-wide route concerns.
    fn accounts(delivery: &Delivery) -> Result<Vec<String>> {
        let _ = delivery;
        Ok(Vec::new())
    }

    /// Acts on a delivery, for one tenant.
    fn handle(delivery: Delivery) -> Result<()>;
}

/// Draws views as trees of the closed set of widgets.
pub trait ViewProvider {
    /// What a view shows.
    fn render(view: &str, input: ViewInput) -> Result<View>;

    /// The same as a document, for who makes it in another way than by [`crate::views`].
    fn render_document(view: &str, input: Value) -> Result<Value> {
        Ok(serde_json::to_value(Self::render(view, typed(&input)?)?)?)
    }

    /// What a person did in a view. It is called once for what was sent, and may act on the world.
    fn act(view: &str, action: &str, input: ActInput) -> Result<Acted> {
        let _ = (view, input);
        Err(Problem::not_found(format!("no action {action:?}")))
    }
}

/// What a person typed to connect an account. The password is in the slots of the provider, never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The provider of the manifest.
    pub provider: String,
    /// The server's address.
    pub server: String,
    /// The user name.
    pub user: String,
}

/// What came of trying it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Checked {
    /// It works, and this is the account.
    Ready {
        /// Which account.
        account: Account,
    },
    /// The server sends one on to another, which the person has to name themselves.
    Elsewhere {
        /// The other server's address.
        server: String,
    },
    /// The user name or the password is wrong.
    Refused,
    /// The server is something else than what the plugin is for.
    NotThis,
    /// The account has nothing that the plugin could use.
    Empty,
}

/// An account at a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What the server calls it, always the same.
    pub id: String,
    /// Its name for people.
    #[serde(default)]
    pub name: String,
    /// Its address, where it has one.
    #[serde(default)]
    pub email: String,
}

/// Tries what people type to connect an account, where a provider takes a password.
pub trait AccountChecker {
    /// Tries it. A server that can't be reached is the problem that sending met.
    fn check(login: Login) -> Result<Checked>;
}

/// How one step of trying a connected account went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Tried {
    /// As it should be.
    Done,
    /// It isn't, and this is what is wrong.
    Failed {
        /// A `[[providers.failures]]` of the manifest, or a failure that the host knows.
        failure: String,
        /// Where exactly it is mended, as the provider said; shown where its origin is that of the
        /// failure's `link`, which else is shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
}

impl Tried {
    /// This is wrong; the manifest has the words.
    pub fn failed(failure: &str) -> Self {
        Self::Failed { failure: failure.to_owned(), link: None }
    }

    /// The same, with where the provider says that it is mended.
    pub fn failed_at(failure: &str, link: Option<String>) -> Self {
        Self::Failed { failure: failure.to_owned(), link }
    }
}

/// Tries a connected account step by step, for the people who set it up.
pub trait ConnectionChecker {
    /// Tries one of the manifest's `[[providers.steps]]`; it changes nothing at the provider. What a
    /// request met (no answer, a refused token, too many requests) is its problem.
    fn check(step: &str) -> Result<Tried>;
}

pub(crate) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T> {
    T::deserialize(value).map_err(|error| shape_problem(&error))
}

/// Arguments of another shape than agreed are the caller's mistake and final.
pub(crate) fn shape_problem(error: &serde_json::Error) -> Problem {
    Problem::invalid("arguments of an unexpected shape").with_detail(place_of(error))
}
