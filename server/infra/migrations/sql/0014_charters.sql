-- To whom a pair was handed over, in its history.
ALTER TABLE pair_history ADD COLUMN supervisor_id uuid REFERENCES accounts (id);

-- The words of the mentors' charter, as they were signed. `sign_again_from`: the day from which who signed earlier words
-- has signed none any more.
CREATE TABLE charters (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    version integer NOT NULL,
    texts jsonb NOT NULL,
    sign_again_from date,
    changed_by uuid REFERENCES accounts (id),
    changed_at timestamptz NOT NULL,
    CONSTRAINT charters_pkey PRIMARY KEY (organisation_id, version)
);
COMMENT ON TABLE charters IS 'append-only';
CREATE TRIGGER charters_kept BEFORE UPDATE OR DELETE ON charters FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER charters_kept_whole BEFORE TRUNCATE ON charters EXECUTE FUNCTION refuse_change();
SELECT isolate('charters');
