//! `OXPI_` variables as a layer of the configuration.

use std::collections::BTreeMap;
use std::ffi::OsString;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

use super::error::{Fault, meant, one_of};

/// The name of this layer in figment's metadata.
pub(super) const NAME: &str = "variable";

const PREFIX: &str = "OXPI_";
/// The root key itself; never part of the configuration, so that nothing prints it.
pub const ROOT_KEY: &str = "OXPI_ROOT_KEY";
/// Where the root key is handed over once it is out of [`ROOT_KEY`]: a number, no secret.
pub const ROOT_KEY_FD: &str = "OXPI_ROOT_KEY_FD";
/// Variables of builds and tests, which may start oxpi.
const FOREIGN: [&str; 2] = ["OXPI_CACHE_DIR", "OXPI_TEST_"];

/// The variables that were understood.
pub(super) struct Variables(Dict);

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named(NAME)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.0.clone())]))
    }
}

/// The variable that sets `path`.
pub(super) fn name_of(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join("__").to_ascii_uppercase())
}

/// Reads the variables that begin with `OXPI_`; `defaults` tells which there are and of which kind.
pub(super) fn read(
    variables: impl Iterator<Item = (OsString, OsString)>,
    defaults: &Dict,
    faults: &mut Vec<Fault>,
) -> Variables {
    let known = known(defaults);
    let mut dict = Dict::new();
    for (name, value) in variables {
        let Some(name) = name.to_str().filter(|name| ours(name)) else { continue };
        let place = format!("{NAME} {name}");
        let Some(((section, key), default)) = known.get(name) else {
            faults.push(Fault { key: None, place, reason: unknown(name, &known) });
            continue;
        };
        let text = value.to_str().ok_or_else(|| "is not UTF-8".to_owned());
        match text.and_then(|text| typed(text, default)) {
            Ok(value) => insert(&mut dict, section, key, value),
            Err(reason) => {
                faults.push(Fault { key: Some(format!("{section}.{key}")), place, reason });
            }
        }
    }
    Variables(dict)
}

fn ours(name: &str) -> bool {
    let foreign = FOREIGN.iter().any(|prefix| name.starts_with(prefix));
    name.starts_with(PREFIX) && ![ROOT_KEY, ROOT_KEY_FD].contains(&name) && !foreign
}

type Known<'a> = BTreeMap<String, ((&'a str, &'a str), &'a Value)>;

fn known(defaults: &Dict) -> Known<'_> {
    let sections = defaults.iter().filter_map(|(name, value)| Some((name, value.as_dict()?)));
    sections
        .flat_map(|(section, keys)| {
            keys.iter().map(move |(key, default)| {
                let name = name_of(&[section.clone(), key.clone()]);
                (name, ((section.as_str(), key.as_str()), default))
            })
        })
        .collect()
}

fn unknown(name: &str, known: &Known<'_>) -> String {
    let names: Vec<String> = known.keys().cloned().collect();
    match meant(name, &names) {
        Some(near) => format!("there is no such key; did you mean {near}?"),
        None => format!("there is no such key; expected {}", one_of(&names)),
    }
}

/// Reads a text as the kind of value that the default is.
fn typed(text: &str, default: &Value) -> Result<Value, String> {
    match default {
        Value::Bool(..) => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(format!("found {text:?}; expected true or false")),
        },
        Value::Num(..) => text
            .parse::<u64>()
            .map(Value::from)
            .map_err(|_| format!("found {text:?}; expected a whole number")),
        Value::Array(..) if text.trim_start().starts_with('[') => list(text),
        Value::Array(..) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.collect::<Vec<_>>().into())
        }
        _ => Ok(text.into()),
    }
}

/// A list as a file would have it.
fn list(text: &str) -> Result<Value, String> {
    let bad = || format!("found {text:?}; expected a list such as one,two or [\"one\", \"two\"]");
    let data = Toml::string(&format!("list = {text}")).data().map_err(|_| bad())?;
    data.get(&Profile::Default).and_then(|dict| dict.get("list")).cloned().ok_or_else(bad)
}

fn insert(dict: &mut Dict, section: &str, key: &str, value: Value) {
    let mut keys = dict.get(section).and_then(Value::as_dict).cloned().unwrap_or_default();
    keys.insert(key.to_owned(), value);
    dict.insert(section.to_owned(), keys.into());
}
