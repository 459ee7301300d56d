//! `oxpi migrate`

use std::process::ExitCode;

use crate::config::Config;
use crate::house;

/// Brings the schema up to date and says what was run.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    house::prepare_folder(&config.data.dir)?;
    let names = house::database(config).await?.migrate().await?;
    for name in &names {
        println!("migrated {name}");
    }
    if names.is_empty() {
        println!("The database is up to date.");
    }
    Ok(ExitCode::SUCCESS)
}
