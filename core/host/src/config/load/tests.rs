//! The layers: which wins, and what is said of wrong ones.

use super::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn variables(list: &[(&str, &str)]) -> std::vec::IntoIter<(OsString, OsString)> {
    let list: Vec<_> = list.iter().map(|(name, value)| (name.into(), value.into())).collect();
    list.into_iter()
}

fn with(text: Option<&str>, list: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().expect("a folder");
    if let Some(text) = text {
        std::fs::write(folder.path().join(USUAL_FILE), text).expect("written");
    }
    load(Input { file: None, folder: folder.path().to_owned(), variables: variables(list) })
}

fn told(text: Option<&str>, list: &[(&str, &str)]) -> String {
    with(text, list).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn the_manual_says_what_the_code_says() -> Outcome {
    assert_eq!(with(None, &[])?.config, Config::default());
    Ok(())
}

#[test]
fn every_key_of_the_manual_is_explained() {
    for (before, line) in DEFAULTS.lines().zip(DEFAULTS.lines().skip(1)) {
        let is_key = line.contains(" = ") && !line.starts_with('#');
        // One sentence explains both kinds of calls.
        let explained = before.starts_with('#') || before.starts_with("calls =");
        assert!(!is_key || explained, "{line}");
    }
}

#[test]
fn a_variable_goes_before_the_file_and_the_file_before_the_default() -> Outcome {
    let text = "[server]\naddress = \"127.0.0.1:1\"\nthreads = 3\n";
    let loaded = with(Some(text), &[("OXPI_SERVER__ADDRESS", "localhost:2"), ("HOME", "/x")])?;
    assert_eq!(loaded.config.server.address.to_string(), "localhost:2");
    assert_eq!(loaded.config.server.threads, 3);
    assert_eq!(loaded.config.data.dir, PathBuf::from("./data"));
    assert_eq!(loaded.place("server", "address"), "variable OXPI_SERVER__ADDRESS");
    assert_eq!(loaded.place("server", "threads"), "oxpi.toml, line 3");
    assert_eq!(loaded.place("data", "dir"), "default");
    Ok(())
}

#[test]
fn a_variable_has_the_kind_of_its_key() -> Outcome {
    let list = [
        ("OXPI_DATA__DIR", "123"),
        ("OXPI_SANDBOX__ENABLED", "true"),
        ("OXPI_SANDBOX__REDIRECTS", "https://a.example=http://127.0.0.1:9, *=http://127.0.0.1:9"),
        ("OXPI_SERVER__PROXIES", "[\"10.0.0.0/8\", \"::1\"]"),
        ("OXPI_SERVER__STOP_SECS", "7"),
        ("OXPI_DATABASE__URL", "postgres://u:p@h/d"),
    ];
    let config = with(None, &list)?.config;
    assert_eq!(config.data.dir, PathBuf::from("123"));
    assert_eq!(config.sandbox.active().len(), 2);
    assert_eq!(config.server.proxies.len(), 2);
    assert_eq!(config.server.stop_secs, 7);
    assert_eq!(config.database.url.expose(), Some("postgres://u:p@h/d"));
    Ok(())
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_one_that_was_meant() {
    let told = told(Some("[server]\n\nadress = 1\n[colours]\nred = 1\n"), &[]);
    assert!(
        told.contains(
            "server.adress (oxpi.toml, line 3): there is no such key; did you mean address?"
        ),
        "{told}"
    );
    assert!(
        told.contains("colours (oxpi.toml, line 4): there is no such key; expected audit, data"),
        "{told}"
    );
}

#[test]
fn an_unknown_variable_is_named_with_the_one_that_was_meant() {
    let told = told(None, &[("OXPI_SERVER_ADDRESS", "x"), ("OXPI_NONSENSE__OF__ALL__KINDS", "1")]);
    assert!(
        told.contains(
            "variable OXPI_SERVER_ADDRESS: there is no such key; did you mean OXPI_SERVER__ADDRESS?"
        ),
        "{told}"
    );
    assert!(
        told.contains("OXPI_NONSENSE__OF__ALL__KINDS: there is no such key; expected"),
        "{told}"
    );
}

#[test]
fn a_wrong_value_is_named_with_its_place_and_what_was_expected() {
    let text = "[server]\naddress = 5\n[log]\nlevel = \"loud\"\n[database]\nconnections = 0\n";
    let told = told(Some(text), &[("OXPI_SERVER__PROXIES", "nonsense")]);
    assert!(
        told.contains("server.address (oxpi.toml, line 2): found the number 5; expected a string"),
        "{told}"
    );
    assert!(
        told.contains(
            "log.level (oxpi.toml, line 4): \"loud\" is not allowed; expected \"error\", \"warn\""
        ),
        "{told}"
    );
    assert!(told.contains("database.connections (oxpi.toml, line 6): 0 is out of range"), "{told}");
}

#[test]
fn a_wrong_variable_is_named_with_what_was_expected() {
    let list = [
        ("OXPI_SERVER__THREADS", "many"),
        ("OXPI_SANDBOX__ENABLED", "yes"),
        ("OXPI_SERVER__PROXIES", "[1"),
    ];
    let first = told(None, &list);
    for told in [
        "server.threads (variable OXPI_SERVER__THREADS): found \"many\"; expected a whole number",
        "sandbox.enabled (variable OXPI_SANDBOX__ENABLED): found \"yes\"; expected true or false",
    ] {
        assert!(first.contains(told), "{first}");
    }
    assert!(first.contains("server.proxies (variable OXPI_SERVER__PROXIES): found"), "{first}");
    let second = told(None, &[("OXPI_SERVER__PROXIES", "10.0.0.0/8,nonsense")]);
    assert!(
        second
            .contains("server.proxies (variable OXPI_SERVER__PROXIES): \"nonsense\" is no network"),
        "{second}"
    );
}

#[test]
fn a_sandbox_without_simulators_is_refused() {
    let told = told(None, &[("OXPI_SANDBOX__ENABLED", "true")]);
    assert!(told.contains("sandbox") && told.contains("redirects names no simulator"), "{told}");
}

#[test]
fn a_section_that_is_none_is_refused() {
    let told = told(Some("server = 3\n"), &[]);
    assert!(told.contains("server (oxpi.toml, line 1): found"), "{told}");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let told = told(Some("[database]\nurl = \"postgres://u:s3cret@h/d\n"), &[]);
    assert!(told.contains("oxpi.toml: is not valid TOML") && told.contains("line 2"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn a_named_file_must_be_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = Input {
        file: Some("mine.toml".into()),
        folder: folder.path().to_owned(),
        variables: variables(&[]),
    };
    let told = load(input).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told.contains("mine.toml: can't be read"), "{told}");
}

#[test]
fn the_root_key_and_foreign_variables_are_no_part_of_it() -> Outcome {
    let list = [("OXPI_ROOT_KEY", "x"), ("OXPI_TEST_PLUGINS", "y"), ("OXPI_CACHE_DIR", "z")];
    assert_eq!(with(None, &list)?.config, Config::default());
    Ok(())
}

#[test]
fn a_plugin_may_have_more_or_less_than_usual_within_the_hard_most() -> Outcome {
    use runtime::Limits;
    assert!(with(None, &[])?.config.plugin_limits.all().is_empty());
    let text = "[plugin_limits.acme-calendar]\nmemory_mib = 256\ncpu_ms = 1\n\
                [plugin_limits]\nlamp = { wall_ms = 60000, requests = 500, answer_mib = 1, effects = 9 }\n";
    let loaded = with(Some(text), &[])?;
    let all = loaded.config.plugin_limits.all();
    let usual = Limits::default();
    let first = Limits { memory_bytes: 256 << 20, cpu_ms: 1, ..usual };
    assert_eq!(all.get(&"acme-calendar".parse()?), Some(&first));
    let second =
        Limits { wall_ms: 60_000, http_calls: 500, response_bytes: 1 << 20, effects: 9, ..usual };
    assert_eq!(all.get(&"lamp".parse()?), Some(&second));
    // What is shown can be read again.
    let again = with(Some(&loaded.show()), &[])?;
    assert_eq!(again.config.plugin_limits, loaded.config.plugin_limits);
    Ok(())
}

#[test]
fn limits_of_plugins_beyond_the_hard_most_are_named() {
    let wrong = |lines: &str| told(Some(&format!("[plugin_limits.lamp]\n{lines}\n")), &[]);
    for (line, reason) in [
        ("memory_mib = 257", "257 is out of range; expected 1 to 256"),
        ("cpu_ms = 10001", "10001 is out of range; expected 1 to 10000"),
        ("wall_ms = 60001", "60001 is out of range; expected 1 to 60000"),
        ("requests = 501", "501 is out of range; expected 1 to 500"),
        ("answer_mib = 17", "17 is out of range; expected 1 to 16"),
        ("effects = 10001", "10001 is out of range; expected 1 to 10000"),
        ("effects = 0", "0 is out of range; expected 1 to 10000"),
    ] {
        let key = line.split(' ').next().unwrap_or_default();
        let wanted = format!("plugin_limits.lamp.{key} (oxpi.toml, line 2): {reason}");
        assert!(wrong(line).contains(&wanted), "{}", wrong(line));
    }
    let unknown = wrong("memory = 1");
    assert!(unknown.contains("memory") && unknown.contains("memory_mib"), "{unknown}");
    let nobody = told(Some("[plugin_limits.\"../Lamp\"]\neffects = 1\n"), &[]);
    assert!(nobody.contains("plugin_limits"), "{nobody}");
}
