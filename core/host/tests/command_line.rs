//! The binary as scripts and service files meet it. Each test has its own folder and environment.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// An installation of one test.
struct Place(TempDir);

/// What a command answered.
struct Answer {
    code: Option<i32>,
    said: String,
    complained: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn data(&self) -> std::path::PathBuf {
        self.0.path().join("data")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oxpi"));
        command.args(args).current_dir(self.0.path()).env_clear();
        command.env("OXPI_DATA__DIR", self.data()).env("OXPI_SERVER__ADDRESS", "127.0.0.1:0");
        command
    }

    fn run(&self, args: &[&str]) -> Answer {
        answer(self.command(args).output().expect("it starts"))
    }

    fn run_with(&self, args: &[&str], input: &str) -> Answer {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("an input");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        answer(child.wait_with_output().expect("it ends"))
    }
}

fn answer(output: Output) -> Answer {
    Answer {
        code: output.status.code(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        complained: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const BUSINESS: [&str; 8] = [
    "admin",
    "create-business",
    "--name",
    "Lamp & Co",
    "--owner",
    "Dana",
    "--email",
    "dana@lamp.example",
];

#[test]
fn config_prints_values_with_their_sources_and_no_password() {
    let place = Place::new();
    fs::write(place.0.path().join("oxpi.toml"), "[log]\nformat = \"json\"\n").expect("written");
    let mut command = place.command(&["config"]);
    command.env("OXPI_DATABASE__URL", "postgres://oxpi:s3cret@127.0.0.1/oxpi");
    let shown = answer(command.output().expect("it starts"));
    assert_eq!(shown.code, Some(0), "{}", shown.complained);
    assert!(shown.said.contains("format = \"json\"  # oxpi.toml, line 2"), "{}", shown.said);
    assert!(shown.said.contains("# variable OXPI_DATABASE__URL"), "{}", shown.said);
    assert!(!shown.said.contains("s3cret"), "{}", shown.said);
    assert!(!place.data().exists(), "looking makes nothing");
}

#[test]
fn a_wrong_key_stops_every_command_and_is_named() {
    let place = Place::new();
    let mut command = place.command(&["migrate"]);
    command.env("OXPI_SERVER__ADRESS", "127.0.0.1:1");
    let refused = answer(command.output().expect("it starts"));
    assert_eq!(refused.code, Some(2));
    let told = &refused.complained;
    assert!(
        told.contains("OXPI_SERVER__ADRESS") && told.contains("OXPI_SERVER__ADDRESS?"),
        "{told}"
    );
    assert!(!place.data().exists());
}

#[test]
fn migrate_makes_the_database_once() {
    let place = Place::new();
    let first = place.run(&["migrate"]);
    assert_eq!(first.code, Some(0), "{}", first.complained);
    assert!(first.said.contains("migrated"), "{}", first.said);
    let mode = fs::metadata(place.data()).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let second = place.run(&["migrate"]);
    assert_eq!((second.code, second.said.as_str()), (Some(0), "The database is up to date.\n"));
}

#[test]
fn the_admin_makes_a_business_and_lets_its_owner_in() {
    let place = Place::new();
    let made = place.run(&BUSINESS);
    assert_eq!(made.code, Some(0), "{}", made.complained);
    assert!(made.said.contains("Lamp & Co is there"), "{}", made.said);
    assert!(made.said.contains("The password of dana@lamp.example is: "), "{}", made.said);

    let again = place.run(&BUSINESS);
    assert_eq!(again.code, Some(0), "{}", again.complained);
    assert!(again.said.contains("its password stays as it was"), "{}", again.said);
    assert!(!again.said.contains("is: "), "{}", again.said);

    let link = place.run(&["admin", "reset-password", "dana@lamp.example"]);
    assert!(link.said.starts_with("http://127.0.0.1"), "{}{}", link.said, link.complained);
    let unlocked = place.run(&["admin", "unlock", "dana@lamp.example"]);
    assert_eq!(unlocked.code, Some(0), "{}", unlocked.complained);
}

#[test]
fn the_admin_deletes_a_business_by_typing_its_name() {
    let place = Place::new();
    assert_eq!(place.run(&BUSINESS).code, Some(0));
    let delete = ["admin", "delete-business", "Lamp & Co"];
    for wrong in ["", "Lamp\n", "yes\n"] {
        let refused = place.run_with(&delete, wrong);
        assert_eq!(refused.code, Some(1), "{}", refused.said);
        assert!(refused.complained.contains("not its name"), "{}", refused.complained);
    }
    let asked = place.run_with(&delete, "").complained;
    let id = asked.split(['(', ')']).nth(1).expect("its id").to_owned();
    // Where it can't be remembered that it is gone, nothing goes.
    let mark = place.data().join("vault").join(format!("{id}.deleted"));
    fs::create_dir_all(mark.join("in the way")).expect("a folder");
    let refused = place.run_with(&delete, "Lamp & Co\n");
    assert!(
        refused.code == Some(1) && refused.complained.contains("list"),
        "{}",
        refused.complained
    );
    fs::remove_dir_all(&mark).expect("removed");

    let deleted = place.run_with(&delete, "Lamp & Co\n");
    assert_eq!(deleted.code, Some(0), "{}", deleted.complained);
    assert!(deleted.said.contains("Lamp & Co is deleted"), "{}", deleted.said);
    assert!(mark.is_file());
    let again = place.run_with(&["admin", "delete-business", &id], "");
    assert!(again.code == Some(0) && again.said.contains("was deleted at"), "{}", again.complained);
    let unknown = place.run_with(&delete, "Lamp & Co\n");
    assert!(unknown.complained.contains("no business"), "{}", unknown.complained);
    assert_eq!(place.run(&["audit", "sign"]).code, Some(0));
    let verified = place.run(&["audit", "verify"]);
    assert_eq!(verified.code, Some(0), "{}", verified.complained);
}

#[test]
fn the_admin_is_told_what_is_wrong() {
    let place = Place::new();
    let nobody = place.run(&["admin", "unlock", "nobody@lamp.example"]);
    assert_eq!(nobody.code, Some(1));
    assert!(nobody.complained.contains("no account of that email"), "{}", nobody.complained);
    let args = [&BUSINESS[..], &["--password-stdin"]].concat();
    let weak = place.run_with(&args, "password1234\n");
    assert_eq!(weak.code, Some(1));
    assert!(weak.complained.contains("password"), "{}", weak.complained);
}

#[test]
fn doctor_finds_a_fresh_place_well_and_changes_nothing() {
    let place = Place::new();
    let looked = place.run(&["doctor"]);
    assert_eq!(looked.code, Some(0), "{}{}", looked.said, looked.complained);
    assert!(looked.said.contains("Nothing is wrong."), "{}", looked.said);
    assert!(!place.data().exists());
}

#[test]
fn doctor_names_what_is_wrong_and_how_to_mend_it() {
    let place = Place::new();
    assert_eq!(place.run(&BUSINESS).code, Some(0));
    assert_eq!(place.run(&["doctor"]).code, Some(0));

    let key = place.data().join("root.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    let looked = place.run(&["doctor"]);
    assert_eq!(looked.code, Some(1));
    assert!(looked.said.contains("WRONG   root key"), "{}", looked.said);
    assert!(looked.said.contains("chmod 0400"), "{}", looked.said);

    fs::remove_file(&key).expect("removed");
    let looked = place.run(&["doctor"]);
    assert!(looked.said.contains("database has businesses"), "{}", looked.said);
    assert!(!key.exists(), "no other key takes its place");
    let refused = place.run(&BUSINESS);
    assert_eq!(refused.code, Some(1));
    assert!(refused.complained.contains("is gone"), "{}", refused.complained);
    assert!(!key.exists());
}

#[test]
fn another_installation_s_root_key_is_refused() {
    let (place, other) = (Place::new(), Place::new());
    assert_eq!(place.run(&BUSINESS).code, Some(0));
    assert_eq!(other.run(&BUSINESS).code, Some(0));
    let key = place.data().join("root.key");
    fs::remove_file(&key).expect("removed");
    fs::rename(other.data().join("root.key"), &key).expect("moved");
    let refused = place.run(&["admin", "unlock", "dana@lamp.example"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.complained.contains("not the one"), "{}", refused.complained);
    let looked = place.run(&["doctor"]);
    assert!(looked.code == Some(1) && looked.said.contains("not the one"), "{}", looked.said);
}

#[test]
fn plugins_are_listed_and_a_folder_that_is_none_is_refused() {
    let place = Place::new();
    // Beside the binary there may be those that the tests of plugins packed.
    let nowhere = format!("[{:?}]", place.data().join("nowhere"));
    let listed = place.command(&["plugin", "list"]).env("OXPI_PLUGINS__DIRS", nowhere).output();
    let none = answer(listed.expect("it starts"));
    assert!(none.said.contains("No plugins. Looked in:"), "{}", none.said);
    for (path, why) in [(".", "is a folder"), ("oxpi.toml", "is no plugin package")] {
        fs::write(place.0.path().join("oxpi.toml"), "").expect("written");
        let refused = place.run(&["plugin", "install", path]);
        assert_eq!(refused.code, Some(1));
        assert!(refused.complained.contains(why), "{}", refused.complained);
    }
    assert!(!place.data().exists(), "looking makes nothing, least of all a root key");
}

/// A running server; stopped when the test ends, however it ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn start(place: &Place) -> (Self, String) {
        let mut child =
            place.command(&["serve"]).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("an output"));
        let server = Self(child);
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("OXPI is at http://").map(str::to_owned);
        (server, address.unwrap_or_else(|| panic!("no address in {line:?}")))
    }

    fn stop(&mut self) -> Option<i32> {
        let id = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().expect("a signal");
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if let Some(status) = self.0.try_wait().expect("a state") {
                return status.code();
            }
            std::thread::yield_now();
        }
        None
    }
}

#[test]
fn a_server_prints_where_it_is_and_stops_when_told() {
    let place = Place::new();
    let (mut server, address) = Server::start(&place);
    let stream = std::net::TcpStream::connect(&address);
    assert!(stream.is_ok(), "{address}");
    drop(stream);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_second_server_on_the_same_address_says_so_and_touches_nothing() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = place.command(&["serve"]);
    command.env("OXPI_SERVER__ADDRESS", &address);
    let refused = answer(command.output().expect("it starts"));
    assert_eq!(refused.code, Some(1));
    assert!(refused.complained.contains("is in use"), "{}", refused.complained);
    assert!(!place.data().exists());
}

#[test]
fn the_audit_is_verified_signed_and_handed_out() {
    let place = Place::new();
    assert_eq!(place.run(&BUSINESS).code, Some(0));
    let unsigned = place.run(&["audit", "verify"]);
    assert_eq!(unsigned.code, Some(1), "{}", unsigned.said);
    assert!(unsigned.complained.contains("no signed heads"), "{}", unsigned.complained);
    let signed = place.run(&["audit", "sign"]);
    assert_eq!(signed.code, Some(0), "{}{}", signed.said, signed.complained);
    let whole = place.run(&["audit", "verify"]);
    assert_eq!(whole.code, Some(0), "{}{}", whole.said, whole.complained);
    assert!(whole.said.contains("Whole: "), "{}", whole.said);
    assert!(place.run(&["doctor"]).said.contains("fits what was signed"));

    let key = place.run(&["audit", "key"]).said;
    assert_eq!(place.run(&["audit", "export", "entries.jsonl"]).code, Some(0));
    let again = place.run(&["audit", "export", "entries.jsonl"]);
    assert!(again.code == Some(1) && again.complained.contains("can't be made"));
    // Elsewhere, with nothing but the files and the public key.
    let other = Place::new();
    let file = |name: &str| place.0.path().join(name).display().to_string();
    let (entries, heads) = (file("entries.jsonl"), file("data/audit-heads"));
    let args = ["audit", "verify", "--entries", &entries, "--heads", &heads, "--key", key.trim()];
    let outside = other.run(&args);
    assert_eq!(outside.code, Some(0), "{}{}", outside.said, outside.complained);
    assert!(!other.data().exists());

    let text = fs::read_to_string(&entries).expect("a file");
    fs::write(&entries, text.replacen("Lamp", "Lump", 1)).expect("written");
    let outside = other.run(&args);
    assert_eq!(outside.code, Some(3), "{}{}", outside.said, outside.complained);
    assert!(outside.said.contains("TAMPERED WITH: 1 of 1"), "{}", outside.said);
}

#[test]
fn log_lines_are_objects_where_programs_read_them() {
    let place = Place::new();
    let mut command = place.command(&["serve"]);
    command.env("OXPI_LOG__FORMAT", "json").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().expect("an output"));
    said.read_line(&mut line).expect("a line");
    child.kill().expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.lines().count() > 3, "{log}");
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("an object");
        assert!(entry["timestamp"].is_string() && entry["level"].is_string(), "{line}");
        assert!(entry["message"].is_string(), "{line}");
    }
}
