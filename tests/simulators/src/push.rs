//! Delivers pushes, to this machine only, and remembers what became of them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

use crate::google::auth::is_loopback;
use crate::server::{World, locked};

const PATIENCE: Duration = Duration::from_secs(10);
const PUSHES_MAX: usize = 10_000;

/// A push on its way.
#[derive(Debug, Clone)]
pub struct Push {
    /// The channel.
    pub channel: String,
    /// Where it goes.
    pub address: String,
    /// `sync` or `exists`.
    pub state: String,
    /// Its headers; it has no body.
    pub headers: Vec<(&'static str, String)>,
    /// How often it is sent: 0 when it gets lost.
    pub copies: u32,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// The channel.
    pub channel: String,
    /// Where it went.
    pub address: String,
    /// `sync` or `exists`.
    pub state: String,
    /// The receiver's status, `lost`, `not loopback`, or what failed.
    pub outcome: String,
}

/// Delivers one push after another until the simulator stops.
pub async fn deliver(world: World, mut waiting: UnboundedReceiver<Push>) {
    while let Some(push) = waiting.recv().await {
        let mut outcomes = Vec::new();
        if !is_loopback(&push.address) {
            outcomes.push("not loopback".to_owned());
        } else if push.copies == 0 {
            outcomes.push("lost".to_owned());
        } else {
            for _ in 0..push.copies {
                let sent = tokio::time::timeout(PATIENCE, send(&push)).await;
                outcomes.push(match sent {
                    Err(_) => "no answer".to_owned(),
                    Ok(Err(error)) => error.to_string(),
                    Ok(Ok(status)) => status,
                });
            }
        }
        let mut inner = locked(&world);
        inner.google.pushes_under_way = inner.google.pushes_under_way.saturating_sub(1);
        for outcome in outcomes {
            let Push { channel, address, state, .. } = push.clone();
            inner.deliveries.push(Delivery { channel, address, state, outcome });
        }
        let surplus = inner.deliveries.len().saturating_sub(PUSHES_MAX);
        inner.deliveries.drain(..surplus);
    }
}

/// Sends one; gives back the status code.
async fn send(push: &Push) -> std::io::Result<String> {
    let url = Url::parse(&push.address).map_err(std::io::Error::other)?;
    let port = url.port().unwrap_or(80);
    let ip = match url.host() {
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip),
        _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let mut stream = TcpStream::connect(SocketAddr::new(ip, port)).await?;
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut text = format!(
        "POST {path} HTTP/1.1\r\nHost: {ip}:{port}\r\nUser-Agent: APIs-Google\r\nAccept: */*\r\n\
         Connection: close\r\nContent-Length: 0\r\n"
    );
    for (name, value) in &push.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all(text.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    Ok(line.split_whitespace().nth(1).unwrap_or("no status").to_owned())
}
