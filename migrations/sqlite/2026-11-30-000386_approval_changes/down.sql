-- What was to be changed waits again; what was replaced was never sent.
CREATE TABLE approvals_anew (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    -- The plugin's own key: proposing twice is proposing once.
    once_key TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'approved', 'rejected', 'expired', 'used', 'sent', 'unknown',
            'withdrawn')),
    effect TEXT NOT NULL CHECK (effect IN ('spend', 'publish', 'reply', 'refund')),
    route TEXT NOT NULL,
    -- What stands for the exact request; an approval is good for this one only.
    digest BLOB NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    headers_json TEXT NOT NULL,
    body BLOB NOT NULL,
    connection_id TEXT,
    -- What the plugin says of it: title, summary, amount.
    words_json TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    reason TEXT,
    used_at BIGINT,
    settled_at BIGINT,
    -- The provider's status; none where no answer came.
    answer_status BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, plugin_id, once_key)
);
INSERT INTO approvals_anew (tenant_id, id, plugin_id, once_key, state, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at, settled_at,
    answer_status)
SELECT tenant_id, id, plugin_id, once_key, CASE state WHEN 'changing' THEN 'waiting' WHEN 'replaced' THEN 'withdrawn' ELSE state END, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at, settled_at,
    answer_status
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_anew RENAME TO approvals;
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, proposed_at, id);
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved');
CREATE INDEX approvals_by_use ON approvals (used_at) WHERE state = 'used';
