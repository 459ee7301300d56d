//! What programs are told when something fails (RFC 9457): the status, a code that stays the same, and a
//! sentence for whoever reads the log.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use app::Error;
use app::availability::{Taken, TakenBy};
use domain::{ApiScope, Locale};
use serde_json::{Map, Value, json};

use crate::state::Web;
use crate::visit::{Marks, locale};

/// The media type of problems.
pub const PROBLEM: &str = "application/problem+json";

/// A failed request.
#[derive(Debug)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// The key of what is wrong.
    pub key: String,
    /// Where in the request, as JSON pointers or parameters' names, with keys of their own.
    pub errors: Vec<(String, String)>,
    /// Headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
    /// More members.
    pub more: Map<String, Value>,
    /// What the log says of a defect.
    pub defect: Option<Box<str>>,
}

impl Problem {
    /// A problem of this status.
    pub fn new(status: StatusCode, key: impl Into<String>) -> Self {
        Self {
            status,
            key: key.into(),
            errors: Vec::new(),
            headers: Vec::new(),
            more: Map::new(),
            defect: None,
        }
    }

    /// With places where something is wrong.
    #[must_use]
    pub fn at(self, errors: Vec<(String, String)>) -> Self {
        Self { errors, ..self }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Nothing is there, or nothing that this token sees.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "error-api-not-found")
    }

    /// No token, or none that opens anything.
    pub fn no_token(given: bool) -> Self {
        let how = if given { ", error=\"invalid_token\"" } else { "" };
        Self::new(StatusCode::UNAUTHORIZED, "error-api-token")
            .with("WWW-Authenticate", format!("Bearer realm=\"oxpi\"{how}"))
    }

    /// A token that isn't good for this.
    pub fn no_scope(scope: ApiScope) -> Self {
        let how = format!("Bearer realm=\"oxpi\", error=\"insufficient_scope\", scope=\"{scope}\"");
        Self::new(StatusCode::FORBIDDEN, "error-api-scope").with("WWW-Authenticate", how)
    }

    /// A field of the body that is wrong.
    pub fn field(pointer: impl Into<String>, key: impl Into<String>) -> Self {
        let key = key.into();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "error-api-invalid")
            .at(vec![(pointer.into(), key)])
    }

    /// What a refusal before the API itself means to a program.
    pub fn of_status(status: StatusCode) -> Self {
        let key = match status.as_u16() {
            401 => return Self::no_token(false),
            404 => "error-api-not-found",
            405 => "error-api-method",
            408 => "error-api-slow",
            413 => "error-api-too-large",
            415 => "error-api-media",
            429 => "error-api-limited",
            503 => "error-api-unavailable",
            500.. => "error-api-internal",
            _ => "error-api-refused",
        };
        Self::new(status, key)
    }

    /// Says it.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let locale = locale(request, None);
        let id = request.extensions().get::<Marks>().map(|marks| marks.request_id.clone());
        let web = request.app_data::<actix_web::web::Data<Web>>();
        let body = self.body(web.map(|web| &***web), locale, id.as_deref().unwrap_or_default());
        if let Some(defect) = &self.defect {
            let (method, path) = (request.method().as_str(), request.path());
            tracing::error!(request = id, method, path, error = &**defect, "failed");
        }
        let mut answer = HttpResponse::build(self.status);
        answer.content_type(PROBLEM);
        for (name, value) in &self.headers {
            answer.insert_header((*name, value.as_str()));
        }
        answer.body(body.to_string())
    }

    fn body(&self, web: Option<&Web>, locale: Locale, request_id: &str) -> Value {
        let text = |key: &str| match web {
            Some(web) if web.theme.texts.has(locale, key) => web.theme.texts.plain(locale, key),
            _ => code(key).to_owned(),
        };
        let mut body = self.more.clone();
        body.insert("type".into(), "about:blank".into());
        let title = self.status.canonical_reason().unwrap_or("Error");
        body.insert("title".into(), title.into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), text(&self.key).into());
        body.insert("code".into(), code(&self.key).into());
        body.insert("request_id".into(), request_id.into());
        if !self.errors.is_empty() {
            let errors = self
                .errors
                .iter()
                .map(|(at, key)| json!({"pointer": at, "code": code(key), "detail": text(key)}));
            body.insert("errors".into(), errors.collect());
        }
        Value::Object(body)
    }
}

/// A key as programs know it.
pub fn code(key: &str) -> &str {
    let code = key.strip_prefix("error-").unwrap_or(key);
    code.strip_prefix("api-").unwrap_or(code)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden | Error::Unproven => {
                Self::new(StatusCode::FORBIDDEN, "error-api-forbidden")
            }
            Error::SignedOut => Self::no_token(true),
            Error::Invalid { field, key } => Self::field(pointer(&field), key),
            Error::Conflict { key } => Self::new(StatusCode::CONFLICT, key),
            Error::Taken { by } => {
                let mut taken = Self::new(StatusCode::CONFLICT, "error-time-taken");
                taken.more.insert("taken".into(), by.iter().map(taken_by).collect());
                taken
            }
            Error::Limited { retry_after_secs } => Self::of_status(StatusCode::TOO_MANY_REQUESTS)
                .with("Retry-After", retry_after_secs.to_string()),
            Error::Unavailable { key, .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, key).with("Retry-After", "30")
            }
            Error::Internal(source) => Self {
                defect: Some(source.to_string().into()),
                ..Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            },
        }
    }
}

/// Where a form's field stands in a body.
fn pointer(field: &str) -> String {
    let number = field.strip_prefix("contact-").filter(|rest| rest.parse::<usize>().is_ok());
    if let Some(id) = field.strip_prefix("own-") {
        return format!("/fields/{id}");
    }
    if let Some(part) = field.strip_prefix("attribution-") {
        return format!("/attribution/{part}");
    }
    if let Some(place) = field.strip_prefix("column-") {
        return format!("/columns/{place}");
    }
    match (number, field) {
        // The whole of what was sent.
        (None, "file" | "form") => String::new(),
        (Some(number), _) => format!("/contacts/{number}/value"),
        (None, "repeat") => "/rule".to_owned(),
        (None, "business") => "/name".to_owned(),
        (None, "locale") => "/language".to_owned(),
        (None, "ends") => "/ends_at".to_owned(),
        (None, "starts") => "/starts_at".to_owned(),
        (None, field) => format!("/{field}"),
    }
}

fn taken_by(taken: &Taken) -> Value {
    let (appointment, title) = match &taken.by {
        TakenBy::Appointment { id, title, .. } => (Some(id), title),
        TakenBy::Busy { title, .. } => (None, title),
    };
    json!({
        "starts_at": taken.starts_at.to_rfc3339(),
        "ends_at": taken.ends_at.to_rfc3339(),
        "appointment": appointment,
        "title": title,
    })
}
