//! The way back from a provider: the code becomes tokens, and the tokens an account.

use domain::{ConnectionId, Permission};
use oauth2::{AuthorizationCode, PkceCodeVerifier};
use runtime::Plugin;
use runtime::manifest::Provider;
use serde::Deserialize;
use serde_json::{Value, json};
use store::oauth_flows::OauthFlow;

use super::{REDIRECT_MISMATCH, client_keys, identify, section, verifier_label};
use crate::audit::Who;
use crate::checkups::{self, Found, Progress, Stopped};
use crate::connections::{self, Account, Target};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::incidents::Incident;
use crate::tokens::{self, Tokens};
use crate::{App, plugins, secrets};

/// What the provider sent back with the person.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callback {
    /// Names the flow.
    pub state: Option<String>,
    /// The code to exchange.
    pub code: Option<String>,
    /// Or the reason there is none (RFC 6749, section 4.1.2.1).
    pub error: Option<String>,
}

/// Finishes a flow: exchanges the code, asks who the account is, keeps the tokens in the vault. Step by
/// step it is written down what worked, and which step failed.
pub async fn finish_connection(
    app: &App,
    ctx: &Context,
    callback: Callback,
) -> Result<ConnectionId> {
    ctx.require(Permission::ManageConnections)?;
    let flow = take_flow(app, ctx, callback.state.as_deref().unwrap_or_default()).await?;
    let loaded = plugins::find_enabled(app, &ctx.tenant, &flow.plugin_id).await?;
    let provider = section(&loaded, &flow.provider)?;
    let subject = match &flow.connection_id {
        Some(connection) => connection.to_string(),
        None => connections::owner(&flow.plugin_id, &flow.provider),
    };
    let steps = checkups::steps_to_connect(provider);
    let mut progress = Progress::begin(app, &ctx.tenant, &flow.plugin_id, &subject, steps).await;
    // Who comes back was let in by the provider's page: it knows the client and where to send people.
    progress.done(&["reach", "client", "redirect"]).await;
    let back = Back { app, ctx, flow: &flow, loaded: &loaded, provider };
    match back.finish(callback, &mut progress).await {
        Ok(connection) => {
            progress.hand_over(&connection).await;
            Ok(connection)
        }
        Err(stopped) => {
            progress.fail(stopped.step, stopped.found).await;
            Err(stopped.error)
        }
    }
}

/// Somebody who came back from a provider.
struct Back<'a> {
    app: &'a App,
    ctx: &'a Context,
    flow: &'a OauthFlow,
    loaded: &'a Plugin,
    provider: &'a Provider,
}

impl Back<'_> {
    async fn finish(
        &self,
        callback: Callback,
        progress: &mut Progress,
    ) -> Result<ConnectionId, Stopped> {
        let (app, provider) = (self.app, self.provider);
        let code = self.code(callback).map_err(|stopped| *stopped)?;
        progress.done(&["consent"]).await;
        let tokens = exchange(app, self.flow, provider, code).await?;
        let missing = missing_scopes(provider, &tokens);
        if !missing.is_empty() {
            self.give_back(&tokens, None).await;
            let detail = json!({"provider": provider.id, "scopes": missing});
            refuse(app, self.ctx, "oauth-scopes", detail).await;
            return Err(Stopped {
                step: "scopes",
                found: Found::of("scopes").with("missing", &missing.join(" ")),
                error: Error::invalid("scope", "error-oauth-scope-missing"),
            });
        }
        progress.done(&["scopes"]).await;
        let place = (&self.flow.tenant_id, &self.flow.plugin_id, provider);
        let account = identify(app, place, tokens.access_text()).await.map_err(|unknown| {
            let error = Error::unavailable("error-oauth-identity", &unknown.detail);
            Stopped { step: "account", found: unknown.found(), error }
        })?;
        self.require_expected(&account, &tokens).await?;
        progress.done(&["account"]).await;
        let target = Target {
            plugin: self.flow.plugin_id.clone(),
            provider: self.flow.provider.clone(),
            login: None,
        };
        let kept = connections::keep(app, self.ctx, &target, &account, tokens).await;
        kept.map_err(|error| Stopped { step: "account", found: Found::of("failed"), error })
    }

    /// The code, unless the provider sent a reason why there is none (RFC 6749, section 4.1.2.1).
    fn code(&self, callback: Callback) -> Result<String, Box<Stopped>> {
        let Some(said) = callback.error else {
            return callback.code.ok_or_else(|| {
                Box::new(Stopped {
                    step: "consent",
                    found: Found::of("refused"),
                    error: Error::invalid("code", "error-oauth-refused"),
                })
            });
        };
        let is_no = said == "access_denied";
        let usual = if is_no { "declined" } else { "refused" };
        let meant = self.provider.failure_of_error(&said).map(|failure| failure.id.clone());
        let key = if is_no { "error-oauth-declined" } else { "error-oauth-refused" };
        Err(Box::new(Stopped {
            step: if said == REDIRECT_MISMATCH { "redirect" } else { "consent" },
            found: Found::of(meant.unwrap_or_else(|| usual.to_owned())),
            error: Error::invalid("error", key),
        }))
    }

    /// The account that came must be the one that was meant: what hangs on a connection stays with its
    /// account.
    async fn require_expected(&self, account: &Account, tokens: &Tokens) -> Result<(), Stopped> {
        let expected = self.flow.expected_account.clone().unwrap_or_default();
        let is_right = match &self.flow.connection_id {
            Some(id) => {
                let (tenant, id) = (self.flow.tenant_id.clone(), id.clone());
                let find = move |c: &mut store::Conn| store::connections::get(c, &tenant, &id);
                let known = self.app.db.inspect(find).await.map_err(|error| Stopped {
                    step: "account",
                    found: Found::of("failed"),
                    error: error.into(),
                })?;
                known.account_ref == account.reference
            }
            None => expected.is_empty() || expected.eq_ignore_ascii_case(&account.email),
        };
        if is_right {
            return Ok(());
        }
        self.give_back(tokens, Some(account)).await;
        let detail = json!({"provider": self.provider.id});
        refuse(self.app, self.ctx, "oauth-account", detail).await;
        Err(Stopped {
            step: "account",
            found: checkups::other_account(&account.email, &expected),
            error: Error::invalid("account", "error-oauth-other-account"),
        })
    }

    /// Gives a grant back that won't be used, rather than leave it lying about; not where the account
    /// is connected here already, since a provider may end both at once.
    async fn give_back(&self, tokens: &Tokens, account: Option<&Account>) {
        let flow = self.flow.clone();
        if let Some(reference) = account.map(|account| account.reference.clone()) {
            let known = self.app.db.inspect(move |c| {
                let (of, plugin, name) = (&flow.tenant_id, &flow.plugin_id, &flow.provider);
                store::connections::find_by_account(c, of, plugin, name, &reference)
            });
            if !matches!(known.await, Ok(None)) {
                return;
            }
        }
        let tenant = &self.flow.tenant_id;
        let _ = tokens::revoke(self.app, tenant, self.loaded, self.provider, tokens).await;
    }
}

async fn take_flow(app: &App, ctx: &Context, state: &str) -> Result<OauthFlow> {
    let hash = app.vault.hash_token("oauth-state", state);
    let (now, tenant) = (app.clock.now(), ctx.tenant.clone());
    let taken = app.db.transact(move |c| store::oauth_flows::take(c, &hash, now)).await;
    // One answer for a wrong, a used, a late and a stranger's state: it can't be used to probe.
    let flow = match taken {
        Err(store::Error::NotFound) => return Err(refuse_state(app, ctx).await),
        other => other?,
    };
    if flow.tenant_id != tenant || flow.account_id != ctx.account || flow.expires_at <= now {
        return Err(refuse_state(app, ctx).await);
    }
    Ok(flow)
}

/// The error for an answer that nobody here asked for; the log of whoever brought it is told.
async fn refuse_state(app: &App, ctx: &Context) -> Error {
    refuse(app, ctx, "oauth-state", json!({})).await;
    Error::invalid("state", "error-oauth-state")
}

/// Tells the business's log of an answer that was turned away, once an hour and with the number.
async fn refuse(app: &App, ctx: &Context, kind: &'static str, detail: Value) {
    let incident = Incident {
        tenant: Some(&ctx.tenant),
        action: "connection.refused",
        entity: "connection",
        entity_id: "",
        kind,
        detail,
        who: Who::from(ctx),
    };
    app.incidents.tell(app, incident).await;
}

async fn exchange(
    app: &App,
    flow: &OauthFlow,
    provider: &Provider,
    code: String,
) -> Result<Tokens, Stopped> {
    let failed = |error: Error| Stopped { step: "client", found: Found::of("failed"), error };
    let (app2, flow2) = (app.clone(), flow.clone());
    let opened = app
        .db
        .inspect(move |c| -> Result<_> {
            let owner = connections::owner(&flow2.plugin_id, &flow2.provider);
            let keys = client_keys(&app2, c, &flow2.tenant_id, &owner)?;
            let wrapped = secrets::key_of(c, &flow2.tenant_id, &flow2.verifier_sealed)?;
            let label = verifier_label(&flow2);
            Ok((keys, app2.vault.open(&wrapped, &label, &flow2.verifier_sealed)?))
        })
        .await;
    let (keys, verifier) = opened.map_err(failed)?;
    let verifier = verifier.expose_text().unwrap_or_default().to_owned();
    let client = keys.basic_client(app, provider).map_err(failed)?;
    let mut request = client.exchange_code(AuthorizationCode::new(code));
    if provider.pkce {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
    }
    let http = tokens::http_client(app, &flow.tenant_id, &flow.plugin_id, provider);
    let answer = request.request_async(&http).await;
    let answer = answer.map_err(|error| checkups::token_failure(provider, error))?;
    Ok(Tokens::from_answer(app.clock.now(), &answer, None))
}

fn missing_scopes<'a>(provider: &'a Provider, tokens: &Tokens) -> Vec<&'a str> {
    // A provider that names no scopes granted what was asked (RFC 6749, section 5.1).
    if tokens.scopes.is_empty() {
        return Vec::new();
    }
    let required = provider.scopes.iter().filter(|scope| scope.required);
    let missing = required.filter(|scope| !scope.is_granted(&tokens.scopes));
    missing.map(|scope| scope.scope.as_str()).collect()
}
