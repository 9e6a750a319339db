-- Sixty days of an experiment of two arms, for psql: n exposures, m leads.
-- Filled without triggers, then made whole by experiment_rebuild.
\timing off
\set ON_ERROR_STOP on
SET search_path = piste;
SET synchronous_commit = off;
INSERT INTO offer (key, name, position, definition)
VALUES ('o1', '{}', 1, '{}');
INSERT INTO campaign (key, name, channel, strategy, offer_key, position,
	definition)
VALUES ('c1', 'c', 'sea', 'inbound', 'o1', 1, '{}');
INSERT INTO form (key, country, duplicates, position, definition)
VALUES ('f1', 'FR', 'email', 1, '{}');
INSERT INTO page (key, campaign_key, form_key, languages, is_archived,
	revision, variants_revision, position, definition)
VALUES ('p1', 'c1', 'f1', '{fr}', false, 1, 1, 1, '{}');
INSERT INTO experiment (key, page_key, seed, weights, coverage, goal,
	window_s, alpha, planned_visitors, state, phase, bucket_version,
	variants_revision, position, definition)
VALUES ('x', 'p1', 'x', '{}', 1, 'lead', 86400, .05, 0, 'running', 1, 1, 1,
	1, '{}');

\echo 'A batch of 5,000 exposures, ten each: by piste.exposure_take(), as'
\echo 'before it with and without the triggers'
CREATE TEMP TABLE batch AS
SELECT g, array_agg('x'::text) AS e, array_agg('w' || md5(i::text)) AS v,
	array_agg('a'::text) AS a, array_agg(1::bigint) AS b, array_agg(1) AS p,
	array_agg(1767225600000 + i * 50) AS t
FROM generate_series(0, 149999) AS i CROSS JOIN LATERAL (SELECT i / 5000)
	AS s (g) GROUP BY g;
CREATE FUNCTION pg_temp.time_of(how text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz;
	took numeric[];
	r record;
BEGIN
	FOR r IN SELECT e, v, a, b, p, t FROM batch
		WHERE g % 3 = array_position('{take,old,bare}', how) - 1 LOOP
		PERFORM set_config('session_replication_role',
			CASE how WHEN 'bare' THEN 'replica' ELSE 'origin' END, true);
		began := clock_timestamp();
		IF how = 'take' THEN
			PERFORM piste.exposure_take(r.e, r.v, r.a, r.b, r.p, r.t, NULL,
				NULL, NULL, NULL, NULL, NULL);
		ELSE
			INSERT INTO piste.exposure (experiment_key, visitor, variant,
				bucket_version, first_seen_at)
			SELECT x.e, x.v, x.a, x.b, to_timestamp(x.t / 1000.0)
			FROM unnest(r.e, r.v, r.a, r.b, r.t) AS x (e, v, a, b, t)
			ORDER BY x.e, x.v, x.t
			ON CONFLICT (experiment_key, visitor) DO NOTHING;
		END IF;
		took := took || 1000 * extract(epoch FROM clock_timestamp() - began);
	END LOOP;
	RETURN format('%s: median %s ms', how, round((SELECT
		percentile_cont(.5) WITHIN GROUP (ORDER BY x)
		FROM unnest(took) AS x)::numeric, 1));
END $$;
SELECT pg_temp.time_of(how) FROM unnest('{take,old,bare}'::text[]) AS how;
DELETE FROM exposure;
DELETE FROM experiment_hour;

SET session_replication_role = replica;
INSERT INTO exposure (experiment_key, visitor, variant, bucket_version,
	first_seen_at, epoch, excluded, posted_at, refused_at, country, device,
	source, lang)
SELECT 'x', 'v' || md5(i::text), CASE hashint8(i) & 1 WHEN 0 THEN 'a'
		ELSE 'b' END, 1, t.at, 1, CASE WHEN i % 1000 = 7 THEN 'bot'
		WHEN i % 5000 = 8 THEN 'multi' END,
	CASE WHEN i % 15 = 0 THEN t.at + interval '1 min' END,
	CASE WHEN i % 60 = 0 THEN t.at + interval '1 min' END, 'FR',
	CASE i % 3 WHEN 0 THEN 'mobile' ELSE 'desktop' END, 'google', 'fr'
FROM generate_series(0, :n::bigint - 1) AS i CROSS JOIN LATERAL (SELECT
	'2026-01-01Z'::timestamptz + i * (interval '60 days' / :n)) AS t (at);
INSERT INTO person (id) SELECT i FROM generate_series(1, :m) AS i;
INSERT INTO lead (id, person_id, offer_key, mql_at, sql_at, customer_at,
	spam_at, value)
OVERRIDING SYSTEM VALUE
SELECT i, i, 'o1', CASE WHEN i % 3 = 0 THEN t.at END,
	CASE WHEN i % 9 = 0 THEN t.at END, CASE WHEN i % 27 = 0 THEN t.at END,
	CASE WHEN i % 50 = 1 THEN t.at END,
	CASE WHEN i % 27 = 0 THEN 100 + i % 7 END
FROM generate_series(1, :m) AS i CROSS JOIN LATERAL (SELECT
	'2026-01-01Z'::timestamptz + i * (interval '60 days' / :m)
	+ interval '5 days') AS t (at);
INSERT INTO conversion (experiment_key, submission_id, unit, lead_id,
	bucket_version, converted_at, is_consented)
SELECT 'x', md5(i::text)::uuid, experiment_unit(x.salt,
		'v' || md5((i::bigint * (:n / :m) - 1)::text)), i, 1,
	'2026-01-01Z'::timestamptz + i * (interval '60 days' / :m)
	+ CASE i % 97 WHEN 5 THEN interval '2 days' WHEN 6 THEN interval '-1 h'
		ELSE i % 977 * interval '1 min' END, i % 2 = 0
FROM generate_series(1, :m) AS i CROSS JOIN experiment AS x;
SET session_replication_role = origin;
VACUUM ANALYZE;
SELECT array_agg('2026-01-01Z'::timestamptz + d * interval '1 day') AS daily,
	array_agg('2026-01-01Z'::timestamptz + d * interval '1 day'
		- u * interval '1 s') AS uneven
FROM (SELECT d, ('x' || left(md5(d::text), 4))::bit(16)::int AS u
	FROM generate_series(1, 60) AS d) AS day \gset
\timing on
\echo experiment_rebuild
SELECT experiment_rebuild('x');
VACUUM ANALYZE;
\echo 'experiment_counts, 60 daily looks, twice'
SELECT count(*) FROM experiment_counts('x', 1, :'daily');
SELECT count(*) FROM experiment_counts('x', 1, :'daily');
\echo 'experiment_counts, 60 looks at odd times, twice'
SELECT count(*) FROM experiment_counts('x', 1, :'uneven');
SELECT count(*) FROM experiment_counts('x', 1, :'uneven');
\echo 'experiment_exclusions, twice'
SELECT count(*) FROM experiment_exclusions('x', 1, '2026-02-20 10:33Z');
SELECT count(*) FROM experiment_exclusions('x', 1, '2026-02-20 10:33Z');
\echo experiment_slices
SELECT count(*) FROM experiment_slices('x', 1, 'device',
	'2026-02-20 10:33Z', 20);
\echo experiment_recount
CREATE TEMP TABLE exact AS
SELECT epoch, variant, measure, n, total, total_sq
FROM experiment_recount('x', 1, '2026-02-20 10:33Z');
\timing off
\echo 'figures in which the sums and the recount differ:'
WITH kept AS (
	SELECT epoch, variant, measure, n, total, total_sq
	FROM experiment_counts('x', 1, '{2026-02-20 10:33Z}')
	UNION ALL SELECT NULL, NULL, reason, n, 0, 0
	FROM experiment_exclusions('x', 1, '2026-02-20 10:33Z')
	WHERE n > 0 AND reason LIKE '%conversions%'
)
SELECT count(*) FROM ((TABLE kept EXCEPT TABLE exact)
	UNION ALL (TABLE exact EXCEPT TABLE kept)) AS other;
