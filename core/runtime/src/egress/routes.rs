//! Finds the route of a manifest that a request goes by. What no route names is refused.

use url::Url;

use crate::grant::Grant;
use crate::manifest::{CONNECTION_SERVER, EgressRoute, Manifest, Slot};
use crate::problem::Problem;

/// The route for a request, if the manifest has one and the tenant allowed it. Where several cover
/// it, one with an effect counts: a looser route beside it is no way around people's approval. `server`
/// is the origin of the server that was named for the request's own account.
pub(crate) fn find<'m>(
    manifest: &'m Manifest,
    grant: &Grant,
    method: &str,
    url: &Url,
    server: Option<&str>,
) -> Result<&'m EgressRoute, Problem> {
    let covering = || manifest.egress.iter().filter(|route| covers(route, method, url, server));
    let mut strict = covering().filter(|route| route.effect.needs_approval()).peekable();
    let found = if strict.peek().is_some() {
        strict.find(|route| grant.allows_route(route))
    } else {
        covering().find(|route| grant.allows_route(route))
    };
    found.ok_or_else(|| {
        Problem::denied(match covering().next() {
            Some(_) => "this business hasn't allowed the plugin to send this request",
            None => "no [[egress]] route of the plugin names this request",
        })
    })
}

fn covers(route: &EgressRoute, method: &str, url: &Url, server: Option<&str>) -> bool {
    route.methods.iter().any(|known| known == method)
        && leads_to(&route.origin, url, server)
        && path_matches(&route.path, url.path())
        && query_matches(route, url)
}

/// Whether an address is at this origin; at one that people name, only if it was named for the account
/// that the request is made with.
fn leads_to(origin: &str, url: &Url, server: Option<&str>) -> bool {
    let wanted = if origin == CONNECTION_SERVER { server } else { Some(origin) };
    wanted == Some(url.origin().ascii_serialization().as_str())
}

/// Segment by segment; a placeholder is exactly one segment that is not empty, one with an asterisk all
/// that is left.
fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(_)) if w.ends_with("*}") => return true,
            (Some(w), Some(g)) if w.starts_with('{') => {
                if g.is_empty() {
                    return false;
                }
            }
            (Some(w), Some(g)) if w == g => {}
            _ => return false,
        }
    }
}

/// Each fixed parameter is there exactly once, with its value.
fn query_matches(route: &EgressRoute, url: &Url) -> bool {
    route.query.iter().all(|(name, value)| {
        let mut given = url.query_pairs().filter(|(key, _)| key == name.as_str());
        given.next().is_some_and(|(_, first)| first == value.as_str()) && given.next().is_none()
    })
}

/// Whether a slot's secret may go into this request.
pub(crate) fn slot_fits(slot: &Slot, method: &str, url: &Url, server: Option<&str>) -> bool {
    let below = slot.path.ends_with('/') && url.path().starts_with(slot.path.as_str());
    leads_to(&slot.origin, url, server)
        && slot.methods.iter().any(|known| known == method)
        && (below || url.path() == slot.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = include_str!("../../tests/plugins/sample.toml");

    fn outcome(method: &str, url: &str) -> Result<String, String> {
        let text = format!(
            "{MANIFEST}\n[[egress]]\nid = \"masked\"\norigin = \"https://mail.acme.example:8443\"\n\
            methods = [\"GET\"]\npath = \"/m/{{id}}\"\nquery = {{ fields = \"id,headers\" }}\n"
        );
        let manifest = Manifest::parse(&text).unwrap();
        let grant = Grant::everything(&manifest);
        let url = super::super::target::parse(url).map_err(|problem| problem.code)?;
        find(&manifest, &grant, method, &url, None)
            .map(|route| route.id.clone())
            .map_err(|p| p.message)
    }

    #[test]
    fn a_placeholder_is_one_segment() {
        let base = "https://api.acme.example/v1/calendars";
        assert_eq!(outcome("GET", &format!("{base}/me%40x/events?a=b")), Ok("events".into()));
        assert_eq!(outcome("PATCH", &format!("{base}/a/events/b")), Ok("put-event".into()));
        for path in [
            "/a/b/events",
            "//events",
            "/events",
            "/a/events/",
            "/a/events/b/c",
            "",
            "/a/Events",
            "/a/../b/x/events",
            "/a%2fb/events",
            "/a/events;x",
        ] {
            assert!(outcome("GET", &format!("{base}{path}")).is_err(), "{path}");
        }
    }

    #[test]
    fn method_host_and_port_must_be_the_routes() {
        let path = "v1/calendars/a/events";
        for (method, origin) in [
            ("DELETE", "https://api.acme.example"),
            ("get", "https://api.acme.example"),
            ("GET", "https://api.acme.example:8443"),
            ("GET", "https://api.acme.example.evil.example"),
            ("GET", "https://evil.example"),
            ("GET", "https://xapi.acme.example"),
        ] {
            assert!(outcome(method, &format!("{origin}/{path}")).is_err(), "{method} {origin}");
        }
        assert_eq!(
            outcome("GET", &format!("https://api.acme.example:443/{path}")),
            Ok("events".into())
        );
    }

    #[test]
    fn a_fixed_parameter_is_there_once_with_its_value() {
        let base = "https://mail.acme.example:8443/m/1";
        assert_eq!(outcome("GET", &format!("{base}?fields=id,headers&x=1")), Ok("masked".into()));
        assert_eq!(outcome("GET", &format!("{base}?fields=id%2Cheaders")), Ok("masked".into()));
        for query in [
            "",
            "?fields=id",
            "?fields=id,headers&fields=body",
            "?fields=body&fields=id,headers",
            "?Fields=id,headers",
            "?fields=id,headers&%66ields=body",
        ] {
            assert!(outcome("GET", &format!("{base}{query}")).is_err(), "{query}");
        }
    }

    #[test]
    fn of_two_routes_the_one_with_an_effect_counts() {
        let route = |id: &str, effect: &str| {
            format!(
                "[[egress]]\nid = \"{id}\"\norigin = \"https://api.acme.example\"\n\
                methods = [\"POST\"]\npath = \"/{{x}}\"\neffect = \"{effect}\"\n"
            )
        };
        let (loose, strict) = (route("loose", "none"), route("strict", "spend"));
        let asking =
            MANIFEST.replace("[capabilities]", "[capabilities]\napprovals = { reason = \"why\" }");
        let url = super::super::target::parse("https://api.acme.example/ads").unwrap();
        for pair in [format!("{loose}{strict}"), format!("{strict}{loose}")] {
            let manifest = Manifest::parse(&format!("{asking}\n{pair}")).unwrap();
            let found = find(&manifest, &Grant::everything(&manifest), "POST", &url, None).unwrap();
            assert_eq!(found.id, "strict");
            let without = Grant::everything(&manifest)
                .ids()
                .filter(|id| !id.contains("(spend)"))
                .map(str::to_owned)
                .collect::<Vec<_>>();
            let refused =
                find(&manifest, &Grant::from_ids(without), "POST", &url, None).unwrap_err();
            assert_eq!(refused.code, "denied", "the looser one isn't taken instead");
        }
    }

    #[test]
    fn what_was_not_granted_does_not_leave() {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let url =
            super::super::target::parse("https://api.acme.example/v1/calendars/a/events").unwrap();
        let refusal = find(&manifest, &Grant::nothing(), "GET", &url, None).unwrap_err();
        assert_eq!(refusal.code, "denied");
    }

    /// A manifest whose provider asks for a server.
    fn asking_for_a_server() -> Manifest {
        let text = format!(
            "{MANIFEST}\n[[providers]]\nid = \"own\"\nname = \"own\"\nkind = \"password\"\n\
             [[slots]]\nid = \"own\"\nprovider = \"own\"\norigin = \"connection:server\"\n\
             methods = [\"PROPFIND\"]\nplace = \"basic\"\n\
             [[egress]]\nid = \"own\"\norigin = \"connection:server\"\n\
             methods = [\"PROPFIND\"]\npath = \"/{{path*}}\"\n"
        );
        Manifest::parse(&text).unwrap()
    }

    #[test]
    fn a_named_server_is_reached_for_its_own_account_only() {
        let manifest = asking_for_a_server();
        let grant = Grant::everything(&manifest);
        let slot = manifest.slot("own").unwrap();
        let named = Some("https://dav.example.com");
        let goes = |url: &str, server: Option<&str>| {
            let url = super::super::target::parse(url).unwrap();
            let found = find(&manifest, &grant, "PROPFIND", &url, server).is_ok();
            assert_eq!(found, slot_fits(slot, "PROPFIND", &url, server), "{url}");
            found
        };
        for path in ["", "/", "/a", "/a/b/", "/a/b%40c/d.ics"] {
            assert!(goes(&format!("https://dav.example.com{path}"), named), "{path}");
        }
        for other in [
            "https://dav.example.com:8443/",
            "https://dav.example.com.evil.example/",
            "https://other.example.com/",
            "https://api.acme.example/v1/x",
        ] {
            assert!(!goes(other, named), "{other}");
        }
        // Without an account, or with one that has no server, there is nowhere to go.
        assert!(!goes("https://dav.example.com/", None));
    }

    #[test]
    fn a_slot_fits_below_its_path_only() {
        let manifest = Manifest::parse(MANIFEST).unwrap();
        let slot = manifest.slot("acme").unwrap();
        let fits =
            |method: &str, url: &str| slot_fits(slot, method, &Url::parse(url).unwrap(), None);
        assert!(fits("GET", "https://api.acme.example/v1/x"));
        assert!(!fits("GET", "https://api.acme.example/v11/x"));
        assert!(!fits("GET", "https://api.acme.example/v1"));
        assert!(!fits("PUT", "https://api.acme.example/v1/x"));
        assert!(!fits("GET", "https://api.acme.example:8443/v1/x"));
        assert!(!fits("GET", "http://api.acme.example/v1/x"));
    }
}
