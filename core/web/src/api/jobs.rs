//! Work that was given up: which, why, and another try.

use app::cursors::Cursor;
use app::jobs::dead::{self, GivenUp};
use domain::{ApiScope, JobId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, cursor, id, instant, limit, object, or_null, required_text, said, whole,
};
use super::problem::code;
use super::schema::Named;

/// The longest name of a kind, in characters.
const KIND_CHARS_MAX: usize = 60;

/// The schemas of such work.
pub fn schemas() -> Vec<Named> {
    let job = whole(vec![
        ("id", id()),
        ("kind", about(said(), "What was to be done, such as `calendar.push`.")),
        ("subject", about(said(), "What it was about; empty unless the token reads appointments.")),
        ("plugin", about(or_null(said()), "The plugin that was to do it.")),
        ("code", about(said(), "Why it was given up.")),
        ("tries", json!({"type": "integer"})),
        ("given_up_at", instant()),
    ]);
    let kind = || about(required_text(KIND_CHARS_MAX), "As work says it, such as `calendar.push`.");
    let count = about(
        json!({"type": "integer"}),
        "How many are tried again, the oldest first; with 500 there may be more.",
    );
    let dismissed = about(
        json!({"type": "integer"}),
        "How many are left, the oldest first; with 500 there may be more.",
    );
    vec![
        ("Job", job),
        ("KindAgain", object(vec![("kind", kind())], &["kind"])),
        ("TriedAgain", whole(vec![("count", count)])),
        ("KindDismiss", object(vec![("kind", kind())], &["kind"])),
        ("Dismissed", whole(vec![("count", dismissed)])),
    ]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

fn shown(job: &GivenUp, reads: bool) -> Value {
    json!({
        "id": job.id,
        "kind": job.kind,
        "subject": if reads { job.subject.as_str() } else { "" },
        "plugin": job.plugin.as_ref().map(ToString::to_string),
        "code": code(&job.problem),
        "tries": job.tries,
        "given_up_at": job.at.to_rfc3339(),
    })
}

/// A page of it, latest first.
pub async fn list(call: Call) -> Answer {
    let after: Option<Cursor> = call.after()?;
    let page = dead::list_given_up(call.app(), call.ctx(), after, call.limit()).await?;
    let reads = call.opened.scopes.has(ApiScope::AppointmentsRead);
    let items = page.items.iter().map(|job| shown(job, reads)).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// One piece of it.
pub async fn show(call: Call) -> Answer {
    let id: JobId = call.id("job")?;
    let job = dead::get_given_up(call.app(), call.ctx(), &id).await?;
    Ok(Reply::one(shown(&job, call.opened.scopes.has(ApiScope::AppointmentsRead))))
}

/// Has some tried again; what is under way again stays so.
pub async fn try_again(call: Call) -> Answer {
    let id: JobId = call.id("job")?;
    dead::try_again(call.app(), call.ctx(), vec![id]).await?;
    Ok(Reply::done())
}

/// Has all of a kind tried again; what is under way again stays so.
pub async fn try_kind_again(call: Call) -> Answer {
    let count = dead::try_kind_again(call.app(), call.ctx(), &call.text("kind")).await?;
    Ok(Reply::told(json!({"count": count})))
}

/// Leaves some as it is.
pub async fn dismiss(call: Call) -> Answer {
    let id: JobId = call.id("job")?;
    dead::dismiss(call.app(), call.ctx(), vec![id]).await?;
    Ok(Reply::done())
}

/// Leaves all of a kind as it is.
pub async fn dismiss_kind(call: Call) -> Answer {
    let count = dead::dismiss_kind(call.app(), call.ctx(), &call.text("kind")).await?;
    Ok(Reply::told(json!({"count": count})))
}
