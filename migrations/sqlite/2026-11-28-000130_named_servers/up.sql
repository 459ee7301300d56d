-- The server that a person named when the account was connected, where its provider asks for one, and
-- the user name that was typed with it, so that both are there when a new password is asked for.
ALTER TABLE connections ADD COLUMN server TEXT;
ALTER TABLE connections ADD COLUMN user_name TEXT;

-- What a busy time is one of: a repeating event's times come and go together.
ALTER TABLE busy_blocks ADD COLUMN series TEXT NOT NULL DEFAULT '';
CREATE INDEX busy_blocks_by_series ON busy_blocks (tenant_id, calendar_id, series)
    WHERE series <> '';
