//! The handle of the simulated Google: what tests look at and what they make happen.

use serde_json::{Value, json};

use super::errors::{Answer, ApiError};
use super::event_write::{self, Write};
use super::instances::{self, View};
use super::scopes::canonical;
use super::settings::Settings;
use super::state::{Access, Client, Code, State};
use super::{seed, token};
use crate::faults::Fault;
use crate::journal::Entry;
use crate::push::Delivery;
use crate::server::{Inner, World, locked};

/// Tokens of an app for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: String,
}

/// The simulated Google. Clones speak of the same one.
#[derive(Debug, Clone)]
pub struct Google {
    world: World,
}

/// Somebody at Google's own page, who sees everything and may do anything.
const BY_HAND: Write = Write { conference: true, mail: false, if_match: None };

impl Google {
    /// Over this state.
    pub fn new(world: World) -> Self {
        Self { world }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut locked(&self.world))
    }

    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        self.with(|inner| work(&mut inner.google))
    }

    /// Registers an app.
    pub fn add_client(&self, client: Client) {
        self.with_state(|state| state.clients.insert(client.id.clone(), client));
    }

    /// Registers a redirect address with every app.
    pub fn allow_redirect(&self, address: &str) {
        self.with_state(|state| {
            state.clients.values_mut().for_each(|client| client.redirects.push(address.to_owned()));
        });
    }

    /// Makes an account with a primary calendar.
    pub fn add_account(&self, email: &str, given_name: &str, family_name: &str) {
        self.with_state(|state| seed::account(state, email, given_name, family_name));
    }

    /// Makes a calendar and says who may do what.
    pub fn add_calendar(&self, id: &str, name: &str, access: &[(&str, Access)]) {
        self.with_state(|state| seed::calendar(state, id, name, "#616161", access));
    }

    /// Changes what an account may do with a calendar; `None` takes it away.
    pub fn share(&self, calendar: &str, account: &str, access: Option<Access>) {
        self.with_state(|state| {
            let revision = state.next_revision();
            let Some(held) = state.calendars.get_mut(calendar) else { return };
            held.revision = revision;
            match access {
                Some(access) => held.access.insert(account.to_owned(), access),
                None => held.access.remove(account),
            };
        });
    }

    /// The addresses of everybody who has an account.
    pub fn accounts(&self) -> Vec<String> {
        self.with_state(|state| state.accounts.keys().cloned().collect())
    }

    /// Tokens for an account without the page, for the first registered app.
    pub fn grant(&self, account: &str, scopes: &[&str]) -> Answer<Tokens> {
        self.with_state(|state| {
            let client = state.clients.keys().next().cloned().unwrap_or_default();
            if !state.accounts.contains_key(account) {
                return Err(ApiError::not_found());
            }
            let code = Code {
                client,
                account: account.to_owned(),
                scopes: scopes.iter().map(|scope| canonical(scope)).collect(),
                redirect: String::new(),
                challenge: None,
                refresh: true,
                nonce: None,
                expires: state.now(),
                used: true,
            };
            let access = token::issue(state, &code, "by hand", false);
            let refresh = token::issue(state, &code, "by hand", true);
            Ok(Tokens { access, refresh })
        })
    }

    /// Whether a token works now.
    pub fn is_live(&self, text: &str) -> bool {
        self.with_state(|state| state.tokens.get(text).is_some_and(|token| state.is_live(token)))
    }

    /// How many refresh tokens of an account work now.
    pub fn connections(&self, account: &str) -> usize {
        self.with_state(|state| {
            let tokens = state.tokens.values().filter(|token| token.refresh);
            tokens.filter(|token| token.account == account && state.is_live(token)).count()
        })
    }

    /// Every access token stops working, as after an hour.
    pub fn expire_access_tokens(&self) {
        self.with_state(|state| {
            let now = state.now();
            let access = state.tokens.values_mut().filter(|token| !token.refresh);
            access.for_each(|token| token.expires = Some(now));
        });
    }

    /// Tokens lose the right to the list of calendars, though the app was told that it has it.
    pub fn narrow_tokens(&self) {
        self.with_state(|state| {
            for token in state.tokens.values_mut() {
                token.scopes.retain(|scope| !scope.contains("calendarlist"));
            }
        });
    }

    /// The person takes back every app's access in the account's own settings.
    pub fn revoke(&self, account: &str) {
        self.with_state(|state| state.revoke(None, account));
    }

    /// Every sync token answers 410.
    pub fn invalidate_sync_tokens(&self) {
        self.with_state(|state| {
            state.sync_tokens.values_mut().for_each(|token| token.invalid = true);
        });
    }

    /// Somebody makes an event at Google; gives back its id.
    pub fn put_event(&self, calendar: &str, event: Value) -> Answer<String> {
        self.with_state(|state| {
            let owner = owner(state, calendar);
            event_write::insert(state, calendar, &owner, &event, &BY_HAND)
        })
    }

    /// Somebody changes an event at Google.
    pub fn patch_event(&self, calendar: &str, id: &str, patch: Value) -> Answer<()> {
        self.with_state(|state| event_write::change(state, calendar, id, &patch, true, &BY_HAND))
    }

    /// Somebody deletes an event at Google.
    pub fn delete_event(&self, calendar: &str, id: &str) -> Answer<()> {
        self.with_state(|state| event_write::delete(state, calendar, id, &BY_HAND))
    }

    /// The events of a calendar as they are, deleted ones too, in the order they were made.
    pub fn events(&self, calendar: &str) -> Vec<Value> {
        self.with_state(|state| events(state, calendar))
    }

    /// One event as it is; looking doesn't bring a pending conference closer.
    pub fn event(&self, calendar: &str, id: &str) -> Option<Value> {
        self.events(calendar).into_iter().find(|event| event["id"] == id)
    }

    /// A fault for coming calls.
    pub fn fault(&self, fault: Fault) {
        self.with(|inner| inner.faults.add(fault));
    }

    /// The faults that still wait.
    pub fn faults(&self) -> Vec<Fault> {
        self.with(|inner| inner.faults.waiting().to_vec())
    }

    /// No fault waits any more.
    pub fn clear_faults(&self) {
        self.with(|inner| inner.faults.clear());
    }

    /// What can be set, as it is.
    pub fn settings(&self) -> Settings {
        self.with_state(|state| state.settings.clone())
    }

    /// Changes what can be set.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.with_state(|state| change(&mut state.settings));
    }

    /// Moves the simulator's clock.
    pub fn advance_secs(&self, secs: i64) {
        self.with_state(|state| state.ground.advance_secs(secs));
    }

    /// As if just started.
    pub fn reset(&self) {
        self.with(Inner::reset);
    }

    /// What was asked, oldest first, without secrets.
    pub fn requests(&self) -> Vec<Entry> {
        self.with(|inner| inner.journal.entries())
    }

    /// Forgets what was asked.
    pub fn clear_requests(&self) {
        self.with(|inner| inner.journal.clear());
    }

    /// What became of pushes.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.with(|inner| inner.deliveries.clone())
    }

    /// How many pushes are on their way.
    pub fn pushes_under_way(&self) -> usize {
        self.with_state(|state| state.pushes_under_way)
    }

    /// The tokens that open channels carry.
    pub fn channel_tokens(&self) -> Vec<String> {
        self.with_state(|state| state.channels.iter().filter_map(|it| it.token.clone()).collect())
    }

    /// Everything worth asserting on, without secrets.
    pub fn state(&self) -> Value {
        let deliveries = self.deliveries();
        self.with_state(|state| {
            let names: Vec<String> = state.calendars.keys().cloned().collect();
            let calendars = names.iter().map(|id| (id.clone(), describe(state, id)));
            let calendars: serde_json::Map<String, Value> = calendars.collect();
            json!({
                "now": state.now().to_rfc3339(),
                "clock_offset_secs": state.ground.offset_secs(),
                "settings": state.settings,
                "accounts": state.accounts.keys().collect::<Vec<_>>(),
                "calendars": calendars,
                "channels": state.channels,
                "mails": state.mails,
                "deliveries": deliveries,
                "refresh_tokens_live": state.tokens.values()
                    .filter(|token| token.refresh && state.is_live(token)).count(),
            })
        })
    }
}

fn owner(state: &State, calendar: &str) -> String {
    let held = state.calendars.get(calendar);
    let mut access = held.into_iter().flat_map(|held| held.access.iter());
    let owner = access.find(|(_, access)| **access == Access::Owner);
    owner.map(|(email, _)| email.clone()).unwrap_or_default()
}

/// The events of a calendar as they are answered, in the order they were made.
pub fn events(state: &State, calendar: &str) -> Vec<Value> {
    let Some(held) = state.calendars.get(calendar) else { return Vec::new() };
    let view = View { zone: held.zone.clone(), attendees_max: None, deleted_details: true };
    let mut events: Vec<_> = held.events.values().collect();
    events.sort_by_key(|event| event.order);
    events.into_iter().map(|event| instances::show(event, &view)).collect()
}

fn describe(state: &State, id: &str) -> Value {
    let held = state.calendars.get(id);
    json!({
        "summary": held.map(|held| held.summary.clone()),
        "access": held.map(|held| held.access.clone()),
        "events": events(state, id),
    })
}
