-- Calendar files that somebody brought, and what came of each.

CREATE TABLE calendar_imports (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- What the file is called.
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'undone')),
    -- The file while it waits; empty afterwards.
    file TEXT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX calendar_imports_by_age ON calendar_imports (state, created_at);

-- What an import did, so that it can be undone as one.
CREATE TABLE import_effects (
    tenant_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('made', 'changed', 'cancelled', 'series-made', 'series-ended', 'known')),
    -- The appointment's or series' id; of 'known' the event's UID.
    subject TEXT NOT NULL,
    -- The appointment's revision afterwards: with another one somebody changed it since.
    rev BIGINT NOT NULL,
    -- How it was before.
    before_json TEXT,
    PRIMARY KEY (tenant_id, import_id, kind, subject),
    FOREIGN KEY (tenant_id, import_id) REFERENCES calendar_imports (tenant_id, id) ON DELETE CASCADE
);

-- Which events of files are here, and which word of theirs was the last. Outlives the import.
CREATE TABLE imported_events (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    uid TEXT NOT NULL,
    appointment_id TEXT,
    series_id TEXT,
    sequence BIGINT NOT NULL,
    stamp BIGINT NOT NULL,
    -- Of what the event said.
    digest TEXT NOT NULL,
    PRIMARY KEY (tenant_id, uid),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE,
    CHECK ((appointment_id IS NULL) <> (series_id IS NULL))
);
CREATE INDEX imported_events_by_appointment ON imported_events (tenant_id, appointment_id);
CREATE INDEX imported_events_by_series ON imported_events (tenant_id, series_id);
