-- Who is reminded of what, and when: one row a member and occurrence, so that each comes once.

CREATE TABLE reminders (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- What it reminds of.
    subject TEXT NOT NULL CHECK (subject IN ('task', 'appointment', 'person')),
    subject_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    -- When that is, by the clock on the wall: what is moved is another occurrence.
    occurrence TEXT NOT NULL,
    -- The rule it was made by: how long before, and by whose clock.
    lead TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- When it comes by that rule, and when by snoozing and quiet hours.
    instant BIGINT NOT NULL,
    fires_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'snoozed', 'sent', 'withdrawn')),
    sent_at BIGINT,
    sent_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, subject, subject_id, member_id, occurrence),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX reminders_due ON reminders (fires_at) WHERE state IN ('pending', 'snoozed');
CREATE INDEX reminders_by_age ON reminders (instant);

-- More kinds of notifications. SQLite changes no CHECK in place.
CREATE TABLE notifications_next (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due')),
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
