-- How many people saw what, by whence they came: sums by the hour, with
-- nobody in them.

CREATE TABLE piste.audience (
	hour timestamptz NOT NULL,
	page_key text NOT NULL CHECK (octet_length(page_key) <= 64),
	variant text NOT NULL CHECK (octet_length(variant) <= 64),
	class text NOT NULL CHECK (class IN ('human', 'robot')),
	campaign_key text NOT NULL CHECK (octet_length(campaign_key) <= 200),
	channel text NOT NULL CHECK (octet_length(channel) <= 64),
	source text NOT NULL CHECK (octet_length(source) <= 200),
	medium text NOT NULL CHECK (octet_length(medium) <= 200),
	keyword text NOT NULL CHECK (octet_length(keyword) <= 200),
	country text NOT NULL CHECK (octet_length(country) <= 2),
	region text NOT NULL CHECK (octet_length(region) <= 200),
	views bigint NOT NULL CHECK (views >= 0),
	visitors bigint NOT NULL CHECK (visitors >= 0),
	engaged bigint NOT NULL CHECK (engaged >= 0),
	PRIMARY KEY (hour, page_key, variant, class, campaign_key, channel,
		source, medium, keyword, country, region)
) WITH (fillfactor = 80);
COMMENT ON TABLE piste.audience IS
	'Views and visitors of pages by the hour and by whence they came. A visitor is a browser (address and its name for itself) seen on a page on a day in the site''s time zone: the same browser counts once a day and page, in the hour and cell of its first view. Empty texts: not known. Nothing leads from here to anybody.';
COMMENT ON COLUMN piste.audience.hour IS
	'Its beginning, counted from the start of the site''s day';
COMMENT ON COLUMN piste.audience.page_key IS 'The page';
COMMENT ON COLUMN piste.audience.variant IS 'What was shown';
COMMENT ON COLUMN piste.audience.class IS
	'human: all that figures count as such; robot: said so of itself';
COMMENT ON COLUMN piste.audience.campaign_key IS
	'As the touch named it, else the page''s, as in submission: may name one nobody defined; a robot''s is the page''s; *: one of too many';
COMMENT ON COLUMN piste.audience.channel IS 'Of the touch';
COMMENT ON COLUMN piste.audience.source IS
	'utm_source, else the host that linked here; *: one of too many';
COMMENT ON COLUMN piste.audience.medium IS 'utm_medium; *: one of too many';
COMMENT ON COLUMN piste.audience.keyword IS 'utm_term; *: one of too many';
COMMENT ON COLUMN piste.audience.country IS 'ISO 3166-1, by the address; empty also for later views of who was seen on the page that day: it is looked up once';
COMMENT ON COLUMN piste.audience.region IS 'As the geo file names it; as country';
COMMENT ON COLUMN piste.audience.views IS 'Pages shown';
COMMENT ON COLUMN piste.audience.visitors IS
	'Who was not seen on the page that day before; humans alone';
COMMENT ON COLUMN piste.audience.engaged IS
	'Visitors who did more than look: sent the form or a step of it, rightly or not. In the cell of the page it was sent from: of a page and day never more than visitors, of one cell it may be. Bounce is 1 - engaged / visitors';

-- What visitors say of themselves has no bound of its own.
CREATE TABLE piste.audience_term (
	day date NOT NULL,
	campaign_key text NOT NULL,
	source text NOT NULL,
	medium text NOT NULL,
	keyword text NOT NULL,
	PRIMARY KEY (day, campaign_key, source, medium, keyword)
);
COMMENT ON TABLE piste.audience_term IS
	'Which campaigns, sources, media and keywords of a day are told apart in piste.audience: the first so many, forgotten two days later';
COMMENT ON COLUMN piste.audience_term.day IS 'In UTC';
COMMENT ON COLUMN piste.audience_term.campaign_key IS 'As in audience';
COMMENT ON COLUMN piste.audience_term.source IS 'As in audience';
COMMENT ON COLUMN piste.audience_term.medium IS 'As in audience';
COMMENT ON COLUMN piste.audience_term.keyword IS
	'As in audience; *: the row is for campaign, source and medium by themselves';

CREATE FUNCTION piste.audience_terms_max(has_keyword boolean) RETURNS integer
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN $1 THEN 5000 ELSE 1000 END
$$;
COMMENT ON FUNCTION piste.audience_terms_max(boolean) IS
	'How many of them a day are told apart: of campaign, source and medium, or with a keyword too';

CREATE FUNCTION piste.audience_admit(of_day date, campaigns text[],
	sources text[], mediums text[], keywords text[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	has_keyword boolean;
	n bigint;
BEGIN
	-- Whoever counts what there is must be alone.
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.audience_term', 0));
	DELETE FROM piste.audience_term AS t WHERE t.day < of_day - 2;
	FOREACH has_keyword IN ARRAY ARRAY[false, true] LOOP
		SELECT count(*) INTO n FROM piste.audience_term AS t
		WHERE t.day = of_day AND (t.keyword <> '*') = has_keyword;
		INSERT INTO piste.audience_term (day, campaign_key, source, medium,
			keyword)
		SELECT of_day, g.campaign_key, g.source, g.medium, g.keyword
		FROM unnest(campaigns, sources, mediums, keywords)
			AS g (campaign_key, source, medium, keyword)
		WHERE (g.keyword <> '*') = has_keyword AND NOT EXISTS (
			SELECT FROM piste.audience_term AS t WHERE t.day = of_day
				AND t.campaign_key = g.campaign_key
				AND t.source = g.source AND t.medium = g.medium
				AND t.keyword = g.keyword)
			AND (NOT has_keyword OR EXISTS (
				SELECT FROM piste.audience_term AS t WHERE t.day = of_day
					AND t.campaign_key = g.campaign_key
					AND t.source = g.source AND t.medium = g.medium
					AND t.keyword = '*'))
		ORDER BY 2, 3, 4, 5
		LIMIT greatest(piste.audience_terms_max(has_keyword) - n, 0);
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.audience_admit(date, text[], text[], text[], text[]) IS
	'Tells these apart on that day, as long as there is room; keywords only of what is told apart itself.';

CREATE FUNCTION piste.audience_add(writer uuid, turn bigint, hours_ms bigint[],
	robots boolean[], pages text[], variants text[], campaigns text[],
	channels text[], sources text[], mediums text[], keywords text[],
	countries text[], regions text[], views bigint[], visitors bigint[],
	engaged bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	fresh record;
BEGIN
	INSERT INTO piste.traffic_writer AS w (id, turn)
	VALUES (audience_add.writer, audience_add.turn)
	ON CONFLICT (id) DO UPDATE SET turn = excluded.turn,
		written_at = excluded.written_at
	WHERE w.turn < excluded.turn;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	FOR fresh IN
		WITH said AS (
			SELECT DISTINCT (to_timestamp(g.hour_ms / 1000.0)
				AT TIME ZONE 'UTC')::date AS day, g.campaign_key, g.source,
				g.medium, k.keyword
			FROM unnest(hours_ms, campaigns, sources, mediums, keywords)
				AS g (hour_ms, campaign_key, source, medium, keyword)
				CROSS JOIN LATERAL (VALUES ('*'), (g.keyword))
					AS k (keyword)
			WHERE g.source <> '*' AND k.keyword <> ''
				AND NOT (g.source = '' AND g.medium = ''
				AND g.keyword IN ('', '*') AND EXISTS (SELECT
					FROM piste.campaign AS c WHERE c.key = g.campaign_key))
		)
		SELECT s.day, array_agg(s.campaign_key) AS campaigns,
			array_agg(s.source) AS sources, array_agg(s.medium) AS mediums,
			array_agg(s.keyword) AS keywords
		FROM said AS s WHERE NOT EXISTS (SELECT FROM piste.audience_term AS t
			WHERE t.day = s.day AND t.campaign_key = s.campaign_key
				AND t.source = s.source AND t.medium = s.medium
				AND t.keyword = s.keyword)
		GROUP BY s.day
	LOOP
		PERFORM piste.audience_admit(fresh.day, fresh.campaigns,
			fresh.sources, fresh.mediums, fresh.keywords);
	END LOOP;
	INSERT INTO piste.audience AS a (hour, page_key, variant, class,
		campaign_key, channel, source, medium, keyword, country, region,
		views, visitors, engaged)
	SELECT to_timestamp(g.hour_ms / 1000.0), g.page_key, g.variant,
		CASE WHEN g.is_robot THEN 'robot' ELSE 'human' END,
		CASE WHEN c.is_known OR t.is_apart THEN g.campaign_key ELSE '*' END,
		g.channel,
		CASE WHEN t.is_apart THEN g.source ELSE '*' END,
		CASE WHEN t.is_apart THEN g.medium ELSE '*' END,
		CASE WHEN t.is_apart AND (g.keyword IN ('', '*') OR k.is_apart)
			THEN g.keyword ELSE '*' END,
		g.country, g.region, sum(g.views), sum(g.visitors), sum(g.engaged)
	FROM unnest(hours_ms, robots, pages, variants, campaigns, channels,
			sources, mediums, keywords, countries, regions,
			audience_add.views, audience_add.visitors, audience_add.engaged)
			AS g (hour_ms, is_robot, page_key, variant, campaign_key, channel,
				source, medium, keyword, country, region, views, visitors,
				engaged)
		CROSS JOIN LATERAL (SELECT (to_timestamp(g.hour_ms / 1000.0)
			AT TIME ZONE 'UTC')::date AS day) AS d
		CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM piste.campaign AS c
			WHERE c.key = g.campaign_key) AS is_known) AS c
		CROSS JOIN LATERAL (SELECT c.is_known AND g.source = ''
			AND g.medium = '' OR EXISTS (SELECT
				FROM piste.audience_term AS t WHERE t.day = d.day
					AND t.campaign_key = g.campaign_key
					AND t.source = g.source AND t.medium = g.medium
					AND t.keyword = '*') AS is_apart) AS t
		CROSS JOIN LATERAL (SELECT EXISTS (SELECT
			FROM piste.audience_term AS t WHERE t.day = d.day
				AND t.campaign_key = g.campaign_key
				AND t.source = g.source AND t.medium = g.medium
				AND t.keyword = g.keyword) AS is_apart) AS k
	GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ON CONFLICT ON CONSTRAINT audience_pkey DO UPDATE SET
		views = a.views + excluded.views,
		visitors = a.visitors + excluded.visitors,
		engaged = a.engaged + excluded.engaged;
END $$;
COMMENT ON FUNCTION piste.audience_add(uuid, bigint, bigint[], boolean[],
	text[], text[], text[], text[], text[], text[], text[], text[], text[],
	bigint[], bigint[], bigint[]) IS
	'Adds to the audience, one cell in each place of the arrays. writer counts its turns up from 1 and says a turn again when it doesn''t know what became of it. What is beyond audience_terms_max goes to *; a campaign that is defined keeps its name.';

-- What was seen before this was kept: by whom, nobody knows any more.
INSERT INTO piste.audience (hour, page_key, variant, class, campaign_key,
	channel, source, medium, keyword, country, region, views, visitors,
	engaged)
SELECT t.hour, t.page_key, t.variant, CASE t.class WHEN 'robot' THEN 'robot'
	ELSE 'human' END, p.campaign_key, '', '', '', '', '', '', sum(t.views),
	0, 0
FROM piste.traffic AS t JOIN piste.page AS p ON p.key = t.page_key
WHERE t.class IN ('human', 'outside', 'activated', 'robot')
GROUP BY 1, 2, 3, 4, 5;

-- As long as who saw which variant: what so few came by may tell of one.
SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.retention_step(text, interval, timestamptz, text, integer)',
		'ELSIF purpose = ''objection'' THEN',
		'ELSIF purpose = ''audience'' THEN
		-- An hour at a time: more rows than people, and nothing beside them.
		DELETE FROM piste.audience AS a WHERE a.hour < before
			AND a.hour = (SELECT min(o.hour) FROM piste.audience AS o);
		GET DIAGNOSTICS done = ROW_COUNT;
		next := CASE WHEN done > 0 THEN ''more'' END;
	ELSIF purpose = ''objection'' THEN'),
	('piste.retention_due(text, interval, timestamptz)',
		'WHEN ''objection'' THEN',
		'WHEN ''audience'' THEN (SELECT count(*) FROM piste.audience AS a
			WHERE a.hour < asked_at - kept)
		WHEN ''objection'' THEN')
) AS c (signature, before, after);
COMMENT ON FUNCTION piste.retention_step(text, interval, timestamptz, text,
	integer) IS
	'Erases what was kept for prospect, quarantine, visitor, archived, audience, event or objection for longer than that, as of a moment: looks at rows_max at most, of events at a day, of the audience at an hour. next: where to go on, empty: from the beginning, NULL when there is no more. Files are the caller''s to remove, before the commit.';

SELECT piste.worker_allow(
	'SELECT ON piste.audience, piste.audience_term');
