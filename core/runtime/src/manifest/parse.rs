//! From text to [`Manifest`]: the file as a whole, `[plugin]` and `[capabilities]`.

use std::collections::BTreeMap;

use domain::{PluginId, Role};
use toml::de::DeTable;

use super::reader::{At, Lines, MANIFEST_BYTES_MAX, Result, Table};
use super::{
    ABI, About, CORE_ENTITIES, Capabilities, DocumentsWish, EventsWish, Manifest, ManifestError,
    Ports, RecordsWish, Version, Wish, check, references,
};
use crate::package::PublisherKey;

impl Manifest {
    /// Reads and checks a manifest. The first thing that is wrong is the error.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MANIFEST_BYTES_MAX {
            let reason = format!("the file is larger than {} KiB", MANIFEST_BYTES_MAX >> 10);
            return Err(ManifestError { line: 1, reason });
        }
        let lines = Lines::of(text);
        let root = DeTable::parse(text).map_err(|error| syntax_error(&lines, &error))?;
        let mut file = Table::new(root.get_ref(), &lines, "the file".to_owned(), 0);
        let manifest = Self::read(&mut file)?;
        file.finish()?;
        references::check(&manifest, &lines, root.get_ref())?;
        Ok(manifest)
    }

    fn read(file: &mut Table<'_>) -> Result<Self> {
        let plugin = about(file.table("plugin")?)?;
        let capabilities = capabilities(file.table_opt("capabilities")?, &plugin.id)?;
        Ok(Self {
            settings: file.table_opt("settings")?.map(super::parts::settings).transpose()?,
            collections: each(file, "collections", super::parts::collection)?,
            ports: ports(file.table_opt("ports")?)?,
            schedules: each(file, "schedules", super::parts::schedule)?,
            webhooks: each(file, "webhooks", super::parts::webhook)?,
            views: each(file, "views", super::parts::view)?,
            providers: each(file, "providers", super::outside::provider)?,
            slots: each(file, "slots", super::outside::slot)?,
            egress: each(file, "egress", super::outside::route)?,
            plugin,
            capabilities,
        })
    }
}

fn syntax_error(lines: &Lines, error: &toml::de::Error) -> ManifestError {
    let line = error.span().map_or(1, |span| lines.line(span.start));
    ManifestError { line, reason: format!("not TOML: {}", error.message().replace('\n', ", ")) }
}

/// Reads each table of a list; no two may have the same name.
fn each<T>(
    file: &mut Table<'_>,
    key: &'static str,
    read: fn(Table<'_>) -> Result<(At<String>, T)>,
) -> Result<Vec<T>> {
    let mut seen: Vec<(String, usize)> = Vec::new();
    let mut found = Vec::new();
    for table in file.tables(key)? {
        let (name, value) = read(table)?;
        if let Some((_, line)) = seen.iter().find(|(other, _)| *other == name.value) {
            return name.wrong(format!("{:?} in [[{key}]] is on line {line} already", name.value));
        }
        seen.push((name.value, name.line));
        found.push(value);
    }
    Ok(found)
}

/// A text that passes a check.
pub(super) fn checked(
    table: &mut Table<'_>,
    key: &'static str,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<String> {
    Ok(table.text(key)?.check(|text| check(text))?.value)
}

/// A text that passes a check, if the key is there.
pub(super) fn checked_opt(
    table: &mut Table<'_>,
    key: &'static str,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<Option<String>> {
    let text = table.text_opt(key)?.map(|text| text.check(|text| check(text))).transpose()?;
    Ok(text.map(|text| text.value))
}

/// A text that is one of a few words.
pub(super) fn one_of<T: Copy>(text: At<String>, key: &str, words: &[(&str, T)]) -> Result<T> {
    match words.iter().find(|(word, _)| *word == text.value) {
        Some((_, meaning)) => Ok(*meaning),
        None => {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            text.wrong(format!("`{key}` is one of {}, not {:?}", known.join(", "), text.value))
        }
    }
}

fn about(mut table: Table<'_>) -> Result<About> {
    let id = table.text("id")?;
    let Ok(plugin_id) = id.value.parse::<PluginId>() else {
        return id.wrong(format!(
            "{:?} is no plugin id; write lower-case words joined by hyphens, 2 to 64 characters",
            id.value
        ));
    };
    let about = About {
        id: plugin_id,
        version: version(table.text("version")?)?,
        abi: abi(table.text("abi")?)?,
        publisher: table.text("publisher")?.value,
        publisher_key: publisher_key(&mut table)?,
        name: checked(&mut table, "name", check::text_key)?,
        description: checked(&mut table, "description", check::text_key)?,
        icon: checked_opt(&mut table, "icon", |file| check::file(file, ".svg"))?,
        roles: roles(table.texts("roles")?)?,
    };
    table.finish()?;
    Ok(about)
}

fn publisher_key(table: &mut Table<'_>) -> Result<Option<PublisherKey>> {
    let Some(text) = table.text_opt("publisher_key")? else { return Ok(None) };
    match text.value.parse() {
        Ok(key) => Ok(Some(key)),
        Err(error) => text.wrong(format!("{:?} is {error}", text.value)),
    }
}

fn version(text: At<String>) -> Result<Version> {
    text.value.parse().or_else(|error| text.wrong(format!("{:?} is {error}", text.value)))
}

fn abi(text: At<String>) -> Result<Version> {
    let line = text.line;
    let wanted = version(text)?;
    let speaks = format!("{}.{}", ABI.major, ABI.minor);
    let reason = if wanted.major != ABI.major {
        format!("the plugin is built for contract {wanted}; this host speaks {speaks}")
    } else if wanted.minor > ABI.minor {
        format!("the plugin needs contract {wanted}, this host speaks {speaks}: update the host")
    } else {
        return Ok(wanted);
    };
    Err(ManifestError { line, reason })
}

fn roles(names: Vec<At<String>>) -> Result<Vec<Role>> {
    if names.is_empty() {
        return Ok(vec![Role::Owner, Role::Admin, Role::Member]);
    }
    let words = Role::ALL.map(|role| (role.as_str(), role));
    names.into_iter().map(|name| one_of(name, "roles", &words)).collect()
}

fn ports(table: Option<Table<'_>>) -> Result<Ports> {
    let Some(mut table) = table else { return Ok(Ports::default()) };
    let ports = Ports { calendar: table.flag_opt("calendar")?.unwrap_or(false) };
    table.finish()?;
    Ok(ports)
}

fn capabilities(table: Option<Table<'_>>, plugin: &PluginId) -> Result<Capabilities> {
    let Some(mut table) = table else { return Ok(Capabilities::default()) };
    let found = Capabilities {
        kv: table.table_opt("kv")?.map(wish).transpose()?,
        jobs: table.table_opt("jobs")?.map(wish).transpose()?,
        approvals: table.table_opt("approvals")?.map(wish).transpose()?,
        documents: table.table_opt("documents")?.map(documents).transpose()?,
        events: table.table_opt("events")?.map(|table| events(table, plugin)).transpose()?,
        records: table.table_opt("records")?.map(records).transpose()?,
    };
    table.finish()?;
    Ok(found)
}

fn wish(mut table: Table<'_>) -> Result<Wish> {
    let reason = checked(&mut table, "reason", check::text_key)?;
    table.finish()?;
    Ok(Wish { reason })
}

fn documents(mut table: Table<'_>) -> Result<DocumentsWish> {
    let reason = checked(&mut table, "reason", check::text_key)?;
    let media_types = values(table.texts("media_types")?, check::media_type)?;
    if media_types.is_empty() {
        return table.wrong("`media_types` names what is kept, such as [\"application/pdf\"]");
    }
    table.finish()?;
    Ok(DocumentsWish { reason, media_types })
}

fn events(mut table: Table<'_>, plugin: &PluginId) -> Result<EventsWish> {
    let reason = checked(&mut table, "reason", check::text_key)?;
    let subscribe = values(table.texts("subscribe")?, check::topic)?;
    let own = format!("{plugin}.");
    let mut publish = Vec::new();
    for topic in table.texts("publish")? {
        let topic = topic.check(|topic| check::topic(topic))?;
        if !topic.value.starts_with(&own) {
            return topic.wrong(format!("a plugin publishes its own topics; begin with {own:?}"));
        }
        publish.push(topic.value);
    }
    table.finish()?;
    Ok(EventsWish { reason, subscribe, publish })
}

/// Texts that pass a check each.
pub(super) fn values(
    texts: Vec<At<String>>,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<Vec<String>> {
    texts.into_iter().map(|text| Ok(text.check(|text| check(text))?.value)).collect()
}

fn entity(text: &str) -> std::result::Result<(), String> {
    if CORE_ENTITIES.contains(&text) {
        Ok(())
    } else {
        Err(format!("{text:?} is no entity of the core; known are {}", CORE_ENTITIES.join(", ")))
    }
}

fn records(mut table: Table<'_>) -> Result<RecordsWish> {
    let reason = checked(&mut table, "reason", check::text_key)?;
    let read = values(table.texts("read")?, entity)?;
    let write = values(table.texts("write")?, entity)?;
    let fields = match table.table_opt("fields")? {
        Some(fields) => record_fields(fields)?,
        None => BTreeMap::new(),
    };
    if let Some(silent) = read.iter().chain(&write).find(|entity| !fields.contains_key(*entity)) {
        return table.wrong(format!(
            "say which fields of {silent:?} are meant: fields = {{ {silent} = [\"…\"] }}"
        ));
    }
    table.finish()?;
    Ok(RecordsWish { reason, read, write, fields })
}

fn record_fields(table: Table<'_>) -> Result<BTreeMap<String, Vec<String>>> {
    let mut fields = BTreeMap::new();
    for (name, list) in table.named()? {
        let name = name.check(|name| entity(name))?;
        let list = values(list.texts(&name.value)?, check::field)?;
        fields.insert(name.value, list);
    }
    Ok(fields)
}
