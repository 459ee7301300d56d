DROP INDEX people_who_came;
