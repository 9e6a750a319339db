-- What campaigns cost: a ledger that is only added to, budgets, campaigns that
-- are parts of others, and overhead that several share.

ALTER TABLE piste.campaign
	ADD COLUMN parent_key text REFERENCES piste.campaign (key),
	ADD COLUMN archived_on date,
	ADD CONSTRAINT campaign_parent CHECK (parent_key <> key);
CREATE INDEX campaign_parent ON piste.campaign (parent_key)
	WHERE parent_key IS NOT NULL;
COMMENT ON COLUMN piste.campaign.parent_key IS
	'The campaign it is a part of, NULL: none; never in a circle';
COMMENT ON COLUMN piste.campaign.archived_on IS
	'Since when it takes no cost and no budget; its history stays. NULL: it does';

CREATE VIEW piste.campaign_tree AS
	WITH RECURSIVE tree (ancestor_key, campaign_key) AS (
		SELECT c.key, c.key FROM piste.campaign AS c
		UNION
		SELECT t.ancestor_key, c.key
		FROM tree AS t JOIN piste.campaign AS c
			ON c.parent_key = t.campaign_key
	)
	SELECT t.ancestor_key, t.campaign_key FROM tree AS t;
COMMENT ON VIEW piste.campaign_tree IS
	'Each campaign with itself and with all that are parts of it, at any depth';

-- The ledger.
CREATE TABLE piste.cost (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	campaign_key text REFERENCES piste.campaign (key),
	shared_by text CHECK (shared_by IN ('spend', 'leads', 'equally')),
	kind text NOT NULL CHECK (kind IN ('media', 'supplier', 'staff',
		'software', 'files')),
	from_day date NOT NULL,
	to_day date NOT NULL,
	amount numeric(14, 2) NOT NULL CHECK (amount <> 0
		AND amount > -1000000000000 AND amount < 1000000000000),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	supplier text NOT NULL DEFAULT '' CHECK (octet_length(supplier) <= 200),
	reference text NOT NULL DEFAULT ''
		CHECK (octet_length(reference) <= 100),
	source text NOT NULL CHECK (source IN ('command', 'file', 'leads')),
	actor text NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 200),
	at timestamptz NOT NULL DEFAULT now(),
	corrects bigint REFERENCES piste.cost (id),
	why text CHECK (octet_length(why) BETWEEN 1 AND 2000),
	hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
	copy integer NOT NULL CHECK (copy > 0),
	UNIQUE (hash, copy),
	CHECK (campaign_key IS NOT NULL OR shared_by IS NOT NULL),
	CHECK (amount > 0 OR corrects IS NOT NULL),
	CHECK ((corrects IS NULL) = (why IS NULL)),
	CHECK (from_day BETWEEN '2000-01-01' AND '2099-12-31'
		AND to_day BETWEEN from_day AND from_day + 1826)
);
CREATE INDEX cost_campaign ON piste.cost (campaign_key, from_day);
CREATE UNIQUE INDEX cost_countered ON piste.cost (corrects)
	WHERE amount < 0;
CREATE INDEX cost_reference ON piste.cost (supplier, reference)
	WHERE reference <> '';
COMMENT ON TABLE piste.cost IS
	'What was paid, for which campaign and which days. Only added to: what was wrong gets a counter-entry, with the same days and the amount below zero, and perhaps a right one. Written by piste.cost_take() and piste.cost_correct(), and for files of leads by what their import says they cost.';
COMMENT ON COLUMN piste.cost.id IS 'Order';
COMMENT ON COLUMN piste.cost.campaign_key IS
	'For which; with shared_by: for those that are parts of it; NULL: for all';
COMMENT ON COLUMN piste.cost.shared_by IS
	'Overhead, shared by what each of them spent, by its leads, or equally; NULL: that campaign''s own';
COMMENT ON COLUMN piste.cost.kind IS
	'media, supplier, staff, software, or files: purchase of addresses';
COMMENT ON COLUMN piste.cost.from_day IS 'The first day it is for';
COMMENT ON COLUMN piste.cost.to_day IS 'The last one';
COMMENT ON COLUMN piste.cost.amount IS
	'In currency, without tax; below zero: a counter-entry';
COMMENT ON COLUMN piste.cost.currency IS 'ISO 4217; never converted';
COMMENT ON COLUMN piste.cost.supplier IS 'Who was paid; empty: not said';
COMMENT ON COLUMN piste.cost.reference IS
	'The supplier''s invoice; empty: not said';
COMMENT ON COLUMN piste.cost.source IS
	'command: entered; file: from a file of costs; leads: of an import';
COMMENT ON COLUMN piste.cost.actor IS 'Who entered it';
COMMENT ON COLUMN piste.cost.at IS 'When it was entered';
COMMENT ON COLUMN piste.cost.corrects IS 'The entry it counters or replaces';
COMMENT ON COLUMN piste.cost.why IS 'Of what corrects: why';
COMMENT ON COLUMN piste.cost.hash IS
	'Of what it says: what is brought again is known by it';
COMMENT ON COLUMN piste.cost.copy IS
	'Of several that say the same, which: 1, 2 …';

CREATE FUNCTION piste.cost_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is only added to: what was wrong is corrected by another entry',
		TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION piste.cost_guard() IS
	'Refuses whatever it is a trigger of: books are not rewritten.';
CREATE TRIGGER cost_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON piste.cost
	FOR EACH STATEMENT EXECUTE FUNCTION piste.cost_guard();

CREATE FUNCTION piste.cost_within(amount numeric, from_day date,
	to_day date, since date, until date) RETURNS numeric
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN until < from_day OR since > to_day OR until < since THEN 0
	ELSE (div($1 * 100 * (least($5, $3) - $2 + 1), $3 - $2 + 1)
		- div($1 * 100 * (greatest($4, $2) - $2), $3 - $2 + 1)) / 100 END;
COMMENT ON FUNCTION piste.cost_within(numeric, date, date, date, date) IS
	'What of an amount for some days falls on those from since to until. By day it is the same number of cents, or one more: days sum to any period they make, and all of them to the amount. A counter-entry gives the same, below zero.';

CREATE FUNCTION piste.cost_borne(amount numeric, before numeric,
	from_day date, to_day date, since date, until date) RETURNS numeric
LANGUAGE sql IMMUTABLE
RETURN piste.cost_within($2 + $1, $3, $4, $5, $6)
	- piste.cost_within($2, $3, $4, $5, $6);
COMMENT ON FUNCTION piste.cost_borne(numeric, numeric, date, date, date,
	date) IS
	'As cost_within, of one part of an amount: before is what the parts before it sum to. So parts sum to what the whole has on any days, and days to the part; a part''s own day is less than two cents from an even one, and where that is less than a cent it may be one below zero.';

-- Overhead.
CREATE VIEW piste.cost_lead AS
	SELECT s.campaign_key,
		(l.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS leads
	FROM piste.lead AS l CROSS JOIN LATERAL (SELECT o.campaign_key
		FROM piste.submission AS o WHERE o.lead_id = l.id
		ORDER BY o.seq LIMIT 1) AS s
	WHERE l.merged_into IS NULL AND l.spam_at IS NULL
		AND s.campaign_key IS NOT NULL
	GROUP BY 1, 2;
COMMENT ON VIEW piste.cost_lead IS
	'Leads by the campaign of their first submission and the day they were made: by what overhead may be shared';

CREATE VIEW piste.cost_part AS
	WITH overhead AS MATERIALIZED (
		SELECT c.id, c.campaign_key, c.shared_by, c.kind, c.currency,
			c.from_day, c.to_day, c.amount * 100 AS cents
		FROM piste.cost AS c WHERE c.shared_by IS NOT NULL
	), heir AS (
		SELECT o.id, t.campaign_key, t.campaign_key = o.campaign_key AS is_self
		FROM overhead AS o JOIN piste.campaign_tree AS t
			ON t.ancestor_key = o.campaign_key
		UNION ALL
		SELECT o.id, c.key, false
		FROM overhead AS o CROSS JOIN piste.campaign AS c
			JOIN piste.offer AS f ON f.key = c.offer_key
				AND NOT f.is_synthetic
		WHERE o.campaign_key IS NULL
		UNION ALL
		SELECT o.id, '', true FROM overhead AS o
		WHERE o.campaign_key IS NULL
	), spent AS MATERIALIZED (
		SELECT o.id, c.campaign_key, sum(piste.cost_within(c.amount,
			c.from_day, c.to_day, o.from_day, o.to_day)) * 100 AS weight
		FROM overhead AS o JOIN piste.cost AS c ON c.shared_by IS NULL
			AND c.currency = o.currency AND c.from_day <= o.to_day
			AND c.to_day >= o.from_day
		WHERE o.shared_by = 'spend' GROUP BY o.id, c.campaign_key
		UNION ALL
		SELECT o.id, d.campaign_key, sum(d.leads)
		FROM overhead AS o JOIN piste.cost_lead AS d
			ON d.day BETWEEN o.from_day AND o.to_day
		WHERE o.shared_by = 'leads' GROUP BY o.id, d.campaign_key
	), weighed AS (
		SELECT h.id, h.campaign_key, coalesce(s.weight, 0) AS by_key,
			(c.key IS NOT NULL AND coalesce(c.starts <= o.to_day, true)
				AND coalesce(c.ends >= o.from_day, true)
				AND coalesce(c.archived_on >= o.from_day, true)
				AND NOT EXISTS (SELECT FROM piste.campaign AS p
					WHERE p.parent_key = c.key))::integer AS by_head,
			h.is_self::integer AS by_self
		FROM heir AS h JOIN overhead AS o USING (id)
			LEFT JOIN spent AS s ON s.id = h.id
				AND s.campaign_key = h.campaign_key
			LEFT JOIN piste.campaign AS c ON c.key = h.campaign_key
	), chosen AS (
		SELECT w.id, w.campaign_key,
			CASE WHEN sum(w.by_key) OVER entry > 0 THEN w.by_key
				WHEN sum(w.by_head) OVER entry > 0 THEN w.by_head
				ELSE w.by_self END AS weight
		FROM weighed AS w WINDOW entry AS (PARTITION BY w.id)
	), cut AS (
		SELECT o.id, c.campaign_key, o.cents,
			div(o.cents * c.weight, sum(c.weight) OVER entry) AS part,
			mod(o.cents * c.weight, sum(c.weight) OVER entry) AS rest
		FROM chosen AS c JOIN overhead AS o USING (id)
		WHERE c.weight > 0 WINDOW entry AS (PARTITION BY o.id)
	), whole AS (
		SELECT c.id, c.campaign_key, c.part + CASE WHEN row_number()
				OVER (PARTITION BY c.id ORDER BY abs(c.rest) DESC,
					c.campaign_key)
				<= abs(c.cents - sum(c.part) OVER (PARTITION BY c.id))
			THEN sign(c.cents) ELSE 0 END AS cents
		FROM cut AS c
	), given AS (
		SELECT w.id, w.campaign_key, w.cents, sum(w.cents) OVER (PARTITION
			BY w.id ORDER BY w.campaign_key) - w.cents AS before
		FROM whole AS w
	)
	SELECT c.id AS cost_id, c.campaign_key, c.kind, c.currency, c.from_day,
		c.to_day, c.amount, false AS is_shared, 0::numeric(14, 2) AS before
	FROM piste.cost AS c WHERE c.shared_by IS NULL
	UNION ALL
	SELECT o.id, g.campaign_key, o.kind, o.currency, o.from_day, o.to_day,
		(g.cents / 100)::numeric(14, 2), true,
		(g.before / 100)::numeric(14, 2)
	FROM given AS g JOIN overhead AS o USING (id) WHERE g.cents <> 0;
COMMENT ON VIEW piste.cost_part IS
	'Each entry by the campaigns that bear it. Overhead goes to all that are parts of its campaign, itself among them, or to all of real offers: by what they spent of their own in its days and currency, by leads made in them (UTC), or in equal parts to those without parts of their own that ran then; in equal parts, too, where nobody spent or had a lead; to its campaign itself, or to nobody (empty), where none ran. Whole cents by the largest remainder (Hamilton''s method), equal ones by key: the parts of an entry sum to it. before: what parts with lower keys sum to, as cost_borne() wants it.';

CREATE VIEW piste.cost_day AS
	SELECT p.campaign_key, d.day::date AS day, p.kind, p.currency,
		sum(piste.cost_borne(p.amount, p.before, p.from_day, p.to_day,
			d.day::date, d.day::date))::numeric(20, 2) AS amount, p.is_shared
	FROM piste.cost_part AS p CROSS JOIN LATERAL generate_series(
		p.from_day::timestamp, p.to_day::timestamp, interval '1 day')
		AS d (day)
	GROUP BY p.campaign_key, d.day, p.kind, p.currency, p.is_shared;
COMMENT ON VIEW piste.cost_day IS
	'What each campaign cost on each day, by kind and currency, its own and its part of overhead (is_shared; campaign empty: nobody''s), as in cost_part and cost_borne: sums over days, kinds and campaigns are those of the ledger to the cent.';

-- Entries.
CREATE FUNCTION piste.cost_lock() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.cost', 0));
END $$;
COMMENT ON FUNCTION piste.cost_lock() IS
	'Makes those who add to the ledger or to budgets wait for each other until commit.';

CREATE FUNCTION piste.cost_hash(c piste.cost) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN encode(sha256(convert_to(jsonb_build_array(c.campaign_key,
	c.shared_by, c.kind, c.from_day, c.to_day,
	c.amount::numeric(14, 2), c.currency, c.supplier, c.reference)::text, 'UTF8')), 'hex');
COMMENT ON FUNCTION piste.cost_hash(piste.cost) IS
	'Of all that an entry says, but for who entered it when and why.';

CREATE FUNCTION piste.cost_outside(campaign text, from_day date, to_day date)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN c.archived_on IS NOT NULL
			THEN format('campaign %s is archived since %s', c.key,
				c.archived_on)
		WHEN $2 < c.starts OR $3 > c.ends
			THEN format('campaign %s runs from %s to %s', c.key,
				coalesce(c.starts::text, 'ever'),
				coalesce(c.ends::text, 'ever')) END
	FROM piste.campaign AS c WHERE c.key = $1
$$;
COMMENT ON FUNCTION piste.cost_outside(text, date, date) IS
	'Why a campaign has no business on those days, NULL: it has.';

CREATE FUNCTION piste.cost_problem(c piste.cost, is_anyway boolean)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	other record;
	outside text;
BEGIN
	IF c.campaign_key IS NOT NULL AND NOT EXISTS (SELECT
		FROM piste.campaign AS o WHERE o.key = c.campaign_key)
	THEN
		RETURN format('there is no campaign %s', c.campaign_key);
	ELSIF is_anyway THEN
		RETURN NULL;
	END IF;
	outside := piste.cost_outside(c.campaign_key, c.from_day, c.to_day);
	IF outside IS NOT NULL THEN
		RETURN outside || '; --anyway enters it all the same';
	ELSIF c.reference = '' THEN
		RETURN NULL;
	END IF;
	SELECT o.id, o.amount, o.currency INTO other FROM piste.cost AS o
	WHERE o.reference = c.reference AND o.supplier = c.supplier
		AND o.campaign_key IS NOT DISTINCT FROM c.campaign_key
		AND o.kind = c.kind AND o.amount > 0
		AND (o.from_day, o.to_day) = (c.from_day, c.to_day)
		AND (o.amount, o.currency) <> (c.amount, c.currency)
		AND NOT EXISTS (SELECT FROM piste.cost AS n
			WHERE n.corrects = o.id AND n.amount < 0)
	ORDER BY o.id DESC LIMIT 1;
	RETURN CASE WHEN FOUND THEN format(
		'%s is in the ledger with %s %s, by entry %s: correct that one; --anyway enters another',
		c.reference, other.amount, other.currency, other.id) END;
END $$;
COMMENT ON FUNCTION piste.cost_problem(piste.cost, boolean) IS
	'Why an entry can''t be, NULL: it can. is_anyway: although its campaign is over or archived, or its reference is known with another amount.';

CREATE FUNCTION piste.cost_take(entries jsonb, from_source text, who text,
	is_anyway boolean, is_trial boolean, OUT line bigint, OUT id bigint,
	OUT change text, OUT problem text)
RETURNS SETOF record
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.cost_lock();
	RETURN QUERY
	WITH given AS MATERIALIZED (
		SELECT (e->>'line')::bigint AS line,
			coalesce((e->>'again')::boolean, false) AS is_again,
			jsonb_populate_record(NULL::piste.cost, e
				- '{line,again}'::text[]) AS c
		FROM jsonb_array_elements(entries) AS e
	), named AS MATERIALIZED (
		SELECT g.line, g.is_again, g.c, piste.cost_hash(g.c) AS hash
		FROM given AS g
	), judged AS MATERIALIZED (
		SELECT n.line, n.c, n.hash, (row_number()
				OVER (PARTITION BY n.hash ORDER BY n.line)
			+ CASE WHEN n.is_again THEN (SELECT count(*)
				FROM piste.cost AS o WHERE o.hash = n.hash)
			ELSE 0 END)::integer AS copy
		FROM named AS n
	), told AS MATERIALIZED (
		SELECT j.line, j.c, j.hash, j.copy, k.id, CASE WHEN k.id IS NULL
			THEN piste.cost_problem(j.c, is_anyway) END AS problem
		FROM judged AS j LEFT JOIN piste.cost AS k USING (hash, copy)
	), written AS (
		INSERT INTO piste.cost AS o (campaign_key, shared_by, kind,
			from_day, to_day, amount, currency, supplier, reference,
			source, actor, hash, copy)
		SELECT (t.c).campaign_key, (t.c).shared_by, (t.c).kind,
			(t.c).from_day, (t.c).to_day, (t.c).amount, (t.c).currency,
			(t.c).supplier, (t.c).reference, from_source, who, t.hash,
			t.copy
		FROM told AS t WHERE t.id IS NULL AND NOT is_trial
			AND NOT EXISTS (SELECT FROM told AS p
				WHERE p.problem IS NOT NULL)
		ORDER BY t.line
		RETURNING o.id, o.hash, o.copy
	)
	SELECT t.line, coalesce(t.id, w.id), CASE
		WHEN t.problem IS NOT NULL THEN 'refused'
		WHEN t.id IS NOT NULL THEN 'known' ELSE 'new' END, t.problem
	FROM told AS t LEFT JOIN written AS w USING (hash, copy)
	ORDER BY t.line;
END $$;
COMMENT ON FUNCTION piste.cost_take(jsonb, text, text, boolean, boolean) IS
	'Adds entries, all of them or none: objects with the columns of cost and their line, and what became of each: new, known (the ledger has it, or has as many that say the same as there are up to this one) or refused. again: another one that says the same; is_anyway: as cost_problem has it; is_trial: adds nothing.';

CREATE FUNCTION piste.cost_follow(c piste.cost, entry bigint, who text,
	reason text) RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.cost AS o (campaign_key, shared_by, kind, from_day,
		to_day, amount, currency, supplier, reference, source, actor,
		corrects, why, hash, copy)
	SELECT c.campaign_key, c.shared_by, c.kind, c.from_day, c.to_day,
		c.amount, c.currency, c.supplier, c.reference, 'command', who,
		entry, reason, h.hash, 1 + (SELECT count(*) FROM piste.cost AS k
			WHERE k.hash = h.hash)
	FROM (SELECT piste.cost_hash(c) AS hash) AS h
	RETURNING o.id
$$;
COMMENT ON FUNCTION piste.cost_follow(piste.cost, bigint, text, text) IS
	'The entry that follows another: under cost_lock().';

CREATE FUNCTION piste.cost_correct(entry bigint, right_amount numeric,
	who text, reason text, OUT counter_id bigint, OUT id bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c piste.cost;
	other bigint;
BEGIN
	PERFORM piste.cost_lock();
	SELECT o.id, o.campaign_key, o.shared_by, o.kind, o.from_day, o.to_day,
		o.amount, o.currency, o.supplier, o.reference
	INTO c.id, c.campaign_key, c.shared_by, c.kind, c.from_day, c.to_day,
		c.amount, c.currency, c.supplier, c.reference
	FROM piste.cost AS o WHERE o.id = entry;
	SELECT o.id INTO other FROM piste.cost AS o
	WHERE o.corrects = entry AND o.amount < 0;
	IF c.id IS NULL THEN
		RAISE EXCEPTION 'there is no entry %', entry
			USING ERRCODE = 'no_data_found';
	ELSIF c.amount < 0 THEN
		RAISE EXCEPTION 'entry % is a counter-entry', entry
			USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF other IS NOT NULL THEN
		RAISE EXCEPTION 'entry % was countered already, by entry %', entry,
			other USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF c.amount = right_amount THEN
		RAISE EXCEPTION 'entry % says % already', entry, c.amount
			USING ERRCODE = 'check_violation';
	END IF;
	c.amount := -c.amount;
	counter_id := piste.cost_follow(c, entry, who, reason);
	IF right_amount IS NOT NULL THEN
		c.amount := right_amount;
		id := piste.cost_follow(c, entry, who, reason);
	END IF;
END $$;
COMMENT ON FUNCTION piste.cost_correct(bigint, numeric, text, text) IS
	'Counters an entry, and with an amount also enters the right one for the same. A counter-entry can''t be countered, nor an entry twice.';

-- What files of leads cost, as their import says, is a cost like others.
CREATE FUNCTION piste.cost_of_import(i piste.import) RETURNS piste.cost
LANGUAGE sql STABLE
RETURN jsonb_populate_record(NULL::piste.cost, jsonb_build_object(
	'campaign_key', i.campaign_key, 'kind', 'files',
	'from_day', (i.started_at AT TIME ZONE 'UTC')::date,
	'to_day', (i.started_at AT TIME ZONE 'UTC')::date,
	'amount', least(i.cost, 999999999999.99), 'currency', i.currency,
	'supplier', coalesce(i.supplier, ''), 'reference', 'import ' || i.id));
COMMENT ON FUNCTION piste.cost_of_import(piste.import) IS
	'The entry that a file of leads with a cost makes.';

CREATE FUNCTION piste.cost_follow_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c piste.cost := piste.cost_of_import(NEW);
BEGIN
	PERFORM piste.cost_lock();
	INSERT INTO piste.cost (campaign_key, kind, from_day, to_day, amount,
		currency, supplier, reference, source, actor, hash, copy)
	VALUES (c.campaign_key, c.kind, c.from_day, c.to_day, c.amount,
		c.currency, c.supplier, c.reference, 'leads', 'piste',
		piste.cost_hash(c), 1);
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.cost_follow_import() FROM PUBLIC;
COMMENT ON FUNCTION piste.cost_follow_import() IS
	'Enters what a file of leads cost, whoever may import it.';
CREATE TRIGGER cost_follow_import AFTER INSERT ON piste.import FOR EACH ROW
	WHEN (NEW.cost >= 0.005) EXECUTE FUNCTION piste.cost_follow_import();
INSERT INTO piste.cost (campaign_key, kind, from_day, to_day, amount, currency,
	supplier, reference, source, actor, hash, copy)
SELECT (x.c).campaign_key, (x.c).kind, (x.c).from_day, (x.c).to_day,
	(x.c).amount, (x.c).currency, (x.c).supplier, (x.c).reference, 'leads',
	'piste', piste.cost_hash(x.c), 1
FROM (SELECT i.id, piste.cost_of_import(i) AS c FROM piste.import AS i
	WHERE i.cost >= 0.005 OFFSET 0) AS x ORDER BY x.id;

-- Budgets.
CREATE TABLE piste.budget (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	campaign_key text NOT NULL REFERENCES piste.campaign (key),
	from_day date NOT NULL,
	to_day date NOT NULL,
	amount numeric(14, 2) NOT NULL
		CHECK (amount >= 0 AND amount < 1000000000000),
	currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
	actor text NOT NULL CHECK (octet_length(actor) BETWEEN 1 AND 200),
	at timestamptz NOT NULL DEFAULT now(),
	CHECK (from_day BETWEEN '2000-01-01' AND '2099-12-31'
		AND to_day BETWEEN from_day AND from_day + 1826)
);
CREATE INDEX budget_campaign ON piste.budget (campaign_key, from_day);
COMMENT ON TABLE piste.budget IS
	'What a campaign, with all that are parts of it, may cost in some days. Only added to: of a campaign, days and currency the last one stands, and none where that is 0. Written by piste.budget_put().';
COMMENT ON COLUMN piste.budget.id IS 'Order';
COMMENT ON COLUMN piste.budget.campaign_key IS 'Whose';
COMMENT ON COLUMN piste.budget.from_day IS 'The first day';
COMMENT ON COLUMN piste.budget.to_day IS 'The last one';
COMMENT ON COLUMN piste.budget.amount IS 'In currency; 0: none any more';
COMMENT ON COLUMN piste.budget.currency IS 'ISO 4217';
COMMENT ON COLUMN piste.budget.actor IS 'Who said so';
COMMENT ON COLUMN piste.budget.at IS 'When';
CREATE TRIGGER cost_guard BEFORE UPDATE OR DELETE OR TRUNCATE
	ON piste.budget FOR EACH STATEMENT EXECUTE FUNCTION piste.cost_guard();

CREATE VIEW piste.budget_use AS
	WITH standing AS (
		SELECT DISTINCT ON (b.campaign_key, b.from_day, b.to_day, b.currency)
			b.id, b.campaign_key, b.from_day, b.to_day, b.amount,
			b.currency, b.actor, b.at
		FROM piste.budget AS b
		ORDER BY b.campaign_key, b.from_day, b.to_day, b.currency, b.id DESC
	), kept AS MATERIALIZED (
		SELECT s.id, s.campaign_key, s.from_day, s.to_day, s.amount,
			s.currency, s.actor, s.at
		FROM standing AS s WHERE s.amount > 0
	), below AS MATERIALIZED (
		SELECT k.id, t.campaign_key, k.from_day, k.to_day, k.currency
		FROM kept AS k JOIN piste.campaign_tree AS t
			ON t.ancestor_key = k.campaign_key
	), spent AS (
		SELECT b.id, sum(piste.cost_within(e.amount, e.from_day, e.to_day,
			b.from_day, b.to_day)) AS spent
		FROM below AS b JOIN piste.cost AS e
			ON e.campaign_key = b.campaign_key
				AND e.currency = b.currency AND e.from_day <= b.to_day
				AND e.to_day >= b.from_day
		GROUP BY b.id
	), given AS (
		SELECT k.id, sum(o.amount) AS given
		FROM kept AS k JOIN piste.campaign AS p
				ON p.parent_key = k.campaign_key
			JOIN kept AS o ON o.campaign_key = p.key
				AND o.currency = k.currency AND o.from_day >= k.from_day
				AND o.to_day <= k.to_day
		GROUP BY k.id
	)
	SELECT k.id, k.campaign_key, k.from_day, k.to_day, k.currency, k.amount,
		coalesce(c.spent, 0)::numeric(20, 2) AS spent,
		coalesce(d.given, 0)::numeric(20, 2) AS given, k.actor, k.at
	FROM kept AS k LEFT JOIN spent AS c USING (id)
		LEFT JOIN given AS d USING (id);
COMMENT ON VIEW piste.budget_use IS
	'Budgets that stand. spent: what entries for the campaign and all that are parts of it say of those days and that currency, also overhead that only they share, but no part of overhead from above; given: budgets within it of campaigns right below.';

CREATE FUNCTION piste.budget_put(campaign text, from_day date, to_day date,
	amount numeric, currency text, who text, is_anyway boolean)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was numeric;
	outside text;
BEGIN
	PERFORM piste.cost_lock();
	IF NOT EXISTS (SELECT FROM piste.campaign AS c WHERE c.key = $1) THEN
		RAISE EXCEPTION 'there is no campaign %', $1
			USING ERRCODE = 'no_data_found';
	END IF;
	outside := piste.cost_outside($1, $2, $3);
	IF outside IS NOT NULL AND $4 > 0 AND NOT is_anyway THEN
		RAISE EXCEPTION '%; --anyway keeps it all the same', outside
			USING ERRCODE = 'check_violation';
	END IF;
	SELECT b.amount INTO was FROM piste.budget AS b
	WHERE b.campaign_key = $1 AND b.from_day = $2 AND b.to_day = $3
		AND b.currency = $5
	ORDER BY b.id DESC LIMIT 1;
	IF coalesce(was, 0) = $4 THEN
		RETURN 'unchanged';
	END IF;
	INSERT INTO piste.budget (campaign_key, from_day, to_day, amount,
		currency, actor)
	VALUES ($1, $2, $3, $4, $5, $6);
	RETURN CASE WHEN $4 = 0 THEN 'removed'
		WHEN coalesce(was, 0) = 0 THEN 'new' ELSE 'changed' END;
END $$;
COMMENT ON FUNCTION piste.budget_put(text, date, date, numeric, text, text,
	boolean) IS
	'Says what a campaign may cost in some days, 0: nothing is said any more: new, changed, removed or unchanged. Refuses days on which it does not run, and an archived one, unless anyway.';

CREATE FUNCTION piste.cost_tree(since date, until date, in_currency text,
	of_synthetic boolean, OUT campaign_key text, OUT depth integer,
	OUT own numeric, OUT shared numeric, OUT whole numeric)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE sort AS (
		SELECT c.key, c.parent_key
		FROM piste.campaign AS c JOIN piste.offer AS f
			ON f.key = c.offer_key AND f.is_synthetic = $4
	), walk (key, depth) AS (
		SELECT s.key, 0 FROM sort AS s WHERE NOT EXISTS (SELECT
			FROM sort AS p WHERE p.key = s.parent_key)
		UNION ALL
		SELECT s.key, w.depth + 1
		FROM walk AS w JOIN sort AS s ON s.parent_key = w.key
	) SEARCH DEPTH FIRST BY key SET way, borne AS MATERIALIZED (
		SELECT p.campaign_key AS key, sum(x.amount)
				FILTER (WHERE NOT p.is_shared) AS own,
			sum(x.amount) FILTER (WHERE p.is_shared) AS shared
		FROM piste.cost_part AS p CROSS JOIN LATERAL (SELECT
			piste.cost_borne(p.amount, p.before, p.from_day, p.to_day, $1,
			$2) AS amount) AS x
		WHERE p.currency = $3 AND p.from_day <= $2 AND p.to_day >= $1
		GROUP BY p.campaign_key
	), below AS (
		SELECT t.ancestor_key AS key,
			sum(coalesce(d.own, 0) + coalesce(d.shared, 0)) AS whole
		FROM piste.campaign_tree AS t
			JOIN borne AS d ON d.key = t.campaign_key
			JOIN sort AS s ON s.key = t.campaign_key
		GROUP BY t.ancestor_key
	), told AS (
		SELECT w.key, w.depth, w.way, coalesce(b.own, 0) AS own,
			coalesce(b.shared, 0) AS shared, coalesce(l.whole, 0) AS whole
		FROM walk AS w LEFT JOIN borne AS b ON b.key = w.key
			LEFT JOIN below AS l ON l.key = w.key
		UNION ALL
		SELECT '', 0, NULL, coalesce(b.own, 0), b.shared, b.shared
		FROM borne AS b WHERE b.key = '' AND NOT $4
	), lines AS (
		SELECT t.key, t.depth, t.own, t.shared, t.whole,
			row_number() OVER (ORDER BY t.key = '', t.way) AS n
		FROM told AS t
	)
	SELECT l.key, l.depth, l.own::numeric(20, 2), l.shared::numeric(20, 2),
		l.whole::numeric(20, 2)
	FROM (SELECT i.key, i.depth, i.own, i.shared, i.whole, i.n FROM lines AS i
		UNION ALL
		SELECT NULL, 0, sum(o.own), sum(o.shared), sum(o.own + o.shared),
			NULL FROM lines AS o HAVING count(*) > 0) AS l
	ORDER BY l.n NULLS LAST
$$;
COMMENT ON FUNCTION piste.cost_tree(date, date, text, boolean) IS
	'What campaigns of real or of invented offers cost in those days and in one currency, each below the one it is a part of: of its own, its part of overhead, and in all with those below it; overhead of nobody''s (empty), and the sum (NULL), which is that of the uppermost ones and nobody''s.';
