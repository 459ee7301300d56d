//! As much of a browser as consenting takes.

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

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
    let answer = post(authorize, &form.finish()).await?;
    let location = header(&answer, "location").with_context(|| format!("no redirect: {answer}"))?;
    Ok(Url::parse(location)?)
}

async fn post(url: &Url, body: &str) -> Result<String> {
    let host = url.host_str().context("no host")?;
    let port = url.port().context("no port")?;
    ensure!(host == "127.0.0.1", "only this machine is asked, not {host}");
    let mut stream = TcpStream::connect((host, port)).await?;
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        url.path(),
        body.len(),
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let mut pairs = lines.filter_map(|line| line.split_once(": "));
    pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
