-- Secret addresses that calendar programs read a member's calendar from.

CREATE TABLE calendar_feeds (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    member_id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    -- What it said when it was last read, and since when it has been saying that.
    digest TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, member_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX calendar_feeds_by_hash ON calendar_feeds (secret_hash);
