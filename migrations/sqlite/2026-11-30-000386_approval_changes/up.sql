-- People may have a proposal made otherwise: until the plugin proposes anew it is `changing`, then
-- `replaced`. A check can't be changed here: the table is made anew.
CREATE TABLE approvals_anew (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    -- The plugin's own key: proposing twice is proposing once.
    once_key TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('waiting', 'approved', 'rejected', 'expired', 'used', 'sent', 'unknown',
            'withdrawn', 'changing', 'replaced')),
    effect TEXT NOT NULL CHECK (effect IN ('spend', 'publish', 'reply', 'refund')),
    route TEXT NOT NULL,
    -- What stands for the exact request; an approval is good for this one only.
    digest BLOB NOT NULL,
    method TEXT NOT NULL,
    url TEXT NOT NULL,
    headers_json TEXT NOT NULL,
    body BLOB NOT NULL,
    connection_id TEXT,
    -- What the plugin says of it: title, summary, amount, and what people may change.
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
    -- When and by whom it was last asked to be made otherwise, and how: what was typed, and the plugin's
    -- word where nothing came of it.
    asked_at BIGINT,
    asked_by TEXT,
    asked_json TEXT,
    -- The proposal that it takes the place of, and the one that took its own.
    replaces TEXT,
    replaced_by TEXT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, plugin_id, once_key)
);
INSERT INTO approvals_anew (tenant_id, id, plugin_id, once_key, state, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at, settled_at,
    answer_status)
SELECT tenant_id, id, plugin_id, once_key, state, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at, settled_at,
    answer_status
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_anew RENAME TO approvals;
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, proposed_at, id);
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved', 'changing');
CREATE INDEX approvals_by_use ON approvals (used_at) WHERE state = 'used';
CREATE INDEX approvals_by_ask ON approvals (asked_at) WHERE state = 'changing';
