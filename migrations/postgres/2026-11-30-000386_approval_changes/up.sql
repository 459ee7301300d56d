-- People may have a proposal made otherwise: until the plugin proposes anew it is `changing`, then
-- `replaced`.
ALTER TABLE approvals
    -- When and by whom it was last asked to be made otherwise, and how: what was typed, and the plugin's
    -- word where nothing came of it.
    ADD COLUMN asked_at BIGINT,
    ADD COLUMN asked_by TEXT,
    ADD COLUMN asked_json TEXT,
    -- The proposal that it takes the place of, and the one that took its own.
    ADD COLUMN replaces TEXT,
    ADD COLUMN replaced_by TEXT,
    DROP CONSTRAINT approvals_state_check,
    ADD CONSTRAINT approvals_state_check CHECK (state IN
        ('waiting', 'approved', 'rejected', 'expired', 'used', 'sent', 'unknown', 'withdrawn',
            'changing', 'replaced'));
DROP INDEX approvals_by_expiry;
CREATE INDEX approvals_by_expiry ON approvals (expires_at) WHERE state IN ('waiting', 'approved', 'changing');
CREATE INDEX approvals_by_ask ON approvals (asked_at) WHERE state = 'changing';
