//! The contract as Rust, made from `plugin.wit`.

#![allow(missing_docs, clippy::all, reason = "generated; documented in the contract itself")]

wasmtime::component::bindgen!({
    path: "../../sdk/wit/plugin.wit",
    world: "oxpi:plugin/everything",
    imports: { default: async | trappable },
    exports: { default: async },
    with: {
        "oxpi:plugin/http.request": crate::capability::http::GuestRequest,
        "oxpi:plugin/http.response": crate::capability::http::GuestResponse,
    },
    trappable_error_type: {
        "oxpi:plugin/types.problem" => crate::problem::Problem,
    },
});

impl From<crate::problem::Problem> for oxpi::plugin::types::Problem {
    fn from(problem: crate::problem::Problem) -> Self {
        let crate::problem::Problem { code, message, retry_after_ms, detail } = problem;
        Self { code, message, retry_after_ms, detail }
    }
}
