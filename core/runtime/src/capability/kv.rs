//! `kv`: small values of the plugin's own, kept for each tenant.

use std::sync::Arc;

use super::{cursor, page_limit, short};
use crate::engine::bindings::oxpi::plugin::kv;
use crate::engine::state::State;
use crate::problem::Problem;

const KEY_BYTES_MAX: usize = 512;
const VALUE_BYTES_MAX: usize = 256 << 10;

impl State {
    fn kv(&mut self, key: &str) -> Result<(), Problem> {
        self.effect(self.ctx.grant.allows_kv(), "kv")?;
        short("a key", key, KEY_BYTES_MAX)
    }
}

impl kv::Host for State {
    async fn get(&mut self, key: String) -> Result<Option<(Vec<u8>, u64)>, Problem> {
        self.kv(&key)?;
        self.world.services.kv_get(&self.ctx, &key).await
    }

    async fn put(
        &mut self,
        key: String,
        value: Vec<u8>,
        expected_rev: Option<u64>,
        ttl_secs: Option<u32>,
    ) -> Result<u64, Problem> {
        self.kv(&key)?;
        if value.len() > VALUE_BYTES_MAX {
            return Err(Problem::too_large(format!("a value has at most {VALUE_BYTES_MAX} bytes")));
        }
        self.world.services.kv_put(&self.ctx, &key, value, expected_rev, ttl_secs).await
    }

    async fn delete(&mut self, key: String, expected_rev: Option<u64>) -> Result<(), Problem> {
        self.kv(&key)?;
        self.world.services.kv_delete(&self.ctx, &key, expected_rev).await
    }

    async fn keys(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<(Vec<String>, Option<String>), Problem> {
        self.effect(self.ctx.grant.allows_kv(), "kv")?;
        if !prefix.is_empty() {
            short("a prefix", &prefix, KEY_BYTES_MAX)?;
        }
        cursor(after.as_ref())?;
        let services = Arc::clone(&self.world.services);
        services.kv_keys(&self.ctx, &prefix, after.as_deref(), page_limit(limit)).await
    }
}
