//! From a publisher's key to an installed package, by the commands alone; and an installation that is
//! killed at any moment.

#![allow(clippy::expect_used, reason = "a test may stop there")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The smallest component: it imports and exports nothing.
const EMPTY: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

/// An installation, and a publisher's desk.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn settled(&self, mut command: Command) -> Command {
        command.current_dir(self.0.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("OXPI_DATA__DIR", self.path("data"));
        // Beside the binary there may be those that the tests of plugins packed.
        command.env("OXPI_PLUGINS__DIRS", format!("[{:?}]", self.path("data/plugins")));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oxpi"));
        command.arg("plugin").args(args);
        self.settled(command).output().expect("it starts")
    }

    /// What it said, having succeeded.
    fn said(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What it complained of, having failed.
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Lays a version out and packs it, signed.
    fn pack(&self, version: &str, key: &str) -> String {
        let folder = self.path("acme");
        fs::create_dir_all(folder.join("locales")).expect("a folder");
        let manifest = format!(
            "[plugin]\nid = \"acme-tools\"\nversion = \"{version}\"\nabi = \"1.0\"\n\
             publisher = \"Acme\"\n{key}\nname = \"name\"\ndescription = \"about\"\n"
        );
        fs::write(folder.join("plugin.toml"), manifest).expect("written");
        fs::write(folder.join("plugin.wasm"), EMPTY).expect("written");
        fs::write(folder.join("locales/en.ftl"), "name = Acme\nabout = Tools").expect("written");
        self.said(&["pack", "acme", "--key", "acme.key"]);
        format!("acme-tools-{version}.oxpi")
    }

    /// Makes a key and answers the line for plugin.toml.
    fn key(&self) -> String {
        let told = self.said(&["key", "acme.key"]);
        let line = told.lines().find(|line| line.starts_with("publisher_key"));
        line.expect("the line is told").to_owned()
    }
}

fn touch(path: &Path) {
    let mut bytes = fs::read(path).expect("a file");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_publisher_makes_a_key_packs_signs_and_an_operator_installs() {
    let place = Place::new();
    let key = place.key();
    let mode = fs::metadata(place.path("acme.key")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(place.refused(&["key", "acme.key"]).contains("can't be made"));
    let first = place.pack("1.0.0", &key);
    assert!(place.said(&["verify", &first]).contains("fingerprint "));
    assert!(!place.path("data").exists(), "a publisher needs no installation");
    assert!(place.said(&["install", &first]).contains("is installed"));
    assert!(place.said(&["list"]).contains("acme-tools 1.0.0  signed"));
    // Twice is once.
    place.said(&["install", &first]);

    let second = place.pack("1.1.0", &key);
    touch(&place.path(&second));
    place.refused(&["verify", &second]);
    place.refused(&["install", &second]);
    let second = place.pack("1.1.0", &key);
    place.said(&["install", &second]);
    let older = place.pack("1.0.5", &key);
    assert!(place.refused(&["install", &older]).contains("newer"));

    // Another publisher, and the operator who was told of a new key.
    fs::rename(place.path("acme.key"), place.path("old.key")).expect("moved");
    let other = place.key();
    let third = place.pack("1.2.0", &other);
    assert!(place.refused(&["install", &third]).contains("another publisher"));
    place.said(&["install", &third, "--accept-new-publisher"]);
    let wrong = place.run(&["pack", "acme", "--key", "old.key"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("names the publisher key"));
    assert!(place.said(&["remove", "acme-tools"]).contains("1.2.0 is removed"));
    assert!(place.said(&["list"]).contains("No plugins"));
}

#[test]
fn an_installation_killed_at_any_moment_leaves_the_old_or_the_new() {
    let place = Place::new();
    let key = place.key();
    place.said(&["install", &place.pack("1.0.0", &key)]);
    let mut finished = 0;
    for step in 1..=8 {
        let version = format!("1.{step}.0");
        let package = place.pack(&version, &key);
        // From before anything was opened until after everything was done.
        let mut command = Command::new("timeout");
        let after = format!("{}", f64::from(step * step) * 0.02);
        command.args(["--signal=KILL", &after, env!("CARGO_BIN_EXE_oxpi"), "plugin", "install"]);
        let killed = place.settled(command).arg(&package).output().expect("it starts");
        finished += u32::from(killed.status.success());
        let listed = place.said(&["list"]);
        assert!(!listed.contains("broken"), "{listed}");
        assert!(listed.contains("acme-tools 1.0.0  signed"), "{listed}");
        // Nothing stands in the way of doing it again.
        place.said(&["install", &package]);
        assert!(place.said(&["list"]).contains(&format!("acme-tools {version}  signed")));
    }
    assert!(finished < 8, "none was killed in time");
}
