//! HTTP clients: one pool of connections for each tenant and plugin, so that nothing one of them
//! leaves on a connection can reach another. No redirects, no proxies, no cookies, no decoding.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::{PluginId, TenantId};
use reqwest::Client;
use reqwest::redirect::Policy;

use super::EgressError;
use super::resolve::{CheckedResolver, Lookup};

/// Pools kept at once; the longest unused goes first.
const POOLS_MAX: usize = 128;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

type Key = (TenantId, PluginId);

/// All clients.
pub(crate) struct Clients {
    tls: rustls::ClientConfig,
    lookup: Arc<dyn Lookup>,
    https_only: bool,
    pools: Mutex<Pools>,
}

#[derive(Default)]
struct Pools {
    /// Counts uses; who was used at the smallest count was unused the longest.
    now: u64,
    known: HashMap<Key, (u64, Client)>,
}

impl Clients {
    /// Clients that resolve by this lookup; outside sandbox mode they speak TLS only.
    pub(crate) fn new(lookup: Arc<dyn Lookup>, https_only: bool) -> Result<Self, EgressError> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| EgressError::Unreachable(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls, lookup, https_only, pools: Mutex::default() })
    }

    /// The client of a tenant and plugin.
    pub(crate) fn of(&self, tenant: &TenantId, plugin: &PluginId) -> Result<Client, EgressError> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let Pools { now, known } = &mut *pools;
        *now += 1;
        let key = (tenant.clone(), plugin.clone());
        if let Some((used, client)) = known.get_mut(&key) {
            *used = *now;
            return Ok(client.clone());
        }
        if known.len() >= POOLS_MAX {
            let oldest =
                known.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| known.remove(&key));
        }
        let client = self.build(4)?;
        known.insert(key, (*now, client.clone()));
        Ok(client)
    }

    /// A client for one request, for callers that come and go with their own runtimes.
    pub(crate) fn single(&self) -> Result<Client, EgressError> {
        self.build(0)
    }

    fn build(&self, idle_max: usize) -> Result<Client, EgressError> {
        Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(Arc::new(CheckedResolver(Arc::clone(&self.lookup))))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .https_only(self.https_only)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(idle_max)
            .user_agent("OXPI/1.0")
            .build()
            .map_err(|error| EgressError::Unreachable(error.to_string()))
    }
}
