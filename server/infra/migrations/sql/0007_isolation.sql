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

SELECT isolate('organisations', 'id = ANY ((SELECT scope_organisations())::uuid[])');

SELECT isolate('accounts');
SELECT isolate('pairs');
SELECT isolate('rooms');
SELECT isolate('flags');
SELECT isolate('samples');
SELECT isolate('own_rules');
SELECT isolate('planned_sessions');

SELECT isolate('auth_sessions', 'EXISTS (SELECT FROM accounts a WHERE a.id = auth_sessions.account_id)');
SELECT isolate('pair_freezes', 'EXISTS (SELECT FROM pairs p WHERE p.id = pair_freezes.pair_id)');
SELECT isolate('reviews', 'EXISTS (SELECT FROM flags f WHERE f.id = reviews.flag_id)');
SELECT isolate('appeals', 'EXISTS (SELECT FROM flags f WHERE f.id = appeals.flag_id)');
SELECT isolate('voice_note_chunks', 'EXISTS (SELECT FROM voice_notes n WHERE n.id = voice_note_chunks.note_id)');

SELECT isolate(part::regclass, format('EXISTS (SELECT FROM rooms r WHERE r.id = %s.room_id)', part))
FROM unnest(ARRAY[
    'conversation_states', 'message_versions', 'messages', 'room_marks', 'room_members', 'room_visits', 'voice_notes'
]) AS part;
