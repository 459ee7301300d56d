-- What the planner knows of tables is renewed by autovacuum, once a minute and for all databases in turn. A
-- list of people fills empty tables in less, and a plan made for nobody walks through everybody once there
-- are many. Whoever fills tables quickly calls this in between: it looks at those which have grown to more
-- than twice of what was known of them. Their owner's right, since the role of the server owns none.
CREATE FUNCTION oxpi_renew_statistics() RETURNS BIGINT LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT SET lock_timeout = '250ms' AS $$
DECLARE
    it record;
    count BIGINT := 0;
BEGIN
    -- One at a time; who comes second finds it done.
    IF NOT pg_try_advisory_xact_lock(hashtext('oxpi_renew_statistics'), hashtext(current_schema())) THEN
        RETURN 0;
    END IF;
    FOR it IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            AND pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages + 8
    LOOP
        EXECUTE format('ANALYZE %s', it.name);
        count := count + 1;
    END LOOP;
    RETURN count;
END
$$;
REVOKE ALL ON FUNCTION oxpi_renew_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oxpi_renew_statistics() TO oxpi_app;
