//! Puts the layers together: the manual, a file, variables.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};
use serde::de::DeserializeOwned;

use super::error::{ConfigError, Fault, meant, one_of, reason, syntax};
use super::{Config, DEFAULTS, place, plugin_limits, variables};

/// The file that is read when it is there and none was named.
const USUAL_FILE: &str = "oxpi.toml";
/// The name of the manual's layer.
const DEFAULT: &str = "default";

/// Where layers come from.
pub struct Input<V> {
    /// The file that was named on the command line.
    pub file: Option<PathBuf>,
    /// The folder in which `oxpi.toml` is looked for.
    pub folder: PathBuf,
    /// The environment.
    pub variables: V,
}

/// A configuration and where each value came from.
pub struct Loaded {
    /// The values.
    pub config: Config,
    pub(super) figment: Figment,
    sources: Sources,
}

/// What is needed to say where a value stands.
struct Sources {
    file: Option<(PathBuf, String)>,
}

impl Sources {
    fn place(&self, layer: Option<&str>, path: &[String]) -> String {
        match (layer, &self.file) {
            (Some(variables::NAME), _) => {
                format!("{} {}", variables::NAME, variables::name_of(path))
            }
            (Some(DEFAULT), _) | (_, None) => DEFAULT.to_owned(),
            (_, Some((file, text))) => match place::line_of(text, path) {
                Some(line) => format!("{}, line {line}", file.display()),
                None => file.display().to_string(),
            },
        }
    }
}

impl Loaded {
    /// Where the value of `section.key` comes from.
    pub fn place(&self, section: &str, key: &str) -> String {
        let metadata = self.figment.find_metadata(&format!("{section}.{key}"));
        let path = [section.to_owned(), key.to_owned()];
        self.sources.place(metadata.map(|metadata| &*metadata.name), &path)
    }
}

/// Reads every layer, the later over the earlier, and tells everything that is wrong at once.
pub fn load<V>(input: Input<V>) -> Result<Loaded, ConfigError>
where
    V: Iterator<Item = (OsString, OsString)>,
{
    let mut faults = Vec::new();
    let defaults = Toml::string(DEFAULTS);
    let known =
        dict(&defaults, "the built-in defaults").map_err(|fault| ConfigError(vec![fault]))?;
    let mut figment = Figment::from(Named(DEFAULT, defaults));
    let mut sources = Sources { file: None };
    match file(&input) {
        Ok(Some((path, text))) => {
            let layer = Toml::string(&text);
            match dict(&layer, &path.display().to_string()) {
                Ok(given) => {
                    sources.file = Some((path, text));
                    unknown_keys(&given, &known, &sources, &mut faults);
                    figment = figment.merge(layer);
                }
                Err(fault) => faults.push(fault),
            }
        }
        Ok(None) => {}
        Err(fault) => faults.push(fault),
    }
    figment = figment.merge(variables::read(input.variables, &known, &mut faults));
    if !faults.is_empty() {
        return Err(ConfigError(faults));
    }
    let config = sections(&figment, &sources).map_err(ConfigError)?;
    Ok(Loaded { config, figment, sources })
}

/// A layer under another name.
struct Named<P>(&'static str, P);

impl<P: Provider> Provider for Named<P> {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named(self.0)
    }

    fn data(&self) -> Result<figment::value::Map<Profile, Dict>, figment::Error> {
        self.1.data()
    }
}

fn file<V>(input: &Input<V>) -> Result<Option<(PathBuf, String)>, Fault> {
    let usual = Path::new(USUAL_FILE);
    let path = input.file.as_deref().unwrap_or(usual);
    let place = input.folder.join(path);
    match std::fs::read_to_string(&place) {
        Ok(text) => Ok(Some((path.to_owned(), text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && input.file.is_none() => {
            Ok(None)
        }
        Err(error) => Err(Fault {
            key: None,
            place: path.display().to_string(),
            reason: format!("can't be read: {error}"),
        }),
    }
}

fn dict(layer: &impl Provider, place: &str) -> Result<Dict, Fault> {
    let data = layer.data().map_err(|error| Fault {
        key: None,
        place: place.to_owned(),
        reason: syntax(&error.kind),
    })?;
    Ok(data.get(&Profile::Default).cloned().unwrap_or_default())
}

/// Keys that don't exist, each with the one that was probably meant.
fn unknown_keys(given: &Dict, known: &Dict, sources: &Sources, faults: &mut Vec<Fault>) {
    let mut miss = |path: &[String], known: &Dict| {
        let names: Vec<String> = known.keys().cloned().collect();
        let name = path.last().map_or("", String::as_str);
        let reason = match meant(name, &names) {
            Some(near) => format!("there is no such key; did you mean {near}?"),
            None => format!("there is no such key; expected {}", one_of(&names)),
        };
        let place = sources.place(None, path);
        faults.push(Fault { key: Some(path.join(".")), place, reason });
    };
    for (section, value) in given {
        match (value, known.get(section)) {
            (_, None) => miss(std::slice::from_ref(section), known),
            // Reading it says what no plugin's id can be.
            _ if section == plugin_limits::SECTION => {}
            (Value::Dict(_, keys), Some(Value::Dict(_, known))) => {
                for key in keys.keys().filter(|key| !known.contains_key(*key)) {
                    miss(&[section.clone(), key.clone()], known);
                }
            }
            // Not a section: reading it says so.
            _ => {}
        }
    }
}

/// Reads each section on its own, so that one wrong value doesn't hide another.
fn sections(figment: &Figment, sources: &Sources) -> Result<Config, Vec<Fault>> {
    let mut faults = Vec::new();
    let config = Config {
        server: section(figment, "server", sources, &mut faults),
        data: section(figment, "data", sources, &mut faults),
        vault: section(figment, "vault", sources, &mut faults),
        database: section(figment, "database", sources, &mut faults),
        sandbox: section(figment, "sandbox", sources, &mut faults),
        plugins: section(figment, "plugins", sources, &mut faults),
        plugin_limits: section(figment, plugin_limits::SECTION, sources, &mut faults),
        themes: section(figment, "themes", sources, &mut faults),
        mail: section(figment, "mail", sources, &mut faults),
        openid: section(figment, "openid", sources, &mut faults),
        jobs: section(figment, "jobs", sources, &mut faults),
        audit: section(figment, "audit", sources, &mut faults),
        metrics: section(figment, "metrics", sources, &mut faults),
        log: section(figment, "log", sources, &mut faults),
    };
    if faults.is_empty() { Ok(config) } else { Err(faults) }
}

fn section<T: DeserializeOwned + Default>(
    figment: &Figment,
    name: &str,
    sources: &Sources,
    faults: &mut Vec<Fault>,
) -> T {
    figment.extract_inner(name).unwrap_or_else(|errors| {
        for error in errors {
            let mut path = error.path.clone();
            if path.first().is_none_or(|first| first != name) {
                path.insert(0, name.to_owned());
            }
            // Below a key there are only the numbers of a list's places.
            path.truncate(if name == plugin_limits::SECTION { 3 } else { 2 });
            let layer = error.metadata.as_ref().map(|metadata| &*metadata.name);
            faults.push(Fault {
                key: Some(path.join(".")),
                place: sources.place(layer, &path),
                reason: reason(&error.kind),
            });
        }
        T::default()
    })
}

#[cfg(test)]
mod tests;
