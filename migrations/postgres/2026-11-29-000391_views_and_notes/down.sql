SET LOCAL oxpi.tenant = '*';
DROP INDEX audit_by_actor;
DROP INDEX audit_by_time;
DELETE FROM search_backlog WHERE kind = 'note';
DELETE FROM search_words WHERE kind = 'note';
DELETE FROM search_things WHERE kind = 'note';
DELETE FROM saved_views WHERE list <> 'people';
ALTER TABLE saved_views DROP COLUMN list;
