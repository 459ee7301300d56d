DROP TABLE sweep_rows;
DROP TABLE sweeps;
