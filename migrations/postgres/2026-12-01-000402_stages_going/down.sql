ALTER TABLE stages DROP COLUMN goes_to;
