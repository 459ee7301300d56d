-- Indexes of what few rows have hold only those: most jobs belong to no connection and are leased for
-- a moment, and each index costs every insert.
DROP INDEX jobs_leases;
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE lease_until IS NOT NULL;
DROP INDEX jobs_by_connection;
CREATE INDEX jobs_by_connection ON jobs (tenant_id, connection_id, state) WHERE connection_id IS NOT NULL;
DROP INDEX inbox_by_age;
CREATE INDEX inbox_by_age ON inbox (handled_at) WHERE handled_at IS NOT NULL;
