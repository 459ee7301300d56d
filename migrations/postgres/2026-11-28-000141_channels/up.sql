-- Channels: a provider calls an address of ours when a calendar has changed, until the channel ends.

CREATE TABLE channels (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    route TEXT NOT NULL,
    -- A keyed code of the token that each call carries; the token itself is kept nowhere.
    token_mac BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('opening', 'open', 'refused')),
    -- The provider's own name of what is watched, which ending it takes.
    resource TEXT,
    opened_at BIGINT NOT NULL,
    -- When it ends by itself; of a refused one, when to ask again.
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX channels_by_calendar ON channels (tenant_id, calendar_id);
CREATE INDEX channels_by_plugin ON channels (tenant_id, plugin_id);
