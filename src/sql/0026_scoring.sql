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
ALTER TABLE piste.lead
	DROP CONSTRAINT lead_grade_check,
	ADD CONSTRAINT lead_grade_check
		CHECK (grade IN ('hot', 'warm', 'cold')),
	ADD COLUMN score_version integer;
COMMENT ON COLUMN piste.lead.grade IS
	'hot, warm or cold, by score, how lately something happened, and when they mean to buy; NULL until judged';
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

-- What BANT knows of when they mean to buy; there is none here yet.
CREATE FUNCTION piste.score_timing(lead bigint, until timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE AS $$
	-- Without settings of its own, so that it becomes a part of its query.
	SELECT NULL::timestamptz
$$;
COMMENT ON FUNCTION piste.score_timing(bigint, timestamptz) IS
	'When a lead means to buy, as known at a moment; NULL: unknown.';

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
	until timestamptz, is_closed_too boolean, OUT lead bigint,
	OUT score integer, OUT grade text, OUT stage text, OUT is_above boolean,
	OUT timing bigint, OUT happened json)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH who AS MATERIALIZED (
		SELECT l.id, l.person_id, l.score, l.grade, l.stage,
			l.created_at <= $4 AND (l.is_open OR $5) AS is_asked
		FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id
		WHERE l.person_id > $1 AND l.person_id <= $2
			AND l.merged_into IS NULL AND p.erased_at IS NULL
	), form AS MATERIALIZED (
		SELECT f.form_key, f.first_name, f.last_name, f.company
		FROM piste.score_forms() AS f
	), said AS MATERIALIZED (
		SELECT w.person_id, w.id AS lead_id, s.received_at AS at, s.seq,
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
			'mail', CASE WHEN q.judged_at <= $4 THEN q.mail END))
			|| coalesce((SELECT jsonb_object_agg(a.name,
					left(s.fields->>a.name, 4000))
				FROM unnest($3) AS a (name)
				WHERE s.fields->>a.name <> ''), '{}') AS said
		FROM who AS w
			JOIN piste.submission AS s ON s.lead_id = w.id
			JOIN form AS f ON f.form_key = s.form_key
			LEFT JOIN piste.email_quality AS q ON q.submission_id = s.id
		WHERE s.received_at <= $4
	), seen AS (
		SELECT e.person_id, e.at, e.id, e.kind, e.name, row_number() OVER (
			PARTITION BY e.person_id ORDER BY e.at DESC, e.id DESC) AS nth
		FROM piste.event AS e
		WHERE e.person_id > $1 AND e.person_id <= $2 AND e.at <= $4
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
		(extract(epoch FROM piste.score_timing(w.id, $4)) * 1000)::bigint,
		json_agg(json_build_array(
			floor(extract(epoch FROM t.at) * 1000)::bigint,
			CASE WHEN t.kind IS NOT NULL THEN t.kind
				WHEN t.lead_id = w.id THEN 'submission'
				ELSE 'other_submission' END, t.name, t.said)
			ORDER BY t.at, t.seq) FILTER (WHERE t.at IS NOT NULL)
	FROM who AS w LEFT JOIN told AS t ON t.person_id = w.person_id
	WHERE w.is_asked
	GROUP BY w.id, w.score, w.grade, w.stage
	ORDER BY w.id;
END $$;
COMMENT ON FUNCTION piste.score_read(bigint, bigint, text[], timestamptz,
	boolean) IS
	'What the leads of persons whose ids are above after, up to upto, are scored from, as known at a moment: score and grade as they stand, whether an MQL of theirs does, when they mean to buy, and what happened: [[milliseconds, kind, name, what a submission said or null]], of events the last 2000. Addresses from their @ on, of other particulars whether they were given, and those fields.';

CREATE FUNCTION piste.score_queued(queue bigint, worker text,
	OUT lead bigint, OUT score integer, OUT grade text, OUT stage text,
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
			now() + interval '10 seconds', true) AS r
	WHERE q.id = $1 AND q.locked_by = $2 AND q.state = 'claimed'
		AND r.lead = l.id
$$;
COMMENT ON FUNCTION piste.score_queued(bigint, text) IS
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
	-- All rows before anything that moves one: two who do this never wait
	-- for each other.
	PERFORM FROM piste.lead AS l WHERE l.id = ANY (leads)
	ORDER BY l.id FOR NO KEY UPDATE;
	-- Merged or erased meanwhile: there is nothing to write.
	UPDATE piste.lead AS l SET score = n.points, grade = n.grade,
		score_parts = n.parts, score_version = $1, scored_at = now(),
		updated_at = now()
	FROM unnest(leads, points, grades, parts)
			AS n (lead, points, grade, parts),
		piste.person AS p
	WHERE l.id = n.lead AND l.merged_into IS NULL
		AND p.id = l.person_id AND p.erased_at IS NULL;
	UPDATE piste.mql AS m SET fallen_at = $2
	FROM unnest(leads, above) AS n (lead, above)
	WHERE m.lead_id = n.lead AND m.fallen_at IS NULL AND NOT n.above;
	FOR risen IN
		INSERT INTO piste.mql AS m (lead_id, at, score, version)
		SELECT n.lead, $2, n.points, $1
		FROM unnest(leads, points, above) AS n (lead, points, above)
			JOIN piste.lead AS l ON l.id = n.lead
			JOIN piste.person AS p ON p.id = l.person_id
		WHERE n.above AND l.merged_into IS NULL AND p.erased_at IS NULL
		ORDER BY n.lead
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
	'Writes scores down: version of the rules, as of when, [{"lead", "points", "grade", "above", "parts"}], above when at or above all MQL thresholds. Who comes up to them, once until fallen below, and is a lead or nurturing, becomes an MQL; how many did.';
REVOKE EXECUTE ON FUNCTION piste.score_queued(bigint, text),
	piste.score_take(integer, timestamptz, json) FROM PUBLIC;

-- Whom to score anew for what they have done.
CREATE TABLE piste.score_due (
	person_id bigint PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.score_due IS
	'Persons who have done something since their leads were scored; the worker takes them out.';
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
	INSERT INTO piste.score_due (person_id)
	SELECT DISTINCT e.person_id FROM new_rows AS e
	WHERE e.person_id IS NOT NULL ORDER BY e.person_id
	ON CONFLICT (person_id) DO NOTHING;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.event_score() IS
	'Notes whose leads are to be scored anew.';
REVOKE EXECUTE ON FUNCTION piste.event_score() FROM PUBLIC;
CREATE TRIGGER event_score AFTER INSERT ON piste.event
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.event_score();

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.score_rules, piste.mql',
	'EXECUTE ON FUNCTION piste.score_queued(bigint, text), piste.score_take(integer, timestamptz, json)'
	]) AS r (what);
