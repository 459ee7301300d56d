//! The installation's own record: what belongs to no business, such as requests to the OpenID provider
//! and attacks that no business could be named for.

use domain::InstallationEntryId;
use serde_json::Value;
pub use store::installation_entries::InstallationEntry;

use crate::App;
use crate::error::Result;
use crate::journal::Line;

/// The newest entries that are kept; a few more for a while, until they are trimmed.
pub const KEPT: i64 = 5_000;
/// How long they are kept at most, in days.
pub const KEPT_DAYS: i64 = 365;

/// The newest entries, newest first, for the installation's operator.
pub async fn list_entries(app: &App, limit: i64) -> Result<Vec<InstallationEntry>> {
    Ok(app.db.read(move |c| store::installation_entries::list(c, limit)).await?)
}

/// Notes something. Comes back at once: it is written a moment later. `detail` holds no secret and
/// nothing about a person.
pub(crate) fn note(app: &App, kind: &str, count: u64, detail: Value) {
    let entry = InstallationEntry {
        id: InstallationEntryId::new(&*app.clock, &*app.rng),
        at: app.clock.now(),
        kind: kind.to_owned(),
        count: i64::try_from(count).unwrap_or(i64::MAX),
        detail_json: detail.into(),
    };
    app.journal.add(app, Line::Installation(Box::new(entry)));
}
