DELETE FROM search_backlog WHERE kind = 'document';
DELETE FROM search_words WHERE kind = 'document';
DELETE FROM search_things WHERE kind = 'document';
