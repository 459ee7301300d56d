//! Brings the story all at once: what it has come to by now is written down as if it had happened, and
//! nobody is told of it.

use domain::{EntryId, PersonId, TenantId, Timestamp};
use serde_json::{Value, json};
use store::Conn;
use store::appointments::Status;
use store::documents::Document;
use store::examples::ExampleKind;
use store::people::{Person, PersonChange};
use store::pipelines::Stage;
use store::tasks::{Task, TaskChange};

use super::put;
use super::story::{ERRANDS, Errand, MEETINGS, Meeting, PAPERS, PEOPLE, ROUND, Somebody, Story};
use crate::App;
use crate::appointments::new_appointment;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::input::{self, Draft};
use crate::timeline::NOTE;
use crate::{attributions, people, series, tags, tasks};

/// What examples need of the business they come into.
pub(super) struct Bringing<'a> {
    app: &'a App,
    ctx: &'a Context,
    story: Story<'a>,
    stages: Vec<Stage>,
}

impl<'a> Bringing<'a> {
    pub fn new(app: &'a App, c: &mut Conn, ctx: &'a Context) -> Result<Self> {
        let tenant = &ctx.tenant;
        let first = crate::pipelines::list_in(c, tenant)?.into_iter().next();
        let first = first.ok_or_else(|| Error::internal("a business has a pipeline"))?;
        let stages = first.staying().cloned().collect();
        Ok(Self { app, ctx, story: Story::new(ctx, app.clock.now()), stages })
    }

    fn tenant(&self) -> &TenantId {
        &self.ctx.tenant
    }

    /// All of it; the files are sealed already, in their order.
    pub fn all(&self, c: &mut Conn, files: Vec<Document>) -> Result<()> {
        let before = store::tags::list(c, self.tenant())?;
        let mut all = Vec::with_capacity(PEOPLE.len());
        for (at, who) in PEOPLE.iter().enumerate() {
            all.push(self.somebody(c, at, who)?);
        }
        for tag in store::tags::list(c, self.tenant())? {
            if !before.contains(&tag) {
                put(c, self.tenant(), ExampleKind::Tag, tag.id.as_str())?;
            }
        }
        for each in &MEETINGS {
            self.meeting(c, each, all.get(each.person))?;
        }
        let input = self.story.meeting(&ROUND.meeting, all.get(ROUND.meeting.person).cloned())?;
        series::make_example(self.app, c, self.ctx, &input, ROUND.rule()?)?;
        for each in &ERRANDS {
            self.errand(c, each, each.person.and_then(|at| all.get(at)))?;
        }
        for (paper, file) in PAPERS.iter().zip(files) {
            let person = all.get(paper.person).cloned();
            self.file(c, self.story.filed(paper), Document { person_id: person, ..file })?;
        }
        Ok(())
    }

    fn file(&self, c: &mut Conn, at: Timestamp, file: Document) -> Result<()> {
        store::documents::insert(c, &file)?;
        let Some(person) = &file.person_id else { return Ok(()) };
        let told = ("document-added", file.id.as_str());
        self.tell(c, person, at, told, json!({"title": file.name}))
    }

    fn stage(&self, at: usize) -> Result<&Stage> {
        let last = self.stages.len().saturating_sub(1);
        let stage = self.stages.get(at.min(last));
        stage.ok_or_else(|| Error::internal("a pipeline has a stage"))
    }

    fn somebody(&self, c: &mut Conn, at: usize, who: &Somebody) -> Result<PersonId> {
        let (app, tenant) = (self.app, self.tenant());
        let id = PersonId::new(&*app.clock, &*app.rng);
        let entered = self.story.person(at, who);
        let Draft { change, contacts, tags, .. } = entered.draft(app, c, tenant, &id, None)?;
        let (hours, stage) = who.steps.last().copied().unwrap_or_default();
        let (stage, since) = (self.stage(stage)?, self.story.after(who, hours));
        let change = PersonChange {
            standing: stage.outcome.standing(),
            stage_id: stage.id.clone(),
            won_at: input::won_at(None, stage, since),
            ..change
        };
        let person = Person {
            stage_since: since,
            created_at: self.story.came(who),
            updated_at: since,
            ..people::person_of(tenant, &id, change, since)
        };
        store::people::insert(c, &person, &contacts)?;
        tags::put_all(c, tenant, &id, &tags.unwrap_or_default())?;
        attributions::put_first(c, &person, &entered.attribution)?;
        self.tell_of(c, &person, who)?;
        put(c, tenant, ExampleKind::Person, id.as_str())?;
        Ok(id)
    }

    /// Puts on their page what happened with them.
    fn tell_of(&self, c: &mut Conn, person: &Person, who: &Somebody) -> Result<()> {
        let detail = json!({"stage": "lead", "source": person.source});
        self.tell(c, &person.id, person.created_at, ("created", ""), detail)?;
        for (hours, note) in who.notes {
            let (at, text) = (self.story.after(who, *hours), self.story.said(*note));
            self.tell(c, &person.id, at, (NOTE, ""), json!({"text": text}))?;
        }
        let mut from = self.stage(0)?;
        for (hours, to) in who.steps {
            let (at, to) = (self.story.after(who, *hours).plus_secs(60), self.stage(*to)?);
            let detail = json!({"from": from.name, "to": to.name});
            self.tell(c, &person.id, at, ("stage", ""), detail)?;
            from = to;
        }
        Ok(())
    }

    fn tell(
        &self,
        c: &mut Conn,
        person: &PersonId,
        at: Timestamp,
        (kind, entity_id): (&str, &str),
        detail: Value,
    ) -> Result<()> {
        let entry = store::timeline::Entry {
            tenant_id: self.tenant().clone(),
            id: EntryId::new(&*self.app.clock, &*self.app.rng),
            person_id: person.clone(),
            at,
            kind: kind.to_owned(),
            actor_kind: store::audit::ActorKind::Account,
            actor_id: self.ctx.account.to_string(),
            entity_id: entity_id.to_owned(),
            detail_json: detail.into(),
        };
        Ok(store::timeline::insert(c, &entry)?)
    }

    fn meeting(&self, c: &mut Conn, of: &Meeting, person: Option<&PersonId>) -> Result<()> {
        let input = self.story.meeting(of, person.cloned())?;
        let by = Some(self.ctx.account.clone());
        let mut appointment = new_appointment(self.app, self.tenant(), by, input);
        if of.is_off {
            appointment.status = Status::Cancelled;
        }
        store::appointments::insert(c, &appointment)?;
        put(c, self.tenant(), ExampleKind::Appointment, appointment.id.as_str())
    }

    fn errand(&self, c: &mut Conn, of: &Errand, person: Option<&PersonId>) -> Result<()> {
        let entered = self.story.errand(of, person);
        let tasks::input::Draft { change, links } = entered.draft(self.app, c, self.ctx, None)?;
        let done_at = of.is_done.then(|| self.story.done(of));
        let done_by = done_at.map(|_| self.ctx.account.clone());
        let change = TaskChange { done_at, done_by, ..change };
        let task: Task = tasks::new_task(self.app, self.ctx, change);
        store::tasks::insert(c, &task)?;
        store::tasks::put_links(c, self.tenant(), &task.id, &links)?;
        put(c, self.tenant(), ExampleKind::Task, task.id.as_str())
    }
}
