-- Who is asked again: a mail domain while the DNS was silent, a mail server
-- that put a mail off; what mails and links read of a page, and no more.

-- What the DNS could not say while a lead was qualified it may say later.
CREATE INDEX email_quality_unknown ON piste.email_quality (judged_at)
	WHERE mail = 'unknown';
COMMENT ON INDEX piste.email_quality_unknown IS
	'Addresses whose domain the DNS has told nothing of: see mail_domains_due';

CREATE OR REPLACE FUNCTION piste.mail_domains_due(rows_max integer)
RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS (
		SELECT d.domain FROM (
			SELECT q.submission_id FROM piste.qualification_queue AS q
			WHERE q.state = 'ready' AND q.available_at <= now()
			ORDER BY q.priority DESC, q.available_at, q.id LIMIT rows_max
		) AS q
		CROSS JOIN LATERAL (
			SELECT lower(split_part(s.email, '@', 2)) AS domain
			FROM piste.submission AS s WHERE s.id = q.submission_id OFFSET 0
		) AS d
		WHERE d.domain <> '' AND NOT EXISTS (
			SELECT FROM piste.mail_domain AS m
			WHERE m.domain = d.domain AND m.checked_at > now() - CASE m.mail
				WHEN 'unknown' THEN interval '10 minutes'
				WHEN 'exchanger' THEN interval '7 days'
				ELSE interval '1 day' END)
	), silent AS (
		-- Ten minutes after, then after as long again as it has been silent.
		SELECT d.domain FROM piste.email_quality AS e
			JOIN piste.submission AS s ON s.id = e.submission_id
			CROSS JOIN LATERAL (SELECT lower(split_part(s.email, '@', 2)))
				AS d (domain)
			LEFT JOIN piste.mail_domain AS m ON m.domain = d.domain
		WHERE e.mail = 'unknown' AND e.judged_at > now() - interval '3 days'
			AND d.domain <> '' AND (m.domain IS NULL OR m.mail = 'unknown'
			AND m.checked_at < now() - greatest(interval '10 minutes',
				m.checked_at - e.judged_at))
		ORDER BY e.judged_at DESC LIMIT rows_max
	)
	SELECT a.domain FROM (
		SELECT f.domain, 1 AS turn FROM fresh AS f
		UNION ALL SELECT s.domain, 2 FROM silent AS s
	) AS a
	GROUP BY a.domain ORDER BY min(a.turn), a.domain LIMIT rows_max
$$;
COMMENT ON FUNCTION piste.mail_domains_due(integer) IS
	'The mail domains the DNS has to be asked about, rows_max at most: of the next rows to qualify those never asked or too long ago, then those it told nothing of while leads of the last three days were qualified.';

CREATE FUNCTION piste.mail_domains_settle(rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	settled integer;
BEGIN
	WITH known AS MATERIALIZED (
		SELECT e.submission_id, s.lead_id, m.mail
		FROM piste.email_quality AS e
			JOIN piste.submission AS s ON s.id = e.submission_id
			JOIN piste.mail_domain AS m
				ON m.domain = lower(split_part(s.email, '@', 2))
		WHERE e.mail = 'unknown' AND e.judged_at > now() - interval '3 days'
			AND m.mail <> 'unknown'
		ORDER BY e.judged_at DESC LIMIT rows_max
		FOR UPDATE OF e SKIP LOCKED
	), told AS (
		UPDATE piste.email_quality AS e SET mail = k.mail, judged_at = now()
		FROM known AS k WHERE e.submission_id = k.submission_id
		RETURNING e.submission_id, k.lead_id
	), reopened AS (
		UPDATE piste.qualification_queue AS q SET state = 'ready',
			available_at = now(), attempts = 0, finished_at = NULL
		FROM told AS t
		WHERE q.lead_id = t.lead_id AND q.submission_id = t.submission_id
			AND q.state = 'done'
		RETURNING 1
	) SELECT count(*) INTO settled FROM told;
	RETURN settled;
END $$;
COMMENT ON FUNCTION piste.mail_domains_settle(integer) IS
	'Writes down what the DNS has said since of addresses it told nothing of, rows_max at most, and opens their leads'' rows again, so that they are scored with it. How many addresses.';
REVOKE EXECUTE ON FUNCTION piste.mail_domains_settle(integer) FROM PUBLIC;
SELECT piste.worker_allow(
	'EXECUTE ON FUNCTION piste.mail_domains_settle(integer)');

-- A mail that was begun is in the count already: put off by its server, it
-- is not dropped for others that came meanwhile.
CREATE OR REPLACE FUNCTION piste.mail_cap(row_id bigint, mail_round integer,
	to_mailbox text, from_network cidr, address_max integer,
	network_max integer) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Counting and writing the row that counts are one step for all workers;
	-- a mailbox is always locked before a network.
	PERFORM pg_advisory_xact_lock(hashtextextended('mail ' || to_mailbox, 0));
	PERFORM pg_advisory_xact_lock(hashtextextended('mail '
		|| coalesce(from_network::text, ''), 0));
	PERFORM FROM piste.mail AS m WHERE m.outbox_id = row_id
		AND m.round = mail_round AND m.state <> 'dropped';
	IF FOUND THEN
		RETURN NULL;
	END IF;
	RETURN CASE
		WHEN (SELECT count(*) FROM piste.mail AS m
			WHERE m.mailbox = to_mailbox AND m.state <> 'dropped'
				AND m.begun_at > now() - interval '1 day')
			>= address_max THEN 'address-cap'
		WHEN (SELECT count(*) FROM piste.mail AS m
			WHERE m.network = from_network AND m.state <> 'dropped'
				AND m.begun_at > now() - interval '1 day')
			>= network_max THEN 'network-cap' END;
END $$;
COMMENT ON FUNCTION piste.mail_cap(bigint, integer, text, cidr, integer,
	integer) IS
	'Which cap another mail to a mailbox, asked for from a network, would pass within a day; NULL for none, and for one that was begun before. Until commit nobody else counts there.';

-- Who reads a mail may be a stranger to whom a page would say "Hello {name}".
CREATE FUNCTION piste.mail_part(page jsonb, variant jsonb, part text,
	lang text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN said.text LIKE '%{%' AND (
			coalesce(page->'personal', '{}') <> '{}'
			OR coalesce(page->'parameters', '{}') <> '{}')
		THEN NULL ELSE said.text END
	FROM (SELECT variant->'parts'->part->>lang) AS said (text)
$$;
COMMENT ON FUNCTION piste.mail_part(jsonb, jsonb, text, text) IS
	'A part''s text as a mail may quote it: NULL when it has places that the page fills for its reader.';

-- A title of its own is the page's, whatever its headline says.
SELECT piste.function_change(
	'piste.mail_begin(bigint, text, integer, integer)',
	'v.definition->''parts''->''brand''->>l.lang,
		coalesce(v.definition->''parts''->''title''->>l.lang,
			v.definition->''parts''->''headline''->>l.lang),',
	'piste.mail_part(p.definition, v.definition, ''brand'',
			l.lang),
		CASE WHEN v.definition->''parts''->''title''->>l.lang <> ''''
			THEN piste.mail_part(p.definition, v.definition, ''title'',
				l.lang)
			ELSE piste.mail_part(p.definition, v.definition, ''headline'',
				l.lang) END,');

-- Of what a person has answered a page needs what its forms ask by turns.
CREATE FUNCTION piste.page_stock(page text) RETURNS SETOF text
LANGUAGE sql STABLE AS $$
	SELECT DISTINCT stock.name
	FROM piste.page AS p
		JOIN piste.form AS f ON f.key = p.form_key OR f.key IN (
			SELECT v.definition->>'form' FROM piste.variant AS v
			WHERE v.page_key = p.key AND v.removed_at IS NULL)
		CROSS JOIN LATERAL jsonb_array_elements_text(CASE
			WHEN jsonb_typeof(f.definition->'progressive'->'stock') = 'array'
			THEN f.definition->'progressive'->'stock' ELSE '[]' END)
			AS stock (name)
	WHERE p.key = $1
$$;
COMMENT ON FUNCTION piste.page_stock(text) IS
	'The names of fields that forms of a page ask by turns.';

SELECT piste.function_change(
	'piste.recipient_facts(bigint, uuid, uuid, text)',
	'WHERE f.value NOT IN (''""'', ''false'', ''[]'', ''null'')',
	'WHERE f.value NOT IN (''""'', ''false'', ''[]'', ''null'')
		AND f.key IN (SELECT piste.page_stock($4))');
COMMENT ON FUNCTION piste.recipient_facts(bigint, uuid, uuid, text) IS
	'What a page may say to whom a link names: parts given with it, particulars of the person, and the names (never values) of those fields they have answered that the page''s forms ask by turns. Of somebody merged: of those they were merged into.';
