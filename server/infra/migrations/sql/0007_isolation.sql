-- Which organisations a transaction is about: `binome.organisations` holds their identifiers with commas between, `*` for
-- what is about all of them (signing in, jobs), nothing where nobody said. Set by `Database.begin` (docs/decisions/0170).
CREATE FUNCTION scope_is_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('binome.organisations', true), '') = '*' $$;
CREATE FUNCTION scope_organisations() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN setting IN ('', '*') THEN '{}'::uuid[] ELSE string_to_array(setting, ',')::uuid[] END
    FROM coalesce(current_setting('binome.organisations', true), '') AS setting
$$;

-- Puts row-level security on a table: a row is seen and written only where its organisation is in scope. `rule` says how
-- a row knows its organisation: by default by its own column; a part of something else looks for that, whose own policy
-- then decides. Asked once a statement, not once a row, which organisations those are.
CREATE FUNCTION isolate(target regclass, rule text DEFAULT 'organisation_id = ANY ((SELECT scope_organisations())::uuid[])')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY organisations ON %s USING ((SELECT scope_is_everywhere()) OR %s)', target, rule);
END $$;
