//! Reads what a plugin has within the workspace: settings, collections, schedules, webhooks, views.

use domain::Role;
use serde_json::Value;

use super::parse::{checked, checked_opt, one_of, values};
use super::reader::{At, Result, Table};
use super::{
    Collection, Place, Property, PropertyKind, Retention, Schedule, Schema, Scope, Signature, View,
    Webhook, check,
};

pub(super) fn settings(mut table: Table<'_>) -> Result<Schema> {
    let schema = schema(table.table("schema")?, false)?;
    table.finish()?;
    Ok(schema)
}

pub(super) fn collection(mut table: Table<'_>) -> Result<(At<String>, Collection)> {
    let name = table.text("name")?.check(|name| check::name(name))?;
    if super::CORE_ENTITIES.contains(&name.value.as_str()) {
        return name.wrong(format!("{:?} is the core's own; choose another name", name.value));
    }
    let schema = schema(table.table("schema")?, true)?;
    let index = own_fields(table.texts("index")?, &schema)?;
    let personal = own_fields(table.texts("personal")?, &schema)?;
    let words = [("plugin", Retention::Plugin), ("connection", Retention::Connection)];
    let retention = match table.text_opt("retention")? {
        Some(text) => one_of(text, "retention", &words)?,
        None => Retention::default(),
    };
    table.finish()?;
    let value = Collection { name: name.value.clone(), schema, index, personal, retention };
    Ok((name, value))
}

fn own_fields(names: Vec<At<String>>, schema: &Schema) -> Result<Vec<String>> {
    names
        .into_iter()
        .map(|name| match schema.property(&name.value) {
            Some(_) => Ok(name.value),
            None => {
                name.wrong(format!("{:?} is no property of the collection's schema", name.value))
            }
        })
        .collect()
}

pub(super) fn schedule(mut table: Table<'_>) -> Result<(At<String>, Schedule)> {
    let name = table.text("name")?.check(|name| check::name(name))?;
    let cron = checked(&mut table, "cron", check::cron)?;
    let handler = checked(&mut table, "handler", check::name)?;
    table.finish()?;
    let value = Schedule { name: name.value.clone(), cron, handler };
    Ok((name, value))
}

pub(super) fn webhook(mut table: Table<'_>) -> Result<(At<String>, Webhook)> {
    let route = table.text("route")?.check(|route| check::name(route))?;
    let signature = signature(table.table("signature")?)?;
    let words = [("tenant", Scope::Tenant), ("instance", Scope::Instance)];
    let scope = match table.text_opt("scope")? {
        Some(text) => one_of(text, "scope", &words)?,
        None => Scope::Tenant,
    };
    let mut delivery_id = Vec::new();
    for name in table.texts("delivery_id")? {
        let name = name.check(|name| check::header(name))?;
        // Whoever saw one delivery could send it again under another name, as often as they like.
        if matches!(signature, Signature::HmacSha256 { .. }) {
            return name.wrong("delivery_id names headers, which hmac-sha256 doesn't sign: a signed body names its delivery itself");
        }
        if matches!(signature, Signature::StandardWebhooks { .. }) {
            return name
                .wrong("delivery_id is webhook-id wherever the scheme is standard-webhooks");
        }
        delivery_id.push(name.value.to_ascii_lowercase());
    }
    if matches!(signature, Signature::StandardWebhooks { .. }) {
        delivery_id.push("webhook-id".to_owned());
    }
    let channels = checked_opt(&mut table, "channels", check::name)?;
    table.finish()?;
    let value = Webhook { route: route.value.clone(), signature, scope, delivery_id, channels };
    Ok((route, value))
}

fn signature(mut table: Table<'_>) -> Result<Signature> {
    #[derive(Clone, Copy)]
    enum Scheme {
        Token,
        Hmac,
        Standard,
        None,
    }
    let words = [
        ("header-token", Scheme::Token),
        ("hmac-sha256", Scheme::Hmac),
        ("standard-webhooks", Scheme::Standard),
        ("none", Scheme::None),
    ];
    let scheme = one_of(table.text("scheme")?, "scheme", &words)?;
    let signature = match scheme {
        Scheme::None => Signature::None,
        Scheme::Token => Signature::HeaderToken {
            header: checked(&mut table, "header", check::header)?.to_ascii_lowercase(),
            slot: checked_opt(&mut table, "slot", check::name)?,
        },
        Scheme::Standard => {
            Signature::StandardWebhooks { slot: checked(&mut table, "slot", check::name)? }
        }
        Scheme::Hmac => Signature::HmacSha256 {
            header: checked(&mut table, "header", check::header)?.to_ascii_lowercase(),
            slot: checked(&mut table, "slot", check::name)?,
            prefix: table.text_opt("prefix")?.map(|text| text.value).unwrap_or_default(),
        },
    };
    table.finish()?;
    Ok(signature)
}

pub(super) fn view(mut table: Table<'_>) -> Result<(At<String>, View)> {
    let id = table.text("id")?.check(|id| check::name(id))?;
    let title = checked(&mut table, "title", check::text_key)?;
    let words = [
        ("navigation", Place::Navigation),
        ("person", Place::Person),
        ("appointment", Place::Appointment),
        ("home", Place::Home),
    ];
    let place = one_of(table.text("place")?, "place", &words)?;
    let words = Role::ALL.map(|role| (role.as_str(), role));
    let actors = table.texts("actors")?.into_iter().map(|name| one_of(name, "actors", &words));
    let actors = actors.collect::<Result<Vec<Role>>>()?;
    table.finish()?;
    Ok((id.clone_text(), View { id: id.value, title, place, actors }))
}

fn schema(mut table: Table<'_>, is_collection: bool) -> Result<Schema> {
    let kind = table.text("type")?;
    one_of(kind, "type", &[("object", ())])?;
    // Accepted because editors write it; more is never allowed than what is named.
    if table.flag_opt("additionalProperties")? == Some(true) {
        return table.wrong("additionalProperties can't be true: name each property");
    }
    let mut properties = Vec::new();
    for (name, value) in table.table("properties")?.named()? {
        let name = name.check(|name| check::field(name))?;
        properties.push(property(name.value.clone(), value.table(&name.value)?, is_collection)?);
    }
    let mut required = Vec::new();
    for name in table.texts("required")? {
        if !properties.iter().any(|property| property.name == name.value) {
            return name.wrong(format!("{:?} is required but no property", name.value));
        }
        required.push(name.value);
    }
    table.finish()?;
    Ok(Schema { properties, required })
}

fn property(name: String, mut table: Table<'_>, is_collection: bool) -> Result<Property> {
    let kind = property_kind(table.text("type")?, is_collection)?;
    let mut options = values(table.texts("enum")?, |_| Ok(()))?;
    if let Some(items) = table.table_opt("items")? {
        options.extend(items_of(items)?);
        if kind != PropertyKind::Array {
            return table.wrong("`items` is for arrays");
        }
    }
    let mut count = |key, other| -> Result<Option<u64>> {
        let found = table.count_opt(key)?;
        let found = if found.is_some() { found } else { table.count_opt(other)? };
        Ok(found.map(|at| at.value))
    };
    let (max_length, min_length) =
        (count("maxLength", "maxItems")?, count("minLength", "minItems")?);
    let property = Property {
        kind,
        title: checked_opt(&mut table, "title", check::text_key)?,
        description: checked_opt(&mut table, "description", check::text_key)?,
        options,
        minimum: table.number_opt("minimum")?.map(|at| at.value),
        maximum: table.number_opt("maximum")?.map(|at| at.value),
        max_length,
        min_length,
        format: table.text_opt("format")?.map(format).transpose()?,
        pattern: table.text_opt("pattern")?.map(pattern).transpose()?,
        default: None,
        name,
    };
    // Accepted because it is so: a list has each of its elements once.
    table.flag_opt("uniqueItems")?;
    fits_kind(&table, &property)?;
    let default = default_of(&mut table, &property)?;
    table.finish()?;
    Ok(Property { default, ..property })
}

/// What the elements of a list may be: texts, of a few or any.
fn items_of(mut table: Table<'_>) -> Result<Vec<String>> {
    one_of(table.text("type")?, "type", &[("string", ())])?;
    let options = values(table.texts("enum")?, |_| Ok(()))?;
    table.finish()?;
    Ok(options)
}

fn pattern(text: At<String>) -> Result<String> {
    let most = Property::PATTERN_CHARS_MAX;
    if text.value.chars().count() > most {
        return text.wrong(format!("`pattern` has at most {most} characters"));
    }
    if super::schema::compiled(&text.value).is_none() {
        return text.wrong(
            "`pattern` is no regular expression that can be matched in linear time: it neither looks \
             ahead or behind nor refers back, and isn't large",
        );
    }
    Ok(text.value)
}

fn property_kind(text: At<String>, is_collection: bool) -> Result<PropertyKind> {
    use PropertyKind as K;
    let words = [
        ("string", K::String),
        ("integer", K::Integer),
        ("number", K::Number),
        ("boolean", K::Boolean),
        ("array", K::Array),
        ("object", K::Object),
    ];
    let known = if is_collection { &words[..] } else { &words[..5] };
    one_of(text, "type", known)
}

fn format(text: At<String>) -> Result<String> {
    if Property::FORMATS.contains(&text.value.as_str()) {
        return Ok(text.value);
    }
    text.wrong(format!("`format` is one of {}, not {:?}", Property::FORMATS.join(", "), text.value))
}

/// Keywords only where they mean something, so that none is silently without effect.
fn fits_kind(table: &Table<'_>, property: &Property) -> Result<()> {
    use PropertyKind as K;
    let is_text = property.kind == K::String;
    let is_number = matches!(property.kind, K::Integer | K::Number);
    let is_list = property.kind == K::Array;
    if !is_text && (property.format.is_some() || property.pattern.is_some()) {
        return table.wrong("`format` and `pattern` are for strings");
    }
    if !is_text && !is_list && !property.options.is_empty() {
        return table.wrong("`enum` is for strings, and `items` with it for arrays");
    }
    if !is_number && (property.minimum.is_some() || property.maximum.is_some()) {
        return table.wrong("`minimum` and `maximum` are for numbers");
    }
    let (least, most) = (property.min_length, property.max_length);
    if (most.is_some() || least.is_some()) && !is_text && !is_list {
        return table.wrong("lengths are for strings and arrays");
    }
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        return table.wrong("the least length is above the greatest");
    }
    if property.minimum.zip(property.maximum).is_some_and(|(least, most)| least > most) {
        return table.wrong("`minimum` is above `maximum`");
    }
    Ok(())
}

fn default_of(table: &mut Table<'_>, property: &Property) -> Result<Option<Value>> {
    let Some(default) = table.json_opt("default")? else { return Ok(None) };
    if property.is_secret() {
        return default.wrong("a password can't have a default");
    }
    let alone = Schema { properties: vec![property.clone()], required: Vec::new() };
    let object =
        Value::Object([(property.name.clone(), default.value.clone())].into_iter().collect());
    match alone.violations(&object).first() {
        None => Ok(Some(default.value)),
        Some(violation) => {
            default.wrong(format!("the default breaks the rule `{}`", violation.rule))
        }
    }
}
