-- Who follows a lead up: sellers and the rules by which leads come to them,
-- each decision with all it rests on, the list of those nobody could take, and
-- what sellers found out (budget, authority, need, timing).

CREATE TABLE piste.allocation_rules (
	version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
	stages text[] NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now(),
	applied_by text NOT NULL CHECK (octet_length(applied_by) <= 200)
);
COMMENT ON TABLE piste.allocation_rules IS
	'Sellers, teams, bands and thresholds as they were applied; the last one is in force, earlier ones are what decisions rest on.';
COMMENT ON COLUMN piste.allocation_rules.version IS 'Order';
COMMENT ON COLUMN piste.allocation_rules.definition IS 'The file';
COMMENT ON COLUMN piste.allocation_rules.stages IS
	'At which there is a seller who takes leads: others are not given to anybody';
COMMENT ON COLUMN piste.allocation_rules.applied_at IS 'When';
COMMENT ON COLUMN piste.allocation_rules.applied_by IS 'By whom';

CREATE TABLE piste.seller (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key text NOT NULL UNIQUE CHECK (octet_length(key) BETWEEN 1 AND 64),
	name text NOT NULL,
	team text,
	is_active boolean NOT NULL DEFAULT true,
	tag bigint NOT NULL DEFAULT -1 CHECK (tag >= -1),
	turn bigint NOT NULL DEFAULT 0 CHECK (turn >= 0),
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.seller IS
	'Who gets leads. Rules change, rows stay: whose turn it is outlives every edit.';
COMMENT ON COLUMN piste.seller.id IS 'lead.owner_id';
COMMENT ON COLUMN piste.seller.key IS 'As the rules name it';
COMMENT ON COLUMN piste.seller.name IS 'For people';
COMMENT ON COLUMN piste.seller.team IS 'As the rules name it, or none';
COMMENT ON COLUMN piste.seller.is_active IS 'In the rules in force';
COMMENT ON COLUMN piste.seller.tag IS
	'The turn at which the last lead came, by lead/allocate.h; -1: none came';
COMMENT ON COLUMN piste.seller.turn IS 'How many leads were given by then';
COMMENT ON COLUMN piste.seller.created_at IS 'First applied';

CREATE TABLE piste.seller_absence (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	seller_id bigint NOT NULL REFERENCES piste.seller (id),
	starts_at timestamptz NOT NULL,
	ends_at timestamptz NOT NULL,
	created_by text NOT NULL CHECK (octet_length(created_by) <= 200),
	created_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT absence_begins_before_it_ends CHECK (starts_at < ends_at),
	CONSTRAINT absence_is_between_1900_and_2200 CHECK (
		starts_at >= timestamptz '1900-01-01 00:00 UTC'
		AND ends_at <= timestamptz '2200-01-01 00:00 UTC')
);
CREATE INDEX seller_absence_seller ON piste.seller_absence (seller_id,
	ends_at);
COMMENT ON TABLE piste.seller_absence IS
	'When sellers are away. Why is not our business.';
COMMENT ON COLUMN piste.seller_absence.id IS 'By which it is ended';
COMMENT ON COLUMN piste.seller_absence.seller_id IS 'Who';
COMMENT ON COLUMN piste.seller_absence.starts_at IS 'From then';
COMMENT ON COLUMN piste.seller_absence.ends_at IS 'Until then, not included';
COMMENT ON COLUMN piste.seller_absence.created_by IS 'Who said so';
COMMENT ON COLUMN piste.seller_absence.created_at IS 'When';

CREATE TABLE piste.allocation (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	seller_id bigint NOT NULL REFERENCES piste.seller (id),
	at timestamptz NOT NULL DEFAULT now(),
	actor text NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 200),
	reason text CHECK (octet_length(reason) BETWEEN 1 AND 2000),
	rules_version bigint REFERENCES piste.allocation_rules (version),
	decision jsonb,
	accept_by timestamptz,
	accepted_at timestamptz,
	ended_at timestamptz,
	outcome text CHECK (outcome IN ('expired', 'refused', 'reassigned',
		'left', 'removed')),
	why text CHECK (octet_length(why) BETWEEN 1 AND 2000),
	CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX allocation_open ON piste.allocation (lead_id)
	WHERE ended_at IS NULL;
CREATE INDEX allocation_lead ON piste.allocation (lead_id, id);
CREATE INDEX allocation_at ON piste.allocation (at);
CREATE INDEX allocation_due ON piste.allocation (accept_by)
	WHERE ended_at IS NULL AND accepted_at IS NULL;
COMMENT ON TABLE piste.allocation IS
	'Whose a lead is, and was: at most one row of a lead is open.';
COMMENT ON COLUMN piste.allocation.id IS 'Order';
COMMENT ON COLUMN piste.allocation.lead_id IS 'Which';
COMMENT ON COLUMN piste.allocation.seller_id IS 'Whose';
COMMENT ON COLUMN piste.allocation.at IS 'Since when';
COMMENT ON COLUMN piste.allocation.actor IS 'piste, or who gave it by hand';
COMMENT ON COLUMN piste.allocation.reason IS 'Why by hand';
COMMENT ON COLUMN piste.allocation.rules_version IS
	'By which rules; NULL: by hand';
COMMENT ON COLUMN piste.allocation.decision IS
	'{"lead", "candidates": [{"seller", "weight", "deficit", "open"}], "excluded": [{"seller", "reasons"}]}; without "lead" once the person is erased; NULL: by hand';
COMMENT ON COLUMN piste.allocation.accept_by IS 'Else the next one gets it';
COMMENT ON COLUMN piste.allocation.accepted_at IS 'The seller took it';
COMMENT ON COLUMN piste.allocation.ended_at IS 'It is another''s, or nobody''s';
COMMENT ON COLUMN piste.allocation.outcome IS
	'expired: not accepted in time; left: the lead was closed, merged, or went to nurturing; removed: the seller was, from the rules';
COMMENT ON COLUMN piste.allocation.why IS 'The reason somebody gave';

CREATE TABLE piste.overflow (
	lead_id bigint PRIMARY KEY REFERENCES piste.lead (id),
	since timestamptz NOT NULL DEFAULT now(),
	tries integer NOT NULL DEFAULT 1 CHECK (tries > 0),
	next_at timestamptz NOT NULL,
	decision jsonb NOT NULL,
	is_hot boolean NOT NULL GENERATED ALWAYS AS
		(decision @> '{"lead": {"is_hot": true}}') STORED,
	places jsonb NOT NULL GENERATED ALWAYS AS (jsonb_path_query_array(
		decision, '$.excluded[*] ? (@.reasons.size() == 1 && (@.reasons[0] == "full" || @.reasons[0] == "reserved")).seller'
		)) STORED
);
CREATE INDEX overflow_next ON piste.overflow (is_hot, next_at, lead_id);
CREATE INDEX overflow_places ON piste.overflow USING gin (places);
COMMENT ON TABLE piste.overflow IS
	'Leads that nobody could take when it was last tried: the alarm is that there are any.';
COMMENT ON COLUMN piste.overflow.lead_id IS 'Which';
COMMENT ON COLUMN piste.overflow.since IS 'First in vain';
COMMENT ON COLUMN piste.overflow.tries IS 'How often in vain';
COMMENT ON COLUMN piste.overflow.next_at IS 'Then it is tried again';
COMMENT ON COLUMN piste.overflow.decision IS
	'As allocation.decision: why nobody could';
COMMENT ON COLUMN piste.overflow.is_hot IS 'When it was last tried';
COMMENT ON COLUMN piste.overflow.places IS
	'Sellers who lack nothing but a place for it';

CREATE TABLE piste.bant (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	topic text NOT NULL
		CHECK (topic IN ('budget', 'authority', 'need', 'timing')),
	value text CHECK (octet_length(value) BETWEEN 1 AND 64),
	note text CHECK (octet_length(note) BETWEEN 1 AND 2000),
	author text NOT NULL CHECK (octet_length(author) BETWEEN 1 AND 200),
	at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX bant_lead ON piste.bant (lead_id, topic, id DESC);
COMMENT ON TABLE piste.bant IS
	'What was answered about budget, authority, need and timing; of each topic the last row counts.';
COMMENT ON COLUMN piste.bant.id IS 'Order';
COMMENT ON COLUMN piste.bant.lead_id IS 'Of which lead';
COMMENT ON COLUMN piste.bant.topic IS 'About what';
COMMENT ON COLUMN piste.bant.value IS
	'yes, no, unknown, an amount or a date, as lead/bant.h reads it; NULL once erased';
COMMENT ON COLUMN piste.bant.note IS 'In somebody''s words';
COMMENT ON COLUMN piste.bant.author IS 'Who asked';
COMMENT ON COLUMN piste.bant.at IS 'When';

CREATE TABLE piste.next_action (
	lead_id bigint PRIMARY KEY REFERENCES piste.lead (id),
	action text NOT NULL CHECK (octet_length(action) BETWEEN 1 AND 2000),
	due_on date NOT NULL,
	author text NOT NULL CHECK (octet_length(author) BETWEEN 1 AND 200),
	at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX next_action_due ON piste.next_action (due_on);
COMMENT ON TABLE piste.next_action IS 'What is done next about a lead.';
COMMENT ON COLUMN piste.next_action.lead_id IS 'Which';
COMMENT ON COLUMN piste.next_action.action IS 'What';
COMMENT ON COLUMN piste.next_action.due_on IS 'On that day at the latest';
COMMENT ON COLUMN piste.next_action.author IS 'Who said so';
COMMENT ON COLUMN piste.next_action.at IS 'When';

CREATE TABLE piste.lead_wake (
	lead_id bigint PRIMARY KEY REFERENCES piste.lead (id),
	wake_on date NOT NULL,
	since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX lead_wake_on ON piste.lead_wake (wake_on);
COMMENT ON TABLE piste.lead_wake IS
	'Until when a lead is nurtured because it asked for a later day.';
COMMENT ON COLUMN piste.lead_wake.lead_id IS 'Which';
COMMENT ON COLUMN piste.lead_wake.wake_on IS
	'The day it named: then it comes up again';
COMMENT ON COLUMN piste.lead_wake.since IS
	'When it named it; a form sent later asks again';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('allocation', 't.lead_id = ANY (($1).leads)',
	'SET decision = t.decision - ''lead'', reason = NULL, why = NULL',
	'Whose it was is counted; where they are and what they want is theirs'),
	('overflow', 't.lead_id = ANY (($1).leads)', 'DELETE',
	'There is nobody left to call'),
	('bant', 't.lead_id = ANY (($1).leads)', 'SET value = NULL, note = NULL',
	'That it was asked is counted'),
	('next_action', 't.lead_id = ANY (($1).leads)', 'DELETE',
	'There is nobody left to call'),
	('lead_wake', 't.lead_id = ANY (($1).leads)', 'DELETE',
	'There is nobody left to wake');

-- No program has written an owner so far; one that somebody wrote by hand is
-- theirs to keep.
DO $$
DECLARE
	owned bigint := (SELECT count(*) FROM piste.lead AS l
		WHERE l.owner_id IS NOT NULL);
BEGIN
	IF owned > 0 THEN
		RAISE EXCEPTION '% leads have an owner_id, which is a seller''s from now on: keep it elsewhere, set it to NULL, and upgrade again',
			owned USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
END $$;
ALTER TABLE piste.lead ADD CONSTRAINT lead_owner
	FOREIGN KEY (owner_id) REFERENCES piste.seller (id) NOT VALID;
ALTER TABLE piste.lead VALIDATE CONSTRAINT lead_owner;
CREATE INDEX lead_owner ON piste.lead (owner_id)
	WHERE owner_id IS NOT NULL AND is_open AND merged_into IS NULL;
-- In the order of piste.allocation_claim().
CREATE INDEX lead_unowned ON piste.lead (stage,
	(coalesce(grade = 'hot', false)) DESC, id)
	WHERE owner_id IS NULL AND is_open AND merged_into IS NULL
		AND scored_at IS NOT NULL;

-- Who goes to nurturing or gave way is nobody's, by whatever road.
CREATE FUNCTION piste.allocation_stages() RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT r.stages FROM piste.allocation_rules AS r
		ORDER BY r.version DESC LIMIT 1), '{}')
$$;
COMMENT ON FUNCTION piste.allocation_stages() IS
	'At which somebody takes leads by the rules in force.';

CREATE FUNCTION piste.allocation_keep(lead bigint, seller bigint,
	reason text, taken_at timestamptz) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.lead AS l SET owner_id = s.id
	FROM piste.seller AS s
	WHERE l.id = $1 AND l.owner_id IS NULL AND l.is_open
		AND l.merged_into IS NULL AND l.stage <> 'nurturing'
		AND s.id = $2 AND s.is_active;
	IF FOUND THEN
		INSERT INTO piste.allocation (lead_id, seller_id, actor, reason,
			accepted_at)
		VALUES ($1, $2, 'piste', $3, $4);
		DELETE FROM piste.overflow AS o WHERE o.lead_id = $1;
	END IF;
END $$;
COMMENT ON FUNCTION piste.allocation_keep(bigint, bigint, text, timestamptz) IS
	'A lead that is nobody''s is that seller''s by another way than rules or hand: they had it, or the one it was merged with, or say so; not when they have gone.';

CREATE FUNCTION piste.lead_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_over boolean := NEW.merged_into IS NOT NULL
		OR NEW.stage IN ('nurturing', 'disqualified', 'lost');
	a piste.allocation;
BEGIN
	DELETE FROM piste.lead_wake AS w WHERE w.lead_id = NEW.id
		AND NEW.stage <> 'nurturing';
	DELETE FROM piste.overflow AS o WHERE o.lead_id = NEW.id
		AND (is_over OR NOT NEW.stage = ANY (piste.allocation_stages()));
	IF is_over THEN
		UPDATE piste.allocation AS o SET ended_at = now(), outcome = 'left'
		WHERE o.lead_id = NEW.id AND o.ended_at IS NULL
		RETURNING o.seller_id, o.accepted_at
		INTO a.seller_id, a.accepted_at;
	END IF;
	IF NEW.is_open AND (is_over OR NOT OLD.is_open AND NOT EXISTS (
		SELECT FROM piste.allocation AS o
		WHERE o.lead_id = NEW.id AND o.ended_at IS NULL))
	THEN
		UPDATE piste.lead AS l SET owner_id = NULL
		WHERE l.id = NEW.id AND l.owner_id IS NOT NULL;
	END IF;
	IF NEW.merged_into IS NOT NULL THEN
		PERFORM piste.allocation_keep(NEW.merged_into, a.seller_id,
			'merged', a.accepted_at);
	ELSIF NOT OLD.is_open AND NEW.stage IN ('sql', 'opportunity') THEN
		PERFORM piste.allocation_keep(NEW.id, OLD.owner_id, 'reopened',
			now());
	END IF;
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.lead_release() FROM PUBLIC;
COMMENT ON FUNCTION piste.lead_release() IS
	'Ends the allocation of a lead that is nobody''s to sell to any more, its waiting for somebody, and its day once it is nurtured no longer. A closed one keeps its owner, for the figures; opened again it is theirs again where it was being sold, else nobody''s. One that gives way leaves its seller to the other, if that has none.';
CREATE TRIGGER lead_release AFTER UPDATE ON piste.lead FOR EACH ROW
	WHEN (OLD.stage <> NEW.stage
		OR OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL)
	EXECUTE FUNCTION piste.lead_release();

CREATE FUNCTION piste.overflow_wake() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.overflow AS w SET next_at = now()
	WHERE w.lead_id = (
		WITH waits AS MATERIALIZED (
			SELECT f.lead_id FROM piste.overflow AS f
			WHERE f.places ? (SELECT s.key FROM piste.seller AS s
				WHERE s.id = OLD.owner_id))
		SELECT l.id FROM waits JOIN piste.overflow AS o USING (lead_id)
			JOIN piste.lead AS l ON l.id = o.lead_id
		WHERE o.next_at > now()
		ORDER BY o.is_hot DESC, o.lead_id
		LIMIT 1 FOR NO KEY UPDATE OF l, o SKIP LOCKED);
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.overflow_wake() FROM PUBLIC;
COMMENT ON FUNCTION piste.overflow_wake() IS
	'A place gets free: the first of those that wait for nothing else is tried now, however often it was in vain.';
CREATE TRIGGER overflow_wake AFTER UPDATE ON piste.lead FOR EACH ROW
	WHEN (OLD.owner_id IS NOT NULL AND OLD.is_open
		AND OLD.merged_into IS NULL AND OLD.stage <> 'nurturing'
		AND (NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NOT NEW.is_open
			OR NEW.merged_into IS NOT NULL OR NEW.stage = 'nurturing'))
	EXECUTE FUNCTION piste.overflow_wake();

CREATE FUNCTION piste.seller_open(seller bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT count(*) FROM piste.lead AS l
		JOIN piste.person AS p ON p.id = l.person_id
	WHERE l.owner_id = $1 AND l.is_open AND l.merged_into IS NULL
		AND l.stage <> 'nurturing' AND p.erased_at IS NULL
$$;
REVOKE EXECUTE ON FUNCTION piste.seller_open(bigint) FROM PUBLIC;
COMMENT ON FUNCTION piste.seller_open(bigint) IS
	'How many leads they have to see to; nobody calls who was erased.';

CREATE FUNCTION piste.allocation_lock() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT pg_advisory_xact_lock(hashtext('piste.allocation'))
$$;
COMMENT ON FUNCTION piste.allocation_lock() IS
	'Before anything that is locked besides: who decides has it, and whoever changes rules or tries all leads again waits for them.';

CREATE FUNCTION piste.overflow_renew() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT piste.allocation_lock();
	SELECT FROM piste.overflow AS o ORDER BY o.lead_id FOR UPDATE;
	DELETE FROM piste.overflow AS o USING piste.lead AS l
	WHERE l.id = o.lead_id
		AND NOT l.stage = ANY (piste.allocation_stages());
	UPDATE piste.overflow SET next_at = now() WHERE next_at > now();
$$;
COMMENT ON FUNCTION piste.overflow_renew() IS
	'Rules or sellers have changed: what waits is tried now, and what nobody takes at its stage waits no longer.';

CREATE FUNCTION piste.seller_gone(OUT seller text, OUT leads bigint)
RETURNS SETOF record
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	WITH theirs AS MATERIALIZED (
		SELECT l.id, s.key
		FROM piste.lead AS l JOIN piste.seller AS s ON s.id = l.owner_id
		WHERE NOT s.is_active AND l.is_open AND l.merged_into IS NULL
		ORDER BY l.id FOR NO KEY UPDATE OF l
	), ended AS (
		UPDATE piste.allocation AS a SET ended_at = now(),
			outcome = 'removed'
		FROM theirs AS t WHERE a.lead_id = t.id AND a.ended_at IS NULL
	), freed AS (
		UPDATE piste.lead AS l SET owner_id = NULL, updated_at = now()
		FROM theirs AS t WHERE l.id = t.id
		RETURNING t.key)
	SELECT f.key, count(*) FROM freed AS f GROUP BY f.key ORDER BY f.key
$$;
COMMENT ON FUNCTION piste.seller_gone() IS
	'Whoever is in the rules no more has no open leads: they are nobody''s, for allocation to try. How many, by seller.';

CREATE FUNCTION piste.allocation_facts(leads bigint[], OUT lead_id bigint,
	OUT at_ms bigint, OUT stage text, OUT need text, OUT potential bigint,
	OUT is_hot boolean, OUT country text, OUT postcode text,
	OUT geo_country text, OUT geo_region text, OUT radius_km integer,
	OUT tried bigint[], OUT had bigint)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH asked AS MATERIALIZED (
		SELECT r.definition->>'need_field' AS need,
			r.definition->>'potential_field' AS potential
		FROM piste.allocation_rules AS r ORDER BY r.version DESC LIMIT 1)
	SELECT l.id, floor(extract(epoch FROM now()) * 1000)::bigint, l.stage,
		coalesce(nullif(s.need, ''), l.offer_key),
		coalesce(CASE WHEN b.value ~ '^[0-9]{1,12}$'
				THEN b.value::bigint END,
			floor(s.potential::numeric)::bigint, -1),
		coalesce(l.grade = 'hot', false),
		coalesce(s.country, ''), coalesce(s.postcode, ''),
		coalesce(g.geo_country, ''), coalesce(g.geo_region, ''),
		coalesce(g.geo_radius_km, -1),
		ARRAY(SELECT DISTINCT a.seller_id FROM piste.allocation AS a
			WHERE a.lead_id = l.id AND a.outcome IN ('expired', 'refused')
				AND a.ended_at > now() - interval '30 days'),
		(SELECT a.seller_id FROM (
				SELECT o.seller_id, o.outcome FROM piste.allocation AS o
				WHERE o.lead_id = l.id ORDER BY o.id DESC LIMIT 1) AS a
			WHERE a.outcome = 'left' AND (SELECT h.reason
				FROM piste.lead_history AS h
				WHERE h.lead_id = l.id AND h.to_stage = 'nurturing'
				ORDER BY h.id DESC LIMIT 1) IS DISTINCT FROM 'refused')
	FROM piste.lead AS l
		LEFT JOIN LATERAL (
			SELECT (array_agg(t.need ORDER BY t.nth)
					FILTER (WHERE t.need <> ''))[1] AS need,
				(array_agg(t.potential ORDER BY t.nth) FILTER (WHERE
					t.potential ~ '^[0-9]{1,12}([.][0-9]*)?$'))[1]
					AS potential,
				(array_agg(t.form_country ORDER BY t.nth) FILTER (WHERE
					t.declared_postcode <> ''))[1] AS country,
				(array_agg(t.declared_postcode ORDER BY t.nth) FILTER (
					WHERE t.declared_postcode <> ''))[1] AS postcode
			FROM (SELECT o.fields->>k.need AS need,
					o.fields->>k.potential AS potential,
					o.form_country, o.declared_postcode,
					row_number() OVER (ORDER BY
						m.offer_key = l.offer_key DESC, o.received_at DESC,
						o.seq DESC) AS nth
				FROM piste.lead AS m
					JOIN piste.submission AS o ON o.lead_id = m.id
					LEFT JOIN asked AS k ON true
				WHERE m.person_id = l.person_id) AS t) AS s ON true
		LEFT JOIN LATERAL (SELECT o.geo_country, o.geo_region,
				o.geo_radius_km
			FROM piste.submission AS o
			WHERE o.lead_id = l.id AND o.geo_country <> ''
			ORDER BY o.seq DESC LIMIT 1) AS g ON true
		LEFT JOIN LATERAL (SELECT v.value FROM piste.bant AS v
			WHERE v.lead_id = l.id AND v.topic = 'budget'
			ORDER BY v.id DESC LIMIT 1) AS b ON true
	WHERE l.id = ANY (leads) AND NOT EXISTS (SELECT FROM piste.person AS q
		WHERE q.id = l.person_id AND q.erased_at IS NOT NULL)
$$;
COMMENT ON FUNCTION piste.allocation_facts(bigint[]) IS
	'What allocation judges of a lead: postcode (with the country of that form), need and potential as their person gave each last, in a form for the same offer or else for another (before that potential comes what BANT found; the fields are those that the rules in force name; -1: unknown); the place that an address of its forms told last; who had it in the last 30 days and did not take it; whose it was until it was nurtured or closed, unless they refused it. Lets the worker do without what people typed otherwise; who was erased is left out.';
REVOKE EXECUTE ON FUNCTION piste.allocation_facts(bigint[]) FROM PUBLIC;

CREATE FUNCTION piste.allocation_claim(rows_max integer)
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS MATERIALIZED (
		SELECT f.id, f.is_hot
		FROM unnest(piste.allocation_stages()) AS t (stage)
			CROSS JOIN LATERAL (
				SELECT l.id, coalesce(l.grade = 'hot', false) AS is_hot
				FROM piste.lead AS l
				WHERE l.stage = t.stage AND l.owner_id IS NULL
					AND l.is_open AND l.merged_into IS NULL
					AND l.scored_at IS NOT NULL
					AND NOT EXISTS (SELECT FROM piste.overflow AS o
						WHERE o.lead_id = l.id)
					AND NOT EXISTS (SELECT FROM piste.person AS p
						WHERE p.id = l.person_id
							AND p.erased_at IS NOT NULL)
				ORDER BY coalesce(l.grade = 'hot', false) DESC, l.id
				LIMIT rows_max FOR NO KEY UPDATE OF l SKIP LOCKED) AS f
		ORDER BY f.is_hot DESC, f.id LIMIT rows_max
	), due AS MATERIALIZED (
		SELECT d.id, d.is_hot FROM (VALUES (true), (false)) AS t (is_hot)
			CROSS JOIN LATERAL (
				SELECT l.id, coalesce(l.grade = 'hot', false) AS is_hot
				FROM piste.overflow AS o
					JOIN piste.lead AS l ON l.id = o.lead_id
				WHERE o.is_hot = t.is_hot AND o.next_at <= now()
					AND l.owner_id IS NULL AND l.is_open
					AND l.merged_into IS NULL
					AND l.stage = ANY (piste.allocation_stages())
				ORDER BY o.next_at, o.lead_id
				LIMIT rows_max FOR NO KEY UPDATE OF l SKIP LOCKED) AS d)
	SELECT coalesce(array_agg(k.id ORDER BY k.is_hot DESC, k.id), '{}')
	FROM (SELECT f.id, f.is_hot FROM fresh AS f
		UNION ALL SELECT d.id, d.is_hot FROM due AS d) AS k
$$;
COMMENT ON FUNCTION piste.allocation_claim(integer) IS
	'Leads at the rules'' stages that are nobody''s, at most so many that are new, and as many hot and as many other ones whose time to be tried again has come, so that neither keeps the others out: the hot first, then the older; locked until commit, and no other worker gets them.';
REVOKE EXECUTE ON FUNCTION piste.allocation_claim(integer)
	FROM PUBLIC;

CREATE FUNCTION piste.allocation_give(lead bigint, seller bigint,
	rules bigint, decision jsonb, accept_by_ms bigint, tag bigint,
	turn bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	INSERT INTO piste.allocation AS a (lead_id, seller_id, actor,
		rules_version, decision, accept_by)
	VALUES ($1, $2, 'piste', $3, $4, to_timestamp($5 / 1000.0))
	RETURNING a.id INTO made;
	UPDATE piste.lead AS l SET owner_id = $2, updated_at = now()
	WHERE l.id = $1;
	UPDATE piste.seller AS s SET tag = $6, turn = $7 WHERE s.id = $2;
	DELETE FROM piste.overflow AS o WHERE o.lead_id = $1;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.allocation_give(bigint, bigint, bigint, jsonb,
	bigint, bigint, bigint) IS
	'A decision''s end: the lead is that seller''s, whose turn has been.';
REVOKE EXECUTE ON FUNCTION piste.allocation_give(bigint, bigint, bigint,
	jsonb, bigint, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION piste.allocation_wait(lead bigint, decision jsonb)
RETURNS integer
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.overflow AS o (lead_id, next_at, decision)
	VALUES ($1, now() + interval '1 minute', $2)
	ON CONFLICT (lead_id) DO UPDATE SET tries = o.tries + 1,
		next_at = now() + least(o.tries + 1, 10) * interval '1 minute',
		decision = CASE WHEN o.decision #- '{lead,at_ms}'
				= excluded.decision #- '{lead,at_ms}'
			THEN o.decision ELSE excluded.decision END
	RETURNING o.tries
$$;
COMMENT ON FUNCTION piste.allocation_wait(bigint, jsonb) IS
	'Nobody could take it: it is on the list, and tried again after a minute, at last every ten. How often it was tried. A decision is of the moment since when it has been the same.';
REVOKE EXECUTE ON FUNCTION piste.allocation_wait(bigint, jsonb) FROM PUBLIC;

CREATE FUNCTION piste.allocation_end(lead bigint, outcome text, why text)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was bigint;
BEGIN
	PERFORM FROM piste.lead AS l WHERE l.id = $1 FOR NO KEY UPDATE;
	UPDATE piste.allocation AS a SET ended_at = now(), outcome = $2,
		why = nullif($3, '')
	WHERE a.lead_id = $1 AND a.ended_at IS NULL
	RETURNING a.seller_id INTO was;
	IF was IS NULL THEN
		RAISE EXCEPTION 'lead % is nobody''s', $1
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE piste.lead AS l SET owner_id = NULL, updated_at = now()
	WHERE l.id = $1;
	RETURN was;
END $$;
COMMENT ON FUNCTION piste.allocation_end(bigint, text, text) IS
	'The lead is nobody''s again, for allocation to try; refuses one that is. Whose it was.';
REVOKE EXECUTE ON FUNCTION piste.allocation_end(bigint, text, text)
	FROM PUBLIC;

CREATE FUNCTION piste.allocation_expire(rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	late bigint[] := ARRAY(SELECT a.lead_id FROM piste.allocation AS a
			JOIN piste.lead AS l ON l.id = a.lead_id
		WHERE a.ended_at IS NULL AND a.accepted_at IS NULL
			AND a.accept_by <= now()
			-- Whoever sells has taken it, and who has sold keeps it.
			AND l.is_open AND l.stage <> 'opportunity'
		ORDER BY a.accept_by LIMIT rows_max
		FOR NO KEY UPDATE OF l SKIP LOCKED);
	ended bigint;
BEGIN
	-- Asked anew: somebody may have accepted before there was the lock.
	WITH gone AS (
		UPDATE piste.allocation AS a SET ended_at = now(),
			outcome = 'expired'
		WHERE a.lead_id = ANY (late) AND a.ended_at IS NULL
			AND a.accepted_at IS NULL AND a.accept_by <= now()
		RETURNING a.lead_id)
	UPDATE piste.lead AS l SET owner_id = NULL, updated_at = now()
	FROM gone AS g WHERE l.id = g.lead_id;
	GET DIAGNOSTICS ended = ROW_COUNT;
	RETURN ended;
END $$;
COMMENT ON FUNCTION piste.allocation_expire(integer) IS
	'Takes back leads that were not accepted in time; how many.';
REVOKE EXECUTE ON FUNCTION piste.allocation_expire(integer) FROM PUBLIC;

CREATE FUNCTION piste.allocation_accept(lead bigint) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whose text;
BEGIN
	PERFORM FROM piste.lead AS l WHERE l.id = $1 FOR NO KEY UPDATE;
	UPDATE piste.allocation AS a
	SET accepted_at = coalesce(a.accepted_at, now())
	FROM piste.seller AS s
	WHERE s.id = a.seller_id AND a.lead_id = $1 AND a.ended_at IS NULL
	RETURNING s.key INTO whose;
	IF whose IS NULL THEN
		RAISE EXCEPTION 'lead % is nobody''s', $1
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN whose;
END $$;
COMMENT ON FUNCTION piste.allocation_accept(bigint) IS
	'Its seller takes it, again at will; refuses a lead that is nobody''s. Whose it is.';

CREATE FUNCTION piste.allocation_hand(lead bigint, seller text, who text,
	reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l record;
	to_id bigint := (SELECT s.id FROM piste.seller AS s
		WHERE s.key = allocation_hand.seller AND s.is_active);
	made bigint;
BEGIN
	SELECT o.id, o.person_id, o.stage, o.is_open, o.merged_into, o.owner_id
	INTO l
	FROM piste.lead AS o WHERE o.id = $1 FOR NO KEY UPDATE;
	IF l.id IS NULL THEN
		RAISE EXCEPTION 'there is no lead %', $1
			USING ERRCODE = 'no_data_found';
	ELSIF to_id IS NULL THEN
		RAISE EXCEPTION 'there is no seller %', $2
			USING ERRCODE = 'no_data_found';
	ELSIF NOT l.is_open OR l.merged_into IS NOT NULL
		OR l.stage = 'nurturing'
	THEN
		RAISE EXCEPTION 'lead % is not to be sold to: it is %', $1,
			coalesce('part of lead ' || l.merged_into, l.stage)
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF EXISTS (SELECT FROM piste.person AS p
		WHERE p.id = l.person_id AND p.erased_at IS NOT NULL)
	THEN
		RAISE EXCEPTION 'the person of lead % was erased', $1
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF l.owner_id = to_id THEN
		RAISE EXCEPTION 'lead % is %''s already', $1, $2
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE piste.allocation AS a SET ended_at = now(),
		outcome = 'reassigned', why = $4
	WHERE a.lead_id = $1 AND a.ended_at IS NULL;
	INSERT INTO piste.allocation AS a (lead_id, seller_id, actor, reason)
	VALUES ($1, to_id, $3, $4) RETURNING a.id INTO made;
	UPDATE piste.lead AS o SET owner_id = to_id, updated_at = now()
	WHERE o.id = $1;
	DELETE FROM piste.overflow AS o WHERE o.lead_id = $1;
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.allocation_hand(bigint, text, text, text) IS
	'Gives a lead to a seller by hand, with a reason; whose turn it is stays as it was.';

CREATE FUNCTION piste.bant_role(who text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN EXISTS (SELECT FROM piste.seller AS s
		WHERE s.key = $1 AND s.is_active) THEN 'seller' ELSE 'operator' END
$$;
COMMENT ON FUNCTION piste.bant_role(text) IS
	'As what somebody moves a lead who is named: a seller, or whoever types.';

CREATE FUNCTION piste.bant_move(lead bigint, to_stage text, who text,
	reason text, note text) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM piste.lead AS l
		WHERE l.id = $1 AND l.stage = $2)
	THEN
		PERFORM piste.lead_move($1, $2, $3, piste.bant_role($3), $4, $5);
	END IF;
	RETURN NULL;
EXCEPTION
	WHEN check_violation OR object_not_in_prerequisite_state THEN
		RETURN SQLERRM;
END $$;
COMMENT ON FUNCTION piste.bant_move(bigint, text, text, text, text) IS
	'What follows from answers, by piste.lead_move(). Where it stands already it stays, for the reason that it has. NULL, or why the lead can''t be moved so; what was answered stays all the same.';

CREATE FUNCTION piste.bant_take(lead bigint, who text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.allocation_keep($1, (SELECT s.id FROM piste.seller AS s
		WHERE s.key = $2), 'accepted', now());
	IF EXISTS (SELECT FROM piste.seller AS s WHERE s.is_active) THEN
		PERFORM piste.allocation_accept($1);
	END IF;
END $$;
COMMENT ON FUNCTION piste.bant_take(bigint, text) IS
	'Whose an SQL is has accepted it; one that is nobody''s is that seller''s. Refuses what still is nobody''s, unless there are no sellers.';

CREATE FUNCTION piste.zone_offsets(zones text[], from_ms bigint,
	to_ms bigint, OUT zone text, OUT at_ms bigint, OUT minutes integer)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT w.zone, w.at_ms, w.minutes FROM (
		SELECT o.zone, o.at_ms, o.minutes, lag(o.minutes)
			OVER (PARTITION BY o.zone ORDER BY o.at_ms) AS before
		FROM (SELECT z.zone, t.at_ms,
				round(extract(epoch FROM (to_timestamp(t.at_ms / 1000.0)
					AT TIME ZONE z.zone) - (to_timestamp(t.at_ms / 1000.0)
					AT TIME ZONE 'UTC')) / 60)::integer AS minutes
			FROM (SELECT DISTINCT u FROM unnest($1) AS u) AS z (zone),
				generate_series(
				$2 - $2 % 1800000, $3, 1800000) AS t (at_ms)) AS o
		) AS w
	WHERE w.before IS DISTINCT FROM w.minutes ORDER BY w.zone, w.at_ms
$$;
COMMENT ON FUNCTION piste.zone_offsets(text[], bigint, bigint) IS
	'By how many minutes time zones are ahead of UTC from when on; clocks are set at full or half hours.';

-- What scores make of it.
CREATE OR REPLACE FUNCTION piste.score_timing(lead bigint, until timestamptz)
RETURNS SETOF timestamptz
LANGUAGE sql STABLE ROWS 1 AS $$
	-- Without settings of its own, so that it becomes a part of its query.
	-- A day of a month that is shorter is one of the next month's, no error.
	SELECT CASE WHEN b.value IN ('yes', 'now') THEN b.at
		WHEN b.value = 'no' THEN timestamptz '9999-12-31 00:00+00'
		WHEN y.d IS NOT NULL THEN (make_date(y.d[1]::integer,
			y.d[2]::integer, 1) + y.d[3]::integer - 1)::timestamp
			AT TIME ZONE 'UTC'
		WHEN d.y IS NOT NULL THEN (make_date(d.y[3]::integer,
			d.y[2]::integer, 1) + d.y[1]::integer - 1)::timestamp
			AT TIME ZONE 'UTC' END
	FROM (SELECT o.value, o.at FROM piste.bant AS o
			WHERE o.lead_id = $1 AND o.topic = 'timing' AND o.at <= $2
			ORDER BY o.id DESC LIMIT 1) AS b
		CROSS JOIN LATERAL regexp_match(b.value,
			'^([1-9][0-9]{3})-(0[1-9]|1[0-2])-([0-3][0-9])$') AS y (d)
		CROSS JOIN LATERAL regexp_match(b.value,
			'^([0-3]?[0-9])[-/.](0?[1-9]|1[0-2])[-/.]([1-9][0-9]{3})$')
			AS d (y)
$$;
COMMENT ON FUNCTION piste.score_timing(bigint, timestamptz) IS
	'When a lead means to buy, by its last answer until a moment: the day it named; if it was now, when it said so; if never, in 9999. No row or NULL: unknown.';

CREATE FUNCTION piste.bant_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.score_due (person_id)
	SELECT l.person_id FROM piste.lead AS l WHERE l.id = NEW.lead_id;
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.bant_score() FROM PUBLIC;
COMMENT ON FUNCTION piste.bant_score() IS
	'Notes who is to be graded anew.';
CREATE TRIGGER bant_score AFTER INSERT ON piste.bant FOR EACH ROW
	WHEN (NEW.topic = 'timing') EXECUTE FUNCTION piste.bant_score();

-- Who named a day is let alone until then.
CREATE FUNCTION piste.lead_sleeps(lead bigint) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT NOT EXISTS (SELECT FROM piste.submission AS s
		WHERE s.lead_id = $1 AND s.received_at > w.since)
	FROM piste.lead_wake AS w
	WHERE w.lead_id = $1 AND w.wake_on > current_date
$$;
COMMENT ON FUNCTION piste.lead_sleeps(bigint) IS
	'Whether a lead that named a day is to be let alone still; false when a form of theirs has asked again since; NULL: it named none, or that has come.';

SELECT piste.function_change(
	'piste.score_take(integer, timestamptz, json)', c.before, c.after)
FROM (VALUES
	('WHERE NOT n.above));',
		'WHERE NOT n.above OR NOT piste.lead_sleeps(n.lead)));'),
	('WHERE n.above ORDER BY n.lead',
		'WHERE n.above AND piste.lead_sleeps(n.lead) IS NOT TRUE'
		' ORDER BY n.lead')
) AS c (before, after);
COMMENT ON FUNCTION piste.score_take(integer, timestamptz, json) IS
	'Writes scores down: version of the rules, as of when, [{"lead", "points", "grade", "above", "parts"}], above when at or above all MQL thresholds. Who comes up to them, once until fallen below, and is a lead or nurturing, becomes an MQL; how many did. Who named a later day does so when that has come, or, if above then, when a form of theirs asks again. A lead that was scored as of later stays as it is.';

CREATE FUNCTION piste.lead_wake_due(rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	due record;
	woken bigint := 0;
BEGIN
	FOR due IN
		SELECT l.id, w.wake_on
		FROM piste.lead AS l JOIN piste.lead_wake AS w ON w.lead_id = l.id
			JOIN piste.person AS p ON p.id = l.person_id
		WHERE w.wake_on <= current_date AND l.stage = 'nurturing'
			AND l.merged_into IS NULL AND p.erased_at IS NULL
		ORDER BY l.id LIMIT rows_max FOR NO KEY UPDATE OF l SKIP LOCKED
	LOOP
		PERFORM piste.lead_move(due.id, 'mql', 'piste', 'system', NULL,
			'It named ' || due.wake_on || '.');
		woken := woken + 1;
	END LOOP;
	RETURN woken;
END $$;
COMMENT ON FUNCTION piste.lead_wake_due(integer) IS
	'Leads whose day has come are MQL again, whatever their score; how many.';
REVOKE EXECUTE ON FUNCTION piste.lead_wake_due(integer) FROM PUBLIC;

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.allocation_rules, piste.seller, piste.seller_absence, piste.overflow',
	'EXECUTE ON FUNCTION piste.seller_open(bigint), piste.allocation_facts(bigint[]), piste.allocation_claim(integer), piste.allocation_give(bigint, bigint, bigint, jsonb, bigint, bigint, bigint), piste.allocation_wait(bigint, jsonb), piste.allocation_expire(integer), piste.lead_wake_due(integer), piste.allocation_end(bigint, text, text)'
	]) AS r (what);
