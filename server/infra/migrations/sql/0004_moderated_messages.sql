-- What became of messages and of pairs by moderation.

-- The words of a professional who sent a message back; and the kind word that its author was answered with, which a
-- repeat of the message is answered with too.
ALTER TABLE messages ADD COLUMN advice text;
ALTER TABLE messages ADD COLUMN notice text;
-- Its author has changed it since, and others read that.
ALTER TABLE messages ADD COLUMN edited boolean DEFAULT false NOT NULL;
ALTER TABLE messages ADD COLUMN version smallint DEFAULT '1' NOT NULL;
-- A newer text of its author that others do not read: it waits, or was sent back or refused. `private_change` is the
-- number of the last change that only the author and professionals may know of.
ALTER TABLE messages ADD COLUMN edit_body text;
ALTER TABLE messages ADD COLUMN edit_state text;
ALTER TABLE messages ADD COLUMN private_change bigint;
ALTER TABLE messages DROP CONSTRAINT messages_state_check;
ALTER TABLE messages ADD CONSTRAINT messages_state_check
    CHECK (state in ('delivered', 'masked', 'held', 'blocked', 'refused', 'returned'));
ALTER TABLE messages ADD CONSTRAINT messages_edit_state_check CHECK (edit_state in ('held', 'refused', 'returned'));
ALTER TABLE messages ADD CONSTRAINT messages_edit_check CHECK ((edit_state is null) = (edit_body is null));
CREATE UNIQUE INDEX messages_room_id_private_change_key ON messages (room_id, private_change)
    WHERE private_change is not null;

-- Evidence: what a changed message was at first (version 1), and each text that its author wanted instead.
CREATE TABLE message_versions (
    room_id uuid NOT NULL,
    seq bigint NOT NULL,
    version smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    body text NOT NULL,
    masked_body text,
    state text NOT NULL,
    notice text,
    -- The number of the room under which this became known; of what was blocked, the number before it.
    changed bigint NOT NULL,
    flag_id uuid,
    CONSTRAINT message_versions_pkey PRIMARY KEY (room_id, seq, version),
    CONSTRAINT message_versions_room_id_seq_fkey FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq)
);

-- What the moderation remembers of an author in a room, beside the last messages.
CREATE TABLE conversation_states (
    room_id uuid NOT NULL REFERENCES rooms (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    state bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT conversation_states_pkey PRIMARY KEY (room_id, account_id)
);

-- A pair that a message has paused, and what it was before. Whoever looked at the flag lifts it.
CREATE TABLE pair_freezes (
    flag_id uuid NOT NULL,
    pair_id uuid NOT NULL REFERENCES pairs (id),
    previous_state text NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    lifted_by uuid REFERENCES accounts (id),
    CONSTRAINT pair_freezes_pkey PRIMARY KEY (flag_id)
);
CREATE INDEX pair_freezes_open_idx ON pair_freezes (pair_id) WHERE lifted_at is null;

-- A message may be looked at more than once: as it was sent, and as it was changed.
DROP INDEX flags_room_id_seq_key;
CREATE INDEX flags_room_id_seq_idx ON flags (room_id, seq);

-- How the young person is protected goes by their age.
CREATE TRIGGER accounts_birth_date AFTER UPDATE ON accounts
    FOR EACH ROW WHEN (OLD.birth_date IS DISTINCT FROM NEW.birth_date) EXECUTE FUNCTION notify_rights('account');
