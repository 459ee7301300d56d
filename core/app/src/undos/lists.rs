//! What can be taken back: acts over many, and what was removed on its own.

use domain::{Permission, TenantId, Timestamp, UndoId};
use serde_json::Value;
use store::audit::ActorKind;
use store::members::NamedMember;
use store::undos::Undo;
use store::{Conn, Cursor, Page};

use crate::App;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::{apart, bulk, merge};
use crate::series::undoing;
use crate::sweeps;
use crate::tasks::bulk as tasks;

/// How many of whom or what an act changed are named.
pub(crate) const NAMED_MAX: usize = 3;

/// An act that can be taken back.
#[derive(Debug, Clone)]
pub struct Done {
    /// What takes it back.
    pub id: UndoId,
    /// When it was done.
    pub at: Timestamp,
    /// By whom: a name; empty for somebody who left.
    pub by: String,
    /// What it was.
    pub summary: Summary,
}

/// What an act was, in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What was done; the translation key is `undos-did-` and this.
    pub what: &'static str,
    /// To how many.
    pub count: usize,
    /// Some of them by name.
    pub names: Vec<String>,
    /// To what or whom; empty where that is nothing.
    pub to: String,
}

/// Something that was removed on its own and can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was removed.
    pub at: Timestamp,
    /// By whom: a name, or nothing where nobody is known for it.
    pub by: String,
}

impl Removed {
    /// A page of what was removed, by whom as the activity log has it; `of` says what each is.
    pub(crate) fn page<T>(
        c: &mut Conn,
        tenant: &TenantId,
        entity: &str,
        page: Page<T>,
        of: impl FnMut(T) -> Self,
    ) -> Result<Page<Self>> {
        let mut items: Vec<Self> = page.items.into_iter().map(of).collect();
        let ids: Vec<String> = items.iter().map(|it| it.id.clone()).collect();
        let action = format!("{entity}.deleted");
        let mut known: Vec<(String, String)> = Vec::new();
        for (id, kind, actor) in store::audit::list_last_actors(c, tenant, &action, entity, &ids)? {
            let Some(item) = items.iter_mut().find(|it| it.id == id) else { continue };
            item.by = match kind {
                ActorKind::Account => account(c, &mut known, &actor)?,
                ActorKind::Plugin => actor,
                ActorKind::System => String::new(),
            };
        }
        Ok(Page { items, next: page.next })
    }
}

/// An account's name, each looked up once.
fn account(c: &mut Conn, known: &mut Vec<(String, String)>, id: &str) -> Result<String> {
    if let Some((_, name)) = known.iter().find(|(one, _)| one == id) {
        return Ok(name.clone());
    }
    let account = id.parse().map_err(Error::internal)?;
    let name = store::accounts::find(c, &account)?.map(|it| it.name).unwrap_or_default();
    known.push((id.to_owned(), name.clone()));
    Ok(name)
}

/// A page of what can be taken back as a whole, latest first: one's own acts, and everybody's for who may
/// change the business's settings; of those for which the role has what the act itself needs.
pub async fn list_done(
    app: &App,
    ctx: &Context,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Page<Done>> {
    let ctx = ctx.clone();
    app.db
        .inspect(move |c| -> Result<Page<Done>> {
            let tenant = &ctx.tenant;
            let own = (!ctx.may(Permission::ManageSettings)).then_some(&ctx.member);
            let kinds = kinds(&ctx);
            let page = store::undos::list(c, tenant, &kinds, own, after.as_ref(), limit)?;
            let team = store::members::list(c, tenant)?;
            let mut items = Vec::new();
            for undo in page.items {
                let by = name_of(&team, &undo);
                let (id, at) = (undo.id.clone(), undo.made_at);
                let Some(summary) = summary(c, &team, undo)? else { continue };
                items.push(Done { id, at, by, summary });
            }
            Ok(Page { items, next: page.next })
        })
        .await
}

/// One of them, which its own id names.
///
/// # Errors
/// [`Error::NotFound`] for what isn't among them, and for what was taken back; [`Error::Forbidden`] for another's
/// act over all that match, which everybody sees who could begin one.
pub async fn get_done(app: &App, ctx: &Context, id: &UndoId) -> Result<Done> {
    let (ctx, id) = (ctx.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Done> {
            let undo = super::find(c, &ctx, &id)?;
            if undo.undone_at.is_some() || !kinds(&ctx).contains(&undo.kind.as_str()) {
                return Err(Error::NotFound);
            }
            let team = store::members::list(c, &ctx.tenant)?;
            let (by, at) = (name_of(&team, &undo), undo.made_at);
            let summary = summary(c, &team, undo)?.ok_or(Error::NotFound)?;
            Ok(Done { id, at, by, summary })
        })
        .await
}

/// The acts that the role may take back, and the token where a program asks with one.
fn kinds(ctx: &Context) -> Vec<&'static str> {
    use Permission as P;
    let all = [
        (bulk::UNDO, P::ReadPeople, P::WritePeople),
        (sweeps::KINDS[0].0, P::ReadPeople, P::WritePeople),
        (merge::UNDO, P::ReadPeople, P::WritePeople),
        (apart::UNDO, P::ReadPeople, P::WritePeople),
        (undoing::UNDO, P::ReadAppointments, P::WriteAppointments),
        (tasks::UNDO, P::ReadTasks, P::WriteTasks),
        (sweeps::KINDS[1].0, P::ReadTasks, P::WriteTasks),
    ];
    let is_good = |kind: &str| ctx.scopes.is_none_or(|scopes| scopes.has(super::scope_for(kind)));
    let may = all.into_iter().filter(|(_, sees, does)| ctx.may(*sees) && ctx.may(*does));
    may.map(|(kind, ..)| kind).filter(|kind| is_good(kind)).collect()
}

fn name_of(team: &[NamedMember], undo: &Undo) -> String {
    let who = team.iter().find(|it| it.member.id == undo.member_id);
    who.map(|it| it.name.clone()).unwrap_or_default()
}

/// What it was; nothing where there is nobody any more to give anything back to.
fn summary(c: &mut Conn, team: &[NamedMember], undo: Undo) -> Result<Option<Summary>> {
    if sweeps::list_of_kind(&undo.kind).is_some() {
        return sweeps::summary(c, &undo.tenant_id, team, &undo);
    }
    let (tenant, state): (_, Value) = (&undo.tenant_id, undo.state_json.0);
    let summary = match undo.kind.as_str() {
        bulk::UNDO => bulk::summary(c, tenant, team, state)?,
        merge::UNDO => merge::summary(c, tenant, state)?,
        apart::UNDO => apart::summary(c, tenant, state)?,
        undoing::UNDO => undoing::summary(c, tenant, state)?,
        tasks::UNDO => tasks::summary(c, tenant, team, state)?,
        _ => None,
    };
    Ok(summary.filter(|it| !it.names.is_empty()))
}

/// The names of the first of these that are still kept, each found by its id.
pub(crate) fn names<T>(
    ids: &[T],
    mut find: impl FnMut(&T) -> store::Result<Option<String>>,
) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for id in ids {
        names.extend(find(id)?);
        if names.len() == NAMED_MAX {
            break;
        }
    }
    Ok(names)
}

/// A member's name; nothing for nobody and for somebody who left.
pub(crate) fn member(team: &[NamedMember], id: Option<&domain::MemberId>) -> String {
    let found = team.iter().find(|it| Some(&it.member.id) == id);
    found.map(|it| it.name.clone()).unwrap_or_default()
}
