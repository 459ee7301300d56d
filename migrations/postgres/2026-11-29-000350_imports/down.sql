DROP TABLE exports;
DROP TABLE import_results;
DROP TABLE imports;
