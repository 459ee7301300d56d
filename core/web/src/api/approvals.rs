//! What plugins propose to do. It is seen here; only people decide it, and in the workspace.

use app::approvals::{self, ApprovalCard};
use domain::ApprovalId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{Fields, about, cursor, id, instant, limit, or_null, said, whole, word};
use super::schema::Named;

const STATES: &[&str] = &["waiting", "approved", "rejected", "expired", "used", "sent", "unknown"];

/// The schemas of approvals.
pub fn schemas() -> Vec<Named> {
    let row = vec![
        ("id", id()),
        ("plugin", about(said(), "Who proposes it.")),
        ("effect", about(said(), "`spend`, `publish`, `reply` or `refund`.")),
        ("title", said()),
        ("host", about(said(), "Whom it would be sent to.")),
        ("state", word(STATES)),
        ("proposed_at", instant()),
        ("expires_at", instant()),
    ];
    let mut full = row.clone();
    full.extend([
        ("summary", or_null(said())),
        ("account", about(or_null(said()), "The account that would act.")),
        ("decided_at", or_null(instant())),
        ("decided_by", or_null(said())),
        ("reason", about(or_null(said()), "Why it was rejected.")),
        ("used_at", about(or_null(instant()), "When it was sent.")),
    ]);
    vec![("ApprovalRow", whole(row)), ("Approval", whole(full))]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![
        ("waiting", about(word(&["true"]), "Those that wait, oldest first, and no others.")),
        ("limit", limit()),
        ("after", cursor()),
    ]
}

fn shown(each: &ApprovalCard) -> Value {
    json!({
        "id": each.id,
        "plugin": each.plugin,
        "effect": each.effect,
        "title": each.title,
        "host": each.host,
        "state": each.state.as_str(),
        "proposed_at": each.proposed_at.to_rfc3339(),
        "expires_at": each.expires_at.to_rfc3339(),
    })
}

/// Those that are over, newest first, after those that wait.
pub async fn list(call: Call) -> Answer {
    let before: Option<String> = call.after()?;
    let page =
        approvals::list_approvals(call.app(), call.ctx(), before.as_deref(), call.limit()).await?;
    let is_waiting = call.asked("waiting").is_some();
    let mut items: Vec<Value> = Vec::new();
    if before.is_none() {
        items.extend(page.waiting.iter().map(shown));
    }
    if is_waiting {
        return Ok(Reply::page(&call, items, None));
    }
    items.extend(page.settled.iter().map(shown));
    Ok(Reply::page(&call, items, page.next))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let id: ApprovalId = call.id("approval")?;
    let page = approvals::get_approval(call.app(), call.ctx(), &id).await?;
    let mut body = shown(&page.card);
    body["summary"] = json!(page.summary);
    body["account"] = json!(page.account);
    body["decided_at"] = json!(page.decided_at.map(|at| at.to_rfc3339()));
    body["decided_by"] = json!(page.decided_by);
    body["reason"] = json!(page.reason);
    body["used_at"] = json!(page.used_at.map(|at| at.to_rfc3339()));
    Ok(Reply::one(body))
}
