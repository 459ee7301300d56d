//! The stream of changes (server-sent events): names of topics, never what changed. Who is signed out
//! or removed while it is open hears nothing more.

use std::time::Duration;

use actix_web::http::header::{ACCEPT, HeaderName};
use actix_web::web::{self, Bytes, Query};
use actix_web::{HttpRequest, HttpResponse};
use app::{Context, Error, Origin, live, sessions};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::watch;

use crate::answer::Answer;
use crate::live::Slot;
use crate::member::Member;
use crate::state::Web;

/// How often a stream looks.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two signs of life, each with a look at the session.
const QUIET_LOOKS: u32 = 15;

/// From where on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct LiveQuery {
    after: Option<i64>,
}

/// Follows what changes. Asked by anything but an event source, it answers what changed until now.
pub async fn follow(member: Member, request: HttpRequest, query: Query<LiveQuery>) -> Answer {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let last = header("last-event-id").and_then(|id| id.parse::<i64>().ok());
    let web = member.web.clone();
    let head = live::find_head(&web.app, &member.ctx.tenant).await?;
    // Nobody is further than the end: that was another business's number, or an older database's.
    let seen = last.or(query.after).filter(|seen| (0..=head).contains(seen)).unwrap_or(head);
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/event-stream; charset=utf-8");
    // A proxy in between passes events on as they come.
    answer.insert_header((HeaderName::from_static("x-accel-buffering"), "no"));
    if !header(ACCEPT.as_str()).is_some_and(|kinds| kinds.contains("text/event-stream")) {
        let changed = live::changed_since(&web.app, &member.ctx, seen).await?;
        return Ok(answer.body(event(&changed)));
    }
    let Some(token) = member.token.clone() else { return Err(Error::SignedOut.into()) };
    let listener = Listener {
        _slot: web.live.enter(&member.login.session)?,
        closing: web.live.closing(),
        origin: member.origin.clone(),
        ctx: member.ctx,
        web,
        token,
        seen,
        quiet: 0,
        begun: false,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let said = listener.next().await?;
        Some((Ok::<Bytes, actix_web::Error>(Bytes::from(said)), listener))
    });
    Ok(answer.streaming(Box::pin(events)))
}

fn event(changed: &live::Changed) -> String {
    format!("id: {}\nevent: changed\ndata: {}\n\n", changed.head, changed.topics.join(" "))
}

struct Listener {
    /// Held as long as the stream is open.
    _slot: Slot,
    closing: watch::Receiver<bool>,
    origin: Origin,
    ctx: Context,
    web: web::Data<Web>,
    token: String,
    seen: i64,
    quiet: u32,
    begun: bool,
}

impl Listener {
    /// What is said next; None ends the stream.
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some("retry: 3000\n\n".to_owned());
        }
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = self.closing.wait_for(|closing| *closing) => return None,
            }
            self.quiet += 1;
            let head = self.web.live.head(&self.web.app, &self.ctx.tenant).await.ok()?;
            if head > self.seen {
                if let Some(said) = self.look().await? {
                    return Some(said);
                }
            }
            if self.quiet >= QUIET_LOOKS {
                self.check().await?;
                self.quiet = 0;
                return Some(": still here\n\n".to_owned());
            }
        }
    }

    /// Whoever it was is asked for again before anything is told: what changed may be that they left.
    async fn look(&mut self) -> Option<Option<String>> {
        self.check().await?;
        let changed = live::changed_since(&self.web.app, &self.ctx, self.seen).await.ok()?;
        self.seen = changed.head;
        if changed.topics.is_empty() {
            return Some(None);
        }
        self.quiet = 0;
        Some(Some(event(&changed)))
    }

    async fn check(&mut self) -> Option<()> {
        let current = sessions::still_opens(&self.web.app, &self.token, &self.origin).await.ok()?;
        self.ctx = current.context.filter(|ctx| ctx.tenant == self.ctx.tenant)?;
        Some(())
    }
}
