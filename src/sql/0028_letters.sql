-- Letters: mails that no submission asks for.  Each is a row of the outbox and
-- what it says; its links are signed when it is sent, so that no key comes
-- here, and whether its person may be written to is asked then, too.

CREATE TABLE piste.letter (
	outbox_id bigint PRIMARY KEY REFERENCES piste.outbox (id),
	name uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
	once_key text NOT NULL UNIQUE
		CHECK (octet_length(once_key) BETWEEN 1 AND 200),
	recipient text CHECK (octet_length(recipient) <= 254),
	lang text NOT NULL CHECK (octet_length(lang) = 2),
	person_id bigint REFERENCES piste.person (id),
	seller_id bigint REFERENCES piste.seller (id),
	lead_id bigint REFERENCES piste.lead (id),
	purpose text,
	channel text,
	subject text NOT NULL CHECK (octet_length(subject) <= 400),
	brand text CHECK (octet_length(brand) <= 400),
	headline text CHECK (octet_length(headline) <= 400),
	text text NOT NULL CHECK (octet_length(text) <= 32768),
	buttons jsonb NOT NULL CHECK (jsonb_typeof(buttons) = 'array'
		AND jsonb_array_length(buttons) <= 8),
	zones text[],
	hours int4range,
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((zones IS NULL) = (hours IS NULL)),
	CHECK ((person_id IS NULL) = (recipient IS NOT NULL)),
	CHECK ((person_id IS NULL) = (purpose IS NULL)
		AND (person_id IS NULL) = (channel IS NULL))
);
CREATE INDEX letter_person ON piste.letter (person_id, created_at)
	WHERE person_id IS NOT NULL;
CREATE INDEX letter_lead ON piste.letter (lead_id) WHERE lead_id IS NOT NULL;
COMMENT ON TABLE piste.letter IS
	'A mail that no submission asked for, and the row of the outbox that sends it (kind mail.letter). Made by piste.letter_append() alone.';
COMMENT ON COLUMN piste.letter.outbox_id IS 'What sends it';
COMMENT ON COLUMN piste.letter.name IS
	'In its Message-ID: a delivery report that tells it is believed';
COMMENT ON COLUMN piste.letter.once_key IS
	'The fact it tells of: one fact, one letter';
COMMENT ON COLUMN piste.letter.recipient IS
	'Address of whoever works here; NULL: the person''s, as it is when it is sent';
COMMENT ON COLUMN piste.letter.lang IS 'fr or en';
COMMENT ON COLUMN piste.letter.person_id IS
	'To whom, if to one of those who gave us their address';
COMMENT ON COLUMN piste.letter.seller_id IS 'To whom, if to a seller';
COMMENT ON COLUMN piste.letter.lead_id IS
	'What it is about; it may tell what was answered, and is emptied with it';
COMMENT ON COLUMN piste.letter.purpose IS
	'What the person must have agreed to, asked again when it is sent';
COMMENT ON COLUMN piste.letter.channel IS 'By this channel, to recipient us';
COMMENT ON COLUMN piste.letter.subject IS 'One line';
COMMENT ON COLUMN piste.letter.brand IS 'Whose letter it is, or none';
COMMENT ON COLUMN piste.letter.headline IS 'One line, or none';
COMMENT ON COLUMN piste.letter.text IS
	'Paragraphs, an empty line between them';
COMMENT ON COLUMN piste.letter.buttons IS
	'[{"label", "link": {"kind", …}}], in their order: see deliver/letterlink.h';
COMMENT ON COLUMN piste.letter.zones IS
	'Time zones of its reader: it leaves within hours in all of them, however long its server was away; NULL: whenever it can';
COMMENT ON COLUMN piste.letter.hours IS 'Minutes of the day';
COMMENT ON COLUMN piste.letter.created_at IS 'With the fact';

ALTER TABLE piste.mail ALTER COLUMN submission_id DROP NOT NULL;
COMMENT ON COLUMN piste.mail.submission_id IS
	'What it is about; NULL of a letter';
DROP INDEX piste.outbox_mail;
CREATE INDEX outbox_mail ON piste.outbox (available_at, id)
	WHERE state = 'ready'
		AND kind IN ('mail.confirm', 'mail.asset', 'mail.letter');

CREATE FUNCTION piste.letter_append(recipient text, lang text, person bigint,
	seller bigint, lead bigint, purpose text, channel text, subject text,
	brand text, headline text, body text, buttons jsonb, once_key text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	SELECT l.outbox_id INTO made FROM piste.letter AS l
	WHERE l.once_key = letter_append.once_key;
	IF FOUND THEN
		RETURN made;
	END IF;
	BEGIN
		INSERT INTO piste.outbox AS o (kind, payload)
		VALUES ('mail.letter', '{}') RETURNING o.id INTO made;
		INSERT INTO piste.letter AS l (outbox_id, once_key, recipient, lang,
			person_id, seller_id, lead_id, purpose, channel, subject, brand,
			headline, text, buttons)
		VALUES (made, letter_append.once_key, nullif($1, ''), $2, $3, $4, $5,
			nullif($6, ''), nullif($7, ''), $8, nullif($9, ''),
			nullif($10, ''), $11, coalesce($12, '[]'));
	EXCEPTION WHEN unique_violation THEN
		-- Another one has told of the same fact meanwhile.
		SELECT l.outbox_id INTO STRICT made FROM piste.letter AS l
		WHERE l.once_key = letter_append.once_key;
	END;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.letter_append(text, text, bigint, bigint, bigint,
	text, text, text, text, text, text, jsonb, text) IS
	'Makes a letter, to be sent once: to a person (recipient NULL, purpose and channel given) or to an address of somebody who works here. With a once_key that was there before nothing is made. The row of the outbox.';

CREATE FUNCTION piste.letter_begin(row_id bigint, mail_round integer,
	address_max integer)
RETURNS TABLE (refusal text, mail_kind text, mail_round_is integer,
	submission uuid, page text, lang text, recipient text, asset text,
	brand text, title text, has_consents boolean, asked_ms bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	address text;
	why text;
BEGIN
	SELECT t.name, t.lang, t.recipient, t.purpose, t.channel, t.created_at,
		t.zones, t.hours, piste.person_now(t.person_id) AS person_id
	INTO l FROM piste.letter AS t WHERE t.outbox_id = row_id;
	address := coalesce(l.recipient, (SELECT p.email FROM piste.person AS p
		WHERE p.id = l.person_id AND p.erased_at IS NULL));
	why := CASE WHEN address IS NULL THEN 'no-address'
		WHEN l.person_id IS NOT NULL AND NOT piste.may_contact(l.person_id,
			l.purpose, l.channel, 'us') THEN 'not-allowed'
		WHEN piste.mail_is_refused(address) THEN 'bounced'
		-- Whoever works here is written to as often as there is work.
		WHEN l.person_id IS NOT NULL THEN piste.mail_cap(row_id, mail_round,
			piste.mail_mailbox(address), NULL, address_max, 1) END;
	IF why IS NULL AND EXISTS (SELECT FROM unnest(l.zones) AS z (name)
			CROSS JOIN LATERAL (SELECT now() AT TIME ZONE z.name) AS t (at)
		WHERE NOT (extract(hour FROM t.at) * 60
			+ extract(minute FROM t.at))::integer <@ l.hours)
	THEN
		why := 'quiet-hours';
		UPDATE piste.outbox AS o SET state = 'ready',
			attempts = greatest(o.attempts - 1, 0), locked_by = NULL,
			locked_until = NULL, available_at = now() + interval '15 minutes'
		WHERE o.id = row_id;
	ELSIF why IS NOT NULL THEN
		PERFORM piste.mail_drop(row_id, mail_round, NULL, why);
	END IF;
	IF why IS NOT NULL THEN
		RETURN QUERY SELECT why, 'mail.letter', mail_round, l.name, NULL,
			l.lang, NULL, NULL, NULL, NULL, NULL::boolean, NULL::bigint;
		RETURN;
	END IF;
	INSERT INTO piste.mail AS m (outbox_id, round, state, address, mailbox)
	VALUES (row_id, mail_round, 'sending', lower(address),
		piste.mail_mailbox(address))
	ON CONFLICT ON CONSTRAINT mail_pkey DO NOTHING;
	RETURN QUERY SELECT NULL, 'mail.letter', mail_round, l.name, NULL, l.lang,
		address, NULL, NULL, NULL, l.person_id IS NOT NULL,
		(extract(epoch FROM l.created_at) * 1000)::bigint;
END $$;
COMMENT ON FUNCTION piste.letter_begin(bigint, integer, integer) IS
	'piste.mail_begin() of a letter: submission is its name. In its reader''s quiet hours it stays ready, for later.';
REVOKE EXECUTE ON FUNCTION piste.letter_begin(bigint, integer, integer)
	FROM PUBLIC;

CREATE FUNCTION piste.letter_read(row_id bigint, by_worker text)
RETURNS TABLE (subject text, brand text, headline text, body text,
	buttons jsonb, person bigint, seller bigint, lead bigint,
	submission uuid, page text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.subject, coalesce(l.brand, ''), coalesce(l.headline, ''),
		l.text, l.buttons, piste.person_now(l.person_id), l.seller_id,
		piste.lead_now(l.lead_id), b.id, b.page_key
	FROM piste.letter AS l JOIN piste.outbox AS q ON q.id = l.outbox_id
		LEFT JOIN LATERAL (SELECT s.id, s.page_key
			FROM piste.lead AS o JOIN piste.submission AS s
				ON s.lead_id = o.id
			WHERE o.person_id = piste.person_now(l.person_id)
			ORDER BY s.seq DESC LIMIT 1) AS b ON true
	WHERE l.outbox_id = row_id AND q.state = 'claimed'
		AND q.locked_by = by_worker
$$;
COMMENT ON FUNCTION piste.letter_read(bigint, text) IS
	'What a letter that this worker has claimed says; of its person the last submission, by which links that take consents back are made, and its page.';

SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.mail_begin(bigint, text, integer, integer)',
		'why := coalesce(piste.mail_objection(row_id)',
		'IF asked.kind = ''mail.letter'' THEN
		RETURN QUERY SELECT b.refusal, b.mail_kind, b.mail_round_is,
			b.submission, b.page, b.lang, b.recipient, b.asset, b.brand,
			b.title, b.has_consents, b.asked_ms
		FROM piste.letter_begin(row_id, asked.round, address_max) AS b;
		RETURN;
	END IF;
	why := coalesce(piste.mail_objection(row_id)'),
	('piste.mail_bounce(bigint, integer, uuid, text, text)',
		'AND m.submission_id = submission',
		'AND submission = coalesce(m.submission_id, (SELECT l.name
			FROM piste.letter AS l WHERE l.outbox_id = m.outbox_id))')
) AS c (signature, before, after);

-- Erasing.  An array is looked up in an index beside the other condition;
-- rows of a query there would be a scan of the whole table for each person.
UPDATE piste.held SET whose = whose
	|| ' OR t.id = ANY (ARRAY(SELECT l.outbox_id FROM piste.letter AS l WHERE l.person_id = ANY (($1).persons) OR l.lead_id = ANY (($1).leads)))'
WHERE place = 'outbox';
UPDATE piste.held SET whose = whose
	|| ' OR t.outbox_id = ANY (ARRAY(SELECT l.outbox_id FROM piste.letter AS l WHERE l.person_id = ANY (($1).persons)))'
WHERE place = 'mail';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('letter', 't.person_id = ANY (($1).persons) OR t.lead_id = ANY (($1).leads)',
	'SET subject = '''', brand = NULL, headline = NULL, text = '''', buttons = ''[]''',
	'Letters are counted; whose address it went to is in mail');
SELECT piste.function_change('piste.held_files(piste.subject)',
	'WHERE m.submission_id = ANY (s.submissions))',
	'WHERE m.submission_id = ANY (s.submissions)
			OR m.outbox_id = ANY (ARRAY(SELECT l.outbox_id
				FROM piste.letter AS l WHERE l.person_id = ANY (s.persons)
					OR l.lead_id = ANY (s.leads))))');

REVOKE EXECUTE ON FUNCTION piste.letter_append(text, text, bigint, bigint,
	bigint, text, text, text, text, text, text, jsonb, text),
	piste.letter_read(bigint, text) FROM PUBLIC;
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT (outbox_id, once_key, person_id, seller_id, lead_id, purpose, channel, created_at) ON piste.letter',
	'EXECUTE ON FUNCTION piste.letter_append(text, text, bigint, bigint, bigint, text, text, text, text, text, text, jsonb, text)',
	'EXECUTE ON FUNCTION piste.letter_read(bigint, text)'
	]) AS r (what);
