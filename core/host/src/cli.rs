//! The commands and their arguments.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A self-hosted workspace for running a small business.
#[derive(Debug, Parser)]
#[command(name = "oxpi", version, arg_required_else_help = true)]
pub struct Cli {
    /// The configuration file; `oxpi.toml` in this folder, when it is there, otherwise
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages and do the background work until stopped
    Serve {
        /// What this process does; several processes on one PostgreSQL can share the work
        #[arg(long, value_enum, default_value_t = Role::All)]
        role: Role,
    },
    /// Bring the database's tables up to date; `serve` does so by itself
    Migrate,
    /// Print the effective configuration and where each value comes from
    Config,
    /// Say what is wrong with this installation and how to mend it
    Doctor,
    /// See and change how secrets are sealed
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Give a running server the passphrase it waits for
    Unseal,
    /// Have a running server forget its root key, until it is given the passphrase again
    Seal,
    /// Help people in, from the machine itself
    #[command(subcommand)]
    Admin(Admin),
    /// See, check and install plugins
    #[command(subcommand)]
    Plugin(Plugin),
    /// Verify the activity logs, sign where they are, hand them out
    #[command(subcommand)]
    Audit(Audit),
    /// Compile the component on standard input to standard output, within limits; `serve` and
    /// `plugin` call this
    #[command(hide = true)]
    CompilePlugin(Compilation),
}

/// What a compilation may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Compilation {
    /// Seconds on a CPU
    #[arg(long)]
    pub cpu_secs: u64,
    /// Bytes of address space
    #[arg(long)]
    pub memory_bytes: u64,
}

impl Compilation {
    /// The arguments that ask for it.
    pub fn arguments(self) -> Vec<String> {
        let Self { cpu_secs, memory_bytes } = self;
        vec![
            "compile-plugin".to_owned(),
            format!("--cpu-secs={cpu_secs}"),
            format!("--memory-bytes={memory_bytes}"),
        ]
    }
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Serve pages
    Web,
    /// Run jobs
    Worker,
    /// Both
    All,
}

impl Role {
    /// Whether it serves pages.
    pub fn serves(self) -> bool {
        self != Self::Worker
    }

    /// Whether it runs jobs.
    pub fn works(self) -> bool {
        self != Self::Web
    }
}

/// `oxpi admin`
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make a business; its owner's account is made too when there is none of that email
    CreateBusiness(NewBusiness),
    /// Delete a business for good: its keys first, then everything of it but its activity log. Asks for
    /// its name
    DeleteBusiness {
        /// Its id, or its name
        business: String,
    },
    /// Print a link that sets a new password, once, within a day
    ResetPassword {
        /// The account's email
        email: String,
        /// Set the password given on standard input instead of printing a link
        #[arg(long)]
        password_stdin: bool,
    },
    /// Take every second factor from an account whose phone and recovery codes are lost
    RemoveFactors {
        /// The account's email
        email: String,
    },
    /// Let an account that was locked after too many tries sign in again
    Unlock {
        /// The account's email
        email: String,
    },
}

/// `oxpi vault`
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Hold every secret against the manifest, and say which keys are in use
    Status,
    /// Seal every secret anew with a new key, while the server runs; run again, it goes on
    Rotate {
        /// Wrap the keys themselves anew, too
        #[arg(long)]
        epoch: bool,
    },
    /// Take the secrets as they are after an older database was put back on purpose
    AcceptRestore {
        /// Do it; without this it only says what is wrong
        #[arg(long)]
        yes: bool,
    },
    /// List secrets that should be there and are gone, and take them off the manifest, so that what
    /// needs them can be set anew
    ForgetMissing {
        /// Do it; without this it only says what is missing
        #[arg(long)]
        yes: bool,
    },
    /// Put the root key behind a passphrase, or change the passphrase
    Passphrase,
}

/// What a new business needs.
#[derive(Debug, Args)]
pub struct NewBusiness {
    /// The business's name
    #[arg(long)]
    pub name: String,
    /// The owner's name
    #[arg(long)]
    pub owner: String,
    /// The owner's email
    #[arg(long)]
    pub email: String,
    /// The language: en or he
    #[arg(long, default_value = "en")]
    pub locale: String,
    /// The time zone's name, such as Asia/Jerusalem
    #[arg(long, default_value = "UTC")]
    pub zone: String,
    /// The currency's code, such as ILS
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Read the owner's password from standard input instead of making one up and printing it
    #[arg(long)]
    pub password_stdin: bool,
    /// Fill it with people and appointments to look at
    #[arg(long)]
    pub sample: bool,
}

/// `oxpi plugin`
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins that would be loaded
    List,
    /// Load a folder or a package without installing it, and say what it is and asks for
    Check {
        /// The folder, or the package's file
        path: PathBuf,
    },
    /// Make a publisher's key; whoever has the file can publish in your name
    Key {
        /// The file to make, readable by you only
        file: PathBuf,
    },
    /// Put a plugin's folder into one file, <id>-<version>.oxpi
    Pack {
        /// The plugin's folder, with plugin.toml and plugin.wasm
        dir: PathBuf,
        /// Where to put the file
        #[arg(long, default_value = ".")]
        out: PathBuf,
        /// Sign it with this key
        #[arg(long)]
        key: Option<PathBuf>,
    },
    /// Sign a package
    Sign {
        /// The package's file
        file: PathBuf,
        /// Your key
        #[arg(long)]
        key: PathBuf,
    },
    /// Check a package's files and signature without running anything of it
    Verify {
        /// The package's file
        file: PathBuf,
    },
    /// Install a signed package for every business of this installation
    Install {
        /// The package's file
        file: PathBuf,
        /// Take it although earlier packages of this plugin were signed by another
        #[arg(long)]
        accept_new_publisher: bool,
    },
    /// Take every business back to the version it had before
    Rollback {
        /// The plugin
        id: String,
    },
    /// Remove installed packages that no business uses
    Remove {
        /// The plugin
        id: String,
        /// Only this version
        version: Option<String>,
    },
}

/// `oxpi audit`
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Look for edited, deleted, moved and cut-off entries: exit code 0 when all is whole, 3 when
    /// not, 1 when it can't be told
    Verify(Verify),
    /// Sign where every business's log is now; `serve` does so by itself every while
    Sign,
    /// Print the public key that the signed heads are checked with; keep it somewhere else
    Key,
    /// List the installation's own record: what belongs to no business, such as requests to the OpenID
    /// provider, packages that were refused, and attacks nobody could be named for
    Own {
        /// How many of the newest entries
        #[arg(long, default_value_t = 50)]
        limit: u16,
    },
    /// Write the entries to a file, a line each, for somebody else to keep or to verify
    Export {
        /// Only this business, by its id
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
        /// The file; must not be there yet
        file: PathBuf,
    },
}

/// `oxpi audit verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// A folder of signed heads to compare with, such as a copy kept elsewhere; may be given several
    /// times [default: those of the configuration]
    #[arg(long, value_name = "FOLDER")]
    pub heads: Vec<PathBuf>,
    /// Verify exported entries in place of the database; needs --key or the root key
    #[arg(long, value_name = "FILE")]
    pub entries: Option<PathBuf>,
    /// With --entries: the public key, as `oxpi audit key` printed it
    #[arg(long, value_name = "DIGITS", requires = "entries")]
    pub key: Option<String>,
    /// With --entries: the file holds this business only
    #[arg(long, value_name = "ID", requires = "entries")]
    pub tenant: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_compilations_arguments_are_read_as_they_were_meant() {
        let meant = Compilation { cpu_secs: 7, memory_bytes: 1 << 30 };
        let line = std::iter::once("oxpi".to_owned()).chain(meant.arguments());
        let read = Cli::try_parse_from(line).map(|cli| cli.command);
        assert!(matches!(read, Ok(Command::CompilePlugin(read)) if read == meant));
    }

    #[test]
    fn a_server_does_everything_unless_told_otherwise() -> Result<(), clap::Error> {
        let role = |args: &[&str]| match Cli::try_parse_from(args).map(|cli| cli.command) {
            Ok(Command::Serve { role }) => Some(role),
            _ => None,
        };
        let all = role(&["oxpi", "serve"]);
        assert!(all.is_some_and(|role| role.serves() && role.works()));
        let worker = role(&["oxpi", "serve", "--role", "worker"]);
        assert!(worker.is_some_and(|role| !role.serves() && role.works()));
        assert!(role(&["oxpi", "serve", "--role", "king"]).is_none());
        Ok(())
    }
}
