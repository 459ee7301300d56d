-- What became of a request that an approval let out: `used` lasts only as long as the exchange.
ALTER TABLE approvals
    ADD COLUMN settled_at BIGINT,
    -- The provider's status; none where no answer came.
    ADD COLUMN answer_status BIGINT,
    DROP CONSTRAINT approvals_state_check;
-- Whether an answer came was not kept until now.
UPDATE approvals SET state = 'unknown', settled_at = used_at WHERE state = 'used';
ALTER TABLE approvals ADD CONSTRAINT approvals_state_check CHECK (state IN
    ('waiting', 'approved', 'rejected', 'expired', 'used', 'sent', 'unknown', 'withdrawn'));
CREATE INDEX approvals_by_use ON approvals (used_at) WHERE state = 'used';

-- One more kind.
ALTER TABLE notifications
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check CHECK (kind IN
        ('connection-needs-you', 'approval-waiting', 'approval-unknown', 'appointment-unsent',
            'plugin-stopped'));
