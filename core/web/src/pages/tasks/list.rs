//! The list of tasks: by when they are due, whose, searched, and changed several at once.

use actix_web::web::{Form, Path, Query};
use app::people::{self, PersonFilter, PersonOrder};
use app::saved_views::{self, SavedList};
use app::sweeps::{List, SweepInput, Whom, find_under_way};
use app::tasks::{
    self, Assigned, LinkKind, Task, TaskFilter, TaskOrder,
    bulk::{self, BulkInput},
};
use domain::{Permission, PersonId, TaskId};
use jiff::ToSpan;
use serde::Deserialize;

use super::Names;
use crate::answer::{Answer, form_errors, go};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::pages::people::choices;
pub use crate::pages::people::list::address;
use crate::pages::saved_views::{ViewForm, rename, save, saved_at, saved_rows};
use crate::pages::sweeps::{self, Step};
use crate::views::people::Limit;
use crate::views::tasks::{QuickForm, TaskForm, TaskGroup, Tasks, TasksAsked};
use crate::views::{Choice, Errors, Tab};

/// How many a page of the list has.
const PAGE: i64 = 100;
/// How many people are offered to narrow it to, before somebody types.
const OFFERED_MAX: i64 = 20;

/// The tabs: their texts, and the word in the address.
const SHOWN: [(&str, &str); 5] = [
    ("tasks-open", ""),
    ("tasks-today", "today"),
    ("tasks-week", "week"),
    ("tasks-overdue", "overdue"),
    ("tasks-done", "done"),
];

/// What the list is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ListQuery {
    show: String,
    who: String,
    person: String,
    order: String,
    q: String,
    after: String,
}

impl ListQuery {
    /// The address of the same list.
    fn address(&self) -> String {
        let pairs = [
            ("show", self.show.as_str()),
            ("who", self.who.as_str()),
            ("person", self.person.as_str()),
            ("order", self.order.as_str()),
            ("q", self.q.as_str()),
            ("after", self.after.as_str()),
        ];
        address("/tasks", &pairs)
    }

    /// What follows the question mark there.
    fn narrowing(&self) -> String {
        let address = self.address();
        address.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    fn order(&self) -> TaskOrder {
        self.order.parse().unwrap_or(TaskOrder::Due)
    }

    /// Which tasks that are.
    pub fn filter(&self, member: &Member) -> TaskFilter {
        let assigned = match self.who.as_str() {
            "" => Some(Assigned::To(member.ctx.member.clone())),
            "nobody" => Some(Assigned::ToNobody),
            text => text.parse().ok().map(Assigned::To),
        };
        let now = member.web.app.clock.now();
        let within = |days| tasks::due_within(&member.ctx, now, days, assigned.clone());
        let filter = match self.show.as_str() {
            "today" => within(0),
            "week" => within(6),
            "overdue" => TaskFilter { assigned, due_until: Some(now), ..TaskFilter::default() },
            show => TaskFilter { assigned, done: show == "done", ..TaskFilter::default() },
        };
        let search = self.q.trim();
        let person = self.person.parse::<PersonId>().into_iter();
        TaskFilter {
            search: (!search.is_empty()).then(|| search.to_owned()),
            about: person.map(|id| (LinkKind::Person, id.to_string())).collect(),
            order: Some(self.order()),
            ..filter
        }
    }
}

/// The list.
pub async fn show(member: Member, query: Query<ListQuery>) -> Answer {
    page_new(&member, query.into_inner(), Errors::new()).await
}

/// The list with nothing typed into its line.
async fn page_new(member: &Member, query: ListQuery, errors: Errors) -> Answer {
    let quick = QuickForm { form_id: member.web.random(16), ..QuickForm::default() };
    page(member, query, quick, errors).await
}

/// The list with what was typed into its line, and what is wrong with that.
pub async fn page_with(member: &Member, form: TaskForm, errors: Errors) -> Answer {
    let query = form.back.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = Query::<ListQuery>::from_query(query).map(Query::into_inner).unwrap_or_default();
    let quick = QuickForm {
        form_id: form.form_id,
        title: form.title,
        day: form.day,
        assignee: form.assignee,
        errors: errors.clone(),
    };
    page(member, query, quick, errors).await
}

async fn page(member: &Member, query: ListQuery, mut quick: QuickForm, errors: Errors) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let filter = query.filter(member);
    let found = tasks::list_tasks(app, ctx, filter.clone(), query.after.parse().ok(), PAGE).await?;
    let names = Names::load(member, &found.items).await?;
    let here = ListQuery { after: String::new(), ..query.clone() };
    let shown: Vec<ListQuery> = SHOWN
        .iter()
        .map(|(_, show)| ListQuery { show: (*show).to_owned(), ..here.clone() })
        .collect();
    let mut filters: Vec<TaskFilter> = shown.iter().map(|each| each.filter(member)).collect();
    filters.extend([
        filter,
        TaskFilter::default(),
        TaskFilter { done: true, ..Default::default() },
    ]);
    let counts = tasks::count_tasks(app, ctx, filters).await?;
    let count = counts.get(SHOWN.len()).copied().unwrap_or_default();
    let any = counts.iter().skip(SHOWN.len()).any(|count| *count > 0);
    let next = found.next.map(|after| ListQuery { after: after.to_string(), ..here.clone() });
    if quick.assignee.is_empty() {
        quick.assignee = match here.who.as_str() {
            "" => ctx.member.to_string(),
            "nobody" | "all" => String::new(),
            other => other.to_owned(),
        };
    }
    let page = Tasks {
        tabs: tabs(&here, &shown, &counts),
        asked: asked(member, &names, &here).await?,
        views: saved_rows(member, SavedList::Tasks, &here.address(), |query| {
            saved_at("/tasks", query)
        })
        .await?,
        groups: groups(member, &names, &found.items, here.order()),
        count,
        next: next.map(|next| next.address()),
        any,
        under_way: find_under_way(app, ctx, List::Tasks).await?.map(|id| format!("/sweeps/{id}")),
        can_write: ctx.role.may(Permission::WriteTasks),
        assignees: names.assignees(member, ""),
        quick,
        errors,
    };
    member.form_page(&page, &page.errors).await
}

fn tabs(here: &ListQuery, shown: &[ListQuery], counts: &[i64]) -> Vec<Tab> {
    let all = SHOWN.iter().zip(shown).zip(counts);
    all.map(|(((key, show), query), count)| Tab {
        key,
        href: query.address(),
        // What is done only grows: its number says nothing.
        count: (*show != "done").then_some(*count),
        current: *show == here.show,
    })
    .collect()
}

/// Whom the list may be narrowed to: the one that it is, and some others.
async fn offered(member: &Member, here: &ListQuery) -> Result<Vec<Choice>, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    if !ctx.role.may(Permission::ReadPeople) {
        return Ok(Vec::new());
    }
    let all = PersonFilter::default();
    let some = people::list_people(app, ctx, all, PersonOrder::Name, None, OFFERED_MAX).await?;
    let mut offered = some.items;
    if let Ok(chosen) = here.person.parse::<PersonId>()
        && offered.iter().all(|person| person.id != chosen)
    {
        offered.extend(people::list_people_by_ids(app, ctx, vec![chosen]).await?);
    }
    let choice = |person: &people::Person| {
        Choice::new(person.id.as_str(), choices::label(person), &here.person)
    };
    Ok(offered.iter().map(choice).collect())
}

/// Whom the list is narrowed to, with the list without that. Somebody who isn't there has no name.
fn limits(member: &Member, here: &ListQuery, people: &[Choice]) -> Vec<Limit> {
    if here.person.parse::<PersonId>().is_err() {
        return Vec::new();
    }
    let its = people.iter().find(|choice| choice.value == here.person);
    let name = its.map_or("–", |choice| choice.label.as_str());
    vec![Limit {
        text: member.text_with("tasks-about", &[("name", name)]),
        href: ListQuery { person: String::new(), ..here.clone() }.address(),
        name: "person",
        value: here.person.clone(),
    }]
}

async fn asked(member: &Member, names: &Names, here: &ListQuery) -> Result<TasksAsked, Failure> {
    let of = |word: &str, key: &str| Choice::new(word, member.text(key), &here.who);
    let me = member.ctx.member.as_str();
    let team = names.assignees(member, &here.who).into_iter().filter(|it| it.value != me);
    let by = here.order();
    let order = |one: &TaskOrder| {
        Choice::new(one.as_str(), member.text(&format!("tasks-order-{one}")), by.as_str())
    };
    let people = offered(member, here).await?;
    Ok(TasksAsked {
        show: here.show.clone(),
        query: here.q.clone(),
        who: [of("", "tasks-mine"), of("all", "tasks-everybodys"), of("nobody", "tasks-nobodys")]
            .into_iter()
            .chain(team)
            .collect(),
        narrowing: here.narrowing(),
        address: here.address(),
        narrowed: !here.q.is_empty() || !here.who.is_empty() || !here.person.is_empty(),
        limits: limits(member, here, &people),
        people,
        orders: TaskOrder::ALL.iter().map(order).collect(),
        order: here.order.clone(),
        whose: here.who.clone(),
    })
}

/// Tasks under the time that they are due in, or under who is to do them.
fn groups(member: &Member, names: &Names, all: &[Task], order: TaskOrder) -> Vec<TaskGroup> {
    let mut groups: Vec<TaskGroup> = Vec::new();
    for task in all {
        let row = names.row(member, task);
        let (key, title) = match order {
            TaskOrder::Due => (group(member, task), String::new()),
            TaskOrder::Newest => ("newest", String::new()),
            TaskOrder::Assignee if task.assignee_id.is_none() => ("nobody", String::new()),
            TaskOrder::Assignee => ("somebody", row.assignee.clone()),
        };
        // Two who are called the same stand beside each other, and under one name.
        match groups.iter_mut().find(|group| group.key == key && group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(TaskGroup { key, title, rows: vec![row] }),
        }
    }
    groups
}

fn group(member: &Member, task: &Task) -> &'static str {
    if task.done_at.is_some() {
        return "done";
    }
    let Some(due) = task.due else { return "someday" };
    if task.due_at <= member.web.app.clock.now() {
        return "overdue";
    }
    let today = member.dates().today();
    match due.day {
        day if day <= today => "today",
        day if day == today.saturating_add(1.day()) => "tomorrow",
        day if day <= today.saturating_add(6.days()) => "week",
        _ => "later",
    }
}

/// Does one act to all that are ticked, or to all that match.
pub async fn change(member: Member, form: Form<Vec<(String, String)>>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let value = |name: &str| {
        let found = form.iter().find(|(field, value)| field == name && !value.is_empty());
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let back = value("back");
    let query = back.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let query = Query::<ListQuery>::from_query(query).map(Query::into_inner).unwrap_or_default();
    let act = value("act");
    // Buttons say how many days, or else the field beside them which day.
    let (act, to) = match act.split_once('+') {
        Some((act, days)) => (act.to_owned(), format!("+{days}")),
        None => (act.clone(), value(&format!("to-{act}"))),
    };
    let ids = if value("all") == "on" {
        let filter = query.filter(&member);
        let (whom, input) =
            (Whom::Tasks(filter.clone()), SweepInput { act: act.clone(), to: to.clone() });
        match sweeps::step(&member, whom, bulk::BULK_MAX, input, &form).await {
            Ok(Step::Ask(asked)) => {
                return sweeps::ask(&member, asked, ("/tasks/change", query.address()), &form)
                    .await;
            }
            Ok(Step::Begun(sweep)) => return Ok(go(&format!("/sweeps/{sweep}"))),
            Ok(Step::AtOnce) => tasks::list_matching_ids(app, ctx, filter).await,
            Err(error) => Err(error),
        }
    } else {
        let ticked = form.iter().filter(|(field, _)| field == "task");
        Ok(ticked.map(|(_, value)| id(value)).collect::<Result<Vec<TaskId>, Failure>>()?)
    };
    let done = match ids {
        Ok(ids) => bulk::change_tasks(app, ctx, ids, BulkInput { act, to }).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(done) => match done.undo {
            Some(undo) => member.said_undo(
                &query.address(),
                "said-tasks-changed",
                &format!("/undo/{undo}/restore"),
            ),
            None => member.said(&query.address(), "said-nothing-changed"),
        },
        Err(error) => page_new(&member, query, form_errors(error)?).await,
    }
}

/// Saves what the list shows as a view.
pub async fn save_view(member: Member, form: Form<ViewForm>) -> Answer {
    let query: ListQuery = form.query();
    let here = query.address();
    let again = async |errors| page_new(&member, query, errors).await;
    save(&member, SavedList::Tasks, &form, &here, again).await
}

/// Gives a view another name.
pub async fn rename_view(member: Member, path: Path<String>, form: Form<ViewForm>) -> Answer {
    let query: ListQuery = form.query();
    let here = query.address();
    let again = async |errors| page_new(&member, query, errors).await;
    rename(&member, &path, &form, &here, again).await
}

/// Removes a view.
pub async fn remove_view(member: Member, path: Path<String>) -> Answer {
    saved_views::delete_view(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said("/tasks", "said-view-removed")
}
