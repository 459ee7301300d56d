ALTER TABLE imports DROP COLUMN begun_by;
ALTER TABLE imports DROP COLUMN begun_at;
DROP INDEX import_results_kept;
ALTER TABLE import_results DROP COLUMN kept;
