-- What is on between two instants is looked for from a month before, since next to nothing lasts
-- longer. These are the few that do; store/src/appointments.rs and busy_blocks.rs ask in the same words.
CREATE INDEX appointments_long ON appointments (tenant_id, ends_at)
    WHERE ends_at - starts_at > 2678400000;
CREATE INDEX busy_blocks_long ON busy_blocks (tenant_id, ends_at)
    WHERE ends_at - starts_at > 2678400000;
