//! Samples of the calendar: a day, a week, a month, a list.

use super::{Gallery, Words};
use crate::views::Tab;
use crate::views::calendar::{CalendarPage, Day, Entry, GridFacts, Layer, MonthDay};

pub(super) fn draw(gallery: &mut Gallery<'_>, w: Words) {
    gallery.page("week", "/calendar", &week(w));
    let fresh = CalendarPage {
        has_calendar: false,
        calendars: vec![],
        makers: vec![
            layer("m1", w.of("Dana Ben Ami", "דנה בן עמי"), "lake"),
            layer("m2", w.of("Omer Levi", "עומר לוי"), "rose"),
        ],
        by_maker: true,
        now: Some("/calendar?view=week&date=2026-11-23".into()),
        ..week(w)
    };
    gallery.page("week-unconnected", "/calendar", &fresh);
    gallery.page("day", "/calendar", &day(w));
    gallery.page("month", "/calendar", &month(w));
    gallery.page("agenda", "/calendar", &agenda(w));
    super::calendar_imports::draw(gallery, w);
}

fn entry(w: Words, title: (&str, &str), time: &str, row: u16, rows: u16) -> Entry {
    Entry {
        id: format!("entry-{row}-{rows}"),
        href: Some("/appointments/1".into()),
        title: w.of(title.0, title.1),
        more: vec![],
        person: w.of("Noa Levi", "נועה לוי"),
        time: w.run(time),
        all_day: false,
        row,
        rows,
        lane: 1,
        lanes: 1,
        short: rows < 3,
        recurring: title.0.starts_with("Weekly"),
        online: false,
        past: false,
        problem: false,
        place: w.of("The shop", "החנות"),
        layer: "here".into(),
        maker: "m1".into(),
        colour: "",
    }
}

fn busy(w: Words, time: &str, row: u16, rows: u16) -> Entry {
    Entry {
        href: None,
        place: String::new(),
        layer: "c1".into(),
        colour: "blue",
        ..entry(w, ("", ""), time, row, rows)
    }
}

fn dentist(w: Words) -> Entry {
    Entry {
        title: w.of("Dentist", "רופא שיניים"),
        more: vec![w.of("12 Allenby", "אלנבי 12"), w.of("Bring the X-ray.", "להביא את הצילום.")],
        ..busy(w, "09:30–10:30", 7, 4)
    }
}

fn days(w: Words) -> Vec<Day> {
    let names = [
        ("Sun", "א׳"),
        ("Mon", "ב׳"),
        ("Tue", "ג׳"),
        ("Wed", "ד׳"),
        ("Thu", "ה׳"),
        ("Fri", "ו׳"),
        ("Sat", "ש׳"),
    ];
    let mut days: Vec<Day> = names
        .iter()
        .zip(22..)
        .map(|(name, number)| Day {
            date: format!("2026-11-{number}"),
            weekday: w.of(name.0, name.1),
            weekday_long: w.of("Monday", "יום שני"),
            number: number.to_string(),
            full: w.of(&format!("{number} November"), &format!("{number} בנובמבר")),
            is_today: number == 23,
            now_row: (number == 23).then_some(14),
            entries: vec![],
        })
        .collect();
    days[0].entries = vec![
        Entry { past: true, ..entry(w, ("Market", "שוק הפרחים"), "08:00–10:00", 1, 8) },
        busy(w, "14:00–15:00", 25, 4),
    ];
    days[1].entries = vec![
        Entry {
            past: true,
            ..entry(w, ("Bridal bouquet consultation", "ייעוץ לזר כלה"), "09:30–10:30", 7, 4)
        },
        Entry {
            lane: 1,
            lanes: 2,
            online: true,
            ..entry(w, ("Weekly flowers", "סידור שבועי"), "12:00–13:00", 17, 4)
        },
        Entry { lane: 2, lanes: 2, ..busy(w, "12:15–13:30", 18, 5) },
        entry(w, ("Bar mitzvah tables", "שולחנות לבר מצווה"), "15:00–16:00", 29, 4),
    ];
    days[2].entries = vec![
        entry(w, ("Delivery", "משלוח"), "09:00–09:15", 5, 1),
        dentist(w),
        Entry {
            problem: true, ..entry(w, ("Shop window", "חלון ראווה"), "11:00–12:30", 13, 6)
        },
    ];
    days[4].entries = vec![
        Entry { lane: 1, lanes: 3, ..entry(w, ("Wedding", "חתונה"), "16:00–18:30", 33, 10) },
        Entry { lane: 2, lanes: 3, ..entry(w, ("Fitting", "מדידה"), "16:00–17:00", 33, 4) },
        Entry { lane: 3, lanes: 3, ..busy(w, "16:30–17:30", 35, 4) },
    ];
    days[5].entries = vec![Entry { all_day: true, ..busy(w, "", 1, 44) }];
    days
}

fn layer(id: &str, name: String, colour: &'static str) -> Layer {
    Layer { id: id.into(), name, colour }
}

fn tabs(view: &str) -> Vec<Tab> {
    let tab = |(name, key): (&str, &'static str)| Tab {
        key,
        href: format!("/calendar?view={name}&date=2026-11-23"),
        count: None,
        current: name == view,
    };
    let all = [
        ("day", "calendar-day"),
        ("week", "calendar-week"),
        ("month", "calendar-month"),
        ("agenda", "calendar-agenda"),
    ];
    all.map(tab).to_vec()
}

fn page(w: Words, view: &'static str) -> CalendarPage {
    CalendarPage {
        view,
        tabs: tabs(view),
        title: w.of("22–28 November 2026", "\u{2066}22–28\u{2069} בנובמבר 2026"),
        previous: "/calendar?view=week&date=2026-11-16".into(),
        next: "/calendar?view=week&date=2026-11-30".into(),
        now: None,
        grid: GridFacts {
            date: "2026-11-23".into(),
            first_day: 0,
            weekdays: w.of("Sun|Mon|Tue|Wed|Thu|Fri|Sat", "א׳|ב׳|ג׳|ד׳|ה׳|ו׳|ש׳"),
            offset: "+02:00".into(),
            zone: "Asia/Jerusalem".into(),
            hour: 8,
        },
        days: vec![],
        hours: vec![],
        month: vec![],
        agenda: vec![],
        file: "/calendar/file?from=2026-11-22&to=2026-11-29".into(),
        first_day: "2026-11-22".into(),
        last_day: "2026-11-28".into(),
        calendars: vec![
            layer("here", String::new(), ""),
            layer("c1", w.of("Dana’s calendar", "היומן של דנה"), "blue"),
            layer("c2", w.of("Deliveries", "משלוחים"), "brick"),
        ],
        makers: vec![
            layer("m1", w.of("Dana Ben Ami", "דנה בן עמי"), ""),
            layer("m2", w.of("Omer Levi", "עומר לוי"), ""),
        ],
        by_maker: false,
        zone: "Asia/Jerusalem".into(),
        has_calendar: true,
        can_book: true,
        can_connect: true,
    }
}

fn week(w: Words) -> CalendarPage {
    let hours = (8..19).map(|hour| format!("{hour:02}:00")).collect();
    CalendarPage { days: days(w), hours, ..page(w, "week") }
}

fn day(w: Words) -> CalendarPage {
    let title = w.of("Tuesday, 24 November", "יום שלישי, 24 בנובמבר");
    let days = days(w).into_iter().skip(2).take(1).collect();
    CalendarPage { title, days, now: Some("/calendar?view=day&date=2026-11-23".into()), ..week(w) }
        .of("day")
}

impl CalendarPage {
    fn of(self, view: &'static str) -> Self {
        Self { view, tabs: tabs(view), ..self }
    }
}

fn month(w: Words) -> CalendarPage {
    let drawn = days(w);
    let of = |number: i32| MonthDay {
        href: format!("/calendar?view=day&date=2026-11-{number:02}"),
        number: if number > 30 { (number - 30).to_string() } else { number.to_string() },
        full: w.of(&format!("{number} November"), &format!("{number} בנובמבר")),
        weekday: drawn[usize::try_from(number - 1).unwrap() % 7].weekday.clone(),
        is_today: number == 23,
        is_other: number > 30,
        count: 0,
        rest: 0,
        entries: vec![],
    };
    let mut month: Vec<MonthDay> = (1..=35).map(of).collect();
    for (at, day) in (21..).zip(&drawn) {
        let cut =
            |entry: &Entry| Entry { time: entry.time.chars().take(5).collect(), ..entry.clone() };
        month[at].entries = day.entries.iter().take(3).map(cut).collect();
        month[at].count = day.entries.len();
        month[at].rest = day.entries.len().saturating_sub(3);
    }
    let title = w.of("November 2026", "נובמבר 2026");
    CalendarPage { title, month, ..page(w, "month") }
}

fn agenda(w: Words) -> CalendarPage {
    let mut agenda = days(w);
    agenda.retain(|day| !day.entries.is_empty() || day.is_today);
    for day in &mut agenda {
        for (n, entry) in day.entries.iter_mut().enumerate() {
            entry.id = format!("entry-{}-{n}", day.date);
        }
    }
    let title = w.of("22 Nov 2026 – 19 Dec 2026", "22 בנוב׳ 2026 – 19 בדצמ׳ 2026");
    CalendarPage { title, agenda, ..page(w, "agenda") }
}
