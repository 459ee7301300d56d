//! Pages and hooks over the use cases of app. No diesel, no sodium, no wasmtime.
