-- Signing in by an OpenID provider: who somebody is there, by the provider's own name for them.
CREATE TABLE openid_identities (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    UNIQUE (issuer, subject)
);
CREATE INDEX openid_identities_by_account ON openid_identities (account_id);

-- Whether the provider vouched for a second step, for as long as the configuration trusts it.
ALTER TABLE sessions ADD COLUMN second_step_elsewhere BOOLEAN NOT NULL DEFAULT FALSE;

-- One more kind. What was begun lasts minutes: it is begun again.
DROP TABLE ceremonies;
CREATE TABLE ceremonies (
    token_hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('sign-in', 'passkey-add', 'passkey-use', 'forgotten', 'openid')),
    account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
    state_json TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);
CREATE INDEX ceremonies_by_kind ON ceremonies (kind, created_at);
