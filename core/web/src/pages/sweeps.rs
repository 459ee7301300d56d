//! Acts over all that match, where those are more than are changed at once: asking first, then following
//! how far it is.

use actix_web::web::Path;
use app::sweeps::{self, Asked, List, SweepInput, Whom};
use app::{Error, undos};
use domain::SweepId;

use crate::answer::Answer;
use crate::member::Member;
use crate::pages::id;
use crate::views::sweeps::{SweepAsk, SweepPage};

/// What becomes of an act over all that match.
pub enum Step {
    /// They are few: it is done at once.
    AtOnce,
    /// They are many: somebody says first that they mean it.
    Ask(Asked),
    /// Somebody has, and it has begun.
    Begun(SweepId),
}

/// What a form sent.
type Sent = [(String, String)];

fn value<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
}

/// What becomes of an act over all that match, of whom at most so many are changed at once.
pub async fn step(
    member: &Member,
    whom: Whom,
    at_once: usize,
    input: SweepInput,
    sent: &Sent,
) -> Result<Step, Error> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    if value(sent, "sure") == "on" {
        let begun = sweeps::begin_sweep(app, ctx, whom, input, value(sent, "form_id")).await?;
        return Ok(Step::Begun(begun));
    }
    let asked = sweeps::ask(app, ctx, whom, input).await?;
    let is_few = usize::try_from(asked.count).is_ok_and(|count| count <= at_once);
    Ok(if is_few { Step::AtOnce } else { Step::Ask(asked) })
}

/// Asks whether so many are meant; what was sent is sent again by whoever says so.
pub async fn ask(
    member: &Member,
    asked: Asked,
    (action, back): (&'static str, String),
    sent: &Sent,
) -> Answer {
    // A button may say more than the act, such as by how many days.
    let act = value(sent, "act");
    let to = format!("to-{}", act.split('+').next().unwrap_or_default());
    let again = ["address", "back", "all", "act", to.as_str()];
    let mut fields: Vec<(String, String)> = sent
        .iter()
        .filter(|(name, value)| again.contains(&name.as_str()) && !value.is_empty())
        .cloned()
        .collect();
    fields.push(("sure".to_owned(), "on".to_owned()));
    fields.push(("form_id".to_owned(), member.web.random(16)));
    let page = SweepAsk {
        what: asked.what,
        to: named(member, asked.what, asked.to),
        count: asked.count,
        action,
        back,
        fields,
        days: undos::KEPT_DAYS,
    };
    member.page(&page).await
}

/// To what or whom, as the reader writes days.
pub fn named(member: &Member, what: &str, to: String) -> String {
    match (what, to.parse::<jiff::civil::Date>()) {
        ("people-follow-up", Ok(day)) => member.dates().short(day),
        // What was named is gone.
        _ if to.is_empty() => "–".to_owned(),
        _ => to,
    }
}

/// How far one is, or what came of it.
pub async fn show(member: Member, path: Path<String>) -> Answer {
    let which: SweepId = id(&path)?;
    let shown = sweeps::get_sweep(&member.web.app, &member.ctx, &which).await?;
    let sweep = shown.sweep;
    let is_undone = matches!(sweep.state, sweeps::State::Undoing | sweeps::State::Undone);
    let todo = if is_undone { sweep.changed } else { sweep.count_all };
    let page = SweepPage {
        href: format!("/sweeps/{which}"),
        state: sweep.state.as_str(),
        is_under_way: sweep.state.is_under_way(),
        can_stop: shown.can_stop,
        to: named(&member, &shown.what, shown.to),
        what: shown.what,
        count: sweep.count_all,
        done: sweep.done.min(todo),
        todo,
        changed: sweep.changed,
        kept: sweep.kept,
        problem: sweep.problem,
        undo: shown.can_undo.then(|| format!("/undo/{which}/restore")),
        days: undos::KEPT_DAYS,
        list: sweep.list.as_str(),
        back: match sweep.list {
            List::People => "/people",
            List::Tasks => "/tasks",
        },
    };
    member.page(&page).await
}

/// Stops one.
pub async fn cancel(member: Member, path: Path<String>) -> Answer {
    let which: SweepId = id(&path)?;
    sweeps::cancel_sweep(&member.web.app, &member.ctx, &which).await?;
    member.said(&format!("/sweeps/{which}"), "said-sweeps-stopped")
}
