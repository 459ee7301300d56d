//! The activity log.

use actix_web::web::Query;
use app::activity::{self, Activity as Entry};
use app::audit::AuditFilter;
use app::{members, plugins};
use domain::Permission;
use serde::Deserialize;

use crate::answer::Answer;
use crate::device;
use crate::error::Failure;
use crate::member::Member;
use crate::pages::appointments::in_words;
use crate::pages::people::list::address;
use crate::views::Choice;
use crate::views::activity::{Activity, ActivityAsked, ActivityDay, ActivityRow, MergedRow};

/// How many entries a page has.
const PAGE: i64 = 60;

/// The kinds of things that may be asked for; their texts are `thing-<kind>`.
const KINDS: [&str; 23] = [
    "person",
    "note",
    "appointment",
    "task",
    "calendar",
    "view",
    "tag",
    "pipeline",
    "own-field",
    "import",
    "list",
    "export",
    "session",
    "account",
    "member",
    "invitation",
    "tenant",
    "plugin",
    "connection",
    "approval",
    "document",
    "api-token",
    "endpoint",
];
/// The word for what nobody did but the workspace itself.
const ITSELF: &str = "itself";
/// The longest id that somebody may be asked for by.
const WHO_CHARS_MAX: usize = 100;

/// What the page is asked for. What can't be read is as if it weren't said.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct PageQuery {
    before: Option<i64>,
    who: String,
    what: String,
    day: String,
}

impl PageQuery {
    /// Which entries that are.
    pub fn filter(&self, member: &Member) -> AuditFilter {
        let day = self.day.parse().ok();
        let span = day.and_then(|day| app::reports::span_of_days(&member.ctx.zone, day, day));
        AuditFilter {
            actor_id: match self.who.as_str() {
                "" => None,
                ITSELF => Some(String::new()),
                text => Some(text.chars().take(WHO_CHARS_MAX).collect()),
            },
            entity: KINDS.contains(&self.what.as_str()).then(|| self.what.clone()),
            from: span.map(|span| span.from),
            to: span.map(|span| span.until),
            ..AuditFilter::default()
        }
    }

    fn address(&self, before: &str) -> String {
        let pairs = [
            ("who", self.who.as_str()),
            ("what", self.what.as_str()),
            ("day", self.day.as_str()),
            ("before", before),
        ];
        address("/activity", &pairs)
    }
}

/// What the page may be narrowed to, and is.
async fn asked(member: &Member, query: &PageQuery) -> Result<ActivityAsked, Failure> {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let mut who = Vec::new();
    if ctx.role.may(Permission::ReadTeam) {
        for each in members::list_members(app, ctx).await? {
            who.push(Choice::new(each.account.as_str(), each.name, &query.who));
        }
    }
    who.push(Choice::new(ITSELF, "OXPI", &query.who));
    if ctx.role.may(Permission::ReadPlugins) {
        for card in plugins::list_plugins(app, ctx).await? {
            who.push(Choice::new(card.id.as_str(), card.name, &query.who));
        }
    }
    let kind = |kind: &&str| Choice::new(*kind, member.text(&format!("thing-{kind}")), &query.what);
    let here = query.address("");
    Ok(ActivityAsked {
        who,
        what: KINDS.iter().map(kind).collect(),
        day: query.day.clone(),
        narrowed: query.filter(member) != AuditFilter::default(),
        narrowing: here.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
    })
}

/// A page of the log.
pub async fn show(member: Member, query: Query<PageQuery>) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let filter = query.filter(&member);
    let found = activity::list_activity(app, ctx, filter, query.before, PAGE).await?;
    let dates = member.dates();
    let mut days: Vec<(jiff::civil::Date, ActivityDay)> = Vec::new();
    for entry in &found.items {
        let date = dates.local(entry.at).date();
        if days.last().is_none_or(|(last, _)| *last != date) {
            days.push((date, ActivityDay { name: dates.day(date), entries: Vec::new() }));
        }
        if let Some((_, day)) = days.last_mut() {
            day.entries.push(row(&member, entry));
        }
    }
    let page = Activity {
        days: days.into_iter().map(|(_, day)| day).collect(),
        asked: asked(&member, &query).await?,
        next: found.next.map(|before| query.address(&before.to_string())),
    };
    member.page(&page).await
}

fn row(member: &Member, entry: &Entry) -> ActivityRow {
    let key = act_key(entry);
    let texts = &member.web.theme.texts;
    let is_known = texts.has(member.ctx.locale, &key);
    let device = device::in_words(texts, member.ctx.locale, &entry.device);
    ActivityRow {
        who: who(member, entry),
        what: member.text(if is_known { &key } else { "act-other" }),
        subject: if is_known { subject(member, entry) } else { entry.action.clone() },
        merges: merges(member, entry),
        time: member.dates().time(entry.at),
        icon: icon(&entry.action),
        address: entry.address.clone(),
        device: device.unwrap_or_default(),
        token: entry.detail["token"]["name"].as_str().unwrap_or_default().to_owned(),
    }
}

/// The key of what was done; of a document that no plugin keeps there are other words.
fn act_key(entry: &Entry) -> String {
    let key = format!("act-{}", entry.action.replace('.', "-"));
    let is_ours = entry.entity == "document" && entry.detail.get("plugin").is_none();
    if is_ours && entry.action != "document.added" { format!("{key}-added") } else { key }
}

/// What both sides of an appointment had changed, with both their values.
fn merges(member: &Member, entry: &Entry) -> Vec<MergedRow> {
    let all = entry.detail.get("merged").and_then(|all| all.as_array());
    let row = |each: &serde_json::Value| {
        let text = |name: &str| each.get(name)?.as_str().map(str::to_owned);
        let field = text("field")?;
        if !app::event_states::FIELDS.contains(&field.as_str()) {
            return None;
        }
        let said = |name: &str| in_words(member, &field, text(name).unwrap_or_default());
        Some(MergedRow { kept: said("kept"), other: said("other"), field: field.clone() })
    };
    all.into_iter().flatten().filter_map(row).collect()
}

fn who(member: &Member, entry: &Entry) -> Option<String> {
    let name = match entry.actor_kind.as_str() {
        "plugin" => plugin_name(member, &entry.actor),
        _ => entry.actor.clone(),
    };
    Some(name).filter(|name| !name.is_empty())
}

fn plugin_name(member: &Member, id: &str) -> String {
    let loaded =
        id.parse().ok().and_then(|id| app::plugins::find_loaded(&member.web.app, &id).ok());
    loaded.map_or_else(
        || id.to_owned(),
        |plugin| plugin.texts().text(member.ctx.locale, &plugin.manifest().plugin.name, &[]),
    )
}

/// What it was done to, in a word of its own: a name, a title, an address.
fn subject(member: &Member, entry: &Entry) -> String {
    if entry.entity == "document" && entry.detail.get("plugin").is_none() {
        return entry.subject.clone();
    }
    if matches!(entry.entity.as_str(), "approval" | "document") {
        // A plugin that acts itself is named already.
        let by_people = entry.actor_kind.as_str() != "plugin";
        return if by_people { plugin_name(member, &entry.subject) } else { String::new() };
    }
    if entry.entity == "plugin" {
        return plugin_name(member, &entry.entity_id);
    }
    if let Some(list) = entry.detail.get("calendars").and_then(|list| list.as_array()) {
        let names: Vec<&str> = list.iter().filter_map(|name| name.as_str()).collect();
        return names.join(", ");
    }
    if !entry.subject.is_empty() {
        return entry.subject.clone();
    }
    let named = ["name", "title", "email", "account"].iter().find_map(|field| {
        let text = entry.detail.get(*field)?.as_str()?;
        // An account's id says nothing to anybody.
        (text.parse::<domain::AccountId>().is_err()).then(|| text.to_owned())
    });
    named.unwrap_or_default()
}

fn icon(action: &str) -> &'static str {
    match action.split('.').next().unwrap_or_default() {
        "session" => "key",
        "account" | "vault" => "lock",
        "person" => "person",
        "appointment" | "calendar" | "calendars" => "calendar",
        "plugin" | "webhook" => "plugin",
        "endpoint" => "connection",
        "approval" => "shield",
        "document" => "notes",
        "client" | "connection" => "connection",
        "api-token" => "key",
        "calendar-feed" => "calendar",
        "invitation" | "member" => "team",
        "tenant" => "business",
        _ => "activity",
    }
}
