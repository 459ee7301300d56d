-- What an appointment's event at the provider is known to have said, so that what was changed here can
-- be told from what was changed there.

CREATE TABLE event_copies (
    tenant_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    -- When it was last seen, or written with an answer.
    seen_json TEXT,
    -- What was sent since without an answer: any of it may have arrived.
    sent_json TEXT NOT NULL,
    -- What both sides had changed when they were last put together, and which side was kept.
    clash_json TEXT,
    -- Since when the event can't be written.
    failing_since BIGINT,
    PRIMARY KEY (tenant_id, appointment_id),
    FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointments (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX event_copies_failing ON event_copies (tenant_id, appointment_id)
    WHERE failing_since IS NOT NULL;
