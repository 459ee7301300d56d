//! Lays a week out: which hours are shown, and where each entry stands among those at its time.

use jiff::civil::{Date, DateTime};

/// Quarter hours in an hour.
const QUARTERS: u16 = 4;
/// The hours shown when nothing is earlier or later.
const SHOWN: (u16, u16) = (8, 19);
/// As many lanes as stand beside each other legibly; more share the last.
const LANES_MAX: u16 = 4;
/// The fewest rows an entry covers, so that it can be read and pressed.
const ROWS_MIN: u16 = 2;

/// From when to when something is on, as the wall clock says.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its start.
    pub start: DateTime,
    /// Its end.
    pub end: DateTime,
    /// Whether it takes the whole day.
    pub all_day: bool,
}

/// Where something stands in a day's column; rows and lanes count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The first quarter hour.
    pub row: u16,
    /// How many quarter hours.
    pub rows: u16,
    /// The lane.
    pub lane: u16,
    /// How many lanes there are.
    pub lanes: u16,
}

/// The hours a week's grid shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first one.
    pub first: u16,
    /// The one it ends before.
    pub last: u16,
}

impl Hours {
    /// Wide enough for everything in the week.
    pub fn of(days: &[Date], spans: &[Span]) -> Self {
        let mut hours = Self { first: SHOWN.0, last: SHOWN.1 };
        for day in days {
            for span in spans.iter().filter(|span| !span.all_day && span.touches(*day)) {
                let (from, to) = span.quarters_on(*day);
                hours.first = hours.first.min(from / QUARTERS);
                hours.last = hours.last.max(to.div_ceil(QUARTERS));
            }
        }
        hours
    }

    /// How many quarter hours that is.
    pub fn rows(self) -> u16 {
        (self.last - self.first) * QUARTERS
    }

    /// The row of a moment, if it is shown.
    pub fn row_of(self, at: DateTime) -> Option<u16> {
        let quarter = quarter_of(at);
        let shown = self.first * QUARTERS..self.last * QUARTERS;
        shown.contains(&quarter).then(|| quarter - shown.start + 1)
    }
}

fn quarter_of(at: DateTime) -> u16 {
    u16::try_from(at.hour()).unwrap_or(0) * QUARTERS + u16::try_from(at.minute() / 15).unwrap_or(0)
}

impl Span {
    /// Whether it is on that day.
    pub fn touches(&self, day: Date) -> bool {
        let ends_later = self.end > day.at(0, 0, 0, 0) || self.start.date() == day;
        self.start.date() <= day && ends_later
    }

    /// The quarter hours it covers of a day, from midnight.
    fn quarters_on(&self, day: Date) -> (u16, u16) {
        let day_end = 24 * QUARTERS;
        let from = if self.start.date() < day { 0 } else { quarter_of(self.start) };
        let to = if self.end.date() > day {
            day_end
        } else {
            let odd = self.end.minute() % 15 > 0;
            quarter_of(self.end) + u16::from(odd)
        };
        (from, to.max(from + 1).min(day_end))
    }
}

/// Places the entries of one day, in the order given; who overlaps shares the width.
pub fn place(day: Date, hours: Hours, spans: &[Span]) -> Vec<Place> {
    let mut placed: Vec<(usize, u16, u16)> = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        let (from, to) = if span.all_day {
            (hours.first * QUARTERS, hours.last * QUARTERS)
        } else {
            span.quarters_on(day)
        };
        let last = hours.last * QUARTERS;
        let from = from.min(last.saturating_sub(ROWS_MIN));
        placed.push((at, from, to.max(from + ROWS_MIN).min(last)));
    }
    let mut result = vec![Place { row: 1, rows: ROWS_MIN, lane: 1, lanes: 1 }; spans.len()];
    placed.sort_by_key(|(_, from, to)| (*from, std::cmp::Reverse(*to)));
    let mut at = 0;
    while at < placed.len() {
        let cluster = cluster_len(&placed[at..]);
        lay_cluster(&placed[at..at + cluster], hours, &mut result);
        at += cluster;
    }
    result
}

/// How many entries, from the first on, hang together by overlapping.
fn cluster_len(sorted: &[(usize, u16, u16)]) -> usize {
    let mut end = 0;
    for (count, (_, from, to)) in sorted.iter().enumerate() {
        if count > 0 && *from >= end {
            return count;
        }
        end = end.max(*to);
    }
    sorted.len()
}

fn lay_cluster(cluster: &[(usize, u16, u16)], hours: Hours, result: &mut [Place]) {
    let mut ends: Vec<u16> = Vec::new();
    let mut lanes = Vec::new();
    for (_, from, to) in cluster {
        let free = ends.iter().position(|end| end <= from).unwrap_or(ends.len());
        if free == ends.len() {
            ends.push(*to);
        } else {
            ends[free] = *to;
        }
        lanes.push(u16::try_from(free + 1).unwrap_or(LANES_MAX).min(LANES_MAX));
    }
    let count = u16::try_from(ends.len()).unwrap_or(LANES_MAX).min(LANES_MAX);
    for ((at, from, to), lane) in cluster.iter().zip(lanes) {
        let row = from - hours.first * QUARTERS + 1;
        result[*at] = Place { row, rows: to - from, lane, lanes: count };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const DAY: Date = date(2026, 11, 23);

    fn span(from: (i8, i8), to: (i8, i8)) -> Span {
        Span { start: DAY.at(from.0, from.1, 0, 0), end: DAY.at(to.0, to.1, 0, 0), all_day: false }
    }

    #[test]
    fn the_grid_grows_for_what_is_early_or_late() {
        assert_eq!(Hours::of(&[DAY], &[]), Hours { first: 8, last: 19 });
        let spans = [span((6, 30), (7, 0)), span((20, 0), (21, 10))];
        assert_eq!(Hours::of(&[DAY], &spans), Hours { first: 6, last: 22 });
    }

    #[test]
    fn what_overlaps_stands_side_by_side_and_what_follows_has_the_width() {
        let spans = [span((9, 0), (10, 0)), span((9, 30), (11, 0)), span((11, 0), (12, 0))];
        let places = place(DAY, Hours { first: 8, last: 19 }, &spans);
        assert_eq!(places[0], Place { row: 5, rows: 4, lane: 1, lanes: 2 });
        assert_eq!(places[1], Place { row: 7, rows: 6, lane: 2, lanes: 2 });
        assert_eq!(places[2], Place { row: 13, rows: 4, lane: 1, lanes: 1 });
    }

    #[test]
    fn nothing_is_too_short_to_press_or_leaves_the_grid() {
        let hours = Hours { first: 8, last: 19 };
        let places = place(DAY, hours, &[span((9, 0), (9, 5)), span((18, 55), (19, 0))]);
        assert_eq!(places[0].rows, 2);
        assert_eq!(places[1].row + places[1].rows - 1, hours.rows());
    }

    #[test]
    fn a_night_is_on_both_its_days() {
        let night = Span {
            start: DAY.at(22, 0, 0, 0),
            end: date(2026, 11, 24).at(1, 0, 0, 0),
            all_day: false,
        };
        assert!(night.touches(DAY) && night.touches(date(2026, 11, 24)));
        assert!(!night.touches(date(2026, 11, 25)) && !night.touches(date(2026, 11, 22)));
        assert_eq!(Hours::of(&[DAY, date(2026, 11, 24)], &[night]), Hours { first: 0, last: 24 });
    }

    #[test]
    fn more_lanes_than_fit_share_the_last() {
        let spans = [span((9, 0), (10, 0)); 6];
        let places = place(DAY, Hours { first: 8, last: 19 }, &spans);
        assert!(places.iter().all(|place| place.lane <= place.lanes && place.lanes == 4));
    }
}
