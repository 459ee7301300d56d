-- Documents are about people, and members add their own. SQLite changes no CHECK in place.
CREATE TABLE documents_next (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    -- The plugin's own key: keeping twice is keeping once.
    once_key TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    -- A keyed code of the plain bytes: nobody without the root key learns which file it is.
    mac BLOB NOT NULL,
    -- Opens the sealed body.
    key_id BIGINT NOT NULL,
    head BLOB NOT NULL,
    retention TEXT NOT NULL CHECK (retention IN ('plugin', 'connection', 'member')),
    connection_id TEXT,
    -- The host it came from.
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Whom it is about: it goes for good when they do.
    person_id TEXT,
    -- The member who added it.
    added_by TEXT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, plugin_id, once_key),
    FOREIGN KEY (tenant_id, key_id) REFERENCES data_keys (tenant_id, key_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id)
);
INSERT INTO documents_next
    SELECT tenant_id, id, plugin_id, once_key, name, media_type, size_bytes, mac, key_id, head, retention,
        connection_id, source, created_at, NULL, NULL
    FROM documents;
DROP TABLE documents;
ALTER TABLE documents_next RENAME TO documents;
CREATE INDEX documents_by_plugin ON documents (tenant_id, plugin_id, id);
CREATE INDEX documents_by_connection ON documents (tenant_id, connection_id);
CREATE INDEX documents_by_key ON documents (tenant_id, key_id);
CREATE INDEX documents_by_person ON documents (tenant_id, person_id, id);
