//! What was read of an event, put together with its appointment in one transaction.

use store::Conn;
use store::appointments::{Appointment, AppointmentChange, Link, OnlineState, Status, SyncState};
use store::jobs::Job;

use super::{LinkAnswer, Pair, Round, reread_later};
use crate::audit::Who;
use crate::error::Result;
use crate::event_merge::{Clash, Clashes, Content, Copy, EventAnswer, merge};
use crate::{App, appointments, notifications};

/// What was read of an event.
pub(super) struct Read {
    /// The event; none where there is none.
    pub theirs: Option<LinkAnswer>,
    /// Whether the provider told that it was deleted.
    pub is_told_gone: bool,
    /// How often it was read before because its meeting was still being made.
    pub rereads: usize,
}

/// Folds what was read into the appointment.
pub(super) async fn fold(app: &App, job: &Job, pair: &Pair, read: Read) -> Result<Round> {
    let (app2, job, before) = (app.clone(), job.clone(), pair.appointment.clone());
    let who = Who::plugin(&super::get_connection(app, &pair.calendar).await?.plugin_id);
    let round = app
        .db
        .transact(move |c| -> Result<Round> {
            let (tenant, id) = (&before.tenant_id, &before.id);
            store::appointments::lock(c, tenant, id)?;
            let current = store::appointments::get(c, tenant, id)?;
            if current.link_rev != before.link_rev {
                // Somebody else wrote or read meanwhile: what was read here may be older.
                return Ok(Round::Again);
            }
            let copy = Copy::read(store::event_copies::find(c, tenant, id)?)?;
            let mut folding = Folding { app: &app2, c, who: &who, current, copy };
            let is_told_gone = read.is_told_gone || read.theirs.as_ref().is_some_and(is_cancelled);
            let standing = read.theirs.filter(|link| !is_cancelled(link));
            let Some(link) = standing else { return folding.gone(is_told_gone) };
            let event = link.event.clone();
            match event {
                Some(event) => {
                    let round = folding.present(&link, &event)?;
                    let (state, of) = (link.online.known_state(), folding.current.clone());
                    reread_later(&app2, folding.c, &job, &of, state, read.rereads)?;
                    Ok(round)
                }
                // A provider that doesn't say what its event says: its revision is all we learn.
                None => folding.relink(&link, None),
            }
        })
        .await?;
    app.wake_jobs();
    Ok(round)
}

pub(super) fn is_cancelled(link: &LinkAnswer) -> bool {
    link.event.as_ref().is_some_and(|event| event.status == "cancelled")
}

struct Folding<'a> {
    app: &'a App,
    c: &'a mut Conn,
    who: &'a Who,
    current: Appointment,
    copy: Copy,
}

impl Folding<'_> {
    /// There is no event any more.
    fn gone(&mut self, is_told: bool) -> Result<Round> {
        let ours = Content::of(&self.current);
        let is_booked = self.current.status == Status::Booked;
        let is_unwritten = is_booked && self.current.sync_state != SyncState::Synced;
        // What was changed here is worth more than that it was deleted there.
        let stays = is_unwritten && self.copy.is_ahead(&ours);
        if stays {
            let (field, kept) = ("deleted".to_owned(), ours.title.clone());
            self.note(vec![Clash { field, kept, other: String::new() }]);
        }
        // One that nobody deleted was never there: it is still to be made.
        let waits = stays || is_unwritten && !is_told;
        self.copy.seen = None;
        if is_told {
            self.copy.sent = Vec::new();
        }
        let state = if waits { SyncState::Pending } else { SyncState::Synced };
        let link = self.unlinked(state);
        self.keep(&link)?;
        if waits {
            return Ok(Round::Again);
        }
        if is_booked {
            let status = Status::Cancelled;
            let sync_state = SyncState::Synced;
            let to =
                AppointmentChange { status, sync_state, ..appointments::unchanged(&self.current) };
            self.change(&to, "appointment.cancelled-elsewhere", &[])?;
        }
        Ok(Round::Settled)
    }

    /// The event takes place.
    fn present(&mut self, link: &LinkAnswer, event: &EventAnswer) -> Result<Round> {
        let ours = Content::of(&self.current);
        let is_settled = self.current.sync_state == SyncState::Synced;
        let mut known = self.copy.known();
        if known.is_empty() && is_settled {
            // From before copies were kept: both were the same then.
            known.push(ours.clone());
        }
        let has_meeting =
            matches!(link.online.known_state(), OnlineState::Pending | OnlineState::Ready);
        let theirs =
            Content::of_event(event, has_meeting, self.copy.seen.as_ref().unwrap_or(&ours));
        // Cancelled here before its event was known to be there: it arrived late, and goes too.
        let is_late = self.copy.sent.contains(&theirs);
        let comes_back = self.current.status == Status::Cancelled && is_settled && !is_late;
        let merged = merge(&known, &ours, &theirs);
        let is_same = merged.content == theirs;
        let is_cancelled = self.current.status == Status::Cancelled && !comes_back;
        if link.etag.is_none() || link.etag != self.current.etag {
            self.copy.sent = Vec::new();
        }
        self.copy.seen = Some(theirs);
        self.note(merged.clashes.clone());
        let waits = is_cancelled || !is_same;
        let state = if waits { SyncState::Pending } else { SyncState::Synced };
        self.relink(link, Some(state))?;
        let status = if comes_back { Status::Booked } else { self.current.status };
        let of = self.current.clone();
        let to = AppointmentChange { status, sync_state: state, ..merged.content.to_change(&of) };
        let topic = match comes_back {
            true => "appointment.restored-elsewhere",
            false => "appointment.changed-elsewhere",
        };
        if status != of.status || merged.content != ours {
            self.change(&to, topic, &merged.clashes)?;
        } else if !merged.clashes.is_empty() {
            appointments::record_merge(self.app, self.c, self.who, topic, &of, &merged.clashes)?;
        }
        Ok(if waits { Round::Again } else { Round::Settled })
    }

    /// Keeps the event's revision and address; `state` where it is known.
    fn relink(&mut self, link: &LinkAnswer, state: Option<SyncState>) -> Result<Round> {
        let state = state.unwrap_or(self.current.sync_state);
        let row = Link {
            external_id: Some(link.external_id.clone()),
            etag: link.etag.clone(),
            external_url: link.url.clone().filter(|url| url.starts_with("https://")),
            online_state: link.online.known_state(),
            online_url: link.online.safe_url(),
            sync_state: state,
            sync_problem: None,
        };
        self.keep(&row)?;
        Ok(if state == SyncState::Synced { Round::Settled } else { Round::Again })
    }

    fn unlinked(&self, sync_state: SyncState) -> Link {
        Link {
            // Kept by one that is cancelled, so that its event is known should it come back.
            external_id: self.current.external_id.clone(),
            etag: None,
            external_url: None,
            online_state: OnlineState::None,
            online_url: None,
            sync_state,
            sync_problem: None,
        }
    }

    fn note(&mut self, fields: Vec<Clash>) {
        if !fields.is_empty() {
            self.copy.clashes = Some(Clashes { at: self.app.clock.now(), fields });
        }
    }

    fn keep(&mut self, link: &Link) -> Result<()> {
        if self.copy.failing_since.take().is_some() {
            notifications::appointment_settled(self.app, self.c, &self.current)?;
        }
        store::event_copies::put(self.c, &self.copy.to_row(&self.current)?)?;
        let (tenant, id) = (&self.current.tenant_id, &self.current.id);
        store::appointments::set_link(self.c, tenant, id, link, self.current.link_rev)?;
        Ok(())
    }

    fn change(&mut self, to: &AppointmentChange, topic: &str, clashes: &[Clash]) -> Result<()> {
        let (tenant, id, now) = (&self.current.tenant_id, &self.current.id, self.app.clock.now());
        store::appointments::update(self.c, tenant, id, to, self.current.rev, now)?;
        let after = store::appointments::get(self.c, tenant, id)?;
        appointments::announce(self.app, self.c, &after, topic)?;
        let topic = match topic {
            "appointment.cancelled-elsewhere" => "appointment.cancelled-elsewhere",
            "appointment.restored-elsewhere" => "appointment.restored-elsewhere",
            _ => "appointment.changed-elsewhere",
        };
        if clashes.is_empty() {
            appointments::record(self.app, self.c, self.who, topic, &after)?;
        } else {
            appointments::record_merge(self.app, self.c, self.who, topic, &after, clashes)?;
        }
        self.current = after;
        Ok(())
    }
}
