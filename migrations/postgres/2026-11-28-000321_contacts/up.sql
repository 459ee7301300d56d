-- Every number and address of a person, the first of each kind also in people, and the tags that a
-- business puts on people.

CREATE TABLE contacts (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('phone', 'email', 'address')),
    -- As it was typed.
    value TEXT NOT NULL,
    -- What two spellings of the same share: a number's last eight digits, an e-mail address in lower case.
    match_key TEXT NOT NULL,
    -- Such as "work"; the person's own word.
    label TEXT NOT NULL,
    PRIMARY KEY (tenant_id, person_id, position),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX contacts_by_key ON contacts (tenant_id, kind, match_key);

CREATE TABLE tags (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name folded, so that one name is one tag.
    folded TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tags_one_a_name ON tags (tenant_id, folded);

CREATE TABLE person_tags (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, person_id, tag_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX person_tags_by_tag ON person_tags (tenant_id, tag_id, person_id);

INSERT INTO contacts (tenant_id, person_id, position, kind, value, match_key, label)
SELECT tenant_id, id, 0, 'phone', phone,
    CASE WHEN length(digits) >= 7 THEN right(digits, 8) ELSE '' END, ''
FROM (SELECT tenant_id, id, phone,
    regexp_replace(phone, '[^0-9]', '', 'g') AS digits
    FROM people WHERE phone <> '') AS numbers;
INSERT INTO contacts (tenant_id, person_id, position, kind, value, match_key, label)
SELECT tenant_id, id, CASE WHEN phone <> '' THEN 1 ELSE 0 END, 'email', email, email, ''
FROM people WHERE email <> '';
