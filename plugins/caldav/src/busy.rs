//! When calendars are taken, read from their events with those that repeat expanded by the server.

use oxpi_kit::calendar::Busy;
use oxpi_kit::{Problem, Result, Timestamp, env};

use crate::changes::{between, told};
use crate::dav::Server;
use crate::mapping::Own;

/// Pieces of one question: about eight years.
const PIECES_MAX: usize = 30;

/// The taken times of these calendars between two instants.
pub fn of(calendars: &[String], from: Timestamp, to: Timestamp) -> Result<Vec<Busy>> {
    if from >= to {
        return Err(Problem::invalid("the range is empty"));
    }
    let server = Server::current()?;
    let mut busy = Vec::new();
    for calendar in calendars {
        let path = server.own(calendar)?;
        let mut at = from;
        for _ in 0..PIECES_MAX {
            at = collect(&mut busy, &server, (calendar, &path), (at, to))?;
            if at >= to {
                break;
            }
        }
        if at < to {
            // Saying that the rest is free would be worse than saying nothing.
            return Err(Problem::too_large("a longer time than can be asked for"));
        }
    }
    Ok(busy)
}

fn collect(
    busy: &mut Vec<Busy>,
    server: &Server,
    (calendar, path): (&str, &str),
    (from, to): (Timestamp, Timestamp),
) -> Result<Timestamp> {
    let (to, reply) = between(server, path, from, to)?;
    let zone = env::time_zone();
    for event in told(&server.resources(&reply)?.resources, &zone, Own::Any)? {
        let (Some(starts_at), Some(ends_at)) = (event.starts_at, event.ends_at) else { continue };
        let (from, end) = (starts_at.max(from), ends_at.min(to));
        if event.busy && from < end {
            busy.push(Busy { calendar: calendar.to_owned(), from, to: end });
        }
    }
    Ok(to)
}
