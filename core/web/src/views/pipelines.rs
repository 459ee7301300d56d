//! The settings of people: pipelines with their stages, own fields, and tags.

use serde::Serialize;

use super::own_fields::OwnSettings;
use super::{Choice, Errors, pages};

pages! {
    Pipelines => "pages/people/settings.html",
}

/// The page.
#[derive(Debug, Clone, Serialize)]
pub struct Pipelines {
    /// Each pipeline's form.
    pub pipelines: Vec<PipelineForm>,
    /// The form for another one.
    pub new: PipelineForm,
    /// The own fields.
    pub own: OwnSettings,
    /// The tags.
    pub tags: Vec<TagRow>,
}

/// A pipeline in its form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PipelineForm {
    /// Its id; empty for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its stages, and some empty ones.
    pub stages: Vec<StageField>,
    /// The names of stages that go once their people have moved.
    pub going: Vec<String>,
    /// Whether all of it goes: then nothing of it can be changed.
    pub goes: bool,
    /// What is wrong with it.
    pub errors: Errors,
    /// Whether it can be removed.
    pub can_remove: bool,
}

/// A stage in a form.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StageField {
    /// Its id; empty for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it means.
    pub outcomes: Vec<Choice>,
}

/// A tag.
#[derive(Debug, Clone, Serialize)]
pub struct TagRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is wrong with a new name.
    pub error: String,
}
