//! The secret address of the calendar of the token's maker, for calendar programs.

use app::calendar_feeds;
use domain::ApiScope;
use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, instant, or_null, said, whole};
use super::problem::Problem;
use super::schema::Named;

/// The schemas of the address.
pub fn schemas() -> Vec<Named> {
    let feed = whole(vec![
        ("created_at", about(or_null(instant()), "Null where there is no address.")),
        (
            "read_at",
            about(or_null(instant()), "When a program last read it, which is no change of it."),
        ),
    ]);
    let once = "The address; told this once, and null for the same Idempotency-Key again.";
    let url = about(or_null(said()), once);
    vec![("Feed", feed), ("FeedMade", whole(vec![("url", url)]))]
}

/// Whether there is one.
pub async fn show(call: Call) -> Answer {
    let feed = calendar_feeds::find_feed(call.app(), call.ctx()).await?;
    let read_at = feed.as_ref().and_then(|feed| feed.read_at);
    let address = json!({"created_at": feed.map(|feed| feed.created_at.to_rfc3339())});
    // Programs read it day and night: whoever renews or withdraws the address that they know may do so.
    Ok(Reply::one(address).and("read_at", json!(read_at.map(|at| at.to_rfc3339()))))
}

/// Makes one in the place of the one there was, for a token that reads what is then read there.
pub async fn renew(call: Call) -> Answer {
    let reads = ApiScope::AppointmentsRead;
    if !call.opened.scopes.has(reads) {
        return Err(Problem::no_scope(reads));
    }
    let secret = calendar_feeds::renew_feed_once(call.app(), call.ctx(), &call.once).await?;
    let public = &call.app().options.public_url;
    let url = secret.map(|secret| format!("{public}/feeds/{secret}.ics"));
    Ok(Reply::told(json!({"url": url})).secret())
}

/// Withdraws it.
pub async fn withdraw(call: Call) -> Answer {
    calendar_feeds::withdraw_feed(call.app(), call.ctx()).await?;
    Ok(Reply::done())
}
