-- Tokens that programs work in a business with, and what was answered to their requests.

CREATE TABLE api_tokens (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    -- Who made it, as whom it acts: it goes with them.
    member_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Its last characters, so that somebody who has it knows which it is.
    ending TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    -- What it may do, words with a space between them.
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, member_id) REFERENCES members (tenant_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX api_tokens_by_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_of ON api_tokens (tenant_id, member_id);

-- What was answered to a request with a key of its own, so that asking twice is asking once. Without a
-- status it is being answered.
CREATE TABLE api_answers (
    tenant_id TEXT NOT NULL,
    token_id TEXT NOT NULL,
    key TEXT NOT NULL,
    -- Of the method, the address and the body.
    request_hash TEXT NOT NULL,
    status BIGINT,
    headers_json TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_id, key),
    FOREIGN KEY (tenant_id, token_id) REFERENCES api_tokens (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX api_answers_by_age ON api_answers (created_at);
