-- Programs ask what changed since they asked last.
CREATE INDEX tasks_changed ON tasks (tenant_id, updated_at, id);
CREATE INDEX appointments_changed ON appointments (tenant_id, updated_at, id);
