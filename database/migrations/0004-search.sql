-- Search. The indexes are over expressions: what is written is found at once, what is erased is gone at once, and nothing has to be kept in step.
-- Extensions are not needed. The functions name no other of ours: a restored backup builds its indexes without a search_path.

-- The words of a name without accents and case; "D'Amico" is found as damico, and as amico.
CREATE FUNCTION name_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('pg_catalog.simple'::regconfig, lower(
    translate(left(name, 200), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ.,;:-_/&+()@''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy            ')
    || ' ' || translate(left(name, 200), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ.,;:-_/&+()@''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy               ')))
$$;

-- The words of a message by their stems, in its language.
CREATE FUNCTION message_words(language text, subject text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector(
    CASE language WHEN 'en' THEN 'pg_catalog.english'::regconfig ELSE 'pg_catalog.italian'::regconfig END,
    lower(translate(left(coalesce(subject, '') || ' ' || body, 20000), 'ÀÁÂÃÄÅàáâãäåÈÉÊËèéêëÌÍÎÏìíîïÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÇçÑñÝýÿ''’`', 'AAAAAAaaaaaaEEEEeeeeIIIIiiiiOOOOOOooooooUUUUuuuuCcNnYyy   ')))
$$;

-- A short list of what is not sorted in yet: a search with some hundred spellings reads all of it.
CREATE INDEX parties_by_words ON parties USING gin (name_words(name)) WITH (gin_pending_list_limit = 256);
CREATE INDEX parties_by_tax_code ON parties (tax_code) WHERE tax_code IS NOT NULL;
CREATE INDEX resources_by_words ON resources USING gin (name_words(name));
CREATE INDEX messages_by_words ON messages USING gin (message_words(language, subject, body));

-- Addresses by their beginning, and telephone numbers by their last digits: people leave the country's prefix out.
CREATE INDEX contact_points_by_beginning ON contact_points (address text_pattern_ops);
CREATE INDEX contact_points_by_last_digits ON contact_points (reverse(address) text_pattern_ops) WHERE channel = 'sms';
CREATE INDEX cases_by_number ON cases (number text_pattern_ops);
