//! Connecting an account where a provider has no OAuth: a person types the server's address, a user name
//! and a password. The plugin tries it at once with the host placing the password, and only what works is
//! kept; the password goes into the vault and never comes out to a page or a plugin.

use domain::{ConnectionId, Permission, PluginId, Secret};
use runtime::egress::server_address;
use runtime::{CallError, Candidate};
use serde::Deserialize;
use serde_json::json;

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
    let (loaded, mut call) = plugins::call_context(app, &ctx.tenant, plugin, None).await?;
    call.locale = ctx.locale;
    call.candidate = Some(Candidate {
        provider: provider.to_owned(),
        server: Some(server.to_string()),
        secret: secret.clone(),
    });
    let typed = json!({"provider": provider, "server": server.as_str(), "user": user});
    let answer = app.engine.check_account(&loaded, call, &typed).await.map_err(failed)?;
    let told = match serde_json::from_value(answer).map_err(plugins::bad_answer)? {
        Checked::Ready { account } => account,
        Checked::Elsewhere { server } => return elsewhere(&server),
        Checked::Refused => return Err(Error::invalid("password", "error-login-refused")),
        Checked::NotThis => return Err(Error::invalid("server", "error-login-not-this")),
        Checked::Empty => return Err(Error::invalid("form", "error-login-empty")),
    };
    let origin = server.origin().ascii_serialization();
    let account = account_of(&origin, &user, told)?;
    let target = Target {
        plugin: plugin.clone(),
        provider: provider.to_owned(),
        login: Some(Login { server: server.to_string(), user }),
    };
    let tokens = Tokens::of_login(&secret);
    let id = connections::keep(app, ctx, &target, &account, tokens).await?;
    Ok(Connected::Account(id))
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

/// A server that nobody could connect to is no place to send people.
fn elsewhere(server: &str) -> Result<Connected> {
    match server_address(server) {
        Ok(url) => Ok(Connected::Elsewhere(url.to_string())),
        Err(_) => Err(Error::invalid("server", "error-login-not-this")),
    }
}

/// Which step failed, in a word that has a translation.
fn failed(error: CallError) -> Error {
    let CallError::Problem(problem) = &error else { return plugins::call_error(error) };
    match problem.code.as_str() {
        "unavailable" if problem.message.contains("certificate") => {
            Error::invalid("server", "error-login-certificate")
        }
        "unavailable" | "timeout" => Error::invalid("server", "error-login-unreachable"),
        "denied" => Error::invalid("server", "error-login-private"),
        "reconnect" => Error::invalid("password", "error-login-refused"),
        _ => plugins::call_error(error),
    }
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
        assert_eq!(
            elsewhere("https://p1-dav.example.com").unwrap(),
            Connected::Elsewhere("https://p1-dav.example.com/".to_owned())
        );
        for server in ["https://127.0.0.1/", "http://dav.example.com/", "javascript:alert(1)"] {
            assert_eq!(refused(elsewhere(server)), "error-login-not-this", "{server}");
        }
    }
}
