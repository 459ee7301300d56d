DROP TABLE imported_events;
DROP TABLE import_effects;
DROP TABLE calendar_imports;
