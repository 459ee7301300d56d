-- Where the event of an appointment was left when its calendar was let go of, so that both belong
-- together again should the calendar be used again, whatever became of the event meanwhile.
CREATE TABLE event_places (
    tenant_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    -- The account and the calendar as their provider calls them: a new connection is another row.
    account_ref TEXT NOT NULL,
    calendar TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX event_places_by_calendar ON event_places (tenant_id, plugin_id, account_ref, calendar);

-- How many events of appointments were missing when a calendar was last read as a whole, where those
-- were too many to take it for somebody's wish; and what people answered to that.
ALTER TABLE calendars ADD COLUMN missing BIGINT;
ALTER TABLE calendars ADD COLUMN missing_answer TEXT CHECK (missing_answer IN ('cancel', 'restore'));
