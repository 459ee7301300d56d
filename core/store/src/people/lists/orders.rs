//! In what order people are listed, and where a page of them goes on.

use std::fmt;
use std::str::FromStr;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use domain::{PersonId, TenantId};

use super::{Person, PersonFilter, Sought, matching};
use crate::backend::Conn;
use crate::error::{Error, Result};
use crate::page::BadCursor;
use crate::people::{NAME_KEY_CHARS, name_key};
use crate::schema::people;
use crate::scope;
use crate::{members, pipelines};

words! {
    /// How a list of people is ordered.
    pub enum PersonOrder {
        /// By when they were added, newest first.
        Newest = "newest",
        /// By when they were added, oldest first.
        Oldest = "oldest",
        /// By name.
        Name = "name",
        /// By name, the last first.
        NameDown = "name-down",
        /// By when something of them changed, latest first.
        Changed = "changed",
        /// By what they may be worth, most first.
        Value = "value",
        /// By what they may be worth, least first; who has no value isn't in it.
        ValueUp = "value-up",
        /// By the day to get back to them, soonest first; who has none isn't in it.
        FollowUp = "follow-up",
        /// By that day, the last first; who has none isn't in it.
        FollowUpDown = "follow-up-down",
        /// By stage, in the order of the stages; who came into one last is first there.
        Stage = "stage",
        /// By stage, the last stage first.
        StageDown = "stage-down",
        /// By whoever looks after them, by name; of one member who was entered last is first, and nobody's are
        /// last.
        Owner = "owner",
        /// By whoever looks after them, the last name first; nobody's are last all the same.
        OwnerDown = "owner-down",
    }
}

impl PersonOrder {
    /// Whether the last comes first.
    const fn is_down(self) -> bool {
        matches!(self, Self::NameDown | Self::FollowUpDown | Self::StageDown | Self::OwnerDown)
    }

    const fn is_by_stage(self) -> bool {
        matches!(self, Self::Stage | Self::StageDown)
    }
}

/// The place after a person in a list. As text it is opaque to everybody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonCursor {
    pub(super) key: String,
    pub(super) id: String,
}

impl fmt::Display for PersonCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.key)
    }
}

impl FromStr for PersonCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (id, key) = text.split_once('.').ok_or(BadCursor)?;
        let id: PersonId = id.parse().map_err(|_| BadCursor)?;
        if key.chars().count() > NAME_KEY_CHARS {
            return Err(BadCursor);
        }
        Ok(Self { key: key.to_owned(), id: id.as_str().to_owned() })
    }
}

/// Continues after a number and an id by a column that counts down.
macro_rules! down {
    ($query:expr, $after:expr, $column:ident) => {{
        let mut query = $query;
        if let Some((at, id)) = $after {
            let same = people::$column.eq(at).and(people::id.lt(id));
            query = query.filter(people::$column.lt(at).or(same));
        }
        query.order((people::$column.desc(), people::id.desc()))
    }};
}

/// The same by one that counts up.
macro_rules! up {
    ($query:expr, $after:expr, $column:ident) => {{
        let mut query = $query;
        if let Some((at, id)) = $after {
            let same = people::$column.eq(at).and(people::id.gt(id));
            query = query.filter(people::$column.gt(at).or(same));
        }
        query.order((people::$column.asc(), people::id.asc()))
    }};
}

/// A place in an order by numbers.
fn number(after: Option<&PersonCursor>) -> Result<Option<(i64, String)>> {
    let read = |after: &PersonCursor| {
        let at: i64 = after.key.parse().map_err(|_| Error::NotFound)?;
        Ok((at, after.id.clone()))
    };
    after.map(read).transpose()
}

/// Up to so many of those who match, after a place in an order.
pub(super) fn list_in(
    c: &mut Conn,
    tenant: &TenantId,
    (filter, sought): (&PersonFilter, &Sought),
    order: PersonOrder,
    after: Option<&PersonCursor>,
    most: i64,
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    let mut query = matching(tenant, filter, sought);
    let query = match order {
        PersonOrder::Newest => down!(query, number(after)?, created_at),
        PersonOrder::Oldest => up!(query, number(after)?, created_at),
        PersonOrder::Changed => down!(query, number(after)?, updated_at),
        PersonOrder::Value => down!(query, number(after)?, value),
        PersonOrder::ValueUp => up!(query.filter(people::value.gt(0)), number(after)?, value),
        PersonOrder::Name | PersonOrder::NameDown => {
            if let Some(PersonCursor { key, id }) = after.cloned() {
                let same = people::name_key.eq(key.clone());
                query = if order.is_down() {
                    query.filter(people::name_key.lt(key).or(same.and(people::id.lt(id))))
                } else {
                    query.filter(people::name_key.gt(key).or(same.and(people::id.gt(id))))
                };
            }
            if order.is_down() {
                query.order((people::name_key.desc(), people::id.desc()))
            } else {
                query.order((people::name_key.asc(), people::id.asc()))
            }
        }
        PersonOrder::FollowUp | PersonOrder::FollowUpDown => {
            query = query.filter(people::follow_up_on.is_not_null());
            if let Some(PersonCursor { key, id }) = after.cloned() {
                let day = people::follow_up_on;
                let same = day.eq(key.clone());
                query = if order.is_down() {
                    query.filter(day.lt(key).or(same.and(people::id.lt(id))).assume_not_null())
                } else {
                    query.filter(day.gt(key).or(same.and(people::id.gt(id))).assume_not_null())
                };
            }
            if order.is_down() {
                query.order((people::follow_up_on.desc(), people::id.desc()))
            } else {
                query.order((people::follow_up_on.asc(), people::id.asc()))
            }
        }
        PersonOrder::Stage
        | PersonOrder::StageDown
        | PersonOrder::Owner
        | PersonOrder::OwnerDown => {
            return by_group(c, tenant, (filter, sought), order, after, most);
        }
    };
    Ok(query.limit(most).select(Person::as_select()).load(c)?)
}

/// Who looks after somebody; nobody is an empty word.
const OWNER: &str = "COALESCE(people.owner_id, '')";

/// Group after group, each in an order that an index has: no page goes through everybody to sort them.
fn by_group(
    c: &mut Conn,
    tenant: &TenantId,
    (filter, sought): (&PersonFilter, &Sought),
    order: PersonOrder,
    after: Option<&PersonCursor>,
    most: i64,
) -> Result<Vec<Person>> {
    scope::tenant(c, tenant)?;
    let known = groups(c, tenant, order)?;
    let (mut at, mut begin) = (0, None);
    if let Some(after) = after {
        let (group, since) = after.key.split_once(':').ok_or(Error::NotFound)?;
        let since: i64 = since.parse().map_err(|_| Error::NotFound)?;
        at = known.iter().position(|id| id == group).unwrap_or(known.len());
        begin = Some((since, after.id.clone()));
    }
    let mut rows: Vec<Person> = Vec::new();
    loop {
        let left = most - i64::try_from(rows.len()).unwrap_or(most);
        // The last are those who are in no group: of a stage or a member that is just going.
        if left <= 0 || at > known.len() {
            return Ok(rows);
        }
        let query = matching(tenant, filter, sought);
        let query = match (order.is_by_stage(), known.get(at)) {
            (true, Some(id)) => query.filter(people::stage_id.eq(id.as_str())),
            (true, None) => query.filter(people::stage_id.ne_all(&known)),
            (false, Some(id)) if id.is_empty() => query.filter(people::owner_id.is_null()),
            (false, Some(id)) => query.filter(people::owner_id.eq(id.as_str())),
            (false, None) => query.filter(sql::<Text>(OWNER).ne_all(&known)),
        };
        let query = if order.is_by_stage() {
            down!(query, begin.take(), stage_since)
        } else {
            let query = match begin.take() {
                Some((_, id)) => query.filter(people::id.lt(id)),
                None => query,
            };
            query.order(people::id.desc())
        };
        let found: Vec<Person> = query.limit(left).select(Person::as_select()).load(c)?;
        rows.extend(found);
        at += 1;
    }
}

/// The stages, or the members, in their order; nobody is an empty word.
fn groups(c: &mut Conn, tenant: &TenantId, order: PersonOrder) -> Result<Vec<String>> {
    scope::tenant(c, tenant)?;
    let mut all = Vec::new();
    if order.is_by_stage() {
        let stages = pipelines::list_stages(c, tenant)?;
        for pipeline in pipelines::list(c, tenant)? {
            let its = stages.iter().filter(|stage| stage.pipeline_id == pipeline.id);
            all.extend(its.map(|stage| stage.id.to_string()));
        }
    } else {
        let team = members::list(c, tenant)?;
        all.extend(team.into_iter().map(|it| it.member.id.to_string()));
    }
    if order.is_down() {
        all.reverse();
    }
    if !order.is_by_stage() {
        all.push(String::new());
    }
    Ok(all)
}

/// Where the list goes on after somebody.
pub(super) fn place(person: &Person, order: PersonOrder) -> PersonCursor {
    let key = match order {
        PersonOrder::Newest | PersonOrder::Oldest => person.created_at.as_millis().to_string(),
        PersonOrder::Changed => person.updated_at.as_millis().to_string(),
        PersonOrder::Value | PersonOrder::ValueUp => person.value.to_string(),
        PersonOrder::Name | PersonOrder::NameDown => name_key(&person.name),
        PersonOrder::FollowUp | PersonOrder::FollowUpDown => {
            person.follow_up_on.clone().unwrap_or_default()
        }
        PersonOrder::Stage | PersonOrder::StageDown => {
            format!("{}:{}", person.stage_id, person.stage_since.as_millis())
        }
        PersonOrder::Owner | PersonOrder::OwnerDown => {
            let owner = person.owner_id.as_ref().map_or("", domain::MemberId::as_str);
            format!("{owner}:0")
        }
    };
    PersonCursor { key, id: person.id.as_str().to_owned() }
}
