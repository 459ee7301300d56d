//! Finds the line of a TOML file that a key stands in, for messages.

/// The line (from 1) that sets `path`, such as `["server", "address"]`, or opens it as a section.
pub(super) fn line_of(text: &str, path: &[String]) -> Option<usize> {
    let mut section: Vec<String> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[') {
            let end = header.find(']').unwrap_or(header.len());
            section = keys(header[..end].trim_start_matches('['));
            if section == path {
                return Some(number);
            }
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let whole: Vec<String> = section.iter().cloned().chain(keys(key)).collect();
            // A section may also be written as `server = { address = ... }`.
            let inline = value.trim_start().starts_with('{') && path.starts_with(&whole);
            if whole == path || inline {
                return Some(number);
            }
        }
    }
    None
}

fn keys(dotted: &str) -> Vec<String> {
    dotted.split('.').map(|key| key.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_it_is_written() {
        let text = "# server.address = 1\nlog.level = 'x'\n[server]\n# address\naddress = 'y'\n\
                    [\"data\"]\n\"dir\"='z'\n[x.y]\nz=1\n[e]\nf = { g = 1 }\n";
        let line =
            |path: &str| line_of(text, &path.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(line("log.level"), Some(2));
        assert_eq!(line("server"), Some(3));
        assert_eq!(line("server.address"), Some(5));
        assert_eq!(line("data.dir"), Some(7));
        assert_eq!(line("x.y.z"), Some(9));
        assert_eq!(line("e.f.g"), Some(11));
        assert_eq!(line("server.proxies"), None);
    }
}
