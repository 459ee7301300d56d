DROP INDEX people_by_owner;
