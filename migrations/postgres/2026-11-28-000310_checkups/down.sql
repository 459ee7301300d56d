SET LOCAL oxpi.tenant = '*';
DELETE FROM notifications WHERE kind = 'connection-ends';
ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
    CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent', 'plugin-stopped', 'calendar-behind', 'series-overlaps'));
ALTER TABLE oauth_flows DROP COLUMN expected_account;
DROP INDEX connections_by_end;
ALTER TABLE connections DROP COLUMN end_told_at;
ALTER TABLE connections DROP COLUMN grant_ends_at;
ALTER TABLE connections DROP COLUMN granted_at;
DROP TABLE checkups;
