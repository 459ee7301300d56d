//! Every option of the WebAssembly engine, in one function.

use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig, WasmFeatures};

use crate::limits::Limits;

/// Bytes of memory and tables that stay resident in a pool's place for the next instance: measured
/// as the fastest (a mebibyte costs more in resetting than it saves in faults).
const KEEP_RESIDENT_BYTES: usize = 64 << 10;
/// Bytes of stack a guest may use.
const GUEST_STACK_BYTES: usize = 512 << 10;
/// Core instances of one component: a module, its adapters, and stubs of a language's runtime.
const CORE_INSTANCES_EACH: u32 = 24;
const MEMORIES_EACH: u32 = 4;
const TABLES_EACH: u32 = 8;
const TABLE_ELEMENTS_MAX: usize = 50_000;

/// The configuration of an engine that runs so many instances at once.
pub(super) fn wasmtime_config(instances_max: u32) -> Config {
    let mut config = code_config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(instances_max)));
    config
}

/// The configuration of an engine that compiles and runs nothing, so that it reserves no places.
/// Code made by one runs in the other: all that code depends on is here.
pub(super) fn code_config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        // Sharing memory between threads, 64-bit memories, the collector and exceptions widen what
        // must be trusted, and no plugin needs them.
        .wasm_features(WasmFeatures::THREADS, false)
        .wasm_features(WasmFeatures::SHARED_EVERYTHING_THREADS, false)
        .wasm_features(WasmFeatures::MEMORY64, false)
        .wasm_features(WasmFeatures::GC, false)
        .wasm_features(WasmFeatures::GC_TYPES, false)
        .wasm_features(WasmFeatures::EXCEPTIONS, false)
        .wasm_features(WasmFeatures::LEGACY_EXCEPTIONS, false)
        .wasm_features(WasmFeatures::STACK_SWITCHING, false)
        // Functions of the contract are synchronous in the guest; this also saves a third of a call.
        .wasm_features(WasmFeatures::CM_ASYNC, false)
        .concurrency_support(false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(GUEST_STACK_BYTES + (512 << 10))
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false);
    config
}

fn pool(instances_max: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances_max)
        // Address space is set aside for each of these, so not for the most that one could have;
        // where they run out, a call is told to come back.
        .total_core_instances(instances_max.saturating_mul(8))
        .total_memories(instances_max.saturating_mul(2))
        .total_tables(instances_max.saturating_mul(4))
        .total_stacks(instances_max)
        .max_core_instances_per_component(CORE_INSTANCES_EACH)
        .max_memories_per_component(MEMORIES_EACH)
        .max_tables_per_component(TABLES_EACH)
        .max_memory_size(usize::try_from(Limits::MEMORY_BYTES_MAX).unwrap_or(usize::MAX))
        .table_elements(TABLE_ELEMENTS_MAX)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(KEEP_RESIDENT_BYTES);
    pool
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::*;

    #[test]
    fn code_made_without_a_pool_runs_in_one() {
        let hash = |config: &Config| {
            let engine = wasmtime::Engine::new(config).unwrap();
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        assert_eq!(hash(&code_config()), hash(&wasmtime_config(4)));
    }
}
