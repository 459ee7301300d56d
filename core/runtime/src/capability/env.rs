//! `env`: time, randomness, settings and what is left of the call's budget.

use domain::Zone;
use jiff::civil::{Date, DateTime};
use serde_json::{Value, json};

use crate::engine::bindings::oxpi::plugin::env;
use crate::engine::state::State;
use crate::manifest::{Property, Schema};

/// Random bytes of one call; enough for any number of ids.
const RANDOM_BYTES_MAX: u32 = 64 << 10;

impl env::Host for State {
    async fn now_ms(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.world.clock.now().as_millis()).unwrap_or(0))
    }

    /// Fewer bytes than asked for once the call has had its share.
    async fn random(&mut self, count: u32) -> wasmtime::Result<Vec<u8>> {
        let count = count.min(RANDOM_BYTES_MAX - self.random_bytes);
        self.random_bytes += count;
        let mut bytes = vec![0; count as usize];
        self.world.rng.fill(&mut bytes);
        Ok(bytes)
    }

    async fn settings(&mut self) -> wasmtime::Result<String> {
        Ok(without_secrets(&self.ctx.settings, self.plugin.manifest().settings.as_ref()))
    }

    async fn locale(&mut self) -> wasmtime::Result<String> {
        Ok(self.ctx.locale.tag().to_owned())
    }

    async fn time_zone(&mut self) -> wasmtime::Result<String> {
        Ok(self.ctx.zone.name().to_owned())
    }

    async fn instant_ms(&mut self, local: String, zone: String) -> wasmtime::Result<Option<i64>> {
        Ok(instant_of(&local, &zone))
    }

    /// An empty list where the workspace can't say; the function has no way to fail.
    async fn connections(&mut self) -> wasmtime::Result<String> {
        let connections = match self.has_tenant {
            true => self.world.services.connections(&self.ctx).await.unwrap_or_else(|problem| {
                tracing::warn!(%problem, request = self.ctx.request_id, "connections are not known");
                Vec::new()
            }),
            false => Vec::new(),
        };
        let own = self.ctx.connection.as_ref();
        let told = connections.iter().map(|connection| {
            let mut told = json!(connection);
            told["current"] = json!(own == Some(&connection.id));
            told
        });
        Ok(json!({ "connections": told.collect::<Vec<_>>() }).to_string())
    }

    async fn budget(&mut self) -> wasmtime::Result<Vec<(String, u64)>> {
        let limits = &self.ctx.limits;
        let cpu = limits.cpu().saturating_sub(self.cpu.spent());
        let millis =
            |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Ok(vec![
            ("http-calls".to_owned(), u64::from(limits.http_calls.saturating_sub(self.http_calls))),
            ("cpu-ms".to_owned(), millis(cpu)),
            ("wall-ms".to_owned(), millis(self.wall_left())),
            ("memory-bytes".to_owned(), self.memory.left()),
        ])
    }
}

/// Settings as the guest sees them: a password is for slots only, even where somebody put it here.
fn without_secrets(settings: &Value, schema: Option<&Schema>) -> String {
    let Value::Object(settings) = settings else { return "{}".to_owned() };
    let is_secret =
        |name: &str| schema.and_then(|s| s.property(name)).is_some_and(Property::is_secret);
    let shown = settings.iter().filter(|(name, _)| !is_secret(name));
    Value::Object(shown.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
}

/// The instant of a day's beginning or of a wall-clock time; None for what means nothing.
fn instant_of(local: &str, zone: &str) -> Option<i64> {
    if local.len() > 32 || zone.len() > 64 {
        return None;
    }
    let zone: Zone = zone.parse().ok()?;
    let instant = match local.len() {
        10 => zone.start_of_day(local.parse::<Date>().ok()?)?,
        _ => zone.instant(local.parse::<DateTime>().ok()?)?,
    };
    Some(instant.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_setting_that_a_guest_sees() {
        let manifest = include_str!("../../tests/plugins/sample.toml");
        let manifest = crate::Manifest::parse(manifest).unwrap();
        let settings = json!({"zone": "a", "api_key": "s3cr3t"});
        assert_eq!(without_secrets(&settings, manifest.settings.as_ref()), r#"{"zone":"a"}"#);
        assert_eq!(without_secrets(&Value::Null, None), "{}");
    }

    #[test]
    fn days_and_times_have_instants_and_nonsense_has_none() {
        let jerusalem = "Asia/Jerusalem";
        assert_eq!(instant_of("2026-03-01", jerusalem), Some(1_772_316_000_000));
        assert_eq!(instant_of("2026-03-01T09:30:00", jerusalem), Some(1_772_350_200_000));
        for (local, zone) in
            [("", "UTC"), ("2026-13-01", "UTC"), ("noon", "UTC"), ("2026-03-01", "Mars/X")]
        {
            assert_eq!(instant_of(local, zone), None, "{local} {zone}");
        }
    }
}
