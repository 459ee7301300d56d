DROP TABLE plugin_refusals;
DROP TABLE snapshot_kv;
DROP TABLE snapshot_records;
DROP TABLE plugin_snapshots;
ALTER TABLE tenant_plugins DROP COLUMN changing_until;
ALTER TABLE tenant_plugins DROP COLUMN generation;
DROP TABLE plugin_publishers;
ALTER TABLE plugins DROP COLUMN publisher_key;
ALTER TABLE plugins DROP COLUMN origin;
