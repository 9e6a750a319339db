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
	CHECK (starts_at < ends_at)
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
		'left')),
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
	'expired: not accepted in time; left: the lead was closed, merged, or went to nurturing';
COMMENT ON COLUMN piste.allocation.why IS 'The reason somebody gave';

CREATE TABLE piste.overflow (
	lead_id bigint PRIMARY KEY REFERENCES piste.lead (id),
	since timestamptz NOT NULL DEFAULT now(),
	tries integer NOT NULL DEFAULT 1 CHECK (tries > 0),
	next_at timestamptz NOT NULL,
	decision jsonb NOT NULL
);
CREATE INDEX overflow_next ON piste.overflow (next_at);
COMMENT ON TABLE piste.overflow IS
	'Leads that nobody could take when it was last tried: the alarm is that there are any.';
COMMENT ON COLUMN piste.overflow.lead_id IS 'Which';
COMMENT ON COLUMN piste.overflow.since IS 'First in vain';
COMMENT ON COLUMN piste.overflow.tries IS 'How often in vain';
COMMENT ON COLUMN piste.overflow.next_at IS 'Then it is tried again';
COMMENT ON COLUMN piste.overflow.decision IS
	'As allocation.decision: why nobody could';

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
	wake_on date NOT NULL
);
COMMENT ON TABLE piste.lead_wake IS
	'Until when a lead is nurtured because it asked for a later day.';
COMMENT ON COLUMN piste.lead_wake.lead_id IS 'Which';
COMMENT ON COLUMN piste.lead_wake.wake_on IS 'The day it named';

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

-- Owners named before there were sellers are nobody.
UPDATE piste.lead SET owner_id = NULL WHERE owner_id IS NOT NULL;
ALTER TABLE piste.lead ADD CONSTRAINT lead_owner
	FOREIGN KEY (owner_id) REFERENCES piste.seller (id);
CREATE INDEX lead_owner ON piste.lead (owner_id)
	WHERE owner_id IS NOT NULL AND is_open AND merged_into IS NULL;
CREATE INDEX lead_unowned ON piste.lead (stage, id)
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

CREATE FUNCTION piste.lead_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_over boolean := NEW.merged_into IS NOT NULL
		OR NEW.stage IN ('nurturing', 'disqualified', 'lost');
BEGIN
	DELETE FROM piste.overflow AS o WHERE o.lead_id = NEW.id
		AND (is_over OR NOT NEW.stage = ANY (piste.allocation_stages()));
	IF NOT is_over THEN
		RETURN NULL;
	END IF;
	UPDATE piste.allocation AS a SET ended_at = now(), outcome = 'left'
	WHERE a.lead_id = NEW.id AND a.ended_at IS NULL;
	IF NEW.is_open AND NEW.owner_id IS NOT NULL THEN
		UPDATE piste.lead AS l SET owner_id = NULL WHERE l.id = NEW.id;
	END IF;
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.lead_release() FROM PUBLIC;
COMMENT ON FUNCTION piste.lead_release() IS
	'Ends the allocation of a lead that is nobody''s to sell to any more, and its waiting for somebody; a closed one keeps its owner, for the figures.';
CREATE TRIGGER lead_release AFTER UPDATE ON piste.lead FOR EACH ROW
	WHEN (OLD.stage <> NEW.stage
		OR OLD.merged_into IS NULL AND NEW.merged_into IS NOT NULL)
	EXECUTE FUNCTION piste.lead_release();

CREATE FUNCTION piste.overflow_renew() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	DELETE FROM piste.overflow AS o USING piste.lead AS l
	WHERE l.id = o.lead_id
		AND NOT l.stage = ANY (piste.allocation_stages());
	UPDATE piste.overflow SET next_at = now() WHERE next_at > now();
$$;
COMMENT ON FUNCTION piste.overflow_renew() IS
	'Rules or sellers have changed: what waits is tried now, and what nobody takes at its stage waits no longer.';

CREATE FUNCTION piste.allocation_facts(leads bigint[], need_field text,
	potential_field text, OUT lead_id bigint, OUT at_ms bigint,
	OUT stage text, OUT need text, OUT potential bigint, OUT is_hot boolean,
	OUT country text, OUT postcode text, OUT geo_country text,
	OUT geo_region text, OUT radius_km integer, OUT tried bigint[])
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.id, floor(extract(epoch FROM now()) * 1000)::bigint, l.stage,
		coalesce(nullif(s.fields->>need_field, ''), l.offer_key),
		coalesce(b.amount, p.amount, -1), coalesce(l.grade = 'hot', false),
		coalesce(s.form_country, ''), coalesce(s.declared_postcode, ''),
		coalesce(s.geo_country, ''), coalesce(s.geo_region, ''),
		coalesce(s.geo_radius_km, -1),
		ARRAY(SELECT DISTINCT a.seller_id FROM piste.allocation AS a
			WHERE a.lead_id = l.id AND a.outcome IN ('expired', 'refused')
				AND a.ended_at > now() - interval '30 days')
	FROM piste.lead AS l
		LEFT JOIN LATERAL (SELECT o.fields, o.form_country,
				o.declared_postcode, o.geo_country, o.geo_region,
				o.geo_radius_km
			FROM piste.submission AS o WHERE o.lead_id = l.id
			ORDER BY o.seq DESC LIMIT 1) AS s ON true
		LEFT JOIN LATERAL (SELECT floor(o.value::numeric)::bigint AS amount
			FROM (SELECT v.value FROM piste.bant AS v
				WHERE v.lead_id = l.id AND v.topic = 'budget'
				ORDER BY v.id DESC LIMIT 1) AS o
			WHERE o.value ~ '^[0-9]{1,12}$') AS b ON true
		LEFT JOIN LATERAL (SELECT
				floor((s.fields->>potential_field)::numeric)::bigint AS amount
			WHERE s.fields->>potential_field ~ '^[0-9]{1,12}([.][0-9]*)?$')
			AS p ON true
	WHERE l.id = ANY (leads)
$$;
COMMENT ON FUNCTION piste.allocation_facts(bigint[], text, text) IS
	'What allocation judges of a lead: the postcode and place of its last submission, its need, its potential (what BANT found, else what was typed; -1: unknown), who had it in the last 30 days and did not take it. Lets the worker do without what people typed otherwise.';
REVOKE EXECUTE ON FUNCTION piste.allocation_facts(bigint[], text, text)
	FROM PUBLIC;

CREATE FUNCTION piste.allocation_claim(rows_max integer)
RETURNS bigint[]
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH picked AS MATERIALIZED (
		SELECT l.id, l.grade, o.lead_id IS NOT NULL AS is_old
		FROM piste.lead AS l
			LEFT JOIN piste.overflow AS o ON o.lead_id = l.id
		WHERE l.owner_id IS NULL AND l.is_open AND l.merged_into IS NULL
			AND l.scored_at IS NOT NULL
			AND l.stage = ANY (piste.allocation_stages())
			AND (o.next_at IS NULL OR o.next_at <= now())
			AND NOT EXISTS (SELECT FROM piste.person AS p
				WHERE p.id = l.person_id AND p.erased_at IS NOT NULL)
		ORDER BY coalesce(l.grade = 'hot', false) DESC,
			o.lead_id IS NOT NULL, l.id
		LIMIT rows_max FOR NO KEY UPDATE OF l SKIP LOCKED)
	SELECT coalesce(array_agg(k.id ORDER BY coalesce(k.grade = 'hot', false)
		DESC, k.is_old, k.id), '{}') FROM picked AS k
$$;
COMMENT ON FUNCTION piste.allocation_claim(integer) IS
	'Leads at the rules'' stages that are nobody''s and are to be tried now, hot ones first; locked until commit, and no other worker gets them.';
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
		decision = excluded.decision
	RETURNING o.tries
$$;
COMMENT ON FUNCTION piste.allocation_wait(bigint, jsonb) IS
	'Nobody could take it: it is on the list, and tried again after a minute, at last every ten. How often it was tried.';
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
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH late AS MATERIALIZED (
		SELECT a.lead_id FROM piste.allocation AS a
			JOIN piste.lead AS l ON l.id = a.lead_id
		WHERE a.ended_at IS NULL AND a.accepted_at IS NULL
			AND a.accept_by <= now()
		ORDER BY a.accept_by LIMIT rows_max
		FOR NO KEY UPDATE OF l SKIP LOCKED)
	SELECT count(piste.allocation_end(k.lead_id, 'expired', NULL))
	FROM late AS k
$$;
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
	SELECT o.id, o.stage, o.is_open, o.merged_into, o.owner_id INTO l
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

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT ON piste.allocation_rules, piste.seller, piste.seller_absence, piste.overflow',
	'EXECUTE ON FUNCTION piste.allocation_facts(bigint[], text, text), piste.allocation_claim(integer), piste.allocation_give(bigint, bigint, bigint, jsonb, bigint, bigint, bigint), piste.allocation_wait(bigint, jsonb), piste.allocation_expire(integer), piste.allocation_end(bigint, text, text)'
	]) AS r (what);
