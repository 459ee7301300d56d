DROP TABLE event_copies;
