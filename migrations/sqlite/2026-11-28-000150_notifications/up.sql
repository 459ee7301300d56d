-- What members are told of in the workspace: one row a member and matter, renewed when the matter comes
-- up again. Goes with the membership.
CREATE TABLE notifications (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('connection-needs-you', 'approval-waiting', 'appointment-unsent', 'plugin-stopped')),
    -- What it is about: the same matter is told once, however often it comes up.
    matter TEXT NOT NULL,
    -- Its name, such as an appointment's title.
    subject TEXT NOT NULL,
    href TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, member_id, matter),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX notifications_by_time ON notifications (tenant_id, member_id, created_at, id);
CREATE INDEX notifications_by_age ON notifications (created_at);

-- What members chose otherwise than it is by default.
CREATE TABLE member_choices (
    tenant_id TEXT NOT NULL,
    member_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant_id, member_id, name),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
