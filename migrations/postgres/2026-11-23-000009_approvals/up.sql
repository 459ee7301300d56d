-- Requests of plugins that people decide before they are sent.

CREATE TABLE approvals (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    -- The plugin's own key: proposing twice is proposing once.
    once_key TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'approved', 'rejected', 'expired', 'used', 'withdrawn')),
    effect TEXT NOT NULL CHECK (effect IN ('spend', 'publish', 'reply', 'refund')),
    route TEXT NOT NULL,
    -- What stands for the exact request; an approval is good for this one only.
    digest BYTEA NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    headers_json TEXT NOT NULL,
    body BYTEA NOT NULL,
    connection_id TEXT,
    -- What the plugin says of it: title, summary, amount.
    words_json TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    reason TEXT,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, plugin_id, once_key)
);
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, proposed_at, id);
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved');
