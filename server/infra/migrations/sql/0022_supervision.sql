-- A professional pauses a room: nobody but professionals writes in it or is heard in its call. `calls_ended` counts how
-- often a professional has ended its call; whoever came in before is out, in every process, by whatever clock it has.
ALTER TABLE rooms
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN paused_why text,
    ADD COLUMN paused_by uuid REFERENCES accounts (id),
    ADD COLUMN calls_ended integer NOT NULL DEFAULT '0',
    ADD CONSTRAINT rooms_paused_check
        CHECK ((paused_at IS NULL) = (paused_why IS NULL) AND (paused_at IS NULL) = (paused_by IS NULL));
CREATE TRIGGER rooms_supervised AFTER UPDATE OF paused_at, calls_ended ON rooms
    FOR EACH ROW WHEN (OLD.paused_at IS DISTINCT FROM NEW.paused_at OR OLD.calls_ended <> NEW.calls_ended)
    EXECUTE FUNCTION notify_rights('room');

-- Who was put out of the calls of a room, until somebody lets them in again. The trigger of room_members tells it.
ALTER TABLE room_members ADD COLUMN put_out_at timestamptz;

ALTER TABLE organisations
    ADD COLUMN announce_seconds smallint NOT NULL DEFAULT '10',
    ADD COLUMN adult_under_15 text NOT NULL DEFAULT 'mentor',
    ADD COLUMN adult_under_18 text NOT NULL DEFAULT 'mentor',
    ADD CONSTRAINT organisations_announce_seconds_check CHECK (announce_seconds BETWEEN 5 AND 60),
    ADD CONSTRAINT organisations_adult_under_15_check CHECK (adult_under_15 IN ('none', 'mentor', 'professional')),
    ADD CONSTRAINT organisations_adult_under_18_check CHECK (adult_under_18 IN ('none', 'mentor', 'professional'));
CREATE TRIGGER organisations_adults AFTER UPDATE ON organisations
    FOR EACH ROW WHEN (OLD.adult_under_15 <> NEW.adult_under_15 OR OLD.adult_under_18 <> NEW.adult_under_18)
    EXECUTE FUNCTION notify_rights('organisation');

-- What other processes are told of at once, on the channel `supervision`: the kind of thing, and which.
CREATE FUNCTION notify_supervision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('supervision', TG_ARGV[0] || ':' || NEW.id);
    RETURN NULL;
END $$;

CREATE TABLE room_knocks (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    wait_seconds smallint NOT NULL,
    summoned boolean NOT NULL DEFAULT 'false',
    withdrawn_at timestamptz,
    CONSTRAINT room_knocks_pkey PRIMARY KEY (id),
    CONSTRAINT room_knocks_wait_seconds_check CHECK (wait_seconds BETWEEN 0 AND 60)
);
CREATE INDEX room_knocks_room_id_at_idx ON room_knocks (room_id, at);
CREATE TRIGGER room_knocks_told AFTER INSERT OR UPDATE ON room_knocks
    FOR EACH ROW EXECUTE FUNCTION notify_supervision('knock');
SELECT isolate('room_knocks');

-- Who in a call asked, before everybody in it, that a professional come. It stands until it is `over`.
CREATE TABLE summonses (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    case_id uuid,
    at timestamptz NOT NULL,
    over_at timestamptz,
    over text,
    CONSTRAINT summonses_pkey PRIMARY KEY (id),
    CONSTRAINT summonses_over_check
        CHECK (over IN ('answered', 'ended', 'withdrawn') AND (over_at IS NULL) = (over IS NULL))
);
CREATE INDEX summonses_room_id_at_idx ON summonses (room_id, at);
CREATE TRIGGER summonses_told AFTER INSERT OR UPDATE ON summonses
    FOR EACH ROW EXECUTE FUNCTION notify_supervision('summons');
SELECT isolate('summonses');

CREATE TABLE whispers (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    author_id uuid NOT NULL REFERENCES accounts (id),
    to_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    body text NOT NULL,
    CONSTRAINT whispers_pkey PRIMARY KEY (id),
    CONSTRAINT whispers_body_check CHECK (length(body) <= 500)
);
CREATE INDEX whispers_room_id_at_idx ON whispers (room_id, at);
CREATE TRIGGER whispers_told AFTER INSERT ON whispers FOR EACH ROW EXECUTE FUNCTION notify_supervision('whisper');
SELECT isolate('whispers');

-- The calls that go on, each as the process that carries it said last: one that says nothing any more has died.
CREATE UNLOGGED TABLE live_calls (
    carrier uuid NOT NULL,
    room_id uuid NOT NULL REFERENCES rooms (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    since timestamptz NOT NULL,
    people jsonb NOT NULL,
    adult text NOT NULL,
    held text,
    summons jsonb NOT NULL DEFAULT '[]',
    last_known_at timestamptz NOT NULL,
    CONSTRAINT live_calls_pkey PRIMARY KEY (carrier, room_id),
    CONSTRAINT live_calls_adult_check CHECK (adult IN ('there', 'missing', 'not_required'))
);
CREATE FUNCTION notify_live_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('live_calls', coalesce(NEW.organisation_id, OLD.organisation_id)::text);
    RETURN NULL;
END $$;
CREATE TRIGGER live_calls_come_and_go AFTER INSERT OR DELETE ON live_calls
    FOR EACH ROW EXECUTE FUNCTION notify_live_calls();
CREATE TRIGGER live_calls_changed AFTER UPDATE ON live_calls FOR EACH ROW
    WHEN (OLD.people <> NEW.people OR OLD.adult <> NEW.adult OR OLD.held IS DISTINCT FROM NEW.held
        OR OLD.summons <> NEW.summons)
    EXECUTE FUNCTION notify_live_calls();
SELECT isolate('live_calls');

-- Who was in which call, from when until when and why they went: added to, never changed, and let go by retention.
CREATE TABLE call_presences (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    room_id uuid NOT NULL REFERENCES rooms (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    role text NOT NULL,
    carrier uuid NOT NULL,
    came_at timestamptz NOT NULL,
    CONSTRAINT call_presences_pkey PRIMARY KEY (id)
);
CREATE INDEX call_presences_room_id_came_at_idx ON call_presences (room_id, came_at);
CREATE INDEX call_presences_account_id_idx ON call_presences (account_id);
CREATE INDEX call_presences_carrier_idx ON call_presences (carrier);
COMMENT ON TABLE call_presences IS 'append-only, until retention';
CREATE TRIGGER changed BEFORE UPDATE ON call_presences FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON call_presences FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();
SELECT isolate('call_presences');

CREATE TABLE call_departures (
    presence_id uuid NOT NULL REFERENCES call_presences (id) ON DELETE CASCADE,
    went_at timestamptz NOT NULL,
    why text NOT NULL,
    CONSTRAINT call_departures_pkey PRIMARY KEY (presence_id),
    CONSTRAINT call_departures_why_check CHECK (
        why IN ('left', 'removed', 'consent', 'lost', 'drained', 'stopped', 'put_out', 'adult', 'crashed')
    )
);
COMMENT ON TABLE call_departures IS 'append-only, until retention';
CREATE TRIGGER changed BEFORE UPDATE ON call_departures FOR EACH ROW EXECUTE FUNCTION audit_unchanged();
CREATE TRIGGER emptied BEFORE TRUNCATE ON call_departures FOR EACH STATEMENT EXECUTE FUNCTION audit_unchanged();
SELECT isolate_part('call_departures', 'presence_id', 'call_presences');

-- The processes that carry somebody. Logged: what one carried that died together with the database has an end, too.
CREATE TABLE call_carriers (
    id uuid NOT NULL,
    last_known_at timestamptz NOT NULL,
    away jsonb NOT NULL,
    CONSTRAINT call_carriers_pkey PRIMARY KEY (id)
);
SELECT isolate('call_carriers', 'false');
