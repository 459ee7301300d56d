DROP TABLE ceremonies;
DROP TABLE passkeys;
DROP TABLE recovery_codes;
DROP TABLE totp_keys;
ALTER TABLE sign_in_attempts DROP COLUMN locked_until;
ALTER TABLE sign_in_attempts DROP COLUMN strikes;
ALTER TABLE sessions DROP COLUMN proved_until;
