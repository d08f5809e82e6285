-- Who may consent for a young person, what people are asked in which words, and what each has said (docs/decisions/0187).

CREATE TABLE guardian_links (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    guardian_id uuid NOT NULL,
    mentee_id uuid NOT NULL,
    relation text NOT NULL,
    authority boolean NOT NULL,
    paper text NOT NULL,
    since timestamp with time zone NOT NULL,
    recorded_by uuid NOT NULL,
    until timestamp with time zone,
    ended_by uuid,
    ended_why text,
    CONSTRAINT guardian_links_pkey PRIMARY KEY (id),
    CONSTRAINT guardian_links_relation_check CHECK (relation in ('parent', 'family', 'carer', 'institution')),
    CONSTRAINT guardian_links_paper_check CHECK (paper in ('family_record', 'birth_certificate', 'judgment', 'placement', 'declaration')),
    CONSTRAINT guardian_links_ended_check CHECK ((until is null) = (ended_why is null)),
    CONSTRAINT guardian_links_ended_why_check CHECK (ended_why in ('adult', 'authority', 'mistake', 'request')),
    CONSTRAINT guardian_links_two_people_check CHECK (guardian_id <> mentee_id),
    CONSTRAINT guardian_links_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT guardian_links_guardian_id_fkey FOREIGN KEY (guardian_id) REFERENCES accounts (id),
    CONSTRAINT guardian_links_mentee_id_fkey FOREIGN KEY (mentee_id) REFERENCES accounts (id),
    CONSTRAINT guardian_links_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES accounts (id),
    CONSTRAINT guardian_links_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES accounts (id)
);
CREATE INDEX guardian_links_mentee_id_idx ON guardian_links (mentee_id);
CREATE INDEX guardian_links_guardian_id_idx ON guardian_links (guardian_id);
CREATE UNIQUE INDEX guardian_links_open_key ON guardian_links (guardian_id, mentee_id) WHERE until IS NULL;
SELECT isolate('guardian_links');

-- The words in which a purpose was asked. `asks_again_from`: from when a yes to an earlier version is none any more.
CREATE TABLE consent_texts (
    organisation_id uuid NOT NULL,
    purpose text NOT NULL,
    version integer NOT NULL,
    texts jsonb NOT NULL,
    asks_again_from timestamp with time zone,
    changed_by uuid,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT consent_texts_pkey PRIMARY KEY (organisation_id, purpose, version),
    CONSTRAINT consent_texts_purpose_check CHECK (purpose in ('chat', 'family_call', 'notifications', 'prescriber', 'video')),
    CONSTRAINT consent_texts_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT consent_texts_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES accounts (id)
);
COMMENT ON TABLE consent_texts IS 'append-only';
SELECT isolate('consent_texts');

-- The ledger. `at`: when it was said, which a paper tells; `recorded_at`: when it came here.
CREATE TABLE consent_entries (
    id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid NOT NULL,
    mentee_id uuid NOT NULL,
    purpose text NOT NULL,
    version integer NOT NULL,
    decision text NOT NULL,
    by_id uuid NOT NULL,
    capacity text NOT NULL,
    how text NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT consent_entries_pkey PRIMARY KEY (id),
    CONSTRAINT consent_entries_number_key UNIQUE (number),
    CONSTRAINT consent_entries_decision_check CHECK (decision in ('given', 'refused', 'withdrawn')),
    CONSTRAINT consent_entries_capacity_check CHECK (capacity in ('adult', 'authority', 'self')),
    CONSTRAINT consent_entries_how_check CHECK (how in ('app', 'oral', 'paper')),
    CONSTRAINT consent_entries_speaker_check CHECK ((capacity = 'authority') = (by_id <> mentee_id)),
    CONSTRAINT consent_entries_at_check CHECK (at <= recorded_at),
    CONSTRAINT consent_entries_text_fkey FOREIGN KEY (organisation_id, purpose, version) REFERENCES consent_texts (organisation_id, purpose, version),
    CONSTRAINT consent_entries_mentee_id_fkey FOREIGN KEY (mentee_id) REFERENCES accounts (id),
    CONSTRAINT consent_entries_by_id_fkey FOREIGN KEY (by_id) REFERENCES accounts (id),
    CONSTRAINT consent_entries_recorded_by_fkey FOREIGN KEY (recorded_by) REFERENCES accounts (id)
);
CREATE INDEX consent_entries_mentee_id_idx ON consent_entries (mentee_id, number);
COMMENT ON TABLE consent_entries IS 'append-only';
SELECT isolate('consent_entries');

-- What a birthday has already brought about, so that it does so once: told 30 and 7 days before, and on the day.
CREATE TABLE age_steps (
    organisation_id uuid NOT NULL,
    mentee_id uuid NOT NULL,
    age smallint NOT NULL,
    days_before smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT age_steps_pkey PRIMARY KEY (mentee_id, age, days_before),
    CONSTRAINT age_steps_age_check CHECK (age in (15, 18)),
    CONSTRAINT age_steps_days_before_check CHECK (days_before in (0, 7, 30)),
    CONSTRAINT age_steps_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT age_steps_mentee_id_fkey FOREIGN KEY (mentee_id) REFERENCES accounts (id)
);
COMMENT ON TABLE age_steps IS 'append-only';
SELECT isolate('age_steps');

-- That a text asks again from now on: whom it concerns was told.
CREATE TABLE asked_again (
    organisation_id uuid NOT NULL,
    purpose text NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT asked_again_pkey PRIMARY KEY (organisation_id, purpose, version),
    CONSTRAINT asked_again_text_fkey FOREIGN KEY (organisation_id, purpose, version) REFERENCES consent_texts (organisation_id, purpose, version)
);
COMMENT ON TABLE asked_again IS 'append-only';
SELECT isolate('asked_again');

CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said stays said: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change();
CREATE TRIGGER consent_texts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_texts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change();
CREATE TRIGGER age_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON age_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change();
CREATE TRIGGER asked_again_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON asked_again
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_change();

-- Promise 5: what was said holds in every process at once, by whatever way it came in. Rooms are told as of any change of
-- rights; who looks at the consents of this young person is told by `consents`.
CREATE FUNCTION notify_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('rights', 'room:' || r.id)
    FROM rooms r JOIN pairs p ON p.id = r.pair_id WHERE p.mentee_id = NEW.mentee_id AND p.state <> 'closed';
    PERFORM pg_notify('consents', NEW.organisation_id || ':' || NEW.mentee_id);
    RETURN NULL;
END $$;
CREATE TRIGGER consent_entries_told AFTER INSERT ON consent_entries
    FOR EACH ROW EXECUTE FUNCTION notify_consents();
CREATE TRIGGER guardian_links_told AFTER INSERT OR UPDATE ON guardian_links
    FOR EACH ROW EXECUTE FUNCTION notify_consents();

CREATE FUNCTION notify_asked_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('rights', 'room:' || r.id)
    FROM rooms r JOIN pairs p ON p.id = r.pair_id WHERE r.organisation_id = NEW.organisation_id AND p.state <> 'closed';
    PERFORM pg_notify('consents', NEW.organisation_id || ':');
    RETURN NULL;
END $$;
CREATE TRIGGER asked_again_told AFTER INSERT ON asked_again
    FOR EACH ROW EXECUTE FUNCTION notify_asked_again();
