DROP INDEX people_of_stage;
CREATE INDEX people_of_stage
    ON people (tenant_id, stage_id, deleted_at, stage_since, id, value, value_currency);
