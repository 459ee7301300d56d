-- The installation's own record of deleted businesses. It outlives them: no reference, and nothing of what
-- they held, not even the name.
CREATE TABLE deletions (
    tenant_id TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    -- None while it is under way, as after a crash: the next start goes on with it.
    ended_at BIGINT,
    -- Whether a start began it, because the list named a business that was there: it had come back with an
    -- older database, or nothing but the list had been written.
    again BOOLEAN NOT NULL,
    row_count BIGINT NOT NULL,
    document_count BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, begun_at)
);
