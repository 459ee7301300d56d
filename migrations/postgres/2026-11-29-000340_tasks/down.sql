DROP TABLE task_links;
DROP TABLE tasks;
