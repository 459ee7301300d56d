//! Takes a request's body in before anything looks at it: of a kind that is read here, bounded in
//! bytes and fields, and within a time, so that nobody keeps a request open by sending it slowly. What is large
//! is taken only of who may send it, and while there is room.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{Error, HttpMessage as _, HttpResponse};
use app::{Context, documents};
use domain::AccountId;
use futures_util::StreamExt as _;

use crate::member::current;
use crate::middleware::limit::Wait;
use crate::middleware::room::Room;
use crate::state::Web;
use crate::visit::Visit;
use crate::{api, hooks};

/// The longest form, in bytes.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// The most fields a form may have.
pub const FORM_FIELDS_MAX: usize = 1_000;
/// How long a client may take for a body.
const BODY_WITHIN: Duration = Duration::from_secs(20);
const FORM: &str = "application/x-www-form-urlencoded";
const UPLOAD: &str = "multipart/form-data";
/// When somebody for whom there is no room may come again, in seconds.
const AGAIN_SECS: u64 = 30;
/// The page that takes a list of people in, which may be a large one; who isn't signed in can send it no
/// more than any other.
const LISTS: &str = "/imports";
/// Where programs send one; only what opens with a token is larger than anything else of theirs.
const API_LISTS: &str = "/api/v1/imports";
/// The largest list, in bytes, with the form around it.
pub const LIST_BYTES_MAX: usize = app::imports::FILE_BYTES_MAX + (64 << 10);
/// How long a client may take for it: a phone sends a few hundred kilobytes a second.
const LIST_WITHIN: Duration = Duration::from_secs(300);
/// Around the id in the address of the page that takes in files of a person, under the same terms.
const FILES: (&str, &str) = ("/people/", "/documents");
/// Where programs send one.
const API_FILES: &str = "/api/v1/documents";
/// The largest file that comes by itself, in bytes, and a little more.
const FILE_BYTES_MAX: usize = documents::FILE_BYTES_MAX + (64 << 10);
/// The largest files together, in bytes, with the form around them: what is a little too large is told on the
/// page it came from.
pub const FILES_BYTES_MAX: usize = documents::FORM_BYTES_MAX + (64 << 10);
/// The largest body that any page takes, in bytes.
pub const BYTES_MAX: usize =
    if LIST_BYTES_MAX > FILES_BYTES_MAX { LIST_BYTES_MAX } else { FILES_BYTES_MAX };
/// The pages that take a file in.
const UPLOADS: [&str; 2] = ["/settings/logo", "/calendar/import"];
/// Where programs send a calendar file.
const API_CALENDARS: &str = "/api/v1/calendar-imports";
/// The largest file, in bytes, with the form around it.
pub const UPLOAD_BYTES_MAX: usize = hooks::BODY_BYTES_MAX;

/// What a body may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A provider's delivery, whatever it is.
    Hook,
    /// A program's, which says itself what it is.
    Api,
    /// Fields.
    Form,
    /// A file.
    Upload,
    /// A list of people.
    List,
    /// A program's.
    ApiList,
    /// Files of a person.
    Files,
    /// A program's.
    ApiFile,
    /// A program's calendar file.
    ApiUpload,
}

impl Kind {
    fn of(request: &ServiceRequest) -> Self {
        let head = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = head.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if request.path().starts_with("/hooks/") {
            Self::Hook
        } else if request.path() == API_LISTS && request.method() == Method::POST {
            Self::ApiList
        } else if request.path() == API_FILES && request.method() == Method::POST {
            Self::ApiFile
        } else if request.path() == API_CALENDARS && request.method() == Method::POST {
            Self::ApiUpload
        } else if request.path().starts_with(api::ROOT) {
            Self::Api
        } else if request.path() == LISTS && kind.eq_ignore_ascii_case(UPLOAD) {
            Self::List
        } else if is_of_person(request.path()) && kind.eq_ignore_ascii_case(UPLOAD) {
            Self::Files
        } else if UPLOADS.contains(&request.path()) && kind.eq_ignore_ascii_case(UPLOAD) {
            Self::Upload
        } else {
            Self::Form
        }
    }

    const fn bytes_max(self) -> usize {
        match self {
            Self::Hook => hooks::BODY_BYTES_MAX,
            Self::Api | Self::Form => FORM_BYTES_MAX,
            Self::Upload | Self::ApiUpload => UPLOAD_BYTES_MAX,
            Self::List | Self::ApiList => LIST_BYTES_MAX,
            Self::Files => FILES_BYTES_MAX,
            Self::ApiFile => FILE_BYTES_MAX,
        }
    }

    /// What it is of whoever may not send as much; nothing where anybody may.
    const fn of_strangers(self) -> Option<Self> {
        match self {
            Self::List | Self::Files => Some(Self::Upload),
            Self::ApiList | Self::ApiFile | Self::ApiUpload => Some(Self::Api),
            Self::Hook | Self::Api | Self::Form | Self::Upload => None,
        }
    }

    const fn within(self) -> Duration {
        match self {
            Self::List | Self::ApiList | Self::Files | Self::ApiFile => LIST_WITHIN,
            Self::Hook | Self::Api | Self::Form | Self::Upload | Self::ApiUpload => BODY_WITHIN,
        }
    }
}

/// Whether a page takes in files of a person.
fn is_of_person(path: &str) -> bool {
    let (before, after) = FILES;
    let id = path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// Reads the body and hands it on, or refuses it.
pub async fn intake<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, Error> {
    // Decoded, either of them may become part of a question to the database.
    if holds_nul(request.uri().to_string().as_bytes()) {
        return Ok(refuse(request, StatusCode::BAD_REQUEST));
    }
    let is_bodyless = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let mut room = None;
    if !is_bodyless {
        match take(&mut request).await {
            Ok((body, held)) => {
                request.set_payload(Payload::from(body));
                room = held;
            }
            Err(status) => {
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    request.extensions_mut().insert(Wait(AGAIN_SECS));
                }
                return Ok(refuse(request, status));
            }
        }
    }
    let answer = next.call(request).await?.map_into_left_body();
    // Until there is an answer somebody may still hold what was sent.
    drop(room);
    Ok(answer)
}

fn refuse<B: MessageBody>(
    request: ServiceRequest,
    status: StatusCode,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let (request, _) = request.into_parts();
    // What was not read of the body would be taken for the next request.
    let answer = HttpResponse::build(status).force_close().finish();
    ServiceResponse::new(request, answer.map_into_right_body())
}

async fn take(request: &mut ServiceRequest) -> Result<(Bytes, Option<Room>), StatusCode> {
    let (mut kind, mut sender) = (Kind::of(request), None);
    if let Some(less) = kind.of_strangers() {
        sender = sender_of(request, kind).await;
        kind = if sender.is_some() { kind } else { less };
    }
    let most = kind.bytes_max();
    let declared = check_head(request, kind, most)?;
    let room = match &sender {
        Some(sender) => room_for(request, sender, declared.unwrap_or(most)).await?,
        None => None,
    };
    let payload = request.parts_mut().1.take();
    let body = tokio::time::timeout(kind.within(), read(payload, most))
        .await
        .map_err(|_| StatusCode::REQUEST_TIMEOUT)??;
    if kind == Kind::Form {
        check_form(&body)?;
    }
    Ok((body, room))
}

/// Who sends it, if they may send as much; the handler asks what else they may.
async fn sender_of(request: &ServiceRequest, kind: Kind) -> Option<AccountId> {
    let visit = Visit::of(request.request())?;
    let may_add = |ctx: &Context| documents::require_to_add(ctx).is_ok();
    match kind {
        Kind::List => Some(current(&visit).await.ok()?.login.account),
        Kind::Files => Some(current(&visit).await.ok()?.context.filter(may_add)?.account),
        Kind::ApiList | Kind::ApiUpload => Some(token_at_work(request, &visit).await?.account),
        Kind::ApiFile => Some(token_at_work(request, &visit).await.filter(may_add)?.account),
        Kind::Hook | Kind::Api | Kind::Form | Kind::Upload => None,
    }
}

/// On whose behalf the request's token is at work, if it opens anything.
async fn token_at_work(request: &ServiceRequest, visit: &Visit) -> Option<Context> {
    let said = request.headers().get(AUTHORIZATION).and_then(|said| said.to_str().ok());
    let token = said.and_then(|said| said.split_once(' ')).map(|(_, token)| token.trim());
    let found =
        app::api_tokens::find_sender(&visit.web.app, token.unwrap_or_default(), &visit.origin);
    found.await.ok().flatten()
}

/// Waits for room for what is larger than anybody's.
async fn room_for(
    request: &ServiceRequest,
    sender: &AccountId,
    bytes: usize,
) -> Result<Option<Room>, StatusCode> {
    if bytes <= UPLOAD_BYTES_MAX {
        return Ok(None);
    }
    let web = request.app_data::<Data<Web>>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    let room = web.rooms.enter(sender, bytes).await;
    room.map(Some).ok_or(StatusCode::SERVICE_UNAVAILABLE)
}

/// What the headers say already; answers how many bytes there are to be.
fn check_head(
    request: &ServiceRequest,
    kind: Kind,
    most: usize,
) -> Result<Option<usize>, StatusCode> {
    let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    let declared = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    // Signatures are of the bytes as sent, and a small body may unpack to a huge one.
    if header(CONTENT_ENCODING).is_some_and(|how| !how.eq_ignore_ascii_case("identity")) {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let is_empty = declared == Some(0) || declared.is_none() && !is_chunked(request);
    let fits = match header(CONTENT_TYPE) {
        _ if kind != Kind::Form => true,
        None => is_empty,
        Some(said) => is_form(said),
    };
    if fits { Ok(declared) } else { Err(StatusCode::UNSUPPORTED_MEDIA_TYPE) }
}

fn is_chunked(request: &ServiceRequest) -> bool {
    request.headers().contains_key(actix_web::http::header::TRANSFER_ENCODING)
}

/// Forms in UTF-8; a form that says another charset would be read wrongly.
pub(super) fn is_form(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let is_utf8 = |part: &str| part.to_ascii_lowercase().trim_matches('"') == "charset=utf-8";
    kind.eq_ignore_ascii_case(FORM) && parts.all(|part| part.is_empty() || is_utf8(part))
}

async fn read(mut payload: Payload, most: usize) -> Result<Bytes, StatusCode> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if body.len() + chunk.len() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn check_form(body: &[u8]) -> Result<(), StatusCode> {
    if body.split(|byte| *byte == b'&').count() > FORM_FIELDS_MAX {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    if std::str::from_utf8(body).is_err() || holds_nul(body) {
        return Err(StatusCode::BAD_REQUEST);
    }
    Ok(())
}

/// No field of ours holds a NUL, and PostgreSQL keeps none.
fn holds_nul(body: &[u8]) -> bool {
    body.contains(&0) || body.windows(3).any(|escape| escape == b"%00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_in_utf8_are_forms() {
        for form in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-Urlencoded; charset=UTF-8",
            "application/x-www-form-urlencoded;",
        ] {
            assert!(is_form(form), "{form}");
        }
        for other in [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded; charset=utf-16",
            "application/x-www-form-urlencodedx",
            "",
        ] {
            assert!(!is_form(other), "{other}");
        }
    }

    #[test]
    fn no_body_is_let_in_that_handlers_refuse() {
        for kind in [
            Kind::Hook,
            Kind::Api,
            Kind::Form,
            Kind::Upload,
            Kind::List,
            Kind::ApiList,
            Kind::Files,
            Kind::ApiFile,
            Kind::ApiUpload,
        ] {
            assert!(kind.bytes_max() <= BYTES_MAX);
        }
    }

    #[test]
    fn files_of_a_person_have_an_address_of_their_own() {
        assert!(is_of_person("/people/01900000-0000-7000-8000-000000000000/documents"));
        for other in ["/people//documents", "/people/documents", "/people/1/notes/documents"] {
            assert!(!is_of_person(other), "{other}");
        }
    }

    #[test]
    fn a_form_of_too_many_fields_or_with_a_nul_is_refused() {
        let fields = |n: usize| vec!["a=b"; n].join("&");
        assert_eq!(check_form(fields(FORM_FIELDS_MAX).as_bytes()), Ok(()));
        assert!(check_form(fields(FORM_FIELDS_MAX + 1).as_bytes()).is_err());
        for bad in [&b"a=\0"[..], b"a=%00", b"a=\xff"] {
            assert_eq!(check_form(bad), Err(StatusCode::BAD_REQUEST));
        }
    }
}
