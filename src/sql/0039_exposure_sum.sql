-- What sums new exposures asked each of them for three times at which almost
-- none has anything: a third of what it cost.

CREATE OR REPLACE FUNCTION piste.exposure_sum_new() RETURNS trigger
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
			('posted', e.posted_at), ('refused', e.refused_at),
			('activated', e.activated_at)
		) AS m (measure, at)
		WHERE coalesce(e.posted_at, e.refused_at, e.activated_at)
				IS NOT NULL
			AND m.at IS NOT NULL AND e.excluded IS NULL
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
