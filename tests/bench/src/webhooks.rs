//! Signed deliveries, accepted durably, beside what the disk can do.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::bare::RawSqlite;
use crate::client::Client;
use crate::measure::{Times, median, ms, per_second};
use crate::place::{Build, Place};
use crate::report::{Report, Row};
use crate::server::Server;

/// What deliveries of measurements are signed with.
pub const KEY: &str = "a key that only measurements use";
const CLIENTS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
/// What a delivery leaves in the database, roughly: its body, headers, ids, and the job.
const ROW_BYTES: usize = 1_000;

/// Measures a server that only takes in, and one that also hands over.
pub async fn measure(build: &Build, report: &mut Report) -> Result<()> {
    for (role, what) in
        [("web", "webhooks accepted"), ("all", "webhooks accepted while handed over")]
    {
        let place = Place::new(build, "webhooks").await?;
        place.set_signing_key(&place.owner, KEY).await?;
        let server = Server::start(build, &place.data, role, &build.all_packages())?;
        server.first_page("/sign-in").await?;
        let mut raw = RawSqlite::new(&place.data, ROW_BYTES)?;
        let count = Arc::new(AtomicU64::new(0));
        let (mut accepted, mut committed) = (Vec::new(), Vec::new());
        let (mut waited, mut raw_waited) = (Times::default(), Times::default());
        // The first round warms caches and connections.
        for round in 0..=ROUNDS {
            let started = Instant::now();
            let (back, times) = tokio::task::spawn_blocking(move || {
                let times = raw.commit_for(ROUND / 3);
                (raw, times)
            })
            .await?;
            raw = back;
            let (times, raw_took) = (times?, started.elapsed());
            let started = Instant::now();
            let answers = flood(&server, place.owner.tenant.as_str(), &count).await?;
            let took = started.elapsed();
            if round > 0 {
                committed.push(per_second(times.len(), raw_took));
                accepted.push(per_second(answers.len(), took));
                raw_waited.extend(times);
                waited.extend(answers);
            }
        }
        let (accepted, committed) = (median(accepted), median(committed));
        report.add(
            Row::new(what, accepted, "a second")
                .against("one-row SQLite commits", committed)
                .at_least_times(1.0),
        );
        report.add(
            Row::new(&format!("{what}, p99"), ms(waited.p99()), "ms")
                .against("one-row SQLite commits", ms(raw_waited.p99()))
                .below(20.0),
        );
        let kept = place.count("SELECT count(*) AS count FROM inbox").await?;
        let sent = i64::try_from(count.load(Ordering::Relaxed))?;
        ensure!(kept == sent, "{sent} deliveries were accepted, {kept} are there");
    }
    Ok(())
}

/// Every client sends one delivery after the other until the round is over.
async fn flood(server: &Server, tenant: &str, count: &Arc<AtomicU64>) -> Result<Times> {
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let (count, tenant, port) = (Arc::clone(count), tenant.to_owned(), server.port);
        clients.push(tokio::spawn(async move {
            let mut client = Client::connect(port).await?;
            let (mut times, start) = (Times::default(), Instant::now());
            while start.elapsed() < ROUND {
                let request = delivery(port, &tenant, count.fetch_add(1, Ordering::Relaxed))?;
                let sent = Instant::now();
                let (status, _) = client.send(&request).await?;
                ensure!(status == 204, "a delivery was answered with {status}");
                times.add(sent.elapsed());
            }
            anyhow::Ok(times)
        }));
    }
    let mut all = Times::default();
    for client in clients {
        all.extend(client.await??);
    }
    Ok(all)
}

/// A delivery with a body of some hundred bytes, its id and its signature.
pub fn delivery(port: u16, tenant: &str, number: u64) -> Result<Vec<u8>> {
    let body = format!(
        "{{\"event\":\"order.paid\",\"number\":{number},\"amount\":{{\"minor\":12900,\
         \"currency\":\"ILS\"}},\"customer\":{{\"name\":\"Noa Levi\",\"email\":\"noa@example.com\"}},\
         \"lines\":[{{\"title\":\"Fitting\",\"count\":1}},{{\"title\":\"Alteration\",\"count\":2}}],\
         \"note\":\"Please ring twice; the bell at the gate is the one that works.\"}}"
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes())?;
    mac.update(body.as_bytes());
    let mut signature = String::from("sha256=");
    for byte in mac.finalize().into_bytes() {
        write!(signature, "{byte:02x}")?;
    }
    Ok(format!(
        "POST /hooks/bench-plugin/signed/{tenant} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nWebhook-Id: {number}\r\n\
         X-Signature: {signature}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes())
}
