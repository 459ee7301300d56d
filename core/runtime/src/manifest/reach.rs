//! What a plugin reaches in the world: providers, credential slots, egress routes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The origin of a route or slot that leads to the server which a person named when the account was
/// connected.
pub const CONNECTION_SERVER: &str = "connection:server";

/// `[[providers]]`: where an account is connected. The host does OAuth from this, or takes a user name
/// and a password where `login` says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provider {
    /// Its name in this manifest.
    pub id: String,
    /// Translation key of its name.
    pub name: String,
    /// Set where people type a user name and a password; then there is no OAuth, and what follows is
    /// empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// Where the person is sent.
    pub authorization: String,
    /// Where codes and refresh tokens are exchanged.
    pub token: String,
    /// Where a grant is revoked.
    pub revocation: Option<String>,
    /// Asked in order for who the account is.
    pub identity: Vec<String>,
    /// Whether the code is bound by PKCE.
    pub pkce: bool,
    /// More parameters of the authorization address.
    pub authorization_params: BTreeMap<String, String>,
    /// Translation key of how to get a client id at the provider: one step a line. A line that ends in an
    /// `https` address leads there.
    pub guide: Option<String>,
    /// What is asked for.
    pub scopes: Vec<ProviderScope>,
    /// The parameter of the authorization address that says which account is expected, by its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_hint: Option<String>,
    /// What the plugin tries of a connected account, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ProviderStep>,
    /// What can be wrong there, and where it is mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<ProviderFailure>,
}

/// `[[providers.steps]]`: one thing that the plugin's `connection-checker` tries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderStep {
    /// Its name, which `check` takes.
    pub id: String,
    /// Translation key of what is so once it is done.
    pub title: String,
}

/// `[[providers.failures]]`: something that can be wrong at the provider, in the plugin's words. One
/// with the name of a failure that the host knows takes the place of the host's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderFailure {
    /// Its name, which `check` answers with.
    pub id: String,
    /// Translation key of what is wrong, in a sentence.
    pub title: String,
    /// Translation key of what to do, and where to click.
    pub help: String,
    /// Where that is done.
    pub link: Option<String>,
    /// The words of OAuth's errors (RFC 6749, sections 4.1.2.1 and 5.2, and the provider's own) that mean
    /// this.
    pub errors: Vec<String>,
    /// Whether the provider says it on a page of its own and sends nobody back.
    pub shown: bool,
    /// After how many days a connection ends by itself where this is so.
    pub ends_after_days: Option<u32>,
}

/// `kind = "password"` of `[[providers]]`: what people type to connect an account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Login {
    /// Servers that many people use, to choose from; they may name any other.
    pub servers: Vec<KnownServer>,
}

/// `[[providers.servers]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownServer {
    /// Translation key of its name.
    pub name: String,
    /// Its address; none where everybody has one of their own.
    pub address: Option<String>,
    /// Translation key that says where to make an app password there.
    pub guide: String,
}

/// `[[providers.scopes]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderScope {
    /// The provider's word for it.
    pub scope: String,
    /// Other words the provider may answer with for the same.
    pub also: Vec<String>,
    /// Translation key that says why.
    pub reason: String,
    /// Whether nothing works without it.
    pub required: bool,
}

/// `[[slots]]`: which secret the host places, where, and into requests to which address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name, which `request.credential` takes.
    pub id: String,
    /// Whose secret.
    pub source: SlotSource,
    /// The only origin it may go to, such as `https://api.example.com`, or [`CONNECTION_SERVER`]; empty
    /// where it goes into no request.
    pub origin: String,
    /// The path, or with a slash at its end the paths below it.
    pub path: String,
    /// The only methods.
    pub methods: Vec<String>,
    /// Where in the request.
    pub place: SlotPlace,
    /// Keyed hashes that the host makes with it for the plugin; none unless the manifest says so.
    pub hmac: Vec<Algorithm>,
    /// The canonical sentence for grants; empty where it goes into no request.
    pub ask: String,
    /// The canonical sentence for grants of keyed hashes; empty where it makes none.
    pub sign_ask: String,
}

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// SHA-1, only for providers that sign with nothing better (RFC 3174).
    Sha1,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// Its name in manifests and calls.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// The algorithm of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }
}

/// Whose secret a slot holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotSource {
    /// The access token of a connected account at this provider.
    Provider(String),
    /// A secret of the tenant's settings, by this name.
    Secret(String),
}

/// Where in a request a secret goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SlotPlace {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: Basic …`; the secret is `name:password`.
    Basic,
    /// A header of this (lower-case) name.
    Header(String),
    /// A query parameter.
    Query(String),
    /// A top-level field of a JSON object.
    Json(String),
    /// A field of a form body.
    Form(String),
    /// Into none: the secret is a key only.
    Nowhere,
}

/// `[[egress]]`: requests that may leave. What no route names is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EgressRoute {
    /// Its name, for the activity log.
    pub id: String,
    /// Scheme, host and, where it is not 443, port; or [`CONNECTION_SERVER`].
    pub origin: String,
    /// The methods it covers.
    pub methods: Vec<String>,
    /// The path; `{name}` stands for exactly one segment, `{name*}` at the end of one that leads to
    /// [`CONNECTION_SERVER`] for any number.
    pub path: String,
    /// Query parameters that must be there once, with this value.
    pub query: BTreeMap<String, String>,
    /// What the request does in the world.
    pub effect: Effect,
    /// Requests a minute for a tenant.
    pub rate_per_minute: u32,
    /// The canonical sentence for grants.
    pub ask: String,
}

/// What a request does in the world. All but `none` need a person's approval of the exact request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing that needs approval.
    #[default]
    None,
    /// Spends money.
    Spend,
    /// Shows something to the public.
    Publish,
    /// Answers somebody.
    Reply,
    /// Gives money back.
    Refund,
}

impl Effect {
    /// Those that need a person's approval.
    pub const APPROVED: [Self; 4] = [Self::Spend, Self::Publish, Self::Reply, Self::Refund];

    /// Its word in manifests, grants and translation keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Spend => "spend",
            Self::Publish => "publish",
            Self::Reply => "reply",
            Self::Refund => "refund",
        }
    }

    /// Whether people are asked first.
    pub const fn needs_approval(self) -> bool {
        !matches!(self, Self::None)
    }
}

impl Provider {
    /// The failure of this name.
    pub fn failure(&self, id: &str) -> Option<&ProviderFailure> {
        self.failures.iter().find(|failure| failure.id == id)
    }

    /// What a word of OAuth's errors means here.
    pub fn failure_of_error(&self, error: &str) -> Option<&ProviderFailure> {
        self.failures.iter().find(|failure| failure.errors.iter().any(|known| known == error))
    }
}

impl ProviderScope {
    /// Whether what the provider granted holds this scope, by any of its names.
    pub fn is_granted(&self, granted: &[String]) -> bool {
        granted.iter().any(|name| *name == self.scope || self.also.contains(name))
    }
}
