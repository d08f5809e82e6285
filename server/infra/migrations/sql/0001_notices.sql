-- Promise 5: a right that changes is told to every server process, by whatever way it was changed. The channel is
-- `rights`; the payload names what changed, never a person's data.

CREATE FUNCTION notify_room_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM pg_notify('rights', 'room:' || OLD.room_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('rights', 'room:' || NEW.room_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER room_members_rights AFTER INSERT OR UPDATE OR DELETE ON room_members
    FOR EACH ROW EXECUTE FUNCTION notify_room_members();

-- The kind of thing is the trigger's argument.
CREATE FUNCTION notify_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('rights', TG_ARGV[0] || ':' || OLD.id);
    RETURN NULL;
END $$;
-- Of these columns only: last_seq moves with every message.
CREATE TRIGGER rooms_rights AFTER UPDATE OF closed_at, pair_state ON rooms
    FOR EACH ROW WHEN (OLD.closed_at IS DISTINCT FROM NEW.closed_at OR OLD.pair_state IS DISTINCT FROM NEW.pair_state)
    EXECUTE FUNCTION notify_rights('room');
CREATE TRIGGER pairs_rights AFTER UPDATE ON pairs
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION notify_rights('pair');
CREATE TRIGGER accounts_rights AFTER UPDATE ON accounts
    FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at OR OLD.role IS DISTINCT FROM NEW.role)
    EXECUTE FUNCTION notify_rights('account');
CREATE TRIGGER auth_sessions_expiry AFTER UPDATE ON auth_sessions
    FOR EACH ROW WHEN (OLD.expires_at IS DISTINCT FROM NEW.expires_at) EXECUTE FUNCTION notify_rights('session');
CREATE TRIGGER auth_sessions_deleted AFTER DELETE ON auth_sessions
    FOR EACH ROW EXECUTE FUNCTION notify_rights('session');
