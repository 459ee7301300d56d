//! What the program doesn't open: a database that would not keep businesses apart.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use oxpi_tests::process::program;
use store::Target;
use store::testing::TestDb;

fn serve(db: &TestDb, folder: &std::path::Path) -> Result<Command> {
    let Target::Postgres(url) = &db.options.target else { anyhow::bail!("no PostgreSQL") };
    let mut command = Command::new(program()?);
    command
        .arg("serve")
        .current_dir(folder)
        .env_clear()
        .env("OXPI_DATA__DIR", folder.join("data"))
        .env("OXPI_DATABASE__URL", url)
        .env("OXPI_SERVER__ADDRESS", "127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_would_not_keep_businesses_apart_is_not_served() -> Result<()> {
    let fresh = store::testing::postgres().await;
    let folder = tempfile::tempdir()?;
    for (weaken, named) in [
        ("ALTER TABLE people NO FORCE ROW LEVEL SECURITY", "people"),
        ("CREATE POLICY too_wide ON invitations USING (TRUE)", "invitations"),
    ] {
        fresh.tamper(weaken);
        let output = serve(&fresh, folder.path())?.output()?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{weaken}: {told}");
        assert!(output.stdout.is_empty(), "it never said where it serves");
        let refused = "the database would not keep one business's rows from another";
        assert!(told.contains(refused) && told.contains(named), "{told}");
        assert!(told.contains("SELECT oxpi_confine()"), "and how that is mended: {told}");
        fresh.tamper(
            "DROP POLICY IF EXISTS too_wide ON invitations; \
             DROP POLICY oxpi_scope ON people; SELECT oxpi_confine()",
        );
    }
    // What was told to do helps.
    let mut child = serve(&fresh, folder.path())?.spawn()?;
    let stdout = child.stdout.take().context("no output")?;
    let mut line = String::new();
    let read = BufReader::new(stdout).read_line(&mut line);
    child.kill()?;
    child.wait()?;
    assert!(read? > 0 && line.contains("http://127.0.0.1:"), "{line}");
    Ok(())
}
