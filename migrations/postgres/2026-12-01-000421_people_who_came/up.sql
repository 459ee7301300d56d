-- Who came by themselves, by when: home counts those whom nobody turned to yet each time it is opened. Those who
-- were brought with a list, most where a list was long, are not in it.
CREATE INDEX people_who_came ON people (tenant_id, created_at, id) WHERE NOT brought AND deleted_at IS NULL;
