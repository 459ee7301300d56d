DROP TABLE contact_backlog;
ALTER TABLE contacts DROP COLUMN e164;
-- The last eight digits again.
SET LOCAL oxpi.tenant = '*';
UPDATE contacts SET match_key = right(match_key, 8) WHERE kind = 'phone' AND length(match_key) > 8;
