-- Lists of people that somebody brought in a file, and what came of each row.

CREATE TABLE imports (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- What the file is called.
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('waiting', 'running', 'done', 'cancelled', 'failed', 'undoing', 'undone')),
    -- The sealed file, until its rows were taken in.
    document_id TEXT,
    -- How the file is read, what its columns are, and what is done with doubles.
    plan_json TEXT NOT NULL,
    -- Rows below the head.
    rows_all BIGINT NOT NULL,
    -- How far it is; while it is undone, how far that is.
    rows_done BIGINT NOT NULL,
    made BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    -- Of those, who stayed when it was undone, since somebody changed them.
    kept BIGINT NOT NULL,
    -- Why it ended before its end: a key that has a text.
    problem TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX imports_by_age ON imports (state, created_at);

CREATE TABLE import_results (
    tenant_id TEXT NOT NULL,
    import_id TEXT NOT NULL,
    -- Where it stands in the file, counted as a spreadsheet does.
    row_number BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('made', 'changed', 'skipped', 'refused')),
    -- Who was made, changed, or there already.
    person_id TEXT,
    -- Their revision when this import last touched them: with another one somebody changed them since.
    rev BIGINT NOT NULL,
    -- How they were before.
    before_json TEXT,
    -- Of a refused row: which column, what is wrong with it, and what the row says.
    place BIGINT NOT NULL,
    problem TEXT NOT NULL,
    cells_json TEXT,
    PRIMARY KEY (tenant_id, import_id, row_number),
    FOREIGN KEY (tenant_id, import_id) REFERENCES imports (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX import_results_by_person ON import_results (tenant_id, import_id, person_id);
CREATE INDEX import_results_by_outcome ON import_results (tenant_id, import_id, outcome, row_number);

-- Archives of everything that a business has, which somebody asked for.
CREATE TABLE exports (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'ready', 'failed')),
    -- The sealed archive, until it expires.
    document_id TEXT,
    -- How far it is: files of the archive, and how many there will be.
    done BIGINT NOT NULL,
    todo BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX exports_by_end ON exports (expires_at);
