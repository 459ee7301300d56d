//! `[mail]`: how mail leaves.

use std::fmt;
use std::net::IpAddr;

use domain::Secret;
use runtime::mail::{Security, SmtpConfig};
use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Mail {
    host: String,
    port: u16,
    security: Security,
    user: String,
    password: Password,
    from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 465,
            security: Security::Tls,
            user: String::new(),
            password: Password(String::new()),
            from: String::new(),
        }
    }
}

impl Mail {
    /// The way out, if there is one.
    pub fn smtp(&self) -> Option<SmtpConfig> {
        (!self.host.is_empty()).then(|| SmtpConfig {
            host: self.host.clone(),
            port: self.port,
            security: self.security,
            user: self.user.clone(),
            password: Secret::from_text(self.password.0.clone()),
            from: self.from.clone(),
        })
    }
}

/// The password at the mail server; it doesn't print itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    host: String,
    port: u16,
    security: String,
    user: String,
    password: Password,
    from: String,
}

impl TryFrom<Written> for Mail {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        let Written { host, port, security, user, password, from } = written;
        let security = match security.as_str() {
            "tls" => Security::Tls,
            "starttls" => Security::StartTls,
            "none" => Security::None,
            other => {
                return Err(format!("security is {other:?}; expected tls, starttls or none"));
            }
        };
        if host.is_empty() {
            return Ok(Self { host, port, security, user, password, from });
        }
        if security == Security::None && !is_this_machine(&host) {
            return Err("security is none, which only a mail server on this machine may have; \
                        expected tls or starttls"
                .to_owned());
        }
        if user.is_empty() != password.0.is_empty() {
            return Err("user and password go together".to_owned());
        }
        if !from.contains('@') {
            return Err(format!(
                "from is {from:?}; expected an address such as OXPI <office@example.com>"
            ));
        }
        Ok(Self { host, port, security, user, password, from })
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(
        host: &str,
        security: &str,
        user: &str,
        password: &str,
        from: &str,
    ) -> Result<Mail, String> {
        Mail::try_from(Written {
            host: host.to_owned(),
            port: 587,
            security: security.to_owned(),
            user: user.to_owned(),
            password: Password(password.to_owned()),
            from: from.to_owned(),
        })
    }

    #[test]
    fn without_a_server_no_mail_leaves() {
        assert!(mail("", "tls", "", "", "").is_ok_and(|mail| mail.smtp().is_none()));
        let found = mail("mail.example", "starttls", "u", "s3cret", "office@mail.example");
        assert!(found.as_ref().is_ok_and(|mail| mail.smtp().is_some()));
        assert!(!format!("{found:?}").contains("s3cret"));
    }

    #[test]
    fn a_password_is_never_sent_in_the_clear_to_another_machine() {
        assert!(mail("mail.example", "none", "u", "p", "a@b.example").is_err());
        assert!(mail("127.0.0.1", "none", "u", "p", "a@b.example").is_ok());
        assert!(mail("mail.example", "ssl", "u", "p", "a@b.example").is_err());
        assert!(mail("mail.example", "tls", "u", "", "a@b.example").is_err());
        assert!(mail("mail.example", "tls", "", "", "office").is_err());
    }
}
