//! Tells the story act by act, by a clock of its own, as members would have done it: for a sample business,
//! whose activity and calendars have a past then.

use domain::{AppointmentId, CalendarId, PersonId, TaskId, Timestamp};

use super::story::{ERRANDS, MEETINGS, Meeting, PAPERS, PEOPLE, ROUND, Story};
use super::{BROUGHT, Made, keep, record, require, require_empty};
use crate::App;
use crate::appointments::{self, AppointmentInput};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::{calendars, documents, people, pipelines, series, tasks, timeline};

/// How many days before now it begins; nothing in it happens earlier.
pub const BEGAN_DAYS: i64 = 92;

/// What happened, with whom or what by its place in the list.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Somebody turned up.
    Meets(usize),
    /// Something about somebody was noted.
    Notes(usize, usize),
    /// A file about somebody was added.
    Files(usize),
    /// Somebody came to a stage of the first pipeline.
    Moves(usize, usize),
    /// A meeting was booked.
    Books(usize),
    /// A meeting that comes again was.
    BooksRound,
    /// A meeting was called off.
    Cancels(usize),
    /// It was written down what is to be done.
    Plans(usize),
    /// It was done.
    Does(usize),
}

/// Tells it in a business that has nobody yet, whose clock is [`BEGAN_DAYS`] before `now`. Each act happens
/// at its time: `go_to` sets the app's clock forward to it.
///
/// # Errors
/// [`Error::Conflict`] where there are people already.
pub async fn tell(
    app: &App,
    ctx: &Context,
    now: Timestamp,
    go_to: impl Fn(Timestamp),
) -> Result<()> {
    require(ctx)?;
    let (app2, ctx2) = (app.clone(), ctx.clone());
    app.db
        .transact(move |c| -> Result<()> {
            require_empty(c, &ctx2)?;
            record(&app2, c, &ctx2, BROUGHT)
        })
        .await?;
    let story = Story::new(ctx, now);
    let calendar = calendars::list_calendars(app, ctx).await?.into_iter().next();
    let stages = pipelines::list_pipelines(app, ctx).await?.into_iter().next();
    let stages: Vec<String> = stages
        .map(|first| first.staying().map(|stage| stage.id.to_string()).collect())
        .unwrap_or_default();
    let mut cast = Cast {
        app,
        ctx,
        story: &story,
        calendar: calendar.map(|it| it.id),
        stages,
        people: vec![None; PEOPLE.len()],
        meetings: vec![None; MEETINGS.len()],
        tasks: vec![None; ERRANDS.len()],
    };
    for (at, act) in acts(&story)? {
        go_to(at);
        cast.play(act).await?;
    }
    go_to(now);
    Ok(())
}

/// All that happened, in the order of its times.
fn acts(story: &Story<'_>) -> Result<Vec<(Timestamp, Act)>> {
    let mut all = Vec::new();
    for (at, who) in PEOPLE.iter().enumerate() {
        all.push((story.came(who), Act::Meets(at)));
        let notes = who.notes.iter().enumerate();
        all.extend(
            notes.map(|(note, (hours, _))| (story.after(who, *hours), Act::Notes(at, note))),
        );
        let steps = who.steps.iter();
        all.extend(steps.map(|(hours, stage)| (story.after(who, *hours), Act::Moves(at, *stage))));
    }
    let papers = PAPERS.iter().enumerate();
    all.extend(papers.map(|(at, paper)| (story.filed(paper), Act::Files(at))));
    for (at, meeting) in MEETINGS.iter().enumerate() {
        let booked = booked(story, meeting)?;
        all.push((booked, Act::Books(at)));
        if meeting.is_off {
            all.push((booked.plus_secs(3_600), Act::Cancels(at)));
        }
    }
    all.push((booked(story, &ROUND.meeting)?, Act::BooksRound));
    for (at, errand) in ERRANDS.iter().enumerate() {
        all.push((story.planned(errand), Act::Plans(at)));
        if errand.is_done {
            all.push((story.done(errand), Act::Does(at)));
        }
    }
    // Those of one time stay as they stand here.
    all.sort_by_key(|(at, _)| *at);
    Ok(all)
}

fn booked(story: &Story<'_>, meeting: &Meeting) -> Result<Timestamp> {
    let who = PEOPLE.get(meeting.person).ok_or_else(unknown)?;
    Ok(story.booked(&story.meeting(meeting, None)?, who))
}

fn unknown() -> Error {
    Error::internal("the story names what is not in it")
}

/// Who and what there is by now.
struct Cast<'a> {
    app: &'a App,
    ctx: &'a Context,
    story: &'a Story<'a>,
    /// Where meetings go; nowhere but here while none is connected.
    calendar: Option<CalendarId>,
    /// The ids of the first pipeline's.
    stages: Vec<String>,
    people: Vec<Option<PersonId>>,
    meetings: Vec<Option<AppointmentId>>,
    tasks: Vec<Option<TaskId>>,
}

impl Cast<'_> {
    async fn play(&mut self, act: Act) -> Result<()> {
        let (app, ctx, story) = (self.app, self.ctx, self.story);
        match act {
            Act::Meets(at) => self.meet(at).await,
            Act::Notes(at, note) => {
                let (_, text) = PEOPLE[at].notes[note];
                let id = self.person(at)?;
                timeline::create_note(app, ctx, &id, &story.said(text), "").await.map(drop)
            }
            Act::Files(at) => {
                let (person, file) = (self.person(PAPERS[at].person)?, story.paper(&PAPERS[at]));
                documents::add_example(app, ctx, &person, file).await.map(drop)
            }
            Act::Moves(at, stage) => {
                let stage = self.stages.get(stage).or(self.stages.last()).ok_or_else(unknown)?;
                people::change_stage(app, ctx, &self.person(at)?, stage).await.map(drop)
            }
            Act::Books(at) => {
                let input = self.meeting(&MEETINGS[at])?;
                let id = appointments::book_anyway(app, ctx, input, "").await?.id;
                self.meetings[at] = Some(id.clone());
                keep(app, ctx, Made::Appointment(id)).await
            }
            Act::BooksRound => {
                let (input, rule) = (self.meeting(&ROUND.meeting)?, ROUND.rule()?);
                let first = series::book_series(app, ctx, input, rule, "", true).await?;
                keep(app, ctx, Made::Series(first.id)).await
            }
            Act::Cancels(at) => {
                let id = self.meetings[at].clone().ok_or_else(unknown)?;
                appointments::cancel_appointment(app, ctx, &id).await
            }
            Act::Plans(at) => {
                let person = ERRANDS[at].person.map(|at| self.person(at)).transpose()?;
                let input = story.errand(&ERRANDS[at], person.as_ref());
                let id = tasks::create_task(app, ctx, input, "").await?.id;
                self.tasks[at] = Some(id.clone());
                keep(app, ctx, Made::Task(id)).await
            }
            Act::Does(at) => {
                let id = self.tasks[at].clone().ok_or_else(unknown)?;
                tasks::do_task(app, ctx, &id).await.map(drop)
            }
        }
    }

    async fn meet(&mut self, at: usize) -> Result<()> {
        let input = self.story.person(at, &PEOPLE[at]);
        let id = people::create_person(self.app, self.ctx, input, "").await?.id;
        self.people[at] = Some(id.clone());
        keep(self.app, self.ctx, Made::Person(id)).await
    }

    fn person(&self, at: usize) -> Result<PersonId> {
        self.people.get(at).cloned().flatten().ok_or_else(unknown)
    }

    fn meeting(&self, of: &Meeting) -> Result<AppointmentInput> {
        let input = self.story.meeting(of, Some(self.person(of.person)?))?;
        Ok(AppointmentInput { calendar: self.calendar.clone(), ..input })
    }
}
