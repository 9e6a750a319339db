-- One function counts an experiment's visitors by what they were, for segments
-- and for a bandit by context: by epoch, since counts pooled over changed
-- weights may say anything.

DROP FUNCTION piste.experiment_segments(text, bigint, text, timestamptz);
DROP FUNCTION piste.experiment_leaves(text, bigint, text, timestamptz, bigint,
	integer);

-- Sources are one whatever the case of their ASCII letters, as servers compare
-- them.  The worker's sessions avoid sequential scans, and here one is due.
CREATE FUNCTION piste.experiment_slices(experiment text,
	bucket_version bigint, dimension text, as_of timestamptz,
	slices_max integer)
RETURNS TABLE (slice text, epoch integer, variant text, n bigint, x bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on
SET jit = off
SET work_mem = '32MB'
AS $$
	WITH goal AS MATERIALIZED (
		SELECT e.goal, CASE e.goal WHEN 'lead' THEN s.lead
			WHEN 'mql' THEN s.mql WHEN 'sql' THEN s.sql
			ELSE s.customer END AS span
		FROM piste.experiment AS e
			CROSS JOIN LATERAL piste.experiment_spans(e.key, $2) AS s
		WHERE e.key = $1 AND $3 IN ('country', 'device', 'source', 'lang')
	), seen AS MATERIALIZED (
		SELECT coalesce(CASE $3 WHEN 'country' THEN e.country
				WHEN 'device' THEN e.device WHEN 'lang' THEN e.lang
				ELSE lower(e.source COLLATE "C") END, '') AS slice,
			e.epoch, e.variant, count(*) AS n
		FROM goal AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.first_seen_at <= $4 - g.span
		GROUP BY 1, 2, 3
	), reached AS MATERIALIZED (
		SELECT coalesce(CASE $3 WHEN 'country' THEN o.country
				WHEN 'device' THEN o.device WHEN 'lang' THEN o.lang
				ELSE lower(o.source COLLATE "C") END, '') AS slice,
			o.epoch, o.variant, count(*) AS x
		FROM goal AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2 AND o.exposed_at <= $4 - g.span
			AND CASE g.goal WHEN 'lead' THEN o.lead_at IS NOT NULL
				WHEN 'mql' THEN o.mql_at IS NOT NULL
				WHEN 'sql' THEN o.sql_at IS NOT NULL
				ELSE o.customer_at IS NOT NULL END
		GROUP BY 1, 2, 3
	), place AS (
		SELECT s.slice, row_number() OVER (ORDER BY sum(s.n) DESC, s.slice)
			AS at
		FROM seen AS s GROUP BY s.slice
	)
	SELECT CASE WHEN p.at <= $5 THEN s.slice END, s.epoch, s.variant,
		sum(s.n)::bigint, coalesce(sum(r.x), 0)::bigint
	FROM seen AS s JOIN place AS p USING (slice)
		LEFT JOIN reached AS r USING (slice, epoch, variant)
	GROUP BY 1, 2, 3, least(p.at, $5 + 1)
	ORDER BY least(p.at, $5 + 1), 2, 3
$$;
COMMENT ON FUNCTION piste.experiment_slices(text, bigint, text, timestamptz,
	integer) IS
	'Visitors n of a phase whose window has passed, and those of them who reached the goal x (customers for value), by country, device, source (in lower case) or lang, epoch and arm: of so many slices that have most visitors, largest first, empty where it is not known, then of all others together, NULL. From rows; no row for anything unknown.';

COMMENT ON TABLE piste.exposure IS
	'The first time a human visitor was shown a variant of an experiment, in the phase of bucket_version. Never joined to a person. Written by piste.exposure_take(), or at once where the visitor was named for that view (eventrow.c), in order of its key, so that concurrent batches can''t deadlock.';
