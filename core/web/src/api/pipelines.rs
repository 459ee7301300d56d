//! Pipelines with their stages.

use app::pipelines::{
    self, PipelineInput, PipelineStages, STAGE_NAME_CHARS_MAX, STAGES_MAX, StageInput,
};
use domain::PipelineId;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::describe::{
    about, change, id, list as list_of, object, or_null, required_text, said, whole, word,
};
use super::problem::Problem;
use super::schema::Named;
use super::sweeps;

const OUTCOMES: &[&str] = &["open", "won", "lost"];

/// The schemas of pipelines.
pub fn schemas() -> Vec<Named> {
    let goes_to =
        "The stage that its people move to, while it is being removed: it takes nobody new in.";
    let stage = whole(vec![
        ("id", id()),
        ("name", said()),
        ("outcome", word(OUTCOMES)),
        ("goes_to", about(or_null(id()), goes_to)),
    ]);
    let pipeline = whole(vec![
        ("id", id()),
        ("name", said()),
        ("stages", json!({"type": "array", "items": stage})),
    ]);
    let written = || {
        let stage = object(
            vec![
                ("id", about(id(), "Of a stage that stays; without one it is new.")),
                ("name", required_text(STAGE_NAME_CHARS_MAX)),
                ("outcome", word(OUTCOMES)),
            ],
            &["name", "outcome"],
        );
        let stages = about(
            list_of(stage, STAGES_MAX),
            "In order. The first is `open`, and one is `won`. One that is left out is removed, at once or, of \
                many people, once the last has moved.",
        );
        vec![("name", required_text(STAGE_NAME_CHARS_MAX)), ("stages", stages)]
    };
    vec![
        ("Pipeline", pipeline),
        ("PipelineNew", object(written(), &["name", "stages"])),
        ("PipelineChange", change(written())),
    ]
}

fn shown(each: &PipelineStages) -> Value {
    let stages = each.stages.iter().map(|stage| {
        json!({
            "id": stage.id,
            "name": stage.name,
            "outcome": stage.outcome.as_str(),
            "goes_to": stage.goes_to,
        })
    });
    json!({
        "id": each.pipeline.id,
        "name": each.pipeline.name,
        "stages": stages.collect::<Vec<_>>(),
    })
}

/// All pipelines.
pub async fn list(call: Call) -> Answer {
    let all = pipelines::list_pipelines(call.app(), call.ctx()).await?;
    Ok(Reply::items(all.iter().map(shown).collect()))
}

async fn find(call: &Call, id: &PipelineId) -> Result<PipelineStages, Problem> {
    let all = pipelines::list_pipelines(call.app(), call.ctx()).await?;
    all.into_iter().find(|each| each.pipeline.id == *id).ok_or_else(Problem::not_found)
}

/// A pipeline.
pub async fn show(call: Call) -> Answer {
    Ok(Reply::one(shown(&find(&call, &call.id("pipeline")?).await?)))
}

fn stages(call: &Call) -> Vec<StageInput> {
    let all = call.body.get("stages").and_then(Value::as_array).into_iter().flatten();
    let text = |of: &Value, name: &str| {
        of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    all.map(|each| StageInput {
        id: text(each, "id"),
        name: text(each, "name"),
        outcome: text(each, "outcome"),
    })
    .collect()
}

/// Adds a pipeline.
pub async fn create(call: Call) -> Answer {
    let mut input = PipelineInput { name: call.text("name"), stages: stages(&call) };
    // A new pipeline has no stages yet that could stay.
    input.stages.iter_mut().for_each(|stage| stage.id.clear());
    let made = pipelines::create_pipeline(call.app(), call.ctx(), input).await?;
    let body = shown(&find(&call, &made.id).await?);
    Ok(Reply::made(body, None, format!("/api/v1/pipelines/{}", made.id)))
}

/// Changes a pipeline.
pub async fn update(call: Call) -> Answer {
    let id: PipelineId = call.id("pipeline")?;
    let before = find(&call, &id).await?;
    let as_they_were = before.staying().map(|stage| StageInput {
        id: stage.id.to_string(),
        name: stage.name.clone(),
        outcome: stage.outcome.as_str().to_owned(),
    });
    let input = PipelineInput {
        name: call.text_or("name", &before.pipeline.name),
        stages: if call.has("stages") { stages(&call) } else { as_they_were.collect() },
    };
    match pipelines::update_pipeline(call.app(), call.ctx(), &id, input).await? {
        Some(begun) => sweeps::begun(&call, &begun).await,
        None => show(call).await,
    }
}

/// Removes a pipeline.
pub async fn remove(call: Call) -> Answer {
    let id: PipelineId = call.id("pipeline")?;
    match pipelines::delete_pipeline(call.app(), call.ctx(), &id).await? {
        Some(begun) => sweeps::begun(&call, &begun).await,
        None => Ok(Reply::done()),
    }
}
