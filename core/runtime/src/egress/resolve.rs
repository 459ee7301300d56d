//! Resolves names and refuses those that lead anywhere but to the public internet. The client
//! connects to exactly the addresses that come out of here, so a name that changes its mind between
//! check and connection gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_global;

/// Looks a name up. The system's resolver, or a table in tests.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The name's addresses.
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The system's resolver.
pub(crate) struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A name that leads to an address nobody may reach.
#[derive(Debug, thiserror::Error)]
#[error("the host's name leads to an address that isn't public")]
pub(crate) struct NotPublic;

/// Gives the client addresses that were checked.
pub(crate) struct CheckedResolver(pub(crate) Arc<dyn Lookup>);

impl CheckedResolver {
    async fn checked(lookup: Arc<dyn Lookup>, host: String) -> Result<Vec<SocketAddr>, Failure> {
        let found = lookup.addresses(&host).await?;
        // One private address among public ones is an attack, not a choice to make.
        if !found.iter().all(|ip| is_global(*ip)) {
            return Err(Box::new(NotPublic));
        }
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect())
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let found = Self::checked(lookup, name.as_str().to_owned()).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table(Vec<IpAddr>);

    #[async_trait]
    impl Lookup for Table {
        async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
            Ok(self.0.clone())
        }
    }

    async fn resolve(ips: &[&str]) -> Result<usize, String> {
        let table = Table(ips.iter().map(|ip| ip.parse().unwrap()).collect());
        let found = CheckedResolver::checked(Arc::new(table), "x.example".into()).await;
        found.map(|list| list.len()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn one_private_address_spoils_the_name() {
        assert_eq!(resolve(&["1.1.1.1", "2606:4700::1111"]).await, Ok(2));
        assert!(resolve(&["1.1.1.1", "10.0.0.1"]).await.is_err());
        assert!(resolve(&["::ffff:10.0.0.1"]).await.is_err());
    }
}
