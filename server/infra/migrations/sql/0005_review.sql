-- The review queue: who looks at a flag, by when, what was decided by whom, asked for again, and judged a second time.

ALTER TABLE flags ADD COLUMN alert boolean DEFAULT false NOT NULL;
ALTER TABLE flags ADD COLUMN due_at timestamp with time zone;
ALTER TABLE flags ADD COLUMN rules_version integer;
ALTER TABLE flags ADD COLUMN changed bigint;
ALTER TABLE flags ADD COLUMN known bigint;
ALTER TABLE flags ADD COLUMN message text DEFAULT 'none' NOT NULL;
ALTER TABLE flags ADD COLUMN edited text;
ALTER TABLE flags ADD COLUMN revision integer DEFAULT 0 NOT NULL;
ALTER TABLE flags ADD COLUMN shared boolean DEFAULT false NOT NULL;
ALTER TABLE flags ADD COLUMN overdue boolean DEFAULT false NOT NULL;
ALTER TABLE flags ADD COLUMN claimed_by uuid CONSTRAINT flags_claimed_by_fkey REFERENCES accounts (id);
ALTER TABLE flags ADD COLUMN claimed_until timestamp with time zone;
ALTER TABLE flags ADD COLUMN escalated_by uuid CONSTRAINT flags_escalated_by_fkey REFERENCES accounts (id);
ALTER TABLE flags ADD COLUMN escalated_at timestamp with time zone;
ALTER TABLE flags ADD COLUMN seconded_by uuid CONSTRAINT flags_seconded_by_fkey REFERENCES accounts (id);
ALTER TABLE flags ADD COLUMN reason text;
ALTER TABLE flags ADD COLUMN advice text;

-- Until now a message with a flag changed by its flag only, and every flag of severity 2 and more wants an answer.
UPDATE flags SET changed = m.seq, known = m.changed, message = m.state
    FROM messages m WHERE m.room_id = flags.room_id AND m.seq = flags.seq;
UPDATE flags SET due_at = raised_at + CASE severity
    WHEN 4 THEN interval '5 minutes' WHEN 3 THEN interval '1 hour' ELSE interval '1 day' END
    WHERE severity >= 2;
UPDATE flags SET alert = true WHERE severity = 4;

ALTER TABLE flags DROP CONSTRAINT flags_state_check;
ALTER TABLE flags DROP CONSTRAINT flags_decided_check;
ALTER TABLE flags ADD CONSTRAINT flags_state_check CHECK (state in ('open', 'second', 'escalated', 'released', 'released_masked', 'returned', 'refused', 'acknowledged'));
ALTER TABLE flags ADD CONSTRAINT flags_decided_check CHECK ((state in ('open', 'second', 'escalated')) = (decided_at is null));
ALTER TABLE flags ADD CONSTRAINT flags_message_check CHECK (message in ('none', 'delivered', 'masked', 'held', 'blocked', 'refused', 'returned'));
ALTER TABLE flags ADD CONSTRAINT flags_claimed_check CHECK ((claimed_by is null) = (claimed_until is null));
CREATE INDEX flags_waiting_idx ON flags (organisation_id, due_at) WHERE decided_at IS NULL;
CREATE INDEX flags_raised_idx ON flags (organisation_id, raised_at);

CREATE TABLE reviews (
    id uuid NOT NULL,
    flag_id uuid NOT NULL,
    act text NOT NULL,
    decision text,
    reason text,
    note text,
    advice text,
    spans jsonb,
    lift_freeze boolean DEFAULT false NOT NULL,
    by_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT reviews_pkey PRIMARY KEY (id),
    CONSTRAINT reviews_act_check CHECK (act in ('decide', 'propose', 'agree', 'disagree')),
    CONSTRAINT reviews_decision_check CHECK ((act in ('decide', 'propose')) = (decision is not null)),
    CONSTRAINT reviews_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES flags (id),
    CONSTRAINT reviews_by_id_fkey FOREIGN KEY (by_id) REFERENCES accounts (id)
);
CREATE INDEX reviews_flag_id_idx ON reviews (flag_id);

ALTER TABLE flags ADD COLUMN proposal_id uuid CONSTRAINT flags_proposal_id_fkey REFERENCES reviews (id);
ALTER TABLE flags ADD CONSTRAINT flags_proposal_check CHECK ((state = 'second') = (proposal_id is not null));

CREATE TABLE appeals (
    flag_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    words text,
    before_state text,
    before_by uuid,
    before_at timestamp with time zone,
    decided_at timestamp with time zone,
    CONSTRAINT appeals_pkey PRIMARY KEY (flag_id),
    CONSTRAINT appeals_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES flags (id),
    CONSTRAINT appeals_before_by_fkey FOREIGN KEY (before_by) REFERENCES accounts (id)
);

CREATE TABLE samples (
    flag_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    decision text NOT NULL,
    picked_at timestamp with time zone NOT NULL,
    reviewed_by uuid,
    reviewed_at timestamp with time zone,
    review text,
    reason text,
    CONSTRAINT samples_pkey PRIMARY KEY (flag_id),
    CONSTRAINT samples_reviewed_check CHECK ((reviewed_by is null) = (review is null)),
    CONSTRAINT samples_flag_id_fkey FOREIGN KEY (flag_id) REFERENCES flags (id),
    CONSTRAINT samples_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    CONSTRAINT samples_reviewed_by_fkey FOREIGN KEY (reviewed_by) REFERENCES accounts (id)
);
CREATE INDEX samples_organisation_id_picked_at_idx ON samples (organisation_id, picked_at);
