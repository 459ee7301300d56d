-- Two who share a number, an address or a name and are two all the same: somebody said so, and nobody is
-- asked again.

CREATE TABLE people_apart (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- The smaller of the two ids.
    one_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, one_id, other_id),
    FOREIGN KEY (tenant_id, one_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, other_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX people_apart_by_other ON people_apart (tenant_id, other_id);
