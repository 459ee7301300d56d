CREATE OR REPLACE FUNCTION oxpi_renew_statistics() RETURNS BIGINT LANGUAGE plpgsql SECURITY DEFINER
    SET lock_timeout = '250ms' AS $$
DECLARE
    it record;
    count BIGINT := 0;
BEGIN
    -- One at a time; who comes second finds it done.
    IF NOT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtext('oxpi_renew_statistics'),
            pg_catalog.hashtext(pg_catalog.current_schema()::pg_catalog.text)) THEN
        RETURN 0;
    END IF;
    FOR it IN
        SELECT n.nspname AS schema, c.relname AS name
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = pg_catalog.current_schema() AND c.relkind = 'r'
            AND pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::pg_catalog.int8
                > 2 * c.relpages::pg_catalog.int8 + 8
    LOOP
        EXECUTE pg_catalog.format('ANALYZE %I.%I', it.schema, it.name);
        count := count + 1;
    END LOOP;
    RETURN count;
END
$$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION oxpi_renew_statistics() SET search_path = %I, pg_temp', current_schema());
END
$$;
