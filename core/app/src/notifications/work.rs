//! Telling whoever began long work that it has ended: always in the workspace, and by mail where it took so
//! long that they may have turned to something else.

use domain::{AccountId, TenantId, Timestamp};
use store::Conn;
use store::exports::{Export, State as ExportState};
use store::imports::{Import, State as ImportState};
use store::notifications::Kind;
use store::sweeps::{State as SweepState, Sweep};

use super::{News, needs, settle, tell_by};
use crate::App;
use crate::error::Result;

/// Work that took less isn't told of by mail.
const LONG_SECS: i64 = 5 * 60;

/// Every kind that tells of an import.
const OF_IMPORTS: [Kind; 3] = [Kind::ImportDone, Kind::ImportFailed, Kind::ImportUndone];

/// Every kind that tells of an act over all that match.
const OF_SWEEPS: [Kind; 3] = [Kind::SweepDone, Kind::SweepFailed, Kind::SweepUndone];

/// An import was done, could not go on, or was taken back.
pub(crate) fn import_ended(app: &App, c: &mut Conn, of: &Import) -> Result<()> {
    let tenant = &of.tenant_id;
    let kind = match of.state {
        ImportState::Done => Kind::ImportDone,
        ImportState::Failed => Kind::ImportFailed,
        ImportState::Undone => Kind::ImportUndone,
        _ => return Ok(()),
    };
    // What was told of it before holds no more.
    for before in OF_IMPORTS.into_iter().filter(|before| *before != kind) {
        settle(app, c, tenant, &matter(before, of.id.as_str()))?;
    }
    let by = of.begun_by.as_ref().unwrap_or(&of.created_by);
    let news = News {
        kind,
        matter: matter(kind, of.id.as_str()),
        subject: &of.name,
        href: format!("/imports/{}", of.id),
        only: Some(by),
    };
    tell_who_began(app, c, tenant, (by, of.begun_at.unwrap_or(of.created_at)), &news)
}

/// An import is forgotten, and its page with it.
pub(crate) fn import_forgotten(c: &mut Conn, of: &Import) -> Result<()> {
    for kind in OF_IMPORTS {
        store::notifications::delete(c, &of.tenant_id, &matter(kind, of.id.as_str()))?;
    }
    Ok(())
}

/// An act over all that match was done, could not go on, or was taken back. `subject` is what it came to.
pub(crate) fn sweep_ended(app: &App, c: &mut Conn, of: &Sweep, subject: &str) -> Result<()> {
    let tenant = &of.tenant_id;
    let kind = match of.state {
        SweepState::Done => Kind::SweepDone,
        SweepState::Failed => Kind::SweepFailed,
        SweepState::Undone => Kind::SweepUndone,
        _ => return Ok(()),
    };
    for before in OF_SWEEPS.into_iter().filter(|before| *before != kind) {
        settle(app, c, tenant, &matter(before, of.id.as_str()))?;
    }
    let Some(member) = store::members::find(c, tenant, &of.member_id)? else { return Ok(()) };
    let news = News {
        kind,
        matter: matter(kind, of.id.as_str()),
        subject,
        href: format!("/sweeps/{}", of.id),
        only: Some(&member.account_id),
    };
    tell_who_began(app, c, tenant, (&member.account_id, of.begun_at), &news)
}

/// An act over all that match is forgotten, and its page with it.
pub(crate) fn sweep_forgotten(c: &mut Conn, of: &Sweep) -> Result<()> {
    for kind in OF_SWEEPS {
        store::notifications::delete(c, &of.tenant_id, &matter(kind, of.id.as_str()))?;
    }
    Ok(())
}

/// An archive is there, or could not be put together.
pub(crate) fn archive_ended(app: &App, c: &mut Conn, of: &Export) -> Result<()> {
    let kind = match of.state {
        ExportState::Ready => Kind::ArchiveReady,
        ExportState::Failed => Kind::ArchiveFailed,
        ExportState::Running => return Ok(()),
    };
    let zone = store::tenants::get(c, &of.tenant_id)?.zone;
    let day = zone.local(of.created_at).strftime("%Y-%m-%d").to_string();
    let news = News {
        kind,
        matter: matter(kind, of.id.as_str()),
        subject: &day,
        href: "/exports".to_owned(),
        only: Some(&of.created_by),
    };
    tell_who_began(app, c, &of.tenant_id, (&of.created_by, of.created_at), &news)
}

fn matter(kind: Kind, id: &str) -> String {
    format!("{kind}/{id}")
}

/// Whoever has left, or may not do such work any more, hears of none; nor does anybody else.
fn tell_who_began(
    app: &App,
    c: &mut Conn,
    tenant: &TenantId,
    (by, at): (&AccountId, Timestamp),
    news: &News<'_>,
) -> Result<()> {
    let member = store::members::find_by_account(c, tenant, by)?;
    if !member.is_some_and(|member| member.role.may(needs(news.kind))) {
        return Ok(());
    }
    let took_long = app.clock.now() >= at.plus_secs(LONG_SECS);
    tell_by(app, c, tenant, news, took_long)
}
