-- Helplines that an admin edits, and letters between a person and their professionals (docs/decisions/0227-0229).

-- What an organisation adds to the numbers that are shipped: its own telephone, and the list below. `version` moves with
-- each change, so that two admins do not undo each other's.
CREATE TABLE help_cards (
    organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
    version integer NOT NULL,
    phone text CONSTRAINT help_cards_phone_check CHECK (phone ~ '^\+[0-9]{6,15}$'),
    changed_by uuid REFERENCES accounts (id),
    changed_at timestamptz NOT NULL
);
SELECT isolate('help_cards');

-- A line of the organisation's own, or what it says of one that is shipped: where it stands, that it is hidden, when its
-- number was last checked. Written as a whole each time, in the order of `place`.
CREATE TABLE helplines (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    place smallint NOT NULL,
    shipped text,
    hidden boolean DEFAULT false NOT NULL,
    checked_on date NOT NULL,
    number text,
    audience text CONSTRAINT helplines_audience_check CHECK (length(audience) <= 120),
    danger boolean DEFAULT false NOT NULL,
    sms boolean DEFAULT false NOT NULL,
    free boolean DEFAULT false NOT NULL,
    opens time,
    closes time,
    days smallint[],
    chat_opens time,
    chat_closes time,
    age_from smallint,
    age_to smallint,
    source text CONSTRAINT helplines_source_check CHECK (length(source) <= 300),
    CONSTRAINT helplines_own_check CHECK (
        (shipped IS NULL) = (number IS NOT NULL) AND (number IS NULL) = (audience IS NULL) AND (number IS NULL) = (source IS NULL)
    ),
    CONSTRAINT helplines_hours_check CHECK ((opens IS NULL) = (closes IS NULL) AND (chat_opens IS NULL) = (chat_closes IS NULL)),
    CONSTRAINT helplines_pkey PRIMARY KEY (organisation_id, id),
    CONSTRAINT helplines_place_key UNIQUE (organisation_id, place),
    CONSTRAINT helplines_shipped_key UNIQUE (organisation_id, shipped)
);
SELECT isolate('helplines');

-- What a person and the professionals who answer for them write to each other. `line` other: not to those who answer for
-- the person, but to somebody else (letters/rules.py). `seq` counts in the order of commits of one person's letters.
CREATE TABLE letters (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    person_id uuid NOT NULL REFERENCES accounts (id),
    line text NOT NULL CONSTRAINT letters_line_check CHECK (line IN ('own', 'other')),
    seq bigint GENERATED ALWAYS AS IDENTITY,
    author_id uuid NOT NULL REFERENCES accounts (id),
    body text NOT NULL CONSTRAINT letters_body_check CHECK (length(body) BETWEEN 1 AND 4000),
    at timestamptz NOT NULL
);
CREATE INDEX letters_person_id_idx ON letters (person_id, line, seq);
CREATE INDEX letters_author_id_idx ON letters (author_id);
CREATE INDEX letters_organisation_id_idx ON letters (organisation_id, person_id, line);
SELECT isolate('letters');

-- How far a reader of a line has been shown it, which their access journal tells once, and says that they have read it.
CREATE TABLE letter_marks (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    person_id uuid NOT NULL REFERENCES accounts (id),
    line text NOT NULL CONSTRAINT letter_marks_line_check CHECK (line IN ('own', 'other')),
    reader_id uuid NOT NULL REFERENCES accounts (id),
    shown bigint DEFAULT 0 NOT NULL,
    seen bigint DEFAULT 0 NOT NULL,
    CONSTRAINT letter_marks_pkey PRIMARY KEY (person_id, line, reader_id)
);
CREATE INDEX letter_marks_reader_id_idx ON letter_marks (reader_id);
SELECT isolate('letter_marks');

-- Who answered for a person when that person wrote to somebody else: they never read that line, also once they answer for
-- the person no more.
CREATE TABLE letter_avoided (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    person_id uuid NOT NULL REFERENCES accounts (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    CONSTRAINT letter_avoided_pkey PRIMARY KEY (person_id, account_id)
);
CREATE INDEX letter_avoided_account_id_idx ON letter_avoided (account_id);
SELECT isolate('letter_avoided');

-- Every process tells the devices of the person and of those who read the line, once the letter is committed.
CREATE FUNCTION notify_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('letters', NEW.organisation_id || ':' || NEW.person_id || ':' || NEW.line || ':' || NEW.seq);
    RETURN NULL;
END $$;
CREATE TRIGGER letters_told AFTER INSERT ON letters FOR EACH ROW EXECUTE FUNCTION notify_letter();

-- Also that somebody has read up to a letter. (Who writes has read it; of one transaction the same is told once.)
CREATE FUNCTION notify_letter_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('letters', NEW.organisation_id || ':' || NEW.person_id || ':' || NEW.line || ':' || NEW.seen);
    RETURN NULL;
END $$;
CREATE TRIGGER letter_marks_told AFTER UPDATE ON letter_marks FOR EACH ROW
    WHEN (NEW.seen > OLD.seen) EXECUTE FUNCTION notify_letter_seen();
CREATE TRIGGER letter_marks_begun AFTER INSERT ON letter_marks FOR EACH ROW
    WHEN (NEW.seen > 0) EXECUTE FUNCTION notify_letter_seen();
