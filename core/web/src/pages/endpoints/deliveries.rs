//! Messages to an endpoint: how they are told, and sending them once more.

use actix_web::web::{Form, Path};
use app::endpoints::{self, Delivery, DeliveryState, Line, Try, TryEnd, kinds};
use domain::{DeliveryId, EndpointId, Timestamp};
use jiff::civil::Date;
use serde::Deserialize;

use super::{after, is_test, own_path};
use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::id;
use crate::views::Errors;
use crate::views::endpoints::{DeliveryPage, DeliveryRow, TryRow};

/// What a kind is called; by its own name where it has none here any more.
pub fn in_words(member: &Member, kind: &str) -> String {
    let known = is_test(kind) || kinds::find(kind).is_some();
    let key = format!("event-{}", kind.replace(['.', '_'], "-"));
    if known { member.text(&key) } else { kind.to_owned() }
}

/// Whether it is about to be sent, so that looking again soon is worth it.
pub fn is_soon(line: &Line) -> bool {
    let it = &line.delivery;
    it.state == DeliveryState::Waiting && it.step <= 1
}

/// A line of the log.
pub fn row(member: &Member, line: &Line) -> DeliveryRow {
    told(member, &line.delivery, line.last.as_ref())
}

fn told(member: &Member, it: &Delivery, last: Option<&Try>) -> DeliveryRow {
    let dates = member.dates();
    DeliveryRow {
        href: format!("{}/deliveries/{}", own_path(&it.endpoint_id), it.id),
        what: in_words(member, &it.kind),
        kind: it.kind.clone(),
        when: dates.moment(it.created_at),
        state: it.state.as_str(),
        tone: match it.state {
            DeliveryState::Done => "good",
            DeliveryState::Failed => "bad",
            DeliveryState::Waiting => "info",
            DeliveryState::Stopped => "",
        },
        last: last.map(|last| ended(member, last)).unwrap_or_default(),
        next: it.next_at.map(|at| dates.moment(at)).unwrap_or_default(),
        tries: it.tries,
    }
}

fn ended(member: &Member, it: &Try) -> String {
    let status = it.status.map(|status| status.to_string()).unwrap_or_default();
    member.text_with(&format!("try-{}", it.ended), &[("status", &status)])
}

/// A message with its tries.
pub async fn show(member: Member, path: Path<(String, String)>) -> Answer {
    let (endpoint, delivery) = ids(&path)?;
    page(&member, &endpoint, &delivery, Errors::new()).await
}

fn ids(path: &(String, String)) -> Result<(EndpointId, DeliveryId), crate::error::Failure> {
    Ok((id(&path.0)?, id(&path.1)?))
}

async fn page(
    member: &Member,
    endpoint: &EndpointId,
    delivery: &DeliveryId,
    errors: Errors,
) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let (of, it, tries) = endpoints::get_delivery(app, ctx, endpoint, delivery).await?;
    let page = DeliveryPage {
        endpoint: own_path(endpoint),
        endpoint_title: super::row(&of).title,
        row: told(member, &it, tries.first()),
        is_on: of.enabled,
        id: format!("msg_{}", it.event_id),
        body: pretty(&it.body),
        tries: tries.iter().map(|each| try_row(member, each)).collect(),
        errors,
    };
    member.form_page(&page, &page.errors).await
}

/// The same message, easier to read.
fn pretty(body: &str) -> String {
    let value: Result<serde_json::Value, _> = serde_json::from_str(body);
    let text = value.and_then(|value| serde_json::to_string_pretty(&value));
    text.unwrap_or_else(|_| body.to_owned())
}

fn try_row(member: &Member, it: &Try) -> TryRow {
    let ms = it.ms.to_string();
    TryRow {
        number: it.number,
        when: member.dates().moment(it.at),
        ended: ended(member, it),
        tone: if it.ended == TryEnd::Accepted { "good" } else { "bad" },
        took: member.text_with("try-took", &[("ms", &ms)]),
        answer: it.answer.clone(),
    }
}

/// Sends a message once more.
pub async fn send_again(member: Member, path: Path<(String, String)>) -> Answer {
    let (endpoint, delivery) = ids(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    match endpoints::send_again(app, ctx, &endpoint, &delivery).await {
        Ok(()) => {
            let to = format!("{}/deliveries/{delivery}", own_path(&endpoint));
            member.said(&to, "said-delivery-again")
        }
        Err(error) => page(&member, &endpoint, &delivery, form_errors(error)?).await,
    }
}

/// From which day on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SinceForm {
    since: String,
}

/// Sends once more what did not arrive.
pub async fn again(member: Member, path: Path<String>, form: Form<SinceForm>) -> Answer {
    let which: EndpointId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    let sent = match since(&member, &form.since) {
        Some(since) => endpoints::send_failed_again(app, ctx, &which, since).await,
        None => {
            // Whose it isn't learns no more than that.
            endpoints::get_endpoint(app, ctx, &which).await?;
            Err(app::Error::invalid("since", "error-date-invalid"))
        }
    };
    let said = |count| if count == 0 { "said-nothing-changed" } else { "said-deliveries-again" };
    after(&member, &which, sent.map(said)).await
}

fn since(member: &Member, day: &str) -> Option<Timestamp> {
    let day: Date = day.trim().parse().ok()?;
    member.ctx.zone.start_of_day(day)
}
