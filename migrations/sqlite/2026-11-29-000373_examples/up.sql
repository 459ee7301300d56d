-- What was brought to look around with, so that one press removes it.
CREATE TABLE examples (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'appointment', 'task')),
    entity_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, entity_id)
);
