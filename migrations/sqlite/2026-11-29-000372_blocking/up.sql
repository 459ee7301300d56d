-- Whether what is in a calendar takes the time in the other calendars of its account as well.
ALTER TABLE calendars ADD COLUMN blocks BOOLEAN NOT NULL DEFAULT TRUE;
