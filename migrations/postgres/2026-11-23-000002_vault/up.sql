-- What the vault seals: wrapped data keys and envelopes. Nothing here is readable without the root key.

CREATE TABLE data_keys (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    key_id BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    wrapped BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
);

CREATE TABLE secrets (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    record TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    key_id BIGINT NOT NULL,
    envelope BYTEA NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, owner, name, record),
    FOREIGN KEY (tenant_id, key_id) REFERENCES data_keys (tenant_id, key_id)
);
CREATE INDEX secrets_to_rotate ON secrets (tenant_id, key_id);
