-- One act over all that match, however many: done in lots, and taken back in lots.

CREATE TABLE sweeps (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- What its rows are.
    list TEXT NOT NULL CHECK (list IN ('people', 'tasks')),
    -- What is done to each, and to what; in which words that is told.
    act_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('gathering', 'running', 'done', 'cancelled', 'failed', 'undoing', 'undone')),
    -- How many matched when it began.
    count_all BIGINT NOT NULL,
    -- How far it is; while it is undone, how far that is.
    done BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    -- Of those, which stayed when it was undone, since somebody changed them.
    kept BIGINT NOT NULL,
    -- The last row that was done: they are done in the order of their ids.
    reached TEXT NOT NULL,
    -- Why it ended before its end: a key that has a text.
    problem TEXT NOT NULL,
    -- By whose authority it goes on: whoever began it, or its undoing.
    member_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX sweeps_by_age ON sweeps (state, settled_at);

CREATE TABLE sweep_rows (
    tenant_id TEXT NOT NULL,
    sweep_id TEXT NOT NULL,
    -- Who or what matched when it began: a person's id, or a task's.
    row_id TEXT NOT NULL,
    -- What they were before; nothing where the act changed nothing of them, or hasn't come to them.
    was_json TEXT,
    PRIMARY KEY (tenant_id, sweep_id, row_id),
    FOREIGN KEY (tenant_id, sweep_id) REFERENCES sweeps (tenant_id, id) ON DELETE CASCADE
);
