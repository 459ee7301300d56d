DROP TABLE search_backlog;
DROP TABLE search_near;
DROP TABLE search_words;
DROP TABLE search_things;
