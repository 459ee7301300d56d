-- The installation's own record: what belongs to no business, such as requests to the OpenID provider and
-- attacks that nobody could be named for. Bounded by number and by age.
CREATE TABLE installation_entries (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- How many this entry stands for.
    count BIGINT NOT NULL,
    detail_json TEXT NOT NULL
);
CREATE INDEX installation_entries_by_age ON installation_entries (at);
