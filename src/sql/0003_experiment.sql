-- Experiments: what a running one is held to, who was counted in it, what
-- became of them, and the figures kept while they come in.

-- Life.  Allowed moves: piste.experiment_can_move.
ALTER TABLE piste.experiment
	DROP CONSTRAINT experiment_state_check,
	ADD CONSTRAINT experiment_state_check CHECK (state IN ('draft',
		'running', 'paused', 'stopped', 'decided', 'archived')),
	ADD COLUMN min_bucket_version integer NOT NULL DEFAULT 1,
	ADD COLUMN control_key text,
	ADD COLUMN shipped_key text,
	ADD COLUMN control_before text,
	ADD COLUMN n_star double precision NOT NULL DEFAULT 5000
		CHECK (n_star > 0),
	ADD COLUMN mql_window_s bigint NOT NULL DEFAULT 1209600,
	ADD COLUMN sql_window_s bigint NOT NULL DEFAULT 2592000,
	ADD COLUMN customer_window_s bigint NOT NULL DEFAULT 7776000,
	ADD COLUMN phase_started_at timestamptz,
	ADD COLUMN ended_at timestamptz,
	ADD COLUMN salt bytea NOT NULL
		DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()),
	ADD COLUMN is_synthetic boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN piste.experiment.state IS
	'draft, running, paused, stopped, decided or archived';
COMMENT ON COLUMN piste.experiment.min_bucket_version IS
	'Visitors first counted under a lower bucket version see the control and are not analysed';
COMMENT ON COLUMN piste.experiment.control_key IS
	'The arm others are compared with, since its phase began; NULL: the first';
COMMENT ON COLUMN piste.experiment.shipped_key IS
	'The arm that became the page''s control, NULL while none did';
COMMENT ON COLUMN piste.experiment.control_before IS
	'The page''s control_key before that, for the way back';
COMMENT ON COLUMN piste.experiment.n_star IS
	'Planned total of a pair of arms: fixes the always-valid boundary, so it changes with a phase only';
COMMENT ON COLUMN piste.experiment.mql_window_s IS
	'From exposure to becoming an MQL at most, in seconds; as the two below';
COMMENT ON COLUMN piste.experiment.sql_window_s IS 'To becoming an SQL';
COMMENT ON COLUMN piste.experiment.customer_window_s IS
	'To becoming a customer; a value counts by this one too';
COMMENT ON COLUMN piste.experiment.phase_started_at IS
	'When it first ran in this phase; NULL before';
COMMENT ON COLUMN piste.experiment.ended_at IS
	'When it was stopped or decided; NULL before and after starting again';
COMMENT ON COLUMN piste.experiment.salt IS
	'Turns a visitor into a unit that can''t be turned back; emptied when archived, and with it the last way from a conversion to a visitor';
COMMENT ON COLUMN piste.experiment.is_synthetic IS
	'Made by piste selftest: in no list, no export, no figure';

ALTER TABLE piste.page ADD COLUMN control_key text;
COMMENT ON COLUMN piste.page.control_key IS
	'The variant shown outside experiments since one was shipped; NULL: the first';

CREATE TABLE piste.experiment_move (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	experiment_key text NOT NULL REFERENCES piste.experiment (key)
		ON DELETE CASCADE,
	at timestamptz NOT NULL DEFAULT now(),
	from_state text,
	to_state text NOT NULL,
	phase integer NOT NULL,
	what text NOT NULL CHECK (octet_length(what) <= 64),
	who text NOT NULL CHECK (octet_length(who) <= 200),
	reason text CHECK (octet_length(reason) <= 2000)
);
CREATE INDEX experiment_move_experiment
	ON piste.experiment_move (experiment_key, id);
COMMENT ON TABLE piste.experiment_move IS
	'Everything that was decided about an experiment: when, by whom, why';
COMMENT ON COLUMN piste.experiment_move.id IS 'Order';
COMMENT ON COLUMN piste.experiment_move.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.experiment_move.at IS 'When';
COMMENT ON COLUMN piste.experiment_move.from_state IS 'NULL when made';
COMMENT ON COLUMN piste.experiment_move.to_state IS
	'The same as before for what changes no state';
COMMENT ON COLUMN piste.experiment_move.phase IS 'The phase after it';
COMMENT ON COLUMN piste.experiment_move.what IS
	'move, ship, undo, phase, correction, weights, pause-arm…';
COMMENT ON COLUMN piste.experiment_move.who IS
	'apply, command, schedule, worker, or an account';
COMMENT ON COLUMN piste.experiment_move.reason IS 'In the words given';

-- Traffic, raw and human apart.
CREATE TABLE piste.traffic (
	page_key text NOT NULL,
	experiment_key text NOT NULL,
	variant text NOT NULL,
	class text NOT NULL CHECK (class IN ('human', 'robot', 'prefetch',
		'preview', 'head', 'internal', 'crowd', 'outside')),
	hour timestamptz NOT NULL,
	views bigint NOT NULL CHECK (views >= 0),
	PRIMARY KEY (page_key, experiment_key, variant, class, hour)
) WITH (fillfactor = 50);
COMMENT ON TABLE piste.traffic IS
	'Views of pages by hour and class: what was served, counted or not. Writers add in the order of its key.';
COMMENT ON COLUMN piste.traffic.page_key IS 'The page';
COMMENT ON COLUMN piste.traffic.experiment_key IS
	'The experiment that chose the variant, empty for none';
COMMENT ON COLUMN piste.traffic.variant IS 'What was shown';
COMMENT ON COLUMN piste.traffic.class IS
	'human; not counted: robot, prefetch, preview, head, internal, crowd (too many first visits from one address), outside (not in the experiment: targeting, layer, coverage)';
COMMENT ON COLUMN piste.traffic.hour IS 'Its beginning';
COMMENT ON COLUMN piste.traffic.views IS 'Pages served, not visitors';

-- Who was counted.
ALTER TABLE piste.exposure
	ADD COLUMN epoch integer NOT NULL DEFAULT 1,
	ADD COLUMN excluded text CHECK (excluded IN ('bot', 'multi')),
	ADD COLUMN posted_at timestamptz,
	ADD COLUMN refused_at timestamptz,
	ADD COLUMN country text CHECK (octet_length(country) <= 2),
	ADD COLUMN device text CHECK (octet_length(device) <= 16),
	ADD COLUMN source text CHECK (octet_length(source) <= 64),
	ADD COLUMN lang text CHECK (octet_length(lang) <= 2);
-- Here and below: one index only has a column of the look-up by key, else a
-- plan made while the table is empty may take the wrong one and keep it.
CREATE INDEX exposure_seen ON piste.exposure (first_seen_at)
	INCLUDE (experiment_key, bucket_version, epoch, variant, excluded);
CREATE INDEX exposure_posted ON piste.exposure (experiment_key, posted_at)
	WHERE posted_at IS NOT NULL;
CREATE INDEX exposure_refused ON piste.exposure (experiment_key, refused_at)
	WHERE refused_at IS NOT NULL;
COMMENT ON TABLE piste.exposure IS
	'The first time a human visitor was shown a variant of an experiment, in the phase of bucket_version. Never joined to a person. Written by piste.exposure_take(), in order of its key, so that concurrent batches can''t deadlock.';
COMMENT ON COLUMN piste.exposure.bucket_version IS
	'The experiment''s phase as an assignment version; a later phase counts its visitors anew, in place';
COMMENT ON COLUMN piste.exposure.epoch IS 'The epoch of the server that showed it';
COMMENT ON COLUMN piste.exposure.excluded IS
	'Why this visitor is not counted: bot (flagged at any time), multi (shown several arms); NULL: counted';
COMMENT ON COLUMN piste.exposure.posted_at IS
	'First form sent, whatever came of it; NULL: none, a bounce';
COMMENT ON COLUMN piste.exposure.refused_at IS 'First form given back';
COMMENT ON COLUMN piste.exposure.country IS 'By the address; as the three below, for segments only';
COMMENT ON COLUMN piste.exposure.device IS 'desktop, mobile, tablet, other';
COMMENT ON COLUMN piste.exposure.source IS 'Of the touch';
COMMENT ON COLUMN piste.exposure.lang IS 'Of the page as shown';

-- What became of leads: first times, which rules R6 and R7 ask for.
ALTER TABLE piste.lead
	ADD COLUMN stage_reason text CHECK (octet_length(stage_reason) <= 64),
	ADD COLUMN spam_at timestamptz,
	ADD COLUMN mql_at timestamptz,
	ADD COLUMN sql_at timestamptz,
	ADD COLUMN customer_at timestamptz,
	ADD COLUMN value numeric(14, 2);
COMMENT ON COLUMN piste.lead.stage_reason IS
	'Why it stands there; spam, for a disqualified one, makes it count for nothing';
COMMENT ON COLUMN piste.lead.spam_at IS
	'When it was disqualified as spam; NULL again when that is taken back';
COMMENT ON COLUMN piste.lead.mql_at IS
	'When it first was an MQL or further; kept when it moves back; as the two below';
COMMENT ON COLUMN piste.lead.sql_at IS 'First an SQL or further';
COMMENT ON COLUMN piste.lead.customer_at IS 'First a customer';
COMMENT ON COLUMN piste.lead.value IS 'What the customer is worth, in the site''s currency';

-- Every accepted submission of a visitor in an experiment, by unit.
CREATE TABLE piste.conversion (
	experiment_key text NOT NULL,
	submission_id uuid NOT NULL,
	unit bytea NOT NULL,
	lead_id bigint,
	bucket_version bigint NOT NULL,
	converted_at timestamptz NOT NULL,
	is_consented boolean NOT NULL,
	reason text CHECK (reason IN ('excluded', 'spam', 'without_exposure',
		'before_exposure', 'after_window', 'duplicate')),
	is_unexposed boolean NOT NULL DEFAULT false,
	PRIMARY KEY (submission_id, experiment_key)
);
CREATE INDEX conversion_unit
	ON piste.conversion (experiment_key, bucket_version, unit);
CREATE INDEX conversion_lead ON piste.conversion (lead_id);
CREATE INDEX conversion_reason
	ON piste.conversion (experiment_key, bucket_version, reason)
	WHERE reason IS NOT NULL;
CREATE INDEX conversion_unexposed
	ON piste.conversion (experiment_key, bucket_version) WHERE is_unexposed;
COMMENT ON TABLE piste.conversion IS
	'Submissions in experiments. unit is a salted hash of the visitor: it says that two rows are one visitor''s, not whose. Written by piste.conversion_take().';
COMMENT ON COLUMN piste.conversion.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.conversion.submission_id IS 'The submission';
COMMENT ON COLUMN piste.conversion.unit IS 'piste.experiment_unit(salt, visitor)';
COMMENT ON COLUMN piste.conversion.lead_id IS 'NULL in a self-test';
COMMENT ON COLUMN piste.conversion.bucket_version IS 'The phase';
COMMENT ON COLUMN piste.conversion.converted_at IS 'When the post arrived';
COMMENT ON COLUMN piste.conversion.is_consented IS
	'At least one consent was given with it';
COMMENT ON COLUMN piste.conversion.reason IS
	'Why it is not counted, the first that holds: excluded (its visitor is), spam, without_exposure, before_exposure, after_window, duplicate; NULL: it is its visitor''s conversion';
COMMENT ON COLUMN piste.conversion.is_unexposed IS
	'No exposure of its visitor in its phase is known';

-- One row per unit of a phase that was exposed and has sent a form, rules R1
-- to R8 applied.  What is known of the exposure stays here when a later phase
-- takes the exposure's place, and when the salt is gone.
CREATE TABLE piste.outcome (
	experiment_key text NOT NULL,
	bucket_version bigint NOT NULL,
	unit bytea NOT NULL,
	epoch integer NOT NULL,
	variant text NOT NULL,
	exposed_at timestamptz NOT NULL,
	excluded text,
	country text,
	device text,
	source text,
	lang text,
	lead_at timestamptz,
	is_consented boolean NOT NULL DEFAULT false,
	spam_lead_at timestamptz,
	mql_at timestamptz,
	sql_at timestamptz,
	customer_at timestamptz,
	value numeric(14, 2),
	PRIMARY KEY (experiment_key, bucket_version, unit)
);
CREATE INDEX outcome_exposed ON piste.outcome (exposed_at);
CREATE INDEX outcome_lead
	ON piste.outcome (experiment_key, bucket_version, lead_at)
	WHERE lead_at IS NOT NULL;
CREATE INDEX outcome_spam
	ON piste.outcome (experiment_key, bucket_version, spam_lead_at)
	WHERE spam_lead_at IS NOT NULL;
COMMENT ON TABLE piste.outcome IS
	'What a unit has come to, by the rules; made from exposure, conversion and lead by piste.outcome_take() and piste.outcome_refresh(), and can be made again.';
COMMENT ON COLUMN piste.outcome.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.outcome.bucket_version IS 'The phase';
COMMENT ON COLUMN piste.outcome.unit IS 'As in conversion';
COMMENT ON COLUMN piste.outcome.epoch IS 'Of the exposure';
COMMENT ON COLUMN piste.outcome.variant IS 'Of the exposure, wins over the form''s';
COMMENT ON COLUMN piste.outcome.exposed_at IS 't0';
COMMENT ON COLUMN piste.outcome.excluded IS
	'As in exposure; when set, nothing below is';
COMMENT ON COLUMN piste.outcome.country IS 'As in exposure, as the three below';
COMMENT ON COLUMN piste.outcome.device IS 'As in exposure';
COMMENT ON COLUMN piste.outcome.source IS 'As in exposure';
COMMENT ON COLUMN piste.outcome.lang IS 'As in exposure';
COMMENT ON COLUMN piste.outcome.lead_at IS
	'First lead within the window that is no spam; NULL: none counts';
COMMENT ON COLUMN piste.outcome.is_consented IS 'That submission gave a consent';
COMMENT ON COLUMN piste.outcome.spam_lead_at IS
	'First lead within the window that is spam; NULL: none';
COMMENT ON COLUMN piste.outcome.mql_at IS
	'When the lead counted became an MQL, if within that window; as the two below';
COMMENT ON COLUMN piste.outcome.sql_at IS 'SQL';
COMMENT ON COLUMN piste.outcome.customer_at IS 'Customer';
COMMENT ON COLUMN piste.outcome.value IS 'Of that customer; NULL: none';

-- Sums by hour, so that a look costs the same at ten million visitors.
CREATE TABLE piste.experiment_hour (
	experiment_key text NOT NULL,
	bucket_version bigint NOT NULL,
	epoch integer NOT NULL,
	variant text NOT NULL,
	measure text NOT NULL CHECK (measure IN ('visitor', 'posted', 'refused',
		'lead', 'lead_mature', 'consented', 'spam', 'mql', 'sql', 'customer',
		'value', 'bot', 'multi')),
	hour timestamptz NOT NULL,
	n bigint NOT NULL,
	total numeric NOT NULL DEFAULT 0,
	total_sq numeric NOT NULL DEFAULT 0,
	PRIMARY KEY (experiment_key, bucket_version, epoch, variant, measure, hour)
) WITH (fillfactor = 50);
COMMENT ON TABLE piste.experiment_hour IS
	'Sums of exposure and outcome by hour; kept by triggers, equal to piste.experiment_recount(). Who writes here first takes piste.experiment_lock().';
COMMENT ON COLUMN piste.experiment_hour.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.experiment_hour.bucket_version IS 'The phase';
COMMENT ON COLUMN piste.experiment_hour.epoch IS 'The epoch';
COMMENT ON COLUMN piste.experiment_hour.variant IS 'The arm of the exposure';
COMMENT ON COLUMN piste.experiment_hour.measure IS
	'lead, consented, spam, posted and refused are filed by the hour in which they happened, all others by that of the exposure';
COMMENT ON COLUMN piste.experiment_hour.hour IS 'Its beginning';
COMMENT ON COLUMN piste.experiment_hour.n IS 'Visitors; never page views';
COMMENT ON COLUMN piste.experiment_hour.total IS
	'Of the values; 0 but for value, whose n is that of customers with one';
COMMENT ON COLUMN piste.experiment_hour.total_sq IS 'Of their squares';

-- Looks and what was said at them.
CREATE TABLE piste.verdict (
	experiment_key text NOT NULL REFERENCES piste.experiment (key)
		ON DELETE CASCADE,
	phase integer NOT NULL,
	as_of timestamptz NOT NULL,
	made_at timestamptz NOT NULL DEFAULT now(),
	verdict text NOT NULL,
	arm text,
	inputs jsonb NOT NULL,
	PRIMARY KEY (experiment_key, phase, as_of)
);
COMMENT ON TABLE piste.verdict IS
	'What was said of an experiment at each look of the worker, with everything it was said from';
COMMENT ON COLUMN piste.verdict.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.verdict.phase IS 'Its phase then';
COMMENT ON COLUMN piste.verdict.as_of IS 'The figures of this moment';
COMMENT ON COLUMN piste.verdict.made_at IS 'When it was worked out';
COMMENT ON COLUMN piste.verdict.verdict IS 'A word of experiment/decide';
COMMENT ON COLUMN piste.verdict.arm IS 'The arm it names, or NULL';
COMMENT ON COLUMN piste.verdict.inputs IS 'As piste results --json prints them';

-- Life: which state may follow which, and what a change of it brings along,
-- whoever makes it.
CREATE FUNCTION piste.experiment_can_move(from_state text, to_state text)
RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT (from_state, to_state) IN (
		('draft', 'running'),
		('running', 'paused'), ('running', 'stopped'),
		('running', 'decided'),
		('paused', 'running'), ('paused', 'stopped'),
		('paused', 'decided'),
		('stopped', 'running'), ('stopped', 'decided'),
		('stopped', 'archived'),
		('decided', 'stopped'), ('decided', 'archived'))
$$;
COMMENT ON FUNCTION piste.experiment_can_move(text, text) IS
	'The table of allowed moves; none leads to where it began, or from archived';

CREATE FUNCTION piste.experiment_moves() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF NEW.state <> OLD.state
		    AND NOT piste.experiment_can_move(OLD.state, NEW.state) THEN
			RAISE 'experiment % is %, which can''t become %',
			    NEW.key, OLD.state, NEW.state
			    USING ERRCODE = 'check_violation';
		END IF;
		IF NEW.phase <> OLD.phase THEN
			NEW.phase_started_at := NULL;
			NEW.control_key := NULL;
		END IF;
	END IF;
	IF NEW.state IN ('draft', 'running', 'paused') THEN
		NEW.ended_at := NULL;
	ELSE
		NEW.ended_at := coalesce(NEW.ended_at, now());
	END IF;
	IF NEW.state = 'running' AND NEW.phase_started_at IS NULL THEN
		NEW.phase_started_at := now();
		NEW.control_key := coalesce((SELECT v.key FROM piste.page p
			JOIN piste.variant v ON v.page_key = p.key
				AND v.key = p.control_key AND v.removed_at IS NULL
			WHERE p.key = NEW.page_key),
			(SELECT v.key FROM piste.variant v
			WHERE v.page_key = NEW.page_key AND v.removed_at IS NULL
			ORDER BY v.position LIMIT 1));
	END IF;
	IF NEW.state = 'archived' THEN
		NEW.salt := '';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION piste.experiment_moves() IS
	'Refuses what experiment_can_move does; a phase that begins to run takes the page''s control for its own; the end has its time; archived means no salt';

CREATE TRIGGER experiment_moves BEFORE INSERT OR UPDATE ON piste.experiment
	FOR EACH ROW EXECUTE FUNCTION piste.experiment_moves();

-- How it is counted.  exposure, conversion and lead are what happened;
-- outcome and experiment_hour follow from them within the same transaction.
-- Every transaction that moves a sum takes experiment_lock first and keeps it
-- until commit, behind all its rows of exposure, lead and submission: so what
-- it reads under the lock is final, and no two wait for each other.

CREATE FUNCTION piste.experiment_lock() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	-- One for all experiments: a batch holds any of them in any order, and
	-- is short.
	PERFORM pg_advisory_xact_lock(
		hashtextextended('piste.experiment_hour', 0));
END $$;
COMMENT ON FUNCTION piste.experiment_lock() IS
	'Makes those who change outcome and experiment_hour wait for each other until commit.';

-- Without SET, so that it is inlined where ten million are hashed.
CREATE FUNCTION piste.experiment_unit(salt bytea, visitor text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN pg_catalog.length(salt) > 0 THEN pg_catalog.sha256(
		salt OPERATOR(pg_catalog.||)
		pg_catalog.convert_to(visitor, 'UTF8')) END
$$;
COMMENT ON FUNCTION piste.experiment_unit(bytea, text) IS
	'sha256(salt || visitor); NULL once the salt was emptied.';

CREATE FUNCTION piste.experiment_spans(experiment text, OUT lead interval,
	OUT mql interval, OUT sql interval, OUT customer interval)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT pg_catalog.make_interval(secs => window_s),
		pg_catalog.make_interval(secs => greatest(window_s, mql_window_s)),
		pg_catalog.make_interval(secs => greatest(window_s, sql_window_s)),
		pg_catalog.make_interval(
			secs => greatest(window_s, customer_window_s))
	FROM piste.experiment WHERE key = $1
$$;
COMMENT ON FUNCTION piste.experiment_spans(text) IS
	'Its windows, no row for one unknown; to qualify takes at least as long as to become a lead.';

CREATE FUNCTION piste.experiment_hour_add(deltas piste.experiment_hour[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO piste.experiment_hour AS h (experiment_key, bucket_version,
		epoch, variant, measure, hour, n, total, total_sq)
	SELECT experiment_key, bucket_version, epoch, variant, measure, hour, n,
		total, total_sq
	FROM unnest(deltas)
	ON CONFLICT (experiment_key, bucket_version, epoch, variant, measure,
		hour)
	DO UPDATE SET n = h.n + excluded.n, total = h.total + excluded.total,
		total_sq = h.total_sq + excluded.total_sq;
END $$;
COMMENT ON FUNCTION piste.experiment_hour_add(piste.experiment_hour[]) IS
	'Adds to the sums, one row per key. Under experiment_lock.';

CREATE FUNCTION piste.outcome_refresh(experiments text[], versions bigint[],
	units bytea[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	WITH told AS MATERIALIZED (
		SELECT u.experiment_key, u.bucket_version, u.unit, c.submission_id,
			c.lead_id, c.converted_at, c.is_consented,
			c.reason AS reason_before, c.is_unexposed, x.mql, x.sql, x.customer,
			o.epoch, o.variant, o.exposed_at, o.excluded,
			l.mql_at, l.sql_at, l.customer_at, l.value,
			c.converted_at >= o.exposed_at
				AND c.converted_at < o.exposed_at + x.lead AS is_within,
			CASE WHEN o.excluded IS NOT NULL THEN 'excluded'
				WHEN l.spam_at IS NOT NULL THEN 'spam'
				WHEN o.exposed_at IS NULL THEN 'without_exposure'
				WHEN c.converted_at < o.exposed_at THEN 'before_exposure'
				WHEN c.converted_at >= o.exposed_at + x.lead
					THEN 'after_window' END AS reason
		FROM (
			SELECT DISTINCT given.experiment_key, given.bucket_version,
				given.unit
			FROM unnest(experiments, versions, units)
				AS given (experiment_key, bucket_version, unit)
		) AS u
		CROSS JOIN LATERAL piste.experiment_spans(u.experiment_key) AS x
		LEFT JOIN LATERAL (
			SELECT known.epoch, known.variant, known.exposed_at,
				known.excluded
			FROM piste.outcome AS known
			WHERE known.experiment_key = u.experiment_key
				AND known.bucket_version = u.bucket_version
				AND known.unit = u.unit LIMIT 1
		) AS o ON true
		CROSS JOIN LATERAL (
			SELECT made.submission_id, made.lead_id, made.converted_at,
				made.is_consented, made.reason, made.is_unexposed
			FROM piste.conversion AS made
			WHERE made.experiment_key = u.experiment_key
				AND made.bucket_version = u.bucket_version
				AND made.unit = u.unit OFFSET 0
		) AS c
		LEFT JOIN LATERAL (
			SELECT now.spam_at, now.mql_at, now.sql_at, now.customer_at,
				now.value
			FROM piste.lead AS now WHERE now.id = c.lead_id LIMIT 1
		) AS l ON true
	), judged AS MATERIALIZED (
		SELECT t.experiment_key, t.bucket_version, t.unit, t.submission_id,
			t.lead_id, t.converted_at, t.is_consented, t.reason_before,
			t.is_unexposed, t.epoch, t.variant, t.exposed_at, t.is_within,
			t.exposed_at + t.mql AS mql_until,
			t.exposed_at + t.sql AS sql_until,
			t.exposed_at + t.customer AS customer_until,
			t.mql_at, t.sql_at, t.customer_at, t.value,
			CASE WHEN t.reason IS NULL AND row_number() OVER (
				PARTITION BY t.experiment_key, t.bucket_version, t.unit,
					t.reason
				ORDER BY t.converted_at, t.submission_id) > 1
				THEN 'duplicate' ELSE t.reason END AS reason
		FROM told AS t
	), marked AS (
		INSERT INTO piste.conversion AS c (experiment_key, submission_id,
			unit, lead_id, bucket_version, converted_at, is_consented, reason,
			is_unexposed)
		SELECT experiment_key, submission_id, unit, lead_id, bucket_version,
			converted_at, is_consented, reason, exposed_at IS NULL
		FROM judged WHERE (reason, exposed_at IS NULL) IS DISTINCT FROM
			(reason_before, is_unexposed)
		ON CONFLICT (submission_id, experiment_key) DO UPDATE SET
			reason = excluded.reason, is_unexposed = excluded.is_unexposed
	)
	INSERT INTO piste.outcome AS o (experiment_key, bucket_version, unit,
		epoch, variant, exposed_at, lead_at, is_consented, spam_lead_at,
		mql_at, sql_at, customer_at, value)
	SELECT j.experiment_key, j.bucket_version, j.unit, min(j.epoch),
		min(j.variant), min(j.exposed_at),
		min(j.converted_at) FILTER (WHERE j.reason IS NULL),
		coalesce(bool_or(j.is_consented) FILTER (WHERE j.reason IS NULL),
			false),
		min(j.converted_at) FILTER (WHERE j.reason = 'spam'
			AND j.is_within),
		min(j.mql_at) FILTER (WHERE j.reason IS NULL
			AND j.mql_at < j.mql_until),
		min(j.sql_at) FILTER (WHERE j.reason IS NULL
			AND j.sql_at < j.sql_until),
		min(j.customer_at) FILTER (WHERE j.reason IS NULL
			AND j.customer_at < j.customer_until),
		min(j.value) FILTER (WHERE j.reason IS NULL
			AND j.customer_at < j.customer_until)
	FROM judged AS j WHERE j.exposed_at IS NOT NULL
	GROUP BY j.experiment_key, j.bucket_version, j.unit
	ON CONFLICT (experiment_key, bucket_version, unit) DO UPDATE SET
		lead_at = excluded.lead_at, is_consented = excluded.is_consented,
		spam_lead_at = excluded.spam_lead_at, mql_at = excluded.mql_at,
		sql_at = excluded.sql_at, customer_at = excluded.customer_at,
		value = excluded.value
	WHERE (o.lead_at, o.is_consented, o.spam_lead_at, o.mql_at, o.sql_at,
		o.customer_at, o.value) IS DISTINCT FROM (excluded.lead_at,
		excluded.is_consented, excluded.spam_lead_at, excluded.mql_at,
		excluded.sql_at, excluded.customer_at, excluded.value);
END $$;
COMMENT ON FUNCTION piste.outcome_refresh(text[], bigint[], bytea[]) IS
	'Applies R4, R6, R7 and R8 anew to what these units sent, from what outcome holds of their exposures. Under experiment_lock.';

CREATE FUNCTION piste.outcome_take(experiments text[], versions bigint[],
	visitors text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	units bytea[];
BEGIN
	SELECT array_agg(piste.experiment_unit(x.salt, u.visitor)
		ORDER BY u.ordinality) INTO units
	FROM unnest(experiments, visitors) WITH ORDINALITY
			AS u (experiment_key, visitor)
		LEFT JOIN LATERAL (SELECT known.salt FROM piste.experiment AS known
			WHERE known.key = u.experiment_key LIMIT 1) AS x ON true;
	INSERT INTO piste.outcome AS o (experiment_key, bucket_version, unit,
		epoch, variant, exposed_at, excluded, country, device, source, lang)
	SELECT u.experiment_key, u.bucket_version, u.unit, e.epoch, e.variant,
		e.first_seen_at, e.excluded, e.country, e.device, e.source, e.lang
	FROM (
			SELECT DISTINCT given.experiment_key, given.bucket_version,
				given.visitor, given.unit
			FROM unnest(experiments, versions, visitors, units)
				AS given (experiment_key, bucket_version, visitor, unit)
		) AS u
		CROSS JOIN LATERAL (
			SELECT seen.bucket_version, seen.epoch, seen.variant,
				seen.first_seen_at, seen.excluded, seen.country,
				seen.device, seen.source, seen.lang
			FROM piste.exposure AS seen
			WHERE seen.experiment_key = u.experiment_key
				AND seen.visitor = u.visitor LIMIT 1
		) AS e
	WHERE e.bucket_version = u.bucket_version AND (
		SELECT true FROM piste.conversion AS c
		WHERE c.experiment_key = u.experiment_key
			AND c.bucket_version = u.bucket_version
			AND c.unit = u.unit LIMIT 1)
	ON CONFLICT (experiment_key, bucket_version, unit) DO UPDATE SET
		epoch = excluded.epoch, variant = excluded.variant,
		exposed_at = excluded.exposed_at, excluded = excluded.excluded,
		country = excluded.country, device = excluded.device,
		source = excluded.source, lang = excluded.lang
	WHERE (o.epoch, o.variant, o.exposed_at, o.excluded, o.country,
		o.device, o.source, o.lang) IS DISTINCT FROM (excluded.epoch,
		excluded.variant, excluded.exposed_at, excluded.excluded,
		excluded.country, excluded.device, excluded.source, excluded.lang);
	PERFORM piste.outcome_refresh(experiments, versions, units);
END $$;
COMMENT ON FUNCTION piste.outcome_take(text[], bigint[], text[]) IS
	'Brings what is known of these visitors'' exposures to the outcomes of those who sent a form, and refreshes them; nothing for experiments unknown or without salt. Under experiment_lock.';

-- Plans of triggers are kept as those of submit_group are; here and below the
-- same means serve against plans made while the tables were empty.
CREATE FUNCTION piste.outcome_sum() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET jit = off
AS $$
DECLARE
	deltas piste.experiment_hour[];
BEGIN
	SELECT array_agg(ROW(d.experiment_key, d.bucket_version, d.epoch,
		d.variant, d.measure, d.hour, d.n, d.total,
		d.total_sq)::piste.experiment_hour
		ORDER BY d.epoch, d.variant, d.measure, d.hour)
	INTO deltas FROM (
		SELECT o.experiment_key, o.bucket_version, o.epoch, o.variant,
			m.measure, date_bin('1 hour', m.at, 'epoch') AS hour,
			sum(o.sign) AS n, sum(o.sign * m.value) AS total,
			sum(o.sign * m.value * m.value) AS total_sq
		FROM (
			SELECT 1 AS sign, experiment_key, bucket_version, epoch, variant,
				exposed_at, lead_at, is_consented, spam_lead_at, mql_at,
				sql_at, customer_at, value FROM new_rows
			UNION ALL
			SELECT -1, experiment_key, bucket_version, epoch, variant,
				exposed_at, lead_at, is_consented, spam_lead_at, mql_at,
				sql_at, customer_at, value FROM old_rows
		) AS o CROSS JOIN LATERAL (VALUES
			('lead', o.lead_at, 0),
			('lead_mature', CASE WHEN o.lead_at IS NOT NULL
				THEN o.exposed_at END, 0),
			('consented', CASE WHEN o.is_consented THEN o.lead_at END, 0),
			('spam', o.spam_lead_at, 0),
			('mql', CASE WHEN o.mql_at IS NOT NULL
				THEN o.exposed_at END, 0),
			('sql', CASE WHEN o.sql_at IS NOT NULL
				THEN o.exposed_at END, 0),
			('customer', CASE WHEN o.customer_at IS NOT NULL
				THEN o.exposed_at END, 0),
			('value', CASE WHEN o.value IS NOT NULL
				THEN o.exposed_at END, o.value)
		) AS m (measure, at, value)
		WHERE m.at IS NOT NULL
		GROUP BY o.experiment_key, o.bucket_version, o.epoch, o.variant,
			m.measure, date_bin('1 hour', m.at, 'epoch')
		HAVING sum(o.sign) <> 0 OR sum(o.sign * m.value) <> 0
			OR sum(o.sign * m.value * m.value) <> 0
	) AS d;
	PERFORM piste.experiment_hour_add(deltas);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.outcome_sum() IS
	'Keeps experiment_hour up with outcome. A new row has only its exposure, which exposure''s own triggers sum.';
CREATE TRIGGER outcome_sum AFTER UPDATE ON piste.outcome
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.outcome_sum();

CREATE FUNCTION piste.exposure_sum_new() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	deltas piste.experiment_hour[];
	experiments text[];
	versions bigint[];
	visitors text[];
BEGIN
	SELECT array_agg(ROW(d.experiment_key, d.bucket_version, d.epoch,
		d.variant, d.measure, d.hour, d.n, 0, 0)::piste.experiment_hour)
	INTO deltas FROM (
		SELECT e.experiment_key, e.bucket_version, e.epoch, e.variant,
			coalesce(e.excluded, 'visitor') AS measure,
			date_bin('1 hour', e.first_seen_at, 'epoch') AS hour,
			count(*) AS n
		FROM new_rows AS e GROUP BY 1, 2, 3, 4, 5, 6
		UNION ALL
		SELECT e.experiment_key, e.bucket_version, e.epoch, e.variant,
			m.measure, date_bin('1 hour', m.at, 'epoch'), count(*)
		FROM new_rows AS e CROSS JOIN LATERAL (VALUES
			('posted', e.posted_at), ('refused', e.refused_at)
		) AS m (measure, at)
		WHERE m.at IS NOT NULL AND e.excluded IS NULL
		GROUP BY 1, 2, 3, 4, 5, 6
	) AS d;
	IF deltas IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM piste.experiment_lock();
	PERFORM piste.experiment_hour_add(deltas);

	-- A form that came before its exposure was known is rare.
	SELECT array_agg(e.experiment_key), array_agg(e.bucket_version),
		array_agg(e.visitor)
	INTO experiments, versions, visitors
	FROM (
		SELECT k.experiment_key, k.bucket_version
		FROM (SELECT DISTINCT d.experiment_key, d.bucket_version
			FROM unnest(deltas) AS d) AS k
		WHERE (SELECT true FROM piste.conversion AS c
			WHERE c.experiment_key = k.experiment_key
				AND c.bucket_version = k.bucket_version
				AND c.is_unexposed LIMIT 1)
	) AS waiting JOIN new_rows AS e USING (experiment_key, bucket_version);
	IF visitors IS NOT NULL THEN
		PERFORM piste.outcome_take(experiments, versions, visitors);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.exposure_sum_new() IS
	'Keeps experiment_hour and outcome up with new exposures.';
CREATE TRIGGER exposure_sum_new AFTER INSERT ON piste.exposure
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.exposure_sum_new();

CREATE FUNCTION piste.exposure_sum() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	deltas piste.experiment_hour[];
	experiments text[];
	versions bigint[];
	visitors text[];
BEGIN
	IF NOT EXISTS (SELECT FROM new_rows) THEN
		RETURN NULL;
	END IF;
	PERFORM piste.experiment_lock();
	-- What an earlier phase had counted stays counted there.
	SELECT array_agg(ROW(d.experiment_key, d.bucket_version, d.epoch,
		d.variant, d.measure, d.hour, d.n, 0, 0)::piste.experiment_hour)
	INTO deltas FROM (
		SELECT e.experiment_key, e.bucket_version, e.epoch, e.variant,
			m.measure, date_bin('1 hour', m.at, 'epoch') AS hour,
			sum(e.sign) AS n
		FROM (
			SELECT r.sign, r.experiment_key, r.bucket_version, r.epoch,
				r.variant, r.first_seen_at, r.excluded, r.posted_at,
				r.refused_at, max(r.bucket_version) OVER (PARTITION BY
					r.experiment_key, r.visitor) AS last_version
			FROM (
				SELECT 1 AS sign, experiment_key, visitor, bucket_version,
					epoch, variant, first_seen_at, excluded, posted_at,
					refused_at FROM new_rows
				UNION ALL
				SELECT -1, experiment_key, visitor, bucket_version, epoch,
					variant, first_seen_at, excluded, posted_at, refused_at
				FROM old_rows
			) AS r
		) AS e CROSS JOIN LATERAL (VALUES
			(coalesce(e.excluded, 'visitor'), e.first_seen_at),
			('posted', CASE WHEN e.excluded IS NULL THEN e.posted_at END),
			('refused', CASE WHEN e.excluded IS NULL THEN e.refused_at END)
		) AS m (measure, at)
		WHERE m.at IS NOT NULL AND e.bucket_version = e.last_version
		GROUP BY e.experiment_key, e.bucket_version, e.epoch, e.variant,
			m.measure, date_bin('1 hour', m.at, 'epoch')
		HAVING sum(e.sign) <> 0
	) AS d;
	PERFORM piste.experiment_hour_add(deltas);

	SELECT array_agg(c.experiment_key), array_agg(c.bucket_version),
		array_agg(c.visitor)
	INTO experiments, versions, visitors
	FROM (
		SELECT r.experiment_key, r.visitor, r.bucket_version
		FROM (
			SELECT 1 AS sign, experiment_key, visitor, bucket_version, epoch,
				variant, first_seen_at, excluded, country, device, source,
				lang FROM new_rows
			UNION ALL
			SELECT -1, experiment_key, visitor, bucket_version, epoch,
				variant, first_seen_at, excluded, country, device, source,
				lang FROM old_rows
		) AS r
		GROUP BY r.experiment_key, r.visitor, r.bucket_version, r.epoch,
			r.variant, r.first_seen_at, r.excluded, r.country, r.device,
			r.source, r.lang
		HAVING sum(r.sign) > 0
	) AS c;
	IF visitors IS NOT NULL THEN
		PERFORM piste.outcome_take(experiments, versions, visitors);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.exposure_sum() IS
	'Keeps experiment_hour and outcome up with changed exposures.';
CREATE TRIGGER exposure_sum AFTER UPDATE ON piste.exposure
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.exposure_sum();

CREATE FUNCTION piste.exposure_merge(known piste.exposure,
	given piste.exposure) RETURNS piste.exposure
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	merged piste.exposure := known;
BEGIN
	IF given.bucket_version > known.bucket_version THEN
		merged := given;
	ELSIF given.bucket_version = known.bucket_version THEN
		-- A form may tell of a visitor before the view does.
		merged.device := coalesce(known.device, given.device);
		merged.posted_at := coalesce(known.posted_at, given.posted_at);
		merged.refused_at := coalesce(known.refused_at, given.refused_at);
		merged.excluded := coalesce(known.excluded, given.excluded,
			CASE WHEN given.variant <> known.variant THEN 'multi' END);
	END IF;
	IF 'bot' IN (known.excluded, given.excluded) THEN
		merged.excluded := 'bot';
	END IF;
	RETURN merged;
END $$;
COMMENT ON FUNCTION piste.exposure_merge(piste.exposure, piste.exposure) IS
	'What a visitor''s exposure becomes when another is told: by R2, R3 and R8, and anew in a later phase.';
CREATE AGGREGATE piste.exposure_merged(piste.exposure) (
	SFUNC = piste.exposure_merge, STYPE = piste.exposure);
COMMENT ON AGGREGATE piste.exposure_merged(piste.exposure) IS
	'One exposure of several of a visitor, in the order in which they come.';

CREATE FUNCTION piste.exposure_take(experiments text[], visitors text[],
	variants text[], versions bigint[], epochs integer[], seen_ms bigint[],
	countries text[], devices text[], sources text[], langs text[],
	posted_ms bigint[], refused_ms bigint[], bots boolean[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	WITH given AS (
		SELECT t.experiment_key, t.visitor,
			piste.exposure_merged(ROW(t.experiment_key, t.visitor,
				t.variant, t.bucket_version,
				to_timestamp(t.seen_ms / 1000.0), coalesce(t.epoch, 1),
				CASE WHEN t.is_bot THEN 'bot' END,
				to_timestamp(nullif(t.posted_ms, 0) / 1000.0),
				to_timestamp(nullif(t.refused_ms, 0) / 1000.0),
				nullif(t.country, ''), nullif(t.device, ''),
				nullif(t.source, ''), nullif(t.lang, ''))::piste.exposure)
				AS row
		FROM (
			SELECT u.experiment_key, u.visitor, u.variant, u.bucket_version,
				u.epoch, u.seen_ms, u.country, u.device, u.source, u.lang,
				u.posted_ms, u.refused_ms, u.is_bot
			FROM unnest(experiments, visitors, variants, versions, epochs,
				seen_ms, countries, devices, sources, langs, posted_ms,
				refused_ms, bots) WITH ORDINALITY AS u (experiment_key,
				visitor, variant, bucket_version, epoch, seen_ms, country,
				device, source, lang, posted_ms, refused_ms, is_bot)
			ORDER BY u.experiment_key, u.visitor, u.bucket_version,
				u.seen_ms, u.ordinality
		) AS t GROUP BY t.experiment_key, t.visitor
	), known AS (
		-- Most were told before: they are neither locked nor written.
		SELECT g.row FROM given AS g
		WHERE coalesce((
			SELECT piste.exposure_merge(o, g.row) IS DISTINCT FROM o
			FROM piste.exposure AS o
			WHERE o.experiment_key = g.experiment_key
				AND o.visitor = g.visitor LIMIT 1), true)
		ORDER BY g.experiment_key, g.visitor
	)
	INSERT INTO piste.exposure AS o (experiment_key, visitor, variant,
		bucket_version, first_seen_at, epoch, excluded, posted_at,
		refused_at, country, device, source, lang)
	SELECT (row).experiment_key, (row).visitor, (row).variant,
		(row).bucket_version, (row).first_seen_at, (row).epoch,
		(row).excluded, (row).posted_at, (row).refused_at, (row).country,
		(row).device, (row).source, (row).lang
	FROM known
	ON CONFLICT (experiment_key, visitor) DO UPDATE SET (variant,
		bucket_version, first_seen_at, epoch, excluded, posted_at,
		refused_at, country, device, source, lang) = (
		SELECT m.variant, m.bucket_version, m.first_seen_at, m.epoch,
			m.excluded, m.posted_at, m.refused_at, m.country, m.device,
			m.source, m.lang
		FROM piste.exposure_merge(given => excluded.*, known => o) AS m)
	WHERE piste.exposure_merge(given => excluded.*, known => o)
		IS DISTINCT FROM o;
	-- What a self-test's visitor sends comes no further than this, and has
	-- no submission to be known by.
	PERFORM piste.conversion_take(array_agg(t.experiment_key),
		array_agg(t.visitor), array_agg(t.bucket_version),
		array_agg(md5(t.experiment_key || '/' || t.visitor || '/'
			|| t.bucket_version)::uuid),
		array_agg(NULL::bigint), array_agg(to_timestamp(t.at_ms / 1000.0)),
		array_agg(false))
	FROM (
		SELECT u.experiment_key, u.visitor, u.bucket_version,
			min(u.posted_ms) AS at_ms
		FROM unnest(experiments, visitors, versions, posted_ms, refused_ms)
			AS u (experiment_key, visitor, bucket_version, posted_ms,
			refused_ms)
		WHERE u.posted_ms > 0 AND u.refused_ms = 0 AND (
			SELECT x.is_synthetic FROM piste.experiment AS x
			WHERE x.key = u.experiment_key LIMIT 1)
		GROUP BY 1, 2, 3
	) AS t HAVING count(*) > 0;
END $$;
COMMENT ON FUNCTION piste.exposure_take(text[], text[], text[], bigint[],
	integer[], bigint[], text[], text[], text[], text[], bigint[], bigint[],
	boolean[]) IS
	'Takes exposures, one in each place of the arrays: experiment, visitor, variant, bucket_version, epoch, time, country, device, source, lang, first post, first refusal, flagged as a bot. Times in ms since 1970, 0 or NULL for none; empty texts are NULL. Safe to send twice.';

CREATE FUNCTION piste.conversion_take(experiments text[], visitors text[],
	versions bigint[], submissions uuid[], leads bigint[],
	times timestamptz[], consents boolean[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	IF coalesce(cardinality(experiments), 0) = 0 THEN
		RETURN;
	END IF;
	PERFORM piste.experiment_lock();
	INSERT INTO piste.conversion (experiment_key, submission_id, unit,
		lead_id, bucket_version, converted_at, is_consented)
	SELECT u.experiment_key, u.submission_id,
		piste.experiment_unit(x.salt, u.visitor), u.lead_id,
		u.bucket_version, u.converted_at, coalesce(u.is_consented, false)
	FROM unnest(experiments, visitors, versions, submissions, leads, times,
			consents) AS u (experiment_key, visitor, bucket_version,
			submission_id, lead_id, converted_at, is_consented)
		CROSS JOIN LATERAL (SELECT known.salt FROM piste.experiment AS known
			WHERE known.key = u.experiment_key LIMIT 1) AS x
	WHERE length(x.salt) > 0
	ORDER BY u.experiment_key, u.submission_id
	ON CONFLICT (submission_id, experiment_key) DO NOTHING;
	IF FOUND THEN
		PERFORM piste.outcome_take(experiments, versions, visitors);
	END IF;
END $$;
COMMENT ON FUNCTION piste.conversion_take(text[], text[], bigint[], uuid[],
	bigint[], timestamptz[], boolean[]) IS
	'Takes accepted submissions, one in each place of the arrays: experiment, visitor, bucket_version, submission, lead (NULL in a self-test), when it arrived, whether a consent was given. Their exposures are there by then. Nothing for an experiment that is unknown or whose salt was emptied. Safe to send twice.';

CREATE FUNCTION piste.lead_note() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.stage = 'customer' THEN
		NEW.customer_at := coalesce(NEW.customer_at, now());
	END IF;
	IF NEW.stage IN ('customer', 'opportunity', 'sql') THEN
		NEW.sql_at := coalesce(NEW.sql_at, NEW.customer_at, now());
	END IF;
	IF NEW.stage IN ('customer', 'opportunity', 'sql', 'mql') THEN
		NEW.mql_at := coalesce(NEW.mql_at, NEW.sql_at, now());
	END IF;
	NEW.spam_at := CASE WHEN NEW.stage = 'disqualified'
		AND NEW.stage_reason = 'spam' THEN coalesce(NEW.spam_at, now()) END;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.lead_note() IS
	'Notes when a lead first came to its stage, unless the time is given.';
CREATE TRIGGER lead_note BEFORE INSERT OR UPDATE ON piste.lead FOR EACH ROW
	WHEN (NEW.stage <> 'lead' OR NEW.spam_at IS NOT NULL)
	EXECUTE FUNCTION piste.lead_note();

CREATE FUNCTION piste.lead_tell() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	experiments text[];
	versions bigint[];
	units bytea[];
	changed bigint[];
BEGIN
	SELECT array_agg(c.id) INTO changed FROM (
		SELECT r.id FROM (
			SELECT 1 AS sign, id, spam_at IS NULL AS is_genuine, mql_at,
				sql_at, customer_at, value FROM new_rows
			UNION ALL
			SELECT -1, id, spam_at IS NULL, mql_at, sql_at, customer_at,
				value FROM old_rows
		) AS r
		GROUP BY r.id, r.is_genuine, r.mql_at, r.sql_at, r.customer_at,
			r.value HAVING sum(r.sign) > 0
	) AS c;
	IF changed IS NULL THEN
		RETURN NULL;
	END IF;
	-- Not only where there is a conversion: one that is being written now
	-- sees this lead as it was.
	PERFORM piste.experiment_lock();
	SELECT array_agg(c.experiment_key), array_agg(c.bucket_version),
		array_agg(c.unit)
	INTO experiments, versions, units
	FROM unnest(changed) AS l (id) CROSS JOIN LATERAL (
		SELECT made.experiment_key, made.bucket_version, made.unit
		FROM piste.conversion AS made WHERE made.lead_id = l.id OFFSET 0
	) AS c;
	IF units IS NOT NULL THEN
		PERFORM piste.outcome_refresh(experiments, versions, units);
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.lead_tell() IS
	'Keeps outcome up with what becomes of leads. Who changes several does it in one statement, else two who do may wait for each other.';
CREATE TRIGGER lead_tell AFTER UPDATE ON piste.lead
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION piste.lead_tell();

CREATE FUNCTION piste.submit_count(ids uuid[], facts piste.submit_fact[],
	leads bigint[], outcomes text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	-- A robot is quicker than its exposure, which is still on its way: the
	-- flag waits for it in the table.
	PERFORM piste.exposure_take(array_agg(t.experiment_key),
		array_agg(t.visitor), array_agg(t.variant_key),
		array_agg(t.bucket_version), array_agg(t.epoch),
		array_agg(floor(extract(epoch FROM t.seen_at) * 1000)::bigint),
		array_agg(t.geo_country), NULL, array_agg(left(t.source, 64)),
		array_agg(t.lang), NULL, NULL, array_agg(t.is_bot))
	FROM (
		-- Whose arm is archived was shown the control's form, and is no
		-- visitor of two arms.
		SELECT f.experiment_key, f.visitor, coalesce((
			SELECT o.variant FROM piste.exposure AS o
			WHERE o.experiment_key = f.experiment_key
				AND o.visitor = f.visitor
				AND o.bucket_version = f.bucket_version LIMIT 1),
			f.variant_key) AS variant_key,
			coalesce(f.bucket_version, 0) AS bucket_version, f.geo_country,
			f.source, f.lang, f.outcome = 'quarantined' AS is_bot,
			coalesce(f.rendered_at, f.received_at) AS seen_at,
			(SELECT e.number FROM piste.epoch AS e
			WHERE e.experiment_key = f.experiment_key
				AND e.phase = f.bucket_version
			ORDER BY e.started_at > f.rendered_at, e.started_at DESC,
				e.number DESC LIMIT 1) AS epoch
		FROM unnest(outcomes, facts) AS f (outcome)
		WHERE f.outcome IN ('new', 'update', 'repeat', 'quarantined')
			AND f.experiment_key IS NOT NULL AND f.visitor IS NOT NULL
			AND f.variant_key IS NOT NULL
	) AS t;
	PERFORM piste.conversion_take(array_agg(f.experiment_key),
		array_agg(f.visitor), array_agg(coalesce(f.bucket_version, 0)),
		array_agg(f.id), array_agg(f.lead_id), array_agg(f.received_at),
		array_agg(f.consents @> '[{}]'))
	FROM unnest(ids, leads, outcomes, facts) AS f (id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
		AND f.experiment_key IS NOT NULL AND f.visitor IS NOT NULL
		AND f.variant_key IS NOT NULL;
END $$;
COMMENT ON FUNCTION piste.submit_count(uuid[], piste.submit_fact[], bigint[],
	text[]) IS
	'Counts each row in its experiment: its exposure if that is not known yet, its conversion; a quarantined one flags its visitor as a bot.';

CREATE OR REPLACE FUNCTION piste.submit_store(ids uuid[], facts piste.submit_fact[],
	persons bigint[], leads bigint[], outcomes text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO piste.submission (id, page_key, page_revision, variant_key,
		experiment_key, form_key, offer_key, lang, person_id, lead_id,
		outcome, quarantine_reason, fields, email, phone,
		declared_postcode, form_country, ip_prefix, geo_country,
		geo_region, geo_city, geo_radius_km, geo_build, source, medium,
		campaign_key, click_id, consent_hash, via, request_id,
		rendered_at, received_at)
	SELECT f.id, f.page_key, f.page_revision, f.variant_key,
		f.experiment_key, f.form_key, f.offer_key, f.lang, f.person_id,
		f.lead_id, f.outcome, f.suspect, f.fields, f.email, f.phone,
		f.declared_postcode, f.form_country, f.ip_prefix, f.geo_country,
		f.geo_region, f.geo_city, f.geo_radius_km, f.geo_build, f.source,
		f.medium, f.campaign_key, f.click_id, f.consent_hash, f.via,
		f.request_id, f.rendered_at, f.received_at
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat', 'quarantined')
	ORDER BY f.ordinality;

	INSERT INTO piste.consent (submission_id, consent_key, person_id,
		purpose, channel, recipient, version, text_hash, lang, given_at)
	SELECT f.id, c.key, f.person_id, c.purpose, c.channel, c.recipient,
		c.version, c.text_hash, f.lang, f.received_at
	FROM unnest(ids, persons, outcomes, facts)
			AS f (id, person_id, outcome)
		CROSS JOIN LATERAL jsonb_to_recordset(f.consents) AS c (key text,
			purpose text, channel text, recipient text,
			version bigint, text_hash text)
	WHERE f.outcome IN ('new', 'update', 'repeat')
	ON CONFLICT (submission_id, consent_key) DO NOTHING;

	INSERT INTO piste.outbox (kind, submission_id, payload)
	SELECT 'submission.accepted', f.id, jsonb_build_object(
		'submission', f.id, 'person', f.person_id, 'lead', f.lead_id,
		'page', f.page_key, 'offer', f.offer_key, 'outcome', f.outcome)
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
	ORDER BY f.ordinality;
END $$;
COMMENT ON FUNCTION piste.submit_store(uuid[], piste.submit_fact[], bigint[],
	bigint[], text[]) IS
	'Writes what each row is: submission, consents, outbox row; a quarantined one is only stored.';

CREATE OR REPLACE FUNCTION piste.submit_group(batch json, as_via text DEFAULT NULL)
RETURNS TABLE (ord integer, verdict text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	ids uuid[];
	facts piste.submit_fact[];
	known text[];
	persons bigint[];
	made boolean[];
	leads bigint[];
	outcomes text[];
BEGIN
	SELECT p.ids, p.facts INTO ids, facts
	FROM piste.submit_parse(batch, as_via) AS p;
	IF ids IS NULL THEN
		RETURN;
	END IF;
	PERFORM piste.submit_lock(ids, array_agg(f.email_key), array_agg(f.phone))
	FROM unnest(facts) AS f;

	known := piste.submit_known(ids, facts);
	IF 'conflict' = ANY (known) THEN
		ids := piste.submit_rename(ids, facts, known);
		known := piste.submit_known(ids, facts);
	END IF;
	SELECT array_agg(coalesce(f.known, CASE WHEN f.suspect IS NOT NULL
		THEN 'quarantined' END) ORDER BY f.ordinality)
	INTO known
	FROM unnest(known, facts) WITH ORDINALITY AS f (known);

	SELECT p.persons, p.made INTO persons, made
	FROM piste.submit_people(facts, known) AS p;
	PERFORM piste.submit_particulars(facts, persons, made);
	leads := piste.submit_leads(facts, persons);
	outcomes := piste.submit_outcomes(facts, leads, made);
	SELECT array_agg(coalesce(f.known, f.outcome) ORDER BY f.ordinality)
	INTO outcomes
	FROM unnest(known, outcomes) WITH ORDINALITY AS f (known, outcome);
	PERFORM piste.submit_store(ids, facts, persons, leads, outcomes);
	PERFORM piste.submit_enqueue(ids, leads, outcomes);
	-- Last, since everybody who counts waits for this to commit.
	PERFORM piste.submit_count(ids, facts, leads, outcomes);
	RETURN QUERY SELECT f.n::integer, f.outcome
	FROM unnest(outcomes) WITH ORDINALITY AS f (outcome, n) ORDER BY f.n;
END $$;
COMMENT ON FUNCTION piste.submit_group(json, text) IS
	'Takes a batch (JSON array of {"id", submit_fact''s attributes…}) in one transaction and tells what each row was: new, update, repeat, quarantined, replay (already there) or conflict (its id is there with other content; nothing stored). Safe to send twice.';

CREATE FUNCTION piste.submit_same(fields jsonb, email text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN email = pg_catalog.lower(email) THEN fields ELSE (
		SELECT pg_catalog.jsonb_object_agg(f.key, CASE
			WHEN f.value = pg_catalog.to_jsonb(email)
			THEN pg_catalog.to_jsonb(pg_catalog.lower(email))
			ELSE f.value END)
		FROM pg_catalog.jsonb_each(fields) AS f) END
$$;
COMMENT ON FUNCTION piste.submit_same(jsonb, text) IS
	'The fields with the e-mail in lower case: what two submissions that say the same have in common.';

CREATE OR REPLACE FUNCTION piste.submit_outcomes(facts piste.submit_fact[],
	leads bigint[], made boolean[]) RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
	RETURN (
		SELECT array_agg(CASE
			WHEN r.lead_id IS NULL THEN NULL
			WHEN r.made THEN 'new'
			WHEN (r.fields, r.page_key) IS NOT DISTINCT FROM
				(coalesce(r.batch_fields, s.fields),
				coalesce(r.batch_page, s.page_key)) THEN 'repeat'
			ELSE 'update' END ORDER BY r.ord)
		FROM (
			SELECT f.ordinality AS ord, f.lead_id, f.made, f.page_key,
				piste.submit_same(f.fields, f.email) AS fields,
				lag(piste.submit_same(f.fields, f.email)) OVER earlier
					AS batch_fields,
				lag(f.page_key) OVER earlier AS batch_page
			FROM unnest(leads, made, facts) WITH ORDINALITY AS f (lead_id, made)
			WINDOW earlier AS (PARTITION BY f.lead_id ORDER BY f.ordinality)
		) AS r
		LEFT JOIN LATERAL (
			SELECT piste.submit_same(stored.fields, stored.email) AS fields,
				stored.page_key
			FROM piste.submission AS stored
			WHERE stored.lead_id = r.lead_id AND r.batch_fields IS NULL
				AND NOT r.made
			ORDER BY stored.seq DESC LIMIT 1
		) AS s ON true);
END $$;
COMMENT ON FUNCTION piste.submit_outcomes(piste.submit_fact[], bigint[],
	boolean[]) IS
	'new, update or repeat, by the lead''s submission before each row; NULL without a lead. An e-mail typed in other case is no update.';
COMMENT ON COLUMN piste.submission.outcome IS
	'new: made the person; repeat: everything typed equals the lead''s submission before, but for the case of the e-mail; else update';

-- Traffic.
CREATE TABLE piste.traffic_writer (
	id uuid PRIMARY KEY,
	turn bigint NOT NULL,
	written_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.traffic_writer IS
	'How far each process has written its sums of traffic, so that one sent twice is added once; forgotten a week after its last.';
COMMENT ON COLUMN piste.traffic_writer.id IS 'A process, drawn when it starts';
COMMENT ON COLUMN piste.traffic_writer.turn IS 'Its last, counted from 1';
COMMENT ON COLUMN piste.traffic_writer.written_at IS 'When that was';

CREATE FUNCTION piste.traffic_add(writer uuid, turn bigint, pages text[],
	experiments text[], variants text[], classes text[], hours_ms bigint[],
	views bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	INSERT INTO piste.traffic_writer AS w (id, turn)
	VALUES (traffic_add.writer, traffic_add.turn)
	ON CONFLICT (id) DO UPDATE SET turn = excluded.turn,
		written_at = excluded.written_at
	WHERE w.turn < excluded.turn;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF traffic_add.turn = 1 THEN
		DELETE FROM piste.traffic_writer
		WHERE written_at < now() - interval '7 days';
	END IF;
	INSERT INTO piste.traffic AS t (page_key, experiment_key, variant, class,
		hour, views)
	SELECT g.page_key, g.experiment_key, g.variant, g.class,
		date_bin('1 hour', to_timestamp(g.hour_ms / 1000.0), 'epoch'),
		sum(g.views)
	FROM unnest(pages, experiments, variants, classes, hours_ms,
		traffic_add.views) AS g (page_key, experiment_key, variant, class,
		hour_ms, views)
	GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
	ON CONFLICT (page_key, experiment_key, variant, class, hour)
	DO UPDATE SET views = t.views + excluded.views;
END $$;
COMMENT ON FUNCTION piste.traffic_add(uuid, bigint, text[], text[], text[],
	text[], bigint[], bigint[]) IS
	'Adds views, one sum in each place of the arrays: page, experiment, variant, class, hour in ms since 1970. writer counts its turns up from 1 and says a turn again when it doesn''t know what became of it.';

-- What the figures are.

CREATE FUNCTION piste.experiment_counts(experiment text,
	bucket_version bigint, looks timestamptz[])
RETURNS TABLE (look timestamptz, epoch integer, variant text, measure text,
	n bigint, total numeric, total_sq numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '32MB'
AS $$
	WITH look AS MATERIALIZED (
		SELECT l.at, row_number() OVER (ORDER BY l.at) AS place
		FROM (SELECT DISTINCT at FROM unnest($3) AS t (at)
			WHERE at IS NOT NULL) AS l
	), kind AS MATERIALIZED (
		-- As of T counts what was filed at T - span or before.
		SELECT k.measure, k.kept, k.span
		FROM piste.experiment_spans($1) AS x CROSS JOIN LATERAL (VALUES
			('visitors', 'visitor', interval '0'),
			('bots', 'bot', interval '0'),
			('multi', 'multi', interval '0'),
			('posted', 'posted', interval '0'),
			('refused', 'refused', interval '0'),
			('leads', 'lead', interval '0'),
			('consented', 'consented', interval '0'),
			('spam', 'spam', interval '0'),
			('mature_visitors', 'visitor', x.lead),
			('mature_leads', 'lead_mature', x.lead),
			('mql_visitors', 'visitor', x.mql),
			('mqls', 'mql', x.mql),
			('sql_visitors', 'visitor', x.sql),
			('sqls', 'sql', x.sql),
			('customer_visitors', 'visitor', x.customer),
			('customers', 'customer', x.customer),
			('value', 'value', x.customer)
		) AS k (measure, kept, span)
	), whole AS (
		-- By the first look that comes after the hour's end and the span.
		SELECT h.epoch, h.variant, k.measure, width_bucket(
			h.hour + interval '1 hour - 1 microsecond' + k.span,
			(SELECT array_agg(at ORDER BY at) FROM look)) + 1 AS place,
			sum(h.n) AS n, sum(h.total) AS total, sum(h.total_sq) AS total_sq
		FROM piste.experiment_hour AS h JOIN kind AS k ON k.kept = h.measure
		WHERE h.experiment_key = $1 AND h.bucket_version = $2
		GROUP BY 1, 2, 3, 4
	), edge AS MATERIALIZED (
		-- The begun hours, each once however many looks and spans meet in it.
		SELECT e.until, date_bin('1 hour', e.until, 'epoch') AS since,
			bool_or(e.is_now) AS is_now
		FROM (SELECT l.at - k.span, k.span = interval '0'
			FROM look AS l CROSS JOIN kind AS k) AS e (until, is_now)
		GROUP BY e.until
	), begun AS MATERIALIZED (
		SELECT g.until, e.epoch, e.variant,
			coalesce(e.excluded, 'visitor') AS kept, count(*) AS n,
			0 AS total, 0 AS total_sq
		FROM edge AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2
			AND e.first_seen_at BETWEEN g.since AND g.until
		GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT g.until, e.epoch, e.variant, 'posted', count(*), 0, 0
		FROM edge AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.posted_at BETWEEN g.since AND g.until
		WHERE g.is_now GROUP BY 1, 2, 3
		UNION ALL
		SELECT g.until, e.epoch, e.variant, 'refused', count(*), 0, 0
		FROM edge AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.refused_at BETWEEN g.since AND g.until
		WHERE g.is_now GROUP BY 1, 2, 3
		UNION ALL
		SELECT g.until, o.epoch, o.variant, m.kept, count(*), sum(m.value),
			sum(m.value * m.value)
		FROM edge AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2
			AND o.exposed_at BETWEEN g.since AND g.until
		CROSS JOIN LATERAL (VALUES
			('lead_mature', o.lead_at IS NOT NULL, 0),
			('mql', o.mql_at IS NOT NULL, 0),
			('sql', o.sql_at IS NOT NULL, 0),
			('customer', o.customer_at IS NOT NULL, 0),
			('value', o.value IS NOT NULL, o.value)
		) AS m (kept, is_so, value)
		WHERE m.is_so GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT g.until, o.epoch, o.variant, m.kept, count(*), 0, 0
		FROM edge AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2
			AND o.lead_at BETWEEN g.since AND g.until
		CROSS JOIN LATERAL (VALUES ('lead', true),
			('consented', o.is_consented)) AS m (kept, is_so)
		WHERE g.is_now AND m.is_so GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT g.until, o.epoch, o.variant, 'spam', count(*), 0, 0
		FROM edge AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2
			AND o.spam_lead_at BETWEEN g.since AND g.until
		WHERE g.is_now GROUP BY 1, 2, 3
	), part AS (
		SELECT l.place, b.epoch, b.variant, k.measure, b.n, b.total,
			b.total_sq
		FROM look AS l CROSS JOIN kind AS k
			JOIN begun AS b ON b.until = l.at - k.span AND b.kept = k.kept
	), step AS (
		-- What is added at a look stays; what an hour begun adds goes again.
		SELECT place, epoch, variant, measure, n, total, total_sq FROM whole
		UNION ALL
		SELECT place, epoch, variant, measure, n, total, total_sq FROM part
		UNION ALL
		SELECT place + 1, epoch, variant, measure, -n, -total, -total_sq
		FROM part
	), cell AS (
		SELECT c.epoch, c.variant, c.measure, l.place, l.at
		FROM (SELECT DISTINCT epoch, variant, measure FROM step) AS c
			CROSS JOIN look AS l
	), summed AS (
		SELECT c.at, c.epoch, c.variant, c.measure,
			sum(s.n) OVER looks AS n, sum(s.total) OVER looks AS total,
			sum(s.total_sq) OVER looks AS total_sq
		FROM cell AS c LEFT JOIN (
			SELECT place, epoch, variant, measure, sum(n) AS n,
				sum(total) AS total, sum(total_sq) AS total_sq
			FROM step GROUP BY 1, 2, 3, 4
		) AS s USING (epoch, variant, measure, place)
		WINDOW looks AS (PARTITION BY c.epoch, c.variant, c.measure
			ORDER BY c.place)
	)
	SELECT at, epoch, variant, measure, n::bigint, total, total_sq
	FROM summed WHERE n <> 0 ORDER BY at, epoch, variant, measure
$$;
COMMENT ON FUNCTION piste.experiment_counts(text, bigint, timestamptz[]) IS
	'The figures of a phase as of each look, from sums but for the hours begun: visitors, bots, multi, posted, refused, leads, consented, spam (with a spam lead); of visitors whose window has passed mature_visitors and mature_leads, mql_visitors and mqls, and so on for sql and customer; value (customers with one, its sum, the sum of squares). What is 0 has no row; an unknown experiment has none. In the hours begun at a look or a window before it, an earlier phase misses those who came again in a later one.';

CREATE FUNCTION piste.experiment_recount(experiment text,
	bucket_version bigint, as_of timestamptz)
RETURNS TABLE (look timestamptz, epoch integer, variant text, measure text,
	n bigint, total numeric, total_sq numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '64MB'
AS $$
	WITH x AS MATERIALIZED (
		SELECT e.salt, s.lead, s.mql, s.sql, s.customer
		FROM piste.experiment AS e
			CROSS JOIN LATERAL piste.experiment_spans(e.key) AS s
		WHERE e.key = $1 AND length(e.salt) > 0
	), sent AS MATERIALIZED (
		SELECT c.unit, c.submission_id, c.converted_at, c.is_consented,
			l.spam_at, l.mql_at, l.sql_at, l.customer_at, l.value
		FROM piste.conversion AS c LEFT JOIN piste.lead AS l
			ON l.id = c.lead_id
		WHERE c.experiment_key = $1 AND c.bucket_version = $2
			AND c.converted_at <= $3
	), told AS MATERIALIZED (
		SELECT c.unit, c.submission_id, c.converted_at, c.is_consented,
			c.mql_at, c.sql_at, c.customer_at, c.value, e.epoch, e.variant,
			e.first_seen_at, c.converted_at >= e.first_seen_at
				AND c.converted_at < e.first_seen_at + x.lead AS is_within,
			CASE WHEN e.excluded IS NOT NULL THEN 'excluded'
				WHEN c.spam_at IS NOT NULL THEN 'spam_conversions'
				WHEN e.first_seen_at IS NULL OR e.first_seen_at > $3
					THEN 'conversions_without_exposure'
				WHEN c.converted_at < e.first_seen_at
					THEN 'conversions_before_exposure'
				WHEN c.converted_at >= e.first_seen_at + x.lead
					THEN 'conversions_after_window' END AS reason
		FROM x CROSS JOIN sent AS c LEFT JOIN (
			SELECT piste.experiment_unit(x.salt, seen.visitor) AS unit,
				seen.epoch, seen.variant, seen.first_seen_at, seen.excluded
			FROM x CROSS JOIN piste.exposure AS seen
			WHERE seen.experiment_key = $1 AND seen.bucket_version = $2
		) AS e ON e.unit = c.unit
	), converted AS MATERIALIZED (
		SELECT DISTINCT ON (t.unit) t.epoch, t.variant, t.first_seen_at,
			t.is_consented, t.value,
			coalesce(t.mql_at < t.first_seen_at + x.mql
				AND t.first_seen_at + x.mql <= $3, false) AS is_mql,
			coalesce(t.sql_at < t.first_seen_at + x.sql
				AND t.first_seen_at + x.sql <= $3, false) AS is_sql,
			coalesce(t.customer_at < t.first_seen_at + x.customer
				AND t.first_seen_at + x.customer <= $3, false)
				AS is_customer
		FROM x CROSS JOIN told AS t WHERE t.reason IS NULL
		ORDER BY t.unit, t.converted_at, t.submission_id
	), counted AS (
		SELECT s.epoch, s.variant, m.measure, m.n, 0 AS total,
			0 AS total_sq
		FROM (
			SELECT e.epoch, e.variant,
				count(*) FILTER (WHERE e.is_in) AS visitors,
				count(*) FILTER (WHERE e.is_in
					AND e.at + x.lead <= $3) AS mature,
				count(*) FILTER (WHERE e.is_in
					AND e.at + x.mql <= $3) AS mql,
				count(*) FILTER (WHERE e.is_in
					AND e.at + x.sql <= $3) AS sql,
				count(*) FILTER (WHERE e.is_in
					AND e.at + x.customer <= $3) AS customer,
				count(*) FILTER (WHERE e.excluded = 'bot') AS bots,
				count(*) FILTER (WHERE e.excluded = 'multi') AS multi
			FROM x CROSS JOIN (
				SELECT seen.epoch, seen.variant, seen.first_seen_at AS at,
					seen.excluded, seen.excluded IS NULL AS is_in
				FROM piste.exposure AS seen
				WHERE seen.experiment_key = $1 AND seen.bucket_version = $2
					AND seen.first_seen_at <= $3
			) AS e GROUP BY e.epoch, e.variant
		) AS s CROSS JOIN LATERAL (VALUES ('visitors', s.visitors),
			('mature_visitors', s.mature), ('mql_visitors', s.mql),
			('sql_visitors', s.sql), ('customer_visitors', s.customer),
			('bots', s.bots), ('multi', s.multi)) AS m (measure, n)
		UNION ALL
		SELECT e.epoch, e.variant, m.measure, count(*), 0, 0
		FROM x CROSS JOIN piste.exposure AS e CROSS JOIN LATERAL (VALUES
			('posted', e.posted_at), ('refused', e.refused_at)
		) AS m (measure, at)
		WHERE e.experiment_key = $1 AND e.bucket_version = $2
			AND e.excluded IS NULL AND m.at <= $3 GROUP BY 1, 2, 3
		UNION ALL
		SELECT c.epoch, c.variant, m.measure, count(*), 0, 0
		FROM x CROSS JOIN converted AS c CROSS JOIN LATERAL (VALUES
			('leads', true), ('consented', c.is_consented),
			('mature_leads', c.first_seen_at + x.lead <= $3),
			('mqls', c.is_mql), ('sqls', c.is_sql),
			('customers', c.is_customer)) AS m (measure, is_so)
		WHERE m.is_so GROUP BY 1, 2, 3
		UNION ALL
		SELECT c.epoch, c.variant, 'value', count(*), sum(c.value),
			sum(c.value * c.value)
		FROM converted AS c WHERE c.is_customer AND c.value IS NOT NULL
		GROUP BY 1, 2
		UNION ALL
		SELECT t.epoch, t.variant, 'spam', count(DISTINCT t.unit), 0, 0
		FROM told AS t WHERE t.reason = 'spam_conversions' AND t.is_within
		GROUP BY 1, 2
		UNION ALL
		SELECT NULL, NULL, t.reason, count(*), 0, 0
		FROM told AS t WHERE t.reason <> 'excluded' GROUP BY 3
		UNION ALL
		SELECT NULL, NULL, 'duplicate_conversions',
			(SELECT count(*) FROM told AS t WHERE t.reason IS NULL)
				- (SELECT count(*) FROM converted), 0, 0
	)
	SELECT $3, epoch, variant, measure, n, total, total_sq
	FROM counted WHERE n <> 0 ORDER BY epoch, variant, measure
$$;
COMMENT ON FUNCTION piste.experiment_recount(text, bigint, timestamptz) IS
	'The figures of a phase as experiment_counts has them, counted anew from exposure, conversion and lead; and those conversions that are not counted, by reason, in rows without epoch and variant. Slow at millions. Visitors seen again in a later phase are missing from an earlier one; an experiment without salt has no row.';

CREATE FUNCTION piste.experiment_exclusions(experiment text,
	bucket_version bigint, as_of timestamptz)
RETURNS TABLE (reason text, n bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH phase AS MATERIALIZED (
		SELECT e.page_key, e.key, (SELECT min(began.started_at)
				FROM piste.epoch AS began WHERE began.experiment_key = e.key
					AND began.phase >= $2) AS since,
			(SELECT min(began.started_at)
				FROM piste.epoch AS began WHERE began.experiment_key = e.key
					AND began.phase > $2) AS until
		FROM piste.experiment AS e WHERE e.key = $1
	), found AS MATERIALIZED (
		SELECT CASE c.reason WHEN 'spam' THEN 'spam_conversions'
			WHEN 'duplicate' THEN 'duplicate_conversions'
			WHEN 'after_window' THEN 'conversions_after_window'
			WHEN 'before_exposure' THEN CASE WHEN (
				SELECT o.exposed_at <= $3 FROM piste.outcome AS o
				WHERE o.experiment_key = c.experiment_key
					AND o.bucket_version = c.bucket_version
					AND o.unit = c.unit)
				THEN 'conversions_before_exposure'
				ELSE 'conversions_without_exposure' END
			ELSE 'conversions_without_exposure' END AS reason, 1 AS n
		FROM piste.conversion AS c
		WHERE c.experiment_key = $1 AND c.bucket_version = $2
			AND c.reason IS NOT NULL AND c.reason <> 'excluded'
			AND c.converted_at <= $3
		UNION ALL
		SELECT CASE c.measure WHEN 'bots' THEN 'bot_visitors'
			ELSE 'multi_exposed_visitors' END, c.n
		FROM piste.experiment_counts($1, $2, ARRAY[$3]) AS c
		WHERE c.measure IN ('bots', 'multi')
		UNION ALL
		SELECT CASE WHEN t.class IN ('prefetch', 'preview')
			THEN t.class || '_exposures' ELSE t.class || '_views' END, t.views
		FROM phase AS p JOIN piste.traffic AS t ON t.page_key = p.page_key
			AND t.experiment_key IN ('', p.key)
			AND t.hour >= date_bin('1 hour', p.since, 'epoch')
			AND t.hour <= least($3, p.until)
	)
	SELECT k.reason, coalesce((SELECT sum(f.n) FROM found AS f
		WHERE f.reason = k.reason), 0)::bigint
	FROM phase CROSS JOIN (VALUES ('bot_visitors'),
		('multi_exposed_visitors'), ('spam_conversions'),
		('conversions_without_exposure'), ('conversions_before_exposure'),
		('conversions_after_window'), ('duplicate_conversions'),
		('prefetch_exposures'), ('preview_exposures'), ('robot_views'),
		('head_views'), ('internal_views'), ('crowd_views')) AS k (reason)
$$;
COMMENT ON FUNCTION piste.experiment_exclusions(text, bigint, timestamptz) IS
	'What was not counted in a phase, each reason once, also when it is 0: visitors, conversions (of visitors that are counted, the first reason that holds), and views of the page, its own and those no experiment chose, by whole hours. No row for an unknown experiment.';

CREATE FUNCTION piste.experiment_segments(experiment text,
	bucket_version bigint, dimension text, as_of timestamptz)
RETURNS TABLE (value text, variant text, n bigint, x bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH goal AS MATERIALIZED (
		SELECT e.goal, CASE e.goal WHEN 'lead' THEN interval '0'
			WHEN 'mql' THEN s.mql WHEN 'sql' THEN s.sql
			ELSE s.customer END AS span
		FROM piste.experiment AS e
			CROSS JOIN LATERAL piste.experiment_spans(e.key) AS s
		WHERE e.key = $1 AND $3 IN ('country', 'device', 'source', 'lang')
	)
	SELECT c.value, c.variant, sum(c.n)::bigint, sum(c.x)::bigint
	FROM (
		SELECT coalesce(CASE $3 WHEN 'country' THEN e.country
				WHEN 'device' THEN e.device WHEN 'source' THEN e.source
				ELSE e.lang END, '') AS value,
			e.variant, count(*) AS n, 0 AS x
		FROM goal AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.first_seen_at <= $4 - g.span
		GROUP BY 1, 2
		UNION ALL
		SELECT coalesce(CASE $3 WHEN 'country' THEN o.country
				WHEN 'device' THEN o.device WHEN 'source' THEN o.source
				ELSE o.lang END, ''), o.variant, 0, count(*)
		FROM goal AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2 AND o.exposed_at <= $4 - g.span
			AND CASE g.goal WHEN 'lead' THEN o.lead_at <= $4
				WHEN 'mql' THEN o.mql_at IS NOT NULL
				WHEN 'sql' THEN o.sql_at IS NOT NULL
				ELSE o.customer_at IS NOT NULL END
		GROUP BY 1, 2
	) AS c GROUP BY 1, 2 ORDER BY 1, 2
$$;
COMMENT ON FUNCTION piste.experiment_segments(text, bigint, text,
	timestamptz) IS
	'Visitors n and those of them who reached the experiment''s goal x (customers for value), by country, device, source or lang, empty when unknown; for a goal behind lead, visitors whose window has passed. From rows, all epochs together; no row for anything unknown.';

CREATE FUNCTION piste.experiment_rebuild(experiment text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET jit = off
SET work_mem = '64MB'
AS $$
DECLARE
	version bigint;
	own_salt bytea;
	units bytea[];
BEGIN
	PERFORM piste.experiment_lock();
	SELECT e.bucket_version, e.salt INTO version, own_salt
	FROM piste.experiment AS e WHERE e.key = experiment
		AND length(e.salt) > 0;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	DELETE FROM piste.outcome AS o
	WHERE o.experiment_key = experiment AND o.bucket_version = version;
	DELETE FROM piste.experiment_hour AS h
	WHERE h.experiment_key = experiment AND h.bucket_version = version;
	PERFORM piste.experiment_hour_add(array_agg(ROW(experiment, version,
		d.epoch, d.variant, d.measure, d.hour, d.n, 0, 0)
		::piste.experiment_hour))
	FROM (
		SELECT e.epoch, e.variant, coalesce(e.excluded, 'visitor') AS measure,
			date_bin('1 hour', e.first_seen_at, 'epoch') AS hour,
			count(*) AS n
		FROM piste.exposure AS e
		WHERE e.experiment_key = experiment AND e.bucket_version = version
		GROUP BY 1, 2, 3, 4
		UNION ALL
		SELECT e.epoch, e.variant, m.measure,
			date_bin('1 hour', m.at, 'epoch'), count(*)
		FROM piste.exposure AS e CROSS JOIN LATERAL (VALUES
			('posted', e.posted_at), ('refused', e.refused_at)
		) AS m (measure, at)
		WHERE e.experiment_key = experiment AND e.bucket_version = version
			AND e.excluded IS NULL AND m.at IS NOT NULL
		GROUP BY 1, 2, 3, 4
	) AS d;
	INSERT INTO piste.outcome (experiment_key, bucket_version, unit, epoch,
		variant, exposed_at, excluded, country, device, source, lang)
	SELECT experiment, version, c.unit, e.epoch, e.variant, e.first_seen_at,
		e.excluded, e.country, e.device, e.source, e.lang
	FROM (
		SELECT DISTINCT made.unit FROM piste.conversion AS made
		WHERE made.experiment_key = experiment
			AND made.bucket_version = version
	) AS c JOIN piste.exposure AS e ON e.experiment_key = experiment
		AND e.bucket_version = version
		AND piste.experiment_unit(own_salt, e.visitor) = c.unit;
	SELECT array_agg(DISTINCT c.unit) INTO units
	FROM piste.conversion AS c
	WHERE c.experiment_key = experiment AND c.bucket_version = version;
	IF units IS NOT NULL THEN
		PERFORM piste.outcome_refresh(
			array_fill(experiment, ARRAY[cardinality(units)]),
			array_fill(version, ARRAY[cardinality(units)]), units);
	END IF;
END $$;
COMMENT ON FUNCTION piste.experiment_rebuild(text) IS
	'Makes outcome and experiment_hour of the current phase again from exposure, conversion and lead: to be called when a window was changed. Whoever counts waits meanwhile. Nothing for an experiment without salt, whose figures are final.';

-- What the worker does by itself.
CREATE FUNCTION piste.experiment_seconds(length text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT pg_catalog.substring(length, '^(\d{1,9})[mhd]$')::bigint
		* CASE pg_catalog.right(length, 1) WHEN 'm' THEN 60
			WHEN 'h' THEN 3600 ELSE 86400 END
$$;
COMMENT ON FUNCTION piste.experiment_seconds(text) IS
	'"30m", "24h" or "14d" of a definition in seconds; NULL for anything else';

CREATE TABLE piste.bandit_look (
	experiment_key text PRIMARY KEY REFERENCES piste.experiment (key)
		ON DELETE CASCADE,
	made_at timestamptz NOT NULL
);
COMMENT ON TABLE piste.bandit_look IS
	'When a bandit''s weights were last looked at, whether they moved or not';
COMMENT ON COLUMN piste.bandit_look.experiment_key IS 'The experiment';
COMMENT ON COLUMN piste.bandit_look.made_at IS 'When';
