//! The one table of routes. The server is built from it and tests walk it, so what isn't here
//! can't be reached and what is here can't be forgotten. What programs ask stands in a table of its own,
//! `api/operations.rs`.

use actix_web::{guard, web};
use domain::Permission;

use crate::pages::{
    account, activity, api_tokens, appointments, approvals, calendar, calendar_feeds,
    calendar_imports, checkups, components, connections, documents, door, endpoints, exports,
    factors, files, home, imports, invitations, jobs, live, logins, logos, notifications, openid,
    own_fields, passkeys, people, pipelines, plugin_settings, plugin_views, plugins, proofs,
    repeats, reports, resets, search, second_step, settings, sources, sweeps, tasks, team, tenants,
    timeline, undos,
};
use crate::{api, health, hooks, metrics};

/// Who gets further than the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anybody; the address itself may hold a secret.
    Anyone,
    /// A signed-in account, in a business or not.
    Account,
    /// A member at work in a business.
    Member,
}

/// A route.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The handler's name.
    pub name: &'static str,
    /// Who may come.
    pub auth: Auth,
    /// Without this permission it reads as not there.
    pub sees: Option<Permission>,
    /// Without this permission it is refused.
    pub needs: Option<Permission>,
    handler: fn() -> actix_web::Route,
}

/// Writes the table's lines; the handler's path is its name.
macro_rules! table {
    ($($method:ident $path:literal $auth:ident ($sees:expr, $needs:expr) $handler:path;)*) => {
        static TABLE: &[Route] = &[$(Route {
            method: table!(@method $method),
            path: $path,
            name: stringify!($handler),
            auth: Auth::$auth,
            sees: $sees,
            needs: $needs,
            handler: || table!(@route $method).to($handler),
        },)*];
    };
    (@method get) => { "GET" };
    (@method post) => { "POST" };
    // Probes and link checkers ask for the head only.
    (@route get) => { web::route().guard(guard::Any(guard::Get()).or(guard::Head())) };
    (@route post) => { web::post() };
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
const MANAGE_PLUGINS: Option<Permission> = Some(Permission::ManagePlugins);
const CONNECT: Option<Permission> = Some(Permission::ManageConnections);
const DECIDE: Option<Permission> = Some(Permission::DecideApprovals);
const TEAM: Option<Permission> = Some(Permission::ReadTeam);
const MANAGE_TEAM: Option<Permission> = Some(Permission::ManageTeam);
const ACTIVITY: Option<Permission> = Some(Permission::ReadActivity);
const JOBS: Option<Permission> = Some(Permission::ManageJobs);
const SETTINGS: Option<Permission> = Some(Permission::ManageSettings);

#[rustfmt::skip]
mod lines {
    use super::*;

    // Of two paths that fit, the first counts: words before parameters.
    table! {
        get  "/metrics"                                  Anyone  (ALL, ALL) metrics::show;
        get  "/healthz"                                  Anyone  (ALL, ALL) health::live;
        get  "/readyz"                                   Anyone  (ALL, ALL) health::ready;
        get  "/favicon.ico"                              Anyone  (ALL, ALL) files::favicon;
        get  "/assets/{name:.*}"                         Anyone  (ALL, ALL) files::asset;
        get  "/logo/{tenant}/{digest}"                   Anyone  (ALL, ALL) logos::show;
        post "/hooks/{plugin}/{route}/{tenant}"          Anyone  (ALL, ALL) hooks::receive;
        get  "/feeds/{feed}"                             Anyone  (ALL, ALL) calendar_feeds::read;
        get  "/api/v1/openapi.json"                      Anyone  (ALL, ALL) api::openapi;

        get  "/welcome"                                  Anyone  (ALL, ALL) door::show_welcome;
        post "/welcome"                                  Anyone  (ALL, ALL) door::open_workspace;
        get  "/sign-in"                                  Anyone  (ALL, ALL) door::show_sign_in;
        post "/sign-in"                                  Anyone  (ALL, ALL) door::sign_in;
        get  "/sign-in/second"                           Anyone  (ALL, ALL) second_step::show;
        post "/sign-in/second"                           Anyone  (ALL, ALL) second_step::pass;
        post "/sign-in/passkey/options"                  Anyone  (ALL, ALL) passkeys::ask_to_sign_in;
        post "/sign-in/passkey"                          Anyone  (ALL, ALL) passkeys::sign_in;
        post "/sign-in/second/passkey/options"           Anyone  (ALL, ALL) passkeys::ask_second_step;
        post "/sign-in/second/passkey"                   Anyone  (ALL, ALL) passkeys::pass_second_step;
        post "/sign-in/openid"                           Anyone  (ALL, ALL) openid::begin;
        get  "/sign-in/openid/return"                    Anyone  (ALL, ALL) openid::finish;
        post "/sign-out"                                 Anyone  (ALL, ALL) door::sign_out;
        post "/language"                                 Anyone  (ALL, ALL) door::choose_language;
        post "/appearance"                               Anyone  (ALL, ALL) door::choose_appearance;
        get  "/forgot"                                   Anyone  (ALL, ALL) resets::show_forgot;
        post "/forgot"                                   Anyone  (ALL, ALL) resets::forgot;
        get  "/reset/{token}"                            Anyone  (ALL, ALL) resets::show;
        post "/reset/{token}"                            Anyone  (ALL, ALL) resets::reset;
        get  "/join/{token}"                             Anyone  (ALL, ALL) invitations::show;
        post "/join/{token}"                             Anyone  (ALL, ALL) invitations::accept;
        post "/join/{token}/openid"                      Anyone  (ALL, ALL) openid::join;

        get  "/businesses"                               Account (ALL, ALL) tenants::show;
        post "/businesses"                               Account (ALL, ALL) tenants::switch;
        get  "/confirm"                                  Account (ALL, ALL) proofs::show;
        post "/confirm"                                  Account (ALL, ALL) proofs::confirm;
        post "/confirm/passkey/options"                  Account (ALL, ALL) passkeys::ask_proof;

        get  "/"                                         Member  (ALL, ALL) home::show;
        get  "/live"                                     Member  (ALL, ALL) live::follow;
        get  "/notifications"                            Member  (ALL, ALL) notifications::list;
        get  "/notifications/export"                     Member  (ALL, ALL) exports::notifications;
        post "/notifications/read"                       Member  (ALL, ALL) notifications::read_all;
        post "/notifications/choices"                    Member  (ALL, ALL) notifications::choose;
        post "/notifications/reminders"                  Member  (TASKS, ALL) notifications::remind;
        post "/notifications/{notification}/snooze"      Member  (ALL, ALL) notifications::snooze;
        post "/notifications/{notification}/open"        Member  (ALL, ALL) notifications::open;
        get  "/search"                                   Member  (ALL, ALL) search::show;
        get  "/search/found"                             Member  (ALL, ALL) search::found;
        post "/checklist/away"                           Member  (ALL, ALL) home::put_checklist_away;
        post "/examples"                                 Member  (PEOPLE, SETTINGS) home::bring_examples;
        post "/examples/remove"                          Member  (PEOPLE, SETTINGS) home::remove_examples;
        get  "/profile"                                  Member  (ALL, ALL) account::show;
        post "/profile"                                  Member  (ALL, ALL) account::save;
        post "/profile/password"                         Member  (ALL, ALL) account::change_password;
        post "/profile/sessions/{session}/end"           Member  (ALL, ALL) account::end_session;
        get  "/profile/app"                              Member  (ALL, ALL) factors::show_app;
        post "/profile/app"                              Member  (ALL, ALL) factors::confirm_app;
        post "/profile/app/start"                        Member  (ALL, ALL) factors::begin_app;
        post "/profile/app/remove"                       Member  (ALL, ALL) factors::remove_app;
        get  "/profile/passkeys/new"                     Member  (ALL, ALL) passkeys::show_new;
        post "/profile/passkeys/options"                 Member  (ALL, ALL) passkeys::ask_new;
        post "/profile/passkeys"                         Member  (ALL, ALL) passkeys::add;
        post "/profile/passkeys/{passkey}/rename"        Member  (ALL, ALL) passkeys::rename;
        post "/profile/passkeys/{passkey}/remove"        Member  (ALL, ALL) passkeys::remove;
        post "/profile/openid"                           Member  (ALL, ALL) openid::link;
        post "/profile/openid/{identity}/remove"         Member  (ALL, ALL) openid::remove;
        post "/profile/codes"                            Member  (ALL, ALL) factors::renew_codes;

        get  "/people"                                   Member  (PEOPLE, ALL) people::list::show;
        post "/people"                                   Member  (PEOPLE, WRITE_PEOPLE) people::create;
        get  "/people/new"                               Member  (PEOPLE, WRITE_PEOPLE) people::show_new;
        get  "/people/board"                             Member  (PEOPLE, ALL) people::board::show;
        get  "/people/choices"                           Member  (PEOPLE, ALL) people::choices::show;
        get  "/people/doubles"                           Member  (PEOPLE, ALL) people::merge::list;
        post "/people/doubles/look"                      Member  (PEOPLE, WRITE_PEOPLE) people::merge::look;
        get  "/people/export"                            Member  (PEOPLE, ALL) exports::people;
        post "/people/change"                            Member  (PEOPLE, WRITE_PEOPLE) people::list::change;
        post "/people/views"                             Member  (PEOPLE, ALL) people::list::save_view;
        post "/people/views/{saved_view}/rename"         Member  (PEOPLE, ALL) people::list::rename_view;
        post "/people/views/{saved_view}/remove"         Member  (PEOPLE, ALL) people::list::remove_view;
        get  "/people/{person}"                          Member  (PEOPLE, ALL) people::show;
        post "/people/{person}"                          Member  (PEOPLE, WRITE_PEOPLE) people::update;
        get  "/people/{person}/edit"                     Member  (PEOPLE, WRITE_PEOPLE) people::show_edit;
        get  "/people/{person}/card"                     Member  (PEOPLE, ALL) exports::person;
        post "/people/{person}/stage"                    Member  (PEOPLE, WRITE_PEOPLE) people::move_to_stage;
        post "/people/{person}/follow-up"                Member  (PEOPLE, WRITE_PEOPLE) people::follow_up;
        post "/people/{person}/merge"                    Member  (PEOPLE, WRITE_PEOPLE) people::merge::merge;
        post "/people/{person}/apart"                    Member  (PEOPLE, WRITE_PEOPLE) people::merge::keep_apart;
        post "/people/{person}/documents"                Member  (PEOPLE, WRITE_PEOPLE) documents::adding::add;
        post "/people/{person}/notes"                    Member  (PEOPLE, WRITE_PEOPLE) timeline::create;
        post "/people/{person}/notes/{note}"             Member  (PEOPLE, WRITE_PEOPLE) timeline::update;
        post "/people/{person}/notes/{note}/remove"      Member  (PEOPLE, WRITE_PEOPLE) timeline::remove;
        post "/people/{person}/remove"                   Member  (PEOPLE, WRITE_PEOPLE) people::remove;
        post "/people/{person}/restore"                  Member  (PEOPLE, WRITE_PEOPLE) people::restore;
        get  "/reports"                                  Member  (PEOPLE, ALL) reports::show;
        get  "/reports/export"                           Member  (PEOPLE, ALL) exports::report;
        get  "/imports"                                  Member  (PEOPLE, WRITE_PEOPLE) imports::list;
        get  "/imports/export"                           Member  (PEOPLE, WRITE_PEOPLE) exports::imports;
        post "/imports"                                  Member  (PEOPLE, WRITE_PEOPLE) imports::keep;
        get  "/imports/{people_import}"                  Member  (PEOPLE, WRITE_PEOPLE) imports::show;
        post "/imports/{people_import}"                  Member  (PEOPLE, WRITE_PEOPLE) imports::plan;
        get  "/imports/{people_import}/refused"          Member  (PEOPLE, WRITE_PEOPLE) imports::refused;
        get  "/imports/{people_import}/skipped"          Member  (PEOPLE, WRITE_PEOPLE) imports::skipped;
        get  "/imports/{people_import}/kept"             Member  (PEOPLE, WRITE_PEOPLE) imports::kept;
        post "/imports/{people_import}/cancel"           Member  (PEOPLE, WRITE_PEOPLE) imports::cancel;
        post "/imports/{people_import}/restore"          Member  (PEOPLE, WRITE_PEOPLE) imports::undo;
        get  "/sweeps/{sweep}"                           Member  (PEOPLE, WRITE_PEOPLE) sweeps::show;
        post "/sweeps/{sweep}/cancel"                    Member  (PEOPLE, WRITE_PEOPLE) sweeps::cancel;
        get  "/undo"                                     Member  (ALL, ALL) undos::list;
        post "/undo/{undo}/restore"                      Member  (ALL, ALL) undos::undo;

        get  "/tasks"                                    Member  (TASKS, ALL) tasks::list::show;
        post "/tasks"                                    Member  (TASKS, WRITE_TASKS) tasks::create;
        get  "/tasks/new"                                Member  (TASKS, WRITE_TASKS) tasks::show_new;
        get  "/tasks/choices"                            Member  (TASKS, WRITE_TASKS) tasks::choices::show;
        get  "/tasks/export"                             Member  (TASKS, ALL) exports::tasks;
        post "/tasks/change"                             Member  (TASKS, WRITE_TASKS) tasks::list::change;
        post "/tasks/views"                              Member  (TASKS, ALL) tasks::list::save_view;
        post "/tasks/views/{saved_view}/rename"          Member  (TASKS, ALL) tasks::list::rename_view;
        post "/tasks/views/{saved_view}/remove"          Member  (TASKS, ALL) tasks::list::remove_view;
        get  "/tasks/{task}"                             Member  (TASKS, ALL) tasks::show;
        post "/tasks/{task}"                             Member  (TASKS, WRITE_TASKS) tasks::update;
        get  "/tasks/{task}/edit"                        Member  (TASKS, WRITE_TASKS) tasks::show_edit;
        post "/tasks/{task}/done"                        Member  (TASKS, WRITE_TASKS) tasks::finish;
        post "/tasks/{task}/reopen"                      Member  (TASKS, WRITE_TASKS) tasks::reopen;
        post "/tasks/{task}/snooze"                      Member  (TASKS, ALL) tasks::snooze;
        post "/tasks/{task}/remove"                      Member  (TASKS, WRITE_TASKS) tasks::remove;
        post "/tasks/{task}/restore"                     Member  (TASKS, WRITE_TASKS) tasks::restore;

        get  "/documents"                                Member  (DOCUMENTS, ALL) documents::list;
        get  "/documents/export"                         Member  (DOCUMENTS, ALL) exports::documents;
        post "/documents/views"                          Member  (DOCUMENTS, ALL) documents::save_view;
        post "/documents/views/{saved_view}/rename"      Member  (DOCUMENTS, ALL) documents::rename_view;
        post "/documents/views/{saved_view}/remove"      Member  (DOCUMENTS, ALL) documents::remove_view;
        get  "/documents/{document}"                     Member  (DOCUMENTS, ALL) documents::show;
        get  "/documents/{document}/content"             Member  (DOCUMENTS, ALL) documents::download;
        post "/documents/{document}/rename"              Member  (DOCUMENTS, ALL) documents::rename;
        post "/documents/{document}/remove"              Member  (DOCUMENTS, ALL) documents::remove;

        get  "/calendar"                                 Member  (APPOINTMENTS, ALL) calendar::show;
        get  "/calendar/events"                          Member  (APPOINTMENTS, ALL) calendar::events;
        get  "/calendar/file"                            Member  (APPOINTMENTS, ALL) calendar::export;
        get  "/calendar/import"                          Member  (APPOINTMENTS, BOOK) calendar_imports::show_new;
        post "/calendar/import"                          Member  (APPOINTMENTS, BOOK) calendar_imports::keep;
        get  "/calendar/import/{import}"                 Member  (APPOINTMENTS, BOOK) calendar_imports::show;
        post "/calendar/import/{import}"                 Member  (APPOINTMENTS, BOOK) calendar_imports::bring;
        post "/calendar/import/{import}/restore"         Member  (APPOINTMENTS, BOOK) calendar_imports::undo;
        get  "/calendar/feed"                            Member  (APPOINTMENTS, ALL) calendar_feeds::show;
        post "/calendar/feed"                            Member  (APPOINTMENTS, ALL) calendar_feeds::renew;
        post "/calendar/feed/withdraw"                   Member  (APPOINTMENTS, ALL) calendar_feeds::withdraw;
        post "/appointments"                             Member  (APPOINTMENTS, BOOK) appointments::book;
        get  "/appointments/export"                      Member  (APPOINTMENTS, ALL) exports::appointments;
        get  "/appointments/new"                         Member  (APPOINTMENTS, BOOK) appointments::show_new;
        get  "/appointments/{appointment}"               Member  (APPOINTMENTS, ALL) appointments::show;
        post "/appointments/{appointment}"               Member  (APPOINTMENTS, BOOK) appointments::change;
        get  "/appointments/{appointment}/edit"          Member  (APPOINTMENTS, BOOK) appointments::show_edit;
        get  "/appointments/{appointment}/file"          Member  (APPOINTMENTS, ALL) calendar::export_one;
        post "/appointments/{appointment}/move"          Member  (APPOINTMENTS, BOOK) calendar::shift;
        get  "/appointments/{appointment}/repeats"       Member  (APPOINTMENTS, BOOK) repeats::show;
        post "/appointments/{appointment}/repeats"       Member  (APPOINTMENTS, BOOK) repeats::change;
        post "/appointments/{appointment}/cancel"        Member  (APPOINTMENTS, BOOK) appointments::cancel;
        post "/appointments/{appointment}/restore"       Member  (APPOINTMENTS, BOOK) appointments::restore;
        post "/appointments/{appointment}/again"         Member  (APPOINTMENTS, BOOK) appointments::send_again;

        get  "/apps/{app}/{view}"                        Member  (ALL, ALL) plugin_views::show;
        get  "/apps/{app}/{view}/card"                   Member  (ALL, ALL) plugin_views::card;
        post "/apps/{app}/{view}/do/{action}"            Member  (ALL, ALL) plugin_views::act;

        get  "/approvals"                                Member  (DECIDE, ALL) approvals::list;
        get  "/approvals/export"                         Member  (DECIDE, ALL) exports::approvals;
        get  "/approvals/{approval}"                     Member  (DECIDE, ALL) approvals::show;
        post "/approvals/{approval}/approve"             Member  (DECIDE, ALL) approvals::approve;
        post "/approvals/{approval}/reject"              Member  (DECIDE, ALL) approvals::reject;
        post "/approvals/{approval}/change"              Member  (DECIDE, ALL) approvals::change;

        get  "/plugins"                                  Member  (PLUGINS, ALL) plugins::list;
        get  "/plugins/export"                           Member  (PLUGINS, ALL) exports::plugins;
        get  "/plugins/{plugin}"                         Member  (PLUGINS, ALL) plugins::show;
        get  "/plugins/{plugin}/icon"                    Member  (PLUGINS, ALL) files::plugin_icon;
        post "/plugins/{plugin}/on"                      Member  (PLUGINS, MANAGE_PLUGINS) plugins::turn_on;
        post "/plugins/{plugin}/off"                     Member  (PLUGINS, MANAGE_PLUGINS) plugins::turn_off;
        post "/plugins/{plugin}/upgrade"                 Member  (PLUGINS, MANAGE_PLUGINS) plugins::upgrade;
        post "/plugins/{plugin}/rollback"                Member  (PLUGINS, MANAGE_PLUGINS) plugins::roll_back;
        post "/plugins/{plugin}/remove"                  Member  (PLUGINS, MANAGE_PLUGINS) plugins::remove;
        post "/plugins/{plugin}/settings"                Member  (PLUGINS, MANAGE_PLUGINS) plugin_settings::save;

        get  "/connections"                              Member  (PLUGINS, ALL) connections::list;
        get  "/connections/export"                       Member  (PLUGINS, ALL) exports::connections;
        get  "/connections/new/{plugin}/{provider}"      Member  (PLUGINS, CONNECT) connections::show_new;
        post "/connections/new/{plugin}/{provider}/client" Member (PLUGINS, CONNECT) connections::save_client;
        post "/connections/new/{plugin}/{provider}/check" Member (PLUGINS, CONNECT) checkups::probe;
        post "/connections/new/{plugin}/{provider}/start" Member (PLUGINS, CONNECT) connections::start;
        post "/connections/new/{plugin}/{provider}/login" Member (PLUGINS, CONNECT) logins::connect;
        get  "/oauth/callback"                           Member  (ALL, CONNECT) connections::callback;
        get  "/connections/{connection}"                 Member  (PLUGINS, ALL) connections::show;
        post "/connections/{connection}/calendars"       Member  (PLUGINS, CONNECT) connections::choose_calendars;
        post "/connections/{connection}/details"         Member  (PLUGINS, CONNECT) connections::choose_details;
        post "/connections/{connection}/pull"            Member  (PLUGINS, CONNECT) connections::pull;
        post "/connections/{connection}/calendars/{calendar}/missing" Member (PLUGINS, CONNECT) connections::answer_missing;
        post "/connections/{connection}/default"         Member  (PLUGINS, CONNECT) connections::choose_default;
        post "/connections/{connection}/check"           Member  (PLUGINS, CONNECT) checkups::test;
        post "/connections/{connection}/reconnect"       Member  (PLUGINS, CONNECT) connections::reconnect;
        post "/connections/{connection}/disconnect"      Member  (PLUGINS, CONNECT) connections::disconnect;

        get  "/team"                                     Member  (TEAM, ALL) team::show;
        get  "/team/export"                              Member  (TEAM, ALL) exports::team;
        post "/team/invitations"                         Member  (TEAM, MANAGE_TEAM) team::invite;
        post "/team/invitations/{invitation}/withdraw"   Member  (MANAGE_TEAM, ALL) team::withdraw;
        post "/team/members/{member}/role"               Member  (TEAM, MANAGE_TEAM) team::change_role;
        post "/team/members/{member}/remove"             Member  (TEAM, MANAGE_TEAM) team::remove;

        get  "/jobs"                                     Member  (JOBS, ALL) jobs::list;
        get  "/jobs/export"                              Member  (JOBS, ALL) exports::jobs;
        post "/jobs/again"                               Member  (JOBS, ALL) jobs::try_again;
        post "/jobs/dismiss"                             Member  (JOBS, ALL) jobs::dismiss;
        post "/jobs/{job}/again"                         Member  (JOBS, ALL) jobs::try_one_again;
        post "/jobs/{job}/dismiss"                       Member  (JOBS, ALL) jobs::dismiss_one;

        get  "/activity"                                 Member  (ACTIVITY, ALL) activity::show;
        get  "/activity/export"                          Member  (ACTIVITY, ALL) exports::activity;
        get  "/exports"                                  Member  (SETTINGS, ALL) exports::list;
        post "/exports"                                  Member  (SETTINGS, ALL) exports::begin;
        get  "/exports/{export}/file"                    Member  (SETTINGS, ALL) exports::download;
        post "/exports/{export}/remove"                  Member  (SETTINGS, ALL) exports::remove;
        get  "/components"                               Member  (SETTINGS, ALL) components::show;
        get  "/settings/people"                          Member  (PEOPLE, SETTINGS) pipelines::show;
        post "/settings/people/pipelines"                Member  (PEOPLE, SETTINGS) pipelines::create;
        post "/settings/people/pipelines/{pipeline}"     Member  (PEOPLE, SETTINGS) pipelines::update;
        post "/settings/people/pipelines/{pipeline}/remove" Member (PEOPLE, SETTINGS) pipelines::remove;
        post "/settings/people/tags/{tag}"               Member  (PEOPLE, SETTINGS) pipelines::rename_tag;
        post "/settings/people/tags/{tag}/remove"        Member  (PEOPLE, SETTINGS) pipelines::remove_tag;
        get  "/settings/people/sources"                  Member  (PEOPLE, SETTINGS) sources::show;
        post "/settings/people/sources"                  Member  (PEOPLE, SETTINGS) sources::rename;
        post "/settings/people/fields"                   Member  (PEOPLE, SETTINGS) own_fields::create;
        post "/settings/people/fields/{own_field}"       Member  (PEOPLE, SETTINGS) own_fields::update;
        post "/settings/people/fields/{own_field}/up"    Member  (PEOPLE, SETTINGS) own_fields::move_up;
        post "/settings/people/fields/{own_field}/remove" Member (PEOPLE, SETTINGS) own_fields::remove;
        post "/settings/people/fields/{own_field}/restore" Member (PEOPLE, SETTINGS) own_fields::restore;
        get  "/settings/tokens"                          Member  (SETTINGS, ALL) api_tokens::show;
        post "/settings/tokens"                          Member  (SETTINGS, ALL) api_tokens::create;
        get  "/settings/tokens/export"                   Member  (SETTINGS, ALL) exports::tokens;
        post "/settings/tokens/{api_token}/revoke"       Member  (SETTINGS, ALL) api_tokens::revoke;
        get  "/settings/webhooks"                        Member  (SETTINGS, ALL) endpoints::list;
        post "/settings/webhooks"                        Member  (SETTINGS, ALL) endpoints::add;
        get  "/settings/webhooks/new"                    Member  (SETTINGS, ALL) endpoints::show_new;
        get  "/settings/webhooks/export"                 Member  (SETTINGS, ALL) exports::endpoints;
        get  "/settings/webhooks/{endpoint}"             Member  (SETTINGS, ALL) endpoints::show;
        post "/settings/webhooks/{endpoint}"             Member  (SETTINGS, ALL) endpoints::update;
        get  "/settings/webhooks/{endpoint}/edit"        Member  (SETTINGS, ALL) endpoints::show_edit;
        get  "/settings/webhooks/{endpoint}/export"      Member  (SETTINGS, ALL) exports::deliveries;
        post "/settings/webhooks/{endpoint}/on"          Member  (SETTINGS, ALL) endpoints::turn_on;
        post "/settings/webhooks/{endpoint}/off"         Member  (SETTINGS, ALL) endpoints::turn_off;
        post "/settings/webhooks/{endpoint}/secret"      Member  (SETTINGS, ALL) endpoints::renew_secret;
        post "/settings/webhooks/{endpoint}/test"        Member  (SETTINGS, ALL) endpoints::test;
        post "/settings/webhooks/{endpoint}/again"       Member  (SETTINGS, ALL) endpoints::again;
        post "/settings/webhooks/{endpoint}/remove"      Member  (SETTINGS, ALL) endpoints::remove;
        get  "/settings/webhooks/{endpoint}/deliveries/{delivery}" Member (SETTINGS, ALL) endpoints::show_delivery;
        post "/settings/webhooks/{endpoint}/deliveries/{delivery}/again" Member (SETTINGS, ALL) endpoints::send_again;
        get  "/settings"                                 Member  (SETTINGS, ALL) settings::show;
        post "/settings"                                 Member  (SETTINGS, ALL) settings::save;
        post "/settings/logo"                            Member  (SETTINGS, ALL) logos::upload;
        post "/settings/logo/remove"                     Member  (SETTINGS, ALL) logos::remove;
        post "/settings/second-step"                     Member  (SETTINGS, ALL) settings::second_step;
    }

    pub(super) fn all() -> &'static [Route] {
        TABLE
    }
}

/// Every route there is.
pub fn table() -> &'static [Route] {
    lines::all()
}

/// Puts every route of the table into a server.
pub fn register(config: &mut web::ServiceConfig) {
    let mut done: Vec<&str> = Vec::new();
    for route in table() {
        if done.contains(&route.path) {
            continue;
        }
        done.push(route.path);
        let same = table().iter().filter(|other| other.path == route.path);
        let resource = same
            .fold(web::resource(route.path), |resource, route| resource.route((route.handler)()));
        config.service(resource);
    }
    // Programs have a table of their own.
    api::register(config);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_comes_before_the_parameter_in_its_place() {
        let at = |path| table().iter().position(|route| route.path == path);
        assert!(at("/people/new") < at("/people/{person}"));
        assert!(at("/appointments/new") < at("/appointments/{appointment}"));
    }

    #[test]
    fn no_route_stands_twice() {
        for (at, route) in table().iter().enumerate() {
            let twin = |other: &Route| other.path == route.path && other.method == route.method;
            assert!(!table()[at + 1..].iter().any(twin), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn what_changes_something_is_never_a_get() {
        for route in table().iter().filter(|route| route.method == "GET") {
            let verb = route.path.rsplit('/').next().unwrap_or_default();
            assert!(
                !["remove", "cancel", "disconnect", "off", "on", "approve", "reject"]
                    .contains(&verb),
                "{verb}"
            );
        }
    }
}
