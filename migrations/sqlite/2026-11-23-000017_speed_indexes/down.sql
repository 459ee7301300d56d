DROP INDEX busy_blocks_long;
DROP INDEX appointments_long;
