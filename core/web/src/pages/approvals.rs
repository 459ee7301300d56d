//! What plugins propose to do, and the decision.

use actix_web::web::{Form, Path, Query};
use app::approvals::{
    self, ApprovalCard, ApprovalPage as Found, ApprovalState as State, Shown, approve as allow,
};
use domain::ApprovalId;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::plugins::icon;
use crate::pages::{id, paragraphs};
use crate::views::Errors;
use crate::views::approvals::{ApprovalPage, ApprovalRow, Approvals, Decided, Pair};

/// How many of those that are over a page has.
const PAGE: i64 = 30;

/// Where the page of what is over begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct PageQuery {
    before: Option<String>,
}

/// What waits and what is over.
pub async fn list(member: Member, query: Query<PageQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    // What is no id begins where everything begins.
    let before = query.before.as_deref().filter(|before| before.parse::<ApprovalId>().is_ok());
    let found = approvals::list_approvals(app, ctx, before, PAGE).await?;
    let rows = |cards: Vec<ApprovalCard>| cards.into_iter().map(|c| row(&member, c)).collect();
    let page = Approvals {
        waiting: rows(found.waiting),
        settled: rows(found.settled),
        next: found.next.map(|before| format!("/approvals?before={before}")),
    };
    member.page(&page).await
}

fn row(member: &Member, card: ApprovalCard) -> ApprovalRow {
    let dates = member.dates();
    ApprovalRow {
        href: format!("/approvals/{}", card.id),
        icon: icon(member, &card.plugin),
        title: card.title,
        plugin: card.plugin_name,
        effect: card.effect,
        host: card.host,
        amount: card.amount.map(|amount| {
            app::currencies::shown(amount.minor, &amount.currency, member.ctx.locale)
        }),
        state: card.state.to_string(),
        tone: tone(card.state),
        proposed: dates.moment(card.proposed_at),
        expires: dates.moment(card.expires_at),
    }
}

const fn tone(state: State) -> &'static str {
    match state {
        State::Waiting | State::Unknown => "warn",
        State::Approved | State::Used | State::Sent => "good",
        State::Rejected => "bad",
        State::Expired | State::Withdrawn => "",
    }
}

/// One proposal.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    page(&member, &id(&path)?, Errors::new()).await
}

async fn page(member: &Member, id: &ApprovalId, errors: Errors) -> Answer {
    let found = approvals::get_approval(&member.web.app, &member.ctx, id).await?;
    let page = view(member, found, errors);
    member.form_page(&page, &page.errors).await
}

fn pairs(all: Vec<(String, String)>) -> Vec<Pair> {
    all.into_iter().map(|(name, value)| Pair { name, value }).collect()
}

fn view(member: &Member, found: Found, errors: Errors) -> ApprovalPage {
    let dates = member.dates();
    let decided = found.decided_at.zip(found.decided_by);
    let mut page = ApprovalPage {
        is_waiting: found.card.state == State::Waiting,
        summary: found.summary.as_deref().map(paragraphs).unwrap_or_default(),
        account: found.account,
        method: found.method,
        url: found.url,
        query: pairs(found.query),
        headers: pairs(found.headers),
        body_kind: "nothing",
        body: String::new(),
        fields: Vec::new(),
        content_type: String::new(),
        size: 0,
        sha256: String::new(),
        decided: decided.map(|(at, by)| Decided { by, at: dates.moment(at) }),
        used: found.used_at.map(|at| dates.moment(at)),
        answer: found.answer_status,
        is_unsure: found.answer_status.is_some_and(|status| !(200..300).contains(&status)),
        reason: found.reason,
        approval: row(member, found.card),
        errors,
    };
    match found.body {
        Shown::Nothing => {}
        Shown::Json(text) => (page.body_kind, page.body) = ("json", text),
        Shown::Text(text) => (page.body_kind, page.body) = ("text", text),
        Shown::Form(fields) => (page.body_kind, page.fields) = ("form", pairs(fields)),
        Shown::Bytes { kind, size, sha256 } => {
            page.body_kind = "bytes";
            (page.content_type, page.size, page.sha256) = (kind, size, sha256);
        }
    }
    page
}

/// Allows it, once.
pub async fn approve(member: Member, path: Path<String>) -> Answer {
    let id = id(&path)?;
    match allow(&member.web.app, &member.ctx, &id).await {
        Ok(()) => member.said("/approvals", "said-approved"),
        Err(error) => page(&member, &id, form_errors(error)?).await,
    }
}

/// Why not.
#[derive(Deserialize)]
pub struct RejectForm {
    #[serde(default)]
    reason: String,
}

/// Refuses it.
pub async fn reject(member: Member, path: Path<String>, form: Form<RejectForm>) -> Answer {
    let id = id(&path)?;
    match approvals::reject(&member.web.app, &member.ctx, &id, &form.reason).await {
        Ok(()) => member.said("/approvals", "said-rejected"),
        Err(error) => page(&member, &id, form_errors(error)?).await,
    }
}
