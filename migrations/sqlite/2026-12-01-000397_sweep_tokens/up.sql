-- The token that an act, or its undoing, was begun with: it goes on as long as that is good. It stays here
-- when the token goes.
ALTER TABLE sweeps ADD COLUMN token_id TEXT;
