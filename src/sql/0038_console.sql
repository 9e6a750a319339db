-- What the console's screens read and do, each by the role that may.

-- What needs somebody now.
CREATE FUNCTION piste.attention(OUT what text, OUT subject text, OUT n bigint)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH looked AS (
		SELECT e.key, (SELECT v.verdict FROM piste.verdict AS v
			WHERE v.experiment_key = e.key AND v.phase = e.phase
			ORDER BY v.as_of DESC LIMIT 1) AS verdict
		FROM piste.experiment AS e WHERE e.state IN ('running', 'paused')
	)
	SELECT 'invalid', l.key, 1::bigint FROM looked AS l
	WHERE l.verdict LIKE 'invalid%'
	UNION ALL SELECT 'late', '', count(*) FROM piste.breach AS b
	WHERE b.ended_at IS NULL HAVING count(*) > 0
	UNION ALL SELECT 'overflow', '', count(*) FROM piste.overflow
	HAVING count(*) > 0
	UNION ALL SELECT 'quarantine', '', count(*) FROM piste.quarantine
	HAVING count(*) > 0
	UNION ALL SELECT 'decided', l.key, 1 FROM looked AS l
	WHERE l.verdict IN ('ship', 'ship_low_risk', 'stop_keep_control',
		'keep_control_low_risk', 'inconclusive_stop',
		'no_meaningful_difference')
	UNION ALL SELECT 'undelivered', '', count(*) FROM piste.outbox AS o
	WHERE o.state = 'dead' HAVING count(*) > 0
$$;
COMMENT ON FUNCTION piste.attention() IS
	'What waits for somebody: experiments whose last look can''t be trusted (invalid) or has an answer (decided), leads that wait longer than promised (late) or that no seller can take (overflow), submissions put aside (quarantine), mails and calls given up (undelivered).';

CREATE FUNCTION piste.daily(of_days integer, OUT day date, OUT views bigint,
	OUT leads bigint)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH span AS (
		SELECT ((now() AT TIME ZONE 'UTC')::date - of_days + 1) AS since
	), seen AS (
		SELECT (e.hour AT TIME ZONE 'UTC')::date AS day, sum(e.views) AS n
		FROM piste.figure_seen((SELECT s.since::timestamp
				AT TIME ZONE 'UTC' FROM span AS s), 'infinity') AS e
		WHERE NOT e.is_synthetic
		GROUP BY 1
	), made AS (
		SELECT (l.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS n
		FROM piste.lead AS l JOIN piste.offer AS f ON f.key = l.offer_key
			AND NOT f.is_synthetic
		WHERE l.created_at >= (SELECT s.since::timestamp
				AT TIME ZONE 'UTC' FROM span AS s)
			AND l.merged_into IS NULL AND l.spam_at IS NULL
		GROUP BY 1
	)
	SELECT d.day::date, coalesce(v.n, 0)::bigint, coalesce(m.n, 0)
	FROM span AS s CROSS JOIN generate_series(s.since,
			s.since + of_days - 1, interval '1 day') AS d (day)
		LEFT JOIN seen AS v ON v.day = d.day::date
		LEFT JOIN made AS m ON m.day = d.day::date
	ORDER BY 1
$$;
COMMENT ON FUNCTION piste.daily(integer) IS
	'Of each of the last days (UTC, the last is today): pages shown to humans and leads made, of real offers, counted as piste.funnel() does.';
SELECT piste.role_allow('reader', 'EXECUTE ON FUNCTION ' || f.name)
FROM unnest(ARRAY['piste.attention()', 'piste.daily(integer)']) AS f (name);

-- Who is who, and for readers who it might be.
CREATE FUNCTION piste.address_masked(address text) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN strpos(address, '@') > 1
		THEN left(address, 1) || '…' || substr(address, strpos(address, '@'))
		ELSE left(address, 3) || '…' || right(address, 2) END
$$;
COMMENT ON FUNCTION piste.address_masked(text) IS
	'm…@example.org of an e-mail address, +33…78 of a telephone number: enough to know it again, too little to use it.';

CREATE VIEW piste.person_card AS
SELECT p.id, p.email, p.phone, p.first_name, p.last_name, p.company,
	p.created_at, p.merged_into
FROM piste.person AS p WHERE p.erased_at IS NULL;
COMMENT ON VIEW piste.person_card IS
	'Persons as those see them who may use an address.';
COMMENT ON COLUMN piste.person_card.id IS 'As in person, and so on';
COMMENT ON COLUMN piste.person_card.email IS 'As typed';
COMMENT ON COLUMN piste.person_card.phone IS 'E.164';
COMMENT ON COLUMN piste.person_card.first_name IS 'As typed';
COMMENT ON COLUMN piste.person_card.last_name IS 'As typed';
COMMENT ON COLUMN piste.person_card.company IS 'As typed';
COMMENT ON COLUMN piste.person_card.created_at IS 'First submission';
COMMENT ON COLUMN piste.person_card.merged_into IS 'Whose card to read';

CREATE VIEW piste.person_card_masked WITH (security_barrier) AS
SELECT p.id, piste.address_masked(p.email) AS email,
	piste.address_masked(p.phone) AS phone, p.first_name, p.last_name,
	p.company, p.created_at, p.merged_into
FROM piste.person AS p WHERE p.erased_at IS NULL;
COMMENT ON VIEW piste.person_card_masked IS
	'The same without addresses: all that a reader has of people.';
COMMENT ON COLUMN piste.person_card_masked.id IS 'As in person_card';
COMMENT ON COLUMN piste.person_card_masked.email IS 'By address_masked';
COMMENT ON COLUMN piste.person_card_masked.phone IS 'By address_masked';
COMMENT ON COLUMN piste.person_card_masked.first_name IS 'As in person_card';
COMMENT ON COLUMN piste.person_card_masked.last_name IS 'As in person_card';
COMMENT ON COLUMN piste.person_card_masked.company IS 'As in person_card';
COMMENT ON COLUMN piste.person_card_masked.created_at IS 'As in person_card';
COMMENT ON COLUMN piste.person_card_masked.merged_into IS 'As in person_card';
SELECT piste.role_allow('seller', 'SELECT ON piste.person_card');
SELECT piste.role_allow('reader', 'SELECT ON piste.person_card_masked');

-- A surname may be longer than an index takes: its beginning finds it.
CREATE INDEX person_last_name ON piste.person (left(lower(last_name), 100))
	WHERE last_name IS NOT NULL AND erased_at IS NULL;
COMMENT ON INDEX piste.person_last_name IS
	'Who is called so; its making keeps writers of person waiting, some seconds a million';

CREATE FUNCTION piste.person_named(typed text, rows_max integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
	-- Surnames have blanks too: what is typed may end with any of these.
	WITH words AS (
		SELECT string_to_array(lower(regexp_replace(btrim(typed), '\s+', ' ',
			'g')), ' ') AS word
	), ends AS (
		SELECT array_to_string(w.word[i:], ' ') AS name
		FROM words AS w CROSS JOIN
			generate_series(1, least(cardinality(w.word), 8)) AS i
	), called AS MATERIALIZED (
		-- First by name, or all are looked at from the latest on.
		SELECT p.id FROM piste.person AS p
		WHERE p.last_name IS NOT NULL AND p.erased_at IS NULL
			AND left(lower(p.last_name), 100) = ANY (ARRAY(
				SELECT left(e.name, 100) FROM ends AS e WHERE e.name <> ''))
			AND (SELECT array_to_string(w.word, ' ') FROM words AS w)
			IN (lower(p.last_name), lower(concat_ws(' ', p.first_name,
				p.last_name)))
	), met AS (
		SELECT DISTINCT piste.person_now(f.id) AS id
		FROM (SELECT c.id FROM called AS c ORDER BY c.id DESC LIMIT $2) AS f
	)
	SELECT m.id FROM met AS m JOIN piste.person AS p ON p.id = m.id
	WHERE p.erased_at IS NULL ORDER BY m.id DESC LIMIT $2
$$;
COMMENT ON FUNCTION piste.person_named(text, integer) IS
	'Who has exactly that surname, or first name and surname, in any case; of those merged the one that is left. The latest first. Readers have no other search: by addresses they could try out whose is which.';

CREATE FUNCTION piste.person_search(typed text, rows_max integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT m.id FROM (
		SELECT k.id FROM unnest(piste.consent_people(typed)) AS k (id)
		WHERE strpos(typed, '@') > 1
		UNION SELECT n.id FROM piste.person_named(typed, $2) AS n (id)
	) AS m JOIN piste.person AS p ON p.id = m.id
	WHERE p.erased_at IS NULL ORDER BY m.id DESC LIMIT $2
$$;
COMMENT ON FUNCTION piste.person_search(text, integer) IS
	'The same, or who is known by exactly that e-mail address.';

CREATE FUNCTION piste.person_leads(of_person bigint, OUT id bigint,
	OUT offer text, OUT stage text, OUT grade text, OUT score integer,
	OUT created_at timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.id, l.offer_key, l.stage, l.grade, l.score, l.created_at
	FROM piste.lead AS l WHERE l.person_id = $1 AND l.merged_into IS NULL
	ORDER BY l.id DESC LIMIT 100
$$;
COMMENT ON FUNCTION piste.person_leads(bigint) IS
	'A person''s leads but for those that gave way, the latest first.';

CREATE FUNCTION piste.person_story(of_person bigint, rows_max integer,
	OUT at timestamptz, OUT what text, OUT subject text, OUT detail text)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.at, f.what, f.subject, f.detail FROM (
		(SELECT s.received_at AS at, 'submission' AS what,
			s.page_key AS subject, s.via AS detail
		FROM piste.lead AS l JOIN piste.submission AS s ON s.lead_id = l.id
		WHERE l.person_id = $1 ORDER BY s.received_at DESC LIMIT $2)
		UNION ALL (SELECT c.given_at, c.what,
			concat_ws(' · ', c.purpose, c.channel, c.recipient), c.via
		FROM piste.consent AS c WHERE c.person_id = $1
		ORDER BY c.seq DESC LIMIT $2)
		UNION ALL (SELECT h.at, 'stage', h.to_stage, h.role
		FROM piste.lead AS l JOIN piste.lead_history AS h
			ON h.lead_id = l.id
		WHERE l.person_id = $1 ORDER BY h.at DESC LIMIT $2)
		UNION ALL (SELECT m.at, 'merged', m.from_id::text, NULL
		FROM piste.person_merge AS m
		WHERE m.into_id = $1 AND m.undone_at IS NULL
		ORDER BY m.id DESC LIMIT $2)
	) AS f ORDER BY f.at DESC LIMIT $2
$$;
COMMENT ON FUNCTION piste.person_story(bigint, integer) IS
	'What happened with a person, the latest first: forms sent (page, road), words on consent (given, confirmed, withdrawn), stages of leads, merges. No address, nobody''s own words.';

CREATE FUNCTION piste.person_standing(of_person bigint, OUT purpose text,
	OUT channel text, OUT recipient text, OUT may boolean, OUT said text,
	OUT at timestamptz, OUT is_live boolean)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.purpose, c.channel, c.recipient,
		piste.may_contact($1, c.purpose, c.channel, c.recipient), c.what,
		c.given_at, c.what <> 'withdrawn'
	FROM (SELECT DISTINCT ON (o.purpose, o.channel, o.recipient) o.purpose,
			o.channel, o.recipient, o.what, o.given_at
		FROM piste.consent AS o WHERE o.person_id = $1
		ORDER BY o.purpose, o.channel, o.recipient, o.seq DESC) AS c
	ORDER BY c.purpose, c.channel, c.recipient LIMIT 100
$$;
COMMENT ON FUNCTION piste.person_standing(bigint) IS
	'What a person last said of each purpose, channel and recipient, whether that can be taken back (is_live: also while it awaits its confirmation), and what it comes to: piste.may_contact().';
SELECT piste.role_allow('reader', 'EXECUTE ON FUNCTION ' || f.name)
FROM unnest(ARRAY['piste.person_named(text, integer)',
	'piste.person_leads(bigint)', 'piste.person_story(bigint, integer)',
	'piste.person_standing(bigint)']) AS f (name);
SELECT piste.role_allow('seller',
	'EXECUTE ON FUNCTION piste.person_search(text, integer)');

CREATE FUNCTION piste.console_withdraw(session text, persons bigint[],
	purpose text, channel text, recipient text)
RETURNS TABLE (person bigint, withdrawn integer)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.actor_of($1, 'seller');
	RETURN QUERY SELECT w.id, piste.consent_withdraw(w.id, $3, $4, $5,
		'console') FROM unnest(piste.consent_hold_all($2)) AS w (id)
		ORDER BY w.id;
END $$;
COMMENT ON FUNCTION piste.console_withdraw(text, bigint[], text, text, text) IS
	'piste.consent_withdraw() of each, on the word of a session that is a seller''s at least.';
SELECT piste.role_allow('seller',
	'EXECUTE ON FUNCTION piste.console_withdraw(text, bigint[], text, text, text)');

-- What was put aside.
CREATE VIEW piste.quarantine_masked WITH (security_barrier) AS
SELECT q.id, q.seq, q.reason, q.page_key, q.form_key,
	piste.address_masked(q.email) AS email, NULL::inet AS ip_prefix, q.via,
	q.received_at
FROM piste.quarantine AS q;
COMMENT ON VIEW piste.quarantine_masked IS
	'Submissions put aside, without addresses.';
COMMENT ON COLUMN piste.quarantine_masked.id IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.seq IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.reason IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.page_key IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.form_key IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.email IS 'By address_masked';
COMMENT ON COLUMN piste.quarantine_masked.ip_prefix IS 'Never told';
COMMENT ON COLUMN piste.quarantine_masked.via IS 'As in quarantine';
COMMENT ON COLUMN piste.quarantine_masked.received_at IS 'As in quarantine';
SELECT piste.role_allow('reader', 'SELECT ON piste.quarantine_masked');
SELECT piste.role_allow('seller', 'SELECT ON piste.quarantine');

CREATE FUNCTION piste.console_release(session text, submissions uuid[])
RETURNS TABLE (released uuid, verdict text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of($1, 'marketer');
	n bigint;
BEGIN
	RETURN QUERY SELECT r.released, r.verdict
		FROM piste.quarantine_release($2) AS r;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n > 0 THEN
		PERFORM piste.audit_write(actor, 'quarantine.release', 'quarantine',
			NULL, (SELECT jsonb_build_object('released', n, 'reasons',
				jsonb_agg(DISTINCT s.quarantine_reason))
			FROM piste.submission AS s WHERE s.id = ANY ($2)));
	END IF;
END $$;
COMMENT ON FUNCTION piste.console_release(text, uuid[]) IS
	'piste.quarantine_release() on the word of a session that is a marketer''s at least, noted in the journal with it.';
SELECT piste.role_allow('marketer',
	'EXECUTE ON FUNCTION piste.console_release(text, uuid[])');
REVOKE EXECUTE ON FUNCTION piste.attention(), piste.daily(integer),
	piste.person_named(text, integer), piste.person_search(text, integer),
	piste.person_leads(bigint), piste.person_story(bigint, integer), piste.person_standing(bigint),
	piste.console_withdraw(text, bigint[], text, text, text),
	piste.console_release(text, uuid[]) FROM PUBLIC;

-- Files on their way in.
CREATE TABLE piste.import_upload (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id bigint NOT NULL REFERENCES piste.app_user (id),
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 400),
	sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
	content bytea,
	words text[] NOT NULL,
	map text NOT NULL DEFAULT '',
	totals jsonb,
	report jsonb,
	created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX import_upload_created ON piste.import_upload (created_at);
COMMENT ON TABLE piste.import_upload IS
	'Files that somebody is importing at the console, a day at most, and for longer what became of their rows.';
COMMENT ON COLUMN piste.import_upload.id IS 'In the screen''s address';
COMMENT ON COLUMN piste.import_upload.user_id IS 'Who brought it';
COMMENT ON COLUMN piste.import_upload.name IS 'As the file was called';
COMMENT ON COLUMN piste.import_upload.sha256 IS 'Of all its bytes';
COMMENT ON COLUMN piste.import_upload.content IS
	'The file; NULL once it was imported, or forgotten';
COMMENT ON COLUMN piste.import_upload.words IS
	'What is known of it, as the words of piste import';
COMMENT ON COLUMN piste.import_upload.map IS
	'Which column is which field, as --map has it';
COMMENT ON COLUMN piste.import_upload.totals IS
	'What became of it, as piste import prints it; NULL: not imported';
COMMENT ON COLUMN piste.import_upload.report IS
	'The rows that were refused, by line and reason, without what they said';
COMMENT ON COLUMN piste.import_upload.created_at IS 'When it was brought';
-- Bytes as text, whatever they are, so that case is no hindrance.
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('import_upload', 't.content IS NOT NULL AND EXISTS (SELECT FROM unnest(($1).emails || ($1).email_keys || ($1).phones) AS k (word) WHERE position(lower(encode(convert_to(k.word, ''UTF8''), ''escape'')) IN lower(encode(t.content, ''escape''))) > 0)',
	'DELETE', 'A file that is not imported yet goes as a whole: who brought it has it still, and objections hold when it is brought again');

ALTER TABLE piste.held
	ADD COLUMN withheld text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN piste.held.withheld IS
	'Columns that an export leaves out: they are of other people too';
UPDATE piste.held SET withheld = '{content}' WHERE place = 'import_upload';
CREATE OR REPLACE FUNCTION piste.held_export(s piste.subject) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	h record;
	found jsonb;
	told jsonb := '{}';
BEGIN
	FOR h IN SELECT o.place, o.whose, o.withheld FROM piste.held AS o
		ORDER BY o.position
	LOOP
		EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t) - $2), ''[]'')'
			' FROM piste.%I AS t WHERE %s', h.place, h.whose)
		INTO found USING s, h.withheld;
		told := told || jsonb_build_object(h.place, found);
	END LOOP;
	RETURN told;
END $$;
COMMENT ON FUNCTION piste.held_export(piste.subject) IS
	'All rows about them by table, every column but those withheld.';
SELECT piste.role_allow('marketer',
	'SELECT, INSERT, UPDATE, DELETE ON piste.import_upload');
SELECT piste.role_allow('marketer', 'SELECT ON piste.import');

CREATE FUNCTION piste.import_forget() RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	WITH gone AS (
		DELETE FROM piste.import_upload AS u
		WHERE u.created_at < now() - CASE WHEN u.totals IS NULL
			THEN interval '1 day' ELSE interval '90 days' END
		RETURNING 1
	) SELECT count(*) FROM gone
$$;
COMMENT ON FUNCTION piste.import_forget() IS
	'Files brought to the console and left alone for a day, and reports of 90 days. Safe to repeat.';
REVOKE EXECUTE ON FUNCTION piste.import_forget() FROM PUBLIC;
