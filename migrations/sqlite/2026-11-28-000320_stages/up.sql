-- Where people stand: a business's pipelines, and the stages that it made of them. What was a person's
-- stage, lead or customer, is their standing now, which their stage decides.

CREATE TABLE pipelines (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE stages (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    pipeline_id TEXT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    -- Who is in a won one is a customer; everybody else is a lead.
    outcome TEXT NOT NULL CHECK (outcome IN ('open', 'won', 'lost')),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX stages_in_order ON stages (tenant_id, pipeline_id, position);

ALTER TABLE people RENAME COLUMN stage TO standing;
-- Always one of the business's stages; both databases can't add a reference to it later.
ALTER TABLE people ADD COLUMN stage_id TEXT NOT NULL DEFAULT '';
-- When they came into that stage.
ALTER TABLE people ADD COLUMN stage_since BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'company'));
-- The member who looks after them.
ALTER TABLE people ADD COLUMN owner_id TEXT;
-- What they may be worth, in the currency's smallest unit; 0 where nobody said.
ALTER TABLE people ADD COLUMN value BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN value_currency TEXT NOT NULL DEFAULT '';
-- The day to get back to them, ISO 8601.
ALTER TABLE people ADD COLUMN follow_up_on TEXT;
-- Whether they agreed to be written to, when that was said, and how.
ALTER TABLE people ADD COLUMN consent TEXT NOT NULL DEFAULT 'unknown'
    CHECK (consent IN ('unknown', 'given', 'withdrawn'));
ALTER TABLE people ADD COLUMN consent_at BIGINT;
ALTER TABLE people ADD COLUMN consent_note TEXT NOT NULL DEFAULT '';

-- What businesses have so far: one pipeline, in their own language. The ids need only differ within one.
INSERT INTO pipelines (tenant_id, id, name, position)
SELECT id, '00000000-0000-7000-8000-000000000001',
    CASE locale WHEN 'he' THEN 'לקוחות' ELSE 'Customers' END, 0
FROM tenants;

INSERT INTO stages (tenant_id, id, pipeline_id, name, position, outcome)
SELECT t.id, s.id, '00000000-0000-7000-8000-000000000001',
    CASE t.locale WHEN 'he' THEN s.he ELSE s.en END, s.position, s.outcome
FROM tenants t CROSS JOIN (
    SELECT '00000000-0000-7000-8000-000000000010' AS id, 'New' AS en, 'חדש' AS he, 0 AS position,
        'open' AS outcome
    UNION ALL SELECT '00000000-0000-7000-8000-000000000011', 'In touch', 'בקשר', 1, 'open'
    UNION ALL SELECT '00000000-0000-7000-8000-000000000012', 'Offer made', 'נשלחה הצעה', 2, 'open'
    UNION ALL SELECT '00000000-0000-7000-8000-000000000013', 'Customer', 'לקוח', 3, 'won'
    UNION ALL SELECT '00000000-0000-7000-8000-000000000014', 'Not now', 'לא כרגע', 4, 'lost'
) s;

UPDATE people SET stage_since = created_at, stage_id = CASE standing
    WHEN 'customer' THEN '00000000-0000-7000-8000-000000000013'
    ELSE '00000000-0000-7000-8000-000000000010' END;

-- The name folded, for lists in its order.
ALTER TABLE people ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE people SET name_key = lower(substr(name, 1, 60));

-- With the value, so that the sums over a board need no row.
CREATE INDEX people_of_stage ON people (tenant_id, stage_id, deleted_at, stage_since, id, value, value_currency);
CREATE INDEX people_by_source ON people (tenant_id, source, deleted_at);
CREATE INDEX people_by_name ON people (tenant_id, name_key, id);
CREATE INDEX people_by_change ON people (tenant_id, updated_at, id);
CREATE INDEX people_by_value ON people (tenant_id, value, id);
CREATE INDEX people_to_follow_up ON people (tenant_id, follow_up_on, id);
