//! A request's way to its operation and back: who asks, how often, whether they may, whether what they
//! send is what the operation takes, and whether it was sent before.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use app::api_answers::{self, Answered, Begun, Keyed};
use app::api_tokens::{self, Opened};
use app::live;
use serde_json::{Map, Value};

use super::answer::{Answer, Reply, tag_of};
use super::call::{Call, wrong_parameter};
use super::limits::Left;
use super::negotiate::{has_tag, is_json, takes_json};
use super::operations::{self, FILE, Operation, PLUGIN, Shows};
use super::problem::Problem;
use super::schema;
use crate::visit::{AtWork, Visit};

/// The longest key of a request, in bytes.
const KEY_BYTES_MAX: usize = 255;
/// The media type of answers.
const JSON: &str = "application/json";

/// Answers a request to a path of the table.
pub async fn serve(request: HttpRequest, body: Bytes) -> HttpResponse {
    let mut left = None;
    let answer = attend(&request, &body, &mut left).await;
    let mut response = match answer {
        Ok(response) => response,
        Err(problem) => problem.answer(&request),
    };
    for (name, value) in left.into_iter().flat_map(Left::headers) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn attend(
    request: &HttpRequest,
    body: &Bytes,
    left: &mut Option<Left>,
) -> Result<HttpResponse, Problem> {
    let Some(visit) = Visit::of(request) else {
        return Err(Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR));
    };
    let path = request.match_pattern().unwrap_or_default();
    let is_head = request.method() == "HEAD";
    let asked = if is_head { "GET" } else { request.method().as_str() };
    let Some(operation) = operations::find(asked, &path) else {
        let none = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "error-api-method");
        return Err(none.with("Allow", operations::methods(&path)));
    };
    let opened = open(request, &visit).await?;
    let (tenant, account) = (opened.context.tenant.clone(), opened.context.account.clone());
    request.extensions_mut().insert(AtWork(tenant, account));
    *left = visit.web.token_limits.count(&opened.id, visit.web.app.clock.now());
    if let Some(over) = left.filter(|left| !left.is_within) {
        let limited = Problem::of_status(StatusCode::TOO_MANY_REQUESTS);
        return Err(limited.with("Retry-After", over.reset_secs.to_string()));
    }
    let is_file = matches!(operation.shows, Shows::File(_));
    if !is_file && !takes_json(header(request, ACCEPT)) {
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "error-api-accept"));
    }
    may(&opened, operation)?;
    refuse_tag(request, operation)?;
    let call = Call {
        web: visit.web.clone(),
        is_head,
        path: request.path().to_owned(),
        ids: ids(request, operation)?,
        query: query(request, operation)?,
        body: self::body(request, body, operation)?,
        file: if operation.body == Some(FILE) { body.clone() } else { Bytes::new() },
        rev: None,
        once: String::new(),
        operation,
        opened,
    };
    let reply = once(request, body, call).await?;
    Ok(respond(request, reply))
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Whose the token is. The session's cookie opens nothing here.
async fn open(request: &HttpRequest, visit: &Visit) -> Result<Opened, Problem> {
    let said = header(request, AUTHORIZATION).ok_or_else(|| Problem::no_token(false))?;
    let (scheme, token) = said.split_once(' ').ok_or_else(|| Problem::no_token(true))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Problem::no_token(true));
    }
    Ok(api_tokens::open_token(&visit.web.app, token.trim(), &visit.origin).await?)
}

/// Whether the role and the token allow it.
fn may(opened: &Opened, operation: &Operation) -> Result<(), Problem> {
    let role = opened.context.role;
    if operation.sees.is_some_and(|permission| !role.may(permission)) {
        return Err(Problem::not_found());
    }
    if let Some(scope) = operation.scope.filter(|scope| !opened.scopes.has(*scope)) {
        return Err(Problem::no_scope(scope));
    }
    match operation.needs {
        Some(permission) if !role.may(permission) => {
            Err(Problem::new(StatusCode::FORBIDDEN, "error-api-forbidden"))
        }
        _ => Ok(()),
    }
}

/// Refuses what is to be held to a tag where nothing has one: whoever sends it would believe that it is.
fn refuse_tag(request: &HttpRequest, operation: &Operation) -> Result<(), Problem> {
    let is_read = operation.method == "GET";
    if is_read || operation.can_match() || header(request, IF_MATCH).is_none() {
        return Ok(());
    }
    let place = ("If-Match".to_owned(), "error-api-if-match".to_owned());
    Err(Problem::new(StatusCode::BAD_REQUEST, "error-api-if-match").at(vec![place]))
}

/// The ids in the path; what is no id is not there.
fn ids(request: &HttpRequest, operation: &Operation) -> Result<BTreeMap<String, String>, Problem> {
    let mut ids = BTreeMap::new();
    for name in operation.ids() {
        let id = request.match_info().get(name).unwrap_or_default();
        let is_one = match name {
            PLUGIN => id.parse::<domain::PluginId>().is_ok(),
            _ => id.parse::<domain::PersonId>().is_ok(),
        };
        if !is_one {
            return Err(Problem::not_found());
        }
        ids.insert(name.to_owned(), id.to_owned());
    }
    Ok(ids)
}

/// The parameters after the path, each known, as its schema wants it, and given once unless it may be
/// said several times.
fn query(
    request: &HttpRequest,
    operation: &Operation,
) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let known: BTreeMap<&str, Value> = (operation.query)().into_iter().collect();
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, text) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        let schema = known.get(&*name).ok_or_else(|| wrong_parameter(&name))?;
        let before = query.entry(name.to_string()).or_default();
        if !before.is_empty() && schema.get("explode") != Some(&Value::Bool(true)) {
            return Err(wrong_parameter(&name));
        }
        before.push(text.into_owned());
    }
    for (name, schema) in &known {
        let texts = query.get(*name).map(Vec::as_slice).unwrap_or_default();
        let is_wrong = match texts.first() {
            None => schema.get("required") == Some(&Value::Bool(true)),
            Some(first) => !schema::check(schema, &read(schema, texts, first)).is_empty(),
        };
        if is_wrong {
            return Err(wrong_parameter(name));
        }
    }
    Ok(query)
}

/// A parameter's text as a value of the type that its schema names; of several, said one by one or with
/// commas between them, all.
fn read(schema: &Value, all: &[String], text: &str) -> Value {
    match schema.get("explode").and_then(Value::as_bool) {
        Some(true) => return Value::from(all),
        Some(false) => return text.split(',').collect(),
        None => {}
    }
    let kind = schema.get("type").and_then(Value::as_str).unwrap_or("string");
    let number = || text.parse::<i64>().ok().filter(|n| n.to_string() == text).map(Value::from);
    match (kind, text) {
        ("boolean", "true") => Value::Bool(true),
        ("boolean", "false") => Value::Bool(false),
        ("integer", _) => number().unwrap_or(Value::Null),
        _ => Value::String(text.to_owned()),
    }
}

/// The body, held to its schema.
fn body(request: &HttpRequest, body: &Bytes, operation: &Operation) -> Result<Value, Problem> {
    let Some(name) = operation.body else {
        // Some clients send an empty object where nothing is asked for.
        let is_nothing = body.is_empty() || serde_json::from_slice(body).is_ok_and(is_empty);
        let refused = || Problem::new(StatusCode::BAD_REQUEST, "error-api-json");
        return if is_nothing { Ok(Value::Null) } else { Err(refused()) };
    };
    let kind = header(request, CONTENT_TYPE).unwrap_or_default();
    if name == FILE {
        let media = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let refused = || Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let kinds = operations::file_types(operation);
        return match kinds.contains(&&*media) {
            true => Ok(Value::Null),
            false => Err(refused().with("Accept-Post", kinds.join(", "))),
        };
    }
    if !is_json(kind, operation.method) {
        let taken = if operation.method == "PATCH" { "Accept-Patch" } else { "Accept-Post" };
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE).with(taken, JSON));
    }
    let value: Value = serde_json::from_slice(body)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "error-api-json"))?;
    let wrong = schema::check(&schema::named(name), &value);
    if wrong.is_empty() {
        return Ok(value);
    }
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "error-api-invalid").at(wrong))
}

fn is_empty(fields: Map<String, Value>) -> bool {
    fields.is_empty()
}

/// Does it; under a key once, however often it is sent.
async fn once(request: &HttpRequest, body: &Bytes, call: Call) -> Answer {
    let named = HeaderName::from_static("idempotency-key");
    let key = header(request, named).filter(|_| call.operation.method == "POST");
    let Some(key) = key else { return run(request, call).await };
    if key.is_empty() || key.len() > KEY_BYTES_MAX || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(wrong_parameter("Idempotency-Key"));
    }
    let head = format!("{} {}\n", call.operation.method, request.uri());
    let hash = tag_of(&[head.as_bytes(), body].concat());
    let keyed = Keyed {
        tenant: call.ctx().tenant.clone(),
        token: call.opened.id.clone(),
        key: key.to_owned(),
        request_hash: hash.trim_matches('"').to_owned(),
    };
    let web = call.web.clone();
    let form = format!("api:{}:{}:{}", keyed.token, keyed.key, keyed.request_hash);
    let call = Call { once: form, ..call };
    match api_answers::begin(&web.app, &keyed).await? {
        // What holds a secret isn't kept: the use case knows by the form what it answered.
        Begun::Before(answered) if has(&answered, SECRET).is_some() => {
            return Ok(replayed((call.operation.handler)(call).await?));
        }
        Begun::Before(answered) => return again(answered),
        Begun::Working => {
            let working = Problem::new(StatusCode::CONFLICT, "error-api-key-working");
            return Err(working.with("Retry-After", "1"));
        }
        Begun::Other => {
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "error-api-key-other"));
        }
        Begun::New => {}
    }
    let done = run(request, call).await;
    match &done {
        Ok(reply) => api_answers::finish(&web.app, &keyed, &kept(reply)).await?,
        // What failed changed nothing: the same may be tried again.
        Err(_) => api_answers::give_up(&web.app, &keyed).await?,
    }
    done
}

/// What stands among the headers of a kept answer whose body isn't kept.
const SECRET: &str = "secret";
/// The same of one thing with a tag; its value is the tag where that isn't the body's.
const TAGGED: &str = "tagged";

/// An answer as it is kept.
fn kept(reply: &Reply) -> Answered {
    if reply.is_secret {
        let headers = vec![(SECRET.to_owned(), String::new())];
        return Answered { status: reply.status, headers, body: String::new() };
    }
    let mut headers: Vec<(String, String)> =
        reply.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if reply.is_tagged {
        headers.push((TAGGED.to_owned(), reply.fixed_tag.clone().unwrap_or_default()));
    }
    Answered { status: reply.status, headers, body: reply.text() }
}

fn has<'a>(answered: &'a Answered, name: &str) -> Option<&'a str> {
    let found = answered.headers.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

/// An answer that was given before.
fn again(answered: Answered) -> Answer {
    let tag = has(&answered, TAGGED).map(str::to_owned);
    let location = has(&answered, "Location").map(|value| ("Location", value.to_owned()));
    let body = match answered.body.as_str() {
        "" => None,
        text => Some(serde_json::from_str(text).map_err(app::Error::from)?),
    };
    Ok(replayed(Reply {
        status: answered.status,
        body,
        headers: location.into_iter().collect(),
        is_tagged: tag.is_some(),
        rev: None,
        fixed_tag: tag.filter(|tag| !tag.is_empty()),
        file: None,
        is_secret: false,
    }))
}

fn replayed(mut reply: Reply) -> Reply {
    reply.headers.push(("Idempotency-Replayed", "true".to_owned()));
    reply
}

/// Does it, if what it changes still is what the sender knows.
async fn run(request: &HttpRequest, call: Call) -> Answer {
    let known = header(request, IF_MATCH).filter(|_| call.operation.can_match());
    let (Some(known), Some(current)) = (known, operations::current(call.operation)) else {
        return (call.operation.handler)(call).await;
    };
    // What came in between was perhaps about something else: then it is as the sender knows it still.
    for _ in 0..LOOKS_MAX {
        let head = live::find_head(call.app(), &call.ctx().tenant).await?;
        let now = (current.handler)(call.clone()).await?;
        if !now.tag().is_some_and(|tag| has_tag(known, &tag, true)) {
            return Err(changed());
        }
        let held = Call { rev: now.rev, ..call.clone() };
        let change = (call.operation.handler)(held);
        match live::held_to(call.ctx(), head, change).await {
            Err(problem) if problem.key == CHANGED_MEANWHILE => {}
            other => return other,
        }
    }
    Err(Problem::new(StatusCode::CONFLICT, CHANGED_MEANWHILE))
}

/// How often it is looked whether something still is as its sender knows it, while others change things.
const LOOKS_MAX: usize = 10;
const CHANGED_MEANWHILE: &str = "error-changed-meanwhile";

fn changed() -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "error-api-changed")
}

fn respond(request: &HttpRequest, reply: Reply) -> HttpResponse {
    if let Some(file) = reply.file {
        return file;
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let tag = reply.tag();
    let is_read = matches!(request.method().as_str(), "GET" | "HEAD");
    let known = header(request, IF_NONE_MATCH).filter(|_| is_read);
    let is_known =
        tag.as_deref().is_some_and(|tag| known.is_some_and(|all| has_tag(all, tag, false)));
    let mut response =
        if is_known { HttpResponse::NotModified() } else { HttpResponse::build(status) };
    if let Some(tag) = &tag {
        response.insert_header(("ETag", tag.as_str()));
    }
    for (name, value) in &reply.headers {
        response.insert_header((*name, value.as_str()));
    }
    if is_known || reply.body.is_none() {
        return response.finish();
    }
    response.content_type(JSON).body(reply.text())
}
