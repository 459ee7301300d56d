DROP TABLE undos;
DROP TABLE saved_views;
