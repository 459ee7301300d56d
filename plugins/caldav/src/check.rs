//! Whether what a person typed connects an account.

use oxpi_kit::{Account, Checked, Login, Result};

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
