//! What only a sandbox does: connect as a person would, at the simulators' own pages.

use domain::{ConnectionId, PluginId};
use url::{Url, form_urlencoded};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::oauth::{Callback, Wanted, begin_connection, finish_connection};
use crate::{App, egress};

/// Connects an account, all that is asked for allowed. The plugin is on and its client saved.
///
/// # Errors
/// [`Error::NotFound`] outside a sandbox; [`Error::Unavailable`] when no simulator answers.
pub async fn connect(
    app: &App,
    ctx: &Context,
    (plugin, provider): (&PluginId, &str),
    account: &str,
) -> Result<ConnectionId> {
    if !app.options.sandbox {
        return Err(Error::NotFound);
    }
    let page = begin_connection(app, ctx, plugin, provider, Wanted::Any).await?;
    let back = consent(app, &page, account).await?;
    let said = |wanted| {
        let mut pairs = back.query_pairs();
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let callback = Callback { state: said("state"), code: said("code"), error: said("error") };
    finish_connection(app, ctx, callback).await
}

/// Where the simulators' page sends somebody who allows everything.
async fn consent(app: &App, page: &Url, account: &str) -> Result<Url> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("request", page.query().unwrap_or_default());
    form.append_pair("account", account).append_pair("action", "continue");
    for (_, scopes) in page.query_pairs().filter(|(name, _)| name == "scope") {
        form.extend_pairs(scopes.split(' ').map(|scope| ("scope", scope)));
    }
    // A sandbox's redirects lead any host there.
    let address = format!("https://simulators.example{}", page.path());
    let request = http::Request::post(address)
        .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.finish().into_bytes())
        .map_err(Error::internal)?;
    let unavailable = |what: String| Error::unavailable("error-oauth-identity", what);
    let answer = egress::ask_own(app, request).await.map_err(|e| unavailable(e.to_string()))?;
    let location = answer.headers().get(http::header::LOCATION).and_then(|it| it.to_str().ok());
    let location = location.and_then(|text| Url::parse(text).ok());
    location.ok_or_else(|| unavailable(format!("status {}", answer.status().as_u16())))
}
