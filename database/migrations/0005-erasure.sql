-- What is kept for a time only: found again without reading what is gone already.
ALTER TABLE cases ADD COLUMN texts_erased_at timestamptz; -- the words are gone; figures, times and promises stay
CREATE INDEX cases_with_texts ON cases (ended_at, id) WHERE ended_at IS NOT NULL AND texts_erased_at IS NULL;
CREATE INDEX inbound_messages_with_raw ON inbound_messages (received_at, id) WHERE raw IS NOT NULL OR raw_blob IS NOT NULL;
CREATE INDEX inbound_messages_by_blob ON inbound_messages (raw_blob) WHERE raw_blob IS NOT NULL;
CREATE INDEX parties_half_erased ON parties (erased_at) WHERE erased_at IS NOT NULL AND name <> '[…]';
