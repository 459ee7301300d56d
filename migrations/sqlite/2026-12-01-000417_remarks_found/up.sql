-- People and appointments are found by what is remarked of them too: all of a business that has remarks get
-- their words anew, one after the other. Until their turn comes they are found by what they had.
INSERT INTO search_backlog (tenant_id, kind, after_id, blank, done, todo)
SELECT tenant_id, 'person', '', FALSE, 0, COUNT(*) FROM people WHERE deleted_at IS NULL
    GROUP BY tenant_id HAVING SUM(CASE WHEN notes <> '' THEN 1 ELSE 0 END) > 0
ON CONFLICT (tenant_id, kind) DO UPDATE SET after_id = '', done = 0, todo = excluded.todo;
INSERT INTO search_backlog (tenant_id, kind, after_id, blank, done, todo)
SELECT tenant_id, 'appointment', '', FALSE, 0, COUNT(*) FROM appointments
    GROUP BY tenant_id HAVING SUM(CASE WHEN notes <> '' THEN 1 ELSE 0 END) > 0
ON CONFLICT (tenant_id, kind) DO UPDATE SET after_id = '', done = 0, todo = excluded.todo;
