//! Who comes along, in the order that the rest of the story names them by.

use super::{NOBODY, Said, Somebody};

const WEBSITE: Said = Said("Website", "אתר");
const FRIEND: Said = Said("Recommendation", "המלצה");
const SOCIAL: Said = Said("Social media", "רשתות חברתיות");
const FAIR: Said = Said("Fair", "תערוכה");

const KITCHEN: Said = Said("Kitchen", "מטבח");
const OFFICE: Said = Said("Office", "משרד");
const RETURNING: Said = Said("Returning", "לקוחות חוזרים");
const ARCHITECT: Said = Said("Architect", "אדריכלים");

const ON_THE_FORM: Said = Said("Ticked on the contact form", "סומן בטופס יצירת הקשר");
const ON_THE_PHONE: Said = Said("Said so on the phone", "בשיחת טלפון");

/// Everybody.
pub(crate) static PEOPLE: [Somebody; 14] = [
    Somebody {
        name: Said("Maya Goren", "מאיה גורן"),
        email: "maya@example.com",
        address: Said("14 Garden Street", "רחוב הגנים 14"),
        source: WEBSITE,
        link: Some(["cpc", "kitchens", "https://example.com/kitchens"]),
        tags: &[KITCHEN],
        consent: ON_THE_FORM,
        value: 8_500,
        days_ago: 2,
        steps: &[(3, 1)],
        notes: &[(
            3,
            Said(
                "Kitchen and hall. Wants it before the holidays.",
                "מטבח ומסדרון. חשוב לה לסיים לפני החגים.",
            ),
        )],
        follow_up: Some(0),
        ..NOBODY
    },
    Somebody {
        name: Said("Tom Becker", "תום בקר"),
        company: Said("Becker & Sons", "בקר ובניו"),
        email: "tom@example.com",
        works: true,
        source: FRIEND,
        tags: &[OFFICE],
        value: 24_000,
        days_ago: 9,
        steps: &[(20, 1), (96, 2)],
        notes: &[(20, Said("Office for six people, two floors.", "משרד לשישה אנשים, שתי קומות."))],
        follow_up: Some(2),
        ..NOBODY
    },
    Somebody {
        name: Said("Noa Levi", "נועה לוי"),
        email: "noa@example.com",
        address: Said("3 Orchard Lane", "שביל הפרדס 3"),
        source: SOCIAL,
        link: Some(["social", "autumn", "https://example.com/living-rooms"]),
        consent: ON_THE_FORM,
        value: 12_500,
        days_ago: 16,
        steps: &[(1, 1), (150, 2)],
        notes: &[
            (1, Said("Likes to be called in the evening.", "נוח לה לדבר בערב.")),
            (
                290,
                Said(
                    "Asked for a second offer with lighter wood.",
                    "ביקשה הצעה נוספת עם עץ בהיר יותר.",
                ),
            ),
        ],
        follow_up: Some(-1),
        ..NOBODY
    },
    Somebody {
        name: Said("Daniel Weiss", "דניאל וייס"),
        company: Said("Weiss Consulting", "וייס ייעוץ"),
        email: "daniel@example.com",
        works: true,
        address: Said("80 Station Road, third floor", "דרך הרכבת 80, קומה שלישית"),
        source: WEBSITE,
        link: Some(["organic", "", "https://example.com/offices"]),
        tags: &[OFFICE],
        value: 18_000,
        days_ago: 34,
        steps: &[(2, 1), (74, 2), (190, 3)],
        notes: &[(190, Said("Signed. Delivery in three weeks.", "נחתם. אספקה בעוד שלושה שבועות."))],
        ..NOBODY
    },
    Somebody {
        name: Said("Sarah Klein", "שרה קליין"),
        email: "sarah@example.com",
        source: FRIEND,
        consent: ON_THE_PHONE,
        value: 4_200,
        days_ago: 61,
        steps: &[(30, 1), (120, 2), (200, 3)],
        notes: &[(700, Said("Very happy with the shelves.", "מרוצה מאוד מהמדפים."))],
        ..NOBODY
    },
    Somebody {
        name: Said("Eli Katz", "אלי כץ"),
        email: "eli@example.com",
        source: FAIR,
        value: 9_000,
        days_ago: 48,
        steps: &[(90, 1), (240, 4)],
        notes: &[(240, Said("Moving in spring, will call then.", "עובר דירה באביב, יתקשר אז."))],
        follow_up: Some(60),
        ..NOBODY
    },
    Somebody {
        name: Said("Amir Cohen", "אמיר כהן"),
        company: Said("Cohen Dental", "כהן רפואת שיניים"),
        email: "amir@example.com",
        works: true,
        source: WEBSITE,
        link: Some(["organic", "", "https://example.com/offices"]),
        tags: &[OFFICE],
        value: 15_000,
        days_ago: 5,
        steps: &[(5, 1)],
        notes: &[(5, Said("Waiting room and reception.", "חדר המתנה ודלפק קבלה."))],
        follow_up: Some(1),
        ..NOBODY
    },
    Somebody {
        name: Said("Ruth Adler", "רותי אדלר"),
        email: "ruth@example.com",
        source: SOCIAL,
        link: Some(["social", "autumn", "https://example.com/living-rooms"]),
        days_ago: 1,
        ..NOBODY
    },
    Somebody {
        name: Said("Yael Shapiro", "יעל שפירא"),
        company: Said("Cafe Shapiro", "קפה שפירא"),
        email: "yael@example.com",
        address: Said("2 Market Square", "כיכר השוק 2"),
        source: FRIEND,
        value: 7_800,
        days_ago: 88,
        steps: &[(1, 1), (100, 2), (170, 3)],
        notes: &[(1, Said("Tables for the terrace, twelve.", "שנים־עשר שולחנות למרפסת."))],
        ..NOBODY
    },
    Somebody {
        name: Said("Michal Dahan", "מיכל דהן"),
        email: "michal@example.com",
        source: FRIEND,
        tags: &[KITCHEN, RETURNING],
        consent: ON_THE_PHONE,
        value: 6_400,
        days_ago: 75,
        steps: &[(4, 1), (50, 3)],
        notes: &[(4, Said("Has been here before.", "כבר קנתה אצלנו בעבר."))],
        ..NOBODY
    },
    Somebody {
        name: Said("Yoav Peretz", "יואב פרץ"),
        email: "yoav@example.com",
        source: WEBSITE,
        link: Some(["cpc", "kitchens", "https://example.com/kitchens"]),
        tags: &[KITCHEN],
        value: 11_000,
        days_ago: 12,
        steps: &[(6, 1)],
        notes: &[(6, Said("A flat of three rooms.", "דירת שלושה חדרים."))],
        follow_up: Some(3),
        ..NOBODY
    },
    Somebody {
        name: Said("Shira Mizrahi", "שירה מזרחי"),
        company: Said("Mizrahi Architects", "מזרחי אדריכלים"),
        email: "shira@example.com",
        works: true,
        source: FAIR,
        tags: &[ARCHITECT],
        value: 32_000,
        days_ago: 41,
        steps: &[(10, 1), (300, 2)],
        notes: &[(
            10,
            Said("Two flats in one house, by summer.", "שתי דירות באותו בניין, עד הקיץ."),
        )],
        follow_up: Some(5),
        ..NOBODY
    },
    Somebody {
        name: Said("Lior Azulay", "ליאור אזולאי"),
        email: "lior@example.com",
        source: WEBSITE,
        link: Some(["cpc", "kitchens", "https://example.com/kitchens"]),
        consent: ON_THE_FORM,
        ..NOBODY
    },
    // Noa once more, who wrote from the site under another spelling.
    Somebody {
        name: Said("Noa Levy", "נעה לוי"),
        email: "noa@example.com",
        shares: Some(2),
        source: WEBSITE,
        days_ago: 1,
        ..NOBODY
    },
];
