-- SQLite looks a reference up for next to nothing; this is PostgreSQL's (see there).
SELECT 1;
