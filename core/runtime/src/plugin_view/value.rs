//! Values and where they lead. A value says what it is, so that the host can tell it in the reader's
//! language, zone and currency; a link names what it leads to, so that the host makes the address.

use std::collections::BTreeMap;

use domain::{AppointmentId, PersonId};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::approval::{Amount, Words};

/// How something is meant, as its colour shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// The product's own colour.
    Accent,
    /// Well.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong.
    Bad,
    /// To be known.
    Info,
    /// Nothing special; also what a tone that this host doesn't know is.
    #[default]
    #[serde(other)]
    Plain,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    None,
    /// A text.
    Text(Words),
    /// A number, and how many digits follow its point.
    Number {
        /// The number.
        number: f64,
        /// Digits after the point, at most 6.
        digits: Option<u8>,
    },
    /// Yes or no.
    Flag(bool),
    /// Money.
    Money(Amount),
    /// A day, `2026-01-31`.
    Date(String),
    /// An instant, in milliseconds since 1970.
    DateTime(i64),
    /// A time that passes, in seconds.
    Duration(u64),
    /// A phone number.
    Phone(String),
    /// A mark with a colour.
    Badge(Words, Tone),
    /// A text that leads somewhere; without a text of its own, a foreign address shows its host.
    Link(Link, Option<Words>),
}

/// Where something leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Link {
    /// Another view of the same plugin.
    View {
        /// The view.
        view: String,
        /// What it is given.
        params: BTreeMap<String, String>,
    },
    /// A person's page.
    Person(PersonId),
    /// An appointment's page.
    Appointment(AppointmentId),
    /// Elsewhere; https only.
    Url(url::Url),
}

impl Link {
    /// Parameters that a view is given.
    pub const PARAMS_MAX: usize = 20;
    /// Bytes of an address.
    const URL_BYTES_MAX: usize = 2_000;
}

#[derive(Deserialize)]
struct LinkJson {
    view: Option<String>,
    #[serde(default)]
    params: BTreeMap<String, String>,
    person: Option<String>,
    appointment: Option<String>,
    url: Option<String>,
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let json = LinkJson::deserialize(deserializer)?;
        match json {
            LinkJson { view: Some(view), params, .. } => {
                let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if view.is_empty() || view.len() > 64 || !view.bytes().all(is_name) {
                    return Err(D::Error::custom("`view` is no view's name"));
                }
                Ok(Self::View { view, params: params.into_iter().take(Self::PARAMS_MAX).collect() })
            }
            LinkJson { person: Some(id), .. } => id
                .parse()
                .map(Self::Person)
                .map_err(|_| D::Error::custom("`person` is no person's id")),
            LinkJson { appointment: Some(id), .. } => id
                .parse()
                .map(Self::Appointment)
                .map_err(|_| D::Error::custom("`appointment` is no appointment's id")),
            LinkJson { url: Some(text), .. } => web_address(&text)
                .map(Self::Url)
                .ok_or_else(|| D::Error::custom("`url` is not https")),
            _ => Err(D::Error::custom("a link names a view, a person, an appointment or a url")),
        }
    }
}

/// An https address without a name and password in it, which would make it read as another host.
fn web_address(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok().filter(|_| text.len() <= Link::URL_BYTES_MAX)?;
    let is_plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    (is_plain && url.host_str().is_some()).then_some(url)
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum ValueJson {
    Text {
        text: Words,
    },
    Number {
        number: f64,
        digits: Option<u8>,
    },
    Money {
        minor: i64,
        currency: String,
    },
    Date {
        date: String,
    },
    Datetime {
        ms: i64,
    },
    Duration {
        seconds: u64,
    },
    Phone {
        phone: String,
    },
    Badge {
        text: Words,
        #[serde(default)]
        tone: Tone,
    },
    Link {
        to: Link,
        text: Option<Words>,
    },
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let json = Json::deserialize(deserializer)?;
        match &json {
            Json::Null => return Ok(Self::None),
            Json::Bool(flag) => return Ok(Self::Flag(*flag)),
            Json::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                return Ok(Self::Number { number, digits: None });
            }
            Json::String(text) => return Ok(Self::Text(Words::Text(text.clone()))),
            Json::Array(_) => return Err(D::Error::custom("a list is no value")),
            Json::Object(_) => {}
        }
        if json.get("kind").is_none() {
            return Words::deserialize(&json).map(Self::Text).map_err(D::Error::custom);
        }
        match ValueJson::deserialize(&json) {
            Ok(value) => value.checked().map_err(D::Error::custom),
            // A kind that this host doesn't know yet.
            Err(error) => match json.get("fallback").map(Words::deserialize) {
                Some(Ok(words)) => Ok(Self::Text(words)),
                _ => Err(D::Error::custom(error)),
            },
        }
    }
}

impl ValueJson {
    fn checked(self) -> Result<Value, &'static str> {
        Ok(match self {
            Self::Text { text } => Value::Text(text),
            Self::Number { number, digits } => {
                Value::Number { number, digits: digits.map(|digits| digits.min(6)) }
            }
            Self::Money { minor, currency } => {
                if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
                    return Err("`currency` is three capital letters");
                }
                Value::Money(Amount { minor, currency })
            }
            Self::Date { date } => {
                date.parse::<jiff::civil::Date>().map_err(|_| "`date` is no day")?;
                Value::Date(date)
            }
            Self::Datetime { ms } => Value::DateTime(instant(ms).ok_or("`ms` is out of range")?),
            Self::Duration { seconds } => Value::Duration(seconds),
            Self::Phone { phone } => {
                let fits = |c: char| c.is_ascii_digit() || "+-() *#".contains(c);
                if phone.len() > 40 || !phone.chars().all(fits) {
                    return Err("`phone` is no phone number");
                }
                Value::Phone(phone)
            }
            Self::Badge { text, tone } => Value::Badge(text, tone),
            Self::Link { to, text } => Value::Link(to, text),
        })
    }
}

/// An instant of the years that calendars have.
pub(super) fn instant(ms: i64) -> Option<i64> {
    (-62_135_596_800_000..=253_370_764_800_000).contains(&ms).then_some(ms)
}
