//! How members want to be reminded: how long before, when their day begins, when they want quiet.

use domain::task::{clock, read_clock};
use domain::{Lead, MemberId, Quiet, TenantId};
use jiff::civil::{Time, time};
use serde_json::json;
use store::Conn;
use store::reminders::Subject;

use super::plan;
use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};

/// What a page offers of how long before, in order.
pub const LEADS: [Lead; 9] = [
    Lead::Never,
    Lead::Minutes(0),
    Lead::Minutes(10),
    Lead::Minutes(30),
    Lead::Minutes(60),
    Lead::Minutes(120),
    Lead::Days(1),
    Lead::Days(2),
    Lead::Days(7),
];

const MORNING: Time = time(9, 0, 0, 0);

/// How a member wants to be reminded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    /// Before what they are to do.
    pub tasks: Lead,
    /// Before their appointments.
    pub appointments: Lead,
    /// Before a day on which they get back to somebody.
    pub follow_ups: Lead,
    /// When a day begins, for what has a day and no time.
    pub morning: Time,
    /// When nobody is to disturb them.
    pub quiet: Option<Quiet>,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            tasks: Lead::Minutes(30),
            appointments: Lead::Minutes(30),
            follow_ups: Lead::Minutes(0),
            morning: MORNING,
            quiet: None,
        }
    }
}

/// The same as a form sends it.
#[derive(Debug, Clone, Default)]
pub struct HabitsInput {
    /// Such as `30m`, `1d` or `never`.
    pub tasks: String,
    /// The same, before appointments.
    pub appointments: String,
    /// The same, before getting back to somebody.
    pub follow_ups: String,
    /// Such as `09:00`.
    pub morning: String,
    /// When quiet begins, such as `22:00`; empty for no quiet.
    pub quiet_from: String,
    /// When it ends.
    pub quiet_until: String,
}

/// Some of the same; what isn't said stays as it is.
#[derive(Debug, Clone, Default)]
pub struct HabitsChange {
    /// As in [`HabitsInput`].
    pub tasks: Option<String>,
    /// As there.
    pub appointments: Option<String>,
    /// As there.
    pub follow_ups: Option<String>,
    /// As there.
    pub morning: Option<String>,
    /// When quiet begins and when it ends; both empty for no quiet.
    pub quiet: Option<(String, String)>,
}

impl Habits {
    /// How long before one of these they are reminded.
    pub(super) const fn lead(&self, subject: Subject) -> Lead {
        match subject {
            Subject::Task => self.tasks,
            Subject::Appointment => self.appointments,
            Subject::Person => self.follow_ups,
        }
    }

    /// Those of a member; what can't be read any more is as it is by default.
    pub(super) fn of(c: &mut Conn, tenant: &TenantId, member: &MemberId) -> Result<Self> {
        let mut habits = Self::default();
        for (name, value) in store::member_choices::list(c, tenant, member)? {
            let lead = || value.parse::<Lead>().ok();
            match name.as_str() {
                "remind.tasks" => habits.tasks = lead().unwrap_or(habits.tasks),
                "remind.appointments" => {
                    habits.appointments = lead().unwrap_or(habits.appointments);
                }
                "remind.follow-ups" => habits.follow_ups = lead().unwrap_or(habits.follow_ups),
                "remind.morning" => habits.morning = read_clock(&value).unwrap_or(habits.morning),
                "remind.quiet" => habits.quiet = value.parse().ok(),
                _ => {}
            }
        }
        Ok(habits)
    }

    fn pairs(&self) -> [(&'static str, String); 5] {
        let quiet = self.quiet.map_or_else(|| "none".to_owned(), |quiet| quiet.to_string());
        [
            ("remind.tasks", self.tasks.to_string()),
            ("remind.appointments", self.appointments.to_string()),
            ("remind.follow-ups", self.follow_ups.to_string()),
            ("remind.morning", clock(self.morning)),
            ("remind.quiet", quiet),
        ]
    }
}

fn lead(field: &str, text: &str) -> Result<Lead> {
    text.parse().map_err(|_| Error::invalid(field, "error-invalid"))
}

fn time_of_day(field: &str, text: &str) -> Result<Time> {
    read_clock(text.trim()).ok_or_else(|| Error::invalid(field, "error-time-invalid"))
}

fn quiet(from: &str, until: &str) -> Result<Option<Quiet>> {
    if (from.trim(), until.trim()) == ("", "") {
        return Ok(None);
    }
    let (from, until) = (time_of_day("quiet_from", from)?, time_of_day("quiet_until", until)?);
    let quiet = Quiet::new(from, until);
    quiet.map(Some).ok_or_else(|| Error::invalid("quiet_until", "error-quiet-all-day"))
}

impl HabitsInput {
    fn read(&self) -> Result<Habits> {
        Ok(Habits {
            quiet: quiet(&self.quiet_from, &self.quiet_until)?,
            tasks: lead("tasks", &self.tasks)?,
            appointments: lead("appointments", &self.appointments)?,
            follow_ups: lead("follow_ups", &self.follow_ups)?,
            morning: time_of_day("morning", &self.morning)?,
        })
    }
}

impl HabitsChange {
    /// Those before, with what is said here in its place.
    fn upon(&self, before: &Habits) -> Result<Habits> {
        let lead_or = |field: &str, said: Option<&str>, before: Lead| {
            said.map_or(Ok(before), |text| lead(field, text))
        };
        Ok(Habits {
            tasks: lead_or("tasks", self.tasks.as_deref(), before.tasks)?,
            appointments: lead_or(
                "appointments",
                self.appointments.as_deref(),
                before.appointments,
            )?,
            follow_ups: lead_or("follow_ups", self.follow_ups.as_deref(), before.follow_ups)?,
            morning: match &self.morning {
                Some(text) => time_of_day("morning", text)?,
                None => before.morning,
            },
            quiet: match &self.quiet {
                Some((from, until)) => quiet(from, until)?,
                None => before.quiet,
            },
        })
    }
}

/// How the member who asks wants to be reminded.
pub async fn get_habits(app: &App, ctx: &Context) -> Result<Habits> {
    let (tenant, member) = (ctx.tenant.clone(), ctx.member.clone());
    app.db.inspect(move |c| Habits::of(c, &tenant, &member)).await
}

/// Chooses how the member who asks is reminded, of what is planned already too.
pub async fn choose_habits(app: &App, ctx: &Context, input: HabitsInput) -> Result<()> {
    let habits = input.read()?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db.transact(move |c| keep(&app2, c, &ctx, &habits)).await?;
    app.wake_jobs();
    Ok(())
}

/// Changes some of how the member who asks is reminded, in an open transaction.
pub(crate) fn change_habits(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    change: &HabitsChange,
) -> Result<()> {
    let habits = change.upon(&Habits::of(c, &ctx.tenant, &ctx.member)?)?;
    keep(app, c, ctx, &habits)
}

fn keep(app: &App, c: &mut Conn, ctx: &Context, habits: &Habits) -> Result<()> {
    for (name, value) in habits.pairs() {
        store::member_choices::put(c, &ctx.tenant, &ctx.member, name, &value)?;
    }
    plan::enqueue(app, c, &ctx.tenant)?;
    let act = Act {
        action: "member.reminders-chosen",
        entity: "member",
        entity_id: ctx.member.as_str(),
        detail: json!({}),
    };
    audit::append(app, c, &ctx.tenant, &Who::from(ctx), &act)
}
