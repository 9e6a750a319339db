-- Scores: rule sets by version, what a score is made from, as of any moment;
-- writing scores down, and the MQL that comes of one that rises.

CREATE TABLE piste.score_rules (
	version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
	fields text[] NOT NULL CHECK (cardinality(fields) <= 16),
	applied_at timestamptz NOT NULL DEFAULT now(),
	applied_by text NOT NULL
		CHECK (octet_length(applied_by) BETWEEN 1 AND 200)
);
CREATE INDEX score_rules_applied ON piste.score_rules (applied_at);
COMMENT ON TABLE piste.score_rules IS
	'Rule sets that were applied, the last one in force; before the first the one that is built in, version 0. Kept: a score of the past is made by the rules of then.';
COMMENT ON COLUMN piste.score_rules.version IS 'From 1';
COMMENT ON COLUMN piste.score_rules.definition IS
	'As it was given, checked; arrays keep their order';
COMMENT ON COLUMN piste.score_rules.fields IS
	'Form fields that it asks: all that the worker may read of an answer';
COMMENT ON COLUMN piste.score_rules.applied_at IS 'In force since';
COMMENT ON COLUMN piste.score_rules.applied_by IS 'By whom';

-- Letters for how well a lead fits were never given.
UPDATE piste.lead SET grade = NULL WHERE grade IS NOT NULL;
-- Nothing is there that it could find: no need to read the table under a lock
-- that stops forms.
ALTER TABLE piste.lead
	DROP CONSTRAINT lead_grade_check,
	ADD CONSTRAINT lead_grade_check
		CHECK (grade IN ('hot', 'warm', 'cold')) NOT VALID,
	ADD COLUMN score_version integer;
COMMENT ON COLUMN piste.lead.grade IS
	'hot, warm or cold, by score, how lately something happened, and when they mean to buy; NULL until judged';
COMMENT ON COLUMN piste.lead.scored_at IS
	'As of when its score was last written';
COMMENT ON COLUMN piste.lead.score_version IS
	'of the rules that made it (score_rules; 0: built in)';
COMMENT ON COLUMN piste.lead.score_parts IS
	'[{"rule", "group", "points", "reason", "decay"}]: what the score was made of when it last changed; without a rule: what a group''s cap takes';

CREATE TABLE piste.mql (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	at timestamptz NOT NULL,
	score integer NOT NULL CHECK (score BETWEEN 0 AND 100),
	version integer NOT NULL,
	history_id bigint,
	fallen_at timestamptz
);
CREATE UNIQUE INDEX mql_standing ON piste.mql (lead_id)
	WHERE fallen_at IS NULL;
CREATE INDEX mql_lead ON piste.mql (lead_id, id);
COMMENT ON TABLE piste.mql IS
	'Each time a score came up to the MQL thresholds: an event once, until it has fallen below and comes up again.';
COMMENT ON COLUMN piste.mql.id IS 'Order of writing';
COMMENT ON COLUMN piste.mql.lead_id IS 'Whose';
COMMENT ON COLUMN piste.mql.at IS 'As of when it was scored';
COMMENT ON COLUMN piste.mql.score IS 'What it came to';
COMMENT ON COLUMN piste.mql.version IS 'Of the rules, as in score_rules';
COMMENT ON COLUMN piste.mql.history_id IS
	'The lead''s move to mql (lead_history); NULL: it was not a lead or nurturing then, and did not become one';
COMMENT ON COLUMN piste.mql.fallen_at IS 'Below again since; NULL: not yet';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('mql', 't.lead_id = ANY (($1).leads)', NULL,
	'Points and moments, which are counted');

-- Who knows when they mean to buy replaces it.
CREATE FUNCTION piste.score_timing(lead bigint, until timestamptz)
RETURNS SETOF timestamptz
LANGUAGE sql STABLE ROWS 1 AS $$
	-- Without settings of its own, so that it becomes a part of its query.
	SELECT NULL::timestamptz WHERE false
$$;
COMMENT ON FUNCTION piste.score_timing(bigint, timestamptz) IS
	'When a lead means to buy, as known at a moment; no row or NULL: unknown.';

-- The names a form has for what every form has.
CREATE FUNCTION piste.score_forms(OUT form_key text, OUT first_name text,
	OUT last_name text, OUT company text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.key,
		(array_agg(a.name ORDER BY a.name = 'first_name' DESC, a.ord)
			FILTER (WHERE a.kind = 'name' AND a.name <> 'last_name'))[1],
		(array_agg(a.name ORDER BY a.name = 'last_name' DESC, a.ord)
			FILTER (WHERE a.kind = 'name' AND a.name <> 'first_name'))[1],
		(array_agg(a.name ORDER BY a.ord)
			FILTER (WHERE a.kind = 'company'))[1]
	FROM piste.form AS f LEFT JOIN LATERAL ROWS FROM (jsonb_to_recordset(
		CASE WHEN jsonb_typeof(f.definition->'fields') = 'array'
			THEN f.definition->'fields' ELSE '[]' END)
		AS (name text, kind text)) WITH ORDINALITY AS a (name, kind, ord)
		ON true
	GROUP BY f.key
$$;
COMMENT ON FUNCTION piste.score_forms() IS
	'Of each form the fields that hold a first name, a last name, a company.';

CREATE FUNCTION piste.score_read(after bigint, upto bigint, fields text[],
	since timestamptz, until timestamptz, is_closed_too boolean,
	OUT lead bigint, OUT score integer, OUT grade text, OUT stage text,
	OUT is_above boolean, OUT timing bigint, OUT happened json)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	-- Planning for a year of days takes longer than asking one person's: kept
	-- for those.  Of many persons the numbers matter.
	IF $2 - $1 > 100 THEN
		PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
	END IF;
	RETURN QUERY
	WITH who AS MATERIALIZED (
		SELECT l.id, l.person_id, l.score, l.grade, l.stage, b.timing,
			l.created_at <= $5 AND (l.is_open OR $6) AS is_asked
		FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id
			LEFT JOIN LATERAL piste.score_timing(l.id, $5)
				AS b (timing) ON true
		-- Said of both: a join by order would begin with the first person.
		WHERE l.person_id > $1 AND l.person_id <= $2
			AND p.id > $1 AND p.id <= $2
			AND l.merged_into IS NULL AND p.erased_at IS NULL
	), form AS MATERIALIZED (
		SELECT f.form_key, f.first_name, f.last_name, f.company
		FROM piste.score_forms() AS f
	), sent AS (
		SELECT w.person_id, w.id AS lead_id, s.id, s.received_at, s.seq,
			s.page_key, s.form_key, s.email, s.phone, s.fields,
			s.declared_postcode, s.form_country, s.geo_country,
			row_number() OVER (PARTITION BY w.person_id
				ORDER BY s.received_at DESC, s.seq DESC) AS nth
		FROM who AS w JOIN piste.submission AS s ON s.lead_id = w.id
		WHERE s.received_at <= $5
	), said AS MATERIALIZED (
		SELECT s.person_id, s.lead_id, s.received_at AS at, s.seq,
			s.page_key AS name, jsonb_strip_nulls(jsonb_build_object(
			'email', substring(s.email FROM '@[^@]*$'),
			'phone', CASE WHEN s.phone <> '' THEN 'given' END,
			'first_name', CASE WHEN s.fields->>coalesce(f.first_name,
				'first_name') <> '' THEN 'given' END,
			'last_name', CASE WHEN s.fields->>coalesce(f.last_name,
				'last_name') <> '' THEN 'given' END,
			'company', CASE WHEN s.fields->>coalesce(f.company,
				'company') <> '' THEN 'given' END,
			'postcode', CASE WHEN s.declared_postcode <> ''
				THEN 'given' END,
			'country', s.form_country, 'geo_country', s.geo_country,
			'role', CASE WHEN q.is_role THEN 'yes' END,
			'mail', CASE WHEN q.judged_at <= $5 THEN q.mail END))
			|| coalesce((SELECT jsonb_object_agg(a.name,
					left(s.fields->>a.name, 4000))
				FROM unnest($3) AS a (name)
				WHERE s.fields->>a.name <> ''), '{}') AS said
		FROM sent AS s
			JOIN form AS f ON f.form_key = s.form_key
			LEFT JOIN piste.email_quality AS q ON q.submission_id = s.id
		WHERE s.nth <= 50
	), seen AS (
		SELECT e.person_id, e.at, e.id, e.kind, e.name, row_number() OVER (
			PARTITION BY e.person_id ORDER BY e.at DESC, e.id DESC) AS nth
		FROM piste.event AS e
		WHERE e.person_id > $1 AND e.person_id <= $2
			AND e.at >= $4 AND e.at <= $5
	), told AS MATERIALIZED (
		SELECT s.person_id, s.lead_id, s.at, s.seq, NULL AS kind, s.name,
			s.said FROM said AS s
		UNION ALL
		SELECT e.person_id, NULL, e.at, e.id, e.kind, e.name, NULL
		FROM seen AS e WHERE e.nth <= 2000
	)
	SELECT w.id, w.score, w.grade, w.stage, EXISTS (SELECT
			FROM piste.mql AS m
			WHERE m.lead_id = w.id AND m.fallen_at IS NULL),
		(extract(epoch FROM w.timing) * 1000)::bigint,
		json_agg(json_build_array(
			floor(extract(epoch FROM t.at) * 1000)::bigint,
			CASE WHEN t.kind IS NOT NULL THEN t.kind
				WHEN t.lead_id = w.id THEN 'submission'
				ELSE 'other_submission' END, t.name, t.said)
			ORDER BY t.at, t.seq) FILTER (WHERE t.at IS NOT NULL)
	FROM who AS w LEFT JOIN told AS t ON t.person_id = w.person_id
	WHERE w.is_asked
	GROUP BY w.id, w.score, w.grade, w.stage, w.timing
	ORDER BY w.id;
END $$;
COMMENT ON FUNCTION piste.score_read(bigint, bigint, text[], timestamptz,
	timestamptz, boolean) IS
	'What the leads of persons whose ids are above after, up to upto, are scored from, as known at until: score and grade as they stand, whether an MQL of theirs does, when they mean to buy, and what happened: [[milliseconds, kind, name, what a submission said or null]], of the person''s submissions the last 50, of events from since on the last 2000. Addresses from their @ on, of other particulars whether they were given, and those fields.';

CREATE FUNCTION piste.score_queued(queue bigint, worker text,
	since timestamptz, OUT lead bigint, OUT score integer, OUT grade text, OUT stage text,
	OUT is_above boolean, OUT timing bigint, OUT happened json)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.lead, r.score, r.grade, r.stage, r.is_above, r.timing,
		r.happened
	FROM piste.qualification_queue AS q
		JOIN piste.lead AS l ON l.id = piste.lead_now(q.lead_id)
		CROSS JOIN LATERAL piste.score_read(l.person_id - 1, l.person_id,
			coalesce((SELECT s.fields FROM piste.score_rules AS s
				ORDER BY s.version DESC LIMIT 1), '{}'),
			$3, now() + interval '10 seconds', true) AS r
	WHERE q.id = $1 AND q.locked_by = $2 AND q.state = 'claimed'
		AND r.lead = l.id
$$;
COMMENT ON FUNCTION piste.score_queued(bigint, text, timestamptz) IS
	'The same of a queue row''s lead that worker has claimed, with the fields that the rules in force ask: the worker reads no others. Clocks of machines may differ by ten seconds.';

CREATE FUNCTION piste.score_take(version integer, as_of timestamptz,
	rows json) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	leads bigint[];
	points integer[];
	grades text[];
	above boolean[];
	parts jsonb[];
	risen record;
	moved integer := 0;
BEGIN
	SELECT array_agg(r.lead), array_agg(r.points), array_agg(r.grade),
		array_agg(r.above), array_agg(r.parts)
	INTO leads, points, grades, above, parts
	FROM json_to_recordset($3) AS r (lead bigint, points integer, grade text,
		above boolean, parts jsonb);
	-- What a crash takes is scored again: whatever follows from a score is
	-- written behind it.
	PERFORM set_config('synchronous_commit', 'off', true);
	-- All rows before anything that moves one: two who do this never wait
	-- for each other.
	PERFORM FROM piste.lead AS l WHERE l.id = ANY (leads)
	ORDER BY l.id FOR NO KEY UPDATE;
	-- Merged, erased or scored by somebody who knew more meanwhile: there is
	-- nothing to write.
	SELECT array_agg(n.lead), array_agg(n.points), array_agg(n.grade),
		array_agg(n.above), array_agg(n.parts)
	INTO leads, points, grades, above, parts
	FROM unnest(leads, points, grades, above, parts)
			AS n (lead, points, grade, above, parts)
		JOIN piste.lead AS l ON l.id = n.lead
		JOIN piste.person AS p ON p.id = l.person_id
	WHERE l.merged_into IS NULL AND p.erased_at IS NULL
		AND coalesce(l.scored_at <= $2, true);
	UPDATE piste.lead AS l SET score = n.points, grade = n.grade,
		score_parts = n.parts, score_version = $1, scored_at = $2,
		updated_at = now()
	FROM unnest(leads, points, grades, parts)
		AS n (lead, points, grade, parts)
	WHERE l.id = n.lead;
	-- By their ids: joined, all that stand were gone through for each.
	UPDATE piste.mql AS m SET fallen_at = $2
	WHERE m.fallen_at IS NULL AND m.lead_id = ANY (ARRAY(
		SELECT n.lead FROM unnest(leads, above) AS n (lead, above)
		WHERE NOT n.above));
	FOR risen IN
		INSERT INTO piste.mql AS m (lead_id, at, score, version)
		SELECT n.lead, $2, n.points, $1
		FROM unnest(leads, points, above) AS n (lead, points, above)
		WHERE n.above ORDER BY n.lead
		ON CONFLICT (lead_id) WHERE fallen_at IS NULL DO NOTHING
		RETURNING m.id, m.lead_id
	LOOP
		CONTINUE WHEN NOT EXISTS (SELECT FROM piste.lead AS l
			WHERE l.id = risen.lead_id AND l.stage IN ('lead', 'nurturing'));
		UPDATE piste.mql SET history_id = piste.lead_move(risen.lead_id,
			'mql', 'piste', 'system', NULL, NULL)
		WHERE id = risen.id;
		moved := moved + 1;
	END LOOP;
	RETURN moved;
END $$;
COMMENT ON FUNCTION piste.score_take(integer, timestamptz, json) IS
	'Writes scores down: version of the rules, as of when, [{"lead", "points", "grade", "above", "parts"}], above when at or above all MQL thresholds. Who comes up to them, once until fallen below, and is a lead or nurturing, becomes an MQL; how many did. A lead that was scored as of later stays as it is.';
REVOKE EXECUTE ON FUNCTION piste.score_queued(bigint, text, timestamptz),
	piste.score_take(integer, timestamptz, json) FROM PUBLIC;

-- Whom to score anew.
CREATE TABLE piste.score_due (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL,
	at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX score_due_person ON piste.score_due (person_id);
COMMENT ON TABLE piste.score_due IS
	'Persons of whom something is known that their leads'' scores were not made from: a row each time, so that who notes it waits for nobody. The worker removes the rows that it had read before it scored, and no others.';
COMMENT ON COLUMN piste.score_due.id IS 'Order of writing';
COMMENT ON COLUMN piste.score_due.person_id IS 'Who';
COMMENT ON COLUMN piste.score_due.at IS 'Since when';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('score_due', 't.person_id = ANY (($1).persons)', 'DELETE',
	'There is nobody left to score');

CREATE FUNCTION piste.event_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO piste.score_due (person_id)
		SELECT DISTINCT e.person_id FROM new_rows AS e
		WHERE e.person_id IS NOT NULL;
	ELSE
		INSERT INTO piste.score_due (person_id)
		SELECT DISTINCT w.person_id
		FROM old_rows AS o JOIN new_rows AS n USING (id, at)
			CROSS JOIN LATERAL (VALUES (o.person_id), (n.person_id))
				AS w (person_id)
		WHERE o.person_id IS DISTINCT FROM n.person_id
			AND w.person_id IS NOT NULL;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.event_score() IS
	'Notes whose leads are to be scored anew: who did something, and whose name came off it or was put to it.';
CREATE TRIGGER event_score AFTER INSERT ON piste.event
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.event_score();
CREATE TRIGGER event_score_again AFTER UPDATE ON piste.event
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.event_score();

-- Merging and its undoing.
CREATE FUNCTION piste.lead_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.score_due (person_id)
	SELECT DISTINCT w.person_id
	FROM (VALUES (OLD.person_id), (NEW.person_id)) AS w (person_id);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.lead_score() IS
	'Notes persons whose leads have become other persons'' or one lead.';
CREATE TRIGGER lead_score AFTER UPDATE OF person_id, merged_into ON piste.lead
	FOR EACH ROW WHEN (OLD.person_id <> NEW.person_id
		OR OLD.merged_into IS DISTINCT FROM NEW.merged_into)
	EXECUTE FUNCTION piste.lead_score();

CREATE FUNCTION piste.score_persons(persons bigint[], fields text[],
	since timestamptz, until timestamptz, OUT lead bigint,
	OUT score integer, OUT grade text, OUT stage text, OUT is_above boolean,
	OUT timing bigint, OUT happened json)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.lead, r.score, r.grade, r.stage, r.is_above, r.timing,
		r.happened
	FROM unnest($1) AS o (id) CROSS JOIN LATERAL
		piste.score_read(o.id - 1, o.id, $2, $3, $4, false) AS r
	ORDER BY r.lead
$$;
COMMENT ON FUNCTION piste.score_persons(bigint[], text[], timestamptz,
	timestamptz) IS 'The same of these persons'' open leads.';

CREATE FUNCTION piste.score_done(persons bigint[], rows bigint[])
RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	settled bigint;
BEGIN
	PERFORM FROM piste.lead AS l WHERE l.person_id = ANY (persons)
		AND NOT (l.is_open AND l.merged_into IS NULL)
		AND l.score_parts @? '$[*].decay'
		AND NOT piste.may_observe(l.person_id)
	ORDER BY l.id FOR NO KEY UPDATE;
	UPDATE piste.lead AS l SET score_parts = (
		SELECT coalesce(jsonb_agg(p.part ORDER BY p.ord), '[]')
		FROM jsonb_array_elements(l.score_parts)
			WITH ORDINALITY AS p (part, ord)
		WHERE NOT p.part ? 'decay')
	WHERE l.person_id = ANY (persons)
		AND NOT (l.is_open AND l.merged_into IS NULL)
		AND l.score_parts @? '$[*].decay'
		AND NOT piste.may_observe(l.person_id);
	DELETE FROM piste.score_due AS d WHERE d.id = ANY (rows)
		AND NOT EXISTS (SELECT FROM piste.lead AS l
			JOIN piste.qualification_queue AS q ON q.lead_id = l.id
			WHERE l.person_id = d.person_id AND q.state = 'claimed');
	GET DIAGNOSTICS settled = ROW_COUNT;
	RETURN settled;
END $$;
COMMENT ON FUNCTION piste.score_done(bigint[], bigint[]) IS
	'Those persons'' leads were scored, for these rows of score_due, which are removed; how many. Not where a worker is at the queue''s row of a lead: it may have read before. Leads that are not scored any more lose what they say of behaviour when the person may not be observed any more.';

-- The pass over all leads.
CREATE TABLE piste.score_pass (
	is_it boolean PRIMARY KEY DEFAULT true CHECK (is_it),
	begun_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	after bigint NOT NULL DEFAULT 0,
	scored bigint NOT NULL DEFAULT 0,
	changed bigint NOT NULL DEFAULT 0,
	mqls bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE piste.score_pass IS
	'How far the workers'' last pass over all open leads has come: one row, none before the first. Scores fade, so there is one a day, whoever starts or stops.';
COMMENT ON COLUMN piste.score_pass.is_it IS 'There is one';
COMMENT ON COLUMN piste.score_pass.begun_at IS 'When';
COMMENT ON COLUMN piste.score_pass.ended_at IS 'NULL: it goes on';
COMMENT ON COLUMN piste.score_pass.after IS 'Persons up to that id are done';
COMMENT ON COLUMN piste.score_pass.scored IS 'Leads';
COMMENT ON COLUMN piste.score_pass.changed IS 'Whose score, grade or MQL did';
COMMENT ON COLUMN piste.score_pass.mqls IS 'Came up as MQL';

CREATE FUNCTION piste.score_pass_next(every interval, OUT after bigint,
	OUT scored bigint, OUT changed bigint, OUT mqls bigint)
RETURNS SETOF record
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.score_pass AS p (is_it) VALUES (true)
	ON CONFLICT (is_it) DO UPDATE SET
		begun_at = CASE WHEN p.ended_at IS NULL THEN p.begun_at
			ELSE now() END,
		ended_at = NULL,
		after = CASE WHEN p.ended_at IS NULL THEN p.after ELSE 0 END,
		scored = CASE WHEN p.ended_at IS NULL THEN p.scored ELSE 0 END,
		changed = CASE WHEN p.ended_at IS NULL THEN p.changed ELSE 0 END,
		mqls = CASE WHEN p.ended_at IS NULL THEN p.mqls ELSE 0 END
	WHERE p.ended_at IS NULL OR p.begun_at <= now() - every
	RETURNING p.after, p.scored, p.changed, p.mqls
$$;
COMMENT ON FUNCTION piste.score_pass_next(interval) IS
	'Where the pass goes on, or a new one begins when the last began so long ago; no row: none is due.';
REVOKE EXECUTE ON FUNCTION piste.event_score(), piste.lead_score()
	FROM PUBLIC;

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.score_rules, piste.mql',
	'EXECUTE ON FUNCTION piste.score_queued(bigint, text, timestamptz), piste.score_take(integer, timestamptz, json)'
	]) AS r (what);
