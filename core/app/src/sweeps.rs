//! One act over all that match, however many: who or what that is is written down when it begins, and the
//! act is done to them some at a time, as work of the worker's, which can be followed, stopped, and taken
//! back as one. What isn't more than one transaction can bear is changed at once, by `people::bulk` and
//! `tasks::bulk`, which do it to each here too.

pub(crate) mod closing;
mod running;
mod undoing;

use domain::{Permission, SweepId, TenantId, UndoId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Conn;
use store::jobs::Once;
use store::people::PersonFilter;
use store::tasks::TaskFilter;

pub use store::sweeps::{List, State, Sweep};
pub use undoing::find_of_undo;

pub(crate) use running::{RUN, give_up, run};
pub(crate) use undoing::{KINDS, begin_undo, list_of_kind, summary};

use crate::App;
use crate::audit::{self, Act, Who};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::people::bulk as people;
use crate::tasks::bulk as tasks;
use crate::{notifications, once, undos};

/// Most that one act changes: their ids are in memory once, when it begins.
pub const MOST: usize = 500_000;
/// Most of a business that are under way, or being begun.
pub const OPEN_MAX: i64 = 10;
/// How many are written down in a transaction.
const GATHERED_AT_ONCE: usize = 5_000;
/// How many are forgotten in a transaction.
const FORGOTTEN_AT_ONCE: i64 = 5_000;
/// After how long nobody writes down any more who matches: their process is gone.
const LEFT_SECS: i64 = 3_600;
/// What the keys of forms are kept under that begin one.
pub(crate) const BEGIN: &str = "sweep.begin";

/// Who or what is meant.
#[derive(Debug, Clone)]
pub enum Whom {
    /// People.
    People(Box<PersonFilter>),
    /// Everybody of a source, now or first.
    OfSource(String),
    /// Tasks.
    Tasks(TaskFilter),
}

/// What is done to each of them, as a form says it; the same words as of those that are ticked.
#[derive(Debug, Clone, Default)]
pub struct SweepInput {
    /// The act.
    pub act: String,
    /// To what.
    pub to: String,
}

/// What an act would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it is: the key is `sweeps-ask-` and this.
    pub what: &'static str,
    /// To what or whom; empty where that is nothing.
    pub to: String,
    /// To how many.
    pub count: i64,
}

/// One of them, as somebody sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// It.
    pub sweep: Sweep,
    /// What it does, in a word.
    pub what: String,
    /// To what or whom.
    pub to: String,
    /// Whether whoever looks can take it back.
    pub can_undo: bool,
    /// Whether it can be stopped: not what is decided already, such as a stage's going.
    pub can_stop: bool,
    /// Whether a change of settings began it, such as a stage's going.
    pub is_of_settings: bool,
}

/// What an act is, in a few words.
pub(crate) struct Words {
    /// The word that [`undos::Summary`] has for it.
    pub what: &'static str,
    /// To what or whom, by its name.
    pub to: String,
    /// To what, as a form would say it at any time.
    pub fixed: String,
}

/// What is kept of an act.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    act: String,
    to: String,
    what: String,
    named: String,
}

impl Whom {
    const fn list(&self) -> List {
        match self {
            Self::People(_) | Self::OfSource(_) => List::People,
            Self::Tasks(_) => List::Tasks,
        }
    }

    /// These people.
    pub fn people(filter: PersonFilter) -> Self {
        Self::People(Box::new(filter))
    }

    fn searchable(self) -> Result<Self> {
        Ok(match self {
            Self::People(filter) => Self::People(Box::new(crate::people::searchable(*filter)?)),
            Self::Tasks(filter) => Self::Tasks(crate::tasks::searchable(filter)?),
            Self::OfSource(source) => Self::OfSource(source),
        })
    }

    fn count(&self, c: &mut Conn, tenant: &TenantId) -> Result<i64> {
        Ok(match self {
            Self::People(filter) => store::people::count(c, tenant, filter)?,
            Self::OfSource(source) => store::people::count_of_source(c, tenant, source)?,
            Self::Tasks(filter) => store::tasks::count(c, tenant, filter)?,
        })
    }

    /// One more than may be, where there are more.
    fn ids(&self, c: &mut Conn, tenant: &TenantId) -> Result<Vec<String>> {
        let most = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
        Ok(match self {
            Self::People(filter) => {
                let ids = store::people::list_ids(c, tenant, filter, most)?;
                ids.into_iter().map(|id| id.to_string()).collect()
            }
            Self::OfSource(source) => {
                let mut ids = store::people::list_of_source(c, tenant, source, most)?;
                // They come back with what the others have then.
                ids.extend(store::people::list_removed_of_source(c, tenant, source, most)?);
                ids.into_iter().map(|id| id.to_string()).collect()
            }
            Self::Tasks(filter) => {
                let ids = store::tasks::list_ids(c, tenant, filter, most)?;
                ids.into_iter().map(|id| id.to_string()).collect()
            }
        })
    }
}

/// Asks for what it takes to begin one, and to see those that others began.
pub(crate) fn require(ctx: &Context, list: List) -> Result<()> {
    let (sees, does) = match list {
        List::People => (Permission::ReadPeople, Permission::WritePeople),
        List::Tasks => (Permission::ReadTasks, Permission::WriteTasks),
    };
    ctx.require_to_see(sees)?;
    ctx.require(does)
}

fn words(app: &App, c: &mut Conn, ctx: &Context, list: List, input: &SweepInput) -> Result<Words> {
    let (act, to) = (input.act.clone(), input.to.clone());
    match list {
        List::People => people::words(app, c, ctx, &people::BulkInput { act, to }),
        List::Tasks => tasks::words(app, c, ctx, &tasks::BulkInput { act, to }),
    }
}

/// What an act would do, before somebody says that it shall be done.
///
/// # Errors
/// [`Error::Invalid`] where it can't be done.
pub async fn ask(app: &App, ctx: &Context, whom: Whom, input: SweepInput) -> Result<Asked> {
    require(ctx, whom.list())?;
    let whom = whom.searchable()?;
    let (app2, ctx) = (app.clone(), ctx.clone());
    app.db
        .inspect(move |c| -> Result<Asked> {
            let words = words(&app2, c, &ctx, whom.list(), &input)?;
            let count = whom.count(c, &ctx.tenant)?;
            Ok(Asked { what: words.what, to: words.to, count })
        })
        .await
}

/// Begins an act over all that match now; who comes to match later isn't touched. The same `form_id`
/// begins one, however often it is sent; an empty one doesn't count.
///
/// # Errors
/// [`Error::Invalid`] where nobody matches, too many do, or the act can't be done; [`Error::Conflict`] where
/// [`OPEN_MAX`] are under way.
pub async fn begin_sweep(
    app: &App,
    ctx: &Context,
    whom: Whom,
    input: SweepInput,
    form_id: &str,
) -> Result<SweepId> {
    require(ctx, whom.list())?;
    let (list, whom) = (whom.list(), whom.searchable()?);
    let (app2, tenant, key) = (app.clone(), ctx.tenant.clone(), form_id.to_owned());
    let (before, ids) = app
        .db
        .inspect(move |c| -> Result<(Option<SweepId>, Vec<String>)> {
            if let Some(before) = once::find::<SweepId>(c, &tenant, BEGIN, &key)? {
                // What it did may be why nobody matches any more.
                return Ok((Some(before), Vec::new()));
            }
            require_room(&app2, c, &tenant)?;
            Ok((None, whom.ids(c, &tenant)?))
        })
        .await?;
    if let Some(before) = before {
        return Ok(before);
    }
    if ids.is_empty() {
        return Err(Error::invalid(list.as_str(), "error-sweeps-none"));
    }
    if ids.len() > MOST {
        return Err(Error::invalid(list.as_str(), "error-sweeps-too-many"));
    }
    let (app2, ctx2) = (app.clone(), ctx.clone());
    let count = i64::try_from(ids.len()).map_err(Error::internal)?;
    let sweep = app.db.transact(move |c| gather(&app2, c, &ctx2, (list, count), &input)).await?;
    // Others write in between; one that dies here has begun nothing.
    for some in ids.chunks(GATHERED_AT_ONCE) {
        let (sweep, some) = (sweep.clone(), some.to_vec());
        app.db.write(move |c| store::sweeps::insert_rows(c, &sweep, &some)).await?;
    }
    let (app2, ctx, form_id, of) = (app.clone(), ctx.clone(), form_id.to_owned(), sweep.clone());
    let begun = app
        .db
        .transact(move |c| -> Result<SweepId> {
            // Sent twice at once, the later finds what the earlier began.
            store::tenants::lock(c, &ctx.tenant)?;
            if let Some(before) = once::find::<SweepId>(c, &ctx.tenant, BEGIN, &form_id)? {
                return Ok(before);
            }
            store::sweeps::begin(c, &of)?;
            queue(&app2, c, &of)?;
            let detail = json!({"count": of.count_all});
            record(&app2, c, &Who::from(&ctx), &of, "sweep.begun", detail)?;
            once::keep(&app2, c, &ctx.tenant, BEGIN, &form_id, &of.id)?;
            Ok(of.id)
        })
        .await?;
    app.wake_jobs();
    if begun != sweep.id
        && let Err(error) = forget(app, sweep).await
    {
        tracing::warn!(%error, "what was written down twice is still there; it goes later");
    }
    Ok(begun)
}

/// Refuses one more where so many are begun that what they keep would grow without end.
fn require_room(app: &App, c: &mut Conn, tenant: &TenantId) -> Result<()> {
    let since = app.clock.now().plus_secs(-LEFT_SECS);
    if store::sweeps::count_open(c, tenant, since)? < OPEN_MAX {
        return Ok(());
    }
    Err(Error::Conflict { key: "error-sweeps-too-many-begun" })
}

/// One to be, of which nothing but what it does is known yet.
fn gather(
    app: &App,
    c: &mut Conn,
    ctx: &Context,
    (list, count): (List, i64),
    input: &SweepInput,
) -> Result<Sweep> {
    // Of several that are begun at once, each sees those before it.
    store::tenants::lock(c, &ctx.tenant)?;
    require_room(app, c, &ctx.tenant)?;
    let words = words(app, c, ctx, list, input)?;
    let kept = Kept {
        act: input.act.clone(),
        to: words.fixed,
        what: words.what.to_owned(),
        named: words.to,
    };
    if list == List::People {
        let (act, to) = (kept.act.clone(), kept.to.clone());
        people::prepare(app, c, ctx, &people::BulkInput { act, to })?;
    }
    let token_id = ctx.origin.token.as_ref().map(|token| token.id.clone());
    let sweep = Sweep { token_id, ..fresh(app, ctx, (list, count), State::Gathering, &kept)? };
    store::sweeps::insert(c, &sweep)?;
    Ok(sweep)
}

/// One over so many, of which nothing is done yet, and what is kept of what it does.
fn fresh(
    app: &App,
    ctx: &Context,
    (list, count_all): (List, i64),
    state: State,
    act: &impl Serialize,
) -> Result<Sweep> {
    let now = app.clock.now();
    Ok(Sweep {
        tenant_id: ctx.tenant.clone(),
        id: SweepId::new(&*app.clock, &*app.rng),
        list,
        act_json: serde_json::to_value(act)?.into(),
        state,
        count_all,
        done: 0,
        changed: 0,
        kept: 0,
        reached: String::new(),
        problem: String::new(),
        member_id: ctx.member.clone(),
        created_at: now,
        begun_at: now,
        settled_at: None,
        token_id: None,
    })
}

/// Queues the work on one that is under way.
fn queue(app: &App, c: &mut Conn, sweep: &Sweep) -> Result<()> {
    let mut job = crate::jobs::new_job(app, &sweep.tenant_id, RUN, json!({"sweep": sweep.id}));
    // Two at once would do no harm, and no good.
    job.once = Once::No;
    store::jobs::enqueue(c, &job, app.clock.now())?;
    Ok(())
}

/// One of them.
///
/// # Errors
/// [`Error::NotFound`] for one over a list that the role doesn't see.
pub async fn get_sweep(app: &App, ctx: &Context, id: &SweepId) -> Result<Shown> {
    let (ctx, id) = (ctx.clone(), id.clone());
    app.db
        .inspect(move |c| -> Result<Shown> {
            let mut sweep = store::sweeps::get(c, &ctx.tenant, &id)?;
            let closing = closing::of(&sweep)?;
            match &closing {
                Some(closing) => closing::require(&ctx, sweep.list, closing)?,
                None => require(&ctx, sweep.list)?,
            }
            if sweep.state == State::Gathering {
                return Err(Error::NotFound);
            }
            sweep.changed = still_changed(c, &sweep)?;
            let kept = kept_of(&sweep)?;
            let undo = store::undos::find(c, &ctx.tenant, &undo_id(&sweep)?)?;
            let may = |undo: &store::undos::Undo| {
                undo.member_id == ctx.member || ctx.may(Permission::ManageSettings)
            };
            let can_undo = !sweep.state.is_under_way()
                && undo.is_some_and(|undo| undo.undone_at.is_none() && may(&undo));
            Ok(Shown {
                can_stop: sweep.state == State::Running && closing.is_none(),
                is_of_settings: closing.is_some_and(|it| it.is_of_settings()),
                sweep,
                what: kept.what,
                to: kept.named,
                can_undo,
            })
        })
        .await
}

/// How many it changed; where taking it back could not go on, how many are left to be taken back.
fn still_changed(c: &mut Conn, sweep: &Sweep) -> Result<i64> {
    Ok(match sweep.state {
        State::Failed => store::sweeps::count_changed(c, sweep)?,
        _ => sweep.changed,
    })
}

/// Those that are under way, the latest first, of the lists that whoever asks may change.
pub async fn list_under_way(app: &App, ctx: &Context) -> Result<Vec<Shown>> {
    let tenant = ctx.tenant.clone();
    let list = move |c: &mut Conn| -> store::Result<Vec<Sweep>> {
        let mut all = store::sweeps::list_under_way(c, &tenant, List::People)?;
        all.extend(store::sweeps::list_under_way(c, &tenant, List::Tasks)?);
        Ok(all)
    };
    let mut found = app.db.read(list).await?;
    found.sort_by(|one, other| other.id.cmp(&one.id));
    let mut all = Vec::with_capacity(found.len());
    for sweep in found {
        match get_sweep(app, ctx, &sweep.id).await {
            Ok(shown) => all.push(shown),
            // Not theirs to see, or forgotten meanwhile.
            Err(Error::NotFound | Error::Forbidden) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The latest that is under way over a list, for its page to lead to; none for who may not change it.
pub async fn find_under_way(app: &App, ctx: &Context, list: List) -> Result<Option<SweepId>> {
    if require(ctx, list).is_err() {
        return Ok(None);
    }
    let tenant = ctx.tenant.clone();
    let find = move |c: &mut Conn| store::sweeps::find_under_way(c, &tenant, list);
    Ok(app.db.read(find).await?.map(|it| it.id))
}

/// Stops one that is being done; whom it changed until then stays so, and can be given back what they had.
/// One that has ended stays as it is.
///
/// # Errors
/// [`Error::Conflict`] for what is decided already, such as a stage's going.
pub async fn cancel_sweep(app: &App, ctx: &Context, id: &SweepId) -> Result<()> {
    let (app2, ctx, id) = (app.clone(), ctx.clone(), id.clone());
    app.db
        .transact(move |c| -> Result<()> {
            // A lot that is being done is done first: what it changed counts.
            store::tenants::lock(c, &ctx.tenant)?;
            let sweep = store::sweeps::get(c, &ctx.tenant, &id)?;
            require(&ctx, sweep.list)?;
            if sweep.state != State::Running {
                return Ok(());
            }
            if closing::of(&sweep)?.is_some() {
                return Err(Error::Conflict { key: "error-sweeps-decided" });
            }
            let who = Who::from(&ctx);
            running::end(&app2, c, &who, &sweep, (State::Cancelled, ""))?;
            let detail = json!({"done": sweep.done, "changed": sweep.changed});
            record(&app2, c, &who, &sweep, "sweep.cancelled", detail)
        })
        .await
}

/// Forgets those that can't be taken back any more, and those that nobody began in the end; answers how
/// many.
pub(crate) async fn forget_old(app: &App) -> Result<usize> {
    let now = app.clock.now();
    // One that ends keeps what it can be taken back with from then on, and goes after it.
    let before = now.plus_secs(-(undos::KEPT_DAYS + 1) * 24 * 3_600);
    let left = now.plus_secs(-LEFT_SECS);
    let old = app.db.read(move |c| store::sweeps::list_before(c, before, left, 100)).await?;
    let count = old.len();
    for sweep in old {
        forget(app, sweep).await?;
    }
    Ok(count)
}

/// Forgets one, its rows some at a time: others write in between.
async fn forget(app: &App, sweep: Sweep) -> Result<()> {
    loop {
        let of = sweep.clone();
        let some = move |c: &mut Conn| store::sweeps::delete_some_rows(c, &of, FORGOTTEN_AT_ONCE);
        if app.db.write(some).await? == 0 {
            break;
        }
    }
    app.db
        .transact(move |c| -> Result<()> {
            store::sweeps::delete(c, &sweep)?;
            notifications::sweep_forgotten(c, &sweep)
        })
        .await
}

fn kept_of(sweep: &Sweep) -> Result<Kept> {
    Ok(serde_json::from_value(sweep.act_json.0.clone())?)
}

/// What takes one back has its id.
fn undo_id(sweep: &Sweep) -> Result<UndoId> {
    sweep.id.as_str().parse().map_err(Error::internal)
}

fn record(
    app: &App,
    c: &mut Conn,
    who: &Who,
    sweep: &Sweep,
    action: &'static str,
    detail: serde_json::Value,
) -> Result<()> {
    let act = Act { action, entity: "sweep", entity_id: sweep.id.as_str(), detail };
    audit::append(app, c, &sweep.tenant_id, who, &act)
}
