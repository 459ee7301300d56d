-- Lists by whoever looks after people, and those of one of them, without going through everybody. In the order
-- of the ids, in which those of a member who leaves are taken too.
CREATE INDEX people_by_owner ON people (tenant_id, owner_id, id);
