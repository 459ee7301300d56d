DROP INDEX jobs_leases;
CREATE INDEX jobs_leases ON jobs (state, lease_until);
DROP INDEX jobs_by_connection;
CREATE INDEX jobs_by_connection ON jobs (tenant_id, connection_id, state);
DROP INDEX inbox_by_age;
CREATE INDEX inbox_by_age ON inbox (handled_at);
