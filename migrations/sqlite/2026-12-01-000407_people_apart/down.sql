DROP TABLE people_apart;
