-- One person once: what a person is known by, suspects of being the same, and
-- merging as a change of rows that can be taken back; and how good an e-mail
-- address is.

-- Both are trusted: the database's owner may create them.  Where somebody has
-- put them already, they stay; the two functions below are the only ones that
-- name their schema, so that all others can pin their search_path.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA piste;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA piste;
DO $$
DECLARE
	trgm name;
	accents name;
BEGIN
	SELECT n.nspname INTO trgm FROM pg_catalog.pg_extension AS e
		JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
	WHERE e.extname = 'pg_trgm';
	SELECT n.nspname INTO accents FROM pg_catalog.pg_extension AS e
		JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
	WHERE e.extname = 'unaccent';
	EXECUTE format('CREATE FUNCTION piste.likeness(a text, b text)'
		' RETURNS real LANGUAGE sql IMMUTABLE STRICT AS'
		' %L', format('SELECT %I.similarity(a, b)', trgm));
	EXECUTE format('CREATE FUNCTION piste.without_accents(given text)'
		' RETURNS text LANGUAGE sql IMMUTABLE STRICT AS %L',
		format('SELECT %I.unaccent(%L::regdictionary, given)', accents,
		quote_ident(accents) || '.unaccent'));
END $$;
COMMENT ON FUNCTION piste.likeness(text, text) IS
	'Share of trigrams two texts have in common, 0 to 1: pg_trgm''s, wherever that extension is.';
COMMENT ON FUNCTION piste.without_accents(text) IS
	'Letters in their Latin base form (é e, ß ss, œ oe): unaccent''s, wherever that extension is.';

-- What a person is known by.  The rules are constants of a function, not rows
-- of a table: whoever changes them makes every key anew, as is done below.
CREATE FUNCTION piste.email_key(email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE
		WHEN pg_catalog.left(email, 1) = '+'
			THEN pg_catalog.lower(email COLLATE "C")
		-- support.google.com/mail/answer/7436150: dots don't matter;
		-- /answer/10313: googlemail.com is the same mailbox;
		-- /answer/22370: what follows + doesn't.
		WHEN pg_catalog.split_part(pg_catalog.lower(email COLLATE "C"),
			'@', 2) IN ('gmail.com', 'googlemail.com')
			THEN pg_catalog.replace(pg_catalog.split_part(
				pg_catalog.split_part(pg_catalog.lower(
				email COLLATE "C"), '@', 1), '+', 1), '.', '')
				|| '@gmail.com'
		-- learn.microsoft.com, "Plus addressing in Exchange Online", as
		-- in Outlook.com; fastmail.help, "Plus addressing"; proton.me,
		-- /support/addresses-and-aliases; support.apple.com, "Use +";
		-- posteo.de/en/help, "aliases".
		WHEN pg_catalog.split_part(pg_catalog.lower(email COLLATE "C"),
			'@', 2) IN ('outlook.com', 'outlook.fr', 'outlook.be',
			'hotmail.com', 'hotmail.fr', 'hotmail.be', 'hotmail.ch',
			'hotmail.co.uk', 'live.com', 'live.fr', 'live.be', 'msn.com',
			'fastmail.com', 'fastmail.fm', 'proton.me', 'protonmail.com',
			'protonmail.ch', 'pm.me', 'icloud.com', 'me.com', 'mac.com',
			'posteo.de', 'posteo.net')
			THEN pg_catalog.split_part(pg_catalog.split_part(
				pg_catalog.lower(email COLLATE "C"), '@', 1), '+', 1)
				|| '@' || pg_catalog.split_part(
				pg_catalog.lower(email COLLATE "C"), '@', 2)
		ELSE pg_catalog.lower(email COLLATE "C") END
$$;
COMMENT ON FUNCTION piste.email_key(text) IS
	'The normal form of an address, for telling people apart only: lower case and, for providers known to deliver them to one mailbox, without tag or dots. Nothing is guessed of a domain that is not named here. The address as typed is what mail goes to.';

ALTER TABLE piste.form DROP CONSTRAINT form_duplicates_check,
	ADD CONSTRAINT form_duplicates_check
		CHECK (duplicates IN ('email', 'email_or_phone', 'new'));
COMMENT ON COLUMN piste.form.duplicates IS
	'What makes two submissions one person''s; new: nothing, each makes a person';

ALTER TABLE piste.person
	ADD COLUMN merged_into bigint REFERENCES piste.person (id)
		CHECK (merged_into <> id);
CREATE INDEX person_merged ON piste.person (merged_into)
	WHERE merged_into IS NOT NULL;
COMMENT ON COLUMN piste.person.merged_into IS
	'Who this one turned out to be: readers skip the row, it waits for the merge to be undone. NULL: nobody else. See piste.person_now()';
ALTER TABLE piste.lead
	ADD COLUMN merged_into bigint REFERENCES piste.lead (id)
		CHECK (merged_into <> id);
CREATE INDEX lead_merged ON piste.lead (merged_into)
	WHERE merged_into IS NOT NULL;
DROP INDEX piste.lead_open;
CREATE UNIQUE INDEX lead_open ON piste.lead (person_id, offer_key)
	WHERE is_open AND merged_into IS NULL;
COMMENT ON TABLE piste.lead IS
	'One person''s interest in one offer: at most one that is open and not merged.';
COMMENT ON COLUMN piste.lead.merged_into IS
	'Which lead of the same person and offer has taken its place: readers skip the row. NULL: none. See piste.lead_now()';

-- Keys become normal.  Of several persons who fall together under one key the
-- one who has it already, else the first, keeps it; the others'' keys stay as
-- they were, out of reach, and their persons are suspects (same-mailbox):
-- nobody is merged unasked.  Nobody may add a key of the old kind meanwhile.
LOCK TABLE piste.person_key IN SHARE ROW EXCLUSIVE MODE;
ALTER TABLE piste.person_key
	ADD COLUMN id bigint NOT NULL GENERATED ALWAYS AS IDENTITY;
COMMENT ON COLUMN piste.person_key.id IS
	'what a merge remembers it by: no address outlives its erasure there';
COMMENT ON COLUMN piste.person_key.value IS
	'email: piste.email_key(); phone: E.164';
UPDATE piste.person_key AS k SET value = n.value
FROM (
	SELECT DISTINCT ON (piste.email_key(o.value)) o.id,
		piste.email_key(o.value) AS value
	FROM piste.person_key AS o WHERE o.kind = 'email'
	ORDER BY piste.email_key(o.value), o.value <> piste.email_key(o.value),
		o.person_id, o.id
) AS n
WHERE k.id = n.id AND k.value <> n.value;
-- A person's own second key of that kind says nothing more.
DELETE FROM piste.person_key AS k USING piste.person_key AS normal
WHERE k.kind = 'email' AND k.value <> piste.email_key(k.value)
	AND normal.kind = 'email' AND normal.value = piste.email_key(k.value)
	AND normal.person_id = k.person_id;

-- The road in.

CREATE FUNCTION piste.submit_suspects(ids uuid[], facts piste.submit_fact[])
RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT array_agg(f.suspect ORDER BY f.ordinality)
		FROM unnest(facts) WITH ORDINALITY AS f);
END $$;
COMMENT ON FUNCTION piste.submit_suspects(uuid[], piste.submit_fact[]) IS
	'Why each row is put aside, NULL when it isn''t: what the server found. Rows known before are asked about too, and the answer then means nothing.';

CREATE OR REPLACE FUNCTION piste.submit_people(facts piste.submit_fact[], known text[],
	OUT persons bigint[], OUT made boolean[])
LANGUAGE plpgsql AS $$
BEGIN
	persons := array_fill(NULL::bigint, ARRAY[cardinality(facts)]);
	made := array_fill(false, ARRAY[cardinality(facts)]);
	-- A row is ready when none before it in the batch may yet make the person
	-- it would find: so each pass settles at least the first one waiting, and
	-- all passes together give what one row after the other would.  A batch
	-- of strangers takes one pass.  Who is always new waits for nobody, and
	-- takes what keys nobody has or would have taken before.
	LOOP
		WITH waiting AS MATERIALIZED (
			SELECT f.ordinality AS ord, f.email, f.email_key, f.phone,
				f.first_name, f.last_name, f.company,
				f.duplicates IS NOT DISTINCT FROM 'new' AS is_apart,
				f.email_key IS NULL OR f.duplicates = 'email_or_phone'
					AS is_by_phone,
				(SELECT k.person_id FROM piste.person_key AS k
					WHERE k.kind = 'email' AND k.value = f.email_key)
					AS email_person,
				(SELECT k.person_id FROM piste.person_key AS k
					WHERE k.kind = 'phone' AND k.value = f.phone)
					AS phone_person,
				min(f.ordinality) OVER (PARTITION BY f.email_key)
					AS email_first,
				min(f.ordinality) OVER (PARTITION BY f.phone)
					AS phone_first
			FROM unnest(known, persons, facts) WITH ORDINALITY
					AS f (known, person_id)
			WHERE f.known IS NULL AND f.person_id IS NULL
		), found AS (
			SELECT w.ord, w.email, w.email_key, w.phone, w.first_name,
				w.last_name, w.company,
				w.email_first = w.ord AND w.email_person IS NULL
					AS is_first_email,
				w.phone_first = w.ord AND w.phone_person IS NULL
					AS is_first_phone,
				CASE WHEN NOT w.is_apart THEN coalesce(w.email_person,
					CASE WHEN w.is_by_phone THEN w.phone_person END) END
					AS person_id
			FROM waiting AS w
			WHERE w.is_apart OR w.email_person IS NOT NULL
				OR (w.email_key IS NULL OR w.email_first = w.ord)
				AND (NOT w.is_by_phone OR w.phone IS NULL
					OR w.phone_person IS NOT NULL
					OR w.phone_first = w.ord)
		), settled AS MATERIALIZED (
			SELECT ord, email, email_key, phone, first_name, last_name,
				company, is_first_email, is_first_phone,
				person_id IS NULL AS is_made,
				coalesce(person_id, nextval('piste.person_id_seq'))
					AS person_id
			FROM found
		), person AS (
			INSERT INTO piste.person (id, email, phone, first_name,
				last_name, company)
			SELECT person_id, email, phone, first_name, last_name, company
			FROM settled WHERE is_made ORDER BY ord
		), key AS (
			INSERT INTO piste.person_key (kind, value, person_id)
			SELECT 'email', email_key, person_id FROM settled
			WHERE email_key IS NOT NULL AND is_first_email
			UNION ALL
			SELECT 'phone', phone, person_id FROM settled
			WHERE phone IS NOT NULL AND is_first_phone
		)
		SELECT array_agg(coalesce(f.person_id, s.person_id) ORDER BY f.ord),
			array_agg(f.made OR coalesce(s.is_made, false) ORDER BY f.ord)
		INTO persons, made
		FROM unnest(persons, made) WITH ORDINALITY AS f (person_id, made, ord)
			LEFT JOIN settled AS s ON s.ord = f.ord;
		EXIT WHEN NOT EXISTS (SELECT FROM unnest(known, persons)
			AS f (known, person_id)
			WHERE f.known IS NULL AND f.person_id IS NULL);
	END LOOP;
END $$;

CREATE OR REPLACE FUNCTION piste.submit_leads(facts piste.submit_fact[],
	persons bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO piste.lead (person_id, offer_key)
	SELECT DISTINCT f.person_id, f.offer_key
	FROM unnest(persons, facts) AS f (person_id)
	WHERE f.person_id IS NOT NULL AND (
		SELECT l.id FROM piste.lead AS l
		WHERE l.person_id = f.person_id AND l.offer_key = f.offer_key
			AND l.is_open AND l.merged_into IS NULL) IS NULL
	ORDER BY 1, 2
	ON CONFLICT (person_id, offer_key)
		WHERE is_open AND merged_into IS NULL DO NOTHING;
	-- A lead that somebody closes between the two statements still is the
	-- one this submission met.
	RETURN (
		SELECT array_agg((SELECT l.id FROM piste.lead AS l
			WHERE l.person_id = f.person_id
				AND l.offer_key = f.offer_key AND l.merged_into IS NULL
			ORDER BY l.is_open DESC, l.id DESC LIMIT 1)
			ORDER BY f.ordinality)
		FROM unnest(persons, facts) WITH ORDINALITY AS f (person_id));
END $$;

CREATE OR REPLACE FUNCTION piste.submit_group(batch json, as_via text DEFAULT NULL)
RETURNS TABLE (ord integer, verdict text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET jit = off
AS $$
DECLARE
	ids uuid[];
	facts piste.submit_fact[];
	known text[];
	suspects text[];
	persons bigint[];
	made boolean[];
	leads bigint[];
	outcomes text[];
BEGIN
	SELECT p.ids, p.facts INTO ids, facts
	FROM piste.submit_parse(batch, as_via) AS p;
	IF ids IS NULL THEN
		RETURN;
	END IF;
	FOR i IN 1 .. cardinality(ids) LOOP
		facts[i].email_key := piste.email_key(
			coalesce((facts[i]).email_key, (facts[i]).email));
	END LOOP;
	PERFORM piste.submit_lock(ids, array_agg(f.email_key), array_agg(f.phone))
	FROM unnest(facts) AS f;

	known := piste.submit_known(ids, facts);
	IF 'conflict' = ANY (known) THEN
		ids := piste.submit_rename(ids, facts, known);
		known := piste.submit_known(ids, facts);
	END IF;
	suspects := piste.submit_suspects(ids, facts);
	FOR i IN 1 .. cardinality(ids) LOOP
		IF suspects[i] IS DISTINCT FROM (facts[i]).suspect THEN
			facts[i].suspect := suspects[i];
		END IF;
		IF suspects[i] IS NOT NULL AND known[i] IS NULL THEN
			known[i] := 'quarantined';
		END IF;
	END LOOP;

	SELECT p.persons, p.made INTO persons, made
	FROM piste.submit_people(facts, known) AS p;
	PERFORM piste.submit_particulars(facts, persons, made);
	leads := piste.submit_leads(facts, persons);
	outcomes := piste.submit_outcomes(facts, leads, made);
	SELECT array_agg(coalesce(f.known, f.outcome) ORDER BY f.ordinality)
	INTO outcomes
	FROM unnest(known, outcomes) WITH ORDINALITY AS f (known, outcome);
	PERFORM piste.submit_store(ids, facts, persons, leads, outcomes);
	PERFORM piste.submit_enqueue(ids, leads, outcomes);
	-- Last, since everybody who counts waits for this to commit.
	PERFORM piste.submit_count(ids, facts, leads, outcomes);
	RETURN QUERY SELECT f.n::integer, f.outcome
	FROM unnest(outcomes) WITH ORDINALITY AS f (outcome, n) ORDER BY f.n;
END $$;

COMMENT ON COLUMN piste.submit_fact.duplicates IS
	'email, email_or_phone or new';
COMMENT ON COLUMN piste.submit_fact.email_key IS
	'the address the person is known by; submit_group makes it normal';

-- Merging.

CREATE FUNCTION piste.person_now(person bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE way AS (
		SELECT p.id, p.merged_into FROM piste.person AS p WHERE p.id = person
		UNION ALL
		SELECT p.id, p.merged_into FROM way
			JOIN piste.person AS p ON p.id = way.merged_into
	) SELECT id FROM way WHERE merged_into IS NULL
$$;
COMMENT ON FUNCTION piste.person_now(bigint) IS
	'Who that person is by now: the last survivor of its merges, mostly itself; NULL for one unknown.';

CREATE FUNCTION piste.lead_now(lead bigint) RETURNS bigint
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE way AS (
		SELECT l.id, l.merged_into FROM piste.lead AS l WHERE l.id = lead
		UNION ALL
		SELECT l.id, l.merged_into FROM way
			JOIN piste.lead AS l ON l.id = way.merged_into
	) SELECT id FROM way WHERE merged_into IS NULL
$$;
COMMENT ON FUNCTION piste.lead_now(bigint) IS
	'The lead that has taken this one''s place, mostly itself; NULL for one unknown.';

CREATE TABLE piste.person_merge (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	from_id bigint NOT NULL REFERENCES piste.person (id),
	into_id bigint NOT NULL REFERENCES piste.person (id),
	at timestamptz NOT NULL DEFAULT now(),
	who text NOT NULL CHECK (octet_length(who) BETWEEN 1 AND 200),
	reason text CHECK (octet_length(reason) <= 2000),
	keys bigint[] NOT NULL,
	leads bigint[] NOT NULL,
	absorbed bigint[] NOT NULL,
	submissions uuid[] NOT NULL,
	relinked uuid[] NOT NULL,
	relinked_leads bigint[] NOT NULL,
	last_seq bigint NOT NULL,
	filled text[] NOT NULL,
	into_updated_at timestamptz NOT NULL,
	undone_at timestamptz,
	undone_by text CHECK (octet_length(undone_by) BETWEEN 1 AND 200),
	CHECK (from_id <> into_id),
	CHECK (cardinality(relinked) = cardinality(relinked_leads)),
	CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX person_merge_into ON piste.person_merge (into_id, id);
CREATE INDEX person_merge_from ON piste.person_merge (from_id);
COMMENT ON TABLE piste.person_merge IS
	'Each merge of two persons: what moved, who did it and why, and whether it was undone. Ids only, so that nothing here has to be erased.';
COMMENT ON COLUMN piste.person_merge.id IS 'Order';
COMMENT ON COLUMN piste.person_merge.from_id IS 'Who was merged';
COMMENT ON COLUMN piste.person_merge.into_id IS 'Who goes on';
COMMENT ON COLUMN piste.person_merge.at IS 'When';
COMMENT ON COLUMN piste.person_merge.who IS 'command, or an account';
COMMENT ON COLUMN piste.person_merge.reason IS 'In the words given';
COMMENT ON COLUMN piste.person_merge.keys IS 'person_key.id: moved';
COMMENT ON COLUMN piste.person_merge.leads IS 'Moved: all that from_id had';
COMMENT ON COLUMN piste.person_merge.absorbed IS
	'Leads, of either, whose place another took: both were open for one offer';
COMMENT ON COLUMN piste.person_merge.submissions IS
	'Moved, each with its consents';
COMMENT ON COLUMN piste.person_merge.relinked IS
	'Submissions, of either, of absorbed leads';
COMMENT ON COLUMN piste.person_merge.relinked_leads IS
	'The lead of each of them before';
COMMENT ON COLUMN piste.person_merge.last_seq IS
	'submission.seq of their last one: those beyond came after the merge';
COMMENT ON COLUMN piste.person_merge.filled IS
	'Particulars that into_id had not and took over';
COMMENT ON COLUMN piste.person_merge.into_updated_at IS
	'person.updated_at of into_id before';
COMMENT ON COLUMN piste.person_merge.undone_at IS 'NULL: it is in force';
COMMENT ON COLUMN piste.person_merge.undone_by IS 'As who';

CREATE FUNCTION piste.person_lock(persons bigint[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	seen bigint[];
BEGIN
	-- A submission finds its person under the locks of its keys, and may add
	-- another key to that person: then this begins again, with that one too.
	-- A block that fails gives back its locks, so that all are taken in order.
	LOOP
		BEGIN
			SELECT array_agg(k.id ORDER BY k.id) INTO seen
			FROM piste.person_key AS k WHERE k.person_id = ANY (persons);
			PERFORM piste.submit_lock('{}',
				array_agg(k.value) FILTER (WHERE k.kind = 'email'),
				array_agg(k.value) FILTER (WHERE k.kind = 'phone'))
			FROM piste.person_key AS k WHERE k.person_id = ANY (persons);
			EXIT WHEN seen IS NOT DISTINCT FROM (
				SELECT array_agg(k.id ORDER BY k.id)
				FROM piste.person_key AS k
				WHERE k.person_id = ANY (persons));
			RAISE SQLSTATE '40001';
		EXCEPTION WHEN SQLSTATE '40001' THEN
			NULL;
		END;
	END LOOP;
	PERFORM FROM piste.person
	WHERE id = ANY (persons) ORDER BY id FOR UPDATE;
	-- In the order in which the qualification takes them.
	PERFORM FROM piste.qualification_queue AS q
		JOIN piste.lead AS l ON l.id = q.lead_id
	WHERE l.person_id = ANY (persons) ORDER BY q.id FOR UPDATE OF q;
	PERFORM FROM piste.lead
	WHERE person_id = ANY (persons) ORDER BY id FOR UPDATE;
END $$;
COMMENT ON FUNCTION piste.person_lock(bigint[]) IS
	'Makes everybody who has to do with these people, or brings one of their keys, wait until commit.';

CREATE FUNCTION piste.person_follow(submissions uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	experiments text[];
	versions bigint[];
	units bytea[];
BEGIN
	UPDATE piste.consent AS c SET person_id = s.person_id
	FROM piste.submission AS s
	WHERE s.id = ANY (submissions) AND c.submission_id = s.id
		AND c.person_id <> s.person_id;
	IF NOT EXISTS (SELECT FROM piste.conversion AS c
		JOIN piste.submission AS s ON s.id = c.submission_id
		WHERE s.id = ANY (submissions) AND c.lead_id <> s.lead_id)
	THEN
		RETURN;
	END IF;
	PERFORM piste.experiment_lock();
	WITH changed AS (
		UPDATE piste.conversion AS c SET lead_id = s.lead_id
		FROM piste.submission AS s
		WHERE s.id = ANY (submissions) AND c.submission_id = s.id
			AND c.lead_id <> s.lead_id
		RETURNING c.experiment_key, c.bucket_version, c.unit
	)
	SELECT array_agg(experiment_key), array_agg(bucket_version),
		array_agg(unit)
	INTO experiments, versions, units FROM changed;
	PERFORM piste.outcome_refresh(experiments, versions, units);
END $$;
COMMENT ON FUNCTION piste.person_follow(uuid[]) IS
	'What hangs on these submissions goes where they went: consents to their person, conversions to their lead.';

CREATE FUNCTION piste.person_live(person bigint) RETURNS piste.person
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found piste.person := (SELECT p FROM piste.person AS p
		WHERE p.id = person);
BEGIN
	IF found.id IS NULL THEN
		RAISE EXCEPTION 'there is no person %', person
			USING ERRCODE = 'no_data_found';
	END IF;
	IF found.merged_into IS NOT NULL THEN
		RAISE EXCEPTION 'person % is merged into % already', person,
			found.merged_into
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN found;
END $$;
COMMENT ON FUNCTION piste.person_live(bigint) IS
	'That person''s row; refuses one who is unknown or merged.';

CREATE FUNCTION piste.person_merge(from_person bigint, into_person bigint,
	who text, reason text) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	loser piste.person;
	winner piste.person;
	m piste.person_merge;
BEGIN
	IF from_person = into_person THEN
		RAISE EXCEPTION 'person % can''t be merged into itself', from_person
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM piste.person_lock(ARRAY[from_person, into_person]);
	loser := piste.person_live(from_person);
	winner := piste.person_live(into_person);

	m.keys := ARRAY(SELECT k.id FROM piste.person_key AS k
		WHERE k.person_id = loser.id ORDER BY k.id);
	m.leads := ARRAY(SELECT l.id FROM piste.lead AS l
		WHERE l.person_id = loser.id ORDER BY l.id);
	m.submissions := ARRAY(SELECT s.id FROM piste.submission AS s
		WHERE s.lead_id = ANY (m.leads) ORDER BY s.seq);
	-- Of two open leads for one offer the one that is further on stays.
	WITH open AS (
		SELECT l.id, l.offer_key, row_number() OVER (
			PARTITION BY l.offer_key ORDER BY array_position(
				'{opportunity,sql,mql,nurturing}', l.stage) NULLS LAST,
				l.person_id = loser.id) AS place
		FROM piste.lead AS l
		WHERE l.person_id IN (loser.id, winner.id) AND l.is_open
			AND l.merged_into IS NULL
	), taken AS (
		UPDATE piste.lead AS l SET merged_into = kept.id
		FROM open AS kept JOIN open AS lost USING (offer_key)
		WHERE kept.place = 1 AND lost.place = 2 AND l.id = lost.id
		RETURNING l.id
	)
	SELECT coalesce(array_agg(id ORDER BY id), '{}') INTO m.absorbed
	FROM taken;
	SELECT coalesce(array_agg(s.id ORDER BY s.seq), '{}'),
		coalesce(array_agg(s.lead_id ORDER BY s.seq), '{}')
	INTO m.relinked, m.relinked_leads
	FROM piste.submission AS s WHERE s.lead_id = ANY (m.absorbed);
	m.last_seq := coalesce((SELECT max(s.seq) FROM piste.submission AS s
		JOIN piste.lead AS l ON l.id = s.lead_id
		WHERE l.person_id IN (loser.id, winner.id)), 0);
	m.filled := ARRAY(SELECT p.name FROM (VALUES
			('email', loser.email, winner.email),
			('phone', loser.phone, winner.phone),
			('first_name', loser.first_name, winner.first_name),
			('last_name', loser.last_name, winner.last_name),
			('company', loser.company, winner.company))
			AS p (name, theirs, own)
		WHERE p.theirs IS NOT NULL AND p.own IS NULL);

	UPDATE piste.lead SET person_id = winner.id WHERE id = ANY (m.leads);
	UPDATE piste.submission AS s SET person_id = winner.id,
		lead_id = coalesce(l.merged_into, l.id)
	FROM piste.lead AS l
	WHERE s.id = ANY (m.submissions || m.relinked) AND l.id = s.lead_id
		AND (s.person_id, s.lead_id) <>
			(winner.id, coalesce(l.merged_into, l.id));
	PERFORM piste.person_follow(m.submissions || m.relinked);
	UPDATE piste.person_key SET person_id = winner.id
	WHERE person_id = loser.id;
	UPDATE piste.person SET email = coalesce(email, loser.email),
		phone = coalesce(phone, loser.phone),
		first_name = coalesce(first_name, loser.first_name),
		last_name = coalesce(last_name, loser.last_name),
		company = coalesce(company, loser.company), updated_at = now()
	WHERE id = winner.id AND m.filled <> '{}';
	UPDATE piste.person SET merged_into = winner.id WHERE id = loser.id;
	INSERT INTO piste.person_merge AS made (from_id, into_id, who, reason,
		keys, leads, absorbed, submissions, relinked, relinked_leads,
		last_seq, filled, into_updated_at)
	VALUES (loser.id, winner.id, who, reason, m.keys, m.leads, m.absorbed,
		m.submissions, m.relinked, m.relinked_leads, m.last_seq, m.filled,
		winner.updated_at)
	RETURNING made.id INTO m.id;
	RETURN m.id;
END $$;
COMMENT ON FUNCTION piste.person_merge(bigint, bigint, text, text) IS
	'Makes one person of two: keys, leads, submissions and consents of the first go to the second, which keeps its particulars and takes over those it has not. Returns the merge''s id. Refuses who is unknown, the same, or merged already.';

CREATE FUNCTION piste.person_part(m piste.person_merge) RETURNS uuid[]
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fresh uuid[];
	homes bigint[];
BEGIN
	-- Where a lead comes back to the survivor, one opened since gives way.
	UPDATE piste.lead AS since SET merged_into = back.id
	FROM piste.lead AS back
	WHERE back.id = ANY (m.absorbed) AND NOT back.id = ANY (m.leads)
		AND back.is_open AND since.person_id = m.into_id
		AND since.offer_key = back.offer_key AND since.is_open
		AND since.merged_into IS NULL AND NOT since.id = ANY (m.leads);
	UPDATE piste.lead SET person_id = m.from_id WHERE id = ANY (m.leads);
	UPDATE piste.lead SET merged_into = NULL WHERE id = ANY (m.absorbed);
	UPDATE piste.submission AS s SET
		person_id = CASE WHEN s.id = ANY (m.submissions) THEN m.from_id
			ELSE s.person_id END,
		lead_id = coalesce((SELECT r.lead_id
			FROM unnest(m.relinked, m.relinked_leads) AS r (id, lead_id)
			WHERE r.id = s.id), s.lead_id)
	WHERE s.id = ANY (m.submissions || m.relinked);

	-- What came since stays, on the survivor's own leads.
	SELECT array_agg(s.id ORDER BY s.seq) INTO fresh
	FROM piste.submission AS s JOIN piste.lead AS l ON l.id = s.lead_id
	WHERE s.seq > m.last_seq AND (l.id = ANY (m.leads)
		OR l.person_id = m.into_id AND l.merged_into = ANY (m.absorbed));
	IF fresh IS NULL THEN
		RETURN '{}';
	END IF;
	INSERT INTO piste.lead (person_id, offer_key)
	SELECT DISTINCT m.into_id, s.offer_key FROM piste.submission AS s
	WHERE s.id = ANY (fresh)
	ON CONFLICT (person_id, offer_key)
		WHERE is_open AND merged_into IS NULL DO NOTHING;
	UPDATE piste.submission AS s SET lead_id = l.id
	FROM piste.lead AS l
	WHERE s.id = ANY (fresh) AND l.person_id = m.into_id
		AND l.offer_key = s.offer_key AND l.is_open
		AND l.merged_into IS NULL;
	SELECT array_agg(s.lead_id ORDER BY s.seq) INTO homes
	FROM piste.submission AS s WHERE s.id = ANY (fresh);
	PERFORM piste.submit_enqueue(fresh, homes,
		array_fill('update'::text, ARRAY[cardinality(fresh)]));
	UPDATE piste.qualification_queue AS q SET submission_id = coalesce((
		SELECT s.id FROM piste.submission AS s WHERE s.lead_id = q.lead_id
		ORDER BY s.seq DESC LIMIT 1), q.submission_id)
	WHERE q.lead_id = ANY (m.leads) AND q.submission_id = ANY (fresh);
	RETURN fresh;
END $$;
COMMENT ON FUNCTION piste.person_part(piste.person_merge) IS
	'Gives leads and submissions of an undone merge back, and what came since a lead of the survivor''s own; returns the latter''s ids.';

CREATE FUNCTION piste.person_unfill(m piste.person_merge) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	untyped text[];
BEGIN
	-- What somebody typed since is the survivor's own by now.
	SELECT array_agg(p.name) INTO untyped
	FROM piste.person AS f CROSS JOIN LATERAL (VALUES ('email', f.email),
		('phone', f.phone), ('first_name', f.first_name),
		('last_name', f.last_name), ('company', f.company))
		AS p (name, value)
	WHERE f.id = m.from_id AND p.name = ANY (m.filled) AND NOT EXISTS (
		SELECT FROM piste.lead AS l
			JOIN piste.submission AS s ON s.lead_id = l.id
		WHERE l.person_id = m.into_id AND s.seq > m.last_seq
			AND (p.value IN (s.email, s.phone) OR p.value IN (
				SELECT t.value FROM jsonb_each_text(s.fields) AS t)));
	UPDATE piste.person AS w SET
		email = CASE WHEN 'email' = ANY (untyped)
			THEN nullif(w.email, f.email) ELSE w.email END,
		phone = CASE WHEN 'phone' = ANY (untyped)
			THEN nullif(w.phone, f.phone) ELSE w.phone END,
		first_name = CASE WHEN 'first_name' = ANY (untyped)
			THEN nullif(w.first_name, f.first_name) ELSE w.first_name END,
		last_name = CASE WHEN 'last_name' = ANY (untyped)
			THEN nullif(w.last_name, f.last_name) ELSE w.last_name END,
		company = CASE WHEN 'company' = ANY (untyped)
			THEN nullif(w.company, f.company) ELSE w.company END,
		updated_at = CASE WHEN w.updated_at = m.at AND untyped @> m.filled
			THEN m.into_updated_at ELSE now() END
	FROM piste.person AS f
	WHERE w.id = m.into_id AND f.id = m.from_id AND untyped IS NOT NULL;
END $$;
COMMENT ON FUNCTION piste.person_unfill(piste.person_merge) IS
	'Takes away the particulars that an undone merge gave, but those typed since.';

CREATE FUNCTION piste.person_unmerge(merge bigint, by_whom text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m piste.person_merge := (SELECT p FROM piste.person_merge AS p
		WHERE p.id = merge FOR UPDATE);
	later bigint;
	fresh uuid[];
BEGIN
	IF m.id IS NULL THEN
		RAISE EXCEPTION 'there is no merge %', merge
			USING ERRCODE = 'no_data_found';
	END IF;
	IF m.undone_at IS NOT NULL THEN
		RAISE EXCEPTION 'merge % is undone already', merge
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	PERFORM piste.person_lock(ARRAY[m.from_id, m.into_id]);
	SELECT max(p.id) INTO later FROM piste.person_merge AS p
	WHERE p.undone_at IS NULL AND p.id > m.id
		AND m.into_id IN (p.into_id, p.from_id);
	IF later IS NOT NULL THEN
		RAISE EXCEPTION 'merge % rests on merge %: undo that one first',
			later, merge USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	fresh := piste.person_part(m);
	PERFORM piste.person_follow(m.submissions || m.relinked || fresh);
	UPDATE piste.person_key SET person_id = m.from_id
	WHERE person_id = m.into_id AND id = ANY (m.keys);
	PERFORM piste.person_unfill(m);
	UPDATE piste.person SET merged_into = NULL WHERE id = m.from_id;
	UPDATE piste.person_merge AS p
	SET undone_at = now(), undone_by = by_whom WHERE p.id = m.id;
END $$;
COMMENT ON FUNCTION piste.person_unmerge(bigint, text) IS
	'Takes a merge back: what moved returns as it was, what came since stays with the survivor. Refuses a merge that is unknown, undone, or has a later one of the same survivor on top.';

-- Suspects.

CREATE FUNCTION piste.plain_words(given text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT nullif(pg_catalog.btrim(pg_catalog.regexp_replace(
		pg_catalog.lower(piste.without_accents(given)),
		'[^[:alnum:]]+', ' ', 'g')), '')
$$;
COMMENT ON FUNCTION piste.plain_words(text) IS
	'To compare: words in lower case, without accents and punctuation; NULL when none is left.';

CREATE FUNCTION piste.plain_name(first_name text, last_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT pg_catalog.string_agg(word, ' ' ORDER BY word COLLATE "C")
	FROM pg_catalog.unnest(pg_catalog.string_to_array(piste.plain_words(
		pg_catalog.concat_ws(' ', first_name, last_name)), ' ')) AS word
$$;
COMMENT ON FUNCTION piste.plain_name(text, text) IS
	'To compare: a whole name''s words in the order of the alphabet, since people put either first.';

CREATE FUNCTION piste.person_suspects(free_domains text[], group_max integer,
	pairs_max integer, OUT first_id bigint, OUT second_id bigint,
	OUT strength numeric, OUT reasons text[], OUT pairs bigint,
	OUT crowded bigint)
RETURNS SETOF record
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = on
SET jit = off
SET work_mem = '64MB'
AS $$
	WITH who AS MATERIALIZED (
		SELECT p.id, piste.email_key(p.email) AS mailbox, p.phone,
			CASE WHEN NOT split_part(p.email, '@', 2) = ANY (free_domains)
				THEN split_part(p.email, '@', 2) END AS domain,
			piste.plain_name(p.first_name, p.last_name) AS name,
			piste.plain_words(p.company) AS company
		FROM piste.person AS p WHERE p.merged_into IS NULL
	), groups AS MATERIALIZED (
		-- By a hash, since what only the hash has in common is found out below.
		SELECT g.kind, array_agg(w.id) AS ids
		FROM who AS w CROSS JOIN LATERAL (VALUES
			('mailbox', w.mailbox), ('phone', w.phone),
			('domain', w.domain), ('company', w.company),
			('named domain', w.name || '@' || w.domain),
			('named company', w.name || '@' || w.company))
			AS g (kind, value)
		WHERE g.value IS NOT NULL
		GROUP BY g.kind, hashtextextended(g.value, 0) HAVING count(*) > 1
	), met AS MATERIALIZED (
		SELECT DISTINCT a.id AS first_id, b.id AS second_id
		FROM groups AS g CROSS JOIN LATERAL unnest(g.ids) AS a (id)
			CROSS JOIN LATERAL unnest(g.ids) AS b (id)
		WHERE cardinality(g.ids) <= group_max AND a.id < b.id
	), alike AS (
		SELECT m.first_id, m.second_id, a.mailbox = b.mailbox AS mailbox,
			a.phone = b.phone AS phone, a.domain = b.domain AS domain,
			a.company = b.company AS company, a.name = b.name AS name,
			a.name <> b.name AND piste.likeness(a.name, b.name) >= 0.5
				AS nearly
		FROM met AS m JOIN who AS a ON a.id = m.first_id
			JOIN who AS b ON b.id = m.second_id
	), reasoned AS (
		SELECT a.first_id, a.second_id,
			round((1 - exp(sum(ln(1 - r.weight))))::numeric, 2)
				AS strength,
			array_agg(r.reason ORDER BY r.weight DESC, r.reason) AS reasons
		FROM alike AS a CROSS JOIN LATERAL (VALUES
			('same-mailbox', a.mailbox, 0.9::float8),
			('same-phone', a.phone, 0.5),
			('same-name', a.name, 0.4), ('similar-name', a.nearly, 0.25),
			('same-company-domain', a.domain, 0.3),
			('same-company', a.company, 0.2)) AS r (reason, holds, weight)
		WHERE r.holds AND (a.mailbox OR a.phone
			OR (a.name OR a.nearly) AND (a.domain OR a.company))
		GROUP BY a.first_id, a.second_id
	), shown AS (
		SELECT r.first_id, r.second_id, r.strength, r.reasons,
			count(*) OVER () AS pairs
		FROM reasoned AS r
		ORDER BY r.strength DESC, r.first_id, r.second_id LIMIT pairs_max
	)
	SELECT s.first_id, s.second_id, s.strength, s.reasons,
		coalesce(s.pairs, 0), c.crowded
	FROM (SELECT count(*) AS crowded FROM groups AS g
			WHERE cardinality(g.ids) > group_max
				AND g.kind NOT LIKE 'named %') AS c
		LEFT JOIN shown AS s ON true
	ORDER BY s.strength DESC, s.first_id, s.second_id
$$;
COMMENT ON FUNCTION piste.person_suspects(text[], integer, integer) IS
	'Pairs of persons who may be one, the likeliest first, with reasons and a strength from 0 to 1 (each reason taken as independent: an order to work by, not a probability); how many pairs there are in all; and how many values (a phone, a company…) more than group_max persons share, who are not compared by it. One row without a pair when there is none. Reads every person once: an index for it would cost each submission, and it is asked for seldom.';

-- How good an address is.

CREATE TABLE piste.mail_domain (
	domain text PRIMARY KEY CHECK (octet_length(domain) BETWEEN 1 AND 253),
	mail text NOT NULL CHECK (mail IN ('exchanger', 'address', 'refused',
		'absent', 'unknown')),
	checked_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.mail_domain IS
	'What the DNS last said of a mail domain; asked again after a while.';
COMMENT ON COLUMN piste.mail_domain.domain IS 'As A-label, in lower case';
COMMENT ON COLUMN piste.mail_domain.mail IS
	'exchanger: has an MX; address: no MX but an A or AAAA, which does (RFC 5321, 5.1); refused: a null MX (RFC 7505); absent: none of these; unknown: no answer';
COMMENT ON COLUMN piste.mail_domain.checked_at IS 'When';

CREATE TABLE piste.email_quality (
	submission_id uuid PRIMARY KEY
		REFERENCES piste.submission (id) ON DELETE CASCADE,
	domain text NOT NULL CHECK (octet_length(domain) BETWEEN 1 AND 253),
	kind text NOT NULL CHECK (kind IN ('free', 'disposable', 'company')),
	is_role boolean NOT NULL,
	mail text NOT NULL CHECK (mail IN ('exchanger', 'address', 'refused',
		'absent', 'unknown')),
	judged_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.email_quality IS
	'What was found of the address a submission came with, after its answer. It informs the score and refuses nobody.';
COMMENT ON COLUMN piste.email_quality.submission_id IS 'The submission';
COMMENT ON COLUMN piste.email_quality.domain IS
	'The registrable domain (public suffix list) of the address, else its domain';
COMMENT ON COLUMN piste.email_quality.kind IS
	'free: a provider for everybody; disposable: to be thrown away; company: any other';
COMMENT ON COLUMN piste.email_quality.is_role IS
	'info@, contact@…: a desk rather than a person';
COMMENT ON COLUMN piste.email_quality.mail IS 'As in mail_domain, then';
COMMENT ON COLUMN piste.email_quality.judged_at IS 'When';

CREATE FUNCTION piste.email_is_role(email text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	-- RFC 2142, and what French and English firms call their desks.
	SELECT pg_catalog.split_part(pg_catalog.lower(email COLLATE "C"), '@', 1)
		IN ('abuse', 'accounting', 'accueil', 'achats', 'admin',
		'administration', 'administrator', 'agence', 'billing', 'bonjour',
		'booking', 'boutique', 'bureau', 'careers', 'commande',
		'commandes', 'commercial', 'communication', 'compta',
		'comptabilite', 'contact', 'contacts', 'courrier', 'customerservice',
		'devis', 'direction', 'enquiries', 'facturation', 'finance', 'ftp',
		'gestion', 'hello', 'help', 'helpdesk', 'hostmaster', 'hr', 'info',
		'information', 'informations', 'infos', 'informatique', 'inquiries',
		'it', 'jobs', 'juridique', 'legal', 'mail', 'mairie', 'marketing',
		'media', 'news', 'newsletter', 'no-reply', 'noc', 'noreply',
		'office', 'order', 'orders', 'post', 'postmaster', 'presse',
		'press', 'privacy', 'purchasing', 'reception', 'recrutement',
		'reservation', 'reservations', 'rh', 'root', 'sales', 'sav',
		'secretariat', 'security', 'service', 'serviceclient', 'services',
		'shop', 'siege', 'support', 'team', 'technique', 'usenet', 'uucp',
		'vente', 'ventes', 'webmaster', 'welcome', 'www')
$$;
COMMENT ON FUNCTION piste.email_is_role(text) IS
	'Is it a desk''s address rather than a person''s?';

-- The worker does without addresses: it is told domains, and tells what it
-- found of them.
CREATE FUNCTION piste.mail_domains_due(rows_max integer) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT d.domain FROM (
		SELECT q.submission_id FROM piste.qualification_queue AS q
		WHERE q.state = 'ready' AND q.available_at <= now()
		ORDER BY q.priority DESC, q.available_at, q.id LIMIT rows_max
	) AS q
	CROSS JOIN LATERAL (
		SELECT lower(split_part(s.email, '@', 2)) AS domain
		FROM piste.submission AS s WHERE s.id = q.submission_id OFFSET 0
	) AS d
	WHERE d.domain <> '' AND NOT EXISTS (
		SELECT FROM piste.mail_domain AS m
		WHERE m.domain = d.domain AND m.checked_at > now() - CASE m.mail
			WHEN 'unknown' THEN interval '10 minutes'
			WHEN 'exchanger' THEN interval '7 days'
			ELSE interval '1 day' END)
$$;
COMMENT ON FUNCTION piste.mail_domains_due(integer) IS
	'The mail domains of the next rows_max rows to qualify that the DNS has to be asked about: never, or too long ago.';

CREATE FUNCTION piste.mail_domains_take(domains text[], mails text[])
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.mail_domain (domain, mail)
	SELECT t.domain, t.mail FROM unnest(domains, mails) AS t (domain, mail)
	ORDER BY t.domain
	ON CONFLICT (domain) DO UPDATE SET mail = excluded.mail,
		checked_at = now()
$$;
COMMENT ON FUNCTION piste.mail_domains_take(text[], text[]) IS
	'Keeps what the DNS said of these domains.';

CREATE FUNCTION piste.email_judge(submission uuid, domain text,
	registered text, kind text, OUT is_role boolean, OUT mail text)
RETURNS SETOF record
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.email_quality AS q (submission_id, domain, kind,
		is_role, mail)
	SELECT s.id, $3, $4, piste.email_is_role(s.email), coalesce((
		SELECT m.mail FROM piste.mail_domain AS m WHERE m.domain = $2),
		'unknown')
	FROM piste.submission AS s
	WHERE s.id = $1 AND lower(split_part(s.email, '@', 2)) = $2
	ON CONFLICT (submission_id) DO UPDATE SET domain = excluded.domain,
		kind = excluded.kind, is_role = excluded.is_role,
		mail = excluded.mail, judged_at = now()
	RETURNING q.is_role, q.mail
$$;
COMMENT ON FUNCTION piste.email_judge(uuid, text, text, text) IS
	'Keeps what is known of a submission''s address, whose domain, registrable domain and kind are given, and tells what only the database knows of it; no row when it came with another domain, or none.';
REVOKE EXECUTE ON FUNCTION piste.mail_domains_due(integer),
	piste.mail_domains_take(text[], text[]),
	piste.email_judge(uuid, text, text, text) FROM PUBLIC;
