-- Members are told of people whom they are to look after, and of leads that come from outside. SQLite changes
-- no CHECK in place.
CREATE TABLE notifications_next (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'calendar-emptied', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due',
            'endpoint-off',
            'import-done', 'import-failed', 'import-undone', 'archive-ready', 'archive-failed',
            'sweep-done', 'sweep-failed', 'sweep-undone',
            'tasks-assigned',
            'person-assigned', 'people-assigned', 'lead-new', 'leads-new')),
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
-- To whom an import gave how many people: they are told once it has ended.
ALTER TABLE imports ADD COLUMN given_json TEXT NOT NULL DEFAULT '{}';
