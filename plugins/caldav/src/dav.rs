//! Requests to the account's own server, with the credential slot; answers read whole.

use oxpi_kit::http::Request;
use oxpi_kit::{Problem, Result, env, t};

use crate::multistatus::{Multistatus, parse};
use crate::path::{canonical, origin};

const SLOT: &str = "server";
/// Ways on that are followed from one address.
const MOVES_MAX: usize = 3;

/// The server that the account is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    origin: String,
    /// The path that was named with it.
    pub base: String,
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The revision, where it can be asked for with `If-Match`.
    pub etag: Option<String>,
    /// Where the server sends one on to.
    pub location: Option<String>,
    /// How long it asks to wait.
    pub retry_after_ms: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Whether it is a 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether it sends one on.
    pub fn is_move(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Whether there is nothing there.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }
}

impl Server {
    /// The server at this address.
    pub fn at(address: &str) -> Result<Self> {
        let server = origin(address).and_then(|origin| {
            let base = canonical(address, origin)?;
            Some(Self { origin: origin.to_owned(), base })
        });
        server.ok_or_else(|| Problem::invalid("the server's address can't be read"))
    }

    /// The server of the account that the call is about.
    pub fn current() -> Result<Self> {
        let all = env::connections()?;
        let address = all.into_iter().find(|each| each.current).and_then(|each| each.server);
        Self::at(&address.ok_or_else(|| Problem::reconnect(t!("error-reconnect")))?)
    }

    /// `https://host`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// An address of this server as a path in one spelling.
    pub fn path(&self, href: &str) -> Option<String> {
        canonical(href, &self.origin)
    }

    /// A calendar or an event that the workspace names: only a path of this server.
    pub fn own(&self, id: &str) -> Result<String> {
        self.path(id).ok_or_else(|| Problem::not_found(t!("error-not-found")))
    }

    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, format!("{}{path}", self.origin))
    }

    /// Asks for properties of a resource, or of those in it with `depth` 1.
    pub fn propfind(&self, path: &str, depth: &str, props: &str) -> Result<Reply> {
        self.ask("PROPFIND", path, depth, &format!("<d:prop>{props}</d:prop>"), "d:propfind")
    }

    /// Asks a calendar for what is in it.
    pub fn report(&self, path: &str, depth: &str, name: &str, inner: &str) -> Result<Reply> {
        self.ask("REPORT", path, depth, inner, name)
    }

    fn ask(&self, method: &str, path: &str, depth: &str, inner: &str, name: &str) -> Result<Reply> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{name} xmlns:d=\"DAV:\" \
             xmlns:c=\"urn:ietf:params:xml:ns:caldav\" xmlns:a=\"http://apple.com/ns/ical/\" \
             xmlns:s=\"http://calendarserver.org/ns/\">{inner}</{name}>"
        );
        let request = self
            .request(method, path)
            .header("depth", depth)
            .header("content-type", "application/xml; charset=utf-8")
            .body(body.as_bytes());
        send(request)
    }

    /// The same as [`Self::propfind`], following the server's own ways on.
    pub fn propfind_on(&self, path: &str, depth: &str, props: &str) -> Result<(String, Reply)> {
        let mut path = path.to_owned();
        for _ in 0..MOVES_MAX {
            let reply = self.propfind(&path, depth, props)?;
            let next = reply.location.as_deref().filter(|_| reply.is_move());
            match next.and_then(|location| self.here(location)) {
                Some(next) if next != path => path = next,
                _ => return Ok((path, reply)),
            }
        }
        Ok((path, Reply { status: 508, ..Reply::default() }))
    }

    /// A way on that stays on this server. One to the same host without TLS is taken with it: servers
    /// behind a proxy often don't know how they are reached.
    fn here(&self, location: &str) -> Option<String> {
        match location.strip_prefix("http://") {
            Some(rest) => self.path(&format!("https://{}", rest.replacen(":80/", "/", 1))),
            None => self.path(location),
        }
    }

    /// Reads an object.
    pub fn get(&self, path: &str) -> Result<Reply> {
        send(self.request("GET", path).header("accept", "text/calendar"))
    }

    /// Writes an object: a new one without `etag`, else the one of that revision.
    pub fn put(&self, path: &str, etag: Option<&str>, text: &str) -> Result<Reply> {
        let request = self.request("PUT", path);
        let request = match etag {
            Some(etag) => request.header("if-match", etag),
            None => request.header("if-none-match", "*"),
        };
        let request = request.header("content-type", "text/calendar; charset=utf-8");
        send(request.body(text.as_bytes()))
    }

    /// Deletes an object, if it is at this revision where one is given.
    pub fn delete(&self, path: &str, etag: Option<&str>) -> Result<Reply> {
        send(self.request("DELETE", path).header_if("if-match", etag))
    }

    /// A multi-status answer, or the problem that it is instead.
    pub fn resources(&self, reply: &Reply) -> Result<Multistatus> {
        if reply.status != 207 {
            return Err(reply.problem());
        }
        parse(&reply.body, &self.origin).ok_or_else(|| {
            Problem::unavailable(t!("error-unavailable")).with_detail("207 unreadable")
        })
    }
}

fn send(request: Request) -> Result<Reply> {
    let response = request.credential(SLOT).send()?;
    let text = |name: &str| response.header(name).map(str::to_owned);
    Ok(Reply {
        status: response.status(),
        etag: text("etag").filter(|etag| is_strong(etag)),
        location: text("location"),
        retry_after_ms: response.retry_after_ms(env::now()),
        body: response.bytes()?,
    })
}

/// A weak tag can't guard a write (RFC 9110, 13.1.1).
pub fn is_strong(etag: &str) -> bool {
    etag.len() <= 500 && etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_on_stays_on_the_server() {
        let server = Server::at("https://cloud.example.com/dav").unwrap();
        assert_eq!((server.origin(), server.base.as_str()), ("https://cloud.example.com", "/dav"));
        for (location, path) in [
            ("/remote.php/dav/", Some("/remote.php/dav/")),
            ("https://cloud.example.com/x", Some("/x")),
            ("http://cloud.example.com/x", Some("/x")),
            ("http://cloud.example.com:80/x", Some("/x")),
            ("https://other.example.com/x", None),
            ("http://other.example.com/x", None),
            ("//other.example.com/x", None),
        ] {
            assert_eq!(server.here(location).as_deref(), path, "{location}");
        }
        assert!(Server::at("http://cloud.example.com/").is_err());
    }

    #[test]
    fn a_weak_tag_guards_nothing() {
        assert!(is_strong("\"a\"") && !is_strong("W/\"a\"") && !is_strong("\"") && !is_strong("a"));
    }
}
