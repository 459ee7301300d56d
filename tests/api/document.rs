//! What the API says of itself, read by programs that know nothing of OXPI: each example of the
//! documentation works, and Schemathesis finds nothing that is otherwise than the document says.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use app::Origin;
use domain::ApiScope;
use oxpi_tests::python;
use oxpi_tests::site::{MARKER, Site, api_token};
use serde_json::json;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// From which seed Schemathesis makes its cases. OXPI_LOOK_SEED says otherwise, and OXPI_LOOK_SECS how long it
/// looks with each token in each way, to whoever wants to know more.
const LOOK_SEED: &str = "7";

/// A way in which Schemathesis looks.
#[derive(Clone, Copy)]
struct Way {
    phases: &'static str,
    /// How long at most, in seconds.
    secs: &'static str,
    /// Whether it knows what there is. Whoever goes from one answer to the next is to follow the ids that
    /// it is given, and those it knows would stand in their place.
    knows_ids: bool,
}

const WAYS: [Way; 2] = [
    Way { phases: "examples,coverage,fuzzing", secs: "60", knows_ids: true },
    Way { phases: "stateful", secs: "30", knows_ids: false },
];

fn said(variable: &str, otherwise: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| otherwise.to_owned())
}

/// The shell commands of a page of documentation, in order.
fn commands(page: &str) -> Vec<String> {
    let mut blocks = page.split("```sh\n");
    blocks.next();
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_documentation_work() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let page = std::fs::read_to_string(Path::new(HERE).join("../docs/api.md"))?;
    let all = commands(&page);
    ensure!(all.len() >= 6, "{} commands", all.len());
    let folder = tempfile::tempdir()?;
    let mut shell = Command::new("sh");
    // One shell for all: what one command learns, the next may use.
    shell.arg("-euc").arg(all.concat()).current_dir(folder.path());
    shell.env("OXPI", format!("http://127.0.0.1:{}", site.port)).env("TOKEN", &site.api_token);
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        shell.env_remove(proxy);
    }
    let told = tokio::task::spawn_blocking(move || python::run(&mut shell)).await??;
    ensure!(told.contains("Dana Levi"), "{told}");
    Ok(())
}

/// Looks with a token in all ways; nothing of `foreign` may be told.
async fn look(site: &Site, token: &str, foreign: Vec<String>) -> Result<()> {
    for way in WAYS {
        look_in(way, site, token, foreign.join(",")).await?;
        // It shows wrong tokens too, which are counted for a while.
        site.house.clock.advance_millis(3_600_000);
    }
    Ok(())
}

async fn look_in(way: Way, site: &Site, token: &str, foreign: String) -> Result<()> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned();
    let document = json!({
        "base-url": format!("http://127.0.0.1:{}", site.port),
        "headers": {"Authorization": format!("Bearer {token}")},
        "hooks": format!("{HERE}/schemathesis/checks.py"),
        "request-timeout": 20,
        "parameters": site
            .ids
            .iter()
            .filter(|(_, id)| way.knows_ids && id.len() == 36)
            .map(|(name, id)| (format!("path.{name}"), json!(id)))
            .collect::<serde_json::Map<_, _>>(),
        "checks": {
            // What no schema can say, such as that a day has been, is refused too.
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "304", "400", "401", "403", "404", "409", "412", "422"],
            },
            // Of what was wrong in two ways, a tag that fits nothing may be told first.
            "negative_data_rejection": {
                "expected-statuses": [
                    "400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428", "429", "5xx",
                ],
            },
        },
    });
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("schemathesis.toml");
    std::fs::write(&config, toml::to_string(&document)?)?;
    let url = format!("http://127.0.0.1:{}/api/v1/openapi.json", site.port);
    let told = tokio::task::spawn_blocking(move || -> Result<String> {
        let python = python::environment(&cache, "schemathesis")?;
        let st = python.with_file_name("st");
        let mut command = Command::new(st);
        command.arg("--config-file").arg(&config).args(["run", &url, "--no-color"]);
        command.args(["--max-time", &said("OXPI_LOOK_SECS", way.secs), "--max-examples", "25"]);
        command.args(["--seed", &said("OXPI_LOOK_SEED", LOOK_SEED), "--phases", way.phases]);
        command.args(["--workers", "1", "--generation-database", "none"]);
        command.current_dir(folder.path()).env("OXPI_FOREIGN", foreign);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        python::run(&mut command)
    });
    // It shows a wrong token beside each right one, more than anybody may within a while.
    let clock = site.house.clock.clone();
    let passes = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            clock.advance_millis(900_000);
        }
    });
    let told = told.await;
    passes.abort();
    let told = told??;
    // It ends with an error where it finds something; that it looked at all is said here.
    ensure!(all_passed(&told), "{told}");
    Ok(())
}

/// Whether it tried cases and all of them passed: `1822 generated, 1822 passed, 44 skipped`.
fn all_passed(told: &str) -> bool {
    let sum = told.lines().find_map(|line| line.trim().split_once(" generated, "));
    let passed = sum.and_then(|(generated, rest)| Some((generated, rest.split_once(" passed")?.0)));
    passed.is_some_and(|(generated, passed)| generated == passed && generated != "0")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_document_finds_nothing_that_is_otherwise() -> Result<()> {
    let site = Site::start(store::testing::sqlite().await).await?;
    let origin = Origin::default();
    let theirs = app::sessions::context_of(&site.house.app, &site.stranger, &origin).await?;
    let theirs = theirs.context.context("no business")?;
    let (_, other) = api_token(&site.house.app, &theirs, ApiScope::ALL).await?;
    let mut foreign: Vec<String> = site.ids.values().filter(|id| id.len() == 36).cloned().collect();
    foreign.push(format!("{MARKER} Levi"));
    foreign.push(format!("{MARKER} fitting"));
    look(&site, &other, foreign).await?;
    let token = site.api_token.clone();
    look(&site, &token, vec![theirs.tenant.to_string(), theirs.member.to_string()]).await
}
