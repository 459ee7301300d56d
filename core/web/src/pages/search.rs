//! The search: pages, actions, people, appointments, tasks, documents and notes, as far as the role sees
//! them.

mod places;

use actix_web::HttpResponse;
use actix_web::web::Query;
use app::search;
use serde::Deserialize;

use crate::answer::Answer;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::people::list::address;
use crate::pages::{appointments, documents, tasks};
use crate::views::Page;
use crate::views::search::{Found, Group, Item, Search};

/// What is looked for; at most this many characters count.
const QUERY_CHARS_MAX: usize = 100;

/// How much of a note is shown.
const NOTE_CHARS: usize = 120;

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
    let mut groups = groups(&member, &query).await?;
    for group in &mut groups {
        group.more = match group.key {
            "people" => Some(address("/people", &[("q", query.as_str())])),
            "tasks" => Some(address("/tasks", &[("who", "all"), ("q", query.as_str())])),
            "documents" => Some(address("/documents", &[("q", query.as_str())])),
            _ => None,
        };
    }
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
        sub: match person.company.is_empty() {
            true => member.phone(&person.phone),
            false => person.company,
        },
        title: person.name,
        posts: false,
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
        posts: false,
    });
    let due = tasks::rows(member, &found.tasks).await?.into_iter().map(|row| Item {
        href: row.href,
        icon: "task",
        sub: if row.when.is_empty() { row.assignee } else { row.when },
        title: row.title,
        posts: false,
    });
    let kept = documents::rows(member, found.documents).await?.into_iter().map(|row| Item {
        href: row.href,
        icon: "document",
        sub: format!("{} · {}", row.media, row.plugin),
        title: row.name,
        posts: false,
    });
    let noted = found.notes.into_iter().map(|note| Item {
        href: format!("/people/{}", note.person_id),
        icon: "notes",
        sub: excerpt(&note.text, query),
        title: note.person,
        posts: false,
    });
    let groups = [
        ("people", people.collect()),
        ("appointments", booked.collect()),
        ("tasks", due.collect()),
        ("documents", kept.collect()),
        ("notes", noted.collect()),
        ("actions", places::actions(member, query).await?),
        ("pages", places::places(member, query).await?),
    ];
    let some = groups.into_iter().filter(|(_, items)| !items.is_empty());
    Ok(some.map(|(key, items)| Group { key, items, more: None }).collect())
}

/// A note in a line, from where it begins to speak of what was looked for.
fn excerpt(text: &str, query: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let chars: Vec<char> = line.chars().collect();
    let lower: String = line.to_lowercase();
    let first = query.split_whitespace().next().unwrap_or_default().to_lowercase();
    let at = lower.find(&first).map_or(0, |byte| lower[..byte].chars().count());
    // A few words before it, so that it reads.
    let from = if chars.len() <= NOTE_CHARS { 0 } else { at.min(chars.len()).saturating_sub(30) };
    let until = chars.len().min(from + NOTE_CHARS);
    let part: String = chars[from..until].iter().collect();
    let (before, after) =
        (if from > 0 { "…" } else { "" }, if until < chars.len() { "…" } else { "" });
    format!("{before}{}{after}", part.trim())
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
    use super::{excerpt, fits};

    #[test]
    fn a_note_is_shown_where_it_speaks_of_what_was_looked_for() {
        assert_eq!(excerpt("Likes\n peonies", "peon"), "Likes peonies");
        let long = format!("{} Peonies for the wedding {}", "a ".repeat(90), "b ".repeat(90));
        let shown = excerpt(&long, "peonies");
        assert!(shown.contains("Peonies for the wedding"), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.chars().count() < 130);
        assert!(excerpt(&long, "nothing").starts_with("a a"));
    }

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
