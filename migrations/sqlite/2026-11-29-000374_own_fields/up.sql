-- What a business keeps of its people beyond what every business does.
CREATE TABLE person_fields (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('text', 'paragraph', 'number', 'day', 'yes-no', 'choice', 'link')),
    name TEXT NOT NULL,
    -- A word of help beside it; may be empty.
    help TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- What can be chosen, in order: each with an id that stays its own, a name, and whether it is retired.
    options_json TEXT NOT NULL,
    -- When it was removed. What people have of it stays, so that it comes back whole.
    removed_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
