//! For tests: shows all of a guest's memory after a call, so that they can look for what must not be
//! there. A module that traps is started beside the guest, since the engine's report of a trap is
//! what holds every memory of a store.

use std::sync::Arc;

use wasmtime::{Instance, Module, Store, WasmCoreDump};

use super::state::State;
use crate::services::CallContext;

/// Looks at what a guest's memory holds when its call has ended.
pub trait MemoryWatch: Send + Sync {
    /// One of the guest's memories, whole.
    fn look(&self, ctx: &CallContext, hook: &'static str, memory: &[u8]);

    /// The memories of a call could not be looked at.
    fn failed(&self, ctx: &CallContext, hook: &'static str, why: &str);
}

/// `(module (func unreachable) (start 0))`
const TRAPS: [u8; 28] = [
    0, b'a', b's', b'm', 1, 0, 0, 0, // the module, version 1
    1, 4, 1, 0x60, 0, 0, // a type: no parameters, no results
    3, 2, 1, 0, // a function of it
    8, 1, 0, // which is started
    10, 5, 1, 3, 0, 0, 0x0b, // and is: unreachable
];

/// A watch and what it takes to show it a store.
pub(crate) struct Watch {
    watch: Arc<dyn MemoryWatch>,
    traps: Module,
}

impl Watch {
    pub(super) fn new(
        engine: &wasmtime::Engine,
        watch: Arc<dyn MemoryWatch>,
    ) -> wasmtime::Result<Self> {
        Ok(Self { watch, traps: Module::new(engine, TRAPS)? })
    }

    /// Shows every memory of a store whose call has ended.
    pub(super) async fn show(&self, store: &mut Store<State>, hook: &'static str) {
        let ctx = Arc::clone(&store.data().ctx);
        // Budgets are over; this isn't the guest any more.
        store.epoch_deadline_trap();
        store.set_epoch_deadline(u64::from(u32::MAX));
        let error = match Instance::new_async(&mut *store, &self.traps, &[]).await {
            Ok(_) => return self.watch.failed(&ctx, hook, "the module didn't trap"),
            Err(error) => error,
        };
        match error.downcast_ref::<WasmCoreDump>() {
            Some(dump) => {
                for memory in dump.memories() {
                    self.watch.look(&ctx, hook, memory.data(&*store));
                }
            }
            None => self.watch.failed(&ctx, hook, &format!("no dump: {error:#}")),
        }
    }
}
