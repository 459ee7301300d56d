-- Where a business wants to be told of what happens, and each message on its way there.

CREATE TABLE endpoints (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    -- The kinds of events it is told of, as JSON; none is all there are and will be.
    kinds TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- Why it is off, where nobody turned it off.
    off_reason TEXT CHECK (off_reason IN ('gone', 'failing')),
    -- Since when nothing arrived.
    failing_since BIGINT,
    -- Until when the secret before this one signs too.
    old_secret_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX endpoints_old_secrets ON endpoints (old_secret_until) WHERE old_secret_until IS NOT NULL;

CREATE TABLE deliveries (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    -- What the message is called: the same for every try and every endpoint.
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'stopped')),
    -- The one job that may send it.
    job_id TEXT NOT NULL,
    -- Tries since it was last begun, which the next wait follows from, and tries in all.
    step BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    next_at BIGINT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES endpoints (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX deliveries_by_time ON deliveries (tenant_id, endpoint_id, created_at, id);
CREATE INDEX deliveries_by_state ON deliveries (tenant_id, endpoint_id, state, created_at, id);
CREATE INDEX deliveries_by_age ON deliveries (created_at);

CREATE TABLE delivery_tries (
    tenant_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    ended TEXT NOT NULL CHECK (ended IN
        ('accepted', 'rejected', 'moved', 'gone', 'unreachable', 'untrusted', 'timed-out', 'refused')),
    status BIGINT,
    ms BIGINT NOT NULL,
    -- The answer's first bytes.
    answer TEXT NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id, number),
    FOREIGN KEY (tenant_id, delivery_id) REFERENCES deliveries (tenant_id, id) ON DELETE CASCADE
);
