//! A loopback server for each origin of a manifest: enough HTTP/1.1 for the runtime's own client.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{FakeHttp, Reply, Seen};

/// Serves an origin until the test's runtime ends; answers the address.
pub(crate) async fn serve(origin: String, http: Arc<FakeHttp>) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (origin, http) = (origin.clone(), http.clone());
            // A broken connection is the client's business.
            tokio::spawn(async move { answer(stream, &origin, &http).await.ok() });
        }
    });
    Ok(address)
}

/// One request a connection: simple, and every cut is clean.
async fn answer(stream: TcpStream, origin: &str, http: &FakeHttp) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let seen = read(&mut stream, origin).await?;
    match http.reply_to(seen) {
        Reply::Cut => Ok(()),
        Reply::Silence => std::future::pending().await,
        Reply::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} Answer\r\nconnection: close\r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
            stream.flush().await
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>, origin: &str) -> io::Result<Seen> {
    let first = line(stream).await?;
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let url = format!("{origin}{target}").parse().map_err(io::Error::other)?;
    let mut headers = Vec::new();
    loop {
        let text = line(stream).await?;
        let Some((name, value)) = text.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut seen = Seen { method: method.to_owned(), url, headers, body: Vec::new() };
    seen.body = body(stream, &seen).await?;
    Ok(seen)
}

async fn body(stream: &mut BufReader<TcpStream>, seen: &Seen) -> io::Result<Vec<u8>> {
    if seen.header("transfer-encoding").is_some() {
        return chunked(stream).await;
    }
    let length = seen.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(body)
}

async fn chunked(stream: &mut BufReader<TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(stream).await?;
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        let at = body.len();
        body.resize(at + size, 0);
        stream.read_exact(&mut body[at..]).await?;
        line(stream).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut text = String::new();
    if stream.read_line(&mut text).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(text.trim_end().to_owned())
}
