-- Which organisations a transaction is about: `binome.organisations` holds their identifiers with commas between, `*` for
-- what is about all of them (signing in, jobs), nothing where nobody said. Set by `Database.begin` (docs/decisions/0170).
-- Each is one expression, so that PostgreSQL puts it in the place of the call: a call costs more than all else here.
CREATE FUNCTION scope_is_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(current_setting('binome.organisations', true), '') = '*' $$;
CREATE FUNCTION scope_organisations() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(nullif(current_setting('binome.organisations', true), ''), '*'), ',')::uuid[]
$$;

-- Puts row-level security on a table: a row is seen and written only where its organisation is in scope. `rule` says how
-- a row knows its organisation: by default by its own column. Asked once a statement, not once a row, which organisations
-- those are.
CREATE FUNCTION isolate(target regclass, rule text DEFAULT 'organisation_id = ANY ((SELECT scope_organisations())::uuid[])')
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY organisations ON %s USING ((SELECT scope_is_everywhere()) OR %s)', target, rule);
END $$;

-- For a table that is part of another: a row is where the row is that `reference` names, whose own policy decides. Asked
-- by key for each row. (As EXISTS, PostgreSQL would rather read the whole of the other table once a statement.)
CREATE FUNCTION isolate_part(part regclass, reference name, whole regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM isolate(part, format('(SELECT true FROM %s w WHERE w.id = %s.%I)', whole, part, reference));
END $$;

SELECT isolate('organisations', 'id = ANY ((SELECT scope_organisations())::uuid[])');

SELECT isolate('accounts');
SELECT isolate('pairs');
SELECT isolate('rooms');
SELECT isolate('flags');
SELECT isolate('samples');
SELECT isolate('own_rules');
SELECT isolate('planned_sessions');

SELECT isolate_part('auth_sessions', 'account_id', 'accounts');
SELECT isolate_part('pair_freezes', 'pair_id', 'pairs');
SELECT isolate_part('reviews', 'flag_id', 'flags');
SELECT isolate_part('appeals', 'flag_id', 'flags');
SELECT isolate_part('conversation_states', 'room_id', 'rooms');
SELECT isolate_part('message_versions', 'room_id', 'rooms');
SELECT isolate_part('messages', 'room_id', 'rooms');
SELECT isolate_part('room_marks', 'room_id', 'rooms');
SELECT isolate_part('room_members', 'room_id', 'rooms');
SELECT isolate_part('room_visits', 'room_id', 'rooms');
SELECT isolate_part('voice_notes', 'room_id', 'rooms');
SELECT isolate_part('voice_note_chunks', 'note_id', 'voice_notes');
