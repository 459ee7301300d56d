//! The whole system, from the outside: a server, its plugins, their providers' stand-ins.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on has failed")]
#![allow(clippy::print_stderr, reason = "figures of a long test are worth reading")]

mod api;
mod approvals;
mod brand;
mod caldav;
mod calendar;
mod calendar_health;
mod channels;
mod checkups;
mod columns;
mod convergence;
mod crash;
mod dead_letters;
mod demo;
mod documents;
mod doubles;
mod egress;
mod elsewhere;
mod endpoints;
mod examples;
mod faults;
mod files;
mod follow_up;
mod hostile;
mod imports;
mod lists;
mod live;
mod mail;
mod mischief;
mod missing;
mod openid;
mod opening;
mod own_fields;
mod packages;
mod passkeys;
mod proof;
mod reminders;
mod repeats;
mod reports;
mod strangers;
mod surface;
mod sweeps;
mod two_processes;
mod two_sides;
mod undo;
mod views;
mod webhooks;
