//! PostgreSQL without our own filters: a stand-in for the server that passes everything on, but takes
//! each comparison of a tenant's id with a parameter out of the statements that pass. What is kept
//! apart then is so by row level security alone. No code of the store knows of it.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A stand-in that is listening. Its connections end with those who use them.
#[derive(Clone)]
pub struct Unfiltered {
    /// Where it listens on this machine.
    pub port: u16,
    removed: Arc<AtomicUsize>,
}

impl Unfiltered {
    /// Stands in for the server at an address such as `127.0.0.1:5432`.
    pub fn start(server: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (server, removed) = (server.to_owned(), Arc::<AtomicUsize>::default());
        let count = Arc::clone(&removed);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, count) = (server.clone(), Arc::clone(&count));
                // One that breaks off is its user's to notice.
                std::thread::spawn(move || pass(client, &server, &count));
            }
        });
        Self { port, removed }
    }

    /// How many comparisons were taken out so far.
    pub fn removed(&self) -> usize {
        self.removed.load(Ordering::SeqCst)
    }
}

fn pass(mut client: TcpStream, server: &str, removed: &AtomicUsize) -> Result<()> {
    let mut server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    let (mut back, mut to) = (server.try_clone()?, client.try_clone()?);
    std::thread::spawn(move || {
        let _ended = std::io::copy(&mut back, &mut to);
        to.shutdown(Shutdown::Both)
    });
    let passed = forward(&mut client, &mut server, removed);
    server.shutdown(Shutdown::Both)?;
    passed
}

/// Messages of the protocol: the first without a kind, then a byte for the kind, each with its
/// length (PostgreSQL's manual, "Message Formats").
fn forward(client: &mut TcpStream, server: &mut TcpStream, removed: &AtomicUsize) -> Result<()> {
    let mut has_kind = false;
    loop {
        let mut kind = [0; 1];
        if has_kind {
            client.read_exact(&mut kind)?;
        }
        let mut length = [0; 4];
        client.read_exact(&mut length)?;
        let mut body = vec![0; (u32::from_be_bytes(length) as usize).saturating_sub(4)];
        client.read_exact(&mut body)?;
        if has_kind && kind[0] == b'P' {
            body = parse(&body, removed);
        }
        let mut message = if has_kind { kind.to_vec() } else { Vec::new() };
        let length = u32::try_from(body.len() + 4).expect("a statement is short");
        message.extend(length.to_be_bytes());
        message.extend(body);
        server.write_all(&message)?;
        // A request for encryption (80877103) comes before the first; libpq then begins anew.
        let asks = message.get(4..8).is_some_and(|code| code == 80_877_103_u32.to_be_bytes());
        has_kind = has_kind || !asks;
    }
}

/// The statement's name, its text and the kinds of its parameters, the first two ended by a zero.
fn parse(body: &[u8], removed: &AtomicUsize) -> Vec<u8> {
    let mut parts = body.splitn(3, |byte| *byte == 0);
    let mut part = || parts.next().expect("a whole message");
    let (name, sql, rest) = (part(), part(), part());
    let sql = std::str::from_utf8(sql).expect("a statement is text");
    let (sql, count) = without_filters(sql);
    removed.fetch_add(count, Ordering::SeqCst);
    [name, sql.as_bytes(), rest].join(&0)
}

/// What diesel writes for a tenant's filter, and what our own SQL does.
const FILTERS: [&str; 3] = ["\"tenant_id\" = $", "tenant_id = $", "\"tenants\".\"id\" = $"];

/// The statement with every such comparison replaced by one that holds for all rows; the parameter
/// stays, so that the others keep their numbers. A column that is set is none of them.
pub fn without_filters(sql: &str) -> (String, usize) {
    let condition = sql.find("WHERE").unwrap_or(sql.len());
    let (mut out, mut rest) = (sql[..condition].to_owned(), &sql[condition..]);
    let mut count = 0;
    loop {
        let found = FILTERS.iter().filter_map(|filter| Some((rest.find(filter)?, filter))).min();
        let Some((at, filter)) = found else { break };
        let digits = rest[at + filter.len()..].chars().take_while(char::is_ascii_digit).count();
        let end = at + filter.len() + digits;
        let parameter = &rest[at + filter.len()..end];
        // The table's name before it goes too.
        let name = |c: char| c == '"' || c == '_' || c == '.' || c.is_ascii_alphanumeric();
        out.push_str(rest[..at].trim_end_matches(name));
        out.push_str(&format!("${parameter}::text IS NOT NULL"));
        rest = &rest[end..];
        count += 1;
    }
    out.push_str(rest);
    (out, count)
}

#[cfg(test)]
mod tests {
    use super::without_filters;

    #[test]
    fn a_tenant_s_filter_goes_and_the_rest_stays() {
        let cases = [
            (
                "SELECT 1 FROM \"people\" WHERE ((\"people\".\"tenant_id\" = $1) AND (\"people\".\"id\" = $2))",
                "SELECT 1 FROM \"people\" WHERE (($1::text IS NOT NULL) AND (\"people\".\"id\" = $2))",
            ),
            (
                "UPDATE \"sessions\" SET \"tenant_id\" = $1 WHERE (\"sessions\".\"token_hash\" = $2)",
                "UPDATE \"sessions\" SET \"tenant_id\" = $1 WHERE (\"sessions\".\"token_hash\" = $2)",
            ),
            (
                "UPDATE jobs SET a = $1 WHERE tenant_id = $12 AND x = $3",
                "UPDATE jobs SET a = $1 WHERE $12::text IS NOT NULL AND x = $3",
            ),
            (
                "SELECT 1 FROM \"tenants\" WHERE (\"tenants\".\"id\" = $1)",
                "SELECT 1 FROM \"tenants\" WHERE ($1::text IS NOT NULL)",
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(without_filters(sql).0, expected);
        }
    }
}
