//! One act over all that match, in lots: where it begins, how far it is, and stopping it.

use app::sweeps::{self, List, Shown, SweepInput, Whom};
use domain::{ApiScope, SweepId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{about, id, instant, or_null, said, whole, word};
use super::problem::Problem;
use super::schema::Named;

/// The schema of one.
pub fn schemas() -> Vec<Named> {
    let number = |sentence| about(json!({"type": "integer", "minimum": 0}), sentence);
    let states = &["running", "done", "cancelled", "failed", "undoing", "undone"];
    let undo = "What `/undo/{undo}` takes all of it back with, in lots as well; null while it goes on, \
        and where there is nothing to take back.";
    let changed = "How many it changed; who already was so isn’t counted. Where undoing it could not go \
        on, how many are left to be undone.";
    let sweep = whole(vec![
        ("id", id()),
        ("list", word(&["people", "tasks"])),
        ("state", word(states)),
        ("matching", number("How many matched when it began; no others are changed.")),
        ("done", number("How many it has come to; while it is undone, how many that has come to.")),
        ("changed", number(changed)),
        ("kept", number("How many stayed when it was undone, since somebody changed them.")),
        ("problem", about(or_null(said()), "Why it ended before its end.")),
        ("undo", about(or_null(id()), undo)),
        ("created_at", instant()),
        ("settled_at", or_null(instant())),
    ]);
    vec![("Sweep", sweep)]
}

async fn shown(call: &Call, which: &SweepId) -> Result<Value, Problem> {
    Ok(told(&sweeps::get_sweep(call.app(), call.ctx(), which).await?))
}

fn told(shown: &Shown) -> Value {
    let sweep = &shown.sweep;
    let code = super::problem::code(&sweep.problem);
    json!({
        "id": sweep.id,
        "list": sweep.list.as_str(),
        "state": sweep.state.as_str(),
        "matching": sweep.count_all,
        "done": sweep.done,
        "changed": sweep.changed,
        "kept": sweep.kept,
        "problem": (!sweep.problem.is_empty()).then_some(code),
        "undo": shown.can_undo.then_some(&sweep.id),
        "created_at": sweep.created_at.to_rfc3339(),
        "settled_at": sweep.settled_at.map(|at| at.to_rfc3339()),
    })
}

/// Begins one, and says where it is followed.
pub(super) async fn begin(call: &Call, whom: Whom) -> Answer {
    let input = SweepInput { act: call.text("act"), to: call.text("to") };
    let which = sweeps::begin_sweep(call.app(), call.ctx(), whom, input, &call.once).await?;
    begun(call, &which).await
}

/// One that began, and where it is followed.
pub(super) async fn begun(call: &Call, which: &SweepId) -> Answer {
    let place = format!("/api/v1/sweeps/{which}");
    Ok(Reply::begun(shown(call, which).await?, place))
}

/// The one that is asked for, for a token that is good for changing what it changes.
async fn asked(call: &Call) -> Result<SweepId, Problem> {
    let which: SweepId = call.id("sweep")?;
    let found = sweeps::get_sweep(call.app(), call.ctx(), &which).await?;
    match missing(call, &found) {
        None => Ok(which),
        Some(scope) => Err(Problem::no_scope(scope)),
    }
}

/// What the token would have to be good for to see one; None where it is.
fn missing(call: &Call, of: &Shown) -> Option<ApiScope> {
    let scope = match of.sweep.list {
        List::People => ApiScope::PeopleWrite,
        List::Tasks => ApiScope::TasksWrite,
    };
    let scopes = call.opened.scopes;
    let is_settings = of.is_of_settings && scopes.has(ApiScope::PipelinesWrite);
    (!is_settings && !scopes.has(scope)).then_some(scope)
}

/// Those that are under way, latest first.
pub async fn list(call: Call) -> Answer {
    let all = sweeps::list_under_way(call.app(), call.ctx()).await?;
    let seen = all.iter().filter(|it| missing(&call, it).is_none());
    Ok(Reply::items(seen.map(told).collect()))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let which = asked(&call).await?;
    Ok(Reply::one(shown(&call, &which).await?))
}

/// Stops one; what was changed until then stays. What goes because a stage or a member does isn't stopped.
pub async fn cancel(call: Call) -> Answer {
    let which = asked(&call).await?;
    sweeps::cancel_sweep(call.app(), call.ctx(), &which).await?;
    Ok(Reply::one(shown(&call, &which).await?))
}
