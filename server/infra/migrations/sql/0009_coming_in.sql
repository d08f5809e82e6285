-- ENTRY: news to people, invitations, codes, reset links -------------------------------------------------------

-- What a person was told about their own account or pair. The sentence is the client's, by kind.
CREATE TABLE account_notices (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT account_notices_kind_check CHECK (kind ~ '^[a-z]+(_[a-z]+)*$'),
    facts jsonb NOT NULL,
    at timestamptz NOT NULL,
    seen_at timestamptz
);
CREATE INDEX account_notices_account_id_idx ON account_notices (account_id, at);
SELECT isolate('account_notices');

CREATE FUNCTION notify_account_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('account_notices', NEW.account_id || ':' || NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER account_notices_told AFTER INSERT ON account_notices
    FOR EACH ROW EXECUTE FUNCTION notify_account_notice();

-- How staff reach a person; nobody else sees it. `version` counts the corrections, so that none undoes another unseen.
ALTER TABLE accounts
    ADD COLUMN email text CONSTRAINT accounts_email_check CHECK (length(email) <= 254),
    ADD COLUMN phone text CONSTRAINT accounts_phone_check CHECK (phone ~ '^\+[0-9]{6,15}$'),
    ADD COLUMN version integer NOT NULL DEFAULT 1;

-- What sign-in and reset look for, in whatever case it was written. Columns, since row-level security hands a condition
-- to an index only if it is leak-proof: the equality of texts is, `lower` is not.
DROP INDEX accounts_login_key;
ALTER TABLE accounts
    ADD COLUMN login_key text NOT NULL GENERATED ALWAYS AS (lower(login)) STORED,
    ADD COLUMN email_key text GENERATED ALWAYS AS (lower(email)) STORED,
    ADD CONSTRAINT accounts_login_key_key UNIQUE (login_key);
CREATE INDEX accounts_email_key_idx ON accounts (email_key) WHERE email_key IS NOT NULL;

-- What a principal carries reaches every process when it is corrected.
DROP TRIGGER accounts_rights ON accounts;
CREATE TRIGGER accounts_rights AFTER UPDATE ON accounts FOR EACH ROW
    WHEN ((OLD.disabled_at, OLD.role, OLD.name, OLD.language, OLD.birth_date)
        IS DISTINCT FROM (NEW.disabled_at, NEW.role, NEW.name, NEW.language, NEW.birth_date))
    EXECUTE FUNCTION notify_rights('account');
-- A session that goes on for longer has not ended.
DROP TRIGGER auth_sessions_expiry ON auth_sessions;
CREATE TRIGGER auth_sessions_expiry AFTER UPDATE ON auth_sessions FOR EACH ROW
    WHEN (OLD.expires_at > NEW.expires_at) EXECUTE FUNCTION notify_rights('session');

-- A way in, to be used once: to choose a password (`password`, `reset`) or to bind a device (`device`). Only hashes are
-- kept: of the link that staff were shown, of the one that was sent, of the code to type. The newest of a person counts.
CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose text NOT NULL CONSTRAINT invitations_purpose_check CHECK (purpose IN ('device', 'password', 'reset')),
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT invitations_created_by_fkey REFERENCES accounts (id) ON DELETE SET NULL,
    expires_at timestamptz NOT NULL,
    shown_hash bytea CONSTRAINT invitations_shown_hash_key UNIQUE,
    sent_hash bytea CONSTRAINT invitations_sent_hash_key UNIQUE,
    code_hash bytea CONSTRAINT invitations_code_hash_key UNIQUE,
    used_at timestamptz,
    revoked_at timestamptz,
    way text CONSTRAINT invitations_way_check CHECK (way IN ('mail', 'sms')),
    delivery text CONSTRAINT invitations_delivery_check CHECK (delivery IN ('queued', 'sent', 'failed')),
    failure text
);
CREATE INDEX invitations_account_id_idx ON invitations (account_id, created_at);
SELECT isolate('invitations');

-- A session that a code or a link opened without a password, and the PIN that its device asks for, if any.
CREATE TABLE bound_sessions (
    session_id uuid PRIMARY KEY REFERENCES auth_sessions (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    pin_hash text,
    pin_tries integer NOT NULL DEFAULT 0
);
SELECT isolate('bound_sessions');

-- FACTORS: second factors, devices, what guessing costs ----------------------------------------------------------

-- A device that a person signed in from, known by a random cookie, whose hash is another for each person.
CREATE TABLE auth_devices (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL CONSTRAINT auth_devices_token_hash_key UNIQUE,
    first_at timestamptz NOT NULL,
    last_on date NOT NULL
);
CREATE INDEX auth_devices_account_id_idx ON auth_devices (account_id);
SELECT isolate('auth_devices');

-- What a session has proved: `asked` and `set_up` wait for a second factor, and open nothing.
ALTER TABLE auth_sessions
    ADD COLUMN state text NOT NULL DEFAULT 'one_factor'
        CONSTRAINT auth_sessions_state_check CHECK (state IN ('asked', 'set_up', 'one_factor', 'two_factors')),
    ADD COLUMN device_id uuid
        CONSTRAINT auth_sessions_device_id_fkey REFERENCES auth_devices (id) ON DELETE SET NULL,
    ADD COLUMN system text,
    ADD COLUMN browser text,
    ADD COLUMN used_on date;

-- RFC 6238. The secret is sealed by the keyring; no code of `last_step` or before is taken again.
CREATE TABLE totp_secrets (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    sealed bytea NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamptz NOT NULL
);
SELECT isolate('totp_secrets');

-- The first letters of a code find it, the rest is hashed like a password.
CREATE TABLE recovery_codes (
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    selector text NOT NULL,
    code_hash text NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (account_id, selector)
);
SELECT isolate('recovery_codes');

CREATE TABLE passkeys (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    credential_id bytea NOT NULL CONSTRAINT passkeys_credential_id_key UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    rp_id text NOT NULL,
    created_at timestamptz NOT NULL,
    used_on date NOT NULL
);
CREATE INDEX passkeys_account_id_idx ON passkeys (account_id);
SELECT isolate('passkeys');

-- A challenge is signed by the server rather than kept; once answered it is kept here until it has run out anyway.
CREATE TABLE spent_challenges (
    challenge bytea PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    expires_at timestamptz NOT NULL
);
CREATE INDEX spent_challenges_expires_at_idx ON spent_challenges (expires_at);
SELECT isolate('spent_challenges');

-- What guessing costs, for names that exist and names that do not: so it is about no organisation. `key` is the hash of a
-- sign-in name, or an account (and a device of it); `refused` counts what came too early, and staff see it.
CREATE TABLE guesses (
    kind text NOT NULL CONSTRAINT guesses_kind_check CHECK (kind IN ('login', 'code')),
    key bytea NOT NULL,
    free_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    refused_since timestamptz,
    refused_at timestamptz,
    told_at timestamptz,
    PRIMARY KEY (kind, key)
);
CREATE INDEX guesses_refused_at_idx ON guesses (refused_at) WHERE refused > 0;
SELECT isolate('guesses', 'false');
