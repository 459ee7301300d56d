SET LOCAL oxpi.tenant = '*';
DELETE FROM saved_views WHERE list = 'documents';
ALTER TABLE saved_views DROP CONSTRAINT saved_views_list_check;
ALTER TABLE saved_views ADD CONSTRAINT saved_views_list_check CHECK (list IN ('people', 'tasks'));
