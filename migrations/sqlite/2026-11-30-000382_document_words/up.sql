-- Documents are found by the words of their names. Those that plugins kept before get theirs one after the
-- other; the house's own files are found by nothing.
INSERT INTO search_backlog (tenant_id, kind, after_id, blank, done, todo)
SELECT tenant_id, 'document', '', TRUE, 0, COUNT(*) FROM documents WHERE plugin_id <> 'oxpi' GROUP BY tenant_id;
