ALTER TABLE busy_blocks DROP COLUMN notes;
ALTER TABLE busy_blocks DROP COLUMN location;
ALTER TABLE busy_blocks DROP COLUMN title;
ALTER TABLE calendars DROP COLUMN is_behind;
ALTER TABLE calendars DROP COLUMN problem;
ALTER TABLE calendars DROP COLUMN failing_since;
ALTER TABLE calendars DROP COLUMN detail;
