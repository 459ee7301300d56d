//! A disk that refuses and a database that goes away: clean errors, no promise that isn't kept, and
//! work that goes on by itself when they are back.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use oxpi_tests::http::Reply;
use oxpi_tests::process::{Place, Running, is_booked, is_kept, tail};
use rlimit::Resource;
use store::Target;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A 5xx page in words, with a code that finds it in the log.
fn assert_clean(place: &Place, reply: &Reply) -> Result<()> {
    ensure!((500..600).contains(&reply.status), "{} where nothing can be kept", reply.status);
    let note = reply.body.split("code-note\">").nth(1).and_then(|rest| rest.split('<').next());
    // Set apart from the text around it by marks that are not seen, as in every sentence.
    let marks = ['\u{2068}', '\u{2069}'];
    let code = note.and_then(|note| note.split_whitespace().last()).map(|c| c.trim_matches(marks));
    let code = code.with_context(|| format!("no code: {}", reply.body))?;
    ensure!(!reply.body.contains("SQL") && !reply.body.contains("panick"), "{}", reply.body);
    ensure!(place.log().contains(code), "the code {code} is not in the log");
    Ok(())
}

/// Tries until it is booked.
async fn booked_within(place: &Place, cookie: &str, name: &str, most: Duration) -> Result<()> {
    let began = Instant::now();
    while !is_booked(place.book(cookie, name).await) {
        ensure!(began.elapsed() < most, "no recovery:\n{}", tail(&place.log()));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// What was acknowledged is there once, and has gone out.
async fn check(place: &Place, names: &[&str]) -> Result<()> {
    let began = Instant::now();
    loop {
        let tenant = place.house.owner.tenant.clone();
        let all = place
            .house
            .app
            .db
            .read(move |c| store::appointments::list_after(c, &tenant, None, 500));
        let all = all.await?;
        for name in names {
            ensure!(all.iter().filter(|a| a.title == *name).count() == 1, "{name}: {all:?}");
        }
        let out = all.iter().all(|a| a.sync_state.as_str() == "synced");
        if out {
            return Ok(());
        }
        ensure!(began.elapsed() < Duration::from_secs(60), "not gone out: {}", tail(&place.log()));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// While nothing can be written: no promise, clean pages, and the process stays up.
async fn refuses(place: &Place, cookie: &str, running: &mut Running) -> Result<()> {
    for n in 0..10 {
        let reply = place.book(cookie, &format!("never-{n}")).await?;
        assert_clean(place, &reply)?;
        let reply = place.deliver(&format!("never-{n}")).await?;
        ensure!(reply.status >= 500, "a delivery was acknowledged: {}", reply.status);
    }
    ensure!(running.is_up()?, "it ended:\n{}", tail(&place.log()));
    Ok(())
}

/// Ignores the signal that a refused write comes with, as a full disk sends none.
fn patient(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        shell.current_dir(folder);
    }
    shell
}

fn limit_files(running: &Running, bytes: u64) -> Result<()> {
    let pid = i32::try_from(running.id())?;
    let hard = rlimit::INFINITY;
    Ok(rlimit::prlimit(pid, Resource::FSIZE, Some((bytes, hard)), None)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_more_is_said_so_and_survived() -> Result<()> {
    let place = Place::new(store::testing::sqlite().await).await?;
    let command = patient(&place.command()?);
    let mut running = place.start_logged(command).await?;
    let cookie = place.sign_in().await?;
    ensure!(is_booked(place.book(&cookie, "before").await), "{}", tail(&place.log()));
    ensure!(is_kept(place.deliver("before").await), "{}", tail(&place.log()));

    // The log must still be written, so the limit lies above it and below the database's end.
    let log = place.log_bytes()?;
    limit_files(&running, log + 256 * 1024)?;
    place.grow_database(log + 512 * 1024).await?;
    refuses(&place, &cookie, &mut running).await?;
    ensure!(place.get("/sign-in").await?.status < 500, "reading needs no writing");

    limit_files(&running, rlimit::INFINITY)?;
    booked_within(&place, &cookie, "after", Duration::from_secs(30)).await?;
    ensure!(is_kept(place.deliver("after").await), "{}", tail(&place.log()));
    ensure!(running.is_up()?, "it was not started again");
    check(&place, &["before", "after"]).await
}

/// A way to the database that can be cut.
struct Wire {
    port: u16,
    up: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Wire {
    async fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let wire = Self {
            port: listener.local_addr()?.port(),
            up: Arc::new(AtomicBool::new(true)),
            ends: Arc::default(),
        };
        let (up, ends) = (Arc::clone(&wire.up), Arc::clone(&wire.ends));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if !up.load(Ordering::SeqCst) {
                    continue;
                }
                let end = tokio::spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await {
                        // However it ends, both sides are closed.
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
                ends.lock().unwrap().push(end);
            }
        });
        Ok(wire)
    }

    fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        self.ends.lock().unwrap().drain(..).for_each(|end| end.abort());
    }

    fn mend(&self) {
        self.up.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_and_comes_back_is_survived() -> Result<()> {
    let db = store::testing::postgres().await;
    let Target::Postgres(address) = db.options.target.clone() else { unreachable!() };
    let mut address = url::Url::parse(&address)?;
    let wire = Wire::to(address.port().context("a port")?).await?;
    address.set_port(Some(wire.port)).map_err(|()| anyhow::anyhow!("no port"))?;
    let place = Place::new(db).await?;
    let mut command = place.command()?;
    command.env("OXPI_DATABASE__URL", address.as_str());
    let mut running = place.start_with(command).await?;
    let cookie = place.sign_in().await?;
    ensure!(is_booked(place.book(&cookie, "before").await), "{}", tail(&place.log()));
    for round in 0..3 {
        wire.cut();
        for n in 0..3 {
            let reply = place.book(&cookie, &format!("never-{n}")).await?;
            assert_clean(&place, &reply)?;
        }
        ensure!(place.get("/readyz").await?.status == 503, "not ready without a database");
        ensure!(place.get("/healthz").await?.status == 200, "up without a database");
        wire.mend();
        let name = format!("after-{round}");
        booked_within(&place, &cookie, &name, Duration::from_secs(30)).await?;
    }
    ensure!(running.is_up()?, "it was not started again");
    check(&place, &["before", "after-0", "after-1", "after-2"]).await
}
