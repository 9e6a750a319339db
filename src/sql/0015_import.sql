-- Leads brought from elsewhere: what each file was, what was paid for it, on
-- what legal ground and for how long, and which submissions came of it.

CREATE TABLE piste.import (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
	file_name text NOT NULL CHECK (char_length(file_name) <= 1000),
	campaign_key text NOT NULL REFERENCES piste.campaign (key),
	source text NOT NULL CHECK (octet_length(source) BETWEEN 1 AND 200),
	page_key text NOT NULL REFERENCES piste.page (key),
	form_key text NOT NULL REFERENCES piste.form (key),
	supplier text CHECK (octet_length(supplier) BETWEEN 1 AND 200),
	legal_basis text NOT NULL CHECK (legal_basis IN ('consent', 'contract',
		'legal_obligation', 'vital_interests', 'public_task',
		'legitimate_interest')),
	cost numeric(16, 4) CHECK (cost >= 0),
	currency text CHECK (currency ~ '^[A-Z]{3}$'),
	valid_until date,
	row_count bigint CHECK (row_count >= 0),
	refused bigint CHECK (refused BETWEEN 0 AND row_count),
	added bigint NOT NULL DEFAULT 0 CHECK (added >= 0),
	updated bigint NOT NULL DEFAULT 0 CHECK (updated >= 0),
	repeated bigint NOT NULL DEFAULT 0 CHECK (repeated >= 0),
	quarantined bigint NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
	started_at timestamptz NOT NULL DEFAULT now(),
	finished_at timestamptz,
	UNIQUE (file_sha256, campaign_key, source, page_key, form_key),
	CHECK ((cost IS NULL) = (currency IS NULL)),
	CHECK ((row_count IS NULL) = (finished_at IS NULL)),
	CHECK ((refused IS NULL) = (finished_at IS NULL))
);
CREATE INDEX import_campaign ON piste.import (campaign_key);
COMMENT ON TABLE piste.import IS
	'A file of leads from a fair, a telephone campaign, a supplier…: once, however often it is imported.';
COMMENT ON COLUMN piste.import.id IS 'Never used again';
COMMENT ON COLUMN piste.import.file_sha256 IS
	'Of all its bytes: what makes it the same file';
COMMENT ON COLUMN piste.import.file_name IS
	'As it was called the first time, without directories';
COMMENT ON COLUMN piste.import.campaign_key IS 'Whose leads they are';
COMMENT ON COLUMN piste.import.source IS 'The submissions'' source';
COMMENT ON COLUMN piste.import.page_key IS 'Whose submissions they became';
COMMENT ON COLUMN piste.import.form_key IS 'By which the rows were judged';
COMMENT ON COLUMN piste.import.supplier IS
	'From whom the file was bought or rented; NULL: nobody';
COMMENT ON COLUMN piste.import.legal_basis IS
	'GDPR article 6(1): consent (a), contract (b), legal_obligation (c), vital_interests (d), public_task (e), legitimate_interest (f)';
COMMENT ON COLUMN piste.import.cost IS 'Of the whole file, in currency';
COMMENT ON COLUMN piste.import.currency IS 'ISO 4217';
COMMENT ON COLUMN piste.import.valid_until IS
	'The last day on which its people may be contacted because of it; NULL: no end';
COMMENT ON COLUMN piste.import.row_count IS
	'Rows read, by the import that finished first; NULL before';
COMMENT ON COLUMN piste.import.refused IS 'Of these';
COMMENT ON COLUMN piste.import.added IS
	'Submissions of people not known before';
COMMENT ON COLUMN piste.import.updated IS 'Of people known, with something new';
COMMENT ON COLUMN piste.import.repeated IS 'Of people known, with nothing new';
COMMENT ON COLUMN piste.import.quarantined IS 'Put aside';
COMMENT ON COLUMN piste.import.started_at IS 'The first time';
COMMENT ON COLUMN piste.import.finished_at IS
	'When all rows were first taken or refused';

CREATE TABLE piste.import_submission (
	submission_id uuid NOT NULL REFERENCES piste.submission (id),
	import_id bigint NOT NULL REFERENCES piste.import (id),
	PRIMARY KEY (submission_id, import_id)
);
CREATE INDEX import_submission_import ON piste.import_submission (import_id);
COMMENT ON TABLE piste.import_submission IS
	'Which files a submission came by: a row that stands in two of them is one submission. Holds nothing personal.';
COMMENT ON COLUMN piste.import_submission.submission_id IS 'The row';
COMMENT ON COLUMN piste.import_submission.import_id IS 'The file';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('import_submission', 't.submission_id = ANY (($1).submissions)', NULL,
	'Ids only; a file''s leads are counted'),
	('import', 't.id IN (SELECT l.import_id FROM piste.import_submission AS l WHERE l.submission_id = ANY (($1).submissions))',
	NULL, 'About a file, not about who stands in it');

CREATE TABLE piste.import_secret (
	only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
	secret uuid NOT NULL
);
COMMENT ON TABLE piste.import_secret IS
	'What goes into the id of an imported submission beside the row: so that an id alone tells nobody, not even after an erasure, what the row was. Changed, files imported before are new again.';
COMMENT ON COLUMN piste.import_secret.only_one IS 'One row';
COMMENT ON COLUMN piste.import_secret.secret IS 'Made by chance';
INSERT INTO piste.import_secret (secret) VALUES (gen_random_uuid());

CREATE FUNCTION piste.import_begin() RETURNS uuid
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET client_min_messages = warning
AS $$
BEGIN
	DROP TABLE IF EXISTS pg_temp.import_row;
	CREATE TEMPORARY TABLE import_row (
		line bigint PRIMARY KEY,
		id uuid NOT NULL,
		submission json NOT NULL
	);
	RETURN (SELECT s.secret FROM piste.import_secret AS s);
END $$;
COMMENT ON FUNCTION piste.import_begin() IS
	'Makes the session''s own staging table, import_row, for COPY: the file''s good rows until import_take has taken them. It goes with the session. Returns the secret of the ids.';

CREATE FUNCTION piste.import_open(sha256 text, name text, campaign text,
	from_source text, page text, form text, from_supplier text, basis text,
	price numeric, price_in text, last_day date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known record;
	differs text;
BEGIN
	INSERT INTO piste.import (file_sha256, file_name, campaign_key, source,
		page_key, form_key, supplier, legal_basis, cost, currency,
		valid_until)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
	ON CONFLICT (file_sha256, campaign_key, source, page_key, form_key)
		DO NOTHING;
	SELECT i.id, i.supplier, i.legal_basis, i.cost, i.currency,
		i.valid_until
	INTO STRICT known
	FROM piste.import AS i
	WHERE i.file_sha256 = $1 AND i.campaign_key = $3 AND i.source = $4
		AND i.page_key = $5 AND i.form_key = $6;
	differs := concat_ws(', ',
		CASE WHEN known.supplier IS DISTINCT FROM $7 THEN 'supplier' END,
		CASE WHEN known.legal_basis <> $8 THEN 'legal basis' END,
		CASE WHEN known.cost IS DISTINCT FROM $9
			OR known.currency IS DISTINCT FROM $10 THEN 'cost' END,
		CASE WHEN known.valid_until IS DISTINCT FROM $11
			THEN 'validity' END);
	IF differs <> '' THEN
		RAISE EXCEPTION 'this file is import % already, with other words on: %',
			known.id, differs
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN known.id;
END $$;
COMMENT ON FUNCTION piste.import_open(text, text, text, text, text, text,
	text, text, numeric, text, date) IS
	'The import of that file for a campaign, source, page and form, made the first time. Refuses other particulars than those it was made with.';

-- As submit_group, and for the same reasons.
CREATE FUNCTION piste.import_take(of_import bigint, after_line bigint,
	rows_max integer, OUT last_line bigint, OUT added integer,
	OUT updated integer, OUT repeated integer, OUT quarantined integer,
	OUT known integer, OUT objected bigint[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	ids uuid[];
	batch json;
	leads bigint[];
BEGIN
	SELECT max(p.line), array_agg(p.id) FILTER (WHERE NOT p.is_objected),
		json_agg(p.submission ORDER BY p.line)
			FILTER (WHERE NOT p.is_objected AND p.stored IS NULL),
		array_agg(p.line ORDER BY p.line) FILTER (WHERE p.is_objected)
	INTO last_line, ids, batch, objected
	FROM (
		SELECT r.line, r.id, r.submission, s.id AS stored,
			EXISTS (SELECT FROM piste.objection)
				AND piste.objection_since(r.submission->>'email',
				r.submission->>'phone') IS NOT NULL AS is_objected
		FROM (
			SELECT t.line, t.id, t.submission FROM pg_temp.import_row AS t
			WHERE t.line > after_line ORDER BY t.line LIMIT rows_max
		) AS r LEFT JOIN LATERAL (
			SELECT o.id FROM piste.submission AS o
			WHERE o.id = r.id LIMIT 1
		) AS s ON true
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
	INSERT INTO piste.import_submission (submission_id, import_id)
	SELECT DISTINCT u.id, of_import FROM unnest(ids) AS u (id) ORDER BY 1
	ON CONFLICT (submission_id, import_id) DO NOTHING;
	UPDATE piste.import AS i SET added = i.added + t.added,
		updated = i.updated + t.updated, repeated = i.repeated + t.repeated,
		quarantined = i.quarantined + t.quarantined
	FROM (SELECT import_take.added, import_take.updated,
		import_take.repeated, import_take.quarantined) AS t
	WHERE i.id = of_import AND batch IS NOT NULL;
END $$;
COMMENT ON FUNCTION piste.import_take(bigint, bigint, integer) IS
	'Hands the next rows_max staged rows behind a line to submit_group and tells what they were; known: there before, or twice in the file; objected: the lines of those whose owner does not want to hear of us, who are not taken. last_line is NULL when none was left. Safe to repeat.';

CREATE FUNCTION piste.import_close(of_import bigint, rows_read bigint,
	rows_refused bigint) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE piste.import AS i SET row_count = rows_read,
		refused = rows_refused, finished_at = now()
	WHERE i.id = of_import AND i.finished_at IS NULL
$$;
COMMENT ON FUNCTION piste.import_close(bigint, bigint, bigint) IS
	'All rows of the file were read, and those that are good taken.';

-- What a file says counts for less than what a person said.
CREATE FUNCTION piste.import_is_void(c piste.consent) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.what <> 'withdrawn' AND (coalesce((
		SELECT max(coalesce(i.valid_until, 'infinity'))
			< (now() AT TIME ZONE 'UTC')::date
		FROM piste.import_submission AS l
			JOIN piste.import AS i ON i.id = l.import_id
		WHERE l.submission_id = c.submission_id), false)
	OR c.via = 'import' AND EXISTS (
		SELECT FROM piste.consent AS w
		WHERE w.person_id = c.person_id AND w.purpose = c.purpose
			AND w.channel = c.channel AND w.recipient = c.recipient
			AND w.what = 'withdrawn' AND w.given_at >= c.given_at))
$$;
COMMENT ON FUNCTION piste.import_is_void(piste.consent) IS
	'Does this word say nothing because it came by files alone, all of which may be used no longer, or because a file tells of a consent that the person took back on that day or later?';

-- And a lead that comes back by a form no longer waits as a file's does.
DO $$
DECLARE
	change record;
	source text;
BEGIN
	FOR change IN SELECT c.signature, c.before, c.after FROM (VALUES
		('piste.submit_enqueue(uuid[], bigint[], text[])',
			'submission_id = excluded.submission_id,',
			'submission_id = excluded.submission_id,'
			' priority = greatest(q.priority, excluded.priority),'),
		('piste.may_contact(bigint, text, text, text)',
			'AND NOT (c.what = ''given'' AND c.needs_confirm)',
			'AND NOT (c.what = ''given'' AND c.needs_confirm)'
			' AND NOT piste.import_is_void(c)')
	) AS c (signature, before, after) LOOP
		source := pg_get_functiondef(change.signature::regprocedure);
		IF position(change.before IN source) = 0 THEN
			RAISE '% does not say %', change.signature, change.before;
		END IF;
		EXECUTE replace(source, change.before, change.after);
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.may_contact(bigint, text, text, text) IS
	'Is the person''s last word, by place in the chain, that we may, and no objection later than that word? Given, or where that is asked confirmed, and not withdrawn since; never by an import against an objection, nor by what piste.import_is_void(). Whoever uses personal data asks this, every time.';
