//! Numbers about people over a span of time: how many came, from where, who became a customer, and how
//! soon somebody turned to them. Each is the length of a list that `people::lists` gives.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use domain::{PipelineId, TenantId, Timestamp};

use crate::backend::Conn;
use crate::error::Result;
use crate::people::{CAME, Owned, STEP, Span, Standing};
use crate::schema::{people, stages};
use crate::scope;

/// What the numbers are about: a span of time, and of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// When they came or were won.
    pub span: Span,
    /// Only those in a stage of this pipeline now.
    pub pipeline: Option<PipelineId>,
    /// Only those looked after so now.
    pub owner: Option<Owned>,
}

impl From<Span> for Asked {
    fn from(span: Span) -> Self {
        Self { span, pipeline: None, owner: None }
    }
}

/// A boxed query narrowed to those who are asked for, as lists narrow theirs.
macro_rules! asked {
    ($query:expr, $tenant:ident, $asked:ident) => {{
        let mut query = $query;
        if let Some(pipeline) = &$asked.pipeline {
            let its = stages::table
                .filter(stages::tenant_id.eq($tenant.as_str()))
                .filter(stages::pipeline_id.eq(pipeline.as_str()))
                .select(stages::id);
            query = query.filter(people::stage_id.eq_any(its));
        }
        match &$asked.owner {
            Some(Owned::By(member)) => query = query.filter(people::owner_id.eq(member.as_str())),
            Some(Owned::ByNobody) => query = query.filter(people::owner_id.is_null()),
            None => {}
        }
        query
    }};
}

/// How many people came, and how many of them are customers by now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// All of them.
    pub people: i64,
    /// Those who became customers.
    pub customers: i64,
}

impl Added {
    fn add(&mut self, standing: &str, count: i64) {
        self.people += count;
        if standing == Standing::Customer.as_str() {
            self.customers += count;
        }
    }
}

/// How many people came from somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FromSource {
    /// Where from; empty where that isn't known.
    pub source: String,
    /// How many.
    pub added: Added,
}

/// Those who became customers, and what they are worth in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Won {
    /// The currency, empty where nobody said a value.
    pub currency: String,
    /// How many.
    pub people: i64,
    /// The sum, in the currency's smallest unit.
    pub value: i64,
}

/// When somebody came, and when a member took the first step towards them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstStep {
    /// When they came.
    pub added_at: Timestamp,
    /// When the first note was written, the first appointment booked, and so on.
    pub stepped_at: Option<Timestamp>,
}

/// How many people came in a span.
pub fn count_added(c: &mut Conn, tenant: &TenantId, asked: impl Into<Asked>) -> Result<Added> {
    scope::tenant(c, tenant)?;
    let asked: Asked = asked.into();
    let span = asked.span;
    let grouped = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_null())
        .filter(people::created_at.ge(span.from.as_millis()))
        .filter(people::created_at.lt(span.until.as_millis()))
        .group_by(people::standing)
        .select((people::standing, sql::<BigInt>("COUNT(*)")))
        .into_boxed();
    let rows: Vec<(String, i64)> = asked!(grouped, tenant, asked).load(c)?;
    let mut added = Added::default();
    rows.iter().for_each(|(standing, count)| added.add(standing, *count));
    Ok(added)
}

/// Narrows a statement of its own as `asked!` does, by two parameters that are empty where all are meant;
/// [`NOBODY`] stands in it too.
const ASKED: &str = "($4 = '' OR people.stage_id IN (SELECT stages.id FROM stages \
        WHERE stages.tenant_id = people.tenant_id AND stages.pipeline_id = $4)) \
    AND ($5 = '' OR COALESCE(people.owner_id, '-') = $5)";

/// What stands for nobody where whoever looks after somebody is asked for; no member is called so.
const NOBODY: &str = "-";

impl Asked {
    /// What `ASKED` takes: the pipeline, and whoever looks after them.
    fn parameters(&self) -> (&str, &str) {
        let owner = match &self.owner {
            Some(Owned::By(member)) => member.as_str(),
            Some(Owned::ByNobody) => NOBODY,
            None => "",
        };
        (self.pipeline.as_ref().map_or("", PipelineId::as_str), owner)
    }
}

/// What lists go by as `first_source`, joined: each person's first touch is found by their own key.
const SOURCES: &str = "SELECT COALESCE(NULLIF(attributions.source, ''), people.source) AS source, \
        people.standing AS standing, COUNT(*) AS people \
    FROM people LEFT JOIN attributions ON attributions.tenant_id = people.tenant_id \
        AND attributions.person_id = people.id \
    WHERE people.tenant_id = $1 AND people.deleted_at IS NULL \
        AND people.created_at >= $2 AND people.created_at < $3";

#[derive(QueryableByName)]
struct Came {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    standing: String,
    #[diesel(sql_type = BigInt)]
    people: i64,
}

/// How many people came first from each source in a span, whatever is entered since; those of most people
/// first.
pub fn list_sources(
    c: &mut Conn,
    tenant: &TenantId,
    asked: impl Into<Asked>,
) -> Result<Vec<FromSource>> {
    scope::tenant(c, tenant)?;
    let asked: Asked = asked.into();
    let (pipeline, owner) = asked.parameters();
    let rows: Vec<Came> = diesel::sql_query(format!("{SOURCES} AND {ASKED} GROUP BY 1, 2"))
        .bind::<Text, _>(tenant.as_str())
        .bind::<BigInt, _>(asked.span.from.as_millis())
        .bind::<BigInt, _>(asked.span.until.as_millis())
        .bind::<Text, _>(pipeline)
        .bind::<Text, _>(owner)
        .load(c)?;
    let mut all: Vec<FromSource> = Vec::new();
    for Came { source, standing, people } in rows {
        let at = all.iter().position(|known| known.source == source).unwrap_or_else(|| {
            all.push(FromSource { source, added: Added::default() });
            all.len() - 1
        });
        all[at].added.add(&standing, people);
    }
    all.sort_by(|a, b| {
        let people = b.added.people.cmp(&a.added.people);
        people.then_with(|| a.source.cmp(&b.source))
    });
    Ok(all)
}

/// Those who became customers in a span and are still, by currency.
pub fn list_won(c: &mut Conn, tenant: &TenantId, asked: impl Into<Asked>) -> Result<Vec<Won>> {
    scope::tenant(c, tenant)?;
    let asked: Asked = asked.into();
    let span = asked.span;
    let grouped = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::deleted_at.is_null())
        .filter(people::won_at.ge(span.from.as_millis()))
        .filter(people::won_at.lt(span.until.as_millis()))
        .group_by(people::value_currency)
        .order(people::value_currency)
        .select((
            people::value_currency,
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(SUM(value) AS BIGINT)"),
        ))
        .into_boxed();
    let rows: Vec<(String, i64, i64)> = asked!(grouped, tenant, asked).load(c)?;
    let won = |(currency, people, value)| Won { currency, people, value };
    Ok(rows.into_iter().map(won).collect())
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = BigInt)]
    added_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    stepped_at: Option<i64>,
}

/// When each who came in a span was first turned to. Who was brought with a list is left out: nobody
/// waited when it was.
pub fn list_first_steps(
    c: &mut Conn,
    tenant: &TenantId,
    asked: impl Into<Asked>,
) -> Result<Vec<FirstStep>> {
    scope::tenant(c, tenant)?;
    let asked: Asked = asked.into();
    let (pipeline, owner) = asked.parameters();
    let text = format!(
        "SELECT people.created_at AS added_at, \
            (SELECT MIN(timeline.at) FROM timeline WHERE {STEP}) AS stepped_at \
        FROM people WHERE people.tenant_id = $1 AND people.deleted_at IS NULL \
            AND people.created_at >= $2 AND people.created_at < $3 AND {CAME} AND {ASKED}"
    );
    let rows: Vec<Step> = diesel::sql_query(text)
        .bind::<Text, _>(tenant.as_str())
        .bind::<BigInt, _>(asked.span.from.as_millis())
        .bind::<BigInt, _>(asked.span.until.as_millis())
        .bind::<Text, _>(pipeline)
        .bind::<Text, _>(owner)
        .load(c)?;
    let step = |row: Step| FirstStep {
        added_at: Timestamp::from_millis(row.added_at),
        stepped_at: row.stepped_at.map(Timestamp::from_millis),
    };
    Ok(rows.into_iter().map(step).collect())
}
