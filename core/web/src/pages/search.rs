//! The search: pages, actions, people, appointments and tasks, as far as the role sees them.

use actix_web::HttpResponse;
use actix_web::web::Query;
use app::search;
use domain::Permission;
use serde::Deserialize;

use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::nav;
use crate::pages::{appointments, plugin_views, tasks};
use crate::views::Page;
use crate::views::search::{Found, Group, Item, Search};

/// What is looked for; at most this many characters count.
const QUERY_CHARS_MAX: usize = 100;

/// Names of acts, where they begin, their icons, and who may do them.
const ACTIONS: [(&str, &str, &str, Permission); 5] = [
    ("book-appointment", "/appointments/new", "calendar-add", Permission::WriteAppointments),
    ("task-new", "/tasks/new", "task", Permission::WriteTasks),
    ("person-add", "/people/new", "person", Permission::WritePeople),
    ("invite-colleague", "/team", "team", Permission::ManageTeam),
    ("connect-account", "/connections", "connection", Permission::ManageConnections),
];

/// The search's words.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SearchQuery {
    q: String,
}

impl SearchQuery {
    fn text(&self) -> String {
        self.q.trim().chars().take(QUERY_CHARS_MAX).collect()
    }
}

/// The page of a search.
pub async fn show(member: Member, query: Query<SearchQuery>) -> Answer {
    let query = query.text();
    let groups = groups(&member, &query).await?;
    member.page(&Search { query, groups }).await
}

/// What was found, alone: the palette puts it in its list.
pub async fn found(member: Member, query: Query<SearchQuery>) -> Answer {
    let part = Found { groups: groups(&member, &query.text()).await? };
    let context = tera::Context::from_serialize(&part)?;
    let theme = &member.frame().await?.tenant.theme;
    let body = member.web.themes.draw(theme, member.ctx.locale, Found::TEMPLATE, &context)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

async fn groups(member: &Member, query: &str) -> Result<Vec<Group>, Failure> {
    let found = search::search(&member.web.app, &member.ctx, query).await?;
    let people = found.people.into_iter().map(|person| Item {
        href: format!("/people/{}", person.id),
        icon: "person",
        sub: if person.company.is_empty() { person.phone } else { person.company },
        title: person.name,
    });
    let rows = appointments::rows(member, found.appointments).await?;
    let booked = rows.into_iter().map(|row| Item {
        href: row.href,
        icon: "calendar",
        sub: [row.day, row.time, row.person]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        title: row.title,
    });
    let due = tasks::rows(member, &found.tasks).await?.into_iter().map(|row| Item {
        href: row.href,
        icon: "task",
        sub: if row.when.is_empty() { row.assignee } else { row.when },
        title: row.title,
    });
    let groups = [
        Group { key: "people", items: people.collect() },
        Group { key: "appointments", items: booked.collect() },
        Group { key: "tasks", items: due.collect() },
        Group { key: "actions", items: actions(member, query) },
        Group { key: "pages", items: places(member, query).await? },
    ];
    Ok(groups.into_iter().filter(|group| !group.items.is_empty()).collect())
}

fn actions(member: &Member, query: &str) -> Vec<Item> {
    let allowed = ACTIONS.iter().filter(|(.., needs)| member.ctx.role.may(*needs));
    let items = allowed.map(|(key, href, icon, _)| Item {
        href: (*href).to_owned(),
        icon,
        title: member.text(key),
        sub: String::new(),
    });
    items.filter(|item| fits(&item.title, query)).collect()
}

/// Pages that no menu names, their icons, and who sees them.
const PLACES: [(&str, &str, &str, Permission); 3] = [
    ("people-board", "/people/board", "board", Permission::ReadPeople),
    ("doubles", "/people/doubles", "copy", Permission::WritePeople),
    ("undos", "/undo", "refresh", Permission::WritePeople),
];

async fn places(member: &Member, query: &str) -> Result<Vec<Item>, Failure> {
    let profile = Item {
        href: "/profile".to_owned(),
        icon: "person",
        title: member.text("nav-profile"),
        sub: String::new(),
    };
    let places = nav::items(member.ctx.role, "").into_iter().map(|place| Item {
        href: place.href.to_owned(),
        icon: place.icon,
        title: member.text(place.key),
        sub: String::new(),
    });
    let seen = PLACES.iter().filter(|(.., needs)| member.ctx.role.may(*needs));
    let more = seen.map(|(key, href, icon, _)| Item {
        href: (*href).to_owned(),
        icon,
        title: member.text(key),
        sub: String::new(),
    });
    let views = &member.frame().await?.views;
    let of_plugins = plugin_views::apps(member, views, "").into_iter().map(|page| Item {
        href: page.href,
        icon: "plugin",
        title: page.label,
        sub: String::new(),
    });
    let all = places.chain(more).chain([profile]).chain(of_plugins);
    Ok(all.filter(|item| fits(&item.title, query)).collect())
}

/// Whether every word of the query begins a word of the name; an empty query fits all. What Hebrew puts
/// before a word, such as "to" and "the", may stand before either.
fn fits(name: &str, query: &str) -> bool {
    let (name, query) = (name.to_lowercase(), query.to_lowercase());
    let begins = |word: &str| {
        name.split_whitespace()
            .any(|part| bare(part).any(|part| bare(word).any(|word| part.starts_with(word))))
    };
    query.split_whitespace().all(begins)
}

/// A word, and the same without a letter that Hebrew puts before words.
fn bare(word: &str) -> impl Iterator<Item = &str> {
    let rest = word.strip_prefix(['ו', 'ה', 'ב', 'כ', 'ל', 'מ', 'ש']);
    [Some(word), rest.filter(|rest| rest.chars().count() >= 2)].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_name_is_found_by_the_beginnings_of_its_words() {
        assert!(fits("Book appointment", "app"));
        assert!(fits("Book appointment", "APP bo"));
        assert!(fits("Connections", ""));
        assert!(!fits("Connections", "people"));
        assert!(!fits("Book appointment", "app zebra"));
        assert!(fits("קביעת פגישה", "לקביעת") && fits("קביעת פגישה", "הפג"));
        assert!(fits("היומן שלי", "יומן") && !fits("קביעת פגישה", "ל"));
    }
}
