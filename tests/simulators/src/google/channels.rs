//! Channels: who is told that something changed.

use domain::Timestamp;
use serde_json::{Value, json};

use super::api::{Caller, body, grant, open};
use super::auth::is_loopback;
use super::errors::{Answer, ApiError};
use super::scopes::{Need, Subject};
use super::state::{Access, Channel, State};
use crate::http::Request;
use crate::push::Push;

const LIFE_SECS: i64 = 7 * 86_400;
const LIFE_SECS_MAX: i64 = 30 * 86_400;

/// `events.watch` of a calendar, or `calendarList.watch` without one.
pub fn watch(
    state: &mut State,
    caller: &Caller,
    request: &Request,
    calendar: Option<&str>,
) -> Answer<Value> {
    let calendar = match calendar {
        Some(id) => Some(open(state, caller, id, Need::ReadEvents, Access::Reader)?),
        None => grant(caller, Need::ReadList, Subject::default()).map(|()| None)?,
    };
    let body = body(request)?;
    let channel = read(state, caller, request, &body, calendar)?;
    let answer = json!({
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource_id,
        "resourceUri": channel.resource_uri,
        "expiration": channel.expires.as_millis().to_string(),
    });
    let token = channel.token.clone();
    state.channels.push(channel);
    let last = state.channels.len() - 1;
    push(state, last, "sync");
    Ok(match token {
        Some(token) => {
            let mut answer = answer;
            answer["token"] = json!(token);
            answer
        }
        None => answer,
    })
}

fn read(
    state: &State,
    caller: &Caller,
    request: &Request,
    body: &Value,
    calendar: Option<String>,
) -> Answer<Channel> {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let id = text("id");
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_+/=".contains(&byte);
    if id.is_empty() || id.len() > 64 || !id.bytes().all(letter) {
        return Err(ApiError::new(400, "channelIdInvalid", "Invalid channel id"));
    }
    if state.channels.iter().any(|channel| channel.id == id) {
        let message = format!("Channel id {id} not unique");
        return Err(ApiError::new(400, "channelIdNotUnique", &message));
    }
    if !matches!(text("type").as_str(), "web_hook" | "webhook") {
        return Err(ApiError::new(400, "channelUnknown", "Unsupported channel type"));
    }
    let address = text("address");
    if !address.starts_with("https://") && !is_loopback(&address) {
        let message = format!("WebHook callback must be HTTPS: {address}");
        return Err(ApiError::new(400, "push.webhookUrlNotHttps", &message));
    }
    let token = body["token"].as_str().map(str::to_owned);
    if token.as_ref().is_some_and(|token| token.len() > 256 || token.contains(char::is_control)) {
        return Err(ApiError::invalid("Invalid channel token"));
    }
    let resource_uri =
        format!("https://www.googleapis.com{}", request.path.trim_end_matches("/watch"));
    Ok(Channel {
        expires: expires(state.now(), body)?,
        resource_id: format!("r{:016x}", hash(&resource_uri)),
        resource_uri,
        id,
        token,
        address,
        calendar,
        account: caller.account.clone(),
        messages: 0,
    })
}

/// By `params.ttl` in seconds or `expiration` in milliseconds, at most a month.
fn expires(now: Timestamp, body: &Value) -> Answer<Timestamp> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<i64>().ok(),
        other => other.as_i64(),
    };
    let wrong = || ApiError::invalid("Invalid channel expiration");
    let secs = match (&body["params"]["ttl"], &body["expiration"]) {
        (Value::Null, Value::Null) => LIFE_SECS,
        (Value::Null, at) => {
            Timestamp::from(number(at).ok_or_else(wrong)?).millis_since(now) / 1_000
        }
        (ttl, _) => number(ttl).ok_or_else(wrong)?,
    };
    if secs <= 0 { Err(wrong()) } else { Ok(now.plus_secs(secs.min(LIFE_SECS_MAX))) }
}

/// FNV-1a: the same resource has the same opaque id.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// `channels.stop`: needs the id and the resource id.
pub fn stop(state: &mut State, caller: &Caller, request: &Request) -> Answer<()> {
    grant(caller, Need::Anything, Subject::default())?;
    let body = body(request)?;
    let (id, resource) = (body["id"].as_str(), body["resourceId"].as_str());
    let ours = |channel: &Channel| {
        Some(channel.id.as_str()) == id
            && Some(channel.resource_id.as_str()) == resource
            && channel.account == caller.account
    };
    match state.channels.iter().position(ours) {
        Some(at) => {
            state.channels.remove(at);
            Ok(())
        }
        None => {
            let message = format!("Channel '{}' not found", id.unwrap_or_default());
            Err(ApiError::new(404, "notFound", &message))
        }
    }
}

/// Tells the channels of a calendar, or of the list of calendars, that it changed.
pub fn announce(state: &mut State, calendar: Option<&str>) {
    let now = state.now();
    state.channels.retain(|channel| now < channel.expires);
    for at in 0..state.channels.len() {
        if state.channels[at].calendar.as_deref() == calendar {
            push(state, at, "exists");
        }
    }
}

fn push(state: &mut State, at: usize, what: &str) {
    let channel = &mut state.channels[at];
    channel.messages += 1;
    let mut headers = vec![
        ("X-Goog-Channel-ID", channel.id.clone()),
        ("X-Goog-Channel-Expiration", http_date(channel.expires)),
        ("X-Goog-Message-Number", channel.messages.to_string()),
        ("X-Goog-Resource-ID", channel.resource_id.clone()),
        ("X-Goog-Resource-State", what.to_owned()),
        ("X-Goog-Resource-URI", channel.resource_uri.clone()),
    ];
    if let Some(token) = &channel.token {
        headers.push(("X-Goog-Channel-Token", token.clone()));
    }
    let settings = &mut state.settings;
    let copies = if settings.drop_pushes > 0 {
        settings.drop_pushes -= 1;
        0
    } else if settings.duplicate_pushes > 0 {
        settings.duplicate_pushes -= 1;
        2
    } else {
        1
    };
    let (channel, address) = (channel.id.clone(), channel.address.clone());
    // Nobody listens only while the simulator is being stopped.
    let push = Push { channel, address, state: what.to_owned(), headers, copies };
    if state.outbox.send(push).is_ok() {
        state.pushes_under_way += 1;
    }
}

fn http_date(time: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(time.as_millis()).unwrap_or_default();
    instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
