-- Packages with a publisher's signature, several versions of a plugin at once, and the way back.

ALTER TABLE plugins ADD COLUMN origin TEXT NOT NULL DEFAULT 'folder'
    CHECK (origin IN ('folder', 'package'));
ALTER TABLE plugins ADD COLUMN publisher_key TEXT;

-- Whose packages of a plugin are taken: the key of the first one, until the operator says otherwise.
CREATE TABLE plugin_publishers (
    plugin_id TEXT NOT NULL PRIMARY KEY,
    publisher_key TEXT NOT NULL,
    publisher TEXT NOT NULL,
    pinned_at BIGINT NOT NULL
);

-- Grows when the plugin is turned off, on or to another version; calls of an older one are fenced.
ALTER TABLE tenant_plugins ADD COLUMN generation BIGINT NOT NULL DEFAULT 1;
-- Set while the version is being changed: until then nobody else changes it, and no call begins.
ALTER TABLE tenant_plugins ADD COLUMN changing_until BIGINT;

-- The version before, as it was left: for going back, and for when a migration fails.
CREATE TABLE plugin_snapshots (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    version TEXT NOT NULL,
    grant_json TEXT NOT NULL,
    settings_json TEXT NOT NULL,
    with_state BOOLEAN NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id),
    FOREIGN KEY (plugin_id, version) REFERENCES plugins (id, version),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES tenant_plugins (tenant_id, plugin_id) ON DELETE CASCADE
);
CREATE INDEX plugin_snapshots_by_age ON plugin_snapshots (taken_at);

CREATE TABLE snapshot_records (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    value_json TEXT NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id, collection, id),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES plugin_snapshots (tenant_id, plugin_id) ON DELETE CASCADE
);

CREATE TABLE snapshot_kv (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    rev BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, plugin_id, key),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES plugin_snapshots (tenant_id, plugin_id) ON DELETE CASCADE
);

-- The version that a tenant did not move to, and why; it is tried again when somebody asks.
CREATE TABLE plugin_refusals (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    version TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN
        ('consent', 'settings', 'validate', 'too-much', 'migrate', 'rolled-back')),
    detail TEXT NOT NULL,
    refused_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES tenant_plugins (tenant_id, plugin_id) ON DELETE CASCADE
);
