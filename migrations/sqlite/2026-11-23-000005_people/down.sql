DROP TABLE appointments;
DROP TABLE people;
