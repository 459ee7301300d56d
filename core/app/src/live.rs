//! What changed in a business, by topic and nothing more: pages that show a topic look again. The
//! activity log is the source, since every change is in it and every process sees it: its number is
//! where a stream stands, and what came after is read again after any break.

use domain::{Permission, TenantId};

use crate::App;
use crate::context::Context;
use crate::error::Result;

/// Entries that are looked through at once; who is further behind looks at everything again.
const BEHIND_MAX: i64 = 100;
/// The topic that stands for all of them.
pub const EVERYTHING: &str = "all";

/// What changed since a place in the activity log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Where the log ends now.
    pub head: i64,
    /// Topics that the role sees, each once.
    pub topics: Vec<&'static str>,
}

/// Where a business's activity log ends; 0 while it is empty.
pub async fn find_head(app: &App, tenant: &TenantId) -> Result<i64> {
    let tenant = tenant.clone();
    let head = app.db.read(move |c| store::audit::find_head(c, &tenant)).await?;
    Ok(head.map_or(0, |(seq, _)| seq))
}

/// Makes one change only if nothing has changed since the log ended there: what was seen then is what the
/// change is made to. Otherwise it fails as what has changed meanwhile, and changes nothing.
pub async fn held_to<T>(ctx: &Context, head: i64, change: impl Future<Output = T>) -> T {
    store::held_to(ctx.tenant.clone(), head, change).await
}

/// What changed since then that this member may know of.
pub async fn changed_since(app: &App, ctx: &Context, seq: i64) -> Result<Changed> {
    let (tenant, role) = (ctx.tenant.clone(), ctx.role);
    let (head, entities) = app
        .db
        .read(move |c| {
            let head = store::audit::find_head(c, &tenant)?.map_or(0, |(seq, _)| seq);
            Ok((head, store::audit::list_entities_after(c, &tenant, seq, BEHIND_MAX)?))
        })
        .await?;
    if head.saturating_sub(seq) >= BEHIND_MAX {
        return Ok(Changed { head, topics: vec![EVERYTHING] });
    }
    let all = entities.iter().flat_map(|entity| topics_of(entity));
    let mut topics: Vec<&'static str> =
        all.filter(|(_, needs)| role.may(*needs)).map(|(topic, _)| *topic).collect();
    topics.sort_unstable();
    topics.dedup();
    Ok(Changed { head, topics })
}

/// The topics of what an entry is about, and who may hear of each.
fn topics_of(entity: &str) -> &'static [(&'static str, Permission)] {
    match entity {
        // A stage that goes or means something else takes its people along.
        "person" | "act" | "pipeline" => &[("people", Permission::ReadPeople)],
        "appointment" | "series" | "calendar_import" => {
            &[("appointments", Permission::ReadAppointments)]
        }
        "task" | "reminder" => &[("tasks", Permission::ReadTasks)],
        "document" => &[("documents", Permission::ReadDocuments)],
        "endpoint" => &[("endpoints", Permission::ManageSettings)],
        "export" => &[("exports", Permission::ManageSettings)],
        "import" => &[("imports", Permission::ReadPeople)],
        // What goes takes something from many, of which nothing else tells.
        "sweep" => &[
            ("sweeps", Permission::ReadPeople),
            ("sweeps", Permission::ReadTasks),
            ("people", Permission::ReadPeople),
            ("tasks", Permission::ReadTasks),
        ],
        "calendar" => &[("calendars", Permission::ReadAppointments)],
        "approval" => &[("approvals", Permission::DecideApprovals)],
        // What goes with an account or a plugin goes from the documents, which also say whose they are.
        "connection" => {
            &[("connections", Permission::ReadPlugins), ("documents", Permission::ReadDocuments)]
        }
        "plugin" => {
            &[("plugins", Permission::ReadPlugins), ("documents", Permission::ReadDocuments)]
        }
        "invitation" => &[("team", Permission::ReadTeam)],
        // Who leaves leaves people and tasks behind.
        "member" => &[
            ("team", Permission::ReadTeam),
            ("people", Permission::ReadPeople),
            ("tasks", Permission::ReadTasks),
        ],
        "job" => &[("jobs", Permission::ManageJobs)],
        _ => &[],
    }
}
