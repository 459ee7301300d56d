DROP TABLE busy_blocks;
DROP TABLE calendars;
DROP TABLE oauth_flows;
DROP TABLE connections;
