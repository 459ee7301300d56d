-- Saved views are of more lists than that of people, notes are found by their words, and the activity log
-- by who acted and when.
SET LOCAL oxpi.tenant = '*';
-- Which list the view is of.
ALTER TABLE saved_views ADD COLUMN list TEXT NOT NULL DEFAULT 'people'
    CHECK (list IN ('people', 'tasks'));
-- What was noted before gets its words one after the other.
INSERT INTO search_backlog (tenant_id, kind, after_id, blank, done, todo)
SELECT tenant_id, 'note', '', TRUE, 0, COUNT(*) FROM timeline WHERE kind = 'note' GROUP BY tenant_id;
CREATE INDEX audit_by_actor ON audit (tenant_id, actor_id, seq);
CREATE INDEX audit_by_time ON audit (tenant_id, at, seq);
