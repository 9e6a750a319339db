-- What a lead may expect: the queue's order ages, waiting is counted by step
-- and held against promises by grade, and sellers hear of their leads by mail.

-- The order of the queue.
CREATE FUNCTION piste.queue_rank(available_at timestamptz, priority integer)
RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
	-- Seconds alone: no time zone has a say, so it never changes.
	SELECT available_at - make_interval(secs => priority * 900)
$$;
COMMENT ON FUNCTION piste.queue_rank(timestamptz, integer) IS
	'By which rows of the queue are taken, the lowest first: when a row became ready, less a quarter of an hour for each priority. Waiting is the same for all, so the order between two rows never changes while they wait (an index has it), and one of priority p is passed only by rows of a higher priority q that became ready less than (q - p) quarters of an hour after it.';

CREATE FUNCTION piste.queue_priority(grade text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE grade WHEN 'hot' THEN 1 WHEN 'cold' THEN -1 ELSE 0 END
$$;
COMMENT ON FUNCTION piste.queue_priority(text) IS
	'Of a lead by the grade it has: who is not judged yet waits like a warm one, as it may be hot.';

DROP INDEX piste.qualification_queue_ready;
CREATE INDEX qualification_queue_ready ON piste.qualification_queue
	(piste.queue_rank(available_at, priority), id) WHERE state = 'ready';
CREATE INDEX qualification_queue_asked ON piste.qualification_queue
	(created_at) WHERE state <> 'done';
COMMENT ON COLUMN piste.qualification_queue.priority IS
	'1: hot when it was asked for; 0: warm or not judged yet; -1: cold, or of a file; see queue_rank';

SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.submit_enqueue(uuid[], bigint[], text[])',
		'AS q (lead_id, submission_id)', 'AS q (lead_id, submission_id, priority)'),
	('piste.submit_enqueue(uuid[], bigint[], text[])',
		'f.lead_id, f.id
	FROM', 'f.lead_id, f.id,
		piste.queue_priority((SELECT l.grade FROM piste.lead AS l
			WHERE l.id = f.lead_id))
	FROM'),
	-- What was done begins anew: a grade of long ago has no say.
	('piste.submit_enqueue(uuid[], bigint[], text[])',
		'priority = greatest(q.priority, excluded.priority)',
		'priority = CASE WHEN q.state IN (''done'', ''dead'')
			THEN excluded.priority
			ELSE greatest(q.priority, excluded.priority) END'),
	-- Asked for again: waiting is counted from now.
	('piste.mail_domains_settle(integer)',
		'available_at = now(), attempts = 0, finished_at = NULL',
		'available_at = now(), created_at = now(), attempts = 0,
			finished_at = NULL')
) AS c (signature, before, after);

-- Promises.
CREATE TABLE piste.promise (
	key text PRIMARY KEY CHECK (key IN ('hot', 'warm', 'cold')),
	scored_minutes integer NOT NULL,
	allocated_minutes integer NOT NULL,
	contacted_minutes integer NOT NULL,
	position integer NOT NULL,
	definition jsonb,
	CHECK (least(scored_minutes, allocated_minutes, contacted_minutes) > 0)
);
COMMENT ON TABLE piste.promise IS
	'How long a lead of a grade waits at most: ours to begin with, and the site''s own, whose definition takes the place of ours.';
COMMENT ON COLUMN piste.promise.key IS 'The grade';
COMMENT ON COLUMN piste.promise.scored_minutes IS
	'From what was sent to its score, by the clock';
COMMENT ON COLUMN piste.promise.allocated_minutes IS
	'From a stage that sellers take to a seller, while any of them works';
COMMENT ON COLUMN piste.promise.contacted_minutes IS
	'From there to the first contact, of that seller''s working time';
COMMENT ON COLUMN piste.promise.position IS 'Order';
COMMENT ON COLUMN piste.promise.definition IS
	'As applied; NULL: ours, and not exported';
INSERT INTO piste.promise (key, scored_minutes, allocated_minutes,
	contacted_minutes, position)
VALUES ('hot', 5, 15, 60, 1), ('warm', 15, 240, 480, 2),
	('cold', 60, 480, 1440, 3);

CREATE TABLE piste.follow_up (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	allocation_id bigint REFERENCES piste.allocation (id),
	at timestamptz NOT NULL DEFAULT now(),
	author text NOT NULL CHECK (octet_length(author) BETWEEN 1 AND 200),
	is_contact boolean NOT NULL,
	note text CHECK (octet_length(note) BETWEEN 1 AND 2000)
);
CREATE INDEX follow_up_lead ON piste.follow_up (lead_id, id);
CREATE INDEX follow_up_allocation ON piste.follow_up (allocation_id)
	WHERE allocation_id IS NOT NULL;
COMMENT ON TABLE piste.follow_up IS
	'What sellers told of their leads: that they spoke with the person, or a note.';
COMMENT ON COLUMN piste.follow_up.id IS 'Order';
COMMENT ON COLUMN piste.follow_up.lead_id IS 'Of which lead';
COMMENT ON COLUMN piste.follow_up.allocation_id IS
	'Whose it was then; NULL: nobody''s';
COMMENT ON COLUMN piste.follow_up.at IS 'When it was told';
COMMENT ON COLUMN piste.follow_up.author IS
	'Who: the seller''s key, or who typed a command';
COMMENT ON COLUMN piste.follow_up.is_contact IS
	'They have spoken, or written to each other';
COMMENT ON COLUMN piste.follow_up.note IS
	'In their words; NULL: none, or erased';

CREATE TABLE piste.waiting (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	step text NOT NULL CHECK (step IN ('scored', 'allocated', 'contacted')),
	grade text CHECK (grade IN ('hot', 'warm', 'cold')),
	allocation_id bigint REFERENCES piste.allocation (id),
	since timestamptz NOT NULL,
	remind_at timestamptz,
	due_at timestamptz,
	ended_at timestamptz,
	is_void boolean NOT NULL DEFAULT false,
	reminded_at timestamptz,
	broken_at timestamptz,
	UNIQUE (lead_id, step, since),
	CHECK ((step = 'contacted') = (allocation_id IS NOT NULL)),
	CHECK (ended_at >= since),
	CHECK (NOT is_void OR ended_at IS NOT NULL)
);
CREATE INDEX waiting_open ON piste.waiting (step, lead_id)
	WHERE ended_at IS NULL;
CREATE UNIQUE INDEX waiting_allocation ON piste.waiting (allocation_id)
	WHERE allocation_id IS NOT NULL;
CREATE INDEX waiting_unreckoned ON piste.waiting (id)
	WHERE due_at IS NULL AND NOT is_void;
CREATE INDEX waiting_remind ON piste.waiting (remind_at)
	WHERE ended_at IS NULL AND reminded_at IS NULL AND broken_at IS NULL;
CREATE INDEX waiting_due ON piste.waiting (due_at) WHERE broken_at IS NULL
	AND NOT is_void AND (ended_at IS NULL OR ended_at > due_at);
CREATE INDEX waiting_since ON piste.waiting (since);
CREATE INDEX waiting_broken ON piste.waiting (broken_at)
	WHERE broken_at IS NOT NULL;
COMMENT ON TABLE piste.waiting IS
	'How long each lead waited, or waits, for each step, and what was promised; a step is waited for again when a lead is sent, given or comes again.';
COMMENT ON COLUMN piste.waiting.id IS 'Order';
COMMENT ON COLUMN piste.waiting.lead_id IS 'Which';
COMMENT ON COLUMN piste.waiting.step IS 'For what';
COMMENT ON COLUMN piste.waiting.grade IS
	'The lead''s when the waiting began, of scored when it ended; NULL: not judged';
COMMENT ON COLUMN piste.waiting.allocation_id IS
	'Of contacted: whose the lead is';
COMMENT ON COLUMN piste.waiting.since IS 'From then';
COMMENT ON COLUMN piste.waiting.remind_at IS 'The seller is reminded then';
COMMENT ON COLUMN piste.waiting.due_at IS
	'Promised until then; NULL: not reckoned yet. Who ended it sooner than so many minutes by the clock kept it by any working time, which is then not looked at';
COMMENT ON COLUMN piste.waiting.ended_at IS 'Until then; NULL: it waits';
COMMENT ON COLUMN piste.waiting.is_void IS
	'There was nothing left to wait for: the lead was closed, given to another, merged or erased';
COMMENT ON COLUMN piste.waiting.reminded_at IS 'The seller was';
COMMENT ON COLUMN piste.waiting.broken_at IS
	'When it was noticed that the promise is broken, once';

CREATE VIEW piste.breach AS
	SELECT w.id, w.broken_at AS at, w.lead_id, w.step, w.grade,
		w.allocation_id, w.since, w.due_at, w.ended_at
	FROM piste.waiting AS w WHERE w.broken_at IS NOT NULL;
COMMENT ON VIEW piste.breach IS
	'Promises that were broken, a row each, once; ended_at: NULL while the lead still waits.';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('follow_up', 't.lead_id = ANY (($1).leads)', 'SET note = NULL',
	'That they spoke is counted; a note is somebody''s words about them'),
	('waiting', 't.lead_id = ANY (($1).leads)',
	'SET is_void = t.is_void OR t.ended_at IS NULL, ended_at = coalesce(t.ended_at, greatest(now(), t.since))',
	'How long leads wait is counted; nobody waits any more');

CREATE FUNCTION piste.promise_minutes(grade text, step text)
RETURNS integer
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE $2 WHEN 'scored' THEN p.scored_minutes
		WHEN 'allocated' THEN p.allocated_minutes
		ELSE p.contacted_minutes END
	FROM piste.promise AS p WHERE p.key = coalesce($1, 'hot')
$$;
COMMENT ON FUNCTION piste.promise_minutes(text, text) IS
	'How long a lead of a grade waits for a step at most; who is not judged may be hot.';

CREATE FUNCTION piste.waiting_scored() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grade_now text := (SELECT l.grade FROM piste.lead AS l
		WHERE l.id = NEW.lead_id);
BEGIN
	INSERT INTO piste.waiting AS w (lead_id, step, grade, since, due_at,
		ended_at)
	VALUES (NEW.lead_id, 'scored', grade_now, NEW.created_at,
		NEW.created_at + piste.promise_minutes(CASE WHEN NEW.priority < 0
			THEN 'cold' ELSE grade_now END, 'scored') * interval '1 minute',
		greatest(NEW.finished_at, NEW.created_at))
	ON CONFLICT (lead_id, step, since) DO UPDATE SET
		grade = excluded.grade, ended_at = excluded.ended_at
	WHERE w.ended_at IS NULL;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.waiting_scored() IS
	'What was sent has its score: how long that took. What was in no hurry when it was asked for (queue_priority) was promised what cold ones are.';
REVOKE EXECUTE ON FUNCTION piste.waiting_scored() FROM PUBLIC;
CREATE TRIGGER waiting_scored AFTER UPDATE ON piste.qualification_queue
	FOR EACH ROW WHEN (OLD.state = 'claimed' AND NEW.state = 'done')
	EXECUTE FUNCTION piste.waiting_scored();

CREATE FUNCTION piste.lead_is_contacted(lead bigint) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM piste.lead AS l WHERE l.id = $1
			AND l.stage IN ('sql', 'opportunity', 'customer'))
		OR EXISTS (SELECT FROM piste.follow_up AS f
			WHERE f.lead_id = $1 AND f.is_contact
				AND f.at > coalesce((SELECT max(a.ended_at)
					FROM piste.allocation AS a
					WHERE a.lead_id = $1 AND a.outcome = 'left'),
					'-infinity'))
$$;
COMMENT ON FUNCTION piste.lead_is_contacted(bigint) IS
	'Has a seller spoken with the person, since the lead last left the sellers? An SQL and what comes after it says so by itself.';

CREATE FUNCTION piste.waiting_since(lead bigint) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT greatest(
		(SELECT max(h.at) FROM piste.lead_history AS h
			WHERE h.lead_id = $1),
		(SELECT max(a.ended_at) FROM piste.allocation AS a
			WHERE a.lead_id = $1),
		(SELECT min(w.ended_at) FROM piste.waiting AS w
			WHERE w.lead_id = $1 AND w.step = 'scored'),
		-- Before there were rules nobody was waited for.
		(SELECT min(r.applied_at) FROM piste.allocation_rules AS r))
$$;
COMMENT ON FUNCTION piste.waiting_since(bigint) IS
	'Since when a lead that is nobody''s waits for a seller: it came to its stage, was scored, or was left by the last one.';

CREATE FUNCTION piste.waiting_given() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grade_now text := (SELECT l.grade FROM piste.lead AS l
		WHERE l.id = NEW.lead_id);
BEGIN
	UPDATE piste.waiting AS w SET ended_at = greatest(NEW.at, w.since)
	WHERE w.lead_id = NEW.lead_id AND w.step = 'allocated'
		AND w.ended_at IS NULL;
	-- Given before anybody saw it wait; by hand from one to another it
	-- never did.
	IF NOT FOUND AND NOT EXISTS (SELECT FROM piste.allocation AS a
		WHERE a.lead_id = NEW.lead_id AND a.ended_at >= NEW.at)
	THEN
		INSERT INTO piste.waiting (lead_id, step, grade, since, ended_at)
		SELECT NEW.lead_id, 'allocated', grade_now, least(s.at, NEW.at),
			NEW.at
		FROM piste.waiting_since(NEW.lead_id) AS s (at)
		ON CONFLICT (lead_id, step, since) DO NOTHING;
	END IF;
	IF NOT piste.lead_is_contacted(NEW.lead_id) THEN
		INSERT INTO piste.waiting (lead_id, step, grade, allocation_id,
			since)
		VALUES (NEW.lead_id, 'contacted', grade_now, NEW.id, NEW.at)
		ON CONFLICT (lead_id, step, since) DO NOTHING;
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.waiting_given() IS
	'The lead is a seller''s: it waits for the first contact now.';

CREATE FUNCTION piste.waiting_left() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.waiting AS w SET is_void = true,
		ended_at = greatest(NEW.ended_at, w.since)
	WHERE w.allocation_id = NEW.id AND w.ended_at IS NULL;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.waiting_left() IS
	'It is not that seller''s any more, who owes no contact.';
REVOKE EXECUTE ON FUNCTION piste.waiting_given(), piste.waiting_left()
	FROM PUBLIC;
CREATE TRIGGER waiting_given AFTER INSERT ON piste.allocation
	FOR EACH ROW EXECUTE FUNCTION piste.waiting_given();
CREATE TRIGGER waiting_left AFTER UPDATE ON piste.allocation
	FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
	EXECUTE FUNCTION piste.waiting_left();

CREATE FUNCTION piste.waiting_is_over(step text, l piste.lead,
	stages text[]) RETURNS boolean
LANGUAGE sql STABLE
AS $$
	-- Without settings of its own, so that it becomes a part of its query.
	SELECT CASE $1 WHEN 'contacted'
			THEN ($2).stage IN ('sql', 'opportunity', 'customer')
		WHEN 'allocated' THEN NOT ($2).is_open
			OR ($2).merged_into IS NOT NULL OR ($2).owner_id IS NOT NULL
			OR NOT ($2).stage = ANY ($3)
		ELSE ($2).merged_into IS NOT NULL END
$$;
COMMENT ON FUNCTION piste.waiting_is_over(text, piste.lead, text[]) IS
	'Does a lead that stands so wait for a step no more, though nobody has written that down yet? stages: piste.allocation_stages()';

CREATE FUNCTION piste.promise_note(rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n bigint;
	noted bigint := 0;
	stages text[] := piste.allocation_stages();
BEGIN
	-- One worker does it for all; and it waits for nobody: who is being
	-- scored, given or erased is noted the next time.
	IF NOT pg_try_advisory_xact_lock(hashtext('piste.promise')) THEN
		RETURN 0;
	END IF;
	-- Not scored in time; what is in time is noted when it is scored.
	INSERT INTO piste.waiting (lead_id, step, grade, since, due_at)
	SELECT q.lead_id, 'scored', g.grade, q.created_at, q.created_at
		+ piste.promise_minutes(g.grade, 'scored') * interval '1 minute'
	FROM piste.qualification_queue AS q
		JOIN piste.lead AS l ON l.id = q.lead_id
		CROSS JOIN LATERAL (SELECT CASE WHEN q.priority < 0 THEN 'cold'
			ELSE l.grade END) AS g (grade)
	WHERE q.state <> 'done' AND l.merged_into IS NULL
		AND q.created_at <= now() - (SELECT min(p.scored_minutes)
			FROM piste.promise AS p) * interval '1 minute'
		AND q.created_at <= now() - piste.promise_minutes(g.grade, 'scored')
			* interval '1 minute'
		AND NOT EXISTS (SELECT FROM piste.waiting AS w
			WHERE w.lead_id = q.lead_id AND w.step = 'scored'
				AND w.since = q.created_at)
	ORDER BY q.created_at LIMIT rows_max
	FOR NO KEY UPDATE OF l SKIP LOCKED
	ON CONFLICT (lead_id, step, since) DO NOTHING;
	GET DIAGNOSTICS n = ROW_COUNT;
	noted := noted + n;

	-- Stage by stage, as piste.allocation_claim() has it: by that index.
	INSERT INTO piste.waiting AS w (lead_id, step, grade, since)
	SELECT f.id, 'allocated', f.grade, piste.waiting_since(f.id)
	FROM unnest(stages) AS t (stage) CROSS JOIN LATERAL (
		SELECT l.id, l.grade FROM piste.lead AS l
		WHERE l.stage = t.stage AND l.owner_id IS NULL AND l.is_open
			AND l.merged_into IS NULL AND l.scored_at IS NOT NULL
			AND NOT EXISTS (SELECT FROM piste.waiting AS o
				WHERE o.lead_id = l.id AND o.step = 'allocated'
					AND o.ended_at IS NULL)
			AND (SELECT p.erased_at IS NULL FROM piste.person AS p
				WHERE p.id = l.person_id)
		ORDER BY coalesce(l.grade = 'hot', false) DESC, l.id
		LIMIT rows_max FOR NO KEY UPDATE OF l SKIP LOCKED) AS f
	-- Rules left its stage out for a while: it has waited since then, too.
	ON CONFLICT (lead_id, step, since) DO UPDATE
		SET is_void = false, ended_at = NULL WHERE w.is_void;
	GET DIAGNOSTICS n = ROW_COUNT;
	noted := noted + n;

	-- By whatever road they went.  Asked of each that waits: a join would
	-- read all leads.
	WITH gone AS MATERIALIZED (
		SELECT w.id FROM piste.waiting AS w
		WHERE w.ended_at IS NULL AND w.step IN ('scored', 'allocated')
			AND (SELECT piste.waiting_is_over(w.step, l, stages)
				OR CASE w.step WHEN 'allocated' THEN p.erased_at IS NOT NULL
					-- Given up, and asked for again since.
					ELSE NOT EXISTS (SELECT FROM piste.qualification_queue
							AS q
						WHERE q.lead_id = w.lead_id AND q.state <> 'done'
							AND q.created_at = w.since) END
				FROM piste.lead AS l
					JOIN piste.person AS p ON p.id = l.person_id
				WHERE l.id = w.lead_id)
		FOR UPDATE OF w SKIP LOCKED)
	UPDATE piste.waiting AS w SET is_void = true,
		ended_at = greatest(now(), w.since)
	FROM gone WHERE w.id = gone.id;
	WITH met AS MATERIALIZED (
		SELECT w.id, (SELECT max(h.at) FROM piste.lead_history AS h
			WHERE h.lead_id = w.lead_id) AS at
		FROM piste.waiting AS w
		WHERE w.ended_at IS NULL AND w.step = 'contacted'
			AND (SELECT piste.waiting_is_over(w.step, l, stages)
				FROM piste.lead AS l WHERE l.id = w.lead_id)
		FOR UPDATE OF w SKIP LOCKED)
	UPDATE piste.waiting AS w SET ended_at = greatest(w.since, met.at)
	FROM met WHERE w.id = met.id;
	RETURN noted;
END $$;
COMMENT ON FUNCTION piste.promise_note(integer) IS
	'Notes who waits, rows_max of a step at most, and who does not any more; how many were noted.';

CREATE FUNCTION piste.promise_unreckoned(rows_max integer, OUT id bigint,
	OUT step text, OUT seller text, OUT since_ms bigint, OUT ended_ms bigint,
	OUT minutes integer)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT w.id, w.step, coalesce(s.key, ''),
		floor(extract(epoch FROM w.since) * 1000)::bigint,
		coalesce(floor(extract(epoch FROM w.ended_at) * 1000)::bigint, -1),
		piste.promise_minutes(w.grade, w.step)
	FROM piste.waiting AS w
		LEFT JOIN piste.allocation AS a ON a.id = w.allocation_id
		LEFT JOIN piste.seller AS s ON s.id = a.seller_id
	WHERE w.due_at IS NULL AND NOT w.is_void
	ORDER BY w.id LIMIT rows_max
$$;
COMMENT ON FUNCTION piste.promise_unreckoned(integer) IS
	'Waiting whose promise is still to be reckoned in somebody''s working time: whose (empty: anybody''s), from when on, whether it has ended (-1: not), how many minutes.';

CREATE FUNCTION piste.promise_reckon(ids bigint[], remind_ms bigint[],
	due_ms bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH free AS MATERIALIZED (
		SELECT w.id FROM piste.waiting AS w
		WHERE w.id = ANY ($1) AND w.due_at IS NULL
		FOR UPDATE SKIP LOCKED)
	UPDATE piste.waiting AS w
	SET remind_at = to_timestamp(n.remind / 1000.0),
		due_at = to_timestamp(n.due / 1000.0)
	FROM free JOIN unnest($1, $2, $3) AS n (id, remind, due)
		ON n.id = free.id
	WHERE w.id = free.id
$$;
COMMENT ON FUNCTION piste.promise_reckon(bigint[], bigint[], bigint[]) IS
	'When the seller is to be reminded, and until when it was promised.';

CREATE FUNCTION piste.lead_contact(lead bigint, who text, is_contact boolean,
	note text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	open_id bigint;
	words text := nullif(lead_contact.note, '');
BEGIN
	PERFORM FROM piste.lead AS l WHERE l.id = lead FOR NO KEY UPDATE;
	-- Asked behind the lock: whoever erases the person has it, too.
	IF NOT EXISTS (SELECT FROM piste.lead AS l JOIN piste.person AS p
			ON p.id = l.person_id
		WHERE l.id = lead AND l.merged_into IS NULL
			AND p.erased_at IS NULL)
	THEN
		RAISE EXCEPTION 'there is no lead %', lead
			USING ERRCODE = 'no_data_found';
	END IF;
	SELECT a.id INTO open_id FROM piste.allocation AS a
	WHERE a.lead_id = lead AND a.ended_at IS NULL;
	-- Sent twice is told once.
	IF EXISTS (SELECT FROM piste.follow_up AS f WHERE f.id = (SELECT max(o.id)
			FROM piste.follow_up AS o WHERE o.lead_id = lead)
		AND f.author = who AND f.is_contact = lead_contact.is_contact
		AND f.note IS NOT DISTINCT FROM words
		AND f.allocation_id IS NOT DISTINCT FROM open_id)
	THEN
		RETURN false;
	END IF;
	INSERT INTO piste.follow_up (lead_id, allocation_id, author, is_contact,
		note)
	VALUES (lead, open_id, who, lead_contact.is_contact, words);
	IF lead_contact.is_contact THEN
		UPDATE piste.waiting AS w SET ended_at = greatest(now(), w.since)
		WHERE w.lead_id = lead AND w.step = 'contacted'
			AND w.ended_at IS NULL;
		-- Whoever calls has taken it.
		UPDATE piste.allocation AS a
		SET accepted_at = coalesce(a.accepted_at, now())
		WHERE a.id = open_id;
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION piste.lead_contact(bigint, text, boolean, text) IS
	'Somebody tells of a lead: that they spoke with the person, or a note. False when the same was told last.';
REVOKE EXECUTE ON FUNCTION piste.promise_note(integer),
	piste.promise_unreckoned(integer),
	piste.promise_reckon(bigint[], bigint[], bigint[]),
	piste.lead_contact(bigint, text, boolean, text) FROM PUBLIC;

CREATE FUNCTION piste.promise_figures(since timestamptz, until timestamptz,
	OUT step text, OUT grade text, OUT minutes integer, OUT waited bigint,
	OUT waiting bigint, OUT kept bigint, OUT broken bigint,
	OUT median_s bigint, OUT p90_s bigint, OUT longest_s bigint,
	OUT oldest_s bigint)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.step, g.grade, piste.promise_minutes(g.grade, k.step),
		count(w.ended_at), count(w.id) FILTER (WHERE w.ended_at IS NULL),
		count(w.ended_at) FILTER (WHERE w.broken_at IS NULL),
		count(w.broken_at),
		percentile_disc(0.5) WITHIN GROUP (ORDER BY w.took)
			FILTER (WHERE w.ended_at IS NOT NULL),
		percentile_disc(0.9) WITHIN GROUP (ORDER BY w.took)
			FILTER (WHERE w.ended_at IS NOT NULL),
		max(w.took) FILTER (WHERE w.ended_at IS NOT NULL),
		max(w.took) FILTER (WHERE w.ended_at IS NULL)
	FROM (VALUES (1, 'scored'), (2, 'allocated'), (3, 'contacted'))
			AS k (n, step)
		CROSS JOIN (VALUES (1, 'hot'), (2, 'warm'), (3, 'cold'))
			AS g (n, grade)
		LEFT JOIN (SELECT o.id, o.step, coalesce(o.grade, 'hot') AS grade,
				o.ended_at, o.broken_at, floor(extract(epoch
				FROM coalesce(o.ended_at, now()) - o.since))::bigint AS took
			FROM piste.waiting AS o
			WHERE NOT o.is_void AND o.since >= $1 AND o.since < $2) AS w
			ON w.step = k.step AND w.grade = g.grade
	GROUP BY k.n, k.step, g.n, g.grade ORDER BY k.n, g.n
$$;
COMMENT ON FUNCTION piste.promise_figures(timestamptz, timestamptz) IS
	'Of waiting that began between two moments, by step and grade: the promise, how many have waited and how many still do, kept and broken ones, how long it took (median, nine of ten, longest) and how long who still waits has waited. Who is not judged stands with hot, whose promise holds for them.';

SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'EXECUTE ON FUNCTION piste.promise_note(integer), piste.promise_unreckoned(integer), piste.promise_reckon(bigint[], bigint[], bigint[])'
	]) AS r (what);

-- Mails to sellers.
ALTER TABLE piste.seller
	ADD COLUMN lang text NOT NULL DEFAULT 'fr' CHECK (lang IN ('fr', 'en')),
	ADD COLUMN digest_on date;
COMMENT ON COLUMN piste.seller.lang IS 'Of the mails to them';
COMMENT ON COLUMN piste.seller.digest_on IS
	'The day, by their clock, of the last morning digest; also of one that had nothing to say';
ALTER TABLE piste.allocation ADD COLUMN told_at timestamptz;
UPDATE piste.allocation SET told_at = at;
CREATE INDEX allocation_untold ON piste.allocation (id)
	WHERE told_at IS NULL AND ended_at IS NULL;
COMMENT ON COLUMN piste.allocation.told_at IS
	'A mail tells the seller of it, if there is an address to send one to';

CREATE TYPE piste.seller_news AS (
	id bigint,
	step text,
	grade text,
	lead_id bigint,
	allocation_id bigint,
	seller text,
	seller_id bigint,
	lang text,
	accept_ms bigint,
	due_ms bigint
);
COMMENT ON TYPE piste.seller_news IS
	'What a mail to a seller, or of a broken promise, is about; accept_ms, due_ms: -1 for none.';

CREATE FUNCTION piste.seller_news_of(w piste.waiting, allocation bigint)
RETURNS piste.seller_news
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(w.id, $2), coalesce(w.step, ''),
		coalesce(w.grade, l.grade, ''), l.id, a.id, coalesce(s.key, ''),
		s.id, coalesce(s.lang, ''),
		CASE WHEN a.accepted_at IS NULL THEN coalesce(floor(extract(epoch
			FROM a.accept_by) * 1000)::bigint, -1) ELSE -1 END,
		coalesce(floor(extract(epoch FROM w.due_at) * 1000)::bigint, -1)
	FROM (SELECT) AS one
		LEFT JOIN piste.allocation AS a ON a.id = $2
		LEFT JOIN piste.seller AS s ON s.id = a.seller_id
		JOIN piste.lead AS l ON l.id = coalesce(a.lead_id, w.lead_id)
$$;
COMMENT ON FUNCTION piste.seller_news_of(piste.waiting, bigint) IS
	'The facts of what somebody waits for, of an allocation, or both.';

-- What is taken to be told is locked with its lead, without waiting: a letter
-- refers to that, and a merge that holds it may wait for what is taken.
CREATE FUNCTION piste.promise_break(rows_max integer)
RETURNS SETOF piste.seller_news
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH late AS MATERIALIZED (
		SELECT w.id FROM piste.waiting AS w
			JOIN piste.lead AS l ON l.id = w.lead_id
		WHERE w.broken_at IS NULL AND NOT w.is_void
			AND (w.ended_at IS NULL OR w.ended_at > w.due_at)
			AND w.due_at <= now()
			-- It was done, perhaps in time: promise_note() will say.
			AND (w.ended_at IS NOT NULL
				OR NOT piste.waiting_is_over(w.step, l,
					piste.allocation_stages()))
		ORDER BY w.due_at LIMIT rows_max
		FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF l SKIP LOCKED
	), broken AS (
		UPDATE piste.waiting AS w SET broken_at = now() FROM late
		WHERE w.id = late.id RETURNING w)
	-- Nobody is reminded of what was done, late as it was.
	SELECT n.id, n.step, n.grade, n.lead_id, n.allocation_id, n.seller,
		CASE WHEN (b.w).ended_at IS NULL THEN n.seller_id END, n.lang,
		n.accept_ms, n.due_ms
	FROM broken AS b CROSS JOIN LATERAL
		piste.seller_news_of(b.w, (b.w).allocation_id) AS n ORDER BY n.id
$$;
COMMENT ON FUNCTION piste.promise_break(integer) IS
	'Writes down promises that are broken by now, each once; which. Without seller_id: the step was done meanwhile.';

CREATE FUNCTION piste.seller_remind(rows_max integer)
RETURNS SETOF piste.seller_news
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH soon AS MATERIALIZED (
		SELECT w.id FROM piste.waiting AS w
			JOIN piste.lead AS l ON l.id = w.lead_id
		WHERE w.ended_at IS NULL AND w.reminded_at IS NULL
			AND w.broken_at IS NULL AND w.step = 'contacted'
			AND w.remind_at <= now() AND w.due_at > now()
			AND NOT piste.waiting_is_over(w.step, l,
				piste.allocation_stages())
		ORDER BY w.remind_at LIMIT rows_max
		FOR UPDATE OF w SKIP LOCKED FOR KEY SHARE OF l SKIP LOCKED
	), told AS (
		UPDATE piste.waiting AS w SET reminded_at = now() FROM soon
		WHERE w.id = soon.id RETURNING w)
	SELECT n.id, n.step, n.grade, n.lead_id, n.allocation_id, n.seller,
		n.seller_id, n.lang, n.accept_ms, n.due_ms
	FROM told AS t CROSS JOIN LATERAL
		piste.seller_news_of(t.w, (t.w).allocation_id) AS n ORDER BY n.id
$$;
COMMENT ON FUNCTION piste.seller_remind(integer) IS
	'Takes, each once, whom a seller is to be reminded of: the promise can still be kept.';

CREATE FUNCTION piste.seller_tell(rows_max integer)
RETURNS SETOF piste.seller_news
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	WITH fresh AS MATERIALIZED (
		SELECT a.id FROM piste.allocation AS a
			JOIN piste.lead AS l ON l.id = a.lead_id
		WHERE a.told_at IS NULL AND a.ended_at IS NULL
		ORDER BY a.id LIMIT rows_max
		FOR UPDATE OF a SKIP LOCKED FOR KEY SHARE OF l SKIP LOCKED
	), told AS (
		UPDATE piste.allocation AS a SET told_at = now() FROM fresh
		WHERE a.id = fresh.id RETURNING a.id)
	SELECT n.id, n.step, n.grade, n.lead_id, n.allocation_id, n.seller,
		n.seller_id, n.lang, n.accept_ms, n.due_ms
	FROM told AS t LEFT JOIN piste.waiting AS w ON w.allocation_id = t.id
		CROSS JOIN LATERAL piste.seller_news_of(w, t.id) AS n
	ORDER BY n.allocation_id
$$;
COMMENT ON FUNCTION piste.seller_tell(integer) IS
	'Takes, each once, what sellers got and were not told of yet.';

CREATE FUNCTION piste.seller_mornings(ids bigint[], zones text[],
	hours integer[]) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	-- Whoever writes a seller's turn may wait for what was told before.
	WITH due AS MATERIALIZED (
		SELECT s.id, (now() AT TIME ZONE n.zone)::date AS today
		FROM unnest($1, $2, $3) AS n (id, zone, hour)
			JOIN piste.seller AS s ON s.id = n.id
		WHERE s.is_active
			AND extract(hour FROM now() AT TIME ZONE n.zone) >= n.hour
			AND (s.digest_on IS NULL
				OR s.digest_on < (now() AT TIME ZONE n.zone)::date)
		FOR NO KEY UPDATE OF s SKIP LOCKED)
	UPDATE piste.seller AS s SET digest_on = d.today
	FROM due AS d WHERE s.id = d.id
	RETURNING s.id
$$;
COMMENT ON FUNCTION piste.seller_mornings(bigint[], text[], integer[]) IS
	'Of sellers who work now, by their time zones, those who had no digest today, from that hour on: they have one now, each once a day.';

CREATE FUNCTION piste.seller_digest(seller bigint, zone text,
	each_max integer, OUT part text, OUT lead_id bigint,
	OUT allocation_id bigint, OUT grade text, OUT by text, OUT day date,
	OUT things bigint)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT d.part, d.lead_id, d.allocation_id, coalesce(d.grade, ''),
		coalesce(d.by, ''), (now() AT TIME ZONE $2)::date, d.things
	FROM (SELECT f.n, f.part, f.lead_id, f.allocation_id, f.grade, f.by,
		f.at, count(*) OVER () AS things, row_number() OVER (
			PARTITION BY f.n ORDER BY f.at, f.lead_id) AS nth
	FROM (
		SELECT 2 AS n, 'accept' AS part, a.lead_id, a.id AS allocation_id,
			l.grade, to_char(a.accept_by AT TIME ZONE $2,
			'YYYY-MM-DD HH24:MI') AS by, a.accept_by AS at
		FROM piste.allocation AS a JOIN piste.lead AS l ON l.id = a.lead_id
		WHERE l.owner_id = $1 AND a.seller_id = $1 AND a.ended_at IS NULL
			AND a.accepted_at IS NULL AND a.accept_by IS NOT NULL
		UNION ALL
		SELECT CASE WHEN w.broken_at IS NULL THEN 3 ELSE 1 END,
			CASE WHEN w.broken_at IS NULL THEN 'contact' ELSE 'late' END,
			w.lead_id, w.allocation_id, l.grade,
			to_char(w.due_at AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI'),
			w.due_at
		FROM piste.lead AS l JOIN piste.waiting AS w ON w.lead_id = l.id
			AND w.step = 'contacted' AND w.ended_at IS NULL
		WHERE l.owner_id = $1 AND l.is_open AND l.merged_into IS NULL
		UNION ALL
		SELECT 4, 'action', n.lead_id, NULL, l.grade, n.due_on::text,
			n.due_on
		FROM piste.next_action AS n JOIN piste.lead AS l
			ON l.id = n.lead_id
		WHERE l.owner_id = $1 AND l.is_open AND l.merged_into IS NULL
			AND n.due_on <= (now() AT TIME ZONE $2)::date
	) AS f JOIN piste.lead AS o ON o.id = f.lead_id
		JOIN piste.person AS p ON p.id = o.person_id AND p.erased_at IS NULL
	) AS d
	WHERE d.nth <= $3 ORDER BY d.n, d.at, d.lead_id
$$;
COMMENT ON FUNCTION piste.seller_digest(bigint, text, integer) IS
	'What awaits a seller, by numbers alone: leads to accept, promises broken, people to speak with, actions due; each_max of a sort, the most urgent first; by is a moment of that zone, day is today there; things: how many there are in all.';

-- What a letter to a seller tells of a person is read when it is sent.
CREATE FUNCTION piste.lead_asked(lead bigint, lang text) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	-- As much as a mail can hold.
	SELECT left(string_agg(concat(coalesce(d.label->>$2, d.label->>'en',
			d.label->>'fr', f.key), CASE $2 WHEN 'fr' THEN ' : ' ELSE ': ' END,
			left(regexp_replace(f.value, '\s+', ' ', 'g'), 2000)),
			E'\n\n' ORDER BY d.ord NULLS LAST, f.key), 30000)
	FROM (SELECT s.fields, s.form_key FROM piste.submission AS s
			WHERE s.lead_id = $1 ORDER BY s.seq DESC LIMIT 1) AS s
		CROSS JOIN LATERAL jsonb_each_text(s.fields) AS f
		LEFT JOIN LATERAL (SELECT o.label, o.ord FROM piste.form AS g
				CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(
					g.definition->'fields') AS (name text, label jsonb))
					WITH ORDINALITY AS o (name, label, ord)
			WHERE g.key = s.form_key AND o.name = f.key
				AND jsonb_typeof(g.definition->'fields') = 'array') AS d
			ON true
	WHERE f.value <> '' AND f.key NOT LIKE 'consent.%'
$$;
COMMENT ON FUNCTION piste.lead_asked(bigint, text) IS
	'What a lead''s person answered last, a paragraph for each field, under its name in the form.';

CREATE FUNCTION piste.lead_consents(lead bigint, lang text, words text)
RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(string_agg(concat(c.channel,
			CASE $2 WHEN 'fr' THEN ' : ' ELSE ': ' END,
			split_part($3, '|', CASE WHEN piste.may_contact(c.person_id,
				c.purpose, c.channel, c.recipient) THEN 1 ELSE 2 END),
			coalesce(' (' || (SELECT coalesce(w.definition->'text'->>$2,
				w.definition->'text'->>'en', w.definition->'text'->>'fr')
				FROM piste.consent_wording AS w
				WHERE w.key = c.consent_key) || ')', ' (' || c.purpose
				|| ')')), E'\n\n' ORDER BY c.channel, c.purpose),
		split_part($3, '|', 3))
	FROM (SELECT DISTINCT ON (o.purpose, o.channel) o.person_id, o.purpose,
			o.channel, o.recipient, o.consent_key
		FROM piste.lead AS l CROSS JOIN LATERAL (
			SELECT e.person_id, e.purpose, e.channel, e.recipient,
				e.consent_key, e.seq
			FROM piste.consent AS e
			WHERE e.person_id = piste.person_now(l.person_id)
			UNION ALL
			-- What they were asked, and did not agree to.
			SELECT piste.person_now(l.person_id), w.purpose, w.channel,
				w.recipient, w.key, 0
			FROM (SELECT s.fields FROM piste.submission AS s
				WHERE s.lead_id = l.id ORDER BY s.seq DESC LIMIT 1) AS s
				JOIN piste.consent_wording AS w
					ON s.fields ? ('consent.' || w.key)) AS o
		WHERE l.id = $1 AND o.recipient = 'us'
		ORDER BY o.purpose, o.channel, o.seq DESC) AS c
$$;
COMMENT ON FUNCTION piste.lead_consents(bigint, text, text) IS
	'By which channels we may write to or call a lead''s person, and what for, as it is now; words: yes|no|nothing was said.';

CREATE FUNCTION piste.letter_filled(body text, lead bigint, lang text)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	consents text := substring(body FROM '\{consents ([^{}]*)\}');
	filled text := body;
BEGIN
	-- What somebody typed comes last: it is not read again.
	IF consents IS NOT NULL THEN
		filled := replace(filled, '{consents ' || consents || '}',
			piste.lead_consents(lead, lang, consents));
	END IF;
	filled := replace(filled, '{score}', coalesce((SELECT l.score::text
		FROM piste.lead AS l WHERE l.id = lead), '-'));
	filled := replace(filled, '{why}', coalesce((SELECT string_agg(
			concat(p.rule, ' ', to_char(p.points, 'FMSG999')), ', '
			ORDER BY abs(p.points) DESC, p.rule)
		FROM piste.lead AS l CROSS JOIN LATERAL jsonb_to_recordset(
			CASE WHEN jsonb_typeof(l.score_parts) = 'array'
				THEN l.score_parts ELSE '[]' END)
			AS p (rule text, points numeric)
		WHERE l.id = lead AND p.points <> 0 AND p.rule IS NOT NULL), '-'));
	RETURN replace(filled, '{asked}',
		coalesce(piste.lead_asked(lead, lang), '-'));
END $$;
COMMENT ON FUNCTION piste.letter_filled(text, bigint, text) IS
	'A letter to a seller with what is known of its lead at this moment: {asked}, {score}, {why}, {consents yes|no|nothing was said}.';

CREATE FUNCTION piste.letter_is_over(row_id bigint) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM piste.letter AS l JOIN piste.allocation AS a
			ON a.id = (l.buttons#>>'{0,link,allocation}')::bigint
		WHERE l.outbox_id = row_id AND l.lead_id IS NOT NULL
			AND a.ended_at IS NOT NULL)
		OR EXISTS (SELECT FROM piste.letter AS l JOIN piste.waiting AS w
			ON w.id = substring(l.once_key
				FROM '^promise[.](?:soon|broken) ([0-9]+)$')::bigint
		WHERE l.outbox_id = row_id AND w.ended_at IS NOT NULL)
		OR EXISTS (SELECT FROM piste.letter AS l
			JOIN piste.lead AS o ON o.id = l.lead_id
			JOIN piste.person AS p ON p.id = o.person_id
		WHERE l.outbox_id = row_id AND l.seller_id IS NOT NULL
			AND p.erased_at IS NOT NULL)
$$;
COMMENT ON FUNCTION piste.letter_is_over(bigint) IS
	'Is what a letter to a seller is about another''s by now, or done, or of who was erased?';
SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.letter_begin(bigint, integer, integer)',
		'why := CASE WHEN address IS NULL',
		'why := CASE WHEN piste.letter_is_over(row_id) THEN ''over''
		WHEN address IS NULL'),
	('piste.letter_read(bigint, text)',
		'l.text, l.buttons,',
		'CASE WHEN l.seller_id IS NOT NULL AND l.lead_id IS NOT NULL
			THEN piste.letter_filled(l.text, piste.lead_now(l.lead_id), l.lang)
			ELSE l.text END, l.buttons,')
) AS c (signature, before, after);

-- What a seller does by a link.
CREATE FUNCTION piste.seller_state(allocation bigint, OUT lead_id bigint,
	OUT state text, OUT grade text, OUT seller text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT a.lead_id, CASE WHEN p.erased_at IS NOT NULL THEN 'erased'
			WHEN a.outcome IS NOT NULL THEN a.outcome
			WHEN piste.lead_is_contacted(a.lead_id) THEN 'contacted'
			WHEN a.accepted_at IS NOT NULL THEN 'accepted'
			ELSE 'open' END, coalesce(l.grade, ''), s.key
	FROM piste.allocation AS a
		JOIN piste.seller AS s ON s.id = a.seller_id
		JOIN piste.lead AS l ON l.id = a.lead_id
		JOIN piste.person AS p ON p.id = l.person_id
	WHERE a.id = $1
$$;
COMMENT ON FUNCTION piste.seller_state(bigint) IS
	'How an allocation stands: open, accepted, contacted (accepted and spoken with), or over: expired, refused, reassigned, left, erased.';

CREATE FUNCTION piste.seller_act(allocation bigint, what text, words text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s record;
BEGIN
	PERFORM FROM piste.lead AS l JOIN piste.allocation AS a
		ON a.lead_id = l.id
	WHERE a.id = $1 FOR NO KEY UPDATE OF l;
	SELECT o.lead_id, o.state, o.seller INTO s
	FROM piste.seller_state($1) AS o;
	IF s.lead_id IS NULL
		OR s.state NOT IN ('open', 'accepted', 'contacted')
	THEN
		RETURN coalesce(s.state, 'absent');
	END IF;
	CASE what
	WHEN 'accept' THEN
		PERFORM piste.allocation_accept(s.lead_id);
	WHEN 'refuse' THEN
		PERFORM piste.allocation_end(s.lead_id, 'refused', words);
	WHEN 'contact' THEN
		PERFORM piste.lead_contact(s.lead_id, s.seller, true, words);
	WHEN 'note' THEN
		PERFORM piste.lead_contact(s.lead_id, s.seller, false, words);
	END CASE;
	RETURN 'done';
END $$;
COMMENT ON FUNCTION piste.seller_act(bigint, text, text) IS
	'A seller accepts, refuses, has spoken with the person (contact) or leaves a note, for as long as the lead is theirs by that allocation: done, or what seller_state says of one that is over.';

REVOKE EXECUTE ON FUNCTION piste.promise_break(integer),
	piste.seller_remind(integer), piste.seller_tell(integer),
	piste.seller_mornings(bigint[], text[], integer[]),
	piste.seller_digest(bigint, text, integer), piste.seller_act(bigint, text, text)
	FROM PUBLIC;
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'EXECUTE ON FUNCTION piste.promise_break(integer), piste.seller_remind(integer), piste.seller_tell(integer), piste.seller_mornings(bigint[], text[], integer[]), piste.seller_digest(bigint, text, integer)'
	]) AS r (what);
