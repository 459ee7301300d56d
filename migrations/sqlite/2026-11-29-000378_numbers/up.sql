-- Numbers as they are dialled from anywhere (E.164), which they are told apart by: the last eight digits of two
-- strangers' numbers may be the same.

-- Empty where the number's country can't be told, and for what is no number. From now on match_key is this, or
-- else all digits.
ALTER TABLE contacts ADD COLUMN e164 TEXT NOT NULL DEFAULT '';

-- Businesses whose numbers are to be read: those of everybody behind after_id who has none yet.
CREATE TABLE contact_backlog (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    after_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id)
);
INSERT INTO contact_backlog (tenant_id, after_id)
SELECT DISTINCT tenant_id, '' FROM contacts WHERE kind = 'phone';
