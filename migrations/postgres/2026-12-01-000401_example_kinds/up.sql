-- Series and tags are examples too.
ALTER TABLE examples DROP CONSTRAINT examples_kind_check;
ALTER TABLE examples ADD CONSTRAINT examples_kind_check
    CHECK (kind IN ('person', 'appointment', 'task', 'series', 'tag'));
