-- What somebody proves besides the password, and what slows down guessing.

-- Until when a session may do what a borrowed browser must not.
ALTER TABLE sessions ADD COLUMN proved_until BIGINT NOT NULL DEFAULT 0;

-- How often in a row the tries were used up, and until when nothing is tried.
ALTER TABLE sign_in_attempts ADD COLUMN strikes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sign_in_attempts ADD COLUMN locked_until BIGINT NOT NULL DEFAULT 0;

-- The key an authenticator app shares; last_step is the latest thirty seconds whose code was used.
CREATE TABLE totp_keys (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    used_at BIGINT
);

CREATE TABLE recovery_codes (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- The public half of a passkey. The counter grows with every use where the authenticator counts.
CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    credential_json TEXT NOT NULL,
    counter BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- What was begun at the door and waits for its second half: a sign-in, a passkey, a wish for a mail.
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
