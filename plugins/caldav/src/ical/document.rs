//! A document as its content lines, and the events in it.

use core::ops::Range;

/// Lines of a document; more than any calendar program writes for one event.
const LINES_MAX: usize = 50_000;
/// Components within components.
const DEPTH_MAX: usize = 16;
/// Octets of a line as it is written (RFC 5545, 3.1).
const FOLD_BYTES: usize = 75;

/// A calendar object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Unfolded content lines.
    lines: Vec<String>,
}

/// A content line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property<'a> {
    /// The value as it stands there.
    pub value: &'a str,
    pub(super) params: Vec<(String, String)>,
}

impl Property<'_> {
    /// A parameter, by its name in capital letters.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Document {
    /// Reads a document; None for what isn't a whole one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let lines = unfold(bytes)?;
        let mut open: Vec<String> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if let Some(name) = marks(line, "BEGIN") {
                if open.is_empty() && (at != 0 || name != "VCALENDAR") {
                    return None;
                }
                open.push(name);
                if open.len() > DEPTH_MAX {
                    return None;
                }
            } else if let Some(name) = marks(line, "END") {
                if open.pop()? != name {
                    return None;
                }
            } else if open.is_empty() {
                return None;
            }
        }
        (open.is_empty() && !lines.is_empty()).then_some(Self { lines })
    }

    /// Where each event is: its lines without `BEGIN` and `END`, in order.
    pub fn events(&self) -> Vec<Range<usize>> {
        let (mut found, mut depth, mut from) = (Vec::new(), 0, 0);
        for (at, line) in self.lines.iter().enumerate() {
            if let Some(name) = marks(line, "BEGIN") {
                depth += 1;
                if depth == 2 && name == "VEVENT" {
                    from = at + 1;
                }
            } else if let Some(name) = marks(line, "END") {
                if depth == 2 && name == "VEVENT" {
                    found.push(from..at);
                }
                depth -= 1;
            }
        }
        found
    }

    /// The event that the others of a series are exceptions of, else the first.
    pub fn main_event(&self) -> Option<Range<usize>> {
        let all = self.events();
        let main = all.iter().find(|event| self.property(event, "RECURRENCE-ID").is_none());
        main.or(all.first()).cloned()
    }

    /// The first property of an event of this name, which is in capital letters.
    pub fn property(&self, event: &Range<usize>, name: &str) -> Option<Property<'_>> {
        taken_apart(self.lines.get(self.find(event, name)?)?)
    }

    /// Sets a property of an event, or takes it away. `rest` is what follows the name, such as `:value`
    /// or `;PARAM=x:value`; the event's place moves by what is added or taken.
    pub fn set(&mut self, event: &mut Range<usize>, name: &str, rest: Option<&str>) {
        let mut at = event.start;
        // What a program wrote more than once is once now.
        while let Some(there) = self.find(event, name) {
            self.lines.remove(there);
            (at, event.end) = (there, event.end - 1);
        }
        if let Some(rest) = rest {
            self.lines.insert(at, format!("{name}{rest}"));
            event.end += 1;
        }
    }

    fn find(&self, event: &Range<usize>, name: &str) -> Option<usize> {
        let mut depth = 0;
        for at in event.clone() {
            let line = self.lines.get(at)?;
            if marks(line, "BEGIN").is_some() {
                depth += 1;
            } else if marks(line, "END").is_some() {
                depth -= 1;
            } else if depth == 0 && name_of(line).eq_ignore_ascii_case(name) {
                return Some(at);
            }
        }
        None
    }

    /// Whether an event in it repeats by a rule or a list.
    pub fn repeats(&self) -> bool {
        let has = |event: &Range<usize>, name: &str| self.property(event, name).is_some();
        self.events().iter().any(|event| has(event, "RRULE") || has(event, "RDATE"))
    }

    /// A property anywhere in the document, as of its zone.
    pub fn anywhere(&self, name: &str) -> Option<Property<'_>> {
        taken_apart(self.lines.iter().find(|line| name_of(line).eq_ignore_ascii_case(name))?)
    }

    /// As it is sent: folded, each line ended by CR and LF.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for line in &self.lines {
            fold(&mut out, line);
        }
        out
    }
}

impl<S: Into<String>> FromIterator<S> for Document {
    fn from_iter<I: IntoIterator<Item = S>>(lines: I) -> Self {
        Self { lines: lines.into_iter().map(Into::into).collect() }
    }
}

/// Content lines. They are put together before they are read as text: old programs fold within a
/// character.
fn unfold(bytes: &[u8]) -> Option<Vec<String>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.first(), lines.last_mut()) {
            (Some(b' ' | b'\t'), Some(last)) => last.extend_from_slice(&line[1..]),
            _ => lines.push(line.to_vec()),
        }
        if lines.len() > LINES_MAX {
            return None;
        }
    }
    let text = lines.into_iter().map(|line| String::from_utf8_lossy(&line).into_owned());
    // A bare CR or NUL would be read as a line of its own by somebody else.
    let text = text.map(|line| line.replace(['\r', '\0'], " "));
    Some(text.filter(|line| !line.trim().is_empty()).collect())
}

fn fold(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > FOLD_BYTES {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

/// The component of a `BEGIN` or `END` line, in capital letters.
fn marks(line: &str, word: &str) -> Option<String> {
    let (name, component) = line.split_once(':')?;
    name.eq_ignore_ascii_case(word).then(|| component.trim().to_ascii_uppercase())
}

fn name_of(line: &str) -> &str {
    &line[..line.find([':', ';']).unwrap_or(line.len())]
}

fn taken_apart(line: &str) -> Option<Property<'_>> {
    let (mut quoted, mut cuts, mut colon) = (false, vec![], None);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    let mut params = Vec::new();
    for (nth, from) in cuts.iter().enumerate() {
        let to = cuts.get(nth + 1).copied().unwrap_or(colon);
        let Some((name, value)) = line[from + 1..to].split_once('=') else { continue };
        params.push((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()));
    }
    Some(Property { value: &line[colon + 1..], params })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERIES: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\n\
        DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n\
        RECURRENCE-ID:20260310T080000Z\r\nSUMMARY:Moved\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:1\r\n\
        BEGIN:VALARM\r\nSUMMARY:Alarm\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n\
        DTSTART;TZID=\"A:B;C\";X-P=1:20260303T100000\r\nSUMMARY;LANGUAGE=en:Week\r\n ly\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    #[test]
    fn the_main_event_of_a_series_is_found_and_its_alarm_is_not_it() {
        let document = Document::parse(SERIES.as_bytes()).unwrap();
        assert_eq!(document.events().len(), 2);
        let main = document.main_event().unwrap();
        assert_eq!(document.property(&main, "SUMMARY").unwrap().value, "Weekly");
        let start = document.property(&main, "DTSTART").unwrap();
        assert_eq!((start.value, start.param("TZID")), ("20260303T100000", Some("A:B;C")));
        assert_eq!(document.anywhere("TZID").unwrap().value, "X");
    }

    #[test]
    fn what_is_set_is_all_that_changes() {
        let mut document = Document::parse(SERIES.as_bytes()).unwrap();
        let mut main = document.main_event().unwrap();
        document.set(&mut main, "SUMMARY", Some(":New"));
        document.set(&mut main, "LOCATION", Some(":Here"));
        document.set(&mut main, "TRANSP", None);
        let again = Document::parse(document.to_text().as_bytes()).unwrap();
        let main = again.main_event().unwrap();
        assert_eq!(again.property(&main, "SUMMARY").unwrap().value, "New");
        assert_eq!(again.property(&main, "LOCATION").unwrap().value, "Here");
        let text = again.to_text();
        assert!(text.contains("SUMMARY:Moved") && text.contains("SUMMARY:Alarm"), "{text}");
        let mut main = main;
        document.set(&mut main, "LOCATION", None);
        assert!(document.property(&main, "LOCATION").is_none());
    }

    #[test]
    fn a_long_line_is_folded_between_characters_and_one_folded_within_is_read() {
        let long = format!("SUMMARY:{}", "שלום ".repeat(40));
        let document: Document =
            ["BEGIN:VCALENDAR", "BEGIN:VEVENT", &long, "END:VEVENT", "END:VCALENDAR"]
                .into_iter()
                .collect();
        let text = document.to_text();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(Document::parse(text.as_bytes()), Some(document));
        let mut torn = b"BEGIN:VCALENDAR\nX:\xd7\n \xa9\nEND:VCALENDAR".to_vec();
        let read = Document::parse(&torn).unwrap();
        assert_eq!(read.anywhere("X").unwrap().value, "ש");
        torn.truncate(20);
        assert_eq!(Document::parse(&torn), None);
    }

    #[test]
    fn halves_are_no_documents() {
        for text in [
            "",
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT\nEND:VEVENT",
            "END:VCALENDAR",
            "X:1\nBEGIN:VCALENDAR\nEND:VCALENDAR",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT",
            "BEGIN:VCALENDAR\nEND:VCALENDAR\nX:1",
        ] {
            assert_eq!(Document::parse(text.as_bytes()), None, "{text:?}");
        }
        let deep = "BEGIN:VCALENDAR\n".repeat(1_000);
        assert_eq!(Document::parse(deep.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(document) = Document::parse(&bytes) {
                let _ = document.main_event();
            }
        }

        #[test]
        fn what_is_read_is_written_and_read_the_same(
            middle in "((BEGIN|END):(VEVENT|VALARM)|[A-Z-]{1,9}(;[A-Z]=\"?[a-z:;]{0,4}\"?)?:[\\PC]{0,90}|[ \t]?[a-zé,;:\"]{0,90})(\r?\n)",
            more in "(SUMMARY:[\\PC]{0,40}\n){0,3}",
        ) {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{middle}{more}END:VEVENT\nEND:VCALENDAR\n");
            if let Some(document) = Document::parse(text.as_bytes()) {
                let again = Document::parse(document.to_text().as_bytes());
                prop_assert_eq!(again.as_ref(), Some(&document));
                for mut event in document.events() {
                    let mut changed = document.clone();
                    changed.set(&mut event, "SUMMARY", Some(":x"));
                    prop_assert_eq!(changed.property(&event, "SUMMARY").map(|p| p.value), Some("x"));
                    prop_assert!(Document::parse(changed.to_text().as_bytes()).is_some());
                }
            }
        }
    }
}
