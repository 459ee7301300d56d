-- Appointments that come again: the rule, what its next ones will be like, and which appointment is the
-- one of which day. Each is an appointment like any other; the rule only makes more of them.

CREATE TABLE series (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- An RRULE's value.
    rule TEXT NOT NULL,
    -- The day that the rule counts from, ISO 8601.
    first_day TEXT NOT NULL,
    -- When it is on each of its days, by the wall clock of the zone: minutes from midnight.
    starts_min BIGINT NOT NULL,
    ends_min BIGINT NOT NULL,
    zone TEXT NOT NULL,
    -- These may be gone when the next ones are made; then those are without.
    person_id TEXT,
    calendar_id TEXT,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    location TEXT NOT NULL,
    online BOOLEAN NOT NULL,
    -- Its appointments are made up to this day; none after it once it has ended.
    made_until TEXT NOT NULL,
    ended BOOLEAN NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CHECK (ends_min > starts_min)
);
CREATE INDEX series_to_extend ON series (ended, made_until);

CREATE TABLE occurrences (
    tenant_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    series_id TEXT NOT NULL,
    -- The rule's day, wherever the appointment was moved since.
    day TEXT NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE
);
-- A day has one, however often the series is carried on.
CREATE UNIQUE INDEX occurrences_one_a_day ON occurrences (tenant_id, series_id, day);
