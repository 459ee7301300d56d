//! What plugins propose to do, for the people who decide.

use serde::Serialize;

use super::plugin_views::{Cell, FieldRow};
use super::{Errors, pages};

pages! {
    Approvals => "pages/approvals/list.html",
    ApprovalPage => "pages/approvals/approval.html",
}

/// The list.
#[derive(Debug, Clone, Serialize)]
pub struct Approvals {
    /// What waits for a decision, oldest first.
    pub waiting: Vec<ApprovalRow>,
    /// What is over, newest first.
    pub settled: Vec<ApprovalRow>,
    /// The address of older ones.
    pub next: Option<String>,
}

/// A proposal in the list.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovalRow {
    /// Its page.
    pub href: String,
    /// What it is, in the plugin's words.
    pub title: String,
    /// Who proposed it.
    pub plugin: String,
    /// The address of the plugin's icon.
    pub icon: Option<String>,
    /// Its text is `effect-is-<effect>`.
    pub effect: String,
    /// Where it would go.
    pub host: String,
    /// What it costs, in words.
    pub amount: Option<String>,
    /// Its text is `approval-<state>`.
    pub state: String,
    /// The colour of that.
    pub tone: &'static str,
    /// When it was proposed.
    pub proposed: String,
    /// Until when it may be decided.
    pub expires: String,
}

/// The page of a proposal.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovalPage {
    /// What the list shows.
    pub approval: ApprovalRow,
    /// More, in the plugin's words, one a paragraph.
    pub summary: Vec<String>,
    /// Whose account acts.
    pub account: Option<String>,
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The address's parameters.
    pub query: Vec<Pair>,
    /// The request's headers.
    pub headers: Vec<Pair>,
    /// Slots whose secrets the host puts in.
    pub slots: Vec<Pair>,
    /// `nothing`, `json`, `form`, `text` or `bytes`.
    pub body_kind: &'static str,
    /// JSON or text.
    pub body: String,
    /// A form's fields.
    pub fields: Vec<Pair>,
    /// What a body that is no text is said to be.
    pub content_type: String,
    /// Bytes of such a body.
    pub size: usize,
    /// Its SHA-256.
    pub sha256: String,
    /// When and by whom it was decided, in words.
    pub decided: Option<Decided>,
    /// When it was let out.
    pub used: Option<String>,
    /// The status that the provider answered with.
    pub answer: Option<u16>,
    /// Whether that status doesn't say that it was done.
    pub is_unsure: bool,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Whether it waits for a decision.
    pub is_waiting: bool,
    /// How it may be changed.
    pub change: Option<ChangeForm>,
    /// What was last asked to be changed.
    pub asked: Option<AskedRow>,
    /// What it takes the place of.
    pub replaces: Option<ReplacedRow>,
    /// The page of what took its place.
    pub replaced_by: Option<String>,
    /// What is wrong with the reason.
    pub errors: Errors,
}

/// How a proposal may be changed.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeForm {
    /// By these fields; none where it is changed on the plugin's own page.
    pub fields: Vec<FieldRow>,
    /// Whether somebody is at it.
    pub is_open: bool,
}

/// What was asked to be changed.
#[derive(Debug, Clone, Serialize)]
pub struct AskedRow {
    /// By whom; empty when they are gone.
    pub by: String,
    /// When.
    pub at: String,
    /// Its text is `approval-came-back-<word>`; empty while it is open.
    pub came_back: String,
    /// The plugin's word on that.
    pub word: Vec<String>,
}

/// What a proposal takes the place of.
#[derive(Debug, Clone, Serialize)]
pub struct ReplacedRow {
    /// Its page.
    pub href: String,
    /// What it was, in the plugin's words.
    pub title: String,
    /// When it was proposed.
    pub at: String,
    /// In what they differ.
    pub differences: Vec<DifferenceRow>,
    /// Whether more differs than that tells.
    pub is_cut: bool,
}

/// A difference.
#[derive(Debug, Clone, Serialize)]
pub struct DifferenceRow {
    /// Its text is `approval-part-<word>`.
    pub part: &'static str,
    /// Which one, where there are several.
    pub name: String,
    /// How it was.
    pub before: Cell,
    /// How it is.
    pub after: Cell,
    /// What was asked for, where that is another thing.
    pub asked: Option<Cell>,
}

/// Who decided, and when.
#[derive(Debug, Clone, Serialize)]
pub struct Decided {
    /// Their name; empty when they are gone.
    pub by: String,
    /// When.
    pub at: String,
}

/// A name and a value.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}
