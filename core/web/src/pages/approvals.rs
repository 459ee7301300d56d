//! What plugins propose to do, and the decision.

use std::cell::Cell;
use std::collections::BTreeMap;

use actix_web::web::{Form, Path, Query};
use app::approvals::{
    self, ApprovalCard, ApprovalPage as Found, ApprovalState as State, Changeable, Difference,
    Shown, Typed, approve as allow,
};
use app::plugins::Words;
use domain::ApprovalId;
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go};
use crate::member::Member;
use crate::pages::plugins::icon;
use crate::pages::{id, paragraphs};
use crate::views::Errors;
use crate::views::approvals::{
    ApprovalPage, ApprovalRow, Approvals, AskedRow, ChangeForm, Decided, DifferenceRow, Pair,
    ReplacedRow,
};
use crate::widgets::{Drawer, Returned, address};

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
        State::Waiting | State::Unknown | State::Changing => "warn",
        State::Approved | State::Used | State::Sent => "good",
        State::Rejected => "bad",
        State::Expired | State::Withdrawn | State::Replaced => "",
    }
}

/// One proposal.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    page(&member, &id(&path)?, Errors::new(), None).await
}

/// The page, and what was typed into its fields where they come back.
async fn page(
    member: &Member,
    id: &ApprovalId,
    errors: Errors,
    typed: Option<BTreeMap<String, Vec<String>>>,
) -> Answer {
    let found = approvals::get_approval(&member.web.app, &member.ctx, id).await?;
    let page = view(member, found, errors, typed);
    member.form_page(&page, &page.errors).await
}

/// What a form of fields calls itself.
const CHANGE: &str = "change";

fn spoken(words: &Words) -> String {
    match words {
        Words::Text(text) => text.clone(),
        Words::Key { key, .. } => key.clone(),
    }
}

/// Draws what plugins say of fields and values; the words are in the reader's language already.
fn drawer<'a>(
    member: &'a Member,
    found: &Found,
    text: &'a dyn Fn(&str, &str) -> String,
    returned: Option<Returned>,
) -> Drawer<'a> {
    Drawer {
        words: &spoken,
        text,
        dates: member.dates(),
        locale: member.ctx.locale,
        base: format!("/apps/{}", found.card.plugin),
        view: CHANGE.to_owned(),
        subject: Vec::new(),
        params: BTreeMap::new(),
        token: String::new(),
        back: None,
        may_act: true,
        code: member.origin.request_id.clone(),
        returned,
        ids: Cell::new(0),
    }
}

/// What was typed, and what is wrong with it.
fn returned(
    member: &Member,
    errors: &Errors,
    typed: Option<BTreeMap<String, Vec<String>>>,
) -> Option<Returned> {
    let wrong = errors
        .iter()
        .filter_map(|(at, key)| Some((at.strip_prefix("fields/")?.to_owned(), member.text(key))));
    let errors = wrong.collect();
    typed.map(|values| Returned { action: CHANGE.to_owned(), values, errors })
}

fn difference(drawer: &Drawer<'_>, each: &Difference) -> DifferenceRow {
    DifferenceRow {
        part: each.part.as_str(),
        name: each.name.clone(),
        before: drawer.value(&each.before),
        after: drawer.value(&each.after),
        asked: each.asked.as_ref().map(|asked| drawer.value(asked)),
    }
}

/// What the page says of how it came about and how it can go on.
fn with_lineage(
    member: &Member,
    page: ApprovalPage,
    found: Found,
    typed: Option<BTreeMap<String, Vec<String>>>,
) -> ApprovalPage {
    let (dates, locale) = (member.dates(), member.ctx.locale);
    let text = |key: &str, value: &str| {
        member.web.theme.texts.text(locale, key, &[("value", value.into())])
    };
    let is_open = typed.is_some();
    let drawer = drawer(member, &found, &text, returned(member, &page.errors, typed));
    let change = found.change.as_ref().map(|change| match change {
        Changeable::Here(fields) => ChangeForm { fields: drawer.fields(CHANGE, fields), is_open },
        Changeable::There => ChangeForm { fields: Vec::new(), is_open },
    });
    let asked = found.asked.map(|asked| AskedRow {
        by: asked.by,
        at: dates.moment(asked.at),
        came_back: asked.came_back.unwrap_or_default(),
        word: asked.word.as_deref().map(paragraphs).unwrap_or_default(),
    });
    let replaces = found.replaces.map(|before| ReplacedRow {
        href: format!("/approvals/{}", before.id),
        title: before.title,
        at: dates.moment(before.proposed_at),
        differences: before.differences.iter().map(|each| difference(&drawer, each)).collect(),
        is_cut: before.is_cut,
    });
    let replaced_by = found.replaced_by.map(|id| format!("/approvals/{id}"));
    ApprovalPage { change, asked, replaces, replaced_by, ..page }
}

fn pairs(all: Vec<(String, String)>) -> Vec<Pair> {
    all.into_iter().map(|(name, value)| Pair { name, value }).collect()
}

fn view(
    member: &Member,
    found: Found,
    errors: Errors,
    typed: Option<BTreeMap<String, Vec<String>>>,
) -> ApprovalPage {
    let page = request(member, found.clone(), errors);
    with_lineage(member, page, found, typed)
}

fn request(member: &Member, found: Found, errors: Errors) -> ApprovalPage {
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
        slots: pairs(found.slots),
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
        change: None,
        asked: None,
        replaces: None,
        replaced_by: None,
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
        Err(error) => page(&member, &id, form_errors(error)?, None).await,
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
        Err(error) => page(&member, &id, form_errors(error)?, None).await,
    }
}

/// Has the plugin propose it otherwise.
pub async fn change(
    member: Member,
    path: Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Answer {
    let id: ApprovalId = id(&path)?;
    let mut values = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in form.into_inner() {
        if let Some(name) = name.strip_prefix("f.") {
            let name = name.strip_suffix("[]").unwrap_or(name).to_owned();
            values.entry(name).or_default().push(value);
        }
    }
    let typed = Typed { values: values.clone(), is_whole: true };
    match approvals::ask_change(&member.web.app, &member.ctx, &id, typed).await {
        Ok(None) => member.said(&format!("/approvals/{id}"), "said-change-asked"),
        Ok(Some(to)) => {
            let base = format!("/apps/{}", to.plugin);
            Ok(go(&address(&base, &to.view, "", &[], &to.params)))
        }
        Err(error) => page(&member, &id, form_errors(error)?, Some(values)).await,
    }
}
