//! Own fields of people: setting them up, asking for them in forms, and showing what people have.

use std::collections::BTreeMap;

use actix_web::web::{Form, Path};
use app::own_fields::{
    self, FieldInput, OptionInput, OwnField, OwnInput, OwnKind, OwnValue, field_name,
};
use domain::OwnFieldId;

use crate::answer::{Answer, form_errors};
use crate::error::Failure;
use crate::member::Member;
use crate::pages::{id, paragraphs, pipelines};
use crate::views::own_fields::{
    OptionField, OwnAsked, OwnFieldForm, OwnSettings, OwnShown, RemovedField,
};
use crate::views::{Choice, Errors};

/// Where they are set up.
const HERE: &str = "/settings/people";
/// Room for further options in a form.
const EMPTY_ROWS: usize = 2;

type Pairs = Vec<(String, String)>;

/// What the settings show of them, with a form as it was sent.
pub async fn settings(
    member: &Member,
    sent: Option<OwnFieldForm>,
    error: String,
) -> Result<OwnSettings, Failure> {
    let all = own_fields::list_fields_even_removed(&member.web.app, &member.ctx).await?;
    let (living, removed): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|field| field.removed_at.is_none());
    let mut fields: Vec<OwnFieldForm> = living.iter().map(of).collect();
    let mut new = blank(member, "");
    if let Some(sent) = sent {
        match fields.iter_mut().find(|form| form.id == sent.id) {
            Some(form) => {
                *form = OwnFieldForm { title: form.title.clone(), kind: form.kind.clone(), ..sent };
            }
            None => new = OwnFieldForm { kinds: kinds(member, &sent.kind), ..sent },
        }
    }
    for form in fields.iter_mut().skip(1) {
        form.can_move = true;
    }
    let dates = member.dates();
    let row = |field: OwnField| RemovedField {
        id: field.id.to_string(),
        when: field.removed_at.map(|at| dates.moment(at)).unwrap_or_default(),
        name: field.name,
    };
    let removed = removed.into_iter().map(row).collect();
    Ok(OwnSettings { fields, new, removed, error })
}

fn of(field: &OwnField) -> OwnFieldForm {
    let option =
        |it: own_fields::FieldOption| OptionField { id: it.id, name: it.name, retired: it.retired };
    let mut options: Vec<OptionField> = field.options().into_iter().map(option).collect();
    options.extend((0..EMPTY_ROWS).map(|_| OptionField::default()));
    OwnFieldForm {
        id: field.id.to_string(),
        name: field.name.clone(),
        title: field.name.clone(),
        kind: field.kind.to_string(),
        help: field.help.clone(),
        options,
        ..OwnFieldForm::default()
    }
}

fn blank(member: &Member, kind: &str) -> OwnFieldForm {
    let form_id = member.web.random(16);
    OwnFieldForm { form_id, kinds: kinds(member, kind), ..OwnFieldForm::default() }
}

fn kinds(member: &Member, current: &str) -> Vec<Choice> {
    let choice =
        |one: &OwnKind| Choice::new(one.as_str(), member.text(&format!("own-kind-{one}")), current);
    OwnKind::ALL.iter().map(choice).collect()
}

/// The form as it was sent: each option begins with its id.
fn read(pairs: &Pairs) -> OwnFieldForm {
    let mut form = OwnFieldForm::default();
    let mut up = None;
    for (name, value) in pairs {
        match name.as_str() {
            "form_id" => form.form_id.clone_from(value),
            "name" => form.name.clone_from(value),
            "kind" => form.kind.clone_from(value),
            "help" => form.help.clone_from(value),
            "options" => form.lines.clone_from(value),
            "option_id" => {
                form.options.push(OptionField { id: value.clone(), ..OptionField::default() });
            }
            "option_name" => {
                if let Some(option) = form.options.last_mut() {
                    option.name.clone_from(value);
                }
            }
            "option_state" => {
                if let Some(option) = form.options.last_mut() {
                    option.retired = value == "retired";
                }
            }
            "up" => up = value.parse::<usize>().ok(),
            _ => {}
        }
    }
    if let Some(at) = up.filter(|at| (1..form.options.len()).contains(at)) {
        form.options.swap(at, at - 1);
    }
    form
}

fn input(form: &OwnFieldForm) -> FieldInput {
    let row = |it: &OptionField| OptionInput {
        id: it.id.clone(),
        name: it.name.clone(),
        retired: it.retired,
    };
    let line = |name: &str| OptionInput { name: name.to_owned(), ..OptionInput::default() };
    FieldInput {
        name: form.name.clone(),
        kind: form.kind.clone(),
        help: form.help.clone(),
        options: form.options.iter().map(row).chain(form.lines.lines().map(line)).collect(),
    }
}

/// Adds a field.
pub async fn create(member: Member, form: Form<Pairs>) -> Answer {
    let form = read(&form);
    let (app, ctx) = (&member.web.app, &member.ctx);
    match own_fields::create_field(app, ctx, input(&form), &form.form_id).await {
        Ok(_) => member.said(HERE, "said-own-field-added"),
        Err(error) => again(&member, form, form_errors(error)?).await,
    }
}

/// Changes a field's name, help and options.
pub async fn update(member: Member, path: Path<String>, form: Form<Pairs>) -> Answer {
    let field: OwnFieldId = id(&path)?;
    let form = OwnFieldForm { id: field.to_string(), ..read(&form) };
    match own_fields::update_field(&member.web.app, &member.ctx, &field, input(&form)).await {
        Ok(()) => member.said(HERE, "said-saved"),
        Err(error) => again(&member, form, form_errors(error)?).await,
    }
}

async fn again(member: &Member, form: OwnFieldForm, errors: Errors) -> Answer {
    pipelines::page_with(member, Some(OwnFieldForm { errors, ..form }), String::new()).await
}

/// Moves a field before the one it stands behind.
pub async fn move_up(member: Member, path: Path<String>) -> Answer {
    own_fields::move_field_up(&member.web.app, &member.ctx, &id(&path)?).await?;
    member.said(HERE, "said-saved")
}

/// Removes a field; what people have of it is kept.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    let field: OwnFieldId = id(&path)?;
    own_fields::remove_field(&member.web.app, &member.ctx, &field).await?;
    let undo = format!("{HERE}/fields/{field}/restore");
    member.said_undo(HERE, "said-own-field-removed", &undo)
}

/// Brings a removed field back.
pub async fn restore(member: Member, path: Path<String>) -> Answer {
    match own_fields::restore_field(&member.web.app, &member.ctx, &id(&path)?).await {
        Ok(()) => member.said(HERE, "said-own-field-restored"),
        Err(error) => {
            let error = form_errors(error)?.into_values().next().unwrap_or_default();
            pipelines::page_with(&member, None, error).await
        }
    }
}

/// The fields as the form of a person asks for them.
pub fn asked(
    member: &Member,
    fields: &[OwnField],
    typed: &BTreeMap<String, String>,
) -> Vec<OwnAsked> {
    let one = |field: &OwnField| {
        let value = typed.get(field.id.as_str()).cloned().unwrap_or_default();
        OwnAsked {
            field: field_name(field.id.as_str()),
            label: field.name.clone(),
            kind: field.kind.to_string(),
            help: field.help.clone(),
            choices: choices(member, field, &value),
            value,
        }
    };
    fields.iter().map(one).collect()
}

/// What can be chosen of a field; what is retired only where it is chosen.
pub fn choices(member: &Member, field: &OwnField, current: &str) -> Vec<Choice> {
    match field.kind {
        OwnKind::YesNo => ["yes", "no"]
            .map(|word| Choice::new(word, member.text(&format!("own-{word}")), current))
            .into(),
        OwnKind::Choice => field
            .options()
            .into_iter()
            .filter(|it| !it.retired || it.id == current)
            .map(|it| Choice::new(it.id, it.name, current))
            .collect(),
        _ => Vec::new(),
    }
}

/// What was typed of the fields, as the app takes it.
pub fn said(typed: &BTreeMap<String, String>) -> Vec<OwnInput> {
    let one = |(field, value): (&String, &String)| OwnInput {
        field: field.clone(),
        value: value.clone(),
    };
    typed.iter().map(one).collect()
}

/// What somebody has of the fields, in their order, as pages show it.
pub fn shown(member: &Member, fields: &[OwnField], own: &[OwnValue]) -> Vec<OwnShown> {
    let one = |field: &OwnField| {
        let value = own.iter().find(|value| value.field_id == field.id)?;
        Some(one_shown(member, field, &value.value))
    };
    fields.iter().filter_map(one).collect()
}

/// What somebody has of a field, as pages show it.
pub fn one_shown(member: &Member, field: &OwnField, value: &str) -> OwnShown {
    let line = match field.kind {
        OwnKind::Choice => field.option_name(value),
        OwnKind::YesNo => member.text(&format!("own-{value}")),
        OwnKind::Day => {
            let day = value.parse().ok();
            day.map_or_else(|| value.to_owned(), |day| member.dates().day(day))
        }
        OwnKind::Link => {
            let bare = value.split_once("://").map_or(value, |(_, rest)| rest);
            bare.strip_suffix('/').unwrap_or(bare).to_owned()
        }
        OwnKind::Text | OwnKind::Paragraph | OwnKind::Number => value.to_owned(),
    };
    OwnShown {
        label: field.name.clone(),
        kind: field.kind.to_string(),
        lines: if field.kind == OwnKind::Paragraph { paragraphs(&line) } else { vec![line] },
        href: if field.kind == OwnKind::Link { value.to_owned() } else { String::new() },
    }
}
