-- Nothing shows what members added any more: their rows go, and bodies without a row are swept.
SET LOCAL oxpi.tenant = '*';
DELETE FROM search_words WHERE kind = 'document'
    AND thing_id IN (SELECT id FROM documents WHERE retention = 'member');
DELETE FROM search_things WHERE kind = 'document'
    AND thing_id IN (SELECT id FROM documents WHERE retention = 'member');
DELETE FROM documents WHERE retention = 'member';
DROP INDEX documents_by_person;
ALTER TABLE documents DROP CONSTRAINT documents_tenant_id_person_id_fkey;
ALTER TABLE documents DROP CONSTRAINT documents_retention_check;
ALTER TABLE documents ADD CONSTRAINT documents_retention_check
    CHECK (retention IN ('plugin', 'connection'));
ALTER TABLE documents DROP COLUMN added_by;
ALTER TABLE documents DROP COLUMN person_id;
