-- Back to the words of a calendar that is not in step.
SET LOCAL oxpi.tenant = '*';
UPDATE notifications SET kind = 'calendar-behind' WHERE kind = 'calendar-emptied';
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'series-overlaps', 'connection-ends',
            'task-due', 'task-assigned', 'appointment-soon', 'follow-up-due'));
