SET LOCAL oxpi.tenant = '*';
DROP INDEX approvals_by_ask;
DROP INDEX approvals_by_expiry;
ALTER TABLE approvals DROP CONSTRAINT approvals_state_check;
-- What was to be changed waits again; what was replaced was never sent.
UPDATE approvals SET state = 'waiting' WHERE state = 'changing';
UPDATE approvals SET state = 'withdrawn' WHERE state = 'replaced';
ALTER TABLE approvals
    DROP COLUMN asked_at,
    DROP COLUMN asked_by,
    DROP COLUMN asked_json,
    DROP COLUMN replaces,
    DROP COLUMN replaced_by,
    ADD CONSTRAINT approvals_state_check CHECK (state IN
        ('waiting', 'approved', 'rejected', 'expired', 'used', 'sent', 'unknown', 'withdrawn'));
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved');
