-- What leaves the house about a case: bundles, drafts, relays, and the second pair of eyes (docs/decisions/0241-0243).

CREATE TABLE dispatches (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    about_id uuid REFERENCES accounts (id),
    kind text NOT NULL CONSTRAINT dispatches_kind_check CHECK (kind IN ('bundle', 'concern', 'referral', 'relay')),
    outside boolean NOT NULL,
    state text DEFAULT 'draft' NOT NULL CONSTRAINT dispatches_state_check
        CHECK (state IN ('draft', 'proposed', 'agreed', 'sent', 'withdrawn')),
    language text NOT NULL,
    version integer NOT NULL,
    made_by uuid NOT NULL REFERENCES accounts (id),
    made_at timestamptz NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    tell text NOT NULL CONSTRAINT dispatches_tell_check CHECK (tell IN ('now', 'later', 'never')),
    tell_on timestamptz,
    tell_why text,
    tell_words text,
    told_at timestamptz,
    proposed_by uuid REFERENCES accounts (id),
    proposed_at timestamptz,
    asked_id uuid REFERENCES accounts (id),
    seconded_by uuid REFERENCES accounts (id),
    seconded_at timestamptz,
    seconded_as text CONSTRAINT dispatches_seconded_as_check CHECK (seconded_as IN ('whole', 'outline')),
    seconded_agrees boolean,
    seconded_note text,
    urgent_why text,
    manifest bytea CONSTRAINT dispatches_manifest_check CHECK (octet_length(manifest) = 32),
    sent_by uuid REFERENCES accounts (id),
    sent_at timestamptz,
    sent_how text CONSTRAINT dispatches_sent_how_check
        CHECK (sent_how IN ('encrypted', 'hand', 'other', 'portal', 'post', 'telephone')),
    sent_note text,
    answer text CONSTRAINT dispatches_answer_check CHECK (answer IN ('answered', 'declined', 'received')),
    answer_at timestamptz,
    answer_by uuid REFERENCES accounts (id),
    answer_words text,
    CONSTRAINT dispatches_later_check CHECK ((tell = 'later') = (tell_on IS NOT NULL)),
    CONSTRAINT dispatches_reason_check CHECK (tell = 'now' OR tell_why IS NOT NULL),
    CONSTRAINT dispatches_sent_check CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    -- Nobody agrees with themselves; and what leaves has been agreed, or says why it could not wait.
    CONSTRAINT dispatches_two_check CHECK (seconded_by IS DISTINCT FROM proposed_by OR seconded_by IS NULL),
    CONSTRAINT dispatches_agreed_check CHECK (
        state NOT IN ('agreed', 'sent') OR (manifest IS NOT NULL AND proposed_by IS NOT NULL
            AND (NOT outside OR seconded_agrees IS TRUE OR urgent_why IS NOT NULL)))
);
CREATE INDEX dispatches_case_id_idx ON dispatches (case_id, made_at);
CREATE INDEX dispatches_about_id_idx ON dispatches (about_id);
CREATE INDEX dispatches_untold_idx ON dispatches (made_at) WHERE told_at IS NULL;
SELECT isolate('dispatches');

-- Each text that was saved, as it was.
CREATE TABLE dispatch_versions (
    dispatch_id uuid NOT NULL REFERENCES dispatches (id) ON DELETE CASCADE,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    by_id uuid NOT NULL REFERENCES accounts (id),
    fields jsonb NOT NULL,
    PRIMARY KEY (dispatch_id, version)
);
SELECT isolate_part('dispatch_versions', 'dispatch_id', 'dispatches');

-- What a second person looks at is what leaves: the very bytes.
CREATE TABLE dispatch_files (
    dispatch_id uuid PRIMARY KEY REFERENCES dispatches (id) ON DELETE CASCADE,
    content bytea NOT NULL,
    outline jsonb NOT NULL,
    made_at timestamptz NOT NULL
);
SELECT isolate_part('dispatch_files', 'dispatch_id', 'dispatches');

CREATE FUNCTION dispatch_part_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    dispatch dispatches;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'what left the house is kept as it left' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO dispatch FROM dispatches d WHERE d.id = OLD.dispatch_id;
    IF NOT FOUND OR EXISTS (
        SELECT FROM case_parties p JOIN accounts a ON a.id = p.account_id
        WHERE p.case_id = dispatch.case_id AND a.erased_at IS NOT NULL
    ) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_TABLE_NAME = 'dispatch_files' AND TG_OP = 'DELETE' AND dispatch.state NOT IN ('agreed', 'sent') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what left the house is kept as it left' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON dispatch_versions FOR EACH ROW EXECUTE FUNCTION dispatch_part_kept();
CREATE TRIGGER emptied BEFORE TRUNCATE ON dispatch_versions FOR EACH STATEMENT EXECUTE FUNCTION dispatch_part_kept();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON dispatch_files FOR EACH ROW EXECUTE FUNCTION dispatch_part_kept();
CREATE TRIGGER emptied BEFORE TRUNCATE ON dispatch_files FOR EACH STATEMENT EXECUTE FUNCTION dispatch_part_kept();

-- Who read what was put together, of which young people, and when these were told so.
CREATE TABLE dispatch_readings (
    dispatch_id uuid NOT NULL REFERENCES dispatches (id) ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    about uuid[] NOT NULL,
    -- The file that they were last shown, by the hash of its manifest: nobody agrees to one that they have not seen.
    seen bytea,
    -- They were given the file to send it: from then on it may have left, whatever is said here.
    took boolean DEFAULT false NOT NULL,
    told_at timestamptz,
    PRIMARY KEY (dispatch_id, account_id)
);
CREATE INDEX dispatch_readings_untold_idx ON dispatch_readings (dispatch_id) WHERE told_at IS NULL;
SELECT isolate_part('dispatch_readings', 'dispatch_id', 'dispatches');

-- Where the information préoccupante of a department goes, as an admin has found it out.
CREATE TABLE crip_contacts (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    department text NOT NULL,
    name text NOT NULL,
    address text DEFAULT '' NOT NULL,
    email text DEFAULT '' NOT NULL,
    phone text DEFAULT '' NOT NULL,
    source text NOT NULL,
    checked_on date NOT NULL,
    changed_by uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, department),
    CONSTRAINT crip_contacts_department_check CHECK (department ~ '^(2[AB]|[0-9]{2,3})$')
);
SELECT isolate('crip_contacts');
