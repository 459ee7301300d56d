//! Whose account it is that a provider let in.

use domain::{PluginId, TenantId};
use runtime::manifest::Provider;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::checkups::Found;
use crate::connections::Account;
use crate::{App, egress};

/// What a provider's name of an account may take (OpenID Connect Core, section 2: 255).
const REFERENCE_BYTES_MAX: usize = 255;
/// What is kept of the names that people read.
const WORDS_CHARS_MAX: usize = 254;

/// The fields of an OpenID Connect userinfo answer that we read, and their older names.
#[derive(Debug, Default, Deserialize)]
struct Userinfo {
    #[serde(alias = "id")]
    sub: Option<String>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
}

/// Nobody said whose account it is.
pub(crate) struct Unknown {
    /// The status of the last answer, where there was one.
    pub status: Option<u16>,
    /// For the log.
    pub detail: String,
}

impl Unknown {
    /// What is wrong, for people.
    pub fn found(&self) -> Found {
        Found::of(match self.status {
            None | Some(500..) => "down",
            Some(_) => "identity",
        })
    }
}

/// Asks whose an access token is.
pub(crate) async fn identify(
    app: &App,
    (tenant, plugin, provider): (&TenantId, &PluginId, &Provider),
    access: &str,
) -> Result<Account, Unknown> {
    let mut last = Unknown { status: None, detail: "no identity endpoint".to_owned() };
    for endpoint in &provider.identity {
        let Some(request) = asking(endpoint, access) else { continue };
        let sent = egress::ask_provider(app, tenant, plugin, provider, request).await;
        last = match sent {
            Ok(answer) if answer.status().is_success() => match account_of(answer.body()) {
                Some(account) => return Ok(account),
                None => Unknown { status: Some(200), detail: "no account in it".to_owned() },
            },
            Ok(answer) => {
                let status = answer.status().as_u16();
                Unknown { status: Some(status), detail: format!("status {status}") }
            }
            Err(error) => Unknown { status: None, detail: error.to_string() },
        };
    }
    Err(last)
}

fn asking(endpoint: &str, access: &str) -> Option<http::Request<Vec<u8>>> {
    let bearer = ["Bearer ", access].concat();
    let bearer = bytes::Bytes::from_owner(Zeroizing::new(bearer.into_bytes()));
    let mut bearer = http::HeaderValue::from_maybe_shared(bearer).ok()?;
    bearer.set_sensitive(true);
    let request = http::Request::get(endpoint)
        .header(http::header::AUTHORIZATION, bearer)
        .header(http::header::ACCEPT, "application/json");
    request.body(Vec::new()).ok()
}

/// Whose account it is, from a provider's answer. What people read of it can't steer a terminal or
/// turn the text around it round; a reference is taken as it is or not at all.
fn account_of(answer: &[u8]) -> Option<Account> {
    let mut answer: Value = serde_json::from_slice(answer).ok()?;
    let Userinfo { sub: reference, .. } = Userinfo::deserialize(&answer).ok()?;
    let reference = reference.filter(|r| !r.is_empty() && r.len() <= REFERENCE_BYTES_MAX)?;
    runtime::clean_texts(&mut answer);
    let Userinfo { name, email, .. } = Userinfo::deserialize(&answer).ok()?;
    let line = |text: String| {
        let words: Vec<_> = text.split_whitespace().collect();
        words.join(" ").chars().take(WORDS_CHARS_MAX).collect()
    };
    Some(Account { reference, name: line(name), email: line(email) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_provider_calls_an_account_is_one_harmless_line() {
        let answer = json!({
            "sub": "1\u{202e}2", "name": "Da\u{202e}na\n\u{1b}[31mroot", "email": "d@example.com",
        });
        let account = account_of(answer.to_string().as_bytes()).unwrap();
        assert_eq!(account.reference, "1\u{202e}2", "compared, never shown");
        assert_eq!(
            (account.name.as_str(), account.email.as_str()),
            ("Dana [31mroot", "d@example.com")
        );
        let old = account_of(br#"{"id": "7"}"#).unwrap();
        assert_eq!((old.reference.as_str(), old.name.as_str()), ("7", ""));
        let long = json!({"sub": "x".repeat(256)}).to_string();
        for none in ["", "[]", "{}", r#"{"sub": ""}"#, r#"{"sub": 7}"#, &long] {
            assert!(account_of(none.as_bytes()).is_none(), "{none}");
        }
    }
}
