-- A stage's people in the board's order. Not those who are deleted: told so by the index rather than by one of
-- its first columns, PostgreSQL takes the order from it as well. Its last columns are for counting alone.
DROP INDEX people_of_stage;
CREATE INDEX people_of_stage
    ON people (tenant_id, stage_id, stage_since, id, value, value_currency, standing, deleted_at)
    WHERE deleted_at IS NULL;
