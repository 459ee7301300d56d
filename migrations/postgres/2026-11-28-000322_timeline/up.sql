-- What happened with a person, newest first on their page; and where they came from when they were first
-- seen, which nothing that comes later changes.

CREATE TABLE timeline (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- Such as "note", "stage" or "appointment-booked"; decides how the detail reads.
    kind TEXT NOT NULL,
    -- Who did it: an account, a plugin, or nobody.
    actor_kind TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    -- What it is about, such as an appointment.
    entity_id TEXT NOT NULL,
    -- What is shown of it, and for a note its text.
    detail_json TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX timeline_of_person ON timeline (tenant_id, person_id, at, id);

CREATE TABLE attributions (
    tenant_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    medium TEXT NOT NULL,
    campaign TEXT NOT NULL,
    term TEXT NOT NULL,
    content TEXT NOT NULL,
    -- The page they came to, and from where.
    landing TEXT NOT NULL,
    referrer TEXT NOT NULL,
    PRIMARY KEY (tenant_id, person_id),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id) ON DELETE CASCADE
);

INSERT INTO attributions
    (tenant_id, person_id, at, source, medium, campaign, term, content, landing, referrer)
SELECT tenant_id, id, created_at, source, '', '', '', '', '', '' FROM people WHERE source <> '';
