//! The navigation: what a role sees of it, and where in it a page is.

use domain::{Permission, Role};

use crate::views::NavItem;

/// Name, address, icon, group, whether a phone's bar has it, and who sees it.
type Place = (&'static str, &'static str, &'static str, &'static str, bool, Option<Permission>);

const PLACES: [Place; 13] = [
    ("nav-home", "/", "home", "work", true, None),
    ("nav-people", "/people", "people", "work", true, Some(Permission::ReadPeople)),
    ("nav-calendar", "/calendar", "calendar", "work", true, Some(Permission::ReadAppointments)),
    ("nav-tasks", "/tasks", "task", "work", true, Some(Permission::ReadTasks)),
    ("nav-documents", "/documents", "document", "work", false, Some(Permission::ReadDocuments)),
    ("nav-reports", "/reports", "chart", "work", false, Some(Permission::ReadPeople)),
    ("nav-approvals", "/approvals", "shield", "work", false, Some(Permission::DecideApprovals)),
    ("nav-plugins", "/plugins", "plugin", "tools", false, Some(Permission::ReadPlugins)),
    (
        "nav-connections",
        "/connections",
        "connection",
        "tools",
        false,
        Some(Permission::ReadPlugins),
    ),
    ("nav-jobs", "/jobs", "warning", "tools", false, Some(Permission::ManageJobs)),
    ("nav-team", "/team", "team", "business", false, Some(Permission::ReadTeam)),
    ("nav-activity", "/activity", "activity", "business", false, Some(Permission::ReadActivity)),
    ("nav-settings", "/settings", "settings", "business", false, Some(Permission::ManageSettings)),
];

/// The places a role sees, the one with this path marked.
pub fn items(role: Role, path: &str) -> Vec<NavItem> {
    PLACES
        .iter()
        .filter(|place| place.5.is_none_or(|permission| role.may(permission)))
        .map(|(key, href, icon, group, in_bar, _)| NavItem {
            key,
            href,
            icon,
            group,
            in_bar: *in_bar,
            current: is_in(href, path),
        })
        .collect()
}

fn is_in(href: &str, path: &str) -> bool {
    if href == "/" {
        return path == "/";
    }
    let inside = |href: &str| {
        path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let also = match href {
        "/calendar" => inside("/appointments"),
        "/people" => inside("/imports") || inside("/sweeps"),
        "/settings" => inside("/exports"),
        _ => false,
    };
    inside(href) || also
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appointment_is_in_the_calendar() {
        let current = |path| {
            let items = items(Role::Owner, path);
            items.iter().find(|item| item.current).map(|item| item.href)
        };
        assert_eq!(current("/appointments/1"), Some("/calendar"));
        assert_eq!(current("/people?stage=lead"), Some("/people"));
        assert_eq!(current("/peoples"), None);
        assert_eq!(current("/"), Some("/"));
    }

    #[test]
    fn an_accountant_sees_nothing_of_the_daily_work() {
        let hrefs: Vec<_> = items(Role::Accountant, "/").iter().map(|item| item.href).collect();
        assert_eq!(hrefs, ["/"]);
    }
}
