-- Which rows' people stayed when their import was undone; when an import began to be taken in or back, and
-- who began that.
ALTER TABLE import_results ADD COLUMN kept BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX import_results_kept ON import_results (tenant_id, import_id, row_number) WHERE kept;
ALTER TABLE imports ADD COLUMN begun_at BIGINT;
ALTER TABLE imports ADD COLUMN begun_by TEXT;
