//! Samples of bringing a list of people, and of taking everything along.

use super::{Gallery, Words};
use crate::views::exports::{ArchiveRow, ExportsPage};
use crate::views::imports::{
    ColumnRow, ImportPage, ImportRow, ImportsPage, LookPage, PersonOfRow, RowPeoplePage, ShownRow,
    WordRow, WrongRow,
};
use crate::views::{Choice, Errors};

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    let row = |name: &str, state, tone, made| ImportRow {
        href: "/imports/1".into(),
        name: name.to_owned(),
        when: w.of("23 Nov 2026, 10:00", "23 בנוב׳ 2026, 10:00"),
        state,
        tone,
        made,
    };
    let chosen = ImportsPage {
        errors: Errors::new(),
        next: Some("/imports?after=1".into()),
        imports: vec![
            row("contacts.csv", "running", "info", 1_500),
            row("לקוחות ותיקים.xlsx", "waiting", "warn", 0),
            row("", "undone", "", 0),
            row("leads.tsv", "failed", "bad", 1),
            row("contacts.vcf", "done", "good", 120),
        ],
    };
    gallery.page("imports", "/imports", &chosen);
    let wrong = Errors::from([("file".to_owned(), "error-imports-old-excel".to_owned())]);
    gallery.page(
        "imports-wrong",
        "/imports",
        &ImportsPage { errors: wrong, imports: vec![], next: None },
    );
    let look = look(w);
    gallery.page("imports-look", "/imports/1", &look);
    let cards = LookPage {
        name: w.of("contacts.vcf", "אנשי קשר.vcf"),
        is_text: false,
        is_cards: true,
        ..look.clone()
    };
    gallery.page("imports-look-cards", "/imports/1", &cards);
    let twice = Errors::from([
        ("column-3".to_owned(), "error-imports-twice".to_owned()),
        ("form".to_owned(), "error-imports-no-name".to_owned()),
    ]);
    let book = LookPage {
        is_text: false,
        sheets: vec![
            Choice::new("0", w.of("Customers", "לקוחות"), "0"),
            Choice::new("1", w.of("Old", "ישן"), "0"),
        ],
        shown: vec![],
        doubles_found: 0,
        doubles_shown: vec![],
        is_part: true,
        wrong: 0,
        undated: false,
        mistakes: vec![],
        errors: twice,
        ..look
    };
    gallery.page("imports-look-wrong", "/imports/1", &book);
    gallery.page("import-running", "/imports/1", &import(w, "running"));
    gallery.page("import-done-people", "/imports/1", &import(w, "done"));
    gallery.page("import-failed", "/imports/1", &import(w, "failed"));
    gallery.page("import-undoing", "/imports/1", &import(w, "undoing"));
    gallery.page("import-undone-people", "/imports/1", &import(w, "undone"));
    people(gallery, w);
    exports(gallery, w);
}

fn people(gallery: &mut Gallery<'_>, w: Words) {
    let row = |number, name: String, href: Option<&str>| PersonOfRow {
        number,
        name,
        href: href.map(str::to_owned),
    };
    let skipped = RowPeoplePage {
        href: "/imports/1".into(),
        name: w.of("customers 2026.csv", "לקוחות 2026.csv"),
        which: "skipped",
        rows: vec![
            row(3, w.of("Amit Peretz", "עמית פרץ"), Some("/people/1")),
            row(17, String::new(), None),
            row(1_233, "<script>alert(1)</script>".into(), Some("/people/2")),
        ],
        next: Some("/imports/1/skipped?after=1233".into()),
    };
    let kept = RowPeoplePage { which: "kept", next: None, ..skipped.clone() };
    let none = RowPeoplePage { rows: vec![], ..kept.clone() };
    gallery.page("import-skipped", "/imports/1/skipped", &skipped);
    gallery.page("import-kept", "/imports/1/kept", &kept);
    gallery.page("import-kept-none", "/imports/1/kept", &none);
}

fn exports(gallery: &mut Gallery<'_>, w: Words) {
    let row = |state, size: &str| ArchiveRow {
        is_mine: true,
        href: "/exports/1".into(),
        when: w.of("23 Nov 2026, 10:00", "23 בנוב׳ 2026, 10:00"),
        state,
        done: 12,
        todo: 40,
        size: size.to_owned(),
        until: w.of("Monday, 30 November", "יום שני, 30 בנובמבר"),
    };
    let others = ArchiveRow { is_mine: false, ..row("ready", "47 MB") };
    let archives = vec![row("running", ""), row("ready", "48 MB"), others, row("failed", "")];
    let all = ExportsPage { archives, is_running: true, can_make: false, days: 7 };
    gallery.page("exports", "/exports", &all);
    let none = ExportsPage { archives: vec![], is_running: false, can_make: true, days: 7 };
    gallery.page("exports-none", "/exports", &none);
}

fn import(w: Words, state: &'static str) -> ImportPage {
    let is_under_way = matches!(state, "running" | "undoing");
    let is_failed = state == "failed";
    ImportPage {
        href: "/imports/1".into(),
        name: w.of("customers 2026.csv", "לקוחות 2026.csv"),
        state,
        is_under_way,
        rows: 2_400,
        done: if is_under_way || is_failed { 1_500 } else { 2_400 },
        made: 1_440,
        changed: 12,
        skipped: 45,
        refused: 3,
        kept: if state == "undone" { 2 } else { 0 },
        mistakes: if is_under_way { vec![] } else { mistakes(w) },
        problem: if is_failed { "error-imports-failed".into() } else { String::new() },
        can_undo: matches!(state, "done" | "failed"),
    }
}

fn mistakes(w: Words) -> Vec<WrongRow> {
    let row = |number, column: String, cell: &str, problem: &str| WrongRow {
        number,
        column,
        cell: cell.to_owned(),
        problem: problem.to_owned(),
    };
    vec![
        row(17, w.of("Email", "אימייל"), "noa(at)example.com", "error-email-invalid"),
        row(105, w.of("Phone", "טלפון"), "9.7252E+11", "error-imports-power"),
        row(230, w.of("Worth", "שווי"), "€90", "error-imports-currencies"),
        row(1_233, w.of("Full name", "שם מלא"), "", "error-imports-nameless"),
    ]
}

fn targets(w: Words, current: &str) -> Vec<Choice> {
    [
        ("", "Leave out", "לא לייבא"),
        ("name", "Name", "שם"),
        ("phone", "Phone", "טלפון"),
        ("email", "Email", "אימייל"),
        ("tags", "Tags", "תגיות"),
    ]
    .iter()
    .map(|(value, en, he)| Choice::new(*value, w.of(en, he), current))
    .collect()
}

fn look(w: Words) -> LookPage {
    let words = |pairs: &[(&str, &str, &str)]| -> Vec<Choice> {
        let choice =
            |(value, en, he): &(&str, &str, &str)| Choice::new(*value, w.of(en, he), pairs[0].0);
        pairs.iter().map(choice).collect()
    };
    LookPage {
        href: "/imports/1".into(),
        name: w.of("customers 2026.csv", "לקוחות 2026.csv"),
        rows: 2_400,
        is_text: true,
        is_cards: false,
        encodings: words(&[
            ("windows-1255", "Hebrew (Windows-1255)", "עברית (Windows-1255)"),
            ("UTF-8", "Unicode (UTF-8)", "יוניקוד (UTF-8)"),
        ]),
        separators: words(&[(",", "A comma", "פסיק"), (";", "A semicolon", "נקודה־פסיק")]),
        sheets: vec![],
        head: true,
        undated: true,
        columns: columns(w),
        dates: words(&[
            ("day-first", "Day, month, year", "יום, חודש, שנה"),
            ("month-first", "Month, day, year", "חודש, יום, שנה"),
        ]),
        decimals: words(&[
            ("point", "With a point: 1,500.50", "עם נקודה: 1,500.50"),
            ("comma", "With a comma: 1.500,50", "עם פסיק: 1.500,50"),
        ]),
        doubles: words(&[
            ("skip", "Leave them as they are", "להשאיר כמו שהוא"),
            ("update", "Update them with what the file says", "לעדכן לפי הקובץ"),
            ("add", "Add them once more", "להוסיף פעם נוספת"),
        ]),
        tag: String::new(),
        source: w.of("Old program", "תוכנה ישנה"),
        shown: shown(w),
        mistakes: mistakes(w),
        checked: 2_400,
        is_part: false,
        wrong: 3,
        doubles_found: 45,
        doubles_shown: shown(w).into_iter().filter(|row| !row.double.is_empty()).collect(),
        twice: 2,
        errors: Errors::new(),
    }
}

/// The columns of the file.
fn columns(w: Words) -> Vec<ColumnRow> {
    let column = |at: usize, name: String, samples: &[&str], to: &str| ColumnRow {
        field: format!("column-{at}"),
        name,
        samples: samples.iter().map(|it| (*it).to_owned()).collect(),
        choices: targets(w, to),
        error: String::new(),
        place: at,
        of: to.to_owned(),
        words: vec![],
        more: 0,
        refuses: true,
    };
    let unknown = |word: String, rows| WordRow { word, rows, choices: meant(w) };
    vec![
        column(0, w.of("Full name", "שם מלא"), &["Noa Levi", "תמר שלום", "Amit Peretz"], "name"),
        column(1, w.of("Mobile", "נייד"), &["052-345-6789", "+972 54 222 0199"], "phone"),
        column(2, w.of("E-mail", "דוא״ל"), &["noa@example.com"], "email"),
        column(3, w.of("Column 4", "עמודה 4"), &[], ""),
        ColumnRow {
            words: vec![
                unknown(w.of("Warm", "חם"), 1_240),
                unknown(w.of("Called twice, left a message", "התקשרנו פעמיים והשארנו הודעה"), 1),
                unknown("<script>alert(1)</script>".into(), 1),
            ],
            ..column(4, w.of("Lead status", "סטטוס ליד"), &["Warm", "חם"], "stage")
        },
        ColumnRow {
            words: vec![unknown(w.of("Fair 2024", "יריד 2024"), 80)],
            more: 12,
            refuses: false,
            ..column(5, w.of("Labels", "תוויות"), &["Fair 2024"], "tags")
        },
    ]
}

/// What a word can mean.
fn meant(w: Words) -> Vec<Choice> {
    let choice = |value: &str, en, he| Choice::new(value, w.of(en, he), "tag");
    vec![
        choice("", "Don’t take these rows in", "לא להכניס את השורות האלה"),
        choice("1", "Sales: New", "מכירות: חדשים"),
        choice("tag", "Make it a tag", "להפוך לתגית"),
        choice("leave", "Leave the word out", "להתעלם מהמילה"),
    ]
}

fn shown(w: Words) -> Vec<ShownRow> {
    let row = |number, name: String| ShownRow {
        number,
        name,
        company: String::new(),
        contacts: vec!["052-345-6789".into(), "noa@example.com".into()],
        more: vec![],
        tags: vec![],
        double: String::new(),
        double_href: String::new(),
        double_by: "",
        twice: false,
    };
    vec![
        ShownRow {
            company: w.of("Café Noir", "קפה נואר"),
            more: vec![w.of("In touch", "בקשר"), "1,800.00 ILS".into()],
            tags: vec![w.of("wedding", "חתונה")],
            ..row(2, w.of("Noa Levi", "נועה לוי"))
        },
        ShownRow {
            double: w.of("Amit Peretz", "עמית פרץ"),
            double_href: "/people/1".into(),
            double_by: "phone",
            ..row(3, w.of("A. Peretz", "ע. פרץ"))
        },
        ShownRow { contacts: vec![], ..row(4, "<script>alert(1)</script>".into()) },
        ShownRow { twice: true, ..row(5, w.of("Noa Levi", "נועה לוי")) },
    ]
}
