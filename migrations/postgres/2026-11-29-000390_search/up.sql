-- The words that things are found by. All of it is made from the things themselves.

-- A thing with all of its words, for holding it against a whole query. Ids count up with time.
CREATE TABLE search_things (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    thing_id TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, thing_id)
);

-- Which things have a word. Compared by its bytes, so that a beginning is a range.
CREATE TABLE search_words (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    thing_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, kind, word, thing_id)
);

-- Each word that there is under itself and under what is left of it without one of its letters: two words
-- that one typing error makes of each other have one of these in common.
CREATE TABLE search_near (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    near TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, near, word)
);

-- What is to get its words, or get them anew: everything of a kind from after_id on.
CREATE TABLE search_backlog (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    after_id TEXT NOT NULL,
    -- Whether it is there since before there were words: until it is gone through, it has none.
    blank BOOLEAN NOT NULL,
    done BIGINT NOT NULL,
    todo BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind)
);
INSERT INTO search_backlog (tenant_id, kind, after_id, blank, done, todo)
SELECT tenant_id, 'person', '', TRUE, 0, COUNT(*) FROM people WHERE deleted_at IS NULL GROUP BY tenant_id
UNION ALL
SELECT tenant_id, 'appointment', '', TRUE, 0, COUNT(*) FROM appointments GROUP BY tenant_id
UNION ALL
SELECT tenant_id, 'task', '', TRUE, 0, COUNT(*) FROM tasks WHERE deleted_at IS NULL GROUP BY tenant_id;
