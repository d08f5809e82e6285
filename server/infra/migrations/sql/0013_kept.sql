-- What is append-only, or nearly, refuses all else to the owner of the tables too: one rule closer than before, each.

-- Drafts of the audit trail go into the chain of their transaction, and nowhere else.
CREATE FUNCTION audit_draft_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'rows of % are taken into the chain, and nothing else', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER taken BEFORE DELETE ON audit_drafts FOR EACH ROW EXECUTE FUNCTION audit_draft_taken();
CREATE TRIGGER changed BEFORE UPDATE ON audit_drafts FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON audit_drafts FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();

-- Of what staff noted about somebody who was forgotten, the words go, by erase_append_only; never anything beside them.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('binome.erasing', true) = 'on' THEN
        IF to_jsonb(NEW) = jsonb_set(to_jsonb(OLD), '{note}', 'null') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE OR REPLACE FUNCTION audit_unchanged_but_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('binome.erasing', true) = 'on' THEN
        IF to_jsonb(NEW) = jsonb_set(to_jsonb(OLD), '{sentence}', '""') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are added, and nothing else', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE OR REPLACE FUNCTION refuse_but_for_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('binome.erasing', true) IS DISTINCT FROM 'on' OR NOT EXISTS (
        SELECT FROM accounts a WHERE a.id = OLD.mentee_id AND a.erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'what was said stays said: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER age_steps_kept ON age_steps;
CREATE TRIGGER age_steps_kept BEFORE DELETE ON age_steps FOR EACH ROW EXECUTE FUNCTION refuse_but_for_erasure();

-- A suspension is lifted once, by somebody; its reason goes with a person who is forgotten. It is never taken back.
CREATE FUNCTION refuse_but_lifting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - '{why,lifted_at,lifted_by}'::text[] = to_jsonb(OLD) - '{why,lifted_at,lifted_by}'::text[]
            AND (OLD.lifted_at IS NULL OR (NEW.lifted_at = OLD.lifted_at AND NEW.lifted_by = OLD.lifted_by))
            AND (NEW.why = OLD.why OR (NEW.why = '' AND EXISTS (
                SELECT FROM accounts a WHERE a.id = OLD.account_id AND a.erased_at IS NOT NULL)))
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are added and lifted, and nothing else', TG_TABLE_NAME;
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON suspensions FOR EACH ROW EXECUTE FUNCTION refuse_but_lifting();
CREATE TRIGGER emptied BEFORE TRUNCATE ON suspensions FOR EACH STATEMENT EXECUTE FUNCTION refuse_but_lifting();

-- The end of putting off that the two are told, before its day (docs/decisions/0178).
CREATE TABLE glass_deferral_ends (
    deferral_id uuid PRIMARY KEY REFERENCES glass_deferrals (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    by_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL
);
COMMENT ON TABLE glass_deferral_ends IS 'append-only';
CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_deferral_ends FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON glass_deferral_ends FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();
SELECT isolate('glass_deferral_ends');
