-- What an organisation changes of the rules of moderation. Versions are kept: a flag names the one it was raised under.
-- A new version is told to every server process, as rights are.

CREATE TABLE own_rules (
    organisation_id uuid NOT NULL,
    version integer NOT NULL,
    rules jsonb NOT NULL,
    changed_by uuid NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT own_rules_pkey PRIMARY KEY (organisation_id, version),
    CONSTRAINT own_rules_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT own_rules_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES accounts (id)
);

CREATE FUNCTION notify_own_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('own_rules', NEW.organisation_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER own_rules_changed AFTER INSERT ON own_rules FOR EACH ROW EXECUTE FUNCTION notify_own_rules();
