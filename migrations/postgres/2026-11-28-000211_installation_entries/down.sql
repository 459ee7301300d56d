DROP TABLE installation_entries;
