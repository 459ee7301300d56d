//! The stream of changes over a real connection: what it says, when it ends, and how many there are.

use std::time::Duration;

use anyhow::{Context as _, Result};
use app::people::{PersonInput, create_person};
use oxpi_tests::site::{MARKER, Site};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

struct Stream(TcpStream, String);

impl Stream {
    async fn open(site: &Site, session: &str, more: &str) -> Result<Self> {
        let mut socket = TcpStream::connect(("127.0.0.1", site.port)).await?;
        let request = format!(
            "GET /live HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept: text/event-stream\r\nCookie: oxpi={session}\r\n{more}\r\n",
            site.port
        );
        socket.write_all(request.as_bytes()).await?;
        Ok(Self(socket, String::new()))
    }

    /// Reads until this was said.
    async fn until(&mut self, said: &str) -> Result<&str> {
        let mut bytes = [0; 4_096];
        while !self.1.contains(said) {
            let read = timeout(PATIENCE, self.0.read(&mut bytes)).await;
            let read = read.with_context(|| format!("{said:?} is not in {:?}", self.1))??;
            anyhow::ensure!(read > 0, "ended after {:?}", self.1);
            self.1.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        Ok(&self.1)
    }

    /// Reads until the server ends it.
    async fn ends(mut self) -> Result<String> {
        let read = async {
            let mut bytes = [0; 4_096];
            while !self.1.ends_with("0\r\n\r\n") {
                let read = self.0.read(&mut bytes).await?;
                if read == 0 {
                    break;
                }
                self.1.push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
            Ok::<_, anyhow::Error>(())
        };
        timeout(PATIENCE, read).await.context("the stream goes on")??;
        Ok(self.1)
    }
}

async fn site() -> Site {
    Site::start(store::testing::sqlite().await).await.unwrap()
}

async fn add_somebody(site: &Site) -> Result<()> {
    let input = PersonInput { name: format!("{MARKER} again"), ..PersonInput::default() };
    create_person(&site.house.app, &site.house.owner, input, "").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_by_its_topic_and_nothing_of_it() -> Result<()> {
    let site = site().await;
    let mut stream = Stream::open(&site, &site.house.token, "").await?;
    stream.until("retry: 3000").await?;
    let mut theirs = Stream::open(&site, &site.stranger, "").await?;
    theirs.until("retry: 3000").await?;
    add_somebody(&site).await?;
    let told = stream.until("data: people\n").await?;
    assert!(told.contains("text/event-stream"), "{told}");
    assert!(!told.contains(MARKER), "{told}");
    assert!(!theirs.1.contains("\ndata:"), "another business hears of it: {}", theirs.1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_told_after_a_break() -> Result<()> {
    let site = site().await;
    let tenant = site.house.owner.tenant.clone();
    let before = app::live::find_head(&site.house.app, &tenant).await?;
    add_somebody(&site).await?;
    let last = format!("Last-Event-ID: {before}\r\n");
    let mut stream = Stream::open(&site, &site.house.token, &last).await?;
    stream.until("data: people\n").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_hears_nothing_more() -> Result<()> {
    let site = site().await;
    let mut stream = Stream::open(&site, &site.house.token, "").await?;
    stream.until("retry: 3000").await?;
    site.send("POST", "/sign-out", Some(&site.house.token), Some("")).await?;
    add_somebody(&site).await?;
    let told = stream.ends().await?;
    assert!(!told.contains("\ndata:"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_s_oldest_stream_ends_for_a_newer_one() -> Result<()> {
    let site = site().await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut stream = Stream::open(&site, &site.house.token, "").await?;
        stream.until("retry: 3000").await?;
        open.push(stream);
    }
    open.remove(0).ends().await?;
    add_somebody(&site).await?;
    for stream in &mut open {
        stream.until("data: people\n").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_follows_from_before_it_was_read() -> Result<()> {
    let site = site().await;
    let (app, owner) = (site.house.app.clone(), site.house.owner.clone());
    let writer = tokio::spawn(async move {
        let mut added = Vec::new();
        for number in 10..40 {
            let name = format!("{MARKER} {number}");
            let input = PersonInput { name: name.clone(), ..PersonInput::default() };
            create_person(&app, &owner, input, "").await?;
            added.push((name, app::live::find_head(&app, &owner.tenant).await?));
        }
        Ok::<_, anyhow::Error>(added)
    });
    let mut pages = Vec::new();
    while !writer.is_finished() {
        let page = site.get("/people", Some(&site.house.token)).await?.body;
        let (_, after) = page.split_once("/live?after=").context("no stream")?;
        let digits = after.find(|c: char| !c.is_ascii_digit()).context("no end")?;
        pages.push((after[..digits].parse::<i64>()?, page));
    }
    let added = writer.await??;
    for (follows_from, page) in &pages {
        for (name, _) in added.iter().filter(|(_, head)| head <= follows_from) {
            assert!(page.contains(name.as_str()), "nobody tells of {name}");
        }
    }
    Ok(())
}
