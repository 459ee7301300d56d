-- Tasks are about more than people and appointments; of an address, entity_id is that address.
ALTER TABLE task_links DROP CONSTRAINT task_links_kind_check;
ALTER TABLE task_links ADD CONSTRAINT task_links_kind_check
    CHECK (kind IN ('person', 'appointment', 'task', 'approval', 'connection', 'import',
        'address'));
