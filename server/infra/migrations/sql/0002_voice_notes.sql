ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind in ('text', 'voice'));

CREATE TABLE voice_notes (
    id UUID NOT NULL,
    room_id UUID NOT NULL,
    author_id UUID NOT NULL,
    bytes INTEGER NOT NULL,
    milliseconds INTEGER,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    touched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT voice_notes_pkey PRIMARY KEY (id),
    CONSTRAINT voice_notes_bytes_check CHECK (bytes between 1 and 1048576),
    CONSTRAINT voice_notes_room_id_author_id_fkey FOREIGN KEY(room_id, author_id) REFERENCES room_members (room_id, account_id)
);
CREATE INDEX voice_notes_author_id_created_at_idx ON voice_notes (author_id, created_at);
CREATE INDEX voice_notes_touched_at_idx ON voice_notes (touched_at);

CREATE TABLE voice_note_chunks (
    note_id UUID NOT NULL,
    number SMALLINT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT voice_note_chunks_pkey PRIMARY KEY (note_id, number),
    CONSTRAINT voice_note_chunks_number_check CHECK (number between 0 and 127),
    CONSTRAINT voice_note_chunks_note_id_fkey FOREIGN KEY(note_id) REFERENCES voice_notes (id) ON DELETE CASCADE
);
