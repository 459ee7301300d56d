//! A client that sends exactly what it is told to a server on this machine.

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a server may take to refuse.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Names as sent, in order.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

impl Reply {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The session that it gives.
    pub fn session(&self) -> Option<String> {
        let is_cookie = |name: &str| name.eq_ignore_ascii_case("set-cookie");
        let cookies = self.headers.iter().filter(|(name, _)| is_cookie(name));
        let token = |(_, cookie): &(String, String)| {
            let value = cookie.strip_prefix("oxpi=")?.split(';').next()?;
            (!value.is_empty()).then(|| value.to_owned())
        };
        cookies.filter_map(token).next_back()
    }
}

/// Sends one request to `127.0.0.1:port` and reads the answer to its end.
pub async fn send(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    form: Option<&str>,
) -> Result<Reply> {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    request.push_str("Connection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(form) = form {
        let length = form.len();
        request.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
        request.push_str(&format!("Content-Length: {length}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(form.unwrap_or_default());
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&String::from_utf8_lossy(&answer))
}

/// Sends bytes as they are and reads until the server closes; None where it closed without a word.
pub async fn send_raw(port: u16, request: &[u8]) -> Result<Option<Reply>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    // A server that refuses early stops reading: what was not taken is not an error of the test's.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    read.context("the server neither answered nor closed")?.or_else(was_reset)?;
    let answer = String::from_utf8_lossy(&answer);
    if answer.is_empty() { Ok(None) } else { parse(&answer).map(Some) }
}

/// What came before a reset still counts.
fn was_reset(error: std::io::Error) -> std::io::Result<usize> {
    if error.kind() == std::io::ErrorKind::ConnectionReset { Ok(0) } else { Err(error) }
}

fn parse(answer: &str) -> Result<Reply> {
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer without an end of head")?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let pair = |line: &str| line.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned()));
    Ok(Reply {
        status: status.context("an answer without a status")?,
        headers: lines.filter_map(pair).collect(),
        body: body.to_owned(),
    })
}
