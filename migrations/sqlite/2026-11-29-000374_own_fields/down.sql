DROP TABLE person_fields;
