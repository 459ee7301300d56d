-- Who shares an address may be one, as who shares a number may: addresses of before have no key yet, and are
-- read with the numbers that weren't understood.
SET LOCAL oxpi.tenant = '*';
INSERT INTO contact_backlog (tenant_id, after_id)
SELECT DISTINCT tenant_id, '' FROM contacts WHERE kind = 'address'
ON CONFLICT (tenant_id) DO UPDATE SET after_id = '';
