DROP TABLE contact_backlog;
-- The last eight digits again.
UPDATE contacts SET match_key = substr(match_key, -8) WHERE kind = 'phone' AND length(match_key) > 8;
ALTER TABLE contacts DROP COLUMN e164;
