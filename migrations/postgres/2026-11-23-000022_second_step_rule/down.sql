ALTER TABLE tenants DROP COLUMN second_step;
