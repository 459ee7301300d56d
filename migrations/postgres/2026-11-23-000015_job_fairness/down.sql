DROP TABLE chores;
DROP TABLE job_lanes;
DROP INDEX jobs_by_tenant;
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (state, tenant_id, run_at, id);
ALTER TABLE jobs DROP COLUMN dismissed_at;
ALTER TABLE jobs DROP COLUMN lane;
