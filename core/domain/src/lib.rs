//! What every room speaks of: ids, time, locale, roles, secrets, text. No I/O, no async.
//!
//! Invariant: nothing here knows a database, HTTP, a template or a plugin engine. The system clock
//! and the system's randomness are named in `time.rs` and `rng.rs` and nowhere else in the house.

pub mod api_scope;
pub mod ics;
pub mod id;
pub mod locale;
pub mod phone;
pub mod recurrence;
pub mod reminder;
pub mod rng;
pub mod role;
pub mod secret;
pub mod task;
pub mod text;
pub mod time;
pub mod zone;

pub use api_scope::{ApiScope, ApiScopes};
pub use id::*;
pub use locale::Locale;
pub use recurrence::Recurrence;
pub use reminder::{Lead, Quiet};
pub use rng::Rng;
pub use role::{Permission, Role};
pub use secret::Secret;
pub use task::Due;
pub use time::{Clock, Timestamp};
pub use zone::Zone;
