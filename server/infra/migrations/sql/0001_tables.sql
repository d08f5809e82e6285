CREATE TABLE organisations (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    country TEXT DEFAULT 'FR' NOT NULL,
    zone TEXT DEFAULT 'Europe/Paris' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT organisations_pkey PRIMARY KEY (id)
);

CREATE TABLE accounts (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    language TEXT DEFAULT 'fr' NOT NULL,
    zone TEXT DEFAULT 'Europe/Paris' NOT NULL,
    birth_date DATE,
    password_hash TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_role_check CHECK (role in ('admin', 'guardian', 'mentee', 'mentor', 'prescriber', 'supervisor')),
    CONSTRAINT accounts_mentee_birth_date_check CHECK (role <> 'mentee' or birth_date is not null),
    CONSTRAINT accounts_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id)
);
CREATE UNIQUE INDEX accounts_login_key ON accounts (lower(login));
CREATE INDEX accounts_organisation_id_idx ON accounts (organisation_id);

CREATE TABLE auth_sessions (
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    kind TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT auth_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT auth_sessions_kind_check CHECK (kind in ('cookie', 'bearer')),
    CONSTRAINT auth_sessions_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE,
    CONSTRAINT auth_sessions_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX auth_sessions_account_id_idx ON auth_sessions (account_id);

CREATE TABLE pairs (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    mentor_id UUID NOT NULL,
    mentee_id UUID NOT NULL,
    supervisor_id UUID NOT NULL,
    state TEXT DEFAULT 'active' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pairs_pkey PRIMARY KEY (id),
    CONSTRAINT pairs_state_check CHECK (state in ('proposed', 'active', 'paused', 'probation', 'closing', 'closed')),
    CONSTRAINT pairs_two_people_check CHECK (mentor_id <> mentee_id),
    CONSTRAINT pairs_id_state_key UNIQUE (id, state),
    CONSTRAINT pairs_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT pairs_mentor_id_fkey FOREIGN KEY(mentor_id) REFERENCES accounts (id),
    CONSTRAINT pairs_mentee_id_fkey FOREIGN KEY(mentee_id) REFERENCES accounts (id),
    CONSTRAINT pairs_supervisor_id_fkey FOREIGN KEY(supervisor_id) REFERENCES accounts (id)
);
CREATE INDEX pairs_mentee_id_idx ON pairs (mentee_id);
CREATE INDEX pairs_mentor_id_idx ON pairs (mentor_id);
CREATE UNIQUE INDEX pairs_open_key ON pairs (mentor_id, mentee_id) WHERE state != 'closed';
CREATE INDEX pairs_organisation_id_idx ON pairs (organisation_id);
CREATE INDEX pairs_supervisor_id_idx ON pairs (supervisor_id);

CREATE TABLE flags (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    supervisor_id UUID NOT NULL,
    pair_id UUID,
    room_id UUID,
    seq BIGINT,
    author_id UUID NOT NULL,
    category TEXT NOT NULL,
    severity SMALLINT NOT NULL,
    action TEXT NOT NULL,
    labels JSONB NOT NULL,
    excerpt TEXT NOT NULL,
    engine TEXT NOT NULL,
    state TEXT DEFAULT 'open' NOT NULL,
    raised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by UUID,
    note TEXT,
    CONSTRAINT flags_pkey PRIMARY KEY (id),
    CONSTRAINT flags_severity_check CHECK (severity between 1 and 4),
    CONSTRAINT flags_action_check CHECK (action in ('deliver', 'mask', 'hold', 'block', 'help')),
    CONSTRAINT flags_state_check CHECK (state in ('open', 'released', 'refused', 'acknowledged')),
    CONSTRAINT flags_decided_check CHECK ((state = 'open') = (decided_at is null)),
    CONSTRAINT flags_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT flags_supervisor_id_fkey FOREIGN KEY(supervisor_id) REFERENCES accounts (id),
    CONSTRAINT flags_pair_id_fkey FOREIGN KEY(pair_id) REFERENCES pairs (id),
    CONSTRAINT flags_author_id_fkey FOREIGN KEY(author_id) REFERENCES accounts (id),
    CONSTRAINT flags_decided_by_fkey FOREIGN KEY(decided_by) REFERENCES accounts (id)
);
CREATE INDEX flags_closed_idx ON flags (supervisor_id, decided_at DESC, id DESC) WHERE decided_at IS NOT NULL;
CREATE INDEX flags_queue_idx ON flags (supervisor_id, state, severity DESC, raised_at);
CREATE UNIQUE INDEX flags_room_id_seq_key ON flags (room_id, seq);

CREATE TABLE planned_sessions (
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    pair_id UUID NOT NULL,
    title TEXT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    minutes INTEGER NOT NULL,
    zone TEXT NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT planned_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT planned_sessions_minutes_check CHECK (minutes between 5 and 480),
    CONSTRAINT planned_sessions_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT planned_sessions_pair_id_fkey FOREIGN KEY(pair_id) REFERENCES pairs (id),
    CONSTRAINT planned_sessions_created_by_fkey FOREIGN KEY(created_by) REFERENCES accounts (id)
);
CREATE INDEX planned_sessions_pair_id_starts_at_idx ON planned_sessions (pair_id, starts_at);

CREATE TABLE rooms (
    id UUID NOT NULL,
    number INTEGER GENERATED ALWAYS AS IDENTITY,
    organisation_id UUID NOT NULL,
    pair_id UUID,
    pair_state TEXT,
    kind TEXT DEFAULT 'pair' NOT NULL,
    last_seq BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT rooms_pkey PRIMARY KEY (id),
    CONSTRAINT rooms_kind_check CHECK (kind in ('pair')),
    CONSTRAINT rooms_number_key UNIQUE (number),
    CONSTRAINT rooms_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisations (id),
    CONSTRAINT rooms_pair_check CHECK ((pair_id is null) = (pair_state is null)),
    CONSTRAINT rooms_pair_id_pair_state_fkey FOREIGN KEY(pair_id, pair_state) REFERENCES pairs (id, state) ON UPDATE CASCADE
) WITH (fillfactor = 50);
CREATE INDEX rooms_pair_id_idx ON rooms (pair_id);

CREATE TABLE room_members (
    room_id UUID NOT NULL,
    account_id UUID NOT NULL,
    seat SMALLINT NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    left_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT room_members_pkey PRIMARY KEY (room_id, account_id),
    CONSTRAINT room_members_room_id_seat_key UNIQUE (room_id, seat),
    CONSTRAINT room_members_room_id_fkey FOREIGN KEY(room_id) REFERENCES rooms (id),
    CONSTRAINT room_members_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX room_members_account_id_idx ON room_members (account_id);

CREATE TABLE messages (
    room_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    id UUID NOT NULL,
    author_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    masked_body TEXT,
    state TEXT NOT NULL,
    CONSTRAINT messages_pkey PRIMARY KEY (room_id, seq),
    CONSTRAINT messages_id_room_id_author_id_key UNIQUE (id, room_id, author_id),
    CONSTRAINT messages_changed_check CHECK (changed >= seq),
    CONSTRAINT messages_kind_check CHECK (kind in ('text')),
    CONSTRAINT messages_state_check CHECK (state in ('delivered', 'masked', 'held', 'blocked', 'refused')),
    CONSTRAINT messages_room_id_author_id_fkey FOREIGN KEY(room_id, author_id) REFERENCES room_members (room_id, account_id)
);
CREATE UNIQUE INDEX messages_room_id_changed_key ON messages (room_id, changed) WHERE changed != seq;

CREATE TABLE room_marks (
    room_id UUID NOT NULL,
    account_id UUID NOT NULL,
    delivered BIGINT DEFAULT '0' NOT NULL,
    seen BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT room_marks_pkey PRIMARY KEY (room_id, account_id),
    CONSTRAINT room_marks_room_id_fkey FOREIGN KEY(room_id) REFERENCES rooms (id),
    CONSTRAINT room_marks_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (id)
) WITH (fillfactor = 50);

CREATE TABLE room_visits (
    id UUID NOT NULL,
    room_id UUID NOT NULL,
    account_id UUID NOT NULL,
    act TEXT NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_known_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT room_visits_pkey PRIMARY KEY (id),
    CONSTRAINT room_visits_act_check CHECK (act in ('read', 'call')),
    CONSTRAINT room_visits_room_id_fkey FOREIGN KEY(room_id) REFERENCES rooms (id),
    CONSTRAINT room_visits_account_id_fkey FOREIGN KEY(account_id) REFERENCES accounts (id)
);
CREATE INDEX room_visits_open_idx ON room_visits (last_known_at) WHERE left_at IS NULL;
CREATE INDEX room_visits_room_id_idx ON room_visits (room_id);
