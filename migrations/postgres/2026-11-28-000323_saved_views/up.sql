-- Lists that somebody saved: a name for a search, filters and an order. Without a member it is everybody's.

CREATE TABLE saved_views (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    member_id TEXT,
    name TEXT NOT NULL,
    -- The list's address after the question mark.
    query TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

-- What can be undone as a whole: what many people were before one act. Forgotten after its time.
CREATE TABLE undos (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- Such as "people-stage"; decides how the state reads.
    kind TEXT NOT NULL,
    member_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    state_json TEXT NOT NULL,
    undone_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX undos_by_age ON undos (made_at);
