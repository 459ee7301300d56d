//! The way out by mail: SMTP, encrypted unless the server is this machine. Nothing here knows what
//! a mail says.

use std::time::{Duration, UNIX_EPOCH};

use domain::{Secret, Timestamp};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// How long a step of the conversation with the server may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest subject, in bytes.
const SUBJECT_BYTES_MAX: usize = 500;

/// How the conversation is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually at port 465.
    Tls,
    /// TLS before anything is said (RFC 3207), usually at port 587; refused where the server can't.
    StartTls,
    /// None. For a server on this machine.
    None,
}

/// Where mail leaves.
pub struct SmtpConfig {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is kept private.
    pub security: Security,
    /// What OXPI signs in with; empty for not at all.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// Who mails are from: an address, with a name if it is to have one.
    pub from: String,
}

/// Why the way out can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSmtp {
    /// Who mails are from is no address.
    #[error("{0:?} is no address that mail can be from")]
    From(String),
    /// The server's name can't be used.
    #[error("{0:?} is no mail server's name: {1}")]
    Host(String, String),
}

/// A mail.
#[derive(Debug, Clone)]
pub struct Message {
    /// Names it: a second copy has the same, so that mail programs show one.
    pub id: String,
    /// Whom it is for.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// With HTML.
    pub html: String,
    /// When it is sent.
    pub at: Timestamp,
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It never will: the address or the mail was refused.
    #[error("refused: {0}")]
    Refused(String),
    /// Not now: the server is away, busy, or doesn't let OXPI in.
    #[error("not now: {0}")]
    Later(String),
}

/// A mail server to send by.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Sets the way up; connects to nothing yet.
    pub fn new(config: &SmtpConfig) -> Result<Self, BadSmtp> {
        let from: Mailbox = config.from.parse().map_err(|_| BadSmtp::From(config.from.clone()))?;
        let host = |error: lettre::transport::smtp::Error| {
            BadSmtp::Host(config.host.clone(), error.to_string())
        };
        let tls = || TlsParameters::new(config.host.clone()).map_err(host);
        let tls = match config.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::None => Tls::None,
        };
        let domain = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .hello_name(domain)
            .timeout(Some(TIMEOUT));
        if !config.user.is_empty() {
            let password = config.password.expose_text().unwrap_or_default().to_owned();
            builder = builder.credentials(Credentials::new(config.user.clone(), password));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Sends one mail.
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        let mail = self.compose(message)?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) => Err(judge(&error)),
        }
    }

    /// Whether the server answers and lets OXPI in; sends nothing.
    pub async fn check(&self) -> Result<(), SendError> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(SendError::Later("the server hung up".to_owned())),
            Err(error) => Err(judge(&error)),
        }
    }

    fn compose(&self, message: &Message) -> Result<lettre::Message, SendError> {
        let refused = |why: &str| SendError::Refused(why.to_owned());
        // Whatever a name or a business is called, it never becomes a header of its own.
        let one_line = |text: &str| !text.chars().any(char::is_control);
        if !one_line(&message.to) || !one_line(&message.subject) || !one_line(&message.id) {
            return Err(refused("a header would have more than one line"));
        }
        if message.subject.len() > SUBJECT_BYTES_MAX {
            return Err(refused("the subject is too long"));
        }
        let to: Address = message.to.parse().map_err(|_| refused("no address to send to"))?;
        let millis = u64::try_from(message.at.as_millis()).unwrap_or_default();
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&message.subject)
            .message_id(Some(id))
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .multipart(MultiPart::alternative_plain_html(
                message.text.clone(),
                message.html.clone(),
            ))
            .map_err(|error| SendError::Refused(error.to_string()))
    }
}

/// A refusal is for good, unless it is OXPI that isn't let in: an admin mends that.
fn judge(error: &lettre::transport::smtp::Error) -> SendError {
    const NOT_LET_IN: [&str; 5] = ["530", "534", "535", "538", "454"];
    let why = match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    if error.is_permanent() && !NOT_LET_IN.contains(&code.as_str()) {
        SendError::Refused(why)
    } else {
        SendError::Later(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp() -> Smtp {
        let config = SmtpConfig {
            host: "127.0.0.1".to_owned(),
            port: 25,
            security: Security::None,
            user: String::new(),
            password: Secret::new(Vec::new()),
            from: "OXPI <office@example.com>".to_owned(),
        };
        Smtp::new(&config).unwrap_or_else(|error| panic!("{error}"))
    }

    fn message() -> Message {
        Message {
            id: "0190".to_owned(),
            to: "dana@example.com".to_owned(),
            subject: "הזמנה אל “Dana’s Studio”".to_owned(),
            text: "שלום".to_owned(),
            html: "<p dir=\"rtl\">שלום</p>".to_owned(),
            at: Timestamp::from_millis(1_772_344_800_000),
        }
    }

    #[test]
    fn a_mail_names_itself_by_its_job_and_tells_its_time() {
        let mail = smtp().compose(&message()).map(|mail| mail.formatted()).unwrap_or_default();
        let mail = String::from_utf8_lossy(&mail);
        assert!(mail.contains("Message-ID: <0190@example.com>\r\n"), "{mail}");
        assert!(mail.contains("Date: Sun, 01 Mar 2026 06:00:00 +0000\r\n"), "{mail}");
        assert!(mail.contains("Subject: =?utf-8?b?"), "{mail}");
        assert!(mail.contains("multipart/alternative"), "{mail}");
    }

    #[test]
    fn nothing_puts_a_line_of_its_own_into_the_head() {
        type Spoil = fn(&mut Message);
        let spoils: [Spoil; 5] = [
            |m| m.subject = "Hello\r\nBcc: everybody@example.com".to_owned(),
            |m| m.subject = "Hello\nX: y".to_owned(),
            |m| m.to = "dana@example.com\r\nBcc: b@example.com".to_owned(),
            |m| m.to = "dana@example.com, b@example.com".to_owned(),
            |m| m.id = "a>\r\nBcc: b@example.com".to_owned(),
        ];
        for spoil in spoils {
            let mut bad = message();
            spoil(&mut bad);
            assert!(matches!(smtp().compose(&bad), Err(SendError::Refused(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_sender_that_is_no_address_is_refused() {
        for from in ["", "office", "a@b.example\r\nBcc: c@d.example"] {
            let config = SmtpConfig {
                host: "127.0.0.1".to_owned(),
                port: 25,
                security: Security::None,
                user: String::new(),
                password: Secret::new(Vec::new()),
                from: from.to_owned(),
            };
            assert!(matches!(Smtp::new(&config), Err(BadSmtp::From(_))), "{from:?}");
        }
    }
}
