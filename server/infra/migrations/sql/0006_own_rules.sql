-- What an organisation changes of the rules of moderation. Versions are kept: a flag names the one it was raised under.

CREATE TABLE own_rules (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    version integer NOT NULL,
    rules jsonb NOT NULL,
    changed_by uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT own_rules_pkey PRIMARY KEY (organisation_id, version)
);
