//! Takes in what was chosen of a file, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CalendarId, CalendarImportId, Permission, Timestamp};
use serde_json::Value;
use store::Conn;
use store::appointments::{Appointment, Status};
use store::calendar_imports::{Done, Effect, Import, State};
use store::imported_events::ImportedEvent;

use super::looking::{self, Row, Standing, Target};
use super::reading::{Content, Told};
use super::{Counts, counts, record};
use crate::App;
use crate::appointments::{self as booked, AppointmentInput, input_of};
use crate::audit::Who;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::series::{self, Brought};

/// The most appointments that one import makes.
const MADE_MAX: usize = 3_000;

/// What is taken in of a file.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Which events, by their places in the file.
    pub events: BTreeSet<usize>,
    /// The calendar that new appointments go to; none keeps them here only.
    pub calendar: Option<CalendarId>,
    /// What appointments without a title are called.
    pub untitled: String,
}

/// Takes in what was chosen. Once it is done, doing it again changes nothing.
///
/// # Errors
/// [`Error::Conflict`] for one that was undone; [`Error::Invalid`] where nothing was chosen, or more than
/// an import may make.
pub async fn bring_import(
    app: &App,
    ctx: &Context,
    id: &CalendarImportId,
    choice: Choice,
) -> Result<Counts> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (tenant, which) = (ctx.tenant.clone(), id.clone());
    let found =
        app.db.inspect(move |c| Ok::<_, Error>(store::calendar_imports::get(c, &tenant, &which)?));
    let found = found.await?;
    let told = match found.state {
        State::Waiting => super::read(found.file, ctx).await?,
        State::Done | State::Undone => Vec::new(),
    };
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let counts = app
        .db
        .transact(move |c| -> Result<Counts> {
            // Of two who send it at once one waits, and finds it done.
            store::tenants::lock(c, &ctx2.tenant)?;
            let import = store::calendar_imports::get(c, &ctx2.tenant, &id)?;
            match import.state {
                State::Waiting => take(&app2, c, &ctx2, &import, told, &choice),
                State::Done => counts(c, &ctx2, &id),
                State::Undone => Err(Error::Conflict { key: "error-import-undone" }),
            }
        })
        .await?;
    app.wake_jobs();
    Ok(counts)
}

fn take(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    import: &Import,
    told: Vec<Told>,
    choice: &Choice,
) -> Result<Counts> {
    if let Some(calendar) = &choice.calendar {
        let found = store::calendars::find(c, &ctx.tenant, calendar)?;
        found.ok_or_else(|| Error::invalid("calendar", "error-calendar-unknown"))?;
    }
    let rows = looking::look(app, c, ctx, told)?.into_iter().enumerate();
    // What somebody else took in meanwhile is here, and not taken in again.
    let chosen = rows.filter(|(at, row)| choice.events.contains(at) && row.standing.can_come());
    let chosen: Vec<Row> = chosen.map(|(_, row)| row).collect();
    if chosen.is_empty() {
        return Err(Error::invalid("form", "error-import-none"));
    }
    hold(c, ctx, &chosen)?;
    let mut taking = Taking { app, c, ctx, import, choice, made: 0 };
    for row in chosen {
        // Whatever is wrong with one of them, nothing was taken in.
        taking.row(row).map_err(|error| match error {
            Error::Invalid { key, .. } => Error::invalid("form", key),
            other => other,
        })?;
        if taking.made > MADE_MAX {
            return Err(Error::invalid("form", "error-import-too-much"));
        }
    }
    let now = app.clock.now();
    let step = (State::Waiting, State::Done);
    store::calendar_imports::settle(c, &ctx.tenant, &import.id, step, now)?;
    let counts = counts(c, ctx, &import.id)?;
    record(app, c, ctx, "calendar.imported", import, counts)?;
    Ok(counts)
}

/// Holds all appointments that the file may change before the first is written: of whoever else changes
/// several of them, neither waits for the other.
fn hold(c: &mut Conn, ctx: &Context, chosen: &[Row]) -> Result<()> {
    let mut ids = Vec::new();
    for row in chosen {
        match &row.target {
            Some(Target::Appointment(own)) => ids.push(own.id.clone()),
            Some(Target::Series(own)) => {
                let its = store::series::list_from(c, &ctx.tenant, &own.id, "")?;
                ids.extend(its.into_iter().map(|(_, each)| each.id));
            }
            None => {}
        }
    }
    Ok(store::appointments::lock_many(c, &ctx.tenant, &ids)?)
}

struct Taking<'a> {
    app: &'a App,
    c: &'a mut Conn,
    ctx: &'a Context,
    import: &'a Import,
    choice: &'a Choice,
    made: usize,
}

impl Taking<'_> {
    fn row(&mut self, row: Row) -> Result<()> {
        let Row { told, standing, person, target, known, .. } = row;
        let person = person.map(|(id, _)| id);
        let (mut since, mut kept) = (None, None);
        if let Some(target) = target {
            let fits = standing == Standing::Changed && told.repeats.is_none();
            match target {
                Target::Appointment(own) if fits && own.status == Status::Booked => {
                    kept = Some(self.change(*own, &told)?);
                }
                target => {
                    since = Some(self.app.clock.now());
                    self.end(target)?;
                }
            }
        }
        let (appointment_id, series_id) = match (kept, standing) {
            (Some(kept), _) => (Some(kept.id), None),
            // What was known of it stays known.
            (None, Standing::Gone) => return self.note_gone(known, &told),
            (None, _) => {
                let input = AppointmentInput {
                    person,
                    zone: told.zone.clone(),
                    online: false,
                    calendar: self.choice.calendar.clone(),
                    ..self.input(&told.content)
                };
                match &told.repeats {
                    None => (Some(self.make(input)?.id), None),
                    Some(_) => (None, Some(self.make_series(input, &told, since)?)),
                }
            }
        };
        let row = ImportedEvent {
            tenant_id: self.ctx.tenant.clone(),
            appointment_id,
            series_id,
            ..self.event(&told)
        };
        self.know(known, row)
    }

    fn event(&self, told: &Told) -> ImportedEvent {
        ImportedEvent {
            tenant_id: self.ctx.tenant.clone(),
            uid: told.uid.clone(),
            appointment_id: None,
            series_id: None,
            sequence: told.sequence,
            stamp: told.stamp,
            digest: told.digest(),
        }
    }

    fn note_gone(&mut self, known: Option<ImportedEvent>, told: &Told) -> Result<()> {
        let Some(before) = known else { return Ok(()) };
        let row = ImportedEvent {
            appointment_id: before.appointment_id.clone(),
            series_id: before.series_id.clone(),
            ..self.event(told)
        };
        self.know(Some(before), row)
    }

    fn input(&self, content: &Content) -> AppointmentInput {
        let Content { title, notes, location, starts_at, ends_at } = content.clone();
        AppointmentInput {
            person: None,
            title: if title.is_empty() { self.choice.untitled.clone() } else { title },
            notes,
            location,
            starts_at,
            ends_at,
            zone: self.ctx.zone.clone(),
            online: false,
            calendar: None,
        }
    }

    fn make(&mut self, input: AppointmentInput) -> Result<Appointment> {
        let by = Some(self.ctx.account.clone());
        let input = booked::checked(input)?;
        let made = booked::new_appointment(self.app, &self.ctx.tenant, by, input);
        store::appointments::insert(self.c, &made)?;
        booked::announce(self.app, self.c, &made, "appointment.booked")?;
        self.effect(Effect::Made, made.id.as_str(), made.rev, None)?;
        self.made += 1;
        Ok(made)
    }

    fn make_series(
        &mut self,
        input: AppointmentInput,
        told: &Told,
        since: Option<Timestamp>,
    ) -> Result<domain::SeriesId> {
        let Some(repeats) = &told.repeats else { return Err(Error::internal("no series")) };
        let mut moved = BTreeMap::new();
        for (day, content) in &repeats.moved {
            let other = AppointmentInput { title: String::new(), ..input.clone() };
            let said = self.input(content);
            let AppointmentInput { title, notes, location, starts_at, ends_at, .. } = said;
            let other = AppointmentInput { title, notes, location, starts_at, ends_at, ..other };
            moved.insert(*day, booked::checked(other)?);
        }
        let input = booked::checked(input)?;
        let (rule, except) = (&repeats.rule, &repeats.except);
        let brought = Brought { input, rule, except, moved, since };
        let (series, made) = series::bring(self.app, self.c, self.ctx, &brought)?;
        self.effect(Effect::SeriesMade, series.id.as_str(), 0, None)?;
        for each in &made {
            self.effect(Effect::Made, each.id.as_str(), each.rev, None)?;
        }
        self.made += made.len();
        Ok(series.id)
    }

    /// What the file says in place of what stands here; whom it is with and where its event is stays.
    fn change(&mut self, before: Appointment, told: &Told) -> Result<Appointment> {
        let own = input_of(&before);
        let said = self.input(&told.content);
        let input = AppointmentInput {
            person: own.person.clone(),
            zone: own.zone.clone(),
            online: own.online,
            calendar: own.calendar.clone(),
            ..said
        };
        let (who, rev) = (Who::from(self.ctx), before.rev);
        let after = booked::change_in(self.app, self.c, &who, before, input, rev)?;
        let kept = serde_json::to_value(own)?;
        self.effect(Effect::Changed, after.id.as_str(), after.rev, Some(kept))?;
        Ok(after)
    }

    fn end(&mut self, target: Target) -> Result<()> {
        match target {
            Target::Appointment(own) if own.status == Status::Booked => {
                let after = booked::set_status(self.app, self.c, &own, Status::Cancelled)?;
                self.effect(Effect::Cancelled, after.id.as_str(), after.rev, None)
            }
            Target::Appointment(_) => Ok(()),
            Target::Series(own) => {
                let id = own.id.clone();
                let (before, cancelled) = series::end(self.app, self.c, *own)?;
                let before = serde_json::to_value(before)?;
                self.effect(Effect::SeriesEnded, id.as_str(), 0, Some(before))?;
                for each in cancelled {
                    self.effect(Effect::Cancelled, each.id.as_str(), each.rev, None)?;
                }
                Ok(())
            }
        }
    }

    fn know(&mut self, before: Option<ImportedEvent>, row: ImportedEvent) -> Result<()> {
        let before = before.map(serde_json::to_value).transpose()?;
        self.effect(Effect::Known, &row.uid, 0, before)?;
        Ok(store::imported_events::put(self.c, &row)?)
    }

    fn effect(
        &mut self,
        kind: Effect,
        subject: &str,
        rev: i64,
        before: Option<Value>,
    ) -> Result<()> {
        let done = Done {
            tenant_id: self.ctx.tenant.clone(),
            import_id: self.import.id.clone(),
            kind,
            subject: subject.to_owned(),
            rev,
            before_json: before.map(Into::into),
        };
        Ok(store::calendar_imports::insert_effect(self.c, &done)?)
    }
}
