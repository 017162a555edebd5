-- Cases: what customers say on any channel, kept as received, and the matter that it belongs to, until the customer says that it is solved.

-- Raw mails and attachments: content-addressed, in chunks, so that nothing large is ever one value.
CREATE TABLE blobs (
  id bytea PRIMARY KEY, -- SHA-256 of the content
  size bigint NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE TABLE blob_chunks (
  blob_id bytea NOT NULL REFERENCES blobs ON DELETE CASCADE,
  number int NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (blob_id, number)
);

-- Who ---------------------------------------------------------------------------------------------------------------

ALTER TABLE parties ADD COLUMN vulnerable boolean NOT NULL DEFAULT false;
ALTER TABLE parties ADD COLUMN critical boolean NOT NULL DEFAULT false; -- a business that stops when its line does
ALTER TABLE parties ADD COLUMN made_at timestamptz; -- null: imported before this was kept
ALTER TABLE parties ADD COLUMN erased_at timestamptz;
ALTER TABLE contact_points ADD COLUMN verified_at timestamptz;
ALTER TABLE contact_points ADD COLUMN verified_how text; -- 'import', 'code', 'link', 'document'
ALTER TABLE contact_points ADD COLUMN soft_bounces smallint NOT NULL DEFAULT 0; -- mails that came back for a while, since:
ALTER TABLE contact_points ADD COLUMN soft_bounces_since timestamptz;

-- Two parties that staff found to be one. `moved` says what went over, so that it can be undone exactly.
CREATE TABLE party_merges (
  id uuid PRIMARY KEY,
  from_party_id uuid NOT NULL REFERENCES parties,
  into_party_id uuid NOT NULL REFERENCES parties,
  merged_at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  moved jsonb NOT NULL,
  undone_at timestamptz,
  CHECK (from_party_id <> into_party_id)
);
CREATE UNIQUE INDEX party_merges_standing ON party_merges (from_party_id) WHERE undone_at IS NULL;

CREATE TABLE delegations (
  id uuid PRIMARY KEY,
  party_id uuid NOT NULL REFERENCES parties, -- for whom
  delegate_id uuid NOT NULL REFERENCES parties, -- who acts
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['technical', 'orders', 'billing:view', 'billing:act']),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  evidence text NOT NULL,
  made_at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX delegations_by_party ON delegations (party_id);
CREATE INDEX delegations_by_delegate ON delegations (delegate_id);

-- Proof that whoever holds a contact point is there now. Six digits, hashed with a salt, five tries, ten minutes, once.
CREATE TABLE one_time_codes (
  id uuid PRIMARY KEY,
  contact_point_id uuid NOT NULL REFERENCES contact_points,
  purpose text NOT NULL,
  subject_id uuid, -- the case, where it is about one
  salt bytea NOT NULL,
  code_hash bytea NOT NULL,
  tries smallint NOT NULL DEFAULT 0,
  made_at timestamptz NOT NULL, -- system clock
  expires_at timestamptz NOT NULL, -- system clock
  used_at timestamptz
);
CREATE INDEX one_time_codes_by_contact_point ON one_time_codes (contact_point_id, made_at);

-- Teams -------------------------------------------------------------------------------------------------------------

CREATE TABLE teams (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('care', 'technical', 'billing', 'sales', 'partner')),
  accept_minutes int NOT NULL DEFAULT 30, -- working minutes in which a hand-over must be accepted
  made_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE UNIQUE INDEX teams_by_name ON teams (lower(name)) WHERE ended_at IS NULL;

CREATE TABLE team_members (
  team_id uuid NOT NULL REFERENCES teams,
  staff_id text NOT NULL REFERENCES staff,
  lead boolean NOT NULL DEFAULT false,
  capacity int NOT NULL DEFAULT 20, -- open cases that one person can hold
  PRIMARY KEY (team_id, staff_id)
);
CREATE INDEX team_members_by_staff ON team_members (staff_id);

CREATE TABLE staff_absences (
  id uuid PRIMARY KEY,
  staff_id text NOT NULL REFERENCES staff,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  made_at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  CHECK (ends_at > starts_at)
);
CREATE INDEX staff_absences_by_staff ON staff_absences (staff_id, ends_at);

-- Cases -------------------------------------------------------------------------------------------------------------

CREATE TABLE cases (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE, -- year, count with gaps, check digit: it is read out and keyed into phones
  party_id uuid NOT NULL REFERENCES parties,
  state text NOT NULL CHECK (state IN ('received', 'acknowledged', 'in work', 'waiting', 'fix reported', 'confirmed', 'unconfirmed', 'cancelled', 'joined')),
  waiting_for text CHECK (waiting_for IN ('customer', 'technical', 'third party')),
  topic text NOT NULL DEFAULT 'other',
  severity text NOT NULL DEFAULT 'minor' CHECK (severity IN ('critical', 'major', 'minor', 'info')),
  urgency smallint NOT NULL DEFAULT 5, -- smaller is looked at first: vulnerable, critical, severity, reminders
  language text NOT NULL CHECK (language IN ('it', 'en')),
  subject text NOT NULL, -- the customer's first words, shortened
  channel text NOT NULL, -- the one that the customer used last
  contact_point_id uuid REFERENCES contact_points, -- where the customer is answered; null: on the page only
  service_id uuid REFERENCES services,
  resource_id uuid REFERENCES resources,
  incident_id uuid REFERENCES incidents,
  team_id uuid REFERENCES teams,
  owner_id text REFERENCES staff,
  rung smallint NOT NULL DEFAULT 0,
  reminders int NOT NULL DEFAULT 0,
  reopened int NOT NULL DEFAULT 0,
  formal_at timestamptz, -- a formal complaint since
  opened_at timestamptz NOT NULL,
  acknowledged_at timestamptz,
  fix_reported_at timestamptz,
  asked_at timestamptz, -- the question that is open to the customer
  asked_what text CHECK (asked_what IN ('fix works', 'question')),
  asked_times smallint NOT NULL DEFAULT 0,
  due_at timestamptz, -- when the case moves by itself: asked again, closed as unconfirmed
  paused_at timestamptz, -- its clocks stand since
  ended_at timestamptz,
  joined_to uuid REFERENCES cases,
  last_heard_at timestamptz NOT NULL, -- from the customer
  last_said_at timestamptz, -- to the customer, by a person
  incident_news text CHECK (incident_news IN ('told', 'restored')), -- what the incident behind it has said, and this customer not yet heard
  triage jsonb NOT NULL DEFAULT '{}', -- why this topic, severity and place
  messages int NOT NULL DEFAULT 0,
  version int NOT NULL DEFAULT 1
);
CREATE SEQUENCE case_numbers START 20000; -- the counts of their numbers, a part of it: see server/cases/number.ts
CREATE INDEX cases_by_party ON cases (party_id, opened_at);
CREATE INDEX cases_open ON cases (urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_by_team ON cases (team_id, urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_by_owner ON cases (owner_id, urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_by_incident ON cases (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX cases_open_by_resource ON cases (resource_id, opened_at) WHERE ended_at IS NULL AND resource_id IS NOT NULL;
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_with_news ON cases (id) WHERE incident_news IS NOT NULL;
CREATE INDEX cases_by_end ON cases (ended_at, id) WHERE ended_at IS NOT NULL;

-- One thing that somebody said, in or out, or a note. Visible to the customer, to a partner as well as the operator, or to the operator only.
CREATE TABLE messages (
  said_at timestamptz NOT NULL,
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  number int NOT NULL, -- counts within the case
  direction text NOT NULL CHECK (direction IN ('in', 'out', 'note')),
  visibility text NOT NULL CHECK (visibility IN ('customer', 'partner', 'operator')),
  kind text NOT NULL, -- 'first', 'reminder', 'reply', 'confirmation', 'denial', 'answer', 'acknowledgement', 'state', 'question', 'fix-question', 'promise-broken', 'note', …
  channel text NOT NULL, -- 'sms', 'email', 'pec', 'web', 'api', 'letter', 'desk'
  actor jsonb NOT NULL,
  party_id uuid,
  contact_point_id uuid,
  claim boolean NOT NULL DEFAULT false, -- said by somebody who is not known to be the customer
  language text NOT NULL,
  subject text,
  body text NOT NULL,
  quoted text,
  html text, -- made harmless
  answer jsonb, -- of what goes out: reason, expected end, next step
  inbound_id uuid,
  mail_id text, -- Message-ID, RFC 5322 3.6.4
  undo_until timestamptz, -- system clock
  state text CHECK (state IN ('held', 'queued', 'sent', 'delivered', 'failed', 'withdrawn', 'in doubt')), -- of what goes out
  state_reason text,
  settled_at timestamptz,
  PRIMARY KEY (said_at, id)
) PARTITION BY RANGE (said_at);
CREATE TABLE messages_rest PARTITION OF messages DEFAULT;
CREATE INDEX messages_by_case ON messages (case_id, number);
CREATE INDEX messages_by_id ON messages (id);
CREATE INDEX messages_by_party ON messages (party_id);
CREATE INDEX messages_held ON messages (undo_until) WHERE state = 'held';

CREATE TABLE attachments (
  id uuid PRIMARY KEY,
  message_id uuid NOT NULL,
  case_id uuid NOT NULL,
  number int NOT NULL,
  name text NOT NULL,
  type text NOT NULL, -- by content
  declared_type text,
  size bigint NOT NULL,
  blob_id bytea REFERENCES blobs, -- null: not kept, see problem
  inline boolean NOT NULL DEFAULT false,
  content_id text,
  problem text,
  UNIQUE (message_id, number)
);
CREATE INDEX attachments_by_blob ON attachments (blob_id);

-- Files that staff attached to an answer which is not sent yet; forgotten after a day.
CREATE TABLE draft_files (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  staff_id text NOT NULL REFERENCES staff,
  name text NOT NULL,
  type text NOT NULL, -- by content
  declared_type text,
  size bigint NOT NULL,
  blob_id bytea NOT NULL REFERENCES blobs,
  made_at timestamptz NOT NULL -- system clock
);
CREATE INDEX draft_files_by_case ON draft_files (case_id, staff_id);
CREATE INDEX draft_files_by_age ON draft_files (made_at);
CREATE INDEX draft_files_by_blob ON draft_files (blob_id);

-- The Message-IDs by which a reply finds its case. Not partitioned: the reply knows no month.
CREATE TABLE mail_keys (
  mail_id_hash bytea PRIMARY KEY, -- SHA-256
  case_id uuid NOT NULL,
  message_id uuid NOT NULL,
  made_at timestamptz NOT NULL
);
CREATE INDEX mail_keys_by_case ON mail_keys (case_id);

-- What certified mail said about a mail of ours: each receipt counts once.
CREATE TABLE mail_receipts (
  message_id uuid NOT NULL,
  type text NOT NULL, -- 'accettazione', 'avvenuta-consegna', …
  certified_at timestamptz NOT NULL,
  proven boolean NOT NULL, -- its signature leads to a trusted certificate
  heard_at timestamptz NOT NULL,
  PRIMARY KEY (message_id, type, certified_at, proven)
);

-- A case passing to a team: open until a named person accepts it.
CREATE TABLE hand_overs (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  from_team_id uuid REFERENCES teams,
  to_team_id uuid NOT NULL REFERENCES teams,
  note text NOT NULL,
  made_at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  due_at timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_by text REFERENCES staff,
  ended_at timestamptz, -- accepted, refused, or overtaken by a later one
  ended_how text CHECK (ended_how IN ('accepted', 'refused', 'overtaken', 'case ended'))
);
CREATE UNIQUE INDEX hand_overs_open ON hand_overs (case_id) WHERE ended_at IS NULL;
CREATE INDEX hand_overs_open_by_team ON hand_overs (to_team_id, due_at) WHERE ended_at IS NULL;

-- One act on many cases of an incident. It waits a minute in which it can be taken back, then each case is done in a transaction of its own.
CREATE TABLE mass_acts (
  id uuid PRIMARY KEY,
  incident_id uuid NOT NULL REFERENCES incidents,
  staff_id text NOT NULL REFERENCES staff,
  act jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting', 'undone', 'running', 'done')),
  made_at timestamptz NOT NULL,
  undo_until timestamptz NOT NULL, -- system clock
  settled_at timestamptz -- undone, or all done
);
CREATE INDEX mass_acts_by_incident ON mass_acts (incident_id, made_at);
CREATE INDEX mass_acts_to_do ON mass_acts (undo_until) WHERE state IN ('waiting', 'running');
CREATE TABLE mass_act_cases (
  act_id uuid NOT NULL REFERENCES mass_acts ON DELETE CASCADE,
  number int NOT NULL, -- in this order
  case_id uuid NOT NULL REFERENCES cases,
  settled_at timestamptz,
  did text, -- what became of it; null: it was left, and why:
  left_code text,
  left_because text, -- of refusals that have no words of their own
  PRIMARY KEY (act_id, number)
);
CREATE INDEX mass_act_cases_to_do ON mass_act_cases (act_id, number) WHERE settled_at IS NULL;
CREATE INDEX mass_act_cases_by_case ON mass_act_cases (case_id);

-- Links to the customer's page: 128 random bits, stored hashed, one case.
CREATE TABLE case_links (
  token_hash text PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  party_id uuid NOT NULL REFERENCES parties, -- whoever was given it: the customer or a delegate
  contact_point_id uuid REFERENCES contact_points, -- where it was sent
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX case_links_by_case ON case_links (case_id);

-- A sure match joins; where it isn't sure the agent is asked, with the reasons.
CREATE TABLE join_proposals (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases, -- the newer one
  into_case_id uuid NOT NULL REFERENCES cases,
  reasons jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  decided_at timestamptz,
  decided_by jsonb,
  decision text CHECK (decision IN ('joined', 'apart')),
  UNIQUE (case_id, into_case_id)
);
CREATE INDEX join_proposals_open ON join_proposals (case_id) WHERE decided_at IS NULL;

-- Word stems by which a first look finds language, topic and severity; the operator edits them.
CREATE TABLE lexicon (
  id uuid PRIMARY KEY,
  language text NOT NULL CHECK (language IN ('it', 'en')),
  stem text NOT NULL,
  topic text NOT NULL,
  severity text CHECK (severity IN ('critical', 'major', 'minor', 'info')),
  weight smallint NOT NULL DEFAULT 1,
  UNIQUE (language, stem, topic)
);

-- Promises about cases: their clocks stand while a question to the customer is open, never for a legal deadline.
ALTER TABLE promises ADD COLUMN paused_at timestamptz;
DROP INDEX promises_due;
CREATE INDEX promises_due ON promises (due_at) WHERE state = 'open' AND paused_at IS NULL;
DROP INDEX promises_to_warn;
CREATE INDEX promises_to_warn ON promises (warn_at) WHERE state = 'open' AND warned_at IS NULL AND paused_at IS NULL;
CREATE INDEX promises_by_owner ON promises (owner_id, due_at) WHERE state = 'open';

-- What came in -------------------------------------------------------------------------------------------------------

CREATE TABLE mailboxes (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('email', 'pec', 'letter')),
  address text NOT NULL, -- what customers write to, and replies come from
  config jsonb NOT NULL, -- host, port, user, folder; the password is sealed
  route_id uuid REFERENCES routes, -- the way out for replies
  team_id uuid REFERENCES teams, -- whose cases these are
  enabled boolean NOT NULL,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  connected_since timestamptz, -- first connection: older mail is read, not acknowledged
  uid_validity text,
  last_uid bigint NOT NULL DEFAULT 0,
  holder uuid, -- the process that reads it
  lease_until timestamptz, -- system clock
  state text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'up', 'down')),
  state_since timestamptz,
  state_reason text
);

ALTER TABLE inbound_messages ALTER COLUMN raw DROP NOT NULL;
ALTER TABLE inbound_messages ADD COLUMN raw_blob bytea REFERENCES blobs; -- of what is too long for a value
ALTER TABLE inbound_messages ADD COLUMN mailbox_id uuid REFERENCES mailboxes;
ALTER TABLE inbound_messages ADD COLUMN quiet boolean NOT NULL DEFAULT false; -- older than the connection: never acknowledged
ALTER TABLE inbound_messages ADD COLUMN case_id uuid;
ALTER TABLE inbound_messages ADD COLUMN facts jsonb NOT NULL DEFAULT '{}'; -- what the channel knows beside the words; no words in it
ALTER TABLE inbound_messages ADD COLUMN trouble text; -- why it could not be read
ALTER TABLE inbound_messages ADD COLUMN mail_id_hash bytea; -- SHA-256 of its Message-ID: the same mail through two mailboxes is one
-- What may want an answer before years of old mail.
DROP INDEX inbound_messages_waiting;
CREATE INDEX inbound_messages_waiting ON inbound_messages (quiet, received_at, id) WHERE worked_at IS NULL;
CREATE INDEX inbound_messages_decided ON inbound_messages (decision, received_at) WHERE case_id IS NULL;
CREATE INDEX inbound_messages_by_mail_id ON inbound_messages (mail_id_hash) WHERE mail_id_hash IS NOT NULL;
CREATE INDEX inbound_messages_by_case ON inbound_messages (case_id) WHERE case_id IS NOT NULL;

-- Senders from whom staff wants nothing: an address, or a domain that begins with @.
CREATE TABLE blocked_senders (
  address text PRIMARY KEY,
  made_at timestamptz NOT NULL,
  actor jsonb NOT NULL
);

-- Automatic answers to one address, so that two machines can't go on for ever (RFC 3834).
CREATE TABLE automatic_answers (
  address_hash bytea NOT NULL,
  at timestamptz NOT NULL,
  message_id uuid NOT NULL,
  PRIMARY KEY (address_hash, at, message_id)
);

-- What goes out to one person about a case: mail headers, and the message that it carries.
ALTER TABLE outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('notice', 'staff', 'test', 'code', 'message'));
ALTER TABLE routes DROP CONSTRAINT routes_kind_check;
ALTER TABLE routes ADD CONSTRAINT routes_kind_check CHECK (kind IN ('smpp', 'smtp', 'pec'));
ALTER TABLE outgoing_texts ADD COLUMN mail jsonb; -- Message-ID, In-Reply-To, References, From, Auto-Submitted
