//! Reads what a component needs and offers, before linking, and says in plain words what doesn't
//! fit. The linker alone would be too lenient with names it doesn't know and too terse with others.

use std::collections::BTreeSet;

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::Export;
use crate::manifest::{ABI, Manifest, Version};

const PACKAGE: &str = "oxpi:plugin/";

/// Interfaces a plugin may import, with their functions as components name them. A function or
/// interface that is added later stands here too, and the contract's page says since when.
const IMPORTS: [(&str, &[&str]); 12] = [
    ("types", &[]),
    (
        "http",
        &[
            "[constructor]request",
            "[method]request.header",
            "[method]request.body",
            "[method]request.credential",
            "[method]request.connection",
            "[method]request.timeout-ms",
            "[method]request.idempotency-key",
            "[method]request.approval",
            "[method]response.status",
            "[method]response.headers",
            "[method]response.read",
            "send",
        ],
    ),
    ("crypto", &["hmac-sign", "hmac-verify", "hash"]),
    ("records", &["get", "query", "upsert", "delete"]),
    ("documents", &["keep", "get", "read", "mine", "delete"]),
    ("kv", &["get", "put", "delete", "keys"]),
    ("jobs", &["enqueue", "cancel"]),
    ("events", &["publish"]),
    ("approvals", &["propose", "state", "withdraw", "decline-change"]),
    ("log", &["write"]),
    (
        "env",
        &[
            "now-ms",
            "random",
            "settings",
            "locale",
            "time-zone",
            "instant-ms",
            "connections",
            "budget",
        ],
    ),
    ("i18n", &["text"]),
];

impl Export {
    /// Every interface a plugin may export.
    pub const ALL: [Self; 8] = [
        Self::Lifecycle,
        Self::JobHandler,
        Self::WebhookHandler,
        Self::EventHandler,
        Self::ViewProvider,
        Self::AccountChecker,
        Self::ConnectionChecker,
        Self::CalendarProvider,
    ];

    /// The interface's name in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lifecycle => "lifecycle",
            Self::JobHandler => "job-handler",
            Self::WebhookHandler => "webhook-handler",
            Self::EventHandler => "event-handler",
            Self::ViewProvider => "view-provider",
            Self::AccountChecker => "account-checker",
            Self::ConnectionChecker => "connection-checker",
            Self::CalendarProvider => "calendar-provider",
        }
    }
}

/// What the component offers, if it needs nothing this host lacks.
pub(super) fn check(engine: &Engine, component: &Component) -> Result<BTreeSet<Export>, String> {
    let kind = component.component_type();
    for (name, item) in kind.imports(engine) {
        check_import(engine, name, &item.ty)?;
    }
    let mut exports = BTreeSet::new();
    for (name, item) in kind.exports(engine) {
        let ComponentItem::ComponentInstance(_) = &item.ty else {
            return Err(format!("it exports {name:?}, which is no interface of the contract"));
        };
        let interface = contract_name(name, "exports")?;
        let export = Export::ALL.into_iter().find(|export| export.name() == interface);
        exports.insert(export.ok_or_else(|| {
            let known = Export::ALL.map(Export::name).join(", ");
            format!("it exports {interface:?}, which this host doesn't know; known are {known}")
        })?);
    }
    Ok(exports)
}

fn check_import(engine: &Engine, name: &str, item: &ComponentItem) -> Result<(), String> {
    let interface = contract_name(name, "needs")?;
    let Some((_, functions)) = IMPORTS.iter().find(|(known, _)| *known == interface) else {
        return Err(format!(
            "it needs {interface:?}; this host speaks {ABI}, which has no such interface"
        ));
    };
    let ComponentItem::ComponentInstance(instance) = item else {
        return Err(format!("it needs {name:?} as something other than an interface"));
    };
    for (function, item) in instance.exports(engine) {
        let is_function = matches!(item.ty, ComponentItem::ComponentFunc(_));
        if is_function && !functions.contains(&function) {
            return Err(format!(
                "it needs {interface}.{function}; this host speaks {ABI}, which has no such function"
            ));
        }
    }
    Ok(())
}

/// `kv` of `oxpi:plugin/kv@1.0.0`.
fn contract_name<'n>(name: &'n str, verb: &str) -> Result<&'n str, String> {
    if name.starts_with("wasi:") {
        return Err(format!(
            "it {verb} {name:?}; there is no WASI here: take time and randomness from env, \
             requests from http, and build without it"
        ));
    }
    let Some((interface, version)) =
        name.strip_prefix(PACKAGE).and_then(|rest| rest.split_once('@'))
    else {
        return Err(format!("it {verb} {name:?}, which is not of the contract oxpi:plugin@{ABI}"));
    };
    match version.parse::<Version>() {
        Ok(wanted) if wanted.is_spoken_by(ABI) => Ok(interface),
        _ => Err(format!("it {verb} {interface}@{version}; this host speaks {ABI}")),
    }
}

/// What the manifest promises, the component must offer.
pub(super) fn check_promises(
    manifest: &Manifest,
    exports: &BTreeSet<Export>,
) -> Result<(), String> {
    let events = manifest.capabilities.events.as_ref();
    let promises = [
        (manifest.ports.calendar, Export::CalendarProvider, "[ports] offers a calendar"),
        (!manifest.schedules.is_empty(), Export::JobHandler, "[[schedules]] runs jobs"),
        (
            manifest.webhooks.iter().any(|webhook| webhook.channels.is_none()),
            Export::WebhookHandler,
            "[[webhooks]] takes deliveries",
        ),
        (
            manifest.webhooks.iter().any(|webhook| webhook.channels.is_some()),
            Export::JobHandler,
            "[[webhooks]] names a job for channels",
        ),
        (!manifest.views.is_empty(), Export::ViewProvider, "[[views]] shows views"),
        (
            manifest.providers.iter().any(|provider| provider.login.is_some()),
            Export::AccountChecker,
            "[[providers]] takes passwords",
        ),
        (
            manifest.providers.iter().any(|provider| !provider.steps.is_empty()),
            Export::ConnectionChecker,
            "[[providers.steps]] are tried",
        ),
        (
            events.is_some_and(|events| !events.subscribe.is_empty()),
            Export::EventHandler,
            "[capabilities.events] subscribes",
        ),
    ];
    match promises.iter().find(|(promised, export, _)| *promised && !exports.contains(export)) {
        Some((_, export, why)) => {
            Err(format!("plugin.toml: {why}, but the component doesn't export {}", export.name()))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_contracts() {
        let contract = include_str!("../../../../sdk/wit/plugin.wit");
        for (interface, functions) in IMPORTS {
            assert!(contract.contains(&format!("interface {interface} {{")), "{interface}");
            for function in functions {
                let name = function.rsplit(['.', ']']).next().unwrap_or(function);
                assert!(contract.contains(name), "{function}");
            }
        }
        for export in Export::ALL {
            assert!(contract.contains(&format!("interface {} {{", export.name())));
        }
    }

    #[test]
    fn strangers_are_named() {
        let says = |name: &str| contract_name(name, "needs").unwrap_err();
        assert!(says("wasi:clocks/wall-clock@0.2.0").contains("there is no WASI here"));
        assert!(says("other:thing/kv@1.0.0").contains("not of the contract"));
        assert!(says("oxpi:plugin/kv@2.0.0").contains("this host speaks 1.0.0"));
        assert!(says("oxpi:plugin/kv@1.4.0").contains("kv@1.4.0"));
        assert_eq!(contract_name("oxpi:plugin/kv@1.0.3", "needs"), Ok("kv"));
    }
}
