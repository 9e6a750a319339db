-- A bandit by context: visitors of one source, device or country have weights
-- of their own, and a tenth of all has none to gain from.

-- An epoch has parts, numbered right before it: whoever asks for weights by
-- an exposure's epoch is told those that visitor was drawn with, and whoever
-- asks for the last epoch finds the one of everybody else.
ALTER TABLE piste.epoch
	ADD COLUMN part_of integer,
	ADD COLUMN context text
		CHECK (context IN ('source', 'device', 'country')),
	ADD COLUMN leaf text CHECK (octet_length(leaf) <= 256),
	ADD CHECK ((part_of IS NULL) = (context IS NULL)),
	ADD CHECK (part_of > number),
	ADD CHECK (leaf IS NULL OR part_of IS NOT NULL),
	ADD FOREIGN KEY (experiment_key, part_of)
		REFERENCES piste.epoch (experiment_key, number)
		DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE piste.epoch IS
	'A stretch of an experiment with the same phase, weights and coverage, for everybody or, as a part, for some';
COMMENT ON COLUMN piste.epoch.part_of IS
	'The epoch that has this one''s time and all visitors who are in no part; NULL: it is one';
COMMENT ON COLUMN piste.epoch.context IS
	'Of a part: what tells its visitors from others';
COMMENT ON COLUMN piste.epoch.leaf IS
	'Of a part: its source (lower case), device or country, empty where there is none; NULL: the tenth with even weights, whatever the context';
COMMENT ON COLUMN piste.exposure.epoch IS
	'The epoch of the server that showed it, or the part of one that the visitor was in: it has the weights the arm was drawn by';

-- Which part a visitor is in is known to who shows a page, not to who takes a
-- form: a view has a device, forms have none.
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
		IF known.device IS NULL AND given.device IS NOT NULL THEN
			merged.epoch := given.epoch;
		END IF;
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

CREATE FUNCTION piste.experiment_leaves(experiment text,
	bucket_version bigint, context text, as_of timestamptz,
	visitors_min bigint, leaves_max integer)
RETURNS TABLE (leaf text, epoch integer, variant text, n bigint, x bigint)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH goal AS MATERIALIZED (
		SELECT e.goal, CASE e.goal WHEN 'lead' THEN s.lead
			WHEN 'mql' THEN s.mql WHEN 'sql' THEN s.sql
			ELSE s.customer END AS span
		FROM piste.experiment AS e
			CROSS JOIN LATERAL piste.experiment_spans(e.key, $2) AS s
		WHERE e.key = $1 AND $3 IN ('source', 'device', 'country')
	), seen AS MATERIALIZED (
		SELECT coalesce(CASE $3 WHEN 'source' THEN lower(e.source)
				WHEN 'device' THEN e.device ELSE e.country END, '') AS leaf,
			e.epoch, e.variant, count(*) AS n
		FROM goal AS g JOIN piste.exposure AS e ON e.experiment_key = $1
			AND e.bucket_version = $2 AND e.excluded IS NULL
			AND e.first_seen_at <= $4 - g.span
		GROUP BY 1, 2, 3
	), reached AS MATERIALIZED (
		SELECT coalesce(CASE $3 WHEN 'source' THEN lower(o.source)
				WHEN 'device' THEN o.device ELSE o.country END, '') AS leaf,
			o.epoch, o.variant, count(*) AS x
		FROM goal AS g JOIN piste.outcome AS o ON o.experiment_key = $1
			AND o.bucket_version = $2 AND o.exposed_at <= $4 - g.span
			AND CASE g.goal WHEN 'lead' THEN o.lead_at IS NOT NULL
				WHEN 'mql' THEN o.mql_at IS NOT NULL
				WHEN 'sql' THEN o.sql_at IS NOT NULL
				ELSE o.customer_at IS NOT NULL END
		GROUP BY 1, 2, 3
	), largest AS (
		SELECT s.leaf, row_number() OVER (ORDER BY sum(s.n) DESC, s.leaf)
			AS place
		FROM seen AS s GROUP BY s.leaf HAVING sum(s.n) >= $5
		ORDER BY 2 LIMIT $6
	)
	SELECT s.leaf, s.epoch, s.variant, s.n, coalesce(r.x, 0)
	FROM largest AS l JOIN seen AS s USING (leaf)
		LEFT JOIN reached AS r USING (leaf, epoch, variant)
	ORDER BY l.place, s.epoch, s.variant
$$;
COMMENT ON FUNCTION piste.experiment_leaves(text, bigint, text, timestamptz,
	bigint, integer) IS
	'Visitors n of a phase whose window has passed, and those of them who reached the goal x, by source, device or country, epoch and arm: of the largest leaves that have that many visitors, largest first. From rows; no row for anything unknown.';
