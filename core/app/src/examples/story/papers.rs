//! Files about people, as members added them: what they are called and what stands in them.

use super::{Paper, Said};

/// All files.
pub(crate) static PAPERS: [Paper; 2] = [
    Paper {
        person: 2,
        hours: 75,
        name: Said("Measures of the hall", "מידות הפרוזדור"),
        lines: &[
            Said("Measures of the hall", "מידות הפרוזדור"),
            Said("Width of the wall: 310 cm", "רוחב הקיר: 310 ס״מ"),
            Said("Height: 262 cm", "גובה: 262 ס״מ"),
            Said("Distance to the door: 84 cm", "מרחק מהדלת: 84 ס״מ"),
        ],
    },
    Paper {
        person: 3,
        hours: 200,
        name: Said("Agreed offer", "הצעה מוסכמת"),
        lines: &[
            Said("Agreed offer", "הצעה מוסכמת"),
            Said("Shelves along two walls, in oak", "מדפים לאורך שני קירות, עץ אלון"),
            Said("A third on ordering, the rest when it stands", "שליש בהזמנה והיתר אחרי ההתקנה"),
        ],
    },
];
