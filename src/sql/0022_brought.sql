-- What files and partners bring: the same file stays the same whatever its
-- columns are taken for, a shared telephone keeps nobody out, and who sends
-- forms for others is counted by name, not by the address of their server.

-- Which line of a file became which submission.
ALTER TABLE piste.import_submission ADD COLUMN line bigint;
UPDATE piste.import_submission AS l SET line = -n.line
FROM (SELECT import_id, submission_id, row_number() OVER (
		PARTITION BY import_id ORDER BY submission_id) AS line
	FROM piste.import_submission) AS n
WHERE (l.import_id, l.submission_id) = (n.import_id, n.submission_id);
ALTER TABLE piste.import_submission
	DROP CONSTRAINT import_submission_pkey,
	ADD PRIMARY KEY (import_id, line);
DROP INDEX piste.import_submission_import;
CREATE INDEX import_submission_submission
	ON piste.import_submission (submission_id);
COMMENT ON TABLE piste.import_submission IS
	'Which lines of which files a submission came by: what stands in several is one submission. Holds nothing personal.';
COMMENT ON COLUMN piste.import_submission.line IS
	'Where the row begins; below 0: not known, it came before that was kept';

CREATE FUNCTION piste.import_without_phone(submission json) RETURNS json
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (s.row - 'phone' || jsonb_build_object('fields', (
		SELECT coalesce(jsonb_object_agg(f.name, f.value), '{}')
		FROM jsonb_each(s.row->'fields') AS f (name, value)
		WHERE f.value <> s.row->'phone')))::json
	FROM (SELECT submission::jsonb AS row) AS s
$$;
COMMENT ON FUNCTION piste.import_without_phone(json) IS
	'The staged row of a person without the telephone number, wherever it stands.';

DROP FUNCTION piste.import_take(bigint, bigint, integer);
-- As submit_group, and for the same reasons.
CREATE FUNCTION piste.import_take(of_import bigint, after_line bigint,
	rows_max integer, needs_phone boolean, OUT last_line bigint,
	OUT added integer, OUT updated integer, OUT repeated integer,
	OUT quarantined integer, OUT known integer, OUT objected bigint[],
	OUT phoneless bigint[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	has_objections boolean := EXISTS (SELECT FROM piste.objection);
	lines bigint[];
	ids uuid[];
	batch json;
	leads bigint[];
BEGIN
	-- Of several who take one file each sees what the others took.
	PERFORM FROM piste.import AS i WHERE i.id = of_import
	FOR NO KEY UPDATE;
	SELECT max(p.line),
		array_agg(p.line ORDER BY p.line) FILTER (WHERE NOT p.is_refused),
		array_agg(p.id ORDER BY p.line) FILTER (WHERE NOT p.is_refused),
		json_agg(CASE WHEN p.is_phoneless
				THEN piste.import_without_phone(p.submission)
				ELSE p.submission END ORDER BY p.line)
			FILTER (WHERE NOT p.is_refused AND NOT p.is_taken),
		array_agg(p.line ORDER BY p.line) FILTER (WHERE p.is_refused),
		array_agg(p.line ORDER BY p.line)
			FILTER (WHERE p.is_phoneless AND NOT p.is_refused)
	INTO last_line, lines, ids, batch, objected, phoneless
	FROM (
		SELECT o.line, o.id, o.submission, o.is_taken, o.is_phoneless,
			o.is_addressless OR o.is_phoneless
				AND (needs_phone OR o.submission->>'email' IS NULL)
				AS is_refused
		FROM (
			SELECT r.line, coalesce(l.submission_id, r.id) AS id,
				r.submission,
				l.submission_id IS NOT NULL OR s.id IS NOT NULL AS is_taken,
				has_objections AND piste.objection_since(
					r.submission->>'email', NULL) IS NOT NULL
					AS is_addressless,
				has_objections AND piste.objection_since(NULL,
					r.submission->>'phone') IS NOT NULL AS is_phoneless
			FROM (
				SELECT t.line, t.id, t.submission
				FROM pg_temp.import_row AS t
				WHERE t.line > after_line ORDER BY t.line LIMIT rows_max
			) AS r
				LEFT JOIN LATERAL (
					SELECT b.submission_id FROM piste.import_submission AS b
					WHERE b.import_id = of_import AND b.line = r.line
					LIMIT 1
				) AS l ON true
				LEFT JOIN LATERAL (
					SELECT o.id FROM piste.submission AS o
					WHERE o.id = r.id LIMIT 1
				) AS s ON true
		) AS o
	) AS p;
	SELECT count(*) FILTER (WHERE g.verdict = 'new'),
		count(*) FILTER (WHERE g.verdict = 'update'),
		count(*) FILTER (WHERE g.verdict = 'repeat'),
		count(*) FILTER (WHERE g.verdict = 'quarantined')
	INTO added, updated, repeated, quarantined
	FROM piste.submit_group(batch) AS g;
	known := coalesce(cardinality(ids), 0) - added - updated - repeated
		- quarantined;
	IF ids IS NULL THEN
		RETURN;
	END IF;

	-- Whoever has just sent a form waits for nobody's file.
	IF batch IS NOT NULL THEN
		leads := ARRAY(SELECT (SELECT o.lead_id FROM piste.submission AS o
			WHERE o.id = u.id LIMIT 1) FROM unnest(ids) AS u (id));
		UPDATE piste.qualification_queue AS q SET priority = -1
		WHERE q.lead_id = ANY (leads) AND q.submission_id = ANY (ids)
			AND q.created_at = now() AND q.priority = 0;
	END IF;
	INSERT INTO piste.import_submission (import_id, line, submission_id)
	SELECT of_import, u.line, u.id FROM unnest(lines, ids) AS u (line, id)
	ON CONFLICT (import_id, line) DO NOTHING;
	UPDATE piste.import AS i SET added = i.added + t.added,
		updated = i.updated + t.updated, repeated = i.repeated + t.repeated,
		quarantined = i.quarantined + t.quarantined
	FROM (SELECT import_take.added, import_take.updated,
		import_take.repeated, import_take.quarantined) AS t
	WHERE i.id = of_import AND batch IS NOT NULL;
END $$;
COMMENT ON FUNCTION piste.import_take(bigint, bigint, integer, boolean) IS
	'Hands the next rows_max staged rows behind a line to submit_group and tells what they were; known: that line, or a row like it, was taken before; objected: the lines of those whose owner does not want to hear of us, who are not taken; phoneless: those taken without a number whose owner does not, unless rows need one or have no address. last_line is NULL when none was left. Safe to repeat.';

-- Who sent it by a key of theirs.
ALTER TABLE piste.submission ADD COLUMN origin_key text
	CHECK (char_length(origin_key) <= 64);
COMMENT ON COLUMN piste.submission.origin_key IS
	'The program it came by, as in origin; its address is nobody''s, so ip_prefix and places are NULL then. NULL: from the person''s own browser, by a program without a key, or by a file';
CREATE INDEX submission_origin ON piste.submission (origin_key, received_at)
	WHERE origin_key IS NOT NULL;
COMMENT ON INDEX piste.submission_origin IS
	'How many came by an origin''s key lately: piste.submit_suspects() counts here';
ALTER TYPE piste.submit_fact ADD ATTRIBUTE origin_key text;

SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.submit_parse(json, text)', 'is_prefetched, is_preview)',
		'is_prefetched, is_preview, nullif(origin_key, ''''))'),
	('piste.submit_parse(json, text)', 'is_preview boolean)',
		'is_preview boolean, origin_key text)'),
	('piste.submit_parse(json, text)', 'is_preview, ord)',
		'is_preview, origin_key, ord)'),
	('piste.submit_store(uuid[], piste.submit_fact[], bigint[], bigint[], text[])',
		'rendered_at, received_at)',
		'rendered_at, received_at, origin_key)'),
	('piste.submit_store(uuid[], piste.submit_fact[], bigint[], bigint[], text[])',
		'f.rendered_at, f.received_at',
		'f.rendered_at, f.received_at, f.origin_key')
) AS c (signature, before, after);

INSERT INTO piste.quarantine_reason (reason, what) VALUES
	('too-many-origin', 'more came by its origin''s key than rate_origin_max');

CREATE FUNCTION piste.flood_by_origin(origins text[], times timestamptz[],
	span interval, rows_max integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
		WITH g AS MATERIALIZED (
			SELECT t.origin, date_trunc('minute', t.at) AS minute,
				min(t.at) AS first_at, max(t.at) AS last_at
			FROM unnest(origins, times) AS t (origin, at)
			WHERE t.origin IS NOT NULL GROUP BY 1, 2
		), counted AS MATERIALIZED (
			SELECT g.origin, g.minute, (SELECT count(*) FROM (
				SELECT FROM piste.submission AS s
				WHERE s.origin_key = g.origin
					AND s.received_at > g.first_at - span
					AND s.received_at <= g.last_at
				LIMIT rows_max) AS c) AS n
			FROM g
		)
		SELECT array_agg(c.n ORDER BY t.ord)
		FROM unnest(origins, times) WITH ORDINALITY
				AS t (origin, at, ord)
			LEFT JOIN counted AS c ON c.origin = t.origin
				AND c.minute = date_trunc('minute', t.at));
END $$;
COMMENT ON FUNCTION piste.flood_by_origin(text[], timestamptz[], interval,
	integer) IS
	'The same as flood_by_network by the origins whose keys they came by.';

CREATE OR REPLACE FUNCTION piste.submit_suspects(ids uuid[], facts piste.submit_fact[])
RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
	network_max integer := piste.flood_limit('rate_network_max');
	address_max integer := piste.flood_limit('rate_address_max');
	origin_max integer := piste.flood_limit('rate_origin_max');
	span interval := piste.flood_limit('rate_window_ms')
		* interval '1 millisecond';
	networks cidr[];
	addresses text[];
	origins text[];
	times timestamptz[];
	near bigint[];
	same bigint[];
	theirs bigint[];
BEGIN
	-- A spooled row is judged by when it came; its place in the batch tells
	-- rows of one millisecond apart.  Files of leads are nobody's flood.
	SELECT array_agg(CASE WHEN f.via <> 'import'
			THEN piste.mail_network(f.ip_prefix) END ORDER BY f.ordinality),
		array_agg(CASE WHEN f.via <> 'import' THEN f.email_key END
			ORDER BY f.ordinality),
		array_agg(f.origin_key ORDER BY f.ordinality),
		array_agg(f.received_at + f.ordinality
			* interval '1 microsecond' ORDER BY f.ordinality)
	INTO networks, addresses, origins, times
	FROM unnest(facts) WITH ORDINALITY AS f;
	-- One is enough to tell that a network is not quiet.
	near := piste.flood_by_network(networks, times, span,
		greatest(network_max, 1));
	IF address_max > 0 THEN
		same := piste.flood_by_address(addresses, times, span, address_max);
	END IF;
	IF origin_max > 0 THEN
		theirs := piste.flood_by_origin(origins, times, span, origin_max);
	END IF;
	RETURN (
		SELECT array_agg(CASE
			WHEN r.suspect <> 'no-work' THEN r.suspect
			WHEN network_max > 0 AND r.near > network_max
				THEN 'too-many-network'
			WHEN origin_max > 0 AND r.theirs > origin_max
				THEN 'too-many-origin'
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
					BETWEEN span PRECEDING AND CURRENT ROW) AS same,
				b.theirs + count(*) FILTER (WHERE b.is_fresh) OVER (
					PARTITION BY b.origin ORDER BY b.at RANGE
					BETWEEN span PRECEDING AND CURRENT ROW) AS theirs
			FROM (
				-- A row sent twice is not two.
				SELECT f.ordinality AS ord, f.network, f.address, f.origin,
					f.at, f.near, f.same, f.theirs, f.suspect,
					row_number() OVER (
						PARTITION BY f.id ORDER BY f.ordinality) = 1
						AND (SELECT s.id FROM piste.submission AS s
						WHERE s.id = f.id LIMIT 1) IS NULL AS is_fresh
				FROM unnest(ids, networks, addresses, origins, times, near,
					same, theirs, facts) WITH ORDINALITY AS f (id, network,
					address, origin, at, near, same, theirs)
			) AS b
		) AS r);
END $$;
COMMENT ON FUNCTION piste.submit_suspects(uuid[], piste.submit_fact[]) IS
	'Why each row is put aside, NULL when it isn''t: what the server found, else that more came from its network, by its origin''s key or for its address within rate_window_ms than rate_network_max, rate_origin_max or rate_address_max. Rows known before are asked about too, and the answer then means nothing.';
