//! Connecting an account where a provider has no OAuth: a person types the server's address, a user name
//! and a password. The plugin tries it at once with the host placing the password, and only what works is
//! kept; the password goes into the vault and never comes out to a page or a plugin.

use domain::{ConnectionId, Permission, PluginId, Secret};
use runtime::egress::server_address;
use runtime::{CallError, Candidate};
use serde::Deserialize;
use serde_json::json;

use crate::checkups::{self, Checkup, Found, Progress, Stopped};
use crate::connections::{self, Account, Login, Target};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::tokens::Tokens;
use crate::{App, plugins};

/// Characters of a user name.
const USER_CHARS_MAX: usize = 254;
/// Bytes of a password.
const PASSWORD_BYTES_MAX: usize = 1_000;
/// Bytes of what a server and an account on it are called together.
const REFERENCE_BYTES_MAX: usize = 1_000;
/// Characters of a name that people read.
const NAME_CHARS_MAX: usize = 254;

/// What a person typed.
pub struct LoginInput {
    /// The server's address, with `https://` or without.
    pub server: String,
    /// The user name.
    pub user: String,
    /// The password, best one made for this alone.
    pub password: Secret,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connected {
    /// The account is connected.
    Account(ConnectionId),
    /// The server sends one on to this one. Nothing went there: a person has to name it first.
    Elsewhere(String),
}

/// The contract's answer of `account-checker`.
#[derive(Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum Checked {
    Ready { account: Told },
    Elsewhere { server: String },
    Refused,
    NotThis,
    Empty,
}

#[derive(Deserialize)]
struct Told {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
}

/// Tries what a person typed and keeps it when it works. The same account connects again into the row
/// it had, so everything that hangs on it stays.
pub async fn connect_login(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    input: LoginInput,
) -> Result<Connected> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    ctx.require_recent()?;
    let loaded = plugins::find_enabled(app, &ctx.tenant, plugin).await?;
    let section = loaded.manifest().provider(provider).ok_or(Error::NotFound)?;
    if section.login.is_none() {
        return Err(Error::NotFound);
    }
    let server = read_server(&input.server)?;
    let user = read_user(&input.user)?;
    let secret = credential(&user, &input.password)?;
    let again = connections::find_login(app, ctx, plugin, provider, &server, &user).await?;
    let subject = again.map_or_else(|| connections::owner(plugin, provider), |id| id.to_string());
    let steps = checkups::steps_to_connect(section);
    let mut progress = Progress::begin(app, &ctx.tenant, plugin, &subject, steps).await;
    let typed = Typed { plugin, provider, server, user, secret };
    let told = match typed.check(app, ctx).await {
        Ok(Answer::Account(told)) => told,
        Ok(Answer::Elsewhere(server)) => {
            progress.done(&["reach", "secure"]).await;
            progress.fail("kind", Found::of("kind")).await;
            return Ok(Connected::Elsewhere(server));
        }
        Err(stopped) => {
            let reached = !matches!(stopped.step, "reach" | "secure");
            progress.done(if reached { &["reach", "secure"] } else { &[] }).await;
            progress.fail(stopped.step, stopped.found).await;
            return Err(stopped.error);
        }
    };
    match typed.keep(app, ctx, told).await {
        Ok(id) => {
            progress.done(&["reach", "secure", "password", "kind", "content"]).await;
            progress.hand_over(&id).await;
            Ok(Connected::Account(id))
        }
        Err(error) => {
            progress.fail("kind", Found::of("failed")).await;
            Err(error)
        }
    }
}
/// How far the last try of this came; nothing where what was typed is no address or no user name, so
/// that it wasn't tried.
pub async fn find_checkup_of_login(
    app: &App,
    ctx: &Context,
    plugin: &PluginId,
    provider: &str,
    (server, user): (&str, &str),
) -> Result<Option<Checkup>> {
    ctx.require_to_see(Permission::ReadPlugins)?;
    ctx.require(Permission::ManageConnections)?;
    let (Ok(server), Ok(user)) = (read_server(server), read_user(user)) else { return Ok(None) };
    match connections::find_login(app, ctx, plugin, provider, &server, &user).await? {
        Some(connection) => checkups::find_checkup(app, ctx, &connection).await,
        None => checkups::find_checkup_of_provider(app, ctx, plugin, provider).await,
    }
}

/// What a person typed, read.
struct Typed<'a> {
    plugin: &'a PluginId,
    provider: &'a str,
    server: url::Url,
    user: String,
    secret: Secret,
}

enum Answer {
    Account(Told),
    Elsewhere(String),
}

impl Typed<'_> {
    /// Has the plugin try it.
    async fn check(&self, app: &App, ctx: &Context) -> Result<Answer, Stopped> {
        let broken = |error: Error| Stopped { step: "kind", found: Found::of("failed"), error };
        let called = plugins::call_context(app, &ctx.tenant, self.plugin, None).await;
        let (loaded, mut call) = called.map_err(broken)?;
        call.locale = ctx.locale;
        call.candidate = Some(Candidate {
            provider: self.provider.to_owned(),
            server: Some(self.server.to_string()),
            secret: self.secret.clone(),
        });
        let (server, user) = (self.server.as_str(), &self.user);
        let typed = json!({"provider": self.provider, "server": server, "user": user});
        let answer = app.engine.check_account(&loaded, call, &typed).await.map_err(failed)?;
        let answer = serde_json::from_value(answer).map_err(plugins::bad_answer).map_err(broken)?;
        let stop = |step, field: &str, key: &str| Stopped {
            step,
            found: Found::of(step),
            error: Error::invalid(field, key),
        };
        match answer {
            Checked::Ready { account } => Ok(Answer::Account(account)),
            Checked::Elsewhere { server } => match elsewhere(&server) {
                Some(server) => Ok(Answer::Elsewhere(server)),
                None => Err(stop("kind", "server", "error-login-not-this")),
            },
            Checked::Refused => Err(stop("password", "password", "error-login-refused")),
            Checked::NotThis => Err(stop("kind", "server", "error-login-not-this")),
            Checked::Empty => Err(stop("content", "form", "error-login-empty")),
        }
    }

    /// Keeps the account that the plugin found.
    async fn keep(&self, app: &App, ctx: &Context, told: Told) -> Result<ConnectionId> {
        let origin = self.server.origin().ascii_serialization();
        let account = account_of(&origin, &self.user, told)?;
        let login = Login { server: self.server.to_string(), user: self.user.clone() };
        let target = Target {
            plugin: self.plugin.clone(),
            provider: self.provider.to_owned(),
            login: Some(login),
        };
        connections::keep(app, ctx, &target, &account, Tokens::of_login(&self.secret)).await
    }
}

/// The other server's address; none for one that nobody could connect to, which is no place to send
/// people.
fn elsewhere(server: &str) -> Option<String> {
    server_address(server).ok().map(|url| url.to_string())
}

/// The server as it is to be asked. People write `cloud.example.com`, too.
fn read_server(text: &str) -> Result<url::Url> {
    let text = text.trim();
    let invalid = |key: &str| Err(Error::invalid("server", key));
    let whole = match text.split_once("://") {
        Some((scheme, _)) if !scheme.eq_ignore_ascii_case("https") => {
            return invalid("error-login-https");
        }
        Some((_, rest)) => format!("https://{rest}"),
        None => format!("https://{text}"),
    };
    match server_address(&whole) {
        Ok(url) => Ok(url),
        Err(_) => invalid("error-login-server"),
    }
}

/// RFC 7617: a user name has no colon, since that is where the password begins.
fn read_user(text: &str) -> Result<String> {
    let user = text.trim();
    let is_plain = !user.contains(':') && !user.chars().any(char::is_control);
    if user.is_empty() || user.chars().count() > USER_CHARS_MAX || !is_plain {
        return Err(Error::invalid("user", "error-login-user"));
    }
    Ok(user.to_owned())
}

fn credential(user: &str, password: &Secret) -> Result<Secret> {
    let missing = || Error::invalid("password", "error-login-password");
    let text = password.expose_text().filter(|text| !text.is_empty()).ok_or_else(missing)?;
    if text.len() > PASSWORD_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(missing());
    }
    // Room for all of it, so that growing leaves no copy behind.
    let mut whole = String::with_capacity(user.len() + text.len() + 1);
    whole.push_str(user);
    whole.push(':');
    whole.push_str(text);
    Ok(Secret::from_text(whole))
}

/// Which step failed, and in a word that has a translation.
fn failed(error: CallError) -> Stopped {
    let CallError::Problem(problem) = &error else {
        let error = plugins::call_error(error);
        return Stopped { step: "kind", found: Found::of("failed"), error };
    };
    let (step, failure, field, key) = match problem.code.as_str() {
        "unavailable" if problem.detail.as_deref() == Some("certificate") => {
            ("secure", "certificate", "server", "error-login-certificate")
        }
        "unavailable" | "timeout" => ("reach", "unreachable", "server", "error-login-unreachable"),
        "denied" => ("reach", "private", "server", "error-login-private"),
        "reconnect" => ("password", "password", "password", "error-login-refused"),
        "limited" => return stopped("kind", "busy", error),
        _ => return stopped("kind", "failed", error),
    };
    Stopped { step, found: Found::of(failure), error: Error::invalid(field, key) }
}

fn stopped(step: &'static str, failure: &str, error: CallError) -> Stopped {
    Stopped { step, found: Found::of(failure), error: plugins::call_error(error) }
}

/// Two servers may have an account of one name: what tells accounts apart begins with the server.
fn account_of(origin: &str, user: &str, told: Told) -> Result<Account> {
    let reference = format!("{origin} {}", told.id);
    if told.id.is_empty() || reference.len() > REFERENCE_BYTES_MAX {
        return Err(Error::invalid("server", "error-login-not-this"));
    }
    let line = |text: &str| {
        let words: Vec<_> = text.split_whitespace().collect();
        words.join(" ").chars().take(NAME_CHARS_MAX).collect::<String>()
    };
    let (name, email) = (line(&told.name), line(&told.email));
    Ok(Account {
        reference,
        name: if name.is_empty() { user.to_owned() } else { name },
        email: if email.is_empty() && user.contains('@') { user.to_owned() } else { email },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T>(outcome: Result<T>) -> String {
        match outcome {
            Err(Error::Invalid { key, .. }) => key,
            _ => panic!("it must be refused"),
        }
    }

    #[test]
    fn a_server_is_https_and_public_however_it_is_typed() {
        for (typed, read) in [
            ("cloud.example.com", "https://cloud.example.com/"),
            (
                " HTTPS://Cloud.Example.com/remote.php/dav ",
                "https://cloud.example.com/remote.php/dav",
            ),
            ("dav.example.com:8443", "https://dav.example.com:8443/"),
        ] {
            assert_eq!(read_server(typed).unwrap().as_str(), read, "{typed}");
        }
        assert_eq!(refused(read_server("http://cloud.example.com")), "error-login-https");
        for typed in [
            "",
            "localhost",
            "192.168.1.2",
            "[::1]",
            "nas.local",
            "nas",
            "https://u:p@cloud.example.com/",
            "cloud.example.com/?a=b",
            "cloud.example.com/#x",
            "cloud.example.com/../x%2f",
        ] {
            assert_eq!(refused(read_server(typed)), "error-login-server", "{typed}");
        }
    }

    #[test]
    fn a_colon_ends_a_user_name() {
        assert_eq!(read_user(" dana@example.com ").unwrap(), "dana@example.com");
        for typed in ["", "a:b", "a\nb"] {
            assert_eq!(refused(read_user(typed)), "error-login-user", "{typed:?}");
        }
        let whole = credential("dana", &Secret::from_text("a:b c".to_owned())).unwrap();
        assert_eq!(whole.expose_text(), Some("dana:a:b c"));
        let none = credential("dana", &Secret::from_text(String::new()));
        assert_eq!(refused(none), "error-login-password");
    }

    #[test]
    fn a_server_that_nobody_may_reach_is_not_offered() {
        let there = elsewhere("https://p1-dav.example.com");
        assert_eq!(there.as_deref(), Some("https://p1-dav.example.com/"));
        for server in ["https://127.0.0.1/", "http://dav.example.com/", "javascript:alert(1)"] {
            assert_eq!(elsewhere(server), None, "{server}");
        }
    }
}
