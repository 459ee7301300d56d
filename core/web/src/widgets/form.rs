//! Forms: each field as the theme draws it, with what was typed where the form comes back.

use app::plugin_views::document::{Field, FieldKind, Form};

use super::{Drawer, LABEL_CHARS_MAX, TEXT_CHARS_MAX, cut};
use crate::views::plugin_views::{Block, FieldRow, FormBlock, OptionRow};

/// The most characters of a line.
const LINE_CHARS_MAX: u32 = 1_000;
/// The most characters of several lines.
const LONG_CHARS_MAX: u32 = 8_000;

impl Drawer<'_> {
    pub(super) fn form(&self, form: &Form) -> Block {
        let Some(post) = self.post(&form.action) else {
            return self.broken("`action` of a form is no action's name");
        };
        Block::Form(FormBlock {
            title: self.title(form.title.as_ref()),
            lines: form.text.as_ref().map(|text| self.lines(text)).unwrap_or_default(),
            post: if self.may_act { post } else { String::new() },
            inputs: self.inputs(&form.input),
            submit: self.title(form.submit.as_ref()),
            fields: self.fields(&form.action, &form.fields),
        })
    }

    /// Fields by themselves, of a form that is sent as this action.
    pub fn fields(&self, action: &str, fields: &[Field]) -> Vec<FieldRow> {
        fields.iter().map(|field| self.field(action, field)).collect()
    }

    fn field(&self, action: &str, field: &Field) -> FieldRow {
        let id = self.id();
        let came_back = self.returned.as_ref().filter(|returned| returned.action == action);
        let typed =
            came_back.map(|returned| returned.values.get(&field.name).cloned().unwrap_or_default());
        let chosen = typed.unwrap_or_else(|| match field.kind {
            FieldKind::Choices => field.values.to_vec(),
            _ => vec![field.value.clone()],
        });
        let value = chosen.first().cloned().unwrap_or_default();
        let error = came_back.and_then(|returned| returned.errors.get(&field.name).cloned());
        let (kind, dir) = kind(field.kind);
        let most = if field.kind == FieldKind::Long { LONG_CHARS_MAX } else { LINE_CHARS_MAX };
        let list = if field.kind == FieldKind::Choices { "[]" } else { "" };
        FieldRow {
            name: format!("f.{}{list}", cut(&field.name, 64)),
            kind,
            label: self.label(&field.label),
            hint: self.text_of(field.hint.as_ref()),
            error: error.unwrap_or_else(|| self.text_of(field.error.as_ref())),
            checked: matches!(value.as_str(), "on" | "true" | "yes" | "1"),
            value: cut(&value, TEXT_CHARS_MAX),
            required: field.required,
            dir,
            options: field
                .options
                .iter()
                .enumerate()
                .map(|(at, option)| OptionRow {
                    id: format!("{id}-{at}"),
                    value: cut(&option.value, LABEL_CHARS_MAX),
                    label: self.label(&option.label),
                    selected: chosen.contains(&option.value),
                })
                .collect(),
            min: cut(field.min.as_deref().unwrap_or_default(), 32),
            max: cut(field.max.as_deref().unwrap_or_default(), 32),
            max_length: field.max_length.unwrap_or(most).min(most),
            id,
        }
    }
}

const fn kind(kind: FieldKind) -> (&'static str, &'static str) {
    match kind {
        FieldKind::Text => ("text", "auto"),
        FieldKind::Long => ("long", "auto"),
        FieldKind::Number => ("number", "ltr"),
        FieldKind::Date => ("date", "ltr"),
        FieldKind::Time => ("time", "ltr"),
        FieldKind::Switch => ("switch", "auto"),
        FieldKind::Choice => ("select", "auto"),
        FieldKind::Radio => ("radio", "auto"),
        FieldKind::Choices => ("choices", "auto"),
        FieldKind::Email => ("email", "ltr"),
        FieldKind::Phone => ("tel", "ltr"),
        FieldKind::Url => ("url", "ltr"),
    }
}
