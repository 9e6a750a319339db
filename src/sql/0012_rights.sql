-- People's rights: everything held about somebody in one place, erasing it
-- without touching what is counted, a list of who asked for that, and how
-- long is kept what nobody asked about.

-- What is held, and what erasing makes of it.
CREATE TABLE piste.held (
	place text PRIMARY KEY,
	position integer NOT NULL GENERATED ALWAYS AS IDENTITY,
	whose text NOT NULL,
	emptied text CHECK (emptied ~ '^(SET|DELETE)'),
	why text NOT NULL
);
COMMENT ON TABLE piste.held IS
	'Each table with something about people in it: piste.held_export() reads, piste.erase() empties what is named here, in this order, and nothing else. A migration that adds such a table adds its row.';
COMMENT ON COLUMN piste.held.place IS 'The table, in schema piste';
COMMENT ON COLUMN piste.held.position IS 'Order';
COMMENT ON COLUMN piste.held.whose IS
	'Condition for a row t to be about $1, a piste.subject';
COMMENT ON COLUMN piste.held.emptied IS
	'SET … of an UPDATE, or DELETE; NULL: erasing leaves it';
COMMENT ON COLUMN piste.held.why IS 'Why so';

ALTER TABLE piste.person ADD COLUMN erased_at timestamptz;
COMMENT ON COLUMN piste.person.erased_at IS
	'Since then the row only counts: whoever types the same again is somebody new';
COMMENT ON COLUMN piste.consent.person_id IS
	'Its submission''s person: moved with it by a merge; NULL once erased';

CREATE TYPE piste.subject AS (
	persons bigint[], leads bigint[], submissions uuid[], emails text[],
	email_keys text[], phones text[]
);
COMMENT ON TYPE piste.subject IS
	'One human being as our tables know them: all merged persons, their leads and submissions, addresses in lower case, their normal forms, phones.';

-- A share of a campaign's name that is an address is nobody's statistics.
CREATE FUNCTION piste.without_address(given text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN pg_catalog.strpos(given, '@') = 0 THEN given END
$$;
COMMENT ON FUNCTION piste.without_address(text) IS
	'NULL for what holds an @: a link''s parameters may.';

CREATE FUNCTION piste.submission_emptied(s jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s || '{"fields": {}, "email": null, "phone": null,
		"declared_postcode": null, "ip_prefix": null, "geo_city": null,
		"geo_radius_km": null, "click_id": null, "request_id": null}'
		|| jsonb_build_object(
		'source', piste.without_address(s->>'source'),
		'medium', piste.without_address(s->>'medium'),
		'campaign_key', piste.without_address(s->>'campaign_key'))
$$;
COMMENT ON FUNCTION piste.submission_emptied(jsonb) IS
	'A submission''s row as erasing leaves it: what is counted by, and nothing of who it was.';

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('person', 't.id = ANY (($1).persons)',
	'SET email = NULL, phone = NULL, first_name = NULL, last_name = NULL, company = NULL, erased_at = coalesce(t.erased_at, now())',
	'The row is what leads and submissions count by'),
	('person_key', 't.person_id = ANY (($1).persons)', 'DELETE',
	'Nobody is known by it any more'),
	('submission', 't.id = ANY (($1).submissions)',
	'SET fields = ''{}'', email = NULL, phone = NULL, declared_postcode = NULL, ip_prefix = NULL, geo_city = NULL, geo_radius_km = NULL, click_id = NULL, request_id = NULL, source = piste.without_address(t.source), medium = piste.without_address(t.medium), campaign_key = piste.without_address(t.campaign_key)',
	'Page, day, variant, outcome, country and region are counted'),
	('consent', 't.person_id = ANY (($1).persons) OR t.submission_id = ANY (($1).submissions)',
	'SET person_id = NULL',
	'The chain proves what others said as well; nothing in it tells who'),
	('consent_text', 'EXISTS (SELECT FROM piste.consent AS c WHERE c.submission_id = ANY (($1).submissions) AND (c.consent_key, c.version, c.lang) = (t.key, t.version, t.lang))',
	NULL, 'Our words, not theirs'),
	('consent_block', 't.hash IN (SELECT s.consent_hash FROM piste.submission AS s WHERE s.id = ANY (($1).submissions))',
	NULL, 'Our words, not theirs'),
	('lead', 't.id = ANY (($1).leads)',
	'SET score_parts = (SELECT jsonb_agg(p.part || ''{"reason": "erased"}'' ORDER BY p.ord) FROM jsonb_array_elements(nullif(t.score_parts, ''null'')) WITH ORDINALITY AS p (part, ord))',
	'Stages, scores and values are counted'),
	('qualification_queue', 't.lead_id = ANY (($1).leads)',
	'SET state = CASE t.state WHEN ''dead'' THEN ''dead'' ELSE ''done'' END, finished_at = coalesce(t.finished_at, now()), locked_by = NULL, locked_until = NULL, last_error = NULL',
	'There is nobody left to call'),
	('outbox', 't.submission_id = ANY (($1).submissions)',
	'SET payload = ''{}'', state = CASE t.state WHEN ''dead'' THEN ''dead'' ELSE ''done'' END, finished_at = coalesce(t.finished_at, now()), locked_by = NULL, locked_until = NULL, last_error = NULL',
	'Nothing is to leave any more; what left is counted'),
	('mail', 't.submission_id = ANY (($1).submissions)',
	'SET address = NULL, mailbox = NULL, network = NULL, reason = CASE t.state WHEN ''dropped'' THEN t.reason END',
	'Mails are counted'),
	('mail_address', 't.address = ANY (($1).emails) AND NOT EXISTS (SELECT FROM piste.person_key AS k WHERE k.kind = ''email'' AND k.value = piste.email_key(t.address) AND NOT k.person_id = ANY (($1).persons))',
	'DELETE', 'Unless it is another person''s as well'),
	('mail_domain', 't.domain IN (SELECT split_part(e.email, ''@'', 2) FROM unnest(($1).emails) AS e (email))',
	'DELETE', 'A domain may be a name; the DNS is asked again'),
	('email_quality', 't.submission_id = ANY (($1).submissions)', 'DELETE',
	'A domain may be a name; it has done its part for the score'),
	('delivery', 't.submission_id = ANY (($1).submissions)', NULL,
	'Steps and times that are counted'),
	('conversion', 't.submission_id = ANY (($1).submissions)', NULL,
	'What an experiment counts, under a salted hash'),
	('stray', 't.submission_id = ANY (($1).submissions)', NULL,
	'What an experiment did not count'),
	('person_merge', 't.from_id = ANY (($1).persons) OR t.into_id = ANY (($1).persons)',
	'SET reason = NULL', 'Ids only, but for somebody''s words');

-- Who is meant.
CREATE FUNCTION piste.subject_of(persons bigint[], email_key text DEFAULT NULL)
RETURNS piste.subject
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
	SELECT array_agg(DISTINCT lower(w.email)), array_agg(DISTINCT w.phone)
		FILTER (WHERE w.phone IS NOT NULL)
	INTO s.emails, s.phones FROM (
		SELECT p.email, p.phone FROM piste.person AS p
		WHERE p.id = ANY (s.persons)
		UNION ALL
		SELECT b.email, b.phone FROM piste.submission AS b
		WHERE b.id = ANY (s.submissions)
		UNION ALL
		SELECT NULL, k.value FROM piste.person_key AS k
		WHERE k.person_id = ANY (s.persons) AND k.kind = 'phone'
	) AS w;
	s.email_keys := ARRAY(SELECT piste.email_key(e) FROM unnest(s.emails)
			AS e WHERE e IS NOT NULL
		UNION SELECT k.value FROM piste.person_key AS k
		WHERE k.person_id = ANY (s.persons) AND k.kind = 'email'
		UNION SELECT subject_of.email_key
		WHERE subject_of.email_key IS NOT NULL);
	-- What was put aside belongs to nobody yet, but names them all the same.
	WITH aside AS (
		SELECT b.id, lower(b.email) AS email FROM piste.submission AS b
		WHERE b.outcome = 'quarantined'
			AND (b.email IS NOT NULL
				AND piste.email_key(b.email) = ANY (s.email_keys)
			OR b.email IS NULL AND b.phone = ANY (s.phones)
				AND (b.fields <> '{}' OR b.ip_prefix IS NOT NULL))
	) SELECT s.submissions || array_agg(a.id), s.emails
		|| array_agg(a.email) FILTER (WHERE a.email IS NOT NULL)
	INTO s.submissions, s.emails FROM aside AS a;
	RETURN s;
END $$;
COMMENT ON FUNCTION piste.subject_of(bigint[], text) IS
	'Everything that is one with these persons, merged ones too, and what was put aside under their addresses, or that one.';
CREATE INDEX submission_aside ON piste.submission (received_at)
	WHERE outcome = 'quarantined'
		AND (fields <> '{}' OR ip_prefix IS NOT NULL);

CREATE FUNCTION piste.subject_find(email text) RETURNS bigint[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(DISTINCT f.id ORDER BY f.id), '{}') FROM (
		SELECT k.person_id AS id FROM piste.person_key AS k
		WHERE k.kind = 'email' AND k.value = piste.email_key(email)
		UNION ALL
		SELECT p.id FROM piste.person AS p
		WHERE piste.email_key(p.email) = piste.email_key($1)
		UNION ALL
		SELECT s.person_id FROM piste.submission AS s
		WHERE s.person_id IS NOT NULL AND s.email IS NOT NULL
			AND piste.email_key(s.email) = piste.email_key($1)
	) AS f
$$;
COMMENT ON FUNCTION piste.subject_find(text) IS
	'The persons an address is known of: by key, as last typed, or ever typed.';

CREATE FUNCTION piste.held_export(s piste.subject) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	h record;
	found jsonb;
	told jsonb := '{}';
BEGIN
	FOR h IN SELECT o.place, o.whose FROM piste.held AS o ORDER BY o.position
	LOOP
		EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(t)), ''[]'')'
			' FROM piste.%I AS t WHERE %s', h.place, h.whose)
		INTO found USING s;
		told := told || jsonb_build_object(h.place, found);
	END LOOP;
	RETURN told;
END $$;
COMMENT ON FUNCTION piste.held_export(piste.subject) IS
	'All rows about them by table, every column.';

-- Files that go with it.
CREATE FUNCTION piste.held_files(s piste.subject, OUT uploads text[],
	OUT mails text[])
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY(SELECT f.id FROM piste.submission AS b
			CROSS JOIN LATERAL jsonb_array_elements_text(
			jsonb_path_query_array(b.fields, '$.*.file')) AS f (id)
		WHERE b.id = ANY (s.submissions)),
	ARRAY(SELECT m.outbox_id || '.' || m.round FROM piste.mail AS m
		WHERE m.submission_id = ANY (s.submissions))
$$;
COMMENT ON FUNCTION piste.held_files(piste.subject) IS
	'Names of what visitors sent, in the directory of uploads, and of mails, in that of caught ones.';

-- Who does not want to hear of us.  A hash alone would be found by trying
-- addresses, so it has a key; NMAC (Bellare, Canetti and Krawczyk, 1996) with
-- two keys of a block each, which HMAC derives from one.
CREATE TABLE piste.objection_key (
	only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
	inner_key bytea NOT NULL CHECK (length(inner_key) = 64),
	outer_key bytea NOT NULL CHECK (length(outer_key) = 64)
);
COMMENT ON TABLE piste.objection_key IS
	'Secret of piste.objection''s fingerprints; lost, the list says nothing';
COMMENT ON COLUMN piste.objection_key.only_one IS 'One row';
COMMENT ON COLUMN piste.objection_key.inner_key IS 'Hashed with the value';
COMMENT ON COLUMN piste.objection_key.outer_key IS 'Hashed with that hash';
INSERT INTO piste.objection_key (inner_key, outer_key)
SELECT sha512(string_agg(uuid_send(gen_random_uuid()), '')
		FILTER (WHERE n <= 8)),
	sha512(string_agg(uuid_send(gen_random_uuid()), '') FILTER (WHERE n > 8))
FROM generate_series(1, 16) AS n;
CREATE TRIGGER kept_guard BEFORE UPDATE OR DELETE OR TRUNCATE
	ON piste.objection_key FOR EACH STATEMENT
	EXECUTE FUNCTION piste.kept_guard();

CREATE TABLE piste.objection (
	kind text NOT NULL CHECK (kind IN ('email', 'phone')),
	print bytea NOT NULL CHECK (length(print) = 32),
	at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (kind, print)
);
CREATE INDEX objection_at ON piste.objection (at);
COMMENT ON TABLE piste.objection IS
	'Addresses and phones of who was erased at their wish: no import brings them back. What a person says by a form afterwards is a new word, and holds.';
COMMENT ON COLUMN piste.objection.kind IS 'email: of piste.email_key()';
COMMENT ON COLUMN piste.objection.print IS 'piste.objection_print()';
COMMENT ON COLUMN piste.objection.at IS 'When it was last asked for';

CREATE FUNCTION piste.objection_print(kind text, value text) RETURNS bytea
LANGUAGE sql STABLE STRICT SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT sha256(k.outer_key || sha256(k.inner_key
		|| convert_to(kind || ' ' || value, 'UTF8')))
	FROM piste.objection_key AS k
$$;
COMMENT ON FUNCTION piste.objection_print(text, text) IS
	'The keyed fingerprint of an address'' normal form, or of a phone.';

CREATE FUNCTION piste.objection_since(email text, phone text)
RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT max(o.at) FROM piste.objection AS o
	WHERE o.kind = 'email' AND o.print = piste.objection_print('email',
			piste.email_key(email))
		OR o.kind = 'phone' AND o.print = piste.objection_print('phone',
			phone)
$$;
COMMENT ON FUNCTION piste.objection_since(text, text) IS
	'Since when the owner of that address or phone does not want to be contacted; NULL: not that we know. An import asks this of each row.';

CREATE OR REPLACE FUNCTION piste.may_contact(person bigint, purpose text,
	channel text, recipient text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	last_word record;
	objected_at timestamptz;
BEGIN
	-- What still waits for its confirmation says nothing, either way.
	SELECT c.what, c.given_at, c.via INTO last_word
	FROM piste.consent AS c
	WHERE c.person_id = $1 AND c.purpose = $2 AND c.channel = $3
		AND c.recipient = $4
		AND NOT (c.what = 'given' AND c.needs_confirm)
	ORDER BY c.seq DESC LIMIT 1;
	IF NOT FOUND OR last_word.what = 'withdrawn' THEN
		RETURN false;
	END IF;
	SELECT piste.objection_since(
		CASE WHEN $3 NOT IN ('phone', 'sms') THEN p.email END,
		CASE WHEN $3 <> 'email' THEN p.phone END) INTO objected_at
	FROM piste.person AS p WHERE p.id = $1;
	-- Of an objection only its owner's own later word is stronger.
	RETURN objected_at IS NULL OR last_word.via <> 'import'
		AND last_word.given_at > objected_at;
END $$;
COMMENT ON FUNCTION piste.may_contact(bigint, text, text, text) IS
	'Is the person''s last word, by place in the chain, that we may, and no objection later than that word? Given, or where that is asked confirmed, and not withdrawn since; never by an import against an objection. Whoever uses personal data asks this, every time.';

-- Erasing.
CREATE TABLE piste.erasure (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now(),
	kind text NOT NULL
		CHECK (kind IN ('request', 'prospect', 'quarantine')),
	reason text CHECK (octet_length(reason) <= 2000),
	persons bigint[] NOT NULL,
	submissions integer NOT NULL,
	xact xid8 NOT NULL DEFAULT pg_current_xact_id() UNIQUE
);
COMMENT ON TABLE piste.erasure IS
	'Each erasure: the row that lets its own transaction, and no other, empty submissions. Never changed, never removed.';
COMMENT ON COLUMN piste.erasure.id IS 'Order';
COMMENT ON COLUMN piste.erasure.at IS 'When';
COMMENT ON COLUMN piste.erasure.kind IS
	'request: somebody asked; else the purpose whose time was over';
COMMENT ON COLUMN piste.erasure.reason IS 'In the words given: no name';
COMMENT ON COLUMN piste.erasure.persons IS 'Ids that only count since';
COMMENT ON COLUMN piste.erasure.submissions IS 'How many were emptied';
COMMENT ON COLUMN piste.erasure.xact IS 'The transaction it was done in';
CREATE TRIGGER kept_guard BEFORE UPDATE OR DELETE OR TRUNCATE
	ON piste.erasure FOR EACH STATEMENT
	EXECUTE FUNCTION piste.kept_guard();

CREATE OR REPLACE FUNCTION piste.submission_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was jsonb := to_jsonb(OLD) - '{person_id,lead_id,outcome}'::text[];
	is_now jsonb := to_jsonb(NEW) - '{person_id,lead_id,outcome}'::text[];
BEGIN
	IF is_now IS DISTINCT FROM was AND NOT (
		is_now = piste.submission_emptied(was) AND EXISTS (
			SELECT FROM piste.erasure AS e
			WHERE e.xact = pg_current_xact_id()))
	THEN
		RAISE EXCEPTION 'submission % is immutable', OLD.id
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.submission_guard() IS
	'Refuses an update of anything but a submission''s place, and its emptying as a whole by piste.erase().';

CREATE FUNCTION piste.erase(who bigint[], email_key text, kind text,
	reason text, OUT subject piste.subject, OUT uploads text[],
	OUT mails text[])
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	h record;
BEGIN
	-- Whoever types the same now waits, and is somebody new then.
	PERFORM piste.submit_lock('{}', ARRAY[erase.email_key], '{}');
	LOOP
		subject := piste.subject_of(who, erase.email_key);
		PERFORM piste.person_lock(subject.persons);
		EXIT WHEN subject.persons IS NOT DISTINCT FROM
			(piste.subject_of(who, erase.email_key)).persons;
	END LOOP;
	subject := piste.subject_of(who, erase.email_key);
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
COMMENT ON FUNCTION piste.erase(bigint[], text, text, text) IS
	'Empties everything held about these persons (and whoever was merged with them), or put aside under an address, but what is counted; the one road to it. kind request puts their addresses on the objection list. The files it names are the caller''s to remove, before the commit.';
REVOKE EXECUTE ON FUNCTION piste.erase(bigint[], text, text, text),
	piste.objection_print(text, text), piste.objection_since(text, text)
	FROM PUBLIC;

-- How long what is kept.
CREATE FUNCTION piste.last_contact(person bigint) RETURNS timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT greatest(p.created_at, (
		SELECT max(greatest(CASE WHEN s.via <> 'import'
			THEN s.received_at END, d.confirmed_at, d.fetched_at))
		FROM piste.lead AS l JOIN piste.submission AS s ON s.lead_id = l.id
			LEFT JOIN piste.delivery AS d ON d.submission_id = s.id
		WHERE l.person_id = p.id), (
		SELECT max(c.given_at) FROM piste.consent AS c
		WHERE c.person_id = p.id AND c.via NOT IN ('import', 'command')))
	FROM piste.person AS p WHERE p.id = $1
$$;
COMMENT ON FUNCTION piste.last_contact(bigint) IS
	'When something last came from the person: a form, a confirmation, a document fetched by our mail''s link, a word about consent; at least when we first had them. An import or a mail of ours is none.';

CREATE FUNCTION piste.retention_prospects(before timestamptz, after bigint,
	rows_max integer) RETURNS TABLE (id bigint, is_due boolean)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	-- A customer is kept for other reasons, and as long as those ask.
	SELECT p.id, piste.last_contact(p.id) < before AND NOT EXISTS (
		SELECT FROM piste.lead AS l
		WHERE l.person_id = p.id AND l.stage = 'customer')
	FROM (SELECT o.id FROM piste.person AS o
		WHERE o.id > after AND o.created_at < before
			AND o.erased_at IS NULL AND o.merged_into IS NULL
		ORDER BY o.id LIMIT rows_max) AS p ORDER BY p.id
$$;
COMMENT ON FUNCTION piste.retention_prospects(timestamptz, bigint, integer) IS
	'The next persons after that id whom we have had since before then, and whether nothing came from them since.';

CREATE FUNCTION piste.retention_forget_visitors(before timestamptz,
	after timestamptz, rows_max integer, OUT done bigint,
	OUT last timestamptz)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	experiments text[];
	visitors text[];
	fresh text[];
BEGIN
	-- The cookie is gone for a year by then.  Rows go on being counted under
	-- a name by chance: what became of a visitor first, since an exposure
	-- that changes looks for it.
	PERFORM piste.experiment_lock();
	SELECT count(*), max(e.first_seen_at), array_agg(e.experiment_key),
		array_agg(e.visitor), array_agg('-' || gen_random_uuid())
	INTO done, last, experiments, visitors, fresh
	FROM (SELECT o.experiment_key, o.visitor, o.first_seen_at
		FROM piste.exposure AS o
		WHERE o.first_seen_at < before AND o.first_seen_at >= after
			AND o.visitor NOT LIKE '-%'
		ORDER BY o.first_seen_at LIMIT rows_max) AS e;
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
COMMENT ON FUNCTION piste.retention_forget_visitors(timestamptz, timestamptz,
	integer) IS
	'Gives exposures between after and before another visitor, by chance, with what became of them: no cookie leads there any more, and no figure changes. How many, and the latest; 0 when none is left.';

CREATE FUNCTION piste.erase_aside(aside uuid[], OUT uploads text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s piste.subject;
	h record;
BEGIN
	s.submissions := aside;
	uploads := (SELECT f.uploads FROM piste.held_files(s) AS f);
	INSERT INTO piste.erasure (kind, persons, submissions)
	VALUES ('quarantine', '{}', cardinality(aside));
	SELECT o.place, o.whose, o.emptied INTO STRICT h FROM piste.held AS o
	WHERE o.place = 'submission';
	EXECUTE format('UPDATE piste.%I AS t %s WHERE %s', h.place, h.emptied,
		h.whose) USING s;
END $$;
COMMENT ON FUNCTION piste.erase_aside(uuid[]) IS
	'Empties submissions that were put aside and never released: they belong to nobody. How many there were stays.';

CREATE FUNCTION piste.retention_step(purpose text, kept interval,
	asked_at timestamptz, after text, rows_max integer, OUT done bigint,
	OUT next text, OUT uploads text[], OUT mails text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before timestamptz := asked_at - kept;
	seen bigint[];
	due bigint[];
	aside uuid[];
BEGIN
	done := 0;
	IF purpose = 'prospect' THEN
		SELECT array_agg(p.id), array_agg(p.id) FILTER (WHERE p.is_due)
		INTO seen, due FROM piste.retention_prospects(before,
			coalesce(after, '0')::bigint, rows_max) AS p;
		next := (SELECT max(id) FROM unnest(seen) AS s (id));
		IF due IS NOT NULL THEN
			SELECT e.uploads, e.mails INTO uploads, mails
			FROM piste.erase(due, NULL, 'prospect', NULL) AS e;
			done := cardinality(due);
		END IF;
	ELSIF purpose = 'quarantine' THEN
		aside := ARRAY(SELECT s.id FROM piste.submission AS s
			WHERE s.outcome = 'quarantined'
				AND (s.fields <> '{}' OR s.ip_prefix IS NOT NULL)
				AND s.received_at < before
			ORDER BY s.received_at LIMIT rows_max FOR UPDATE);
		done := cardinality(aside);
		IF done > 0 THEN
			uploads := piste.erase_aside(aside);
			next := 'more';
		END IF;
	ELSIF purpose = 'visitor' THEN
		SELECT f.done, f.last INTO done, next
		FROM piste.retention_forget_visitors(before,
			coalesce(after, '-infinity')::timestamptz, rows_max) AS f;
	ELSIF purpose = 'objection' THEN
		DELETE FROM piste.objection AS o WHERE (o.kind, o.print) IN (
			SELECT d.kind, d.print FROM piste.objection AS d
			WHERE d.at < before ORDER BY d.at LIMIT rows_max);
		GET DIAGNOSTICS done = ROW_COUNT;
		next := CASE WHEN done > 0 THEN 'more' END;
	ELSE
		RAISE EXCEPTION 'no purpose %', purpose
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END $$;
COMMENT ON FUNCTION piste.retention_step(text, interval, timestamptz, text,
	integer) IS
	'Erases what was kept for prospect, quarantine, visitor or objection for longer than that, as of a moment: looks at rows_max at most. next: where to go on, NULL when there is no more. Files are the caller''s to remove, before the commit.';

CREATE FUNCTION piste.retention_due(purpose text, kept interval,
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
				AND e.visitor NOT LIKE '-%')
		WHEN 'objection' THEN (SELECT count(*) FROM piste.objection AS o
			WHERE o.at < asked_at - kept) END
$$;
COMMENT ON FUNCTION piste.retention_due(text, interval, timestamptz) IS
	'How much retention_step would erase of a purpose, by and by.';
