DROP INDEX people_apart_by_other;
CREATE INDEX people_apart_by_other ON people_apart (tenant_id, other_id);
