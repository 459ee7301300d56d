//! Reads cards of people (vCard 2.1, 3.0 and 4.0), as phones and address books give them away: each card
//! becomes a row, under heads that say what its cells are.

use domain::Locale;
use encoding_rs::{Encoding, UTF_8};

use super::sheet::Sheet;
use crate::error::{Error, Result};

const BEGIN: &str = "BEGIN:VCARD";
const END: &str = "END:VCARD";
/// How much of a line is looked at for how its value is written.
const HEAD_BYTES_MAX: usize = 200;
/// Most parts of a value that are told apart; no address has as many.
const PARTS_MAX: usize = 64;

/// What the columns are called, in English and in Hebrew. What they are is guessed from that, as in other
/// files.
const HEADS: [(&str, &str); 16] = [
    ("Name", "שם"),
    ("Company", "חברה"),
    ("Kind", "סוג"),
    ("Phone", "טלפון"),
    ("Mobile", "נייד"),
    ("Work phone", "טלפון בעבודה"),
    ("Home phone", "טלפון בבית"),
    ("Email", "אימייל"),
    ("Work email", "אימייל בעבודה"),
    ("Home email", "אימייל בבית"),
    ("Address", "כתובת"),
    ("Birthday", "תאריך לידה"),
    ("Website", "אתר"),
    ("Job title", "תפקיד"),
    ("Tags", "תגיות"),
    ("Notes", "הערות"),
];
const NAME: usize = 0;
const COMPANY: usize = 1;
const KIND: usize = 2;
const PHONE: usize = 3;
const MOBILE: usize = 4;
const WORK_PHONE: usize = 5;
const HOME_PHONE: usize = 6;
const EMAIL: usize = 7;
const WORK_EMAIL: usize = 8;
const HOME_EMAIL: usize = 9;
const ADDRESS: usize = 10;
const BIRTHDAY: usize = 11;
const WEBSITE: usize = 12;
const JOB_TITLE: usize = 13;
const TAGS: usize = 14;
const NOTES: usize = 15;

/// What the kind of a company is called.
const IS_COMPANY: &str = "company";

/// The cells of a row.
type Cells = [String; 16];

/// Whether a text is cards.
pub(super) fn are(text: &str) -> bool {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    text.get(..BEGIN.len()).is_some_and(|first| first.eq_ignore_ascii_case(BEGIN))
}

/// The rows of a text of cards, the columns called so in this language; those that no card says anything of
/// are left out.
pub(super) fn read(text: &str, locale: Locale) -> Result<Sheet> {
    // Which columns there are shows at the end; until then each card has all of them.
    let (mut all, mut number) = (Sheet::default(), 0);
    let mut keep = |card: Option<Card>| -> Result<()> {
        let Some(cells) = card.and_then(Card::cells) else { return Ok(()) };
        // Cards are counted from the first: the heads stand before it.
        number += 1;
        all.push(number, cells.iter().map(String::as_str))
    };
    let mut card: Option<Card> = None;
    each_line(text, |line| {
        let Some(line) = Line::of(line) else { return Ok(()) };
        match line.name.as_str() {
            // Of one whose end is missing, the next one's beginning is the end.
            "BEGIN" => keep(card.replace(Card::default()))?,
            "END" => keep(card.take())?,
            _ => {
                if let Some(card) = &mut card {
                    card.take_in(&line);
                }
            }
        }
        Ok(())
    })?;
    let says = |at: &usize| all.rows_from(0).any(|row| !row.cell(*at).is_empty());
    let used: Vec<usize> = (0..HEADS.len()).filter(says).collect();
    let mut sheet = Sheet::default();
    let told = |(english, hebrew): (&'static str, &'static str)| match locale {
        Locale::En => english,
        Locale::He => hebrew,
    };
    sheet.push(0, used.iter().map(|at| told(HEADS[*at])))?;
    for row in all.rows_from(0) {
        let number = usize::try_from(row.number()).map_err(Error::internal)?;
        let cell = |at: &usize| match row.cell(*at) {
            IS_COMPANY if *at == KIND => told((IS_COMPANY, "חברה")),
            cell => cell,
        };
        sheet.push(number, used.iter().map(cell))?;
    }
    Ok(sheet)
}

/// Calls back with each line, those put together that were broken to be short.
fn each_line(text: &str, mut with: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let (mut whole, mut goes_on) = (String::new(), false);
    for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        if goes_on && !is_edge(line) {
            whole.pop();
            whole.push_str(line);
        } else if let Some(rest) = line.strip_prefix([' ', '\t']) {
            whole.push_str(rest);
        } else {
            with(&whole)?;
            whole.clear();
            whole.push_str(line);
        }
        goes_on = whole.ends_with('=') && is_quoted(&whole);
    }
    with(&whole)
}

/// Whether a card begins or ends here, whatever the line before it says.
fn is_edge(line: &str) -> bool {
    let line = line.trim_end();
    line.eq_ignore_ascii_case(BEGIN) || line.eq_ignore_ascii_case(END)
}

/// Whether a line holds letters as numbers; such a one goes on where it ends in an equals sign. Asked at each
/// break of a line that may be millions of letters long, so only its beginning is looked at.
fn is_quoted(line: &str) -> bool {
    const SAYS_SO: &[u8] = b"QUOTED-PRINTABLE";
    let first = &line.as_bytes()[..line.len().min(HEAD_BYTES_MAX)];
    let head = first.split(|byte| *byte == b':').next().unwrap_or_default();
    head.windows(SAYS_SO.len()).any(|part| part.eq_ignore_ascii_case(SAYS_SO))
}

/// A line: what it says, what is said beside that, and the value.
struct Line {
    name: String,
    beside: String,
    value: String,
}

impl Line {
    fn of(line: &str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}');
        let mut in_marks = false;
        let ends = |(at, letter): (usize, char)| {
            in_marks ^= letter == '"';
            (letter == ':' && !in_marks).then_some(at)
        };
        let at = line.char_indices().find_map(ends)?;
        let (head, value) = line.split_at(at);
        let (name, beside) = head.split_once(';').unwrap_or((head, ""));
        // Some programs group lines by a word before the name: item1.TEL.
        let name = name.rsplit_once('.').map_or(name, |(_, own)| own);
        let (beside, value) = (beside.to_ascii_uppercase(), &value[1..]);
        let value = match beside.contains("QUOTED-PRINTABLE") {
            true => unquoted(value, &beside),
            false => value.to_owned(),
        };
        Some(Self { name: name.trim().to_ascii_uppercase(), beside, value })
    }

    /// Whether this word stands beside, such as `WORK`: alone, or as one of several types.
    fn is(&self, word: &str) -> bool {
        self.beside.split([';', ',', '=', '"']).any(|it| it.trim() == word)
    }

    /// The value as text.
    fn text(&self) -> String {
        self.parts('\0').concat()
    }

    /// The parts of the value between these marks.
    fn parts(&self, mark: char) -> Vec<String> {
        let (mut parts, mut part) = (Vec::new(), String::new());
        let mut letters = self.value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => part.push(match letters.next() {
                    Some('n' | 'N') => '\n',
                    Some(other) => other,
                    None => '\\',
                }),
                _ if letter == mark && parts.len() < PARTS_MAX => {
                    parts.push(std::mem::take(&mut part));
                }
                other => part.push(other),
            }
        }
        parts.push(part);
        parts.iter().map(|part| part.trim().to_owned()).collect()
    }
}

/// The text behind letters that were written as numbers (quoted-printable, in cards before 3.0).
fn unquoted(value: &str, beside: &str) -> String {
    // It would go on, and doesn't.
    let value = value.strip_suffix('=').unwrap_or(value);
    let (mut bytes, mut rest) = (Vec::with_capacity(value.len()), value.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (*first, digit(0), digit(1)) {
            (b'=', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = &after[2..];
            }
            (byte, ..) => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    let said = beside.split(';').find_map(|word| word.trim().strip_prefix("CHARSET="));
    let label = said.map(|name| name.trim_matches('"'));
    let encoding = label.and_then(|name| Encoding::for_label(name.as_bytes())).unwrap_or(UTF_8);
    let (text, _, _) = encoding.decode(&bytes);
    text.into_owned()
}

/// A card while it is read.
#[derive(Default)]
struct Card {
    cells: Cells,
    /// The name from its parts, for where it isn't said as a whole.
    parts_of_name: String,
    /// Whether it is a list of other cards.
    is_group: bool,
}

impl Card {
    fn take_in(&mut self, line: &Line) {
        match line.name.as_str() {
            "FN" => self.first(NAME, line.text()),
            "N" => {
                let parts = line.parts(';');
                let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
                // Family name, given name, further names, titles before and after.
                let order = [part(3), part(1), part(2), part(0), part(4)];
                let said: Vec<&str> = order.into_iter().filter(|it| !it.is_empty()).collect();
                self.parts_of_name = said.join(" ");
            }
            "ORG" => self.first(COMPANY, line.parts(';').swap_remove(0)),
            "KIND" | "X-ADDRESSBOOKSERVER-KIND" | "X-ABSHOWAS" => self.kind(&line.text()),
            "TEL" => self.phone(line),
            "EMAIL" => self.email(line),
            "ADR" => self.address(line),
            "BDAY" => self.birthday(line),
            "URL" => self.first(WEBSITE, line.text()),
            "TITLE" => self.first(JOB_TITLE, line.text()),
            "CATEGORIES" => {
                // What one address book calls everybody.
                let said = line.parts(',').into_iter().filter(|it| it != "myContacts");
                said.for_each(|tag| self.more(TAGS, &tag, "; "));
            }
            "NOTE" => self.more(NOTES, &line.text(), "\n"),
            _ => {}
        }
    }

    fn first(&mut self, at: usize, text: String) {
        if self.cells[at].is_empty() {
            self.cells[at] = text;
        }
    }

    fn more(&mut self, at: usize, text: &str, between: &str) {
        let cell = &mut self.cells[at];
        if !text.is_empty() {
            cell.push_str(if cell.is_empty() { "" } else { between });
            cell.push_str(text);
        }
    }

    fn kind(&mut self, said: &str) {
        match said.to_ascii_lowercase().as_str() {
            "org" | "company" => self.first(KIND, IS_COMPANY.to_owned()),
            "group" => self.is_group = true,
            _ => {}
        }
    }

    fn phone(&mut self, line: &Line) {
        // Nobody is called there.
        if line.is("FAX") || line.is("PAGER") || line.is("MODEM") {
            return;
        }
        let text = line.text();
        let number = match text.get(..4) {
            Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &text[4..],
            _ => text.as_str(),
        };
        // What is dialled after a pause is no part of the number.
        let number = number.split([';', ',']).next().unwrap_or_default().trim();
        let kinds =
            [("CELL", MOBILE), ("IPHONE", MOBILE), ("WORK", WORK_PHONE), ("HOME", HOME_PHONE)];
        let to = match kinds.iter().find(|(word, _)| line.is(word)) {
            Some((_, to)) if !line.is("PREF") => *to,
            _ => PHONE,
        };
        self.more(to, number, "\n");
    }

    fn email(&mut self, line: &Line) {
        let to = match (line.is("PREF"), line.is("WORK"), line.is("HOME")) {
            (false, true, _) => WORK_EMAIL,
            (false, false, true) => HOME_EMAIL,
            _ => EMAIL,
        };
        self.more(to, &line.text(), "\n");
    }

    /// Post box, more of it, street, town, region, code, country. People have one here; others are noted.
    fn address(&mut self, line: &Line) {
        let parts: Vec<String> = line.parts(';').into_iter().filter(|it| !it.is_empty()).collect();
        let to = if self.cells[ADDRESS].is_empty() { ADDRESS } else { NOTES };
        self.more(to, &parts.join(", "), "\n");
    }

    /// A day without its year, for which phones put one that nobody was born in, is none that a field can
    /// hold.
    fn birthday(&mut self, line: &Line) {
        let text = line.text();
        let day = text.split('T').next().unwrap_or_default();
        let is_yearless = ["-", "0000", "1604"].iter().any(|none| day.starts_with(none));
        if is_yearless || line.beside.contains("OMIT-YEAR") {
            return;
        }
        let is_bare = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        let day = match is_bare {
            true => format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]),
            false => day.to_owned(),
        };
        self.first(BIRTHDAY, day);
    }

    /// What becomes of it; nothing where it is nobody's.
    fn cells(mut self) -> Option<Cells> {
        let name = std::mem::take(&mut self.parts_of_name);
        if self.cells[KIND].is_empty() {
            self.first(NAME, name);
        } else {
            // A company speaks for itself.
            let company = self.cells[COMPANY].clone();
            self.first(NAME, company);
            self.first(NAME, name.clone());
            if self.cells[NAME] == self.cells[COMPANY] {
                self.cells[COMPANY].clear();
            }
            // Whoever is there for it is known too.
            if name != self.cells[NAME] {
                self.more(NOTES, &name, "\n");
            }
        }
        let says = self.cells.iter().any(|cell| !cell.is_empty());
        (says && !self.is_group).then_some(self.cells)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, locale: Locale) -> Vec<Vec<String>> {
        assert!(are(text));
        let sheet = read(text, locale).unwrap();
        sheet.rows_from(0).map(|row| row.cells().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_card_of_a_phone_is_a_row() {
        let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Cohen;Dana;;Dr.;\r\nFN:Dr. Dana Cohen\r\n\
            ORG:Cohen\\, Sons;Sales\r\nitem1.TEL;type=CELL;type=VOICE;type=pref:+972 50-123-4567\r\n\
            item1.X-ABLabel:_$!<Mobile>!$_\r\nTEL;type=WORK;type=FAX:03-555 0199\r\n\
            TEL;TYPE=\"work,voice\":tel:03-555 0101;ext=5\r\nEMAIL;type=INTERNET;type=HOME:dana@exa\r\n \
            mple.com\r\nADR;type=HOME:;;3 Yefet St\\, flat 2;Jaffa;;68000;Israel\r\n\
            ADR;type=WORK:;;1 Port;Jaffa;;;\r\nBDAY:19900513\r\nNOTE:One\\nTwo\r\n\
            CATEGORIES:myContacts,vip,wedding\r\nPHOTO;ENCODING=b:AAAA=\r\n ====\r\nEND:VCARD\r\n";
        let found = rows(text, Locale::En);
        let heads = [
            "Name",
            "Company",
            "Phone",
            "Work phone",
            "Home email",
            "Address",
            "Birthday",
            "Tags",
            "Notes",
        ];
        assert_eq!(found[0], heads);
        let cells = [
            "Dr. Dana Cohen",
            "Cohen, Sons",
            "+972 50-123-4567",
            "03-555 0101",
            "dana@example.com",
            "3 Yefet St, flat 2, Jaffa, 68000, Israel",
            "1990-05-13",
            "vip; wedding",
            "1 Port, Jaffa\nOne\nTwo",
        ];
        assert_eq!(found[1], cells);
    }

    #[test]
    fn old_cards_say_hebrew_in_numbers_over_several_lines() {
        let text = "BEGIN:VCARD\nVERSION:2.1\n\
            N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D7=9B=D7=94=D7=9F;=D7=93=D7=\n=A0=D7=94;;;\n\
            TEL;CELL;PREF:0501234567\nTEL;CELL:0521234567\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:2.1\n\
            FN;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1255:=F0=E5=F2=E4\nEND:VCARD\n";
        let found = rows(text, Locale::He);
        assert_eq!(found[0], ["שם", "טלפון", "נייד"]);
        assert_eq!(found[1], ["דנה כהן", "0501234567", "0521234567"]);
        assert_eq!(found[2], ["נועה", "", ""]);
    }

    #[test]
    fn companies_are_companies_and_lists_of_cards_are_nobody() {
        let text = "\u{feff}BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Flora\nORG:Flora\nEND:VCARD\n\
            BEGIN:VCARD\nKIND:group\nFN:Friends\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:3.0\nN:;;;;\nFN:\nORG:Port Ltd;\nX-ABShowAs:COMPANY\nEND:VCARD\n\
            BEGIN:VCARD\nVERSION:3.0\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-05-13\nEND:VCARD\n";
        let found = rows(text, Locale::En);
        assert_eq!(found, [["Name", "Kind"], ["Flora", "company"], ["Port Ltd", "company"]]);
    }

    #[test]
    fn who_is_there_for_a_company_is_noted() {
        let text = "BEGIN:VCARD\nN:Cohen;Dana;;;\nFN:Flora\nORG:Flora;\nNOTE:Lilies\n\
            X-ABShowAs:COMPANY\nEND:VCARD\nBEGIN:VCARD\nN:Levi;Noa\nORG:Port\nKIND:org\nEND:VCARD\n";
        let found = rows(text, Locale::En);
        assert_eq!(found[0], ["Name", "Kind", "Notes"]);
        assert_eq!(found[1], ["Flora", "company", "Lilies\nDana Cohen"]);
        assert_eq!(found[2], ["Port", "company", "Noa Levi"]);
        assert_eq!(rows(text, Locale::He)[2], ["Port", "חברה", "Noa Levi"]);
    }

    #[test]
    fn what_is_dialled_after_a_pause_is_no_part_of_a_number() {
        let text = "BEGIN:VCARD\nFN:Dana\nTEL:03-555 0101,,5\nTEL;CELL:050-1234567;2\n\
            TEL;WORK:+972 3 555 0102\\,7\nEND:VCARD\n";
        let found = rows(text, Locale::En);
        assert_eq!(found[1], ["Dana", "03-555 0101", "050-1234567", "+972 3 555 0102"]);
    }

    #[test]
    fn a_card_whose_end_is_missing_or_hidden_is_somebody() {
        let text = "BEGIN:VCARD\nFN:Dana\nNOTE;ENCODING=QUOTED-PRINTABLE:One=0A=\n\nEND:VCARD\n\
            BEGIN:VCARD\nFN:Noa\nBDAY:1604-05-13\nBEGIN:VCARD\nFN:Tal\nEND:VCARD\n";
        let found = rows(text, Locale::En);
        assert_eq!(found, [["Name", "Notes"], ["Dana", "One"], ["Noa", ""], ["Tal", ""]]);
    }

    #[test]
    fn how_a_line_is_written_shows_in_its_first_letters() {
        assert!(is_quoted("NOTE;Encoding=Quoted-Printable:=41=") && is_quoted(";QUOTED-PRINTABLE"));
        assert!(!is_quoted("NOTE:QUOTED-PRINTABLE=") && !is_quoted("="));
        let late = format!("NOTE;{}QUOTED-PRINTABLE:=", "\u{5d0}".repeat(HEAD_BYTES_MAX));
        assert!(!is_quoted(&late));
    }

    #[test]
    fn what_holds_no_card_is_empty() {
        assert!(read("BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n", Locale::En).unwrap().is_empty());
        assert!(read("BEGIN:VCARD\nFN:Dana\n", Locale::En).unwrap().is_empty());
        assert!(!are("Name,Phone\nBEGIN:VCARD,1\n") && !are(""));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn whatever_a_card_says_nothing_breaks(
            text in "(TEL|N|ADR|BDAY|FN|KIND)?[;:=\"\\\\ A-Z0-9\u{5d0}\n\t.]{0,120}",
        ) {
            let _ = read(&format!("BEGIN:VCARD\n{text}\nEND:VCARD\n"), Locale::He);
        }
    }
}
