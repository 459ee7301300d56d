SET LOCAL oxpi.tenant = '*';
DELETE FROM notifications WHERE kind IN ('task-due', 'task-assigned', 'appointment-soon', 'follow-up-due');
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped',
            'calendar-behind', 'series-overlaps', 'connection-ends'));
DROP TABLE reminders;
