-- Forms in steps, half-filled ones, and links that name their recipient.

ALTER TABLE piste.traffic
	DROP CONSTRAINT traffic_class_check,
	ADD CONSTRAINT traffic_class_check CHECK (class IN ('human', 'robot',
		'prefetch', 'activated', 'preview', 'head', 'internal', 'crowd',
		'outside', 'started'));
COMMENT ON COLUMN piste.traffic.class IS
	'human; not counted: robot, prefetch, preview, head, internal, crowd (too many first visits from one address), outside (not in the experiment: targeting, layer, coverage). activated: one of prefetch that was shown afterwards, and counts; it is in prefetch as well. started: no view, a person''s answer to the first step of a form';

CREATE VIEW piste.form_started AS
	SELECT t.page_key, t.variant,
		(t.hour AT TIME ZONE 'UTC')::date AS day,
		sum(t.views)::bigint AS started
	FROM piste.traffic AS t WHERE t.class = 'started'
	GROUP BY t.page_key, t.variant, (t.hour AT TIME ZONE 'UTC')::date;
COMMENT ON VIEW piste.form_started IS
	'Forms in steps that people began, by page, variant and day (UTC): how often, not by whom';
COMMENT ON COLUMN piste.form_started.page_key IS 'The page';
COMMENT ON COLUMN piste.form_started.variant IS 'What was shown';
COMMENT ON COLUMN piste.form_started.day IS 'In UTC';
COMMENT ON COLUMN piste.form_started.started IS
	'How often a first step was answered';

CREATE TABLE piste.draft (
	id uuid PRIMARY KEY,
	page_key text NOT NULL REFERENCES piste.page (key),
	form_key text NOT NULL REFERENCES piste.form (key),
	lang text NOT NULL CHECK (octet_length(lang) = 2),
	fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
	email text CHECK (octet_length(email) <= 254),
	agreed_text text NOT NULL,
	agreed_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL
);
CREATE INDEX draft_expires ON piste.draft (expires_at);
CREATE INDEX draft_email ON piste.draft (lower(email));
COMMENT ON TABLE piste.draft IS
	'Half-filled forms, kept because the visitor ticked a box that asks for it. Never a lead by itself, read by nobody else; it goes when the form is sent, when the box is unticked, and when it expires.';
COMMENT ON COLUMN piste.draft.id IS
	'The form''s, which its submission will have';
COMMENT ON COLUMN piste.draft.page_key IS 'The page';
COMMENT ON COLUMN piste.draft.form_key IS 'The form';
COMMENT ON COLUMN piste.draft.lang IS 'The visitor''s';
COMMENT ON COLUMN piste.draft.fields IS
	'What was answered rightly so far, as in submission.fields';
COMMENT ON COLUMN piste.draft.email IS
	'The visitor''s address if it was typed: drafts are erased by it';
COMMENT ON COLUMN piste.draft.agreed_text IS 'What stood beside the box';
COMMENT ON COLUMN piste.draft.agreed_at IS 'When it was ticked first';
COMMENT ON COLUMN piste.draft.updated_at IS 'When a step was answered last';
COMMENT ON COLUMN piste.draft.expires_at IS
	'Days from the last step on, as the form says';

CREATE FUNCTION piste.draft_keep(id uuid, page text, form text, lang text,
	fields jsonb, email text, agreed text, days integer) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.draft AS d (id, page_key, form_key, lang, fields,
		email, agreed_text, expires_at)
	SELECT $1, $2, $3, $4, $5, $6, $7, now() + make_interval(days => $8)
	WHERE NOT EXISTS (SELECT FROM piste.submission AS s WHERE s.id = $1)
	ON CONFLICT ON CONSTRAINT draft_pkey DO UPDATE SET
		fields = excluded.fields, email = excluded.email,
		updated_at = now(), expires_at = excluded.expires_at
$$;
COMMENT ON FUNCTION piste.draft_keep(uuid, text, text, text, jsonb, text,
	text, integer) IS
	'Keeps a half-filled form, in place of what was kept of it before; nothing once the form was sent.';

CREATE FUNCTION piste.draft_sent() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM piste.draft AS d USING added AS a WHERE d.id = a.id;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.draft_sent() IS
	'A form that was sent is no draft any more.';
CREATE TRIGGER draft_sent AFTER INSERT ON piste.submission
	REFERENCING NEW TABLE AS added
	FOR EACH STATEMENT EXECUTE FUNCTION piste.draft_sent();

CREATE TABLE piste.recipient (
	id uuid PRIMARY KEY,
	page_key text NOT NULL REFERENCES piste.page (key),
	person_id bigint REFERENCES piste.person (id),
	parts jsonb NOT NULL CHECK (jsonb_typeof(parts) = 'object'),
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL
);
CREATE INDEX recipient_expires ON piste.recipient (expires_at);
CREATE INDEX recipient_person ON piste.recipient (person_id)
	WHERE person_id IS NOT NULL;
COMMENT ON TABLE piste.recipient IS
	'What a link with words for its recipient stands for: the link holds this id alone, sealed. Removed when it expires; a link without its row shows the page''s defaults.';
COMMENT ON COLUMN piste.recipient.id IS 'What the link holds';
COMMENT ON COLUMN piste.recipient.page_key IS 'The page it leads to';
COMMENT ON COLUMN piste.recipient.person_id IS 'Who gets it, if we know';
COMMENT ON COLUMN piste.recipient.parts IS
	'Words by the names the page declares in "personal"';
COMMENT ON COLUMN piste.recipient.created_at IS 'When it was made';
COMMENT ON COLUMN piste.recipient.expires_at IS 'When it goes';

CREATE FUNCTION piste.recipient_facts(person bigint, link uuid,
	submission uuid, page text)
RETURNS TABLE (what text, name text, value text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	WITH link AS (
		SELECT r.person_id, r.parts FROM piste.recipient AS r
		WHERE r.id = $2 AND r.page_key = $4 AND r.expires_at > now()
	), who AS (
		SELECT piste.person_now(coalesce((SELECT l.person_id FROM link AS l),
			$1)) AS id
	), said AS (
		-- A submission tells of itself alone: who types somebody's address
		-- learns nothing of what that person once told us.
		SELECT s.fields FROM piste.submission AS s WHERE s.id = $3
		UNION ALL
		SELECT s.fields FROM who AS w
			JOIN piste.lead AS l ON l.person_id = w.id
			JOIN piste.submission AS s ON s.lead_id = l.id
	)
	SELECT 'part', p.key, p.value FROM link AS l
		CROSS JOIN LATERAL jsonb_each_text(l.parts) AS p
	UNION ALL
	SELECT 'person', v.name, v.value FROM who AS w
		JOIN piste.person AS p ON p.id = w.id
		CROSS JOIN LATERAL (VALUES ('first_name', p.first_name),
			('last_name', p.last_name), ('company', p.company))
			AS v (name, value)
	WHERE v.value <> ''
	UNION ALL
	SELECT DISTINCT 'answered', f.key, NULL FROM said AS s
		CROSS JOIN LATERAL jsonb_each(s.fields) AS f
	WHERE f.value NOT IN ('""', 'false', '[]', 'null')
$$;
COMMENT ON FUNCTION piste.recipient_facts(bigint, uuid, uuid, text) IS
	'What a page may say to whom a link names: parts given with it, particulars of the person, and the names (never values) of fields they have answered. Of somebody merged: of those they were merged into.';

CREATE FUNCTION piste.forget_expired() RETURNS bigint
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	WITH draft AS (
		DELETE FROM piste.draft AS d WHERE d.expires_at <= now() RETURNING 1
	), recipient AS (
		DELETE FROM piste.recipient AS r WHERE r.expires_at <= now()
		RETURNING 1
	) SELECT (SELECT count(*) FROM draft) + (SELECT count(*) FROM recipient)
$$;
COMMENT ON FUNCTION piste.forget_expired() IS
	'Removes drafts and recipients whose time is over; how many.';
REVOKE EXECUTE ON FUNCTION piste.recipient_facts(bigint, uuid, uuid, text)
	FROM PUBLIC;
SELECT piste.worker_allow('SELECT ON piste.form_started');

INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('draft', 'lower(t.email) = ANY (($1).emails) OR piste.email_key(t.email) = ANY (($1).email_keys)',
	'DELETE', 'Never a lead, and counted nowhere'),
	('recipient', 't.person_id = ANY (($1).persons)', 'DELETE',
	'Their links show the page''s own words then');
