//! What was and is to come: meetings with people, by their places in the list, and what is to be done. No
//! two meetings of two days in a row share an hour, since one may move to the day after.

use super::{Errand, Meeting, Round, Said};

const SHOWROOM: Said = Said("Showroom", "אולם התצוגה");
const HER_HOME: Said = Said("Their home", "אצל הלקוחה");
const HIS_HOME: Said = Said("Their home", "אצל הלקוח");
const OFFICE: Said = Said("Their office", "במשרד הלקוח");
const CALL: Said = Said("Video call", "שיחת וידאו");
const CAFE: Said = Said("Cafe Shapiro", "קפה שפירא");

/// All meetings.
pub(crate) static MEETINGS: [Meeting; 18] = [
    meeting(8, (-84, 12, 60), Said("First visit", "ביקור ראשון"), CAFE),
    meeting(9, (-70, 9, 60), Said("Fitting", "התקנה"), HER_HOME),
    meeting(4, (-57, 16, 60), Said("Choosing shelves", "בחירת מדפים"), SHOWROOM),
    called_off(meeting(5, (-44, 11, 30), Said("First visit", "ביקור ראשון"), HIS_HOME)),
    online(meeting(11, (-38, 15, 60), Said("Getting acquainted", "פגישת היכרות"), CALL)),
    meeting(3, (-31, 10, 90), Said("Measuring on site", "מדידות במקום"), OFFICE),
    meeting(2, (-13, 14, 60), Said("Looking at samples", "צפייה בדוגמאות"), SHOWROOM),
    meeting(1, (-7, 12, 60), Said("First visit", "ביקור ראשון"), OFFICE),
    online(meeting(6, (-3, 9, 45), Said("Getting acquainted", "פגישת היכרות"), CALL)),
    meeting(3, (-2, 13, 45), Said("Handing over", "מסירה"), OFFICE),
    meeting(0, (0, 10, 60), Said("Kitchen plans", "תוכניות המטבח"), HER_HOME),
    online(meeting(2, (0, 15, 30), Said("Offer, second round", "הצעת מחיר, סבב שני"), CALL)),
    meeting(2, (1, 11, 60), Said("Choosing wood", "בחירת עץ"), SHOWROOM),
    meeting(1, (3, 9, 90), Said("Measuring on site", "מדידות במקום"), OFFICE),
    meeting(10, (4, 17, 45), Said("First visit", "ביקור ראשון"), HIS_HOME),
    meeting(11, (6, 13, 60), Said("Planning the second flat", "תכנון הדירה השנייה"), SHOWROOM),
    meeting(8, (6, 16, 60), Said("Plans for the terrace", "תכנון המרפסת"), CAFE),
    online(meeting(6, (9, 10, 30), Said("Offer walk-through", "מעבר על ההצעה"), CALL)),
];

/// One that comes again each week; never today.
pub(crate) static ROUND: Round = Round {
    meeting: meeting(
        11,
        (-18, 8, 45),
        Said("Round of the building site", "סיור באתר הבנייה"),
        Said("Building site", "אתר הבנייה"),
    ),
    times: 8,
};

/// All that is to be done. Two of them by today.
pub(crate) static ERRANDS: [Errand; 7] = [
    Errand {
        time: "16:30",
        lead: "30m",
        ..errand(Some(0), 0, Said("Call Maya back about the kitchen", "לחזור למאיה בעניין המטבח"))
    },
    errand(
        Some(2),
        -1,
        Said("Send Noa the offer with lighter wood", "לשלוח לנועה הצעה עם עץ בהיר יותר"),
    ),
    Errand {
        is_weekly: true,
        ..errand(
            None,
            1,
            Said("Water the plants in the showroom", "להשקות את העציצים באולם התצוגה"),
        )
    },
    errand(
        Some(10),
        2,
        Said("Ask the supplier for prices of handles", "לבדוק אצל הספק מחירים של ידיות"),
    ),
    errand(Some(6), 3, Said("Order samples of fabric", "להזמין דוגמאות בד")),
    Errand {
        time: "10:00",
        lead: "1d",
        ..errand(Some(11), 5, Said("Prepare drawings of both flats", "להכין שרטוטים לשתי הדירות"))
    },
    Errand { is_done: true, ..errand(None, -4, Said("Pay the carpenter", "לשלם לנגר")) },
];

const fn meeting(
    person: usize,
    (day, hour, minutes): (i64, i8, i64),
    title: Said,
    place: Said,
) -> Meeting {
    Meeting { person, day, hour, minutes, title, place, online: false, is_off: false }
}

const fn online(of: Meeting) -> Meeting {
    Meeting { online: true, ..of }
}

const fn called_off(of: Meeting) -> Meeting {
    Meeting { is_off: true, ..of }
}

const fn errand(person: Option<usize>, day: i64, title: Said) -> Errand {
    Errand { title, person, day, time: "", lead: "", is_weekly: false, is_done: false }
}
