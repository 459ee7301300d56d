//! Who may do what. A role is a name for a set of permissions; code asks for permissions only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A member's place in a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, including giving ownership away. A tenant always has one.
    Owner,
    /// Everything but what concerns owners.
    Admin,
    /// The daily work: people, appointments, tasks.
    Member,
    /// Reads invoices and exports, nothing else.
    Accountant,
}

/// One thing that a role may allow. Add a line here, and to [`Role::may`], for a new kind of act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See leads and customers.
    ReadPeople,
    /// Add and change leads and customers.
    WritePeople,
    /// See appointments and busy times.
    ReadAppointments,
    /// Book, change and cancel appointments.
    WriteAppointments,
    /// See what is to be done in the business.
    ReadTasks,
    /// Add tasks, change them and do them.
    WriteTasks,
    /// See which plugins and connections there are and how they are.
    ReadPlugins,
    /// Turn plugins on and off and change their settings.
    ManagePlugins,
    /// Connect and disconnect accounts at providers.
    ManageConnections,
    /// See what plugins propose to do, and decide it.
    DecideApprovals,
    /// See and download documents.
    ReadDocuments,
    /// Delete documents.
    WriteDocuments,
    /// See who is in the team.
    ReadTeam,
    /// Invite, change and remove members.
    ManageTeam,
    /// Give and take the owner's role.
    ManageOwners,
    /// Read the activity log.
    ReadActivity,
    /// Change the business's settings.
    ManageSettings,
    /// See what didn't work, have it tried again, or set it aside.
    ManageJobs,
}

impl Role {
    /// Every role, strongest first.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Member, Self::Accountant];

    /// Whether this role has the permission.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(permission, P::ManageOwners),
            Self::Member => matches!(
                permission,
                P::ReadPeople
                    | P::WritePeople
                    | P::ReadAppointments
                    | P::WriteAppointments
                    | P::ReadTasks
                    | P::WriteTasks
                    | P::ReadPlugins
                    | P::ReadDocuments
                    | P::ReadTeam
            ),
            Self::Accountant => false,
        }
    }

    /// The name kept in the database and used in translation keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Accountant => "accountant",
        }
    }
}

/// Text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such role: {0:?}")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or_else(|| UnknownRole(text.chars().take(32).collect()))
    }
}

impl TryFrom<String> for Role {
    type Error = UnknownRole;
    fn try_from(text: String) -> Result<Self, UnknownRole> {
        text.parse()
    }
}

impl From<Role> for String {
    fn from(role: Role) -> String {
        role.as_str().to_owned()
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
