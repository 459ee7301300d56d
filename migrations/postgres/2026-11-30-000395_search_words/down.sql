ALTER TABLE search_words ADD CONSTRAINT search_words_tenant_id_fkey
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
