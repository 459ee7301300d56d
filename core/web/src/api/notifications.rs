//! What the token's maker was told of.

use app::cursors::Cursor;
use app::notifications::{self, Notification};
use app::reminders;
use domain::NotificationId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, flag, id, instant, limit, or_null, said, whole};
use super::schema::Named;

/// The schemas of notifications.
pub fn schemas() -> Vec<Named> {
    let one = whole(vec![
        ("id", id()),
        ("kind", about(said(), "Such as `task-due`.")),
        ("subject", about(said(), "What it is about.")),
        ("path", about(said(), "The page it leads to.")),
        ("created_at", instant()),
        ("read_at", or_null(instant())),
        ("can_snooze", about(flag(), "Whether it reminds of something, and so can come again.")),
    ]);
    vec![("Notification", one)]
}

fn shown(each: &Notification) -> Value {
    json!({
        "id": each.id,
        "kind": each.kind.as_str(),
        "subject": each.subject,
        "path": each.href,
        "created_at": each.created_at.to_rfc3339(),
        "read_at": each.read_at.map(|at| at.to_rfc3339()),
        "can_snooze": each.matter.starts_with("reminder/"),
    })
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

/// A page of them, newest first.
pub async fn list(call: Call) -> Answer {
    let after: Option<Cursor> = call.after()?;
    let page =
        notifications::page_notifications(call.app(), call.ctx(), after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// Notes that one was read.
pub async fn read(call: Call) -> Answer {
    notifications::open_notification(call.app(), call.ctx(), &call.id("notification")?).await?;
    Ok(Reply::done())
}

/// Notes that all were read.
pub async fn read_all(call: Call) -> Answer {
    notifications::read_all(call.app(), call.ctx()).await?;
    Ok(Reply::done())
}

/// Lets what one reminded of come again.
pub async fn snooze(call: Call) -> Answer {
    let (id, until): (NotificationId, String) = (call.id("notification")?, call.text("until"));
    let at = reminders::snooze_notification(call.app(), call.ctx(), &id, &until).await?;
    Ok(Reply::told(json!({"at": at.to_rfc3339()})))
}
