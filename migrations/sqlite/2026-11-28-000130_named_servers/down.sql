DROP INDEX busy_blocks_by_series;
ALTER TABLE busy_blocks DROP COLUMN series;
ALTER TABLE connections DROP COLUMN user_name;
ALTER TABLE connections DROP COLUMN server;
