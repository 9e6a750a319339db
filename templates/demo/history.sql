-- A synthetic history for the demo experiments: visitors, leads and what came
-- of them over the last weeks, so that reports have something to show.  Every
-- person is called Démo and has an address below example.org.  The same each
-- time, and nothing where it was written before.
\set ON_ERROR_STOP on
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('piste.demo', 0));

UPDATE piste.offer SET is_synthetic = true
WHERE key = 'demo' AND NOT is_synthetic;

-- A number from 0 to 1 that depends on its name alone.
CREATE FUNCTION pg_temp.chance(what text, n bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
	SELECT (hashtextextended(what || n, 0) & 4294967295) / 4294967296.0
$$;

CREATE TEMP TABLE plan (experiment text, variant text, share numrange,
	rate double precision, mql double precision, spam double precision)
ON COMMIT DROP;
INSERT INTO plan VALUES
	('demo-titre', 'a', '[0,0.5)', .042, .30, .03),
	('demo-titre', 'b', '[0.5,1)', .057, .31, .03),
	('demo-formulaire', 'complet', '[0,0.4)', .045, .40, .02),
	('demo-formulaire', 'court', '[0.4,0.7)', .071, .24, .04),
	('demo-formulaire', 'question', '[0.7,1)', .046, .38, .02);

-- 41 days back, fewer on week-ends, more by day than by night.
CREATE TEMP TABLE visit ON COMMIT DROP AS
SELECT e.key AS experiment, e.bucket_version, v.n, p.variant, p.rate, p.mql,
	p.spam, t.at, 'demo' || lpad(v.n::text, 22, '0') AS visitor
FROM piste.experiment AS e
	CROSS JOIN LATERAL generate_series(1, CASE e.key
		WHEN 'demo-titre' THEN 15600 ELSE 9400 END) AS v (n)
	JOIN plan AS p ON p.experiment = e.key
		AND p.share @> pg_temp.chance('arm ' || e.key, v.n)::numeric
	CROSS JOIN LATERAL (SELECT date_trunc('day', now())
		- make_interval(days => 1 + floor(41
			* pg_temp.chance('day ' || e.key, v.n))::integer)
		+ make_interval(secs => 86400 * (.27 + .6 * (
			pg_temp.chance('hour ' || e.key, v.n)
			+ pg_temp.chance('minute ' || e.key, v.n)) / 2)) AS at) AS t
WHERE e.key IN ('demo-titre', 'demo-formulaire')
	AND (extract(isodow FROM t.at) < 6
		OR pg_temp.chance('weekend ' || e.key, v.n) < .45)
	AND NOT EXISTS (SELECT FROM piste.exposure AS x
		WHERE x.experiment_key = e.key AND x.visitor LIKE 'demo%');

UPDATE piste.experiment AS e SET phase_started_at = v.since
FROM (SELECT experiment, min(date_trunc('day', at)) AS since FROM visit
	GROUP BY experiment) AS v WHERE e.key = v.experiment;
UPDATE piste.experiment_move AS m SET at = v.since
FROM (SELECT experiment, min(date_trunc('day', at)) AS since FROM visit
	GROUP BY experiment) AS v WHERE m.experiment_key = v.experiment;
UPDATE piste.epoch AS o SET started_at = e.phase_started_at
FROM piste.experiment AS e, (SELECT DISTINCT experiment FROM visit) AS v
WHERE e.key = v.experiment AND o.experiment_key = e.key
	AND o.phase = e.phase;

INSERT INTO piste.exposure (experiment_key, visitor, variant, bucket_version,
	first_seen_at, epoch, activated_at, posted_at, refused_at, country,
	device, source, lang)
SELECT v.experiment, v.visitor, v.variant, v.bucket_version, v.at,
	(SELECT min(o.number) FROM piste.epoch AS o JOIN piste.experiment AS e
		ON e.key = o.experiment_key AND e.phase = o.phase
		WHERE e.key = v.experiment),
	-- Scripts off, left before it was shown: whatever the arm.
	CASE WHEN c.lead < v.rate OR c.shown < .94
		THEN v.at + interval '1 second' END,
	CASE WHEN c.lead < v.rate THEN v.at + interval '3 minutes' END,
	CASE WHEN c.lead < v.rate * .12 THEN v.at + interval '2 minutes' END,
	CASE WHEN c.country < .72 THEN 'FR' WHEN c.country < .84 THEN 'BE'
		WHEN c.country < .93 THEN 'CH' ELSE 'LU' END,
	CASE WHEN c.device < .55 THEN 'desktop' WHEN c.device < .94
		THEN 'mobile' ELSE 'tablet' END,
	CASE WHEN c.source < .5 THEN 'google' WHEN c.source < .75
		THEN 'linkedin' ELSE 'newsletter' END,
	CASE WHEN c.lang < .88 THEN 'fr' ELSE 'en' END
FROM visit AS v CROSS JOIN LATERAL (SELECT
	pg_temp.chance('lead ' || v.experiment, v.n) AS lead,
	pg_temp.chance('shown ' || v.experiment, v.n) AS shown,
	pg_temp.chance('country ' || v.experiment, v.n) AS country,
	pg_temp.chance('device ' || v.experiment, v.n) AS device,
	pg_temp.chance('source ' || v.experiment, v.n) AS source,
	pg_temp.chance('lang ' || v.experiment, v.n) AS lang) AS c
ORDER BY v.experiment, v.visitor;

CREATE TEMP TABLE won ON COMMIT DROP AS
SELECT v.experiment, v.visitor, v.bucket_version, v.n, v.at,
	nextval('piste.person_id_seq') AS person_id,
	pg_temp.chance('mql ' || v.experiment, v.n) < v.mql AS is_mql,
	pg_temp.chance('sql ' || v.experiment, v.n) < .45 AS is_sql,
	pg_temp.chance('spam ' || v.experiment, v.n) < v.spam AS is_spam,
	v.at + make_interval(hours => 6 + floor(200
		* pg_temp.chance('delay ' || v.experiment, v.n))::integer) AS mql_at
FROM visit AS v
WHERE pg_temp.chance('lead ' || v.experiment, v.n) < v.rate;

INSERT INTO piste.person (id, email, first_name, last_name, company,
	created_at)
SELECT person_id, 'demo-' || n || '@' || experiment || '.example.org',
	'Personne', 'Démo', 'Données synthétiques', at FROM won;
INSERT INTO piste.person_key (kind, value, person_id)
SELECT 'email', 'demo-' || n || '@' || experiment || '.example.org', person_id
FROM won ON CONFLICT DO NOTHING;
INSERT INTO piste.lead (person_id, offer_key, stage, stage_reason, mql_at,
	sql_at, spam_at, created_at)
SELECT person_id, 'demo',
	CASE WHEN is_spam THEN 'disqualified' WHEN mql_at > now() THEN 'lead'
		WHEN is_mql AND is_sql AND mql_at + interval '5 days' < now()
		THEN 'sql' WHEN is_mql THEN 'mql' ELSE 'lead' END,
	CASE WHEN is_spam THEN 'spam' END,
	CASE WHEN is_mql AND NOT is_spam AND mql_at <= now() THEN mql_at END,
	CASE WHEN is_mql AND is_sql AND NOT is_spam
		AND mql_at + interval '5 days' < now()
		THEN mql_at + interval '5 days' END,
	CASE WHEN is_spam THEN at + interval '1 day' END, at
FROM won;

-- By what they sent a lead is known to be of a page, a campaign, a country.
INSERT INTO piste.submission (id, page_key, page_revision, variant_key,
	experiment_key, form_key, offer_key, lang, person_id, lead_id, outcome,
	fields, email, geo_country, source, campaign_key, via, rendered_at,
	received_at, created_at)
SELECT md5(w.experiment || w.n)::uuid, w.experiment, 1, x.variant,
	w.experiment, p.form_key, 'demo', x.lang, w.person_id, l.id, 'new',
	jsonb_build_object('email', h.email), h.email, x.country, x.source,
	p.campaign_key, 'form', w.at, x.posted_at, w.at
FROM won AS w JOIN piste.lead AS l ON l.person_id = w.person_id
	JOIN piste.person AS h ON h.id = w.person_id
	JOIN piste.page AS p ON p.key = w.experiment
	JOIN piste.exposure AS x ON x.experiment_key = w.experiment
		AND x.visitor = w.visitor
ORDER BY w.at, w.n
ON CONFLICT DO NOTHING;

SELECT piste.conversion_take(array_agg(w.experiment), array_agg(w.visitor),
	array_agg(w.bucket_version), array_agg(md5(w.experiment || w.n)::uuid),
	array_agg(l.id), array_agg(w.at + interval '3 minutes'),
	array_agg(pg_temp.chance('consent ' || w.experiment, w.n) < .61))
FROM won AS w JOIN piste.lead AS l ON l.person_id = w.person_id
HAVING count(*) > 0;

INSERT INTO piste.traffic (page_key, experiment_key, variant, class, hour,
	views)
SELECT v.experiment, v.experiment, v.variant, k.class,
	date_bin('1 hour', v.at, 'epoch'), ceil(count(*) * k.times)
FROM visit AS v CROSS JOIN (VALUES ('human', 1.4), ('robot', .6),
	('prefetch', .05)) AS k (class, times)
GROUP BY 1, 2, 3, 4, 5, k.times
ON CONFLICT DO NOTHING;
-- The same by whence they came: what was looked at again is the first one's.
WITH who AS (
	SELECT v.experiment, v.variant, x.country, x.source,
		x.posted_at IS NOT NULL AS is_engaged,
		date_bin('1 hour', v.at, 'epoch') AS hour,
		row_number() OVER same AS nth, count(*) OVER same AS n
	FROM visit AS v JOIN piste.exposure AS x
		ON x.experiment_key = v.experiment AND x.visitor = v.visitor
	WINDOW same AS (PARTITION BY v.experiment, v.variant,
		date_bin('1 hour', v.at, 'epoch') ORDER BY v.n
		ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
INSERT INTO piste.audience (hour, page_key, variant, class, campaign_key,
	channel, source, medium, keyword, country, region, views, visitors,
	engaged)
SELECT w.hour, w.experiment, w.variant, 'human', p.campaign_key, '',
	w.source, CASE w.source WHEN 'google' THEN 'cpc' WHEN 'linkedin'
		THEN 'social' ELSE 'email' END, '', w.country, '',
	sum(CASE WHEN w.nth = 1 THEN ceil(w.n * 1.4) - w.n + 1 ELSE 1 END),
	count(*), count(*) FILTER (WHERE w.is_engaged)
FROM who AS w JOIN piste.page AS p ON p.key = w.experiment
GROUP BY w.hour, w.experiment, w.variant, p.campaign_key, w.source, w.country
UNION ALL
SELECT w.hour, w.experiment, w.variant, 'robot', p.campaign_key, '', '', '',
	'', '', '', ceil(w.n * .6), 0, 0
FROM who AS w JOIN piste.page AS p ON p.key = w.experiment WHERE w.nth = 1
ON CONFLICT DO NOTHING;
COMMIT;
ANALYZE piste.exposure, piste.conversion, piste.outcome, piste.experiment_hour;
