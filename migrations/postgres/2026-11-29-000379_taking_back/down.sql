DROP INDEX people_removed;
DROP INDEX undos_open_of;
DROP INDEX undos_open;
DROP INDEX people_merged;
ALTER TABLE people DROP COLUMN merged_into;
