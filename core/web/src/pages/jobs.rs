//! What didn't work: the list, another try, and leaving it.

use actix_web::web::{Form, Path, Query};
use app::jobs::dead::{self, Cursor, GivenUp};
use app::plugins;
use domain::{JobId, PluginId};
use serde::Deserialize;

use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::views::jobs::{JobRow, Jobs, KindRow};

/// How many a page has.
const PAGE: i64 = 50;

/// Where the page begins.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ListQuery {
    after: String,
}

/// The list.
pub async fn list(member: Member, query: Query<ListQuery>) -> Answer {
    let after: Option<Cursor> = query.after.parse().ok();
    let found = dead::list_given_up(&member.web.app, &member.ctx, after, PAGE).await?;
    let kinds = found.kinds.into_iter().filter(|(_, count)| *count > 1);
    let page = Jobs {
        kinds: kinds
            .map(|(kind, count)| KindRow { what: what(&member, &kind), kind, count })
            .collect(),
        next: found.next.map(|after| format!("/jobs?after={after}")),
        rows: found.items.into_iter().map(|each| row(&member, each)).collect(),
    };
    member.page(&page).await
}

fn row(member: &Member, each: GivenUp) -> JobRow {
    let plugin = each.plugin.as_ref().map(|id| plugin_name(member, id)).unwrap_or_default();
    let known = member.web.theme.texts.has(member.ctx.locale, &each.problem);
    JobRow {
        id: each.id.to_string(),
        what: what(member, &each.kind),
        subject: if each.subject.is_empty() { plugin } else { each.subject },
        href: each.page,
        problem: member.text(if known { &each.problem } else { "error-job-broken" }),
        detail: each.detail,
        tries: each.tries,
        when: member.dates().moment(each.at),
    }
}

fn what(member: &Member, kind: &str) -> String {
    let key = format!("job-{}", kind.replace('.', "-"));
    let known = member.web.theme.texts.has(member.ctx.locale, &key);
    member.text(if known { &key } else { "job-other" })
}

fn plugin_name(member: &Member, id: &PluginId) -> String {
    let plugin = plugins::find_loaded(&member.web.app, id);
    plugin.map_or_else(
        |_| id.to_string(),
        |plugin| plugin.texts().text(member.ctx.locale, &plugin.manifest().plugin.name, &[]),
    )
}

type Chosen = Form<Vec<(String, String)>>;

fn chosen(form: &Chosen) -> Result<Vec<JobId>, Failure> {
    let jobs = form.iter().filter(|(name, _)| name == "job");
    jobs.map(|(_, value)| id(value)).collect()
}

/// Tries those that were chosen again, or all of a kind.
pub async fn try_again(member: Member, form: Chosen) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    match form.iter().find(|(name, _)| name == "kind") {
        Some((_, kind)) => dead::try_kind_again(app, ctx, kind).await?,
        None => dead::try_again(app, ctx, chosen(&form)?).await?,
    };
    member.said("/jobs", "said-jobs-again")
}

/// Tries one again.
pub async fn try_one_again(member: Member, path: Path<String>) -> Answer {
    dead::try_again(&member.web.app, &member.ctx, vec![id(&path)?]).await?;
    member.said("/jobs", "said-jobs-again")
}

/// Leaves those that were chosen, or all of a kind.
pub async fn dismiss(member: Member, form: Chosen) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    match form.iter().find(|(name, _)| name == "kind") {
        Some((_, kind)) => dead::dismiss_kind(app, ctx, kind).await?,
        None => dead::dismiss(app, ctx, chosen(&form)?).await?,
    };
    member.said("/jobs", "said-jobs-dismissed")
}

/// Leaves one.
pub async fn dismiss_one(member: Member, path: Path<String>) -> Answer {
    dead::dismiss(&member.web.app, &member.ctx, vec![id(&path)?]).await?;
    member.said("/jobs", "said-jobs-dismissed")
}
