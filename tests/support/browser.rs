//! As much of a browser as consenting takes.

use anyhow::{Context, Result, ensure};
use url::Url;

use crate::http;

/// Consents at the simulator's authorize page as this account, with these scopes left ticked (all
/// that were asked when none are named); answers where the page sends the person.
pub async fn consent(authorize: &Url, account: &str, scopes: Option<&[&str]>) -> Result<Url> {
    let asked = authorize.query_pairs().find(|(name, _)| name == "scope").context("no scope")?.1;
    let all: Vec<&str> = asked.split(' ').collect();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("request", authorize.query().unwrap_or_default());
    form.append_pair("account", account).append_pair("action", "continue");
    for scope in scopes.unwrap_or(&all) {
        form.append_pair("scope", scope);
    }
    ensure!(authorize.host_str() == Some("127.0.0.1"), "only this machine is asked");
    let port = authorize.port().context("no port")?;
    let reply = http::send(port, "POST", authorize.path(), &[], Some(&form.finish())).await?;
    let location = reply.header("location").with_context(|| format!("no redirect: {reply:?}"))?;
    Ok(Url::parse(location)?)
}
