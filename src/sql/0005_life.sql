-- Life of experiments: what each phase was held to is kept, a decision is
-- taken back by undo alone, and running ones are looked at more often.

CREATE TABLE piste.experiment_phase (
	experiment_key text NOT NULL REFERENCES piste.experiment (key)
		ON DELETE CASCADE,
	phase integer NOT NULL,
	bucket_version bigint NOT NULL,
	page_key text NOT NULL,
	seed text NOT NULL,
	goal text NOT NULL,
	window_s bigint NOT NULL,
	mql_window_s bigint NOT NULL,
	sql_window_s bigint NOT NULL,
	customer_window_s bigint NOT NULL,
	alpha double precision NOT NULL,
	planned_visitors bigint NOT NULL,
	n_star double precision NOT NULL,
	control_key text,
	definition jsonb NOT NULL,
	variants jsonb NOT NULL,
	started_at timestamptz,
	ended_at timestamptz,
	PRIMARY KEY (experiment_key, phase)
);
CREATE UNIQUE INDEX experiment_phase_version
	ON piste.experiment_phase (experiment_key, bucket_version);
COMMENT ON TABLE piste.experiment_phase IS
	'What each phase of an experiment is, or was, held to: so that a phase can be read when a later one runs. Written by the triggers of experiment; phases that ended before this table was there are missing.';
COMMENT ON COLUMN piste.experiment_phase.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.experiment_phase.phase IS 'From 1';
COMMENT ON COLUMN piste.experiment_phase.bucket_version IS
	'Under which its visitors are counted';
COMMENT ON COLUMN piste.experiment_phase.page_key IS 'The page compared';
COMMENT ON COLUMN piste.experiment_phase.seed IS
	'With which it hashes, SEED:pN from the second on';
COMMENT ON COLUMN piste.experiment_phase.goal IS
	'As in experiment, as what follows';
COMMENT ON COLUMN piste.experiment_phase.window_s IS 'To a lead';
COMMENT ON COLUMN piste.experiment_phase.mql_window_s IS 'To an MQL';
COMMENT ON COLUMN piste.experiment_phase.sql_window_s IS 'To an SQL';
COMMENT ON COLUMN piste.experiment_phase.customer_window_s IS 'To a customer';
COMMENT ON COLUMN piste.experiment_phase.alpha IS 'Level of its verdict';
COMMENT ON COLUMN piste.experiment_phase.planned_visitors IS
	'All arms together; 0 when not planned';
COMMENT ON COLUMN piste.experiment_phase.n_star IS
	'Planned total of a pair of arms';
COMMENT ON COLUMN piste.experiment_phase.control_key IS
	'The arm others are compared with; NULL before it runs';
COMMENT ON COLUMN piste.experiment_phase.definition IS
	'As it was when the phase last ran or was paused';
COMMENT ON COLUMN piste.experiment_phase.variants IS
	'Those of its page, in order, as they were then';
COMMENT ON COLUMN piste.experiment_phase.started_at IS
	'When it first ran; NULL before';
COMMENT ON COLUMN piste.experiment_phase.ended_at IS
	'When it was stopped or another phase took its place';

CREATE FUNCTION piste.experiment_phase_of(e piste.experiment)
RETURNS piste.experiment_phase
LANGUAGE sql STABLE AS $$
	SELECT e.key, e.phase, e.bucket_version, e.page_key,
		e.seed || CASE WHEN e.phase > 1 THEN ':p' || e.phase ELSE '' END,
		e.goal, e.window_s, e.mql_window_s, e.sql_window_s,
		e.customer_window_s, e.alpha, e.planned_visitors, e.n_star,
		e.control_key, e.definition, coalesce((
			SELECT pg_catalog.jsonb_agg(v.definition ORDER BY v.position)
			FROM piste.variant AS v
			WHERE v.page_key = e.page_key AND v.removed_at IS NULL), '[]'),
		e.phase_started_at, e.ended_at
$$;
COMMENT ON FUNCTION piste.experiment_phase_of(piste.experiment) IS
	'The present phase of an experiment as experiment_phase has it';

CREATE FUNCTION piste.experiment_phase_keep() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
	-- What is changed in one that has ended is the next phase's.
	is_over boolean := NEW.state NOT IN ('draft', 'running', 'paused');
BEGIN
	INSERT INTO piste.experiment_phase AS p
	SELECT (piste.experiment_phase_of(NEW)).*
	ON CONFLICT (experiment_key, phase) DO UPDATE SET
		bucket_version = excluded.bucket_version,
		page_key = excluded.page_key, seed = excluded.seed,
		goal = excluded.goal, window_s = excluded.window_s,
		mql_window_s = excluded.mql_window_s,
		sql_window_s = excluded.sql_window_s,
		customer_window_s = excluded.customer_window_s,
		alpha = excluded.alpha,
		planned_visitors = excluded.planned_visitors,
		n_star = excluded.n_star, control_key = excluded.control_key,
		definition = CASE WHEN is_over THEN p.definition
			ELSE excluded.definition END,
		variants = CASE WHEN is_over THEN p.variants
			ELSE excluded.variants END,
		started_at = excluded.started_at, ended_at = excluded.ended_at;
	UPDATE piste.experiment_phase AS p SET ended_at = now()
	WHERE p.experiment_key = NEW.key AND p.phase < NEW.phase
		AND p.ended_at IS NULL;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION piste.experiment_phase_keep() IS
	'Keeps the present phase up with its experiment; one that a later phase follows stays as it was';
CREATE TRIGGER experiment_phase_keep AFTER INSERT OR UPDATE
	ON piste.experiment FOR EACH ROW
	EXECUTE FUNCTION piste.experiment_phase_keep();

INSERT INTO piste.experiment_phase
SELECT (piste.experiment_phase_of(e.*)).* FROM piste.experiment AS e;

-- Windows are a phase's.
CREATE FUNCTION piste.experiment_spans(experiment text, version bigint,
	OUT lead interval, OUT mql interval, OUT sql interval,
	OUT customer interval)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT pg_catalog.make_interval(secs => s.lead),
		pg_catalog.make_interval(secs => greatest(s.lead, s.mql)),
		pg_catalog.make_interval(secs => greatest(s.lead, s.sql)),
		pg_catalog.make_interval(secs => greatest(s.lead, s.customer))
	FROM (
		SELECT coalesce(p.window_s, e.window_s) AS lead,
			coalesce(p.mql_window_s, e.mql_window_s) AS mql,
			coalesce(p.sql_window_s, e.sql_window_s) AS sql,
			coalesce(p.customer_window_s, e.customer_window_s) AS customer
		FROM piste.experiment AS e LEFT JOIN piste.experiment_phase AS p
			ON p.experiment_key = e.key AND p.bucket_version = $2
		WHERE e.key = $1
	) AS s
$$;
COMMENT ON FUNCTION piste.experiment_spans(text, bigint) IS
	'Windows of that bucket version''s phase, the present ones where it was not kept; no row for an unknown experiment; to qualify takes at least as long as to become a lead.';

-- Who asked for an experiment's windows asks for its phase's; nothing else of
-- these functions changes.
DO $$
DECLARE
	change record;
	source text;
BEGIN
	FOR change IN SELECT c.signature, c.before, c.after FROM (VALUES
		('piste.outcome_refresh(text[], bigint[], bytea[])',
			'piste.experiment_spans(u.experiment_key)',
			'piste.experiment_spans(u.experiment_key, u.bucket_version)'),
		('piste.experiment_counts(text, bigint, timestamptz[])',
			'piste.experiment_spans($1)', 'piste.experiment_spans($1, $2)'),
		('piste.experiment_recount(text, bigint, timestamptz)',
			'piste.experiment_spans(e.key)',
			'piste.experiment_spans(e.key, $2)'),
		('piste.experiment_segments(text, bigint, text, timestamptz)',
			'piste.experiment_spans(e.key)',
			'piste.experiment_spans(e.key, $2)')
	) AS c (signature, before, after) LOOP
		source := pg_get_functiondef(change.signature::regprocedure);
		IF position(change.before IN source) = 0 THEN
			RAISE '% does not ask for %', change.signature, change.before;
		END IF;
		EXECUTE replace(source, change.before, change.after);
	END LOOP;
END $$;
DROP FUNCTION piste.experiment_spans(text);
COMMENT ON FUNCTION piste.experiment_rebuild(text) IS
	'Makes outcome and experiment_hour of the current phase again from exposure, conversion and lead: to repair what was changed by hand. Whoever counts waits meanwhile. Nothing for an experiment without salt, whose figures are final.';

-- A decision.
CREATE FUNCTION piste.experiment_decision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE 'experiment % has shipped %: only undo leads back', NEW.key,
		NEW.shipped_key USING ERRCODE = 'check_violation';
END
$$;
COMMENT ON FUNCTION piste.experiment_decision() IS
	'Refuses to leave a decision that still holds';
CREATE TRIGGER experiment_decision BEFORE UPDATE ON piste.experiment
	FOR EACH ROW WHEN (OLD.state = 'decided' AND NEW.state = 'stopped'
		AND NEW.shipped_key IS NOT NULL)
	EXECUTE FUNCTION piste.experiment_decision();

-- Looks by day.
CREATE TABLE piste.experiment_look (
	experiment_key text PRIMARY KEY REFERENCES piste.experiment (key)
		ON DELETE CASCADE,
	made_at timestamptz NOT NULL
);
COMMENT ON TABLE piste.experiment_look IS
	'When an experiment that may act by itself was last looked at between midnights; what such a look has done is in verdict';
COMMENT ON COLUMN piste.experiment_look.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.experiment_look.made_at IS 'When';
