//! Baselines: what the libraries do by themselves, tuned as well as we know.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use wasmtime::component::{
    Component, ComponentExportIndex, ComponentType, InstancePre, Lift, Linker, TypedFunc,
};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

use crate::measure::Times;

/// A plugin in an engine and nothing else.
pub struct Bare {
    engine: Engine,
    component: Component,
    pre: InstancePre<()>,
    render: ComponentExportIndex,
}

/// The contract's `problem`.
#[derive(ComponentType, Lift)]
#[component(record)]
#[allow(dead_code, reason = "its shape is all that matters here")]
pub struct Problem {
    code: String,
    message: String,
    #[component(name = "retry-after-ms")]
    retry_after_ms: Option<u64>,
    detail: Option<String>,
}

type Render<'a> = TypedFunc<(&'a str, &'a str), (Result<String, Problem>,)>;

impl Bare {
    /// Compiles it. The settings that cost or save time are those of the runtime's own engine.
    pub fn new(wasm: &[u8]) -> Result<Self> {
        let mut pool = PoolingAllocationConfig::new();
        pool.linear_memory_keep_resident(64 << 10).table_keep_resident(64 << 10);
        let mut config = Config::new();
        config
            .concurrency_support(false)
            .epoch_interruption(true)
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config)?;
        let component = Component::from_binary(&engine, wasm)?;
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&component)?;
        let pre = linker.instantiate_pre(&component)?;
        let views = component.get_export_index(None, "oxpi:plugin/view-provider@1.0.0");
        let render = component.get_export_index(views.as_ref(), "render");
        let render = render.ok_or_else(|| anyhow::anyhow!("the plugin has no view"))?;
        Ok(Self { engine, component, pre, render })
    }

    /// A fresh instance, one call, and the end of the instance.
    pub fn render(&self, input: &str) -> Result<String> {
        let mut store = Store::new(&self.engine, ());
        store.set_epoch_deadline(u64::MAX / 2);
        let instance = self.pre.instantiate(&mut store)?;
        let render: Render<'_> = instance.get_typed_func(&mut store, self.render)?;
        let (answer,) = render.call(&mut store, ("day", input))?;
        answer.map_err(|problem| anyhow::anyhow!(problem.message))
    }

    /// The compiled code, as a cache keeps it.
    pub fn compiled(&self) -> Result<Vec<u8>> {
        Ok(self.component.serialize()?)
    }

    /// Makes callable what was compiled before.
    #[allow(unsafe_code, reason = "native code is loaded from bytes; see SAFETY")]
    pub fn load(&self, compiled: &[u8]) -> Result<InstancePre<()>> {
        // SAFETY: the bytes are what `Component::serialize` gave in this very process.
        let component = unsafe { Component::deserialize(&self.engine, compiled)? };
        let mut linker = Linker::new(&self.engine);
        linker.define_unknown_imports_as_traps(&component)?;
        Ok(linker.instantiate_pre(&component)?)
    }
}

diesel::table! {
    rows (id) {
        id -> BigInt,
        body -> Binary,
    }
}

/// An SQLite file with one table, as durable as ours.
pub struct RawSqlite {
    conn: SqliteConnection,
    body: Vec<u8>,
}

impl RawSqlite {
    /// Makes it in this folder; each row will have so many bytes.
    pub fn new(folder: &Path, row_bytes: usize) -> Result<Self> {
        let file = folder.join("raw.sqlite3");
        let mut conn = SqliteConnection::establish(&file.display().to_string())?;
        conn.batch_execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL)",
        )?;
        Ok(Self { conn, body: vec![b'x'; row_bytes] })
    }

    /// Commits one row after the other for this long.
    pub fn commit_for(&mut self, time: Duration) -> Result<Times> {
        let mut times = Times::default();
        let start = Instant::now();
        while start.elapsed() < time {
            let insert = diesel::insert_into(rows::table).values(rows::body.eq(&self.body));
            times.time(|| insert.execute(&mut self.conn))?;
        }
        Ok(times)
    }
}
