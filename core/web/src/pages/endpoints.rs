//! Endpoints: where other programs are told of what happens.

mod deliveries;
mod form;

use actix_web::web::{Form, Path, Query};
use app::endpoints::kinds;
use app::endpoints::{self, DeliveryState, Endpoint, KEPT_DAYS, OffReason, WithSecret, host_of};
use domain::{EndpointId, Permission};
use serde::Deserialize;

use crate::answer::{Answer, form_errors, go};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::views::endpoints::{EndpointEdit, EndpointPage, EndpointRow, EndpointSecret, Endpoints};
use crate::views::{Errors, Tab};

pub use deliveries::{again, send_again, show as show_delivery};
use form::Pairs;

const LIST: &str = "/settings/webhooks";
/// How many deliveries a page has.
const PAGE: i64 = 30;
/// How far back what failed is sent again, before somebody chooses, in days.
const SINCE_DAYS: i64 = 3;

fn own_path(id: &EndpointId) -> String {
    format!("{LIST}/{id}")
}

/// The list.
pub async fn list(member: Member) -> Answer {
    let all = endpoints::list_endpoints(&member.web.app, &member.ctx).await?;
    member.page(&Endpoints { rows: all.iter().map(row).collect() }).await
}

fn row(of: &Endpoint) -> EndpointRow {
    let (state, tone) = match (of.enabled, of.off_reason) {
        (true, _) if of.failing_since.is_some() => ("failing", "warn"),
        (true, _) => ("on", "good"),
        (false, Some(OffReason::Gone)) => ("off-gone", "bad"),
        (false, Some(OffReason::Failing)) => ("off-failing", "bad"),
        (false, None) => ("off", ""),
    };
    let host = host_of(of);
    EndpointRow {
        href: own_path(&of.id),
        title: if of.description.is_empty() { host.clone() } else { of.description.clone() },
        host,
        state,
        tone,
    }
}

/// Where the log begins, and what it is narrowed to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LogQuery {
    state: String,
    after: String,
}

/// One endpoint with its log.
pub async fn show(member: Member, path: Path<String>, query: Query<LogQuery>) -> Answer {
    page(&member, &id(&path)?, &query, Errors::new()).await
}

async fn page(member: &Member, which: &EndpointId, asked: &LogQuery, errors: Errors) -> Answer {
    let (app, ctx, dates) = (&member.web.app, &member.ctx, member.dates());
    let of = endpoints::get_endpoint(app, ctx, which).await?;
    let state: Option<DeliveryState> = asked.state.parse().ok();
    let after = asked.after.parse().ok();
    let log = endpoints::list_deliveries(app, ctx, which, state, after, PAGE).await?;
    let counts = endpoints::count_deliveries(app, ctx, which).await?;
    let count = |wanted: &[DeliveryState]| -> i64 {
        counts.iter().filter(|(state, _)| wanted.contains(state)).map(|(_, count)| count).sum()
    };
    let moment = |at: Option<domain::Timestamp>| at.map(|at| dates.moment(at)).unwrap_or_default();
    let now = app.clock.now();
    let narrowed = state.map(|state| format!("state={state}&")).unwrap_or_default();
    let page = EndpointPage {
        row: row(&of),
        is_on: of.enabled,
        told: of.kinds.0.iter().map(|kind| deliveries::in_words(member, kind)).collect(),
        failing_since: moment(of.failing_since),
        old_secret_until: moment(of.old_secret_until.filter(|until| *until > now)),
        tabs: tabs(which, state, &counts),
        narrowing: state.map(|state| format!("state={state}")).unwrap_or_default(),
        is_busy: log.items.iter().any(deliveries::is_soon),
        deliveries: log.items.iter().map(|line| deliveries::row(member, line)).collect(),
        next: log.next.map(|after| format!("{}?{narrowed}after={after}", own_path(which))),
        failed: count(&[DeliveryState::Failed, DeliveryState::Stopped]),
        since: dates.local(now.plus_secs(-SINCE_DAYS * 24 * 3_600)).date().to_string(),
        days: KEPT_DAYS,
        form_id: member.web.random(16),
        url: of.url,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn tabs(
    which: &EndpointId,
    current: Option<DeliveryState>,
    counts: &[(DeliveryState, i64)],
) -> Vec<Tab> {
    let of = |state: DeliveryState| counts.iter().find(|(known, _)| *known == state);
    let tab = |key: &'static str, state: Option<DeliveryState>| Tab {
        key,
        href: match state {
            Some(state) => format!("{}?state={state}", own_path(which)),
            None => own_path(which),
        },
        count: state.map(|state| of(state).map_or(0, |(_, count)| *count)),
        current: current == state,
    };
    vec![
        tab("deliveries-all", None),
        tab("deliveries-waiting", Some(DeliveryState::Waiting)),
        tab("deliveries-failed", Some(DeliveryState::Failed)),
        tab("deliveries-stopped", Some(DeliveryState::Stopped)),
    ]
}

/// The form for a new one.
pub async fn show_new(member: Member) -> Answer {
    // Who may not see them reads that there is no such page.
    member.ctx.require_to_see(Permission::ManageSettings)?;
    let form = form::new(&member);
    edit_page(&member, None, form, &[], Errors::new()).await
}

/// The form of one.
pub async fn show_edit(member: Member, path: Path<String>) -> Answer {
    let which: EndpointId = id(&path)?;
    let of = endpoints::get_endpoint(&member.web.app, &member.ctx, &which).await?;
    let chosen = of.kinds.0.clone();
    edit_page(&member, Some(&which), form::of(&of), &chosen, Errors::new()).await
}

async fn edit_page(
    member: &Member,
    which: Option<&EndpointId>,
    form: crate::views::endpoints::EndpointForm,
    chosen: &[String],
    errors: Errors,
) -> Answer {
    let own = which.map_or_else(|| LIST.to_owned(), own_path);
    let page = EndpointEdit {
        is_new: which.is_none(),
        action: own.clone(),
        back: own,
        groups: form::groups(member, &form, chosen),
        form,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// Adds one, and shows its secret.
pub async fn add(member: Member, pairs: Form<Pairs>) -> Answer {
    let (form, chosen) = form::read(pairs.into_inner());
    let input = form::input(&form, &chosen);
    let added = endpoints::add_endpoint(&member.web.app, &member.ctx, input, &form.form_id).await;
    match added {
        Ok(added) => secret_page(&member, added, false).await,
        Err(error) => edit_page(&member, None, form, &chosen, form_errors(error)?).await,
    }
}

async fn secret_page(member: &Member, made: WithSecret, is_renewed: bool) -> Answer {
    let href = own_path(&made.endpoint.id);
    // An old form, sent once more: what was shown once isn't shown again.
    let Some(secret) = made.secret else { return Ok(go(&href)) };
    let until = made.endpoint.old_secret_until.filter(|_| is_renewed);
    let page = EndpointSecret {
        href,
        secret: secret.expose_text().unwrap_or_default().to_owned(),
        old_until: until.map(|at| member.dates().moment(at)).unwrap_or_default(),
    };
    member.page(&page).await
}

/// Changes one.
pub async fn update(member: Member, path: Path<String>, pairs: Form<Pairs>) -> Answer {
    let which: EndpointId = id(&path)?;
    let (form, chosen) = form::read(pairs.into_inner());
    let input = form::input(&form, &chosen);
    let (app, ctx) = (&member.web.app, &member.ctx);
    match endpoints::change_endpoint(app, ctx, &which, input, form.rev).await {
        Ok(()) => member.said(&own_path(&which), "said-saved"),
        Err(error) => edit_page(&member, Some(&which), form, &chosen, form_errors(error)?).await,
    }
}

/// Turns one on.
pub async fn turn_on(member: Member, path: Path<String>) -> Answer {
    let which: EndpointId = id(&path)?;
    endpoints::turn_on(&member.web.app, &member.ctx, &which).await?;
    member.said(&own_path(&which), "said-endpoint-on")
}

/// Turns one off.
pub async fn turn_off(member: Member, path: Path<String>) -> Answer {
    let which: EndpointId = id(&path)?;
    endpoints::turn_off(&member.web.app, &member.ctx, &which).await?;
    member.said(&own_path(&which), "said-endpoint-off")
}

/// Names a form that has no other field.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct BareForm {
    form_id: String,
}

/// Gives one a new secret, and shows it.
pub async fn renew_secret(member: Member, path: Path<String>, form: Form<BareForm>) -> Answer {
    let which: EndpointId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    let made = endpoints::rotate_secret(app, ctx, &which, &form.form_id).await?;
    secret_page(&member, made, true).await
}

/// Removes one.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    endpoints::remove_endpoint(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said(LIST, "said-endpoint-removed")
}

/// Sends a message that tells of nothing.
pub async fn test(member: Member, path: Path<String>, form: Form<BareForm>) -> Answer {
    let which: EndpointId = id(&path)?;
    let sent = endpoints::send_test(&member.web.app, &member.ctx, &which, &form.form_id).await;
    after(&member, &which, sent.map(|_| "said-endpoint-tested")).await
}

/// Back to the endpoint, which says what was done or what is in the way.
async fn after(
    member: &Member,
    which: &EndpointId,
    done: Result<&'static str, app::Error>,
) -> Answer {
    match done {
        Ok(said) => member.said(&own_path(which), said),
        Err(error) => {
            let errors: Result<Errors, Failure> = form_errors(error);
            page(member, which, &LogQuery::default(), errors?).await
        }
    }
}

/// Whether a message of this kind is the one that people send themselves.
fn is_test(kind: &str) -> bool {
    kind == kinds::TEST
}
