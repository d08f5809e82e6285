-- Who is on call: the rota, its changes, the ladder, the fallback contact (docs/decisions/0224-0226).

-- One for each organisation that has begun to plan. `revision` moves with each change: of two who save at once, the
-- second is told. `fallback_id` is an outside contact; a plain value, since that table is not ours.
CREATE TABLE duty_plans (
    organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
    revision integer DEFAULT 0 NOT NULL,
    fallback_id uuid,
    changed_by uuid REFERENCES accounts (id),
    changed_at timestamptz NOT NULL
);
SELECT isolate('duty_plans');

-- Times are those of the clock on the wall where the organisation is; an end that is not after its beginning is on the
-- next day. `day` is 1 (Monday) to 7.
CREATE TABLE duty_hours (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    day smallint NOT NULL CONSTRAINT duty_hours_day_check CHECK (day BETWEEN 1 AND 7),
    begins time NOT NULL,
    ends time NOT NULL,
    CONSTRAINT duty_hours_pkey PRIMARY KEY (organisation_id, day, begins)
);
SELECT isolate('duty_hours');

CREATE TABLE duty_closures (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    first_day date NOT NULL,
    last_day date NOT NULL,
    why text NOT NULL CONSTRAINT duty_closures_why_check CHECK (length(why) <= 80),
    CONSTRAINT duty_closures_days_check CHECK (first_day <= last_day),
    CONSTRAINT duty_closures_pkey PRIMARY KEY (organisation_id, first_day)
);
SELECT isolate('duty_closures');

-- On these days of the week, and on the days of closures too where it says so, of every n-th week from that of its first
-- day on.
CREATE TABLE duty_shifts (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    place smallint NOT NULL,
    days smallint[] NOT NULL,
    closures boolean NOT NULL,
    begins time NOT NULL,
    ends time NOT NULL,
    every smallint NOT NULL CONSTRAINT duty_shifts_every_check CHECK (every BETWEEN 1 AND 52),
    first_day date NOT NULL,
    last_day date,
    CONSTRAINT duty_shifts_days_check CHECK (days <@ '{1,2,3,4,5,6,7}'::smallint[] AND (closures OR days <> '{}')),
    CONSTRAINT duty_shifts_valid_check CHECK (first_day <= last_day)
);
CREATE INDEX duty_shifts_organisation_id_idx ON duty_shifts (organisation_id, place);
SELECT isolate('duty_shifts');

CREATE TABLE duty_shift_people (
    shift_id uuid NOT NULL REFERENCES duty_shifts (id) ON DELETE CASCADE,
    place smallint NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    CONSTRAINT duty_shift_people_pkey PRIMARY KEY (shift_id, place),
    CONSTRAINT duty_shift_people_shift_id_account_id_key UNIQUE (shift_id, account_id)
);
CREATE INDEX duty_shift_people_account_id_idx ON duty_shift_people (account_id);
SELECT isolate_part('duty_shift_people', 'shift_id', 'duty_shifts');

CREATE TABLE duty_ladder (
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    place smallint NOT NULL,
    account_id uuid NOT NULL REFERENCES accounts (id),
    CONSTRAINT duty_ladder_pkey PRIMARY KEY (organisation_id, place),
    CONSTRAINT duty_ladder_organisation_id_account_id_key UNIQUE (organisation_id, account_id)
);
CREATE INDEX duty_ladder_account_id_idx ON duty_ladder (account_id);
SELECT isolate('duty_ladder');

-- What differs from the rota for a time: `out_id` is away, `into_id` is on call as well, or the one instead of the other.
-- Only what is accepted counts; the rest is history.
CREATE TABLE duty_changes (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    out_id uuid REFERENCES accounts (id),
    into_id uuid REFERENCES accounts (id),
    begins timestamptz NOT NULL,
    ends timestamptz NOT NULL,
    state text NOT NULL CONSTRAINT duty_changes_state_check
        CHECK (state IN ('asked', 'accepted', 'declined', 'withdrawn')),
    asked_by uuid NOT NULL REFERENCES accounts (id),
    asked_at timestamptz NOT NULL,
    accepted_at timestamptz,
    ended_by uuid REFERENCES accounts (id),
    ended_at timestamptz,
    CONSTRAINT duty_changes_who_check CHECK (num_nonnulls(out_id, into_id) > 0 AND out_id IS DISTINCT FROM into_id),
    CONSTRAINT duty_changes_span_check CHECK (begins < ends),
    CONSTRAINT duty_changes_accepted_check CHECK (state <> 'accepted' OR accepted_at IS NOT NULL),
    CONSTRAINT duty_changes_ended_check CHECK (
        (state IN ('declined', 'withdrawn')) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL)
    )
);
CREATE INDEX duty_changes_organisation_id_idx ON duty_changes (organisation_id, ends);
CREATE INDEX duty_changes_out_id_idx ON duty_changes (out_id);
CREATE INDEX duty_changes_into_id_idx ON duty_changes (into_id);
SELECT isolate('duty_changes');

-- Of which gaps all staff have been told, and on which day last.
CREATE TABLE duty_alarms (
    organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
    told_on date NOT NULL,
    gaps jsonb NOT NULL
);
SELECT isolate('duty_alarms');
