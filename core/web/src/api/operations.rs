//! The one table of the API's operations: the server answers what stands here, the document describes
//! it, and tests walk it.

use std::future::Future;
use std::pin::Pin;

use app::documents::{MEDIA_TYPES, UNKNOWN_TYPE};
use domain::{ApiScope, Permission};

use super::answer::Answer;
use super::call::Call;
use super::describe::Fields;
use super::{
    activity, appointments, approvals, business, calendar_feeds, calendar_files, calendar_imports,
    calendars, connections, deliveries, documents, endpoints, exports, import_plans, imports,
    invitations, jobs, notes, notifications, own_fields, people, pipelines, plugins, removed,
    reports, saved_views, search, series, sources, sweeps, tags, tasks, team, undos,
};

/// What an operation answers when all goes well, by the name of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// One thing.
    One(&'static str),
    /// Something new.
    Made(&'static str),
    /// Work that goes on, and where it is followed.
    Begun(&'static str),
    /// A page of a list.
    Page(&'static str),
    /// A whole list.
    Items(&'static str),
    /// What came of an act.
    Told(&'static str),
    /// A file of one of these kinds.
    File(&'static [&'static str]),
    /// Nothing.
    Nothing,
}

type Handling = Pin<Box<dyn Future<Output = Answer>>>;

/// An operation.
pub struct Operation {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The handler's name.
    pub name: &'static str,
    /// What the token must be good for; None where any token will do, or where that depends on what is
    /// asked for: [`BY_KIND`].
    pub scope: Option<ApiScope>,
    /// Without this permission it reads as not there.
    pub sees: Option<Permission>,
    /// Without this permission it is refused.
    pub needs: Option<Permission>,
    /// What it does.
    pub summary: &'static str,
    /// Parameters after the path.
    pub query: fn() -> Fields,
    /// The schema of the body, if it takes one; [`FILE`] is none.
    pub body: Option<&'static str>,
    /// What it answers.
    pub shows: Shows,
    pub(super) handler: fn(Call) -> Handling,
}

impl Operation {
    /// What the document calls it.
    pub fn id(&self) -> String {
        self.name.replace("::", "_")
    }

    /// The names of the parameters in the path.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether what it changes has a tag that the sender may hold it to.
    pub fn can_match(&self) -> bool {
        self.method != "GET" && current(self).is_some()
    }
}

/// Writes the table's lines; the handler's path is its name.
macro_rules! table {
    ($($method:ident $path:literal $scope:tt ($sees:expr, $needs:expr) $handler:path,
        $summary:literal, $query:expr, $body:expr, $shows:expr;)*) => {
        static TABLE: &[Operation] = &[$(Operation {
            method: stringify!($method),
            path: concat!("/api/v1", $path),
            name: stringify!($handler),
            scope: table!(@scope $scope),
            sees: $sees,
            needs: $needs,
            summary: $summary,
            query: $query,
            body: $body,
            shows: $shows,
            handler: |call| Box::pin($handler(call)),
        },)*];
    };
    (@scope _) => { None };
    (@scope $scope:ident) => { Some(ApiScope::$scope) };
}

const ALL: Option<Permission> = None;
const PEOPLE: Option<Permission> = Some(Permission::ReadPeople);
const WRITE_PEOPLE: Option<Permission> = Some(Permission::WritePeople);
const APPOINTMENTS: Option<Permission> = Some(Permission::ReadAppointments);
const BOOK: Option<Permission> = Some(Permission::WriteAppointments);
const TASKS: Option<Permission> = Some(Permission::ReadTasks);
const WRITE_TASKS: Option<Permission> = Some(Permission::WriteTasks);
const DOCUMENTS: Option<Permission> = Some(Permission::ReadDocuments);
const PLUGINS: Option<Permission> = Some(Permission::ReadPlugins);
const TEAM: Option<Permission> = Some(Permission::ReadTeam);
const MANAGE_TEAM: Option<Permission> = Some(Permission::ManageTeam);
const ACTIVITY: Option<Permission> = Some(Permission::ReadActivity);
const APPROVALS: Option<Permission> = Some(Permission::DecideApprovals);
const JOBS: Option<Permission> = Some(Permission::ManageJobs);
const SETTINGS: Option<Permission> = Some(Permission::ManageSettings);

const NONE: Option<&str> = None;

/// Lists that other programs read, and cards of people.
const TABLES: &[&str] =
    &["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];
const CARDS: &[&str] = &[
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/vcard",
];

const CARD: &[&str] = &["text/vcard"];
const CALENDAR: &[&str] = &["text/calendar"];

/// What plugins may keep, and what is none of it: members add whatever they have.
const KEPT: &[&str] = &KEPT_TYPES;

const KEPT_TYPES: [&str; MEDIA_TYPES.len() + 1] = {
    let mut all = [UNKNOWN_TYPE; MEDIA_TYPES.len() + 1];
    let mut at = 0;
    while at < MEDIA_TYPES.len() {
        all[at] = MEDIA_TYPES[at];
        at += 1;
    }
    all
};

/// The body of an operation that takes a file as it is.
pub const FILE: &str = "File";

/// What a file may say it is that an operation takes.
pub fn file_types(operation: &Operation) -> &'static [&'static str] {
    match operation.name {
        "documents::create" => KEPT,
        "calendar_imports::create" => CALENDAR_TYPES,
        _ => FILE_TYPES,
    }
}

/// What a list may say it is; what it is shows when it is read.
const FILE_TYPES: &[&str] = &[
    "application/octet-stream",
    "text/csv",
    "text/plain",
    "text/vcard",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// What a calendar file may say it is.
const CALENDAR_TYPES: &[&str] = &["application/octet-stream", "text/calendar", "text/plain"];

const BOOKS: &str = "The token needs `appointments:write`.";
const UNDOES: &str = "The token needs what the act needed: `people:write`, `tasks:write` or \
    `appointments:write`; for another member's act also to be good for the settings, as with \
    `business:write`.";
const SEES_VIEWS: &str =
    "The token needs what their list needs: `pipelines:read`, `tasks:read` or `documents:read`.";
const KEEPS_VIEWS: &str =
    "The token needs what their list needs: `people:write`, `tasks:write` or `documents:write`.";

/// Operations that look themselves at what the token is good for, and what they say of that.
pub const BY_KIND: &[(&str, &str)] = &[
    (
        "undos::list",
        "Told are the acts that the token may take back: it needs `people:write`, `tasks:write` or \
            `appointments:write`, and for other members' acts to be good for the settings, as with \
            `business:write`.",
    ),
    ("undos::show", UNDOES),
    ("undos::undo_act", UNDOES),
    ("removed::people", "The token needs `people:write`."),
    ("removed::tasks", "The token needs `tasks:write`."),
    ("calendar_imports::list", BOOKS),
    ("calendar_imports::show", BOOKS),
    ("calendar_imports::events", BOOKS),
    (
        "sweeps::list",
        "Told are those that the token may change: it needs `people:write`, `tasks:write` or \
            `pipelines:write`.",
    ),
    ("saved_views::list", SEES_VIEWS),
    ("saved_views::show", SEES_VIEWS),
    ("saved_views::create", KEEPS_VIEWS),
    ("saved_views::rename", KEEPS_VIEWS),
    ("saved_views::remove", KEEPS_VIEWS),
    (
        "sweeps::show",
        "The token needs what it changes: `people:write` or `tasks:write`; for what a change of stages \
            or tags began, `pipelines:write` will do.",
    ),
    ("sweeps::cancel", "The token needs what it changes: `people:write` or `tasks:write`."),
    (
        "search::find",
        "Told is what the token reads: `people:read`, `appointments:read`, `tasks:read`, \
            `documents:read` or `notes:read`.",
    ),
];

/// The id in a path that is no UUID: plugins are known by their names.
pub const PLUGIN: &str = "plugin";

/// Operations that go on as a `Sweep`, answered with 202, where they concern more than one answer waits for.
pub const MAY_GO_ON: &[&str] =
    &["pipelines::update", "pipelines::remove", "tags::remove", "sources::rename"];

fn nothing() -> Fields {
    Vec::new()
}

#[rustfmt::skip]
mod lines {
    use super::*;
    use super::Shows::*;

    // Of two paths that fit, the first counts: words before parameters.
    table! {
        GET    "/token"                                   _                 (ALL, ALL) business::token, "What this token is good for", nothing, NONE, One("Token");
        GET    "/business"                                BusinessRead      (ALL, ALL) business::show, "The business", nothing, NONE, One("Business");
        PATCH  "/business"                                BusinessWrite     (SETTINGS, ALL) business::update, "Change what the business says of itself", nothing, Some("BusinessChange"), One("Business");
        GET    "/search"                                  _                 (ALL, ALL) search::find, "Find people, appointments, tasks, documents and notes", search::query, NONE, Told("Found");

        GET    "/people"                                  PeopleRead        (PEOPLE, ALL) people::list, "List people", people::list_query, NONE, Page("PersonRow");
        POST   "/people"                                  PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::create, "Add a person", nothing, Some("PersonNew"), Made("Person");
        POST   "/people/change"                           PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::change_many, "Do one thing to many people", nothing, Some("PeopleAct"), Told("Changed");
        POST   "/people/change/all"                       PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::change_all, "Do one thing to all people who match, in lots", people::narrowing, Some("PeopleActAll"), Begun("Sweep");
        GET    "/people/export"                           PeopleRead        (PEOPLE, ALL) exports::people, "People as a file", exports::people_query, NONE, File(CARDS);
        GET    "/people/doubles"                          PeopleRead        (PEOPLE, ALL) people::doubles, "People who may be one", people::doubles_query, NONE, Page("Doubles");
        GET    "/people/removed"                          _                 (PEOPLE, WRITE_PEOPLE) removed::people, "People who were removed and can be brought back, latest first", removed::list_query, NONE, Page("Removed");
        GET    "/people/{person}"                         PeopleRead        (PEOPLE, ALL) people::show, "A person", nothing, NONE, One("Person");
        GET    "/people/{person}/card"                    PeopleRead        (PEOPLE, ALL) exports::person, "A person as a card for address books", nothing, NONE, File(CARD);
        PATCH  "/people/{person}"                         PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::update, "Change a person", nothing, Some("PersonChange"), One("Person");
        DELETE "/people/{person}"                         PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::remove, "Remove a person", nothing, NONE, Nothing;
        POST   "/people/{person}/restore"                 PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::restore, "Bring a removed person back", nothing, NONE, One("Person");
        POST   "/people/{person}/stage"                   PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::move_to_stage, "Move a person to another stage", nothing, Some("StageMove"), One("Person");
        POST   "/people/{person}/merge"                   PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::merge, "Make one of two people or several: this one stays", nothing, Some("Merge"), One("MergedPerson");
        POST   "/people/{person}/apart"                   PeopleWrite       (PEOPLE, WRITE_PEOPLE) people::keep_apart, "Say that two who look like one are two", nothing, Some("Apart"), Told("KeptApart");
        GET    "/people/{person}/timeline"                NotesRead         (PEOPLE, ALL) notes::list, "What happened with a person", notes::list_query, NONE, Page("Entry");
        POST   "/people/{person}/notes"                   NotesWrite        (PEOPLE, WRITE_PEOPLE) notes::create, "Write a note", nothing, Some("NoteNew"), Made("Note");
        GET    "/people/{person}/notes/{note}"            NotesRead         (PEOPLE, ALL) notes::show, "A note", nothing, NONE, One("Note");
        PATCH  "/people/{person}/notes/{note}"            NotesWrite        (PEOPLE, WRITE_PEOPLE) notes::update, "Write one's own note anew", nothing, Some("NoteNew"), One("Note");
        DELETE "/people/{person}/notes/{note}"            NotesWrite        (PEOPLE, WRITE_PEOPLE) notes::remove, "Remove one's own note", nothing, NONE, Nothing;

        GET    "/person-fields"                           PipelinesRead     (PEOPLE, ALL) own_fields::list, "The business's own fields of people", nothing, NONE, Items("PersonField");
        POST   "/person-fields"                           PipelinesWrite    (PEOPLE, SETTINGS) own_fields::create, "Add an own field", nothing, Some("PersonFieldNew"), Made("PersonField");
        GET    "/person-fields/{own_field}"               PipelinesRead     (PEOPLE, ALL) own_fields::show, "An own field", nothing, NONE, One("PersonField");
        PATCH  "/person-fields/{own_field}"               PipelinesWrite    (PEOPLE, SETTINGS) own_fields::update, "Change an own field", nothing, Some("PersonFieldChange"), One("PersonField");
        DELETE "/person-fields/{own_field}"               PipelinesWrite    (PEOPLE, SETTINGS) own_fields::remove, "Remove an own field; what people have of it is kept", nothing, NONE, Nothing;
        POST   "/person-fields/{own_field}/restore"       PipelinesWrite    (PEOPLE, SETTINGS) own_fields::restore, "Bring a removed own field back", nothing, NONE, One("PersonField");
        GET    "/tags"                                    PipelinesRead     (PEOPLE, ALL) tags::list, "Tags", nothing, NONE, Items("Tag");
        POST   "/tags"                                    PipelinesWrite    (PEOPLE, SETTINGS) tags::create, "Add a tag", nothing, Some("TagChange"), Made("Tag");
        GET    "/tags/{tag}"                              PipelinesRead     (PEOPLE, ALL) tags::show, "A tag", nothing, NONE, One("Tag");
        PATCH  "/tags/{tag}"                              PipelinesWrite    (PEOPLE, SETTINGS) tags::rename, "Rename a tag", nothing, Some("TagChange"), One("Tag");
        DELETE "/tags/{tag}"                              PipelinesWrite    (PEOPLE, SETTINGS) tags::remove, "Remove a tag from everybody", nothing, NONE, Nothing;
        GET    "/sources"                                 PipelinesRead     (PEOPLE, ALL) sources::list, "Where people came from, in the business's words", nothing, NONE, Items("Source");
        POST   "/sources/rename"                          PipelinesWrite    (PEOPLE, SETTINGS) sources::rename, "Rename a source, or make one of two", nothing, Some("SourceRename"), Told("Changed");
        GET    "/views"                                   _                 (PEOPLE, ALL) saved_views::list, "Saved views of a list", saved_views::query, NONE, Items("View");
        POST   "/views"                                   _                 (PEOPLE, ALL) saved_views::create, "Save a view of a list", nothing, Some("ViewNew"), Made("View");
        GET    "/views/{saved_view}"                      _                 (PEOPLE, ALL) saved_views::show, "A saved view", nothing, NONE, One("View");
        PATCH  "/views/{saved_view}"                      _                 (PEOPLE, ALL) saved_views::rename, "Rename a saved view", nothing, Some("ViewChange"), One("View");
        DELETE "/views/{saved_view}"                      _                 (PEOPLE, ALL) saved_views::remove, "Remove a saved view", nothing, NONE, Nothing;
        GET    "/pipelines"                               PipelinesRead     (PEOPLE, ALL) pipelines::list, "Pipelines with their stages", nothing, NONE, Items("Pipeline");
        POST   "/pipelines"                               PipelinesWrite    (PEOPLE, SETTINGS) pipelines::create, "Add a pipeline", nothing, Some("PipelineNew"), Made("Pipeline");
        GET    "/pipelines/{pipeline}"                    PipelinesRead     (PEOPLE, ALL) pipelines::show, "A pipeline", nothing, NONE, One("Pipeline");
        PATCH  "/pipelines/{pipeline}"                    PipelinesWrite    (PEOPLE, SETTINGS) pipelines::update, "Change a pipeline and its stages", nothing, Some("PipelineChange"), One("Pipeline");
        DELETE "/pipelines/{pipeline}"                    PipelinesWrite    (PEOPLE, SETTINGS) pipelines::remove, "Remove a pipeline; its people move to another", nothing, NONE, Nothing;

        GET    "/tasks"                                   TasksRead         (TASKS, ALL) tasks::list, "List tasks", tasks::list_query, NONE, Page("Task");
        POST   "/tasks"                                   TasksWrite        (TASKS, WRITE_TASKS) tasks::create, "Add a task", nothing, Some("TaskNew"), Made("Task");
        POST   "/tasks/change"                            TasksWrite        (TASKS, WRITE_TASKS) tasks::change_many, "Do one thing to many tasks", nothing, Some("TasksAct"), Told("Changed");
        POST   "/tasks/change/all"                        TasksWrite        (TASKS, WRITE_TASKS) tasks::change_all, "Do one thing to all tasks that match, in lots", tasks::narrowing, Some("TasksActAll"), Begun("Sweep");
        GET    "/tasks/export"                            TasksRead         (TASKS, ALL) exports::tasks, "Tasks as a file", exports::tasks_query, NONE, File(TABLES);
        GET    "/tasks/changed"                           TasksRead         (TASKS, ALL) tasks::changed, "Tasks that were changed since, the longest ago first", appointments::changed_query, NONE, Page("Task");
        GET    "/tasks/removed"                           _                 (TASKS, WRITE_TASKS) removed::tasks, "Tasks that were removed and can be brought back, latest first", removed::list_query, NONE, Page("Removed");
        GET    "/tasks/{task}"                            TasksRead         (TASKS, ALL) tasks::show, "A task", nothing, NONE, One("Task");
        PATCH  "/tasks/{task}"                            TasksWrite        (TASKS, WRITE_TASKS) tasks::update, "Change a task", nothing, Some("TaskChange"), One("Task");
        DELETE "/tasks/{task}"                            TasksWrite        (TASKS, WRITE_TASKS) tasks::remove, "Remove a task", nothing, NONE, Nothing;
        POST   "/tasks/{task}/done"                       TasksWrite        (TASKS, WRITE_TASKS) tasks::finish, "Mark a task as done", nothing, NONE, One("Task");
        POST   "/tasks/{task}/reopen"                     TasksWrite        (TASKS, WRITE_TASKS) tasks::reopen, "Mark a task as not done after all", nothing, NONE, One("Task");
        POST   "/tasks/{task}/snooze"                     TasksWrite        (TASKS, WRITE_TASKS) tasks::snooze, "Let a task’s reminder come again", nothing, Some("Snooze"), Told("Snoozed");
        POST   "/tasks/{task}/restore"                    TasksWrite        (TASKS, WRITE_TASKS) tasks::restore, "Bring a removed task back", nothing, NONE, One("Task");

        GET    "/appointments"                            AppointmentsRead  (APPOINTMENTS, ALL) appointments::list, "Appointments between two instants", appointments::list_query, NONE, Page("Appointment");
        POST   "/appointments"                            AppointmentsWrite (APPOINTMENTS, BOOK) appointments::book, "Book an appointment", nothing, Some("AppointmentNew"), Made("Appointment");
        GET    "/appointments/export"                     AppointmentsRead  (APPOINTMENTS, ALL) exports::appointments, "Appointments as a file", exports::appointments_query, NONE, File(TABLES);
        GET    "/appointments/changed"                    AppointmentsRead  (APPOINTMENTS, ALL) appointments::changed, "Appointments that were changed since, the longest ago first", appointments::changed_query, NONE, Page("Appointment");
        GET    "/appointments/{appointment}"              AppointmentsRead  (APPOINTMENTS, ALL) appointments::show, "An appointment", nothing, NONE, One("Appointment");
        PATCH  "/appointments/{appointment}"              AppointmentsWrite (APPOINTMENTS, BOOK) appointments::change, "Change an appointment", nothing, Some("AppointmentChange"), One("Appointment");
        POST   "/appointments/{appointment}/move"         AppointmentsWrite (APPOINTMENTS, BOOK) appointments::shift, "Move an appointment to another time", nothing, Some("AppointmentMove"), One("Appointment");
        POST   "/appointments/{appointment}/cancel"       AppointmentsWrite (APPOINTMENTS, BOOK) appointments::cancel, "Cancel an appointment", nothing, NONE, One("Appointment");
        POST   "/appointments/{appointment}/restore"      AppointmentsWrite (APPOINTMENTS, BOOK) appointments::restore, "Let a cancelled appointment take place after all", nothing, NONE, One("Appointment");
        POST   "/appointments/{appointment}/again"        AppointmentsWrite (APPOINTMENTS, BOOK) appointments::send_again, "Send an appointment again that did not reach its calendar", nothing, NONE, One("Appointment");
        GET    "/appointments/{appointment}/file"         AppointmentsRead  (APPOINTMENTS, ALL) calendar_files::export_one, "An appointment as a calendar file", nothing, NONE, File(CALENDAR);
        GET    "/appointments/{appointment}/series"       AppointmentsRead  (APPOINTMENTS, ALL) series::show, "How an appointment comes again", nothing, NONE, One("Series");
        PATCH  "/appointments/{appointment}/series"       AppointmentsWrite (APPOINTMENTS, BOOK) series::update, "Let appointments come again by another rule", nothing, Some("SeriesChange"), One("Series");
        POST   "/appointments/{appointment}/series/cancel" AppointmentsWrite (APPOINTMENTS, BOOK) series::cancel, "Cancel several appointments that come again", nothing, Some("SeriesCancel"), Told("SeriesCancelled");

        GET    "/documents"                               DocumentsRead     (DOCUMENTS, ALL) documents::list, "What plugins keep and what was added to people, newest first", documents::list_query, NONE, Page("Document");
        POST   "/documents"                               DocumentsWrite    (DOCUMENTS, ALL) documents::create, "Add a file to a person", documents::create_query, Some(FILE), Made("Document");
        GET    "/documents/export"                        DocumentsRead     (DOCUMENTS, ALL) exports::documents, "What is known of documents as a file", exports::documents_query, NONE, File(TABLES);
        GET    "/documents/{document}"                    DocumentsRead     (DOCUMENTS, ALL) documents::show, "A document", nothing, NONE, One("Document");
        GET    "/documents/{document}/content"            DocumentsRead     (DOCUMENTS, ALL) documents::download, "Download a document", nothing, NONE, File(KEPT);
        PATCH  "/documents/{document}"                    DocumentsWrite    (DOCUMENTS, ALL) documents::rename, "Give a document another name", nothing, Some("DocumentChange"), One("Document");
        DELETE "/documents/{document}"                    DocumentsWrite    (DOCUMENTS, ALL) documents::remove, "Delete a document for good", nothing, NONE, Nothing;

        GET    "/sweeps"                                  _                 (PEOPLE, WRITE_PEOPLE) sweeps::list, "Acts over all that match that are under way", nothing, NONE, Items("Sweep");
        GET    "/sweeps/{sweep}"                          _                 (PEOPLE, WRITE_PEOPLE) sweeps::show, "How far an act over all that match is", nothing, NONE, One("Sweep");
        POST   "/sweeps/{sweep}/cancel"                   _                 (PEOPLE, WRITE_PEOPLE) sweeps::cancel, "Stop an act over all that match; what was changed until then stays", nothing, NONE, One("Sweep");
        GET    "/undo"                                    _                 (ALL, ALL) undos::list, "What can be taken back, latest first", undos::list_query, NONE, Page("Act");
        GET    "/undo/{undo}"                             _                 (ALL, ALL) undos::show, "An act that can be taken back", nothing, NONE, One("Act");
        POST   "/undo/{undo}"                             _                 (ALL, ALL) undos::undo_act, "Take an act back: one over many, or a merge", nothing, NONE, Told("Undone");

        GET    "/calendars"                               CalendarsRead     (APPOINTMENTS, ALL) calendars::list, "Connected calendars", nothing, NONE, Items("Calendar");
        GET    "/calendars/{calendar}"                    CalendarsRead     (APPOINTMENTS, ALL) calendars::show, "A connected calendar", nothing, NONE, One("Calendar");
        GET    "/busy"                                    CalendarsRead     (APPOINTMENTS, ALL) calendars::busy, "When connected calendars are busy", calendars::busy_query, NONE, Page("Busy");
        GET    "/calendar-feed"                           CalendarsRead     (APPOINTMENTS, ALL) calendar_feeds::show, "The address of one’s calendar for other programs", nothing, NONE, One("Feed");
        POST   "/calendar-feed"                           CalendarsWrite    (APPOINTMENTS, ALL) calendar_feeds::renew, "Make a new address of one’s calendar; the one before ends", nothing, NONE, Told("FeedMade");
        DELETE "/calendar-feed"                           CalendarsWrite    (APPOINTMENTS, ALL) calendar_feeds::withdraw, "Withdraw the address of one’s calendar", nothing, NONE, Nothing;
        GET    "/calendar-file"                           AppointmentsRead  (APPOINTMENTS, ALL) calendar_files::export, "The appointments of a time as a calendar file", calendar_files::query, NONE, File(CALENDAR);
        GET    "/calendar-imports"                        _                 (APPOINTMENTS, BOOK) calendar_imports::list, "The last calendar files that were taken in", nothing, NONE, Items("CalendarImport");
        POST   "/calendar-imports"                        AppointmentsWrite (APPOINTMENTS, BOOK) calendar_imports::create, "Bring a calendar file; nothing comes of it yet", calendar_imports::create_query, Some(FILE), Made("CalendarImport");
        GET    "/calendar-imports/{import}"               _                 (APPOINTMENTS, BOOK) calendar_imports::show, "A calendar file", nothing, NONE, One("CalendarImport");
        GET    "/calendar-imports/{import}/events"        _                 (APPOINTMENTS, BOOK) calendar_imports::events, "What would come of each event of a waiting calendar file", nothing, NONE, Items("CalendarImportEvent");
        POST   "/calendar-imports/{import}/start"         AppointmentsWrite (APPOINTMENTS, BOOK) calendar_imports::start, "Take a calendar file in, or some of its events", nothing, Some("CalendarImportStart"), One("CalendarImport");
        POST   "/calendar-imports/{import}/undo"          AppointmentsWrite (APPOINTMENTS, BOOK) calendar_imports::undo, "Take a whole calendar file back", nothing, NONE, One("CalendarImport");

        GET    "/team"                                    TeamRead          (TEAM, ALL) team::list, "The team", nothing, NONE, Items("Member");
        GET    "/team/{member}"                           TeamRead          (TEAM, ALL) team::show, "Somebody in the team", nothing, NONE, One("Member");
        PATCH  "/team/{member}"                           TeamWrite         (TEAM, MANAGE_TEAM) team::update, "Give somebody in the team another role", nothing, Some("MemberChange"), One("Member");
        DELETE "/team/{member}"                           TeamWrite         (TEAM, MANAGE_TEAM) team::remove, "Take somebody out of the team", nothing, NONE, Nothing;
        GET    "/invitations"                             TeamRead          (MANAGE_TEAM, ALL) invitations::list, "Open invitations", nothing, NONE, Items("OpenInvitation");
        GET    "/invitations/{invitation}"                TeamRead          (MANAGE_TEAM, ALL) invitations::show, "An open invitation", nothing, NONE, One("OpenInvitation");
        POST   "/invitations"                             TeamWrite         (TEAM, MANAGE_TEAM) invitations::create, "Invite somebody to the team by mail", nothing, Some("InvitationNew"), Made("OpenInvitation");
        DELETE "/invitations/{invitation}"                TeamWrite         (TEAM, MANAGE_TEAM) invitations::revoke, "Withdraw an invitation", nothing, NONE, Nothing;
        GET    "/activity"                                ActivityRead      (ACTIVITY, ALL) activity::list, "The activity log, latest first", activity::list_query, NONE, Page("Activity");
        GET    "/connections"                             ConnectionsRead   (PLUGINS, ALL) connections::list, "Connected accounts", nothing, NONE, Items("Connection");
        GET    "/connections/{connection}"                ConnectionsRead   (PLUGINS, ALL) connections::show, "A connected account", nothing, NONE, One("Connection");
        GET    "/plugins"                                 PluginsRead       (PLUGINS, ALL) plugins::list, "Plugins, and which are on", nothing, NONE, Items("Plugin");
        GET    "/plugins/{plugin}"                        PluginsRead       (PLUGINS, ALL) plugins::show, "A plugin, and whether it is on", nothing, NONE, One("Plugin");

        GET    "/approvals"                               ApprovalsRead     (APPROVALS, ALL) approvals::list, "What plugins propose to do", approvals::list_query, NONE, Page("ApprovalRow");
        GET    "/approvals/{approval}"                    ApprovalsRead     (APPROVALS, ALL) approvals::show, "A proposal of a plugin", nothing, NONE, One("Approval");
        POST   "/approvals/{approval}/change"             ApprovalsWrite    (APPROVALS, ALL) approvals::change, "Have a plugin propose something otherwise; it approves nothing", nothing, Some("ApprovalChange"), One("Approval");
        GET    "/report"                                  ReportsRead       (PEOPLE, ALL) reports::show, "Where people come from and what becomes of them", reports::query, NONE, One("Report");
        GET    "/imports"                                 ImportsRead       (PEOPLE, WRITE_PEOPLE) imports::list, "Lists that were taken in, latest first", imports::list_query, NONE, Page("Import");
        POST   "/imports"                                 ImportsWrite      (PEOPLE, WRITE_PEOPLE) imports::create, "Bring a list of people; nothing comes of it yet", imports::create_query, Some(FILE), Made("Import");
        GET    "/imports/{people_import}"                 ImportsRead       (PEOPLE, WRITE_PEOPLE) imports::show, "A list that was taken in", nothing, NONE, One("Import");
        GET    "/imports/{people_import}/plan"            ImportsRead       (PEOPLE, WRITE_PEOPLE) import_plans::show, "How a list is read, and what its columns are", nothing, NONE, One("ImportPlan");
        PATCH  "/imports/{people_import}/plan"            ImportsWrite      (PEOPLE, WRITE_PEOPLE) import_plans::update, "Say how a waiting list is read", nothing, Some("ImportPlanChange"), One("ImportPlan");
        GET    "/imports/{people_import}/look"            ImportsRead       (PEOPLE, WRITE_PEOPLE) import_plans::look, "What would come of a waiting list", nothing, NONE, Told("ImportLook");
        GET    "/imports/{people_import}/refused"         ImportsRead       (PEOPLE, WRITE_PEOPLE) imports::refused, "Rows with a mistake", imports::list_query, NONE, Page("ImportRefused");
        GET    "/imports/{people_import}/skipped"         ImportsRead       (PEOPLE, WRITE_PEOPLE) imports::skipped, "Rows of people who were there already", imports::list_query, NONE, Page("ImportRowPerson");
        GET    "/imports/{people_import}/kept"            ImportsRead       (PEOPLE, WRITE_PEOPLE) imports::kept, "Rows whose people stayed when it was undone", imports::list_query, NONE, Page("ImportRowPerson");
        POST   "/imports/{people_import}/start"           ImportsWrite      (PEOPLE, WRITE_PEOPLE) imports::start, "Take a list in", nothing, NONE, One("Import");
        POST   "/imports/{people_import}/cancel"          ImportsWrite      (PEOPLE, WRITE_PEOPLE) imports::cancel, "Stop taking a list in; who came until then stays", nothing, NONE, One("Import");
        DELETE "/imports/{people_import}"                 ImportsWrite      (PEOPLE, WRITE_PEOPLE) imports::remove, "Throw a waiting list away", nothing, NONE, Nothing;
        POST   "/imports/{people_import}/undo"            ImportsWrite      (PEOPLE, WRITE_PEOPLE) imports::undo, "Take a whole list back", nothing, NONE, One("Import");
        GET    "/notifications"                           NotificationsRead (ALL, ALL) notifications::list, "What the token’s maker was told of, newest first", notifications::list_query, NONE, Page("Notification");
        GET    "/notifications/choices"                   NotificationsRead (ALL, ALL) notifications::choices, "How the token’s maker hears of what, and is reminded", nothing, NONE, One("NoticeChoices");
        PATCH  "/notifications/choices"                   NotificationsWrite (ALL, ALL) notifications::choose, "Choose how the token’s maker hears of what, and is reminded", nothing, Some("NoticeChoicesChange"), One("NoticeChoices");
        POST   "/notifications/read"                      NotificationsWrite (ALL, ALL) notifications::read_all, "Mark all notifications as read", nothing, NONE, Nothing;
        GET    "/notifications/{notification}"            NotificationsRead (ALL, ALL) notifications::show, "A notification", nothing, NONE, One("Notification");
        POST   "/notifications/{notification}/read"       NotificationsWrite (ALL, ALL) notifications::read, "Mark a notification as read", nothing, NONE, Nothing;
        POST   "/notifications/{notification}/snooze"     NotificationsWrite (ALL, ALL) notifications::snooze, "Let what a notification reminded of come again", nothing, Some("Snooze"), Told("Snoozed");
        GET    "/webhooks"                                WebhooksRead      (SETTINGS, ALL) endpoints::list, "Addresses that are told of what happens", nothing, NONE, Items("Endpoint");
        GET    "/webhooks/{endpoint}"                     WebhooksRead      (SETTINGS, ALL) endpoints::show, "An address that is told of what happens", nothing, NONE, One("Endpoint");
        POST   "/webhooks"                                WebhooksWrite     (SETTINGS, ALL) endpoints::create, "Add an address that is told of what happens", nothing, Some("EndpointNew"), Made("EndpointMade");
        PATCH  "/webhooks/{endpoint}"                     WebhooksWrite     (SETTINGS, ALL) endpoints::update, "Change an address that is told of what happens", nothing, Some("EndpointChange"), One("Endpoint");
        DELETE "/webhooks/{endpoint}"                     WebhooksWrite     (SETTINGS, ALL) endpoints::remove, "Remove an address that is told of what happens", nothing, NONE, Nothing;
        POST   "/webhooks/{endpoint}/on"                  WebhooksWrite     (SETTINGS, ALL) endpoints::turn_on, "Tell an address again", nothing, NONE, One("Endpoint");
        POST   "/webhooks/{endpoint}/off"                 WebhooksWrite     (SETTINGS, ALL) endpoints::turn_off, "Tell an address no more", nothing, NONE, One("Endpoint");
        POST   "/webhooks/{endpoint}/secret"              WebhooksWrite     (SETTINGS, ALL) endpoints::renew_secret, "Give an address a new secret", nothing, NONE, Told("EndpointSecret");
        POST   "/webhooks/{endpoint}/again"               WebhooksWrite     (SETTINGS, ALL) endpoints::send_again, "Send again what did not arrive at an address", nothing, Some("SendAgain"), Told("SentAgain");
        POST   "/webhooks/{endpoint}/test"                WebhooksWrite     (SETTINGS, ALL) deliveries::send_test, "Send a message that tells of nothing", nothing, NONE, Made("Delivery");
        GET    "/webhooks/{endpoint}/deliveries"          WebhooksRead      (SETTINGS, ALL) deliveries::list, "Messages to an address, newest first", deliveries::list_query, NONE, Page("DeliveryRow");
        GET    "/webhooks/{endpoint}/deliveries/{delivery}" WebhooksRead    (SETTINGS, ALL) deliveries::show, "A message to an address", nothing, NONE, One("Delivery");
        POST   "/webhooks/{endpoint}/deliveries/{delivery}/again" WebhooksWrite (SETTINGS, ALL) deliveries::send_again, "Send a message again", nothing, NONE, One("Delivery");
        GET    "/jobs"                                    JobsRead          (JOBS, ALL) jobs::list, "Work that was given up, latest first", jobs::list_query, NONE, Page("Job");
        POST   "/jobs/again"                              JobsWrite         (JOBS, ALL) jobs::try_kind_again, "Have all work of a kind that was given up tried again", nothing, Some("KindAgain"), Told("TriedAgain");
        POST   "/jobs/dismiss"                            JobsWrite         (JOBS, ALL) jobs::dismiss_kind, "Leave all work of a kind that was given up", nothing, Some("KindDismiss"), Told("Dismissed");
        GET    "/jobs/{job}"                              JobsRead          (JOBS, ALL) jobs::show, "A piece of work that was given up", nothing, NONE, One("Job");
        POST   "/jobs/{job}/again"                        JobsWrite         (JOBS, ALL) jobs::try_again, "Have work that was given up tried again", nothing, NONE, Nothing;
        POST   "/jobs/{job}/dismiss"                      JobsWrite         (JOBS, ALL) jobs::dismiss, "Leave work that was given up", nothing, NONE, Nothing;
    }

    pub(super) fn all() -> &'static [Operation] {
        TABLE
    }
}

/// Every operation there is.
pub fn operations() -> &'static [Operation] {
    lines::all()
}

/// The operation of a method on a path of the table.
pub fn find(method: &str, path: &str) -> Option<&'static Operation> {
    operations().iter().find(|each| each.method == method && each.path == path)
}

/// What shows the thing that an operation changes, if it has a tag.
pub fn current(operation: &Operation) -> Option<&'static Operation> {
    if matches!(operation.shows, Shows::Made(_) | Shows::Begun(_)) {
        // What isn't there yet has no tag.
        return None;
    }
    let shown = |path| find("GET", path).filter(|it| matches!(it.shows, Shows::One(_)));
    // An act on a thing stands below it.
    let above = || operation.path.rsplit_once('/').and_then(|(above, _)| shown(above));
    shown(operation.path).or_else(above)
}

/// The methods that a path of the table has, as a header lists them.
pub fn methods(path: &str) -> String {
    let mut all: Vec<&str> =
        operations().iter().filter(|each| each.path == path).map(|each| each.method).collect();
    if all.contains(&"GET") {
        all.push("HEAD");
    }
    all.join(", ")
}
