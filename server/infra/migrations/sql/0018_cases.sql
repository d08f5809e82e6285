-- Cases, their timeline, the pages that go up the ladder until a person acknowledges (docs/decisions/0233-0236).

CREATE TABLE cases (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    reference text NOT NULL CONSTRAINT cases_reference_check CHECK (reference ~ '^[0-9A-HJKMNP-TV-Z]{5}$'),
    origin text NOT NULL CONSTRAINT cases_origin_check CHECK (origin IN ('cadence', 'flag', 'help', 'person', 'report')),
    category text NOT NULL CONSTRAINT cases_category_check CHECK (category ~ '^[a-z]+(_[a-z]+)*$'),
    severity smallint NOT NULL CONSTRAINT cases_severity_check CHECK (severity BETWEEN 1 AND 4),
    state text DEFAULT 'open' NOT NULL CONSTRAINT cases_state_check
        CHECK (state IN ('open', 'acknowledged', 'in_progress', 'relayed', 'closed')),
    about_id uuid REFERENCES accounts (id),
    by_id uuid REFERENCES accounts (id),
    pair_id uuid REFERENCES pairs (id),
    room_id uuid,
    owner_id uuid REFERENCES accounts (id),
    opened_at timestamptz NOT NULL,
    due_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by uuid REFERENCES accounts (id),
    acknowledged_outside uuid,
    round integer DEFAULT 1 NOT NULL,
    round_at timestamptz NOT NULL,
    step integer DEFAULT 0 NOT NULL,
    page_at timestamptz,
    outcome text,
    closed_at timestamptz,
    closed_by uuid REFERENCES accounts (id),
    merged_into uuid REFERENCES cases (id),
    revision integer DEFAULT 0 NOT NULL,
    CONSTRAINT cases_closed_check CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (closed_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT cases_merged_check CHECK (merged_into IS NULL OR (state = 'closed' AND outcome = 'merged')),
    -- Who is paged waits for a person, and who waits for a person is paged, a mere note excepted.
    CONSTRAINT cases_paged_check CHECK (
        (page_at IS NOT NULL) = (acknowledged_at IS NULL AND state <> 'closed' AND severity > 1)),
    CONSTRAINT cases_acknowledged_check CHECK (
        (acknowledged_at IS NOT NULL OR (acknowledged_by IS NULL AND acknowledged_outside IS NULL))
        AND (state = 'closed' OR (state = 'open') = (acknowledged_at IS NULL)))
);
CREATE INDEX cases_organisation_id_idx ON cases (organisation_id, opened_at DESC, id DESC);
CREATE INDEX cases_living_idx ON cases (organisation_id, due_at) WHERE state <> 'closed';
CREATE INDEX cases_page_at_idx ON cases (page_at) WHERE page_at IS NOT NULL;
CREATE INDEX cases_pair_id_idx ON cases (pair_id);
CREATE INDEX cases_about_id_idx ON cases (about_id);
CREATE INDEX cases_by_id_idx ON cases (by_id);
CREATE INDEX cases_owner_id_idx ON cases (owner_id) WHERE state <> 'closed';
CREATE INDEX cases_merged_into_idx ON cases (merged_into) WHERE merged_into IS NOT NULL;
SELECT isolate('cases');

-- Every process hears of every change: it tells the screens of its own people, and looks at its timers.
CREATE FUNCTION case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('cases', NEW.organisation_id || ':' || NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER changed AFTER INSERT OR UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION case_changed();

-- Who is in it, and as what. `added_by`: the professional who said so, null for who was in it from what opened it.
CREATE TABLE case_parties (
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts (id),
    part text NOT NULL CONSTRAINT case_parties_part_check
        CHECK (part IN ('author', 'caller', 'kept_away', 'professional', 'reported', 'reporter', 'witness', 'young')),
    added_by uuid REFERENCES accounts (id),
    PRIMARY KEY (case_id, account_id, part)
);
CREATE INDEX case_parties_account_id_idx ON case_parties (account_id);
SELECT isolate_part('case_parties', 'case_id', 'cases');

-- What happened, in the order of `number`: whoever writes has the case locked, while the clocks of two processes may
-- differ. Words of professionals are in `note`, with the circle that may read them.
CREATE TABLE case_entries (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY,
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    by_id uuid REFERENCES accounts (id),
    act text NOT NULL CONSTRAINT case_entries_act_check CHECK (act ~ '^[a-z]+(_[a-z]+)*$'),
    tier text CONSTRAINT case_entries_tier_check CHECK (tier IN ('shareable', 'team', 'confidential')),
    note text CONSTRAINT case_entries_note_check CHECK (length(note) <= 4000),
    detail jsonb DEFAULT '{}' NOT NULL,
    CONSTRAINT case_entries_circle_check CHECK (note IS NULL OR tier IS NOT NULL)
);
CREATE INDEX case_entries_case_id_idx ON case_entries (case_id, number);
SELECT isolate_part('case_entries', 'case_id', 'cases');

-- An entry stays as it is; its words go with whom they are about, and the whole with a case that is over and kept no more.
CREATE FUNCTION case_entry_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note IS NULL AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
        IF EXISTS (
            SELECT FROM case_parties p JOIN accounts a ON a.id = p.account_id
            WHERE p.case_id = OLD.case_id AND a.erased_at IS NOT NULL
        ) THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM cases c WHERE c.id = OLD.case_id AND c.state <> 'closed') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'entries of a case are added, and nothing else' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON case_entries FOR EACH ROW EXECUTE FUNCTION case_entry_kept();
CREATE FUNCTION case_entries_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of a case are added, and nothing else' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER emptied BEFORE TRUNCATE ON case_entries FOR EACH STATEMENT EXECUTE FUNCTION case_entries_kept();

-- What it is about: identifiers of other capabilities' things. A `pair` is one beside the case's own: nobody of its two
-- sees the case either.
CREATE TABLE case_links (
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT case_links_kind_check CHECK (
        kind IN ('case', 'flag', 'letter', 'message', 'pair', 'report')
    ),
    ref uuid NOT NULL,
    room_id uuid,
    seq bigint,
    added_at timestamptz NOT NULL,
    added_by uuid REFERENCES accounts (id),
    PRIMARY KEY (case_id, kind, ref)
);
CREATE INDEX case_links_ref_idx ON case_links (ref);
SELECT isolate_part('case_links', 'case_id', 'cases');

CREATE TABLE case_tasks (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    words text NOT NULL CONSTRAINT case_tasks_words_check CHECK (length(words) <= 500),
    owner_id uuid REFERENCES accounts (id),
    due_on date,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL REFERENCES accounts (id),
    done_at timestamptz,
    done_by uuid REFERENCES accounts (id),
    CONSTRAINT case_tasks_done_check CHECK ((done_at IS NULL) = (done_by IS NULL))
);
CREATE INDEX case_tasks_case_id_idx ON case_tasks (case_id, made_at);
SELECT isolate_part('case_tasks', 'case_id', 'cases');

-- One row is one step of the ladder, once for ever, whoever else climbs it at the same time. `link_hash`: of the link by
-- which an outside contact says that they heard.
CREATE TABLE case_pages (
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    round integer NOT NULL,
    step integer NOT NULL,
    at timestamptz NOT NULL,
    severity smallint NOT NULL,
    rung smallint NOT NULL,
    people uuid[] NOT NULL,
    outside uuid,
    link_hash bytea CONSTRAINT case_pages_link_hash_key UNIQUE,
    PRIMARY KEY (case_id, round, step)
);
SELECT isolate_part('case_pages', 'case_id', 'cases');

-- When somebody last opened the file of a case: who looks twice in a sitting has read once.
CREATE TABLE case_readings (
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (case_id, account_id)
);
SELECT isolate_part('case_readings', 'case_id', 'cases');
