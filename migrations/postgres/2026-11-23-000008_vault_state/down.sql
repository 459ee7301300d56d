DROP TABLE vault_buckets;
DROP TABLE vault_roots;
