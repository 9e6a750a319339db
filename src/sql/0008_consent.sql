-- Consent that can be proved: every text and block ever shown is kept, what
-- people said of it is a ledger whose rows are chained by their hashes, and
-- who may be contacted is asked of one function.  The background worker gets
-- a role that reaches addresses by no other way.

-- What was shown.
CREATE FUNCTION piste.kept_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is never changed: proof rests on it', TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation';
END $$;
COMMENT ON FUNCTION piste.kept_guard() IS
	'Refuses whatever it is a trigger of. Only who may alter the table can disable it.';

CREATE TABLE piste.consent_block (
	hash text PRIMARY KEY CHECK (octet_length(hash) = 64),
	block text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE piste.consent_block IS
	'Every consent block a form was ever shown with; never changed, never removed. Written by piste.consent_keep_blocks().';
COMMENT ON COLUMN piste.consent_block.hash IS
	'SHA-256 of block, hex: submission.consent_hash';
COMMENT ON COLUMN piste.consent_block.block IS
	'A line for each consent asked, ticked or not: a JSON array of key, version, purpose, channel, recipient, whether required, text';
COMMENT ON COLUMN piste.consent_block.created_at IS 'First applied';

CREATE TRIGGER kept_guard BEFORE UPDATE OR DELETE OR TRUNCATE
	ON piste.consent_block FOR EACH STATEMENT
	EXECUTE FUNCTION piste.kept_guard();
CREATE TRIGGER kept_guard BEFORE UPDATE OR DELETE OR TRUNCATE
	ON piste.consent_text FOR EACH STATEMENT
	EXECUTE FUNCTION piste.kept_guard();

-- The very bytes that form_consent_block() makes and a render hashes.
CREATE FUNCTION piste.consent_keep_blocks() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.consent_block (hash, block)
	SELECT encode(sha256(convert_to(shown.block, 'UTF8')), 'hex'),
		shown.block
	FROM (
		SELECT DISTINCT string_agg(concat('[', to_json(w.key), ',',
			w.version, ',', to_json(w.purpose), ',', to_json(w.channel),
			',', to_json(w.recipient), ',', coalesce(
			w.definition->'required', 'false'), ',',
			to_json(w.definition->'text'->>spoken.lang), E']\n'), ''
			ORDER BY asked.ord) AS block
		FROM piste.form AS f
			CROSS JOIN (SELECT DISTINCT lang FROM piste.consent_text)
				AS spoken
			CROSS JOIN LATERAL jsonb_array_elements_text(
				nullif(f.definition->'consents', 'null'))
				WITH ORDINALITY AS asked (key, ord)
			JOIN piste.consent_wording AS w ON w.key = asked.key
		GROUP BY f.key, spoken.lang
		HAVING bool_and(w.definition->'text' ? spoken.lang)
	) AS shown
	ON CONFLICT (hash) DO NOTHING
$$;
COMMENT ON FUNCTION piste.consent_keep_blocks() IS
	'Keeps the consent block of each form as it now is, in each language that all its consents have.';
SELECT piste.consent_keep_blocks();

-- The ledger.
ALTER TABLE piste.consent
	ALTER COLUMN person_id DROP NOT NULL,
	ADD COLUMN what text NOT NULL DEFAULT 'given'
		CHECK (what IN ('given', 'confirmed', 'withdrawn')),
	ADD COLUMN needs_confirm boolean NOT NULL DEFAULT false,
	ADD COLUMN block_hash text CHECK (octet_length(block_hash) = 64),
	ADD COLUMN via text CHECK (octet_length(via) BETWEEN 1 AND 64),
	ADD COLUMN seq bigint,
	ADD COLUMN previous_hash text,
	ADD COLUMN hash text,
	ADD CONSTRAINT consent_words CHECK (concat(consent_key, purpose, channel,
		recipient, text_hash, block_hash, lang, via) !~ '[|[:cntrl:]]');

CREATE FUNCTION piste.consent_line(c piste.consent) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT pg_catalog.concat_ws('|', 'piste-consent-1', c.seq,
		c.previous_hash, c.what, c.submission_id, c.consent_key, c.purpose,
		c.channel, c.recipient, c.version, c.text_hash,
		coalesce(c.block_hash, '-'), c.lang,
		CASE WHEN c.needs_confirm THEN 'confirm' ELSE '-' END, c.via,
		pg_catalog.to_char(c.given_at AT TIME ZONE 'UTC',
		'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
$$;
COMMENT ON FUNCTION piste.consent_line(piste.consent) IS
	'What a row''s hash is of: its columns between bars. Nothing that merging or erasing a person changes is in it.';

DO $$
DECLARE
	c piste.consent;
	last bigint := 0;
	last_hash text := repeat('0', 64);
BEGIN
	FOR c IN
		SELECT o.submission_id, o.consent_key, o.person_id, o.purpose,
			o.channel, o.recipient, o.version, o.text_hash, o.lang,
			o.given_at, o.what, o.needs_confirm, s.consent_hash, s.via,
			NULL::bigint, NULL, NULL
		FROM piste.consent AS o
			JOIN piste.submission AS s ON s.id = o.submission_id
		ORDER BY s.seq, o.consent_key
	LOOP
		c.seq := last + 1;
		c.previous_hash := last_hash;
		c.hash := encode(sha256(convert_to(piste.consent_line(c), 'UTF8')),
			'hex');
		UPDATE piste.consent SET block_hash = c.block_hash, via = c.via,
			seq = c.seq, previous_hash = c.previous_hash, hash = c.hash
		WHERE submission_id = c.submission_id
			AND consent_key = c.consent_key;
		last := c.seq;
		last_hash := c.hash;
	END LOOP;
END $$;

DROP INDEX piste.consent_person;
ALTER TABLE piste.consent
	DROP CONSTRAINT consent_pkey,
	ALTER COLUMN what DROP DEFAULT,
	ALTER COLUMN needs_confirm DROP DEFAULT,
	ALTER COLUMN via SET NOT NULL,
	ALTER COLUMN seq SET NOT NULL,
	ALTER COLUMN previous_hash SET NOT NULL,
	ALTER COLUMN hash SET NOT NULL,
	ADD PRIMARY KEY (seq),
	ADD UNIQUE (submission_id, consent_key, what);
CREATE INDEX consent_person
	ON piste.consent (person_id, purpose, channel, recipient, seq);
COMMENT ON TABLE piste.consent IS
	'What people said of a purpose, channel and recipient, by an exact text: rows are added by piste.consent_append() and never changed, but for person_id. Each is chained to the one before by its hash.';
COMMENT ON COLUMN piste.consent.person_id IS
	'Its submission''s person: moved with it by a merge; NULL once erased';
COMMENT ON COLUMN piste.consent.given_at IS
	'When it was said, given or not; which came first is told by seq';
COMMENT ON COLUMN piste.consent.what IS
	'given; confirmed, by double opt-in; withdrawn: of that submission''s consent';
COMMENT ON COLUMN piste.consent.needs_confirm IS
	'Given only: it counts once confirmed';
COMMENT ON COLUMN piste.consent.block_hash IS
	'SHA-256 of the consent block as shown; NULL: none was told';
COMMENT ON COLUMN piste.consent.via IS
	'How it was said: form, api, link, letter… a way, never a name';
COMMENT ON COLUMN piste.consent.seq IS 'Place in the chain, from 1, no gaps';
COMMENT ON COLUMN piste.consent.previous_hash IS
	'hash of the row before; 64 zeros in the first';
COMMENT ON COLUMN piste.consent.hash IS
	'SHA-256 of piste.consent_line() of this row, hex';

CREATE FUNCTION piste.consent_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF to_jsonb(NEW) - 'person_id' IS DISTINCT FROM
	    to_jsonb(OLD) - 'person_id' THEN
		RAISE EXCEPTION 'consent % is never changed: say another word', OLD.seq
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.consent_guard() IS
	'Refuses an update of anything but whose it is.';
CREATE TRIGGER consent_guard BEFORE UPDATE ON piste.consent
	FOR EACH ROW EXECUTE FUNCTION piste.consent_guard();
CREATE TRIGGER kept_guard BEFORE DELETE OR TRUNCATE ON piste.consent
	FOR EACH STATEMENT EXECUTE FUNCTION piste.kept_guard();

CREATE TABLE piste.consent_head (
	only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
	seq bigint NOT NULL,
	hash text NOT NULL CHECK (octet_length(hash) = 64)
) WITH (fillfactor = 50);
COMMENT ON TABLE piste.consent_head IS
	'The last row of consent, kept apart: so rows taken away at the end are missed. Under piste.consent_lock().';
COMMENT ON COLUMN piste.consent_head.only_one IS 'One row';
COMMENT ON COLUMN piste.consent_head.seq IS '0 while the ledger is empty';
COMMENT ON COLUMN piste.consent_head.hash IS '64 zeros then';
INSERT INTO piste.consent_head (seq, hash)
SELECT c.seq, c.hash FROM piste.consent AS c
UNION ALL SELECT 0, repeat('0', 64)
ORDER BY 1 DESC LIMIT 1;

CREATE FUNCTION piste.consent_head_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.seq <= OLD.seq THEN
		RAISE EXCEPTION 'the chain of consents only grows'
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.consent_head_guard() IS 'Lets it go forward only.';
CREATE TRIGGER consent_head_guard BEFORE UPDATE ON piste.consent_head
	FOR EACH ROW EXECUTE FUNCTION piste.consent_head_guard();
CREATE TRIGGER kept_guard BEFORE DELETE OR TRUNCATE ON piste.consent_head
	FOR EACH STATEMENT EXECUTE FUNCTION piste.kept_guard();

-- The order of locks: submit_lock's, rows of person and lead, this one, rows
-- of the queue, of exposure, experiment_lock.  Who adds to the ledger and
-- changes leads does it in that order.
CREATE FUNCTION piste.consent_lock() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.consent', 0));
END $$;
COMMENT ON FUNCTION piste.consent_lock() IS
	'Makes those who add to the ledger wait for each other until commit: behind rows of person and lead, before experiment_lock.';

CREATE TYPE piste.consent_word AS (
	submission_id uuid, consent_key text, person_id bigint, purpose text,
	channel text, recipient text, version bigint, text_hash text, lang text,
	given_at timestamptz, what text, needs_confirm boolean, block_hash text,
	via text
);
COMMENT ON TYPE piste.consent_word IS
	'A row of consent that has no place in the chain yet.';

CREATE FUNCTION piste.consent_append(words piste.consent_word[])
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c piste.consent;
	chained piste.consent[];
	last bigint;
	last_hash text;
BEGIN
	IF coalesce(cardinality(words), 0) = 0 THEN
		RETURN;
	END IF;
	PERFORM piste.consent_lock();
	SELECT h.seq, h.hash INTO STRICT last, last_hash
	FROM piste.consent_head AS h;
	FOR c IN
		SELECT w.submission_id, w.consent_key, w.person_id, w.purpose,
			w.channel, w.recipient, w.version, w.text_hash, w.lang,
			w.given_at, w.what, w.needs_confirm, w.block_hash, w.via,
			last + w.ordinality, NULL, NULL
		FROM unnest(words) WITH ORDINALITY AS w ORDER BY w.ordinality
	LOOP
		c.previous_hash := last_hash;
		c.hash := encode(sha256(convert_to(piste.consent_line(c), 'UTF8')),
			'hex');
		last_hash := c.hash;
		chained := chained || c;
	END LOOP;
	INSERT INTO piste.consent (submission_id, consent_key, person_id,
		purpose, channel, recipient, version, text_hash, lang, given_at,
		what, needs_confirm, block_hash, via, seq, previous_hash, hash)
	SELECT n.submission_id, n.consent_key, n.person_id, n.purpose, n.channel,
		n.recipient, n.version, n.text_hash, n.lang, n.given_at, n.what,
		n.needs_confirm, n.block_hash, n.via, n.seq, n.previous_hash, n.hash
	FROM unnest(chained) AS n;
	UPDATE piste.consent_head SET seq = c.seq, hash = c.hash;
END $$;
COMMENT ON FUNCTION piste.consent_append(piste.consent_word[]) IS
	'The one road into the ledger: chains the words to it, in their order.';

CREATE OR REPLACE FUNCTION piste.submit_store(ids uuid[], facts piste.submit_fact[],
	persons bigint[], leads bigint[], outcomes text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO piste.submission (id, page_key, page_revision, variant_key,
		experiment_key, form_key, offer_key, lang, person_id, lead_id,
		outcome, quarantine_reason, fields, email, phone,
		declared_postcode, form_country, ip_prefix, geo_country,
		geo_region, geo_city, geo_radius_km, geo_build, source, medium,
		campaign_key, click_id, consent_hash, via, request_id,
		rendered_at, received_at)
	SELECT f.id, f.page_key, f.page_revision, f.variant_key,
		f.experiment_key, f.form_key, f.offer_key, f.lang, f.person_id,
		f.lead_id, f.outcome, f.suspect, f.fields, f.email, f.phone,
		f.declared_postcode, f.form_country, f.ip_prefix, f.geo_country,
		f.geo_region, f.geo_city, f.geo_radius_km, f.geo_build, f.source,
		f.medium, f.campaign_key, f.click_id, f.consent_hash, f.via,
		f.request_id, f.rendered_at, f.received_at
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat', 'quarantined')
	ORDER BY f.ordinality;

	INSERT INTO piste.outbox (kind, submission_id, payload)
	SELECT 'submission.accepted', f.id, jsonb_build_object(
		'submission', f.id, 'person', f.person_id, 'lead', f.lead_id,
		'page', f.page_key, 'offer', f.offer_key, 'outcome', f.outcome)
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
	ORDER BY f.ordinality;

	-- Last here, since everybody who adds to the ledger waits from now on.
	PERFORM piste.consent_append(array_agg(ROW(g.id, g.key, g.person_id,
		g.purpose, g.channel, g.recipient, g.version, g.text_hash, g.lang,
		g.received_at, 'given', g.needs_confirm, g.consent_hash, g.via
		)::piste.consent_word ORDER BY g.ordinality, g.ord))
	FROM (
		SELECT DISTINCT ON (f.ordinality, c.key) f.ordinality, c.ord, f.id,
			c.key, f.person_id, c.purpose, c.channel, c.recipient, c.version,
			c.text_hash, f.lang, f.received_at,
			coalesce(c.confirm, false) AS needs_confirm, f.consent_hash,
			f.via
		FROM unnest(ids, persons, outcomes, facts) WITH ORDINALITY
				AS f (id, person_id, outcome)
			CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(f.consents) AS (
				key text, purpose text, channel text, recipient text,
				version bigint, text_hash text, confirm boolean))
				WITH ORDINALITY AS c (key, purpose, channel, recipient,
				version, text_hash, confirm, ord)
		WHERE f.outcome IN ('new', 'update', 'repeat')
		ORDER BY f.ordinality, c.key, c.ord
	) AS g;
END $$;
COMMENT ON FUNCTION piste.submit_store(uuid[], piste.submit_fact[], bigint[],
	bigint[], text[]) IS
	'Writes what each row is: submission, outbox row, consents; a quarantined one is only stored.';
COMMENT ON TYPE piste.submit_fact IS
	'One row of submit_group''s argument, but for its id. consents: [{"key", "purpose", "channel", "recipient", "version", "text_hash", "confirm"}]; duplicates: email or email_or_phone; suspect: why it is put aside.';

-- Who may be contacted.
CREATE FUNCTION piste.may_contact(person bigint, purpose text, channel text,
	recipient text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- What still waits for its confirmation says nothing, either way.
	RETURN coalesce((
		SELECT c.what <> 'withdrawn' FROM piste.consent AS c
		WHERE c.person_id = $1 AND c.purpose = $2 AND c.channel = $3
			AND c.recipient = $4
			AND NOT (c.what = 'given' AND c.needs_confirm)
		ORDER BY c.seq DESC LIMIT 1), false);
END $$;
COMMENT ON FUNCTION piste.may_contact(bigint, text, text, text) IS
	'Is the person''s last word, by place in the chain, that we may? Given, or where that is asked confirmed, and not withdrawn since. Whoever uses personal data asks this, every time.';

-- A barrier, so that no function in a question over it sees anybody else.
CREATE VIEW piste.contactable WITH (security_barrier) AS
SELECT p.id AS person_id, c.purpose, c.channel, c.recipient,
	CASE WHEN c.channel NOT IN ('phone', 'sms') THEN p.email END AS email,
	CASE WHEN c.channel <> 'email' THEN p.phone END AS phone, c.lang
FROM (
	SELECT DISTINCT ON (person_id, purpose, channel, recipient) person_id,
		purpose, channel, recipient, lang
	FROM piste.consent WHERE person_id IS NOT NULL
	ORDER BY person_id, purpose, channel, recipient, seq DESC
) AS c JOIN piste.person AS p ON p.id = c.person_id
WHERE piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient);
COMMENT ON VIEW piste.contactable IS
	'Whom may_contact allows to contact, and where: the only way any part reads it. An address that is not the channel''s is NULL.';
COMMENT ON COLUMN piste.contactable.person_id IS 'Who';
COMMENT ON COLUMN piste.contactable.purpose IS 'What for';
COMMENT ON COLUMN piste.contactable.channel IS 'By which way';
COMMENT ON COLUMN piste.contactable.recipient IS 'By whom';
COMMENT ON COLUMN piste.contactable.email IS 'NULL for phone and sms';
COMMENT ON COLUMN piste.contactable.phone IS 'NULL for email';
COMMENT ON COLUMN piste.contactable.lang IS 'In which it was last agreed';

CREATE FUNCTION piste.consent_hold(person bigint) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who bigint;
BEGIN
	-- Whoever was waited for may have merged them.
	LOOP
		who := piste.person_now(person);
		PERFORM FROM piste.person AS p WHERE p.id = who FOR NO KEY UPDATE;
		EXIT WHEN who IS NOT DISTINCT FROM piste.person_now(person);
	END LOOP;
	PERFORM piste.consent_lock();
	RETURN who;
END $$;
COMMENT ON FUNCTION piste.consent_hold(bigint) IS
	'The person, or whom they were merged into, kept from being merged until commit, and the ledger: for who adds another word of theirs. NULL: nobody.';

CREATE FUNCTION piste.consent_confirm(submission uuid, via text)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given integer;
	words piste.consent_word[];
BEGIN
	PERFORM piste.consent_hold((SELECT s.person_id
		FROM piste.submission AS s WHERE s.id = $1));
	-- A link that comes after a withdrawal revives nothing.
	SELECT count(*), array_agg(ROW(c.submission_id, c.consent_key,
		c.person_id, c.purpose, c.channel, c.recipient, c.version,
		c.text_hash, c.lang, clock_timestamp(), 'confirmed', c.needs_confirm,
		c.block_hash, $2)::piste.consent_word ORDER BY c.seq)
		FILTER (WHERE NOT EXISTS (SELECT FROM piste.consent AS o
			WHERE o.submission_id = $1 AND o.consent_key = c.consent_key
				AND o.what = 'confirmed'))
	INTO given, words
	FROM piste.consent AS c
	WHERE c.submission_id = $1 AND c.what = 'given'
		AND c.person_id IS NOT NULL AND NOT EXISTS (
			SELECT FROM piste.consent AS o WHERE o.submission_id = $1
				AND o.consent_key = c.consent_key AND o.what = 'withdrawn');
	PERFORM piste.consent_append(words);
	RETURN CASE WHEN given = 0 THEN 'absent' WHEN words IS NULL
		THEN 'already' ELSE 'confirmed' END;
END $$;
COMMENT ON FUNCTION piste.consent_confirm(uuid, text) IS
	'Double opt-in done for that submission: confirms all it gave that is not withdrawn. confirmed, already (nothing new), absent (no such submission, or nothing left in it to confirm).';

CREATE FUNCTION piste.consent_withdraw(person bigint, purpose text,
	channel text, recipient text, via text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who bigint;
	live integer;
	words piste.consent_word[];
BEGIN
	who := piste.consent_hold($1);
	-- One row for each that was given: so each has its own end, wherever a
	-- merge, or its undoing, moves it.
	SELECT count(DISTINCT (c.purpose, c.channel, c.recipient)) FILTER (
		WHERE piste.may_contact(c.person_id, c.purpose, c.channel,
		c.recipient)), array_agg(ROW(c.submission_id, c.consent_key,
		c.person_id, c.purpose, c.channel, c.recipient, c.version,
		c.text_hash, c.lang, clock_timestamp(), 'withdrawn', c.needs_confirm,
		c.block_hash, $5)::piste.consent_word ORDER BY c.seq)
	INTO live, words
	FROM piste.consent AS c
	WHERE c.person_id = who AND c.what = 'given'
		AND c.purpose = coalesce($2, c.purpose)
		AND c.channel = coalesce($3, c.channel)
		AND c.recipient = coalesce($4, c.recipient) AND NOT EXISTS (
			SELECT FROM piste.consent AS o
			WHERE o.submission_id = c.submission_id
				AND o.consent_key = c.consent_key AND o.what = 'withdrawn');
	PERFORM piste.consent_append(words);
	RETURN live;
END $$;
COMMENT ON FUNCTION piste.consent_withdraw(bigint, text, text, text, text) IS
	'Takes back what the person gave, confirmed or not; NULL for any purpose, channel or recipient. Effective at once. How many purpose × channel × recipient were live: 0 for somebody unknown. Of somebody merged: of those they were merged into.';

-- The worker's role.
CREATE TABLE piste.worker_right (
	what text PRIMARY KEY
);
COMMENT ON TABLE piste.worker_right IS
	'What the role piste_worker is granted: so that a role made later gets the same. Written by piste.worker_allow().';
COMMENT ON COLUMN piste.worker_right.what IS 'As in GRANT … TO piste_worker';

CREATE FUNCTION piste.worker_allow(what text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.worker_right (what) VALUES ($1) ON CONFLICT DO NOTHING;
	IF to_regrole('piste_worker') IS NOT NULL THEN
		EXECUTE 'GRANT ' || $1 || ' TO piste_worker';
	END IF;
END $$;
COMMENT ON FUNCTION piste.worker_allow(text) IS
	'For migrations: what the worker needs of a new table or function, such as SELECT ON piste.thing.';

CREATE FUNCTION piste.worker_role() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	allowed text;
BEGIN
	-- The role is the cluster's: another database's migration may be making
	-- it now.
	BEGIN
		IF to_regrole('piste_worker') IS NULL THEN
			CREATE ROLE piste_worker NOLOGIN;
		END IF;
		IF NOT pg_has_role('piste_worker', 'MEMBER') THEN
			EXECUTE format('GRANT piste_worker TO %I', current_user);
		END IF;
	EXCEPTION
		WHEN duplicate_object OR unique_violation THEN
			NULL;
		WHEN insufficient_privilege THEN
			RAISE NOTICE '% may not make or take the role piste_worker: the worker reads every address',
				current_user;
	END;
	IF to_regrole('piste_worker') IS NULL THEN
		RETURN 'absent';
	END IF;
	FOR allowed IN SELECT r.what FROM piste.worker_right AS r LOOP
		EXECUTE 'GRANT ' || allowed || ' TO piste_worker';
	END LOOP;
	RETURN 'ready';
END $$;
COMMENT ON FUNCTION piste.worker_role() IS
	'Makes the role piste_worker if it is missing and this user may, and grants it what the worker needs: ready or absent. Safe to repeat.';
REVOKE EXECUTE ON FUNCTION piste.worker_allow(text), piste.worker_role()
	FROM PUBLIC;

CREATE FUNCTION piste.qualification_facts(queue bigint, worker text,
	OUT submission_id uuid, OUT email text, OUT phone text,
	OUT first_name text, OUT last_name text, OUT company text,
	OUT declared_postcode text, OUT form_country text, OUT geo_country text)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	-- The person is qualified even if the submission is gone.
	SELECT q.submission_id, substring(p.email FROM '@[^@]*$'),
		CASE WHEN p.phone <> '' THEN 'given' END,
		CASE WHEN p.first_name <> '' THEN 'given' END,
		CASE WHEN p.last_name <> '' THEN 'given' END,
		CASE WHEN p.company <> '' THEN 'given' END,
		CASE WHEN s.declared_postcode <> '' THEN 'given' END,
		s.form_country, s.geo_country
	FROM piste.qualification_queue AS q
		JOIN piste.lead AS l ON l.id = q.lead_id
		JOIN piste.person AS p ON p.id = l.person_id
		LEFT JOIN piste.submission AS s ON s.id = q.submission_id
	WHERE q.id = $1 AND q.locked_by = $2 AND q.state = 'claimed'
$$;
COMMENT ON FUNCTION piste.qualification_facts(bigint, text) IS
	'What qualification judges of a queue row that worker has claimed: the e-mail from its @ on, and of the rest whether it was given. Lets the worker do without addresses.';
REVOKE EXECUTE ON FUNCTION piste.qualification_facts(bigint, text)
	FROM PUBLIC;

-- Nothing here reads an address, adds to the ledger or takes a submission in.
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'USAGE ON SCHEMA piste',
	'SELECT, UPDATE (state, available_at, attempts, locked_by, locked_until, last_error, finished_at) ON piste.qualification_queue',
	'SELECT, UPDATE (state, available_at, attempts, locked_by, locked_until, last_error, finished_at) ON piste.outbox',
	'SELECT, UPDATE (stage, stage_reason, score, score_parts, scored_at, grade, owner_id, value, updated_at) ON piste.lead',
	'SELECT (id, created_at, updated_at) ON piste.person',
	'SELECT (id, seq, page_key, page_revision, variant_key, experiment_key, form_key, offer_key, lang, person_id, lead_id, outcome, quarantine_reason, form_country, geo_country, geo_region, geo_build, source, medium, campaign_key, consent_hash, via, rendered_at, received_at, created_at) ON piste.submission',
	'SELECT ON piste.contactable',
	'EXECUTE ON FUNCTION piste.qualification_facts(bigint, text)',
	'EXECUTE ON FUNCTION piste.mail_domains_due(integer), piste.mail_domains_take(text[], text[]), piste.email_judge(uuid, text, text, text)',
	'SELECT ON piste.offer, piste.campaign, piste.consent_wording, piste.form, piste.page, piste.variant, piste.traffic, piste.stray',
	'SELECT, INSERT, UPDATE ON piste.experiment, piste.epoch, piste.experiment_move, piste.experiment_phase, piste.experiment_look, piste.verdict, piste.bandit_look, piste.experiment_look, piste.experiment_phase, piste.exposure, piste.conversion, piste.outcome, piste.experiment_hour'
	]) AS r (what);
SELECT piste.worker_role();
