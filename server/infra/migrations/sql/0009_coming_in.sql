-- ENTRY: news to people, invitations, codes, reset links -------------------------------------------------------

-- What a person was told about their own account or pair. The sentence is the client's, by kind.
CREATE TABLE account_notices (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT account_notices_kind_check CHECK (kind ~ '^[a-z]+(_[a-z]+)*$'),
    facts jsonb NOT NULL,
    at timestamptz NOT NULL,
    seen_at timestamptz
);
CREATE INDEX account_notices_account_id_idx ON account_notices (account_id, at);
SELECT isolate('account_notices');

CREATE FUNCTION notify_account_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('account_notices', NEW.account_id || ':' || NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER account_notices_told AFTER INSERT ON account_notices
    FOR EACH ROW EXECUTE FUNCTION notify_account_notice();
