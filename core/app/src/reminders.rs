//! Reminders: who is reminded of what, when, and by which ways.
//!
//! A reminder is a row a member and occurrence. `plan` keeps the rows in step with what they remind of,
//! whenever that changes and once an hour besides; `sending` takes those whose time has come, each in
//! one transaction with what it sets off, so that it comes once whatever is started again, and whatever
//! a clock says. `snoozing` lets one come again.

mod habits;
mod plan;
mod sending;
mod snoozing;

pub(crate) use habits::change_habits;
pub use habits::{Habits, HabitsChange, HabitsInput, LEADS, choose_habits, get_habits};
pub(crate) use plan::{enqueue, is_in_reach, plan_all, replan, run};
pub(crate) use sending::{run_due, still_said};
pub use snoozing::{SNOOZES, find_of_task, snooze_notification, snooze_task};
pub use store::reminders::{Reminder, State, Subject};

/// How long it is remembered that a reminder came, in days.
pub const KEPT_DAYS: i64 = 400;
