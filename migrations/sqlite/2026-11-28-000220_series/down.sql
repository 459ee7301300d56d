DROP TABLE occurrences;
DROP TABLE series;
