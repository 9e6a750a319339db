-- What comes of leads in the end: what opportunities and orders are worth, how
-- leads that came to nothing come up again, and how many of those who came
-- became customers.

ALTER TABLE piste.offer ADD COLUMN is_synthetic boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN piste.offer.is_synthetic IS
	'Invented, for demonstrations, tests and measurements: figures tell its leads apart from real ones, and rules leave them alone. Never set by a site definition';

-- Closing.
CREATE TABLE piste.deal (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	kind text NOT NULL CHECK (kind IN ('opportunity', 'win')),
	amount numeric(14, 2) NOT NULL
		CHECK (amount >= 0 AND amount < 1000000000000),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	margin numeric(14, 2)
		CHECK (margin > -1000000000000 AND margin <= amount),
	day date CHECK (isfinite(day)),
	order_ref text CHECK (octet_length(order_ref) BETWEEN 1 AND 100),
	actor text NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 200),
	why text CHECK (octet_length(why) BETWEEN 1 AND 2000),
	at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	outcome text CHECK (outcome IN ('corrected', 'replaced', 'cancelled')),
	CHECK ((ended_at IS NULL) = (outcome IS NULL)),
	CHECK ((kind = 'win') = (order_ref IS NOT NULL)),
	CHECK (kind = 'opportunity' OR day IS NOT NULL)
);
CREATE UNIQUE INDEX deal_standing ON piste.deal (lead_id, kind)
	WHERE ended_at IS NULL;
CREATE UNIQUE INDEX deal_order ON piste.deal (order_ref)
	WHERE ended_at IS NULL AND kind = 'win';
CREATE INDEX deal_lead ON piste.deal (lead_id, id);
COMMENT ON TABLE piste.deal IS
	'What a lead may bring, and what it brought. One row of a lead and kind stands; a correction is another row, and the one before is kept with what became of it. Written by piste.deal_put().';
COMMENT ON COLUMN piste.deal.id IS 'Order';
COMMENT ON COLUMN piste.deal.lead_id IS 'Of which lead';
COMMENT ON COLUMN piste.deal.kind IS
	'opportunity: what is hoped for; win: what was ordered';
COMMENT ON COLUMN piste.deal.amount IS 'In currency, without tax';
COMMENT ON COLUMN piste.deal.currency IS 'ISO 4217';
COMMENT ON COLUMN piste.deal.margin IS
	'What is left of amount; below 0 is a loss; NULL: nobody said';
COMMENT ON COLUMN piste.deal.day IS
	'Of an opportunity when it is expected, or NULL; of a win when it was ordered';
COMMENT ON COLUMN piste.deal.order_ref IS
	'The order as the books call it, a win''s alone';
COMMENT ON COLUMN piste.deal.actor IS 'Who said so';
COMMENT ON COLUMN piste.deal.why IS
	'Why it takes another''s place; NULL: it is a first, or the person is erased';
COMMENT ON COLUMN piste.deal.at IS 'When it was said';
COMMENT ON COLUMN piste.deal.ended_at IS 'It stands no more since; NULL: it does';
COMMENT ON COLUMN piste.deal.outcome IS
	'corrected: by the next row; replaced: the lead was opened again; cancelled: the lead is no customer any more';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('deal', 't.lead_id = ANY (($1).leads)', 'SET why = NULL',
	'Amounts and orders are counted, and the books keep them');

CREATE TRIGGER kept_guard BEFORE DELETE OR TRUNCATE ON piste.deal
	FOR EACH STATEMENT EXECUTE FUNCTION piste.kept_guard();
CREATE FUNCTION piste.deal_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_jsonb(NEW) - '{ended_at,outcome,why}'::text[] IS DISTINCT FROM
			to_jsonb(OLD) - '{ended_at,outcome,why}'::text[]
		OR OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.outcome)
			IS DISTINCT FROM (OLD.ended_at, OLD.outcome)
		OR NEW.why IS DISTINCT FROM OLD.why AND (NEW.why IS NOT NULL
			OR NOT EXISTS (SELECT FROM piste.erasure AS e
				WHERE e.xact = pg_current_xact_id()))
	THEN
		RAISE EXCEPTION 'what was said of lead % is kept as it is',
			OLD.lead_id USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.deal_guard() IS
	'Refuses any change but the end of a row that stands, and the emptying of words by piste.erase().';
CREATE TRIGGER deal_guard BEFORE UPDATE ON piste.deal
	FOR EACH ROW EXECUTE FUNCTION piste.deal_guard();

CREATE VIEW piste.opportunity AS
	SELECT d.lead_id, d.amount, d.currency, d.margin,
		d.day AS expected_on, d.actor, d.at
	FROM piste.deal AS d WHERE d.kind = 'opportunity' AND d.ended_at IS NULL;
COMMENT ON VIEW piste.opportunity IS
	'What leads that are or were opportunities were last said to be worth, as in deal; where they stand is lead.stage';
CREATE VIEW piste.win AS
	SELECT d.lead_id, d.amount, d.currency, d.margin, d.day AS won_on,
		d.order_ref, d.actor, d.at
	FROM piste.deal AS d WHERE d.kind = 'win' AND d.ended_at IS NULL;
COMMENT ON VIEW piste.win IS 'Orders that stand, as in deal';

-- Who is no customer any more has no order, by whatever road.
CREATE FUNCTION piste.deal_follow() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.deal AS d SET ended_at = clock_timestamp(),
		outcome = 'cancelled'
	WHERE d.lead_id = NEW.id AND d.kind = 'win' AND d.ended_at IS NULL;
	-- What others said it is worth is not ours to take.
	IF FOUND THEN
		NEW.value := NULL;
	END IF;
	RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION piste.deal_follow() FROM PUBLIC;
COMMENT ON FUNCTION piste.deal_follow() IS
	'Ends the order of a lead that is no customer any more.';
CREATE TRIGGER deal_follow BEFORE UPDATE ON piste.lead FOR EACH ROW
	WHEN (OLD.stage = 'customer' AND NEW.stage <> 'customer')
	EXECUTE FUNCTION piste.deal_follow();

CREATE FUNCTION piste.deal_judge(deal piste.deal, stage text,
	created_at timestamptz, has_before boolean) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF deal.kind = 'opportunity' AND stage = 'customer' THEN
		RAISE EXCEPTION 'lead % is a customer: take the order back first',
			deal.lead_id
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF has_before AND deal.why IS NULL THEN
		RAISE EXCEPTION 'lead % has another % already: say why it is corrected',
			deal.lead_id, CASE deal.kind WHEN 'win' THEN 'order'
			ELSE 'opportunity' END USING ERRCODE = 'check_violation';
	ELSIF deal.margin > deal.amount THEN
		RAISE EXCEPTION 'a margin of % is more than the amount, %',
			deal.margin, deal.amount USING ERRCODE = 'check_violation';
	-- It may be tomorrow where they are.
	ELSIF deal.kind = 'win' AND deal.day > current_date + 1 THEN
		RAISE EXCEPTION 'the order is of %, which is yet to come', deal.day
			USING ERRCODE = 'check_violation';
	ELSIF deal.kind = 'win'
		AND deal.day < (created_at AT TIME ZONE 'UTC')::date - 1
	THEN
		RAISE EXCEPTION 'the order is of %, and lead % of %', deal.day,
			deal.lead_id, (created_at AT TIME ZONE 'UTC')::date
			USING ERRCODE = 'check_violation';
	END IF;
END $$;
COMMENT ON FUNCTION piste.deal_judge(piste.deal, text, timestamptz, boolean) IS
	'Refuses by name what can''t be of a lead at that stage, made then, which has such a row at this stage already or not.';

CREATE FUNCTION piste.deal_put(deal piste.deal, role text, site_currency text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	l piste.lead;
	was record;
	goal text := CASE deal.kind WHEN 'win' THEN 'customer'
		ELSE 'opportunity' END;
	is_there boolean;
	other bigint;
BEGIN
	-- As lead_move does below: the person first, like a form.
	l := piste.lead_hold(deal.lead_id, goal);
	IF l.id IS NULL THEN
		RAISE EXCEPTION 'there is no lead %', deal.lead_id
			USING ERRCODE = 'no_data_found';
	END IF;
	SELECT o.created_at INTO l.created_at FROM piste.lead AS o
	WHERE o.id = l.id;
	SELECT d.id, d.amount, d.currency, d.margin, d.day, d.order_ref INTO was
	FROM piste.deal AS d WHERE d.lead_id = deal.lead_id
		AND d.kind = deal.kind AND d.ended_at IS NULL;
	is_there := l.stage = goal AND was.id IS NOT NULL;
	deal.margin := coalesce(deal.margin, CASE WHEN is_there
		THEN was.margin END);
	deal.day := coalesce(deal.day, CASE WHEN is_there THEN was.day END,
		CASE WHEN deal.kind = 'win' THEN current_date END);
	IF is_there AND (was.amount, was.currency, was.margin, was.day,
			was.order_ref) IS NOT DISTINCT FROM (deal.amount,
			deal.currency, deal.margin, deal.day, deal.order_ref)
	THEN
		RETURN 'unchanged';
	END IF;
	PERFORM piste.deal_judge(deal, l.stage, l.created_at, is_there);
	IF deal.kind = 'win' AND l.stage = 'sql' THEN
		PERFORM piste.lead_move(deal.lead_id, 'opportunity', deal.actor,
			role, NULL, NULL);
	END IF;
	PERFORM piste.lead_move(deal.lead_id, goal, deal.actor, role, NULL, NULL);
	UPDATE piste.deal AS d SET ended_at = clock_timestamp(),
		outcome = CASE WHEN is_there THEN 'corrected' ELSE 'replaced' END
	WHERE d.id = was.id;
	BEGIN
		INSERT INTO piste.deal AS d (lead_id, kind, amount, currency, margin,
			day, order_ref, actor, why)
		VALUES (deal.lead_id, deal.kind, deal.amount, deal.currency,
			deal.margin, deal.day, deal.order_ref, deal.actor, deal.why);
	EXCEPTION WHEN unique_violation THEN
		SELECT d.lead_id INTO other FROM piste.deal AS d
		WHERE d.order_ref = deal.order_ref AND d.kind = 'win'
			AND d.ended_at IS NULL;
		RAISE EXCEPTION 'order % is that of lead %', deal.order_ref, other
			USING ERRCODE = 'check_violation';
	END;
	IF deal.kind = 'win' THEN
		UPDATE piste.lead AS o SET updated_at = now(),
			value = CASE WHEN deal.currency = site_currency
				THEN deal.amount END
		WHERE o.id = deal.lead_id;
	END IF;
	RETURN CASE WHEN is_there THEN 'corrected' ELSE 'new' END;
END $$;
REVOKE EXECUTE ON FUNCTION piste.deal_put(piste.deal, text, text) FROM PUBLIC;
COMMENT ON FUNCTION piste.deal_put(piste.deal, text, text) IS
	'Says what a lead may bring (opportunity) or brought (win), and moves it there by piste.lead_move, in that role: new, corrected (needs a why) or unchanged. Of the row given what it says of itself is taken: lead_id, kind, amount, currency, margin, day, order_ref, actor, why. What a correction does not say of margin and day stays as it was; a first win''s day is today unless said; an order is one lead''s. An amount in the site''s currency is the lead''s value.';

CREATE FUNCTION piste.deal_cancel(lead bigint, actor text, role text,
	reason text, note text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM piste.lead AS l
		WHERE l.id = $1 AND l.stage = 'customer' FOR NO KEY UPDATE)
	THEN
		RAISE EXCEPTION 'lead % is no customer', $1
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN piste.lead_move($1, 'opportunity', $2, $3, $4, $5);
END $$;
REVOKE EXECUTE ON FUNCTION piste.deal_cancel(bigint, text, text, text, text)
	FROM PUBLIC;
COMMENT ON FUNCTION piste.deal_cancel(bigint, text, text, text, text) IS
	'Takes an order back: the lead is an opportunity again, by piste.lead_move.';

-- Recycling.
CREATE TABLE piste.recycle_rule (
	key text PRIMARY KEY CHECK (octet_length(key) BETWEEN 1 AND 64),
	stages text[] NOT NULL CHECK (cardinality(stages) > 0
		AND stages <@ '{nurturing,lost,disqualified}'),
	reasons text[] NOT NULL,
	rest_days integer NOT NULL CHECK (rest_days BETWEEN 0 AND 3650),
	wake_days integer CHECK (wake_days BETWEEN 0 AND 3650),
	on_download boolean NOT NULL,
	score_rise integer CHECK (score_rise BETWEEN 1 AND 100),
	times_max integer NOT NULL CHECK (times_max BETWEEN 1 AND 20),
	mail_cost numeric(10, 4) NOT NULL CHECK (mail_cost >= 0),
	wake_cost numeric(10, 4) NOT NULL CHECK (wake_cost >= 0),
	is_archived boolean NOT NULL DEFAULT false,
	position integer NOT NULL,
	definition jsonb
);
COMMENT ON TABLE piste.recycle_rule IS
	'How leads that were laid aside come up again: ours to begin with, and the site''s own, whose definition takes the place of ours with the same key. Of several that fit the first one holds, the site''s own before ours.';
COMMENT ON COLUMN piste.recycle_rule.key IS 'As the site names it';
COMMENT ON COLUMN piste.recycle_rule.stages IS 'Of leads that stand there';
COMMENT ON COLUMN piste.recycle_rule.reasons IS
	'For one of these reasons; empty: for any but spam, duplicate and wrong-details';
COMMENT ON COLUMN piste.recycle_rule.rest_days IS
	'So long a closed one stays closed; then it goes to nurturing';
COMMENT ON COLUMN piste.recycle_rule.wake_days IS
	'So long it is nurtured, unless it named a day of its own (lead_wake); NULL: until something else wakes it';
COMMENT ON COLUMN piste.recycle_rule.on_download IS
	'A form it sends, or a document it fetches, wakes it';
COMMENT ON COLUMN piste.recycle_rule.score_rise IS
	'So many points more than when it was laid aside wake it; NULL: none do';
COMMENT ON COLUMN piste.recycle_rule.times_max IS
	'So often a lead comes up again, in all';
COMMENT ON COLUMN piste.recycle_rule.mail_cost IS
	'What a mail to it costs, in the site''s currency';
COMMENT ON COLUMN piste.recycle_rule.wake_cost IS
	'What it costs to look at it once more, likewise';
COMMENT ON COLUMN piste.recycle_rule.is_archived IS
	'Lays nothing aside and wakes nothing any more';
COMMENT ON COLUMN piste.recycle_rule.position IS 'Order';
COMMENT ON COLUMN piste.recycle_rule.definition IS
	'As applied; NULL: ours, and not exported';
INSERT INTO piste.recycle_rule (key, stages, reasons, rest_days, wake_days,
	on_download, score_rise, times_max, mail_cost, wake_cost, position) VALUES
	('too-early', '{nurturing}', '{too-early,postponed,no-budget}', 0, 180,
		true, 20, 3, 0, 0, 1),
	('refused', '{nurturing}', '{refused,no-answer,no-authority}', 0, NULL,
		true, 20, 2, 0, 0, 2),
	('lost', '{lost}',
		'{postponed,no-answer,no-budget,no-authority,competitor,price}',
		30, 270, true, 20, 2, 0, 0, 3);

CREATE FUNCTION piste.recycle_rule_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown text := (SELECT string_agg(k.key, ', ')
		FROM unnest(NEW.reasons) AS k (key) LEFT JOIN piste.lead_reason AS r
			ON r.key = k.key AND r.stages && NEW.stages
		WHERE r.key IS NULL);
BEGIN
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'recycling rule %: no lead is % for %', NEW.key,
			array_to_string(NEW.stages, ' or '), unknown
			USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.recycle_rule_guard() IS
	'Refuses a rule that would wait for ever for a reason nobody can give.';
CREATE TRIGGER recycle_rule_guard BEFORE INSERT OR UPDATE
	ON piste.recycle_rule
	FOR EACH ROW EXECUTE FUNCTION piste.recycle_rule_guard();

CREATE TABLE piste.recycling (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	history_id bigint NOT NULL UNIQUE,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	rule text NOT NULL,
	laid_at timestamptz NOT NULL,
	score integer NOT NULL,
	back_at timestamptz,
	woken_at timestamptz,
	woken_by text CHECK (woken_by IN ('date', 'download', 'score')),
	wake_id bigint,
	CHECK ((woken_at IS NULL) = (woken_by IS NULL)
		AND (woken_at IS NULL) = (wake_id IS NULL))
);
CREATE INDEX recycling_lead ON piste.recycling (lead_id, id);
COMMENT ON TABLE piste.recycling IS
	'Each time a lead was laid aside by a rule, and what woke it; written by piste.recycle_step(). Over when the lead has moved on since, as its history says.';
COMMENT ON COLUMN piste.recycling.id IS 'Order';
COMMENT ON COLUMN piste.recycling.history_id IS
	'The move by which it came to where it lies: once for each';
COMMENT ON COLUMN piste.recycling.lead_id IS 'Which lead';
COMMENT ON COLUMN piste.recycling.rule IS 'Of recycle_rule';
COMMENT ON COLUMN piste.recycling.laid_at IS 'When it was closed, or moved to nurturing';
COMMENT ON COLUMN piste.recycling.score IS 'What it had then; 0: none yet';
COMMENT ON COLUMN piste.recycling.back_at IS
	'When it went to nurturing, of one that was closed';
COMMENT ON COLUMN piste.recycling.woken_at IS
	'When it came up again as an MQL by the rule; NULL: it did not';
COMMENT ON COLUMN piste.recycling.woken_by IS
	'date: the rule''s or its own; download: a form or a document; score';
COMMENT ON COLUMN piste.recycling.wake_id IS 'That move (lead_history)';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('recycling', 't.lead_id = ANY (($1).leads)', NULL,
	'How often and when, which is counted');
CREATE INDEX lead_aside ON piste.lead (id)
	WHERE stage IN ('nurturing', 'lost', 'disqualified')
		AND merged_into IS NULL;
COMMENT ON INDEX piste.lead_aside IS
	'For piste.recycle_step(): most leads are elsewhere';

CREATE FUNCTION piste.recycle_fit(stage text, reason text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.key FROM piste.recycle_rule AS r
	WHERE $1 = ANY (r.stages) AND NOT r.is_archived
		AND CASE WHEN r.reasons = '{}' THEN coalesce($2, '') <> ALL
				('{spam,duplicate,wrong-details}')
			ELSE $2 = ANY (r.reasons) END
	ORDER BY r.definition IS NULL, r.position, r.key LIMIT 1
$$;
COMMENT ON FUNCTION piste.recycle_fit(text, text) IS
	'The rule for a lead that stands there for that reason; NULL: none.';

CREATE FUNCTION piste.recycle_aside(after bigint, rows_max integer,
	OUT lead_id bigint, OUT person_id bigint, OUT offer_key text,
	OUT stage text, OUT score integer, OUT history_id bigint,
	OUT moved_at timestamptz, OUT reason text, OUT is_left_alone boolean)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
	-- First those few: what is asked of them must not be asked of all.
	WITH next AS MATERIALIZED (
		SELECT l.id, l.person_id, l.offer_key, l.stage, l.score
		FROM piste.lead AS l
		WHERE l.id > $1 AND l.stage IN ('nurturing', 'lost', 'disqualified')
			AND l.merged_into IS NULL
		ORDER BY l.id LIMIT $2
	)
	SELECT n.id, n.person_id, n.offer_key, n.stage, coalesce(n.score, 0),
		h.id, h.at, h.reason, o.is_synthetic OR p.erased_at IS NOT NULL
	FROM next AS n JOIN piste.offer AS o ON o.key = n.offer_key
		JOIN piste.person AS p ON p.id = n.person_id
		CROSS JOIN LATERAL (SELECT o.id, o.at, o.reason
			FROM piste.lead_history AS o WHERE o.lead_id = n.id
			ORDER BY o.id DESC LIMIT 1) AS h
$$;
COMMENT ON FUNCTION piste.recycle_aside(bigint, integer) IS
	'The next leads that were laid aside, and by which move; invented ones and those of persons who were erased are left alone.';

-- Planned once for all days there are, not at each step.
CREATE FUNCTION piste.recycle_fetched(persons bigint[], since timestamptz,
	OUT person_id bigint, OUT at timestamptz)
RETURNS SETOF record
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT e.person_id, max(e.at) FROM piste.event AS e
	WHERE e.person_id = ANY ($1) AND e.kind = 'document' AND e.at > $2
	GROUP BY e.person_id;
END $$;
COMMENT ON FUNCTION piste.recycle_fetched(bigint[], timestamptz) IS
	'Which of these persons fetched a document since, and when last.';

CREATE FUNCTION piste.recycle_due(after bigint, rows_max integer,
	OUT lead_id bigint, OUT history_id bigint, OUT stage text,
	OUT reason text, OUT cause text)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH laid AS MATERIALIZED (
		SELECT a.lead_id, a.person_id, a.offer_key, a.history_id, a.stage,
			a.reason, a.moved_at, a.score, c.score AS was, r.rest_days,
			r.wake_days, r.on_download, r.score_rise, r.times_max
		FROM piste.recycle_aside($1, $2) AS a
			JOIN piste.recycling AS c ON c.history_id = a.history_id
			JOIN piste.recycle_rule AS r ON r.key = c.rule
				AND NOT r.is_archived
		WHERE NOT a.is_left_alone
	), fetched AS MATERIALIZED (
		SELECT f.person_id, f.at
		FROM (SELECT array_agg(a.person_id) AS persons,
				min(a.moved_at) AS since FROM laid AS a
				WHERE a.stage = 'nurturing' AND a.on_download) AS w
			CROSS JOIN LATERAL piste.recycle_fetched(w.persons, w.since) AS f
	)
	SELECT a.lead_id, a.history_id, a.stage, a.reason, w.cause
	FROM laid AS a
		LEFT JOIN piste.lead_wake AS k ON k.lead_id = a.lead_id
		CROSS JOIN LATERAL (SELECT CASE
			WHEN a.stage <> 'nurturing' THEN
				CASE WHEN a.moved_at + a.rest_days * interval '1 day'
					<= now() THEN 'rest' END
			WHEN a.on_download AND EXISTS (SELECT
				FROM piste.submission AS s WHERE s.lead_id = a.lead_id
					AND s.received_at > a.moved_at) THEN 'download'
			-- Who named a day is let alone until then, unless they ask.
			WHEN k.wake_on > current_date THEN NULL
			WHEN a.on_download AND EXISTS (SELECT FROM fetched AS f
				WHERE f.person_id = a.person_id AND f.at > a.moved_at)
				THEN 'download'
			WHEN a.score >= a.was + a.score_rise THEN 'score'
			WHEN coalesce(k.wake_on, (a.moved_at AT TIME ZONE 'UTC')::date
				+ a.wake_days) <= current_date THEN 'date'
			END AS cause) AS w
	WHERE w.cause IS NOT NULL
		AND a.times_max > (SELECT count(*) FROM piste.recycling AS o
			WHERE o.lead_id = a.lead_id AND o.woken_at IS NOT NULL)
		-- Another one of the same person and offer has taken its place.
		AND (a.stage = 'nurturing' OR NOT EXISTS (SELECT
			FROM piste.lead AS o WHERE o.person_id = a.person_id
				AND o.offer_key = a.offer_key AND o.id <> a.lead_id
				AND o.merged_into IS NULL
				AND (o.is_open OR o.stage = 'customer')))
	ORDER BY a.lead_id
$$;
COMMENT ON FUNCTION piste.recycle_due(bigint, integer) IS
	'Which of the next leads that were laid aside are to be moved, and why: rest is over, or what wakes them.';

CREATE FUNCTION piste.recycle_move(lead bigint, history bigint,
	stage text, reason text, cause text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
	points integer;
BEGIN
	SELECT coalesce(l.score, 0) INTO points FROM piste.lead AS l
	WHERE l.id = $1 AND l.stage = $3 FOR NO KEY UPDATE SKIP LOCKED;
	-- Another worker, a seller, or a merge has been there.
	IF NOT FOUND OR $2 <> (SELECT max(h.id)
		FROM piste.lead_history AS h WHERE h.lead_id = $1)
	THEN
		RETURN false;
	END IF;
	IF cause = 'rest' THEN
		made := piste.lead_move($1, 'nurturing', 'piste', 'system',
			coalesce($4, 'interested-again'), NULL);
		UPDATE piste.recycling AS c SET history_id = made, back_at = now(),
			score = points
		WHERE c.history_id = $2;
		RETURN true;
	END IF;
	made := piste.lead_move($1, 'mql', 'piste', 'system',
		CASE WHEN cause <> 'date' THEN 'interested-again' END,
		'comes up again: ' || cause);
	UPDATE piste.recycling AS c SET woken_at = now(), woken_by = cause,
		wake_id = made
	WHERE c.history_id = $2;
	DELETE FROM piste.lead_wake AS k WHERE k.lead_id = $1;
	RETURN true;
EXCEPTION
-- An erasure was faster, or another lead of the same person and offer.
WHEN check_violation OR object_not_in_prerequisite_state THEN
	RETURN false;
-- One that can't be moved must not keep those behind it aside for ever.
WHEN integrity_constraint_violation OR data_exception OR raise_exception THEN
	RAISE WARNING 'lead % could not be recycled: %', $1, SQLERRM;
	RETURN false;
END $$;
COMMENT ON FUNCTION piste.recycle_move(bigint, bigint, text, text, text) IS
	'Does what piste.recycle_due() says of a lead, unless it has moved since; was it done?';

CREATE FUNCTION piste.recycle_step(after bigint, rows_max integer,
	OUT upto bigint, OUT laid bigint, OUT moved bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT max(a.lead_id) INTO upto FROM piste.recycle_aside($1, $2) AS a;
	WITH fresh AS (
		INSERT INTO piste.recycling (history_id, lead_id, rule, laid_at,
			score)
		SELECT a.history_id, a.lead_id, f.rule, a.moved_at, a.score
		FROM piste.recycle_aside($1, $2) AS a
			CROSS JOIN LATERAL (SELECT piste.recycle_fit(a.stage, a.reason)
				AS rule) AS f
		WHERE f.rule IS NOT NULL AND NOT a.is_left_alone
			AND NOT EXISTS (SELECT FROM piste.recycling AS c
				WHERE c.history_id = a.history_id)
		ORDER BY a.history_id ON CONFLICT DO NOTHING RETURNING history_id
	)
	SELECT count(*) INTO laid FROM fresh;
	SELECT count(*) FILTER (WHERE piste.recycle_move(d.lead_id,
		d.history_id, d.stage, d.reason, d.cause)) INTO moved
	FROM piste.recycle_due($1, $2) AS d;
END $$;
REVOKE EXECUTE ON FUNCTION piste.recycle_step(bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION piste.recycle_step(bigint, integer) IS
	'Of the next leads that were laid aside, up to upto (NULL: there is none): notes those a rule fits, sends back to nurturing, and lets come up again what is due. Safe to repeat, by as many as will.';

CREATE FUNCTION piste.recycle_apply(site jsonb, OUT key text,
	OUT change text)
RETURNS SETOF record
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	WITH given AS (
		SELECT t.d->>'key' AS key, t.d, t.d->'wake' AS wake,
			t.d->'cost' AS cost, t.ord::integer
		FROM jsonb_array_elements(nullif($1->'recycling', 'null'))
			WITH ORDINALITY AS t (d, ord)
	), known AS (
		SELECT r.key FROM piste.recycle_rule AS r JOIN given USING (key)
	), written AS (
		INSERT INTO piste.recycle_rule AS o (key, stages, reasons, rest_days,
			wake_days, on_download, score_rise, times_max, mail_cost,
			wake_cost, is_archived, position, definition)
		SELECT g.key, ARRAY(SELECT jsonb_array_elements_text(g.d->'stages')),
			ARRAY(SELECT jsonb_array_elements_text(
				nullif(g.d->'reasons', 'null'))),
			coalesce((g.d->>'rest_days')::integer, 0),
			(g.wake->>'days')::integer,
			coalesce((g.wake->>'download')::boolean, false),
			(g.wake->>'score_rise')::integer,
			coalesce((g.d->>'times')::integer, 1),
			coalesce((g.cost->>'mail')::numeric, 0),
			coalesce((g.cost->>'wake')::numeric, 0),
			coalesce((g.d->>'archived')::boolean, false),
			(SELECT coalesce(max(r.position), 0)
				FROM piste.recycle_rule AS r) + g.ord, g.d
		FROM given AS g
		ON CONFLICT ON CONSTRAINT recycle_rule_pkey
		DO UPDATE SET stages = excluded.stages,
			reasons = excluded.reasons, rest_days = excluded.rest_days,
			wake_days = excluded.wake_days,
			on_download = excluded.on_download,
			score_rise = excluded.score_rise,
			times_max = excluded.times_max, mail_cost = excluded.mail_cost,
			wake_cost = excluded.wake_cost,
			is_archived = excluded.is_archived,
			definition = excluded.definition
		WHERE o.definition IS DISTINCT FROM excluded.definition
		RETURNING o.key
	)
	SELECT g.key, CASE WHEN k.key IS NULL THEN 'created'
		WHEN w.key IS NULL THEN 'unchanged' ELSE 'changed' END
	FROM given AS g LEFT JOIN known AS k USING (key)
		LEFT JOIN written AS w USING (key) ORDER BY g.ord
$$;
COMMENT ON FUNCTION piste.recycle_apply(jsonb) IS
	'Writes the rules of a site definition''s "recycling", in place of ours of the same key: what became of each.';

CREATE FUNCTION piste.recycle_figures(since timestamptz, until timestamptz,
	of_synthetic boolean, OUT rule text, OUT laid bigint, OUT asleep bigint,
	OUT by_date bigint, OUT by_download bigint, OUT by_score bigint,
	OUT sqls bigint, OUT customers bigint, OUT days_aside integer,
	OUT days_old integer, OUT mails bigint, OUT cost numeric,
	OUT won jsonb)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH laid AS MATERIALIZED (
		SELECT c.id, c.rule, c.lead_id, c.laid_at, l.person_id, l.created_at,
			n.at AS left_at, w.woken_at, w.woken_by,
			w.woken_at IS NOT NULL AND EXISTS (SELECT
				FROM piste.lead_history AS h WHERE h.lead_id = c.lead_id
					AND h.id > n.id AND h.to_stage
						IN ('sql', 'opportunity', 'customer')
					AND NOT EXISTS (SELECT FROM piste.recycling AS o
						WHERE o.lead_id = c.lead_id AND o.id > c.id
							AND o.laid_at <= h.at)) AS is_sql,
			w.woken_at IS NOT NULL AND l.stage = 'customer'
				AND NOT EXISTS (SELECT FROM piste.recycling AS o
					WHERE o.lead_id = c.lead_id AND o.id > c.id)
				AS is_customer
		FROM piste.recycling AS c JOIN piste.lead AS l ON l.id = c.lead_id
			JOIN piste.offer AS f ON f.key = l.offer_key
				AND f.is_synthetic = $3
			LEFT JOIN LATERAL (SELECT h.id, h.at, h.to_stage, h.role
				FROM piste.lead_history AS h
				WHERE h.lead_id = c.lead_id AND h.id > c.history_id
				ORDER BY h.id LIMIT 1) AS n ON true
			-- Or by no rule: its score came up to the MQL thresholds by
			-- itself, or the day that it named had come.
			CROSS JOIN LATERAL (SELECT CASE WHEN n.to_stage = 'mql'
					AND n.role = 'system' THEN n.at END AS woken_at,
				CASE WHEN n.to_stage = 'mql' AND n.role = 'system'
					THEN coalesce(c.woken_by, CASE WHEN EXISTS (SELECT
						FROM piste.mql AS m WHERE m.lead_id = c.lead_id
							AND m.history_id = n.id) THEN 'score'
						ELSE 'date' END) END AS woken_by) AS w
		WHERE c.laid_at >= $1 AND c.laid_at < $2 AND l.merged_into IS NULL
	), told AS MATERIALIZED (
		SELECT d.id, d.rule, d.woken_by, d.is_sql, d.is_customer,
			d.left_at IS NULL AS is_asleep,
			extract(epoch FROM d.woken_at - d.laid_at) / 86400 AS aside,
			extract(epoch FROM d.woken_at - d.created_at) / 86400 AS old,
			m.n AS mails, m.n * coalesce(r.mail_cost, 0)
				+ (d.woken_at IS NOT NULL)::integer
				* coalesce(r.wake_cost, 0) AS cost,
			w.amount, w.currency
		FROM laid AS d
			LEFT JOIN piste.recycle_rule AS r ON r.key = d.rule
			LEFT JOIN piste.win AS w ON w.lead_id = d.lead_id
				AND d.is_customer
			CROSS JOIN LATERAL (SELECT count(*) AS n
				FROM piste.letter AS e JOIN piste.outbox AS o
					ON o.id = e.outbox_id AND o.state = 'done'
				WHERE e.person_id = d.person_id
					AND e.created_at >= d.laid_at
					AND e.created_at < coalesce(d.left_at, now())) AS m
	), sums AS (
		SELECT coalesce(p.rule, '') AS rule, jsonb_object_agg(p.currency,
			p.amount::text) AS won
		FROM (SELECT t.rule, t.currency, sum(t.amount) AS amount
			FROM told AS t WHERE t.currency IS NOT NULL
			GROUP BY GROUPING SETS ((t.rule, t.currency), (t.currency))) AS p
		GROUP BY 1
	)
	SELECT coalesce(t.rule, ''), count(*), count(*) FILTER (WHERE t.is_asleep),
		count(*) FILTER (WHERE t.woken_by = 'date'),
		count(*) FILTER (WHERE t.woken_by = 'download'),
		count(*) FILTER (WHERE t.woken_by = 'score'),
		count(*) FILTER (WHERE t.is_sql),
		count(*) FILTER (WHERE t.is_customer),
		round(percentile_cont(.5) WITHIN GROUP (ORDER BY t.aside))::integer,
		round(percentile_cont(.5) WITHIN GROUP (ORDER BY t.old))::integer,
		coalesce(sum(t.mails), 0)::bigint, round(coalesce(sum(t.cost), 0), 2),
		(SELECT s.won FROM sums AS s WHERE s.rule = coalesce(t.rule, ''))
	FROM told AS t GROUP BY GROUPING SETS ((t.rule), ())
	ORDER BY t.rule NULLS LAST
$$;
COMMENT ON FUNCTION piste.recycle_figures(timestamptz, timestamptz, boolean) IS
	'What became of leads laid aside in that time, of invented offers or of real ones, by rule, and in all (rule empty): still aside, woken by what (also those that became an MQL by their score, or by the day they named, before a rule saw it), an SQL or further since and before they were laid aside again, customers (of a lead that was laid aside twice, of the last time), median days aside and of age when woken, mails sent meanwhile, what mails and waking cost by the rule''s prices of today, in the site''s currency; orders by currency.';

-- The funnel.
CREATE FUNCTION piste.funnel_maturity(of_synthetic boolean) RETURNS integer
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN count(*) >= 20 THEN greatest(1, percentile_disc(.9)
			WITHIN GROUP (ORDER BY w.won_on
				- (l.created_at AT TIME ZONE 'UTC')::date))
		ELSE 90 END
	FROM piste.win AS w JOIN piste.lead AS l ON l.id = w.lead_id
		JOIN piste.offer AS o ON o.key = l.offer_key
			AND o.is_synthetic = $1
	WHERE w.won_on > current_date - 730
$$;
COMMENT ON FUNCTION piste.funnel_maturity(boolean) IS
	'After how many days a lead is mature: nine of ten orders of the last two years came within them; 90 while there are fewer than 20 orders.';

CREATE FUNCTION piste.funnel_leads(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, OUT lead_id bigint,
	OUT cell text, OUT created_at timestamptz, OUT is_mql boolean,
	OUT is_sql boolean, OUT is_opportunity boolean, OUT is_customer boolean)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.id, coalesce(CASE $1
			WHEN 'campaign' THEN s.campaign_key
			WHEN 'channel' THEN c.channel
			WHEN 'strategy' THEN c.strategy
			WHEN 'source' THEN s.source
			WHEN 'medium' THEN s.medium
			WHEN 'page' THEN s.page_key
			WHEN 'variant' THEN concat_ws('/', s.page_key, s.variant_key)
			WHEN 'offer' THEN l.offer_key
			WHEN 'country' THEN coalesce(s.form_country, s.geo_country)
			WHEN 'region' THEN concat_ws('-', s.geo_country, s.geo_region)
			WHEN 'seller' THEN (SELECT w.key FROM piste.seller AS w
				WHERE w.id = coalesce(l.owner_id, (SELECT a.seller_id
					FROM piste.allocation AS a WHERE a.lead_id = l.id
					ORDER BY a.id DESC LIMIT 1)))
			WHEN 'week' THEN to_char(l.created_at AT TIME ZONE 'UTC',
				'IYYY-"W"IW')
			WHEN 'month' THEN to_char(l.created_at AT TIME ZONE 'UTC',
				'YYYY-MM')
			END, ''), l.created_at,
		coalesce(l.mql_at, l.sql_at, l.customer_at) IS NOT NULL,
		coalesce(l.sql_at, l.customer_at) IS NOT NULL,
		l.stage IN ('opportunity', 'customer') OR EXISTS (SELECT
			FROM piste.lead_history AS h WHERE h.lead_id = l.id
				AND h.to_stage IN ('opportunity', 'customer')),
		-- Of somebody's orders the first one makes a customer.
		l.stage = 'customer' AND NOT EXISTS (SELECT FROM piste.lead AS o
			JOIN piste.offer AS g ON g.key = o.offer_key
				AND g.is_synthetic = $4
			WHERE o.person_id = l.person_id AND o.stage = 'customer'
				AND o.merged_into IS NULL
				AND (o.customer_at, o.id) < (l.customer_at, l.id))
	FROM piste.lead AS l
		JOIN piste.offer AS f ON f.key = l.offer_key AND f.is_synthetic = $4
		LEFT JOIN LATERAL (SELECT o.campaign_key, o.source, o.medium,
				o.page_key, o.variant_key, o.form_country, o.geo_country,
				o.geo_region
			FROM piste.submission AS o WHERE o.lead_id = l.id
			ORDER BY o.seq LIMIT 1) AS s ON true
		LEFT JOIN piste.campaign AS c ON c.key = s.campaign_key
	WHERE l.created_at >= $2 AND l.created_at < $3
		AND l.merged_into IS NULL AND l.spam_at IS NULL
$$;
COMMENT ON FUNCTION piste.funnel_leads(text, timestamptz, timestamptz, boolean) IS
	'The leads made in that time, of invented offers or of real ones, but for spam and those that gave way, each in one cell of a split: by its first submission, its seller (the last one), or when it was made (weeks and months in UTC); empty: not known. Which stages it has ever reached; a customer is one now, and counted once, by the first order.';

CREATE FUNCTION piste.funnel_visits(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, OUT cell text, OUT n bigint)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(k.cell, ''), sum(t.views)::bigint
	FROM piste.traffic AS t JOIN piste.page AS p ON p.key = t.page_key
		JOIN piste.campaign AS c ON c.key = p.campaign_key
		JOIN piste.offer AS f ON f.key = c.offer_key AND f.is_synthetic = $4
		CROSS JOIN LATERAL (SELECT CASE $1
			WHEN 'campaign' THEN c.key
			WHEN 'channel' THEN c.channel
			WHEN 'strategy' THEN c.strategy
			WHEN 'page' THEN p.key
			WHEN 'variant' THEN concat_ws('/', p.key, t.variant)
			WHEN 'offer' THEN c.offer_key
			WHEN 'week' THEN to_char(t.hour AT TIME ZONE 'UTC',
				'IYYY-"W"IW')
			WHEN 'month' THEN to_char(t.hour AT TIME ZONE 'UTC', 'YYYY-MM')
			END AS cell) AS k
	WHERE t.class IN ('human', 'outside', 'activated')
		AND t.hour >= $2 AND t.hour < $3
	GROUP BY 1
$$;
COMMENT ON FUNCTION piste.funnel_visits(text, timestamptz, timestamptz, boolean) IS
	'How often pages were shown to humans in that time, also those that were fetched before they were asked for, by a split; a page counts for the campaign it is of. By source, medium, country, region or seller it is not known: one cell, empty.';

CREATE FUNCTION piste.funnel(split text, since timestamptz,
	until timestamptz, of_synthetic boolean, cells_max integer,
	OUT cell text, OUT visits bigint, OUT leads bigint, OUT mqls bigint,
	OUT sqls bigint, OUT opportunities bigint, OUT customers bigint,
	OUT young bigint, OUT mature_customers bigint, OUT days integer,
	OUT won jsonb)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
	WITH came AS MATERIALIZED (
		SELECT f.lead_id, f.cell, f.created_at > now()
				- m.days * interval '1 day' AS is_young,
			f.is_mql, f.is_sql, f.is_opportunity, f.is_customer,
			w.amount, w.currency,
			w.won_on - (f.created_at AT TIME ZONE 'UTC')::date AS days
		FROM (SELECT piste.funnel_maturity($4) AS days OFFSET 0) AS m
			CROSS JOIN piste.funnel_leads($1, $2, $3, $4) AS f
			LEFT JOIN piste.win AS w ON w.lead_id = f.lead_id
	), seen AS MATERIALIZED (
		SELECT v.cell, v.n FROM piste.funnel_visits($1, $2, $3, $4) AS v
	), place AS (
		SELECT k.cell, CASE WHEN row_number() OVER (ORDER BY sum(k.n) DESC,
			sum(k.seen) DESC, k.cell) > $5 THEN '*' ELSE k.cell END AS told
		FROM (SELECT c.cell, count(*) AS n, 0 AS seen FROM came AS c
				GROUP BY c.cell
			UNION ALL SELECT s.cell, 0, s.n FROM seen AS s
			WHERE $1 <> ALL ('{source,medium,country,region,seller}')) AS k
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
		SELECT p.told, sum(s.n)::bigint AS n
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
	SELECT x.told, CASE WHEN x.told IS NULL OR $1 <> ALL (
			'{source,medium,country,region,seller}') THEN coalesce(v.n, 0) END,
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
		CASE WHEN $1 IN ('week', 'month') THEN x.told END,
		c.leads DESC NULLS LAST, x.told
$$;
COMMENT ON FUNCTION piste.funnel(text, timestamptz, timestamptz, boolean, integer) IS
	'How many of those who came in that time got how far, by a split: a row for each of the cells_max cells with most leads, then all others (*), then the sum (NULL). young: leads that are not mature yet; mature_customers: customers among the others; days: median from lead to order; won: orders by currency. See funnel_leads and funnel_visits.';

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'EXECUTE ON FUNCTION piste.recycle_step(bigint, integer)'
	]) AS r (what);
