-- What visitors send and what becomes of it: submissions, the people who sent
-- them, their leads, the qualification queue; and piste.submit_group(), the
-- one road on which a submission enters.

CREATE SEQUENCE piste.person_id_seq;
CREATE TABLE piste.person (
	id bigint PRIMARY KEY DEFAULT nextval('piste.person_id_seq'),
	email text CHECK (octet_length(email) <= 254),
	phone text CHECK (phone ~ '^\+[1-9][0-9]{4,14}$'),
	first_name text CHECK (char_length(first_name) <= 4000),
	last_name text CHECK (char_length(last_name) <= 4000),
	company text CHECK (char_length(company) <= 4000),
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
ALTER SEQUENCE piste.person_id_seq OWNED BY piste.person.id;
COMMENT ON TABLE piste.person IS
	'Who submitted, with the latest particulars they typed. An id is never used again.';
COMMENT ON COLUMN piste.person.email IS 'as typed, its domain as A-label';
COMMENT ON COLUMN piste.person.phone IS 'E.164';
COMMENT ON COLUMN piste.person.first_name IS
	'latest non-empty value typed, as the two below';
COMMENT ON COLUMN piste.person.updated_at IS 'when a particular last changed';
COMMENT ON COLUMN piste.person.id IS 'never used again';
COMMENT ON COLUMN piste.person.last_name IS 'as first_name';
COMMENT ON COLUMN piste.person.company IS 'as first_name';
COMMENT ON COLUMN piste.person.created_at IS 'first submission';

CREATE TABLE piste.person_key (
	kind text NOT NULL CHECK (kind IN ('email', 'phone')),
	value text NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 254),
	person_id bigint NOT NULL REFERENCES piste.person (id),
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (kind, value)
);
CREATE INDEX person_key_person ON piste.person_key (person_id);
COMMENT ON TABLE piste.person_key IS
	'What a person is known by: only what was typed, never a cookie. Whoever writes here first takes piste.submit_lock on the key.';
COMMENT ON COLUMN piste.person_key.kind IS 'email or phone';
COMMENT ON COLUMN piste.person_key.person_id IS 'who is known by it';
COMMENT ON COLUMN piste.person_key.created_at IS 'first typed';
COMMENT ON COLUMN piste.person_key.value IS
	'email: local part and domain in lower case; phone: E.164';

CREATE TABLE piste.lead (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES piste.person (id),
	offer_key text NOT NULL REFERENCES piste.offer (key),
	stage text NOT NULL DEFAULT 'lead'
		CHECK (stage IN ('lead', 'mql', 'sql', 'opportunity',
		'nurturing', 'customer', 'disqualified', 'lost')),
	is_open boolean NOT NULL GENERATED ALWAYS AS
		(stage NOT IN ('customer', 'disqualified', 'lost')) STORED,
	score integer CHECK (score BETWEEN 0 AND 100),
	score_parts jsonb,
	scored_at timestamptz,
	grade text CHECK (grade ~ '^[A-F]$'),
	owner_id bigint,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX lead_open ON piste.lead (person_id, offer_key)
	WHERE is_open;
CREATE INDEX lead_person ON piste.lead (person_id, offer_key);
COMMENT ON TABLE piste.lead IS
	'One person''s interest in one offer: at most one that is open.';
COMMENT ON COLUMN piste.lead.is_open IS
	'false once the stage is customer, disqualified or lost: a new submission then opens another lead';
COMMENT ON COLUMN piste.lead.score IS 'NULL until qualified';
COMMENT ON COLUMN piste.lead.score_parts IS
	'[{"rule", "points", "reason"}]: what the score is made of';
COMMENT ON COLUMN piste.lead.grade IS
	'how well the lead fits, NULL until judged';
COMMENT ON COLUMN piste.lead.owner_id IS 'NULL until allocated';
COMMENT ON COLUMN piste.lead.id IS 'never used again';
COMMENT ON COLUMN piste.lead.person_id IS 'who is interested';
COMMENT ON COLUMN piste.lead.offer_key IS 'in what';
COMMENT ON COLUMN piste.lead.stage IS 'where its life cycle stands';
COMMENT ON COLUMN piste.lead.scored_at IS 'when score was last made';
COMMENT ON COLUMN piste.lead.created_at IS 'first submission';
COMMENT ON COLUMN piste.lead.updated_at IS 'last change of anything here';

CREATE TABLE piste.submission (
	id uuid PRIMARY KEY,
	seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
	page_key text NOT NULL REFERENCES piste.page (key),
	page_revision bigint,
	variant_key text CHECK (octet_length(variant_key) <= 64),
	experiment_key text CHECK (octet_length(experiment_key) <= 64),
	form_key text NOT NULL REFERENCES piste.form (key),
	offer_key text NOT NULL CHECK (octet_length(offer_key) <= 64),
	lang text CHECK (octet_length(lang) = 2),
	person_id bigint REFERENCES piste.person (id),
	lead_id bigint REFERENCES piste.lead (id),
	outcome text NOT NULL
		CHECK (outcome IN ('new', 'update', 'repeat', 'quarantined')),
	quarantine_reason text CHECK (octet_length(quarantine_reason) <= 64),
	fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
	email text CHECK (octet_length(email) <= 254),
	phone text CHECK (phone ~ '^\+[1-9][0-9]{4,14}$'),
	declared_postcode text CHECK (char_length(declared_postcode) <= 4000),
	form_country text CHECK (octet_length(form_country) = 2),
	ip_prefix inet,
	geo_country text CHECK (octet_length(geo_country) = 2),
	geo_region text CHECK (char_length(geo_region) <= 400),
	geo_city text CHECK (char_length(geo_city) <= 400),
	geo_radius_km integer CHECK (geo_radius_km >= 0),
	geo_build date,
	source text CHECK (octet_length(source) <= 200),
	medium text CHECK (octet_length(medium) <= 200),
	campaign_key text CHECK (octet_length(campaign_key) <= 200),
	click_id text CHECK (octet_length(click_id) <= 200),
	consent_hash text CHECK (octet_length(consent_hash) = 64),
	via text NOT NULL CHECK (via IN ('form', 'api', 'import', 'spool')),
	request_id text CHECK (octet_length(request_id) <= 200),
	rendered_at timestamptz,
	received_at timestamptz NOT NULL DEFAULT now(),
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((outcome = 'quarantined') = (lead_id IS NULL)),
	CHECK ((lead_id IS NULL) = (person_id IS NULL)),
	CHECK (outcome <> 'quarantined' OR quarantine_reason IS NOT NULL)
);
CREATE INDEX submission_lead ON piste.submission (lead_id, seq);
COMMENT ON TABLE piste.submission IS
	'One accepted form post with everything it came with: immutable but for its place (person, lead, outcome).';
COMMENT ON COLUMN piste.submission.id IS
	'made when the form was rendered: a double click, a retry and a replay land on the same row';
COMMENT ON COLUMN piste.submission.seq IS 'the order of acceptance';
COMMENT ON COLUMN piste.submission.page_revision IS
	'of the page the person saw';
COMMENT ON COLUMN piste.submission.variant_key IS
	'what the person saw, from the form token';
COMMENT ON COLUMN piste.submission.experiment_key IS
	'running then, NULL when not counted';
COMMENT ON COLUMN piste.submission.lang IS 'of the page as shown';
COMMENT ON COLUMN piste.submission.person_id IS
	'NULL while quarantined, as lead_id';
COMMENT ON COLUMN piste.submission.outcome IS
	'new: made the person; repeat: everything typed equals the lead''s submission before; else update';
COMMENT ON COLUMN piste.submission.quarantine_reason IS
	'trapped, too-fast: kept after a release';
COMMENT ON COLUMN piste.submission.fields IS
	'all normal values and ticked boxes, by field name';
COMMENT ON COLUMN piste.submission.form_country IS
	'declared by the person, else the form''s';
COMMENT ON COLUMN piste.submission.ip_prefix IS
	'truncated to /24 or /48 unless the operator says otherwise';
COMMENT ON COLUMN piste.submission.geo_country IS
	'by the address; NULL is unknown, as in all of geo_*';
COMMENT ON COLUMN piste.submission.geo_radius_km IS 'accuracy';
COMMENT ON COLUMN piste.submission.geo_build IS 'date of the geo database';
COMMENT ON COLUMN piste.submission.campaign_key IS
	'as the touch named it, else the page''s: may name a campaign nobody defined';
COMMENT ON COLUMN piste.submission.consent_hash IS
	'SHA-256 of the consent block as shown';
COMMENT ON COLUMN piste.submission.request_id IS 'as in nginx''s log';
COMMENT ON COLUMN piste.submission.rendered_at IS
	'when the form token was issued';
COMMENT ON COLUMN piste.submission.received_at IS 'when the post arrived';
COMMENT ON COLUMN piste.submission.created_at IS
	'when PostgreSQL took it: later than received_at for spooled ones';
COMMENT ON COLUMN piste.submission.page_key IS 'where it was posted';
COMMENT ON COLUMN piste.submission.form_key IS 'what was asked';
COMMENT ON COLUMN piste.submission.offer_key IS 'what its lead is about';
COMMENT ON COLUMN piste.submission.lead_id IS 'NULL while quarantined';
COMMENT ON COLUMN piste.submission.email IS 'as typed, its domain as A-label';
COMMENT ON COLUMN piste.submission.phone IS 'E.164';
COMMENT ON COLUMN piste.submission.declared_postcode IS 'beats the address';
COMMENT ON COLUMN piste.submission.geo_region IS
	'ISO code or name, as the geo database has it';
COMMENT ON COLUMN piste.submission.geo_city IS
	'a hint: city-level data disagree';
COMMENT ON COLUMN piste.submission.source IS
	'of the touch that brought the visitor, as medium and click_id';
COMMENT ON COLUMN piste.submission.medium IS 'sea, email, …';
COMMENT ON COLUMN piste.submission.click_id IS 'the advertiser''s';
COMMENT ON COLUMN piste.submission.via IS
	'form, api, import; spool when PostgreSQL was away';

CREATE FUNCTION piste.submission_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF to_jsonb(NEW) - '{person_id,lead_id,outcome}'::text[]
	    IS DISTINCT FROM to_jsonb(OLD) - '{person_id,lead_id,outcome}'::text[]
	THEN
		RAISE EXCEPTION 'submission % is immutable', OLD.id
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION piste.submission_guard() IS
	'Refuses an update of anything but a submission''s place.';
CREATE TRIGGER submission_guard BEFORE UPDATE ON piste.submission
	FOR EACH ROW EXECUTE FUNCTION piste.submission_guard();

CREATE TABLE piste.consent (
	submission_id uuid NOT NULL REFERENCES piste.submission (id),
	consent_key text NOT NULL CHECK (octet_length(consent_key) <= 64),
	person_id bigint NOT NULL,
	purpose text NOT NULL CHECK (octet_length(purpose) <= 200),
	channel text NOT NULL CHECK (octet_length(channel) <= 200),
	recipient text NOT NULL CHECK (octet_length(recipient) <= 200),
	version bigint NOT NULL CHECK (version > 0),
	text_hash text NOT NULL CHECK (octet_length(text_hash) = 64),
	lang text NOT NULL CHECK (octet_length(lang) = 2),
	given_at timestamptz NOT NULL,
	PRIMARY KEY (submission_id, consent_key)
);
CREATE INDEX consent_person ON piste.consent (person_id, purpose, channel);
COMMENT ON TABLE piste.consent IS
	'A purpose, channel and recipient somebody agreed to, at a moment, by an exact text.';
COMMENT ON COLUMN piste.consent.version IS 'of the consent''s text';
COMMENT ON COLUMN piste.consent.text_hash IS
	'SHA-256 of the text as shown, in lang';
COMMENT ON COLUMN piste.consent.given_at IS 'when the post arrived';
COMMENT ON COLUMN piste.consent.submission_id IS 'by which it was given';
COMMENT ON COLUMN piste.consent.consent_key IS 'as the form names it';
COMMENT ON COLUMN piste.consent.person_id IS
	'who gave it: its submission''s person';
COMMENT ON COLUMN piste.consent.purpose IS 'what for';
COMMENT ON COLUMN piste.consent.channel IS 'by which way';
COMMENT ON COLUMN piste.consent.recipient IS 'to whom';
COMMENT ON COLUMN piste.consent.lang IS 'of the page as shown';

CREATE TABLE piste.qualification_queue (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	lead_id bigint NOT NULL REFERENCES piste.lead (id),
	submission_id uuid NOT NULL,
	priority integer NOT NULL DEFAULT 0,
	state text NOT NULL DEFAULT 'ready'
		CHECK (state IN ('ready', 'claimed', 'done', 'dead')),
	available_at timestamptz NOT NULL DEFAULT now(),
	attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	locked_by text CHECK (octet_length(locked_by) <= 200),
	locked_until timestamptz,
	last_error text CHECK (char_length(last_error) <= 1000),
	created_at timestamptz NOT NULL DEFAULT now(),
	finished_at timestamptz,
	CHECK ((state = 'claimed') = (locked_by IS NOT NULL)),
	CHECK ((locked_by IS NULL) = (locked_until IS NULL)),
	CHECK ((state IN ('done', 'dead')) = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX qualification_queue_lead
	ON piste.qualification_queue (lead_id);
CREATE INDEX qualification_queue_ready
	ON piste.qualification_queue (priority DESC, available_at, id)
	WHERE state = 'ready';
CREATE INDEX qualification_queue_claimed
	ON piste.qualification_queue (locked_until) WHERE state = 'claimed';
CREATE INDEX qualification_queue_dead
	ON piste.qualification_queue (id) WHERE state = 'dead';
-- Rows change state a few times and then rest: the dead versions sit in front
-- of the claim's index until vacuum has been.
ALTER TABLE piste.qualification_queue SET (autovacuum_vacuum_scale_factor = 0,
	autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE piste.qualification_queue IS
	'Hands leads to qualification, by FOR UPDATE SKIP LOCKED; one row per lead, opened again when something new is sent.';
COMMENT ON COLUMN piste.qualification_queue.submission_id IS
	'the latest that asks for qualification; one that arrives while the row is claimed makes it ready again when finished';
COMMENT ON COLUMN piste.qualification_queue.priority IS
	'higher goes first, then age';
COMMENT ON COLUMN piste.qualification_queue.attempts IS 'claims so far';
COMMENT ON COLUMN piste.qualification_queue.locked_until IS
	'end of the lease: then the row may be claimed again';
COMMENT ON COLUMN piste.qualification_queue.id IS 'order of arrival';
COMMENT ON COLUMN piste.qualification_queue.lead_id IS
	'what is to be qualified';
COMMENT ON COLUMN piste.qualification_queue.state IS
	'ready, claimed, done, dead';
COMMENT ON COLUMN piste.qualification_queue.available_at IS 'not before';
COMMENT ON COLUMN piste.qualification_queue.locked_by IS
	'the worker''s name while claimed';
COMMENT ON COLUMN piste.qualification_queue.last_error IS
	'why the last attempt failed';
COMMENT ON COLUMN piste.qualification_queue.created_at IS
	'when it was asked for';
COMMENT ON COLUMN piste.qualification_queue.finished_at IS
	'when it became done or dead';

CREATE TABLE piste.exposure (
	experiment_key text NOT NULL CHECK (octet_length(experiment_key) <= 64),
	visitor text NOT NULL CHECK (octet_length(visitor) BETWEEN 1 AND 64),
	variant text NOT NULL CHECK (octet_length(variant) <= 64),
	bucket_version bigint NOT NULL,
	first_seen_at timestamptz NOT NULL,
	PRIMARY KEY (experiment_key, visitor)
);
COMMENT ON TABLE piste.exposure IS
	'The first time a human visitor was shown a variant. Never joined to a person. Written in order of its key, so that concurrent batches can''t deadlock.';
COMMENT ON COLUMN piste.exposure.visitor IS 'random first-party cookie';
COMMENT ON COLUMN piste.exposure.bucket_version IS
	'the experiment''s epoch then';
COMMENT ON COLUMN piste.exposure.experiment_key IS 'the experiment';
COMMENT ON COLUMN piste.exposure.variant IS 'the variant''s key';
COMMENT ON COLUMN piste.exposure.first_seen_at IS 'when the page was rendered';

CREATE TABLE piste.outbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind text NOT NULL CHECK (octet_length(kind) <= 64),
	submission_id uuid,
	payload jsonb NOT NULL,
	state text NOT NULL DEFAULT 'ready'
		CHECK (state IN ('ready', 'claimed', 'done', 'dead')),
	available_at timestamptz NOT NULL DEFAULT now(),
	attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	locked_by text,
	locked_until timestamptz,
	last_error text,
	created_at timestamptz NOT NULL DEFAULT now(),
	finished_at timestamptz,
	UNIQUE (submission_id, kind)
);
CREATE INDEX outbox_ready ON piste.outbox (available_at, id)
	WHERE state = 'ready';
COMMENT ON TABLE piste.outbox IS
	'What has to leave the system, written with the fact it tells of; sent with back-off, kept when dead.';
COMMENT ON COLUMN piste.outbox.kind IS 'submission.accepted, …';
COMMENT ON COLUMN piste.outbox.submission_id IS
	'what it tells of, once per kind';
COMMENT ON COLUMN piste.outbox.payload IS
	'ids only: particulars are read when it is sent';
COMMENT ON COLUMN piste.outbox.id IS 'order of writing';
COMMENT ON COLUMN piste.outbox.state IS 'ready, claimed, done, dead';
COMMENT ON COLUMN piste.outbox.available_at IS 'not before';
COMMENT ON COLUMN piste.outbox.attempts IS 'claims so far';
COMMENT ON COLUMN piste.outbox.locked_by IS 'the worker''s name while claimed';
COMMENT ON COLUMN piste.outbox.locked_until IS 'end of the lease';
COMMENT ON COLUMN piste.outbox.last_error IS 'why the last attempt failed';
COMMENT ON COLUMN piste.outbox.created_at IS 'with the fact';
COMMENT ON COLUMN piste.outbox.finished_at IS 'when it became done or dead';

-- The road in.  Everything below works on whole arrays: facts[i] with ids[i],
-- persons[i] and so on, i being the row's place in the batch.

CREATE TYPE piste.submit_fact AS (
	page_key text, page_revision bigint, variant_key text,
	experiment_key text, bucket_version bigint, visitor text,
	form_key text, offer_key text, duplicates text, lang text,
	fields jsonb, consents jsonb,
	email text, email_key text, phone text,
	first_name text, last_name text, company text,
	declared_postcode text, form_country text, ip_prefix inet,
	geo_country text, geo_region text, geo_city text, geo_radius_km integer,
	geo_build date, source text, medium text, campaign_key text,
	click_id text, consent_hash text, via text, suspect text,
	request_id text, rendered_at timestamptz, received_at timestamptz
);
COMMENT ON TYPE piste.submit_fact IS
	'One row of submit_group''s argument, but for its id. consents: [{"key", "purpose", "channel", "recipient", "version", "text_hash"}]; duplicates: email or email_or_phone; suspect: why it is put aside.';

CREATE FUNCTION piste.submit_parse(batch json, as_via text,
	OUT ids uuid[], OUT facts piste.submit_fact[])
LANGUAGE plpgsql AS $$
BEGIN
	SELECT array_agg(t.id ORDER BY t.ord), array_agg(ROW(
		nullif(page_key, ''), page_revision, nullif(variant_key, ''),
		nullif(experiment_key, ''), bucket_version, nullif(visitor, ''),
		nullif(form_key, ''), nullif(offer_key, ''), duplicates,
		nullif(lang, ''), fields, nullif(consents, 'null'),
		nullif(email, ''), nullif(email_key, ''), nullif(phone, ''),
		nullif(first_name, ''), nullif(last_name, ''), nullif(company, ''),
		nullif(declared_postcode, ''), nullif(form_country, ''),
		nullif(ip_prefix, '')::inet, nullif(geo_country, ''),
		nullif(geo_region, ''), nullif(geo_city, ''), geo_radius_km,
		nullif(geo_build, '')::date, nullif(source, ''),
		nullif(medium, ''), nullif(campaign_key, ''), nullif(click_id, ''),
		nullif(consent_hash, ''), coalesce(as_via, via),
		nullif(suspect, ''), nullif(request_id, ''), rendered_at,
		coalesce(received_at, now()))::piste.submit_fact ORDER BY t.ord)
	INTO ids, facts
	FROM ROWS FROM (json_to_recordset(batch) AS (
		id uuid, page_key text, page_revision bigint, variant_key text,
		experiment_key text, bucket_version bigint, visitor text,
		form_key text, offer_key text, duplicates text, lang text,
		fields jsonb, consents jsonb,
		email text, email_key text, phone text,
		first_name text, last_name text, company text,
		declared_postcode text, form_country text, ip_prefix text,
		geo_country text, geo_region text, geo_city text,
		geo_radius_km integer, geo_build text, source text, medium text,
		campaign_key text, click_id text, consent_hash text, via text,
		suspect text, request_id text, rendered_at timestamptz,
		received_at timestamptz)) WITH ORDINALITY AS t (
		id, page_key, page_revision, variant_key, experiment_key,
		bucket_version, visitor, form_key, offer_key, duplicates, lang,
		fields, consents, email, email_key, phone, first_name, last_name,
		company, declared_postcode, form_country, ip_prefix, geo_country,
		geo_region, geo_city, geo_radius_km, geo_build, source, medium,
		campaign_key, click_id, consent_hash, via, suspect, request_id,
		rendered_at, received_at, ord);
END $$;
COMMENT ON FUNCTION piste.submit_parse(json, text) IS
	'The batch as arrays; what is empty becomes NULL; as_via, when given, is every row''s via.';

CREATE FUNCTION piste.submit_lock(ids uuid[], emails text[], phones text[])
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(k.lock) FROM (
		SELECT DISTINCT hashtextextended(named.name, 0) AS lock FROM (
			SELECT 'submission ' || id FROM unnest(ids) AS u (id)
			UNION ALL
			SELECT 'email ' || value FROM unnest(emails) AS u (value)
			UNION ALL
			SELECT 'phone ' || value FROM unnest(phones) AS u (value)
		) AS named (name)
		WHERE named.name IS NOT NULL ORDER BY 1) AS k;
END $$;
COMMENT ON FUNCTION piste.submit_lock(uuid[], text[], text[]) IS
	'Makes those who bring the same submissions or people wait for each other until commit; always in one order, so that nobody deadlocks.';

CREATE FUNCTION piste.submit_known(ids uuid[], facts piste.submit_fact[])
RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
	RETURN (
		SELECT array_agg(CASE
			WHEN NOT is_known THEN NULL
			WHEN is_same THEN 'replay'
			ELSE 'conflict' END ORDER BY ord)
		FROM (
			SELECT f.ordinality AS ord,
				s.id IS NOT NULL OR row_number() OVER first > 1 AS is_known,
				(f.fields, f.page_key, f.form_key) IS NOT DISTINCT FROM (
					coalesce(s.fields, first_value(f.fields) OVER first),
					coalesce(s.page_key, first_value(f.page_key) OVER first),
					coalesce(s.form_key, first_value(f.form_key) OVER first)
				) AS is_same
			FROM unnest(ids, facts) WITH ORDINALITY AS f (id)
				LEFT JOIN LATERAL (
					SELECT stored.id, stored.fields,
						stored.page_key, stored.form_key
					FROM piste.submission AS stored
					WHERE stored.id = f.id LIMIT 1
				) AS s ON true
			WINDOW first AS (PARTITION BY f.id ORDER BY f.ordinality)
		) AS compared);
END $$;
COMMENT ON FUNCTION piste.submit_known(uuid[], piste.submit_fact[]) IS
	'Per row: replay or conflict when its id is stored or comes earlier in the batch, with the same or other content; else NULL.';

CREATE FUNCTION piste.submit_rename(ids uuid[], facts piste.submit_fact[],
	known text[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
BEGIN
	RETURN (
		SELECT array_agg(CASE WHEN f.known = 'conflict' AND f.via = 'spool'
			THEN md5(concat_ws(' ', f.id, f.page_key, f.form_key, f.fields))::uuid
			ELSE f.id END ORDER BY f.ordinality)
		FROM unnest(ids, known, facts) WITH ORDINALITY AS f (id, known));
END $$;
COMMENT ON FUNCTION piste.submit_rename(uuid[], piste.submit_fact[], text[]) IS
	'The ids, but one derived from id and content for a spooled row in conflict: its sender was told it is safe.';

CREATE FUNCTION piste.submit_people(facts piste.submit_fact[], known text[],
	OUT persons bigint[], OUT made boolean[])
LANGUAGE plpgsql AS $$
BEGIN
	persons := array_fill(NULL::bigint, ARRAY[cardinality(facts)]);
	made := array_fill(false, ARRAY[cardinality(facts)]);
	-- A row is ready when none before it in the batch may yet make the person
	-- it would find: so each pass settles at least the first one waiting, and
	-- all passes together give what one row after the other would.  A batch
	-- of strangers takes one pass.
	LOOP
		WITH waiting AS MATERIALIZED (
			SELECT f.ordinality AS ord, f.email, f.email_key, f.phone,
				f.first_name, f.last_name, f.company,
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
				w.last_name, w.company, w.email_person, w.phone_person,
				w.phone_first, coalesce(w.email_person,
					CASE WHEN w.is_by_phone THEN w.phone_person END)
					AS person_id
			FROM waiting AS w
			WHERE w.email_person IS NOT NULL
				OR (w.email_key IS NULL OR w.email_first = w.ord)
				AND (NOT w.is_by_phone OR w.phone IS NULL
					OR w.phone_person IS NOT NULL
					OR w.phone_first = w.ord)
		), settled AS MATERIALIZED (
			SELECT ord, email, email_key, phone, first_name, last_name,
				company, email_person, phone_person, phone_first,
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
			WHERE email_key IS NOT NULL AND email_person IS NULL
			UNION ALL
			SELECT 'phone', phone, person_id FROM settled
			WHERE phone IS NOT NULL AND phone_person IS NULL
				AND phone_first = ord
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
COMMENT ON FUNCTION piste.submit_people(piste.submit_fact[], text[]) IS
	'The person of each row not known, found by what was typed or made, and whether this row made it; keys typed for the first time are added. Under submit_lock.';

CREATE FUNCTION piste.submit_particulars(facts piste.submit_fact[],
	persons bigint[], made boolean[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	earlier bigint[] := ARRAY(SELECT DISTINCT f.id
		FROM unnest(persons, made) AS f (id, made)
		WHERE f.id IS NOT NULL AND NOT f.made);
BEGIN
	-- From here on whoever has to do with one of these people waits.
	PERFORM FROM piste.person
	WHERE id = ANY (earlier) ORDER BY id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE piste.person AS p
	SET email = coalesce(n.email, p.email),
		phone = coalesce(n.phone, p.phone),
		first_name = coalesce(n.first_name, p.first_name),
		last_name = coalesce(n.last_name, p.last_name),
		company = coalesce(n.company, p.company),
		updated_at = now()
	FROM (
		SELECT f.person_id,
			(array_agg(f.email ORDER BY f.ordinality DESC)
				FILTER (WHERE f.email IS NOT NULL))[1] AS email,
			(array_agg(f.phone ORDER BY f.ordinality DESC)
				FILTER (WHERE f.phone IS NOT NULL))[1] AS phone,
			(array_agg(f.first_name ORDER BY f.ordinality DESC)
				FILTER (WHERE f.first_name IS NOT NULL))[1] AS first_name,
			(array_agg(f.last_name ORDER BY f.ordinality DESC)
				FILTER (WHERE f.last_name IS NOT NULL))[1] AS last_name,
			(array_agg(f.company ORDER BY f.ordinality DESC)
				FILTER (WHERE f.company IS NOT NULL))[1] AS company
		FROM unnest(persons, made, facts) WITH ORDINALITY
			AS f (person_id, made)
		WHERE NOT f.made GROUP BY f.person_id
	) AS n
	WHERE p.id = ANY (earlier) AND p.id = n.person_id AND (
		coalesce(n.email, p.email), coalesce(n.phone, p.phone),
		coalesce(n.first_name, p.first_name),
		coalesce(n.last_name, p.last_name),
		coalesce(n.company, p.company)) IS DISTINCT FROM
		(p.email, p.phone, p.first_name, p.last_name, p.company);
END $$;
COMMENT ON FUNCTION piste.submit_particulars(piste.submit_fact[], bigint[],
	boolean[]) IS
	'Gives people known before the latest non-empty values typed, and keeps them locked until commit.';

CREATE FUNCTION piste.submit_leads(facts piste.submit_fact[],
	persons bigint[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO piste.lead (person_id, offer_key)
	SELECT DISTINCT f.person_id, f.offer_key
	FROM unnest(persons, facts) AS f (person_id)
	WHERE f.person_id IS NOT NULL AND (
		SELECT l.id FROM piste.lead AS l
		WHERE l.person_id = f.person_id AND l.offer_key = f.offer_key
			AND l.is_open) IS NULL
	ORDER BY 1, 2
	ON CONFLICT (person_id, offer_key) WHERE is_open DO NOTHING;
	-- A lead that somebody closes between the two statements still is the
	-- one this submission met.
	RETURN (
		SELECT array_agg((SELECT l.id FROM piste.lead AS l
			WHERE l.person_id = f.person_id
				AND l.offer_key = f.offer_key
			ORDER BY l.is_open DESC, l.id DESC LIMIT 1)
			ORDER BY f.ordinality)
		FROM unnest(persons, facts) WITH ORDINALITY AS f (person_id));
END $$;
COMMENT ON FUNCTION piste.submit_leads(piste.submit_fact[], bigint[]) IS
	'The open lead of each row''s person for its offer, made when there is none.';

CREATE FUNCTION piste.submit_outcomes(facts piste.submit_fact[],
	leads bigint[], made boolean[]) RETURNS text[]
LANGUAGE plpgsql AS $$
BEGIN
	RETURN (
		SELECT array_agg(CASE
			WHEN r.lead_id IS NULL THEN NULL
			WHEN r.made THEN 'new'
			WHEN (r.fields, r.page_key) IS NOT DISTINCT FROM
				(coalesce(r.batch_fields, s.fields),
				coalesce(r.batch_page, s.page_key)) THEN 'repeat'
			ELSE 'update' END ORDER BY r.ord)
		FROM (
			SELECT f.ordinality AS ord, f.lead_id, f.made, f.fields, f.page_key,
				lag(f.fields) OVER earlier AS batch_fields,
				lag(f.page_key) OVER earlier AS batch_page
			FROM unnest(leads, made, facts) WITH ORDINALITY AS f (lead_id, made)
			WINDOW earlier AS (PARTITION BY f.lead_id ORDER BY f.ordinality)
		) AS r
		LEFT JOIN LATERAL (
			SELECT stored.fields, stored.page_key
			FROM piste.submission AS stored
			WHERE stored.lead_id = r.lead_id AND r.batch_fields IS NULL
				AND NOT r.made
			ORDER BY stored.seq DESC LIMIT 1
		) AS s ON true);
END $$;
COMMENT ON FUNCTION piste.submit_outcomes(piste.submit_fact[], bigint[],
	boolean[]) IS
	'new, update or repeat, by the lead''s submission before each row; NULL without a lead.';

CREATE FUNCTION piste.submit_store(ids uuid[], facts piste.submit_fact[],
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

	INSERT INTO piste.consent (submission_id, consent_key, person_id,
		purpose, channel, recipient, version, text_hash, lang, given_at)
	SELECT f.id, c.key, f.person_id, c.purpose, c.channel, c.recipient,
		c.version, c.text_hash, f.lang, f.received_at
	FROM unnest(ids, persons, outcomes, facts)
			AS f (id, person_id, outcome)
		CROSS JOIN LATERAL jsonb_to_recordset(f.consents) AS c (key text,
			purpose text, channel text, recipient text,
			version bigint, text_hash text)
	WHERE f.outcome IN ('new', 'update', 'repeat')
	ON CONFLICT (submission_id, consent_key) DO NOTHING;

	INSERT INTO piste.outbox (kind, submission_id, payload)
	SELECT 'submission.accepted', f.id, jsonb_build_object(
		'submission', f.id, 'person', f.person_id, 'lead', f.lead_id,
		'page', f.page_key, 'offer', f.offer_key, 'outcome', f.outcome)
	FROM unnest(ids, persons, leads, outcomes, facts) WITH ORDINALITY
		AS f (id, person_id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
	ORDER BY f.ordinality;

	INSERT INTO piste.exposure (experiment_key, visitor, variant,
		bucket_version, first_seen_at)
	SELECT f.experiment_key, f.visitor, f.variant_key,
		coalesce(f.bucket_version, 0), coalesce(f.rendered_at, f.received_at)
	FROM unnest(outcomes, facts) WITH ORDINALITY AS f (outcome)
	WHERE f.outcome IN ('new', 'update', 'repeat')
		AND f.experiment_key IS NOT NULL AND f.visitor IS NOT NULL
		AND f.variant_key IS NOT NULL
	ORDER BY f.experiment_key, f.visitor, f.ordinality
	ON CONFLICT (experiment_key, visitor) DO NOTHING;
END $$;
COMMENT ON FUNCTION piste.submit_store(uuid[], piste.submit_fact[], bigint[],
	bigint[], text[]) IS
	'Writes what each row is: submission, consents, outbox row, exposure; a quarantined one is only stored.';

CREATE FUNCTION piste.submit_enqueue(ids uuid[], leads bigint[],
	outcomes text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	-- A lead keeps its row: what is new about it opens the row again.
	INSERT INTO piste.qualification_queue AS q (lead_id, submission_id)
	SELECT DISTINCT ON (f.lead_id) f.lead_id, f.id
	FROM unnest(ids, leads, outcomes) WITH ORDINALITY
		AS f (id, lead_id, outcome)
	WHERE f.outcome IN ('new', 'update') OR f.outcome = 'repeat'
		AND NOT EXISTS (SELECT FROM piste.qualification_queue AS known
			WHERE known.lead_id = f.lead_id)
	ORDER BY f.lead_id, f.outcome = 'repeat', f.ordinality DESC
	ON CONFLICT (lead_id) DO UPDATE SET
		submission_id = excluded.submission_id,
		state = CASE q.state WHEN 'claimed' THEN 'claimed' ELSE 'ready' END,
		available_at = CASE WHEN q.state IN ('done', 'dead') THEN now()
			ELSE q.available_at END,
		attempts = CASE WHEN q.state IN ('done', 'dead') THEN 0
			ELSE q.attempts END,
		last_error = CASE WHEN q.state NOT IN ('done', 'dead')
			THEN q.last_error END,
		created_at = CASE WHEN q.state IN ('done', 'dead') THEN now()
			ELSE q.created_at END,
		finished_at = NULL;
	IF FOUND THEN
		PERFORM pg_notify('piste_queue', '');
	END IF;
END $$;
COMMENT ON FUNCTION piste.submit_enqueue(uuid[], bigint[], text[]) IS
	'Asks for qualification of each lead that is new or changed, once, and wakes the workers.';

-- Plans are kept for as long as a connection lives, and the first may be made
-- while the tables are empty, where one way costs as much as another.  So
-- sequential scans are off, also for the foreign keys' checks, and a row's own
-- look-ups are sub-queries that PostgreSQL can't turn into a join: it would
-- read the whole index once per row.
CREATE FUNCTION piste.submit_group(batch json, as_via text DEFAULT NULL)
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
	PERFORM piste.submit_lock(ids, array_agg(f.email_key), array_agg(f.phone))
	FROM unnest(facts) AS f;

	known := piste.submit_known(ids, facts);
	IF 'conflict' = ANY (known) THEN
		ids := piste.submit_rename(ids, facts, known);
		known := piste.submit_known(ids, facts);
	END IF;
	SELECT array_agg(coalesce(f.known, CASE WHEN f.suspect IS NOT NULL
		THEN 'quarantined' END) ORDER BY f.ordinality)
	INTO known
	FROM unnest(known, facts) WITH ORDINALITY AS f (known);

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
	RETURN QUERY SELECT f.n::integer, f.outcome
	FROM unnest(outcomes) WITH ORDINALITY AS f (outcome, n) ORDER BY f.n;
END $$;
COMMENT ON FUNCTION piste.submit_group(json, text) IS
	'Takes a batch (JSON array of {"id", submit_fact''s attributes…}) in one transaction and tells what each row was: new, update, repeat, quarantined, replay (already there) or conflict (its id is there with other content; nothing stored). Safe to send twice.';
