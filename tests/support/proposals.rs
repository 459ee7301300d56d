//! What a plugin reaches of the workspace, called as the runtime calls it.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::App;
use app::services::Workspace;
use domain::{ConnectionId, Locale, PluginId, TenantId, Zone};
use runtime::approval::{ExactRequest, Proposal, Words};
use runtime::manifest::{Effect, Version};
use runtime::{Amount, CallContext, Grant, Limits, NewDocument, Services};

/// The workspace behind a plugin.
pub fn workspace(app: &App) -> Workspace {
    let workspace = Workspace::default();
    workspace.bind(app);
    workspace
}

/// A call to a plugin on behalf of a business, with this grant.
pub fn call(tenant: &TenantId, plugin: &PluginId, grant: Grant) -> CallContext {
    CallContext {
        tenant: tenant.clone(),
        plugin: plugin.clone(),
        grant: Arc::new(grant),
        settings: serde_json::json!({}),
        locale: Locale::En,
        zone: Zone::utc(),
        connection: None,
        candidate: None,
        version: Version { major: 0, minor: 1, patch: 0 },
        // As it is when a plugin was turned on once.
        generation: 1,
        request_id: "test".to_owned(),
        limits: Limits::default(),
    }
}

/// Keeps a file of this name, which stands in it too; answers the document's id.
pub async fn keep(
    app: &App,
    call: &CallContext,
    name: &str,
    media_type: &str,
    connection: Option<ConnectionId>,
) -> Result<String> {
    let document = NewDocument {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        bytes: format!("%PDF-1.7 {name}").into_bytes(),
        with_connection: false,
        connection,
        source: "api.example.com".to_owned(),
        about: None,
        idempotency_key: name.to_owned(),
    };
    let known = workspace(app).document_keep(call, document).await?;
    Ok(known["id"].as_str().context("a document without an id")?.to_owned())
}

/// Puts a post before the people of a business; answers the approval's id.
pub async fn propose(app: &App, call: &CallContext, title: &str) -> Result<String> {
    Ok(workspace(app).approval_propose(call, proposal(app, call, title)).await?)
}

/// A post that is put before the people of a business.
pub fn proposal(app: &App, call: &CallContext, title: &str) -> Proposal {
    let request = ExactRequest {
        route: "post".to_owned(),
        route_ask: "egress:POST https://api.example.com/v1/posts".to_owned(),
        effect: Effect::Publish,
        method: "POST".to_owned(),
        url: "https://api.example.com/v1/posts?lang=he".to_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        idempotency_key: None,
        slots: Vec::new(),
        connection: None,
        body: format!("{{\"text\":\"{title}\"}}").into_bytes(),
    };
    Proposal {
        digest: request.digest(&call.tenant, &call.plugin),
        request,
        title: Words::Text(title.to_owned()),
        summary: None,
        amount: Some(Amount { minor: 1_250, currency: "ILS".to_owned() }),
        expires_at: app.clock.now().plus_secs(24 * 3_600),
        idempotency_key: title.to_owned(),
        change: None,
        replaces: None,
    }
}
