-- Reports of messages and of people, what professionals answered; what is known of a pair's silence (docs/decisions/0239, 0240).

CREATE TABLE reports (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    by_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    subject text NOT NULL CONSTRAINT reports_subject_check CHECK (subject IN ('message', 'person', 'worry')),
    kind text NOT NULL CONSTRAINT reports_kind_check
        CHECK (kind IN ('danger', 'hurtful', 'other', 'secrets', 'sexual', 'uneasy', 'unwell')),
    words text DEFAULT '' NOT NULL CONSTRAINT reports_words_check CHECK (length(words) <= 2000),
    -- The pair that was paused by it, if one was; whom it is about, and in which pair they are together.
    stopped boolean NOT NULL,
    -- It was to be, and a professional decides: they had let go on, shortly before, what this reporter had stopped.
    asked boolean NOT NULL,
    person_id uuid REFERENCES accounts (id),
    pair_id uuid REFERENCES pairs (id),
    -- The message as it was at that moment, and what it had said before.
    room_id uuid,
    seq bigint,
    message_id uuid,
    message_kind text CONSTRAINT reports_message_kind_check CHECK (message_kind IN ('text', 'voice')),
    message_at timestamptz,
    message_state text,
    excerpt text DEFAULT '' NOT NULL CONSTRAINT reports_excerpt_check CHECK (length(excerpt) <= 4000),
    earlier text[] DEFAULT '{}' NOT NULL,
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- What the reporter was last told of its progress, and since when it stands so.
    told text DEFAULT 'received' NOT NULL CONSTRAINT reports_told_check CHECK (told IN ('received', 'looked_at', 'done')),
    told_at timestamptz NOT NULL,
    CONSTRAINT reports_message_check CHECK ((subject = 'message') = (message_id IS NOT NULL)
        AND (message_id IS NULL) = (room_id IS NULL) AND (room_id IS NULL) = (seq IS NULL)),
    CONSTRAINT reports_person_check CHECK ((subject = 'worry') = (person_id IS NULL))
);
CREATE INDEX reports_by_id_idx ON reports (by_id, at);
CREATE INDEX reports_person_id_idx ON reports (person_id);
CREATE INDEX reports_case_id_idx ON reports (case_id);
SELECT isolate('reports');

CREATE TABLE report_answers (
    id uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    by_id uuid NOT NULL REFERENCES accounts (id),
    words text NOT NULL CONSTRAINT report_answers_words_check CHECK (length(words) <= 2000)
);
CREATE INDEX report_answers_report_id_idx ON report_answers (report_id, at);
SELECT isolate_part('report_answers', 'report_id', 'reports');

-- What was said may go, when somebody is forgotten; it is never another. So is who said it, of what and when.
CREATE FUNCTION report_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moves text[] := ARRAY['case_id', 'told', 'told_at', 'words', 'excerpt', 'earlier'];
BEGIN
    IF to_jsonb(NEW) - moves <> to_jsonb(OLD) - moves OR (NEW.words <> OLD.words AND NEW.words <> '')
        OR (TG_TABLE_NAME = 'reports' AND (
            (to_jsonb(NEW) ->> 'excerpt' <> to_jsonb(OLD) ->> 'excerpt' AND to_jsonb(NEW) ->> 'excerpt' <> '')
            OR (to_jsonb(NEW) -> 'earlier' <> to_jsonb(OLD) -> 'earlier' AND to_jsonb(NEW) -> 'earlier' <> '[]')))
    THEN
        RAISE EXCEPTION 'what was reported stays as it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kept BEFORE UPDATE ON reports FOR EACH ROW EXECUTE FUNCTION report_kept();
CREATE TRIGGER kept BEFORE UPDATE ON report_answers FOR EACH ROW EXECUTE FUNCTION report_kept();

-- After how many days without any exchange in a pair somebody looks.
ALTER TABLE organisations ADD COLUMN silence_days smallint DEFAULT 21 NOT NULL
    CONSTRAINT organisations_silence_days_check CHECK (silence_days BETWEEN 7 AND 180);

-- When the two of a room were last in a call together: an exchange that leaves no message.
CREATE TABLE room_meetings (
    room_id uuid PRIMARY KEY REFERENCES rooms (id),
    at timestamptz NOT NULL
);
SELECT isolate_part('room_meetings', 'room_id', 'rooms');
