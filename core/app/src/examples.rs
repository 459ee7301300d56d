//! Examples to look around with: people, appointments and tasks of a small business that never was. They
//! come while there is nothing of one's own, are told apart from it, and go at one press.

mod shop;

use domain::phone::{self, Country};
use domain::recurrence::{Ends, Every};
use domain::{
    AppointmentId, Due, EntryId, MemberId, Permission, PersonId, Recurrence, TaskId, TenantId,
    Timestamp,
};
use jiff::Span;
use jiff::civil::Date;
use serde_json::{Value, json};
use store::Conn;
use store::contacts::{Contact, ContactKind};
use store::examples::{Example, ExampleKind};
use store::people::{Consent, Kind, Person, PersonFilter};
use store::pipelines::Stage;
use store::tasks::{LinkKind, NO_DUE, Task};

use crate::App;
use crate::appointments::{AppointmentInput, new_appointment};
use crate::attributions::{self, AttributionInput};
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::timeline::NOTE;
use shop::{Errand, Meeting, Shop, Somebody};

const HOUR_SECS: i64 = 3_600;
const DAY_SECS: i64 = 24 * HOUR_SECS;

fn require(ctx: &Context) -> Result<()> {
    ctx.require_to_see(Permission::ReadPeople)?;
    ctx.require(Permission::ManageSettings)
}

/// Brings the examples, in the reader's language, into a business that has nobody yet. Twice is once.
///
/// # Errors
/// [`Error::Conflict`] where there are people already.
pub async fn bring(app: &App, ctx: &Context) -> Result<()> {
    require(ctx)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            if store::examples::count(c, &ctx.tenant)? > 0 {
                return Ok(());
            }
            if store::people::count(c, &ctx.tenant, &PersonFilter::default())? > 0 {
                return Err(Error::Conflict { key: "error-examples-not-empty" });
            }
            Bringing::new(&app2, c, &ctx)?.all(c, &shop::shop(ctx.locale))?;
            record(&app2, c, &ctx, "examples.brought")
        })
        .await
}

/// Removes all examples and what hangs on them. What is one's own stays: an appointment with one of them
/// is with nobody then. Twice is once.
pub async fn remove(app: &App, ctx: &Context) -> Result<()> {
    require(ctx)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            store::tenants::lock(c, &ctx.tenant)?;
            if store::examples::count(c, &ctx.tenant)? == 0 {
                return Ok(());
            }
            store::examples::delete_all(c, &ctx.tenant)?;
            record(&app2, c, &ctx, "examples.removed")
        })
        .await
}

fn record(app: &App, c: &mut Conn, ctx: &Context, action: &'static str) -> Result<()> {
    let act = Act { action, entity: "tenant", entity_id: ctx.tenant.as_str(), detail: json!({}) };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}

/// What examples need of the business they come into.
struct Bringing<'a> {
    app: &'a App,
    ctx: &'a Context,
    now: Timestamp,
    today: Date,
    stages: Vec<Stage>,
    currency: String,
}

impl<'a> Bringing<'a> {
    fn new(app: &'a App, c: &mut Conn, ctx: &'a Context) -> Result<Self> {
        let now = app.clock.now();
        let tenant = &ctx.tenant;
        let first = crate::pipelines::list_in(c, tenant)?.into_iter().next();
        let first = first.ok_or_else(|| Error::internal("a business has a pipeline"))?;
        let stages = first.staying().cloned().collect();
        let currency = store::tenants::get(c, tenant)?.currency;
        Ok(Self { app, ctx, now, today: ctx.zone.local(now).date(), stages, currency })
    }

    fn tenant(&self) -> &TenantId {
        &self.ctx.tenant
    }

    fn member(&self) -> &MemberId {
        &self.ctx.member
    }

    fn all(&self, c: &mut Conn, shop: &Shop) -> Result<()> {
        let mut people = Vec::new();
        for (at, each) in shop.people.iter().enumerate() {
            people.push(self.somebody(c, at, each)?);
        }
        for each in &shop.meetings {
            self.meeting(c, each, people.get(each.person))?;
        }
        for each in &shop.errands {
            self.errand(c, each, each.person.and_then(|at| people.get(at)))?;
        }
        Ok(())
    }

    fn keep(&self, c: &mut Conn, kind: ExampleKind, id: &str) -> Result<()> {
        let tenant_id = self.tenant().clone();
        Ok(store::examples::insert(c, &Example { tenant_id, kind, entity_id: id.to_owned() })?)
    }

    fn day(&self, days: i64) -> Date {
        self.today.saturating_add(Span::new().days(days))
    }

    fn stage(&self, at: usize) -> Result<&Stage> {
        let last = self.stages.len().saturating_sub(1);
        let stage = self.stages.get(at.min(last));
        stage.ok_or_else(|| Error::internal("a pipeline has a stage"))
    }

    fn somebody(&self, c: &mut Conn, at: usize, of: &Somebody) -> Result<PersonId> {
        let id = PersonId::new(&*self.app.clock, &*self.app.rng);
        let added_at = self.now.plus_secs(-of.days_ago * DAY_SECS);
        let stepped_at = of.step_hours.map(|hours| added_at.plus_secs(hours * HOUR_SECS));
        let stage = self.stage(of.stage)?;
        let since = stepped_at.unwrap_or(added_at);
        let phone = shop::phone(&self.ctx.zone, at);
        let digits = i64::from(crate::currencies::minor_digits(&self.currency).unwrap_or(2));
        let minor = 10_i64.saturating_pow(u32::try_from(digits).unwrap_or(2));
        let person = Person {
            tenant_id: self.tenant().clone(),
            id: id.clone(),
            kind: Kind::Person,
            standing: stage.outcome.standing(),
            stage_id: stage.id.clone(),
            stage_since: since,
            won_at: crate::people::input::won_at(None, stage, since),
            name: of.name.to_owned(),
            company: of.company.to_owned(),
            phone: phone.clone(),
            email: of.email.to_owned(),
            source: of.source.to_owned(),
            notes: String::new(),
            owner_id: Some(self.member().clone()),
            value: of.value.saturating_mul(minor),
            value_currency: if of.value == 0 { String::new() } else { self.currency.clone() },
            follow_up_on: of.follow_up.map(|days| self.day(days).to_string()),
            consent: Consent::Unknown,
            consent_at: None,
            consent_note: String::new(),
            created_at: added_at,
            updated_at: since,
            deleted_at: None,
            rev: 1,
        };
        let home = phone::country_of(&self.ctx.zone);
        store::people::insert(c, &person, &contacts(&person, home))?;
        attributions::put_first(c, &person, &AttributionInput::default())?;
        self.tell(c, &id, added_at, "created", json!({"stage": "lead", "source": of.source}))?;
        if let Some(at) = stepped_at {
            if !of.note.is_empty() {
                self.tell(c, &id, at, NOTE, json!({"text": of.note}))?;
            }
            if of.stage > 0 {
                let detail = json!({"from": self.stage(0)?.name, "to": stage.name});
                self.tell(c, &id, at.plus_secs(60), "stage", detail)?;
            }
        }
        self.keep(c, ExampleKind::Person, id.as_str())?;
        Ok(id)
    }

    fn tell(
        &self,
        c: &mut Conn,
        person: &PersonId,
        at: Timestamp,
        kind: &str,
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
            entity_id: String::new(),
            detail_json: detail.into(),
        };
        Ok(store::timeline::insert(c, &entry)?)
    }

    fn meeting(&self, c: &mut Conn, of: &Meeting, person: Option<&PersonId>) -> Result<()> {
        let wall = self.day(of.day).at(of.hour, 0, 0, 0);
        let starts_at = self.ctx.zone.first_instant(wall);
        let starts_at = starts_at.ok_or_else(|| Error::internal("no such time"))?;
        let input = AppointmentInput {
            person: person.cloned(),
            title: of.title.to_owned(),
            notes: String::new(),
            location: of.place.to_owned(),
            starts_at,
            ends_at: starts_at.plus_secs(of.minutes * 60),
            zone: self.ctx.zone.clone(),
            online: false,
            calendar: None,
        };
        let by = Some(self.ctx.account.clone());
        let appointment = new_appointment(self.app, self.tenant(), by, input);
        store::appointments::insert(c, &appointment)?;
        let id: &AppointmentId = &appointment.id;
        self.keep(c, ExampleKind::Appointment, id.as_str())
    }

    fn errand(&self, c: &mut Conn, of: &Errand, person: Option<&PersonId>) -> Result<()> {
        let due = of.day.map(|days| Due::on(self.day(days)));
        let rule = of
            .weekly
            .then(|| Recurrence::new(Every::Week, 1, Vec::new(), Ends::Never).ok())
            .flatten();
        let done_at = of.done.then(|| self.now.plus_secs(-3 * DAY_SECS));
        let task = Task {
            tenant_id: self.tenant().clone(),
            id: TaskId::new(&*self.app.clock, &*self.app.rng),
            title: of.title.to_owned(),
            notes: String::new(),
            assignee_id: Some(self.member().clone()),
            due,
            zone: self.ctx.zone.clone(),
            due_at: due.and_then(|due| due.ends(&self.ctx.zone)).unwrap_or(NO_DUE),
            lead: None,
            rule_from: rule.as_ref().and(due),
            rule,
            previous_id: None,
            created_by: self.member().clone(),
            done_by: done_at.map(|_| self.ctx.account.clone()),
            done_at,
            created_at: self.now,
            updated_at: self.now,
            deleted_at: None,
            rev: 1,
        };
        store::tasks::insert(c, &task)?;
        let links: Vec<_> =
            person.map(|id| (LinkKind::Person, id.to_string())).into_iter().collect();
        store::tasks::put_links(c, self.tenant(), &task.id, &links)?;
        self.keep(c, ExampleKind::Task, task.id.as_str())
    }
}

fn contacts(of: &Person, home: Option<Country>) -> Vec<Contact> {
    let contact = |(position, kind, value): (i64, ContactKind, &String)| {
        Contact::said((&of.tenant_id, &of.id), position, kind, (value, ""), home)
    };
    [(0, ContactKind::Phone, &of.phone), (1, ContactKind::Email, &of.email)].map(contact).to_vec()
}
