//! `records`: the core's entities, of which only granted fields are seen or set, and the plugin's
//! own collections, which must fit their schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{cursor, json, once_key, page_limit, short};
use crate::engine::bindings::oxpi::plugin::records;
use crate::engine::state::State;
use crate::problem::Problem;

/// Fields that come with every record, whatever was granted.
const ALWAYS: [&str; 2] = ["id", "rev"];

impl State {
    fn may_read(&mut self, entity: &str) -> Result<(), Problem> {
        short("an entity", entity, 64)?;
        self.effect(self.ctx.grant.may_read(entity), &format!("reading {entity:?}"))
    }

    fn may_write(&mut self, entity: &str) -> Result<(), Problem> {
        short("an entity", entity, 64)?;
        self.effect(self.ctx.grant.may_write(entity), &format!("writing {entity:?}"))
    }

    /// The granted fields of a core entity; None for a collection of the plugin's own.
    fn visible(&self, entity: &str) -> Option<BTreeSet<&str>> {
        let grant = &self.ctx.grant;
        (!grant.owns(entity)).then(|| grant.fields(entity).into_iter().chain(ALWAYS).collect())
    }

    /// What the guest sees of a record.
    fn cut(&self, entity: &str, record: Value) -> String {
        match (self.visible(entity), record) {
            (Some(fields), Value::Object(record)) => {
                let kept = record.into_iter().filter(|(name, _)| fields.contains(name.as_str()));
                Value::Object(kept.collect()).to_string()
            }
            (_, record) => record.to_string(),
        }
    }

    /// An object that names granted fields only: a filter on another would be a way to guess it.
    fn granted_object(
        &self,
        entity: &str,
        what: &str,
        text: &str,
    ) -> Result<Map<String, Value>, Problem> {
        let Value::Object(object) = json(what, text)? else {
            return Err(Problem::invalid(format!("{what} must be an object")));
        };
        if let Some(fields) = self.visible(entity)
            && let Some(other) = object.keys().find(|name| !fields.contains(name.as_str()))
        {
            let other: String = other.chars().take(64).collect();
            return Err(Problem::denied(format!(
                "the field {other:?} of {entity:?} was not granted"
            )));
        }
        Ok(object)
    }

    fn check_schema(&self, entity: &str, record: &Map<String, Value>) -> Result<(), Problem> {
        let Some(collection) = self.plugin.manifest().collection(entity) else { return Ok(()) };
        let own = record.iter().filter(|(name, _)| !ALWAYS.contains(&name.as_str()));
        let own = Value::Object(own.map(|(k, v)| (k.clone(), v.clone())).collect());
        match collection.schema.violations(&own).first() {
            None => Ok(()),
            Some(found) => Err(Problem::invalid(format!(
                "{:?} of {entity:?} breaks the rule `{}`",
                found.property, found.rule
            ))),
        }
    }
}

impl records::Host for State {
    async fn get(&mut self, entity: String, id: String) -> Result<Option<String>, Problem> {
        self.may_read(&entity)?;
        short("an id", &id, 64)?;
        let found = self.world.services.records_get(&self.ctx, &entity, &id).await?;
        Ok(found.map(|record| self.cut(&entity, record)))
    }

    async fn query(
        &mut self,
        entity: String,
        filter: String,
        after: Option<String>,
        limit: u32,
    ) -> Result<(Vec<String>, Option<String>), Problem> {
        self.may_read(&entity)?;
        cursor(after.as_ref())?;
        let filter = Value::Object(self.granted_object(&entity, "the filter", &filter)?);
        let (after, limit) = (after.as_deref(), page_limit(limit));
        let services = &self.world.services;
        let (found, next) =
            services.records_query(&self.ctx, &entity, &filter, after, limit).await?;
        Ok((found.into_iter().map(|record| self.cut(&entity, record)).collect(), next))
    }

    async fn upsert(
        &mut self,
        entity: String,
        value: String,
        expected_rev: Option<u64>,
        idempotency_key: String,
    ) -> Result<String, Problem> {
        self.may_write(&entity)?;
        once_key(&idempotency_key)?;
        let record = self.granted_object(&entity, "the record", &value)?;
        self.check_schema(&entity, &record)?;
        let services = &self.world.services;
        let record = Value::Object(record);
        let written = services
            .records_upsert(&self.ctx, &entity, record, expected_rev, &idempotency_key)
            .await?;
        Ok(self.cut(&entity, written))
    }

    async fn delete(
        &mut self,
        entity: String,
        id: String,
        expected_rev: Option<u64>,
    ) -> Result<(), Problem> {
        self.may_write(&entity)?;
        short("an id", &id, 64)?;
        self.world.services.records_delete(&self.ctx, &entity, &id, expected_rev).await
    }
}
