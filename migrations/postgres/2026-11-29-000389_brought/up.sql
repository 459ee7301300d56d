-- Whether somebody was brought with a list: of them nobody waited for a first step. Kept with the person,
-- since what their page tells is handed over when two are merged.
SET LOCAL oxpi.tenant = '*';
ALTER TABLE people ADD COLUMN brought BOOLEAN NOT NULL DEFAULT FALSE;
-- Who was added by hand says so, and may have the import of somebody they were merged with beside it.
UPDATE people SET brought = TRUE
WHERE EXISTS (
    SELECT 1 FROM timeline
    WHERE timeline.tenant_id = people.tenant_id AND timeline.person_id = people.id
        AND timeline.kind = 'imported' AND timeline.at < people.created_at + 60000
) AND NOT EXISTS (
    SELECT 1 FROM timeline
    WHERE timeline.tenant_id = people.tenant_id AND timeline.person_id = people.id
        AND timeline.kind = 'created'
        AND timeline.at >= people.created_at AND timeline.at < people.created_at + 60000
);
