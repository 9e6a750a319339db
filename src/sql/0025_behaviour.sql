-- What people do besides sending forms: pages of the marketer's own site,
-- documents, links of mails, webinars.  Tied to a person only with their
-- consent; else only counted.

CREATE TABLE piste.event (
	id bigint GENERATED ALWAYS AS IDENTITY,
	at timestamptz NOT NULL,
	kind text NOT NULL CHECK (kind IN ('page_view', 'page_meaningful',
		'document', 'mail_link', 'form_started', 'webinar')),
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 64),
	person_id bigint,
	submission_id uuid,
	via text NOT NULL CHECK (via IN ('beacon', 'link', 'form', 'import')),
	PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX event_person ON piste.event (person_id, at)
	WHERE person_id IS NOT NULL;
CREATE INDEX event_submission ON piste.event (submission_id)
	WHERE submission_id IS NOT NULL;
-- No foreign keys: making or dropping a day's partition would lock persons
-- and submissions, whose rows are never removed anyway.
COMMENT ON TABLE piste.event IS
	'What a person who consented to it has done, a partition for each day in UTC: event_20261231. Written by piste.event_take() alone; a day goes as a whole, by retention.';
COMMENT ON COLUMN piste.event.id IS 'Order of writing';
COMMENT ON COLUMN piste.event.at IS 'When it happened';
COMMENT ON COLUMN piste.event.kind IS
	'page_view: a page of the site an origin observes; page_meaningful: one it declares; document: an asset fetched from a page of ours; mail_link: a link of a mail, followed by a human; form_started: the first step answered; webinar: attended';
COMMENT ON COLUMN piste.event.name IS
	'Of a page_view and a mail''s link to an observed site the origin''s key, of a page_meaningful what the origin calls it, of a webinar its name; else our page''s key';
COMMENT ON COLUMN piste.event.person_id IS
	'Who: follows the submission when persons are merged or parted; NULL once erased or their consent is withdrawn';
COMMENT ON COLUMN piste.event.submission_id IS
	'By which it was tied: of a link the person''s last one; NULL as person_id, or when there is none';
COMMENT ON COLUMN piste.event.via IS
	'beacon: told by a page''s script; link: a signed link; form; import: a file';

CREATE TABLE piste.event_count (
	day date NOT NULL,
	kind text NOT NULL,
	name text NOT NULL,
	n bigint NOT NULL CHECK (n > 0),
	PRIMARY KEY (day, kind, name)
);
COMMENT ON TABLE piste.event_count IS
	'What was done by nobody we may name, as sums; what persons did is in event alone';
COMMENT ON COLUMN piste.event_count.day IS 'In UTC';
COMMENT ON COLUMN piste.event_count.kind IS 'As in event';
COMMENT ON COLUMN piste.event_count.name IS 'As in event';
COMMENT ON COLUMN piste.event_count.n IS 'How often';

CREATE TABLE piste.event_once (
	id uuid PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_once_at ON piste.event_once (at);
COMMENT ON TABLE piste.event_once IS
	'What was told lately, so that it counts once however often it is told';
COMMENT ON COLUMN piste.event_once.id IS 'A hash of the teller''s own name for it';
COMMENT ON COLUMN piste.event_once.at IS 'When it was told; forgotten two days later, infinity: never';

CREATE VIEW piste.behaviour AS
	SELECT o.day, o.kind, o.name, sum(o.n)::bigint AS n FROM (
		SELECT c.day, c.kind, c.name, c.n FROM piste.event_count AS c
		UNION ALL
		SELECT (e.at AT TIME ZONE 'UTC')::date, e.kind, e.name, 1
		FROM piste.event AS e
		UNION ALL
		SELECT f.day, 'form_started', f.page_key, f.started
		FROM piste.form_started AS f
	) AS o GROUP BY o.day, o.kind, o.name;
COMMENT ON VIEW piste.behaviour IS
	'How often what was done, by whomever; forms in steps that were begun are among them';
COMMENT ON COLUMN piste.behaviour.day IS 'In UTC';
COMMENT ON COLUMN piste.behaviour.kind IS 'As in event';
COMMENT ON COLUMN piste.behaviour.name IS 'As in event';
COMMENT ON COLUMN piste.behaviour.n IS 'How often';

-- Who may be observed.
CREATE FUNCTION piste.may_observe(person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	-- What still waits for its confirmation says nothing, either way.
	SELECT coalesce((
		SELECT piste.may_contact($1, said.purpose, said.channel,
			said.recipient)
		FROM (SELECT c.purpose, c.channel, c.recipient
			FROM piste.consent AS c
			WHERE c.person_id = $1
				AND NOT (c.what = 'given' AND c.needs_confirm)
				AND c.purpose IN (
				SELECT o.definition->'observe'->>'purpose'
				FROM piste.origin AS o WHERE o.definition->'revoked'
					IS DISTINCT FROM 'true')
			ORDER BY c.seq DESC LIMIT 1) AS said), false)
$$;
COMMENT ON FUNCTION piste.may_observe(bigint) IS
	'May what this person does be kept under their name? By their last word on the purpose that the site''s origins name in "observe", by whatever channel they said it: who takes it back by one is observed by none.';

CREATE FUNCTION piste.event_whose(kind text, who text, OUT person bigint,
	OUT submission uuid)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF kind = 'submission' THEN
		SELECT piste.person_now(s.person_id), s.id INTO person, submission
		FROM piste.submission AS s
		WHERE s.id = who::uuid AND s.outcome <> 'quarantined';
		RETURN;
	ELSIF kind = 'link' THEN
		SELECT piste.person_now(r.person_id) INTO person
		FROM piste.recipient AS r
		WHERE r.id = who::uuid AND r.expires_at > now();
	ELSIF kind = 'person' THEN
		person := piste.person_now(who::bigint);
	END IF;
	SELECT s.id INTO submission
	FROM piste.lead AS l JOIN piste.submission AS s ON s.lead_id = l.id
	WHERE l.person_id = person ORDER BY s.seq DESC LIMIT 1;
END $$;
COMMENT ON FUNCTION piste.event_whose(text, text) IS
	'Whom a signed link names, which holds a submission, a link or a person, and the submission to follow from now on; NULL: nobody, or nobody any more.';

-- Days.
CREATE FUNCTION piste.event_partition(day date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
	name text := 'event_' || to_char(day, 'YYYYMMDD');
BEGIN
	IF to_regclass('piste.' || name) IS NOT NULL THEN
		RETURN;
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.event', 0));
	IF to_regclass('piste.' || name) IS NOT NULL THEN
		RETURN;
	END IF;
	-- Made aside and attached: the parent is read and written meanwhile.
	EXECUTE format('CREATE TABLE piste.%I (LIKE piste.event INCLUDING'
		' DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES'
		' INCLUDING COMMENTS)', name);
	EXECUTE format('COMMENT ON TABLE piste.%I IS %L', name,
		'A day of piste.event');
	EXECUTE format('ALTER TABLE piste.event ATTACH PARTITION piste.%I'
		' FOR VALUES FROM (%L) TO (%L)', name, day || ' 00:00+00',
		day + 1 || ' 00:00+00');
END $$;
COMMENT ON FUNCTION piste.event_partition(date) IS
	'Makes a day''s partition if it is not there.';

CREATE FUNCTION piste.event_upkeep(before timestamptz, after text,
	rows_max integer, OUT done bigint, OUT next text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
DECLARE
	over text;
BEGIN
	done := 0;
	IF after IS NULL THEN
		PERFORM piste.event_partition(
			(now() AT TIME ZONE 'UTC')::date + ahead)
		FROM generate_series(0, 7) AS ahead;
		next := 'names';
	ELSIF after = 'names' THEN
		-- What was written in the moment of a withdrawal, unseen by it.  Each
		-- person is asked for once, before any day is read.
		UPDATE piste.event AS e SET person_id = NULL, submission_id = NULL
		WHERE e.person_id = ANY (ARRAY(SELECT w.person_id FROM (
				SELECT DISTINCT c.person_id FROM piste.consent AS c
				WHERE c.what = 'withdrawn'
					AND c.given_at > now() - interval '2 days'
					AND c.person_id IS NOT NULL
				OFFSET 0) AS w
			WHERE NOT piste.may_observe(w.person_id)));
		next := 'told';
	ELSIF after = 'told' THEN
		-- A row is a name and a moment: many are no more than few others.
		DELETE FROM piste.event_once AS o WHERE o.id IN (
			SELECT d.id FROM piste.event_once AS d
			WHERE d.at < now() - interval '2 days'
			ORDER BY d.at LIMIT rows_max * 50);
		next := CASE WHEN FOUND THEN 'told' ELSE 'days' END;
	ELSE
		-- Last, and one day at a time: whoever tells or reads waits for it.
		SELECT c.relname INTO over FROM pg_inherits AS i
			JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'piste.event'::regclass
			AND c.relname < 'event_'
				|| to_char(before AT TIME ZONE 'UTC', 'YYYYMMDD')
		ORDER BY 1 LIMIT 1;
		IF over IS NULL THEN
			RETURN;
		END IF;
		EXECUTE format('SELECT count(*) FROM piste.%I', over) INTO done;
		EXECUTE format('DROP TABLE piste.%I', over);
		next := 'days';
	END IF;
END $$;
COMMENT ON FUNCTION piste.event_upkeep(timestamptz, text, integer) IS
	'A step of a pass, as retention_step: makes the days of the week to come; takes off names that a withdrawal missed; forgets what was told when, fifty times rows_max at a time; drops the days that ended before that moment, one at a time. How many events went.';

CREATE FUNCTION piste.event_take(kinds text[], names text[], at_ms bigint[],
	vias text[], whose text[], whos text[], tellings text[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.event_partition(d.day) FROM (
		SELECT DISTINCT (to_timestamp(t / 1000.0) AT TIME ZONE 'UTC')::date
			AS day FROM unnest(at_ms) AS t ORDER BY 1) AS d;
	-- A merge or an erasure that is under way ends first.
	PERFORM FROM piste.person AS p WHERE p.id IN (
		SELECT w.person FROM unnest(whose, whos) AS u (kind, who)
			CROSS JOIN LATERAL piste.event_whose(u.kind, u.who) AS w
		WHERE u.kind <> '')
	ORDER BY p.id FOR KEY SHARE;
	WITH given AS (
		SELECT DISTINCT ON (md5(u.kind || ' ' || u.telling)::uuid)
			md5(u.kind || ' ' || u.telling)::uuid AS id, u.kind, u.name,
			to_timestamp(u.ms / 1000.0) AS at, u.via, u.whose, u.who, u.ord
		FROM unnest(kinds, names, at_ms, vias, whose, whos, tellings)
			WITH ORDINALITY AS u (kind, name, ms, via, whose, who, telling,
				ord)
		ORDER BY 1, u.ord
	), fresh AS (
		INSERT INTO piste.event_once (id, at)
		SELECT g.id, CASE g.kind WHEN 'webinar' THEN 'infinity' ELSE now() END
		FROM given AS g ORDER BY g.id ON CONFLICT DO NOTHING RETURNING id
	), told AS MATERIALIZED (
		SELECT g.kind, g.name, g.at, g.via, g.ord, w.submission,
			CASE WHEN piste.may_observe(w.person) THEN w.person END AS person
		FROM fresh AS f JOIN given AS g USING (id)
			LEFT JOIN LATERAL piste.event_whose(g.whose, g.who) AS w
				ON g.whose <> ''
	), kept AS (
		INSERT INTO piste.event (at, kind, name, person_id, submission_id,
			via)
		SELECT t.at, t.kind, t.name, t.person, t.submission, t.via
		FROM told AS t WHERE t.person IS NOT NULL ORDER BY t.ord
	)
	INSERT INTO piste.event_count AS c (day, kind, name, n)
	SELECT (t.at AT TIME ZONE 'UTC')::date, t.kind, t.name, count(*)
	FROM told AS t WHERE t.person IS NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
	ON CONFLICT (day, kind, name) DO UPDATE SET n = c.n + excluded.n;
END $$;
COMMENT ON FUNCTION piste.event_take(text[], text[], bigint[], text[], text[], text[], text[]) IS
	'Takes a batch: kind, name, when, via, whose (submission, link, person or empty) and which, and the teller''s own name for it, by which it counts once. Who did not consent is counted without a name. Safe to repeat.';

CREATE FUNCTION piste.event_webinar(of_import bigint, webinar text,
	day date) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	part record;
	n bigint := 0;
	-- At noon it is that day nearly everywhere.
	day_ms bigint := extract(epoch FROM coalesce(
		(day + time '12:00') AT TIME ZONE 'UTC', now())) * 1000;
BEGIN
	FOR part IN SELECT array_agg(o.id) AS ids FROM (
			SELECT b.submission_id::text AS id,
				row_number() OVER (ORDER BY b.submission_id) / 1000 AS part
			FROM (SELECT DISTINCT i.submission_id
				FROM piste.import_submission AS i
				WHERE i.import_id = of_import) AS b
		) AS o GROUP BY o.part ORDER BY o.part
	LOOP
		PERFORM piste.event_take(
			array_fill('webinar'::text, ARRAY[cardinality(part.ids)]),
			array_fill(webinar, ARRAY[cardinality(part.ids)]),
			array_fill(day_ms, ARRAY[cardinality(part.ids)]),
			array_fill('import'::text, ARRAY[cardinality(part.ids)]),
			array_fill('submission'::text, ARRAY[cardinality(part.ids)]),
			part.ids, ARRAY(SELECT webinar || ' '
				|| coalesce(s.person_id::text, o.id)
				FROM unnest(part.ids) WITH ORDINALITY AS o (id, ord)
					LEFT JOIN piste.submission AS s ON s.id = o.id::uuid
				ORDER BY o.ord));
		n := n + cardinality(part.ids);
	END LOOP;
	RETURN n;
END $$;
COMMENT ON FUNCTION piste.event_webinar(bigint, text, date) IS
	'Whoever an import named attended that webinar on that day, NULL: today; how many. A person attends it once, in however many files.';

-- Who takes the consent back is not followed under their name any more, nor
-- was before.
CREATE FUNCTION piste.event_withdrawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM piste.origin AS o
			WHERE o.definition->'observe'->>'purpose' = NEW.purpose)
		AND NOT piste.may_observe(NEW.person_id)
	THEN
		UPDATE piste.event AS e SET person_id = NULL, submission_id = NULL
		WHERE e.person_id = NEW.person_id;
	END IF;
	RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION piste.event_withdrawn() FROM PUBLIC;
COMMENT ON FUNCTION piste.event_withdrawn() IS
	'Takes the name off what a person did who may be observed no more. A word on what no origin names reads no event; where one did once, event_upkeep() takes the name off.';
CREATE TRIGGER event_withdrawn AFTER INSERT ON piste.consent
	FOR EACH ROW WHEN (NEW.what = 'withdrawn')
	EXECUTE FUNCTION piste.event_withdrawn();

SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.person_follow(uuid[])',
		'IF NOT EXISTS (SELECT FROM piste.conversion AS c',
		'UPDATE piste.event AS e SET person_id = s.person_id
	FROM piste.submission AS s
	WHERE s.id = ANY (submissions) AND e.submission_id = s.id
		AND e.person_id <> s.person_id;
	IF NOT EXISTS (SELECT FROM piste.conversion AS c'),
	('piste.retention_step(text, interval, timestamptz, text, integer)',
		'ELSIF purpose = ''objection'' THEN',
		'ELSIF purpose = ''event'' THEN
		SELECT u.done, u.next INTO done, next
		FROM piste.event_upkeep(before, after, rows_max) AS u;
	ELSIF purpose = ''objection'' THEN'),
	('piste.retention_due(text, interval, timestamptz)',
		'WHEN ''objection'' THEN',
		'WHEN ''event'' THEN (SELECT count(*) FROM piste.event AS e
			WHERE e.at < date_trunc(''day'', asked_at - kept, ''UTC''))
		WHEN ''objection'' THEN')
) AS c (signature, before, after);
COMMENT ON FUNCTION piste.retention_step(text, interval, timestamptz, text,
	integer) IS
	'Erases what was kept for prospect, quarantine, visitor, archived, event or objection for longer than that, as of a moment: looks at rows_max at most, of events at a day. next: where to go on, empty: from the beginning, NULL when there is no more. Files are the caller''s to remove, before the commit.';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('event', 't.person_id = ANY (($1).persons) OR t.submission_id = ANY (($1).submissions)',
	'SET person_id = NULL, submission_id = NULL',
	'What was done is counted, not by whom');

REVOKE EXECUTE ON FUNCTION piste.may_observe(bigint),
	piste.event_whose(text, text), piste.event_partition(date),
	piste.event_upkeep(timestamptz, text, integer),
	piste.event_take(text[], text[], bigint[], text[], text[], text[], text[]),
	piste.event_webinar(bigint, text, date) FROM PUBLIC;
SELECT piste.worker_allow('EXECUTE ON FUNCTION piste.may_observe(bigint)');
