-- Floods: how much comes from one network or for one address, what is put
-- aside for it, and how what was put aside becomes a lead after all.

CREATE INDEX submission_network ON piste.submission
	(piste.mail_network(ip_prefix), received_at)
	WHERE ip_prefix IS NOT NULL;
CREATE INDEX submission_address ON piste.submission
	(piste.email_key(email), received_at) WHERE email IS NOT NULL;
CREATE INDEX submission_quarantined ON piste.submission
	(quarantine_reason, seq) WHERE outcome = 'quarantined';
COMMENT ON INDEX piste.submission_network IS
	'How many came from a network lately: piste.submit_suspects() counts here';
COMMENT ON INDEX piste.submission_address IS 'The same for an address';
COMMENT ON INDEX piste.submission_quarantined IS
	'What is in quarantine; a release takes it out';

CREATE TABLE piste.quarantine_reason (
	reason text PRIMARY KEY CHECK (octet_length(reason) <= 64),
	what text NOT NULL
);
COMMENT ON TABLE piste.quarantine_reason IS
	'Why a submission may be put aside: what submission.quarantine_reason says.';
COMMENT ON COLUMN piste.quarantine_reason.reason IS 'As stored';
COMMENT ON COLUMN piste.quarantine_reason.what IS 'In words, for operators';
INSERT INTO piste.quarantine_reason (reason, what) VALUES
	('trapped', 'the field that only robots see was filled in'),
	('too-fast', 'sent sooner than min_fill_ms after it was shown'),
	('no-work', 'the proof of work that was asked for is not there, and its network had sent something else'),
	('too-many-network', 'more came from its /24 or /48 than rate_network_max'),
	('too-many-address', 'more came for its e-mail address than rate_address_max');
COMMENT ON COLUMN piste.submission.quarantine_reason IS
	'As in quarantine_reason; kept after a release';

CREATE FUNCTION piste.flood_limit(setting text) RETURNS integer
LANGUAGE sql STABLE AS $$
	SELECT coalesce(nullif(pg_catalog.current_setting('piste.' || setting,
		true), '')::integer, 0)
$$;
COMMENT ON FUNCTION piste.flood_limit(text) IS
	'A limit as the session that submits has set it (SET piste.rate_network_max = 500); 0, no limit, for who set none.';

-- Counted are rows of the index, once for all of a batch that share a network
-- (or address) and minute: a flood from one place costs a look a batch.  What
-- another connection has not committed yet is not seen, so each may let one
-- batch more through.
CREATE FUNCTION piste.flood_by_network(networks cidr[], times timestamptz[],
	span interval, rows_max integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
		WITH g AS MATERIALIZED (
			SELECT t.network, date_trunc('minute', t.at) AS minute,
				min(t.at) AS first_at, max(t.at) AS last_at
			FROM unnest(networks, times) AS t (network, at)
			WHERE t.network IS NOT NULL GROUP BY 1, 2
		), counted AS MATERIALIZED (
			SELECT g.network, g.minute, (SELECT count(*) FROM (
				SELECT FROM piste.submission AS s
				WHERE piste.mail_network(s.ip_prefix) = g.network
					AND s.ip_prefix IS NOT NULL
					AND s.received_at > g.first_at - span
					AND s.received_at <= g.last_at
				LIMIT rows_max) AS c) AS n
			FROM g
		)
		SELECT array_agg(c.n ORDER BY t.ord)
		FROM unnest(networks, times) WITH ORDINALITY
				AS t (network, at, ord)
			LEFT JOIN counted AS c ON c.network = t.network
				AND c.minute = date_trunc('minute', t.at));
END $$;
COMMENT ON FUNCTION piste.flood_by_network(cidr[], timestamptz[], interval,
	integer) IS
	'How many submissions are stored from each network in the span before each time, rows_max at most; NULL where the network is.';

CREATE FUNCTION piste.flood_by_address(addresses text[], times timestamptz[],
	span interval, rows_max integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
		WITH g AS MATERIALIZED (
			SELECT t.address, date_trunc('minute', t.at) AS minute,
				min(t.at) AS first_at, max(t.at) AS last_at
			FROM unnest(addresses, times) AS t (address, at)
			WHERE t.address IS NOT NULL GROUP BY 1, 2
		), counted AS MATERIALIZED (
			SELECT g.address, g.minute, (SELECT count(*) FROM (
				SELECT FROM piste.submission AS s
				WHERE piste.email_key(s.email) = g.address
					AND s.email IS NOT NULL
					AND s.received_at > g.first_at - span
					AND s.received_at <= g.last_at
				LIMIT rows_max) AS c) AS n
			FROM g
		)
		SELECT array_agg(c.n ORDER BY t.ord)
		FROM unnest(addresses, times) WITH ORDINALITY
				AS t (address, at, ord)
			LEFT JOIN counted AS c ON c.address = t.address
				AND c.minute = date_trunc('minute', t.at));
END $$;
COMMENT ON FUNCTION piste.flood_by_address(text[], timestamptz[], interval,
	integer) IS
	'The same by the e-mail addresses people are known by.';

CREATE OR REPLACE FUNCTION piste.submit_suspects(ids uuid[], facts piste.submit_fact[])
RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
	network_max integer := piste.flood_limit('rate_network_max');
	address_max integer := piste.flood_limit('rate_address_max');
	span interval := piste.flood_limit('rate_window_ms')
		* interval '1 millisecond';
	networks cidr[];
	addresses text[];
	times timestamptz[];
	near bigint[];
	same bigint[];
BEGIN
	-- A spooled row is judged by when it came; its place in the batch tells
	-- rows of one millisecond apart.  Files of leads are nobody's flood.
	SELECT array_agg(CASE WHEN f.via <> 'import'
			THEN piste.mail_network(f.ip_prefix) END ORDER BY f.ordinality),
		array_agg(CASE WHEN f.via <> 'import' THEN f.email_key END
			ORDER BY f.ordinality),
		array_agg(f.received_at + f.ordinality
			* interval '1 microsecond' ORDER BY f.ordinality)
	INTO networks, addresses, times
	FROM unnest(facts) WITH ORDINALITY AS f;
	-- One is enough to tell that a network is not quiet.
	near := piste.flood_by_network(networks, times, span,
		greatest(network_max, 1));
	IF address_max > 0 THEN
		same := piste.flood_by_address(addresses, times, span, address_max);
	END IF;
	RETURN (
		SELECT array_agg(CASE
			WHEN r.suspect <> 'no-work' THEN r.suspect
			WHEN network_max > 0 AND r.near > network_max
				THEN 'too-many-network'
			WHEN address_max > 0 AND r.same > address_max
				THEN 'too-many-address'
			-- Who has no script passes from where nobody else sends.
			WHEN r.suspect = 'no-work' AND coalesce(r.near, 2) > 1
				THEN 'no-work' END ORDER BY r.ord)
		FROM (
			SELECT b.ord, b.suspect,
				b.near + count(*) FILTER (WHERE b.is_fresh) OVER (
					PARTITION BY b.network ORDER BY b.at RANGE
					BETWEEN span PRECEDING AND CURRENT ROW) AS near,
				b.same + count(*) FILTER (WHERE b.is_fresh) OVER (
					PARTITION BY b.address ORDER BY b.at RANGE
					BETWEEN span PRECEDING AND CURRENT ROW) AS same
			FROM (
				-- A row sent twice is not two.
				SELECT f.ordinality AS ord, f.network, f.address, f.at,
					f.near, f.same, f.suspect, row_number() OVER (
						PARTITION BY f.id ORDER BY f.ordinality) = 1
						AND (SELECT s.id FROM piste.submission AS s
						WHERE s.id = f.id LIMIT 1) IS NULL AS is_fresh
				FROM unnest(ids, networks, addresses, times, near, same,
					facts) WITH ORDINALITY
					AS f (id, network, address, at, near, same)
			) AS b
		) AS r);
END $$;
COMMENT ON FUNCTION piste.submit_suspects(uuid[], piste.submit_fact[]) IS
	'Why each row is put aside, NULL when it isn''t: what the server found, else that more came from its network or for its address within rate_window_ms than rate_network_max or rate_address_max. Rows known before are asked about too, and the answer then means nothing.';

-- Out of quarantine.

CREATE VIEW piste.quarantine AS
SELECT s.id, s.seq, s.quarantine_reason AS reason, s.page_key, s.form_key,
	s.email, s.ip_prefix, s.via, s.received_at
FROM piste.submission AS s WHERE s.outcome = 'quarantined';
COMMENT ON VIEW piste.quarantine IS
	'Submissions put aside: no lead, no person, no consent until piste.quarantine_release().';
COMMENT ON COLUMN piste.quarantine.id IS 'As in submission, and so on';
COMMENT ON COLUMN piste.quarantine.seq IS 'The order of acceptance';
COMMENT ON COLUMN piste.quarantine.reason IS 'As in quarantine_reason';
COMMENT ON COLUMN piste.quarantine.page_key IS 'Where it was posted';
COMMENT ON COLUMN piste.quarantine.form_key IS 'What was asked';
COMMENT ON COLUMN piste.quarantine.email IS 'As typed';
COMMENT ON COLUMN piste.quarantine.ip_prefix IS 'Where it came from';
COMMENT ON COLUMN piste.quarantine.via IS 'By which road';
COMMENT ON COLUMN piste.quarantine.received_at IS 'When';

CREATE FUNCTION piste.quarantine_typed(form text, fields jsonb, kind text,
	named text, other text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT fields->>asked.name
	FROM piste.form AS f CROSS JOIN LATERAL ROWS FROM (
		jsonb_to_recordset(CASE
			WHEN jsonb_typeof(f.definition->'fields') = 'array'
			THEN f.definition->'fields' ELSE '[]' END)
		AS (name text, kind text)) WITH ORDINALITY AS asked (name, kind, ord)
	WHERE f.key = $1 AND asked.kind = $3 AND asked.name <> other
		AND jsonb_typeof(fields->asked.name) = 'string'
		AND fields->>asked.name <> ''
	ORDER BY asked.name = named DESC, asked.ord LIMIT 1
$$;
COMMENT ON FUNCTION piste.quarantine_typed(text, jsonb, text, text, text) IS
	'What was typed into a form''s field of that kind, first into the one called named, never the one called other: as forms tell it (form.c, gather_particulars).';

CREATE FUNCTION piste.quarantine_consents(hash text, fields jsonb)
RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('key', c.line->>0,
		'version', (c.line->>1)::bigint, 'purpose', c.line->>2,
		'channel', c.line->>3, 'recipient', c.line->>4, 'text_hash',
		encode(sha256(convert_to(c.line->>6, 'UTF8')), 'hex'), 'confirm',
		coalesce((SELECT (w.definition->>'confirm')::boolean
			FROM piste.consent_wording AS w WHERE w.key = c.line->>0),
			false)) ORDER BY c.ord), '[]')
	FROM (
		SELECT l.line::jsonb AS line, l.ord FROM piste.consent_block AS b
			CROSS JOIN LATERAL string_to_table(b.block, E'\n')
				WITH ORDINALITY AS l (line, ord)
		WHERE b.hash = $1 AND l.line <> ''
	) AS c
	WHERE fields->('consent.' || (c.line->>0)) = 'true'
$$;
COMMENT ON FUNCTION piste.quarantine_consents(text, jsonb) IS
	'The consents whose boxes were ticked, by the very block that was shown; submit_fact.consents has them so.';

CREATE FUNCTION piste.quarantine_fact(s piste.submission)
RETURNS piste.submit_fact
LANGUAGE sql STABLE AS $$
	SELECT jsonb_populate_record(NULL::piste.submit_fact, to_jsonb(s) ||
		jsonb_build_object('duplicates', (SELECT f.duplicates
			FROM piste.form AS f WHERE f.key = s.form_key),
		'email_key', piste.email_key(s.email),
		'first_name', piste.quarantine_typed(s.form_key, s.fields, 'name',
			'first_name', 'last_name'),
		'last_name', piste.quarantine_typed(s.form_key, s.fields, 'name',
			'last_name', 'first_name'),
		'company', piste.quarantine_typed(s.form_key, s.fields, 'company',
			'', ''),
		'bucket_version', (SELECT e.phase FROM piste.epoch AS e
			WHERE e.experiment_key = s.experiment_key
				AND e.started_at <= s.rendered_at
			ORDER BY e.started_at DESC, e.number DESC LIMIT 1),
		'consents', piste.quarantine_consents(s.consent_hash, s.fields)))
$$;
COMMENT ON FUNCTION piste.quarantine_fact(piste.submission) IS
	'A stored submission as submit_group had it, but for the visitor and what went only with them: those are kept with no submission.';

CREATE FUNCTION piste.quarantine_agree(ids uuid[], facts piste.submit_fact[],
	persons bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	-- The chain's last word counts: who has taken it back since has not
	-- given it again.
	PERFORM piste.consent_lock();
	PERFORM piste.consent_append(array_agg(ROW(f.id, c.key, f.person_id,
		c.purpose, c.channel, c.recipient, c.version, c.text_hash, f.lang,
		f.received_at, 'given', c.confirm, f.consent_hash, f.via
		)::piste.consent_word ORDER BY f.ordinality, c.ord))
	FROM unnest(ids, persons, facts) WITH ORDINALITY AS f (id, person_id)
		CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(f.consents) AS (
			key text, purpose text, channel text, recipient text,
			version bigint, text_hash text, confirm boolean))
			WITH ORDINALITY AS c (key, purpose, channel, recipient,
			version, text_hash, confirm, ord)
	WHERE NOT EXISTS (SELECT FROM piste.consent AS w
		WHERE w.person_id = f.person_id AND w.purpose = c.purpose
			AND w.channel = c.channel AND w.recipient = c.recipient
			AND w.what = 'withdrawn' AND w.given_at >= f.received_at);
END $$;
COMMENT ON FUNCTION piste.quarantine_agree(uuid[], piste.submit_fact[],
	bigint[]) IS
	'Adds the consents of released submissions to the ledger, as given when they were received, but for those withdrawn since.';

CREATE FUNCTION piste.quarantine_release(submissions uuid[])
RETURNS TABLE (released uuid, verdict text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	ids uuid[];
	facts piste.submit_fact[];
	persons bigint[];
	made boolean[];
	leads bigint[];
	outcomes text[];
BEGIN
	PERFORM piste.submit_lock(array_agg(s.id),
		array_agg(piste.email_key(s.email)), array_agg(s.phone))
	FROM piste.submission AS s
	WHERE s.id = ANY (submissions) AND s.outcome = 'quarantined';
	-- Read behind the locks: somebody else may have released some.
	SELECT array_agg(s.id ORDER BY s.seq),
		array_agg(piste.quarantine_fact(s) ORDER BY s.seq)
	INTO ids, facts FROM piste.submission AS s
	WHERE s.id = ANY (submissions) AND s.outcome = 'quarantined';
	IF ids IS NULL THEN
		RETURN;
	END IF;
	SELECT p.persons, p.made INTO persons, made FROM piste.submit_people(
		facts, array_fill(NULL::text, ARRAY[cardinality(ids)])) AS p;
	PERFORM piste.submit_particulars(facts, persons, made);
	leads := piste.submit_leads(facts, persons);
	outcomes := piste.submit_outcomes(facts, leads, made);
	UPDATE piste.submission AS s SET person_id = r.person_id,
		lead_id = r.lead_id, outcome = r.outcome
	FROM unnest(ids, persons, leads, outcomes)
		AS r (id, person_id, lead_id, outcome)
	WHERE s.id = r.id;
	INSERT INTO piste.outbox (kind, submission_id, payload)
	SELECT 'submission.accepted', f.id, jsonb_build_object(
		'submission', f.id, 'person', f.person_id, 'lead', f.lead_id,
		'page', f.page_key, 'offer', f.offer_key, 'outcome', f.outcome)
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	ORDER BY f.ordinality
	ON CONFLICT (submission_id, kind) DO NOTHING;
	PERFORM piste.quarantine_agree(ids, facts, persons);
	PERFORM piste.submit_enqueue(ids, leads, outcomes);
	PERFORM piste.submit_count(ids, facts, leads, outcomes);
	RETURN QUERY SELECT r.id, r.outcome
	FROM unnest(ids, outcomes) WITH ORDINALITY AS r (id, outcome, n)
	ORDER BY r.n;
END $$;
COMMENT ON FUNCTION piste.quarantine_release(uuid[]) IS
	'Makes leads of these submissions, in their order and by the rules they would have met, and tells what each became: new, update, repeat. What is not in quarantine is left alone, so this is safe to repeat. Of an experiment it counts as told by nobody''s cookie: a stray.';
REVOKE EXECUTE ON FUNCTION piste.quarantine_release(uuid[]) FROM PUBLIC;
