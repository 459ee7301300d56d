DROP TABLE attributions;
DROP TABLE timeline;
