-- Which plugins are installed, which tenant has which on, and what they keep.

CREATE TABLE plugins (
    id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    publisher TEXT NOT NULL,
    path TEXT NOT NULL,
    installed_at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TABLE tenant_plugins (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    plugin_id TEXT NOT NULL,
    version TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    grant_json TEXT NOT NULL,
    settings_json TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id),
    FOREIGN KEY (plugin_id, version) REFERENCES plugins (id, version)
);
CREATE INDEX tenant_plugins_by_version ON tenant_plugins (plugin_id, version);

-- Records of a plugin's own collections; they go when the plugin is removed from the tenant.
CREATE TABLE plugin_records (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    value_json TEXT NOT NULL,
    rev BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, plugin_id, collection, id),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES tenant_plugins (tenant_id, plugin_id) ON DELETE CASCADE
);

CREATE TABLE kv (
    tenant_id TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    rev BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, plugin_id, key),
    FOREIGN KEY (tenant_id, plugin_id)
        REFERENCES tenant_plugins (tenant_id, plugin_id) ON DELETE CASCADE
);
CREATE INDEX kv_by_expiry ON kv (expires_at);
