-- Whatever names somebody is found: half-filled forms with a phone alone,
-- links with words of their own.  Erasing, merging and confirming wait for
-- each other.  A withdrawal is of everybody who has the address.  What is
-- forgotten of visitors is not read again, and an archived experiment has no
-- cookie left.

-- Half-filled forms are found by a phone as well.
ALTER TABLE piste.draft ADD COLUMN phone text
	CHECK (octet_length(phone) <= 64);
COMMENT ON COLUMN piste.draft.phone IS
	'E.164, if it was typed: who left no address is found by it';
UPDATE piste.draft AS d SET phone = (SELECT f.value
	FROM jsonb_each_text(d.fields) AS f
	WHERE f.value ~ '^\+[1-9][0-9]{6,14}$' ORDER BY f.key LIMIT 1);

DROP FUNCTION piste.draft_keep(uuid, text, text, text, jsonb, text, text,
	integer);
CREATE FUNCTION piste.draft_keep(id uuid, page text, form text, lang text,
	fields jsonb, email text, phone text, agreed text, days integer)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.draft AS d (id, page_key, form_key, lang, fields,
		email, phone, agreed_text, expires_at)
	SELECT $1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(days => $9)
	WHERE NOT EXISTS (SELECT FROM piste.submission AS s WHERE s.id = $1)
	ON CONFLICT ON CONSTRAINT draft_pkey DO UPDATE SET
		fields = excluded.fields, email = excluded.email,
		phone = excluded.phone, updated_at = now(),
		expires_at = excluded.expires_at
$$;
COMMENT ON FUNCTION piste.draft_keep(uuid, text, text, text, jsonb, text,
	text, text, integer) IS
	'Keeps a half-filled form, in place of what was kept of it before; nothing once the form was sent.';

UPDATE piste.held SET whose = whose
	|| ' OR t.email IS NULL AND t.phone = ANY (($1).phones)'
WHERE place = 'draft';
UPDATE piste.held SET whose = whose
	|| ' OR t.person_id IS NULL AND EXISTS (SELECT FROM jsonb_each_text(t.parts) AS w WHERE piste.email_key(w.value) = ANY (($1).email_keys) OR w.value = ANY (($1).phones))'
WHERE place = 'recipient';

CREATE FUNCTION piste.held_count(s piste.subject, places text[])
RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	h record;
	n bigint;
	all_rows bigint := 0;
BEGIN
	FOR h IN SELECT o.place, o.whose FROM piste.held AS o
		WHERE o.place = ANY (places)
	LOOP
		EXECUTE format('SELECT count(*) FROM piste.%I AS t WHERE %s',
			h.place, h.whose) INTO n USING s;
		all_rows := all_rows + n;
	END LOOP;
	RETURN all_rows;
END $$;
COMMENT ON FUNCTION piste.held_count(piste.subject, text[]) IS
	'How many rows of these tables are about them.';

-- Who is meant.
CREATE INDEX person_mailbox ON piste.person (piste.email_key(email))
	WHERE email IS NOT NULL;
COMMENT ON INDEX piste.person_mailbox IS
	'Who typed an address last, whoever is known by it';

CREATE FUNCTION piste.consent_people(email text) RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(DISTINCT piste.person_now(f.id)), '{}') FROM (
		SELECT k.person_id AS id FROM piste.person_key AS k
		WHERE k.kind = 'email' AND k.value = piste.email_key($1)
		UNION ALL
		SELECT p.id FROM piste.person AS p
		WHERE piste.email_key(p.email) = piste.email_key($1)
			AND p.email IS NOT NULL
	) AS f
$$;
COMMENT ON FUNCTION piste.consent_people(text) IS
	'Everybody whom mail to that address would reach: who is known by it, and who typed it last; of those merged the one who is left.';

DROP FUNCTION piste.subject_find(text);
CREATE FUNCTION piste.subject_find(email text, phone text) RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(DISTINCT f.id ORDER BY f.id), '{}') FROM (
		SELECT k.person_id AS id FROM piste.person_key AS k
		WHERE k.kind = 'email' AND k.value = piste.email_key($1)
			OR k.kind = 'phone' AND k.value = $2
		UNION ALL
		SELECT p.id FROM piste.person AS p
		WHERE piste.email_key(p.email) = piste.email_key($1)
			AND p.email IS NOT NULL
		UNION ALL
		SELECT s.person_id FROM piste.submission AS s
		WHERE s.person_id IS NOT NULL AND s.email IS NOT NULL
			AND piste.email_key(s.email) = piste.email_key($1)
		UNION ALL
		-- Seldom asked, so no index has to be kept for it.
		SELECT p.id FROM piste.person AS p
		WHERE $2 IS NOT NULL AND p.phone = $2
		UNION ALL
		SELECT s.person_id FROM piste.submission AS s
		WHERE $2 IS NOT NULL AND s.phone = $2
			AND s.person_id IS NOT NULL
	) AS f
$$;
COMMENT ON FUNCTION piste.subject_find(text, text) IS
	'The persons an address, or a phone, is known of: by key, as last typed, or ever typed.';

DROP FUNCTION piste.subject_of(bigint[], text);
CREATE FUNCTION piste.subject_of(persons bigint[], email_key text,
	phone text) RETURNS piste.subject
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s piste.subject;
BEGIN
	WITH RECURSIVE one AS (
		SELECT piste.person_now(p.id) AS id
		FROM unnest(subject_of.persons) AS p (id)
		UNION
		SELECT p.id FROM one JOIN piste.person AS p
			ON p.merged_into = one.id
	) SELECT array_agg(id ORDER BY id) INTO s.persons
	FROM one WHERE id IS NOT NULL;
	s.leads := ARRAY(SELECT l.id FROM piste.lead AS l
		WHERE l.person_id = ANY (s.persons) ORDER BY l.id);
	s.submissions := ARRAY(SELECT b.id FROM piste.submission AS b
		WHERE b.lead_id = ANY (s.leads) ORDER BY b.seq);
	SELECT array_agg(DISTINCT lower(w.email))
		FILTER (WHERE w.email IS NOT NULL),
		array_agg(DISTINCT w.phone) FILTER (WHERE w.phone IS NOT NULL)
	INTO s.emails, s.phones FROM (
		SELECT p.email, p.phone FROM piste.person AS p
		WHERE p.id = ANY (s.persons)
		UNION ALL
		SELECT b.email, b.phone FROM piste.submission AS b
		WHERE b.id = ANY (s.submissions)
		UNION ALL
		SELECT NULL, k.value FROM piste.person_key AS k
		WHERE k.person_id = ANY (s.persons) AND k.kind = 'phone'
		UNION ALL
		SELECT NULL, subject_of.phone
	) AS w;
	s.email_keys := ARRAY(SELECT piste.email_key(e) FROM unnest(s.emails)
			AS e
		UNION SELECT k.value FROM piste.person_key AS k
		WHERE k.person_id = ANY (s.persons) AND k.kind = 'email'
		UNION SELECT subject_of.email_key
		WHERE subject_of.email_key IS NOT NULL ORDER BY 1);
	-- What was put aside belongs to nobody yet, but names them all the same.
	WITH aside AS (
		SELECT b.id, b.seq, lower(b.email) AS email
		FROM piste.submission AS b
		WHERE b.outcome = 'quarantined'
			AND (b.email IS NOT NULL
				AND piste.email_key(b.email) = ANY (s.email_keys)
			OR b.email IS NULL AND b.phone = ANY (s.phones)
				AND (b.fields <> '{}' OR b.ip_prefix IS NOT NULL))
	) SELECT s.submissions || array_agg(a.id ORDER BY a.seq), s.emails
		|| array_agg(a.email ORDER BY a.seq)
			FILTER (WHERE a.email IS NOT NULL)
	INTO s.submissions, s.emails FROM aside AS a;
	RETURN s;
END $$;
COMMENT ON FUNCTION piste.subject_of(bigint[], text, text) IS
	'Everything that is one with these persons, merged ones too, and what was put aside under their addresses, or that one, or that phone.';

-- Erasing.
DROP FUNCTION piste.erase(bigint[], text, text, text);
CREATE FUNCTION piste.erase(who bigint[], email_key text, phone text,
	kind text, reason text, OUT subject piste.subject, OUT uploads text[],
	OUT mails text[])
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	h record;
BEGIN
	-- Whoever types any of this now waits, and is somebody new then; so does
	-- who releases what was put aside under it.  All locks are taken in one
	-- order: when meanwhile there is more to them, they are given back.
	LOOP
		BEGIN
			subject := piste.subject_of(who, erase.email_key, erase.phone);
			PERFORM piste.submit_lock('{}', subject.email_keys,
				subject.phones);
			PERFORM piste.person_lock(subject.persons);
			EXIT WHEN subject IS NOT DISTINCT FROM
				piste.subject_of(who, erase.email_key, erase.phone);
			RAISE SQLSTATE '40001';
		EXCEPTION WHEN SQLSTATE '40001' THEN
			NULL;
		END;
	END LOOP;
	SELECT f.uploads, f.mails INTO uploads, mails
	FROM piste.held_files(subject) AS f;
	INSERT INTO piste.erasure AS e (kind, reason, persons, submissions)
	VALUES (erase.kind, erase.reason, coalesce(subject.persons, '{}'),
		coalesce(cardinality(subject.submissions), 0))
	ON CONFLICT (xact) DO NOTHING;
	IF erase.kind = 'request' THEN
		INSERT INTO piste.objection AS o (kind, print)
		SELECT 'email', piste.objection_print('email', k)
		FROM unnest(subject.email_keys) AS k
		UNION ALL
		SELECT 'phone', piste.objection_print('phone', p)
		FROM unnest(subject.phones) AS p
		ON CONFLICT ON CONSTRAINT objection_pkey DO UPDATE
			SET at = excluded.at;
	END IF;
	FOR h IN SELECT o.place, o.whose, o.emptied FROM piste.held AS o
		WHERE o.emptied IS NOT NULL ORDER BY o.position
	LOOP
		EXECUTE CASE h.emptied WHEN 'DELETE'
			THEN format('DELETE FROM piste.%I AS t WHERE %s', h.place,
				h.whose)
			ELSE format('UPDATE piste.%I AS t %s WHERE %s', h.place,
				h.emptied, h.whose) END
		USING subject;
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.erase(bigint[], text, text, text, text) IS
	'Empties everything held about these persons (and whoever was merged with them), or put aside or half filled in under an address or a phone, but what is counted; the one road to it. kind request puts their addresses on the objection list. The files it names are the caller''s to remove, before the commit.';
REVOKE EXECUTE ON FUNCTION piste.erase(bigint[], text, text, text, text)
	FROM PUBLIC;

-- Parts of a long function that say something else from here on.
CREATE FUNCTION piste.function_change(signature text, before text, after text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source text := pg_get_functiondef(signature::regprocedure);
BEGIN
	IF position(before IN source) = 0 THEN
		RAISE '% does not say %', signature, before;
	END IF;
	EXECUTE replace(source, before, after);
END $$;
COMMENT ON FUNCTION piste.function_change(text, text, text) IS
	'For migrations: makes the function again with one text in place of another; refuses when that is not there.';

-- Whoever writes of a submission behind its answer holds it meanwhile, so that
-- an erasure comes before (then there is nothing to write) or after.
SELECT piste.function_change(c.signature, c.before, c.after) FROM (VALUES
	('piste.email_judge(uuid, text, text, text)',
		'AND lower(split_part(s.email, ''@'', 2)) = $2',
		'AND lower(split_part(s.email, ''@'', 2)) = $2 FOR SHARE OF s'),
	('piste.mail_bounce(bigint, integer, uuid, text, text)',
		'AND m.state IN (''sending'', ''sent'');',
		'AND m.state IN (''sending'', ''sent'') FOR UPDATE;'),
	('piste.mail_confirm(uuid)',
		'SELECT lower(s.email) INTO from_address',
		'PERFORM piste.consent_hold((SELECT s.person_id'
		' FROM piste.submission AS s WHERE s.id = submission));'
		' SELECT lower(s.email) INTO from_address'),
	-- What comes from a disk again after its erasure is the same still.
	('piste.submit_known(uuid[], piste.submit_fact[])',
		') AS is_same',
		') OR f.via = ''spool'' AND s.fields = ''{}'' AS is_same'),
	-- Who was erased only counts.
	('piste.person_live(bigint)',
		'IF found.merged_into IS NOT NULL THEN',
		'IF found.erased_at IS NOT NULL THEN'
		' RAISE EXCEPTION ''person % was erased'', person USING'
		' ERRCODE = ''object_not_in_prerequisite_state''; END IF;'
		' IF found.merged_into IS NOT NULL THEN'),
	('piste.person_unmerge(bigint, text)',
		'PERFORM piste.person_lock(ARRAY[m.from_id, m.into_id]);',
		'PERFORM piste.person_lock(ARRAY[m.from_id, m.into_id]);'
		' IF EXISTS (SELECT FROM piste.person AS p WHERE p.id ='
		' m.into_id AND p.erased_at IS NOT NULL) THEN'
		' RAISE EXCEPTION ''person % was erased'', m.into_id USING'
		' ERRCODE = ''object_not_in_prerequisite_state''; END IF;'),
	('piste.retention_step(text, interval, timestamptz, text, integer)',
		'piste.erase(due, NULL, ''prospect'', NULL)',
		'piste.erase(due, NULL, NULL, ''prospect'', NULL)'),
	('piste.retention_step(text, interval, timestamptz, text, integer)',
		'ELSIF purpose = ''objection'' THEN',
		'ELSIF purpose = ''archived'' THEN'
		' SELECT f.done, f.next INTO done, next'
		' FROM piste.retention_forget_archived(before, after, rows_max)'
		' AS f; ELSIF purpose = ''objection'' THEN')
) AS c (signature, before, after);
COMMENT ON FUNCTION piste.submit_known(uuid[], piste.submit_fact[]) IS
	'Per row: replay or conflict when its id is stored or comes earlier in the batch, with the same or other content; else NULL. A spooled row that was stored and then erased is a replay.';
COMMENT ON FUNCTION piste.person_live(bigint) IS
	'That person''s row; refuses one who is unknown, erased or merged.';
COMMENT ON FUNCTION piste.person_unmerge(bigint, text) IS
	'Takes a merge back: what moved returns as it was, and with it what came since by a key that moved; the rest stays with the survivor. Refuses a merge that is unknown, undone, erased, or has a later one of the same survivor on top.';
COMMENT ON FUNCTION piste.retention_step(text, interval, timestamptz, text,
	integer) IS
	'Erases what was kept for prospect, quarantine, visitor, archived or objection for longer than that, as of a moment: looks at rows_max at most. next: where to go on, empty: from the beginning, NULL when there is no more. Files are the caller''s to remove, before the commit.';

-- Taking back.
CREATE FUNCTION piste.consent_hold_all(persons bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who bigint[];
BEGIN
	-- As consent_hold, and in the order in which person_lock takes them.
	LOOP
		who := ARRAY(SELECT DISTINCT piste.person_now(p.id)
			FROM unnest(persons) AS p (id)
			WHERE piste.person_now(p.id) IS NOT NULL ORDER BY 1);
		PERFORM FROM piste.person AS p WHERE p.id = ANY (who)
		ORDER BY p.id FOR NO KEY UPDATE;
		EXIT WHEN who = ARRAY(SELECT DISTINCT piste.person_now(p.id)
			FROM unnest(persons) AS p (id)
			WHERE piste.person_now(p.id) IS NOT NULL ORDER BY 1);
	END LOOP;
	PERFORM piste.consent_lock();
	RETURN who;
END $$;
COMMENT ON FUNCTION piste.consent_hold_all(bigint[]) IS
	'These persons, or whom they were merged into, each once, kept from being merged until commit, and the ledger.';

CREATE OR REPLACE FUNCTION piste.mail_withdraw(submission uuid, is_all boolean)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own bigint;
	address text;
	who bigint[];
BEGIN
	SELECT s.person_id, s.email INTO own, address
	FROM piste.submission AS s WHERE s.id = submission;
	IF own IS NULL THEN
		RETURN 0;
	END IF;
	-- Another person with this address is another consent to mail there.
	who := piste.consent_hold_all(own || piste.consent_people(address));
	own := piste.person_now(own);
	-- What nobody knows the meaning of may well have meant e-mail.
	RETURN (SELECT coalesce(sum(piste.consent_withdraw(c.person_id, NULL,
			c.channel, NULL, 'link')), 0)
		FROM (SELECT DISTINCT o.person_id, o.channel
			FROM piste.consent AS o WHERE o.person_id = ANY (who)) AS c
			LEFT JOIN piste.consent_channel AS k ON k.key = c.channel
		WHERE is_all AND c.person_id = own
			OR k.key IS NULL OR k.particular = 'email');
END $$;
COMMENT ON FUNCTION piste.mail_withdraw(uuid, boolean) IS
	'Somebody pressed an unsubscribe link''s button: withdraws what anybody with the submission''s address has agreed to by e-mail or by a channel that is not known, and its own person by every channel if is_all; how many agreements there were.';

-- What is kept of visitors.
CREATE TABLE piste.retention_mark (
	what text PRIMARY KEY CHECK (octet_length(what) <= 100),
	until timestamptz NOT NULL
);
COMMENT ON TABLE piste.retention_mark IS
	'How far visitors are forgotten, so that nothing is read for it again.';
COMMENT ON COLUMN piste.retention_mark.what IS
	'visitor: all exposures before until; archived KEY: that experiment''s';
COMMENT ON COLUMN piste.retention_mark.until IS
	'visitor: the first one that may have its cookie; else when it was done';

CREATE FUNCTION piste.retention_marked() RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT m.until FROM piste.retention_mark AS m
		WHERE m.what = 'visitor'), '-infinity')
$$;
COMMENT ON FUNCTION piste.retention_marked() IS
	'Exposures before this are forgotten.';

CREATE FUNCTION piste.retention_rename(experiments text[], visitors text[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fresh text[] := ARRAY(SELECT '-' || gen_random_uuid()
		FROM unnest(visitors));
BEGIN
	-- What became of a visitor first, since an exposure that changes looks
	-- for it.
	UPDATE piste.conversion AS c
	SET unit = piste.experiment_unit(x.salt, f.fresh)
	FROM unnest(experiments, visitors, fresh) AS f (key, visitor, fresh)
		JOIN piste.experiment AS x ON x.key = f.key
	WHERE c.experiment_key = f.key AND length(x.salt) > 0
		AND c.unit = piste.experiment_unit(x.salt, f.visitor);
	UPDATE piste.outcome AS o
	SET unit = piste.experiment_unit(x.salt, f.fresh)
	FROM unnest(experiments, visitors, fresh) AS f (key, visitor, fresh)
		JOIN piste.experiment AS x ON x.key = f.key
	WHERE o.experiment_key = f.key AND length(x.salt) > 0
		AND o.unit = piste.experiment_unit(x.salt, f.visitor);
	UPDATE piste.exposure AS e SET visitor = f.fresh
	FROM unnest(experiments, visitors, fresh) AS f (key, visitor, fresh)
	WHERE e.experiment_key = f.key AND e.visitor = f.visitor;
END $$;
COMMENT ON FUNCTION piste.retention_rename(text[], text[]) IS
	'Gives exposures another visitor, by chance, with what became of them: no cookie leads there any more, and no figure changes. Under experiment_lock.';

CREATE OR REPLACE FUNCTION piste.retention_forget_visitors(before timestamptz,
	after timestamptz, rows_max integer, OUT done bigint,
	OUT last timestamptz)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	experiments text[];
	visitors text[];
BEGIN
	PERFORM piste.experiment_lock();
	SELECT count(*), max(e.first_seen_at), array_agg(e.experiment_key),
		array_agg(e.visitor)
	INTO done, last, experiments, visitors
	FROM (SELECT o.experiment_key, o.visitor, o.first_seen_at
		FROM piste.exposure AS o
		WHERE o.first_seen_at < before
			AND o.first_seen_at >= greatest(after, piste.retention_marked())
			AND o.visitor NOT LIKE '-%'
		ORDER BY o.first_seen_at LIMIT rows_max) AS e;
	IF done > 0 THEN
		PERFORM piste.retention_rename(experiments, visitors);
		RETURN;
	END IF;
	-- Never beyond now, whatever clock the caller has.
	INSERT INTO piste.retention_mark AS m (what, until)
	VALUES ('visitor', least(before, now()))
	ON CONFLICT (what) DO UPDATE
		SET until = greatest(m.until, excluded.until);
END $$;
COMMENT ON FUNCTION piste.retention_forget_visitors(timestamptz, timestamptz,
	integer) IS
	'Forgets exposures between after and before (see retention_rename), from where it was left. How many, and the latest; 0 when none is left.';

CREATE FUNCTION piste.retention_archived(before timestamptz)
RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT x.key FROM piste.experiment AS x
	WHERE x.state = 'archived' AND coalesce((SELECT max(m.at)
			FROM piste.experiment_move AS m
			WHERE m.experiment_key = x.key AND m.to_state = 'archived'),
			x.ended_at) < before
		AND NOT EXISTS (SELECT FROM piste.retention_mark AS k
			WHERE k.what = 'archived ' || x.key)
	ORDER BY x.key
$$;
COMMENT ON FUNCTION piste.retention_archived(timestamptz) IS
	'Experiments archived before then whose visitors are not forgotten yet.';

CREATE FUNCTION piste.retention_forget_archived(before timestamptz,
	after text, rows_max integer, OUT done bigint, OUT next text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	archived text := (SELECT k FROM piste.retention_archived(before) AS k
		LIMIT 1);
	visitors text[];
BEGIN
	done := 0;
	IF archived IS NULL THEN
		RETURN;
	END IF;
	PERFORM piste.experiment_lock();
	visitors := ARRAY(SELECT e.visitor FROM piste.exposure AS e
		WHERE e.experiment_key = archived
			AND e.visitor > coalesce(after, '')
			AND e.visitor NOT LIKE '-%'
		ORDER BY e.visitor LIMIT rows_max);
	done := cardinality(visitors);
	IF done > 0 THEN
		PERFORM piste.retention_rename(array_fill(archived,
			ARRAY[done::integer]), visitors);
		next := visitors[done];
		RETURN;
	END IF;
	INSERT INTO piste.retention_mark (what, until)
	VALUES ('archived ' || archived, now());
	next := '';
END $$;
COMMENT ON FUNCTION piste.retention_forget_archived(timestamptz, text,
	integer) IS
	'Forgets visitors of an experiment archived before then, behind that one. How many, and the last of them; empty: that experiment is done, NULL: all are.';

CREATE OR REPLACE FUNCTION piste.retention_due(purpose text, kept interval,
	asked_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE purpose
		WHEN 'prospect' THEN (SELECT count(*) FILTER (WHERE p.is_due)
			FROM piste.retention_prospects(asked_at - kept, 0, NULL) AS p)
		WHEN 'quarantine' THEN (SELECT count(*)
			FROM piste.submission AS s WHERE s.outcome = 'quarantined'
				AND (s.fields <> '{}' OR s.ip_prefix IS NOT NULL)
				AND s.received_at < asked_at - kept)
		WHEN 'visitor' THEN (SELECT count(*) FROM piste.exposure AS e
			WHERE e.first_seen_at < asked_at - kept
				AND e.first_seen_at >= piste.retention_marked()
				AND e.visitor NOT LIKE '-%')
		WHEN 'archived' THEN (SELECT count(*)
			FROM piste.retention_archived(asked_at - kept) AS k
				JOIN piste.exposure AS e ON e.experiment_key = k
			WHERE e.visitor NOT LIKE '-%')
		WHEN 'objection' THEN (SELECT count(*) FROM piste.objection AS o
			WHERE o.at < asked_at - kept) END
$$;
