DROP TABLE idempotency;
DROP TABLE schedules;
DROP TABLE inbox;
DROP TABLE outbox;
DROP TABLE job_turns;
DROP TABLE jobs;
