-- A synthetic year of a company of middling size, for demonstrations, tests
-- and measurements: visits, leads at all stages, sellers with their absences,
-- orders, leads that came up again.  year.json goes before it.  All of it is
-- below three offers that are marked as invented; nobody agreed to anything,
-- so that nobody can be written to; pages are archived and sellers are in no
-- rule.  People are called like plants and birds and live below .example.
-- The same each time for one size and day, and nothing where there is a year.
--   demo.size   leads, 6000 unless set
--   demo.until  the day after the last one, today unless set
BEGIN;
SELECT pg_advisory_xact_lock(hashtextextended('piste.demo', 0));

-- A number from 0 to 1 that depends on its name alone.
CREATE FUNCTION pg_temp.chance(what text, n bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE AS $$
	SELECT (hashtextextended(what || n, 0) & 4294967295) / 4294967296.0
$$;
CREATE FUNCTION pg_temp.pick(words text[], what text, n bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT words[1 + floor(pg_temp.chance(what, n)
		* cardinality(words))::integer]
$$;

CREATE TEMP TABLE whole ON COMMIT DROP AS
SELECT size, until, day, greatest(8, least(40, size / 500)) AS sellers
FROM (SELECT coalesce(nullif(current_setting('demo.size', true), ''),
		'6000')::integer AS size,
	coalesce(nullif(current_setting('demo.until', true), '')::date,
		current_date) AS day) AS s
	CROSS JOIN LATERAL (SELECT s.day::timestamp AT TIME ZONE 'UTC' AS until)
	AS u
WHERE NOT EXISTS (SELECT FROM piste.lead AS l
	WHERE l.offer_key IN ('annee-audit', 'annee-pilotage',
		'annee-formation'))
	AND EXISTS (SELECT FROM piste.campaign AS c
		WHERE c.key = 'annee-telephone');

UPDATE piste.offer SET is_synthetic = true
WHERE key IN ('annee-audit', 'annee-pilotage', 'annee-formation')
	AND NOT is_synthetic AND EXISTS (SELECT FROM whole);

-- What brings how many, when, and how good they are.
CREATE TEMP TABLE plan (campaign text, source text, medium text,
	share double precision, rate double precision, mql double precision,
	peak text) ON COMMIT DROP;
INSERT INTO plan VALUES
	('annee-sea', 'google', 'cpc', .27, .034, .34, 'always'),
	('annee-seo', 'google', 'organic', .20, .021, .42, 'always'),
	('annee-lettre', 'lettre', 'email', .14, .061, .46, 'month'),
	('annee-social', 'linkedin', 'social', .13, .016, .28, 'always'),
	('annee-affilies', 'comparateur', 'affiliate', .08, .027, .22, 'always'),
	('annee-salons', 'salon', 'fair', .09, NULL, .52, 'fair'),
	('annee-courrier', 'courrier', 'mailing', .05, .045, .36, 'mailing'),
	('annee-telephone', 'telephone', 'phone', .04, NULL, .30, 'always');

-- Each campaign's days, and how many leads each has: whole ones that add up.
CREATE TEMP TABLE slot ON COMMIT DROP AS
WITH weight AS (
	SELECT p.campaign, d::date AS day, p.share * (CASE
			WHEN extract(month FROM d) = 8 THEN .45
			WHEN extract(month FROM d) IN (7, 12) THEN .7
			WHEN extract(month FROM d) IN (3, 9, 10) THEN 1.35 ELSE 1 END)
		* CASE WHEN p.peak <> 'fair' AND extract(isodow FROM d) > 5
			THEN .2 ELSE 1 END
		* CASE p.peak WHEN 'always' THEN 1
			WHEN 'month' THEN CASE WHEN extract(day FROM d) BETWEEN 3 AND 6
				THEN 6 ELSE .2 END
			WHEN 'fair' THEN CASE WHEN to_char(d, 'MMDD') BETWEEN '0310' AND
				'0313' OR to_char(d, 'MMDD') BETWEEN '1006' AND '1009'
				THEN 40 ELSE 0 END
			ELSE CASE WHEN extract(month FROM d) IN (2, 9, 11)
				AND extract(day FROM d) < 15 THEN 6 ELSE .05 END END AS w
	FROM whole AS a CROSS JOIN plan AS p
		CROSS JOIN generate_series(a.day - 365, a.day - 1,
			interval '1 day') AS d
), shared AS (
	SELECT w.campaign, w.day, w.w, p.share
			* sum(w.w) OVER (PARTITION BY w.campaign ORDER BY w.day)
			/ sum(w.w) OVER (PARTITION BY w.campaign) AS upto,
		p.share * (sum(w.w) OVER (PARTITION BY w.campaign ORDER BY w.day)
			- w.w) / sum(w.w) OVER (PARTITION BY w.campaign) AS since
	FROM weight AS w JOIN plan AS p USING (campaign)
)
SELECT s.campaign, s.day, (s.upto - s.since) * a.size AS expected,
	(floor(s.upto * a.size + 1e-6) - floor(s.since * a.size + 1e-6))::integer
	AS leads
FROM shared AS s CROSS JOIN whole AS a;

CREATE TEMP TABLE came ON COMMIT DROP AS
SELECT t.n, t.campaign, t.offer, t.day::timestamp AT TIME ZONE 'UTC'
	+ make_interval(secs => 86400 * (.27 + .6
		* (pg_temp.chance('hour', t.n) + pg_temp.chance('minute', t.n))
		/ 2)) AS at
FROM (SELECT s.campaign, c.offer_key AS offer, s.day,
		row_number() OVER (ORDER BY s.day, s.campaign, g) AS n
	FROM slot AS s JOIN piste.campaign AS c ON c.key = s.campaign
		CROSS JOIN LATERAL generate_series(1, s.leads) AS g) AS t;
CREATE UNIQUE INDEX ON came (n);

-- One in ten or so is somebody known who asks for something else.
CREATE TEMP TABLE who ON COMMIT DROP AS
SELECT c.n, coalesce(k.n, c.n) AS person, NULL::bigint AS person_id
FROM came AS c CROSS JOIN whole AS a
	LEFT JOIN came AS k ON c.n % 9 = 0 AND k.n = c.n - (a.size / 108 * 9 + 4)
		AND k.offer <> c.offer;
UPDATE who SET person_id = nextval('piste.person_id_seq')
WHERE n = person;
CREATE UNIQUE INDEX ON who (n);

CREATE TEMP TABLE human ON COMMIT DROP AS
SELECT w.n, w.person_id, c.at,
	pg_temp.pick('{Alix,Bastien,Camille,Dominique,Élodie,Fabrice,Gaëlle,Hugo,Inès,Jules,Karine,Léo,Maëlle,Nadia,Olivier,Pauline,Quentin,Rachel,Sacha,Thomas}',
		'first', w.n) AS first_name,
	pg_temp.pick('{Alouette,Aubépine,Bouleau,Bouvreuil,Bruyère,Capucine,Charme,Coquelicot,Érable,Fauvette,Fougère,Genêt,Grive,Hêtre,Jonquille,Lavande,Mésange,Noisetier,Passereau,Pervenche,Pinson,Roitelet,Sorbier,Tilleul,Tournesol}',
		'last', w.n) AS last_name,
	'Société synthétique ' || 1 + floor(a.size * .8
		* pg_temp.chance('company', w.n)) AS company,
	CASE WHEN pg_temp.chance('free', w.n) < .15
		THEN 'boite.example' ELSE 'societe-' || 1 + floor(a.size * .8
			* pg_temp.chance('company', w.n)) || '.example' END AS domain,
	-- Numbers that are kept free for novels and films.
	CASE WHEN pg_temp.chance('phone', w.n) < .6 THEN '+33639'
		|| 980000 + floor(10000 * pg_temp.chance('number', w.n)) END AS phone,
	split_part(pg_temp.pick('{FR IDF 75000,FR IDF 92000,FR ARA 69000,FR ARA 38000,FR OCC 31000,FR PAC 13000,FR NAQ 33000,FR HDF 59000,FR GES 67000,FR BRE 35000,BE BRU 1000,CH GE 1200,LU L 1111}',
		'place', w.n), ' ', 1) AS country,
	split_part(pg_temp.pick('{FR IDF 75000,FR IDF 92000,FR ARA 69000,FR ARA 38000,FR OCC 31000,FR PAC 13000,FR NAQ 33000,FR HDF 59000,FR GES 67000,FR BRE 35000,BE BRU 1000,CH GE 1200,LU L 1111}',
		'place', w.n), ' ', 2) AS region,
	split_part(pg_temp.pick('{FR IDF 75000,FR IDF 92000,FR ARA 69000,FR ARA 38000,FR OCC 31000,FR PAC 13000,FR NAQ 33000,FR HDF 59000,FR GES 67000,FR BRE 35000,BE BRU 1000,CH GE 1200,LU L 1111}',
		'place', w.n), ' ', 3) AS postcode
FROM who AS w JOIN came AS c USING (n) CROSS JOIN whole AS a
WHERE w.n = w.person;
CREATE UNIQUE INDEX ON human (n);
ALTER TABLE human ADD COLUMN email text;
UPDATE human SET email = 'annee-' || n || '@' || domain;
INSERT INTO piste.person (id, email, phone, first_name, last_name, company,
	created_at, updated_at)
SELECT person_id, email, phone, first_name, last_name, company, at, at
FROM human ORDER BY person_id;
INSERT INTO piste.person_key (kind, value, person_id, created_at)
SELECT 'email', email, person_id, at FROM human ORDER BY email
ON CONFLICT DO NOTHING;

-- Sellers, three weeks of summer away and a week at some other time.
CREATE TEMP TABLE force ON COMMIT DROP AS
SELECT g - 1 AS place, 'annee-' || lpad(g::text, 2, '0') AS key
FROM whole AS a CROSS JOIN LATERAL generate_series(1, a.sellers) AS g;
INSERT INTO piste.seller (key, name, team, is_active)
SELECT f.key, 'Vendeur synthétique ' || f.place + 1, CASE WHEN f.place % 3 = 0
	THEN 'annee-grands-comptes' ELSE 'annee-regions' END, false
FROM force AS f ORDER BY f.place;
CREATE TEMP TABLE away ON COMMIT DROP AS
SELECT f.place, t.starts_at, t.starts_at + t.days * interval '1 day' AS ends_at
FROM force AS f CROSS JOIN whole AS a CROSS JOIN LATERAL (
	SELECT a.until - interval '365 days' + make_interval(days =>
			floor(340 * pg_temp.chance('leave', f.place))::integer)
			AS starts_at, 7 AS days
	UNION ALL SELECT make_timestamptz(y.y::integer, 7, 1, 0, 0, 0, 'UTC')
			+ make_interval(days => (f.place % 5 * 7)::integer), 21
		FROM generate_series(extract(year FROM a.until) - 1,
			extract(year FROM a.until)) AS y (y)) AS t
WHERE t.starts_at > a.until - interval '365 days' AND t.starts_at < a.until;
INSERT INTO piste.seller_absence (seller_id, starts_at, ends_at, created_by)
SELECT s.id, w.starts_at, w.ends_at, 'demo-data'
FROM away AS w JOIN force AS f USING (place)
	JOIN piste.seller AS s ON s.key = f.key ORDER BY w.starts_at, s.id;

-- The road each lead takes, as if the year had no end.
CREATE TEMP TABLE road ON COMMIT DROP AS
SELECT c.n, c.at, c.campaign, c.offer,
	c.at + interval '5 min' + make_interval(hours => floor(96
		* pg_temp.chance('mql at', c.n) ^ 3)::integer) AS mql_at,
	interval '1 day' * (1 + floor(14 * pg_temp.chance('sql at', c.n)))
		AS to_sql,
	interval '1 day' * (3 + floor(22 * pg_temp.chance('opp at', c.n)))
		AS to_opportunity,
	interval '1 day' * (8 + floor(60 * pg_temp.chance('end at', c.n)))
		AS to_end,
	pg_temp.chance('spam', c.n) < .02 AS is_spam,
	pg_temp.chance('mql', c.n) < p.mql AS is_mql,
	pg_temp.chance('cold', c.n) AS cold,
	pg_temp.chance('after mql', c.n) AS after_mql,
	pg_temp.chance('after sql', c.n) AS after_sql,
	pg_temp.chance('after opp', c.n) AS after_opportunity
FROM came AS c JOIN plan AS p USING (campaign);

CREATE TEMP TABLE step (n bigint, seq integer, at timestamptz, role text,
	from_stage text, to_stage text, reason text) ON COMMIT DROP;
INSERT INTO step
SELECT n, 1, at + interval '1 day', 'marketer', 'lead', 'disqualified', 'spam'
FROM road WHERE is_spam
UNION ALL
SELECT n, 1, mql_at, 'system', 'lead', 'mql', NULL
FROM road WHERE is_mql AND NOT is_spam
UNION ALL
SELECT n, 1, at + interval '45 days', 'system', 'lead', CASE WHEN cold < .25
	THEN 'nurturing' ELSE 'disqualified' END, CASE WHEN cold < .25
	THEN 'too-early' ELSE 'no-answer' END
FROM road WHERE NOT is_mql AND NOT is_spam AND cold < .4
UNION ALL
SELECT n, 2, mql_at + to_sql, 'seller', 'mql', CASE WHEN after_mql < .47
	THEN 'sql' WHEN after_mql < .82 THEN 'nurturing' ELSE 'disqualified' END,
	CASE WHEN after_mql < .47 THEN NULL WHEN after_mql < .65 THEN 'too-early'
	WHEN after_mql < .75 THEN 'refused' WHEN after_mql < .82 THEN 'no-answer'
	WHEN after_mql < .92 THEN 'no-need' ELSE 'out-of-scope' END
FROM road WHERE is_mql AND NOT is_spam
UNION ALL
SELECT n, 3, mql_at + to_sql + to_opportunity, 'seller', 'sql', CASE
	WHEN after_sql < .58 THEN 'opportunity' WHEN after_sql < .75
	THEN 'nurturing' ELSE 'lost' END, CASE WHEN after_sql < .58 THEN NULL
	WHEN after_sql < .75 THEN 'postponed' WHEN after_sql < .9
	THEN 'no-budget' ELSE 'no-answer' END
FROM road WHERE is_mql AND NOT is_spam AND after_mql < .47
UNION ALL
SELECT n, 4, mql_at + to_sql + to_opportunity + to_end, 'seller',
	'opportunity', CASE WHEN after_opportunity < .46 THEN 'customer'
	ELSE 'lost' END, CASE WHEN after_opportunity < .46 THEN NULL
	WHEN after_opportunity < .7 THEN 'competitor' WHEN after_opportunity < .9
	THEN 'price' ELSE 'postponed' END
FROM road WHERE is_mql AND NOT is_spam AND after_mql < .47
	AND after_sql < .58;
DELETE FROM step USING whole WHERE step.at >= whole.until;

-- Laid aside by the rules that are ours, and what woke them.
CREATE TEMP TABLE aside ON COMMIT DROP AS
SELECT s.n, s.seq, s.at AS laid_at, s.to_stage, s.reason, r.key AS rule,
	CASE WHEN s.to_stage = 'lost' THEN s.at + interval '30 days' END
		AS back_at,
	w.wake_at, CASE WHEN w.wake_at IS NULL THEN NULL
		WHEN r.key = 'too-early' AND w.days >= 180 THEN 'date'
		WHEN pg_temp.chance('cause', s.n) < .6 THEN 'download'
		ELSE 'score' END AS cause
FROM step AS s CROSS JOIN whole AS a
	JOIN piste.recycle_rule AS r ON r.definition IS NULL
		AND s.to_stage = ANY (r.stages) AND s.reason = ANY (r.reasons)
	CROSS JOIN LATERAL (SELECT 20 + floor(400
		* pg_temp.chance('wake', s.n)) AS days) AS d
	CROSS JOIN LATERAL (SELECT d.days, CASE
		WHEN r.key = 'too-early' THEN s.at
			+ interval '1 day' * least(d.days, 180)
		WHEN d.days < 200 THEN s.at + interval '1 day' * (d.days
			+ CASE WHEN s.to_stage = 'lost' THEN 31 ELSE 0 END)
		END AS wake_at) AS w
WHERE s.seq > 1 OR s.to_stage = 'nurturing';
DELETE FROM aside AS x USING aside AS o
WHERE x.n = o.n AND x.seq = o.seq AND x.rule > o.rule;
UPDATE aside SET back_at = NULL, wake_at = NULL, cause = NULL FROM whole
WHERE back_at >= whole.until;
UPDATE aside SET wake_at = NULL, cause = NULL FROM whole
WHERE wake_at >= whole.until;
INSERT INTO step
SELECT n, 5, back_at, 'system', 'lost', 'nurturing', reason FROM aside
WHERE back_at IS NOT NULL
UNION ALL
SELECT n, 6, wake_at, 'system', 'nurturing', 'mql', CASE WHEN cause <> 'date'
	THEN 'interested-again' END FROM aside WHERE wake_at IS NOT NULL
UNION ALL
SELECT n, 7, wake_at + interval '9 days', 'seller', 'mql', CASE
	WHEN pg_temp.chance('again sql', n) < .35 THEN 'sql' ELSE 'disqualified'
	END, CASE WHEN pg_temp.chance('again sql', n) < .35 THEN NULL
	ELSE 'no-need' END
FROM aside WHERE wake_at IS NOT NULL
UNION ALL
SELECT n, 8, wake_at + interval '21 days', 'seller', 'sql', 'opportunity',
	NULL
FROM aside WHERE wake_at IS NOT NULL AND pg_temp.chance('again sql', n) < .35
	AND pg_temp.chance('again opp', n) < .6
UNION ALL
SELECT n, 9, wake_at + interval '55 days', 'seller', 'opportunity', CASE
	WHEN pg_temp.chance('again end', n) < .4 THEN 'customer'
	ELSE 'disqualified' END, CASE WHEN pg_temp.chance('again end', n) < .4
	THEN NULL ELSE 'no-budget' END
FROM aside WHERE wake_at IS NOT NULL AND pg_temp.chance('again sql', n) < .35
	AND pg_temp.chance('again opp', n) < .6;
DELETE FROM step USING whole WHERE step.at >= whole.until;
CREATE UNIQUE INDEX ON step (n, seq);
ANALYZE step; ANALYZE came; ANALYZE who; ANALYZE human; ANALYZE aside;

-- Leads, at their beginning; then all that became of them at once.
CREATE TEMP TABLE named ON COMMIT DROP AS
WITH made AS (
	INSERT INTO piste.lead (person_id, offer_key, created_at, updated_at)
	SELECT h.person_id, c.offer, c.at, c.at
	FROM came AS c JOIN who AS w USING (n) JOIN human AS h ON h.n = w.person
	ORDER BY c.n RETURNING id, person_id, offer_key
)
SELECT c.n, m.id, m.person_id FROM made AS m
	JOIN human AS h USING (person_id) JOIN who AS w ON w.person = h.n
	JOIN came AS c ON c.n = w.n AND c.offer = m.offer_key;
CREATE UNIQUE INDEX ON named (n);
ANALYZE named;

-- Whose it is: in turn, of those who are there.
CREATE TEMP TABLE given ON COMMIT DROP AS
SELECT s.n, s.seq, s.at, f.key, w.id AS seller_id
FROM step AS s CROSS JOIN whole AS a CROSS JOIN LATERAL (SELECT o.key
	FROM force AS o WHERE NOT EXISTS (SELECT FROM away AS b
		WHERE b.place = o.place AND s.at >= b.starts_at AND s.at < b.ends_at)
	ORDER BY (o.place - s.n % a.sellers + a.sellers) % a.sellers LIMIT 1) AS f
	JOIN piste.seller AS w ON w.key = f.key
WHERE s.to_stage = 'mql';
CREATE UNIQUE INDEX ON given (n, seq);
ANALYZE given;

-- One step of all leads after the other: a stage follows from history.
DO $$
BEGIN
	FOR place IN 1..coalesce((SELECT max(seq) FROM step), 0) LOOP
		INSERT INTO piste.lead_history (lead_id, at, actor, role, via,
			from_stage, to_stage, reason)
		SELECT m.id, s.at, CASE s.role WHEN 'system' THEN 'piste'
			WHEN 'seller' THEN coalesce(g.key, 'annee-01')
			ELSE 'annee-marketing' END, s.role, 'demo-data', s.from_stage,
			s.to_stage, s.reason
		FROM step AS s JOIN named AS m USING (n)
			LEFT JOIN LATERAL (SELECT o.key FROM given AS o
				WHERE o.n = s.n AND o.seq <= s.seq
				ORDER BY o.seq DESC LIMIT 1) AS g ON true
		WHERE s.seq = place ORDER BY s.at, s.n;
		UPDATE piste.lead AS l SET stage = s.to_stage,
			stage_reason = s.reason
		FROM step AS s JOIN named AS m USING (n)
		WHERE l.id = m.id AND s.seq = place;
	END LOOP;
END $$;
ANALYZE piste.lead; ANALYZE piste.lead_history;

CREATE TEMP TABLE stand ON COMMIT DROP AS
SELECT m.n, m.id, coalesce(l.to_stage, 'lead') AS stage, l.reason,
	f.mql_at, f.sql_at, f.customer_at, f.opportunity_at,
	o.seller_id, coalesce(l.at, c.at) AS since
FROM named AS m JOIN came AS c USING (n)
	LEFT JOIN LATERAL (SELECT s.to_stage, s.reason, s.at FROM step AS s
		WHERE s.n = m.n ORDER BY s.seq DESC LIMIT 1) AS l ON true
	CROSS JOIN LATERAL (SELECT min(s.at) FILTER (WHERE s.to_stage = 'mql')
			AS mql_at,
		min(s.at) FILTER (WHERE s.to_stage = 'sql') AS sql_at,
		max(s.at) FILTER (WHERE s.to_stage = 'opportunity')
			AS opportunity_at,
		min(s.at) FILTER (WHERE s.to_stage = 'customer') AS customer_at
		FROM step AS s WHERE s.n = m.n) AS f
	LEFT JOIN LATERAL (SELECT g.seller_id FROM given AS g WHERE g.n = m.n
		ORDER BY g.seq DESC LIMIT 1) AS o ON true;
CREATE UNIQUE INDEX ON stand (n);
CREATE UNIQUE INDEX ON stand (id);
ANALYZE stand;

CREATE TEMP TABLE earned ON COMMIT DROP AS
SELECT t.n, t.id, t.amount, t.currency, round(t.amount
	* (.15 + .3 * pg_temp.chance('margin', t.n))::numeric, 2) AS margin
FROM (SELECT s.n, s.id, CASE h.country WHEN 'CH' THEN 'CHF' ELSE 'EUR' END
		AS currency, round((CASE c.offer WHEN 'annee-audit' THEN 9000
			WHEN 'annee-pilotage' THEN 16000 ELSE 3500 END
			* exp(1.1 * (pg_temp.chance('amount', s.n)
				+ pg_temp.chance('worth', s.n) - 1)))::numeric, 2) AS amount
	FROM stand AS s JOIN came AS c USING (n) JOIN who AS w USING (n)
		JOIN human AS h ON h.n = w.person
	WHERE s.opportunity_at IS NOT NULL) AS t;
CREATE UNIQUE INDEX ON earned (n);

UPDATE piste.lead AS l SET mql_at = s.mql_at, sql_at = s.sql_at, customer_at = s.customer_at,
	spam_at = CASE WHEN s.reason = 'spam' THEN s.since END,
	value = CASE WHEN s.stage = 'customer' AND e.currency = 'EUR'
		THEN e.amount END, score = p.points, scored_at = a.until,
	grade = CASE WHEN p.points >= 60 THEN 'hot' WHEN p.points >= 35
		THEN 'warm' ELSE 'cold' END, score_version = 0, score_parts = '[]',
	updated_at = s.since
FROM whole AS a CROSS JOIN stand AS s LEFT JOIN earned AS e USING (n)
	CROSS JOIN LATERAL (SELECT least(100, floor(15 + 30
		* pg_temp.chance('score', s.n) + CASE WHEN s.mql_at IS NOT NULL
			THEN 20 ELSE 0 END + CASE WHEN s.sql_at IS NOT NULL THEN 20
			ELSE 0 END))::integer AS points) AS p
WHERE l.id = s.id;
-- Theirs is nobody who works here: rules give these leads to nobody.
UPDATE piste.lead AS l SET owner_id = coalesce(s.seller_id, o.id)
FROM stand AS s CROSS JOIN (SELECT w.id FROM piste.seller AS w
	WHERE w.key = 'annee-01') AS o WHERE l.id = s.id;
INSERT INTO piste.allocation (lead_id, seller_id, at, actor, accept_by,
	accepted_at, ended_at, outcome)
SELECT m.id, g.seller_id, g.at, 'piste', g.at + interval '4 hours',
	g.at + interval '2 hours', e.at, CASE WHEN e.at IS NOT NULL THEN 'left' END
FROM given AS g JOIN named AS m USING (n)
	LEFT JOIN LATERAL (SELECT s.at FROM step AS s WHERE s.n = g.n
		AND s.seq > g.seq AND s.to_stage IN ('nurturing', 'lost',
		'disqualified') ORDER BY s.seq LIMIT 1) AS e ON true
ORDER BY g.at, g.n;
INSERT INTO piste.mql (lead_id, at, score, version, history_id, fallen_at)
SELECT m.id, s.at, 60 + (s.n % 30)::integer, 0, h.id, e.at
FROM step AS s JOIN named AS m USING (n)
	JOIN piste.lead_history AS h ON h.lead_id = m.id AND h.at = s.at
		AND h.to_stage = 'mql'
	LEFT JOIN LATERAL (SELECT o.at FROM step AS o WHERE o.n = s.n
		AND o.seq > s.seq AND o.to_stage IN ('nurturing', 'disqualified',
		'lost') ORDER BY o.seq LIMIT 1) AS e ON true
WHERE s.to_stage = 'mql' AND s.seq = 1 ORDER BY s.at, s.n;

INSERT INTO piste.recycling (history_id, lead_id, rule, laid_at, score,
	back_at, woken_at, woken_by, wake_id)
SELECT h.id, m.id, x.rule, x.laid_at, 20 + (x.n % 20)::integer, x.back_at,
	x.wake_at, x.cause, k.id
FROM aside AS x JOIN named AS m USING (n)
	JOIN piste.lead_history AS h ON h.lead_id = m.id
		AND h.at = coalesce(x.back_at, x.laid_at)
		AND h.to_stage = CASE WHEN x.back_at IS NULL THEN x.to_stage
			ELSE 'nurturing' END
	LEFT JOIN piste.lead_history AS k ON k.lead_id = m.id AND k.at = x.wake_at
		AND k.to_stage = 'mql'
ORDER BY h.id;

-- Budget, authority, need, timing; what is next; orders.
INSERT INTO piste.bant (lead_id, topic, value, author, at)
SELECT s.id, t.topic, CASE t.topic WHEN 'budget' THEN floor(2000 + 30000
	* pg_temp.chance('budget', s.n))::text WHEN 'timing' THEN 'now'
	ELSE 'yes' END, 'annee-01', s.sql_at - interval '1 hour'
FROM stand AS s CROSS JOIN (VALUES ('budget'), ('authority'), ('need'),
	('timing')) AS t (topic) WHERE s.sql_at IS NOT NULL
ORDER BY s.sql_at, s.n, t.topic;
INSERT INTO piste.next_action (lead_id, action, due_on, author, at)
SELECT s.id, pg_temp.pick('{Visite,Devis,Relance,Démonstration}', 'next', s.n),
	a.day - 4 + floor(14 * pg_temp.chance('due', s.n))::integer, 'annee-01',
	s.since
FROM stand AS s CROSS JOIN whole AS a
WHERE s.stage IN ('sql', 'opportunity') ORDER BY s.id;
INSERT INTO piste.deal (lead_id, kind, amount, currency, margin, day, actor,
	at)
SELECT e.id, 'opportunity', e.amount, e.currency, e.margin,
	(s.opportunity_at AT TIME ZONE 'UTC')::date + 45, 'annee-01',
	s.opportunity_at
FROM earned AS e JOIN stand AS s USING (n) ORDER BY s.opportunity_at, e.n;
-- One order in forty was entered wrong at first.
INSERT INTO piste.deal (lead_id, kind, amount, currency, margin, day,
	order_ref, actor, why, at, ended_at, outcome)
SELECT e.id, 'win', e.amount + CASE WHEN v.is_wrong THEN 100 ELSE 0 END,
	e.currency, e.margin, (s.customer_at AT TIME ZONE 'UTC')::date,
	'ANNEE-' || e.n, 'annee-01', CASE WHEN e.n % 40 = 0 AND NOT v.is_wrong
		THEN 'Faute de frappe' END,
	s.customer_at + CASE WHEN v.is_wrong THEN interval '0' ELSE
		interval '1 hour' END, CASE WHEN v.is_wrong THEN s.customer_at
		+ interval '1 hour' END, CASE WHEN v.is_wrong THEN 'corrected' END
FROM earned AS e JOIN stand AS s USING (n)
	CROSS JOIN (VALUES (true), (false)) AS v (is_wrong)
WHERE s.stage = 'customer' AND (e.n % 40 = 0 OR NOT v.is_wrong)
ORDER BY s.customer_at, e.n, v.is_wrong DESC;

-- What was sent, at first and by those who came back, and what was seen.
INSERT INTO piste.submission (id, page_key, page_revision, variant_key,
	form_key, offer_key, lang, person_id, lead_id, outcome, fields, email,
	phone, declared_postcode, form_country, geo_country, geo_region,
	geo_radius_km, source, medium, campaign_key, via, rendered_at,
	received_at, created_at)
SELECT md5('annee ' || c.n || ' ' || t.again)::uuid, t.campaign, 1,
	CASE WHEN pg_temp.chance('arm', c.n) < .5 THEN 'a' ELSE 'b' END, 'annee',
	c.offer, CASE WHEN pg_temp.chance('lang', c.n) < .9 THEN 'fr' ELSE 'en'
	END, m.person_id, m.id, CASE WHEN t.again <> 'false' OR w.n <> w.person
		THEN 'update' ELSE 'new' END, jsonb_strip_nulls(jsonb_build_object('email', h.email,
		'first_name', h.first_name, 'last_name', h.last_name, 'company',
		h.company, 'phone', h.phone, 'postcode', h.postcode)), h.email,
	h.phone, h.postcode, h.country, h.country, h.region, 20, p.source,
	p.medium, t.campaign, CASE WHEN p.rate IS NULL THEN 'import' ELSE 'form'
	END, t.at - interval '90 seconds', t.at, t.at
FROM (SELECT o.n, o.at, o.campaign, 'false' AS again FROM came AS o
		UNION ALL SELECT x.n, x.wake_at - interval '1 minute', o.campaign,
			'true'
		FROM aside AS x JOIN came AS o USING (n) WHERE x.cause = 'download'
		-- On the way to an SQL some come back by something else.
		UNION ALL SELECT o.n, o.mql_at + o.to_sql * (.1 * k.nth), (SELECT
				v.key FROM piste.campaign AS v
				WHERE v.offer_key = o.offer AND v.key <> 'annee'
				ORDER BY pg_temp.chance(v.key || k.nth, o.n) LIMIT 1),
			'back ' || k.nth
		FROM road AS o CROSS JOIN generate_series(1, 3) AS k (nth)
			CROSS JOIN whole AS a
		WHERE o.is_mql AND NOT o.is_spam
			AND pg_temp.chance('back', o.n) < .4 / k.nth
			AND o.mql_at + o.to_sql < a.until) AS t
	JOIN came AS c USING (n) JOIN plan AS p ON p.campaign = t.campaign
	JOIN named AS m USING (n) JOIN who AS w USING (n)
	JOIN human AS h ON h.n = w.person
ORDER BY t.at, c.n;

CREATE TEMP TABLE seen ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY s.day, s.campaign, v.variant, k.class,
		h.hour) AS n, s.campaign, v.variant, k.class,
	s.day::timestamp AT TIME ZONE 'UTC' + make_interval(hours => h.hour)
	AS hour, p.source, p.medium, p.rate, ceil((s.expected * .7
		+ s.leads * .3) / p.rate * k.times * h.share / 2)::bigint AS views
FROM slot AS s JOIN plan AS p USING (campaign)
	CROSS JOIN (VALUES ('a'), ('b')) AS v (variant)
	CROSS JOIN (VALUES ('human', 1.0), ('robot', .55)) AS k (class, times)
	CROSS JOIN (VALUES (9, .4), (14, .4), (20, .2)) AS h (hour, share)
WHERE p.rate IS NOT NULL AND s.expected > 0;
INSERT INTO piste.traffic (page_key, experiment_key, variant, class, hour,
	views)
SELECT campaign, '', variant, class, hour, views FROM seen
ON CONFLICT DO NOTHING;
-- Who came in an hour came from one place: few enough rows, and all places.
INSERT INTO piste.audience (hour, page_key, variant, class, campaign_key,
	channel, source, medium, keyword, country, region, views, visitors,
	engaged)
SELECT s.hour, s.campaign, s.variant, s.class, s.campaign, c.channel,
	s.source, s.medium, CASE WHEN s.medium = 'cpc' THEN pg_temp.pick(
		'{audit énergétique,audit énergétique prix,diagnostic énergie,bureau d’études énergie}',
		'keyword', s.n) ELSE '' END, p.place[1], p.place[2], s.views,
	v.visitors, least(v.visitors, floor(v.visitors * s.rate * 1.6
		+ pg_temp.chance('engaged', s.n))::bigint)
FROM seen AS s JOIN piste.campaign AS c ON c.key = s.campaign
	CROSS JOIN LATERAL (SELECT CASE WHEN s.class = 'human' THEN
		string_to_array(pg_temp.pick('{FR IDF,FR IDF,FR ARA,FR ARA,FR OCC,FR PAC,FR NAQ,FR HDF,FR GES,FR BRE,BE BRU,CH GE,LU L}',
			'from', s.n), ' ') ELSE '{"",""}' END AS place) AS p
	CROSS JOIN LATERAL (SELECT CASE WHEN s.class = 'human'
		THEN s.views - floor(s.views * .1 + .9
		* pg_temp.chance('again', s.n))::bigint ELSE 0 END AS visitors)
		AS v
ON CONFLICT DO NOTHING;

-- What it cost: each campaign by the month, what they share below the whole
-- year's; one bill in another currency, and now and then one entered wrong.
CREATE TEMP TABLE price (campaign text, kind text, supplier text,
	lead_cost numeric) ON COMMIT DROP;
INSERT INTO price VALUES
	('annee-sea', 'media', 'Régie synthétique', 61),
	('annee-seo', 'supplier', 'Agence synthétique', 24),
	('annee-lettre', 'software', 'Routeur synthétique', 9),
	('annee-social', 'media', 'Réseau synthétique', 74),
	('annee-affilies', 'supplier', 'Plateforme synthétique', 42),
	('annee-salons', 'supplier', 'Parc synthétique', 118),
	('annee-courrier', 'files', 'Fichiers synthétiques', 57),
	('annee-courrier', 'supplier', 'Imprimerie synthétique', 31),
	('annee-telephone', 'staff', '', 93);
CREATE TEMP TABLE bill ON COMMIT DROP AS
WITH month AS (
	SELECT p.campaign, p.kind, p.supplier, min(s.day) AS from_day,
		max(s.day) AS to_day, sum(s.expected) * p.lead_cost AS price
	FROM slot AS s JOIN price AS p USING (campaign)
	GROUP BY p.campaign, p.kind, p.supplier, p.lead_cost,
		date_trunc('month', s.day)
), shared AS (
	SELECT k.kind, k.shared_by, k.share, m.from_day, m.to_day, m.price
	FROM (SELECT min(o.from_day) AS from_day, max(o.to_day) AS to_day,
			sum(o.price) AS price
		FROM month AS o GROUP BY date_trunc('month', o.from_day)) AS m
		CROSS JOIN (VALUES ('staff', 'leads', .35),
			('software', 'spend', .06)) AS k (kind, shared_by, share)
), asked AS (
	SELECT m.campaign, NULL AS shared_by, m.kind, m.supplier, m.from_day,
		m.to_day, 'EUR' AS currency, m.price
	FROM month AS m
	UNION ALL
	SELECT 'annee', s.shared_by, s.kind, '', s.from_day, s.to_day, 'EUR',
		s.price * s.share FROM shared AS s
	UNION ALL
	SELECT 'annee-salons', NULL, 'supplier', 'Halle synthétique', a.day - 60,
		a.day - 58, 'CHF', 1850 FROM whole AS a
)
SELECT row_number() OVER w AS n, a.campaign, a.shared_by, a.kind, a.supplier,
	a.from_day, a.to_day, a.currency, round((a.price * (.85 + .3
		* pg_temp.chance('bill', row_number() OVER w)))::numeric, 2) AS amount
FROM asked AS a WINDOW w AS (ORDER BY a.from_day, a.campaign, a.kind,
	a.currency);
DELETE FROM bill WHERE amount <= 0;
CREATE TEMP TABLE entered ON COMMIT DROP AS
SELECT t.line AS n, t.id FROM piste.cost_take((SELECT
	coalesce(jsonb_agg(jsonb_build_object('line', b.n,
		'campaign_key', b.campaign, 'shared_by', b.shared_by,
		'kind', b.kind, 'from_day', b.from_day, 'to_day', b.to_day,
		'amount', b.amount, 'currency', b.currency,
		'supplier', b.supplier, 'reference', 'ANNEE-F' || b.n)
		ORDER BY b.n), '[]') FROM bill AS b), 'command', 'demo-data', true,
	false) AS t;
SELECT count(piste.cost_correct(e.id, b.amount + 40, 'demo-data',
	'Faute de frappe'))
FROM entered AS e JOIN bill AS b USING (n) WHERE e.n % 37 = 0;
-- What it may cost: a little less than one of them did.
SELECT count(piste.budget_put(s.campaign, a.day - 365, a.day - 1,
	round((s.price * CASE s.campaign WHEN 'annee-social' THEN .93
		ELSE 1.12 END)::numeric, -2), 'EUR', 'demo-data', true))
FROM whole AS a CROSS JOIN (SELECT b.campaign, sum(b.amount) AS price
	FROM bill AS b WHERE b.currency = 'EUR' AND b.shared_by IS NULL
	GROUP BY b.campaign
	UNION ALL SELECT 'annee', sum(b.amount) FROM bill AS b
	WHERE b.currency = 'EUR') AS s
WHERE s.price > 0;

-- Nobody is promised anything for them, scores them or writes to them.
DELETE FROM piste.waiting AS w USING named AS m WHERE w.lead_id = m.id;
DELETE FROM piste.score_due AS d USING human AS h
WHERE d.person_id = h.person_id;
DELETE FROM piste.nurture_cause AS c USING human AS h
WHERE c.person_id = h.person_id;
COMMIT;
ANALYZE piste.person, piste.lead, piste.submission, piste.lead_history,
	piste.deal, piste.recycling, piste.traffic, piste.allocation, piste.cost;
