-- How much of events made elsewhere a calendar shows here, and how asking it goes.
ALTER TABLE calendars ADD COLUMN detail TEXT NOT NULL DEFAULT 'busy'
    CHECK (detail IN ('busy', 'title', 'all'));
ALTER TABLE calendars ADD COLUMN failing_since BIGINT;
-- A word that has a text.
ALTER TABLE calendars ADD COLUMN problem TEXT;
-- Whether people were told that it isn't in step: once, until it is again.
ALTER TABLE calendars ADD COLUMN is_behind BOOLEAN NOT NULL DEFAULT FALSE;

-- As much as the calendar shows; empty otherwise.
ALTER TABLE busy_blocks ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE busy_blocks ADD COLUMN location TEXT NOT NULL DEFAULT '';
ALTER TABLE busy_blocks ADD COLUMN notes TEXT NOT NULL DEFAULT '';
