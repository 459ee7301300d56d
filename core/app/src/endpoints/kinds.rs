//! What endpoints can be told of: one table, from which forms, filters and messages are made. A kind's
//! version rises when something it says changes its meaning or goes; what is only added leaves it.

use domain::ApiScope;

use crate::context::Context;

/// What a kind of event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// One of the people.
    People,
    /// A note on somebody's page.
    Notes,
    /// A task.
    Tasks,
    /// An appointment.
    Appointments,
    /// A document that a plugin keeps or a member added.
    Documents,
    /// What a plugin proposes to do.
    Approvals,
    /// An import of people.
    Imports,
    /// A pipeline and its stages.
    Pipelines,
    /// A tag.
    Tags,
    /// One of the business's own fields of people.
    Fields,
    /// A member of the business.
    Team,
    /// An account at a provider.
    Connections,
}

impl About {
    /// All, in the order of forms.
    pub const ALL: [Self; 12] = [
        Self::People,
        Self::Notes,
        Self::Tasks,
        Self::Appointments,
        Self::Documents,
        Self::Approvals,
        Self::Imports,
        Self::Pipelines,
        Self::Tags,
        Self::Fields,
        Self::Team,
        Self::Connections,
    ];

    /// The word in translation keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Notes => "notes",
            Self::Tasks => "tasks",
            Self::Appointments => "appointments",
            Self::Documents => "documents",
            Self::Approvals => "approvals",
            Self::Imports => "imports",
            Self::Pipelines => "pipelines",
            Self::Tags => "tags",
            Self::Fields => "fields",
            Self::Team => "team",
            Self::Connections => "connections",
        }
    }
}

impl About {
    /// What a token must be good for to hear of it.
    pub const fn scope(self) -> ApiScope {
        match self {
            Self::People => ApiScope::PeopleRead,
            Self::Notes => ApiScope::NotesRead,
            Self::Tasks => ApiScope::TasksRead,
            Self::Appointments => ApiScope::AppointmentsRead,
            Self::Documents => ApiScope::DocumentsRead,
            Self::Approvals => ApiScope::ApprovalsRead,
            Self::Imports => ApiScope::ImportsRead,
            Self::Pipelines | Self::Tags | Self::Fields => ApiScope::PipelinesRead,
            Self::Team => ApiScope::TeamRead,
            Self::Connections => ApiScope::ConnectionsRead,
        }
    }
}

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name in messages, such as `person.created`.
    pub name: &'static str,
    /// The version of what its messages say.
    pub version: u16,
    /// What it is about.
    pub about: About,
    /// Whether its messages name people or say how to reach them.
    pub is_personal: bool,
    /// The acts that it tells of.
    acts: &'static [&'static str],
}

const fn kind(
    name: &'static str,
    about: About,
    is_personal: bool,
    acts: &'static [&'static str],
) -> Kind {
    Kind { name, version: 1, about, is_personal, acts }
}

/// The name of the message that a person sends to try an endpoint.
pub const TEST: &str = "endpoint.test";

/// All kinds there are.
pub static KINDS: [Kind; 53] = [
    kind("person.created", About::People, true, &["person.created"]),
    kind("person.changed", About::People, true, &["person.changed"]),
    kind("person.stage_changed", About::People, true, &["person.stage-changed"]),
    kind("person.merged", About::People, true, &["person.merged"]),
    kind("person.deleted", About::People, false, &["person.deleted"]),
    kind("person.restored", About::People, true, &["person.restored", "person.unmerged"]),
    kind("note.created", About::Notes, false, &["note.created"]),
    kind("note.changed", About::Notes, false, &["note.changed"]),
    kind("note.deleted", About::Notes, false, &["note.deleted"]),
    kind("task.created", About::Tasks, true, &["task.created"]),
    kind("task.changed", About::Tasks, true, &["task.changed"]),
    kind("task.done", About::Tasks, true, &["task.done"]),
    kind("task.reopened", About::Tasks, true, &["task.reopened"]),
    kind("task.deleted", About::Tasks, false, &["task.deleted"]),
    kind("task.restored", About::Tasks, true, &["task.restored"]),
    kind("appointment.booked", About::Appointments, true, &["appointment.booked"]),
    // One that comes back is changed: it has a status.
    kind(
        "appointment.changed",
        About::Appointments,
        true,
        &["appointment.changed", "appointment.changed-elsewhere", "appointment.restored-elsewhere"],
    ),
    kind(
        "appointment.cancelled",
        About::Appointments,
        true,
        &["appointment.cancelled", "appointment.cancelled-elsewhere"],
    ),
    kind("document.kept", About::Documents, true, &["document.kept"]),
    kind("document.added", About::Documents, true, &["document.added"]),
    kind("document.changed", About::Documents, true, &["document.renamed"]),
    kind("document.deleted", About::Documents, false, &["document.deleted"]),
    kind("approval.proposed", About::Approvals, false, &["approval.proposed"]),
    kind("approval.approved", About::Approvals, false, &["approval.approved"]),
    kind("approval.rejected", About::Approvals, false, &["approval.rejected"]),
    kind("approval.change_asked", About::Approvals, false, &["approval.change-asked"]),
    // Nothing came of a change, so it waits as it was.
    kind(
        "approval.came_back",
        About::Approvals,
        false,
        &["approval.change-failed", "approval.change-declined"],
    ),
    kind("approval.replaced", About::Approvals, false, &["approval.replaced"]),
    kind("approval.withdrawn", About::Approvals, false, &["approval.withdrawn"]),
    kind("approval.expired", About::Approvals, false, &["approval.expired"]),
    // That it was let out is told with what became of it.
    kind("approval.sent", About::Approvals, false, &["approval.sent"]),
    kind("approval.unknown", About::Approvals, false, &["approval.unknown"]),
    kind("import.finished", About::Imports, false, &["import.finished"]),
    // Who came until then stays.
    kind("import.failed", About::Imports, false, &["import.failed"]),
    kind("import.cancelled", About::Imports, false, &["import.cancelled"]),
    kind("import.undone", About::Imports, false, &["import.undone"]),
    kind("pipeline.created", About::Pipelines, false, &["pipeline.created"]),
    kind("pipeline.changed", About::Pipelines, false, &["pipeline.changed"]),
    kind("pipeline.deleted", About::Pipelines, false, &["pipeline.deleted"]),
    kind("tag.created", About::Tags, false, &["tag.created"]),
    kind("tag.changed", About::Tags, false, &["tag.renamed"]),
    kind("tag.deleted", About::Tags, false, &["tag.deleted"]),
    kind("person_field.created", About::Fields, false, &["own-field.created"]),
    kind("person_field.changed", About::Fields, false, &["own-field.changed"]),
    kind("person_field.deleted", About::Fields, false, &["own-field.removed"]),
    kind("person_field.restored", About::Fields, false, &["own-field.restored"]),
    kind("member.joined", About::Team, true, &["member.joined"]),
    kind("member.changed", About::Team, true, &["member.role-changed"]),
    kind("member.removed", About::Team, false, &["member.left", "member.removed"]),
    kind("connection.connected", About::Connections, false, &["connection.connected"]),
    kind("connection.ends_soon", About::Connections, false, &["connection.ends-soon"]),
    kind("connection.needs_you", About::Connections, false, &["connection.needs-you"]),
    kind("connection.disconnected", About::Connections, false, &["connection.disconnected"]),
];

/// The kind that tells of an act, if one does.
pub(super) fn of_act(act: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.acts.contains(&act))
}

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Whether who asks may hear of this kind: members may of all, a token of what it reads itself. A message
/// that tells of nothing anybody may.
pub fn may_hear(ctx: &Context, name: &str) -> bool {
    let Some(scopes) = ctx.scopes else { return true };
    name == TEST || find(name).is_some_and(|kind| scopes.has(kind.about.scope()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dotted_words_and_no_act_is_told_of_twice() {
        let word = |c: char| c.is_ascii_lowercase() || c == '_';
        let mut acts = Vec::new();
        for kind in &KINDS {
            assert!(kind.name.split('.').count() == 2, "{}", kind.name);
            assert!(kind.name.split('.').all(|part| part.chars().all(word)), "{}", kind.name);
            assert_eq!(find(kind.name), Some(kind));
            for act in kind.acts {
                assert!(!acts.contains(act), "{act}");
                acts.push(act);
            }
        }
        assert_eq!(find(TEST), None, "nobody can choose it");
    }

    #[test]
    fn the_page_for_receivers_lists_each_and_what_it_says_of_people() {
        let page = include_str!("../../../../docs/webhooks.md");
        for kind in &KINDS {
            let start = format!("| `{}`", kind.name);
            let line = page.lines().find(|line| line.starts_with(&start)).unwrap();
            let says_none = line.rsplit('|').nth(1).unwrap().trim().starts_with("none");
            assert_eq!(kind.is_personal, !says_none, "{line}");
        }
    }
}
