-- Fair shares: within a business each plugin and connection has a lane of its own, and lanes take
-- turns as businesses do. Failed work can be set aside. What the installation does every so often
-- is done by one process.

-- The business, plugin and connection with slashes between: what waits behind each other.
ALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';
UPDATE jobs SET lane = tenant_id || '/' || COALESCE(plugin_id, '') || '/' || COALESCE(connection_id, '');
-- When somebody decided that a job that was given up needs nothing more.
ALTER TABLE jobs ADD COLUMN dismissed_at BIGINT;

DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (state, lane, run_at, id);
CREATE INDEX jobs_by_tenant ON jobs (tenant_id, state, updated_at);

CREATE TABLE job_lanes (
    lane TEXT NOT NULL PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    -- When it was last served, counted as in job_turns.
    turn BIGINT NOT NULL,
    -- Its provider asked to be left alone until then.
    not_before BIGINT NOT NULL
);
CREATE INDEX job_lanes_by_tenant ON job_lanes (tenant_id);

-- Who moves next_at does the chore, so that of several processes one does.
CREATE TABLE chores (
    name TEXT NOT NULL PRIMARY KEY,
    next_at BIGINT NOT NULL
);
