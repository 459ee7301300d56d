-- SQLite has no functions that work with another's right; this is PostgreSQL's (see there).
SELECT 1;
