DELETE FROM notifications WHERE kind = 'approval-unknown';
ALTER TABLE notifications
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check CHECK (kind IN
        ('connection-needs-you', 'approval-waiting', 'appointment-unsent', 'plugin-stopped'));

DROP INDEX approvals_by_use;
ALTER TABLE approvals DROP CONSTRAINT approvals_state_check;
UPDATE approvals SET state = 'used' WHERE state IN ('sent', 'unknown');
ALTER TABLE approvals
    DROP COLUMN settled_at,
    DROP COLUMN answer_status,
    ADD CONSTRAINT approvals_state_check
        CHECK (state IN ('waiting', 'approved', 'rejected', 'expired', 'used', 'withdrawn'));
