//! Reads what a plugin has in the world: providers, credential slots, egress routes.

use std::collections::BTreeMap;

use super::parse::{checked, checked_opt, one_of, values};
use super::reader::{At, Result, Table};
use super::{
    Algorithm, CONNECTION_SERVER, Effect, EgressRoute, KnownServer, Login, Provider,
    ProviderFailure, ProviderScope, ProviderStep, Slot, SlotPlace, SlotSource, check,
};

/// Parameters of the authorization address that are the host's own.
const OWN_PARAMS: [&str; 8] = [
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
];

/// What a plugin tries of an account: people wait for it.
const STEPS_MAX: usize = 8;
/// Requests a minute where a route says nothing.
const RATE_DEFAULT: u32 = 60;
/// The most requests a minute a route may ask for.
const RATE_MAX: u64 = 6_000;

pub(super) fn provider(mut table: Table<'_>) -> Result<(At<String>, Provider)> {
    let id = table.text("id")?.check(|id| check::name(id))?;
    let is_login = match table.text_opt("kind")? {
        Some(kind) => one_of(kind, "kind", &[("oauth", false), ("password", true)])?,
        None => false,
    };
    if is_login {
        return login_provider(id, table);
    }
    let provider = Provider {
        id: id.value.clone(),
        name: checked(&mut table, "name", check::text_key)?,
        login: None,
        authorization: checked(&mut table, "authorization", check::endpoint)?,
        token: checked(&mut table, "token", check::endpoint)?,
        revocation: checked_opt(&mut table, "revocation", check::endpoint)?,
        identity: values(table.texts("identity")?, check::endpoint)?,
        pkce: table.flag_opt("pkce")?.unwrap_or(true),
        authorization_params: authorization_params(&mut table)?,
        guide: checked_opt(&mut table, "guide", check::text_key)?,
        scopes: scopes(table.tables("scopes")?)?,
        account_hint: account_hint(&mut table)?,
        steps: steps(table.tables("steps")?)?,
        failures: failures(table.tables("failures")?)?,
    };
    table.finish()?;
    Ok((id, provider))
}

/// One that people connect with a user name and a password; it has no endpoints of OAuth.
fn login_provider(id: At<String>, mut table: Table<'_>) -> Result<(At<String>, Provider)> {
    let mut servers = Vec::new();
    for mut inner in table.tables("servers")? {
        servers.push(KnownServer {
            name: checked(&mut inner, "name", check::text_key)?,
            address: checked_opt(&mut inner, "address", check::endpoint)?,
            guide: checked(&mut inner, "guide", check::text_key)?,
        });
        inner.finish()?;
    }
    let provider = Provider {
        id: id.value.clone(),
        name: checked(&mut table, "name", check::text_key)?,
        login: Some(Login { servers }),
        authorization: String::new(),
        token: String::new(),
        revocation: None,
        identity: Vec::new(),
        pkce: false,
        authorization_params: BTreeMap::new(),
        guide: checked_opt(&mut table, "guide", check::text_key)?,
        scopes: Vec::new(),
        account_hint: None,
        steps: steps(table.tables("steps")?)?,
        failures: failures(table.tables("failures")?)?,
    };
    table.finish()?;
    Ok((id, provider))
}

fn account_hint(table: &mut Table<'_>) -> Result<Option<String>> {
    let Some(name) = table.text_opt("account_hint")? else { return Ok(None) };
    if OWN_PARAMS.contains(&name.value.as_str()) {
        let reason = format!("the host sets the authorization parameter {:?} itself", name.value);
        return name.wrong(reason);
    }
    Ok(Some(name.check(|name| check::field(name))?.value))
}

fn steps(tables: Vec<Table<'_>>) -> Result<Vec<ProviderStep>> {
    let mut steps: Vec<ProviderStep> = Vec::new();
    for mut table in tables {
        let id = table.text("id")?.check(|id| check::name(id))?;
        if steps.iter().any(|other| other.id == id.value) {
            return id.wrong(format!("the step {:?} stands twice", id.value));
        }
        if steps.len() == STEPS_MAX {
            return id.wrong(format!("a provider has at most {STEPS_MAX} steps"));
        }
        let title = checked(&mut table, "title", check::text_key)?;
        table.finish()?;
        steps.push(ProviderStep { id: id.value, title });
    }
    Ok(steps)
}

fn failures(tables: Vec<Table<'_>>) -> Result<Vec<ProviderFailure>> {
    let mut failures: Vec<ProviderFailure> = Vec::new();
    for mut table in tables {
        let id = table.text("id")?.check(|id| check::name(id))?;
        if failures.iter().any(|other| other.id == id.value) {
            return id.wrong(format!("the failure {:?} stands twice", id.value));
        }
        let errors = values(table.texts("errors")?, oauth_error)?;
        if let Some(taken) =
            errors.iter().find(|e| failures.iter().any(|other| other.errors.contains(e)))
        {
            return id.wrong(format!("the error {taken:?} means another failure already"));
        }
        let failure = ProviderFailure {
            title: checked(&mut table, "title", check::text_key)?,
            help: checked(&mut table, "help", check::text_key)?,
            link: checked_opt(&mut table, "link", check::endpoint)?,
            errors,
            shown: table.flag_opt("shown")?.unwrap_or(false),
            ends_after_days: ends_after_days(&mut table)?,
            id: id.value,
        };
        table.finish()?;
        failures.push(failure);
    }
    Ok(failures)
}

fn ends_after_days(table: &mut Table<'_>) -> Result<Option<u32>> {
    let Some(days) = table.count_opt("ends_after_days")? else { return Ok(None) };
    match u32::try_from(days.value) {
        Ok(count @ 1..=366) => Ok(Some(count)),
        _ => days.wrong("`ends_after_days` is from 1 to 366"),
    }
}

/// A word as OAuth's errors are (RFC 6749, section 5.2), such as `invalid_client`.
fn oauth_error(text: &str) -> std::result::Result<(), String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if plain && text.len() <= 64 { Ok(()) } else { Err(format!("{text:?} is no word of an error")) }
}

fn authorization_params(table: &mut Table<'_>) -> Result<BTreeMap<String, String>> {
    let params = table.text_map("authorization_params")?;
    match params.keys().find(|key| OWN_PARAMS.contains(&key.as_str())) {
        Some(own) => {
            table.wrong(format!("the host sets the authorization parameter {own:?} itself"))
        }
        None => Ok(params),
    }
}

fn scopes(tables: Vec<Table<'_>>) -> Result<Vec<ProviderScope>> {
    let mut scopes: Vec<ProviderScope> = Vec::new();
    for mut table in tables {
        let scope = table.text("scope")?;
        if scope.value.contains(char::is_whitespace) {
            return scope.wrong("a scope has no spaces; write one [[providers.scopes]] for each");
        }
        if scopes.iter().any(|other| other.scope == scope.value) {
            return scope.wrong(format!("the scope {:?} stands twice", scope.value));
        }
        let reason = checked(&mut table, "reason", check::text_key)?;
        let required = table.flag_opt("required")?.unwrap_or(true);
        let also = table.texts("also")?.into_iter().map(|name| name.value).collect();
        table.finish()?;
        scopes.push(ProviderScope { scope: scope.value, also, reason, required });
    }
    Ok(scopes)
}

pub(super) fn slot(mut table: Table<'_>) -> Result<(At<String>, Slot)> {
    let id = table.text("id")?.check(|id| check::name(id))?;
    let provider = checked_opt(&mut table, "provider", check::name)?;
    let secret = checked_opt(&mut table, "secret", check::field)?;
    let source = match (provider, secret) {
        (Some(provider), None) => SlotSource::Provider(provider),
        (None, Some(secret)) => SlotSource::Secret(secret),
        _ => return table.wrong("a slot has either `provider` or `secret`"),
    };
    let hmac = algorithms(&mut table, &source)?;
    let mut slot = Slot {
        id: id.value.clone(),
        source,
        origin: String::new(),
        path: String::new(),
        methods: Vec::new(),
        place: SlotPlace::Nowhere,
        hmac,
        ask: String::new(),
        sign_ask: String::new(),
    };
    // A key that only signs, or by which a webhook proves itself, goes nowhere; any other slot says where,
    // and to whom.
    let is_provider = matches!(slot.source, SlotSource::Provider(_));
    if is_provider || table.has("place") || table.has("origin") {
        slot.origin = checked(&mut table, "origin", check::origin_or_server)?;
        slot.path = checked_opt(&mut table, "path", |path| check::path(path, false))?
            .unwrap_or_else(|| "/".to_owned());
        slot.methods = methods(&mut table)?;
        slot.place = place(&mut table)?;
        slot.ask = slot.ask_of();
    }
    table.finish()?;
    slot.sign_ask = slot.sign_ask_of();
    Ok((id, slot))
}

/// A token of a connected account signs nothing: what it is for is the provider's business.
fn algorithms(table: &mut Table<'_>, source: &SlotSource) -> Result<Vec<Algorithm>> {
    let words = Algorithm::ALL.map(|known| (known.as_str(), known));
    let mut found = Vec::new();
    for name in table.texts("hmac")? {
        if matches!(source, SlotSource::Provider(_)) {
            return name.wrong("`hmac` is for a `secret`; a provider's token signs nothing");
        }
        found.push(one_of(name, "hmac", &words)?);
    }
    found.sort();
    Ok(found)
}

fn place(table: &mut Table<'_>) -> Result<SlotPlace> {
    if !table.is_table("place") {
        let words = [("bearer", false), ("basic", true)];
        let is_basic = one_of(table.text("place")?, "place", &words)?;
        return Ok(if is_basic { SlotPlace::Basic } else { SlotPlace::Bearer });
    }
    let mut inner = table.table("place")?;
    let header = checked_opt(&mut inner, "header", check::header)?;
    let query = checked_opt(&mut inner, "query", check::field)?;
    let json = checked_opt(&mut inner, "json", check::field)?;
    let form = checked_opt(&mut inner, "form", check::field)?;
    let place = match (header, query, json, form) {
        (Some(name), None, None, None) => SlotPlace::Header(name.to_ascii_lowercase()),
        (None, Some(name), None, None) => SlotPlace::Query(name),
        (None, None, Some(name), None) => SlotPlace::Json(name),
        (None, None, None, Some(name)) => SlotPlace::Form(name),
        _ => return inner.wrong("`place` has one of `header`, `query`, `json` and `form`"),
    };
    inner.finish()?;
    Ok(place)
}

fn methods(table: &mut Table<'_>) -> Result<Vec<String>> {
    let mut methods = values(table.texts("methods")?, check::method)?;
    if methods.is_empty() {
        return table.wrong("`methods` names at least one method, such as [\"GET\"]");
    }
    methods.sort();
    Ok(methods)
}

pub(super) fn route(mut table: Table<'_>) -> Result<(At<String>, EgressRoute)> {
    let id = table.text("id")?.check(|id| check::name(id))?;
    let words = [
        ("none", Effect::None),
        ("spend", Effect::Spend),
        ("publish", Effect::Publish),
        ("reply", Effect::Reply),
        ("refund", Effect::Refund),
    ];
    let mut route = EgressRoute {
        id: id.value.clone(),
        origin: checked(&mut table, "origin", check::origin_or_server)?,
        methods: methods(&mut table)?,
        path: String::new(),
        query: table.text_map("query")?,
        effect: match table.text_opt("effect")? {
            Some(text) => one_of(text, "effect", &words)?,
            None => Effect::None,
        },
        rate_per_minute: rate(&mut table)?,
        ask: String::new(),
    };
    let path: fn(&str) -> std::result::Result<(), String> = match route.origin == CONNECTION_SERVER
    {
        true => check::path_or_below,
        false => |path| check::path(path, true),
    };
    route.path = checked(&mut table, "path", path)?;
    table.finish()?;
    route.ask = route.ask_of();
    Ok((id, route))
}

fn rate(table: &mut Table<'_>) -> Result<u32> {
    let Some(rate) = table.count_opt("rate_per_minute")? else { return Ok(RATE_DEFAULT) };
    match u32::try_from(rate.value) {
        Ok(count) if (1..=RATE_MAX).contains(&rate.value) => Ok(count),
        _ => rate.wrong(format!("`rate_per_minute` is from 1 to {RATE_MAX}")),
    }
}
