//! Who and what the examples are: a small studio that furnishes homes, in the reader's language. Numbers
//! and addresses are of the ranges that are nobody's.

use domain::{Locale, Zone};

/// One of the people.
pub(super) struct Somebody {
    pub name: &'static str,
    pub company: &'static str,
    pub email: &'static str,
    pub source: &'static str,
    /// The place of their stage in the first pipeline.
    pub stage: usize,
    /// What they may be worth, in whole units of the currency.
    pub value: i64,
    /// How many days ago they came, and how many hours later somebody turned to them.
    pub days_ago: i64,
    pub step_hours: Option<i64>,
    /// In how many days to get back to them.
    pub follow_up: Option<i64>,
    /// A note on their page.
    pub note: &'static str,
}

/// A meeting with the person at this place of the list.
pub(super) struct Meeting {
    pub person: usize,
    /// Days from today, hour and length in minutes.
    pub day: i64,
    pub hour: i8,
    pub minutes: i64,
    pub title: &'static str,
    pub place: &'static str,
}

/// Something to do, about the person at this place of the list.
pub(super) struct Errand {
    pub title: &'static str,
    pub person: Option<usize>,
    /// Days from today; None is without a day.
    pub day: Option<i64>,
    pub weekly: bool,
    pub done: bool,
}

/// All of it.
pub(super) struct Shop {
    pub people: [Somebody; 9],
    pub meetings: [Meeting; 6],
    pub errands: [Errand; 5],
}

/// Name, company, address, source, note.
type Words = [&'static str; 5];

const EN: [Words; 9] = [
    [
        "Maya Goren",
        "",
        "maya@example.com",
        "Website",
        "Kitchen and hall. Wants it before the holidays.",
    ],
    [
        "Tom Becker",
        "Becker & Sons",
        "tom@example.com",
        "Recommendation",
        "Office for six people, two floors.",
    ],
    [
        "Noa Levi",
        "",
        "noa@example.com",
        "Social media",
        "Asked for a second offer with lighter wood.",
    ],
    [
        "Daniel Weiss",
        "Weiss Consulting",
        "daniel@example.com",
        "Website",
        "Signed. Delivery in three weeks.",
    ],
    ["Sarah Klein", "", "sarah@example.com", "Recommendation", "Very happy with the shelves."],
    ["Eli Katz", "", "eli@example.com", "Fair", "Moving in spring, will call then."],
    ["Amir Cohen", "Cohen Dental", "amir@example.com", "Website", "Waiting room and reception."],
    ["Ruth Adler", "", "ruth@example.com", "Social media", ""],
    [
        "Yael Shapiro",
        "Cafe Shapiro",
        "yael@example.com",
        "Recommendation",
        "Tables for the terrace, twelve.",
    ],
];

const HE: [Words; 9] = [
    ["מאיה גורן", "", "maya@example.com", "אתר", "מטבח ומסדרון. חשוב לה לסיים לפני החגים."],
    ["תום בקר", "בקר ובניו", "tom@example.com", "המלצה", "משרד לשישה אנשים, שתי קומות."],
    ["נועה לוי", "", "noa@example.com", "רשתות חברתיות", "ביקשה הצעה נוספת עם עץ בהיר יותר."],
    ["דניאל וייס", "וייס ייעוץ", "daniel@example.com", "אתר", "נחתם. אספקה בעוד שלושה שבועות."],
    ["שרה קליין", "", "sarah@example.com", "המלצה", "מרוצה מאוד מהמדפים."],
    ["אלי כץ", "", "eli@example.com", "תערוכה", "עובר דירה באביב, יתקשר אז."],
    ["אמיר כהן", "כהן רפואת שיניים", "amir@example.com", "אתר", "חדר המתנה ודלפק קבלה."],
    ["רותי אדלר", "", "ruth@example.com", "רשתות חברתיות", ""],
    ["יעל שפירא", "קפה שפירא", "yael@example.com", "המלצה", "שנים־עשר שולחנות למרפסת."],
];

/// Stage, value, days ago, hours to the first step, days to the follow-up.
type Facts = (usize, i64, i64, Option<i64>, Option<i64>);

const FACTS: [Facts; 9] = [
    (1, 8_500, 2, Some(3), Some(0)),
    (2, 24_000, 9, Some(20), Some(2)),
    (2, 12_500, 16, Some(1), Some(-1)),
    (3, 18_000, 34, Some(2), None),
    (3, 4_200, 61, Some(30), None),
    (4, 9_000, 48, Some(90), Some(60)),
    (1, 15_000, 5, Some(5), Some(1)),
    (0, 0, 1, None, None),
    (3, 7_800, 88, Some(1), None),
];

/// Title and place of each meeting; the texts of the errands.
type Plans = ([[&'static str; 2]; 6], [&'static str; 5]);

const EN_PLANS: Plans = (
    [
        ["First visit", "Their home"],
        ["Offer, second round", "Video call"],
        ["Choosing wood", "Showroom"],
        ["Measuring on site", "Their office"],
        ["Handing over", "Their office"],
        ["Plans for the terrace", "Cafe Shapiro"],
    ],
    [
        "Call Maya back about the kitchen",
        "Send Noa the offer with lighter wood",
        "Order samples of fabric",
        "Water the plants in the showroom",
        "Pay the carpenter",
    ],
);

const HE_PLANS: Plans = (
    [
        ["ביקור ראשון", "אצל הלקוחה"],
        ["הצעת מחיר, סבב שני", "שיחת וידאו"],
        ["בחירת עץ", "אולם התצוגה"],
        ["מדידות במקום", "במשרד הלקוח"],
        ["מסירה", "במשרד הלקוח"],
        ["תכנון המרפסת", "קפה שפירא"],
    ],
    [
        "לחזור למאיה בעניין המטבח",
        "לשלוח לנועה הצעה עם עץ בהיר יותר",
        "להזמין דוגמאות בד",
        "להשקות את העציצים באולם התצוגה",
        "לשלם לנגר",
    ],
);

/// Person, day, hour, minutes.
const MEETINGS: [(usize, i64, i8, i64); 6] = [
    (0, 0, 10, 60),
    (2, 0, 15, 30),
    (2, 1, 11, 60),
    (1, 3, 9, 90),
    (3, -2, 13, 45),
    (8, 6, 16, 60),
];

/// Person, day, weekly, done.
const ERRANDS: [(Option<usize>, Option<i64>, bool, bool); 5] = [
    (Some(0), Some(0), false, false),
    (Some(2), Some(-1), false, false),
    (None, Some(3), false, false),
    (None, Some(1), true, false),
    (None, Some(-4), false, true),
];

/// The examples in a language.
pub(super) fn shop(locale: Locale) -> Shop {
    let is_hebrew = locale.tag() == "he";
    let words = if is_hebrew { &HE } else { &EN };
    let (meetings, errands) = if is_hebrew { &HE_PLANS } else { &EN_PLANS };
    Shop {
        people: std::array::from_fn(|at| {
            let [name, company, email, source, note] = words[at];
            let (stage, value, days_ago, step_hours, follow_up) = FACTS[at];
            Somebody {
                name,
                company,
                email,
                source,
                stage,
                value,
                days_ago,
                step_hours,
                follow_up,
                note,
            }
        }),
        meetings: std::array::from_fn(|at| {
            let ([title, place], (person, day, hour, minutes)) = (meetings[at], MEETINGS[at]);
            Meeting { person, day, hour, minutes, title, place }
        }),
        errands: std::array::from_fn(|at| {
            let (person, day, weekly, done) = ERRANDS[at];
            Errand { title: errands[at], person, day, weekly, done }
        }),
    }
}

/// A number of the one at this place, from a range that is kept for stories.
pub(super) fn phone(zone: &Zone, at: usize) -> String {
    match zone.name() {
        "Asia/Jerusalem" => format!("050-555-01{:02}", 20 + at),
        _ => format!("+1 202 555 01{:02}", 20 + at),
    }
}
