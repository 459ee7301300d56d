//! Times as calendar files write them: days, instants, and wall-clock times in zones of many names.

use calcard::common::PartialDateTime;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarEntry, ICalendarProperty, ICalendarValue,
};
use domain::{Timestamp, Zone};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// The years that appointments may be in.
const YEARS: std::ops::Range<u16> = 1970..2200;

/// The zones of a file.
pub(super) struct Zones<'a> {
    told: TzResolver<&'a str>,
    /// The zone of what has none.
    pub own: &'a Zone,
}

impl<'a> Zones<'a> {
    pub fn new(calendar: &'a ICalendar, own: &'a Zone) -> Self {
        Self { told: calendar.build_tz_resolver(), own }
    }

    /// A zone by the name a file gives it: IANA's, one that Windows has, or one whose description in the
    /// file names one of these.
    fn find(&self, name: &str) -> Option<Zone> {
        let plain = name.trim().trim_matches('"');
        let known = plain.parse().ok().or_else(|| {
            let resolved = self.told.resolve(plain)?;
            resolved.name()?.parse().ok()
        });
        // A path that ends in a name of IANA's.
        known.or_else(|| {
            let cuts = plain.match_indices('/').map(|(at, _)| &plain[at + 1..]);
            cuts.filter(|rest| rest.contains('/')).find_map(|rest| rest.parse().ok())
        })
    }
}

/// A time, as the wall clock of a zone shows it.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub local: DateTime,
    zone: Zone,
    /// Whether it is a day.
    pub is_day: bool,
    /// Whether it was said in UTC, which is nobody's wall clock.
    is_utc: bool,
    /// Whether its zone isn't known, so that another stands for it.
    pub is_unknown: bool,
}

impl Moment {
    /// Reads a time of a zone.
    pub fn of(told: &PartialDateTime, zone: Zone) -> Option<Self> {
        let date = date(told)?;
        let is_day = told.hour.is_none();
        let part = |value: Option<u8>| i8::try_from(value.unwrap_or(0)).ok();
        // A leap second is the last of its minute.
        let second = part(told.second)?.min(59);
        let time = jiff::civil::Time::new(part(told.hour)?, part(told.minute)?, second, 0).ok()?;
        let is_utc = told.tz_hour.is_some();
        let mut local = date.to_datetime(time);
        if is_utc {
            let ahead = i64::from(told.tz_hour?) * 60 + i64::from(told.tz_minute.unwrap_or(0));
            let ahead = if told.tz_minus { -ahead } else { ahead };
            local = local.checked_sub(ahead.minutes()).ok()?;
        }
        let zone = if is_utc { Zone::utc() } else { zone };
        Some(Self { local, zone, is_day, is_utc, is_unknown: false })
    }

    /// Its instant.
    pub fn instant(&self) -> Option<Timestamp> {
        if self.is_day {
            self.zone.start_of_day(self.local.date())
        } else {
            self.zone.instant(self.local)
        }
    }

    /// The beginning of a day that is so many days on.
    pub fn plus_days(&self, days: i64) -> Option<Timestamp> {
        let day = self.local.date().checked_add(days.days()).ok()?;
        self.zone.start_of_day(day)
    }

    /// The zone that an appointment of this time is of: something that was said in UTC for once is of the
    /// business's own.
    pub fn zone_for(&self, own: &Zone) -> Zone {
        if self.is_utc { own.clone() } else { self.zone.clone() }
    }

    /// The zone of its wall clock.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Its day by the wall clock of a zone.
    pub fn day_in(&self, zone: &Zone) -> Option<Date> {
        if self.is_day {
            return Some(self.local.date());
        }
        Some(zone.local(self.instant()?).date())
    }

    /// The time of day in a zone.
    pub fn local_in(&self, zone: &Zone) -> Option<DateTime> {
        Some(if self.is_day { self.local } else { zone.local(self.instant()?) })
    }
}

fn date(told: &PartialDateTime) -> Option<Date> {
    let year = told.year.filter(|year| YEARS.contains(year))?;
    let part = |value: Option<u8>| i8::try_from(value?).ok();
    Date::new(i16::try_from(year).ok()?, part(told.month)?, part(told.day)?).ok()
}

fn read(entry: &ICalendarEntry, value: &ICalendarValue, zones: &Zones<'_>) -> Option<Moment> {
    let told = value.as_partial_date_time()?;
    let named = entry.tz_id();
    let found = named.map(|name| zones.find(name));
    let zone = found.clone().flatten().unwrap_or_else(|| zones.own.clone());
    let read = Moment::of(told, zone)?;
    let is_unknown = matches!(found, Some(None)) && !read.is_day && !read.is_utc;
    Some(Moment {
        zone: if read.is_day { zones.own.clone() } else { read.zone },
        is_unknown,
        ..read
    })
}

/// The time that a property of an event tells.
pub(super) fn moment(
    event: &ICalendarComponent,
    name: &ICalendarProperty,
    zones: &Zones<'_>,
) -> Option<Moment> {
    let entry = event.property(name)?;
    read(entry, entry.values.first()?, zones)
}

/// All times that the properties of a name tell.
pub(super) fn moments(
    event: &ICalendarComponent,
    name: &ICalendarProperty,
    zones: &Zones<'_>,
) -> Vec<Moment> {
    let entries = event.entries.iter().filter(|entry| entry.name == *name);
    let times = entries.flat_map(|entry| entry.values.iter().map(move |value| (entry, value)));
    times.filter_map(|(entry, value)| read(entry, value, zones)).collect()
}

/// The length that a value tells, in seconds; none where it is none, or too long to be meant.
pub(super) fn seconds(value: &ICalendarValue) -> Option<i64> {
    let ICalendarValue::Duration(told) = value else { return None };
    let days = i64::from(told.weeks).checked_mul(7)?.checked_add(i64::from(told.days))?;
    let time =
        i64::from(told.hours) * 3_600 + i64::from(told.minutes) * 60 + i64::from(told.seconds);
    let all = days.checked_mul(86_400)?.checked_add(time)?;
    (!told.neg && all < 400 * 86_400).then_some(all)
}
