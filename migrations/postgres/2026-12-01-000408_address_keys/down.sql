SET LOCAL oxpi.tenant = '*';
UPDATE contacts SET match_key = '' WHERE kind = 'address';
