//! The settings of people: pipelines with their stages, tags, and own fields.

use actix_web::web::{Form, Path};
use app::pipelines::{self, Outcome, PipelineInput, PipelineStages, StageInput};
use app::tags;
use domain::Permission;
use serde::Deserialize;

use crate::answer::{Answer, form_errors};
use crate::member::Member;
use crate::pages::{id, own_fields};
use crate::views::own_fields::OwnFieldForm;
use crate::views::pipelines::{PipelineForm, Pipelines, StageField, TagRow};
use crate::views::{Choice, Errors};

/// Room for further stages in a form.
const EMPTY_ROWS: usize = 2;

type Pairs = Vec<(String, String)>;

/// The page.
pub async fn show(member: Member) -> Answer {
    page(&member, Sent::default()).await
}

/// The page, with an own field's form as it was sent, or what is wrong with something else of them.
pub async fn page_with(member: &Member, own: Option<OwnFieldForm>, wrong: String) -> Answer {
    page(member, Sent { own, wrong, ..Sent::default() }).await
}

/// What of the page was sent: a pipeline's form, a tag, or an own field's form.
#[derive(Default)]
struct Sent {
    pipeline: Option<PipelineForm>,
    tag: Option<(String, Errors)>,
    own: Option<OwnFieldForm>,
    wrong: String,
}

async fn page(member: &Member, sent: Sent) -> Answer {
    let (app, ctx) = (&member.web.app, &member.ctx);
    let Sent { pipeline: sent, tag, own, wrong: own_wrong } = sent;
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)?;
    let all = pipelines::list_pipelines(app, ctx).await?;
    let can_remove = all.iter().filter(|each| !each.goes()).count() > 1;
    let mut forms: Vec<PipelineForm> =
        all.iter().map(|each| of(member, each, can_remove)).collect();
    let mut new = PipelineForm { stages: first_stages(member), ..PipelineForm::default() };
    let mut errors = Errors::new();
    if let Some(sent) = sent {
        errors.clone_from(&sent.errors);
        match forms.iter_mut().find(|form| form.id == sent.id) {
            Some(form) => {
                let going = std::mem::take(&mut form.going);
                *form = PipelineForm { can_remove, going, ..sent };
            }
            None => new = sent,
        }
    }
    errors.extend(own.iter().flat_map(|form| form.errors.clone()));
    if !own_wrong.is_empty() {
        errors.insert("form".to_owned(), own_wrong.clone());
    }
    let own = own_fields::settings(member, own, own_wrong).await?;
    let (wrong, tag_errors) = tag.unwrap_or_default();
    errors.extend(tag_errors.clone());
    let row = |tag: tags::Tag| TagRow {
        error: if tag.id.as_str() == wrong {
            tag_errors.values().next().cloned().unwrap_or_default()
        } else {
            String::new()
        },
        id: tag.id.to_string(),
        name: tag.name,
    };
    let tags = tags::list_tags(app, ctx).await?.into_iter().map(row).collect();
    member.form_page(&Pipelines { pipelines: forms, new, own, tags }, &errors).await
}

fn of(member: &Member, each: &PipelineStages, can_remove: bool) -> PipelineForm {
    let going = each.stages.iter().filter(|stage| !stage.stays());
    let mut stages: Vec<StageField> = each
        .staying()
        .map(|stage| field(member, stage.id.as_str(), &stage.name, stage.outcome.as_str()))
        .collect();
    stages.extend((0..EMPTY_ROWS).map(|_| field(member, "", "", "open")));
    PipelineForm {
        id: each.pipeline.id.to_string(),
        name: each.pipeline.name.clone(),
        stages,
        going: going.map(|stage| stage.name.clone()).collect(),
        goes: each.goes(),
        errors: Errors::new(),
        can_remove,
    }
}

/// What the form for another pipeline begins with.
fn first_stages(member: &Member) -> Vec<StageField> {
    let named = [("stage-first", "open"), ("stage-won", "won"), ("stage-lost", "lost")];
    let mut fields: Vec<StageField> =
        named.iter().map(|(key, outcome)| field(member, "", &member.text(key), outcome)).collect();
    fields.push(field(member, "", "", "open"));
    fields
}

fn field(member: &Member, id: &str, name: &str, outcome: &str) -> StageField {
    let choice =
        |one: &Outcome| Choice::new(one.as_str(), member.text(&format!("outcome-{one}")), outcome);
    StageField {
        id: id.to_owned(),
        name: name.to_owned(),
        outcomes: Outcome::ALL.iter().map(choice).collect(),
    }
}

/// The form as it was sent: each stage begins with its id.
fn read(pairs: &Pairs) -> PipelineInput {
    let mut input = PipelineInput::default();
    for (name, value) in pairs {
        match name.as_str() {
            "name" => input.name.clone_from(value),
            "stage_id" => {
                input.stages.push(StageInput { id: value.clone(), ..StageInput::default() });
            }
            "stage_name" => {
                if let Some(stage) = input.stages.last_mut() {
                    stage.name.clone_from(value);
                }
            }
            "stage_outcome" => {
                if let Some(stage) = input.stages.last_mut() {
                    stage.outcome.clone_from(value);
                }
            }
            _ => {}
        }
    }
    move_one(pairs, &mut input.stages);
    input
}

/// One stage can be moved up by the button beside it.
fn move_one(pairs: &Pairs, stages: &mut [StageInput]) {
    let up = pairs.iter().find(|(name, _)| name == "up");
    let at: Option<usize> = up.and_then(|(_, value)| value.parse().ok());
    if let Some(at) = at.filter(|at| (1..stages.len()).contains(at)) {
        stages.swap(at, at - 1);
    }
}

fn again(member: &Member, id: &str, input: &PipelineInput, errors: Errors) -> PipelineForm {
    let mut stages: Vec<StageField> = input
        .stages
        .iter()
        .map(|stage| field(member, &stage.id, &stage.name, &stage.outcome))
        .collect();
    stages.push(field(member, "", "", "open"));
    let (id, name) = (id.to_owned(), input.name.clone());
    PipelineForm { id, name, stages, errors, ..PipelineForm::default() }
}

/// Adds a pipeline.
pub async fn create(member: Member, form: Form<Pairs>) -> Answer {
    let input = read(&form);
    match pipelines::create_pipeline(&member.web.app, &member.ctx, input.clone()).await {
        Ok(_) => member.said("/settings/people", "said-saved"),
        Err(error) => {
            let sent = again(&member, "", &input, form_errors(error)?);
            page(&member, Sent { pipeline: Some(sent), ..Sent::default() }).await
        }
    }
}

/// Changes a pipeline and its stages.
pub async fn update(member: Member, path: Path<String>, form: Form<Pairs>) -> Answer {
    let input = read(&form);
    let pipeline = id(&path)?;
    match pipelines::update_pipeline(&member.web.app, &member.ctx, &pipeline, input.clone()).await {
        Ok(None) => member.said("/settings/people", "said-saved"),
        Ok(Some(begun)) => member.said(&format!("/sweeps/{begun}"), "said-stage-goes"),
        Err(error) => {
            let sent = again(&member, pipeline.as_str(), &input, form_errors(error)?);
            page(&member, Sent { pipeline: Some(sent), ..Sent::default() }).await
        }
    }
}

/// Removes a pipeline; its people move to another.
pub async fn remove(member: Member, path: Path<String>) -> Answer {
    match pipelines::delete_pipeline(&member.web.app, &member.ctx, &id(&path)?).await? {
        None => member.said("/settings/people", "said-pipeline-removed"),
        Some(begun) => member.said(&format!("/sweeps/{begun}"), "said-stage-goes"),
    }
}

/// A tag's new name.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TagForm {
    name: String,
}

/// Gives a tag another name.
pub async fn rename_tag(member: Member, path: Path<String>, form: Form<TagForm>) -> Answer {
    let tag = id(&path)?;
    match tags::rename_tag(&member.web.app, &member.ctx, &tag, &form.name).await {
        Ok(()) => member.said("/settings/people", "said-saved"),
        Err(error) => {
            let wrong = (tag.to_string(), form_errors(error)?);
            page(&member, Sent { tag: Some(wrong), ..Sent::default() }).await
        }
    }
}

/// Removes a tag from everybody.
pub async fn remove_tag(member: Member, path: Path<String>) -> Answer {
    match tags::delete_tag(&member.web.app, &member.ctx, &id(&path)?).await? {
        None => member.said("/settings/people", "said-tag-removed"),
        Some(begun) => member.said(&format!("/sweeps/{begun}"), "said-stage-goes"),
    }
}
