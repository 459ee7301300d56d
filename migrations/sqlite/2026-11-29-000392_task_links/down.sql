DELETE FROM task_links WHERE kind NOT IN ('person', 'appointment');
CREATE TABLE task_links_next (
    tenant_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'appointment')),
    entity_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, task_id, kind, entity_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO task_links_next SELECT tenant_id, task_id, kind, entity_id FROM task_links;
DROP TABLE task_links;
ALTER TABLE task_links_next RENAME TO task_links;
CREATE INDEX task_links_to ON task_links (tenant_id, kind, entity_id, task_id);
