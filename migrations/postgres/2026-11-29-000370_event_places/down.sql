ALTER TABLE calendars DROP COLUMN missing_answer;
ALTER TABLE calendars DROP COLUMN missing;
DROP TABLE event_places;
