//! Mail to the people of the workspace: invitations, links for a new password, news of their
//! account. A job sends each, so that a mail server that is away loses nothing. Jobs hold no link:
//! links are made when the mail is, from what the database knows then.

use std::sync::Arc;

use domain::{AccountId, InvitationId, Locale, ReminderId, Role, TenantId, Timestamp, Zone};
use runtime::mail::{Message, SendError, Smtp};
use serde::{Deserialize, Serialize};
use store::Conn;
use store::accounts::Account;
use store::jobs::{Job, Once};

use crate::App;
use crate::context::Origin;
use crate::error::{Error, Result};
use crate::jobs::{self, Outcome};
use crate::notifications::Kind;
use crate::tenants::{Brand, Tenant};
use crate::{invitations, notifications, reminders, resets};

/// A mail to write, with everything it says.
#[derive(Debug, Clone, PartialEq)]
pub enum Letter {
    /// Somebody is invited.
    Invitation {
        /// To which business.
        brand: Brand,
        /// By whom.
        invited_by: String,
        /// As what.
        role: Role,
        /// The link that joins.
        link: String,
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// Somebody forgot the password.
    Reset {
        /// Their name.
        name: String,
        /// The link that sets a new one.
        link: String,
        /// For how many minutes it works.
        minutes: i64,
    },
    /// Something in the business waits for them.
    News {
        /// Their name.
        name: String,
        /// In which business.
        brand: Brand,
        /// What it is: a word of [`crate::notifications::Kind`].
        kind: &'static str,
        /// What it is about.
        subject: String,
        /// Where it is.
        link: String,
    },
    /// They wanted to be reminded of something.
    Reminder {
        /// Their name.
        name: String,
        /// In which business.
        brand: Brand,
        /// What it is: a word of [`crate::notifications::Kind`].
        kind: &'static str,
        /// What it is about.
        subject: String,
        /// When that is; of a day, its beginning.
        at: Timestamp,
        /// Whether it is about the whole day.
        is_day: bool,
        /// Where it is.
        link: String,
    },
    /// Something happened to an account that its owner must know of.
    Notice {
        /// Their name.
        name: String,
        /// What: an action of the activity log, such as `account.app-removed`.
        what: String,
        /// When.
        at: Timestamp,
        /// From which address.
        address: String,
        /// With what, as the browser calls itself.
        device: String,
        /// Where they look after their account.
        link: String,
    },
}

/// Who reads a mail.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Their language.
    pub locale: Locale,
    /// The time zone they are told times in.
    pub zone: Zone,
}

/// A mail in words.
#[derive(Debug, Clone)]
pub struct Written {
    /// The subject.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// With HTML.
    pub html: String,
}

/// Writes mails; the theme does.
pub trait Stationery: Send + Sync {
    /// The mail in the reader's words.
    fn write(&self, reader: &Reader, letter: &Letter) -> Result<Written>;
}

/// How mail leaves, if it does.
#[derive(Clone, Default)]
pub struct Post(Option<(Arc<Smtp>, Arc<dyn Stationery>)>);

impl Post {
    /// Mail leaves by this server.
    pub fn new(smtp: Smtp, stationery: Arc<dyn Stationery>) -> Self {
        Self(Some((Arc::new(smtp), stationery)))
    }

    /// Whether mail leaves. Where it doesn't, links are handed over by whoever made them.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }
}

/// What a job was told to send.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "kebab-case")]
enum Order {
    Invitation {
        invitation: InvitationId,
    },
    Reset {
        account: AccountId,
        asked_at: i64,
    },
    News {
        account: AccountId,
        kind: Kind,
        subject: String,
        href: String,
    },
    Reminder {
        account: AccountId,
        kind: Kind,
        reminder: ReminderId,
        time: i64,
    },
    Notice {
        account: AccountId,
        what: String,
        at: i64,
        address: String,
        device: String,
        /// Another address than the account's.
        to: Option<String>,
    },
}

/// A link that was asked for and couldn't be sent for this long is no longer waited for, in seconds.
const RESET_WAITS_SECS: i64 = 6 * 3_600;

/// Orders the mail of an invitation.
pub(crate) fn invite(app: &App, c: &mut Conn, tenant: &TenantId, id: &InvitationId) -> Result<()> {
    let once = Once::Ever(id.to_string());
    order(app, c, tenant, &Order::Invitation { invitation: id.clone() }, once)
}

/// Orders a link for a new password.
pub(crate) fn offer_reset(app: &App, c: &mut Conn, account: &AccountId) -> Result<()> {
    let Some(tenant) = tenant_of(app, c, account)? else { return Ok(()) };
    let asked_at = app.clock.now().as_millis();
    order(app, c, &tenant, &Order::Reset { account: account.clone(), asked_at }, Once::No)
}

/// Orders news of an account for its owner.
pub(crate) fn notify(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    what: &'static str,
    origin: &Origin,
) -> Result<()> {
    notify_to(app, c, account, None, what, origin)
}

/// Orders news of an account for the address it had.
pub(crate) fn notify_at(
    app: &App,
    c: &mut Conn,
    before: &Account,
    what: &'static str,
    origin: &Origin,
) -> Result<()> {
    notify_to(app, c, &before.id, Some(before.email.clone()), what, origin)
}

fn notify_to(
    app: &App,
    c: &mut Conn,
    account: &AccountId,
    to: Option<String>,
    what: &'static str,
    origin: &Origin,
) -> Result<()> {
    let Some(tenant) = tenant_of(app, c, account)? else { return Ok(()) };
    let notice = Order::Notice {
        account: account.clone(),
        what: what.to_owned(),
        at: app.clock.now().as_millis(),
        address: origin.address.clone(),
        device: origin.device.clone(),
        to,
    };
    order(app, c, &tenant, &notice, Once::No)
}

/// Orders news of a business for one of its members.
pub(crate) fn tell_news(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    kind: Kind,
    subject: &str,
    href: &str,
) -> Result<()> {
    let news = Order::News {
        account: account.clone(),
        kind,
        subject: subject.to_owned(),
        href: href.to_owned(),
    };
    order(app, c, tenant, &news, Once::No)
}

/// Orders the mail of a reminder, once for each time that it comes.
pub(crate) fn remind(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    kind: Kind,
    (reminder, time): (&ReminderId, i64),
) -> Result<()> {
    let once = Once::Ever(format!("{reminder}/{time}"));
    let (account, reminder) = (account.clone(), reminder.clone());
    order(app, c, tenant, &Order::Reminder { account, kind, reminder, time }, once)
}

/// Jobs belong to a business: the account's, or one that invites its address. An account that has
/// neither has nothing to sign in to, and gets no mail.
fn tenant_of(app: &App, c: &mut Conn, account: &AccountId) -> Result<Option<TenantId>> {
    let mine = store::members::list_of_account(c, account)?.into_iter().next();
    if let Some((tenant, _)) = mine {
        return Ok(Some(tenant.id));
    }
    let email = store::accounts::get(c, account)?.email;
    let invited = store::invitations::find_open_by_email(c, &email, app.clock.now())?;
    Ok(invited.map(|row| row.tenant_id))
}

fn order(app: &App, c: &mut Conn, tenant: &TenantId, order: &Order, once: Once) -> Result<()> {
    if !app.post.is_on() {
        return Ok(());
    }
    let mut job = jobs::new_job(app, tenant, jobs::MAIL_SEND, serde_json::to_value(order)?);
    job.once = once;
    store::jobs::enqueue(c, &job, app.clock.now())?;
    app.wake_jobs();
    Ok(())
}

/// Sends what a job was told to; what is no longer true is not sent.
pub(crate) async fn run(app: &App, job: &Job) -> Result<Outcome> {
    let Some((smtp, stationery)) = &app.post.0 else {
        return Err(Error::unavailable("error-mail-off", "mail was turned off meanwhile"));
    };
    let order: Order = serde_json::from_value(job.payload_json.0.clone())?;
    let (app2, tenant) = (app.clone(), job.tenant_id.clone());
    let addressed = app.db.inspect(move |c| address(&app2, c, &tenant, order)).await?;
    let Some(Addressed { to, reader, letter }) = addressed else { return Ok(Outcome::Done) };
    let Written { subject, text, html } = stationery.write(&reader, &letter)?;
    let message = Message { id: job.id.to_string(), to, subject, text, html, at: app.clock.now() };
    match smtp.send(&message).await {
        Ok(()) => Ok(Outcome::Done),
        Err(SendError::Refused(why)) => Err(Error::unavailable("error-provider-rejected", why)),
        Err(SendError::Later(why)) => Err(Error::unavailable("error-mail-unavailable", why)),
    }
}

struct Addressed {
    to: String,
    reader: Reader,
    letter: Letter,
}

fn address(app: &App, c: &mut Conn, tenant: &TenantId, order: Order) -> Result<Option<Addressed>> {
    let now = app.clock.now();
    match order {
        Order::Invitation { invitation } => invitation_letter(app, c, tenant, &invitation),
        Order::Reset { asked_at, .. }
            if now.millis_since(Timestamp::from_millis(asked_at)) > RESET_WAITS_SECS * 1_000 =>
        {
            Ok(None)
        }
        Order::Reset { account, .. } => to_account(c, tenant, &account, |found| Letter::Reset {
            name: found.name.clone(),
            link: resets::link_by_mail(app, found),
            minutes: resets::MAILED_SECS / 60,
        }),
        Order::News { account, kind, subject, href } => {
            let brand = brand_of(app, &store::tenants::get(c, tenant)?);
            let link = format!("{}{href}", app.options.public_url);
            let usual = store::tenants::get(c, tenant)?.locale;
            to_account(c, tenant, &account, |found| Letter::News {
                name: found.name.clone(),
                brand,
                kind: kind.as_str(),
                subject: notifications::subject_for(
                    app,
                    kind,
                    &subject,
                    found.locale.unwrap_or(usual),
                ),
                link,
            })
        }
        Order::Reminder { account, kind, reminder, time } => {
            let Some(said) = reminders::still_said(c, tenant, &reminder, time)? else {
                return Ok(None);
            };
            let brand = brand_of(app, &store::tenants::get(c, tenant)?);
            to_account(c, tenant, &account, |found| Letter::Reminder {
                name: found.name.clone(),
                brand,
                kind: kind.as_str(),
                subject: said.title,
                at: said.at.unwrap_or(now),
                is_day: said.due.time.is_none(),
                link: format!("{}{}", app.options.public_url, said.href),
            })
        }
        Order::Notice { account, what, at, address, device, to } => {
            let link = format!("{}/profile", app.options.public_url);
            let at = Timestamp::from_millis(at);
            let addressed = to_account(c, tenant, &account, |found| Letter::Notice {
                name: found.name.clone(),
                what,
                at,
                address,
                device,
                link,
            })?;
            Ok(addressed.map(|one| Addressed { to: to.unwrap_or(one.to), ..one }))
        }
    }
}

/// How a business shows itself in a mail, where a path leads nowhere.
fn brand_of(app: &App, tenant: &Tenant) -> Brand {
    let brand = Brand::of(tenant);
    let logo = brand.logo.map(|path| format!("{}{path}", app.options.public_url));
    Brand { logo, ..brand }
}

fn to_account(
    c: &mut Conn,
    tenant: &TenantId,
    account: &AccountId,
    letter: impl FnOnce(&Account) -> Letter,
) -> Result<Option<Addressed>> {
    let Some(found) = store::accounts::find(c, account)? else { return Ok(None) };
    let tenant = store::tenants::get(c, tenant)?;
    let reader = Reader { locale: found.locale.unwrap_or(tenant.locale), zone: tenant.zone };
    let letter = letter(&found);
    Ok(Some(Addressed { to: found.email, reader, letter }))
}

fn invitation_letter(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    id: &InvitationId,
) -> Result<Option<Addressed>> {
    let Some(row) = store::invitations::find(c, tenant, id)? else { return Ok(None) };
    if !row.is_open(app.clock.now()) {
        return Ok(None);
    }
    let business = store::tenants::get(c, tenant)?;
    let inviter = store::accounts::find(c, &row.invited_by)?;
    let known = store::accounts::find_by_email(c, &row.email)?;
    let locale = known.and_then(|account| account.locale).unwrap_or(business.locale);
    let letter = Letter::Invitation {
        brand: brand_of(app, &business),
        invited_by: inviter.map(|account| account.name).unwrap_or_default(),
        role: row.role,
        link: invitations::link(app, tenant, id),
        expires_at: row.expires_at,
    };
    Ok(Some(Addressed { to: row.email, reader: Reader { locale, zone: business.zone }, letter }))
}
