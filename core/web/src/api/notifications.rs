//! What the token's maker was told of.

use app::cursors::Cursor;
use app::notifications::{self, ChoicesInput, Kind, Notification, Way};
use app::reminders::{self, Habits, HabitsChange};
use domain::task::clock;
use domain::{NotificationId, Quiet};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    Fields, about, change, cursor, flag, id, instant, limit, object, or_null, said, whole, word,
};
use super::patterns;
use super::problem::Problem;
use super::schema::Named;

/// The schemas of notifications.
pub fn schemas() -> Vec<Named> {
    let one = whole(vec![
        ("id", id()),
        ("kind", about(said(), "Such as `task-due`.")),
        ("subject", about(said(), "What it is about.")),
        ("path", about(said(), "The page it leads to.")),
        ("created_at", instant()),
        ("read_at", or_null(instant())),
        ("can_snooze", about(flag(), "Whether it reminds of something, and so can come again.")),
    ]);
    let habits = about(whole(habits()), "How they are reminded.");
    let is_there = about(flag(), "Whether mail leaves this installation at all.");
    let choices = whole(vec![
        (
            "kinds",
            about(object(ways(), &[]), "How they hear of each kind that their role is told of."),
        ),
        ("reminders", habits),
        ("can_mail", is_there),
    ]);
    let changed = change(vec![("kinds", change(ways())), ("reminders", change(self::habits()))]);
    vec![("Notification", one), ("NoticeChoices", choices), ("NoticeChoicesChange", changed)]
}

/// A way to hear for each kind that has a choice.
fn ways() -> Fields {
    let way = || word(&Way::ALL.map(Way::as_str));
    let all = Kind::ALL.iter().filter(|kind| notifications::can_choose(**kind));
    all.map(|kind| (kind.as_str(), way())).collect()
}

/// How somebody is reminded.
fn habits() -> Fields {
    let lead = |of: &str| {
        let text = format!("How long before {of}: such as `30m`, `1d` or `never`.");
        about(json!({"type": "string", "pattern": patterns::LEAD}), &text)
    };
    let time = || json!({"type": "string", "pattern": patterns::TIME});
    let quiet = or_null(whole(vec![("from", time()), ("until", time())]));
    vec![
        ("tasks", lead("a task")),
        ("appointments", lead("an appointment")),
        ("follow_ups", lead("the day on which they get back to somebody")),
        ("morning", about(time(), "When a day begins, for what has a day and no time.")),
        ("quiet", about(quiet, "When they are not to be disturbed.")),
    ]
}

fn shown(each: &Notification) -> Value {
    json!({
        "id": each.id,
        "kind": each.kind.as_str(),
        "subject": each.subject,
        "path": each.href,
        "created_at": each.created_at.to_rfc3339(),
        "read_at": each.read_at.map(|at| at.to_rfc3339()),
        "can_snooze": each.matter.starts_with("reminder/"),
    })
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    vec![("limit", limit()), ("after", cursor())]
}

/// A page of them, newest first.
pub async fn list(call: Call) -> Answer {
    let after: Option<Cursor> = call.after()?;
    let page =
        notifications::page_notifications(call.app(), call.ctx(), after, call.limit()).await?;
    let items = page.items.iter().map(shown).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    let which: NotificationId = call.id("notification")?;
    let one = notifications::get_notification(call.app(), call.ctx(), &which).await?;
    Ok(Reply::one(shown(&one)))
}

/// Notes that one was read.
pub async fn read(call: Call) -> Answer {
    notifications::open_notification(call.app(), call.ctx(), &call.id("notification")?).await?;
    Ok(Reply::done())
}

/// Notes that all were read.
pub async fn read_all(call: Call) -> Answer {
    notifications::read_all(call.app(), call.ctx()).await?;
    Ok(Reply::done())
}

/// Lets what one reminded of come again.
pub async fn snooze(call: Call) -> Answer {
    let (id, until): (NotificationId, String) = (call.id("notification")?, call.text("until"));
    let at = reminders::snooze_notification(call.app(), call.ctx(), &id, &until).await?;
    Ok(Reply::told(json!({"at": at.to_rfc3339()})))
}

/// How the token's maker hears of each kind, and how they are reminded.
pub async fn choices(call: Call) -> Answer {
    let ways = notifications::list_ways(call.app(), call.ctx()).await?;
    let habits = reminders::get_habits(call.app(), call.ctx()).await?;
    let kinds: Map<String, Value> =
        ways.into_iter().map(|(kind, way)| (kind.to_string(), way.as_str().into())).collect();
    Ok(Reply::one(json!({
        "kinds": kinds,
        "reminders": shown_habits(&habits),
        "can_mail": call.app().post.is_on(),
    })))
}

fn shown_habits(habits: &Habits) -> Value {
    let quiet = |quiet: Quiet| json!({"from": clock(quiet.from), "until": clock(quiet.until)});
    json!({
        "tasks": habits.tasks.to_string(),
        "appointments": habits.appointments.to_string(),
        "follow_ups": habits.follow_ups.to_string(),
        "morning": clock(habits.morning),
        "quiet": habits.quiet.map(quiet),
    })
}

/// Chooses some of it anew, all that is said or nothing.
pub async fn choose(call: Call) -> Answer {
    let kinds = call.body.get("kinds").and_then(Value::as_object).into_iter().flatten();
    let ways = kinds.map(|(kind, way)| (kind.clone(), way.as_str().unwrap_or_default().to_owned()));
    let reminders = call.body.get("reminders").map(|said| {
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        let end = |quiet: &Value, name: &str| quiet[name].as_str().unwrap_or_default().to_owned();
        HabitsChange {
            tasks: text("tasks"),
            appointments: text("appointments"),
            follow_ups: text("follow_ups"),
            morning: text("morning"),
            quiet: said.get("quiet").map(|quiet| (end(quiet, "from"), end(quiet, "until"))),
        }
    });
    let input = ChoicesInput { ways: ways.collect(), reminders };
    notifications::choose(call.app(), call.ctx(), input)
        .await
        .map_err(|error| placed(Problem::from(error)))?;
    choices(call).await
}

/// What is wrong, where it stands in the body.
fn placed(problem: Problem) -> Problem {
    let place = |(at, key): &(String, String)| {
        let at = match at.as_str() {
            "/quiet_from" => "/reminders/quiet/from".to_owned(),
            "/quiet_until" => "/reminders/quiet/until".to_owned(),
            other => format!("/reminders{other}"),
        };
        (at, key.clone())
    };
    let errors = problem.errors.iter().map(place).collect();
    problem.at(errors)
}
