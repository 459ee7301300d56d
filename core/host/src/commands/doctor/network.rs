//! The address to listen on and the address people use.

use std::io::ErrorKind;
use std::net::TcpListener;

use super::Finding;
use crate::config::Config;

const ADDRESS: &str = "address";
const PUBLIC: &str = "public url";

/// Can we listen, and does what people type make sense?
pub fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![listen(config)];
    let url = config.server.public_url(config.server.address.port);
    let loopback = ["http://127.", "http://localhost", "http://[::1]"];
    let here = loopback.iter().any(|start| url.starts_with(start));
    if url.starts_with("https://") || here {
        findings.push(Finding::good(PUBLIC, url));
    } else {
        findings.push(Finding::unwise(
            PUBLIC,
            format!("{url} is not encrypted, and browsers keep no session there"),
            "put a reverse proxy with TLS before oxpi and set server.public_url to https://...",
        ));
    }
    findings
}

fn listen(config: &Config) -> Finding {
    let address = config.server.address.to_string();
    match TcpListener::bind(&address) {
        Ok(_) => Finding::good(ADDRESS, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Finding::unwise(
            ADDRESS,
            format!("something listens on {address} already"),
            "if it is not oxpi itself, stop it or set server.address",
        ),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::wrong(
            ADDRESS,
            format!("this user may not listen on {address}"),
            "ports below 1024 take a reverse proxy, or: setcap cap_net_bind_service=+ep oxpi",
        ),
        Err(error) => Finding::wrong(
            ADDRESS,
            format!("{address}: {error}"),
            "set server.address to an address of this machine",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::server::{Address, PublicUrl};

    fn config(host: &str, port: u16, url: &str) -> Config {
        let mut config = Config::default();
        config.server.address = Address { host: host.to_owned(), port };
        config.server.public_url = PublicUrl(url.to_owned());
        config
    }

    #[test]
    fn a_free_address_is_good_and_a_taken_one_is_told() -> std::io::Result<()> {
        let findings = look(&config("127.0.0.1", 0, ""));
        assert!(findings.iter().all(Finding::is_good));
        let taken = TcpListener::bind("127.0.0.1:0")?;
        let findings = look(&config("127.0.0.1", taken.local_addr()?.port(), ""));
        assert!(findings[0].what.contains("already"), "{}", findings[0].what);
        Ok(())
    }

    #[test]
    fn another_machine_s_address_is_wrong() {
        let findings = look(&config("192.0.2.1", 1, "https://a.example"));
        assert!(findings[0].is_wrong_and_mended_by("server.address"));
        assert!(findings[1].is_good());
    }

    #[test]
    fn an_unencrypted_address_is_unwise() {
        let findings = look(&config("127.0.0.1", 0, "http://office.example.com"));
        assert!(findings[1].mend.as_deref().is_some_and(|mend| mend.contains("https")));
    }
}
