-- Whether a page was really shown, as its script tells; what was sent where
-- nobody is counted.

ALTER TABLE piste.exposure ADD COLUMN activated_at timestamptz;
CREATE INDEX exposure_activated ON piste.exposure (experiment_key,
	activated_at) WHERE activated_at IS NOT NULL;
COMMENT ON COLUMN piste.exposure.activated_at IS
	'When its page''s script first told that it is shown; NULL: never, as without scripts. A page that was fetched ahead is an exposure from then on.';

ALTER TABLE piste.experiment_hour
	DROP CONSTRAINT experiment_hour_measure_check,
	ADD CONSTRAINT experiment_hour_measure_check CHECK (measure IN (
		'visitor', 'activated', 'posted', 'refused', 'lead', 'lead_mature',
		'consented', 'spam', 'mql', 'sql', 'customer', 'value', 'bot',
		'multi'));
COMMENT ON COLUMN piste.experiment_hour.measure IS
	'activated, lead, consented, spam, posted and refused are filed by the hour in which they happened, all others by that of the exposure';

ALTER TABLE piste.traffic
	DROP CONSTRAINT traffic_class_check,
	ADD CONSTRAINT traffic_class_check CHECK (class IN ('human', 'robot',
		'prefetch', 'activated', 'preview', 'head', 'internal', 'crowd',
		'outside'));
COMMENT ON COLUMN piste.traffic.class IS
	'human; not counted: robot, prefetch, preview, head, internal, crowd (too many first visits from one address), outside (not in the experiment: targeting, layer, coverage). activated: one of prefetch that was shown afterwards, and counts; it is in prefetch as well';

CREATE TABLE piste.stray (
	submission_id uuid PRIMARY KEY,
	page_key text NOT NULL,
	experiment_key text,
	bucket_version bigint,
	received_at timestamptz NOT NULL
);
CREATE INDEX stray_page ON piste.stray (page_key, received_at);
COMMENT ON TABLE piste.stray IS
	'Accepted submissions that can be no visitor''s conversion: sent without the cookie, or from a preview. Written by piste.submit_count().';
COMMENT ON COLUMN piste.stray.submission_id IS 'The submission';
COMMENT ON COLUMN piste.stray.page_key IS 'Its page';
COMMENT ON COLUMN piste.stray.experiment_key IS
	'The experiment whose arm the form was shown in, without the cookie that says to whom; NULL: a preview''s form';
COMMENT ON COLUMN piste.stray.bucket_version IS 'Its phase; NULL for a preview';
COMMENT ON COLUMN piste.stray.received_at IS 'When it arrived';

ALTER TYPE piste.submit_fact
	ADD ATTRIBUTE is_prefetched boolean,
	ADD ATTRIBUTE is_preview boolean;

-- Functions of 0002 and 0003, as they are from now on.

CREATE OR REPLACE FUNCTION piste.exposure_merge(known piste.exposure,
	given piste.exposure) RETURNS piste.exposure
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	merged piste.exposure := known;
BEGIN
	IF given.bucket_version > known.bucket_version THEN
		merged := given;
	ELSIF given.bucket_version = known.bucket_version THEN
		-- A form or an activation may tell of a visitor before the view does.
		merged.country := coalesce(known.country, given.country);
		merged.device := coalesce(known.device, given.device);
		merged.source := coalesce(known.source, given.source);
		merged.lang := coalesce(known.lang, given.lang);
		merged.activated_at := coalesce(known.activated_at,
			given.activated_at);
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

CREATE OR REPLACE FUNCTION piste.exposure_sum() RETURNS trigger
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
				r.refused_at, r.activated_at, max(r.bucket_version) OVER (PARTITION BY
					r.experiment_key, r.visitor) AS last_version
			FROM (
				SELECT 1 AS sign, experiment_key, visitor, bucket_version,
					epoch, variant, first_seen_at, excluded, posted_at,
					refused_at, activated_at FROM new_rows
				UNION ALL
				SELECT -1, experiment_key, visitor, bucket_version, epoch,
					variant, first_seen_at, excluded, posted_at, refused_at,
					activated_at FROM old_rows
			) AS r
		) AS e CROSS JOIN LATERAL (VALUES
			(coalesce(e.excluded, 'visitor'), e.first_seen_at),
			('posted', CASE WHEN e.excluded IS NULL THEN e.posted_at END),
			('refused', CASE WHEN e.excluded IS NULL THEN e.refused_at END),
			('activated', CASE WHEN e.excluded IS NULL
				THEN e.activated_at END)
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

DROP FUNCTION piste.exposure_take(text[], text[], text[], bigint[], integer[],
	bigint[], text[], text[], text[], text[], bigint[], bigint[], boolean[]);
CREATE FUNCTION piste.exposure_take(experiments text[], visitors text[],
	variants text[], versions bigint[], epochs integer[], seen_ms bigint[],
	countries text[], devices text[], sources text[], langs text[],
	posted_ms bigint[], refused_ms bigint[], bots boolean[] DEFAULT NULL,
	activated_ms bigint[] DEFAULT NULL, ahead boolean[] DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
BEGIN
	WITH told AS (
		-- Which arm a page fetched ahead had says nothing of its visitor.
		SELECT t.experiment_key, t.visitor,
			piste.exposure_merged(t.row) FILTER (WHERE NOT t.is_ahead)
				AS shown,
			piste.exposure_merged(t.row) FILTER (WHERE t.is_ahead)
				AS noted
		FROM (
			SELECT u.experiment_key, u.visitor,
				coalesce(u.is_ahead, false) AS is_ahead,
				ROW(u.experiment_key, u.visitor,
					CASE WHEN u.is_ahead THEN NULL ELSE u.variant END,
					u.bucket_version, to_timestamp(u.seen_ms / 1000.0),
					coalesce(u.epoch, 1), CASE WHEN u.is_bot THEN 'bot' END,
					to_timestamp(nullif(u.posted_ms, 0) / 1000.0),
					to_timestamp(nullif(u.refused_ms, 0) / 1000.0),
					nullif(u.country, ''), nullif(u.device, ''),
					nullif(u.source, ''), nullif(u.lang, ''),
					to_timestamp(nullif(u.activated_ms, 0) / 1000.0))
					::piste.exposure AS row
			FROM unnest(experiments, visitors, variants, versions, epochs,
				seen_ms, countries, devices, sources, langs, posted_ms,
				refused_ms, bots, activated_ms, ahead) WITH ORDINALITY AS u (
				experiment_key, visitor, variant, bucket_version, epoch,
				seen_ms, country, device, source, lang, posted_ms,
				refused_ms, is_bot, activated_ms, is_ahead)
			ORDER BY u.experiment_key, u.visitor, u.bucket_version,
				u.seen_ms, u.ordinality
		) AS t GROUP BY t.experiment_key, t.visitor
	), given AS (
		SELECT t.experiment_key, t.visitor,
			t.shown IS NOT DISTINCT FROM NULL AS is_ahead,
			CASE WHEN t.shown IS NOT DISTINCT FROM NULL THEN t.noted
				WHEN (t.shown).bucket_version = (t.noted).bucket_version
				THEN piste.exposure_merge(t.shown, t.noted)
				ELSE t.shown END AS row
		FROM told AS t
	), known AS (
		-- Most were told before: they are neither locked nor written.
		SELECT CASE WHEN g.is_ahead THEN piste.exposure_merge(o.row, g.row)
			ELSE g.row END AS row
		FROM given AS g LEFT JOIN LATERAL (
			SELECT e AS row FROM piste.exposure AS e
			WHERE e.experiment_key = g.experiment_key
				AND e.visitor = g.visitor LIMIT 1) AS o ON true
		WHERE CASE WHEN o.row IS NOT DISTINCT FROM NULL THEN NOT g.is_ahead
			WHEN g.is_ahead
				AND (o.row).bucket_version <> (g.row).bucket_version THEN false
			ELSE piste.exposure_merge(o.row, g.row) IS DISTINCT FROM o.row END
		ORDER BY g.experiment_key, g.visitor
	)
	INSERT INTO piste.exposure AS o (experiment_key, visitor, variant,
		bucket_version, first_seen_at, epoch, excluded, posted_at,
		refused_at, country, device, source, lang, activated_at)
	SELECT (row).experiment_key, (row).visitor, (row).variant,
		(row).bucket_version, (row).first_seen_at, (row).epoch,
		(row).excluded, (row).posted_at, (row).refused_at, (row).country,
		(row).device, (row).source, (row).lang, (row).activated_at
	FROM known
	ON CONFLICT (experiment_key, visitor) DO UPDATE SET (variant,
		bucket_version, first_seen_at, epoch, excluded, posted_at,
		refused_at, country, device, source, lang, activated_at) = (
		SELECT m.variant, m.bucket_version, m.first_seen_at, m.epoch,
			m.excluded, m.posted_at, m.refused_at, m.country, m.device,
			m.source, m.lang, m.activated_at
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
	boolean[], bigint[], boolean[]) IS
	'Takes exposures, one in each place of the arrays: experiment, visitor, variant, bucket_version, epoch, time, country, device, source, lang, first post, first refusal, flagged as a bot, activation, ahead (its page was fetched ahead: told only of who is counted in that phase, others are not). Times in ms since 1970, 0 or NULL for none; empty texts are NULL. Safe to send twice.';

CREATE OR REPLACE FUNCTION piste.submit_parse(batch json, as_via text,
	OUT ids uuid[], OUT facts piste.submit_fact[])
LANGUAGE plpgsql AS $$
BEGIN
	SELECT array_agg(t.id ORDER BY t.ord), array_agg(ROW(
		nullif(page_key, ''), page_revision, nullif(variant_key, ''),
		nullif(experiment_key, ''), bucket_version, nullif(visitor, ''),
		nullif(form_key, ''), nullif(offer_key, ''), duplicates,
		nullif(lang, ''), fields, nullif(consents, 'null'),
		nullif(email, ''), nullif(email_key, ''), nullif(phone, ''),
		nullif(first_name, ''), nullif(last_name, ''), nullif(company, ''),
		nullif(declared_postcode, ''), nullif(form_country, ''),
		nullif(ip_prefix, '')::inet, nullif(geo_country, ''),
		nullif(geo_region, ''), nullif(geo_city, ''), geo_radius_km,
		nullif(geo_build, '')::date, nullif(source, ''),
		nullif(medium, ''), nullif(campaign_key, ''), nullif(click_id, ''),
		nullif(consent_hash, ''), coalesce(as_via, via),
		nullif(suspect, ''), nullif(request_id, ''), rendered_at,
		coalesce(received_at, now()), is_prefetched, is_preview)
		::piste.submit_fact ORDER BY t.ord)
	INTO ids, facts
	FROM ROWS FROM (json_to_recordset(batch) AS (
		id uuid, page_key text, page_revision bigint, variant_key text,
		experiment_key text, bucket_version bigint, visitor text,
		form_key text, offer_key text, duplicates text, lang text,
		fields jsonb, consents jsonb,
		email text, email_key text, phone text,
		first_name text, last_name text, company text,
		declared_postcode text, form_country text, ip_prefix text,
		geo_country text, geo_region text, geo_city text,
		geo_radius_km integer, geo_build text, source text, medium text,
		campaign_key text, click_id text, consent_hash text, via text,
		suspect text, request_id text, rendered_at timestamptz,
		received_at timestamptz, is_prefetched boolean,
		is_preview boolean)) WITH ORDINALITY AS t (
		id, page_key, page_revision, variant_key, experiment_key,
		bucket_version, visitor, form_key, offer_key, duplicates, lang,
		fields, consents, email, email_key, phone, first_name, last_name,
		company, declared_postcode, form_country, ip_prefix, geo_country,
		geo_region, geo_city, geo_radius_km, geo_build, source, medium,
		campaign_key, click_id, consent_hash, via, suspect, request_id,
		rendered_at, received_at, is_prefetched, is_preview, ord);
END $$;

CREATE OR REPLACE FUNCTION piste.submit_count(ids uuid[], facts piste.submit_fact[],
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
			-- The page was fetched ahead: only its activation exposes.
			AND (f.is_prefetched IS NOT TRUE OR f.outcome = 'quarantined')
	) AS t;
	PERFORM piste.conversion_take(array_agg(f.experiment_key),
		array_agg(f.visitor), array_agg(coalesce(f.bucket_version, 0)),
		array_agg(f.id), array_agg(f.lead_id), array_agg(f.received_at),
		array_agg(f.consents @> '[{}]'))
	FROM unnest(ids, leads, outcomes, facts) AS f (id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
		AND f.experiment_key IS NOT NULL AND f.visitor IS NOT NULL
		AND f.variant_key IS NOT NULL;
	INSERT INTO piste.stray (submission_id, page_key, experiment_key,
		bucket_version, received_at)
	SELECT f.id, f.page_key, f.experiment_key,
		CASE WHEN f.experiment_key IS NOT NULL THEN f.bucket_version END,
		f.received_at
	FROM unnest(ids, outcomes, facts) AS f (id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
		AND CASE WHEN f.experiment_key IS NULL THEN f.is_preview
			ELSE f.visitor IS NULL END
	ON CONFLICT (submission_id) DO NOTHING;
END $$;
COMMENT ON FUNCTION piste.submit_count(uuid[], piste.submit_fact[], bigint[],
	text[]) IS
	'Counts each row in its experiment: its exposure if that is not known yet and its page was not fetched ahead, its conversion; a quarantined one flags its visitor as a bot; what can be nobody''s is a stray.';

CREATE OR REPLACE FUNCTION piste.experiment_counts(experiment text,
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
	'The figures of a phase as of each look, from sums but for the hours begun: visitors, bots, multi, activated (visitors whose page''s script told), posted, refused, leads, consented, spam (with a spam lead); of visitors whose window has passed mature_visitors and mature_leads, mql_visitors and mqls, and so on for sql and customer; value (customers with one, its sum, the sum of squares). What is 0 has no row; an unknown experiment has none. In the hours begun at a look or a window before it, an earlier phase misses those who came again in a later one.';

CREATE OR REPLACE FUNCTION piste.experiment_recount(experiment text,
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
			('posted', e.posted_at), ('refused', e.refused_at),
			('activated', e.activated_at)
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
		FROM piste.experiment_counts($1, $2, ARRAY[$3]) AS c
		WHERE c.measure IN ('bots', 'multi')
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
COMMENT ON FUNCTION piste.experiment_exclusions(text, bigint, timestamptz) IS
	'What was not counted in a phase, each reason once, also when it is 0: visitors, conversions (of visitors that are counted, the first reason that holds; without a cookie and from previews, of nobody known), and views of the page, its own and those no experiment chose, by whole hours. Pages fetched ahead and shown afterwards are not among prefetch_exposures. No row for an unknown experiment.';

CREATE OR REPLACE FUNCTION piste.experiment_rebuild(experiment text) RETURNS void
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
			('posted', e.posted_at), ('refused', e.refused_at),
			('activated', e.activated_at)
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
