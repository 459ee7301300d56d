CREATE TABLE notifications_anew (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'appointment-unsent', 'plugin-stopped')),
    -- What it is about: the same matter is told once, however often it comes up.
    matter TEXT NOT NULL,
    -- Its name, such as an appointment's title.
    subject TEXT NOT NULL,
    href TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, member_id, matter),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO notifications_anew (tenant_id, id, member_id, kind, matter, subject, href, created_at, read_at)
SELECT tenant_id, id, member_id, kind, matter, subject, href, created_at, read_at
FROM notifications
WHERE kind <> 'approval-unknown';
DROP TABLE notifications;
ALTER TABLE notifications_anew RENAME TO notifications;
CREATE INDEX notifications_by_time ON notifications (tenant_id, member_id, created_at, id);
CREATE INDEX notifications_by_age ON notifications (created_at);

CREATE TABLE approvals_anew (
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
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, plugin_id, once_key)
);
INSERT INTO approvals_anew (tenant_id, id, plugin_id, once_key, state, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at)
SELECT tenant_id, id, plugin_id, once_key, CASE WHEN state IN ('sent', 'unknown') THEN 'used' ELSE state END, effect, route, digest, method, url, headers_json, body,
    connection_id, words_json, proposed_at, expires_at, decided_at, decided_by, reason, used_at
FROM approvals;
DROP TABLE approvals;
ALTER TABLE approvals_anew RENAME TO approvals;
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, proposed_at, id);
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved');
