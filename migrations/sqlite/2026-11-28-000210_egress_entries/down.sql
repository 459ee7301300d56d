DROP TABLE egress_entries;
