-- Who did what, when, from where: a chain per tenant. No foreign keys: it outlives what it tells of.

CREATE TABLE audit (
    tenant_id TEXT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('account', 'plugin', 'system')),
    actor_id TEXT NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    detail_json TEXT NOT NULL,
    address TEXT NOT NULL,
    device TEXT NOT NULL,
    request_id TEXT NOT NULL,
    previous_mac BLOB NOT NULL,
    mac BLOB NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);
CREATE INDEX audit_by_entity ON audit (tenant_id, entity, entity_id, seq);

-- The end of each chain, and the row that writers of one tenant queue at.
CREATE TABLE audit_heads (
    tenant_id TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    mac BLOB NOT NULL
);
