-- The audit trail (docs/decisions/0175). Each organisation has one chain: the hash of an entry is the SHA-256 of the hash
-- before it and of the entry's canonical JSON. Who may write a row can add to the end of the chain and do nothing else.
CREATE TABLE audit_heads (
    organisation_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT audit_heads_pkey PRIMARY KEY (organisation_id),
    CONSTRAINT audit_heads_sequence_check CHECK (sequence >= 0),
    CONSTRAINT audit_heads_hash_check CHECK (octet_length(hash) = 32),
    CONSTRAINT audit_heads_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
COMMENT ON TABLE audit_heads IS 'append-only';

CREATE TABLE audit_entries (
    organisation_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    act TEXT NOT NULL,
    by_id UUID,
    about UUID[] NOT NULL,
    entry TEXT NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT audit_entries_pkey PRIMARY KEY (organisation_id, sequence),
    CONSTRAINT audit_entries_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE INDEX audit_entries_about_idx ON audit_entries USING gin (about);
COMMENT ON TABLE audit_entries IS 'append-only';

CREATE TABLE audit_drafts (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    organisation_id UUID NOT NULL,
    draft TEXT NOT NULL,
    transaction BIGINT DEFAULT txid_current() NOT NULL,
    CONSTRAINT audit_drafts_pkey PRIMARY KEY (id),
    CONSTRAINT audit_drafts_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
COMMENT ON TABLE audit_drafts IS 'append-only';

CREATE TABLE audit_day_heads (
    organisation_id UUID NOT NULL,
    day DATE NOT NULL,
    sequence BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT audit_day_heads_pkey PRIMARY KEY (organisation_id, day),
    CONSTRAINT audit_day_heads_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
COMMENT ON TABLE audit_day_heads IS 'append-only';

-- Refuses whatever it is put on, also to the owner of the table.
CREATE FUNCTION audit_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, and nothing else', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- At the end of a transaction: takes what it drafted into the chains. All of it at the first draft, the organisations in
-- order, so that no two transactions wait for each other; the chains are the last that a transaction locks.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    mine audit_drafts;
    head audit_heads;
    facts JSONB;
    sealed TEXT;
    link BYTEA;
BEGIN
    IF NOT EXISTS (SELECT FROM audit_drafts WHERE id = NEW.id) THEN
        RETURN NULL; -- it went with the first
    END IF;
    FOR mine IN
        WITH taken AS (DELETE FROM audit_drafts WHERE transaction = txid_current() RETURNING *)
        SELECT * FROM taken ORDER BY organisation_id, id
    LOOP
        facts := mine.draft::jsonb;
        IF facts ->> 'organisation' IS DISTINCT FROM mine.organisation_id::text OR facts ? 'sequence' THEN
            RAISE EXCEPTION 'a draft of the audit trail contradicts its row';
        END IF;
        INSERT INTO audit_heads VALUES (mine.organisation_id, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT head FROM audit_heads WHERE organisation_id = mine.organisation_id FOR UPDATE;
        sealed := left(mine.draft, -1) || ',"sequence":' || head.sequence + 1 || '}';
        link := sha256(head.hash || convert_to(sealed, 'UTF8'));
        INSERT INTO audit_entries VALUES (
            mine.organisation_id, head.sequence + 1, (facts ->> 'at')::timestamptz, facts ->> 'act', (facts ->> 'by')::uuid,
            ARRAY(SELECT jsonb_array_elements_text(facts -> 'about'))::uuid[], sealed, link
        );
        UPDATE audit_heads SET sequence = head.sequence + 1, hash = link WHERE organisation_id = mine.organisation_id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit_drafts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE FUNCTION audit_entry_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'entries come by audit_drafts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER added BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_entry_added();
CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();

-- A head goes one entry forward, to one that is there and fits.
CREATE FUNCTION audit_head_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sequence <> 0 OR NEW.hash <> decode(repeat('00', 32), 'hex') THEN
            RAISE EXCEPTION 'a chain begins at 0' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.organisation_id <> OLD.organisation_id OR NEW.sequence <> OLD.sequence + 1 OR NOT EXISTS (
        SELECT FROM audit_entries e
        WHERE e.organisation_id = NEW.organisation_id AND e.sequence = NEW.sequence AND e.hash = NEW.hash
            AND sha256(OLD.hash || convert_to(e.entry, 'UTF8')) = NEW.hash
    ) THEN
        RAISE EXCEPTION 'a head goes one entry forward' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER moved BEFORE INSERT OR UPDATE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_head_moved();
CREATE TRIGGER removed BEFORE DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();

CREATE FUNCTION audit_day_head_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM audit_entries e
        WHERE e.organisation_id = NEW.organisation_id AND e.sequence = NEW.sequence AND e.hash = NEW.hash
    ) THEN
        RAISE EXCEPTION 'the head of a day is an entry' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER added BEFORE INSERT ON audit_day_heads FOR EACH ROW EXECUTE FUNCTION audit_day_head_added();
CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON audit_day_heads FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON audit_day_heads FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();

-- Breaking the glass: a professional who does not answer for a pair reads its messages, for an hour, with a motive
-- (docs/decisions/0178). The two are told at once, or later where another professional put that off beforehand.
CREATE TABLE glass_accesses (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    room_id UUID NOT NULL,
    account_id UUID NOT NULL,
    motive TEXT NOT NULL,
    sentence TEXT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tell_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT glass_accesses_pkey PRIMARY KEY (id),
    CONSTRAINT glass_accesses_motive_check CHECK (motive in ('absence', 'authority', 'danger', 'report')),
    CONSTRAINT glass_accesses_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT glass_accesses_room_id_fkey FOREIGN KEY(room_id) REFERENCES rooms (id),
    CONSTRAINT glass_accesses_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX glass_accesses_organisation_id_opened_at_idx ON glass_accesses (organisation_id, opened_at);
COMMENT ON TABLE glass_accesses IS 'append-only';

CREATE TABLE glass_deferrals (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    room_id UUID NOT NULL,
    by_id UUID NOT NULL,
    reason TEXT NOT NULL,
    sentence TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT glass_deferrals_pkey PRIMARY KEY (id),
    CONSTRAINT glass_deferrals_reason_check CHECK (reason in ('authority', 'inquiry', 'safety')),
    CONSTRAINT glass_deferrals_until_check CHECK (until > made_at AND until <= made_at + interval '30 days'),
    CONSTRAINT glass_deferrals_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT glass_deferrals_room_id_fkey FOREIGN KEY(room_id) REFERENCES rooms (id),
    CONSTRAINT glass_deferrals_by_id_fkey FOREIGN KEY(by_id) REFERENCES accounts (id)
);
CREATE INDEX glass_deferrals_room_id_idx ON glass_deferrals (room_id);
COMMENT ON TABLE glass_deferrals IS 'append-only';

CREATE TABLE glass_tellings (
    access_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT glass_tellings_pkey PRIMARY KEY (access_id),
    CONSTRAINT glass_tellings_access_id_fkey FOREIGN KEY(access_id) REFERENCES glass_accesses (id),
    CONSTRAINT glass_tellings_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
COMMENT ON TABLE glass_tellings IS 'append-only';

CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_accesses FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON glass_accesses FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_deferrals FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON glass_deferrals FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER changed BEFORE UPDATE OR DELETE ON glass_tellings FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON glass_tellings FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();

SELECT isolate('glass_accesses');
SELECT isolate('glass_deferrals');
SELECT isolate('glass_tellings');
SELECT isolate('audit_heads');
SELECT isolate('audit_entries');
SELECT isolate('audit_drafts');
SELECT isolate('audit_day_heads');
