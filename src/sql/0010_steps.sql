-- An experiment of hourly epochs has thousands of them, and hundreds of looks:
-- what it was at each look follows from what changed at each, which is little.
CREATE FUNCTION piste.experiment_steps(experiment text,
	bucket_version bigint, looks timestamptz[], measures text[] DEFAULT NULL)
RETURNS TABLE (look timestamptz, epoch integer, variant text, measure text,
	n bigint, total numeric, total_sq numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '96MB'
AS $$
	WITH look AS MATERIALIZED (
		SELECT l.at, row_number() OVER (ORDER BY l.at) AS place
		FROM (SELECT DISTINCT at FROM unnest($3) AS t (at)
			WHERE at IS NOT NULL) AS l
	), kind AS MATERIALIZED (
		-- As of T counts what was filed at T - span or before.
		SELECT k.measure, k.kept, k.span
		FROM piste.experiment_spans($1, $2) AS x CROSS JOIN LATERAL (VALUES
			('visitors', 'visitor', interval '0'),
			('bots', 'bot', interval '0'),
			('multi', 'multi', interval '0'),
			('posted', 'posted', interval '0'),
			('refused', 'refused', interval '0'),
			('activated', 'activated', interval '0'),
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
		WHERE $4 IS NULL OR k.measure = ANY ($4)
	), whole AS (
		-- By the first look that comes after the hour's end and the span.
		SELECT h.epoch, h.variant, k.measure, width_bucket(
			h.hour + interval '1 hour - 1 microsecond' + k.span,
			(SELECT array_agg(at ORDER BY at) FROM look)) + 1 AS place,
			h.n, CASE h.measure WHEN 'value' THEN h.total END AS total,
			CASE h.measure WHEN 'value' THEN h.total_sq END AS total_sq
		FROM piste.experiment_hour AS h JOIN kind AS k ON k.kept = h.measure
		WHERE h.experiment_key = $1 AND h.bucket_version = $2
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
		SELECT g.until, e.epoch, e.variant, 'activated', count(*), 0, 0
		FROM edge AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.activated_at BETWEEN g.since AND g.until
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
	)
	SELECT l.at, s.epoch, s.variant, s.measure, s.n::bigint, s.total,
		s.total_sq
	FROM step AS s JOIN look AS l USING (place)
$$;
COMMENT ON FUNCTION piste.experiment_steps(text, bigint, timestamptz[], text[]) IS
	'The figures of experiment_counts as what each look adds to the one before, 0 to begin with. Several rows add up, those of values alone have totals; in no order. Of the measures named, or of all.';

CREATE OR REPLACE FUNCTION piste.experiment_counts(experiment text,
	bucket_version bigint, looks timestamptz[])
RETURNS TABLE (look timestamptz, epoch integer, variant text, measure text,
	n bigint, total numeric, total_sq numeric)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '32MB'
AS $$
	SELECT l.at, s.epoch, s.variant, s.measure, s.n, s.total, s.total_sq
	FROM (
		SELECT t.look AS since, lead(t.look) OVER looks AS until,
			t.epoch, t.variant, t.measure, (sum(t.n) OVER looks)::bigint AS n,
			coalesce(sum(t.total) OVER looks, 0) AS total,
			coalesce(sum(t.total_sq) OVER looks, 0) AS total_sq
		FROM (
			SELECT look, epoch, variant, measure, sum(n) AS n,
				sum(total) AS total, sum(total_sq) AS total_sq
			FROM piste.experiment_steps($1, $2, $3) GROUP BY 1, 2, 3, 4
		) AS t
		WINDOW looks AS (PARTITION BY t.epoch, t.variant, t.measure
			ORDER BY t.look)
	) AS s JOIN (SELECT DISTINCT at FROM unnest($3) AS t (at)) AS l
		ON l.at >= s.since AND (s.until IS NULL OR l.at < s.until)
	WHERE s.n <> 0 ORDER BY l.at, s.epoch, s.variant, s.measure
$$;

CREATE OR REPLACE FUNCTION piste.experiment_exclusions(experiment text,
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
		FROM piste.experiment_steps($1, $2, ARRAY[$3],
			ARRAY['bots', 'multi']) AS c
		UNION ALL
		SELECT CASE WHEN t.class IN ('prefetch', 'preview')
			THEN t.class || '_exposures'
			WHEN t.class = 'activated' THEN 'prefetch_exposures'
			ELSE t.class || '_views' END,
			CASE WHEN t.class = 'activated' THEN -t.views ELSE t.views END
		FROM phase AS p JOIN piste.traffic AS t ON t.page_key = p.page_key
			AND t.experiment_key IN ('', p.key)
			AND t.hour >= date_bin('1 hour', p.since, 'epoch')
			AND t.hour <= least($3, p.until)
		UNION ALL
		SELECT CASE WHEN s.experiment_key IS NULL
			THEN 'conversions_from_preview'
			ELSE 'conversions_without_cookie' END, 1
		FROM phase AS p JOIN piste.stray AS s ON s.page_key = p.page_key
			AND CASE WHEN s.experiment_key IS NULL
				THEN s.received_at >= p.since
					AND (p.until IS NULL OR s.received_at < p.until)
				ELSE s.experiment_key = p.key AND s.bucket_version = $2 END
			AND s.received_at <= $3
	)
	SELECT k.reason, greatest(0, (SELECT sum(f.n) FROM found AS f
		WHERE f.reason = k.reason))::bigint
	FROM phase CROSS JOIN (VALUES ('bot_visitors'),
		('multi_exposed_visitors'), ('spam_conversions'),
		('conversions_without_exposure'), ('conversions_before_exposure'),
		('conversions_after_window'), ('duplicate_conversions'),
		('conversions_without_cookie'), ('conversions_from_preview'),
		('prefetch_exposures'), ('preview_exposures'), ('robot_views'),
		('head_views'), ('internal_views'), ('crowd_views')) AS k (reason)
$$;
