-- Whose data is put aside because they asked for it, by the request that did (docs/decisions/0206).
CREATE TABLE restrictions (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    kind text NOT NULL CONSTRAINT restrictions_kind_check CHECK (kind IN ('objection', 'restriction')),
    since timestamptz NOT NULL,
    until timestamptz,
    ended_by uuid REFERENCES accounts (id),
    CONSTRAINT restrictions_ended_check CHECK ((until IS NULL) = (ended_by IS NULL))
);
CREATE INDEX restrictions_account_id_idx ON restrictions (account_id);
SELECT isolate('restrictions');

INSERT INTO restrictions (id, organisation_id, account_id, kind, since)
    SELECT id, organisation_id, about_id, kind, at FROM data_requests
    WHERE kind IN ('objection', 'restriction') AND ended_at IS NULL;
