//! A member's calendar for other programs: its secret address, and what is read there.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, ETAG, IF_NONE_MATCH, LAST_MODIFIED,
};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use app::calendar_feeds::{self, FeedFile};
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::answer::Answer;
use crate::member::Member;
use crate::views::calendar_feeds::FeedPage;
use crate::visit::Visit;

/// What every address ends with, as calendar programs like it.
const ENDING: &str = ".ics";

/// The page.
pub async fn show(member: Member) -> Answer {
    page(&member, String::new()).await
}

async fn page(member: &Member, address: String) -> Answer {
    let feed = calendar_feeds::find_feed(&member.web.app, &member.ctx).await?;
    let dates = member.dates();
    let since = feed.as_ref().map(|feed| dates.short(dates.local(feed.created_at).date()));
    let read = feed.and_then(|feed| feed.read_at).map(|at| dates.moment(at));
    let page =
        FeedPage { address, since: since.unwrap_or_default(), read: read.unwrap_or_default() };
    member.page(&page).await
}

/// Makes an address in the place of the one there was. It is on the answered page and nowhere else.
pub async fn renew(member: Member) -> Answer {
    let secret = calendar_feeds::renew_feed(&member.web.app, &member.ctx).await?;
    let address = format!("{}/feeds/{secret}{ENDING}", member.web.app.options.public_url);
    page(&member, address).await
}

/// Withdraws the address.
pub async fn withdraw(member: Member) -> Answer {
    calendar_feeds::withdraw_feed(&member.web.app, &member.ctx).await?;
    member.said("/calendar/feed", "said-feed-withdrawn")
}

/// The calendar behind an address.
pub async fn read(request: HttpRequest, visit: Visit, path: Path<String>) -> Answer {
    let secret = path.strip_suffix(ENDING).unwrap_or(&path);
    let (app, origin) = (&visit.web.app, &visit.origin);
    let file = if visit.is_head {
        calendar_feeds::look_at_feed(app, secret, origin).await?
    } else {
        calendar_feeds::read_feed(app, secret, origin).await?
    };
    let tag = format!("\"{}\"", file.digest);
    let known = request.headers().get(IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let is_known = known.is_some_and(|known| {
        known.split(',').map(str::trim).any(|each| each.trim_start_matches("W/") == tag)
    });
    let mut answer = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "private, no-cache"));
    if let Some(at) = last_modified(&file) {
        answer.insert_header((LAST_MODIFIED, at));
    }
    if is_known {
        return Ok(answer.finish());
    }
    answer.insert_header((CONTENT_DISPOSITION, "inline; filename=\"calendar.ics\""));
    Ok(answer.content_type("text/calendar; charset=utf-8").body(file.body))
}

/// Since when it says what it says, as HTTP writes times.
fn last_modified(file: &FeedFile) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(file.changed_at.as_millis()).ok()?;
    DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}
