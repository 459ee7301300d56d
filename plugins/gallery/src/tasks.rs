//! What can be done: a form that is checked, and a short list of tasks that is kept.

use oxpi_kit::views::{self, FieldKind, Tone, field, item, key, words};
use oxpi_kit::{ActInput, Acted, Problem, Result, View, kv};

use crate::pages::ORDER;

/// Where the tasks are kept.
const TASKS: &str = "tasks";
/// How many are kept.
const TASKS_MAX: usize = 20;

/// The tasks of today.
pub fn today() -> Result<View> {
    let mut list = views::list().empty(key("no-tasks"));
    for task in tasks()? {
        let finish = views::action(key("finish"), "finish-task").with("task", &task);
        list = list.item(item(task).action(finish));
    }
    let add = views::form("add-task")
        .submit(key("add"))
        .field(field(FieldKind::Text, "task", key("field-task")).required());
    Ok(View::of(list).with(add))
}

fn tasks() -> Result<Vec<String>> {
    Ok(kv::get_json::<Vec<String>>(TASKS)?.map(|entry| entry.value).unwrap_or_default())
}

fn keep(tasks: &Vec<String>) -> Result<Acted> {
    kv::put_json(TASKS, tasks)?;
    Ok(Acted::saying(key("said-saved")))
}

/// One more task.
pub fn add(input: &ActInput) -> Result<Acted> {
    let mut tasks = tasks()?;
    let task = input.text("task");
    if task.is_empty() {
        return Ok(Acted::wrong("task", key("wrong-missing")));
    }
    if tasks.len() >= TASKS_MAX {
        return Ok(Acted::wrong("form", key("wrong-many")));
    }
    tasks.push(task.chars().take(100).collect());
    keep(&tasks)
}

/// One task less.
pub fn finish(input: &ActInput) -> Result<Acted> {
    let mut tasks = tasks()?;
    let before = tasks.len();
    let done = input.text("task");
    tasks.retain(|task| task != done);
    if tasks.len() == before {
        return Err(Problem::not_found("no such task"));
    }
    keep(&tasks)
}

/// Checks an order field by field, and keeps the name of who ordered.
pub fn order(input: &ActInput) -> Result<Acted> {
    let mut found = Acted::done();
    if input.text("name").is_empty() {
        found = found.and_wrong("name", key("wrong-missing"));
    }
    match input.number("count") {
        Some(count) if (1.0..=500.0).contains(&count) => {}
        _ => found = found.and_wrong("count", key("wrong-count")),
    }
    if found.is_wrong() {
        return Ok(found);
    }
    kv::put(ORDER, input.text("name").as_bytes())?;
    let view = views::preview(words("ordered", &[("name", input.text("name"))]))
        .badge(key("state-new"), Tone::Good)
        .fact(key("field-count"), views::number(input.number("count").unwrap_or_default()))
        .fact(key("field-gift"), views::flag(input.flag("gift")))
        .fact(
            key("field-extras"),
            views::number(f64::from(u32::try_from(input.list("extras").len()).unwrap_or(0))),
        );
    Ok(Acted::saying(key("said-saved")).showing(View::of(view)))
}
