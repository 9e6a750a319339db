-- What the figures of a day are: counts by day and cell for each split, kept
-- up by counting a day anew when something of it has changed.

-- What has changed.  A log, not a set: two who change the same day at once
-- would wait for each other at its key.
CREATE TABLE piste.figure_change (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	part text NOT NULL,
	at timestamptz,
	day date,
	CHECK ((at IS NULL) <> (day IS NULL))
);
COMMENT ON TABLE piste.figure_change IS
	'Of which days something has changed since piste.figure_turn() last looked; written by triggers.';
COMMENT ON COLUMN piste.figure_change.id IS 'Order';
COMMENT ON COLUMN piste.figure_change.part IS 'As in figure_day';
COMMENT ON COLUMN piste.figure_change.at IS
	'A moment of the day: which one it is the zone says';
COMMENT ON COLUMN piste.figure_change.day IS
	'Or the day itself; -infinity: all days';

CREATE TABLE piste.figure_due (
	day date NOT NULL,
	part text NOT NULL,
	PRIMARY KEY (day, part)
);
COMMENT ON TABLE piste.figure_due IS
	'What is to be counted anew, by piste.figure_turn() alone';
COMMENT ON COLUMN piste.figure_due.day IS 'In the site''s zone';
COMMENT ON COLUMN piste.figure_due.part IS 'As in figure_day';

CREATE TABLE piste.figure_state (
	id boolean PRIMARY KEY DEFAULT true CHECK (id),
	zone text NOT NULL
);
COMMENT ON TABLE piste.figure_state IS 'How figure_day is counted: one row';
COMMENT ON COLUMN piste.figure_state.id IS 'That one';
COMMENT ON COLUMN piste.figure_state.zone IS
	'Whose days they are: the setting time_zone, when it was last counted';

CREATE TABLE piste.figure_day (
	day date NOT NULL,
	is_synthetic boolean NOT NULL,
	split text NOT NULL,
	cell text NOT NULL,
	part text NOT NULL
		CHECK (part IN ('seen', 'document', 'lead', 'cost')),
	currency text NOT NULL,
	views bigint,
	robots bigint,
	visitors bigint,
	engaged bigint,
	documents bigint,
	leads bigint,
	conversions bigint,
	consented bigint,
	mqls bigint,
	sqls bigint,
	opportunities bigint,
	customers bigint,
	contact_minutes integer[],
	order_days integer[],
	orders bigint,
	won numeric,
	margins bigint,
	margin numeric,
	cost numeric,
	PRIMARY KEY (split, day, is_synthetic, cell, part, currency)
) PARTITION BY RANGE (day);
COMMENT ON TABLE piste.figure_day IS
	'Counts by day and cell, for each split all of them; a partition for each year: figure_day_2026. Written by piste.figure_turn() alone, which counts days anew by piste.figure_count(); nothing in it leads to anybody.';
COMMENT ON COLUMN piste.figure_day.day IS
	'In the site''s zone: of views and costs their own, of leads the one they were made on';
COMMENT ON COLUMN piste.figure_day.is_synthetic IS 'Of invented offers';
COMMENT ON COLUMN piste.figure_day.split IS
	'campaign, channel, channel-group, strategy, offer, page, variant, keyword, country, region, source, medium, seller; empty: not split';
COMMENT ON COLUMN piste.figure_day.cell IS
	'Which of these; empty: not known; *: one of too many on that day';
COMMENT ON COLUMN piste.figure_day.part IS
	'What is counted here, other columns are NULL. seen: views, robots, visitors, engaged; document: documents; lead: what leads became, and with a currency what their orders are worth; cost: cost';
COMMENT ON COLUMN piste.figure_day.currency IS
	'Of won, margin and cost; empty where there is none of them';
COMMENT ON COLUMN piste.figure_day.views IS 'Pages shown to humans';
COMMENT ON COLUMN piste.figure_day.robots IS 'Pages shown to robots';
COMMENT ON COLUMN piste.figure_day.visitors IS
	'Browsers seen on a page that day, as in audience';
COMMENT ON COLUMN piste.figure_day.engaged IS 'Of them who did more than look';
COMMENT ON COLUMN piste.figure_day.documents IS
	'Documents fetched from pages, by whomever';
COMMENT ON COLUMN piste.figure_day.leads IS
	'Made that day, but for spam and those that gave way to another';
COMMENT ON COLUMN piste.figure_day.conversions IS
	'Of them, those that came by a form of a page';
COMMENT ON COLUMN piste.figure_day.consented IS
	'Of them, those whose person may now be contacted for something';
COMMENT ON COLUMN piste.figure_day.mqls IS 'Of them, those that ever were one';
COMMENT ON COLUMN piste.figure_day.sqls IS 'Likewise';
COMMENT ON COLUMN piste.figure_day.opportunities IS 'Likewise';
COMMENT ON COLUMN piste.figure_day.customers IS
	'Of them, those that are one now; somebody''s first order alone';
COMMENT ON COLUMN piste.figure_day.contact_minutes IS
	'From the lead to a first contact, each of those that had one, in order';
COMMENT ON COLUMN piste.figure_day.order_days IS
	'From the lead to the order, each that stands, in order';
COMMENT ON COLUMN piste.figure_day.orders IS 'Orders of them that stand';
COMMENT ON COLUMN piste.figure_day.won IS 'What these are worth';
COMMENT ON COLUMN piste.figure_day.margins IS
	'Of these, those whose margin was said';
COMMENT ON COLUMN piste.figure_day.margin IS 'Sum of these margins';
COMMENT ON COLUMN piste.figure_day.cost IS 'Of that day, as in cost_day';

CREATE FUNCTION piste.figure_partition(day date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text := 'figure_day_' || to_char(day, 'YYYY');
	first date := date_trunc('year', day);
BEGIN
	IF to_regclass('piste.' || name) IS NOT NULL THEN
		RETURN;
	END IF;
	-- Made aside and attached, as events' days are.
	EXECUTE format('CREATE TABLE piste.%I (LIKE piste.figure_day INCLUDING'
		' DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES'
		' INCLUDING COMMENTS)', name);
	EXECUTE format('COMMENT ON TABLE piste.%I IS %L', name,
		'A year of piste.figure_day');
	EXECUTE format('ALTER TABLE piste.figure_day ATTACH PARTITION piste.%I'
		' FOR VALUES FROM (%L) TO (%L)', name, first,
		(first + interval '1 year')::date);
END $$;
COMMENT ON FUNCTION piste.figure_partition(date) IS
	'Makes a year''s partition if it is not there.';

CREATE VIEW piste.channel_group AS
	SELECT DISTINCT ON (p.key) p.key, p.part_of
	FROM piste.channel_part AS p ORDER BY p.key, p.depth DESC;
COMMENT ON VIEW piste.channel_group IS
	'What each channel rolls up to in the end: itself, where it is no part of another';
COMMENT ON COLUMN piste.channel_group.key IS 'The channel';
COMMENT ON COLUMN piste.channel_group.part_of IS
	'A channel that is no part of another';

-- Leads, each once, with the cells it is in and all that became of it.
CREATE INDEX lead_made ON piste.lead (created_at);
COMMENT ON INDEX piste.lead_made IS 'For piste.figure_leads(): days';

CREATE VIEW piste.figure_customer AS
	SELECT l.id AS lead_id
	FROM piste.lead AS l JOIN piste.offer AS f ON f.key = l.offer_key
	WHERE l.stage = 'customer' AND NOT EXISTS (SELECT FROM piste.lead AS o
			JOIN piste.offer AS g ON g.key = o.offer_key
				AND g.is_synthetic = f.is_synthetic
			WHERE o.person_id = l.person_id AND o.stage = 'customer'
				AND o.merged_into IS NULL
				AND (o.customer_at, o.id) < (l.customer_at, l.id));
COMMENT ON VIEW piste.figure_customer IS
	'The leads that count as customers: of somebody''s orders the first one makes a customer';
COMMENT ON COLUMN piste.figure_customer.lead_id IS 'The lead';

CREATE FUNCTION piste.figure_leads(since timestamptz, until timestamptz,
	zone text, OUT lead_id bigint, OUT created_at timestamptz,
	OUT is_synthetic boolean, OUT campaign text, OUT channel text,
	OUT channel_group text, OUT strategy text, OUT offer text, OUT page text, OUT variant text,
	OUT keyword text, OUT country text, OUT region text, OUT source text,
	OUT medium text, OUT seller text, OUT is_form boolean,
	OUT is_consented boolean, OUT is_mql boolean, OUT is_sql boolean,
	OUT is_opportunity boolean, OUT is_customer boolean,
	OUT contact_minutes integer, OUT order_days integer, OUT currency text,
	OUT amount numeric, OUT margin numeric)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.id, l.created_at, f.is_synthetic, coalesce(s.campaign_key, ''),
		coalesce(s.channel, c.channel, ''),
		coalesce(r.part_of, s.channel, c.channel, ''),
		coalesce(c.strategy, n.strategy, ''), l.offer_key,
		coalesce(s.page_key, ''), concat_ws('/', s.page_key, s.variant_key),
		coalesce(s.keyword, ''), coalesce(s.form_country, s.geo_country, ''),
		concat_ws('-', s.geo_country, s.geo_region),
		coalesce(s.source, ''), coalesce(s.medium, ''),
		coalesce((SELECT w.key FROM piste.seller AS w
			WHERE w.id = coalesce(l.owner_id, (SELECT a.seller_id
				FROM piste.allocation AS a WHERE a.lead_id = l.id
				ORDER BY a.id DESC LIMIT 1))), ''),
		coalesce(s.via IN ('form', 'spool'), false),
		EXISTS (SELECT FROM (
			SELECT DISTINCT ON (k.purpose, k.channel, k.recipient) k.what
			FROM piste.consent AS k WHERE k.person_id = l.person_id
				AND NOT (k.what = 'given' AND k.needs_confirm)
			ORDER BY k.purpose, k.channel, k.recipient, k.seq DESC) AS k
			WHERE k.what <> 'withdrawn'),
		coalesce(l.mql_at, l.sql_at, l.customer_at) IS NOT NULL,
		coalesce(l.sql_at, l.customer_at) IS NOT NULL,
		l.stage IN ('opportunity', 'customer') OR coalesce(h.is_opportunity,
			false),
		l.stage = 'customer' AND EXISTS (SELECT
			FROM piste.figure_customer AS o WHERE o.lead_id = l.id),
		CASE WHEN h.at IS NOT NULL OR t.at IS NOT NULL THEN
			greatest(0, least(2147483647, floor(extract(epoch FROM
				least(h.at, t.at) - l.created_at) / 60)))::integer END,
		w.won_on - (l.created_at AT TIME ZONE $3)::date,
		w.currency, w.amount, w.margin
	FROM piste.lead AS l
		JOIN piste.offer AS f ON f.key = l.offer_key
		LEFT JOIN LATERAL (SELECT o.campaign_key, o.source, o.medium,
				o.page_key, o.variant_key, o.form_country, o.geo_country,
				o.geo_region, o.via, o.channel, o.keyword
			FROM piste.submission AS o WHERE o.lead_id = l.id
			ORDER BY o.seq LIMIT 1) AS s ON true
		LEFT JOIN piste.campaign AS c ON c.key = s.campaign_key
		LEFT JOIN piste.channel AS n ON n.key = s.channel
		LEFT JOIN piste.channel_group AS r
			ON r.key = coalesce(s.channel, c.channel)
		CROSS JOIN LATERAL (SELECT bool_or(o.to_stage
				IN ('opportunity', 'customer')) AS is_opportunity,
				min(o.at) FILTER (WHERE o.to_stage
					IN ('sql', 'opportunity', 'customer')) AS at
			FROM piste.lead_history AS o WHERE o.lead_id = l.id) AS h
		CROSS JOIN LATERAL (SELECT min(o.at) AS at
			FROM piste.follow_up AS o
			WHERE o.lead_id = l.id AND o.is_contact) AS t
		LEFT JOIN piste.win AS w ON w.lead_id = l.id
	WHERE l.created_at >= $1 AND l.created_at < $2
		AND l.merged_into IS NULL AND l.spam_at IS NULL
$$;
COMMENT ON FUNCTION piste.figure_leads(timestamptz, timestamptz, text) IS
	'The leads made in that time, but for spam and those that gave way, each in one cell of every split: by its first submission, its seller (the last one), what it is for; empty: not known. Which stages it has ever reached; a customer is one now, and counted once, by the first order. A first contact is one that a seller told of, or the lead''s becoming an SQL.';

-- One definition of a lead, and of a day, for funnel and figures.
CREATE FUNCTION piste.site_zone() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT s.zone FROM piste.figure_state AS s), 'UTC')
$$;
COMMENT ON FUNCTION piste.site_zone() IS
	'The setting time_zone as the worker last had it; UTC before it ever ran.';
CREATE OR REPLACE FUNCTION piste.funnel_leads(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, OUT lead_id bigint,
	OUT cell text, OUT created_at timestamptz, OUT is_mql boolean,
	OUT is_sql boolean, OUT is_opportunity boolean, OUT is_customer boolean)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.lead_id, coalesce(CASE $1
			WHEN 'campaign' THEN l.campaign
			WHEN 'channel' THEN l.channel
			WHEN 'channel-group' THEN l.channel_group
			WHEN 'strategy' THEN l.strategy
			WHEN 'keyword' THEN l.keyword
			WHEN 'source' THEN l.source
			WHEN 'medium' THEN l.medium
			WHEN 'page' THEN l.page
			WHEN 'variant' THEN l.variant
			WHEN 'offer' THEN l.offer
			WHEN 'country' THEN l.country
			WHEN 'region' THEN l.region
			WHEN 'seller' THEN l.seller
			WHEN 'day' THEN to_char(l.created_at AT TIME ZONE z.zone,
				'YYYY-MM-DD')
			WHEN 'week' THEN to_char(l.created_at AT TIME ZONE z.zone,
				'IYYY-"W"IW')
			WHEN 'month' THEN to_char(l.created_at AT TIME ZONE z.zone,
				'YYYY-MM')
			END, ''), l.created_at, l.is_mql, l.is_sql, l.is_opportunity,
		l.is_customer
	FROM (SELECT piste.site_zone() AS zone OFFSET 0) AS z
		CROSS JOIN LATERAL piste.figure_leads($2, $3, z.zone) AS l
	WHERE l.is_synthetic = $4
$$;

-- Whom pages were shown to, likewise: for the funnel and the figures of days.
CREATE FUNCTION piste.figure_seen(since timestamptz, until timestamptz,
	OUT hour timestamptz, OUT is_synthetic boolean, OUT campaign text,
	OUT channel text, OUT channel_group text, OUT strategy text,
	OUT offer text, OUT page text, OUT variant text, OUT keyword text,
	OUT country text, OUT region text, OUT source text, OUT medium text,
	OUT views bigint, OUT robots bigint, OUT visitors bigint,
	OUT engaged bigint)
RETURNS SETOF record
LANGUAGE sql STABLE
AS $$
	-- Without settings of its own, so that it becomes a part of its query.
	SELECT a.hour, coalesce(f.is_synthetic, false), a.campaign_key,
		coalesce(nullif(a.channel, ''), c.channel, ''),
		coalesce(r.part_of, nullif(a.channel, ''), c.channel, ''),
		coalesce(c.strategy, n.strategy, ''), coalesce(f.key, ''),
		a.page_key, concat_ws('/', a.page_key, nullif(a.variant, '')),
		a.keyword, a.country, concat_ws('-', nullif(a.country, ''),
			nullif(a.region, '')), a.source, a.medium,
		CASE WHEN a.class = 'human' THEN a.views ELSE 0 END,
		CASE WHEN a.class = 'human' THEN 0 ELSE a.views END,
		a.visitors, a.engaged
	FROM piste.audience AS a
		LEFT JOIN piste.page AS p ON p.key = a.page_key
		LEFT JOIN piste.campaign AS o ON o.key = p.campaign_key
		LEFT JOIN piste.campaign AS c ON c.key = a.campaign_key
		LEFT JOIN piste.channel AS n ON n.key = a.channel
		LEFT JOIN piste.channel_group AS r
			ON r.key = coalesce(nullif(a.channel, ''), c.channel)
		LEFT JOIN piste.offer AS f
			ON f.key = coalesce(c.offer_key, o.offer_key)
	WHERE a.hour >= $1 AND a.hour < $2
$$;
COMMENT ON FUNCTION piste.figure_seen(timestamptz, timestamptz) IS
	'The audience of that time, each row in one cell of every split: by what people came by, what that is a part of, and what they saw; empty: not known.';
CREATE FUNCTION piste.funnel_seen(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, OUT cell text, OUT views bigint,
	OUT visitors bigint)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	SELECT coalesce(CASE $1
			WHEN 'campaign' THEN s.campaign
			WHEN 'channel' THEN s.channel
			WHEN 'channel-group' THEN s.channel_group
			WHEN 'strategy' THEN s.strategy
			WHEN 'keyword' THEN s.keyword
			WHEN 'source' THEN s.source
			WHEN 'medium' THEN s.medium
			WHEN 'page' THEN s.page
			WHEN 'variant' THEN s.variant
			WHEN 'offer' THEN s.offer
			WHEN 'country' THEN s.country
			WHEN 'region' THEN s.region
			WHEN 'day' THEN to_char(s.hour AT TIME ZONE z.zone, 'YYYY-MM-DD')
			WHEN 'week' THEN to_char(s.hour AT TIME ZONE z.zone,
				'IYYY-"W"IW')
			WHEN 'month' THEN to_char(s.hour AT TIME ZONE z.zone, 'YYYY-MM')
			END, ''), sum(s.views)::bigint, sum(s.visitors)::bigint
	FROM (SELECT piste.site_zone() AS zone OFFSET 0) AS z
		CROSS JOIN piste.figure_seen($2, $3) AS s
	WHERE s.is_synthetic = $4
	GROUP BY 1 HAVING sum(s.views) > 0
$$;
COMMENT ON FUNCTION piste.funnel_seen(text, timestamptz, timestamptz, boolean) IS
	'How often pages were shown to humans in that time, and to how many people, by a split. Of a seller it is not known: one cell, empty; *: those of too many sources, media and campaigns.';
DROP FUNCTION piste.funnel_visits(text, timestamptz, timestamptz, boolean);

DROP FUNCTION piste.funnel(text, timestamptz, timestamptz, boolean, integer);
CREATE FUNCTION piste.funnel(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, cells_max integer,
	OUT cell text, OUT visitors bigint, OUT visits bigint, OUT leads bigint,
	OUT mqls bigint, OUT sqls bigint, OUT opportunities bigint, OUT customers bigint,
	OUT young bigint, OUT mature_customers bigint, OUT days integer,
	OUT won jsonb)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH base AS MATERIALIZED (
		SELECT piste.funnel_maturity($4) AS days,
			(now() AT TIME ZONE piste.site_zone())::date AS today,
			piste.site_zone() AS zone
	), came AS MATERIALIZED (
		SELECT f.lead_id, f.cell, f.made_on > b.today - b.days AS is_young,
			f.is_mql, f.is_sql, f.is_opportunity, f.is_customer,
			w.amount, w.currency,
			w.won_on - f.made_on AS days
		FROM base AS b CROSS JOIN LATERAL (SELECT l.lead_id, l.cell,
				l.is_mql, l.is_sql, l.is_opportunity, l.is_customer,
				(l.created_at AT TIME ZONE b.zone)::date AS made_on
			FROM piste.funnel_leads($1, $2, $3, $4) AS l) AS f
			LEFT JOIN piste.win AS w ON w.lead_id = f.lead_id
	), seen AS MATERIALIZED (
		SELECT s.cell, s.views, s.visitors
		FROM piste.funnel_seen($1, $2, $3, $4) AS s
	), place AS (
		SELECT k.cell, CASE WHEN $1 <> ALL ('{day,week,month}')
			AND row_number() OVER (ORDER BY sum(k.leads) DESC,
				sum(k.visitors) DESC, k.cell) > $5
			THEN '*' ELSE k.cell END AS told
		FROM (SELECT c.cell, count(*) AS leads, 0 AS visitors
			FROM came AS c GROUP BY c.cell
			UNION ALL SELECT s.cell, 0, s.visitors FROM seen AS s
			WHERE $1 <> 'seller') AS k
		GROUP BY k.cell
	), counted AS (
		SELECT p.told, count(*) AS leads,
			count(*) FILTER (WHERE c.is_mql) AS mqls,
			count(*) FILTER (WHERE c.is_sql) AS sqls,
			count(*) FILTER (WHERE c.is_opportunity) AS opportunities,
			count(*) FILTER (WHERE c.is_customer) AS customers,
			count(*) FILTER (WHERE c.is_young) AS young,
			count(*) FILTER (WHERE c.is_customer AND NOT c.is_young)
				AS mature_customers,
			round(percentile_cont(.5) WITHIN GROUP (ORDER BY c.days))::integer
				AS days
		FROM came AS c JOIN place AS p USING (cell)
		GROUP BY GROUPING SETS ((p.told), ())
	), shown AS (
		SELECT p.told, sum(s.views)::bigint AS views,
			sum(s.visitors)::bigint AS visitors
		FROM seen AS s LEFT JOIN place AS p USING (cell)
		GROUP BY GROUPING SETS ((p.told), ())
		HAVING GROUPING(p.told) = 1 OR p.told IS NOT NULL
	), earned AS (
		SELECT m.told, jsonb_object_agg(m.currency, m.amount::text) AS won
		FROM (SELECT p.told, c.currency, sum(c.amount) AS amount
			FROM came AS c JOIN place AS p USING (cell)
			WHERE c.currency IS NOT NULL
			GROUP BY GROUPING SETS ((p.told, c.currency), (c.currency))) AS m
		GROUP BY m.told
	)
	SELECT x.told, CASE WHEN x.told IS NULL OR $1 <> 'seller'
			THEN coalesce(v.visitors, 0) END,
		CASE WHEN x.told IS NULL OR $1 <> 'seller'
			THEN coalesce(v.views, 0) END,
		coalesce(c.leads, 0), coalesce(c.mqls, 0),
		coalesce(c.sqls, 0), coalesce(c.opportunities, 0),
		coalesce(c.customers, 0), coalesce(c.young, 0),
		coalesce(c.mature_customers, 0), c.days, e.won
	FROM (SELECT p.told FROM place AS p GROUP BY p.told
			UNION ALL SELECT NULL) AS x
		LEFT JOIN counted AS c ON c.told IS NOT DISTINCT FROM x.told
		LEFT JOIN shown AS v ON v.told IS NOT DISTINCT FROM x.told
		LEFT JOIN earned AS e ON e.told IS NOT DISTINCT FROM x.told
	ORDER BY x.told IS NULL, x.told = '*',
		CASE WHEN $1 IN ('day', 'week', 'month') THEN x.told END,
		c.leads DESC NULLS LAST, x.told
$$;
COMMENT ON FUNCTION piste.funnel(text, timestamptz, timestamptz, boolean, integer) IS
	'How many of those who came in that time got how far, by a split: a row for each of the cells_max cells with most leads (of days, weeks and months: each), then all others (*), then the sum (NULL). young: leads that are not mature yet; mature_customers: customers among the others; days: median from lead to order; won: orders by currency. See funnel_leads and funnel_seen.';

-- Counting.
CREATE FUNCTION piste.figure_spans(days date[], zone text, OUT day date,
	OUT since timestamptz, OUT until timestamptz)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT d.day, d.day::timestamp AT TIME ZONE $2,
		(d.day + 1)::timestamp AT TIME ZONE $2
	FROM (SELECT DISTINCT u.day FROM unnest($1) AS u (day)) AS d
$$;
COMMENT ON FUNCTION piste.figure_spans(date[], text) IS
	'When these days begin and end in that zone: one with a change of the clock has 23 or 25 hours.';

CREATE FUNCTION piste.figure_count_lead(days date[], zone text)
RETURNS SETOF piste.figure_day
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH came AS MATERIALIZED (
		SELECT d.day, l.is_synthetic, k.split, k.cell, l.is_form,
			l.is_consented, l.is_mql, l.is_sql, l.is_opportunity,
			l.is_customer, l.contact_minutes, l.order_days, l.currency,
			l.amount, l.margin
		FROM piste.figure_spans($1, $2) AS d
			CROSS JOIN LATERAL piste.figure_leads(d.since, d.until, $2) AS l
			CROSS JOIN LATERAL (VALUES ('', ''), ('campaign', l.campaign),
				('channel', l.channel),
				('channel-group', l.channel_group),
				('strategy', l.strategy),
				('offer', l.offer), ('page', l.page),
				('variant', l.variant), ('keyword', l.keyword),
				('country', l.country), ('region', l.region),
				('source', l.source), ('medium', l.medium),
				('seller', l.seller)) AS k (split, cell)
	), place AS (
		SELECT p.day, p.is_synthetic, p.split, p.cell,
			CASE WHEN row_number() OVER (PARTITION BY p.day, p.is_synthetic,
				p.split ORDER BY p.n DESC, p.cell) > 500 THEN '*'
				ELSE p.cell END AS told
		FROM (SELECT c.day, c.is_synthetic, c.split, c.cell, count(*) AS n
			FROM came AS c GROUP BY 1, 2, 3, 4) AS p
	), told AS MATERIALIZED (
		SELECT c.day, c.is_synthetic, c.split, p.told, c.is_form,
			c.is_consented, c.is_mql, c.is_sql, c.is_opportunity,
			c.is_customer, c.contact_minutes, c.order_days, c.currency,
			c.amount, c.margin
		FROM came AS c JOIN place AS p USING (day, is_synthetic, split, cell)
	)
	SELECT t.day, t.is_synthetic, t.split, t.told, 'lead', '', NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, count(*),
		count(*) FILTER (WHERE t.is_form),
		count(*) FILTER (WHERE t.is_consented),
		count(*) FILTER (WHERE t.is_mql), count(*) FILTER (WHERE t.is_sql),
		count(*) FILTER (WHERE t.is_opportunity),
		count(*) FILTER (WHERE t.is_customer),
		array_agg(t.contact_minutes ORDER BY t.contact_minutes)
			FILTER (WHERE t.contact_minutes IS NOT NULL),
		array_agg(t.order_days ORDER BY t.order_days)
			FILTER (WHERE t.order_days IS NOT NULL),
		NULL::bigint, NULL::numeric, NULL::bigint, NULL::numeric,
		NULL::numeric
	FROM told AS t GROUP BY 1, 2, 3, 4
	UNION ALL
	SELECT t.day, t.is_synthetic, t.split, t.told, 'lead', t.currency, NULL,
		NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL, count(*), sum(t.amount), count(t.margin),
		coalesce(sum(t.margin), 0), NULL
	FROM told AS t WHERE t.currency IS NOT NULL GROUP BY 1, 2, 3, 4, 6
$$;
COMMENT ON FUNCTION piste.figure_count_lead(date[], text) IS
	'What the leads made on these days became, as figure_day has it; of a day and split the 500 cells with most leads, all others as one.';

CREATE FUNCTION piste.figure_count_seen(days date[], zone text)
RETURNS SETOF piste.figure_day
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH seen AS MATERIALIZED (
		SELECT d.day, e.is_synthetic, e.campaign, e.channel,
			e.channel_group, e.strategy, e.offer, e.page, e.variant,
			e.keyword, e.country, e.region, e.source, e.medium, e.views,
			e.robots, e.visitors, e.engaged
		FROM piste.figure_spans($1, $2) AS d
			CROSS JOIN LATERAL piste.figure_seen(d.since, d.until) AS e
	)
	SELECT s.day, s.is_synthetic, k.split, k.cell, 'seen', '',
		sum(s.views)::bigint, sum(s.robots)::bigint,
		sum(s.visitors)::bigint, sum(s.engaged)::bigint, NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::integer[],
		NULL::integer[], NULL::bigint, NULL::numeric, NULL::bigint,
		NULL::numeric, NULL::numeric
	FROM seen AS s
		CROSS JOIN LATERAL (VALUES ('', ''), ('campaign', s.campaign),
			('channel', s.channel), ('channel-group', s.channel_group),
			('strategy', s.strategy), ('offer', s.offer),
			('page', s.page), ('variant', s.variant), ('keyword', s.keyword),
			('country', s.country), ('region', s.region),
			('source', s.source), ('medium', s.medium),
			('seller', '')) AS k (split, cell)
	GROUP BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION piste.figure_count_seen(date[], text) IS
	'Views and visitors of these days, as figure_day has them; by seller they are not known.';

CREATE FUNCTION piste.figure_count_document(days date[], zone text)
RETURNS SETOF piste.figure_day
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH fetched AS MATERIALIZED (
		SELECT t.day, coalesce(f.is_synthetic, false) AS is_synthetic,
			t.name AS page_key, coalesce(c.key, '') AS campaign,
			coalesce(c.channel, '') AS channel,
			coalesce(r.part_of, c.channel, '') AS channel_group,
			coalesce(c.strategy, '') AS strategy,
			coalesce(f.key, '') AS offer, t.n
		FROM (SELECT e.day, e.name, e.n FROM piste.event_count AS e
				WHERE e.kind = 'document' AND e.day = ANY ($1)
			UNION ALL SELECT d.day, e.name, 1
			FROM piste.figure_spans($1, $2) AS d
				JOIN piste.event AS e ON e.at >= d.since AND e.at < d.until
					AND e.kind = 'document') AS t
			LEFT JOIN piste.page AS p ON p.key = t.name
			LEFT JOIN piste.campaign AS c ON c.key = p.campaign_key
			LEFT JOIN piste.channel_group AS r ON r.key = c.channel
			LEFT JOIN piste.offer AS f ON f.key = c.offer_key
	)
	SELECT s.day, s.is_synthetic, k.split, k.cell, 'document', '',
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		sum(s.n)::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::integer[], NULL::integer[], NULL::bigint, NULL::numeric,
		NULL::bigint, NULL::numeric, NULL::numeric
	FROM fetched AS s
		CROSS JOIN LATERAL (VALUES ('', ''), ('campaign', s.campaign),
			('channel', s.channel), ('channel-group', s.channel_group),
			('strategy', s.strategy),
			('offer', s.offer), ('page', s.page_key), ('variant', ''),
			('keyword', ''), ('country', ''), ('region', ''), ('source', ''),
			('medium', ''), ('seller', '')) AS k (split, cell)
	GROUP BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION piste.figure_count_document(date[], text) IS
	'Documents fetched on these days, as figure_day has them: by what their page is of. What is counted without a person is known by its day in UTC alone.';

CREATE FUNCTION piste.figure_count_cost(days date[], zone text)
RETURNS SETOF piste.figure_day
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	-- By campaign before by split: many campaigns share an entry.
	WITH paid AS MATERIALIZED (
		SELECT d.day::date AS day, p.campaign_key, p.currency,
			sum(piste.cost_borne(p.amount, p.before, p.from_day, p.to_day,
				d.day::date, d.day::date)) AS amount
		FROM (SELECT min(o.day) AS since, max(o.day) AS until
				FROM unnest($1) AS o (day)) AS w
			JOIN piste.cost_part AS p ON p.from_day <= w.until
				AND p.to_day >= w.since
			CROSS JOIN LATERAL generate_series(
				greatest(p.from_day, w.since)::timestamp,
				least(p.to_day, w.until)::timestamp, interval '1 day')
				AS d (day)
		WHERE d.day::date = ANY ($1) GROUP BY 1, 2, 3
	), placed AS MATERIALIZED (
		SELECT s.day, coalesce(f.is_synthetic, false) AS is_synthetic,
			s.currency, s.campaign_key, coalesce(c.channel, '') AS channel,
			coalesce(r.part_of, c.channel, '') AS channel_group,
			coalesce(c.strategy, '') AS strategy, coalesce(f.key, '')
			AS offer, s.amount
		FROM paid AS s
			LEFT JOIN piste.campaign AS c ON c.key = s.campaign_key
			LEFT JOIN piste.channel_group AS r ON r.key = c.channel
			LEFT JOIN piste.offer AS f ON f.key = c.offer_key
	), cell AS (
		SELECT p.day, p.is_synthetic, 'campaign' AS split,
			p.campaign_key AS cell, p.currency, p.amount
		FROM placed AS p
		UNION ALL
		SELECT g.day, g.is_synthetic, k.split, k.cell, g.currency, g.amount
		FROM (SELECT p.day, p.is_synthetic, p.currency, p.channel,
				p.channel_group, p.strategy, p.offer,
				sum(p.amount) AS amount
			FROM placed AS p GROUP BY 1, 2, 3, 4, 5, 6, 7) AS g
			CROSS JOIN LATERAL (VALUES ('', ''), ('channel', g.channel),
				('channel-group', g.channel_group), ('strategy', g.strategy), ('offer', g.offer),
				('page', ''), ('variant', ''), ('keyword', ''),
				('country', ''), ('region', ''), ('source', ''),
				('medium', ''), ('seller', '')) AS k (split, cell)
	)
	SELECT s.day, s.is_synthetic, s.split, s.cell, 'cost', s.currency,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
		NULL::integer[], NULL::integer[], NULL::bigint, NULL::numeric,
		NULL::bigint, NULL::numeric, sum(s.amount)::numeric(20, 2)
	FROM cell AS s GROUP BY 1, 2, 3, 4, 6
$$;
COMMENT ON FUNCTION piste.figure_count_cost(date[], text) IS
	'What these days cost, as figure_day has it: by campaign and what that is of; by page, source and the like it is not known.';

CREATE FUNCTION piste.figure_count(part text, days date[], zone text)
RETURNS SETOF piste.figure_day
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c FROM piste.figure_count_seen($2, $3) AS c
	WHERE $1 IN ('seen', 'all')
	UNION ALL
	SELECT c FROM piste.figure_count_document($2, $3) AS c
	WHERE $1 IN ('document', 'all')
	UNION ALL
	SELECT c FROM piste.figure_count_lead($2, $3) AS c
	WHERE $1 IN ('lead', 'all')
	UNION ALL
	SELECT c FROM piste.figure_count_cost($2, $3) AS c
	WHERE $1 IN ('cost', 'all')
$$;
COMMENT ON FUNCTION piste.figure_count(text, date[], text) IS
	'Counts a part of these days, or all parts, from what happened: what figure_day holds of them, or will.';

-- Of which days something changes.
CREATE FUNCTION piste.figure_quarter(at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
RETURN date_bin('15 minutes', at, '2000-01-01 00:00+00');
COMMENT ON FUNCTION piste.figure_quarter(timestamptz) IS
	'Zones differ by quarters of an hour: all of one is in the same day.';

CREATE FUNCTION piste.figure_lead_made() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.figure_change (part, at)
	SELECT DISTINCT 'lead', piste.figure_quarter(n.created_at)
	FROM fresh AS n;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_lead_made() IS
	'Notes the days of new leads.';
CREATE TRIGGER figure_lead_made AFTER INSERT ON piste.lead
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_lead_made();

CREATE FUNCTION piste.figure_lead_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
BEGIN
	-- Which of somebody's orders is the first hangs on all of them.
	INSERT INTO piste.figure_change (part, at)
	SELECT DISTINCT 'lead', piste.figure_quarter(c.at)
	FROM (SELECT OLD.created_at AS at UNION ALL SELECT NEW.created_at
		UNION ALL SELECT l.created_at FROM piste.lead AS l
		WHERE l.person_id IN (OLD.person_id, NEW.person_id)) AS c;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_lead_changed() IS
	'Notes the days of a lead that became something else, and of all others of its person.';
CREATE TRIGGER figure_lead_changed AFTER UPDATE ON piste.lead FOR EACH ROW
	WHEN ((OLD.person_id, OLD.offer_key, OLD.stage, OLD.spam_at, OLD.mql_at,
		OLD.sql_at, OLD.customer_at, OLD.owner_id, OLD.created_at,
		OLD.merged_into) IS DISTINCT FROM (NEW.person_id, NEW.offer_key,
		NEW.stage, NEW.spam_at, NEW.mql_at, NEW.sql_at, NEW.customer_at,
		NEW.owner_id, NEW.created_at, NEW.merged_into))
	EXECUTE FUNCTION piste.figure_lead_changed();

-- By their ids: joined, all leads were gone through at each post, by a plan
-- made when there were few.
CREATE FUNCTION piste.figure_of_lead() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
BEGIN
	INSERT INTO piste.figure_change (part, at)
	SELECT DISTINCT 'lead', piste.figure_quarter(l.created_at)
	FROM piste.lead AS l
	WHERE l.id = ANY (ARRAY(SELECT n.lead_id FROM fresh AS n));
	IF TG_OP = 'UPDATE' THEN
		INSERT INTO piste.figure_change (part, at)
		SELECT DISTINCT 'lead', piste.figure_quarter(l.created_at)
		FROM piste.lead AS l
		WHERE l.id = ANY (ARRAY(SELECT n.lead_id FROM gone AS n));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_of_lead() IS
	'Notes the days of leads of whom something else is known now.';
DO $$
DECLARE
	place text;
BEGIN
	FOREACH place IN ARRAY ARRAY['submission', 'lead_history', 'deal',
		'follow_up', 'allocation']
	LOOP
		EXECUTE format('CREATE TRIGGER figure_of_lead AFTER INSERT'
			' ON piste.%I REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT'
			' EXECUTE FUNCTION piste.figure_of_lead()', place);
	END LOOP;
	FOREACH place IN ARRAY ARRAY['submission', 'deal'] LOOP
		EXECUTE format('CREATE TRIGGER figure_of_lead_changed AFTER UPDATE'
			' ON piste.%I REFERENCING OLD TABLE AS gone NEW TABLE AS fresh'
			' FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_of_lead()',
			place);
	END LOOP;
END $$;

CREATE FUNCTION piste.figure_of_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
BEGIN
	INSERT INTO piste.figure_change (part, at)
	SELECT DISTINCT 'lead', piste.figure_quarter(l.created_at)
	FROM piste.lead AS l
	WHERE l.person_id = ANY (ARRAY(SELECT n.person_id FROM fresh AS n));
	IF TG_OP = 'UPDATE' THEN
		INSERT INTO piste.figure_change (part, at)
		SELECT DISTINCT 'lead', piste.figure_quarter(l.created_at)
		FROM piste.lead AS l
		WHERE l.person_id = ANY (ARRAY(SELECT n.person_id FROM gone AS n));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_of_person() IS
	'Notes the days of leads whose person said another word.';
CREATE TRIGGER figure_of_person AFTER INSERT ON piste.consent
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_of_person();
CREATE TRIGGER figure_of_person_changed AFTER UPDATE ON piste.consent
	REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_of_person();

CREATE FUNCTION piste.figure_seen() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.figure_change (part, at)
	SELECT DISTINCT 'seen', n.hour FROM fresh AS n;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_seen() IS
	'Notes the days of views.  What retention removes changes nothing.';
CREATE TRIGGER figure_seen AFTER INSERT ON piste.audience
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_seen();
CREATE TRIGGER figure_seen_again AFTER UPDATE ON piste.audience
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_seen();

CREATE FUNCTION piste.figure_fetched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_TABLE_NAME = 'event_count' THEN
		INSERT INTO piste.figure_change (part, day)
		SELECT DISTINCT 'document', n.day FROM fresh AS n
		WHERE n.kind = 'document';
	ELSE
		INSERT INTO piste.figure_change (part, at)
		SELECT DISTINCT 'document', piste.figure_quarter(n.at)
		FROM fresh AS n WHERE n.kind = 'document';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_fetched() IS
	'Notes the days on which documents were fetched.';
CREATE TRIGGER figure_fetched AFTER INSERT ON piste.event_count
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_fetched();
CREATE TRIGGER figure_fetched_again AFTER UPDATE ON piste.event_count
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_fetched();
CREATE TRIGGER figure_fetched AFTER INSERT ON piste.event
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_fetched();

CREATE FUNCTION piste.figure_paid() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- What is shared by what others spent changes for all of its days.
	INSERT INTO piste.figure_change (part, day)
	SELECT DISTINCT 'cost', d.day::date
	FROM (SELECT n.from_day, n.to_day FROM fresh AS n
		UNION SELECT o.from_day, o.to_day FROM fresh AS n
			JOIN piste.cost AS o ON o.shared_by = 'spend'
				AND o.from_day <= n.to_day AND o.to_day >= n.from_day) AS c
		CROSS JOIN LATERAL generate_series(c.from_day::timestamp,
			c.to_day::timestamp, interval '1 day') AS d (day);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_paid() IS 'Notes the days of costs.';
CREATE TRIGGER figure_paid AFTER INSERT ON piste.cost
	REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION piste.figure_paid();

CREATE FUNCTION piste.figure_all(
	parts text[] DEFAULT '{seen,document,lead,cost}') RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.figure_change (part, day)
	SELECT u.part, '-infinity' FROM unnest($1) AS u (part)
$$;
REVOKE EXECUTE ON FUNCTION piste.figure_all(text[]) FROM PUBLIC;
COMMENT ON FUNCTION piste.figure_all(text[]) IS
	'Lets the next turns count these parts of all days anew of which there is something to count.';

CREATE FUNCTION piste.figure_defined() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.figure_all();
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_defined() IS
	'When something belongs elsewhere from now on, all days change: as it is defined now, it always was.';
CREATE TRIGGER figure_defined_again AFTER UPDATE ON piste.campaign
	FOR EACH ROW WHEN ((OLD.channel, OLD.strategy, OLD.offer_key)
		IS DISTINCT FROM (NEW.channel, NEW.strategy, NEW.offer_key))
	EXECUTE FUNCTION piste.figure_defined();

CREATE FUNCTION piste.figure_campaign() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Who counts now doesn't know of it: what they find is looked at.
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.figure', 0));
	IF EXISTS (SELECT FROM piste.figure_day AS f
		WHERE f.split = 'campaign' AND f.cell IN (NEW.key, '*'))
	THEN
		PERFORM piste.figure_all();
	ELSE
		PERFORM piste.figure_all('{cost}');
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_campaign() IS
	'A new campaign bears a part of what is shared; all days change where something was counted by its key before it was defined.';
-- By row: none is new when a definition is applied again.
CREATE TRIGGER figure_campaign AFTER INSERT ON piste.campaign
	FOR EACH ROW EXECUTE FUNCTION piste.figure_campaign();

CREATE FUNCTION piste.figure_shared() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.figure_all('{cost}');
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.figure_shared() IS
	'Costs are shared by when campaigns run and what they are a part of.';
CREATE TRIGGER figure_shared_again AFTER UPDATE ON piste.campaign
	FOR EACH ROW WHEN ((OLD.starts, OLD.ends, OLD.parent_key,
		OLD.archived_on) IS DISTINCT FROM (NEW.starts, NEW.ends,
		NEW.parent_key, NEW.archived_on))
	EXECUTE FUNCTION piste.figure_shared();
CREATE TRIGGER figure_defined_again AFTER UPDATE ON piste.page
	FOR EACH ROW WHEN (OLD.campaign_key <> NEW.campaign_key)
	EXECUTE FUNCTION piste.figure_defined();
CREATE TRIGGER figure_defined_again AFTER UPDATE ON piste.offer
	FOR EACH ROW WHEN (OLD.is_synthetic <> NEW.is_synthetic)
	EXECUTE FUNCTION piste.figure_defined();

REVOKE EXECUTE ON FUNCTION piste.figure_lead_made(),
	piste.figure_lead_changed(), piste.figure_of_lead(),
	piste.figure_of_person(), piste.figure_seen(), piste.figure_fetched(),
	piste.figure_paid(), piste.figure_defined(), piste.figure_campaign(),
	piste.figure_shared() FROM PUBLIC;

-- Keeping up.
CREATE FUNCTION piste.figure_source(part text, zone text, OUT first date,
	OUT last date, OUT whole date)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	CASE part
	WHEN 'seen' THEN
		SELECT (min(a.hour) AT TIME ZONE zone)::date,
			(max(a.hour) AT TIME ZONE zone)::date,
			(min(a.hour) AT TIME ZONE zone)::date INTO first, last, whole
		FROM piste.audience AS a;
	WHEN 'lead' THEN
		SELECT (min(l.created_at) AT TIME ZONE zone)::date,
			(max(l.created_at) AT TIME ZONE zone)::date INTO first, last
		FROM piste.lead AS l;
	WHEN 'cost' THEN
		SELECT min(c.from_day), max(c.to_day) INTO first, last
		FROM piste.cost AS c;
	WHEN 'document' THEN
		-- By their partitions: no index leads to the oldest event.
		SELECT least(min(p.day), e.first), greatest(max(p.day), e.last),
			min(p.day) INTO first, last, whole
		FROM (SELECT min(o.day) AS first, max(o.day) AS last
				FROM piste.event_count AS o) AS e
			LEFT JOIN (SELECT to_date(substr(c.relname, 7), 'YYYYMMDD')
				AS day FROM pg_inherits AS i
				JOIN pg_class AS c ON c.oid = i.inhrelid
				WHERE i.inhparent = 'piste.event'::regclass) AS p ON true
		GROUP BY e.first, e.last;
	END CASE;
	-- Where retention has cut what is counted, sums of before are kept.
	IF EXISTS (SELECT FROM piste.figure_day AS f WHERE f.split = ''
		AND f.part = figure_source.part AND f.day < whole)
	THEN
		first := whole + 1;
	END IF;
END $$;
COMMENT ON FUNCTION piste.figure_source(text, text) IS
	'From when to when there is something to count of a part. Days of views and events that retention has taken away, or cut, are not counted anew: their sums stay as they were.';

CREATE FUNCTION piste.figure_gather(zone text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whole text[];
	of_leads date[];
BEGIN
	WITH taken AS (
		DELETE FROM piste.figure_change AS c
		RETURNING c.part, coalesce(c.day, (c.at AT TIME ZONE zone)::date)
			AS day
	), noted AS (
		INSERT INTO piste.figure_due (day, part)
		SELECT DISTINCT t.day, t.part FROM taken AS t
		WHERE t.day <> '-infinity'
		ON CONFLICT DO NOTHING
	)
	SELECT array_agg(DISTINCT t.part) FILTER (WHERE t.day = '-infinity'),
		array_agg(DISTINCT t.day) FILTER (WHERE t.part = 'lead')
		INTO whole, of_leads
	FROM taken AS t;
	INSERT INTO piste.figure_due (day, part)
	SELECT d.day::date, p.part
	FROM unnest(whole) AS p (part)
		CROSS JOIN LATERAL piste.figure_source(p.part, zone) AS s
		CROSS JOIN LATERAL generate_series(s.first::timestamp,
			s.last::timestamp, interval '1 day') AS d (day)
	ON CONFLICT DO NOTHING;
	-- What is shared by leads changes with them, for all of its days; these
	-- leads' days are in UTC.
	INSERT INTO piste.figure_due (day, part)
	SELECT DISTINCT d.day::date, 'cost'
	FROM piste.cost AS c
		CROSS JOIN LATERAL generate_series(c.from_day::timestamp,
			c.to_day::timestamp, interval '1 day') AS d (day)
	WHERE c.shared_by = 'leads' AND EXISTS (SELECT
		FROM unnest(of_leads) AS l (day)
		WHERE l.day BETWEEN c.from_day - 1 AND c.to_day + 1)
	ON CONFLICT DO NOTHING;
END $$;
COMMENT ON FUNCTION piste.figure_gather(text) IS
	'Takes what has changed for days that are due.';

CREATE FUNCTION piste.figure_turn(zone text, days_max integer,
	OUT done bigint, OUT due bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on
AS $$
DECLARE
	days date[];
	cost_days date[];
	piece text;
	piece_days date[];
BEGIN
	-- Raises where there is no such zone.
	PERFORM now() AT TIME ZONE zone;
	BEGIN
		PERFORM pg_advisory_xact_lock(hashtextextended('piste.figure', 0));
	EXCEPTION WHEN lock_not_available THEN
		done := 0;
		due := 1 + (SELECT count(DISTINCT o.day)
			FROM piste.figure_due AS o);
		RETURN;
	END;
	INSERT INTO piste.figure_state AS s (zone) VALUES (figure_turn.zone)
	ON CONFLICT (id) DO UPDATE SET zone = excluded.zone
	WHERE s.zone <> excluded.zone;
	IF FOUND THEN
		PERFORM piste.figure_all();
	END IF;
	PERFORM piste.figure_gather(zone);
	PERFORM piste.figure_partition(y.day) FROM (
		SELECT DISTINCT date_trunc('year', o.day)::date AS day
		FROM piste.figure_due AS o) AS y;
	-- What is new is looked at first.  Sharing costs out takes as long for a
	-- day as for many, and each day a row for every campaign.
	SELECT array_agg(d.day) INTO days FROM (
		SELECT DISTINCT o.day FROM piste.figure_due AS o
		WHERE o.part <> 'cost' ORDER BY 1 DESC LIMIT days_max) AS d;
	cost_days := ARRAY(SELECT o.day FROM piste.figure_due AS o
		WHERE o.part = 'cost' ORDER BY 1 DESC LIMIT 92);
	FOR piece, piece_days IN
		WITH taken AS (DELETE FROM piste.figure_due AS o
			WHERE o.day = ANY (CASE o.part WHEN 'cost' THEN cost_days
				ELSE days END)
			RETURNING o.part, o.day)
		SELECT t.part, array_agg(t.day) FROM taken AS t GROUP BY t.part
	LOOP
		DELETE FROM piste.figure_day AS f
		WHERE f.day = ANY (piece_days) AND f.part = piece;
		INSERT INTO piste.figure_day (day, is_synthetic, split, cell, part,
			currency, views, robots, visitors, engaged, documents, leads,
			conversions, consented, mqls, sqls, opportunities, customers,
			contact_minutes, order_days, orders, won, margins, margin, cost)
		SELECT c.day, c.is_synthetic, c.split, c.cell, c.part, c.currency,
			c.views, c.robots, c.visitors, c.engaged, c.documents, c.leads,
			c.conversions, c.consented, c.mqls, c.sqls, c.opportunities,
			c.customers, c.contact_minutes, c.order_days, c.orders, c.won,
			c.margins, c.margin, c.cost
		FROM piste.figure_count(piece, piece_days, zone) AS c;
	END LOOP;
	done := greatest(cardinality(days), cardinality(cost_days), 0);
	SELECT count(DISTINCT o.day) INTO due FROM piste.figure_due AS o;
END $$;
REVOKE EXECUTE ON FUNCTION piste.figure_turn(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION piste.figure_turn(text, integer) IS
	'Counts up to days_max days anew in which something has changed, the last ones first, and costs of up to 92; done: how many, due: how many more there are. Another zone than the last time changes all days. One at a time: who has waited for another as long as lock_timeout says has done none, and there is one due at least.';

CREATE FUNCTION piste.figure_upkeep(before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
	over text;
	gone bigint := 0;
BEGIN
	PERFORM piste.figure_partition(current_date);
	PERFORM piste.figure_partition(current_date + 31);
	FOR over IN SELECT c.relname FROM pg_inherits AS i
			JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'piste.figure_day'::regclass
			AND c.relname < 'figure_day_' || to_char(before, 'YYYY')
	LOOP
		EXECUTE format('DROP TABLE piste.%I', over);
		gone := gone + 1;
	END LOOP;
	RETURN gone;
END $$;
REVOKE EXECUTE ON FUNCTION piste.figure_upkeep(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION piste.figure_upkeep(timestamptz) IS
	'Makes the partitions of this and of next month, and drops years that ended before that moment: how many.';

-- Reading.
CREATE FUNCTION piste.figures(split text, since date, until date,
	of_synthetic boolean, in_currency text, cells_max integer, zone text,
	is_recount boolean, OUT cell text, OUT views bigint, OUT robots bigint,
	OUT visitors bigint, OUT engaged bigint, OUT documents bigint,
	OUT leads bigint, OUT conversions bigint, OUT consented bigint,
	OUT mqls bigint, OUT sqls bigint, OUT opportunities bigint,
	OUT customers bigint, OUT mature_leads bigint, OUT mature_mqls bigint,
	OUT mature_sqls bigint, OUT mature_customers bigint, OUT orders bigint,
	OUT won numeric, OUT margins bigint, OUT margin numeric,
	OUT cost numeric, OUT contacts bigint, OUT contact_minutes bigint,
	OUT order_days bigint, OUT other_orders bigint)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH base AS (
		SELECT (now() AT TIME ZONE $7)::date - piste.funnel_maturity($4)
				AS mature_day,
			$1 IN ('day', 'week', 'month') AS is_time,
			CASE WHEN $1 IN ('day', 'week', 'month') THEN '' ELSE $1 END
				AS split
	), part AS (
		SELECT f.day, f.cell, f.currency, f.views, f.robots, f.visitors,
			f.engaged, f.documents, f.leads, f.conversions, f.consented,
			f.mqls, f.sqls, f.opportunities, f.customers,
			f.contact_minutes, f.order_days, f.orders, f.won, f.margins,
			f.margin, f.cost
		FROM piste.figure_day AS f
		WHERE NOT $8 AND f.day >= $2 AND f.day <= $3
			AND f.split = (SELECT b.split FROM base AS b)
			AND f.is_synthetic = $4
		UNION ALL
		SELECT c.day, c.cell, c.currency, c.views, c.robots, c.visitors,
			c.engaged, c.documents, c.leads, c.conversions, c.consented,
			c.mqls, c.sqls, c.opportunities, c.customers,
			c.contact_minutes, c.order_days, c.orders, c.won, c.margins,
			c.margin, c.cost
		FROM piste.figure_count('all', ARRAY(SELECT d.day::date
			FROM generate_series($2::timestamp, $3::timestamp,
				interval '1 day') AS d (day) WHERE $8), $7) AS c
		WHERE $8 AND c.split = (SELECT b.split FROM base AS b)
			AND c.is_synthetic = $4
	), cut AS MATERIALIZED (
		SELECT CASE $1 WHEN 'day' THEN to_char(p.day, 'YYYY-MM-DD')
				WHEN 'week' THEN to_char(p.day, 'IYYY-"W"IW')
				WHEN 'month' THEN to_char(p.day, 'YYYY-MM')
				ELSE p.cell END AS cell,
			p.day <= b.mature_day AS is_mature,
			p.currency = $5 AS is_ours, p.views, p.robots,
			p.visitors, p.engaged, p.documents, p.leads, p.conversions,
			p.consented, p.mqls, p.sqls, p.opportunities, p.customers,
			p.contact_minutes, p.order_days, p.orders, p.won, p.margins,
			p.margin, p.cost
		FROM part AS p CROSS JOIN base AS b
	), place AS (
		SELECT k.cell, CASE WHEN k.cell = '*' OR NOT b.is_time
			AND row_number() OVER (ORDER BY k.cell = '*', k.leads
				DESC NULLS LAST, k.visitors DESC NULLS LAST,
				k.cost DESC NULLS LAST, k.cell) > $6
			THEN '*' ELSE k.cell END AS told
		FROM (SELECT c.cell, sum(c.leads) AS leads,
				sum(c.visitors) AS visitors,
				sum(c.cost) FILTER (WHERE c.is_ours) AS cost
			FROM cut AS c GROUP BY c.cell) AS k CROSS JOIN base AS b
	), counted AS (
		SELECT p.told, GROUPING(p.told) = 1 AS is_sum,
			sum(c.views) AS views, sum(c.robots) AS robots,
			sum(c.visitors) AS visitors, sum(c.engaged) AS engaged,
			sum(c.documents) AS documents, sum(c.leads) AS leads,
			sum(c.conversions) AS conversions,
			sum(c.consented) AS consented, sum(c.mqls) AS mqls,
			sum(c.sqls) AS sqls, sum(c.opportunities) AS opportunities,
			sum(c.customers) AS customers,
			sum(c.leads) FILTER (WHERE c.is_mature) AS mature_leads,
			sum(c.mqls) FILTER (WHERE c.is_mature) AS mature_mqls,
			sum(c.sqls) FILTER (WHERE c.is_mature) AS mature_sqls,
			sum(c.customers) FILTER (WHERE c.is_mature)
				AS mature_customers,
			sum(c.orders) FILTER (WHERE c.is_ours) AS orders,
			sum(c.won) FILTER (WHERE c.is_ours) AS won,
			sum(c.margins) FILTER (WHERE c.is_ours) AS margins,
			sum(c.margin) FILTER (WHERE c.is_ours) AS margin,
			sum(c.cost) FILTER (WHERE c.is_ours) AS cost,
			sum(c.orders) FILTER (WHERE NOT c.is_ours) AS other_orders
		FROM cut AS c JOIN place AS p USING (cell)
		GROUP BY GROUPING SETS ((p.told), ())
	), waited AS (
		SELECT p.told, GROUPING(p.told) = 1 AS is_sum, count(*) AS n,
			percentile_disc(.5) WITHIN GROUP (ORDER BY u.minutes) AS minutes
		FROM cut AS c JOIN place AS p USING (cell)
			CROSS JOIN LATERAL unnest(c.contact_minutes) AS u (minutes)
		GROUP BY GROUPING SETS ((p.told), ())
	), ordered AS (
		SELECT p.told, GROUPING(p.told) = 1 AS is_sum,
			percentile_disc(.5) WITHIN GROUP (ORDER BY u.days) AS days
		FROM cut AS c JOIN place AS p USING (cell)
			CROSS JOIN LATERAL unnest(c.order_days) AS u (days)
		GROUP BY GROUPING SETS ((p.told), ())
	)
	SELECT k.told, coalesce(k.views, 0)::bigint,
		coalesce(k.robots, 0)::bigint, coalesce(k.visitors, 0)::bigint,
		coalesce(k.engaged, 0)::bigint, coalesce(k.documents, 0)::bigint,
		coalesce(k.leads, 0)::bigint, coalesce(k.conversions, 0)::bigint,
		coalesce(k.consented, 0)::bigint, coalesce(k.mqls, 0)::bigint,
		coalesce(k.sqls, 0)::bigint, coalesce(k.opportunities, 0)::bigint,
		coalesce(k.customers, 0)::bigint,
		coalesce(k.mature_leads, 0)::bigint,
		coalesce(k.mature_mqls, 0)::bigint,
		coalesce(k.mature_sqls, 0)::bigint,
		coalesce(k.mature_customers, 0)::bigint,
		coalesce(k.orders, 0)::bigint, coalesce(k.won, 0),
		coalesce(k.margins, 0)::bigint, coalesce(k.margin, 0),
		coalesce(k.cost, 0), coalesce(w.n, 0), w.minutes::bigint,
		o.days::bigint, coalesce(k.other_orders, 0)::bigint
	FROM counted AS k CROSS JOIN base AS b
		LEFT JOIN waited AS w ON w.is_sum = k.is_sum
			AND w.told IS NOT DISTINCT FROM k.told
		LEFT JOIN ordered AS o ON o.is_sum = k.is_sum
			AND o.told IS NOT DISTINCT FROM k.told
	WHERE $1 <> '' OR k.is_sum
	ORDER BY k.is_sum, k.told = '*', CASE WHEN b.is_time THEN k.told END,
		k.leads DESC NULLS LAST, k.visitors DESC NULLS LAST, k.told
$$;
REVOKE EXECUTE ON FUNCTION piste.figures(text, date, date, boolean, text,
	integer, text, boolean) FROM PUBLIC;
COMMENT ON FUNCTION piste.figures(text, date, date, boolean, text, integer, text, boolean) IS
	'What is counted of the days from since to until, of invented offers or of real ones, by a split: a row for each of the cells_max cells with most leads (of days, weeks and months: each), then all others (*), then the sum (NULL). Money is what is in that currency; mature: of days as many ago as piste.funnel_maturity() says; minutes and days are medians. From figure_day, or, to compare, counted anew.';

CREATE FUNCTION piste.figure_counterpart(split text, cell text, since date,
	later date) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE $1
		WHEN 'day' THEN to_char($2::date + ($4 - $3), 'YYYY-MM-DD')
		WHEN 'week' THEN to_char(to_date($2, 'IYYY-"W"IW')
			+ 7 * round(($4 - $3) / 7.0)::integer, 'IYYY-"W"IW')
		WHEN 'month' THEN to_char(to_date($2, 'YYYY-MM') + make_interval(
			months => (12 * (extract(year FROM $4) - extract(year FROM $3))
			+ extract(month FROM $4) - extract(month FROM $3))::integer),
			'YYYY-MM')
		ELSE $2 END
$$;
COMMENT ON FUNCTION piste.figure_counterpart(text, text, date, date) IS
	'The cell of a period beginning later that stands where this one stands in the period from since on: the day that is as far from its beginning, the week, the month; of other splits itself.';

CREATE FUNCTION piste.figure_aside(since date, until date,
	of_synthetic boolean, zone text) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT count(*)
	FROM piste.submission AS s
		JOIN piste.offer AS o ON o.key = s.offer_key AND o.is_synthetic = $3
	WHERE s.outcome = 'quarantined'
		AND s.received_at >= $1::timestamp AT TIME ZONE $4
		AND s.received_at < ($2 + 1)::timestamp AT TIME ZONE $4
$$;
COMMENT ON FUNCTION piste.figure_aside(date, date, boolean, text) IS
	'How many forms of these days, both included, are in quarantine: they are in no figure until they are released.';

CREATE FUNCTION piste.figure_wish(split text, since date, until date,
	of_synthetic boolean, in_currency text, zone text, OUT mature_days bigint,
	OUT waiting bigint, OUT others text, OUT before_since date,
	OUT before_until date, OUT aside bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	length interval := age(until + 1, since);
	months integer := extract(year FROM length) * 12
		+ extract(month FROM length);
BEGIN
	-- Raises where there is no such zone.
	PERFORM now() AT TIME ZONE zone;
	IF until < since THEN
		RAISE EXCEPTION '% is before %', until, since
			USING ERRCODE = 'invalid_parameter_value';
	ELSIF until - since >= (CASE split WHEN 'day' THEN 400 ELSE 3660 END) THEN
		RAISE EXCEPTION 'from % to % are too many days', since, until
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	mature_days := piste.funnel_maturity(of_synthetic);
	waiting := (SELECT count(*) FROM piste.figure_change)
		+ (SELECT count(*) FROM piste.figure_due);
	SELECT string_agg(DISTINCT f.currency, ' ' ORDER BY f.currency)
		INTO others
	FROM piste.figure_day AS f
	WHERE f.split = '' AND f.day BETWEEN since AND until
		AND f.is_synthetic = of_synthetic
		AND f.currency NOT IN ('', in_currency);
	aside := piste.figure_aside(since, until, of_synthetic, zone);
	before_until := since - 1;
	-- Whole months are compared with as many months.
	before_since := CASE WHEN extract(day FROM since) = 1
			AND extract(day FROM until + 1) = 1
		THEN since - make_interval(months => months)
		ELSE since - (until - since + 1) END;
END $$;
REVOKE EXECUTE ON FUNCTION piste.figure_wish(text, date, date, boolean, text,
	text) FROM PUBLIC;
COMMENT ON FUNCTION piste.figure_wish(text, date, date, boolean, text, text) IS
	'Refuses days that piste.figures() can''t tell; else after how many days a lead is mature, how many changes are not counted yet, which other currencies there are in these days, and the period before: as many days, or of whole months as many months; and how many forms are in quarantine.';

-- For analysts.
CREATE VIEW piste.kpi_count AS
	SELECT f.day, f.is_synthetic, f.split, f.cell,
		coalesce(sum(f.views), 0)::bigint AS views,
		coalesce(sum(f.robots), 0)::bigint AS robots,
		coalesce(sum(f.visitors), 0)::bigint AS visitors,
		coalesce(sum(f.engaged), 0)::bigint AS engaged,
		coalesce(sum(f.documents), 0)::bigint AS documents,
		coalesce(sum(f.leads), 0)::bigint AS leads,
		coalesce(sum(f.conversions), 0)::bigint AS conversions,
		coalesce(sum(f.consented), 0)::bigint AS consented,
		coalesce(sum(f.mqls), 0)::bigint AS mqls,
		coalesce(sum(f.sqls), 0)::bigint AS sqls,
		coalesce(sum(f.opportunities), 0)::bigint AS opportunities,
		coalesce(sum(f.customers), 0)::bigint AS customers
	FROM piste.figure_day AS f
	GROUP BY f.day, f.is_synthetic, f.split, f.cell;
COMMENT ON VIEW piste.kpi_count IS
	'What is counted, by day and cell: of each split the cells sum to the whole, which is the split with an empty name. Columns as in figure_day.';
CREATE VIEW piste.kpi_money AS
	SELECT f.day, f.is_synthetic, f.split, f.cell, f.currency,
		coalesce(sum(f.cost), 0) AS cost,
		coalesce(sum(f.orders), 0)::bigint AS orders,
		coalesce(sum(f.won), 0) AS won,
		coalesce(sum(f.margins), 0)::bigint AS margins,
		coalesce(sum(f.margin), 0) AS margin
	FROM piste.figure_day AS f WHERE f.currency <> ''
	GROUP BY f.day, f.is_synthetic, f.split, f.cell, f.currency;
COMMENT ON VIEW piste.kpi_money IS
	'What was paid on a day, and what leads made on it brought, by cell and currency. Columns as in figure_day.';

CREATE FUNCTION piste.analyst_role() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The cluster's, as piste.worker_role() has it.
	BEGIN
		IF to_regrole('piste_analyst') IS NULL THEN
			CREATE ROLE piste_analyst NOLOGIN;
		END IF;
	EXCEPTION
		WHEN duplicate_object OR unique_violation THEN
			NULL;
		WHEN insufficient_privilege THEN
			RAISE NOTICE '% may not make the role piste_analyst',
				current_user;
	END;
	IF to_regrole('piste_analyst') IS NULL THEN
		RETURN 'absent';
	END IF;
	GRANT USAGE ON SCHEMA piste TO piste_analyst;
	GRANT SELECT ON piste.kpi_count, piste.kpi_money, piste.audience,
		piste.cost_day, piste.channel, piste.channel_group
		TO piste_analyst;
	GRANT SELECT (key, name, channel, strategy, offer_key, starts, ends)
		ON piste.campaign TO piste_analyst;
	GRANT SELECT (key, name, is_synthetic) ON piste.offer TO piste_analyst;
	GRANT SELECT (key, campaign_key, is_archived) ON piste.page
		TO piste_analyst;
	RETURN 'ready';
END $$;
REVOKE EXECUTE ON FUNCTION piste.analyst_role() FROM PUBLIC;
COMMENT ON FUNCTION piste.analyst_role() IS
	'Makes the role piste_analyst if it is missing and this user may, and lets it read figures and what they are split by, and nothing about anybody: ready or absent. Safe to repeat.';
SELECT piste.analyst_role();

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'EXECUTE ON FUNCTION piste.figure_turn(text, integer)',
	'EXECUTE ON FUNCTION piste.figure_wish(text, date, date, boolean, text, text)',
	'EXECUTE ON FUNCTION piste.figure_counterpart(text, text, date, date)',
	'EXECUTE ON FUNCTION piste.figures(text, date, date, boolean, text, integer, text, boolean)',
	'EXECUTE ON FUNCTION piste.figure_upkeep(timestamptz)'
	]) AS r (what);

SELECT piste.figure_upkeep('2000-01-01');
-- What there is already.
SELECT piste.figure_all();
