//! Whether what a person typed connects an account, and whether a connected one still works.

use oxpi_kit::{Account, Checked, Login, Problem, Result, Tried};

use crate::calendars::in_home;
use crate::dav::Server;
use crate::discovery::{Found, find};

/// Tries it, as far as the list of calendars.
pub fn check(login: &Login) -> Result<Checked> {
    let server = Server::at(&login.server)?;
    let home = match find(&server)? {
        Found::Home(home) => home,
        Found::Elsewhere(server) => return Ok(Checked::Elsewhere { server }),
        Found::Refused(_) => return Ok(Checked::Refused),
        Found::Nothing(reply) if (500..=599).contains(&reply.status) => return Err(reply.problem()),
        Found::Nothing(_) => return Ok(Checked::NotThis),
    };
    if in_home(&server, &home)?.is_empty() {
        return Ok(Checked::Empty);
    }
    Ok(Checked::Ready {
        account: Account { id: home.principal, name: home.name, email: home.email },
    })
}

/// Tries one of the manifest's steps for the account of this call.
pub fn step(step: &str) -> Result<Tried> {
    let server = Server::current()?;
    let found = find(&server)?;
    let is_refused = matches!(found, Found::Refused(_));
    match (step, found) {
        ("password", _) => Ok(if is_refused { Tried::failed("password") } else { Tried::Done }),
        ("kind", Found::Home(_)) => Ok(Tried::Done),
        ("kind", Found::Elsewhere(_)) => Ok(Tried::failed("moved")),
        ("kind", Found::Nothing(reply)) if (500..=599).contains(&reply.status) => {
            Err(reply.problem())
        }
        ("kind", _) => Ok(Tried::failed("kind")),
        ("content", Found::Home(home)) => {
            let is_empty = in_home(&server, &home)?.is_empty();
            Ok(if is_empty { Tried::failed("content") } else { Tried::Done })
        }
        ("content", _) => Ok(Tried::failed("content")),
        (other, _) => Err(Problem::invalid(format!("no step {other:?}"))),
    }
}
