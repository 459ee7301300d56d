//! From the server that a person named to the account's calendars: the well-known address (RFC 6764, 6),
//! the principal (RFC 5397) and its calendar home (RFC 4791, 6.2.1).

use oxpi_kit::Result;

use crate::dav::{Reply, Server};
use crate::multistatus::{Resource, parse};
use crate::path::{canonical, origin};
use crate::xml::{CALDAV, DAV};

const WELL_KNOWN: &str = "/.well-known/caldav";
const PRINCIPAL: &str = "<d:current-user-principal/><d:resourcetype/>";
const HOME: &str = "<c:calendar-home-set/><d:displayname/><c:calendar-user-address-set/>";

/// Where an account's calendars are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The principal's path: what the server calls the account.
    pub principal: String,
    /// The collections that calendars are in.
    pub collections: Vec<String>,
    /// The account's name for people.
    pub name: String,
    /// Its address.
    pub email: String,
}

/// What was found.
#[derive(Debug, Clone)]
pub enum Found {
    /// The calendars are here.
    Home(Home),
    /// On another server, at this address.
    Elsewhere(String),
    /// The name or the password is wrong.
    Refused(Reply),
    /// No CalDAV server; what it answered at last.
    Nothing(Reply),
}

enum Step {
    Principal(String),
    End(Found),
}

/// Looks for the account's calendars.
pub fn find(server: &Server) -> Result<Found> {
    match principal(server)? {
        Step::Principal(path) => home(server, &path),
        Step::End(found) => Ok(found),
    }
}

fn principal(server: &Server) -> Result<Step> {
    let base = server.base.as_str();
    // Who names a path means it; a name alone is looked up the way the RFC says.
    let places = if base == "/" { [WELL_KNOWN, "/", ""] } else { [base, WELL_KNOWN, "/"] };
    let mut last = Reply::default();
    for place in places.into_iter().filter(|place| !place.is_empty()) {
        let (path, reply) = server.propfind_on(place, "0", PRINCIPAL)?;
        if reply.status == 401 {
            return Ok(Step::End(Found::Refused(reply)));
        }
        if let Some(address) = elsewhere(server, &reply, &path) {
            return Ok(Step::End(Found::Elsewhere(address)));
        }
        if matches!(reply.status, 429 | 503) {
            return Err(reply.problem());
        }
        if let Some(resource) = first(server, &reply) {
            let unknown = resource
                .prop(DAV, "current-user-principal")
                .is_some_and(|prop| prop.child(DAV, "unauthenticated").is_some());
            if unknown {
                return Ok(Step::End(Found::Refused(reply)));
            }
            if let Some(href) = resource.href_in(DAV, "current-user-principal") {
                return Ok(match (server.path(href), origin(href)) {
                    (Some(path), _) => Step::Principal(path),
                    (None, Some(_)) => Step::End(Found::Elsewhere(href.to_owned())),
                    (None, None) => Step::End(Found::Nothing(reply)),
                });
            }
        }
        last = reply;
    }
    Ok(Step::End(Found::Nothing(last)))
}

/// Another server that this one sends on to.
fn elsewhere(server: &Server, reply: &Reply, from: &str) -> Option<String> {
    let location = reply.location.as_deref().filter(|_| reply.is_move())?;
    let there = origin(location)?;
    let path = canonical(location, there)?;
    // A server that sends a well-known address on to another's well-known address means that server.
    let path = if path == WELL_KNOWN || path == from { "/".to_owned() } else { path };
    (server.path(location).is_none()).then(|| format!("{there}{path}"))
}

fn first(server: &Server, reply: &Reply) -> Option<Resource> {
    let found = (reply.status == 207).then(|| parse(&reply.body, server.origin())).flatten()?;
    found.resources.into_iter().next()
}

fn home(server: &Server, principal: &str) -> Result<Found> {
    let (_, reply) = server.propfind_on(principal, "0", HOME)?;
    if reply.status == 401 {
        return Ok(Found::Refused(reply));
    }
    if reply.status != 207 {
        return if reply.is_gone() { Ok(Found::Nothing(reply)) } else { Err(reply.problem()) };
    }
    let Some(resource) = first(server, &reply) else { return Ok(Found::Nothing(reply)) };
    let homes = resource.prop(CALDAV, "calendar-home-set");
    let hrefs: Vec<&str> = homes
        .into_iter()
        .flat_map(|set| set.each(DAV, "href"))
        .map(|href| href.text.trim())
        .collect();
    let collections: Vec<String> = hrefs.iter().filter_map(|href| server.path(href)).collect();
    if collections.is_empty() {
        let other = hrefs.iter().find(|href| origin(href).is_some());
        return Ok(match other {
            Some(other) => Found::Elsewhere((*other).to_owned()),
            None => Found::Nothing(reply),
        });
    }
    let addresses = resource.prop(CALDAV, "calendar-user-address-set");
    let mut addresses = addresses.into_iter().flat_map(|set| set.each(DAV, "href"));
    let email = addresses.find_map(|href| href.text.trim().strip_prefix("mailto:"));
    Ok(Found::Home(Home {
        principal: principal.to_owned(),
        collections,
        name: resource.text(DAV, "displayname").unwrap_or_default().to_owned(),
        email: email.unwrap_or_default().to_owned(),
    }))
}
