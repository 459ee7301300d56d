//! What is to be done.

mod bulk;

use app::cursors::Cursor;
use app::tasks::{
    self, Assigned, LINK_CHARS_MAX, LinkInput, LinkKind, Linked, Task, TaskFilter, TaskInput, input,
};
use app::{reminders, series};
use domain::recurrence::First;
use domain::{ApiScope, Due, Recurrence, TaskId};
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::{Call, wrong_parameter};
use super::describe::{
    Fields, about, change, cursor, day, flag, id, instant, limit, list as list_of, object, or_null,
    required_text, said, text, whole, word,
};
use super::patterns;
use super::problem::Problem;
use super::schema::Named;
use super::series::FOLLOWED;

pub use bulk::{change_all, change_many};

/// The longest rule, in characters.
const RULE_CHARS_MAX: usize = 200;

/// What a task may be about.
const LINK_KINDS: &[&str] =
    &["person", "appointment", "task", "approval", "connection", "import", "address"];

/// The schemas of tasks.
pub fn schemas() -> Vec<Named> {
    let link = whole(vec![
        ("kind", word(LINK_KINDS)),
        ("id", about(said(), "Its id; of an `address` in the web, that address.")),
        ("name", about(said(), "A person's name, a title, an account, a file, a host.")),
    ]);
    let task = whole(vec![
        ("id", id()),
        ("title", said()),
        ("notes", said()),
        ("assignee", about(or_null(id()), "The member who is to do it.")),
        ("day", or_null(day())),
        ("time", or_null(said())),
        ("zone", about(said(), "Whose clock that is.")),
        ("lead", or_null(said())),
        ("rule", or_null(said())),
        ("links", json!({"type": "array", "items": link})),
        ("done_at", or_null(instant())),
        ("created_at", instant()),
        ("updated_at", instant()),
    ]);
    vec![
        ("Task", task),
        ("TaskNew", object(written(), &["title"])),
        ("TaskChange", change(written())),
        ("TasksAct", bulk::act()),
        ("TasksActAll", bulk::act_all()),
        ("Snooze", object(vec![("until", word(&reminders::SNOOZES))], &["until"])),
        ("Snoozed", whole(vec![("at", about(instant(), "When it comes."))])),
    ]
}

fn written() -> Fields {
    let time = json!({"type": "string", "pattern": patterns::TIME});
    let lead = json!({"type": "string", "pattern": patterns::LEAD});
    let ids = |sentence| about(list_of(id(), input::LINKS_MAX), sentence);
    // People and appointments have fields of their own.
    let link = vec![
        ("kind", word(&LINK_KINDS[2..])),
        (
            "id",
            about(text(LINK_CHARS_MAX), "Its id; of an `address` in the web, that, with https."),
        ),
    ];
    let links = list_of(object(link, &["kind", "id"]), input::LINKS_MAX);
    vec![
        ("title", required_text(input::TITLE_CHARS_MAX)),
        ("notes", or_null(text(input::NOTES_CHARS_MAX))),
        ("assignee", or_null(id())),
        ("day", or_null(day())),
        ("time", about(or_null(time), "On that day, by the clock of the business.")),
        (
            "lead",
            about(or_null(lead), "How long before somebody is reminded: `30m`, `1d`, `never`."),
        ),
        (
            "rule",
            about(
                or_null(text(RULE_CHARS_MAX)),
                &format!("How it comes again, as `FREQ=WEEKLY`. {FOLLOWED}"),
            ),
        ),
        ("people", ids("The people it is about.")),
        ("appointments", ids("The appointments it is about.")),
        ("links", about(links, "What else it is about.")),
    ]
}

/// The parameters of the list.
pub fn list_query() -> Fields {
    let mut all = narrowing();
    all.extend([("limit", limit()), ("after", cursor())]);
    all
}

/// What the list may be narrowed to.
pub fn narrowing() -> Fields {
    vec![
        ("done", about(flag(), "Those that are done instead of those that are not.")),
        ("assignee", about(text(40), "A member's id, `me` or `nobody`.")),
        ("due_until", about(day(), "Those that are due up to the end of this day.")),
        ("q", about(text(app::people::SEARCH_CHARS_MAX), "A part of the title.")),
        ("person", about(id(), "Those about this person; the token must read people.")),
        ("appointment", about(id(), "Those about this appointment; the token must read those.")),
    ]
}

/// Which are asked for.
pub fn filter(call: &Call) -> Result<TaskFilter, Problem> {
    let due_until = match call.asked_as("due_until")? {
        None => None,
        Some(day) => {
            let end = Due::on(day).ends(&call.ctx().zone);
            Some(end.ok_or_else(|| wrong_parameter("due_until"))?)
        }
    };
    Ok(TaskFilter {
        about: subjects(call)?,
        done: call.asked("done") == Some("true"),
        assigned: match call.asked("assignee") {
            Some("me") => Some(Assigned::To(call.ctx().member.clone())),
            Some("nobody") => Some(Assigned::ToNobody),
            _ => call.asked_as("assignee")?.map(Assigned::To),
        },
        due_until,
        search: call.asked("q").map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned),
        order: None,
    })
}

/// A page of the list.
pub async fn list(call: Call) -> Answer {
    let filter = filter(&call)?;
    let after: Option<Cursor> = call.after()?;
    let page = tasks::list_tasks(call.app(), call.ctx(), filter, after, call.limit()).await?;
    let ids = page.items.iter().map(|task| task.id.clone()).collect();
    let links = links_of(&call, ids).await?;
    let items = page.items.iter().map(|task| shown(task, &links)).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// A page of what was changed since, the longest ago first, done or not.
pub async fn changed(call: Call) -> Answer {
    let (since, after) = (call.asked_at("since")?, call.after::<Cursor>()?);
    let page = tasks::list_changed(call.app(), call.ctx(), since, after, call.limit()).await?;
    let ids = page.items.iter().map(|task| task.id.clone()).collect();
    let links = links_of(&call, ids).await?;
    let items = page.items.iter().map(|task| shown(task, &links)).collect();
    Ok(Reply::page(&call, items, page.next.map(|next| next.to_string())))
}

/// What the tasks asked for are about; who may not read that learns nothing of it by asking.
fn subjects(call: &Call) -> Result<Vec<(LinkKind, String)>, Problem> {
    let mut about = Vec::new();
    for (kind, scope) in [
        (LinkKind::Person, ApiScope::PeopleRead),
        (LinkKind::Appointment, ApiScope::AppointmentsRead),
    ] {
        let Some(id) = call.asked(kind.as_str()) else { continue };
        if !call.opened.scopes.has(scope) {
            return Err(Problem::no_scope(scope));
        }
        about.push((kind, id.to_owned()));
    }
    Ok(about)
}

/// What a token must read to be told of it beside a task, where that isn't said by tasks themselves.
const fn reads(kind: LinkKind) -> Option<ApiScope> {
    match kind {
        LinkKind::Person => Some(ApiScope::PeopleRead),
        LinkKind::Appointment => Some(ApiScope::AppointmentsRead),
        LinkKind::Approval => Some(ApiScope::ApprovalsRead),
        LinkKind::Connection => Some(ApiScope::ConnectionsRead),
        LinkKind::Import => Some(ApiScope::ImportsRead),
        LinkKind::Task | LinkKind::Address => None,
    }
}

/// Whether a token is told of it: a scope may let people through for another end.
fn is_told(call: &Call, kind: LinkKind) -> bool {
    reads(kind).is_none_or(|scope| call.opened.scopes.has(scope))
}

/// What these tasks are about, of what the token is told.
async fn links_of(call: &Call, ids: Vec<TaskId>) -> Result<Vec<Linked>, Problem> {
    let mut links = tasks::list_linked(call.app(), call.ctx(), ids).await?;
    links.retain(|link| is_told(call, link.kind));
    Ok(links)
}

fn shown(task: &Task, links: &[Linked]) -> Value {
    let own = links
        .iter()
        .filter(|link| link.task == task.id)
        .map(|link| json!({"kind": link.kind.as_str(), "id": link.id, "name": link.name}));
    json!({
        "id": task.id,
        "title": task.title,
        "notes": task.notes,
        "assignee": task.assignee_id,
        "day": task.due.map(|due| due.day.to_string()),
        "time": task.due.and_then(|due| due.time).map(domain::task::clock),
        "zone": task.zone.name(),
        "lead": task.lead.map(|lead| lead.to_string()),
        "rule": task.rule.as_ref().map(ToString::to_string),
        "links": own.collect::<Vec<_>>(),
        "done_at": task.done_at.map(|at| at.to_rfc3339()),
        "created_at": task.created_at.to_rfc3339(),
        "updated_at": task.updated_at.to_rfc3339(),
    })
}

async fn one(call: &Call, id: &TaskId) -> Answer {
    let task = tasks::get_task(call.app(), call.ctx(), id).await?;
    let links = links_of(call, vec![id.clone()]).await?;
    Ok(Reply::one_at(shown(&task, &links), task.rev))
}

/// One of them.
pub async fn show(call: Call) -> Answer {
    one(&call, &call.id("task")?).await
}

/// The rule that the body says, of a task that is due then; as it was where it says nothing of it.
fn rule(
    call: &Call,
    before: Option<&Recurrence>,
    (day, time): (&str, &str),
) -> Result<Option<Recurrence>, Problem> {
    let text = call.text("rule");
    if !call.has("rule") {
        return Ok(before.cloned());
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    if day.is_empty() {
        return Err(Problem::field("/day", "error-task-repeat-needs-day"));
    }
    let day = day.parse().map_err(|_| Problem::field("/day", "error-date-invalid"))?;
    let first = First { day, time: domain::task::read_clock(time), zone: &call.ctx().zone };
    Ok(Some(series::read_rule(&text, &first)?))
}

/// Whether it has no field of its own in a body.
const fn is_other(kind: LinkKind) -> bool {
    !matches!(kind, LinkKind::Person | LinkKind::Appointment)
}

fn said_of(link: &Linked) -> LinkInput {
    LinkInput { kind: link.kind.to_string(), id: link.id.clone() }
}

/// What a body says that it is about besides people and appointments.
fn said_links(call: &Call) -> Vec<LinkInput> {
    let all = call.body.get("links").and_then(Value::as_array).into_iter().flatten();
    let text = |link: &Value, name: &str| link[name].as_str().unwrap_or_default().to_owned();
    all.map(|link| LinkInput { kind: text(link, "kind"), id: text(link, "id") }).collect()
}

/// Adds one.
pub async fn create(call: Call) -> Answer {
    let (day, time) = (call.text("day"), call.text("time"));
    let input = TaskInput {
        title: call.text("title"),
        notes: call.text("notes"),
        assignee: call.text("assignee"),
        lead: call.text("lead"),
        rule: rule(&call, None, (&day, &time))?,
        day,
        time,
        people: call.texts("people"),
        appointments: call.texts("appointments"),
        links: said_links(&call),
    };
    let task = tasks::create_task(call.app(), call.ctx(), input, &call.once).await?;
    let Reply { body, rev, .. } = one(&call, &task.id).await?;
    Ok(Reply::made(body.unwrap_or_default(), rev, format!("/api/v1/tasks/{}", task.id)))
}

/// Changes some of one's fields.
pub async fn update(call: Call) -> Answer {
    let id: TaskId = call.id("task")?;
    let before = tasks::get_task(call.app(), call.ctx(), &id).await?;
    // What this token doesn't see of a task stays all the same.
    let links = tasks::list_linked(call.app(), call.ctx(), vec![id.clone()]).await?;
    let kept = |link: &&Linked, field: &str| !call.has(field) || !is_told(&call, link.kind);
    let linked = |kind: LinkKind, field: &str| {
        let own = links.iter().filter(|link| link.kind == kind && kept(link, field));
        own.map(|link| link.id.clone()).chain(call.texts(field)).collect::<Vec<_>>()
    };
    let others = links.iter().filter(|link| is_other(link.kind) && kept(link, "links"));
    let due = before.due;
    let day = call.text_or("day", &due.map(|due| due.day.to_string()).unwrap_or_default());
    let time = due.and_then(|due| due.time).map(domain::task::clock).unwrap_or_default();
    let time = call.text_or("time", &time);
    let input = TaskInput {
        title: call.text_or("title", &before.title),
        notes: call.text_or("notes", &before.notes),
        assignee: call
            .text_or("assignee", before.assignee_id.as_ref().map_or("", |id| id.as_str())),
        lead: call.text_or("lead", &before.lead.map(|it| it.to_string()).unwrap_or_default()),
        rule: rule(&call, before.rule.as_ref(), (&day, &time))?,
        day,
        time,
        people: linked(LinkKind::Person, "people"),
        appointments: linked(LinkKind::Appointment, "appointments"),
        links: others.map(said_of).chain(said_links(&call)).collect(),
    };
    let rev = call.rev.unwrap_or(before.rev);
    tasks::change_task(call.app(), call.ctx(), &id, input, rev).await?;
    one(&call, &id).await
}

/// Marks one as done.
pub async fn finish(call: Call) -> Answer {
    let id: TaskId = call.id("task")?;
    tasks::do_task(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Marks one as not done after all.
pub async fn reopen(call: Call) -> Answer {
    let id: TaskId = call.id("task")?;
    tasks::reopen_task(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}

/// Lets the reminder of one come again for the token's maker.
pub async fn snooze(call: Call) -> Answer {
    let (id, until): (TaskId, String) = (call.id("task")?, call.text("until"));
    let at = reminders::snooze_task(call.app(), call.ctx(), &id, &until).await?;
    Ok(Reply::told(json!({"at": at.to_rfc3339()})))
}

/// Removes one.
pub async fn remove(call: Call) -> Answer {
    tasks::delete_task(call.app(), call.ctx(), &call.id("task")?).await?;
    Ok(Reply::done())
}

/// Brings a removed one back.
pub async fn restore(call: Call) -> Answer {
    let id: TaskId = call.id("task")?;
    tasks::restore_task(call.app(), call.ctx(), &id).await?;
    one(&call, &id).await
}
