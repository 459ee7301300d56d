SET LOCAL oxpi.tenant = '*';
DELETE FROM examples WHERE kind IN ('series', 'tag');
ALTER TABLE examples DROP CONSTRAINT examples_kind_check;
ALTER TABLE examples ADD CONSTRAINT examples_kind_check
    CHECK (kind IN ('person', 'appointment', 'task'));
