//! A fake host for plugin tests: the real runtime, with everything around it in the test's hands.
//!
//! ```ignore
//! #[tokio::test]
//! async fn calendars_are_listed() {
//!     let host = Host::start().await;
//!     host.http().expect(
//!         Expect::get("https://api.example.com/v1/calendars")
//!             .header("authorization", "Bearer test-acme")
//!             .reply(200, json!({"items": []})),
//!     );
//!     assert!(host.calendars().await.unwrap().is_empty());
//!     host.finish();
//! }
//! ```
//!
//! [`Host::start`] takes the plugin of the crate under test: packed in `OXPI_PLUGINS_DIR`, or compiled
//! and packed here when that is not set. Slots give the secret `test-<slot>`. The clock stands still
//! until it is moved, randomness is seeded. Every origin of the manifest leads to a loopback server that
//! answers as told; what it was not told fails the test, and so do a job left over at the end and a
//! slot's secret that is found in the plugin's memory after a hook.

mod approvals;
mod documents;
mod expect;
mod hooks;
mod host;
mod http;
mod memory;
mod package;
mod records;
mod scan;
mod server;
mod services;
mod views;

pub use domain::{Locale, Timestamp};
pub use expect::Expect;
pub use host::{Host, HostBuilder, SERVER, problem};
pub use http::{FakeHttp, Reply, Seen};
pub use memory::{FakeApproval, FakeJob, JobState, Memory, Published};
pub use package::package_of;
pub use runtime::{CallError, Problem};
pub use views::ViewShown;
