//! Stand-ins for providers: stateful, strict, and able to fail on demand.
//!
//! One process on one loopback port answers the paths of all of a provider's hosts, which don't
//! collide. Every request becomes plain data ([`http`]), meets the waiting faults ([`faults`]), is
//! answered by an ordinary function over the state ([`google`], [`caldav`]), and is written down without its
//! secrets ([`journal`]). Tests steer it by handle, demos and scripts by `/_control/` ([`control`]).
//!
//! Invariant: nothing here leaves the machine. Pushes go to loopback addresses only.

pub mod caldav;
pub mod control;
pub mod faults;
pub mod google;
pub mod ground;
pub mod html;
pub mod http;
pub mod journal;
pub mod kept;
pub mod openid;
pub mod panel;
pub mod push;
pub mod server;
pub mod smtp;
pub mod troubles;
pub mod words;

pub use caldav::handle::CalDav;
pub use faults::{Cut, Effect, Fault};
pub use google::handle::{Google, Tokens};
pub use google::settings::Settings;
pub use google::state::{Access, Client};
pub use journal::Entry;
pub use openid::{Misbehaviour, OpenId, Person};
pub use server::{Options, Simulator};
