//! People who decide, played by the test. The door is the runtime's own: it refuses a request whose
//! approval was not given to exactly this one.

use domain::Timestamp;
use runtime::approval::{CHANGE_ASKED, Change};
use runtime::{ApprovalUse, CallError, Export, Problem, Proposal, Words};
use serde_json::{Map, Value, json};

use crate::Host;
use crate::memory::{FakeApproval, Memory};

/// The event that tells a plugin of a decision.
const DECIDED: &str = "approval.decided";
/// Those of which something may still come.
const OPEN: [&str; 3] = ["waiting", "approved", "changing"];

impl Host {
    /// Approves a proposal, as a person would on its page, and tells the plugin where it listens.
    ///
    /// # Panics
    /// When nothing of this id is waiting.
    pub async fn approve(&self, id: &str) -> Result<(), CallError> {
        self.decide(id, "approved", None).await
    }

    /// Rejects a proposal with a reason, and tells the plugin where it listens.
    ///
    /// # Panics
    /// When nothing of this id is waiting or to be changed.
    pub async fn reject(&self, id: &str, reason: &str) -> Result<(), CallError> {
        self.decide(id, "rejected", Some(reason.to_owned())).await
    }

    /// Asks for it otherwise, as a person would on its page, and tells the plugin. `edits` are what they
    /// typed into fields of its `change`; the others stay as they are.
    ///
    /// # Panics
    /// When nothing of this id waits or was approved, or it can't be changed so: also where an edit isn't
    /// the text that a workspace would tell, or the list of texts.
    pub async fn change(&self, id: &str, edits: &[(&str, Value)]) -> Result<(), CallError> {
        let now = self.now();
        let payload = {
            let mut memory = self.memory();
            let open = ["waiting", "approved"];
            let found = memory.approvals.iter_mut().find(|a| a.id == id && open.contains(&a.state));
            let Some(approval) = found else { panic!("nothing can be changed as {id:?}") };
            let fields = edited(&approval.proposal, edits);
            approval.state = "changing";
            let key = approval.proposal.idempotency_key.clone();
            json!({"approval": id, "key": key, "asked_at": now.to_rfc3339(), "fields": fields,
                "by": "member-1"})
        };
        self.on_event(CHANGE_ASKED, &format!("asked-{id}-{}", now.as_millis()), &payload).await
    }

    async fn decide(
        &self,
        id: &str,
        state: &'static str,
        reason: Option<String>,
    ) -> Result<(), CallError> {
        let payload = {
            let mut memory = self.memory();
            let may_be = |now: &str| now == "waiting" || (now == "changing" && state == "rejected");
            let found = memory.approvals.iter_mut().find(|a| a.id == id && may_be(a.state));
            let Some(approval) = found else { panic!("nothing waits for approval as {id:?}") };
            (approval.state, approval.reason) = (state, reason.clone());
            let key = approval.proposal.idempotency_key.clone();
            json!({"approval": id, "key": key, "state": state, "reason": reason})
        };
        if !self.plugin().exports().contains(&Export::EventHandler) {
            return Ok(());
        }
        self.on_event(DECIDED, &format!("decided-{id}"), &payload).await
    }
}

/// What is in every field of a proposal's change, with these edits.
fn edited(proposal: &Proposal, edits: &[(&str, Value)]) -> Map<String, Value> {
    let said = proposal.change.as_ref().map(Change::read);
    let fields = match said {
        Some(Ok(Change::Fields(fields))) => fields,
        Some(Ok(Change::View { .. })) if edits.is_empty() => Vec::new(),
        other => panic!("no field can be changed: {other:?}"),
    };
    let mut all: Map<String, Value> =
        fields.iter().map(|field| (field.name.clone(), field.present())).collect();
    for (name, value) in edits {
        let Some(now) = all.get(*name) else { panic!("{name:?} is no field that can be changed") };
        let texts = value.as_array().is_some_and(|all| all.iter().all(Value::is_string));
        let fits = if now.is_array() { texts } else { value.is_string() };
        assert!(fits, "{name:?} is told as {now} is: texts, and a list of them for `choices`");
        all.insert((*name).to_owned(), value.clone());
    }
    all
}

pub(crate) fn propose(
    memory: &mut Memory,
    now: Timestamp,
    proposal: Proposal,
) -> Result<String, Problem> {
    let key = &proposal.idempotency_key;
    if let Some(there) = memory.approvals.iter().find(|a| a.proposal.idempotency_key == *key) {
        let is_itself = proposal.replaces.as_ref() == Some(&there.id);
        let same = there.proposal.digest == proposal.digest && !is_itself;
        let other = || Problem::conflict("the key stands for another request already");
        return if same { Ok(there.id.clone()) } else { Err(other()) };
    }
    let id = format!("approval-{}", memory.approvals.len() + 1);
    if let Some(before) = &proposal.replaces {
        let found = memory.approvals.iter_mut().find(|approval| approval.id == *before);
        let before = found.ok_or_else(|| Problem::not_found("there is no such approval"))?;
        if !OPEN.contains(&state_now(before, now)) {
            return Err(Problem::conflict("nothing could come of that one any more"));
        }
        (before.state, before.replaced_by) = ("replaced", Some(id.clone()));
    }
    memory.approvals.push(FakeApproval {
        id: id.clone(),
        proposal,
        state: "waiting",
        reason: None,
        declined: None,
        replaced_by: None,
    });
    Ok(id)
}

/// Leaves as it was what was to be changed.
pub(crate) fn decline_change(memory: &mut Memory, id: &str, why: Words) -> Result<(), Problem> {
    let found = memory.approvals.iter_mut().find(|approval| approval.id == id);
    let approval = found.ok_or_else(|| Problem::not_found("there is no such approval"))?;
    if approval.state == "changing" {
        (approval.state, approval.declined) = ("waiting", Some(why));
    }
    Ok(())
}

pub(crate) fn state(memory: &Memory, now: Timestamp, id: &str) -> Result<Value, Problem> {
    let found = memory.approvals.iter().find(|approval| approval.id == id);
    let approval = found.ok_or_else(|| Problem::not_found("there is no such approval"))?;
    Ok(json!({
        "id": approval.id,
        "key": approval.proposal.idempotency_key,
        "state": state_now(approval, now),
        "reason": approval.reason,
        "expires_at": approval.proposal.expires_at.to_rfc3339(),
        "replaced_by": approval.replaced_by,
    }))
}

pub(crate) fn withdraw(memory: &mut Memory, id: &str) -> Result<(), Problem> {
    let found = memory.approvals.iter_mut().find(|approval| approval.id == id);
    let approval = found.ok_or_else(|| Problem::not_found("there is no such approval"))?;
    if OPEN.contains(&approval.state) {
        approval.state = "withdrawn";
    }
    Ok(())
}

pub(crate) fn spend(
    memory: &mut Memory,
    now: Timestamp,
    wanted: &ApprovalUse<'_>,
) -> Result<(), Problem> {
    let refused = |detail: &str| {
        Err(Problem::not_approved("this request was not approved").with_detail(detail))
    };
    let Some(id) = wanted.id else { return refused("none") };
    let Some(approval) = memory.approvals.iter_mut().find(|a| a.id == id) else {
        return refused("unknown");
    };
    match state_now(approval, now) {
        "approved" if approval.proposal.digest == wanted.digest => {
            approval.state = "used";
            Ok(())
        }
        "approved" => refused("changed"),
        "sent" | "unknown" => refused("used"),
        other => refused(other),
    }
}

/// What became of what was let out.
pub(crate) fn settle(memory: &mut Memory, id: &str, answered: bool) {
    if let Some(approval) = memory.approvals.iter_mut().find(|a| a.id == id) {
        approval.state = if answered { "sent" } else { "unknown" };
    }
}

fn state_now(approval: &FakeApproval, now: Timestamp) -> &'static str {
    let open = OPEN.contains(&approval.state);
    if open && approval.proposal.expires_at <= now { "expired" } else { approval.state }
}
