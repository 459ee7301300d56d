//! Connected calendars, and when they say that time is taken.

use app::appointments::{self, BusyBlock, BusyCursor, Calendar};
use app::calendars;
use domain::CalendarId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::appointments::{span, span_query};
use super::call::Call;
use super::describe::{Fields, about, flag, id, instant, said, whole, word};
use super::problem::Problem;
use super::schema::Named;

/// The schemas of calendars.
pub fn schemas() -> Vec<Named> {
    let calendar = whole(vec![
        ("id", id()),
        ("connection", id()),
        ("name", said()),
        ("zone", said()),
        ("access", word(&["owner", "writer", "reader"])),
        ("is_default", about(flag(), "Whether new appointments go there unless told otherwise.")),
    ]);
    let busy = whole(vec![
        ("calendar", id()),
        ("starts_at", instant()),
        ("ends_at", instant()),
        ("all_day", flag()),
        ("title", about(said(), "Empty where the calendar's setting doesn't have it shown.")),
        ("location", said()),
    ]);
    vec![("Calendar", calendar), ("Busy", busy)]
}

/// All of them.
pub async fn list(call: Call) -> Answer {
    let all = calendars::list_calendars(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(told).collect()))
}

fn told(each: &Calendar) -> Value {
    json!({
        "id": each.id,
        "connection": each.connection_id,
        "name": each.name,
        "zone": each.zone.name(),
        "access": each.access.as_str(),
        "is_default": each.is_default,
    })
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let which: CalendarId = call.id("calendar")?;
    let all = calendars::list_calendars(call.app(), call.ctx()).await?;
    let one = all.iter().find(|each| each.id == which).ok_or_else(Problem::not_found)?;
    Ok(Reply::one(told(one)))
}

/// The parameters of busy times.
pub fn busy_query() -> Fields {
    span_query()
}

/// A page of busy times, by start.
pub async fn busy(call: Call) -> Answer {
    let (span, after) = (span(&call)?, call.after::<BusyCursor>()?);
    let (app, ctx) = (call.app(), call.ctx());
    let page = appointments::list_busy(app, ctx, span, after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

fn shown(each: &BusyBlock) -> Value {
    json!({
        "calendar": each.calendar_id,
        "starts_at": each.starts_at.to_rfc3339(),
        "ends_at": each.ends_at.to_rfc3339(),
        "all_day": each.all_day,
        "title": each.title,
        "location": each.location,
    })
}
