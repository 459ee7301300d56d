-- A business's logo, drawn anew from what was uploaded. It stands on public pages and in mail, so it is
-- kept as it is, and not sealed. Its digest is part of its address; tenants.logo names the one in use.
ALTER TABLE tenants ADD COLUMN logo TEXT;

CREATE TABLE tenant_logos (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    -- A PNG.
    body BYTEA NOT NULL,
    updated_at BIGINT NOT NULL
);
