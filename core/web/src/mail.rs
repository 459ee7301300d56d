//! Mails in words: the theme's templates, in the reader's language and time zone.

use std::sync::Arc;

use app::Error;
use app::mail::{Letter, Reader, Stationery, Written};
use app::tenants::{Brand, Colour};
use domain::Timestamp;
use serde::Serialize;
use tera::Context;

use crate::dates::Dates;
use crate::device;
use crate::i18n::Texts;
use crate::themes::{self, Themes};

/// Writes mails, each in the theme of the business that it is from.
pub struct ThemedMail(Arc<Themes>);

impl ThemedMail {
    /// Mails drawn with these themes.
    pub const fn new(themes: Arc<Themes>) -> Self {
        Self(themes)
    }

    fn texts(&self) -> &Texts {
        &self.0.default().texts
    }

    fn moment(&self, reader: &Reader, at: Timestamp) -> String {
        Dates::new(self.texts(), reader.locale, &reader.zone, at).moment(at)
    }

    fn letterhead(&self, brand: &Brand) -> Letterhead {
        Letterhead {
            accent: self.0.get(&brand.theme).accent(brand.colour),
            theme: brand.theme.clone(),
            business: brand.name.clone(),
            logo: brand.logo.clone(),
        }
    }

    /// Of what is between OXPI and an account, whatever businesses that is in.
    fn neutral(&self) -> Letterhead {
        Letterhead {
            accent: self.0.default().accent(Colour::Pine),
            theme: themes::DEFAULT.to_owned(),
            business: String::new(),
            logo: None,
        }
    }

    fn sheet(&self, reader: &Reader, letter: &Letter) -> (Letterhead, Sheet) {
        match letter.clone() {
            Letter::Invitation { brand, invited_by, role, link, expires_at } => {
                let role = format!("role-{}", role.as_str());
                let until = self.moment(reader, expires_at);
                let role = self.texts().plain(reader.locale, &role);
                (self.letterhead(&brand), Sheet::Invitation { invited_by, role, link, until })
            }
            Letter::Reset { name, link, minutes } => {
                (self.neutral(), Sheet::Reset { name, link, minutes })
            }
            Letter::News { name, brand, kind, subject, link } => {
                let what = format!("notice-{kind}");
                let text = text_of_news(kind);
                (self.letterhead(&brand), Sheet::News { name, what, text, subject, link })
            }
            Letter::Reminder { name, brand, kind, subject, at, is_day, link } => {
                let what = format!("notice-{kind}");
                let dates = Dates::new(self.texts(), reader.locale, &reader.zone, at);
                let when = dates.exact(at, is_day);
                (self.letterhead(&brand), Sheet::Reminder { name, what, subject, when, link })
            }
            Letter::Notice { name, what, at, address, device, link } => {
                let device = device::in_words(self.texts(), reader.locale, &device);
                let when = self.moment(reader, at);
                let device = device.unwrap_or_default();
                let what = format!("mail-what-{}", what.replace('.', "-"));
                (self.neutral(), Sheet::Notice { name, what, when, address, device, link })
            }
        }
    }
}

/// Work that somebody began has ended; all else needs them.
fn text_of_news(kind: &str) -> &'static str {
    let is_work = ["import-", "sweep-", "archive-"].iter().any(|work| kind.starts_with(work));
    if is_work { "mail-news-done-text" } else { "mail-news-text" }
}

/// Whom a mail is from, above what it says.
#[derive(Serialize)]
struct Letterhead {
    /// The colour of what can be pressed.
    accent: String,
    #[serde(skip)]
    theme: String,
    /// The business's name; empty where it is from OXPI itself.
    business: String,
    /// The address of its logo.
    logo: Option<String>,
}

/// What a template is given.
#[derive(Serialize)]
#[serde(untagged)]
enum Sheet {
    Invitation {
        invited_by: String,
        role: String,
        link: String,
        until: String,
    },
    Reset {
        name: String,
        link: String,
        minutes: i64,
    },
    News {
        name: String,
        what: String,
        text: &'static str,
        subject: String,
        link: String,
    },
    Reminder {
        name: String,
        what: String,
        subject: String,
        when: String,
        link: String,
    },
    Notice {
        name: String,
        what: String,
        when: String,
        address: String,
        device: String,
        link: String,
    },
}

impl Sheet {
    const fn template(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "mail/invitation",
            Self::Reset { .. } => "mail/reset",
            Self::News { .. } => "mail/news",
            Self::Reminder { .. } => "mail/reminder",
            Self::Notice { .. } => "mail/notice",
        }
    }
}

impl Stationery for ThemedMail {
    fn write(&self, reader: &Reader, letter: &Letter) -> Result<Written, Error> {
        let (head, sheet) = self.sheet(reader, letter);
        let mut context = Context::from_serialize(&sheet).map_err(Error::internal)?;
        context.extend(Context::from_serialize(&head).map_err(Error::internal)?);
        context.insert("locale", reader.locale.tag());
        context.insert("dir", reader.locale.direction());
        let draw = |ending: &str| {
            let name = format!("{}{ending}", sheet.template());
            self.0.draw(&head.theme, reader.locale, &name, &context).map_err(Error::internal)
        };
        let subject = draw(".subject.txt")?;
        Ok(Written { subject: one_line(&subject), text: draw(".txt")?, html: draw(".html")? })
    }
}

/// A subject without what would break it: line ends, and the marks around values that keep their own
/// direction, which some mail programs show as boxes.
fn one_line(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2066}'..='\u{2069}'));
    let line: String = plain.take(150).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use app::notifications::Kind;
    use domain::{Locale, Role};

    use super::*;

    fn letters(theme: &str) -> Vec<Letter> {
        let at = Timestamp::from_millis(1_772_344_800_000);
        let link = "https://office.example/join/abc".to_owned();
        let notice = |what: &str| Letter::Notice {
            name: "דנה".to_owned(),
            what: what.to_owned(),
            at,
            address: "192.0.2.7".to_owned(),
            device: "Mozilla/5.0 (X11; Linux) Firefox/140.0".to_owned(),
            link: link.clone(),
        };
        let mut all = vec![
            Letter::Invitation {
                brand: brand(theme),
                invited_by: "Dana".to_owned(),
                role: Role::Member,
                link: link.clone(),
                expires_at: at,
            },
            Letter::Reset { name: "Dana".to_owned(), link: link.clone(), minutes: 60 },
        ];
        let kinds = ["task-due", "appointment-soon", "follow-up-due"];
        all.extend(kinds.map(|kind| Letter::Reminder {
            name: "דנה".to_owned(),
            brand: brand(theme),
            kind,
            subject: "Call <b>& Noa".to_owned(),
            at,
            is_day: kind == "follow-up-due",
            link: link.clone(),
        }));
        all.extend(WHATS.map(notice));
        all.extend(Kind::ALL.iter().map(|kind| Letter::News {
            name: "Dana".to_owned(),
            brand: brand(theme),
            kind: kind.as_str(),
            subject: "פגישה עם Noa <b>& Co</b>".to_owned(),
            link: "https://office.example/notifications".to_owned(),
        }));
        all
    }

    fn brand(theme: &str) -> Brand {
        Brand {
            name: "Dana <b>& Co</b>\r\nBcc: x@example.com".to_owned(),
            colour: Colour::Plum,
            theme: theme.to_owned(),
            logo: Some("https://office.example/logo/1/2".to_owned()),
        }
    }

    /// Where the gallery is written, the mails are beside it.
    fn show(name: &str, html: &str) {
        let Ok(folder) = std::env::var("OXPI_GALLERY") else { return };
        let folder = std::path::Path::new(&folder).join("mail");
        std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{error}"));
        let path = folder.join(format!("{name}.html"));
        std::fs::write(path, html).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Everything that is told by mail; the app's tests see to it that there is no other.
    const WHATS: [&str; 12] = [
        "session.new-device",
        "account.app-added",
        "account.app-removed",
        "account.code-used",
        "account.passkey-added",
        "account.passkey-copied",
        "account.passkey-removed",
        "account.codes-renewed",
        "account.email-changed",
        "account.factors-removed",
        "account.password-changed",
        "account.password-reset",
    ];

    #[test]
    fn a_mail_on_work_that_ended_says_so() {
        for kind in Kind::ALL.iter().map(|kind| kind.as_str()) {
            let has_ended =
                ["-done", "-failed", "-undone", "-ready"].iter().any(|end| kind.ends_with(end));
            assert_eq!(text_of_news(kind) == "mail-news-done-text", has_ended, "{kind}");
        }
    }

    #[test]
    fn every_mail_is_written_in_every_language_and_theme() {
        let themes = Themes::built_in().unwrap_or_else(|error| panic!("{error}"));
        let mut names = themes.names();
        names.push("gone".to_owned());
        let mail = ThemedMail::new(Arc::new(themes));
        for (locale, theme) in Locale::ALL.iter().flat_map(|l| names.iter().map(|n| (*l, n))) {
            let zone = "Asia/Jerusalem".parse().unwrap_or_else(|error| panic!("{error}"));
            let reader = Reader { locale, zone };
            for (at, letter) in letters(theme).into_iter().enumerate() {
                let mail =
                    mail.write(&reader, &letter).unwrap_or_else(|e| panic!("{letter:?}: {e}"));
                show(&format!("{theme}-{locale}-{at}"), &mail.html);
                assert!(
                    !mail.subject.is_empty() && !mail.subject.contains(['\n', '\r']),
                    "{mail:?}"
                );
                // Some programs put a mail into their page without its html and body.
                let body = mail.html.split("<body").nth(1).unwrap_or_default();
                assert!(body.contains(&format!("<div dir=\"{}\"", locale.direction())));
                assert!(mail.text.contains("https://office.example/"), "{}", mail.text);
                assert!(
                    mail.html.contains("https:&#x2F;&#x2F;office.example")
                        || mail.html.contains("https://office.example")
                );
                assert!(!mail.html.contains("<b>&"), "{}", mail.html);
                assert!(!mail.text.contains("&amp;") && !mail.text.contains("&#"), "{}", mail.text);
            }
        }
    }
}
