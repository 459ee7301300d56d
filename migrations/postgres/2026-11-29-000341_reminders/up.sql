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

-- More kinds of notifications.
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due'));
