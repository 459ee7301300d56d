//! The account's calendars, each with what the account may do in it (RFC 3744, 5.4).

use oxpi_kit::calendar::{Access, Calendar};
use oxpi_kit::{Problem, Result, env, t};
use serde::Deserialize;

use crate::dav::Server;
use crate::discovery::{Found, Home, find};
use crate::mapping::zone_in;
use crate::multistatus::Resource;
use crate::xml::{APPLE, CALDAV, DAV};

const PROPS: &str = "<d:resourcetype/><d:displayname/><a:calendar-color/><d:owner/>\
    <d:current-user-privilege-set/><c:supported-calendar-component-set/><c:calendar-timezone/>";

/// All calendars.
pub fn list() -> Result<Vec<Calendar>> {
    let server = Server::current()?;
    match find(&server)? {
        Found::Home(home) => in_home(&server, &home),
        Found::Refused(reply) => Err(reply.problem()),
        Found::Elsewhere(_) => Err(Problem::rejected(t!("error-moved")).with_detail("elsewhere")),
        Found::Nothing(reply) if reply.is_success() => {
            Err(Problem::rejected(t!("error-refused")).with_detail("no calendar home"))
        }
        Found::Nothing(reply) => Err(reply.problem()),
    }
}

/// Those that the business wants to see listed.
pub fn listed() -> Result<Vec<Calendar>> {
    let settings: Settings = env::settings()?;
    let mut all = list()?;
    all.retain(|calendar| settings.show_shared != Some(false) || calendar.access == Access::Owner);
    Ok(all)
}

/// What the business set.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    show_shared: Option<bool>,
}

/// The calendars of a home.
pub fn in_home(server: &Server, home: &Home) -> Result<Vec<Calendar>> {
    let mut calendars: Vec<Calendar> = Vec::new();
    for collection in &home.collections {
        let (_, reply) = server.propfind_on(collection, "1", PROPS)?;
        for resource in server.resources(&reply)?.resources {
            let found = calendar_of(&resource, &home.principal, server);
            calendars.extend(found.filter(|new| calendars.iter().all(|known| known.id != new.id)));
        }
    }
    Ok(calendars)
}

/// None for what is no calendar of events.
fn calendar_of(resource: &Resource, principal: &str, server: &Server) -> Option<Calendar> {
    resource.prop(DAV, "resourcetype")?.child(CALDAV, "calendar")?;
    let kinds = resource.prop(CALDAV, "supported-calendar-component-set");
    let holds_events = kinds.is_none_or(|set| {
        set.each(CALDAV, "comp").any(|comp| comp.called.eq_ignore_ascii_case("VEVENT"))
    });
    if !holds_events || resource.path.is_empty() {
        return None;
    }
    let name = resource.text(DAV, "displayname").map(str::to_owned);
    Some(Calendar {
        name: name.unwrap_or_else(|| last_segment(&resource.path).to_owned()),
        access: access(resource, principal, server),
        id: resource.path.clone(),
        primary: false,
        color: resource.text(APPLE, "calendar-color").and_then(color),
        time_zone: resource.text(CALDAV, "calendar-timezone").and_then(zone_in),
    })
}

/// Another's calendar that the account may write to is shared with it; what is not known gives no right.
fn access(resource: &Resource, principal: &str, server: &Server) -> Access {
    let set = resource.prop(DAV, "current-user-privilege-set");
    let all = set.into_iter().flat_map(|set| set.each(DAV, "privilege"));
    let granted: Vec<&str> =
        all.flat_map(|each| &each.children).map(|each| each.name.as_str()).collect();
    let has = |name: &str| granted.contains(&name);
    let may_write =
        has("all") || has("write") || (has("bind") && has("unbind") && has("write-content"));
    let owner = resource.href_in(DAV, "owner").map(|href| server.path(href));
    let is_own = owner.is_none_or(|owner| {
        owner.is_some_and(|owner| owner.trim_end_matches('/') == principal.trim_end_matches('/'))
    });
    match (may_write, is_own) {
        (true, true) => Access::Owner,
        (true, false) => Access::Writer,
        (false, _) => Access::Reader,
    }
}

/// `#rrggbb` of that or of `#rrggbbaa`.
fn color(text: &str) -> Option<String> {
    let digits = text.trim().strip_prefix('#')?;
    let is_color =
        matches!(digits.len(), 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_color.then(|| format!("#{}", &digits[..6]))
}

fn last_segment(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::multistatus::parse;

    fn listed(props: &str) -> Option<Calendar> {
        let text = format!(
            "<multistatus xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
             xmlns:A=\"http://apple.com/ns/ical/\"><response><href>/dana/work/</href><propstat><prop>\
             {props}</prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
        );
        let server = Server::at("https://dav.example.com/").unwrap();
        let found = parse(text.as_bytes(), server.origin()).unwrap();
        calendar_of(&found.resources[0], "/dana/", &server)
    }

    const TYPE: &str = "<resourcetype><collection/><C:calendar/></resourcetype>";

    fn with(privileges: &str, owner: &str) -> Access {
        let set: String = privileges
            .split_whitespace()
            .map(|p| format!("<privilege><{p}/></privilege>"))
            .collect();
        let owner = if owner.is_empty() {
            String::new()
        } else {
            format!("<owner><href>{owner}</href></owner>")
        };
        let props =
            format!("{TYPE}<current-user-privilege-set>{set}</current-user-privilege-set>{owner}");
        listed(&props).unwrap().access
    }

    #[test]
    fn only_ones_own_that_may_be_written_is_owned() {
        assert_eq!(with("read write", "/dana/"), Access::Owner);
        assert_eq!(with("read all", "/dana"), Access::Owner);
        assert_eq!(with("bind unbind write-content", ""), Access::Owner);
        assert_eq!(with("read write", "/noa/"), Access::Writer);
        assert_eq!(with("read write", "https://other.example.com/dana/"), Access::Writer);
        assert_eq!(with("read", "/dana/"), Access::Reader);
        assert_eq!(with("write-content", "/dana/"), Access::Reader, "it couldn't add any");
        assert_eq!(listed(TYPE).unwrap().access, Access::Reader);
    }

    #[test]
    fn calendars_of_events_are_listed_with_name_and_colour() {
        let tasks = "<C:supported-calendar-component-set><C:comp name=\"VTODO\"/></C:supported-calendar-component-set>";
        assert_eq!(listed(&format!("{TYPE}{tasks}")), None);
        assert_eq!(listed("<resourcetype><collection/></resourcetype>"), None);
        let named = listed(&format!(
            "{TYPE}<displayname>Work</displayname><A:calendar-color>#FF8800FF</A:calendar-color>"
        ));
        let named = named.unwrap();
        assert_eq!((named.name.as_str(), named.color.as_deref()), ("Work", Some("#FF8800")));
        let bare = listed(&format!("{TYPE}<A:calendar-color>red;x</A:calendar-color>")).unwrap();
        assert_eq!((bare.name.as_str(), bare.color), ("work", None));
    }
}
