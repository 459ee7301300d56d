//! Connections, told plainly.

use serde::Serialize;

use super::checkups::{CheckupBlock, GuideRow, TroubleRow};
use super::{Choice, Errors, pages};

pages! {
    Connections => "pages/connections/list.html",
    ConnectPage => "pages/connections/connect.html",
    ConnectionPage => "pages/connections/connection.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Connections {
    /// Those there are.
    pub connections: Vec<ConnectionRow>,
    /// What can be connected.
    pub offers: Vec<OfferRow>,
    /// Whether the role may connect.
    pub can_manage: bool,
}

/// A connection in a list.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionRow {
    /// Its page.
    pub href: String,
    /// The plugin's icon.
    pub icon: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// The account's name.
    pub account: String,
    /// The account's address.
    pub email: String,
    /// `working`, `ends`, `behind`, `needs_you`, `paused` or `disconnected`; the text is
    /// `health-<state>`.
    pub state: String,
    /// In how many days it ends by itself, where the state says that it does.
    pub days: i64,
    /// `good`, `warn`, `bad` or `off`.
    pub tone: &'static str,
}

/// Something that can be connected.
#[derive(Debug, Clone, Serialize)]
pub struct OfferRow {
    /// The wizard's address; the plugin's page when it is off.
    pub href: String,
    /// The plugin's icon.
    pub icon: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// The plugin's name.
    pub plugin: String,
    /// Whether the plugin is on.
    pub enabled: bool,
}

/// The wizard of a provider.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectPage {
    /// Where the client's form goes.
    pub client_action: String,
    /// Where the connect button goes.
    pub start_action: String,
    /// The page of the plugin.
    pub plugin_href: String,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's icon.
    pub icon: Option<String>,
    /// The provider's name.
    pub provider: String,
    /// The exact address to enter at the provider.
    pub redirect_uri: String,
    /// Where to click there, one step a line.
    pub guide: Vec<GuideRow>,
    /// The client id.
    pub client_id: String,
    /// Whether its secret is kept.
    pub has_client: bool,
    /// Whether what was stored of the client was changed or deleted from outside.
    pub is_untrusted: bool,
    /// What is asked for, and why.
    pub scopes: Vec<ScopeRow>,
    /// What is wrong with the form.
    pub errors: Errors,
    /// What went wrong on the way back from the provider: a key.
    pub failed: Option<String>,
    /// Where the button goes that tries what can be known without an account.
    pub check_action: String,
    /// What was found last.
    pub checkup: Option<CheckupBlock>,
    /// Somebody left for the provider and didn't come back.
    pub left: Option<LeftRow>,
    /// Which account is expected, as it was typed.
    pub expected: String,
}

/// Somebody left for the provider and didn't come back.
#[derive(Debug, Clone, Serialize)]
pub struct LeftRow {
    /// When.
    pub when: String,
    /// What the provider may have shown them.
    pub shown: Vec<TroubleRow>,
}

/// A scope.
#[derive(Debug, Clone, Serialize)]
pub struct ScopeRow {
    /// The provider's word.
    pub scope: String,
    /// Why, in a sentence.
    pub reason: String,
    /// Whether nothing works without it.
    pub required: bool,
    /// Whether it was granted.
    pub granted: bool,
}

/// The page of a connection.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionPage {
    /// What the list shows.
    pub connection: ConnectionRow,
    /// Where its forms go; each adds a verb.
    pub action: String,
    /// The plugin's page.
    pub plugin_href: String,
    /// The plugin's name.
    pub plugin: String,
    /// When it was connected.
    pub since: String,
    /// What was granted.
    pub scopes: Vec<ScopeRow>,
    /// The server that was named for it, where people name one.
    pub server: Option<String>,
    /// Whether the plugin serves calendars.
    pub has_calendars: bool,
    /// The account's calendars.
    pub calendars: Vec<CalendarRow>,
    /// The calendars new appointments may go to, where there is a choice.
    pub defaults: Vec<Choice>,
    /// The calendars that are used, and how they are.
    pub in_use: Vec<InUseRow>,
    /// Whether the provider couldn't be asked for them: a key.
    pub calendars_problem: Option<String>,
    /// For a disconnected one: whether the provider confirmed, or that a password goes on being good there.
    pub revocation: Option<&'static str>,
    /// Whether the role may change it.
    pub can_manage: bool,
    /// What was found when it was tried last.
    pub checkup: Option<CheckupBlock>,
    /// Whether it can be tried now.
    pub can_check: bool,
    /// When it ends by itself, and why.
    pub ends: Option<EndRow>,
    /// Why the provider ended it.
    pub ended: Option<TroubleRow>,
}

/// When a connection ends by itself.
#[derive(Debug, Clone, Serialize)]
pub struct EndRow {
    /// When.
    pub when: String,
    /// Why, where it is known.
    pub why: Option<TroubleRow>,
}

/// A calendar that the business uses.
#[derive(Debug, Clone, Serialize)]
pub struct InUseRow {
    /// Its name.
    pub name: String,
    /// `working`, `trying`, `behind`, `emptied` or `fresh`; the text is `calendar-is-<state>`.
    pub state: String,
    /// `good`, `warn`, `bad` or `off`.
    pub tone: &'static str,
    /// When it was asked last and answered.
    pub asked: Option<String>,
    /// Since when it doesn't.
    pub failing_since: Option<String>,
    /// Why: the text is `behind-<problem>`.
    pub problem: Option<String>,
    /// Ours.
    pub id: String,
    /// How many events of appointments are missing, where somebody has to say why.
    pub missing: Option<i64>,
    /// Whether that was said, and waits for the calendar to be read once more.
    pub is_answered: bool,
    /// The name of the field that chooses what of its events is shown.
    pub field: String,
    /// Whether what is in it takes the time in the account's other calendars.
    pub blocks: bool,
    /// What of its events may be shown.
    pub details: Vec<Choice>,
}

/// A calendar of the account.
#[derive(Debug, Clone, Serialize)]
pub struct CalendarRow {
    /// The provider's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `owner`, `writer` or `reader`.
    pub access: String,
    /// Whether it can be chosen.
    pub owned: bool,
    /// Whether it is.
    pub chosen: bool,
    /// Whether it is the account's first.
    pub primary: bool,
}
