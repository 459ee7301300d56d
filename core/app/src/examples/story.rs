//! What examples and the sample business tell of: a small studio that furnishes homes, over a quarter of a
//! year, in two languages. Who and what is in it stands here once, and as what members would enter it.
//! Numbers and addresses are of the ranges that are nobody's.

mod papers;
mod people;
mod plans;

use domain::recurrence::{Ends, Every};
use domain::{Locale, PersonId, Recurrence, Timestamp, Zone};
use jiff::Span;
use jiff::civil::{Date, Weekday};

use crate::appointments::AppointmentInput;
use crate::attributions::AttributionInput;
use crate::context::Context;
use crate::documents::NewFile;
use crate::error::{Error, Result};
use crate::people::{ContactInput, DetailsInput, PersonInput};
use crate::tasks::TaskInput;

pub(super) use papers::PAPERS;
pub(super) use people::PEOPLE;
pub(super) use plans::{ERRANDS, MEETINGS, ROUND};

const HOUR_SECS: i64 = 3_600;
const DAY_SECS: i64 = 24 * HOUR_SECS;
/// How far a second number is from the first.
const AT_WORK: usize = 40;

/// A text in English and in Hebrew; a business is told its story in one language alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said(pub &'static str, pub &'static str);

const NOTHING: Said = Said("", "");

/// Somebody who comes along.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Somebody {
    pub name: Said,
    pub company: Said,
    pub email: &'static str,
    /// Whose number they have, by the place in the list; None is one of their own.
    pub shares: Option<usize>,
    /// Whether they have a second number, at work.
    pub works: bool,
    pub address: Said,
    pub source: Said,
    /// What the link said that they came by: medium, campaign and page.
    pub link: Option<[&'static str; 3]>,
    pub tags: &'static [Said],
    /// How they said that they want to be written to, on the day they came.
    pub consent: Said,
    /// What they may be worth, in whole units of the currency.
    pub value: u32,
    /// How many days ago they came.
    pub days_ago: i64,
    /// How many hours later they came into which stage of the first pipeline.
    pub steps: &'static [(i64, usize)],
    /// How many hours later somebody noted what.
    pub notes: &'static [(i64, Said)],
    /// In how many days to get back to them.
    pub follow_up: Option<i64>,
}

const NOBODY: Somebody = Somebody {
    name: NOTHING,
    company: NOTHING,
    email: "",
    shares: None,
    works: false,
    address: NOTHING,
    source: NOTHING,
    link: None,
    tags: &[],
    consent: NOTHING,
    value: 0,
    days_ago: 0,
    steps: &[],
    notes: &[],
    follow_up: None,
};

/// A meeting with the person at this place of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    pub person: usize,
    /// Days from today, hour and length in minutes.
    pub day: i64,
    pub hour: i8,
    pub minutes: i64,
    pub title: Said,
    pub place: Said,
    pub online: bool,
    /// Whether it was called off.
    pub is_off: bool,
}

/// A meeting that comes again each week, so many times.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub meeting: Meeting,
    pub times: u32,
}

/// Something to do, about the person at this place of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Errand {
    pub title: Said,
    pub person: Option<usize>,
    /// Days from today, and the time there.
    pub day: i64,
    pub time: &'static str,
    /// How long before somebody is reminded; empty is as they chose for all.
    pub lead: &'static str,
    pub is_weekly: bool,
    pub is_done: bool,
}

/// A file about somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paper {
    /// Whom it is about, by the place in the list.
    pub person: usize,
    /// How many hours after they came it was added.
    pub hours: i64,
    /// What it is called, without its end.
    pub name: Said,
    /// What stands in it.
    pub lines: &'static [Said],
}

/// The story as it is told in a business now.
pub(crate) struct Story<'a> {
    ctx: &'a Context,
    now: Timestamp,
    today: Date,
}

impl<'a> Story<'a> {
    pub fn new(ctx: &'a Context, now: Timestamp) -> Self {
        Self { ctx, now, today: ctx.zone.local(now).date() }
    }

    /// A text in the story's language.
    pub fn said(&self, text: Said) -> String {
        let text = if self.ctx.locale == Locale::He { text.1 } else { text.0 };
        text.to_owned()
    }

    /// A file as a member would have it on their computer.
    pub fn paper(&self, paper: &Paper) -> NewFile {
        let lines: Vec<String> = paper.lines.iter().map(|line| self.said(*line)).collect();
        let name = format!("{}.txt", self.said(paper.name));
        NewFile { name, bytes: format!("{}\n", lines.join("\n")).into_bytes() }
    }

    /// When it was added.
    pub fn filed(&self, paper: &Paper) -> Timestamp {
        self.after(&PEOPLE[paper.person], paper.hours)
    }

    fn day(&self, days: i64) -> Date {
        self.today.saturating_add(Span::new().days(days))
    }

    /// When somebody came.
    pub fn came(&self, who: &Somebody) -> Timestamp {
        self.now.plus_secs(-who.days_ago * DAY_SECS)
    }

    /// So many hours after they came.
    pub fn after(&self, who: &Somebody, hours: i64) -> Timestamp {
        self.came(who).plus_secs(hours * HOUR_SECS)
    }

    /// The one at this place of the list, as they were entered when they came.
    pub fn person(&self, at: usize, who: &Somebody) -> PersonInput {
        let came_on = self.ctx.zone.local(self.came(who)).date();
        let consented = who.consent != NOTHING;
        let further = |kind: &str, value: String, label: Said| ContactInput {
            kind: kind.to_owned(),
            value,
            label: self.said(label),
        };
        let office = if who.works { phone(&self.ctx.zone, at + AT_WORK) } else { String::new() };
        let [medium, campaign, landing] = who.link.unwrap_or_default().map(str::to_owned);
        PersonInput {
            stage: "lead".to_owned(),
            name: self.said(who.name),
            company: self.said(who.company),
            phone: phone(&self.ctx.zone, who.shares.unwrap_or(at)),
            email: who.email.to_owned(),
            source: self.said(who.source),
            details: Some(DetailsInput {
                contacts: vec![
                    further("phone", office, Said("Work", "עבודה")),
                    further("address", self.said(who.address), NOTHING),
                ],
                owner: self.ctx.member.to_string(),
                value: if who.value == 0 { String::new() } else { who.value.to_string() },
                follow_up_on: who
                    .follow_up
                    .map(|days| self.day(days).to_string())
                    .unwrap_or_default(),
                consent: if consented { "given".to_owned() } else { String::new() },
                consent_note: self.said(who.consent),
                consent_on: if consented { came_on.to_string() } else { String::new() },
                tags: who.tags.iter().map(|tag| self.said(*tag)).collect(),
                ..DetailsInput::default()
            }),
            attribution: AttributionInput {
                medium,
                campaign,
                landing,
                ..AttributionInput::default()
            },
            ..PersonInput::default()
        }
    }

    /// A meeting, nowhere but here. Only today's may be on a Saturday.
    pub fn meeting(&self, of: &Meeting, person: Option<PersonId>) -> Result<AppointmentInput> {
        let day = self.day(of.day);
        let rests = of.day != 0 && day.weekday() == Weekday::Saturday;
        let day = if rests { self.day(of.day + 1) } else { day };
        let starts_at = self.ctx.zone.first_instant(day.at(of.hour, 0, 0, 0));
        let starts_at = starts_at.ok_or_else(|| Error::internal("no such time"))?;
        Ok(AppointmentInput {
            person,
            title: self.said(of.title),
            notes: String::new(),
            location: self.said(of.place),
            starts_at,
            ends_at: starts_at.plus_secs(of.minutes * 60),
            zone: self.ctx.zone.clone(),
            online: of.online,
            calendar: None,
        })
    }

    /// When a meeting was booked: some days before, and not before they knew each other.
    pub fn booked(&self, meeting: &AppointmentInput, who: &Somebody) -> Timestamp {
        let before = meeting.starts_at.plus_secs(-4 * DAY_SECS);
        before.max(self.after(who, 2)).min(self.now)
    }

    /// When it was written down what is to be done: the day before, and not before today's.
    pub fn planned(&self, of: &Errand) -> Timestamp {
        self.now.plus_secs((of.day.min(0) - 1) * DAY_SECS)
    }

    /// When it was done.
    pub fn done(&self, of: &Errand) -> Timestamp {
        self.planned(of).plus_secs(2 * DAY_SECS).min(self.now)
    }

    /// Something to do.
    pub fn errand(&self, of: &Errand, person: Option<&PersonId>) -> TaskInput {
        TaskInput {
            title: self.said(of.title),
            assignee: self.ctx.member.to_string(),
            day: self.day(of.day).to_string(),
            time: of.time.to_owned(),
            lead: of.lead.to_owned(),
            rule: if of.is_weekly { weekly(Ends::Never) } else { None },
            people: person.map(ToString::to_string).into_iter().collect(),
            ..TaskInput::default()
        }
    }
}

impl Round {
    /// By which it comes again.
    pub fn rule(&self) -> Result<Recurrence> {
        weekly(Ends::After(self.times)).ok_or_else(|| Error::internal("no rule"))
    }
}

fn weekly(ends: Ends) -> Option<Recurrence> {
    Recurrence::new(Every::Week, 1, Vec::new(), ends).ok()
}

/// A number of the one at this place, from a range that is kept for stories.
fn phone(zone: &Zone, at: usize) -> String {
    match zone.name() {
        "Asia/Jerusalem" => format!("050-555-01{:02}", 20 + at),
        _ => format!("+1 202 555 01{:02}", 20 + at),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn texts() -> Vec<Said> {
        let people = PEOPLE.iter().flat_map(|who| {
            let notes = who.notes.iter().map(|(_, note)| *note);
            let own = [who.name, who.company, who.address, who.source, who.consent];
            own.into_iter().chain(who.tags.iter().copied()).chain(notes)
        });
        let meetings = MEETINGS.iter().chain([&ROUND.meeting]);
        let meetings = meetings.flat_map(|meeting| [meeting.title, meeting.place]);
        let papers =
            PAPERS.iter().flat_map(|it| [it.name].into_iter().chain(it.lines.iter().copied()));
        people
            .chain(meetings)
            .chain(papers)
            .chain(ERRANDS.iter().map(|errand| errand.title))
            .collect()
    }

    #[test]
    fn each_language_has_the_whole_story_and_nothing_of_the_other() {
        let is_hebrew = |c: char| ('\u{5d0}'..='\u{5ea}').contains(&c);
        for Said(english, hebrew) in texts() {
            assert!(!english.chars().any(is_hebrew), "{english}");
            assert!(!hebrew.chars().any(|c| c.is_ascii_alphabetic()), "{hebrew}");
            assert_eq!(english.is_empty(), hebrew.is_empty(), "{english} {hebrew}");
        }
    }

    #[test]
    fn nothing_happens_before_somebody_came_or_after_now() {
        for who in &PEOPLE {
            let hours: Vec<i64> = who.steps.iter().map(|(hours, _)| *hours).collect();
            assert!(hours.is_sorted(), "{who:?}");
            let mut all = who.notes.iter().map(|(hours, _)| *hours).chain(hours);
            assert!(all.all(|at| at >= 0 && at <= who.days_ago * 24), "{who:?}");
        }
        for paper in &PAPERS {
            let days = PEOPLE[paper.person].days_ago;
            assert!(paper.hours >= 0 && paper.hours <= days * 24, "{paper:?}");
        }
        for meeting in MEETINGS.iter().chain([&ROUND.meeting]) {
            // A day that is a Saturday moves by one.
            assert!(meeting.day > -PEOPLE[meeting.person].days_ago, "{meeting:?}");
        }
    }

    #[test]
    fn everybody_has_numbers_of_their_own_that_are_nobody_s() {
        for (zone, begins) in [("Asia/Jerusalem", "050-555-01"), ("Europe/Berlin", "+1 202 555 01")]
        {
            let zone: Zone = zone.parse().unwrap();
            let of = |at: usize| [phone(&zone, at), phone(&zone, at + AT_WORK)];
            let all: BTreeSet<String> = (0..PEOPLE.len()).flat_map(of).collect();
            assert_eq!(all.len(), 2 * PEOPLE.len());
            let is_whole = |number: &String| number.len() == begins.len() + 2;
            assert!(all.iter().all(|number| number.starts_with(begins) && is_whole(number)));
        }
    }
}
