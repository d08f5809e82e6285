-- How people are reached: channels, quiet hours, web push, people outside, deliveries (docs/decisions/0221).

CREATE TABLE reach_settings (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    push boolean DEFAULT true NOT NULL,
    mail boolean DEFAULT true NOT NULL,
    sms boolean DEFAULT true NOT NULL,
    quiet_from smallint,
    quiet_to smallint,
    shown_phone text CONSTRAINT reach_settings_shown_phone_check CHECK (shown_phone ~ '^\+[0-9]{6,15}$'),
    CONSTRAINT reach_settings_quiet_check CHECK (quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439),
    CONSTRAINT reach_settings_quiet_both_check CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to)
);
SELECT isolate('reach_settings');

CREATE TABLE reach_policies (
    organisation_id uuid PRIMARY KEY REFERENCES organisations (id),
    young_push boolean DEFAULT true NOT NULL,
    young_mail boolean DEFAULT true NOT NULL,
    young_sms boolean DEFAULT true NOT NULL,
    changed_by uuid NOT NULL REFERENCES accounts (id),
    changed_at timestamptz NOT NULL
);
SELECT isolate('reach_policies');

-- Of the instance, as its secret is: seen only by what is about no organisation in particular.
CREATE TABLE push_keys (
    id uuid PRIMARY KEY,
    public bytea NOT NULL,
    sealed bytea NOT NULL,
    made_at timestamptz NOT NULL
);
SELECT isolate('push_keys', 'false');

CREATE TABLE push_subscriptions (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    session_id uuid NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    key_id uuid NOT NULL REFERENCES push_keys (id),
    endpoint text NOT NULL UNIQUE CONSTRAINT push_subscriptions_endpoint_check CHECK (length(endpoint) <= 1000),
    p256dh bytea NOT NULL,
    auth bytea NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX push_subscriptions_account_id_idx ON push_subscriptions (account_id);
CREATE INDEX push_subscriptions_session_id_idx ON push_subscriptions (session_id);
SELECT isolate('push_subscriptions');

CREATE TABLE outside_contacts (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    name text NOT NULL,
    works_for text DEFAULT '' NOT NULL,
    email text CONSTRAINT outside_contacts_email_check CHECK (length(email) <= 254),
    phone text CONSTRAINT outside_contacts_phone_check CHECK (phone ~ '^\+[0-9]{6,15}$'),
    language text DEFAULT 'fr' NOT NULL,
    made_by uuid NOT NULL REFERENCES accounts (id),
    made_at timestamptz NOT NULL,
    removed_at timestamptz,
    CONSTRAINT outside_contacts_reached_check CHECK (removed_at IS NOT NULL OR email IS NOT NULL OR phone IS NOT NULL)
);
SELECT isolate('outside_contacts');

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid REFERENCES accounts (id),
    contact_id uuid REFERENCES outside_contacts (id),
    key text NOT NULL,
    kind text NOT NULL CONSTRAINT deliveries_kind_check CHECK (kind ~ '^[a-z]+(_[a-z]+)*$'),
    urgency text NOT NULL CONSTRAINT deliveries_urgency_check CHECK (urgency IN ('critical', 'ordinary', 'prompt')),
    every_channel boolean DEFAULT false NOT NULL,
    link text,
    queued_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    wait_s integer DEFAULT 0 NOT NULL,
    turn integer DEFAULT 0 NOT NULL,
    rounds smallint DEFAULT 0 NOT NULL,
    state text DEFAULT 'waiting' NOT NULL
        CONSTRAINT deliveries_state_check CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    reason text,
    ended_at timestamptz,
    CONSTRAINT deliveries_account_id_key_key UNIQUE (account_id, key),
    CONSTRAINT deliveries_contact_id_key_key UNIQUE (contact_id, key),
    CONSTRAINT deliveries_recipient_check CHECK ((account_id IS NULL) <> (contact_id IS NULL)),
    CONSTRAINT deliveries_ended_check CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX deliveries_waiting_idx ON deliveries (urgency, due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_key_idx ON deliveries (key);
SELECT isolate('deliveries');

CREATE TABLE delivery_attempts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    channel text NOT NULL CONSTRAINT delivery_attempts_channel_check CHECK (channel IN ('mail', 'push', 'sms')),
    at timestamptz NOT NULL,
    result text DEFAULT 'sending' NOT NULL
        CONSTRAINT delivery_attempts_result_check CHECK (result IN ('sending', 'sent', 'failed', 'unknown')),
    reason text
);
CREATE INDEX delivery_attempts_delivery_id_idx ON delivery_attempts (delivery_id);
SELECT isolate_part('delivery_attempts', 'delivery_id', 'deliveries');

-- The courier of every process hears of what is to be sent as soon as it is committed.
CREATE FUNCTION notify_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('deliveries', NEW.urgency);
    RETURN NULL;
END $$;
CREATE TRIGGER deliveries_told AFTER INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION notify_deliveries();
