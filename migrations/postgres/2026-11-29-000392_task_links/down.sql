SET LOCAL oxpi.tenant = '*';
DELETE FROM task_links WHERE kind NOT IN ('person', 'appointment');
ALTER TABLE task_links DROP CONSTRAINT task_links_kind_check;
ALTER TABLE task_links ADD CONSTRAINT task_links_kind_check CHECK (kind IN ('person', 'appointment'));
