//! What a program may do in a business with a token: words a person can tick. A token never reaches
//! further than its words, nor further than the member who made it.

use std::fmt;
use std::str::FromStr;

use crate::Permission;

/// Text that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such scope: {0:?}")]
pub struct UnknownScope(pub String);

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $word:literal allows [$($permission:ident),*],)*) => {
        /// One thing that a token may be good for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ApiScope {$(
            $(#[$doc])*
            $name,
        )*}

        impl ApiScope {
            /// Every scope, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in documents, requests and the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// What of the member's permissions it lets through.
            pub const fn permissions(self) -> &'static [Permission] {
                match self { $(Self::$name => &[$(Permission::$permission),*]),* }
            }
        }
    };
}

scopes! {
    /// See leads and customers.
    PeopleRead = "people:read" allows [ReadPeople],
    /// Add and change leads and customers.
    PeopleWrite = "people:write" allows [ReadPeople, WritePeople],
    /// See what happened with people.
    NotesRead = "notes:read" allows [ReadPeople],
    /// Write notes on people.
    NotesWrite = "notes:write" allows [ReadPeople, WritePeople],
    /// See pipelines, tags and saved views.
    PipelinesRead = "pipelines:read" allows [ReadPeople],
    /// Change pipelines and tags.
    PipelinesWrite = "pipelines:write" allows [ReadPeople, ManageSettings],
    /// See what is to be done.
    TasksRead = "tasks:read" allows [ReadTasks],
    /// Add tasks, change them and do them.
    TasksWrite = "tasks:write" allows [ReadTasks, WriteTasks],
    /// See appointments.
    AppointmentsRead = "appointments:read" allows [ReadAppointments],
    /// Book, change and cancel appointments.
    AppointmentsWrite = "appointments:write" allows [ReadAppointments, WriteAppointments],
    /// See and download documents.
    DocumentsRead = "documents:read" allows [ReadDocuments],
    /// Add files to people, and delete documents for good.
    DocumentsWrite = "documents:write" allows [ReadDocuments, WriteDocuments],
    /// See calendars and when they are busy.
    CalendarsRead = "calendars:read" allows [ReadAppointments],
    /// Make and withdraw the address of its maker's calendar.
    CalendarsWrite = "calendars:write" allows [ReadAppointments],
    /// See the team, and who is invited to it.
    TeamRead = "team:read" allows [ReadTeam, ManageTeam],
    /// Invite colleagues, give them another role and take them out, but nobody who could make tokens.
    TeamWrite = "team:write" allows [ReadTeam, ManageTeam],
    /// See the activity log.
    ActivityRead = "activity:read" allows [ReadActivity],
    /// See the business's settings.
    BusinessRead = "business:read" allows [],
    /// Change the business's name, language, time zone and currency.
    BusinessWrite = "business:write" allows [ManageSettings],
    /// See which accounts are connected, and how they are.
    ConnectionsRead = "connections:read" allows [ReadPlugins],
    /// See which plugins there are; nothing turns them on but people.
    PluginsRead = "plugins:read" allows [ReadPlugins],
    /// See what plugins propose to do; nothing decides it but people.
    ApprovalsRead = "approvals:read" allows [DecideApprovals],
    /// Have plugins propose it otherwise; nothing is approved by that.
    ApprovalsWrite = "approvals:write" allows [DecideApprovals],
    /// See reports.
    ReportsRead = "reports:read" allows [ReadPeople],
    /// See how imports went.
    ImportsRead = "imports:read" allows [ReadPeople, WritePeople],
    /// Bring lists of people, take them in and take them back.
    ImportsWrite = "imports:write" allows [ReadPeople, WritePeople],
    /// See what the token's maker was told of, and how they want to be told.
    NotificationsRead = "notifications:read" allows [],
    /// Mark as read what its maker was told of, let reminders come again, and choose how they are told.
    NotificationsWrite = "notifications:write" allows [],
    /// See which addresses are told of what happens.
    WebhooksRead = "webhooks:read" allows [ManageSettings],
    /// Change which addresses are told of what the token reads itself.
    WebhooksWrite = "webhooks:write" allows [ManageSettings],
    /// See which work was given up.
    JobsRead = "jobs:read" allows [ManageJobs],
    /// Have it tried again, or leave it.
    JobsWrite = "jobs:write" allows [ManageJobs],
}

impl fmt::Display for ApiScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ApiScope {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let known = Self::ALL.iter().copied().find(|scope| scope.as_str() == text);
        known.ok_or_else(|| UnknownScope(text.chars().take(40).collect()))
    }
}

/// Some scopes; as text they are words with a space between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApiScopes(u64);

impl ApiScopes {
    /// Whether this scope is one of them.
    pub const fn has(self, scope: ApiScope) -> bool {
        self.0 & (1 << scope as u32) != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// They, in the order in which they are offered.
    pub fn iter(self) -> impl Iterator<Item = ApiScope> {
        ApiScope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }

    /// Whether any of them lets this through.
    pub fn allow(self, permission: Permission) -> bool {
        self.iter().any(|scope| scope.permissions().contains(&permission))
    }
}

impl FromIterator<ApiScope> for ApiScopes {
    fn from_iter<I: IntoIterator<Item = ApiScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | 1 << scope as u32))
    }
}

impl fmt::Display for ApiScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(ApiScope::as_str).collect();
        f.write_str(&words.join(" "))
    }
}

impl FromStr for ApiScopes {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split_whitespace().map(str::parse).collect()
    }
}

impl TryFrom<String> for ApiScopes {
    type Error = UnknownScope;
    fn try_from(text: String) -> Result<Self, UnknownScope> {
        text.parse()
    }
}

impl From<ApiScopes> for String {
    fn from(scopes: ApiScopes) -> String {
        scopes.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_survive_their_text_and_nothing_else_is_one() {
        let all: ApiScopes = ApiScope::ALL.iter().copied().collect();
        assert_eq!(all.to_string().parse(), Ok(all));
        assert_eq!("".parse(), Ok(ApiScopes::default()));
        assert!("people:read people:eat".parse::<ApiScopes>().is_err());
    }

    #[test]
    fn a_scope_lets_nothing_else_through() {
        let reads: ApiScopes = [ApiScope::PeopleRead].into_iter().collect();
        assert!(reads.allow(Permission::ReadPeople));
        assert!(!reads.allow(Permission::WritePeople) && !reads.allow(Permission::ReadTasks));
    }
}
