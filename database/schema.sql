-- Today’s whole schema, for reading. Written by `npm run schema` from the migrated database; a test compares them.

CREATE OR REPLACE FUNCTION message_words(language text, subject text, body text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT to_tsvector(
    CASE language WHEN 'en' THEN 'pg_catalog.english'::regconfig ELSE 'pg_catalog.italian'::regconfig END,
    lower(translate(left(coalesce(subject, '') || ' ' || body, 20000), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy   ')))
$function$;

CREATE OR REPLACE FUNCTION name_words(name text)
 RETURNS tsvector
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT to_tsvector('pg_catalog.simple'::regconfig, lower(
    translate(left(name, 200), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ.,;:-_/&+()@''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy            ')
    || ' ' || translate(left(name, 200), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ.,;:-_/&+()@''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy               ')))
$function$;

CREATE OR REPLACE FUNCTION uuid_at(instant timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
AS $function$
  SELECT encode(
    set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM instant) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
    'hex')::uuid
$function$;

CREATE TABLE schema_migrations (
  number integer NOT NULL,
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamp with time zone NOT NULL,
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (number)
);

CREATE TABLE installation (
  one boolean DEFAULT true NOT NULL,
  epoch uuid DEFAULT gen_random_uuid() NOT NULL,
  key_check text,
  CONSTRAINT installation_pkey PRIMARY KEY (one),
  CONSTRAINT installation_one_check CHECK (one)
);

CREATE TABLE settings (
  key text NOT NULL,
  value jsonb NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  changed_by jsonb NOT NULL,
  CONSTRAINT settings_pkey PRIMARY KEY (key)
);

CREATE TABLE rate_limits (
  key text NOT NULL,
  window_start timestamp with time zone NOT NULL,
  uses integer NOT NULL,
  CONSTRAINT rate_limits_pkey PRIMARY KEY (key, window_start)
);
CREATE INDEX rate_limits_by_start ON rate_limits (window_start);

CREATE SEQUENCE events_number;

CREATE TABLE events (
  at timestamp with time zone NOT NULL,
  number bigint DEFAULT nextval('events_number'::regclass) NOT NULL,
  transaction xid8 DEFAULT pg_current_xact_id() NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  subject_kind text NOT NULL,
  subject_id text NOT NULL,
  actor jsonb NOT NULL,
  data jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT events_pkey PRIMARY KEY (at, number)
) PARTITION BY RANGE (at);
CREATE INDEX events_by_position ON events (transaction, number);
CREATE INDEX events_by_subject ON events (subject_kind, subject_id, number);

CREATE TABLE events_rest PARTITION OF events DEFAULT;

CREATE TABLE reference_counters (
  kind text NOT NULL,
  year integer NOT NULL,
  last integer NOT NULL,
  CONSTRAINT reference_counters_pkey PRIMARY KEY (kind, year)
);

CREATE TABLE parties (
  id uuid NOT NULL,
  external_id text,
  name text NOT NULL,
  kind text NOT NULL,
  tax_code text,
  language text NOT NULL,
  ended_at timestamp with time zone,
  vulnerable boolean DEFAULT false NOT NULL,
  critical boolean DEFAULT false NOT NULL,
  made_at timestamp with time zone,
  erased_at timestamp with time zone,
  CONSTRAINT parties_pkey PRIMARY KEY (id),
  CONSTRAINT parties_external_id_key UNIQUE (external_id),
  CONSTRAINT parties_kind_check CHECK (kind = ANY (ARRAY['consumer'::text, 'business'::text])),
  CONSTRAINT parties_language_check CHECK (language = ANY (ARRAY['it'::text, 'en'::text]))
);
CREATE INDEX parties_by_tax_code ON parties (tax_code) WHERE tax_code IS NOT NULL;
CREATE INDEX parties_by_words ON parties USING gin (name_words(name)) WITH (gin_pending_list_limit='256');
CREATE INDEX parties_half_erased ON parties (erased_at) WHERE erased_at IS NOT NULL AND name <> '[…]'::text;

CREATE TABLE contact_points (
  id uuid NOT NULL,
  party_id uuid NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  verification text NOT NULL,
  consent text DEFAULT 'none'::text NOT NULL,
  unreachable_since timestamp with time zone,
  unreachable_reason text,
  ended_at timestamp with time zone,
  verified_at timestamp with time zone,
  verified_how text,
  soft_bounces smallint DEFAULT 0 NOT NULL,
  soft_bounces_since timestamp with time zone,
  CONSTRAINT contact_points_pkey PRIMARY KEY (id),
  CONSTRAINT contact_points_party_id_channel_address_key UNIQUE (party_id, channel, address),
  CONSTRAINT contact_points_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties(id),
  CONSTRAINT contact_points_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'email'::text, 'pec'::text])),
  CONSTRAINT contact_points_consent_check CHECK (consent = ANY (ARRAY['none'::text, 'granted'::text, 'refused'::text])),
  CONSTRAINT contact_points_verification_check CHECK (verification = ANY (ARRAY['claimed'::text, 'verified'::text]))
);
CREATE INDEX contact_points_by_address ON contact_points (channel, address);
CREATE INDEX contact_points_by_beginning ON contact_points (address text_pattern_ops);
CREATE INDEX contact_points_by_last_digits ON contact_points (reverse(address) text_pattern_ops) WHERE channel = 'sms'::text;

CREATE TABLE consents (
  id uuid NOT NULL,
  contact_point_id uuid NOT NULL,
  decision text NOT NULL,
  given_at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  source text NOT NULL,
  text_shown text NOT NULL,
  actor jsonb NOT NULL,
  CONSTRAINT consents_pkey PRIMARY KEY (id),
  CONSTRAINT consents_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id),
  CONSTRAINT consents_decision_check CHECK (decision = ANY (ARRAY['granted'::text, 'refused'::text]))
);
CREATE INDEX consents_by_contact_point ON consents (contact_point_id, given_at);

CREATE TABLE address_refusals (
  id uuid NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  refused_at timestamp with time zone NOT NULL,
  source text NOT NULL,
  text text NOT NULL,
  lifted_at timestamp with time zone,
  CONSTRAINT address_refusals_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX address_refusals_standing ON address_refusals (channel, address) WHERE lifted_at IS NULL;

CREATE TABLE services (
  id uuid NOT NULL,
  external_id text NOT NULL,
  party_id uuid NOT NULL,
  product text NOT NULL,
  address text,
  resource_id uuid NOT NULL,
  state text NOT NULL,
  activated_on date,
  ultrabroadband boolean DEFAULT false NOT NULL,
  monthly_fee_cents bigint,
  CONSTRAINT services_pkey PRIMARY KEY (id),
  CONSTRAINT services_external_id_key UNIQUE (external_id),
  CONSTRAINT services_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties(id),
  CONSTRAINT services_state_check CHECK (state = ANY (ARRAY['pending'::text, 'active'::text, 'suspended'::text, 'ended'::text]))
);
CREATE INDEX services_by_party ON services (party_id);
CREATE INDEX services_by_resource ON services (resource_id, id) WHERE state <> 'ended'::text;

CREATE TABLE imports (
  id uuid NOT NULL,
  kind text NOT NULL,
  file_name text NOT NULL,
  dry_run boolean NOT NULL,
  complete boolean DEFAULT false NOT NULL,
  force boolean DEFAULT false NOT NULL,
  state text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  finished_at timestamp with time zone,
  actor jsonb NOT NULL,
  rows integer DEFAULT 0 NOT NULL,
  applied integer DEFAULT 0 NOT NULL,
  added integer DEFAULT 0 NOT NULL,
  changed integer DEFAULT 0 NOT NULL,
  unchanged integer DEFAULT 0 NOT NULL,
  ended integer DEFAULT 0 NOT NULL,
  problems jsonb DEFAULT '[]'::jsonb NOT NULL,
  problem_count integer DEFAULT 0 NOT NULL,
  notes jsonb DEFAULT '[]'::jsonb NOT NULL,
  progress jsonb DEFAULT '{}'::jsonb NOT NULL,
  worker uuid,
  lease_until timestamp with time zone,
  CONSTRAINT imports_pkey PRIMARY KEY (id),
  CONSTRAINT imports_kind_check CHECK (kind = ANY (ARRAY['resources'::text, 'customers'::text, 'services'::text])),
  CONSTRAINT imports_state_check CHECK (state = ANY (ARRAY['staging'::text, 'checking'::text, 'applying'::text, 'done'::text, 'refused'::text, 'failed'::text]))
);

CREATE TABLE import_rows (
  import_id uuid NOT NULL,
  line integer NOT NULL,
  external_id text NOT NULL,
  row jsonb NOT NULL,
  CONSTRAINT import_rows_pkey PRIMARY KEY (import_id, line),
  CONSTRAINT import_rows_import_id_fkey FOREIGN KEY (import_id) REFERENCES imports(id) ON DELETE CASCADE
);
CREATE INDEX import_rows_by_external_id ON import_rows (import_id, external_id, line);

CREATE TABLE resources (
  id uuid NOT NULL,
  external_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  lat double precision,
  lon double precision,
  battery_minutes integer,
  area_code text,
  ended_at timestamp with time zone,
  CONSTRAINT resources_pkey PRIMARY KEY (id),
  CONSTRAINT resources_external_id_key UNIQUE (external_id)
);
CREATE INDEX resources_by_words ON resources USING gin (name_words(name));

CREATE TABLE resource_links (
  resource_id uuid NOT NULL,
  upstream_id uuid NOT NULL,
  CONSTRAINT resource_links_pkey PRIMARY KEY (resource_id, upstream_id),
  CONSTRAINT resource_links_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT resource_links_upstream_id_fkey FOREIGN KEY (upstream_id) REFERENCES resources(id),
  CONSTRAINT resource_links_check CHECK (resource_id <> upstream_id)
);
CREATE INDEX resource_links_by_upstream ON resource_links (upstream_id);

CREATE TABLE alarm_sources (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  token_hash text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  last_heard_at timestamp with time zone,
  CONSTRAINT alarm_sources_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_sources_name_key UNIQUE (name),
  CONSTRAINT alarm_sources_token_hash_key UNIQUE (token_hash),
  CONSTRAINT alarm_sources_kind_check CHECK (kind = ANY (ARRAY['alertmanager'::text, 'alarms'::text]))
);

CREATE TABLE alarm_deliveries (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  source_id uuid NOT NULL,
  received_at timestamp with time zone NOT NULL,
  body bytea NOT NULL,
  digest bytea GENERATED ALWAYS AS (sha256(body)) STORED NOT NULL,
  worked integer DEFAULT 0 NOT NULL,
  repeated boolean DEFAULT false NOT NULL,
  worked_at timestamp with time zone,
  trouble text,
  CONSTRAINT alarm_deliveries_pkey PRIMARY KEY (number),
  CONSTRAINT alarm_deliveries_source_id_fkey FOREIGN KEY (source_id) REFERENCES alarm_sources(id)
);
CREATE INDEX alarm_deliveries_same ON alarm_deliveries (source_id, digest, number);
CREATE INDEX alarm_deliveries_trouble ON alarm_deliveries (number) WHERE trouble IS NOT NULL;
CREATE INDEX alarm_deliveries_waiting ON alarm_deliveries (number) WHERE worked_at IS NULL;

CREATE TABLE alarms (
  id uuid NOT NULL,
  source_id uuid NOT NULL,
  fingerprint text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  cleared_at timestamp with time zone,
  firing_at timestamp with time zone,
  severity text NOT NULL,
  labels jsonb NOT NULL,
  summary text NOT NULL,
  resource_id uuid,
  ignored boolean DEFAULT false NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT alarms_pkey PRIMARY KEY (id),
  CONSTRAINT alarms_source_id_fingerprint_started_at_key UNIQUE (source_id, fingerprint, started_at),
  CONSTRAINT alarms_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT alarms_source_id_fkey FOREIGN KEY (source_id) REFERENCES alarm_sources(id),
  CONSTRAINT alarms_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'info'::text]))
);
CREATE INDEX alarms_standing ON alarms (resource_id) WHERE cleared_at IS NULL;
CREATE UNIQUE INDEX alarms_standing_once ON alarms (source_id, fingerprint) WHERE cleared_at IS NULL;
CREATE INDEX alarms_unmapped ON alarms (received_at) WHERE resource_id IS NULL AND NOT ignored;

CREATE TABLE alarm_rules (
  id uuid NOT NULL,
  position integer NOT NULL,
  source_id uuid,
  label text NOT NULL,
  pattern text,
  act text NOT NULL,
  resource_id uuid,
  severity text,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT alarm_rules_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_rules_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT alarm_rules_source_id_fkey FOREIGN KEY (source_id) REFERENCES alarm_sources(id),
  CONSTRAINT alarm_rules_act_check CHECK (act = ANY (ARRAY['resource-by-id'::text, 'resource'::text, 'ignore'::text])),
  CONSTRAINT alarm_rules_check CHECK ((act = 'resource'::text) = (resource_id IS NOT NULL)),
  CONSTRAINT alarm_rules_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'info'::text]))
);

CREATE TABLE incidents (
  id uuid NOT NULL,
  reference text NOT NULL,
  state text NOT NULL,
  resource_id uuid NOT NULL,
  severity text NOT NULL,
  cause text NOT NULL,
  cause_words jsonb DEFAULT '{}'::jsonb NOT NULL,
  began_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  restored_at timestamp with time zone,
  ended_at timestamp with time zone,
  expected_end timestamp with time zone,
  services_down integer DEFAULT 0 NOT NULL,
  services_degraded integer DEFAULT 0 NOT NULL,
  parties_down integer DEFAULT 0 NOT NULL,
  rung integer DEFAULT 0 NOT NULL,
  owner_id text,
  version integer DEFAULT 1 NOT NULL,
  CONSTRAINT incidents_pkey PRIMARY KEY (id),
  CONSTRAINT incidents_reference_key UNIQUE (reference),
  CONSTRAINT incidents_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT incidents_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'info'::text])),
  CONSTRAINT incidents_state_check CHECK (state = ANY (ARRAY['suspected'::text, 'confirmed'::text, 'restoring'::text, 'restored'::text, 'closed'::text, 'dismissed'::text]))
);
CREATE INDEX incidents_due ON incidents (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX incidents_open ON incidents (state) WHERE ended_at IS NULL;

CREATE TABLE incident_alarms (
  incident_id uuid NOT NULL,
  alarm_id uuid NOT NULL,
  CONSTRAINT incident_alarms_pkey PRIMARY KEY (incident_id, alarm_id),
  CONSTRAINT incident_alarms_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES alarms(id),
  CONSTRAINT incident_alarms_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id)
);
CREATE INDEX incident_alarms_by_alarm ON incident_alarms (alarm_id);

CREATE TABLE incident_resources (
  incident_id uuid NOT NULL,
  resource_id uuid NOT NULL,
  effect text NOT NULL,
  CONSTRAINT incident_resources_pkey PRIMARY KEY (incident_id, resource_id),
  CONSTRAINT incident_resources_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id),
  CONSTRAINT incident_resources_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT incident_resources_effect_check CHECK (effect = ANY (ARRAY['down'::text, 'degraded'::text]))
);

CREATE TABLE affected_services (
  subject_id uuid NOT NULL,
  service_id uuid NOT NULL,
  party_id uuid NOT NULL,
  effect text NOT NULL,
  since timestamp with time zone NOT NULL,
  left_at timestamp with time zone,
  CONSTRAINT affected_services_pkey PRIMARY KEY (subject_id, service_id),
  CONSTRAINT affected_services_effect_check CHECK (effect = ANY (ARRAY['down'::text, 'degraded'::text]))
);
CREATE INDEX affected_services_by_party ON affected_services (subject_id, party_id);

CREATE TABLE promises (
  id uuid NOT NULL,
  kind text NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  promisee_kind text NOT NULL,
  promisee_id text,
  ladder text NOT NULL,
  owner_id text,
  made_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  warn_at timestamp with time zone NOT NULL,
  warned_at timestamp with time zone,
  state text NOT NULL,
  settled_at timestamp with time zone,
  settled_because text,
  superseded_by uuid,
  renewal integer DEFAULT 0 NOT NULL,
  said_in uuid,
  data jsonb DEFAULT '{}'::jsonb NOT NULL,
  paused_at timestamp with time zone,
  CONSTRAINT promises_pkey PRIMARY KEY (id),
  CONSTRAINT promises_promisee_kind_check CHECK (promisee_kind = ANY (ARRAY['party'::text, 'affected'::text, 'staff'::text])),
  CONSTRAINT promises_state_check CHECK (state = ANY (ARRAY['open'::text, 'kept'::text, 'broken'::text, 'superseded'::text, 'withdrawn'::text]))
);
CREATE INDEX promises_by_owner ON promises (owner_id, due_at) WHERE state = 'open'::text;
CREATE INDEX promises_by_subject ON promises (subject_kind, subject_id, made_at);
CREATE INDEX promises_due ON promises (due_at) WHERE state = 'open'::text AND paused_at IS NULL;
CREATE UNIQUE INDEX promises_open_once ON promises (subject_id, kind, COALESCE(promisee_id, ''::text)) WHERE state = 'open'::text;
CREATE INDEX promises_to_warn ON promises (warn_at) WHERE state = 'open'::text AND warned_at IS NULL AND paused_at IS NULL;

CREATE TABLE announcements (
  id uuid NOT NULL,
  subject_kind text NOT NULL,
  subject_id uuid NOT NULL,
  number integer NOT NULL,
  kind text NOT NULL,
  answer jsonb NOT NULL,
  audience text NOT NULL,
  state text NOT NULL,
  state_reason text,
  made_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  release_at timestamp with time zone,
  released_by_person boolean DEFAULT false NOT NULL,
  audience_count integer DEFAULT 0 NOT NULL,
  cost_cents integer DEFAULT 0 NOT NULL,
  valid_until timestamp with time zone NOT NULL,
  expanded_to uuid,
  told_at timestamp with time zone,
  CONSTRAINT announcements_pkey PRIMARY KEY (id),
  CONSTRAINT announcements_subject_id_number_key UNIQUE (subject_id, number),
  CONSTRAINT announcements_audience_check CHECK (audience = ANY (ARRAY['concerned'::text, 'heard'::text, 'unheard'::text])),
  CONSTRAINT announcements_state_check CHECK (state = ANY (ARRAY['observed'::text, 'waiting'::text, 'undoable'::text, 'telling'::text, 'told'::text, 'undone'::text, 'refused'::text, 'superseded'::text]))
);
CREATE INDEX announcements_to_do ON announcements (state) WHERE state = ANY (ARRAY['waiting'::text, 'undoable'::text, 'telling'::text]);

CREATE TABLE outgoing_texts (
  id uuid NOT NULL,
  announcement_id uuid,
  channel text NOT NULL,
  language text NOT NULL,
  subject text,
  body text NOT NULL,
  html text,
  parts integer DEFAULT 1 NOT NULL,
  mail jsonb,
  CONSTRAINT outgoing_texts_pkey PRIMARY KEY (id),
  CONSTRAINT outgoing_texts_announcement_id_fkey FOREIGN KEY (announcement_id) REFERENCES announcements(id),
  CONSTRAINT outgoing_texts_channel_check CHECK (channel = ANY (ARRAY['sms'::text, 'email'::text, 'pec'::text]))
);
CREATE INDEX outgoing_texts_by_announcement ON outgoing_texts (announcement_id);

CREATE TABLE notices (
  made_at timestamp with time zone NOT NULL,
  id uuid NOT NULL,
  announcement_id uuid NOT NULL,
  subject_id uuid NOT NULL,
  party_id uuid NOT NULL,
  contact_point_id uuid NOT NULL,
  channel text NOT NULL,
  language text NOT NULL,
  text_id uuid NOT NULL,
  state text NOT NULL,
  reason text,
  held_until timestamp with time zone,
  valid_until timestamp with time zone NOT NULL,
  sent_at timestamp with time zone,
  settled_at timestamp with time zone,
  CONSTRAINT notices_pkey PRIMARY KEY (made_at, id),
  CONSTRAINT notices_state_check CHECK (state = ANY (ARRAY['held'::text, 'queued'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'withdrawn'::text, 'in doubt'::text]))
) PARTITION BY RANGE (made_at);
CREATE INDEX notices_by_announcement ON notices (announcement_id, state);
CREATE INDEX notices_by_id ON notices (id);
CREATE INDEX notices_by_party ON notices (party_id);
CREATE INDEX notices_by_subject ON notices (subject_id, party_id);
CREATE INDEX notices_held ON notices (held_until) WHERE state = 'held'::text;

CREATE TABLE notices_rest PARTITION OF notices DEFAULT;

CREATE TABLE notice_keys (
  announcement_id uuid NOT NULL,
  party_id uuid NOT NULL,
  channel text NOT NULL,
  notice_id uuid NOT NULL,
  notice_made_at timestamp with time zone NOT NULL,
  CONSTRAINT notice_keys_pkey PRIMARY KEY (announcement_id, party_id, channel)
);

CREATE TABLE routes (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  config jsonb NOT NULL,
  enabled boolean NOT NULL,
  cost_millicents integer DEFAULT 0 NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  state text DEFAULT 'unknown'::text NOT NULL,
  state_since timestamp with time zone,
  state_reason text,
  CONSTRAINT routes_pkey PRIMARY KEY (id),
  CONSTRAINT routes_name_key UNIQUE (name),
  CONSTRAINT routes_kind_check CHECK (kind = ANY (ARRAY['smpp'::text, 'smtp'::text, 'pec'::text])),
  CONSTRAINT routes_state_check CHECK (state = ANY (ARRAY['unknown'::text, 'up'::text, 'down'::text]))
);

CREATE TABLE outbox (
  id uuid NOT NULL,
  bucket smallint DEFAULT 0 NOT NULL,
  kind text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  text_id uuid NOT NULL,
  notice_made_at timestamp with time zone,
  unsubscribe text,
  priority smallint DEFAULT 5 NOT NULL,
  made_at timestamp with time zone NOT NULL,
  not_before timestamp with time zone NOT NULL,
  valid_until timestamp with time zone NOT NULL,
  state text DEFAULT 'queued'::text NOT NULL,
  attempts smallint DEFAULT 0 NOT NULL,
  route_id uuid,
  worker uuid,
  lease_until timestamp with time zone,
  in_doubt_since timestamp with time zone,
  last_trouble text,
  CONSTRAINT outbox_pkey PRIMARY KEY (id),
  CONSTRAINT outbox_text_id_fkey FOREIGN KEY (text_id) REFERENCES outgoing_texts(id),
  CONSTRAINT outbox_kind_check CHECK (kind = ANY (ARRAY['notice'::text, 'staff'::text, 'test'::text, 'code'::text, 'message'::text])),
  CONSTRAINT outbox_state_check CHECK (state = ANY (ARRAY['queued'::text, 'claimed'::text, 'in doubt'::text]))
);
CREATE INDEX outbox_claimed ON outbox (worker, lease_until) WHERE state = 'claimed'::text;
CREATE INDEX outbox_in_doubt ON outbox (in_doubt_since) WHERE state = 'in doubt'::text;
CREATE INDEX outbox_to_send ON outbox (channel, priority, not_before, id) WHERE state = 'queued'::text;
CREATE INDEX outbox_to_send_paused ON outbox (channel, priority, not_before, id) WHERE state = 'queued'::text AND kind <> 'notice'::text;

CREATE TABLE receipt_keys (
  route_id uuid NOT NULL,
  route_message_id text NOT NULL,
  outbox_id uuid NOT NULL,
  kind text NOT NULL,
  notice_made_at timestamp with time zone,
  parts smallint DEFAULT 1 NOT NULL,
  state text,
  sent_at timestamp with time zone NOT NULL,
  CONSTRAINT receipt_keys_pkey PRIMARY KEY (route_id, route_message_id),
  CONSTRAINT receipt_keys_state_check CHECK (state = ANY (ARRAY['delivered'::text, 'failed'::text]))
);
CREATE INDEX receipt_keys_by_age ON receipt_keys USING brin (sent_at);
CREATE INDEX receipt_keys_of_parts ON receipt_keys (outbox_id) WHERE parts > 1;

CREATE TABLE early_receipts (
  number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  route_id uuid NOT NULL,
  route_message_ids text[] NOT NULL,
  address text,
  state text NOT NULL,
  reason text,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT early_receipts_pkey PRIMARY KEY (number),
  CONSTRAINT early_receipts_state_check CHECK (state = ANY (ARRAY['delivered'::text, 'failed'::text]))
);

CREATE TABLE inbound_messages (
  id uuid NOT NULL,
  channel text NOT NULL,
  route_id uuid,
  received_at timestamp with time zone NOT NULL,
  content_hash text NOT NULL,
  raw bytea,
  sender text NOT NULL,
  text text NOT NULL,
  decision text,
  worked_at timestamp with time zone,
  raw_blob bytea,
  mailbox_id uuid,
  quiet boolean DEFAULT false NOT NULL,
  case_id uuid,
  facts jsonb DEFAULT '{}'::jsonb NOT NULL,
  trouble text,
  mail_id_hash bytea,
  CONSTRAINT inbound_messages_pkey PRIMARY KEY (id),
  CONSTRAINT inbound_messages_channel_content_hash_key UNIQUE (channel, content_hash)
);
CREATE INDEX inbound_messages_by_blob ON inbound_messages (raw_blob) WHERE raw_blob IS NOT NULL;
CREATE INDEX inbound_messages_by_case ON inbound_messages (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX inbound_messages_by_mail_id ON inbound_messages (mail_id_hash) WHERE mail_id_hash IS NOT NULL;
CREATE INDEX inbound_messages_by_sender ON inbound_messages (channel, sender, received_at);
CREATE INDEX inbound_messages_decided ON inbound_messages (decision, received_at) WHERE case_id IS NULL;
CREATE INDEX inbound_messages_waiting ON inbound_messages (quiet, received_at, id) WHERE worked_at IS NULL;
CREATE INDEX inbound_messages_with_raw ON inbound_messages (received_at, id) WHERE raw IS NOT NULL OR raw_blob IS NOT NULL;

CREATE TABLE inbound_parts (
  route_id uuid NOT NULL,
  sender text NOT NULL,
  reference integer NOT NULL,
  total smallint NOT NULL,
  number smallint NOT NULL,
  text text NOT NULL,
  raw bytea NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT inbound_parts_pkey PRIMARY KEY (route_id, sender, reference, total, number)
);

CREATE TABLE published_incidents (
  incident_id uuid NOT NULL,
  published jsonb NOT NULL,
  began_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT published_incidents_pkey PRIMARY KEY (incident_id)
);

CREATE TABLE staff (
  id text NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  email_verified boolean DEFAULT false NOT NULL,
  image text,
  roles text[] DEFAULT '{}'::text[] NOT NULL,
  language text DEFAULT 'it'::text NOT NULL,
  second_factor boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  joined_at timestamp with time zone,
  last_seen_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT staff_pkey PRIMARY KEY (id),
  CONSTRAINT staff_email_key UNIQUE (email),
  CONSTRAINT staff_email_check CHECK (email = lower(email)),
  CONSTRAINT staff_language_check CHECK (language = ANY (ARRAY['it'::text, 'en'::text]))
);

CREATE TABLE staff_sessions (
  id text NOT NULL,
  staff_id text NOT NULL,
  token text NOT NULL,
  ip_address text,
  user_agent text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT staff_sessions_pkey PRIMARY KEY (id),
  CONSTRAINT staff_sessions_token_key UNIQUE (token),
  CONSTRAINT staff_sessions_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE
);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (staff_id);

CREATE TABLE staff_accounts (
  id text NOT NULL,
  staff_id text NOT NULL,
  provider_id text NOT NULL,
  account_id text NOT NULL,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp with time zone,
  refresh_token_expires_at timestamp with time zone,
  scope text,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT staff_accounts_pkey PRIMARY KEY (id),
  CONSTRAINT staff_accounts_provider_id_account_id_key UNIQUE (provider_id, account_id),
  CONSTRAINT staff_accounts_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE
);
CREATE INDEX staff_accounts_by_staff ON staff_accounts (staff_id);

CREATE TABLE staff_verifications (
  id text NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT staff_verifications_pkey PRIMARY KEY (id)
);
CREATE INDEX staff_verifications_by_end ON staff_verifications (expires_at);
CREATE INDEX staff_verifications_by_identifier ON staff_verifications (identifier);

CREATE TABLE staff_second_factors (
  id text NOT NULL,
  staff_id text NOT NULL,
  secret text NOT NULL,
  backup_codes text NOT NULL,
  verified boolean,
  failed_verification_count integer DEFAULT 0 NOT NULL,
  locked_until timestamp with time zone,
  CONSTRAINT staff_second_factors_pkey PRIMARY KEY (id),
  CONSTRAINT staff_second_factors_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE
);
CREATE INDEX staff_second_factors_by_staff ON staff_second_factors (staff_id);

CREATE TABLE staff_invitations (
  id text NOT NULL,
  purpose text NOT NULL,
  token_hash text NOT NULL,
  staff_id text,
  made_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT staff_invitations_pkey PRIMARY KEY (id),
  CONSTRAINT staff_invitations_token_hash_key UNIQUE (token_hash),
  CONSTRAINT staff_invitations_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id) ON DELETE CASCADE,
  CONSTRAINT staff_invitations_check CHECK ((purpose = 'first-administrator'::text) = (staff_id IS NULL)),
  CONSTRAINT staff_invitations_purpose_check CHECK (purpose = ANY (ARRAY['first-administrator'::text, 'invite'::text, 'reset'::text]))
);
CREATE INDEX staff_invitations_by_staff ON staff_invitations (staff_id);

CREATE TABLE blobs (
  id bytea NOT NULL,
  size bigint NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT blobs_pkey PRIMARY KEY (id)
);

CREATE TABLE blob_chunks (
  blob_id bytea NOT NULL,
  number integer NOT NULL,
  bytes bytea NOT NULL,
  CONSTRAINT blob_chunks_pkey PRIMARY KEY (blob_id, number),
  CONSTRAINT blob_chunks_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES blobs(id) ON DELETE CASCADE
);

CREATE TABLE party_merges (
  id uuid NOT NULL,
  from_party_id uuid NOT NULL,
  into_party_id uuid NOT NULL,
  merged_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  moved jsonb NOT NULL,
  undone_at timestamp with time zone,
  CONSTRAINT party_merges_pkey PRIMARY KEY (id),
  CONSTRAINT party_merges_from_party_id_fkey FOREIGN KEY (from_party_id) REFERENCES parties(id),
  CONSTRAINT party_merges_into_party_id_fkey FOREIGN KEY (into_party_id) REFERENCES parties(id),
  CONSTRAINT party_merges_check CHECK (from_party_id <> into_party_id)
);
CREATE UNIQUE INDEX party_merges_standing ON party_merges (from_party_id) WHERE undone_at IS NULL;

CREATE TABLE delegations (
  id uuid NOT NULL,
  party_id uuid NOT NULL,
  delegate_id uuid NOT NULL,
  scopes text[] NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  evidence text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  revoked_at timestamp with time zone,
  CONSTRAINT delegations_pkey PRIMARY KEY (id),
  CONSTRAINT delegations_delegate_id_fkey FOREIGN KEY (delegate_id) REFERENCES parties(id),
  CONSTRAINT delegations_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties(id),
  CONSTRAINT delegations_scopes_check CHECK (scopes <@ ARRAY['technical'::text, 'orders'::text, 'billing:view'::text, 'billing:act'::text])
);
CREATE INDEX delegations_by_delegate ON delegations (delegate_id);
CREATE INDEX delegations_by_party ON delegations (party_id);

CREATE TABLE one_time_codes (
  id uuid NOT NULL,
  contact_point_id uuid NOT NULL,
  purpose text NOT NULL,
  subject_id uuid,
  salt bytea NOT NULL,
  code_hash bytea NOT NULL,
  tries smallint DEFAULT 0 NOT NULL,
  made_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT one_time_codes_pkey PRIMARY KEY (id),
  CONSTRAINT one_time_codes_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id)
);
CREATE INDEX one_time_codes_by_contact_point ON one_time_codes (contact_point_id, made_at);

CREATE TABLE teams (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  accept_minutes integer DEFAULT 30 NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT teams_pkey PRIMARY KEY (id),
  CONSTRAINT teams_kind_check CHECK (kind = ANY (ARRAY['care'::text, 'technical'::text, 'billing'::text, 'sales'::text, 'partner'::text]))
);
CREATE UNIQUE INDEX teams_by_name ON teams (lower(name)) WHERE ended_at IS NULL;

CREATE TABLE team_members (
  team_id uuid NOT NULL,
  staff_id text NOT NULL,
  lead boolean DEFAULT false NOT NULL,
  capacity integer DEFAULT 20 NOT NULL,
  CONSTRAINT team_members_pkey PRIMARY KEY (team_id, staff_id),
  CONSTRAINT team_members_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT team_members_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id)
);
CREATE INDEX team_members_by_staff ON team_members (staff_id);

CREATE TABLE staff_absences (
  id uuid NOT NULL,
  staff_id text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  made_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  CONSTRAINT staff_absences_pkey PRIMARY KEY (id),
  CONSTRAINT staff_absences_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT staff_absences_check CHECK (ends_at > starts_at)
);
CREATE INDEX staff_absences_by_staff ON staff_absences (staff_id, ends_at);

CREATE TABLE cases (
  id uuid NOT NULL,
  number text NOT NULL,
  party_id uuid NOT NULL,
  state text NOT NULL,
  waiting_for text,
  topic text DEFAULT 'other'::text NOT NULL,
  severity text DEFAULT 'minor'::text NOT NULL,
  urgency smallint DEFAULT 5 NOT NULL,
  language text NOT NULL,
  subject text NOT NULL,
  channel text NOT NULL,
  contact_point_id uuid,
  service_id uuid,
  resource_id uuid,
  incident_id uuid,
  team_id uuid,
  owner_id text,
  rung smallint DEFAULT 0 NOT NULL,
  reminders integer DEFAULT 0 NOT NULL,
  reopened integer DEFAULT 0 NOT NULL,
  formal_at timestamp with time zone,
  opened_at timestamp with time zone NOT NULL,
  acknowledged_at timestamp with time zone,
  fix_reported_at timestamp with time zone,
  asked_at timestamp with time zone,
  asked_what text,
  asked_times smallint DEFAULT 0 NOT NULL,
  due_at timestamp with time zone,
  paused_at timestamp with time zone,
  ended_at timestamp with time zone,
  joined_to uuid,
  last_heard_at timestamp with time zone NOT NULL,
  last_said_at timestamp with time zone,
  incident_news text,
  triage jsonb DEFAULT '{}'::jsonb NOT NULL,
  messages integer DEFAULT 0 NOT NULL,
  version integer DEFAULT 1 NOT NULL,
  texts_erased_at timestamp with time zone,
  CONSTRAINT cases_pkey PRIMARY KEY (id),
  CONSTRAINT cases_number_key UNIQUE (number),
  CONSTRAINT cases_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id),
  CONSTRAINT cases_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id),
  CONSTRAINT cases_joined_to_fkey FOREIGN KEY (joined_to) REFERENCES cases(id),
  CONSTRAINT cases_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES staff(id),
  CONSTRAINT cases_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties(id),
  CONSTRAINT cases_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id),
  CONSTRAINT cases_service_id_fkey FOREIGN KEY (service_id) REFERENCES services(id),
  CONSTRAINT cases_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id),
  CONSTRAINT cases_asked_what_check CHECK (asked_what = ANY (ARRAY['fix works'::text, 'question'::text])),
  CONSTRAINT cases_incident_news_check CHECK (incident_news = ANY (ARRAY['told'::text, 'restored'::text])),
  CONSTRAINT cases_language_check CHECK (language = ANY (ARRAY['it'::text, 'en'::text])),
  CONSTRAINT cases_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'info'::text])),
  CONSTRAINT cases_state_check CHECK (state = ANY (ARRAY['received'::text, 'acknowledged'::text, 'in work'::text, 'waiting'::text, 'fix reported'::text, 'confirmed'::text, 'unconfirmed'::text, 'cancelled'::text, 'joined'::text])),
  CONSTRAINT cases_waiting_for_check CHECK (waiting_for = ANY (ARRAY['customer'::text, 'technical'::text, 'third party'::text]))
);
CREATE INDEX cases_by_end ON cases (ended_at, id) WHERE ended_at IS NOT NULL;
CREATE INDEX cases_by_incident ON cases (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX cases_by_number ON cases (number text_pattern_ops);
CREATE INDEX cases_by_party ON cases (party_id, opened_at);
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX cases_open ON cases (urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_by_owner ON cases (owner_id, urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_open_by_resource ON cases (resource_id, opened_at) WHERE ended_at IS NULL AND resource_id IS NOT NULL;
CREATE INDEX cases_open_by_team ON cases (team_id, urgency, last_heard_at, id) WHERE ended_at IS NULL;
CREATE INDEX cases_with_news ON cases (id) WHERE incident_news IS NOT NULL;
CREATE INDEX cases_with_texts ON cases (ended_at, id) WHERE ended_at IS NOT NULL AND texts_erased_at IS NULL;

CREATE SEQUENCE case_numbers;

CREATE TABLE messages (
  said_at timestamp with time zone NOT NULL,
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  number integer NOT NULL,
  direction text NOT NULL,
  visibility text NOT NULL,
  kind text NOT NULL,
  channel text NOT NULL,
  actor jsonb NOT NULL,
  party_id uuid,
  contact_point_id uuid,
  claim boolean DEFAULT false NOT NULL,
  language text NOT NULL,
  subject text,
  body text NOT NULL,
  quoted text,
  html text,
  answer jsonb,
  inbound_id uuid,
  mail_id text,
  undo_until timestamp with time zone,
  state text,
  state_reason text,
  settled_at timestamp with time zone,
  CONSTRAINT messages_pkey PRIMARY KEY (said_at, id),
  CONSTRAINT messages_direction_check CHECK (direction = ANY (ARRAY['in'::text, 'out'::text, 'note'::text])),
  CONSTRAINT messages_state_check CHECK (state = ANY (ARRAY['held'::text, 'queued'::text, 'sent'::text, 'delivered'::text, 'failed'::text, 'withdrawn'::text, 'in doubt'::text])),
  CONSTRAINT messages_visibility_check CHECK (visibility = ANY (ARRAY['customer'::text, 'partner'::text, 'operator'::text]))
) PARTITION BY RANGE (said_at);
CREATE INDEX messages_by_case ON messages (case_id, number);
CREATE INDEX messages_by_id ON messages (id);
CREATE INDEX messages_by_party ON messages (party_id);
CREATE INDEX messages_by_words ON messages USING gin (message_words(language, subject, body));
CREATE INDEX messages_held ON messages (undo_until) WHERE state = 'held'::text;

CREATE TABLE messages_rest PARTITION OF messages DEFAULT;

CREATE TABLE attachments (
  id uuid NOT NULL,
  message_id uuid NOT NULL,
  case_id uuid NOT NULL,
  number integer NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  declared_type text,
  size bigint NOT NULL,
  blob_id bytea,
  inline boolean DEFAULT false NOT NULL,
  content_id text,
  problem text,
  CONSTRAINT attachments_pkey PRIMARY KEY (id),
  CONSTRAINT attachments_message_id_number_key UNIQUE (message_id, number),
  CONSTRAINT attachments_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES blobs(id)
);
CREATE INDEX attachments_by_blob ON attachments (blob_id);

CREATE TABLE draft_files (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  staff_id text NOT NULL,
  name text NOT NULL,
  type text NOT NULL,
  declared_type text,
  size bigint NOT NULL,
  blob_id bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT draft_files_pkey PRIMARY KEY (id),
  CONSTRAINT draft_files_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES blobs(id),
  CONSTRAINT draft_files_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT draft_files_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id)
);
CREATE INDEX draft_files_by_age ON draft_files (made_at);
CREATE INDEX draft_files_by_blob ON draft_files (blob_id);
CREATE INDEX draft_files_by_case ON draft_files (case_id, staff_id);

CREATE TABLE mail_keys (
  mail_id_hash bytea NOT NULL,
  case_id uuid NOT NULL,
  message_id uuid NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT mail_keys_pkey PRIMARY KEY (mail_id_hash)
);
CREATE INDEX mail_keys_by_case ON mail_keys (case_id);

CREATE TABLE mail_receipts (
  message_id uuid NOT NULL,
  type text NOT NULL,
  certified_at timestamp with time zone NOT NULL,
  proven boolean NOT NULL,
  heard_at timestamp with time zone NOT NULL,
  CONSTRAINT mail_receipts_pkey PRIMARY KEY (message_id, type, certified_at, proven)
);

CREATE TABLE hand_overs (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  from_team_id uuid,
  to_team_id uuid NOT NULL,
  note text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  due_at timestamp with time zone NOT NULL,
  accepted_at timestamp with time zone,
  accepted_by text,
  ended_at timestamp with time zone,
  ended_how text,
  CONSTRAINT hand_overs_pkey PRIMARY KEY (id),
  CONSTRAINT hand_overs_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES staff(id),
  CONSTRAINT hand_overs_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT hand_overs_from_team_id_fkey FOREIGN KEY (from_team_id) REFERENCES teams(id),
  CONSTRAINT hand_overs_to_team_id_fkey FOREIGN KEY (to_team_id) REFERENCES teams(id),
  CONSTRAINT hand_overs_ended_how_check CHECK (ended_how = ANY (ARRAY['accepted'::text, 'refused'::text, 'overtaken'::text, 'case ended'::text]))
);
CREATE UNIQUE INDEX hand_overs_open ON hand_overs (case_id) WHERE ended_at IS NULL;
CREATE INDEX hand_overs_open_by_team ON hand_overs (to_team_id, due_at) WHERE ended_at IS NULL;

CREATE TABLE mass_acts (
  id uuid NOT NULL,
  incident_id uuid NOT NULL,
  staff_id text NOT NULL,
  act jsonb NOT NULL,
  state text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  undo_until timestamp with time zone NOT NULL,
  settled_at timestamp with time zone,
  CONSTRAINT mass_acts_pkey PRIMARY KEY (id),
  CONSTRAINT mass_acts_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(id),
  CONSTRAINT mass_acts_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff(id),
  CONSTRAINT mass_acts_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'undone'::text, 'running'::text, 'done'::text]))
);
CREATE INDEX mass_acts_by_incident ON mass_acts (incident_id, made_at);
CREATE INDEX mass_acts_to_do ON mass_acts (undo_until) WHERE state = ANY (ARRAY['waiting'::text, 'running'::text]);

CREATE TABLE mass_act_cases (
  act_id uuid NOT NULL,
  number integer NOT NULL,
  case_id uuid NOT NULL,
  settled_at timestamp with time zone,
  did text,
  left_code text,
  left_because text,
  CONSTRAINT mass_act_cases_pkey PRIMARY KEY (act_id, number),
  CONSTRAINT mass_act_cases_act_id_fkey FOREIGN KEY (act_id) REFERENCES mass_acts(id) ON DELETE CASCADE,
  CONSTRAINT mass_act_cases_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id)
);
CREATE INDEX mass_act_cases_by_case ON mass_act_cases (case_id);
CREATE INDEX mass_act_cases_to_do ON mass_act_cases (act_id, number) WHERE settled_at IS NULL;

CREATE TABLE case_links (
  token_hash text NOT NULL,
  case_id uuid NOT NULL,
  party_id uuid NOT NULL,
  contact_point_id uuid,
  made_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  CONSTRAINT case_links_pkey PRIMARY KEY (token_hash),
  CONSTRAINT case_links_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT case_links_contact_point_id_fkey FOREIGN KEY (contact_point_id) REFERENCES contact_points(id),
  CONSTRAINT case_links_party_id_fkey FOREIGN KEY (party_id) REFERENCES parties(id)
);
CREATE INDEX case_links_by_case ON case_links (case_id);

CREATE TABLE join_proposals (
  id uuid NOT NULL,
  case_id uuid NOT NULL,
  into_case_id uuid NOT NULL,
  reasons jsonb NOT NULL,
  made_at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone,
  decided_by jsonb,
  decision text,
  CONSTRAINT join_proposals_pkey PRIMARY KEY (id),
  CONSTRAINT join_proposals_case_id_into_case_id_key UNIQUE (case_id, into_case_id),
  CONSTRAINT join_proposals_case_id_fkey FOREIGN KEY (case_id) REFERENCES cases(id),
  CONSTRAINT join_proposals_into_case_id_fkey FOREIGN KEY (into_case_id) REFERENCES cases(id),
  CONSTRAINT join_proposals_decision_check CHECK (decision = ANY (ARRAY['joined'::text, 'apart'::text]))
);
CREATE INDEX join_proposals_open ON join_proposals (case_id) WHERE decided_at IS NULL;

CREATE TABLE lexicon (
  id uuid NOT NULL,
  language text NOT NULL,
  stem text NOT NULL,
  topic text NOT NULL,
  severity text,
  weight smallint DEFAULT 1 NOT NULL,
  CONSTRAINT lexicon_pkey PRIMARY KEY (id),
  CONSTRAINT lexicon_language_stem_topic_key UNIQUE (language, stem, topic),
  CONSTRAINT lexicon_language_check CHECK (language = ANY (ARRAY['it'::text, 'en'::text])),
  CONSTRAINT lexicon_severity_check CHECK (severity = ANY (ARRAY['critical'::text, 'major'::text, 'minor'::text, 'info'::text]))
);

CREATE TABLE mailboxes (
  id uuid NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  address text NOT NULL,
  config jsonb NOT NULL,
  route_id uuid,
  team_id uuid,
  enabled boolean NOT NULL,
  made_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  connected_since timestamp with time zone,
  uid_validity text,
  last_uid bigint DEFAULT 0 NOT NULL,
  holder uuid,
  lease_until timestamp with time zone,
  state text DEFAULT 'unknown'::text NOT NULL,
  state_since timestamp with time zone,
  state_reason text,
  CONSTRAINT mailboxes_pkey PRIMARY KEY (id),
  CONSTRAINT mailboxes_name_key UNIQUE (name),
  CONSTRAINT mailboxes_route_id_fkey FOREIGN KEY (route_id) REFERENCES routes(id),
  CONSTRAINT mailboxes_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id),
  CONSTRAINT mailboxes_kind_check CHECK (kind = ANY (ARRAY['email'::text, 'pec'::text, 'letter'::text])),
  CONSTRAINT mailboxes_state_check CHECK (state = ANY (ARRAY['unknown'::text, 'up'::text, 'down'::text]))
);

CREATE TABLE blocked_senders (
  address text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  actor jsonb NOT NULL,
  CONSTRAINT blocked_senders_pkey PRIMARY KEY (address)
);

CREATE TABLE automatic_answers (
  address_hash bytea NOT NULL,
  at timestamp with time zone NOT NULL,
  message_id uuid NOT NULL,
  CONSTRAINT automatic_answers_pkey PRIMARY KEY (address_hash, at, message_id)
);

ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_mailbox_id_fkey FOREIGN KEY (mailbox_id) REFERENCES mailboxes(id);
ALTER TABLE inbound_messages ADD CONSTRAINT inbound_messages_raw_blob_fkey FOREIGN KEY (raw_blob) REFERENCES blobs(id);
