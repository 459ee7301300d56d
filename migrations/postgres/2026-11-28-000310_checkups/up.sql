-- What was found when a connection was tried last, step by step; and when a permission ends by itself.
CREATE TABLE checkups (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- A connection's id, or plugin/provider while nothing is connected.
    subject TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    steps_json TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (tenant_id, subject)
);

ALTER TABLE connections ADD COLUMN granted_at BIGINT;
ALTER TABLE connections ADD COLUMN grant_ends_at BIGINT;
ALTER TABLE connections ADD COLUMN end_told_at BIGINT;
CREATE INDEX connections_by_end ON connections (grant_ends_at);

ALTER TABLE oauth_flows ADD COLUMN expected_account TEXT;

-- One more kind of notification.
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped', 'calendar-behind', 'series-overlaps',
        'connection-ends'));
