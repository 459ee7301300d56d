-- With all that a pair says: without it SQLite walks through all pairs of a business instead, for each person
-- who is looked up or deleted.
DROP INDEX people_apart_by_other;
CREATE INDEX people_apart_by_other ON people_apart (tenant_id, other_id, one_id);
