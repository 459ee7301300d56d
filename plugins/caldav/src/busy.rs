//! When calendars are taken, read from their events with those that repeat expanded by the server.

use oxpi_kit::calendar::Busy;
use oxpi_kit::{Problem, Result, Timestamp, env};

use crate::changes::told;
use crate::dav::Server;
use crate::mapping::Own;
use crate::query;

/// Days that a server is asked for at once.
const PIECE_MS: i64 = 100 * 24 * 3_600_000;
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
            let end = at.plus_millis(PIECE_MS).min(to);
            collect(&mut busy, &server, (calendar, &path), (at, end))?;
            at = end;
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
) -> Result<()> {
    let reply = server.report(path, "1", "c:calendar-query", &query::between(from, to))?;
    let zone = env::time_zone();
    for event in told(&server.resources(&reply)?.resources, &zone, Own::Any)? {
        let (Some(starts_at), Some(ends_at)) = (event.starts_at, event.ends_at) else { continue };
        let (from, to) = (starts_at.max(from), ends_at.min(to));
        if event.busy && from < to {
            busy.push(Busy { calendar: calendar.to_owned(), from, to });
        }
    }
    Ok(())
}
