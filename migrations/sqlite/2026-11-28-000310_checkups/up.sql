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

-- One more kind of notification. SQLite changes no CHECK in place.
CREATE TABLE notifications_next (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'series-overlaps', 'connection-ends')),
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
INSERT INTO notifications_next
    SELECT tenant_id, id, member_id, kind, matter, subject, href, created_at, read_at
    FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_next RENAME TO notifications;
CREATE INDEX notifications_by_time ON notifications (tenant_id, member_id, created_at, id);
CREATE INDEX notifications_by_age ON notifications (created_at);
