-- Leads and customers, and the appointments with them.

CREATE TABLE people (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('lead', 'customer')),
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    source TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- Name, company, phone and email folded for searching; neither database folds every script.
    search_text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX people_newest ON people (tenant_id, created_at, id);

CREATE TABLE appointments (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    person_id TEXT,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    location TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    zone TEXT NOT NULL,
    online BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('booked', 'cancelled')),
    calendar_id TEXT,
    -- The event at the provider; changing it is no change of the appointment, so it counts apart.
    external_id TEXT,
    etag TEXT,
    external_url TEXT,
    online_state TEXT NOT NULL CHECK (online_state IN ('none', 'pending', 'ready', 'failed')),
    online_url TEXT,
    sync_state TEXT NOT NULL CHECK (sync_state IN ('none', 'pending', 'synced', 'failed')),
    sync_problem TEXT,
    link_rev BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (ends_at >= starts_at),
    FOREIGN KEY (tenant_id, person_id) REFERENCES people (tenant_id, id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);
CREATE INDEX appointments_by_time ON appointments (tenant_id, starts_at);
CREATE INDEX appointments_by_person ON appointments (tenant_id, person_id, starts_at);
-- An event is one appointment at most, however often it is pulled.
CREATE UNIQUE INDEX appointments_one_an_event
    ON appointments (tenant_id, calendar_id, external_id);
