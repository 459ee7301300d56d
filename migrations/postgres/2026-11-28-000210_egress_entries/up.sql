-- What plugins asked the internet, and what OXPI asked for them: a line a request, never an address with
-- its query, a header or a body. Bounded by number and by age.
CREATE TABLE egress_entries (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- Not of tenant_plugins: what was asked is known after the plugin was removed.
    plugin_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    asker TEXT NOT NULL CHECK (asker IN ('plugin', 'host')),
    method TEXT NOT NULL,
    host TEXT NOT NULL,
    -- The pattern of the manifest, never the path itself; empty where none fitted.
    path TEXT NOT NULL,
    -- The answer's, where there was one.
    status BIGINT,
    bytes BIGINT NOT NULL,
    ms BIGINT NOT NULL,
    -- The code of what went wrong; empty where nothing did.
    problem TEXT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id, id)
);
CREATE INDEX egress_entries_by_age ON egress_entries (at);
