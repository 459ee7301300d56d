DELETE FROM examples WHERE kind IN ('series', 'tag');
CREATE TABLE examples_next (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'appointment', 'task')),
    entity_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, entity_id)
);
INSERT INTO examples_next SELECT tenant_id, kind, entity_id FROM examples;
DROP TABLE examples;
ALTER TABLE examples_next RENAME TO examples;
