//! Acts and pages by their names, and by other words that people have for them.

use app::saved_views::{self, SavedList};
use app::{connections, plugins};
use domain::Permission;

use super::fits;
use crate::error::Failure;
use crate::member::Member;
use crate::nav;
use crate::pages::connections::provider_name;
use crate::pages::plugin_views;
use crate::pages::saved_views::saved_at;
use crate::views::search::Item;

/// A name, where it is, its icon, and who sees it; nobody in particular is everybody.
type Place = (&'static str, &'static str, &'static str, Option<Permission>);

/// Acts that are offered before anything is typed.
const ACTIONS: [Place; 5] = [
    ("book-appointment", "/appointments/new", "calendar-add", Some(Permission::WriteAppointments)),
    ("task-new", "/tasks/new", "task", Some(Permission::WriteTasks)),
    ("person-add", "/people/new", "person", Some(Permission::WritePeople)),
    ("invite-colleague", "/team", "team", Some(Permission::ManageTeam)),
    ("connect-account", "/connections", "connection", Some(Permission::ManageConnections)),
];

/// Acts that are found once somebody looks for them.
const MORE_ACTIONS: [Place; 7] = [
    ("imports", "/imports", "up", Some(Permission::WritePeople)),
    ("find-export-people", "/people#export", "out", Some(Permission::ReadPeople)),
    ("find-export-tasks", "/tasks#export", "out", Some(Permission::ReadTasks)),
    ("find-export-documents", "/documents#export", "out", Some(Permission::ReadDocuments)),
    ("find-export-activity", "/activity#export", "out", Some(Permission::ReadActivity)),
    ("exports", "/exports", "out", Some(Permission::ManageSettings)),
    ("calendar-import", "/calendar/import", "up", Some(Permission::WriteAppointments)),
];

/// Pages that no menu names.
const PLACES: [Place; 4] = [
    ("people-board", "/people/board", "board", Some(Permission::ReadPeople)),
    ("doubles", "/people/doubles", "copy", Some(Permission::WritePeople)),
    ("undos", "/undo", "refresh", Some(Permission::WritePeople)),
    ("nav-profile", "/profile", "person", None),
];

/// Pages that are found once somebody looks for them.
const MORE_PLACES: [Place; 8] = [
    ("tokens", "/settings/tokens", "key", Some(Permission::ManageSettings)),
    ("endpoints", "/settings/webhooks", "connection", Some(Permission::ManageSettings)),
    ("people-settings", "/settings/people", "settings", Some(Permission::ManageSettings)),
    ("sources", "/settings/people/sources", "settings", Some(Permission::ManageSettings)),
    ("feed", "/calendar/feed", "calendar", Some(Permission::ReadAppointments)),
    ("notifications", "/notifications", "bell", None),
    ("find-notice-settings", "/notifications#choices", "bell", None),
    ("find-reminder-settings", "/notifications#reminders", "bell", Some(Permission::ReadTasks)),
];

/// What may be found by its own name, or by other words for it.
struct Known {
    item: Item,
    also: String,
}

impl Known {
    fn of(member: &Member, (key, href, icon, _): &Place) -> Self {
        Self { item: item(icon, member.text(key), String::new(), *href), also: also(member, key) }
    }
}

fn item(icon: &'static str, title: String, sub: String, href: impl Into<String>) -> Item {
    Item { href: href.into(), icon, title, sub, posts: false }
}

/// Other words for what has this name, in both languages; most names have none.
fn also(member: &Member, key: &str) -> String {
    let key = format!("also-{key}");
    let has = member.web.theme.texts.has(member.ctx.locale, &key);
    if has { member.text(&key) } else { String::new() }
}

fn seen<'a>(
    member: &'a Member,
    places: impl IntoIterator<Item = &'a Place>,
) -> impl Iterator<Item = Known> {
    places
        .into_iter()
        .filter(move |(.., needs)| needs.is_none_or(|it| member.ctx.role.may(it)))
        .map(move |it| Known::of(member, it))
}

/// Those that fit, what is called so itself before what is also called so.
fn fitting(all: impl IntoIterator<Item = Known>, query: &str) -> Vec<Item> {
    let named = |it: &Known| fits(&format!("{} {}", it.item.title, it.item.sub), query);
    let words = |it: &Known| format!("{} {} {}", it.item.title, it.item.sub, it.also);
    let mut found: Vec<Known> = all.into_iter().filter(|it| fits(&words(it), query)).collect();
    found.sort_by_key(|it| !named(it));
    found.into_iter().map(|it| it.item).collect()
}

/// Acts.
pub async fn actions(member: &Member, query: &str) -> Result<Vec<Item>, Failure> {
    let mut all: Vec<Known> = seen(member, &ACTIONS).collect();
    if !query.is_empty() {
        all.extend(seen(member, &MORE_ACTIONS));
        if member.frame().await?.many_tenants {
            all.push(Known::of(member, &("switch-business", "/businesses", "business", None)));
        }
        let mut leave = Known::of(member, &("sign-out", "/sign-out", "sign-out", None));
        leave.item.posts = true;
        all.push(leave);
    }
    Ok(fitting(all, query))
}

/// Pages: of the menu and beside it, of plugins, and what the business has of views, connections and
/// plugins by their names.
pub async fn places(member: &Member, query: &str) -> Result<Vec<Item>, Failure> {
    let mut all: Vec<Known> = nav::items(member.ctx.role, "")
        .into_iter()
        .map(|it| Known::of(member, &(it.key, it.href, it.icon, None)))
        .collect();
    all.extend(seen(member, &PLACES));
    let views = &member.frame().await?.views;
    let plain = |item: Item| Known { item, also: String::new() };
    let of_plugins = plugin_views::apps(member, views, "").into_iter();
    all.extend(of_plugins.map(|page| plain(item("plugin", page.label, String::new(), page.href))));
    if !query.is_empty() {
        all.extend(seen(member, &MORE_PLACES));
        all.extend(saved(member).await?.into_iter().map(plain));
        if member.ctx.role.may(Permission::ReadPlugins) {
            all.extend(connected(member).await?.into_iter().map(plain));
        }
    }
    Ok(fitting(all, query))
}

/// The saved views that the reader sees, each with the list that it is of.
async fn saved(member: &Member) -> Result<Vec<Item>, Failure> {
    let views = saved_views::list_all_views(&member.web.app, &member.ctx).await?;
    let row = |view: saved_views::SavedView| {
        let (path, list) = match view.list {
            SavedList::People => ("/people", "nav-people"),
            SavedList::Tasks => ("/tasks", "nav-tasks"),
            SavedList::Documents => ("/documents", "nav-documents"),
        };
        item("bookmark", view.name, member.text(list), saved_at(path, &view.query))
    };
    Ok(views.into_iter().map(row).collect())
}

/// The business's connections by provider and account, and all plugins by their names.
async fn connected(member: &Member) -> Result<Vec<Item>, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let mut all = Vec::new();
    for it in connections::list_connections(app, ctx).await? {
        if it.state.as_str() != "disconnected" {
            let name = provider_name(member, &it.plugin_id, &it.provider);
            let account =
                if it.account_email.is_empty() { it.account_name } else { it.account_email };
            let href = format!("/connections/{}", it.id);
            all.push(item("connection", name.unwrap_or(it.provider), account, href));
        }
    }
    for card in plugins::list_plugins(app, ctx).await? {
        let sub = member.text("nav-plugins");
        all.push(item("plugin", card.name, sub, format!("/plugins/{}", card.id)));
    }
    Ok(all)
}
