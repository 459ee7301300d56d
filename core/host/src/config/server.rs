//! `[server]`: where and how pages are served.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

/// The section.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Host and port.
    pub address: Address,
    /// The address people use; empty to derive it.
    pub public_url: PublicUrl,
    /// Proxies whose forwarded addresses are believed.
    pub proxies: Vec<Network>,
    /// Requests a minute that one network address may make; 0 for no limit.
    pub requests_per_minute: u32,
    /// Requests a minute that one program's token may make; 0 for no limit.
    pub token_requests_per_minute: u32,
    /// Threads that answer; 0 for one a processor.
    pub threads: usize,
    /// Seconds that requests may take to end when stopping.
    pub stop_secs: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            address: Address { host: "127.0.0.1".to_owned(), port: 8080 },
            public_url: PublicUrl(String::new()),
            proxies: Vec::new(),
            requests_per_minute: 1_200,
            token_requests_per_minute: 600,
            threads: 0,
            stop_secs: 20,
        }
    }
}

impl Server {
    /// The address people use, without a slash at its end, when the server listens on `port`.
    pub fn public_url(&self, port: u16) -> String {
        if !self.public_url.0.is_empty() {
            return self.public_url.0.clone();
        }
        // Nobody can open 0.0.0.0; whoever listens on it without public_url is at that machine.
        let host = match self.address.host.as_str() {
            "0.0.0.0" | "::" => "127.0.0.1",
            host => host,
        };
        format!("http://{}", Address { host: host.to_owned(), port })
    }
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Address {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl FromStr for Address {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is no address; expected host:port such as 127.0.0.1:8080");
        let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
        let port = port.parse().map_err(|_| bad())?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let fits = match bare {
            Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
                !host.is_empty() && host.bytes().all(plain)
            }
        };
        if fits { Ok(Self { host: bare.unwrap_or(host).to_owned(), port }) } else { Err(bad()) }
    }
}

impl TryFrom<String> for Address {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A web address without a slash at its end; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl(pub String);

impl TryFrom<String> for PublicUrl {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let trimmed = text.trim_end_matches('/');
        let fits = || {
            let url = url::Url::parse(trimmed).ok()?;
            let plain = matches!(url.scheme(), "http" | "https")
                && url.path() == "/"
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none();
            (plain && url.origin().ascii_serialization() == trimmed).then_some(())
        };
        if trimmed.is_empty() || fits().is_some() {
            Ok(Self(trimmed.to_owned()))
        } else {
            Err(format!(
                "{text:?} is no public address; expected one such as https://office.example.com \
                 without a path"
            ))
        }
    }
}

/// An address or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether the address is in it; an IPv4 address counts as itself however it was written.
    pub fn contains(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 4),
            IpAddr::V6(v6) => (v6.to_bits(), 6),
        };
        let ((own, family), (other, other_family)) =
            (bits(self.address), bits(address.to_canonical()));
        let differing = own ^ other;
        family == other_family && u32::from(self.bits) <= differing.leading_zeros()
    }
}

impl TryFrom<String> for Network {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("{text:?} is no network; expected one such as 10.0.0.0/8 or ::1");
        let (address, bits) = text.split_once('/').map_or((&*text, None), |(a, b)| (a, Some(b)));
        let address: IpAddr = address.trim().parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| bad()))?;
        if bits <= most { Ok(Self { address, bits }) } else { Err(bad()) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_a_host_and_a_port() {
        for good in ["127.0.0.1:8080", "localhost:0", "[::1]:80", "office.example.com:443"] {
            assert_eq!(good.parse::<Address>().map(|a| a.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "8080", ":8080", "localhost", "a:b", "a:70000", "::1:80", "[::1", "a b:1"] {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_public_address_is_an_origin() {
        for (text, kept) in [
            ("", ""),
            ("https://a.example/", "https://a.example"),
            ("http://localhost:8080", "http://localhost:8080"),
        ] {
            assert_eq!(PublicUrl::try_from(text.to_owned()), Ok(PublicUrl(kept.to_owned())));
        }
        for bad in ["a.example", "ftp://a.example", "https://a.example/x", "https://u:p@a.example"]
        {
            assert!(PublicUrl::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_public_address_is_derived_from_where_it_listens() {
        let mut server = Server::default();
        assert_eq!(server.public_url(81), "http://127.0.0.1:81");
        server.address.host = "0.0.0.0".to_owned();
        assert_eq!(server.public_url(81), "http://127.0.0.1:81");
        server.public_url = PublicUrl("https://a.example".to_owned());
        assert_eq!(server.public_url(81), "https://a.example");
    }

    #[test]
    fn networks_have_a_length_that_fits() {
        for (text, read) in
            [("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128"), ("1.2.3.4", "1.2.3.4/32")]
        {
            assert_eq!(Network::try_from(text.to_owned()).map(|n| n.to_string()), Ok(read.into()));
        }
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "proxy", "::/129", "1.2.3.4/x"] {
            assert!(Network::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_network_has_its_own_addresses_and_no_other() -> Result<(), Box<dyn std::error::Error>> {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("1.2.3.4", "1.2.3.4", "1.2.3.5"),
            ("1.2.3.4", "::ffff:1.2.3.4", "::1.2.3.4"),
            ("::1", "::1", "::2"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("0.0.0.0/0", "9.9.9.9", "::1"),
        ] {
            let network = Network::try_from(network.to_owned())?;
            assert!(network.contains(inside.parse()?), "{network} {inside}");
            assert!(!network.contains(outside.parse()?), "{network} {outside}");
        }
        Ok(())
    }
}
