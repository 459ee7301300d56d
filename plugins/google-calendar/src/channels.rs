//! Channels: Google calls an address of the workspace when a calendar's events have changed.
//!
//! A channel can't be renewed: the workspace asks for another before it ends, and then to close the
//! old one (Calendar API v3, push notifications).

use oxpi_kit::{Job, Problem, Result, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api;
use crate::errors::{Cause, Failure, or_problem};

/// What the workspace asks for.
#[derive(Deserialize)]
struct Wish {
    #[serde(rename = "do")]
    act: Act,
    calendar: String,
    channel: Channel,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Open,
    Close,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    seconds: u32,
    #[serde(default)]
    resource: String,
}

/// Google's answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    resource_id: String,
    #[serde(default)]
    expiration: Value,
}

/// Opens or closes a channel.
pub fn run(job: Job) -> Result<Option<Value>> {
    let wish: Wish = serde_json::from_value(job.payload)?;
    match wish.act {
        Act::Open => open(&wish.calendar, &wish.channel).map(Some),
        Act::Close => close(&wish.channel).map(|()| None),
    }
}

fn open(calendar: &str, channel: &Channel) -> Result<Value> {
    let body = json!({
        "id": channel.id,
        "type": "web_hook",
        "address": channel.address,
        "token": channel.token,
        "params": {"ttl": channel.seconds.to_string()},
    });
    let opened: Opened = or_problem(api::post(api::watch(calendar), &body)?)?;
    Ok(json!({
        "resource": opened.resource_id,
        "expires_at": expires_at(&opened.expiration),
    }))
}

/// Milliseconds, as Google writes long numbers: a text.
fn expires_at(expiration: &Value) -> Option<Timestamp> {
    let millis = match expiration {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    millis.map(Timestamp::from_millis)
}

fn close(channel: &Channel) -> Result<()> {
    if channel.resource.is_empty() {
        return Err(Problem::invalid("closing a channel takes its resource"));
    }
    let body = json!({"id": channel.id, "resourceId": channel.resource});
    match api::tell(api::stop(), &body)? {
        // It has ended.
        Err(Failure { cause: Cause::Gone, .. }) => Ok(()),
        answer => or_problem(answer),
    }
}
