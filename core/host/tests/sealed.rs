//! A server behind a passphrase, and the other places a root key may come from, as an administrator
//! meets them.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PASSPHRASE: &str = "seven quiet green lamps";

/// An installation of one test, with the variables that its commands get.
struct Place {
    folder: TempDir,
    port: u16,
    variables: Vec<(String, String)>,
}

/// What a command answered.
struct Answer {
    code: Option<i32>,
    said: String,
    complained: String,
}

impl Place {
    fn new(variables: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            port: free.local_addr().expect("an address").port(),
            variables: variables.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        }
    }

    fn sealed() -> Self {
        let place = Self::new(&[("OXPI_VAULT__SOURCE", "passphrase")]);
        let set = place.run(&["vault", "passphrase"], &format!("{PASSPHRASE}\n{PASSPHRASE}\n"));
        assert_eq!(set.code, Some(0), "{}", set.complained);
        place
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oxpi"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        command.env("OXPI_DATA__DIR", self.data());
        command.env("OXPI_SERVER__ADDRESS", format!("127.0.0.1:{}", self.port));
        command.envs(self.variables.iter().map(|(k, v)| (k, v)));
        command
    }

    fn run(&self, args: &[&str], input: &str) -> Answer {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("an input");
        // One that asks nothing may be gone before.
        let _unread = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        Answer {
            code: output.status.code(),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            complained: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn make_business(&self, input: &str) -> Answer {
        let who = ["--owner", "Dana", "--email", "dana@lamp.example"];
        let args = [&["admin", "create-business", "--name", "Lamp"][..], &who].concat();
        self.run(&args, input)
    }

    fn serve(&self) -> (Server, String) {
        let mut child = self.command(&["serve"]).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("an output"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        // Kept open, so that what it prints later finds somebody.
        (Server(child, lines), line)
    }

    /// Status and body of a request.
    fn ask(&self, method: &str, path: &str, language: &str, form: &str) -> (u16, String) {
        let answer = self.try_ask(method, path, language, form).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no status in {answer:?}")), answer)
    }

    fn try_ask(
        &self,
        method: &str,
        path: &str,
        language: &str,
        form: &str,
    ) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Accept-Language: {language}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.port,
            form.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.ask("GET", path, "en", "")
    }

    fn wait_until_ready(&self, expected: &str) {
        let end = Instant::now() + Duration::from_secs(90);
        while Instant::now() < end {
            // Between two servers a connection may fail or be cut.
            if self.try_ask("GET", "/readyz", "en", "").is_ok_and(|body| body.ends_with(expected)) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        panic!("/readyz never said {expected:?}");
    }
}

struct Server(
    Child,
    #[allow(dead_code, reason = "keeps its output open")] BufReader<std::process::ChildStdout>,
);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_sealed_server_answers_health_and_unsealing_only_and_opens_and_seals_again() {
    let place = Place::sealed();
    let made = place.make_business(&format!("{PASSPHRASE}\n"));
    assert_eq!(made.code, Some(0), "{}", made.complained);
    assert!(!place.data().join("root.key").exists());

    let (server, line) = place.serve();
    assert!(line.starts_with("OXPI is sealed. Unseal it at http://127.0.0.1:"), "{line}");
    assert_eq!(place.get("/healthz").0, 200);
    let (status, body) = place.get("/readyz");
    assert!(status == 503 && body.ends_with("sealed\n"), "{body}");
    for path in ["/", "/sign-in", "/people", "/hooks/x", "/metrics", "/unsealed"] {
        let (status, body) = place.get(path);
        assert!(status == 503 && body.contains("OXPI is locked"), "{path}: {body}");
        assert!(body.to_lowercase().contains("retry-after:"), "{path}");
    }
    let (status, body) = place.ask("GET", "/unseal", "he", "");
    assert!(status == 200 && body.contains("dir=\"rtl\"") && body.contains("סיסמת השרת"), "{body}");
    assert!(body.contains("type=\"password\"") && body.contains("viewport"));
    let (status, body) = place.ask("POST", "/unseal", "en", "passphrase=another");
    assert!(status == 400 && body.contains("That isn’t the passphrase."), "{body}");
    assert!(!body.contains("another"));
    assert_eq!(place.run(&["unseal"], "another\n").code, Some(1));

    let opened = place.run(&["unseal"], &format!("{PASSPHRASE}\n"));
    assert_eq!(
        (opened.code, opened.said.as_str()),
        (Some(0), "Unsealed.\n"),
        "{}",
        opened.complained
    );
    place.wait_until_ready("ready\n");
    assert_eq!(place.get("/sign-in").0, 200);
    assert_eq!(place.get("/unseal").0, 404);

    let sealed = place.run(&["seal"], "");
    assert_eq!(sealed.code, Some(0), "{}", sealed.complained);
    place.wait_until_ready("sealed\n");
    let form = format!("passphrase={}", PASSPHRASE.replace(' ', "+"));
    assert_eq!(place.ask("POST", "/unseal", "en", &form).0, 303);
    place.wait_until_ready("ready\n");
    drop(server);
    assert_eq!(place.run(&["unseal"], "x\n").code, Some(1), "nobody is there");
}

#[test]
fn too_many_wrong_passphrases_have_to_wait() {
    let place = Place::sealed();
    let (_server, _) = place.serve();
    for _ in 0..5 {
        assert_eq!(place.ask("POST", "/unseal", "en", "passphrase=wrong").0, 400);
    }
    let form = format!("passphrase={}", PASSPHRASE.replace(' ', "+"));
    let (status, body) = place.ask("POST", "/unseal", "en", &form);
    assert!(status == 429 && body.contains("Too many tries"), "{body}");
    // A stranger's tries don't keep out whoever is at the machine, who has tries of their own.
    for _ in 0..5 {
        assert_eq!(place.run(&["unseal"], "wrong\n").code, Some(1));
    }
    let waits = place.run(&["unseal"], &format!("{PASSPHRASE}\n"));
    assert!(waits.complained.contains("too many tries"), "{}", waits.complained);
}

#[test]
fn requests_of_other_sites_can_not_try_passphrases() {
    let place = Place::sealed();
    let (_server, _) = place.serve();
    let mut stream = TcpStream::connect(("127.0.0.1", place.port)).expect("it listens");
    let request = format!(
        "POST /unseal HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: https://elsewhere.example\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\npassphrase=x",
        place.port
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[test]
fn the_right_passphrase_of_another_installation_s_key_does_not_start() {
    let (place, other) = (Place::sealed(), Place::sealed());
    assert_eq!(place.make_business(&format!("{PASSPHRASE}\n")).code, Some(0));
    let file = place.data().join("root.sealed");
    fs::remove_file(&file).expect("removed");
    fs::rename(other.data().join("root.sealed"), &file).expect("moved");
    let (mut server, _) = place.serve();
    assert_eq!(place.run(&["unseal"], &format!("{PASSPHRASE}\n")).code, Some(0));
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(status) = server.0.try_wait().expect("a state") {
            assert_eq!(status.code(), Some(1));
            break;
        }
        assert!(Instant::now() < end, "it serves with a wrong key");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn a_root_key_that_is_there_goes_behind_a_passphrase_and_the_passphrase_can_change() {
    let place = Place::new(&[]);
    assert_eq!(place.make_business("").code, Some(0));
    let weak = place.run(&["vault", "passphrase"], "password1234\npassword1234\n");
    assert!(weak.complained.contains("too easy"), "{}", weak.complained);
    let set = place.run(&["vault", "passphrase"], &format!("{PASSPHRASE}\n{PASSPHRASE}\n"));
    assert!(set.code == Some(0) && set.said.contains("Then delete"), "{}", set.complained);
    fs::remove_file(place.data().join("root.key")).expect("removed");
    let place =
        Place { variables: vec![("OXPI_VAULT__SOURCE".into(), "passphrase".into())], ..place };
    let status = place.run(&["vault", "status"], &format!("{PASSPHRASE}\n"));
    assert!(status.code == Some(0) && status.said.contains("0 secrets"), "{}", status.complained);
    let next = "eight loud orange lamps";
    let changed = format!("{PASSPHRASE}\n{next}\n{next}\n");
    assert_eq!(place.run(&["vault", "passphrase"], &changed).code, Some(0));
    let old = place.run(&["vault", "status"], &format!("{PASSPHRASE}\n"));
    assert!(old.complained.contains("not the passphrase"), "{}", old.complained);
    assert_eq!(place.run(&["vault", "rotate", "--epoch"], &format!("{next}\n")).code, Some(0));
    let looked = place.run(&["doctor"], &format!("{next}\n"));
    assert_eq!(looked.code, Some(0), "{}", looked.said);
    assert!(looked.said.contains("vault"), "{}", looked.said);
}

fn a_key() -> String {
    format!("oxpi-root-key-1:{}", "7f".repeat(32))
}

#[test]
fn a_root_key_in_a_variable_warns_and_is_taken_out_of_the_process() {
    let place = Place::new(&[("OXPI_ROOT_KEY", &a_key())]);
    assert_eq!(place.make_business("").code, Some(0));
    assert!(!place.data().join("root.key").exists());
    let looked = place.run(&["doctor"], "");
    assert!(looked.said.contains("environment variable"), "{}{}", looked.said, looked.complained);
    let (server, line) = place.serve();
    assert!(line.starts_with("OXPI is at"), "{line}");
    let process = format!("/proc/{}", server.0.id());
    // Only root may look there now; others see nothing, which is as good.
    if let Ok(environment) = fs::read(format!("{process}/environ")) {
        let text = String::from_utf8_lossy(&environment);
        assert!(!text.contains("oxpi-root-key-1") && !text.contains("OXPI_ROOT_KEY="), "{text}");
    }
    let limits = fs::read_to_string(format!("{process}/limits")).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size"));
    let words: Vec<&str> = core.expect("a limit").split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "no core dumps");
}

#[test]
fn a_credential_of_the_service_manager_opens_and_a_missing_one_is_told() {
    let missing = Place::new(&[("OXPI_VAULT__SOURCE", "credential")]).make_business("");
    assert!(missing.complained.contains("LoadCredential"), "{}", missing.complained);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("oxpi-root-key");
    fs::write(&file, a_key()).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).expect("mode");
    let path = folder.path().to_str().expect("a path");
    let place =
        Place::new(&[("OXPI_VAULT__SOURCE", "credential"), ("CREDENTIALS_DIRECTORY", path)]);
    assert_eq!(place.make_business("").code, Some(0));
    assert!(!place.data().join("root.key").exists());
    let looked = place.run(&["doctor"], "");
    assert!(looked.code == Some(0) && looked.said.contains("credential"), "{}", looked.said);
}

#[test]
fn an_older_database_is_found_by_doctor_and_accepted_on_purpose() {
    let place = Place::new(&[]);
    assert_eq!(place.make_business("").code, Some(0));
    let database = place.data().join("oxpi.sqlite3");
    let older = fs::read(&database).expect("a database");
    assert_eq!(place.run(&["vault", "rotate"], "").code, Some(0));
    assert_eq!(place.run(&["doctor"], "").code, Some(0));
    for beside in ["oxpi.sqlite3-wal", "oxpi.sqlite3-shm"] {
        let _nothing_there = fs::remove_file(place.data().join(beside));
    }
    fs::write(&database, older).expect("put back");
    let looked = place.run(&["doctor"], "");
    assert!(looked.code == Some(1) && looked.said.contains("rolled-back"), "{}", looked.said);
    assert!(looked.said.contains("oxpi vault accept-restore"), "{}", looked.said);
    let asked = place.run(&["vault", "accept-restore"], "");
    assert!(asked.said.contains("--yes"), "{}", asked.said);
    assert_eq!(place.run(&["doctor"], "").code, Some(1), "asking changes nothing");
    assert_eq!(place.run(&["vault", "accept-restore", "--yes"], "").code, Some(0));
    let looked = place.run(&["doctor"], "");
    assert_eq!(looked.code, Some(0), "{}", looked.said);
}

/// The database of a place, beside its server.
struct Jobs {
    runtime: tokio::runtime::Runtime,
    db: store::Db,
}

impl Jobs {
    fn of(place: &Place) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let target = store::Target::Sqlite(place.data().join("oxpi.sqlite3"));
        let opened = runtime.block_on(store::Db::open(&store::DbOptions::new(target)));
        Self { db: opened.expect("the database"), runtime }
    }

    /// Queues one that was due a moment ago, about an appointment that there isn't.
    fn enqueue(&self) -> domain::JobId {
        use domain::Clock;
        let (clock, rng) = (domain::time::SystemClock, domain::rng::SystemRng);
        let (id, now) = (domain::JobId::new(&clock, &rng), clock.now());
        let new = id.clone();
        let made = self.db.write(move |c| {
            let none = "01900000-0000-7000-8000-000000000000";
            let job = store::jobs::NewJob {
                id: new,
                tenant_id: store::tenants::list(c)?.remove(0).id,
                kind: "calendar.push".to_owned(),
                plugin_id: None,
                connection_id: None,
                once: store::jobs::Once::No,
                payload_json: serde_json::json!({"appointment": none}).into(),
                run_at: now.plus_secs(-1),
                attempts_max: 3,
            };
            store::jobs::enqueue(c, &job, now)
        });
        self.runtime.block_on(made).expect("written");
        id
    }

    /// How one stands: its state's name, and how often it was tried.
    fn standing(&self, id: &domain::JobId) -> (String, i64) {
        let id = id.clone();
        let job = self.db.read(move |c| {
            let tenant = store::tenants::list(c)?.remove(0).id;
            store::jobs::get(c, &tenant, &id)
        });
        let job = self.runtime.block_on(job).expect("it is there");
        (job.state.as_str().to_owned(), job.attempts)
    }

    fn wait_until_tried(&self, id: &domain::JobId) {
        let end = Instant::now() + Duration::from_secs(30);
        while self.standing(id).1 == 0 {
            assert!(Instant::now() < end, "nobody came for it: {:?}", self.standing(id));
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }
}

#[test]
fn jobs_wait_behind_the_seal_without_spending_a_try() {
    let place = Place::sealed();
    assert_eq!(place.make_business(&format!("{PASSPHRASE}\n")).code, Some(0));
    let jobs = Jobs::of(&place);
    let untouched = ("ready".to_owned(), 0);
    let unseal = || {
        let opened = place.run(&["unseal"], &format!("{PASSPHRASE}\n"));
        assert_eq!(opened.code, Some(0), "{}", opened.complained);
        place.wait_until_ready("ready\n");
    };
    let first = jobs.enqueue();
    let (_server, _) = place.serve();
    std::thread::park_timeout(Duration::from_secs(3));
    assert_eq!(jobs.standing(&first), untouched, "sealed from the start");
    unseal();
    jobs.wait_until_tried(&first);
    assert_eq!(place.run(&["seal"], "").code, Some(0));
    place.wait_until_ready("sealed\n");
    let second = jobs.enqueue();
    std::thread::park_timeout(Duration::from_secs(3));
    assert_eq!(jobs.standing(&second), untouched, "sealed again");
    unseal();
    jobs.wait_until_tried(&second);
}
