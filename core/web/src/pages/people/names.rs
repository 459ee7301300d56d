//! The names that lists of people need: of pipelines, stages, members and tags.

use std::collections::HashMap;

use app::people::{self, Person};
use app::pipelines::{Outcome, PipelineStages};
use app::tags::Tag;
use domain::{MemberId, PersonId, PipelineId, TagId};

use crate::error::Failure;
use crate::member::Member;
use crate::views::people::PersonRow;
use crate::views::{Avatar, Choice};

/// The names that lists need: of stages, members and tags.
pub struct Names {
    pipelines: Vec<PipelineStages>,
    members: Vec<(MemberId, String)>,
    tags: Vec<Tag>,
    of_people: HashMap<PersonId, Vec<TagId>>,
}

impl Names {
    /// Those of the reader's business.
    pub async fn load(member: &Member) -> Result<Self, Failure> {
        let names = people::get_row_names(&member.web.app, &member.ctx).await?;
        let people::RowNames { pipelines, owners, tags } = names;
        Ok(Self { pipelines, members: owners, tags, of_people: HashMap::new() })
    }

    /// And which of these people has which tags.
    pub async fn with_tags_of<'a>(
        mut self,
        member: &Member,
        people: impl IntoIterator<Item = &'a Person>,
    ) -> Result<Self, Failure> {
        let ids = people.into_iter().map(|person| person.id.clone()).collect();
        for (person, tag) in people::list_tags_of(&member.web.app, &member.ctx, ids).await? {
            self.of_people.entry(person).or_default().push(tag);
        }
        Ok(self)
    }

    /// Every stage that takes somebody in, or is chosen, with its pipeline where there are several.
    pub fn stages(&self, current: &str) -> Vec<Choice> {
        let mut all = self.even_going(current);
        let stays = |choice: &Choice| {
            let mut its = self.pipelines.iter().flat_map(PipelineStages::staying);
            its.any(|stage| stage.id.as_str() == choice.value)
        };
        all.retain(|choice| choice.value == current || stays(choice));
        all
    }

    /// Every stage, also one that goes, in which people still are.
    pub fn even_going(&self, current: &str) -> Vec<Choice> {
        let is_one = self.pipelines.len() == 1;
        let label = |each: &PipelineStages, name: &str| {
            if is_one { name.to_owned() } else { format!("{}: {name}", each.pipeline.name) }
        };
        let of = |each: &PipelineStages| -> Vec<Choice> {
            let choice = |stage: &app::pipelines::Stage| {
                Choice::new(stage.id.as_str(), label(each, &stage.name), current)
            };
            each.stages.iter().map(choice).collect()
        };
        self.pipelines.iter().flat_map(of).collect()
    }

    /// The stages of one pipeline that take somebody in.
    pub fn stages_of(&self, pipeline: &PipelineId) -> Vec<Choice> {
        let its = self.pipelines.iter().filter(|each| each.pipeline.id == *pipeline);
        its.flat_map(PipelineStages::staying)
            .map(|stage| Choice::new(stage.id.as_str(), &stage.name, ""))
            .collect()
    }

    /// The stages of one pipeline, also those that go.
    pub fn even_going_of(&self, pipeline: &PipelineId) -> Vec<Choice> {
        let its = self.pipelines.iter().filter(|each| each.pipeline.id == *pipeline);
        its.flat_map(|each| &each.stages)
            .map(|stage| Choice::new(stage.id.as_str(), &stage.name, ""))
            .collect()
    }

    /// The pipelines, where there are several.
    pub fn pipelines(&self, current: &str) -> Vec<Choice> {
        let all = if self.pipelines.len() > 1 { self.pipelines.as_slice() } else { &[] };
        let choice = |each: &PipelineStages| {
            Choice::new(each.pipeline.id.as_str(), &each.pipeline.name, current)
        };
        all.iter().map(choice).collect()
    }

    /// What a pipeline is called; empty where there is none of the id.
    pub fn pipeline(&self, id: &PipelineId) -> String {
        let its = self.pipelines.iter().find(|each| each.pipeline.id == *id);
        its.map(|each| each.pipeline.name.clone()).unwrap_or_default()
    }

    /// The tags, some of them chosen.
    pub fn tags(&self, chosen: &[String]) -> Vec<Choice> {
        let choice = |tag: &Tag| Choice {
            value: tag.id.to_string(),
            label: tag.name.clone(),
            selected: chosen.iter().any(|id| id == tag.id.as_str()),
        };
        self.tags.iter().map(choice).collect()
    }

    /// Everybody who may look after people.
    pub fn owners(&self, current: &str) -> Vec<Choice> {
        self.members.iter().map(|(id, name)| Choice::new(id.as_str(), name, current)).collect()
    }

    /// Every tag by name, those of a form ticked.
    pub fn tag_choices(&self, ticked: &[String]) -> Vec<Choice> {
        let choice = |tag: &Tag| Choice {
            value: tag.name.clone(),
            label: tag.name.clone(),
            selected: ticked.contains(&tag.name),
        };
        self.tags.iter().map(choice).collect()
    }

    /// A person as lists show them.
    pub fn row(&self, member: &Member, person: &Person) -> PersonRow {
        let dates = member.dates();
        let stages = || self.pipelines.iter().flat_map(|each| &each.stages);
        let stage = stages().find(|stage| stage.id == person.stage_id);
        let owner = self.members.iter().find(|(id, _)| Some(id) == person.owner_id.as_ref());
        let its = self.of_people.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let tags = self.tags.iter().filter(|tag| its.contains(&tag.id));
        let follow_up = person.follow_up_on.as_ref().and_then(|day| day.parse().ok());
        PersonRow {
            id: person.id.to_string(),
            href: format!("/people/{}", person.id),
            name: person.name.clone(),
            company: person.company.clone(),
            avatar: Avatar::of(&person.name),
            stage: stage.map(|stage| stage.name.clone()).unwrap_or_default(),
            stage_id: person.stage_id.to_string(),
            tone: stage.map_or("", |stage| tone(stage.outcome)),
            phone: member.phone(&person.phone),
            email: person.email.clone(),
            tags: tags.map(|tag| tag.name.clone()).collect(),
            own: Vec::new(),
            owner: owner.map(|(_, name)| name.clone()).unwrap_or_default(),
            owner_id: person.owner_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            source: person.source.clone(),
            is_due: follow_up.is_some_and(|day| day <= dates.today()),
            is_late: follow_up.is_some_and(|day| day < dates.today()),
            follow_up: follow_up.map(|day| dates.day(day)).unwrap_or_default(),
            value: match person.value {
                0 => String::new(),
                value => member.money(value, &person.value_currency),
            },
            added: dates.short(dates.local(person.created_at).date()),
        }
    }
}

/// The colour of a stage's badge.
const fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "info",
        Outcome::Won => "accent",
        Outcome::Lost => "",
    }
}
