ALTER TABLE sweeps DROP COLUMN token_id;
