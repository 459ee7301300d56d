//! The effective configuration as text: valid TOML with each value's source beside it.

use std::fmt::Write;

use figment::value::{Dict, Num, Value};

use super::database::hide;
use super::load::Loaded;

impl Loaded {
    /// Every key with its value and source; secrets hidden.
    pub fn show(&self) -> String {
        let mut text = String::new();
        // Each section was read from here already, so it is here.
        let all: Dict = self.figment.extract().unwrap_or_default();
        for (section, keys) in &all {
            let separator = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{separator}[{section}]");
            for (key, value) in keys.as_dict().into_iter().flatten() {
                let value = written(section, key, value);
                let _ = writeln!(text, "{key} = {value}  # {}", self.place(section, key));
            }
        }
        text
    }
}

/// In place of a token: long enough to be read as one.
const HIDDEN_TOKEN: &str = "****************";

/// What is never shown.
fn is_secret(section: &str, key: &str) -> bool {
    matches!((section, key), ("mail", "password") | ("openid", "client_secret"))
}

fn written(section: &str, key: &str, value: &Value) -> String {
    match value {
        Value::String(_, text) if (section, key) == ("database", "url") => quoted(&hide(text)),
        Value::String(_, text) if (section, key) == ("metrics", "token") && !text.is_empty() => {
            quoted(HIDDEN_TOKEN)
        }
        Value::String(_, text) if is_secret(section, key) && !text.is_empty() => quoted("(hidden)"),
        Value::String(_, text) => quoted(text),
        Value::Char(_, c) => quoted(&c.to_string()),
        Value::Bool(_, yes) => yes.to_string(),
        Value::Num(_, number) => whole(*number),
        Value::Array(_, list) => {
            let list: Vec<String> = list.iter().map(|value| written(section, key, value)).collect();
            format!("[{}]", list.join(", "))
        }
        Value::Dict(_, keys) => {
            let keys: Vec<String> = keys
                .iter()
                .map(|(key, value)| format!("{key} = {}", written(section, key, value)))
                .collect();
            format!("{{{}}}", keys.join(", "))
        }
        Value::Empty(..) => "{}".to_owned(),
    }
}

/// There are whole numbers only.
fn whole(number: Num) -> String {
    let unsigned = number.to_u128().map(|n| n.to_string());
    unsigned.or_else(|| number.to_i128().map(|n| n.to_string())).unwrap_or_default()
}

/// A basic string of TOML; JSON's escapes are a subset of its.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::{DEFAULTS, Input, load};

    #[test]
    fn what_is_shown_can_be_read_again_and_hides_the_password()
    -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let set = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let variables = vec![
            set("OXPI_DATABASE__URL", "postgres://u:s3cret@h/d"),
            set("OXPI_MAIL__PASSWORD", "s3cret"),
            set("OXPI_OPENID__CLIENT_SECRET", "s3cret"),
            set("OXPI_SERVER__PROXIES", "10.0.0.0/8,::1"),
            set("OXPI_DATA__DIR", "a \"quoted\" \\ folder"),
        ];
        let input =
            Input { file: None, folder: folder.path().into(), variables: variables.into_iter() };
        let shown = load(input)?.show();
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(shown.contains("# variable OXPI_DATABASE__URL"), "{shown}");

        std::fs::write(folder.path().join("oxpi.toml"), &shown)?;
        let input =
            Input { file: None, folder: folder.path().into(), variables: Vec::new().into_iter() };
        let again = load(input)?;
        assert_eq!(again.config.data.dir.to_str(), Some("a \"quoted\" \\ folder"));
        assert_eq!(again.config.server.proxies.len(), 2);
        let keys =
            |text: &str| text.lines().filter(|l| l.contains(" = ") && !l.starts_with('#')).count();
        assert_eq!(keys(&shown), keys(DEFAULTS));
        Ok(())
    }
}
