//! A provider on this machine, a page long, that misbehaves as its paths say.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The heads of all requests so far.
pub type Heads = Arc<Mutex<Vec<String>>>;

pub struct Server {
    pub address: SocketAddr,
    pub heads: Heads,
    /// Connections so far.
    pub accepted: Arc<AtomicUsize>,
}

pub async fn start() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let heads = Heads::default();
    let seen = heads.clone();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = accepted.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, seen.clone()));
        }
    });
    Server { address, heads, accepted }
}

async fn serve(mut stream: TcpStream, heads: Heads) {
    let mut held = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = held.windows(4).position(|w| w == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&held[..end]).into_owned();
            held.drain(..end + 4);
            heads.lock().unwrap().push(head.clone());
            if answer(&mut stream, &head).await.is_err() {
                return;
            }
            continue;
        }
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => held.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
}

async fn answer(stream: &mut TcpStream, head: &str) -> std::io::Result<()> {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
    match path.split('?').next().unwrap_or_default() {
        "/v1/echo" => {
            let echo = serde_json::json!({ "head": head, "token": token }).to_string();
            let head = format!("HTTP/1.1 200 OK\r\nx-echo: {}\r\nset-cookie: a=b\r\ncontent-length: {}\r\n\r\n", token.unwrap_or("none"), echo.len());
            stream.write_all(head.as_bytes()).await?;
            // In two pieces, with a token cut in the middle.
            let (first, second) = echo.as_bytes().split_at(echo.len() - 12);
            stream.write_all(first).await?;
            stream.flush().await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(second).await
        }
        "/v1/forms" => {
            // The token in every dress that a careless provider might put it into.
            let token = token.unwrap_or("none");
            let told = crate::leaks::dresses(token).join("\n");
            let bare = token.replace(['/', '+', '='], "");
            let head = format!(
                "HTTP/1.1 200 OK\r\nx-a: Bearer {token}\r\nx-b: {}\r\nx-c: /{bare}\r\ncontent-length: {}\r\n\r\n",
                crate::leaks::dresses(token)[1],
                told.len()
            );
            stream.write_all(head.as_bytes()).await?;
            for piece in told.as_bytes().chunks(7) {
                stream.write_all(piece).await?;
                stream.flush().await?;
            }
            Ok(())
        }
        "/v1/redirect" => {
            stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 4\r\n\r\nnull").await
        }
        "/v1/big" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let chunk = [&b"10000\r\n"[..], &[b'x'; 0x10000], b"\r\n"].concat();
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        "/v1/headers" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                stream.write_all(b"x-more: and-more-of-it\r\n").await?;
            }
        }
        "/v1/slow" => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(())
        }
        "/v1/fresh" if token == Some("stale") => {
            stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 4\r\n\r\nnull").await
        }
        _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await,
    }
}
