-- What people have of the own fields; who has nothing of one has no row.
CREATE TABLE person_field_values (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    field_id TEXT NOT NULL,
    -- In the one spelling of its kind: 1234.5, 2026-11-29, yes, an option's id.
    value TEXT NOT NULL,
    -- What lists are ordered and narrowed by, byte by byte.
    sort_key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, person_id, field_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, field_id) REFERENCES person_fields (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX person_field_values_by_key
    ON person_field_values (tenant_id, field_id, sort_key, person_id);
