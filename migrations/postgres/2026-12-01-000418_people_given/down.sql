SET LOCAL oxpi.tenant = '*';
ALTER TABLE imports DROP COLUMN given_json;
DELETE FROM notifications WHERE kind IN ('person-assigned', 'people-assigned', 'lead-new', 'leads-new');
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'calendar-emptied', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due',
            'endpoint-off',
            'import-done', 'import-failed', 'import-undone', 'archive-ready', 'archive-failed',
            'sweep-done', 'sweep-failed', 'sweep-undone',
            'tasks-assigned'));
