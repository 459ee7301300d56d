//! Anything that a task can be about: what a form or a program names, and what that is called.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use domain::{AppointmentId, Permission, PersonId, TaskId};
use store::Conn;
use store::tasks::{Link, LinkKind, Task};
use url::Url;

use super::{LINK_CHARS_MAX, Named};
use crate::App;
use crate::approvals;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::fields;

/// The longest address that is kept, in bytes: it is part of a key.
const ADDRESS_BYTES_MAX: usize = 2_000;

/// Something that a task is about, as a form or a program names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkInput {
    /// The word of a [`LinkKind`].
    pub kind: String,
    /// Its id, or an address in the web.
    pub id: String,
}

/// Who may see what a task is about. An address says itself all there is.
pub(super) const fn needs(kind: LinkKind) -> Permission {
    match kind {
        LinkKind::Person => Permission::ReadPeople,
        LinkKind::Appointment => Permission::ReadAppointments,
        LinkKind::Task | LinkKind::Address => Permission::ReadTasks,
        LinkKind::Approval => Permission::DecideApprovals,
        LinkKind::Connection => Permission::ReadPlugins,
        LinkKind::Import => Permission::WritePeople,
    }
}

fn unknown() -> Error {
    Error::invalid("links", "error-task-link-unknown")
}

/// What is kept of it. What isn't there, is another business's, or isn't for who asks, reads like a wrong
/// id; and no task is about itself.
pub(super) fn read(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    link: &LinkInput,
    of: Option<&TaskId>,
) -> Result<(LinkKind, String)> {
    let kind: LinkKind = link.kind.parse().map_err(|_| unknown())?;
    if kind == LinkKind::Address {
        return Ok((kind, address(&link.id)?));
    }
    let id = link.id.trim();
    let is_itself = kind == LinkKind::Task && of.is_some_and(|of| of.as_str() == id);
    if is_itself || !ctx.may(needs(kind)) || name_of(app, c, ctx, kind, id)?.is_none() {
        return Err(unknown());
    }
    Ok((kind, id.to_owned()))
}

/// An address that a browser may be sent to: by https, and without anybody's password in it.
fn address(text: &str) -> Result<String> {
    let wrong = || Error::invalid("links", "error-task-address");
    let line = fields::line("links", text, LINK_CHARS_MAX)?;
    let url = Url::parse(&line).map_err(|_| wrong())?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let whole = url.to_string();
    if url.scheme() != "https" || url.host_str().is_none() || !is_plain {
        return Err(wrong());
    }
    if whole.len() > ADDRESS_BYTES_MAX { Err(wrong()) } else { Ok(whole) }
}

/// What it is called today; nothing where it isn't there any more, or never was.
pub(super) fn name_of(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    kind: LinkKind,
    id: &str,
) -> Result<Option<String>> {
    let tenant = &ctx.tenant;
    match kind {
        LinkKind::Person => {
            look(id, |id| Ok(store::people::find(c, tenant, id)?.map(|it| it.name)))
        }
        LinkKind::Appointment => {
            look(id, |id| Ok(store::appointments::find(c, tenant, id)?.map(|it| it.title)))
        }
        LinkKind::Task => look(id, |id| Ok(store::tasks::find(c, tenant, id)?.map(|it| it.title))),
        LinkKind::Approval => look(id, |id| {
            let found = store::approvals::find(c, tenant, id)?;
            Ok(found.map(|it| approvals::title_of(app, ctx, &it)))
        }),
        LinkKind::Connection => look(id, |id| {
            let found = store::connections::find(c, tenant, id)?;
            Ok(found.map(|it| {
                let names = [it.account_name, it.account_email, it.provider];
                names.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
            }))
        }),
        LinkKind::Import => look(id, |id| match store::imports::get(c, tenant, id) {
            Ok(it) => Ok(Some(it.name)),
            Err(store::Error::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }),
        LinkKind::Address => Ok(host_of(id)),
    }
}

/// The names of what tasks are about, by kind and id.
pub(super) type Names = HashMap<(LinkKind, String), String>;

/// What all of these are called today: people, appointments and tasks are looked up all at once, and anything
/// else once, however many tasks are about it. What isn't there any more has no name.
pub(super) fn names_of(app: &App, c: &mut Conn, ctx: &Context, links: &[Link]) -> Result<Names> {
    let (tenant, mut names) = (&ctx.tenant, Names::new());
    let people: Vec<PersonId> = ids_of(links, LinkKind::Person);
    if !people.is_empty() {
        let found = store::people::list_names(c, tenant, &people)?.into_iter();
        names.extend(found.map(|(id, name)| ((LinkKind::Person, id.to_string()), name)));
    }
    let booked: Vec<AppointmentId> = ids_of(links, LinkKind::Appointment);
    if !booked.is_empty() {
        let found = store::appointments::list_titles(c, tenant, &booked)?.into_iter();
        names.extend(found.map(|(id, title)| ((LinkKind::Appointment, id.to_string()), title)));
    }
    let tasks: Vec<TaskId> = ids_of(links, LinkKind::Task);
    if !tasks.is_empty() {
        let found = store::tasks::list_by_ids(c, tenant, &tasks)?.into_iter();
        names.extend(found.map(|it| ((LinkKind::Task, it.id.to_string()), it.title)));
    }
    let at_once = [LinkKind::Person, LinkKind::Appointment, LinkKind::Task];
    let others = links.iter().filter(|link| !at_once.contains(&link.kind));
    let others: HashSet<(LinkKind, &str)> =
        others.map(|link| (link.kind, link.entity_id.as_str())).collect();
    for (kind, id) in others {
        let name = name_of(app, c, ctx, kind, id)?;
        names.extend(name.map(|name| ((kind, id.to_owned()), name)));
    }
    Ok(names)
}

fn ids_of<T: FromStr>(links: &[Link], kind: LinkKind) -> Vec<T> {
    let its = links.iter().filter(|link| link.kind == kind);
    its.filter_map(|link| link.entity_id.parse().ok()).collect()
}

/// What is found of an id; what isn't one is of nothing.
fn look<T: FromStr>(
    id: &str,
    find: impl FnOnce(&T) -> Result<Option<String>>,
) -> Result<Option<String>> {
    id.parse().map_or(Ok(None), |id| find(&id))
}

fn host_of(address: &str) -> Option<String> {
    Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned))
}

/// What a task is about that this reader doesn't see: it stays, whatever they enter. Neither does anybody
/// see what was removed, which may come back.
pub(super) fn unseen(c: &mut Conn, ctx: &Context, task: &Task) -> Result<Vec<(LinkKind, String)>> {
    let mut unseen = Vec::new();
    for (kind, id) in super::links::of(c, task)? {
        if !ctx.may(needs(kind)) || is_removed(c, ctx, kind, &id)? {
            unseen.push((kind, id));
        }
    }
    Ok(unseen)
}

fn is_removed(c: &mut Conn, ctx: &Context, kind: LinkKind, id: &str) -> Result<bool> {
    let tenant = &ctx.tenant;
    let deleted_at = match kind {
        LinkKind::Person => {
            let Ok(id) = id.parse() else { return Ok(false) };
            store::people::find_even_deleted(c, tenant, &id)?.and_then(|it| it.deleted_at)
        }
        LinkKind::Task => {
            let Ok(id) = id.parse() else { return Ok(false) };
            store::tasks::find_even_deleted(c, tenant, &id)?.and_then(|it| it.deleted_at)
        }
        LinkKind::Appointment
        | LinkKind::Approval
        | LinkKind::Connection
        | LinkKind::Import
        | LinkKind::Address => None,
    };
    Ok(deleted_at.is_some())
}

/// The names of what a form says that a task is about; what isn't there, or isn't for who asks, has none.
pub async fn list_named(app: &App, ctx: &Context, links: Vec<LinkInput>) -> Result<Vec<Named>> {
    ctx.require_to_see(Permission::ReadTasks)?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .inspect(move |c| -> Result<Vec<Named>> {
            let mut named = Vec::new();
            for LinkInput { kind, id } in links {
                let Ok(kind) = kind.parse::<LinkKind>() else { continue };
                if !ctx.may(needs(kind)) {
                    continue;
                }
                let name = name_of(&app2, c, &ctx, kind, &id)?;
                named.extend(name.map(|name| Named { kind, id, name }));
            }
            Ok(named)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::{address, host_of};

    #[test]
    fn an_address_is_one_that_a_browser_may_be_sent_to() {
        let kept = address(" https://Shop.example.com/a b ").unwrap();
        assert_eq!(kept, "https://shop.example.com/a%20b");
        assert_eq!(host_of(&kept).as_deref(), Some("shop.example.com"));
        for bad in [
            "",
            "shop.example.com",
            "http://shop.example.com/",
            "javascript:alert(1)",
            "https://me:word@shop.example.com/",
            "data:text/html,x",
            "//shop.example.com/",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
        assert!(address(&format!("https://example.com/{}", "x".repeat(600))).is_err());
    }
}
