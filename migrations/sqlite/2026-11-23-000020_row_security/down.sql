-- SQLite has no row level security; its one file is one application's.
SELECT 1;
