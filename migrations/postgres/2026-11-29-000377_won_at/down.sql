DROP INDEX people_by_won;
ALTER TABLE people DROP COLUMN won_at;
