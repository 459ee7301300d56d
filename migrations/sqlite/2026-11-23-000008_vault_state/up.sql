-- The manifest of each tenant's secrets: what there should be, signed by the vault.

CREATE TABLE vault_roots (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    counter BIGINT NOT NULL CHECK (counter > 0),
    manifest BLOB NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE vault_buckets (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 255),
    manifest BLOB NOT NULL,
    PRIMARY KEY (tenant_id, bucket)
);
