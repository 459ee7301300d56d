-- What happens later: jobs, the outbox, the inbox of webhooks, schedules, and keys that make
-- doing a thing twice the same as doing it once.

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    plugin_id TEXT,
    connection_id TEXT,
    unique_key TEXT,
    payload_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead', 'paused')),
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL CHECK (attempts_max > 0),
    -- Grows with each lease; work done under an older one is refused.
    lease_token BIGINT NOT NULL,
    lease_until BIGINT,
    -- Why it is held back, now or when its lease ends; both may be so at once.
    held_by_plugin BOOLEAN NOT NULL,
    held_by_connection BOOLEAN NOT NULL,
    last_problem TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX jobs_once ON jobs (tenant_id, kind, COALESCE(plugin_id, ''), unique_key);
CREATE INDEX jobs_due ON jobs (state, tenant_id, run_at, id);
CREATE INDEX jobs_next ON jobs (state, run_at);
CREATE INDEX jobs_leases ON jobs (state, lease_until);
CREATE INDEX jobs_by_plugin ON jobs (tenant_id, plugin_id, state);
CREATE INDEX jobs_by_connection ON jobs (tenant_id, connection_id, state);
CREATE INDEX jobs_by_age ON jobs (state, updated_at);

-- When each tenant was last served, so that the one that waited longest comes first.
CREATE TABLE job_turns (
    tenant_id TEXT NOT NULL PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    turn BIGINT NOT NULL
);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    topic TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    payload_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    dispatched_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (created_at, id) WHERE dispatched_at IS NULL;
CREATE INDEX outbox_by_age ON outbox (dispatched_at);

CREATE TABLE inbox (
    id TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    plugin_id TEXT NOT NULL,
    route TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    headers_json TEXT NOT NULL,
    body BLOB NOT NULL,
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    UNIQUE (plugin_id, route, tenant_id, delivery_id)
);
CREATE INDEX inbox_by_age ON inbox (handled_at);

CREATE TABLE schedules (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload_json TEXT NOT NULL,
    cron TEXT NOT NULL,
    zone TEXT NOT NULL,
    next_at BIGINT NOT NULL,
    paused BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX schedules_one_a_name ON schedules (tenant_id, COALESCE(plugin_id, ''), name);
CREATE INDEX schedules_due ON schedules (paused, next_at);

CREATE TABLE idempotency (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    result_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, scope, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);
