//! Another rule for a series that is booked already. What was stays, and so does what was changed by
//! itself; of the rest what the new rule doesn't name is cancelled, and what it adds is made.

use domain::recurrence::First;
use domain::{AppointmentId, Permission, Recurrence, SeriesId, Zone};
use jiff::civil::{Date, Time};
use store::Conn;
use store::appointments::Status;
use store::series::{Occurrence, Series};

use super::changes::{close, part};
use super::{Reach, day_of, input_of, make, make_days, never, record, require_all_free, times};
use crate::App;
use crate::appointments::{self as booked, Appointment, AppointmentInput};
use crate::audit::Who;
use crate::context::Context;
use crate::error::Result;

/// What a new rule came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reshaped {
    /// The first that is of it.
    pub first: Appointment,
    /// How many stand by themselves now: they had been changed, and the rule doesn't name their days.
    pub kept: usize,
}

/// What a page has to know to offer another rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The rule as it is from the appointment on.
    pub rule: Recurrence,
    /// The day of the rule that the appointment stands for.
    pub day: Date,
    /// The first day of it that isn't over.
    pub coming: Option<Date>,
    /// When those of it begin; none where they take whole days.
    pub time: Option<Time>,
    /// Whose clock that is.
    pub zone: Zone,
}

impl Shape {
    /// The day that another rule would count from: what is over stays as it was. None where nothing is to
    /// come.
    pub fn first(&self, reach: Reach) -> Option<Date> {
        let coming = self.coming?;
        Some(match reach {
            Reach::Following => self.day.max(coming),
            Reach::All => coming,
        })
    }

    /// Reads another rule of these.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for one that isn't followed.
    pub fn read(&self, text: &str, reach: Reach) -> Result<Recurrence> {
        let day = self.first(reach).unwrap_or(self.day);
        read_rule(text, &First { day, time: self.time, zone: &self.zone })
    }
}

/// Reads the rule of what begins then, as programs write rules.
///
/// # Errors
/// [`crate::Error::Invalid`] for one that isn't followed.
pub fn read_rule(text: &str, first: &First<'_>) -> Result<Recurrence> {
    let read = domain::recurrence::read(text, first);
    read.map_err(|_| crate::Error::invalid("repeat", "error-repeat-unfollowed"))
}

/// The rule of an appointment's series, and from which days on it can be another; None for one that is of
/// no series.
pub async fn find_shape(app: &App, ctx: &Context, id: &AppointmentId) -> Result<Option<Shape>> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Option<Shape>> {
            let Some(place) = store::series::find_occurrence(c, &ctx.tenant, &id)? else {
                return Ok(None);
            };
            let series = store::series::get(c, &ctx.tenant, &place.series_id)?;
            let all = store::series::list_from(c, &ctx.tenant, &series.id, "")?;
            let now = app2.clock.now();
            let coming = all.iter().find(|(_, each)| each.ends_at > now);
            let coming = coming.map(|(day, _)| day_of(day)).transpose()?;
            let day = day_of(&place.day)?;
            let time = time_of(&series);
            // Of a number of times those that are left count.
            let before = series.rule.dates(day_of(&series.first_day)?).take_while(|d| *d < day);
            let rule = series.rule.rest(before.count()).unwrap_or(series.rule);
            Ok(Some(Shape { rule, day, coming, time, zone: series.zone }))
        })
        .await
}

fn time_of(series: &Series) -> Option<Time> {
    let is_days = series.starts_min == 0 && series.ends_min % super::DAY_MINS == 0;
    let (hour, minute) = (series.starts_min / 60, series.starts_min % 60);
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok();
    time.filter(|_| !is_days)
}

/// Gives a series another rule from an appointment on, or for all that aren't over. The rule counts from
/// the first of these days.
///
/// # Errors
/// [`crate::Error::Taken`] when a time is that the rule adds, unless it is wanted `anyway`; then nothing
/// is changed. [`crate::Error::Invalid`] when nothing of the series is to come.
pub async fn change_rule(
    app: &App,
    ctx: &Context,
    id: &AppointmentId,
    rule: Recurrence,
    reach: Reach,
    anyway: bool,
) -> Result<Reshaped> {
    ctx.require_to_see(Permission::ReadAppointments)?;
    ctx.require(Permission::WriteAppointments)?;
    let (app2, ctx2, id) = (app.clone(), ctx.clone(), id.clone());
    let reshaped =
        app.db.transact(move |c| reshape(&app2, c, &ctx2, &id, rule, reach, anyway)).await?;
    app.wake_jobs();
    Ok(reshaped)
}

fn reshape(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    id: &AppointmentId,
    rule: Recurrence,
    reach: Reach,
    anyway: bool,
) -> Result<Reshaped> {
    let part = part(app, c, ctx, id, reach)?;
    let (old, now) = (part.series, app.clock.now());
    let coming: Vec<(Date, Appointment)> =
        part.all.into_iter().filter(|(_, each)| each.ends_at > now).collect();
    let first = coming.first().map(|(day, _)| *day).ok_or_else(never)?;
    let mut next = Series {
        id: SeriesId::new(&*app.clock, &*app.rng),
        rule,
        first_day: first.to_string(),
        made_until: String::new(),
        ended: false,
        updated_at: now,
        ..old.clone()
    };
    super::require_gaps(&next, first)?;
    let days = make_days(&mut next, now)?;
    let names = |day: &Date| next.rule.dates(first).take_while(|d| d <= day).last() == Some(*day);
    let (stay, rest): (Vec<_>, Vec<_>) = coming.into_iter().partition(|(day, _)| names(day));
    let taken: Vec<Date> = off_days(c, &old, first)?.into_iter().filter(names).collect();
    let is_there = |day: &Date| stay.iter().any(|(d, _)| d == day) || taken.contains(day);
    let missing: Vec<Date> = days.iter().filter(|day| !is_there(day)).copied().collect();
    if !anyway {
        let own: Vec<_> = stay.iter().chain(&rest).map(|(_, each)| each.id.clone()).collect();
        let wanted: Vec<_> = missing.iter().filter_map(|day| times(&next, *day)).collect();
        require_all_free(c, ctx, &input_of(&next), &wanted, &own)?;
    }
    store::series::insert(c, &next)?;
    super::follow_example(c, &old.id, &next)?;
    for (day, each) in &stay {
        store::series::update_occurrence(c, &occurrence(&next, *day, &each.id))?;
    }
    carry_off_days(c, &old, &next, &taken)?;
    let (mut kept, mut count) = (0, stay.len());
    for (day, each) in rest {
        if is_plain(&old, day, &each) {
            booked::set_status(app, c, &each, Status::Cancelled)?;
        } else {
            store::series::delete_occurrence(c, &ctx.tenant, &each.id)?;
            kept += 1;
        }
    }
    let made = make(app, c, &next, &missing)?;
    count += made.len();
    close(app, c, old, first)?;
    record(app, c, &Who::from(ctx), "appointment.series-changed", &next, count)?;
    let stays = stay.into_iter().map(|(_, each)| each).find(|each| each.id == *id);
    let first = stays.or_else(|| made.into_iter().next());
    let first = match first {
        Some(each) => each,
        None => first_of(c, &next)?,
    };
    Ok(Reshaped { first, kept })
}

fn first_of(c: &mut Conn, series: &Series) -> Result<Appointment> {
    let all = store::series::list_from(c, &series.tenant_id, &series.id, "")?;
    all.into_iter().next().map(|(_, each)| each).ok_or_else(never)
}

fn occurrence(series: &Series, day: Date, id: &AppointmentId) -> Occurrence {
    Occurrence {
        tenant_id: series.tenant_id.clone(),
        appointment_id: id.clone(),
        series_id: series.id.clone(),
        day: day.to_string(),
    }
}

/// Days from one on whose appointment was cancelled by itself: it stays so.
fn off_days(c: &mut Conn, series: &Series, from: Date) -> Result<Vec<Date>> {
    let all = store::series::list_all(c, &series.tenant_id, &series.id)?;
    let off = all.into_iter().filter(|(_, each)| each.status == Status::Cancelled);
    let days: Result<Vec<Date>> = off.map(|(day, _)| day_of(&day)).collect();
    Ok(days?.into_iter().filter(|day| *day >= from).collect())
}

fn carry_off_days(c: &mut Conn, old: &Series, next: &Series, days: &[Date]) -> Result<()> {
    for (day, each) in store::series::list_all(c, &old.tenant_id, &old.id)? {
        let day = day_of(&day)?;
        if each.status == Status::Cancelled && days.contains(&day) {
            store::series::update_occurrence(c, &occurrence(next, day, &each.id))?;
        }
    }
    Ok(())
}

/// Whether one is as its series made it, so that nothing is lost with it.
fn is_plain(series: &Series, day: Date, each: &Appointment) -> bool {
    let Some((starts_at, ends_at)) = times(series, day) else { return false };
    let made = AppointmentInput { starts_at, ends_at, ..input_of(series) };
    made == booked::input_of(each)
}
