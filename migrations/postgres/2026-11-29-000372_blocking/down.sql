ALTER TABLE calendars DROP COLUMN blocks;
