DELETE FROM saved_views WHERE list = 'documents';
CREATE TABLE saved_views_next (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    member_id TEXT,
    name TEXT NOT NULL,
    -- The list's address after the question mark.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Which list the view is of.
    list TEXT NOT NULL DEFAULT 'people'
        CHECK (list IN ('people', 'tasks')),
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO saved_views_next
    SELECT tenant_id, id, member_id, name, query, created_at, list
    FROM saved_views;
DROP TABLE saved_views;
ALTER TABLE saved_views_next RENAME TO saved_views;
