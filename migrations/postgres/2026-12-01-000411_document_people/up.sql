-- Documents are about people, and members add their own.
ALTER TABLE documents
    -- Whom it is about: it goes for good when they do.
    ADD COLUMN person_id TEXT,
    -- The member who added it.
    ADD COLUMN added_by TEXT;
ALTER TABLE documents DROP CONSTRAINT documents_retention_check;
ALTER TABLE documents ADD CONSTRAINT documents_retention_check
    CHECK (retention IN ('plugin', 'connection', 'member'));
ALTER TABLE documents ADD CONSTRAINT documents_tenant_id_person_id_fkey
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id);
CREATE INDEX documents_by_person ON documents (tenant_id, person_id, id);
