//! Calendar objects (RFC 5545) as a tree of components: read, picked from, changed, written.

/// Components within components.
const DEPTH_MAX: usize = 8;
/// Bytes of a written line (RFC 5545, 3.1).
const LINE_BYTES: usize = 75;

/// A line: `NAME;PARAMETERS:VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In upper case.
    pub name: String,
    /// As written, without the first semicolon.
    pub parameters: String,
    /// As written, still escaped.
    pub value: String,
}

impl Line {
    /// One of these.
    pub fn new(name: &str, parameters: &str, value: &str) -> Self {
        let [name, parameters, value] = [name, parameters, value].map(str::to_owned);
        Self { name, parameters, value }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut is_quoted = false;
        let colon = text.char_indices().find(|(_, letter)| {
            is_quoted ^= *letter == '"';
            *letter == ':' && !is_quoted
        });
        let (head, value) = (&text[..colon?.0], &text[colon?.0 + 1..]);
        let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (!name.is_empty() && name.bytes().all(is_name))
            .then(|| Self::new(&name.to_uppercase(), parameters, value))
    }

    /// A parameter's value, without quotes.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.split(';').find_map(|parameter| {
            let (key, value) = parameter.split_once('=')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim_matches('"'))
        })
    }

    fn text(&self) -> String {
        let parameters = &self.parameters;
        let semicolon = if parameters.is_empty() { "" } else { ";" };
        format!("{}{semicolon}{parameters}:{}", self.name, self.value)
    }
}

/// A component, such as `VCALENDAR` or `VEVENT`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Component {
    /// In upper case.
    pub name: String,
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// The components in it, in order.
    pub children: Vec<Component>,
}

impl Component {
    /// Reads one; None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
        let mut open: Vec<Self> = Vec::new();
        let mut lines = text.lines().filter(|line| !line.is_empty());
        while let Some(line) = lines.next() {
            let line = Line::parse(line)?;
            match line.name.as_str() {
                "BEGIN" if open.len() < DEPTH_MAX => {
                    open.push(Self { name: line.value.to_uppercase(), ..Self::default() });
                }
                "BEGIN" => return None,
                "END" => {
                    let whole = open.pop()?;
                    if !whole.name.eq_ignore_ascii_case(&line.value) {
                        return None;
                    }
                    match open.last_mut() {
                        Some(parent) => parent.children.push(whole),
                        // Only one is an object, and nothing comes after it.
                        None => return lines.next().is_none().then_some(whole),
                    }
                }
                _ => open.last_mut()?.lines.push(line),
            }
        }
        None
    }

    /// The first line of this name.
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// The text of the first line of this name; empty without one.
    pub fn text(&self, name: &str) -> String {
        self.line(name).map(|line| unescape(&line.value)).unwrap_or_default()
    }

    /// Puts a line in the place of those of its name.
    pub fn set(&mut self, line: Line) {
        let at = self.lines.iter().position(|held| held.name == line.name);
        self.lines.retain(|held| held.name != line.name);
        self.lines.insert(at.unwrap_or(self.lines.len()).min(self.lines.len()), line);
    }

    /// The events in it.
    pub fn events(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(|child| child.name == "VEVENT")
    }

    /// The event itself, or the first of its exceptions where there is nothing else.
    pub fn main_event(&self) -> Option<&Self> {
        let main = self.events().find(|event| event.line("RECURRENCE-ID").is_none());
        main.or_else(|| self.events().next())
    }

    /// The same, to be changed.
    pub fn main_event_mut(&mut self) -> Option<&mut Self> {
        let is_main =
            |child: &Self| child.name == "VEVENT" && child.line("RECURRENCE-ID").is_none();
        let at = self.children.iter().position(is_main);
        let at = at.or_else(|| self.children.iter().position(|child| child.name == "VEVENT"));
        self.children.get_mut(at?)
    }

    /// Whether it comes more than once.
    pub fn repeats(&self) -> bool {
        let is_rule = |line: &Line| matches!(line.name.as_str(), "RRULE" | "RDATE");
        self.events().any(|event| event.lines.iter().any(is_rule))
    }

    /// How many components of this name are in it, at any depth.
    pub fn count(&self, name: &str) -> usize {
        let here = |child: &Self| usize::from(child.name == name) + child.count(name);
        self.children.iter().map(here).sum()
    }

    /// As it is sent.
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        fold(out, &format!("BEGIN:{}", self.name));
        self.lines.iter().for_each(|line| fold(out, &line.text()));
        self.children.iter().for_each(|child| child.write_to(out));
        fold(out, &format!("END:{}", self.name));
    }
}

fn fold(out: &mut String, line: &str) {
    let mut length = 0;
    for letter in line.chars() {
        if length + letter.len_utf8() > LINE_BYTES {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(letter);
        length += letter.len_utf8();
    }
    out.push_str("\r\n");
}

/// A text as it stands in a value.
pub fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
    text.replace("\r\n", "\n").replace('\n', "\\n")
}

fn unescape(value: &str) -> String {
    let (mut out, mut letters) = (String::new(), value.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n\
        DTSTART;TZID=\"Asia/Jerusalem\":20261201T100000\r\nSUMMARY:Tea\\, a\r\n  b\r\n\
        BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_object_is_read_and_written_again() {
        let whole = Component::parse(TEXT).unwrap();
        let event = whole.main_event().unwrap();
        assert_eq!((event.text("SUMMARY").as_str(), whole.count("VALARM")), ("Tea, a b", 1));
        let start = event.line("DTSTART").unwrap();
        assert_eq!(start.parameter("TZID"), Some("Asia/Jerusalem"));
        assert_eq!(Component::parse(&whole.write()), Some(whole));
    }

    #[test]
    fn long_lines_are_folded_between_letters() {
        let mut whole = Component::parse(TEXT).unwrap();
        let title = "שלום ".repeat(40);
        whole.main_event_mut().unwrap().set(Line::new("SUMMARY", "", &escape(&title)));
        let text = whole.write();
        assert!(text.lines().all(|line| line.len() <= LINE_BYTES), "{text}");
        assert_eq!(Component::parse(&text).unwrap().main_event().unwrap().text("SUMMARY"), title);
    }

    #[test]
    fn halves_and_pairs_are_no_objects() {
        let twice = TEXT.repeat(2);
        let deep = "BEGIN:A\n".repeat(100);
        for text in ["", "UID:1", "BEGIN:A\nEND:B", "BEGIN:A", &TEXT[..80], &twice, &deep] {
            assert_eq!(Component::parse(text), None, "{text}");
        }
    }
}
