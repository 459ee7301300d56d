-- Members are told of people whom they are to look after, and of leads that come from outside.
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'calendar-emptied', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due',
            'endpoint-off',
            'import-done', 'import-failed', 'import-undone', 'archive-ready', 'archive-failed',
            'sweep-done', 'sweep-failed', 'sweep-undone',
            'tasks-assigned',
            'person-assigned', 'people-assigned', 'lead-new', 'leads-new'));
-- To whom an import gave how many people: they are told once it has ended.
ALTER TABLE imports ADD COLUMN given_json TEXT NOT NULL DEFAULT '{}';
