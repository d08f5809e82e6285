-- The papers of mentors, the child-welfare track of young people, suspensions, what holds a pair, and the life of pairs.

-- Nothing of it is ever changed or taken out: what was wrong gets a newer row beside it.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

-- What an organisation asks of a mentor before the first contact; without a row, what the columns say by default.
CREATE TABLE gate_policies (
    organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
    vetting boolean DEFAULT true NOT NULL,
    charter boolean DEFAULT true NOT NULL,
    training boolean DEFAULT true NOT NULL,
    vetting_months smallint DEFAULT 6 NOT NULL CONSTRAINT gate_policies_vetting_months_check CHECK (vetting_months BETWEEN 1 AND 60),
    welfare_blocks boolean DEFAULT false NOT NULL,
    closed_readable_days smallint DEFAULT 90 NOT NULL
        CONSTRAINT gate_policies_closed_readable_days_check CHECK (closed_readable_days BETWEEN 0 AND 730),
    changed_by uuid REFERENCES accounts (id),
    changed_at timestamptz
);
SELECT isolate('gate_policies');
-- Pairs that talk today are not cut by an upgrade: there the gates wait for the admin to close them.
INSERT INTO gate_policies (organisation_id, vetting, charter, training)
    SELECT id, false, false, false FROM organisations o WHERE EXISTS (SELECT FROM pairs p WHERE p.organisation_id = o.id);

-- What a mentor has shown, signed or done. A row may withdraw an earlier one, and then says nothing else.
CREATE TABLE mentor_papers (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    gate text NOT NULL CONSTRAINT mentor_papers_gate_check CHECK (gate in ('vetting', 'charter', 'training')),
    kind text NOT NULL CONSTRAINT mentor_papers_kind_check CHECK (kind ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
    version integer,
    issued_on date NOT NULL,
    valid_until date CONSTRAINT mentor_papers_valid_until_check CHECK (valid_until >= issued_on),
    by_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL,
    withdraws uuid UNIQUE REFERENCES mentor_papers (id)
);
CREATE INDEX mentor_papers_account_id_idx ON mentor_papers (account_id);
COMMENT ON TABLE mentor_papers IS 'append-only';
CREATE TRIGGER mentor_papers_kept BEFORE UPDATE OR DELETE ON mentor_papers FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mentor_papers_kept_whole BEFORE TRUNCATE ON mentor_papers EXECUTE FUNCTION refuse_change();
SELECT isolate('mentor_papers');

-- The child-welfare (ASE) track of a young person: what was agreed, said and looked at again, each on its day.
CREATE TABLE welfare_entries (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    mentee_id uuid NOT NULL REFERENCES accounts (id),
    step text NOT NULL CONSTRAINT welfare_entries_step_check
        CHECK (step in ('opened', 'agreement', 'opinion', 'adhesion', 'convention', 'evaluation', 'ended')),
    on_day date NOT NULL,
    outcome text CONSTRAINT welfare_entries_outcome_check CHECK (outcome in ('for', 'reserved', 'against')),
    note text CONSTRAINT welfare_entries_note_check CHECK (length(note) <= 2000),
    by_id uuid NOT NULL REFERENCES accounts (id),
    at timestamptz NOT NULL
);
CREATE INDEX welfare_entries_mentee_id_idx ON welfare_entries (mentee_id);
COMMENT ON TABLE welfare_entries IS 'append-only';
CREATE TRIGGER welfare_entries_kept BEFORE UPDATE OR DELETE ON welfare_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER welfare_entries_kept_whole BEFORE TRUNCATE ON welfare_entries EXECUTE FUNCTION refuse_change();
SELECT isolate('welfare_entries');

-- Which warning of a day that comes was given: once each, whatever stood still meanwhile.
CREATE TABLE due_warnings (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    what text NOT NULL,
    due_on date NOT NULL,
    days smallint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (account_id, what, due_on, days)
);
SELECT isolate('due_warnings');

-- A person who may be in no room for now: until a professional lifts it by name.
CREATE TABLE suspensions (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    why text NOT NULL,
    since timestamptz NOT NULL,
    by_id uuid NOT NULL REFERENCES accounts (id),
    lifted_at timestamptz,
    lifted_by uuid REFERENCES accounts (id),
    CONSTRAINT suspensions_lifted_check CHECK ((lifted_at is null) = (lifted_by is null))
);
CREATE UNIQUE INDEX suspensions_open_key ON suspensions (account_id) WHERE lifted_at IS NULL;
SELECT isolate('suspensions');

-- The life of a pair. `revision` moves with each act on it: of two professionals who act at once, the second is told.
ALTER TABLE pairs ADD COLUMN kind text DEFAULT 'pair' NOT NULL CONSTRAINT pairs_kind_check CHECK (kind in ('pair', 'bridge'));
ALTER TABLE pairs ADD COLUMN bridge_of uuid REFERENCES pairs (id);
ALTER TABLE pairs ADD COLUMN until timestamptz;
ALTER TABLE pairs ADD COLUMN closed_at timestamptz;
ALTER TABLE pairs ADD COLUMN revision integer DEFAULT 0 NOT NULL;
ALTER TABLE pairs ADD CONSTRAINT pairs_bridge_check
    CHECK ((kind = 'bridge') = (bridge_of is not null) AND (kind = 'bridge') = (until is not null));
CREATE UNIQUE INDEX pairs_bridge_key ON pairs (bridge_of) WHERE bridge_of IS NOT NULL AND state <> 'closed';
ALTER TABLE pairs DROP CONSTRAINT pairs_state_check;
ALTER TABLE pairs ADD CONSTRAINT pairs_state_check
    CHECK (state in ('proposed', 'agreed', 'active', 'paused', 'probation', 'closing', 'closed'));
ALTER TABLE rooms DROP CONSTRAINT rooms_kind_check;
ALTER TABLE rooms ADD CONSTRAINT rooms_kind_check CHECK (kind in ('pair', 'bridge'));

-- What staff looked at when they proposed the two to each other, and what the young person answered last.
CREATE TABLE pair_proposals (
    pair_id uuid PRIMARY KEY REFERENCES pairs (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    availability text NOT NULL CONSTRAINT pair_proposals_availability_check CHECK (length(availability) <= 400),
    network text NOT NULL CONSTRAINT pair_proposals_network_check CHECK (network in ('good', 'weak', 'unknown')),
    equipment text NOT NULL CONSTRAINT pair_proposals_equipment_check
        CHECK (equipment in ('phone', 'computer', 'both', 'shared', 'none', 'unknown')),
    about_mentor text NOT NULL CONSTRAINT pair_proposals_about_mentor_check CHECK (length(about_mentor) <= 400),
    answer text CONSTRAINT pair_proposals_answer_check CHECK (answer in ('yes', 'not_now', 'no')),
    answered_at timestamptz
);
SELECT isolate('pair_proposals');

CREATE TABLE pair_history (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    pair_id uuid NOT NULL REFERENCES pairs (id),
    act text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    why text,
    note text CONSTRAINT pair_history_note_check CHECK (length(note) <= 2000),
    by_id uuid REFERENCES accounts (id),
    at timestamptz NOT NULL
);
CREATE INDEX pair_history_pair_id_idx ON pair_history (pair_id, at);
COMMENT ON TABLE pair_history IS 'append-only';
CREATE TRIGGER pair_history_kept BEFORE UPDATE OR DELETE ON pair_history FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pair_history_kept_whole BEFORE TRUNCATE ON pair_history EXECUTE FUNCTION refuse_change();
SELECT isolate('pair_history');

-- What keeps a pair paused, each hold for itself; `previous_state` is what the pair is when the last one goes. A freeze
-- by a message was the first kind of hold.
ALTER TABLE pair_freezes RENAME TO pair_holds;
ALTER TABLE pair_holds RENAME COLUMN frozen_at TO since;
ALTER TABLE pair_holds DROP CONSTRAINT pair_freezes_pkey;
ALTER TABLE pair_holds ALTER COLUMN flag_id DROP NOT NULL;
ALTER TABLE pair_holds ADD COLUMN id uuid DEFAULT gen_random_uuid() NOT NULL;
ALTER TABLE pair_holds ADD COLUMN kind text DEFAULT 'flag' NOT NULL;
ALTER TABLE pair_holds ADD COLUMN why text;
ALTER TABLE pair_holds ADD COLUMN about uuid REFERENCES accounts (id);
ALTER TABLE pair_holds ADD COLUMN by_id uuid REFERENCES accounts (id);
ALTER TABLE pair_holds ADD PRIMARY KEY (id);
ALTER TABLE pair_holds ADD CONSTRAINT pair_holds_flag_id_key UNIQUE (flag_id);
ALTER TABLE pair_holds ADD CONSTRAINT pair_holds_kind_check CHECK
    (kind in ('flag', 'consent', 'vetting', 'charter', 'training', 'welfare', 'suspended', 'decision'));
ALTER TABLE pair_holds ADD CONSTRAINT pair_holds_flag_check CHECK ((kind = 'flag') = (flag_id is not null));
ALTER TABLE pair_holds RENAME CONSTRAINT pair_freezes_pair_id_fkey TO pair_holds_pair_id_fkey;
ALTER TABLE pair_holds RENAME CONSTRAINT pair_freezes_lifted_by_fkey TO pair_holds_lifted_by_fkey;
ALTER INDEX pair_freezes_open_idx RENAME TO pair_holds_open_idx;
-- A suspension of the pair (about nobody) may stand beside that of one of its people.
CREATE UNIQUE INDEX pair_holds_open_key ON pair_holds (pair_id, kind, coalesce(about, pair_id))
    WHERE lifted_at IS NULL AND flag_id IS NULL;
