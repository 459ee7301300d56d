-- Whether everybody in the business needs a second step when signing in.
ALTER TABLE tenants ADD COLUMN second_step BOOLEAN NOT NULL DEFAULT FALSE;
