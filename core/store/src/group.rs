//! Group commit: writes to an SQLite database that wait at the same moment share one transaction,
//! and with it the one wait for the disk that makes them durable.
//!
//! Each write runs in a savepoint of its own, in the order of arrival, and is rolled back alone when
//! it fails or panics. Nobody is answered before the commit, not even those who failed or changed
//! nothing: what they saw may be another's write, which isn't there until then. Where the commit
//! fails, all of the group fail. Nobody waits for company: a group is whoever came while the one
//! before was being written.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use tokio::sync::oneshot;

use crate::backend::Conn;
use crate::checkpoint::Checkpoints;
use crate::error::{Error, Result};
use crate::pool::{Pool, Source};

/// Most writes of a group. More would make the first wait longer and save next to nothing.
const MEMBERS_MAX: usize = 128;
/// How long a group may take before nobody joins it any more.
const OPEN_FOR: Duration = Duration::from_millis(5);
/// A group that takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_secs(1);

/// The one connection that writes, and who waits for it.
pub(crate) struct Group {
    source: Source,
    checkpoints: Arc<Checkpoints>,
    /// How long a write waits for its turn.
    wait: Duration,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Box<dyn Member>>,
    /// Whether a thread is at work on it.
    is_led: bool,
    /// The connection, while no thread has it.
    idle: Option<Conn>,
}

impl Group {
    /// Writes by one source's connections, copies the log by the other's.
    pub(crate) fn new(source: Source, copying: Source, wait: Duration) -> Self {
        let checkpoints = Arc::new(Checkpoints::new(copying));
        Self { source, checkpoints, wait, line: Mutex::default() }
    }

    /// Makes the connection and looks at it, before anybody writes.
    pub(crate) async fn prepare(
        self: &Arc<Self>,
        look: impl FnOnce(&mut Conn) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let group = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            let mut conn = group.source.open()?;
            look(&mut conn)?;
            group.line().idle = Some(conn);
            Ok(())
        });
        task.await.unwrap_or_else(|panicked| Err(Error::internal(panicked)))
    }

    /// Runs the closure in its turn and answers when what it did is on disk. It never runs if the
    /// caller stops waiting before its turn, and runs to its end if later.
    pub(crate) async fn run<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let place = Place::new(Turn::Here(work));
        let (answer, answered) = oneshot::channel();
        if let Some(lead) = self.join(place.member(answer)) {
            tokio::task::spawn_blocking(move || lead.run());
        }
        self.answer(place, answered).await
    }

    /// [`Group::run`] for a write that depends on a look at the database: what `read` answers joins
    /// the group on the thread that read, without a way back to the caller in between.
    pub(crate) async fn run_after<T, E, W>(
        self: &Arc<Self>,
        readers: &Arc<Pool>,
        read: impl FnOnce(&mut Conn) -> Result<W, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        W: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let place = Place::new(Turn::Coming);
        let (answer, answered) = oneshot::channel();
        let (group, theirs) = (Arc::clone(self), Place::of(&place));
        let goes_on = move |found: Result<W, E>| match found {
            Err(error) => drop(answer.send(Err(error))),
            Ok(work) => {
                if theirs.arrive(work)
                    && let Some(lead) = group.join(theirs.member(answer))
                {
                    lead.run();
                }
            }
        };
        readers.run_then(read, goes_on).await?;
        self.answer(place, answered).await
    }

    async fn answer<T, E: From<Error>, F>(
        &self,
        place: Place<F>,
        mut answered: oneshot::Receiver<Result<T, E>>,
    ) -> Result<T, E> {
        let answer = match tokio::time::timeout(self.wait, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if place.give_up() => return Err(Error::Timeout.into()),
            Err(_) => answered.await,
        };
        answer.unwrap_or_else(|_| Err(Error::internal("the write was lost").into()))
    }

    /// Adds a write to the line; whoever finds nobody at work on it has to lead.
    fn join(self: &Arc<Self>, member: Box<dyn Member>) -> Option<Lead> {
        let mut line = self.line();
        line.waiting.push_back(member);
        if std::mem::replace(&mut line.is_led, true) {
            return None;
        }
        Some(Lead { group: Arc::clone(self), conn: line.idle.take(), ended: false })
    }

    /// How many writes wait for their turn.
    pub(crate) fn waiting(&self) -> usize {
        self.line().waiting.len()
    }

    /// Who is next and still waits.
    fn next(&self) -> Option<Box<dyn Member>> {
        next(&mut self.line())
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next(line: &mut Line) -> Option<Box<dyn Member>> {
    while let Some(mut member) = line.waiting.pop_front() {
        if member.begin() {
            return Some(member);
        }
    }
    None
}

/// The thread that works until nobody waits.
struct Lead {
    group: Arc<Group>,
    conn: Option<Conn>,
    ended: bool,
}

impl Lead {
    fn run(mut self) {
        while let Some(first) = self.next_or_end() {
            let conn = match self.conn.take() {
                Some(conn) => Ok(conn),
                None => self.group.source.open(),
            };
            match conn {
                Ok(conn) => self.conn = self.group.commit_together(conn, first),
                Err(error) => first.answer(Err(&error)),
            }
        }
    }

    /// Whoever comes after this found nobody starts another thread.
    fn next_or_end(&mut self) -> Option<Box<dyn Member>> {
        let mut line = self.group.line();
        let first = next(&mut line);
        if first.is_none() {
            self.ended = true;
            line.is_led = false;
            line.idle = self.conn.take();
        }
        first
    }
}

impl Drop for Lead {
    /// A runtime that shuts down drops what it didn't begin. Others may wait in another runtime, so
    /// a thread of nobody's goes on.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let lead = Self { group: Arc::clone(&self.group), conn: self.conn.take(), ended: false };
        std::thread::spawn(move || lead.run());
    }
}

impl Group {
    /// One transaction. Answers the connection, if it can be used again.
    fn commit_together(&self, mut conn: Conn, first: Box<dyn Member>) -> Option<Conn> {
        let start = Instant::now();
        if let Err(error) = conn.begin_write() {
            first.answer(Err(&error.into()));
            return None;
        }
        let mut members = Vec::new();
        let mut next = Some(first);
        let mut outcome = Ok(());
        while let Some(mut member) = next {
            outcome = in_savepoint(&mut conn, &mut *member);
            members.push(member);
            let is_open = outcome.is_ok()
                && conn.depth() == Some(1)
                && members.len() < MEMBERS_MAX
                && start.elapsed() < OPEN_FOR;
            next = if is_open { self.next() } else { None };
        }
        // A panic within a transaction within leaves diesel's count wrong, but not SQLite's state.
        let is_sound = conn.depth() == Some(1);
        let committed = outcome.and_then(|()| match is_sound {
            true => conn.commit(),
            false => conn.batch_execute("COMMIT"),
        });
        let took = start.elapsed();
        if took > SLOW {
            tracing::warn!(took_ms = took.as_millis(), writes = members.len(), "slow transaction");
        }
        let committed = committed.map_err(not_committed);
        if let Err(error) = &committed {
            tracing::warn!(%error, writes = members.len(), "writes could not be committed");
        }
        for member in members {
            member.answer(committed.as_ref().copied());
        }
        if committed.is_ok() {
            self.checkpoints.committed();
        }
        // One that is dropped rolls back what is left.
        (is_sound && committed.is_ok()).then_some(conn)
    }
}

/// Keeps or undoes what the member did. An error is the transaction's own: SQLite has given it up,
/// as it may when the disk is full.
fn in_savepoint(conn: &mut Conn, member: &mut dyn Member) -> QueryResult<()> {
    conn.batch_execute("SAVEPOINT member")?;
    let is_kept = member.work(conn);
    conn.batch_execute(match is_kept {
        true => "RELEASE member",
        false => "ROLLBACK TO member; RELEASE member",
    })
}

/// What becomes of a group is no one member's fault: not a row that isn't there, nor a conflict.
fn not_committed(error: diesel::result::Error) -> Error {
    match Error::from(error) {
        known @ (Error::Unavailable(_) | Error::Timeout | Error::Internal(_)) => known,
        other => Error::internal(format!("a group of writes could not be committed: {other}")),
    }
}

/// A write as its group sees it.
trait Member: Send {
    /// Whether somebody still waits for it; from then on it is done whether they wait or not.
    fn begin(&mut self) -> bool;
    /// Runs it; answers whether its changes are to be kept.
    fn work(&mut self, conn: &mut Conn) -> bool;
    /// Tells who waits, now that the group is committed or can't be.
    fn answer(self: Box<Self>, committed: Result<(), &Error>);
}

/// Where a closure is. Whoever takes it out decides: the group to run it, the caller not to.
enum Turn<F> {
    /// It isn't known yet.
    Coming,
    Here(F),
    Gone,
}

type Waiting<F> = Arc<Mutex<Turn<F>>>;

struct Write<F, T, E> {
    waiting: Waiting<F>,
    begun: Option<F>,
    done: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Member for Write<F, T, E>
where
    T: Send,
    E: From<Error> + Send,
    F: FnOnce(&mut Conn) -> Result<T, E> + Send,
{
    fn begin(&mut self) -> bool {
        self.begun = take(&self.waiting);
        self.begun.is_some()
    }

    fn work(&mut self, conn: &mut Conn) -> bool {
        let Some(work) = self.begun.take() else { return false };
        // What the closure left half-done is undone with its savepoint.
        let done = catch_unwind(AssertUnwindSafe(|| work(conn)));
        let done = done.unwrap_or_else(|panic| Err(panicked(&*panic).into()));
        self.done.insert(done).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), &Error>) {
        let answer = match (committed, self.done) {
            (Ok(()), Some(done)) => done,
            (Ok(()), None) => return,
            (Err(error), _) => Err(again(error).into()),
        };
        // Nobody there: it is done all the same.
        let _ = self.answer.send(answer);
    }
}

/// One end of a waiting closure, the caller's or that of who brings it; when the caller gives it up,
/// it is gone.
struct Place<F> {
    waiting: Waiting<F>,
    is_callers: bool,
}

impl<F> Place<F> {
    fn new(turn: Turn<F>) -> Self {
        Self { waiting: Arc::new(Mutex::new(turn)), is_callers: true }
    }

    /// The other end.
    fn of(callers: &Self) -> Self {
        Self { waiting: Arc::clone(&callers.waiting), is_callers: false }
    }

    /// Brings the closure; false when nobody waits for it any more.
    fn arrive(&self, work: F) -> bool {
        let mut turn = locked(&self.waiting);
        let is_awaited = matches!(*turn, Turn::Coming);
        if is_awaited {
            *turn = Turn::Here(work);
        }
        is_awaited
    }

    /// Whether it had not begun, and now never will.
    fn give_up(&self) -> bool {
        !matches!(std::mem::replace(&mut *locked(&self.waiting), Turn::Gone), Turn::Gone)
    }

    fn member<T, E>(&self, answer: oneshot::Sender<Result<T, E>>) -> Box<dyn Member>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let waiting = Arc::clone(&self.waiting);
        Box::new(Write { waiting, begun: None, done: None, answer })
    }
}

impl<F> Drop for Place<F> {
    fn drop(&mut self) {
        if self.is_callers {
            self.give_up();
        }
    }
}

fn locked<F>(waiting: &Waiting<F>) -> MutexGuard<'_, Turn<F>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take<F>(waiting: &Waiting<F>) -> Option<F> {
    match std::mem::replace(&mut *locked(waiting), Turn::Gone) {
        Turn::Here(work) => Some(work),
        Turn::Coming | Turn::Gone => None,
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(format!("a write panicked: {}", text.unwrap_or("without a word")))
}

/// The same error once more, for the next of the group.
fn again(error: &Error) -> Error {
    match error {
        Error::Unavailable(why) => Error::Unavailable(why.clone()),
        Error::Timeout => Error::Timeout,
        Error::Internal(source) => Error::internal(source.to_string()),
        other => Error::internal(other.to_string()),
    }
}
