//! Lists of people: which, in what order, a page at a time, and what each stage holds.

mod orders;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use domain::{MemberId, OwnFieldId, PersonId, PipelineId, StageId, TagId, TenantId, Timestamp};

use super::{Consent, Kind, OwnFilter, Person, Sorting, Standing, StepWithin, waiting};
use crate::backend::{Backend, Conn, MultiBackend};
use crate::error::{Error, Result};
use crate::page::{Page, bounded};
use crate::schema::{people, person_field_values, person_tags, stages};
use crate::scope;
use crate::search::{self, Found};

pub use orders::{PersonCursor, PersonOrder};

/// Who looks after the people asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owned {
    /// This member.
    By(MemberId),
    /// Nobody.
    ByNobody,
}

/// A span of time; its end is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

/// Where somebody came from first: what was known then, and where that was nothing, what is entered.
const FIRST_SOURCE: &str = "COALESCE((SELECT NULLIF(attributions.source, '') FROM attributions \
    WHERE attributions.tenant_id = people.tenant_id AND attributions.person_id = people.id), \
    people.source)";

/// Who has a tag besides another, up to the tenant.
const ALSO_TAGGED: &str = "EXISTS (SELECT 1 FROM person_tags also WHERE also.person_id = people.id \
    AND also.tenant_id = ";

/// People by their rows. Without the sign SQLite takes a business for a few rows, goes through all of its people
/// in the list's order and holds each against those who are named.
const OF_ROWS: &str = "+people.tenant_id = ";
const ROWS: &str = " AND people.rowid IN (SELECT it.rowid FROM json_each(";
const NAMED: &str = ") AS named CROSS JOIN people AS it ON it.id = named.value AND it.tenant_id = ";

/// What a list is to hold, as far as the words of a query go.
pub(super) struct Sought {
    found: Found,
    /// On SQLite the ids of those who are named, as JSON.
    rows: Option<String>,
}

/// What somebody may be worth, in one currency: amounts of two aren't compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// The currency.
    pub currency: String,
    /// At least so much, in its smallest unit; None is no end.
    pub from: Option<i64>,
    /// At most so much.
    pub to: Option<i64>,
}

/// Which people to list; what isn't said doesn't matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PersonFilter {
    /// Only those with a word for each word of this: of their names, numbers, addresses, tags and remarks.
    pub search: Option<String>,
    /// Only those of this standing.
    pub standing: Option<Standing>,
    /// Only people, or only companies.
    pub kind: Option<Kind>,
    /// Only those who said this of being written to.
    pub consent: Option<Consent>,
    /// Only those in a stage of this pipeline.
    pub pipeline: Option<PipelineId>,
    /// Only those in one of these stages; empty is all.
    pub stages: Vec<StageId>,
    /// Only those looked after so.
    pub owner: Option<Owned>,
    /// Only those with all of these tags.
    pub tags: Vec<TagId>,
    /// Only those who have this of own fields.
    pub own: Vec<OwnFilter>,
    /// Only those of exactly this source.
    pub source: Option<String>,
    /// Only those who came first from exactly this source, which reports go by.
    pub first_source: Option<String>,
    /// Only those who came first from another source than each of these.
    pub other_sources: Vec<String>,
    /// Only those with a value in this currency; without a value where it is empty.
    pub currency: Option<String>,
    /// Only those with a value, in whichever currency.
    pub has_value: bool,
    /// Only those who may be worth so much; who has no value isn't among them.
    pub worth: Option<Worth>,
    /// Only those to get back to up to this day, ISO 8601.
    pub follow_up_until: Option<String>,
    /// Only those whom nobody is to get back to on any day.
    pub no_follow_up: bool,
    /// Only those who were added in this span.
    pub added: Option<Span>,
    /// Only those who became customers in this span, and are. Of whom nobody knows when isn't in any.
    pub won: Option<Span>,
    /// Only those towards whom no member took a step yet, lists that were brought left out.
    pub waiting: bool,
    /// Only those towards whom a member took the first step so soon, lists that were brought left out.
    pub step: Option<StepWithin>,
}

/// How many people a stage holds, and what they may be worth together, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSum {
    /// The stage.
    pub stage: StageId,
    /// The currency, empty where nobody said a value.
    pub currency: String,
    /// How many.
    pub count: i64,
    /// The sum, in the currency's smallest unit.
    pub value: i64,
}

type Query<'a> = people::BoxedQuery<'a, MultiBackend>;

/// A boxed query narrowed to who matches. A macro, since a query that counts by groups has another type
/// than one that lists.
macro_rules! narrowed {
    ($query:expr, $tenant:ident, $filter:ident, $sought:ident) => {{
        let mut query = $query.filter(people::deleted_at.is_null());
        query = match &$sought.rows {
            Some(ids) => {
                let named = sql::<Bool>(OF_ROWS)
                    .bind::<Text, _>($tenant.to_string())
                    .sql(ROWS)
                    .bind::<Text, _>(ids.clone())
                    .sql(NAMED)
                    .bind::<Text, _>($tenant.to_string())
                    .sql(")");
                query.filter(named)
            }
            None => query.filter(people::tenant_id.eq($tenant.as_str())),
        };
        if let Some(standing) = $filter.standing {
            query = query.filter(people::standing.eq(standing.as_str()));
        }
        if let Some(kind) = $filter.kind {
            query = query.filter(people::kind.eq(kind.as_str()));
        }
        if let Some(consent) = $filter.consent {
            query = query.filter(people::consent.eq(consent.as_str()));
        }
        if let Some(pipeline) = &$filter.pipeline {
            let its = stages::table
                .filter(stages::tenant_id.eq($tenant.as_str()))
                .filter(stages::pipeline_id.eq(pipeline.as_str()))
                .select(stages::id);
            query = query.filter(people::stage_id.eq_any(its));
        }
        if !$filter.stages.is_empty() {
            let stages = $filter.stages.iter().map(StageId::as_str);
            query = query.filter(people::stage_id.eq_any(stages));
        }
        match &$filter.owner {
            Some(Owned::By(member)) => query = query.filter(people::owner_id.eq(member.as_str())),
            Some(Owned::ByNobody) => query = query.filter(people::owner_id.is_null()),
            None => {}
        }
        if let Some((first, more)) = $filter.tags.split_first() {
            let tagged = person_tags::table
                .filter(person_tags::tenant_id.eq($tenant.as_str()))
                .filter(person_tags::tag_id.eq(first.as_str()))
                .select(person_tags::person_id);
            query = query.filter(people::id.eq_any(tagged));
            for tag in more {
                // Whoever has the first is looked up in each of the others: those who have the others alone
                // aren't gone through.
                let also = sql::<Bool>(ALSO_TAGGED)
                    .bind::<Text, _>($tenant.to_string())
                    .sql(" AND also.tag_id = ")
                    .bind::<Text, _>(tag.to_string())
                    .sql(")");
                query = query.filter(also);
            }
        }
        for own in &$filter.own {
            let (begin, from, until) = own.parts();
            let having = sql::<Bool>(begin)
                .bind::<Text, _>($tenant.to_string())
                .sql(" AND own.field_id = ")
                .bind::<Text, _>(own.field.to_string())
                .sql(" AND own.sort_key >= ")
                .bind::<Text, _>(from.to_owned())
                .sql(" AND own.sort_key <= ")
                .bind::<Text, _>(until.to_owned())
                .sql(")");
            query = query.filter(having);
        }
        if let Some(source) = &$filter.source {
            query = query.filter(people::source.eq(source));
        }
        if let Some(source) = &$filter.first_source {
            query = query.filter(sql::<Text>(FIRST_SOURCE).eq(source));
        }
        if !$filter.other_sources.is_empty() {
            query = query.filter(sql::<Text>(FIRST_SOURCE).ne_all(&$filter.other_sources));
        }
        if let Some(currency) = &$filter.currency {
            query = query.filter(people::value_currency.eq(currency));
        }
        if $filter.has_value {
            query = query.filter(people::value.gt(0));
        }
        if let Some(worth) = &$filter.worth {
            // Whoever has no value has no currency either. That is said twice, for the index: most people have
            // none, and it begins with them.
            let from = worth.from.unwrap_or(1).max(1);
            query = query
                .filter(people::value_currency.eq(&worth.currency))
                .filter(people::value.ge(from));
            if let Some(to) = worth.to {
                query = query.filter(people::value.le(to));
            }
        }
        if let Some(until) = &$filter.follow_up_until {
            query = query.filter(people::follow_up_on.le(until));
        }
        if $filter.no_follow_up {
            query = query.filter(people::follow_up_on.is_null());
        }
        if let Some(Span { from, until }) = $filter.added {
            query = query
                .filter(people::created_at.ge(from.as_millis()))
                .filter(people::created_at.lt(until.as_millis()));
        }
        if let Some(Span { from, until }) = $filter.won {
            query = query
                .filter(people::won_at.ge(from.as_millis()))
                .filter(people::won_at.lt(until.as_millis()));
        }
        if $filter.waiting {
            query = query.filter(sql::<Bool>(&waiting()));
        }
        if let Some(within) = $filter.step {
            query = query.filter(sql::<Bool>(&within.condition()));
        }
        match &$sought.found {
            Found::All => {}
            Found::These(_) if $sought.rows.is_some() => {}
            Found::These(ids) => query = query.filter(people::id.eq_any(ids)),
            Found::Terms(kind, terms) => {
                for pieces in terms {
                    let having = people::id.eq_any(search::having!($tenant, kind, pieces));
                    query = query.filter(having.eq(true));
                }
            }
            Found::Pattern(pattern) => {
                query = query.filter(people::search_text.like(pattern).escape('\\'));
            }
        }
        query
    }};
}

fn matching<'a>(tenant: &'a TenantId, filter: &'a PersonFilter, sought: &'a Sought) -> Query<'a> {
    narrowed!(people::table.into_boxed(), tenant, filter, sought)
}

fn seek(c: &mut Conn, tenant: &TenantId, filter: &PersonFilter) -> Result<Sought> {
    scope::tenant(c, tenant)?;
    let text = filter.search.as_deref().unwrap_or_default();
    let found = search::seek(c, tenant, search::Kind::Person, text)?.0;
    let rows = match (&found, c.backend()) {
        (Found::These(ids), Backend::Sqlite) => {
            Some(serde_json::to_string(ids).map_err(Error::internal)?)
        }
        _ => None,
    };
    Ok(Sought { found, rows })
}

/// A page of people.
///
/// # Errors
/// [`Error::NotFound`] for a cursor of another order.
pub fn list(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &PersonFilter,
    order: impl Into<Sorting>,
    after: Option<&PersonCursor>,
    limit: i64,
) -> Result<Page<Person, PersonCursor>> {
    scope::tenant(c, tenant)?;
    let limit = bounded(limit);
    let sought = seek(c, tenant, filter)?;
    let order = match order.into() {
        Sorting::By(order) => order,
        Sorting::Own { field, down } => {
            let rows = by_own(c, tenant, (filter, &sought), (&field, down), after, limit + 1)?;
            let place = |last: &(Person, String)| PersonCursor {
                key: last.1.clone(),
                id: last.0.id.as_str().to_owned(),
            };
            let page = Page::cut(rows, limit, place);
            let items = page.items.into_iter().map(|(person, _)| person).collect();
            return Ok(Page { items, next: page.next });
        }
    };
    let rows = orders::list_in(c, tenant, (filter, &sought), order, after, limit + 1)?;
    Ok(Page::cut(rows, limit, |last| orders::place(last, order)))
}

/// Those who have something of a field and match, in the field's order, each with what that goes by.
fn by_own(
    c: &mut Conn,
    tenant: &TenantId,
    (filter, sought): (&PersonFilter, &Sought),
    (field, down): (&OwnFieldId, bool),
    after: Option<&PersonCursor>,
    most: i64,
) -> Result<Vec<(Person, String)>> {
    scope::tenant(c, tenant)?;
    let theirs = people::tenant_id
        .eq(person_field_values::tenant_id)
        .and(people::id.eq(person_field_values::person_id));
    let both = people::table.inner_join(person_field_values::table.on(theirs));
    let mut query = narrowed!(both.into_boxed(), tenant, filter, sought)
        .filter(person_field_values::tenant_id.eq(tenant.as_str()))
        .filter(person_field_values::field_id.eq(field.as_str()));
    let key = person_field_values::sort_key;
    if let Some(PersonCursor { key: at, id }) = after.cloned() {
        let same = key.eq(at.clone());
        query = if down {
            query.filter(key.lt(at).or(same.and(people::id.lt(id))))
        } else {
            query.filter(key.gt(at).or(same.and(people::id.gt(id))))
        };
    }
    query = if down {
        query.order((key.desc(), people::id.desc()))
    } else {
        query.order((key.asc(), people::id.asc()))
    };
    Ok(query.limit(most).select((Person::as_select(), key)).load(c)?)
}

/// The people who fit a text best, at most so many, the best first.
pub fn search(c: &mut Conn, tenant: &TenantId, text: &str, limit: usize) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    let Some(ids) = search::best(c, tenant, search::Kind::Person, text, limit)? else {
        let filter = PersonFilter { search: Some(text.to_owned()), ..PersonFilter::default() };
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        return Ok(list(c, tenant, &filter, PersonOrder::Newest, None, most)?.items);
    };
    let mut rows: Vec<Person> = people::table
        .filter(people::tenant_id.eq(tenant.as_str()))
        .filter(people::id.eq_any(&ids))
        .filter(people::deleted_at.is_null())
        .select(Person::as_select())
        .load(c)?;
    rows.sort_by_key(|row| ids.iter().position(|id| id == row.id.as_str()));
    Ok(rows)
}

/// The ids of up to so many who match, newest first.
pub fn list_ids(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &PersonFilter,
    limit: i64,
) -> Result<Vec<PersonId>> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    let query =
        matching(tenant, filter, &sought).order((people::created_at.desc(), people::id.desc()));
    let ids: Vec<String> = query.limit(limit).select(people::id).load(c)?;
    ids.into_iter().map(|id| id.parse().map_err(Error::internal)).collect()
}

/// How many people match.
pub fn count(c: &mut Conn, tenant: &TenantId, filter: &PersonFilter) -> Result<i64> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    Ok(matching(tenant, filter, &sought).count().get_result(c)?)
}

/// Who came into a stage last, of those who match.
pub fn list_in_stage(
    c: &mut Conn,
    tenant: &TenantId,
    filter: &PersonFilter,
    stage: &StageId,
    limit: i64,
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    let sought = seek(c, tenant, filter)?;
    Ok(matching(tenant, filter, &sought)
        .filter(people::stage_id.eq(stage.as_str()))
        .order((people::stage_since.desc(), people::id.desc()))
        .limit(bounded(limit))
        .select(Person::as_select())
        .load(c)?)
}

/// What each stage holds, of those who match; a line for each stage and currency.
pub fn sums(c: &mut Conn, tenant: &TenantId, filter: &PersonFilter) -> Result<Vec<StageSum>> {
    scope::tenant(c, tenant)?;
    let sought = &seek(c, tenant, filter)?;
    let grouped = people::table
        .group_by((people::stage_id, people::value_currency))
        .select((
            people::stage_id,
            people::value_currency,
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(SUM(value) AS BIGINT)"),
        ))
        .into_boxed();
    let rows: Vec<(String, String, i64, i64)> =
        narrowed!(grouped, tenant, filter, sought).load(c)?;
    let sum = |(stage, currency, count, value): (String, String, i64, i64)| {
        let stage = stage.parse().map_err(Error::internal)?;
        Ok(StageSum { stage, currency, count, value })
    };
    rows.into_iter().map(sum).collect()
}
