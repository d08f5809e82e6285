-- The rights of people over what is held about them (docs/decisions/0197-0199).

-- Somebody who was forgotten: the row stays, for what others did with them, and says nothing of who it was.
ALTER TABLE accounts ADD COLUMN erased_at timestamptz;
ALTER TABLE accounts DROP CONSTRAINT accounts_mentee_birth_date_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_mentee_birth_date_check
    CHECK (role <> 'mentee' OR birth_date IS NOT NULL OR erased_at IS NOT NULL);

CREATE TABLE data_requests (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    about_id uuid NOT NULL REFERENCES accounts (id),
    by_id uuid NOT NULL REFERENCES accounts (id),
    kind text NOT NULL CONSTRAINT data_requests_kind_check
        CHECK (kind IN ('access', 'correction', 'erasure', 'objection', 'restriction')),
    words text CONSTRAINT data_requests_words_check CHECK (length(words) <= 2000),
    state text DEFAULT 'received' NOT NULL CONSTRAINT data_requests_state_check
        CHECK (state IN ('received', 'taken', 'answered', 'refused', 'withdrawn')),
    at timestamptz NOT NULL,
    due_on date NOT NULL,
    taken_by uuid REFERENCES accounts (id),
    taken_at timestamptz,
    extended_at timestamptz,
    extended_why text CONSTRAINT data_requests_extended_why_check CHECK (length(extended_why) <= 2000),
    ended_by uuid REFERENCES accounts (id),
    ended_at timestamptz,
    answer text CONSTRAINT data_requests_answer_check CHECK (length(answer) <= 2000),
    revision integer DEFAULT 0 NOT NULL,
    warned smallint,
    CONSTRAINT data_requests_ended_check CHECK ((state IN ('answered', 'refused', 'withdrawn')) = (ended_at IS NOT NULL))
);
CREATE INDEX data_requests_about_id_idx ON data_requests (about_id);
CREATE INDEX data_requests_open_idx ON data_requests (organisation_id, due_on) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX data_requests_open_key ON data_requests (about_id, kind) WHERE ended_at IS NULL;
SELECT isolate('data_requests');

CREATE TABLE legal_holds (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid REFERENCES accounts (id),
    pair_id uuid REFERENCES pairs (id),
    reason text NOT NULL CONSTRAINT legal_holds_reason_check CHECK (length(reason) <= 2000),
    by_id uuid NOT NULL REFERENCES accounts (id),
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    untold_until timestamptz,
    untold_why text CONSTRAINT legal_holds_untold_why_check CHECK (length(untold_why) <= 2000),
    told_at timestamptz,
    ended_at timestamptz,
    ended_by uuid REFERENCES accounts (id),
    CONSTRAINT legal_holds_one_check CHECK ((account_id IS NULL) <> (pair_id IS NULL)),
    CONSTRAINT legal_holds_until_check CHECK (until > since),
    CONSTRAINT legal_holds_untold_check CHECK ((untold_until IS NULL) = (untold_why IS NULL))
);
CREATE INDEX legal_holds_account_id_idx ON legal_holds (account_id);
CREATE INDEX legal_holds_pair_id_idx ON legal_holds (pair_id);
SELECT isolate('legal_holds');

CREATE TABLE sealed_remains (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    sealed_at timestamptz NOT NULL
);
CREATE INDEX sealed_remains_account_id_idx ON sealed_remains (account_id);
SELECT isolate('sealed_remains');

CREATE TABLE sealed_pieces (
    remains_id uuid NOT NULL REFERENCES sealed_remains (id) ON DELETE CASCADE,
    number integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (remains_id, number)
);
SELECT isolate_part('sealed_pieces', 'remains_id', 'sealed_remains');

CREATE TABLE retention_periods (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    purpose text NOT NULL,
    days integer NOT NULL,
    changed_by uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, purpose)
);
SELECT isolate('retention_periods');

-- Append-only tables keep what staff noted about people. The server may not change them, and the owner's trigger refuses
-- it too, but for this one function, and that only about who was forgotten.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('binome.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE FUNCTION audit_unchanged_but_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('binome.erasing', true) = 'on' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are added, and nothing else', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_accesses
    FOR EACH ROW EXECUTE FUNCTION audit_unchanged_but_erased();
CREATE OR REPLACE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_deferrals
    FOR EACH ROW EXECUTE FUNCTION audit_unchanged_but_erased();

CREATE FUNCTION refuse_but_for_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('binome.erasing', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'what was said stays said: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER age_steps_append_only BEFORE UPDATE OR TRUNCATE ON age_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change();
CREATE TRIGGER age_steps_kept BEFORE DELETE ON age_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_but_for_erasure();

CREATE FUNCTION erase_append_only(person uuid, kept text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    changed bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts a WHERE a.id = person AND a.erased_at IS NOT NULL
            AND (scope_is_everywhere() OR a.organisation_id = ANY (scope_organisations()))
    ) THEN
        RAISE EXCEPTION 'only what was noted about somebody who was forgotten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('binome.erasing', 'on', true);
    CASE kept
        WHEN 'welfare_entries' THEN
            UPDATE welfare_entries SET note = NULL WHERE mentee_id = person AND note IS NOT NULL;
        WHEN 'pair_history' THEN
            UPDATE pair_history h SET note = NULL FROM pairs p
            WHERE p.id = h.pair_id AND person IN (p.mentor_id, p.mentee_id) AND h.note IS NOT NULL;
        WHEN 'glass_accesses' THEN
            UPDATE glass_accesses g SET sentence = '' FROM rooms r JOIN pairs p ON p.id = r.pair_id
            WHERE r.id = g.room_id AND person IN (p.mentor_id, p.mentee_id) AND g.sentence <> '';
        WHEN 'glass_deferrals' THEN
            UPDATE glass_deferrals g SET sentence = '' FROM rooms r JOIN pairs p ON p.id = r.pair_id
            WHERE r.id = g.room_id AND person IN (p.mentor_id, p.mentee_id) AND g.sentence <> '';
        WHEN 'age_steps' THEN
            DELETE FROM age_steps WHERE mentee_id = person;
    END CASE;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('binome.erasing', 'off', true);
    RETURN changed;
END $$;
