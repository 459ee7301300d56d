DROP TABLE ceremonies;
CREATE TABLE ceremonies (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sign-in', 'passkey-add', 'passkey-use', 'forgotten')),
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    state_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);
CREATE INDEX ceremonies_by_kind ON ceremonies (kind, created_at);
ALTER TABLE sessions DROP COLUMN second_step_elsewhere;
DROP TABLE openid_identities;
