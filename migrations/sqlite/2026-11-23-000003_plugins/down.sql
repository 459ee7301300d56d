DROP TABLE kv;
DROP TABLE plugin_records;
DROP TABLE tenant_plugins;
DROP TABLE plugins;
