-- Changes to tables of 0009, 0010 and 0012 that came after somebody may have installed those.

-- Wrong PINs and codes cost waits that are counted as those of passwords are; none unbinds a device (docs/decisions/0181).
ALTER TABLE bound_sessions DROP COLUMN pin_tries;
ALTER TABLE guesses DROP CONSTRAINT guesses_kind_check,
    ADD CONSTRAINT guesses_kind_check CHECK (kind IN ('address', 'code', 'login', 'pin'));

-- Which birth date a birthday was worked out from: one that was wrong does not use the right one's up.
ALTER TABLE age_steps ADD COLUMN born date;
ALTER TABLE age_steps DISABLE TRIGGER USER;
UPDATE age_steps s SET born = coalesce(a.birth_date, s.at::date) FROM accounts a WHERE a.id = s.mentee_id;
ALTER TABLE age_steps ENABLE TRIGGER USER;
ALTER TABLE age_steps ALTER COLUMN born SET NOT NULL,
    DROP CONSTRAINT age_steps_pkey,
    ADD CONSTRAINT age_steps_pkey PRIMARY KEY (mentee_id, age, days_before, born);

-- One open request of a kind by each who may ask: a parent's is not in the way of the child's.
DROP INDEX data_requests_open_key;
CREATE UNIQUE INDEX data_requests_open_key ON data_requests (about_id, by_id, kind) WHERE ended_at IS NULL;
