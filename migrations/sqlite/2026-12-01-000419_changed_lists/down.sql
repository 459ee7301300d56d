DROP INDEX appointments_changed;
DROP INDEX tasks_changed;
