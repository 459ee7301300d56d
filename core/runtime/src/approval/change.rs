//! What people may change of a proposal: fields, as in the forms of plugins' views, or a place among the
//! plugin's own pages. The plugin's word, checked when it proposes and read again whenever it is shown.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::plugin_view::{Few, Field, FieldKind, Link};

/// The event that asks a plugin to propose anew.
pub const CHANGE_ASKED: &str = "approval.change-asked";
/// Fields of a change.
const FIELDS_MAX: usize = 20;
/// Bytes of what a plugin says of a change.
const BYTES_MAX: usize = 64 << 10;

/// What may be changed, and how.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// These fields, with what is in them now.
    Fields(Vec<Field>),
    /// Whatever a view of the plugin's lets people change.
    View {
        /// The view.
        view: String,
        /// What it is given.
        params: BTreeMap<String, String>,
    },
}

#[derive(Deserialize)]
struct ChangeJson {
    fields: Option<Few<Field, FIELDS_MAX>>,
    to: Option<Link>,
}

impl Change {
    /// Reads what the contract calls `change`.
    ///
    /// # Errors
    /// A sentence on what is wrong, for the plugin's author.
    pub fn read(json: &Json) -> Result<Self, String> {
        if json.to_string().len() > BYTES_MAX {
            return Err(format!("`change` has more than {BYTES_MAX} bytes"));
        }
        let read = ChangeJson::deserialize(json).map_err(|error| format!("`change`: {error}"))?;
        match read {
            ChangeJson { fields: Some(fields), to: None } => {
                if fields.cut || fields.is_empty() {
                    return Err(format!("`change` has 1 to {FIELDS_MAX} fields"));
                }
                let mut names = BTreeSet::new();
                for field in fields.iter() {
                    name_fits(&field.name)?;
                    if !names.insert(field.name.as_str()) {
                        return Err(format!("`change` has the field {:?} twice", field.name));
                    }
                }
                Ok(Self::Fields(fields.to_vec()))
            }
            ChangeJson { fields: None, to: Some(Link::View { view, params }) } => {
                Ok(Self::View { view, params })
            }
            _ => Err("`change` has `fields`, or leads `to` a view of the plugin's".to_owned()),
        }
    }
}

/// A name that can stand in a form, in a pointer and in a log.
fn name_fits(name: &str) -> Result<(), String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) {
        return Err(format!("{name:?} is no field's name: 1 to 64 letters, digits, - and _"));
    }
    Ok(())
}

impl Field {
    /// What is in it now, as it is sent: a list where several are chosen, `on` or nothing for a switch.
    pub fn present(&self) -> Json {
        match self.kind {
            FieldKind::Choices => self.values.iter().map(String::as_str).collect(),
            FieldKind::Switch if is_on(&self.value) => "on".into(),
            FieldKind::Switch => "".into(),
            _ => self.value.as_str().into(),
        }
    }
}

/// Whether a switch that says this is on.
pub fn is_on(value: &str) -> bool {
    matches!(value, "on" | "true" | "yes" | "1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_and_a_place_are_read() {
        let field = json!({"name": "budget", "label": "Budget", "kind": "number", "value": "250"});
        let read = Change::read(&json!({"fields": [field], "later": true}));
        assert!(matches!(read, Ok(Change::Fields(fields)) if fields[0].present() == json!("250")));
        let place = Change::read(&json!({"to": {"view": "posts", "params": {"post": "7"}}}));
        assert!(matches!(place, Ok(Change::View { view, .. }) if view == "posts"));
    }

    #[test]
    fn what_is_not_as_the_contract_says_is_refused() {
        let field = |name: &str| json!({"name": name, "label": "x"});
        for wrong in [
            json!({}),
            json!([]),
            json!({"fields": []}),
            json!({"fields": [field("a"), field("a")]}),
            json!({"fields": [field("a/b")]}),
            json!({"fields": [field("")]}),
            json!({"fields": [{"name": "a"}]}),
            json!({"fields": vec![field("a"); FIELDS_MAX + 1]}),
            json!({"fields": [field("a")], "to": {"view": "posts"}}),
            json!({"to": {"url": "https://a.example"}}),
            json!({"fields": [{"name": "a", "label": "x", "value": "x".repeat(BYTES_MAX)}]}),
        ] {
            assert!(Change::read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_chosen_now_is_told_as_it_is_sent() {
        let read = Change::read(&json!({"fields": [
            {"name": "days", "label": "x", "kind": "choices", "values": ["a", "b"]},
            {"name": "now", "label": "x", "kind": "switch", "value": "true"},
            {"name": "later", "label": "x", "kind": "switch"},
        ]}));
        let Ok(Change::Fields(fields)) = read else { panic!("{read:?}") };
        let all: Vec<Json> = fields.iter().map(Field::present).collect();
        assert_eq!(all, [json!(["a", "b"]), json!("on"), json!("")]);
    }
}
