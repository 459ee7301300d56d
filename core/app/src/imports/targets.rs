//! What a column of a file can be, and how that is guessed: from what its head says in English or Hebrew,
//! or from what stands below it.

use std::collections::{BTreeMap, BTreeSet};

use store::own_fields::{OwnField, text_key};

use super::dates::looks_like_date;
use super::known::Known;
use super::plan::Column;
use super::sheet::Sheet;
use crate::tags::TAG_CHARS_MAX;

words! {
    /// What a column is.
    pub enum Target {
        /// Nothing that is kept.
        Nothing = "",
        /// The whole name.
        Name = "name",
        /// The first name.
        FirstName = "first-name",
        /// The last name.
        LastName = "last-name",
        /// The company they speak for.
        Company = "company",
        /// Whether it is a person or a company.
        Kind = "kind",
        /// A phone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// Where post goes, or a part of it.
        Address = "address",
        /// Where they stand.
        Stage = "stage",
        /// Who looks after them.
        Owner = "owner",
        /// Where they came from.
        Source = "source",
        /// Tags.
        Tags = "tags",
        /// What they may be worth.
        Value = "value",
        /// The currency of that.
        Currency = "currency",
        /// The day to get back to them.
        FollowUp = "follow-up",
        /// Whether they want to be written to.
        Consent = "consent",
        /// The day they said so.
        ConsentOn = "consent-on",
        /// The day they were added.
        AddedOn = "added-on",
        /// The day they became a customer.
        CustomerSince = "customer-since",
        /// By what they came first.
        Medium = "medium",
        /// By which campaign.
        Campaign = "campaign",
        /// What they had looked for.
        Term = "term",
        /// Which of several links they took.
        Content = "content",
        /// The page they came to.
        Landing = "landing",
        /// The page they came from.
        Referrer = "referrer",
        /// Notes.
        Notes = "notes",
    }
}

impl Target {
    /// Whether several columns can be this.
    pub const fn is_many(self) -> bool {
        use Target::{Address, Email, Notes, Nothing, Phone, Tags};
        matches!(self, Nothing | Phone | Email | Address | Notes | Tags)
    }

    /// Whether it is a day.
    pub(super) const fn is_day(self) -> bool {
        matches!(self, Self::FollowUp) || self.is_past_day()
    }

    /// Whether it is a day that was.
    const fn is_past_day(self) -> bool {
        matches!(self, Self::ConsentOn | Self::AddedOn | Self::CustomerSince)
    }
}

/// What heads say for each, in small letters and without marks.
#[rustfmt::skip]
const HEADS: &[(Target, &[&str])] = &[
    (Target::Name, &[
        "name", "full name", "contact", "contact name", "customer", "customer name", "client", "client name",
        "display name", "lead", "lead name", "person", "file as",
        "שם", "שם מלא", "שם הלקוח", "שם לקוח", "לקוח", "איש קשר", "שם איש קשר", "שם ומשפחה", "שם הליד",
    ]),
    (Target::FirstName, &["first name", "given name", "forename", "first", "שם פרטי", "פרטי"]),
    (Target::LastName, &[
        "last name", "family name", "surname", "last", "שם משפחה", "משפחה", "שם המשפחה",
    ]),
    (Target::Company, &[
        "company", "company name", "organization", "organisation", "organization name", "business",
        "business name", "account", "account name", "employer",
        "חברה", "שם חברה", "שם החברה", "עסק", "שם העסק", "ארגון", "מקום עבודה",
    ]),
    (Target::Kind, &["kind", "type", "person or company", "customer type", "contact type", "סוג", "סוג לקוח", "אדם או חברה"]),
    (Target::Phone, &[
        "phone", "phone number", "phones", "telephone", "tel", "mobile", "mobile phone", "mobile number",
        "cell", "cell phone", "cellphone", "work phone", "home phone", "business phone",
        "phone 1", "phone 2", "phone 3", "primary phone", "other phone", "company main phone",
        "phone 1 value", "phone 2 value", "phone 3 value", "home phone 2", "business phone 2",
        "טלפון", "טל", "טלפון נייד", "נייד", "פלאפון", "סלולרי", "טלפון סלולרי", "מספר טלפון", "מס טלפון",
        "טלפון 1", "טלפון 2", "טלפון בבית", "טלפון בעבודה", "טלפון נוסף",
    ]),
    (Target::Email, &[
        "email", "e mail", "email address", "e mail address", "mail", "emails", "primary email",
        "email 1", "email 2", "work email", "home email", "e mail 2 address", "e mail 3 address",
        "e mail 1 value", "e mail 2 value", "email 1 value", "email 2 value",
        "אימייל בעבודה", "אימייל בבית",
        "אימייל", "דואל", "דוא ל", "מייל", "כתובת מייל", "כתובת אימייל", "דואר אלקטרוני", "כתובת דואל",
    ]),
    (Target::Address, &[
        "address", "street", "street address", "home address", "mailing address", "postal address",
        "billing address", "address 1 formatted", "home street", "business street", "business address",
        "כתובת", "כתובת מגורים", "רחוב", "כתובת למשלוח", "כתובת מלאה",
    ]),
    (Target::Stage, &[
        "stage", "status", "lead status", "lifecycle stage", "pipeline stage", "deal stage",
        "שלב", "סטטוס", "מצב", "סטטוס ליד", "סטטוס לקוח",
    ]),
    (Target::Owner, &[
        "owner", "assigned to", "assignee", "account owner", "contact owner", "lead owner", "sales rep",
        "salesperson", "responsible", "looked after by",
        "אחראי", "בטיפול", "בטיפול של", "מטפל", "איש מכירות", "סוכן", "נציג", "נציג מטפל",
    ]),
    (Target::Source, &[
        "source", "lead source", "original source", "how did you hear about us", "referral source",
        "utm source", "מקור", "מקור הגעה", "מקור הליד", "איך הגיע", "איך הגעת אלינו", "מקור ליד",
    ]),
    (Target::Tags, &[
        "tags", "tag", "labels", "label", "groups", "group", "categories", "category", "group membership",
        "תגיות", "תגית", "תוויות", "תווית", "קטגוריה", "קבוצה", "קבוצות",
    ]),
    (Target::Value, &[
        "value", "deal value", "amount", "deal amount", "estimated value", "worth", "budget",
        "סכום", "ערך", "שווי", "שווי עסקה", "סכום עסקה", "תקציב",
    ]),
    (Target::Currency, &[
        "currency", "currency code", "deal currency", "currency of value", "deal currency of value", "value currency",
        "מטבע", "קוד מטבע", "סוג מטבע", "מטבע העסקה",
    ]),
    (Target::FollowUp, &[
        "follow up", "follow up date", "next follow up", "followup", "next contact", "next action date", "get back on",
        "מעקב", "תאריך מעקב", "לחזור ב", "מתי לחזור", "לחזור אליו", "חזרה ללקוח", "תאריך חזרה",
    ]),
    (Target::Consent, &[
        "consent", "marketing consent", "opt in", "opted in", "email opt in", "newsletter", "subscribed",
        "accepts marketing", "agreed to be written to", "email marketing status",
        "הסכמה", "אישור דיוור", "הסכמה לדיוור", "דיוור", "מאשר דיוור", "אישור שיווק",
    ]),
    (Target::ConsentOn, &[
        "consent date", "consent on", "consented on", "date of consent", "opt in date", "opted in on", "optin time",
        "subscribed on", "תאריך ההסכמה לדיוור", "תאריך ההסכמה", "תאריך הסכמה", "תאריך אישור דיוור",
    ]),
    (Target::AddedOn, &[
        "added on", "added", "date added", "added date", "created on", "created at", "created", "date created",
        "created date", "create date", "creation date", "created time", "first seen",
        "נוסף בתאריך", "נוסף", "נוספה", "נוסף ב", "תאריך הוספה", "נוצר", "נוצר בתאריך", "תאריך יצירה", "תאריך פתיחה",
    ]),
    (Target::CustomerSince, &[
        "customer since", "client since", "became a customer", "became a customer on", "became a customer date",
        "became customer on", "won on", "won at", "date won",
        "לקוח מאז", "לקוחה מאז", "לקוח החל מ", "לקוח מתאריך", "הפך ללקוח", "תאריך הצטרפות",
    ]),
    (Target::Medium, &["utm medium", "medium", "lead medium", "אמצעי הגעה", "מדיום", "סוג ההפניה"]),
    (Target::Campaign, &[
        "utm campaign", "campaign", "campaign name", "lead campaign", "קמפיין", "שם הקמפיין", "שם קמפיין",
    ]),
    (Target::Term, &[
        "utm term", "search term", "keyword", "keywords", "מילת חיפוש", "מילות חיפוש", "מילת מפתח",
    ]),
    (Target::Content, &["utm content", "ad content", "ad name", "תוכן המודעה", "שם המודעה"]),
    (Target::Landing, &[
        "landing page", "landing page url", "landing", "first page seen", "דף נחיתה", "דף הנחיתה", "עמוד נחיתה",
    ]),
    (Target::Referrer, &[
        "referrer", "referer", "referrer url", "referring site", "http referrer", "referring page",
        "דף מפנה", "הדף המפנה", "אתר מפנה", "האתר המפנה",
    ]),
    (Target::Notes, &[
        "notes", "note", "comments", "comment", "remarks", "description", "details", "message",
        "הערות", "הערה", "תיאור", "פרטים", "הודעה", "סיכום",
    ]),
];

/// Rows that are looked at for a guess.
const LOOKED_AT_ROWS: usize = 200;

/// A head in the form it is compared in: small letters, words apart by one space, no marks.
fn folded(head: &str) -> String {
    let mut out = String::new();
    for letter in head.chars().take(80) {
        match letter {
            // What stands within words in Hebrew: דוא"ל, מס' טלפון.
            '"' | '\'' | '׳' | '״' | '\u{feff}' | '\u{200e}' | '\u{200f}' => {}
            _ if letter.is_alphanumeric() => out.extend(letter.to_lowercase()),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a head says its column is.
fn of_head(head: &str) -> Option<Target> {
    let folded = folded(head);
    let says = |(_, heads): &&(Target, &[&str])| heads.contains(&folded.as_str());
    HEADS.iter().find(says).map(|(target, _)| *target)
}

fn looks_like_email(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.'))
        && !cell.contains(char::is_whitespace)
}

fn looks_like_phone(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let plain =
        |letter: char| letter.is_ascii_digit() || "+-() ./\u{a0}\u{200e}\u{200f}".contains(letter);
    (9..=15).contains(&digits) && cell.chars().all(plain) && !looks_like_date(cell)
}

/// Whether the first row says what the columns are.
pub(super) fn has_head(sheet: &Sheet) -> bool {
    let Some(first) = sheet.row(0) else { return false };
    if first.cells().any(|cell| of_head(cell).is_some()) {
        return true;
    }
    let is_data = |cell: &str| {
        looks_like_email(cell) || looks_like_phone(cell) || cell.chars().any(|c| c.is_ascii_digit())
    };
    let below = |row: super::sheet::Row<'_>| {
        row.cells().any(|cell| looks_like_email(cell) || looks_like_phone(cell))
    };
    sheet.len() > 1
        && first.cells().filter(|cell| !cell.is_empty()).all(|cell| !is_data(cell))
        && sheet.rows_from(1).take(LOOKED_AT_ROWS).any(below)
}

/// What the columns are, as far as they tell.
pub(super) fn guess(sheet: &Sheet, head: bool) -> Vec<Column> {
    let mut used = BTreeSet::new();
    let mut columns: Vec<Column> = (0..sheet.width())
        .map(|place| {
            let name = sheet.row(0).filter(|_| head).map_or("", |row| row.cell(place));
            let fits =
                |to: &Target| !to.is_past_day() || holds_days(sheet, usize::from(head), place);
            let to = of_head(name).filter(fits);
            let to = to.filter(|to| to.is_many() || used.insert(to.as_str()));
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let name = name.chars().take(60).collect();
            Column { name, to: to.unwrap_or(Target::Nothing), own: None, values: BTreeMap::new() }
        })
        .collect();
    for (place, column) in columns.iter_mut().enumerate() {
        if column.to == Target::Nothing {
            column.to = of_contents(sheet, usize::from(head), place);
        }
    }
    name_somebody(sheet, usize::from(head), &mut columns);
    columns
}

/// Makes those columns own fields that are called so and by nothing else; each field once.
pub(super) fn guess_own(columns: &mut [Column], own: &[OwnField]) {
    let mut used = BTreeSet::new();
    for column in
        columns.iter_mut().filter(|it| it.to != Target::Name && of_head(&it.name).is_none())
    {
        let head = text_key(&column.name);
        let called = |field: &&OwnField| !head.is_empty() && text_key(&field.name) == head;
        let field = own.iter().find(called).filter(|field| used.insert(field.id.clone()));
        if let Some(field) = field {
            (column.to, column.own) = (Target::Nothing, Some(field.id.clone()));
        }
    }
}

/// More different words than this below one head are remarks, and no stages.
const STAGES_MAX: usize = 30;

/// Makes of stages and members that the business mostly hasn't what they still tell: as what they are called,
/// each of their rows would be refused.
pub(super) fn doubt(columns: &mut [Column], sheet: &Sheet, first: usize, known: &Known) {
    for (place, column) in columns.iter_mut().enumerate() {
        if !matches!(column.to, Target::Stage | Target::Owner) {
            continue;
        }
        let cells = || {
            let rows = sheet.rows_from(first).take(LOOKED_AT_ROWS);
            rows.map(|row| row.cell(place)).filter(|cell| !cell.is_empty())
        };
        if cells().filter(|cell| known.has(column.to, cell)).count() * 2 >= cells().count() {
            continue;
        }
        let words: BTreeSet<&str> = cells().collect();
        let is_short = |word: &&str| word.chars().count() <= TAG_CHARS_MAX;
        column.to = match column.to {
            Target::Stage if words.len() <= STAGES_MAX && words.iter().all(is_short) => {
                Target::Tags
            }
            _ => Target::Notes,
        };
    }
}

/// Whether what stands below a head are days, as far as anything does: what programs note beside their
/// people is often worded, and nobody should have to leave it out by hand.
fn holds_days(sheet: &Sheet, first: usize, place: usize) -> bool {
    let cells = || {
        let rows = sheet.rows_from(first).take(LOOKED_AT_ROWS);
        rows.map(|row| row.cell(place)).filter(|cell| !cell.is_empty())
    };
    cells().filter(|cell| looks_like_date(cell)).count() * 5 >= cells().count() * 4
}

fn of_contents(sheet: &Sheet, first: usize, place: usize) -> Target {
    let cells = || {
        let rows = sheet.rows_from(first).take(LOOKED_AT_ROWS);
        rows.map(|row| row.cell(place)).filter(|cell| !cell.is_empty())
    };
    let all = cells().count();
    let most =
        |is: fn(&str) -> bool| all > 0 && cells().filter(|cell| is(cell)).count() * 5 >= all * 4;
    if most(looks_like_email) {
        Target::Email
    } else if most(looks_like_phone) {
        Target::Phone
    } else {
        Target::Nothing
    }
}

/// Where nothing is a name, the first column of words is: a list without one is rare.
fn name_somebody(sheet: &Sheet, first: usize, columns: &mut [Column]) {
    let named = |column: &Column| {
        matches!(column.to, Target::Name | Target::FirstName | Target::LastName | Target::Company)
    };
    if columns.iter().any(named) {
        return;
    }
    let of_words = |place: usize| {
        let cells = sheet.rows_from(first).take(LOOKED_AT_ROWS).map(|row| row.cell(place));
        let filled: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        let words = filled.iter().filter(|it| !it.chars().any(|c| c.is_ascii_digit() || c == '@'));
        !filled.is_empty() && words.count() * 5 >= filled.len() * 4
    };
    let found = (0..columns.len()).find(|at| columns[*at].to == Target::Nothing && of_words(*at));
    if let Some(at) = found {
        columns[at].to = Target::Name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Sheet {
        let mut sheet = Sheet::default();
        for (at, row) in rows.iter().enumerate() {
            sheet.push(at + 1, row.iter().copied()).unwrap();
        }
        sheet
    }

    fn guessed(rows: &[&[&str]]) -> Vec<&'static str> {
        let sheet = sheet(rows);
        let head = has_head(&sheet);
        guess(&sheet, head).iter().map(|column| column.to.as_str()).collect()
    }

    #[test]
    fn heads_are_known_in_both_languages() {
        assert_eq!(
            guessed(&[&["First Name", "Last Name", "E-mail Address", "Mobile Phone", "Shoe size"]]),
            ["first-name", "last-name", "email", "phone", ""]
        );
        assert_eq!(
            guessed(&[&["שם הלקוח", "דוא\"ל", "טל'", "סטטוס", "הערות", "תגיות", "נייד"]]),
            ["name", "email", "phone", "stage", "notes", "tags", "phone"]
        );
        assert_eq!(
            guessed(&[
                &["Name", "Customer since", "Created", "utm_medium", "utm_source", "Landing Page"],
                &["Dana", "2019-03-01", "Monday", "cpc", "search", "https://a.example"],
            ]),
            ["name", "customer-since", "", "medium", "source", "landing"]
        );
        assert_eq!(
            guessed(&[&["שם", "לקוח מאז", "נוסף בתאריך", "תאריך ההסכמה לדיוור", "קמפיין"]]),
            ["name", "customer-since", "added-on", "consent-on", "campaign"]
        );
        assert_eq!(
            guessed(&[
                &["Deal - Title", "Deal - Value", "Deal - Currency of Value"],
                &["Dana", "1", "USD"]
            ]),
            ["name", "value", "currency"]
        );
        assert_eq!(guessed(&[&["שם", "סכום", "מטבע"]]), ["name", "value", "currency"]);
        assert_eq!(
            guessed(&[&["Name", "Created"], &["Dana", "05-Jan-24"], &["Noa", "12 במרץ 2026"]]),
            ["name", "added-on"]
        );
        // The same word twice is one thing once.
        assert_eq!(guessed(&[&["Name", "Customer"], &["Dana", "x"]]), ["name", ""]);
    }

    #[test]
    fn a_list_without_a_head_is_known_by_what_it_holds() {
        let rows: &[&[&str]] = &[
            &["1", "Dana Cohen", "050-1234567", "dana@example.com"],
            &["2", "Noa Levi", "+972 52 765 4321", ""],
        ];
        assert!(!has_head(&sheet(rows)));
        assert_eq!(guessed(rows), ["", "name", "phone", "email"]);
        let rows: &[&[&str]] = &[&["Wer", "Nummer"], &["Dana", "050-1234567"]];
        assert!(has_head(&sheet(rows)));
        assert_eq!(guessed(rows), ["name", "phone"]);
    }

    #[test]
    fn every_head_is_written_as_it_is_compared() {
        let mut seen = BTreeSet::new();
        for (target, heads) in HEADS {
            for head in *heads {
                assert_eq!(*head, folded(head));
                assert!(seen.insert(*head), "{head} is {} and something else", target.as_str());
            }
        }
    }
}
