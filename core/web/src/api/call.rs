//! A request that has been let in: whose it is, and what it asks, already held to the operation's
//! schemas.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use app::api_tokens::Opened;
use app::{App, Context, Error, cursors};
use domain::{ApiScope, Timestamp};
use serde_json::Value;

use super::operations::Operation;
use super::problem::Problem;
use crate::state::Web;

/// How many a page has where nobody says.
const LIMIT: i64 = 50;

/// What is told of beside something else, and what a token must be good for to be told of it. None of these
/// lets anything else through.
const READS: [ApiScope; 7] = [
    ApiScope::PeopleRead,
    ApiScope::AppointmentsRead,
    ApiScope::TasksRead,
    ApiScope::DocumentsRead,
    ApiScope::TeamRead,
    ApiScope::ConnectionsRead,
    ApiScope::ApprovalsRead,
];

/// A request.
#[derive(Clone)]
pub struct Call {
    /// The state of the server.
    pub web: Data<Web>,
    /// The token at work.
    pub opened: Opened,
    /// What is asked.
    pub operation: &'static Operation,
    /// Whether only the head of the answer is asked for.
    pub is_head: bool,
    /// The path as it was sent.
    pub path: String,
    /// Parameters in the path.
    pub ids: BTreeMap<String, String>,
    /// Parameters after it; of those that may be said several times, each as it was said.
    pub query: BTreeMap<String, Vec<String>>,
    /// The body; null where there is none.
    pub body: Value,
    /// The body where it is a file.
    pub file: Bytes,
    /// The revision that the sender knows, where they said so.
    pub rev: Option<i64>,
    /// What makes doing it twice doing it once; empty for nothing.
    pub once: String,
}

impl Call {
    /// The use cases.
    pub fn app(&self) -> &App {
        &self.web.app
    }

    /// On whose behalf.
    pub fn ctx(&self) -> &Context {
        &self.opened.context
    }

    /// The same, of whom nothing is told but what the token reads itself: a scope may let people through
    /// for another end.
    pub fn reading(&self) -> Context {
        let reads = READS.into_iter().filter(|scope| self.opened.scopes.has(*scope)).collect();
        Context { scopes: Some(reads), ..self.ctx().clone() }
    }

    /// An id in the path; what is none reads as not there.
    pub fn id<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let found = self.ids.get(name).and_then(|text| text.parse().ok());
        found.ok_or_else(Problem::not_found)
    }

    /// A parameter after the path.
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.asked_each(name).first().map(String::as_str)
    }

    /// A parameter that may be said several times.
    pub fn asked_each(&self, name: &str) -> &[String] {
        self.query.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// A parameter of several values with commas between them, read.
    pub fn asked_list<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Problem> {
        let texts = self.asked(name).into_iter().flat_map(|all| all.split(','));
        texts.map(|text| text.parse().map_err(|_| wrong_parameter(name))).collect()
    }

    /// The same, read; the schema has seen to it that it can be.
    pub fn asked_as<T: FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.asked(name).map(|text| text.parse().map_err(|_| wrong_parameter(name))).transpose()
    }

    /// An instant after the path.
    pub fn asked_at(&self, name: &str) -> Result<Timestamp, Problem> {
        let found = self.asked(name).and_then(Timestamp::parse_rfc3339);
        found.ok_or_else(|| wrong_parameter(name))
    }

    /// How many a page is to have.
    pub fn limit(&self) -> i64 {
        self.asked("limit").and_then(|text| text.parse().ok()).unwrap_or(LIMIT)
    }

    /// Where the page begins, if not at the beginning.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let wrong = || wrong_parameter("after");
        let Some(text) = self.asked("after") else { return Ok(None) };
        let place = cursors::open(self.app(), self.ctx(), &self.list(), text).ok_or_else(wrong)?;
        place.parse().map(Some).map_err(|_| wrong())
    }

    /// A place in this list, for its next page.
    pub fn place(&self, place: &str) -> String {
        cursors::seal(self.app(), self.ctx(), &self.list(), place)
    }

    /// The list and how it is narrowed and ordered.
    fn list(&self) -> String {
        let narrowed = self.pairs().filter(|(name, _)| !matches!(*name, "after" | "limit"));
        let mut list = url::form_urlencoded::Serializer::new(format!("{}?", self.path));
        list.extend_pairs(narrowed).finish()
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.query
            .iter()
            .flat_map(|(name, texts)| texts.iter().map(|text| (name.as_str(), text.as_str())))
    }

    /// The address of this list from another place.
    pub fn address_after(&self, after: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs().filter(|(name, _)| *name != "after"));
        format!("{}?{}", self.path, query.append_pair("after", after).finish())
    }

    /// Whether the body has the field.
    pub fn has(&self, name: &str) -> bool {
        self.body.get(name).is_some()
    }

    /// A text of the body; empty where it is null or left out.
    pub fn text(&self, name: &str) -> String {
        self.text_or(name, "")
    }

    /// A text of the body; as it was where it is left out, empty where it is null.
    pub fn text_or(&self, name: &str, before: &str) -> String {
        match self.body.get(name) {
            Some(value) => value.as_str().unwrap_or_default().to_owned(),
            None => before.to_owned(),
        }
    }

    /// A list of texts in the body.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let all = self.body.get(name).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// A yes or no of the body; as it was where it is left out.
    pub fn flag_or(&self, name: &str, before: bool) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or(before)
    }

    /// An instant of the body; as it was where it is left out.
    pub fn instant_or(&self, name: &str, before: Timestamp) -> Timestamp {
        let text = self.body.get(name).and_then(Value::as_str);
        text.and_then(Timestamp::parse_rfc3339).unwrap_or(before)
    }

    /// A word or an id of the body, or nothing for null; as it was where it is left out.
    pub fn read_or<T: FromStr>(&self, name: &str, before: Option<T>) -> Result<Option<T>, Problem> {
        match self.body.get(name) {
            None => Ok(before),
            Some(value) => match value.as_str() {
                None => Ok(None),
                Some(text) => {
                    let wrong = |_| Problem::field(format!("/{name}"), "error-invalid");
                    text.parse().map(Some).map_err(wrong)
                }
            },
        }
    }
}

/// A parameter that can't be read.
pub fn wrong_parameter(name: &str) -> Problem {
    refused_parameter(name, "error-invalid")
}

/// An error of a parameter that was read by its name.
pub fn parameter_error(error: Error) -> Problem {
    match error {
        Error::Invalid { field, key } => refused_parameter(&field, &key),
        other => other.into(),
    }
}

/// A parameter with which something is wrong: the key of a text.
pub fn refused_parameter(name: &str, key: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "error-api-parameter")
        .at(vec![(name.to_owned(), key.to_owned())])
}
