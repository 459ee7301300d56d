DROP TABLE person_field_values;
