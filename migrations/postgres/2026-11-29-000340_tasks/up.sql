-- What is to be done, by whom and when, and what it is about.

CREATE TABLE tasks (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    notes TEXT NOT NULL,
    -- The title as it is searched.
    search_text TEXT NOT NULL,
    -- The member who is to do it.
    assignee_id TEXT,
    -- A day by the clock on the wall, or a day and a time, and whose clock that is.
    due TEXT,
    zone TEXT NOT NULL,
    -- From when it is too late; far away for what has no day, so that one order serves all lists.
    due_at BIGINT NOT NULL,
    -- How long before somebody is reminded; nothing is as that member chose for all.
    lead TEXT,
    -- The recurrence rule (RFC 5545), and the day it counts from.
    rule TEXT,
    rule_from TEXT,
    -- The task that made this one when it was done: each makes one at most.
    previous_id TEXT,
    created_by TEXT NOT NULL,
    done_at BIGINT,
    done_by TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tasks_one_next ON tasks (tenant_id, previous_id);
CREATE INDEX tasks_open ON tasks (tenant_id, due_at, id) WHERE done_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_open_of ON tasks (tenant_id, assignee_id, due_at, id)
    WHERE done_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tasks_done ON tasks (tenant_id, done_at, id)
    WHERE done_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_deleted ON tasks (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE task_links (
    tenant_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'appointment')),
    entity_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, task_id, kind, entity_id),
    FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX task_links_to ON task_links (tenant_id, kind, entity_id, task_id);
