//! `[openid]`: the OpenID provider people may sign in by.

use std::fmt;

use app::openid::Settings;
use domain::Secret;
use serde::Deserialize;
use url::Url;

/// The section.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(try_from = "Written")]
pub struct Openid {
    issuer: Option<Url>,
    client_id: String,
    client_secret: ClientSecret,
    name: String,
    trust_second_step: bool,
}

impl Openid {
    /// The provider, if there is one.
    pub fn provider(&self) -> Option<Settings> {
        let issuer = self.issuer.clone()?;
        Some(Settings {
            issuer,
            client_id: self.client_id.clone(),
            client_secret: Secret::from_text(self.client_secret.0.clone()),
            name: self.name.clone(),
            trust_second_step: self.trust_second_step,
        })
    }
}

/// The secret at the provider; it doesn't print itself.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(transparent)]
struct ClientSecret(String);

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    issuer: String,
    client_id: String,
    client_secret: ClientSecret,
    name: String,
    trust_second_step: bool,
}

/// The longest name of a button, in characters.
const NAME_CHARS_MAX: usize = 40;

impl TryFrom<Written> for Openid {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let Written { issuer, client_id, client_secret, name, trust_second_step } = written;
        if issuer.is_empty() {
            return Ok(Self { client_id, client_secret, name, trust_second_step, issuer: None });
        }
        let expected = "expected an address such as https://id.example.com/realms/office";
        let url = Url::parse(&issuer).map_err(|_| format!("issuer is {issuer:?}; {expected}"))?;
        let is_bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if url.scheme() != "https" || !is_bare {
            return Err(format!("issuer is {issuer:?}; {expected}"));
        }
        if client_id.is_empty() || client_secret.0.is_empty() {
            return Err("client_id and client_secret are missing; the provider gives both when a \
                        client is registered"
                .to_owned());
        }
        if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(format!("name is too long for a button; {NAME_CHARS_MAX} characters fit"));
        }
        let host = || url.host_str().unwrap_or_default().to_owned();
        let name = Some(name).filter(|name| !name.trim().is_empty()).unwrap_or_else(host);
        Ok(Self { client_id, client_secret, name, trust_second_step, issuer: Some(url) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openid(issuer: &str, id: &str, secret: &str) -> Result<Openid, String> {
        Openid::try_from(Written {
            issuer: issuer.to_owned(),
            client_id: id.to_owned(),
            client_secret: ClientSecret(secret.to_owned()),
            name: String::new(),
            trust_second_step: false,
        })
    }

    #[test]
    fn without_an_issuer_there_is_no_provider() {
        assert!(openid("", "", "").is_ok_and(|openid| openid.provider().is_none()));
        let found = openid("https://id.example/realms/office", "oxpi", "s3cret");
        assert!(!format!("{found:?}").contains("s3cret"));
        let provider = found.ok().and_then(|openid| openid.provider());
        assert!(provider.is_some_and(|provider| provider.name == "id.example"));
    }

    #[test]
    fn a_provider_is_an_https_address_with_a_client() {
        for issuer in ["id.example", "http://id.example", "https://id.example/?a", "https://a@b.c"]
        {
            assert!(openid(issuer, "oxpi", "s3cret").is_err(), "{issuer}");
        }
        assert!(openid("https://id.example", "", "s3cret").is_err());
        assert!(openid("https://id.example", "oxpi", "").is_err());
    }
}
