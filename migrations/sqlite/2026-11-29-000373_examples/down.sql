DROP TABLE examples;
