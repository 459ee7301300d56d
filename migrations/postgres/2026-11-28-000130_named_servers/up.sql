-- The server that a person named when the account was connected, where its provider asks for one.
ALTER TABLE connections ADD COLUMN server TEXT;

-- What a busy time is one of: a repeating event's times come and go together.
ALTER TABLE busy_blocks ADD COLUMN series TEXT NOT NULL DEFAULT '';
CREATE INDEX busy_blocks_by_series ON busy_blocks (tenant_id, calendar_id, series)
    WHERE series <> '';
