DROP TABLE sign_in_attempts;
DROP TABLE sessions;
DROP TABLE invitations;
DROP TABLE members;
DROP TABLE accounts;
DROP TABLE tenants;
