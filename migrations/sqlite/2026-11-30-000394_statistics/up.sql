-- Plans of SQLite know nothing of how many rows there are; this is PostgreSQL's (see there).
SELECT 1;
