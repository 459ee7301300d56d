//! A plugin's settings: the form that its schema makes, and what was typed into it.

use actix_web::web::{Form, Path};
use app::Error;
use app::plugins::{self, PluginPage as Found, Property, PropertyKind};
use domain::{PluginId, Secret, phone};
use serde_json::{Map, Number, Value};

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::id;
use crate::pages::plugins::page_with;
use crate::views::plugins::SettingField;
use crate::views::{Choice, Errors};

/// What the names of fields begin with in which a plugin's secrets are typed.
pub const SECRET: &str = "secret.";
/// Characters of a line and of several lines, where the schema says nothing.
const LINE_CHARS_MAX: u64 = 1_000;
const LONG_CHARS_MAX: u64 = 8_000;

type Pairs = Vec<(String, String)>;

/// The fields of the form, with what is set, or what was typed where that wasn't right.
pub async fn fields(
    member: &Member,
    id: &PluginId,
    found: &Found,
    typed: Option<&Value>,
) -> Result<Vec<SettingField>, Failure> {
    let Some(schema) = &found.settings_schema else { return Ok(Vec::new()) };
    let plugin = plugins::find_of_tenant(&member.web.app, &member.ctx.tenant, id).await?;
    let text = |key: &str| plugin.texts().text(member.ctx.locale, key, &[]);
    let field = |property: &Property| {
        let default = property.default.clone().unwrap_or_default();
        let value = match typed {
            Some(typed) => typed.get(&property.name).cloned().unwrap_or_default(),
            None => found.settings.get(&property.name).cloned().unwrap_or(default),
        };
        let kind = kind_of(property);
        let chosen = chosen(&value);
        let choice = |option: &String| Choice {
            selected: chosen.contains(option),
            ..Choice::new(option.clone(), text(option), "")
        };
        SettingField {
            name: property.name.clone(),
            label: property.title.as_deref().map_or_else(|| property.name.clone(), text),
            hint: hint(member, property, property.description.as_deref().map(text)),
            checked: value == Value::Bool(true),
            choices: property.options.iter().map(choice).collect(),
            // A secret is never shown again.
            value: if kind == "password" { String::new() } else { shown(&value, kind) },
            required: schema.required.contains(&property.name) && kind != "password",
            dir: if matches!(kind, "text" | "long" | "lines") { "auto" } else { "ltr" },
            min: property.minimum.map(|least| least.to_string()).unwrap_or_default(),
            max: property.maximum.map(|most| most.to_string()).unwrap_or_default(),
            step: if property.kind == PropertyKind::Integer { "1" } else { "any" },
            max_length: match kind {
                "long" => property.max_length.unwrap_or(LONG_CHARS_MAX).min(LONG_CHARS_MAX),
                "lines" => LONG_CHARS_MAX,
                _ => property.max_length.unwrap_or(LINE_CHARS_MAX).min(LINE_CHARS_MAX),
            },
            kind,
        }
    };
    Ok(schema.properties.iter().map(field).collect())
}

/// The plugin's sentence, and between which numbers it is.
fn hint(member: &Member, property: &Property, own: Option<String>) -> String {
    let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
    let (min, max) = (number(property.minimum), number(property.maximum));
    let range = match (min.is_empty(), max.is_empty()) {
        (false, false) => member.text_with("setting-between", &[("min", &min), ("max", &max)]),
        (false, true) => member.text_with("setting-least", &[("min", &min)]),
        (true, false) => member.text_with("setting-most", &[("max", &max)]),
        (true, true) => String::new(),
    };
    let parts = [own.unwrap_or_default(), range];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn chosen(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(all) => {
            all.iter().filter_map(|each| Some(each.as_str()?.to_owned())).collect()
        }
        _ => Vec::new(),
    }
}

fn shown(value: &Value, kind: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(_) if kind == "lines" => chosen(value).join("\n"),
        other => other.to_string(),
    }
}

fn kind_of(property: &Property) -> &'static str {
    let has_options = !property.options.is_empty();
    match (property.kind, property.format.as_deref()) {
        (PropertyKind::Array, _) if has_options => "choices",
        (PropertyKind::Array, _) => "lines",
        _ if has_options => "choice",
        (PropertyKind::Boolean, _) => "switch",
        (PropertyKind::Integer | PropertyKind::Number, _) => "number",
        (_, Some("multiline")) => "long",
        (_, Some("password")) => "password",
        (_, Some("email")) => "email",
        (_, Some("uri")) => "url",
        (_, Some("date")) => "date",
        (_, Some("time")) => "time",
        (_, Some("phone")) => "tel",
        (_, Some("money")) => "money",
        _ => "text",
    }
}

/// Saves a plugin's settings; secrets among them go into the vault.
pub async fn save(member: Member, path: Path<String>, form: Form<Pairs>) -> Answer {
    let plugin: PluginId = id(&path)?;
    let (app, ctx) = (&member.web.app, &member.ctx);
    let found = plugins::get_plugin(app, ctx, &plugin).await?;
    let (values, secrets) = entered(&member, &found, &form).await?;
    let values = Value::Object(values);
    let sent = |name: &str| form.iter().find(|(each, _)| each == name).map(|(_, value)| &**value);
    // A secret that was typed before the proof has to be typed again.
    if let Some(name) = sent("retype").and_then(|name| name.strip_prefix(SECRET))
        && secrets.is_empty()
    {
        let errors = Errors::from([(name.to_owned(), "error-secret-again".to_owned())]);
        return page_with(&member, &plugin, errors, Some(&values)).await;
    }
    let rev = sent("rev").and_then(|rev| rev.parse().ok());
    let saved = plugins::save_plugin_settings(app, ctx, &plugin, values.clone(), rev).await;
    let errors: Errors = match saved {
        Ok(wrong) => wrong.into_iter().collect(),
        Err(error) => form_errors(error)?,
    };
    if !errors.is_empty() {
        return page_with(&member, &plugin, errors, Some(&values)).await;
    }
    for (name, secret) in secrets {
        match plugins::save_plugin_secret(app, ctx, &plugin, &name, secret).await {
            Ok(()) => {}
            Err(error @ Error::Unproven) => return Err(error.into()),
            Err(error) => {
                return page_with(&member, &plugin, form_errors(error)?, Some(&values)).await;
            }
        }
    }
    member.said(&format!("/plugins/{plugin}"), "said-saved")
}

/// What was typed, as the schema has it: nothing where nothing was.
async fn entered(
    member: &Member,
    found: &Found,
    form: &[(String, String)],
) -> Result<(Map<String, Value>, Vec<(String, Secret)>), Failure> {
    let (mut values, mut secrets) = (Map::new(), Vec::new());
    let Some(schema) = &found.settings_schema else { return Ok((values, secrets)) };
    let currency = member.frame().await?.tenant.currency.clone();
    for property in &schema.properties {
        let kind = kind_of(property);
        let name = match kind {
            "password" => format!("{SECRET}{}", property.name),
            _ => property.name.clone(),
        };
        let all = form.iter().filter(|(each, _)| *each == name).map(|(_, value)| value.trim());
        let all: Vec<&str> = all.filter(|value| !value.is_empty()).collect();
        let value = match (kind, all.first()) {
            ("switch", sent) => Value::Bool(sent.is_some()),
            ("choices", _) => all.iter().map(|each| Value::from(*each)).collect(),
            ("lines", text) => {
                let lines = text.copied().unwrap_or_default().lines().map(str::trim);
                lines.filter(|line| !line.is_empty()).map(Value::from).collect()
            }
            (_, None) => continue,
            ("password", Some(secret)) => {
                secrets.push((property.name.clone(), Secret::from_text((*secret).to_owned())));
                continue;
            }
            ("number", Some(text)) => number(text),
            ("tel", Some(text)) => {
                let home = phone::country_of(&member.ctx.zone);
                phone::to_e164(text, home).unwrap_or_else(|| (*text).to_owned()).into()
            }
            ("money", Some(text)) => money(text, &currency).into(),
            (_, Some(text)) => text.replace("\r\n", "\n").into(),
        };
        values.insert(property.name.clone(), value);
    }
    Ok((values, secrets))
}

/// What isn't one stays a text, which the schema then refuses.
fn number(text: &str) -> Value {
    text.parse::<Number>().map_or_else(|_| Value::from(text), Value::Number)
}

/// An amount in the business's currency, unless another one is named.
fn money(text: &str, currency: &str) -> String {
    let text = text.replace(',', "");
    match text.split_once(char::is_whitespace) {
        Some((amount, code)) => format!("{amount} {}", code.trim().to_uppercase()),
        None => format!("{text} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_amounts_are_read_as_people_type_them() {
        assert_eq!(number("7"), Value::from(7));
        assert_eq!(number("0.5"), Value::from(0.5));
        assert_eq!(number("seven"), Value::from("seven"));
        assert_eq!(money("1,250.50", "ILS"), "1250.50 ILS");
        assert_eq!(money("12 usd", "ILS"), "12 USD");
    }
}
