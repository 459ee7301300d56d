-- Accounts at providers, and the way there.

CREATE TABLE connections (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    account_ref TEXT NOT NULL,
    account_name TEXT NOT NULL,
    account_email TEXT NOT NULL,
    scopes TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('working', 'needs_you', 'paused', 'disconnected')),
    problem TEXT,
    token_expires_at BIGINT,
    token_rev BIGINT NOT NULL,
    refreshing_until BIGINT,
    connected_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
-- One account is connected once; what was disconnected stays as history.
CREATE UNIQUE INDEX connections_one_an_account
    ON connections (tenant_id, plugin_id, provider, account_ref) WHERE state <> 'disconnected';

CREATE TABLE oauth_flows (
    state_hash TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    plugin_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    connection_id TEXT,
    redirect_uri TEXT NOT NULL,
    verifier_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);
CREATE INDEX oauth_flows_by_expiry ON oauth_flows (expires_at);

CREATE TABLE calendars (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    zone TEXT NOT NULL,
    access TEXT NOT NULL CHECK (access IN ('owner', 'writer', 'reader')),
    is_default BOOLEAN NOT NULL,
    cursor TEXT,
    pulled_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, external_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);

CREATE TABLE busy_blocks (
    tenant_id TEXT NOT NULL,
    calendar_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    all_day BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, calendar_id, external_id),
    FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX busy_blocks_by_time ON busy_blocks (tenant_id, starts_at);
