-- Leads at the console: the inbox and its filters, views that somebody keeps,
-- one lead with all there is, and a seller's board; each by the role that may.

-- Who is at a desk as a seller, and which leads are theirs to see.
CREATE FUNCTION piste.actor_seller(actor piste.actor) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.key
	FROM (SELECT r.definition FROM piste.allocation_rules AS r
			ORDER BY r.version DESC LIMIT 1) AS r
		CROSS JOIN LATERAL jsonb_to_recordset(r.definition->'sellers')
			AS o (key text, email text)
		JOIN piste.seller AS s ON s.key = o.key AND s.is_active
	WHERE lower(o.email) = ($1).who ORDER BY s.id LIMIT 1
$$;
COMMENT ON FUNCTION piste.actor_seller(piste.actor) IS
	'The key of the seller whose e-mail address, in the rules in force, is what that account logs in by; NULL: they are none.';

CREATE FUNCTION piste.actor_scope(actor piste.actor) RETURNS bigint
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN ($1).role <> 'seller' OR NOT EXISTS (
			SELECT FROM piste.seller AS s WHERE s.is_active)
		THEN NULL
		ELSE coalesce((SELECT s.id FROM piste.seller AS s
			WHERE s.key = piste.actor_seller($1)), -1) END
$$;
COMMENT ON FUNCTION piste.actor_scope(piste.actor) IS
	'Whose leads alone an account of the role seller sees: a seller''s id, -1 for nobody''s as the account is no seller of the rules. NULL: all, of the other roles, and where there are no sellers.';
CREATE FUNCTION piste.own_seller(session text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT piste.actor_seller(piste.actor_of($1, 'reader'))
$$;
COMMENT ON FUNCTION piste.own_seller(text) IS
	'Which seller is at that desk; NULL: none.';
REVOKE EXECUTE ON FUNCTION piste.actor_seller(piste.actor),
	piste.actor_scope(piste.actor), piste.own_seller(text) FROM PUBLIC;
SELECT piste.role_allow('reader',
	'EXECUTE ON FUNCTION piste.own_seller(text)');

-- Searching by a part of a name, an address or a company.
CREATE FUNCTION piste.search_text(given text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
	SELECT pg_catalog.lower(piste.without_accents(given))
$$;
COMMENT ON FUNCTION piste.search_text(text) IS
	'As people are searched for: without accents, in lower case.';

CREATE FUNCTION piste.person_words(first_name text, last_name text,
	company text, email text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
	SELECT piste.search_text(left(coalesce($1, ''), 200) || ' '
		|| left(coalesce($2, ''), 200) || ' ' || left(coalesce($3, ''), 200)
		|| ' ' || coalesce($4, ''))
$$;
COMMENT ON FUNCTION piste.person_words(text, text, text, text) IS
	'What a person is searched by; what is found without the address is found with it.';

DO $$
DECLARE
	trgm name := (SELECT n.nspname FROM pg_catalog.pg_extension AS e
		JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
		WHERE e.extname = 'pg_trgm');
BEGIN
	-- Not a partial one: its statistics tell what a word is worth.
	EXECUTE format('CREATE INDEX person_words ON piste.person USING gin'
		' (piste.person_words(first_name, last_name, company, email)'
		' %I.gin_trgm_ops)', trgm);
END $$;
COMMENT ON INDEX piste.person_words IS
	'Who is searched for by a part; its making keeps writers of person waiting, half a minute a million';
CREATE INDEX submission_page ON piste.submission (page_key, lead_id)
	WHERE lead_id IS NOT NULL;
CREATE INDEX submission_campaign ON piste.submission (campaign_key, lead_id)
	WHERE lead_id IS NOT NULL AND campaign_key IS NOT NULL;
-- Of all leads: were it of those that have not given way, a plan made while the
-- table was empty would look for a person's lead among them.
CREATE INDEX lead_stage ON piste.lead (stage, id);
CREATE INDEX lead_theirs ON piste.lead (owner_id, id)
	WHERE owner_id IS NOT NULL AND merged_into IS NULL;
COMMENT ON INDEX piste.lead_theirs IS 'Closed ones, too';

CREATE FUNCTION piste.inbox_patterns(typed text) RETURNS text[]
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT ARRAY(SELECT '%' || regexp_replace(w.word, '([\\%_])', '\\\1', 'g')
		|| '%' FROM regexp_split_to_table(piste.search_text(
			coalesce(typed, '')), '\s+') WITH ORDINALITY AS w (word, n)
		WHERE w.word <> '' ORDER BY w.n LIMIT 8)
$$;
COMMENT ON FUNCTION piste.inbox_patterns(text) IS
	'Each word of what was typed, for LIKE; the first eight.';

CREATE FUNCTION piste.inbox_where(wish jsonb, is_masked boolean,
	words integer) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
	-- Constants alone: what was typed travels as $1, its words as $2.
	SELECT coalesce(string_agg(c.part, ''), '') FROM (
		SELECT f.part FROM (VALUES
			('stage', ' AND l.stage = $1->>''stage'''),
			('grade', CASE wish->>'grade' WHEN 'none'
				THEN ' AND l.grade IS NULL'
				ELSE ' AND l.grade = $1->>''grade''' END),
			('owner', CASE wish->>'owner' WHEN 'none'
				THEN ' AND l.owner_id IS NULL'
				ELSE ' AND l.owner_id = (SELECT s.id FROM piste.seller AS s'
					' WHERE s.key = $1->>''owner'')' END),
			('offer', ' AND l.offer_key = $1->>''offer'''),
			('from', ' AND l.created_at >= ($1->>''from'')::timestamp'
				' AT TIME ZONE ''UTC'''),
			('to', ' AND l.created_at < (($1->>''to'')::timestamp'
				' + interval ''1 day'') AT TIME ZONE ''UTC''')
		) AS f (key, part) WHERE wish ? f.key
		UNION ALL
		-- One submission has them all.
		SELECT ' AND EXISTS (SELECT FROM piste.submission AS s'
			' WHERE s.lead_id = l.id' || string_agg(f.part, '') || ')'
		FROM (VALUES
			('page', ' AND s.page_key = $1->>''page'''),
			('variant', ' AND s.variant_key = $1->>''variant'''),
			('campaign', ' AND s.campaign_key = $1->>''campaign'''),
			('country', ' AND coalesce(s.form_country, s.geo_country)'
				' = $1->>''country'''),
			('outcome', ' AND s.outcome = $1->>''outcome''')
		) AS f (key, part) WHERE wish ? f.key HAVING count(*) > 0
		UNION ALL
		SELECT format(' AND piste.person_words(p.first_name, p.last_name,'
			' p.company, p.email) LIKE $2[%s]', n)
			|| CASE WHEN is_masked THEN format(' AND piste.person_words('
				'p.first_name, p.last_name, p.company, NULL) LIKE $2[%s]', n)
				ELSE '' END
		FROM generate_series(1, words) AS n
	) AS c
$$;
COMMENT ON FUNCTION piste.inbox_where(jsonb, boolean, integer) IS
	'The conditions of a wish, for piste.inbox(): those it names, so that a plan is made for them alone.';
REVOKE EXECUTE ON FUNCTION piste.inbox_where(jsonb, boolean, integer)
	FROM PUBLIC;

CREATE FUNCTION piste.inbox(session text, wish jsonb, edge bigint,
	is_back boolean, rows_max integer)
RETURNS TABLE (id bigint, created_at timestamptz, offer text,
	is_synthetic boolean, stage text, grade text, score integer, owner text,
	owner_name text, person_id bigint, first_name text, last_name text,
	company text, email text, phone text, page text, variant text,
	campaign text, country text, outcome text, source text, medium text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
	is_masked boolean := actor.role = 'reader';
	whose bigint := piste.actor_scope(actor);
	words text[] := piste.inbox_patterns(wish->>'q');
BEGIN
	RETURN QUERY EXECUTE 'SELECT k.id, k.created_at, k.offer_key,
		o.is_synthetic, k.stage, k.grade, k.score, w.key, w.name,
		k.person_id, k.first_name, k.last_name, k.company, '
		|| CASE WHEN is_masked THEN 'piste.address_masked(k.email),
			piste.address_masked(k.phone)' ELSE 'k.email, k.phone' END ||
		', s.page_key, s.variant_key, s.campaign_key,
		coalesce(s.form_country, s.geo_country), s.outcome, s.source,
		s.medium
	FROM (SELECT l.id, l.created_at, l.offer_key, l.stage, l.grade, l.score,
			l.owner_id, l.person_id, p.first_name, p.last_name, p.company,
			p.email, p.phone
		FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id
		WHERE l.merged_into IS NULL AND p.erased_at IS NULL'
		|| piste.inbox_where(wish, is_masked, cardinality(words))
		|| CASE WHEN whose IS NOT NULL THEN ' AND l.owner_id = $3'
			ELSE '' END
		|| CASE WHEN edge IS NULL THEN '' WHEN is_back THEN ' AND l.id > $4'
			ELSE ' AND l.id < $4' END
		|| CASE WHEN is_back THEN ' ORDER BY l.id' ELSE
			' ORDER BY l.id DESC' END || ' LIMIT $5) AS k
		JOIN piste.offer AS o ON o.key = k.offer_key
		LEFT JOIN piste.seller AS w ON w.id = k.owner_id
		LEFT JOIN LATERAL (SELECT s.page_key, s.variant_key, s.campaign_key,
				s.form_country, s.geo_country, s.outcome, s.source, s.medium
			FROM piste.submission AS s WHERE s.lead_id = k.id
			ORDER BY s.seq DESC LIMIT 1) AS s ON true
	ORDER BY k.id DESC'
	USING wish, words, whose, edge, rows_max;
END $$;
COMMENT ON FUNCTION piste.inbox(text, jsonb, bigint, boolean, integer) IS
	'Leads a session may see that are as wished, the latest first: so many before the lead edge, or with is_back those right after it; edge NULL: from the end. What the last submission said goes with each; readers get masked addresses and search by none; who sells sees their own. session NULL: a command.';
SELECT piste.role_allow('reader', 'EXECUTE ON FUNCTION ' || f.name)
FROM unnest(ARRAY['piste.inbox(text, jsonb, bigint, boolean, integer)'])
	AS f (name);

-- Views.
CREATE TABLE piste.app_view (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id bigint NOT NULL REFERENCES piste.app_user (id),
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
	query text NOT NULL CHECK (octet_length(query) <= 2000),
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (user_id, name)
);
COMMENT ON TABLE piste.app_view IS
	'Filters of the inbox that somebody keeps under a name, for themselves.';
COMMENT ON COLUMN piste.app_view.id IS 'By which it is dropped';
COMMENT ON COLUMN piste.app_view.user_id IS 'Whose';
COMMENT ON COLUMN piste.app_view.name IS 'As they call it';
COMMENT ON COLUMN piste.app_view.query IS 'As in the inbox''s address';
COMMENT ON COLUMN piste.app_view.created_at IS 'When it was kept';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('app_view', 'EXISTS (SELECT FROM unnest(($1).emails || ($1).email_keys || ($1).phones) AS k (word) WHERE position(lower(k.word) IN lower(replace(replace(replace(t.query, ''%40'', ''@''), ''%2B'', ''+''), ''%27'', ''''''''))) > 0)',
	'DELETE', 'A view that searches for them finds nobody any more');

CREATE FUNCTION piste.own_views(session text)
RETURNS TABLE (id bigint, name text, query text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT v.id, v.name, v.query FROM piste.app_view AS v
	WHERE v.user_id = (piste.actor_of($1, 'reader')).user_id
	ORDER BY lower(v.name), v.id LIMIT 50
$$;
COMMENT ON FUNCTION piste.own_views(text) IS 'One''s own views, by name.';

CREATE FUNCTION piste.own_view_keep(session text, name text, query text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
	kept bigint;
BEGIN
	-- One after the other, or two would be one too many.
	PERFORM FROM piste.app_user AS u WHERE u.id = actor.user_id
	FOR NO KEY UPDATE;
	INSERT INTO piste.app_view AS v (user_id, name, query)
	VALUES (actor.user_id, $2, $3)
	ON CONFLICT ON CONSTRAINT app_view_user_id_name_key
	DO UPDATE SET query = excluded.query RETURNING v.id INTO kept;
	IF (SELECT count(*) FROM piste.app_view AS v
		WHERE v.user_id = actor.user_id) > 50
	THEN
		RAISE EXCEPTION 'there are 50 views'
			USING ERRCODE = 'unique_violation';
	END IF;
	-- By its number: whoever it is named after, the journal is kept.
	PERFORM piste.audit_write(actor, 'view.keep', 'user ' || actor.who, NULL,
		to_jsonb(kept));
END $$;
COMMENT ON FUNCTION piste.own_view_keep(text, text, text) IS
	'Keeps a view of one''s own, in the place of one of that name; the 51st is refused.';

CREATE FUNCTION piste.own_view_drop(session text, view_id bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
BEGIN
	DELETE FROM piste.app_view AS v
	WHERE v.user_id = actor.user_id AND v.id = $2;
	IF FOUND THEN
		PERFORM piste.audit_write(actor, 'view.drop', 'user ' || actor.who,
			to_jsonb($2), NULL);
	END IF;
END $$;
COMMENT ON FUNCTION piste.own_view_drop(text, bigint) IS
	'Drops a view of one''s own; another''s is left alone.';

-- One lead, and what is done about it.
CREATE FUNCTION piste.lead_stamp(lead bigint) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT concat_ws('.',
		(SELECT max(h.id) FROM piste.lead_history AS h WHERE h.lead_id = $1),
		(SELECT coalesce(max(a.id), 0) FROM piste.allocation AS a
			WHERE a.lead_id = $1 AND a.ended_at IS NULL),
		(SELECT coalesce(max(b.id), 0) FROM piste.bant AS b
			WHERE b.lead_id = $1),
		(SELECT coalesce(floor(extract(epoch FROM max(n.at)) * 1000)::bigint,
			0) FROM piste.next_action AS n WHERE n.lead_id = $1))
$$;
COMMENT ON FUNCTION piste.lead_stamp(bigint) IS
	'Another text whenever its stage, its seller, an answer or the next action is another: a form that was made before is told.';

CREATE FUNCTION piste.lead_desk(session text, lead bigint)
RETURNS TABLE (id bigint, merged_into bigint, person_id bigint,
	first_name text, last_name text, company text, email text, phone text,
	offer text, is_synthetic boolean, stage text, since timestamptz,
	reason text, score integer, grade text, owner text, owner_name text,
	created_at timestamptz, allocation_id bigint, allocation_state text,
	accept_by timestamptz, action text, due_on date, is_late boolean,
	action_by text, wake_on date, stamp text, who text, role text,
	is_mine boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	actor piste.actor := piste.actor_of($1, 'reader');
	is_masked boolean := actor.role = 'reader';
	whose bigint := piste.actor_scope(actor);
	own text := piste.actor_seller(actor);
BEGIN
	RETURN QUERY SELECT l.id, l.merged_into, l.person_id, p.first_name,
		p.last_name, p.company,
		CASE WHEN is_masked THEN piste.address_masked(p.email)
			ELSE p.email END,
		CASE WHEN is_masked THEN piste.address_masked(p.phone)
			ELSE p.phone END,
		l.offer_key, f.is_synthetic, l.stage,
		(SELECT max(h.at) FROM piste.lead_history AS h
			WHERE h.lead_id = l.id),
		l.stage_reason, l.score, l.grade, s.key, s.name, l.created_at, a.id,
		(SELECT t.state FROM piste.seller_state(a.id) AS t), a.accept_by,
		CASE WHEN NOT is_masked THEN n.action END, n.due_on,
		n.due_on < current_date, n.author, w.wake_on,
		piste.lead_stamp(l.id), coalesce(own, actor.who),
		CASE WHEN own IS NOT NULL OR actor.role = 'seller' THEN 'seller'
			WHEN actor.role = 'marketer' THEN 'marketer'
			ELSE 'operator' END,
		coalesce(s.key = own, false)
	FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id
		JOIN piste.offer AS f ON f.key = l.offer_key
		LEFT JOIN piste.seller AS s ON s.id = l.owner_id
		LEFT JOIN piste.allocation AS a ON a.lead_id = l.id
			AND a.ended_at IS NULL
		LEFT JOIN piste.next_action AS n ON n.lead_id = l.id
		LEFT JOIN piste.lead_wake AS w ON w.lead_id = l.id
			AND l.stage = 'nurturing'
	WHERE l.id = $2 AND p.erased_at IS NULL
		AND (whose IS NULL OR l.owner_id = whose);
END $$;
COMMENT ON FUNCTION piste.lead_desk(text, bigint) IS
	'A lead as a session sees it, no row if it may not; who and role: by what name and as what they act upon it.';

CREATE UNLOGGED TABLE piste.desk_hold (
	lead_id bigint PRIMARY KEY REFERENCES piste.lead (id) ON DELETE CASCADE,
	xid xid8 NOT NULL
);
COMMENT ON TABLE piste.desk_hold IS
	'Which transaction last held a lead for a session, by piste.lead_desk_hold(); worth nothing once that is over';
COMMENT ON COLUMN piste.desk_hold.lead_id IS 'The lead';
COMMENT ON COLUMN piste.desk_hold.xid IS 'The transaction';
INSERT INTO piste.held (place, whose, emptied, why) VALUES
	('desk_hold', 't.lead_id = ANY (($1).leads)', 'DELETE',
	'Nobody is at work on it');

CREATE FUNCTION piste.lead_desk_held(lead bigint) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- Whoever's rights the caller runs with, this is who asked.
	invoker name := CASE current_setting('role') WHEN 'none'
		THEN session_user ELSE current_setting('role')::name END;
BEGIN
	IF (SELECT bool_or(pg_has_role(invoker, r.name::name, 'MEMBER'))
			FROM unnest(ARRAY['piste_seller', 'piste_marketer',
				'piste_administrator']) AS r (name))
		AND NOT pg_has_role(invoker, (SELECT n.nspowner
			FROM pg_namespace AS n WHERE n.nspname = 'piste'), 'MEMBER')
		AND NOT EXISTS (SELECT FROM piste.desk_hold AS h
			WHERE h.lead_id = $1 AND h.xid = pg_current_xact_id())
	THEN
		RAISE EXCEPTION '% does nothing to lead % without a session',
			invoker, $1 USING ERRCODE = 'insufficient_privilege';
	END IF;
END $$;
COMMENT ON FUNCTION piste.lead_desk_held(bigint) IS
	'Fails when a console''s role asks for what is done to a lead in a transaction that has not held it by piste.lead_desk_hold().';
REVOKE EXECUTE ON FUNCTION piste.lead_desk_held(bigint) FROM PUBLIC;

CREATE FUNCTION piste.lead_desk_hold(session text, lead bigint, stamp text)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of($1, 'seller');
	l piste.lead := piste.lead_hold($2, 'disqualified');
BEGIN
	-- Asked behind the lock: what was waited for may have changed it.
	IF l.id IS NULL OR l.merged_into IS NOT NULL
		OR NOT EXISTS (SELECT FROM piste.lead_desk($1, $2))
	THEN
		RETURN 'absent';
	ELSIF piste.lead_stamp($2) <> $3 THEN
		RETURN 'stale';
	END IF;
	INSERT INTO piste.desk_hold (lead_id, xid)
	VALUES ($2, pg_current_xact_id())
	ON CONFLICT ON CONSTRAINT desk_hold_pkey DO UPDATE SET xid = excluded.xid;
	RETURN 'held';
END $$;
COMMENT ON FUNCTION piste.lead_desk_hold(text, bigint, text) IS
	'Keeps a lead as it is until commit for a session that may act upon it: held; stale if it is not as its stamp says; absent if there is none that they see.';

CREATE FUNCTION piste.lead_desk_score(session text, lead bigint,
	fields text[], since timestamptz, until timestamptz,
	OUT of_lead bigint, OUT score integer, OUT grade text, OUT stage text,
	OUT is_above boolean, OUT timing bigint, OUT happened json)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.lead, r.score, r.grade, r.stage, r.is_above, r.timing,
		r.happened
	FROM piste.lead_desk($1, $2) AS d
		CROSS JOIN LATERAL piste.score_read(d.person_id - 1, d.person_id, $3,
			$4, $5, true) AS r
	WHERE r.lead = d.id
$$;
COMMENT ON FUNCTION piste.lead_desk_score(text, bigint, text[], timestamptz,
	timestamptz) IS
	'What a lead that a session sees is scored from, as piste.score_read() has it.';

CREATE FUNCTION piste.lead_story(session text, lead bigint, rows_max integer)
RETURNS TABLE (at timestamptz, what text, subject text, detail text,
	reason text, words text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	is_masked boolean :=
		(piste.actor_of($1, 'reader')).role = 'reader';
	whom bigint := (SELECT d.person_id FROM piste.lead_desk($1, $2) AS d);
BEGIN
	RETURN QUERY SELECT f.at, f.what, f.subject, f.detail, f.reason,
		CASE WHEN NOT is_masked THEN f.words END
	FROM (
		(SELECT s.received_at AS at, 'submission' AS what,
			concat_ws(' / ', s.page_key, s.variant_key) AS subject,
			s.via AS detail, NULL AS reason, NULL AS words
		FROM piste.submission AS s WHERE s.lead_id = $2
		ORDER BY s.seq DESC LIMIT $3)
		UNION ALL (SELECT c.given_at, c.what,
			concat_ws(' · ', c.purpose, c.channel, c.recipient), c.via, NULL,
			NULL
		FROM piste.consent AS c WHERE c.person_id = whom
		ORDER BY c.seq DESC LIMIT $3)
		UNION ALL (SELECT h.at, 'stage', h.to_stage, h.actor, h.reason,
			h.note
		FROM piste.lead_history AS h WHERE h.lead_id = $2
		ORDER BY h.id DESC LIMIT $3)
		UNION ALL (SELECT a.at, 'allotted', s.name, a.actor, NULL, a.reason
		FROM piste.allocation AS a JOIN piste.seller AS s
			ON s.id = a.seller_id
		WHERE a.lead_id = $2 ORDER BY a.id DESC LIMIT $3)
		UNION ALL (SELECT a.ended_at, a.outcome, s.name, s.key, NULL, a.why
		FROM piste.allocation AS a JOIN piste.seller AS s
			ON s.id = a.seller_id
		WHERE a.lead_id = $2 AND a.ended_at IS NOT NULL
		ORDER BY a.id DESC LIMIT $3)
		UNION ALL (SELECT u.at, CASE WHEN u.is_contact THEN 'contact'
			ELSE 'note' END, NULL, u.author, NULL, u.note
		FROM piste.follow_up AS u WHERE u.lead_id = $2
		ORDER BY u.id DESC LIMIT $3)
		UNION ALL (SELECT b.at, 'bant', b.topic, b.author, NULL,
			concat_ws(' · ', b.value, b.note)
		FROM piste.bant AS b WHERE b.lead_id = $2
		ORDER BY b.id DESC LIMIT $3)
		UNION ALL (SELECT m.begun_at, 'mail', coalesce(t.subject, o.kind),
			m.state, CASE WHEN m.state = 'dropped' OR NOT is_masked
				THEN m.reason END, NULL
		FROM piste.submission AS s JOIN piste.mail AS m
				ON m.submission_id = s.id
			JOIN piste.outbox AS o ON o.id = m.outbox_id
			LEFT JOIN piste.letter AS t ON t.outbox_id = m.outbox_id
		WHERE s.lead_id = $2 ORDER BY m.begun_at DESC LIMIT $3)
		UNION ALL (SELECT m.begun_at, 'mail', t.subject, m.state,
			CASE WHEN m.state = 'dropped' OR NOT is_masked
				THEN m.reason END, NULL
		FROM piste.letter AS t JOIN piste.mail AS m
			ON m.outbox_id = t.outbox_id
		WHERE t.person_id = whom ORDER BY m.begun_at DESC LIMIT $3)
	) AS f WHERE whom IS NOT NULL ORDER BY f.at DESC LIMIT $3;
END $$;
COMMENT ON FUNCTION piste.lead_story(text, bigint, integer) IS
	'What happened with a lead that a session sees, the latest first: forms sent, words on consent, stages, sellers it was given to and who did not take it, contacts, notes, answers, mails. Nobody''s own words for a reader, nor a mail server''s, which name addresses.';

CREATE FUNCTION piste.board(session text, seller text, rows_max integer)
RETURNS TABLE (id bigint, stage text, first_name text, last_name text,
	company text, offer text, grade text, score integer, action text,
	due_on date, is_late boolean, allocation_state text,
	accept_by timestamptz, contact_by timestamptz, stamp text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	actor piste.actor := piste.actor_of($1, 'seller');
	whose bigint := coalesce(piste.actor_scope(actor),
		(SELECT s.id FROM piste.seller AS s WHERE s.key = $2));
BEGIN
	RETURN QUERY SELECT b.id, b.stage, b.first_name, b.last_name, b.company,
		b.offer_key, b.grade, b.score, b.action, b.due_on, b.is_late,
		(SELECT t.state FROM piste.seller_state(b.allocation_id) AS t),
		b.accept_by, b.due_at, piste.lead_stamp(b.id)
	FROM (SELECT l.id, l.stage, p.first_name, p.last_name, p.company,
			l.offer_key, l.grade, l.score, n.action, n.due_on,
			a.id AS allocation_id,
			CASE WHEN a.accepted_at IS NULL THEN a.accept_by END AS accept_by,
			w.due_at, coalesce(w.due_at < now() OR n.due_on < current_date,
				false) AS is_late,
			row_number() OVER (PARTITION BY l.stage ORDER BY coalesce(
				w.due_at < now() OR n.due_on < current_date, false) DESC,
				least(w.due_at, n.due_on::timestamptz), l.id DESC) AS nth
		FROM piste.lead AS l JOIN piste.person AS p ON p.id = l.person_id
			LEFT JOIN piste.allocation AS a ON a.lead_id = l.id
				AND a.ended_at IS NULL
			LEFT JOIN piste.next_action AS n ON n.lead_id = l.id
			LEFT JOIN piste.waiting AS w ON w.allocation_id = a.id
				AND w.ended_at IS NULL
		WHERE l.owner_id = whose AND l.is_open AND l.merged_into IS NULL
			AND p.erased_at IS NULL) AS b
	WHERE b.nth <= $3 ORDER BY b.stage, b.nth;
END $$;
COMMENT ON FUNCTION piste.board(text, text, integer) IS
	'Open leads of a seller by stage, so many of each: late ones first, then by what is due. A seller''s session has their own, whoever is named.';

SELECT piste.role_allow('reader', 'EXECUTE ON FUNCTION ' || f.name)
FROM unnest(ARRAY['piste.own_views(text)',
	'piste.own_view_keep(text, text, text)',
	'piste.own_view_drop(text, bigint)', 'piste.lead_desk(text, bigint)',
	'piste.lead_story(text, bigint, integer)']) AS f (name);
SELECT piste.role_allow('seller', 'EXECUTE ON FUNCTION ' || f.name)
FROM unnest(ARRAY['piste.board(text, text, integer)',
	'piste.lead_desk_hold(text, bigint, text)',
	'piste.lead_desk_score(text, bigint, text[], timestamptz, timestamptz)'])
	AS f (name);
REVOKE EXECUTE ON FUNCTION
	piste.inbox(text, jsonb, bigint, boolean, integer),
	piste.own_views(text), piste.own_view_keep(text, text, text),
	piste.own_view_drop(text, bigint), piste.lead_desk(text, bigint),
	piste.lead_desk_hold(text, bigint, text),
	piste.lead_desk_score(text, bigint, text[], timestamptz, timestamptz),
	piste.lead_story(text, bigint, integer),
	piste.board(text, text, integer) FROM PUBLIC;

-- What commands do about a lead is done at a desk by the same statements,
-- behind piste.lead_desk_hold(): by functions with the owner's rights, and by
-- rows that the roles may add.
ALTER FUNCTION piste.lead_hold(bigint, text) SECURITY DEFINER;
ALTER FUNCTION piste.bant_take(bigint, text) SECURITY DEFINER;
ALTER FUNCTION piste.allocation_hand(bigint, text, text, text)
	SECURITY DEFINER;
REVOKE EXECUTE ON FUNCTION piste.lead_hold(bigint, text),
	piste.bant_take(bigint, text),
	piste.allocation_hand(bigint, text, text, text) FROM PUBLIC;
-- What these functions do for a console's role they do behind a session's hold
-- of that lead alone: whoever has the role without a session moves nothing.
SELECT piste.function_change(c.signature, c.before,
	'PERFORM piste.lead_desk_held(' || c.lead || ');' || E'\n\t' || c.before)
FROM (VALUES
	('piste.lead_move(bigint, text, text, text, text, text)', 'lead',
		'l := piste.lead_hold(lead, to_stage);'),
	('piste.lead_contact(bigint, text, boolean, text)', 'lead',
		'PERFORM FROM piste.lead AS l WHERE l.id = lead FOR NO KEY UPDATE;'),
	('piste.bant_take(bigint, text)', '$1',
		'PERFORM piste.allocation_keep('),
	('piste.allocation_hand(bigint, text, text, text)', '$1',
		'SELECT o.id, o.person_id, o.offer_key, o.stage,'),
	('piste.seller_act(bigint, text, text)',
		'(SELECT a.lead_id FROM piste.allocation AS a WHERE a.id = $1)',
		'PERFORM FROM piste.lead AS l JOIN piste.allocation AS a')
) AS c (signature, lead, before);
SELECT count(piste.role_allow(r.role, r.what)) FROM (VALUES
	('seller', 'INSERT ON piste.bant'),
	('seller', 'INSERT, UPDATE ON piste.next_action'),
	('seller', 'SELECT, INSERT, UPDATE, DELETE ON piste.lead_wake'),
	('seller', 'SELECT ON piste.overflow'),
	('seller', 'EXECUTE ON FUNCTION piste.lead_move(bigint, text, text, text, text, text), piste.lead_hold(bigint, text), piste.bant_take(bigint, text), piste.lead_contact(bigint, text, boolean, text), piste.seller_act(bigint, text, text)'),
	('marketer', 'EXECUTE ON FUNCTION piste.allocation_hand(bigint, text, text, text)')
	) AS r (role, what);
