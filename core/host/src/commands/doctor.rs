//! `oxpi doctor`: looks at an installation as `serve` will use it, changes nothing, and says for
//! everything that is wrong how to mend it.

mod audit;
mod data;
mod database;
mod network;
mod plugins;
mod themes;
mod vault;

use std::process::ExitCode;

use ::vault::Vault;

use crate::config::Config;

/// What was found out about one thing.
pub struct Finding {
    state: State,
    about: &'static str,
    what: String,
    mend: Option<String>,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Unwise,
    Wrong,
}

impl Finding {
    fn good(about: &'static str, what: impl Into<String>) -> Self {
        Self { state: State::Good, about, what: what.into(), mend: None }
    }

    fn unwise(about: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Unwise, about, what: what.into(), mend: Some(mend.into()) }
    }

    fn wrong(about: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { state: State::Wrong, about, what: what.into(), mend: Some(mend.into()) }
    }

    fn is_good(&self) -> bool {
        self.state == State::Good
    }

    fn print(&self) {
        let state = match self.state {
            State::Good => "ok",
            State::Unwise => "unwise",
            State::Wrong => "WRONG",
        };
        println!("{state:<7} {:<12} {}", self.about, self.what);
        if let Some(mend) = &self.mend {
            println!("{:<20} -> {mend}", "");
        }
    }
}

/// Looks at everything and prints it; fails when something is wrong.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = data::folder(&config.data.dir);
    let (root_key, root) = data::root_key(config);
    findings.push(root_key);
    let vault = root.map(Vault::new);
    findings.extend(database::look(config, vault.as_ref()).await);
    findings.extend(plugins::look(config, vault.as_ref()).await);
    findings.extend(themes::look(config));
    findings.extend(network::look(config));
    findings.extend(vault::look(config, vault).await);
    if config.sandbox.enabled {
        findings.push(Finding::unwise(
            "sandbox",
            "providers are replaced by simulators",
            "for real work set sandbox.enabled = false",
        ));
    }
    findings.iter().for_each(Finding::print);
    let wrong = findings.iter().filter(|finding| finding.state == State::Wrong).count();
    println!();
    match wrong {
        0 => println!("Nothing is wrong."),
        1 => println!("One thing is wrong."),
        n => println!("{n} things are wrong."),
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
impl Finding {
    fn is_wrong_and_mended_by(&self, words: &str) -> bool {
        let mend = self.mend.as_deref().unwrap_or_default();
        self.state == State::Wrong && mend.contains(words)
    }
}
