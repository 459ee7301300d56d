-- Of which leads a member is told together, until they read of the first: one of them may be gone or given away
-- before that. What was told before this isn't known, and stays as it was told.

CREATE TABLE told_leads (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    member_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, person_id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX told_leads_by_person ON told_leads (tenant_id, person_id);
