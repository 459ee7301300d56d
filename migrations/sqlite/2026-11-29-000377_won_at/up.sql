-- When somebody became a customer: set as they come into a won stage from one that isn't, kept between won
-- stages, gone once they are in none. Null for a customer too, where nobody knows when.
ALTER TABLE people ADD COLUMN won_at BIGINT;
UPDATE people SET won_at = stage_since WHERE standing = 'customer';

-- Who was won in a span. Its last columns are for adding up alone.
CREATE INDEX people_by_won ON people (tenant_id, won_at, id, value_currency, value, deleted_at)
    WHERE deleted_at IS NULL AND won_at IS NOT NULL;
