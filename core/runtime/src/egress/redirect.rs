//! Sandbox mode: provider origins that lead to a simulator on this machine.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use url::Url;

/// One origin, or all of them, and where requests go instead. Path and query stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The provider's origin; None stands for every origin.
    pub from: Option<String>,
    /// The simulator; only a loopback address.
    pub to: SocketAddr,
}

/// Text that is no redirect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no redirect ({reason}); write https://provider.example=http://127.0.0.1:9090")]
pub struct BadRedirect {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl FromStr for Redirect {
    type Err = BadRedirect;

    /// Reads `https://accounts.example.com=http://127.0.0.1:9090` or `*=http://127.0.0.1:9090`.
    fn from_str(text: &str) -> Result<Self, BadRedirect> {
        let bad = |reason| BadRedirect { text: text.chars().take(200).collect(), reason };
        let (from, to) = text.split_once('=').ok_or_else(|| bad("there is no `=`"))?;
        let from = match from.trim() {
            "*" => None,
            origin => Some(origin_of(origin).ok_or_else(|| bad("the left side is no origin"))?),
        };
        let to = target_of(to.trim()).map_err(bad)?;
        Ok(Self { from, to })
    }
}

fn origin_of(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (url.scheme() == "https" && bare && url.username().is_empty())
        .then(|| url.origin().ascii_serialization())
}

fn target_of(text: &str) -> Result<SocketAddr, &'static str> {
    let url = Url::parse(text).map_err(|_| "the right side is no address")?;
    if url.scheme() != "http" || !matches!(url.path(), "" | "/") || url.query().is_some() {
        return Err("the right side is http, a loopback address and a port, nothing else");
    }
    let ip: IpAddr = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.into(),
        Some(url::Host::Ipv6(ip)) => ip.into(),
        Some(url::Host::Domain("localhost")) => [127, 0, 0, 1].into(),
        _ => return Err("the right side names no loopback address"),
    };
    if !ip.is_loopback() {
        return Err("the right side names no loopback address");
    }
    Ok(SocketAddr::new(ip, url.port().ok_or("the right side has no port")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_targets_are_redirects() {
        let good: Redirect = "https://a.example=http://localhost:9090".parse().unwrap();
        assert_eq!(good.from.as_deref(), Some("https://a.example"));
        assert_eq!(good.to.to_string(), "127.0.0.1:9090");
        assert!("*=http://[::1]:80/".parse::<Redirect>().is_err(), "the default port is left out");
        assert_eq!("*=http://127.0.0.1:1".parse::<Redirect>().unwrap().from, None);
        for bad in [
            "",
            "*",
            "*=",
            "*=http://10.0.0.1:80",
            "*=https://127.0.0.1:1",
            "a=http://127.0.0.1:1",
            "http://a.example=http://127.0.0.1:1",
            "*=http://127.0.0.1:1/x",
            "*=http://a.example:1",
        ] {
            assert!(bad.parse::<Redirect>().is_err(), "{bad}");
        }
    }
}
