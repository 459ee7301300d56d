-- Whom somebody became one with, as long as that isn't taken back; not a reference, for either may be erased
-- before the other.
ALTER TABLE people ADD COLUMN merged_into TEXT;
UPDATE people SET merged_into = merges.kept FROM (
    SELECT tenant_id, json_extract(state_json, '$.kept') AS kept, json_extract(state_json, '$.gone') AS gone
    FROM undos WHERE kind = 'merge' AND undone_at IS NULL
) AS merges
WHERE people.tenant_id = merges.tenant_id AND people.id = merges.gone AND people.deleted_at IS NOT NULL;
CREATE INDEX people_merged ON people (tenant_id, merged_into) WHERE merged_into IS NOT NULL;

-- What can be taken back, latest first: everybody's and one member's, and what was removed on its own.
CREATE INDEX undos_open ON undos (tenant_id, made_at, id) WHERE undone_at IS NULL;
CREATE INDEX undos_open_of ON undos (tenant_id, member_id, made_at, id) WHERE undone_at IS NULL;
CREATE INDEX people_removed ON people (tenant_id, deleted_at, id)
    WHERE deleted_at IS NOT NULL AND merged_into IS NULL;
