-- Row level security behind the application's own filters. The server works as the role oxpi_app,
-- which owns nothing and can't look past the policies; the owner is for migrations alone.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'oxpi_app') THEN
        CREATE ROLE oxpi_app NOLOGIN;
    END IF;
EXCEPTION
    -- Made at the same moment for another database of the server.
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role oxpi_app is missing and % may not make it; as an administrator of '
            'the server run: CREATE ROLE oxpi_app NOLOGIN; GRANT oxpi_app TO %;',
            current_user, quote_ident(current_user);
END
$$;

DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT oxpi_app TO %I', current_user);
    END IF;
EXCEPTION
    -- Then an administrator has done so, or others serve.
    WHEN insufficient_privilege THEN NULL;
END
$$;

-- Confines every table of tenants' rows to the scope that a transaction entered (core/store/src/scope.rs):
-- a tenant's id, or * for all. Without one there are no rows, and none can be written. Runs after
-- every migration, so no table can be forgotten.
CREATE FUNCTION oxpi_confine() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT c.oid::regclass AS name,
            CASE c.relname WHEN 'tenants' THEN 'id' ELSE 'tenant_id' END AS tenant
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
            AND (c.relname = 'tenants' OR EXISTS (
                SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
            AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
                SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'oxpi_scope'))
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', it.name);
        EXECUTE format('DROP POLICY IF EXISTS oxpi_scope ON %s', it.name);
        -- A subquery, so that the setting is read once a statement and not once a row.
        EXECUTE format(
            'CREATE POLICY oxpi_scope ON %s USING '
            '((SELECT current_setting(''oxpi.tenant'', TRUE)) IN (%I, ''*''))', it.name, it.tenant);
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO oxpi_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO oxpi_app',
        current_schema());
    REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM oxpi_app;
    -- What happened is never written anew.
    REVOKE UPDATE, DELETE ON audit FROM oxpi_app;
END
$$;

SELECT oxpi_confine();
