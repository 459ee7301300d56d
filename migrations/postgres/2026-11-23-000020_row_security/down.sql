DO $$
DECLARE
    it record;
BEGIN
    FOR it IN SELECT polrelid::regclass AS name FROM pg_policy WHERE polname = 'oxpi_scope'
    LOOP
        EXECUTE format('DROP POLICY oxpi_scope ON %s', it.name);
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', it.name);
    END LOOP;
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM oxpi_app', current_schema());
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM oxpi_app', current_schema());
END
$$;
-- The role stays: other databases of the server may use it.
DROP FUNCTION oxpi_confine();
