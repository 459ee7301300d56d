ALTER TABLE people DROP COLUMN brought;
