-- The foundation: events, settings, customers, network, promises, notices, outbox.
-- Instants are timestamptz (UTC). Business instants come from the injected business clock, never from now().

-- A UUIDv7 (RFC 9562, 5.7) for rows made by INSERT … SELECT; PostgreSQL has uuidv7() only from 18 on.
CREATE FUNCTION uuid_at(instant timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(
    set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM instant) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
    'hex')::uuid
$$;

-- One row; the epoch changes when a backup is restored, so that readers of the feed start anew.
CREATE TABLE installation (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch uuid NOT NULL DEFAULT gen_random_uuid(),
  key_check text
);
INSERT INTO installation DEFAULT VALUES;

CREATE TABLE settings (
  key text PRIMARY KEY,
  value jsonb NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by jsonb NOT NULL
);

CREATE TABLE rate_limits (
  key text NOT NULL,
  window_start timestamptz NOT NULL,
  uses int NOT NULL,
  PRIMARY KEY (key, window_start)
);

-- What happened. Append-only. Ids and facts, never personal text. Read in commit order by (transaction, number).
CREATE SEQUENCE events_number;
CREATE TABLE events (
  at timestamptz NOT NULL,
  number bigint NOT NULL DEFAULT nextval('events_number'),
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  recorded_at timestamptz NOT NULL,
  kind text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  actor jsonb NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (at, number)
) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_by_position ON events (transaction, number);
CREATE INDEX events_by_subject ON events (subject_kind, subject_id, number);

-- Numbers that are read out: each kind counts for itself and skips at random, so that they can't be counted up.
CREATE TABLE reference_counters (
  kind text NOT NULL,
  year int NOT NULL,
  last int NOT NULL,
  PRIMARY KEY (kind, year)
);

-- Customers ---------------------------------------------------------------------------------------------------------

CREATE TABLE parties (
  id uuid PRIMARY KEY,
  external_id text UNIQUE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('consumer', 'business')),
  tax_code text,
  language text NOT NULL CHECK (language IN ('it', 'en')),
  ended_at timestamptz
);

CREATE TABLE contact_points (
  id uuid PRIMARY KEY,
  party_id uuid NOT NULL REFERENCES parties,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'pec')),
  address text NOT NULL, -- E.164 with +, or a mail address in lower case
  verification text NOT NULL CHECK (verification IN ('claimed', 'verified')),
  consent text NOT NULL DEFAULT 'none' CHECK (consent IN ('none', 'granted', 'refused')),
  unreachable_since timestamptz,
  unreachable_reason text,
  ended_at timestamptz,
  UNIQUE (party_id, channel, address)
);
CREATE INDEX contact_points_by_address ON contact_points (channel, address);

-- Every yes and no ever given, with its time, source and the text that was shown.
CREATE TABLE consents (
  id uuid PRIMARY KEY,
  contact_point_id uuid NOT NULL REFERENCES contact_points,
  decision text NOT NULL CHECK (decision IN ('granted', 'refused')),
  given_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text NOT NULL,
  text_shown text NOT NULL,
  actor jsonb NOT NULL
);
CREATE INDEX consents_by_contact_point ON consents (contact_point_id, given_at);

-- STOP from an address that nobody had: stands for whoever has it later, until a START.
CREATE TABLE address_refusals (
  id uuid PRIMARY KEY,
  channel text NOT NULL,
  address text NOT NULL,
  refused_at timestamptz NOT NULL,
  source text NOT NULL,
  text text NOT NULL, -- the words, as they came
  lifted_at timestamptz
);
CREATE UNIQUE INDEX address_refusals_standing ON address_refusals (channel, address) WHERE lifted_at IS NULL;

CREATE TABLE services (
  id uuid PRIMARY KEY,
  external_id text NOT NULL UNIQUE,
  party_id uuid NOT NULL REFERENCES parties,
  product text NOT NULL,
  address text,
  resource_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('pending', 'active', 'suspended', 'ended')),
  activated_on date,
  ultrabroadband boolean NOT NULL DEFAULT false,
  monthly_fee_cents bigint
);
CREATE INDEX services_by_resource ON services (resource_id, id) WHERE state <> 'ended';
CREATE INDEX services_by_party ON services (party_id);

-- An import is staged row by row, checked as a whole, then applied in chunks; a killed one goes on where it was.
CREATE TABLE imports (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('resources', 'customers', 'services')),
  file_name text NOT NULL,
  dry_run boolean NOT NULL,
  complete boolean NOT NULL DEFAULT false,
  force boolean NOT NULL DEFAULT false,
  state text NOT NULL CHECK (state IN ('staging', 'checking', 'applying', 'done', 'refused', 'failed')),
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  actor jsonb NOT NULL,
  rows int NOT NULL DEFAULT 0,
  applied int NOT NULL DEFAULT 0,
  added int NOT NULL DEFAULT 0,
  changed int NOT NULL DEFAULT 0,
  unchanged int NOT NULL DEFAULT 0,
  ended int NOT NULL DEFAULT 0,
  problems jsonb NOT NULL DEFAULT '[]', -- the first ones: line, column, wrong, right
  problem_count int NOT NULL DEFAULT 0,
  notes jsonb NOT NULL DEFAULT '[]',
  progress jsonb NOT NULL DEFAULT '{}', -- the step of applying, and the last row that it did
  worker uuid, -- the process that runs it
  lease_until timestamptz -- system clock
);

CREATE TABLE import_rows (
  import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
  line int NOT NULL,
  external_id text NOT NULL,
  row jsonb NOT NULL,
  PRIMARY KEY (import_id, line)
);
CREATE INDEX import_rows_by_external_id ON import_rows (import_id, external_id, line);

-- Network -----------------------------------------------------------------------------------------------------------

CREATE TABLE resources (
  id uuid PRIMARY KEY,
  external_id text NOT NULL UNIQUE,
  kind text NOT NULL,
  name text NOT NULL,
  lat double precision,
  lon double precision,
  battery_minutes int,
  area_code text, -- ISTAT code of the municipality nearest to the position
  ended_at timestamptz
);

CREATE TABLE resource_links (
  resource_id uuid NOT NULL REFERENCES resources,
  upstream_id uuid NOT NULL REFERENCES resources,
  PRIMARY KEY (resource_id, upstream_id),
  CHECK (resource_id <> upstream_id)
);
CREATE INDEX resource_links_by_upstream ON resource_links (upstream_id);

CREATE TABLE alarm_sources (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('alertmanager', 'alarms')),
  token_hash text NOT NULL UNIQUE,
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  last_heard_at timestamptz
);

-- What a source said, as received; worked off afterwards, in order.
CREATE TABLE alarm_deliveries (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES alarm_sources,
  received_at timestamptz NOT NULL,
  body bytea NOT NULL,
  digest bytea NOT NULL GENERATED ALWAYS AS (sha256(body)) STORED, -- the same body again is found by it
  worked int NOT NULL DEFAULT 0, -- how many of its alarms are worked off: a long delivery is in slices
  repeated boolean NOT NULL DEFAULT false, -- the same body as another one shortly before
  worked_at timestamptz,
  trouble text
);
CREATE INDEX alarm_deliveries_waiting ON alarm_deliveries (number) WHERE worked_at IS NULL;
CREATE INDEX alarm_deliveries_same ON alarm_deliveries (source_id, digest, number);
CREATE INDEX alarm_deliveries_trouble ON alarm_deliveries (number) WHERE trouble IS NOT NULL;

CREATE TABLE alarms (
  id uuid PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES alarm_sources,
  fingerprint text NOT NULL,
  started_at timestamptz NOT NULL,
  cleared_at timestamptz,
  firing_at timestamptz, -- by the source's clock: what its latest word "firing" was dated; null: only its end was ever heard
  severity text NOT NULL CHECK (severity IN ('critical', 'major', 'minor', 'info')),
  labels jsonb NOT NULL,
  summary text NOT NULL,
  resource_id uuid REFERENCES resources,
  ignored boolean NOT NULL DEFAULT false,
  received_at timestamptz NOT NULL,
  UNIQUE (source_id, fingerprint, started_at)
);
CREATE INDEX alarms_standing ON alarms (resource_id) WHERE cleared_at IS NULL;
CREATE UNIQUE INDEX alarms_standing_once ON alarms (source_id, fingerprint) WHERE cleared_at IS NULL;
CREATE INDEX alarms_unmapped ON alarms (received_at) WHERE resource_id IS NULL AND NOT ignored;

-- How labels name a resource. Asked in order of position; the first that matches decides.
CREATE TABLE alarm_rules (
  id uuid PRIMARY KEY,
  position int NOT NULL,
  source_id uuid REFERENCES alarm_sources, -- null: every source
  label text NOT NULL,
  pattern text, -- null: any value; else what the value must be, with * for any run of characters
  act text NOT NULL CHECK (act IN ('resource-by-id', 'resource', 'ignore')),
  resource_id uuid REFERENCES resources, -- for act 'resource'
  severity text CHECK (severity IN ('critical', 'major', 'minor', 'info')),
  made_at timestamptz NOT NULL,
  CHECK ((act = 'resource') = (resource_id IS NOT NULL))
);

CREATE TABLE incidents (
  id uuid PRIMARY KEY,
  reference text NOT NULL UNIQUE,
  state text NOT NULL CHECK (state IN ('suspected', 'confirmed', 'restoring', 'restored', 'closed', 'dismissed')),
  resource_id uuid NOT NULL REFERENCES resources, -- the topmost cause
  severity text NOT NULL CHECK (severity IN ('critical', 'major', 'minor', 'info')),
  cause text NOT NULL,
  cause_words jsonb NOT NULL DEFAULT '{}', -- what staff adds to the cause, by language
  began_at timestamptz NOT NULL,
  due_at timestamptz, -- when damping ends: suspected -> confirmed, restoring -> restored, restored -> closed
  confirmed_at timestamptz,
  restored_at timestamptz,
  ended_at timestamptz, -- closed or dismissed
  expected_end timestamptz,
  services_down int NOT NULL DEFAULT 0,
  services_degraded int NOT NULL DEFAULT 0,
  parties_down int NOT NULL DEFAULT 0,
  rung int NOT NULL DEFAULT 0,
  owner_id text, -- staff
  version int NOT NULL DEFAULT 1
);
CREATE INDEX incidents_open ON incidents (state) WHERE ended_at IS NULL;
CREATE INDEX incidents_due ON incidents (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE incident_alarms (
  incident_id uuid NOT NULL REFERENCES incidents,
  alarm_id uuid NOT NULL REFERENCES alarms,
  PRIMARY KEY (incident_id, alarm_id)
);
CREATE INDEX incident_alarms_by_alarm ON incident_alarms (alarm_id);

CREATE TABLE incident_resources (
  incident_id uuid NOT NULL REFERENCES incidents,
  resource_id uuid NOT NULL REFERENCES resources,
  effect text NOT NULL CHECK (effect IN ('down', 'degraded')),
  PRIMARY KEY (incident_id, resource_id)
);

-- Who is concerned by a subject (an incident today): set-based, one row a line.
CREATE TABLE affected_services (
  subject_id uuid NOT NULL,
  service_id uuid NOT NULL,
  party_id uuid NOT NULL,
  effect text NOT NULL CHECK (effect IN ('down', 'degraded')),
  since timestamptz NOT NULL,
  left_at timestamptz,
  PRIMARY KEY (subject_id, service_id)
);
CREATE INDEX affected_services_by_party ON affected_services (subject_id, party_id);

-- Promises ----------------------------------------------------------------------------------------------------------

CREATE TABLE promises (
  id uuid PRIMARY KEY,
  kind text NOT NULL, -- 'expected-end', 'next-word', 'telling-decision', 'staff-time', …
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  promisee_kind text NOT NULL CHECK (promisee_kind IN ('party', 'affected', 'staff')),
  promisee_id text, -- of a party; null where the promisee is everybody affected, or the house
  ladder text NOT NULL,
  owner_id text, -- staff
  made_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  warn_at timestamptz NOT NULL, -- three quarters of its time
  warned_at timestamptz,
  state text NOT NULL CHECK (state IN ('open', 'kept', 'broken', 'superseded', 'withdrawn')),
  settled_at timestamptz,
  settled_because text,
  superseded_by uuid,
  renewal int NOT NULL DEFAULT 0, -- how often in a row the machine renewed it by itself
  said_in uuid, -- the announcement or message that said it
  data jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX promises_due ON promises (due_at) WHERE state = 'open';
CREATE INDEX promises_to_warn ON promises (warn_at) WHERE state = 'open' AND warned_at IS NULL;
CREATE INDEX promises_by_subject ON promises (subject_kind, subject_id, made_at);
CREATE UNIQUE INDEX promises_open_once ON promises (subject_id, kind, coalesce(promisee_id, '')) WHERE state = 'open';

-- Notices and outbox ------------------------------------------------------------------------------------------------

-- What is said about a subject to everybody concerned, once: the deed of which the fan-out makes the notices.
CREATE TABLE announcements (
  id uuid PRIMARY KEY,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  number int NOT NULL,
  kind text NOT NULL, -- 'outage', 'expected-end-moved', 'expected-end-passed', 'restored', 'called-off'
  answer jsonb NOT NULL,
  audience text NOT NULL CHECK (audience IN ('concerned', 'heard', 'unheard')),
  state text NOT NULL CHECK (state IN ('observed', 'waiting', 'undoable', 'telling', 'told', 'undone', 'refused', 'superseded')),
  state_reason text, -- why it waits: 'people', 'cost', 'paused'
  made_at timestamptz NOT NULL,
  actor jsonb NOT NULL,
  release_at timestamptz, -- system clock: the end of the undo window
  released_by_person boolean NOT NULL DEFAULT false,
  audience_count int NOT NULL DEFAULT 0,
  cost_cents int NOT NULL DEFAULT 0,
  valid_until timestamptz NOT NULL,
  expanded_to uuid, -- the fan-out went up to this party
  told_at timestamptz,
  UNIQUE (subject_id, number)
);
CREATE INDEX announcements_to_do ON announcements (state) WHERE state IN ('waiting', 'undoable', 'telling');

CREATE TABLE outgoing_texts (
  id uuid PRIMARY KEY,
  announcement_id uuid REFERENCES announcements,
  channel text NOT NULL CHECK (channel IN ('sms', 'email', 'pec')),
  language text NOT NULL,
  subject text,
  body text NOT NULL,
  html text,
  parts int NOT NULL DEFAULT 1
);
CREATE INDEX outgoing_texts_by_announcement ON outgoing_texts (announcement_id);

CREATE TABLE notices (
  made_at timestamptz NOT NULL,
  id uuid NOT NULL,
  announcement_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  party_id uuid NOT NULL,
  contact_point_id uuid NOT NULL,
  channel text NOT NULL,
  language text NOT NULL,
  text_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'queued', 'sent', 'delivered', 'failed', 'withdrawn', 'in doubt')),
  reason text,
  held_until timestamptz,
  valid_until timestamptz NOT NULL,
  sent_at timestamptz,
  settled_at timestamptz,
  PRIMARY KEY (made_at, id)
) PARTITION BY RANGE (made_at);
CREATE TABLE notices_rest PARTITION OF notices DEFAULT;
CREATE INDEX notices_by_id ON notices (id);
CREATE INDEX notices_by_announcement ON notices (announcement_id, state);
CREATE INDEX notices_by_subject ON notices (subject_id, party_id);
CREATE INDEX notices_by_party ON notices (party_id);
CREATE INDEX notices_held ON notices (held_until) WHERE state = 'held';

-- Once: an announcement reaches a party at most once on each channel. Not partitioned, so that it holds.
CREATE TABLE notice_keys (
  announcement_id uuid NOT NULL,
  party_id uuid NOT NULL,
  channel text NOT NULL,
  notice_id uuid NOT NULL,
  notice_made_at timestamptz NOT NULL,
  PRIMARY KEY (announcement_id, party_id, channel)
);

CREATE TABLE routes (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('smpp', 'smtp')),
  config jsonb NOT NULL, -- secrets in it are sealed
  enabled boolean NOT NULL,
  cost_millicents int NOT NULL DEFAULT 0, -- for one part; thousandths of a cent
  made_at timestamptz NOT NULL,
  ended_at timestamptz,
  state text NOT NULL DEFAULT 'unknown' CHECK (state IN ('unknown', 'up', 'down')),
  state_since timestamptz,
  state_reason text
);

-- What must leave. A row goes when its fate is known; the notice keeps the history.
CREATE TABLE outbox (
  id uuid PRIMARY KEY,
  bucket smallint NOT NULL DEFAULT 0,
  kind text NOT NULL CHECK (kind IN ('notice', 'staff', 'test')),
  channel text NOT NULL,
  address text NOT NULL,
  text_id uuid NOT NULL REFERENCES outgoing_texts,
  notice_made_at timestamptz, -- of kind 'notice': finds the partition
  unsubscribe text, -- the link token that ends these mails
  priority smallint NOT NULL DEFAULT 5, -- smaller goes first
  made_at timestamptz NOT NULL,
  not_before timestamptz NOT NULL,
  valid_until timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'claimed', 'in doubt')),
  attempts smallint NOT NULL DEFAULT 0,
  route_id uuid,
  worker uuid,
  lease_until timestamptz, -- system clock
  in_doubt_since timestamptz,
  last_trouble text
);
CREATE INDEX outbox_to_send ON outbox (channel, priority, not_before, id) WHERE state = 'queued';
-- While telling is paused, only these may leave: found without walking through what waits.
CREATE INDEX outbox_to_send_paused ON outbox (channel, priority, not_before, id) WHERE state = 'queued' AND kind <> 'notice';
CREATE INDEX outbox_claimed ON outbox (worker, lease_until) WHERE state = 'claimed';
CREATE INDEX outbox_in_doubt ON outbox (in_doubt_since) WHERE state = 'in doubt';

-- Which message a delivery receipt belongs to: one row for each part. Not partitioned: the receipt knows no month.
CREATE TABLE receipt_keys (
  route_id uuid NOT NULL,
  route_message_id text NOT NULL,
  outbox_id uuid NOT NULL,
  kind text NOT NULL,
  notice_made_at timestamptz,
  parts smallint NOT NULL DEFAULT 1, -- of the message
  state text CHECK (state IN ('delivered', 'failed')),
  sent_at timestamptz NOT NULL,
  PRIMARY KEY (route_id, route_message_id)
);
CREATE INDEX receipt_keys_of_parts ON receipt_keys (outbox_id) WHERE parts > 1;
CREATE INDEX receipt_keys_by_age ON receipt_keys USING brin (sent_at);

-- Receipts that came before their key was stored, or whose message has none since its answer was lost.
CREATE TABLE early_receipts (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  route_id uuid NOT NULL,
  route_message_ids text[] NOT NULL, -- best first
  address text,
  state text NOT NULL CHECK (state IN ('delivered', 'failed')),
  reason text,
  received_at timestamptz NOT NULL -- system clock
);

-- What came in, as received, before anybody interprets it.
CREATE TABLE inbound_messages (
  id uuid PRIMARY KEY,
  channel text NOT NULL,
  route_id uuid,
  received_at timestamptz NOT NULL,
  content_hash text NOT NULL, -- of the content and of the sender's message before it: the same words later are said anew
  raw bytea NOT NULL,
  sender text NOT NULL,
  text text NOT NULL,
  decision text, -- what became of it: 'stop', 'start', 'loop', 'waits for a person'
  worked_at timestamptz,
  UNIQUE (channel, content_hash)
);
CREATE INDEX inbound_messages_by_sender ON inbound_messages (channel, sender, received_at);
CREATE INDEX inbound_messages_waiting ON inbound_messages (received_at) WHERE worked_at IS NULL;

-- Parts of a long message that wait for the others.
CREATE TABLE inbound_parts (
  route_id uuid NOT NULL,
  sender text NOT NULL,
  reference int NOT NULL,
  total smallint NOT NULL,
  number smallint NOT NULL,
  text text NOT NULL,
  raw bytea NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (route_id, sender, reference, total, number)
);

-- What the public may see; nothing else is known to the public pages.
CREATE TABLE published_incidents (
  incident_id uuid PRIMARY KEY,
  published jsonb NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  changed_at timestamptz NOT NULL
);
