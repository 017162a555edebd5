-- Who works here: staff, how they sign in, and who is invited. The library that signs in (better-auth) writes
-- staff_sessions, staff_accounts, staff_verifications and staff_second_factors; its columns carry our names.

CREATE TABLE staff (
  id text PRIMARY KEY,
  name text NOT NULL,
  email text NOT NULL UNIQUE, -- lower case
  email_verified boolean NOT NULL DEFAULT false,
  image text,
  roles text[] NOT NULL DEFAULT '{}',
  language text NOT NULL DEFAULT 'it' CHECK (language IN ('it', 'en')),
  second_factor boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  joined_at timestamptz, -- null: invited, and has not accepted yet
  last_seen_at timestamptz,
  ended_at timestamptz,
  CHECK (email = lower(email))
);

CREATE TABLE staff_sessions (
  id text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
  token text NOT NULL UNIQUE, -- the SHA-256 of what the cookie carries
  ip_address text, -- never filled: the library insists on the column
  user_agent text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL, -- last used, to the minute
  expires_at timestamptz NOT NULL
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);

-- How a member proves who they are; today a password (scrypt).
CREATE TABLE staff_accounts (
  id text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
  provider_id text NOT NULL,
  account_id text NOT NULL,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (provider_id, account_id)
);
CREATE INDEX staff_accounts_by_staff ON staff_accounts (staff_id);

-- Sign-ins that wait for their second factor, and devices that were trusted with it; identifiers are hashed.
CREATE TABLE staff_verifications (
  id text PRIMARY KEY,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX staff_verifications_by_identifier ON staff_verifications (identifier);
CREATE INDEX staff_verifications_by_end ON staff_verifications (expires_at);

-- Time-based codes (RFC 6238); secret and backup codes are sealed.
CREATE TABLE staff_second_factors (
  id text PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  verified boolean,
  failed_verification_count int NOT NULL DEFAULT 0,
  locked_until timestamptz
);
CREATE INDEX staff_second_factors_by_staff ON staff_second_factors (staff_id);

-- Links that make an account or give it a new password; used once.
CREATE TABLE staff_invitations (
  id text PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('first-administrator', 'invite', 'reset')),
  token_hash text NOT NULL UNIQUE,
  staff_id text REFERENCES staff ON DELETE CASCADE, -- null: the first administrator, who is not known yet
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CHECK ((purpose = 'first-administrator') = (staff_id IS NULL))
);
CREATE INDEX staff_invitations_by_staff ON staff_invitations (staff_id);

CREATE INDEX rate_limits_by_start ON rate_limits (window_start);
