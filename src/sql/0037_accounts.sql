-- The console: who works there, who is logged in, what they changed, and the
-- roles of the database that hold them to what they may.

-- Roles.  They are the cluster's, and what they are granted is this
-- database's: so nothing is granted from role to role, but to each that may.
CREATE TABLE piste.role_right (
	role text NOT NULL CHECK (role IN ('console', 'reader', 'seller',
		'marketer', 'administrator')),
	what text NOT NULL,
	PRIMARY KEY (role, what)
);
COMMENT ON TABLE piste.role_right IS
	'What the console''s roles are granted: so that a role made later gets the same. Written by piste.role_allow().';
COMMENT ON COLUMN piste.role_right.role IS
	'console: nobody yet, may log somebody in; or app_user.role. The database''s is called piste_ and that';
COMMENT ON COLUMN piste.role_right.what IS 'As in GRANT … TO';

CREATE FUNCTION piste.role_allow(lowest text, what text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ranks CONSTANT text[] := '{reader,seller,marketer,administrator}';
	r text;
BEGIN
	FOREACH r IN ARRAY CASE lowest WHEN 'console' THEN '{console}'
		ELSE ranks[array_position(ranks, lowest):] END
	LOOP
		INSERT INTO piste.role_right AS t (role, what) VALUES (r, $2)
		ON CONFLICT DO NOTHING;
		IF to_regrole('piste_' || r) IS NOT NULL THEN
			EXECUTE format('GRANT %s TO %I', $2, 'piste_' || r);
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.role_allow(text, text) IS
	'For migrations: what that role, and each above it, needs of a new table or function, such as SELECT ON piste.thing. console is apart from them all.';

CREATE FUNCTION piste.console_roles() RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	r text;
	is_ready boolean := true;
BEGIN
	FOREACH r IN ARRAY '{piste_console,piste_reader,piste_seller,piste_marketer,piste_administrator}'::text[]
	LOOP
		-- Another database's migration may be making it now.
		BEGIN
			IF to_regrole(r) IS NULL THEN
				EXECUTE format('CREATE ROLE %I NOLOGIN', r);
			END IF;
			IF NOT pg_has_role(r, 'MEMBER') THEN
				EXECUTE format('GRANT %I TO %I', r, current_user);
			END IF;
		EXCEPTION
			WHEN duplicate_object OR unique_violation THEN
				NULL;
			WHEN insufficient_privilege THEN
				RAISE NOTICE '% may not make or take the role %: the console stays closed',
					current_user, r;
		END;
		is_ready := is_ready AND to_regrole(r) IS NOT NULL
			AND pg_has_role(r, 'MEMBER');
	END LOOP;
	FOR r IN SELECT format('GRANT %s TO %I', t.what, 'piste_' || t.role)
		FROM piste.role_right AS t
		WHERE to_regrole('piste_' || t.role) IS NOT NULL
	LOOP
		EXECUTE r;
	END LOOP;
	RETURN CASE WHEN is_ready THEN 'ready' ELSE 'absent' END;
END $$;
COMMENT ON FUNCTION piste.console_roles() IS
	'Makes the console''s roles if they are missing and this user may, and grants them what they need: ready or absent. Safe to repeat.';

-- Who works here.
CREATE TABLE piste.app_user (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	login text NOT NULL UNIQUE CHECK (octet_length(login) BETWEEN 3 AND 254),
	name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
	role text NOT NULL CHECK (role IN ('reader', 'seller', 'marketer',
		'administrator')),
	lang text NOT NULL CHECK (lang IN ('fr', 'en')),
	password text CHECK (octet_length(password) <= 128),
	password_at timestamptz,
	second bytea CHECK (octet_length(second) <= 128),
	second_at timestamptz,
	second_step bigint NOT NULL DEFAULT 0,
	disabled_at timestamptz,
	seen_at timestamptz,
	created_at timestamptz NOT NULL DEFAULT now(),
	CHECK (second_at IS NULL OR second IS NOT NULL)
);
COMMENT ON TABLE piste.app_user IS
	'Who has an account at the console. Written by the functions piste.user_… and piste.own_… alone.';
COMMENT ON COLUMN piste.app_user.id IS 'As journal and sessions name it';
COMMENT ON COLUMN piste.app_user.login IS
	'Their e-mail address, in lower case';
COMMENT ON COLUMN piste.app_user.name IS 'As colleagues call them';
COMMENT ON COLUMN piste.app_user.role IS
	'What they may: reader, seller, marketer or administrator';
COMMENT ON COLUMN piste.app_user.lang IS 'fr or en';
COMMENT ON COLUMN piste.app_user.password IS
	'Argon2id''s text; NULL: none yet, one is set by a link';
COMMENT ON COLUMN piste.app_user.password_at IS 'When it was set';
COMMENT ON COLUMN piste.app_user.second IS
	'Secret of the one-time codes, sealed by the key of piste serve';
COMMENT ON COLUMN piste.app_user.second_at IS
	'Since when a code is asked for; NULL: it is not';
COMMENT ON COLUMN piste.app_user.second_step IS
	'Thirty seconds whose code was used last: none is taken twice';
COMMENT ON COLUMN piste.app_user.disabled_at IS
	'May not log in since; NULL: may';
COMMENT ON COLUMN piste.app_user.seen_at IS 'Last login';
COMMENT ON COLUMN piste.app_user.created_at IS 'When it was made';

CREATE TABLE piste.recovery_code (
	user_id bigint NOT NULL REFERENCES piste.app_user (id),
	hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
	PRIMARY KEY (user_id, hash)
);
COMMENT ON TABLE piste.recovery_code IS
	'Each is good once in place of a one-time code, and goes then';
COMMENT ON COLUMN piste.recovery_code.user_id IS 'Whose';
COMMENT ON COLUMN piste.recovery_code.hash IS 'Its SHA-256';

CREATE TABLE piste.session (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
	user_id bigint NOT NULL REFERENCES piste.app_user (id),
	is_whole boolean NOT NULL,
	tries integer NOT NULL DEFAULT 0,
	begun_at timestamptz NOT NULL DEFAULT now(),
	seen_at timestamptz NOT NULL DEFAULT now(),
	place text NOT NULL CHECK (octet_length(place) <= 64),
	agent text NOT NULL CHECK (octet_length(agent) <= 200)
);
CREATE INDEX session_user_id ON piste.session (user_id);
COMMENT ON TABLE piste.session IS
	'Who is logged in. A session that is over has no row.';
COMMENT ON COLUMN piste.session.id IS 'By which its owner names it';
COMMENT ON COLUMN piste.session.hash IS
	'SHA-256 of the 256 bits that the cookie holds';
COMMENT ON COLUMN piste.session.user_id IS 'Whose';
COMMENT ON COLUMN piste.session.is_whole IS
	'false: the password was right, the one-time code is awaited';
COMMENT ON COLUMN piste.session.tries IS 'Wrong codes so far';
COMMENT ON COLUMN piste.session.begun_at IS 'With the login';
COMMENT ON COLUMN piste.session.seen_at IS 'Last request, to the minute';
COMMENT ON COLUMN piste.session.place IS 'Network it was begun from';
COMMENT ON COLUMN piste.session.agent IS 'What the browser called itself';

CREATE TABLE piste.password_reset (
	name text PRIMARY KEY CHECK (octet_length(name) BETWEEN 20 AND 64),
	user_id bigint NOT NULL REFERENCES piste.app_user (id),
	until timestamptz NOT NULL
);
CREATE INDEX password_reset_user ON piste.password_reset (user_id);
COMMENT ON TABLE piste.password_reset IS
	'A link by which somebody may set a password, once';
COMMENT ON COLUMN piste.password_reset.name IS
	'By chance. The link has it sealed by a key that is not in the database';
COMMENT ON COLUMN piste.password_reset.user_id IS 'Whose password';
COMMENT ON COLUMN piste.password_reset.until IS 'Good until then';

CREATE TABLE piste.attempt (
	key text PRIMARY KEY CHECK (octet_length(key) <= 64),
	n integer NOT NULL,
	until timestamptz NOT NULL
);
CREATE INDEX attempt_until ON piste.attempt (until);
COMMENT ON TABLE piste.attempt IS
	'How often it was tried to log in: by account, by network, by both. See account/throttle.h';
COMMENT ON COLUMN piste.attempt.key IS
	'What is counted, by a keyed hash: of no use to who reads it';
COMMENT ON COLUMN piste.attempt.n IS 'So often';
COMMENT ON COLUMN piste.attempt.until IS 'Forgotten then';

-- The journal.
CREATE TABLE piste.audit (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	user_id bigint REFERENCES piste.app_user (id),
	who text NOT NULL CHECK (octet_length(who) BETWEEN 1 AND 254),
	role text NOT NULL CHECK (octet_length(role) <= 64),
	what text NOT NULL CHECK (what ~ '^[a-z]+(\.[a-z-]+)*$'
		AND octet_length(what) <= 64),
	subject text NOT NULL CHECK (octet_length(subject) <= 400),
	was jsonb,
	became jsonb
);
CREATE INDEX audit_subject ON piste.audit (subject, id);
CREATE INDEX audit_who ON piste.audit (who, id);
COMMENT ON TABLE piste.audit IS
	'Every change made at the console, and of accounts by whatever road. Rows are added by functions alone and never changed.';
COMMENT ON COLUMN piste.audit.id IS 'Order';
COMMENT ON COLUMN piste.audit.at IS 'When';
COMMENT ON COLUMN piste.audit.user_id IS 'Who; NULL: a command';
COMMENT ON COLUMN piste.audit.who IS 'Their login then; command; or nobody';
COMMENT ON COLUMN piste.audit.role IS 'Their role then';
COMMENT ON COLUMN piste.audit.what IS 'What was done, such as user.disable';
COMMENT ON COLUMN piste.audit.subject IS 'To what, such as person 12';
COMMENT ON COLUMN piste.audit.was IS 'What was; NULL: nothing';
COMMENT ON COLUMN piste.audit.became IS 'What is; NULL: nothing';
CREATE TRIGGER kept_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON piste.audit
	FOR EACH STATEMENT EXECUTE FUNCTION piste.kept_guard();

CREATE TYPE piste.actor AS (user_id bigint, who text, role text);
COMMENT ON TYPE piste.actor IS 'On whose word something is done, as audit has it';

CREATE FUNCTION piste.actor_of(session text, lowest text) RETURNS piste.actor
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ranks CONSTANT text[] := '{reader,seller,marketer,administrator}';
	found_one piste.actor;
BEGIN
	IF session IS NULL THEN
		-- Who has become one of the console's roles is never a command, nor
		-- is a login that has no more than they have.
		IF current_setting('role') <> 'none'
			OR NOT pg_has_role(session_user, current_user, 'MEMBER')
		THEN
			RAISE EXCEPTION 'no session'
				USING ERRCODE = 'insufficient_privilege';
		END IF;
		RETURN ROW(NULL, 'command', 'command')::piste.actor;
	END IF;
	SELECT u.id, u.login, u.role INTO found_one
	FROM piste.session AS s JOIN piste.app_user AS u ON u.id = s.user_id
	WHERE s.hash = session AND s.is_whole AND u.disabled_at IS NULL
		AND array_position(ranks, u.role) >= array_position(ranks, lowest);
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no session of that role'
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN found_one;
END $$;
COMMENT ON FUNCTION piste.actor_of(text, text) IS
	'Whose session that is (its hash), who is at least that; NULL: a command''s, which has no role of the console''s. Refused otherwise.';

CREATE FUNCTION piste.audit_write(actor piste.actor, what text, subject text,
	was jsonb, became jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.audit AS a (user_id, who, role, what, subject, was,
		became)
	VALUES (($1).user_id, ($1).who, ($1).role, $2, $3, $4, $5)
$$;
COMMENT ON FUNCTION piste.audit_write(piste.actor, text, text, jsonb, jsonb) IS
	'Adds a row to the journal, for functions that know on whose word.';

CREATE FUNCTION piste.audit_append(session text, what text, subject text,
	was jsonb, became jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT piste.audit_write(piste.actor_of($1, 'reader'), $2, $3, $4, $5)
$$;
COMMENT ON FUNCTION piste.audit_append(text, text, text, jsonb, jsonb) IS
	'Adds a row to the journal, for the desk that this session is at; NULL: for a command.';

CREATE FUNCTION piste.audit_list(session text, after bigint, from_at
	timestamptz, to_at timestamptz, who_is text, subject_is text,
	count_max integer)
RETURNS TABLE (id bigint, at timestamptz, who text, role text, what text,
	subject text, was jsonb, became jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.actor_of(session, 'administrator');
	RETURN QUERY SELECT a.id, a.at, a.who, a.role, a.what, a.subject, a.was,
		a.became
	FROM piste.audit AS a
	WHERE (after IS NULL OR a.id < after) AND (from_at IS NULL OR a.at >= from_at)
		AND (to_at IS NULL OR a.at < to_at)
		AND (who_is IS NULL OR a.who = who_is)
		AND (subject_is IS NULL OR a.subject = subject_is)
	ORDER BY a.id DESC LIMIT count_max;
END $$;
COMMENT ON FUNCTION piste.audit_list(text, bigint, timestamptz, timestamptz,
	text, text, integer) IS
	'The journal, newest first, before the row after, for an administrator''s session or a command.';

-- Accounts, on an administrator's word or a command's.
CREATE FUNCTION piste.user_add(session text, login text, name text, role text,
	lang text, password text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'administrator');
	made bigint;
BEGIN
	INSERT INTO piste.app_user AS u (login, name, role, lang, password,
		password_at)
	VALUES ($2, $3, $4, $5, $6, CASE WHEN $6 IS NOT NULL THEN now() END)
	RETURNING u.id INTO made;
	PERFORM piste.audit_write(actor, 'user.add', 'user ' || login, NULL,
		jsonb_build_object('name', name, 'role', role, 'lang', lang));
	RETURN made;
END $$;
COMMENT ON FUNCTION piste.user_add(text, text, text, text, text, text) IS
	'Makes an account; password is hashed, NULL for none yet.';

CREATE FUNCTION piste.user_first(login text, name text, lang text,
	password text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	LOCK TABLE piste.app_user IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT FROM piste.app_user) THEN
		RETURN false;
	END IF;
	PERFORM piste.user_add(NULL, $1, $2, 'administrator', $3, $4);
	RETURN true;
END $$;
COMMENT ON FUNCTION piste.user_first(text, text, text, text) IS
	'Makes an administrator where nobody has an account: was it so?';

CREATE FUNCTION piste.user_hold(login text) RETURNS piste.app_user
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	u piste.app_user;
BEGIN
	-- Two administrators must not take the right from each other at once.
	PERFORM pg_advisory_xact_lock(hashtextextended('piste.app_user', 0));
	SELECT (t).* INTO u FROM piste.app_user AS t WHERE t.login = $1
	FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no such account'
			USING ERRCODE = 'foreign_key_violation';
	END IF;
	RETURN u;
END $$;
COMMENT ON FUNCTION piste.user_hold(text) IS
	'An account, locked; whoever changes one waits for the other.';

CREATE FUNCTION piste.user_guard() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM piste.app_user AS u
		WHERE u.role = 'administrator' AND u.disabled_at IS NULL)
	THEN
		RAISE EXCEPTION 'somebody has to be administrator'
			USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.user_guard() IS
	'Keeps the last administrator.';
CREATE TRIGGER user_guard AFTER UPDATE ON piste.app_user FOR EACH ROW
	WHEN (OLD.role = 'administrator' AND OLD.disabled_at IS NULL
		AND (NEW.role <> 'administrator' OR NEW.disabled_at IS NOT NULL))
	EXECUTE FUNCTION piste.user_guard();

CREATE FUNCTION piste.user_set_role(session text, login text, role text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'administrator');
	u piste.app_user := piste.user_hold(login);
BEGIN
	IF u.role = $3 THEN
		RETURN;
	END IF;
	UPDATE piste.app_user AS t SET role = $3 WHERE t.id = u.id;
	DELETE FROM piste.session AS s WHERE s.user_id = u.id
		AND s.hash IS DISTINCT FROM $1;
	PERFORM piste.audit_write(actor, 'user.role', 'user ' || $2,
		to_jsonb(u.role), to_jsonb($3));
END $$;
COMMENT ON FUNCTION piste.user_set_role(text, text, text) IS
	'Gives somebody another role, and has them log in again.';

CREATE FUNCTION piste.user_disable(session text, login text,
	is_disabled boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'administrator');
	u piste.app_user := piste.user_hold(login);
BEGIN
	IF (u.disabled_at IS NOT NULL) = $3 THEN
		RETURN;
	END IF;
	UPDATE piste.app_user AS t SET disabled_at = CASE WHEN $3 THEN now() END
	WHERE t.id = u.id;
	DELETE FROM piste.session AS s WHERE s.user_id = u.id;
	DELETE FROM piste.password_reset AS r WHERE r.user_id = u.id;
	PERFORM piste.audit_write(actor, CASE WHEN $3 THEN 'user.disable'
		ELSE 'user.enable' END, 'user ' || $2, NULL, NULL);
END $$;
COMMENT ON FUNCTION piste.user_disable(text, text, boolean) IS
	'Closes an account, and logs it out; or opens it again.';

CREATE FUNCTION piste.user_set_password(session text, login text,
	password text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'administrator');
	u piste.app_user := piste.user_hold(login);
BEGIN
	UPDATE piste.app_user AS t SET password = $3, password_at = now()
	WHERE t.id = u.id;
	DELETE FROM piste.session AS s WHERE s.user_id = u.id;
	DELETE FROM piste.password_reset AS r WHERE r.user_id = u.id;
	PERFORM piste.audit_write(actor, 'user.password', 'user ' || $2, NULL, NULL);
END $$;
COMMENT ON FUNCTION piste.user_set_password(text, text, text) IS
	'Another''s password, hashed; they are logged out.';

CREATE FUNCTION piste.user_drop_second(session text, login text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'administrator');
	u piste.app_user := piste.user_hold(login);
BEGIN
	UPDATE piste.app_user AS t SET second = NULL, second_at = NULL
	WHERE t.id = u.id;
	DELETE FROM piste.recovery_code AS c WHERE c.user_id = u.id;
	DELETE FROM piste.session AS s WHERE s.user_id = u.id
		AND s.hash IS DISTINCT FROM $1;
	PERFORM piste.audit_write(actor, 'user.second-off', 'user ' || $2, NULL,
		NULL);
END $$;
COMMENT ON FUNCTION piste.user_drop_second(text, text) IS
	'For who has lost the device their codes come from.';

CREATE FUNCTION piste.user_list(session text, count_max integer)
RETURNS TABLE (login text, name text, role text, lang text,
	is_disabled boolean, has_password boolean, has_second boolean,
	seen_at timestamptz, created_at timestamptz, sessions bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM piste.actor_of(session, 'administrator');
	RETURN QUERY SELECT u.login, u.name, u.role, u.lang,
		u.disabled_at IS NOT NULL, u.password IS NOT NULL,
		u.second_at IS NOT NULL, u.seen_at, u.created_at,
		(SELECT count(*) FROM piste.session AS s
			WHERE s.user_id = u.id AND s.is_whole)
	FROM piste.app_user AS u ORDER BY u.login LIMIT count_max;
END $$;
COMMENT ON FUNCTION piste.user_list(text, integer) IS
	'All accounts, for an administrator''s session or a command.';

-- Logging in.
CREATE FUNCTION piste.attempt_take(keys text[], limits integer[],
	span interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	is_within boolean := true;
	n integer;
	i integer;
BEGIN
	DELETE FROM piste.attempt AS a WHERE a.key IN (SELECT o.key
		FROM piste.attempt AS o WHERE o.until < clock_timestamp()
		ORDER BY o.until LIMIT 100 FOR UPDATE SKIP LOCKED);
	-- In one order, so that two of them never wait for each other.
	FOR i IN SELECT o FROM generate_subscripts(keys, 1) AS o ORDER BY keys[o]
	LOOP
		INSERT INTO piste.attempt AS a (key, n, until)
		VALUES (keys[i], 1, clock_timestamp() + span)
		ON CONFLICT (key) DO UPDATE SET
			n = CASE WHEN a.until < clock_timestamp() THEN 1
				ELSE least(a.n + 1, 1000000) END,
			until = CASE WHEN a.until < clock_timestamp()
				THEN excluded.until ELSE a.until END
		RETURNING a.n INTO n;
		is_within := is_within AND n <= limits[i];
	END LOOP;
	RETURN is_within;
END $$;
COMMENT ON FUNCTION piste.attempt_take(text[], integer[], interval) IS
	'Counts one more by each key: within all of the limits of that span?';

CREATE FUNCTION piste.attempt_give_back(keys text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE piste.attempt AS a SET n = greatest(a.n - 1, 0)
	WHERE a.key IN (SELECT o.key FROM piste.attempt AS o
		WHERE o.key = ANY ($1) ORDER BY o.key FOR UPDATE)
$$;
COMMENT ON FUNCTION piste.attempt_give_back(text[]) IS
	'It was right: not to be counted.';

CREATE FUNCTION piste.login_find(login text)
RETURNS TABLE (id bigint, password text, has_second boolean)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT u.id, u.password, u.second_at IS NOT NULL FROM piste.app_user AS u
	WHERE u.login = $1 AND u.disabled_at IS NULL AND u.password IS NOT NULL
$$;
COMMENT ON FUNCTION piste.login_find(text) IS
	'Who may log in by that name, and what their password is held against.';

CREATE FUNCTION piste.session_begin(user_id bigint, hash text, was text,
	is_whole boolean, place text, agent text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	u piste.app_user;
BEGIN
	SELECT (t).* INTO STRICT u FROM piste.app_user AS t
	WHERE t.id = $1 AND t.disabled_at IS NULL FOR NO KEY UPDATE;
	DELETE FROM piste.session AS s WHERE s.hash = $3
		OR s.id IN (SELECT o.id FROM piste.session AS o
			WHERE o.seen_at < now() - interval '1 day'
			LIMIT 100 FOR UPDATE SKIP LOCKED);
	INSERT INTO piste.session AS s (hash, user_id, is_whole, place, agent)
	VALUES ($2, $1, $4, $5, $6);
	IF $4 THEN
		UPDATE piste.app_user AS t SET seen_at = now() WHERE t.id = $1;
		PERFORM piste.audit_write(ROW(u.id, u.login, u.role)::piste.actor,
			'session.begin', 'user ' || u.login, NULL,
			jsonb_build_object('from', $5));
	END IF;
END $$;
COMMENT ON FUNCTION piste.session_begin(bigint, text, text, boolean, text,
	text) IS
	'Begins a session in the place of another one (hash; NULL: of none).';

CREATE FUNCTION piste.session_touch(hash text, idle interval,
	whole interval, half interval)
RETURNS TABLE (user_id bigint, login text, name text, role text, lang text,
	is_whole boolean, has_second boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s piste.session;
BEGIN
	SELECT (t).* INTO s FROM piste.session AS t
	JOIN piste.app_user AS u ON u.id = t.user_id
	WHERE t.hash = $1 AND u.disabled_at IS NULL;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF s.seen_at + idle <= now() OR s.begun_at + whole <= now()
		OR NOT s.is_whole AND s.begun_at + half <= now()
	THEN
		DELETE FROM piste.session AS t WHERE t.id = s.id;
		RETURN;
	END IF;
	-- A row a minute, not one a request.
	IF s.seen_at < now() - interval '1 minute' THEN
		UPDATE piste.session AS t SET seen_at = now() WHERE t.id = s.id;
	END IF;
	RETURN QUERY SELECT u.id, u.login, u.name, u.role, u.lang, s.is_whole,
		u.second_at IS NOT NULL
	FROM piste.app_user AS u WHERE u.id = s.user_id;
END $$;
COMMENT ON FUNCTION piste.session_touch(text, interval, interval, interval) IS
	'Who is logged in by that session, which is used now; nobody when it is over: idle for too long, or too old.';

CREATE FUNCTION piste.session_end(hash text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	u record;
BEGIN
	SELECT t.id, t.login, t.role, s.is_whole INTO u FROM piste.session AS s
	JOIN piste.app_user AS t ON t.id = s.user_id WHERE s.hash = $1;
	DELETE FROM piste.session AS s WHERE s.hash = $1;
	IF u.is_whole THEN
		PERFORM piste.audit_write(ROW(u.id, u.login, u.role)::piste.actor,
			'session.end', 'user ' || u.login, NULL, NULL);
	END IF;
END $$;
COMMENT ON FUNCTION piste.session_end(text) IS 'Logs out.';

CREATE FUNCTION piste.second_find(hash text)
RETURNS TABLE (user_id bigint, login text, lang text, second bytea,
	step bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT u.id, u.login, u.lang, u.second, u.second_step
	FROM piste.session AS s JOIN piste.app_user AS u ON u.id = s.user_id
	WHERE s.hash = $1 AND u.disabled_at IS NULL
$$;
COMMENT ON FUNCTION piste.second_find(text) IS
	'What a session''s one-time codes are held against.';

CREATE FUNCTION piste.second_take(hash text, step bigint, recovery text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whose bigint;
BEGIN
	SELECT s.user_id INTO whose FROM piste.session AS s WHERE s.hash = $1;
	IF recovery IS NOT NULL THEN
		DELETE FROM piste.recovery_code AS c
		WHERE c.user_id = whose AND c.hash = recovery;
		IF FOUND THEN
			PERFORM piste.audit_write(ROW(u.id, u.login, u.role)::piste.actor,
				'user.recovery-code', 'user ' || u.login, NULL, NULL)
			FROM piste.app_user AS u WHERE u.id = whose;
			RETURN true;
		END IF;
	ELSIF step IS NOT NULL THEN
		UPDATE piste.app_user AS u SET second_step = $2
		WHERE u.id = whose AND u.second_step < $2;
		IF FOUND THEN
			RETURN true;
		END IF;
	END IF;
	UPDATE piste.session AS s SET tries = s.tries + 1
	WHERE s.hash = $1 AND NOT s.is_whole;
	DELETE FROM piste.session AS s
	WHERE s.hash = $1 AND NOT s.is_whole AND s.tries >= 5;
	RETURN false;
END $$;
COMMENT ON FUNCTION piste.second_take(text, bigint, text) IS
	'Uses up a code, which was of that step, or a recovery code (its hash), once: was it there to be used? Both NULL: the code was wrong. After five wrong ones the login begins anew.';

-- One's own account.
CREATE FUNCTION piste.own_password(session text, password text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
BEGIN
	UPDATE piste.app_user AS u SET password = $2, password_at = now()
	WHERE u.id = actor.user_id;
	DELETE FROM piste.session AS s WHERE s.user_id = actor.user_id
		AND s.hash <> $1;
	DELETE FROM piste.password_reset AS r WHERE r.user_id = actor.user_id;
	PERFORM piste.audit_write(actor, 'user.password', 'user ' || actor.who, NULL,
		NULL);
END $$;
COMMENT ON FUNCTION piste.own_password(text, text) IS
	'One''s own password, hashed; one''s other sessions end.';

CREATE FUNCTION piste.own_rehash(user_id bigint, was text, password text)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE piste.app_user AS u SET password = $3
	WHERE u.id = $1 AND u.password = $2
$$;
COMMENT ON FUNCTION piste.own_rehash(bigint, text, text) IS
	'The same password, by today''s cost; for who knows the hash that was.';

CREATE FUNCTION piste.own_second(session text, second bytea, step bigint,
	codes text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
BEGIN
	DELETE FROM piste.recovery_code AS c WHERE c.user_id = actor.user_id;
	UPDATE piste.app_user AS u SET second = $2,
		second_at = CASE WHEN $2 IS NOT NULL THEN now() END,
		second_step = greatest(u.second_step, coalesce($3, 0))
	WHERE u.id = actor.user_id;
	INSERT INTO piste.recovery_code AS c (user_id, hash)
	SELECT actor.user_id, h FROM unnest($4) AS h;
	DELETE FROM piste.session AS s WHERE s.user_id = actor.user_id
		AND s.hash <> $1;
	PERFORM piste.audit_write(actor, CASE WHEN $2 IS NOT NULL
		THEN 'user.second-on' ELSE 'user.second-off' END,
		'user ' || actor.who, NULL, NULL);
END $$;
COMMENT ON FUNCTION piste.own_second(text, bytea, bigint, text[]) IS
	'One''s own second factor: its sealed secret, the step of the code it was proved by, and the hashes of recovery codes; NULL takes it away. One''s other sessions end.';

CREATE FUNCTION piste.own_lang(session text, lang text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
BEGIN
	UPDATE piste.app_user AS u SET lang = $2 WHERE u.id = actor.user_id;
END $$;
COMMENT ON FUNCTION piste.own_lang(text, text) IS 'One''s own language.';

CREATE FUNCTION piste.own_sessions(session text)
RETURNS TABLE (id bigint, is_this boolean, begun_at timestamptz,
	seen_at timestamptz, place text, agent text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.id, s.hash = $1, s.begun_at, s.seen_at, s.place, s.agent
	FROM piste.session AS s
	WHERE s.user_id = (piste.actor_of($1, 'reader')).user_id AND s.is_whole
	ORDER BY s.seen_at DESC, s.id DESC LIMIT 100
$$;
COMMENT ON FUNCTION piste.own_sessions(text) IS
	'Where one is logged in, the last 100.';

CREATE FUNCTION piste.own_session_end(session text, session_id bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	actor piste.actor := piste.actor_of(session, 'reader');
BEGIN
	DELETE FROM piste.session AS s WHERE s.user_id = actor.user_id
		AND ($2 IS NULL AND s.hash <> $1 OR s.id = $2);
	IF FOUND THEN
		PERFORM piste.audit_write(actor, 'session.end', 'user ' || actor.who,
			NULL, NULL);
	END IF;
END $$;
COMMENT ON FUNCTION piste.own_session_end(text, bigint) IS
	'Ends one of one''s own sessions; NULL: all but this one. Another''s is left alone.';

-- A password that was forgotten, or never set.
CREATE FUNCTION piste.reset_ask(session text, login text, name text,
	span interval, first_span interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	-- At the door anybody asks, and is nobody.
	actor piste.actor := CASE
		WHEN session IS NULL AND current_setting('role') = 'piste_console'
		THEN ROW(NULL, 'nobody', 'nobody')::piste.actor
		ELSE piste.actor_of(session, 'administrator') END;
	u record;
BEGIN
	SELECT t.id, t.login, t.lang, t.password IS NULL AS is_first INTO u
	FROM piste.app_user AS t
	WHERE t.login = $2 AND t.disabled_at IS NULL FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	DELETE FROM piste.password_reset AS r
	WHERE r.user_id = u.id OR r.until < now();
	INSERT INTO piste.password_reset AS r (name, user_id, until)
	VALUES ($3, u.id, now() + CASE WHEN u.is_first THEN $5 ELSE $4 END);
	PERFORM piste.letter_append(u.login, u.lang, NULL, NULL, NULL, NULL,
		NULL, CASE WHEN u.is_first AND u.lang = 'fr'
			THEN 'Votre accès à la console'
			WHEN u.is_first THEN 'Your access to the console'
			WHEN u.lang = 'fr' THEN 'Votre mot de passe'
			ELSE 'Your password' END, NULL,
		CASE u.lang WHEN 'fr' THEN 'Choisissez un mot de passe'
			ELSE 'Choose a password' END,
		CASE WHEN u.is_first AND u.lang = 'fr' THEN
			'Un compte vous est ouvert à la console. Ce lien vous laisse choisir votre mot de passe. Il marche une fois, et pendant trois jours.'
		WHEN u.is_first THEN
			'You have an account at the console. This link lets you choose your password. It works once, and for three days.'
		WHEN u.lang = 'fr' THEN
			'Ce lien vous laisse choisir un nouveau mot de passe pour la console. Il marche une fois, et pendant une heure.'
			|| E'\n\n' || 'Si vous ne l''avez pas demandé, ne faites rien : votre mot de passe reste le même.'
		ELSE
			'This link lets you choose a new password for the console. It works once, and for an hour.'
			|| E'\n\n' || 'If you did not ask for it, do nothing: your password stays as it is.'
		END,
		jsonb_build_array(jsonb_build_object('label', CASE u.lang
			WHEN 'fr' THEN 'Choisir un mot de passe'
			ELSE 'Choose a password' END,
			'link', jsonb_build_object('kind', 'reset', 'name', $3))),
		'reset ' || $3);
	PERFORM piste.audit_write(actor, 'user.reset-asked', 'user ' || u.login,
		NULL, NULL);
END $$;
COMMENT ON FUNCTION piste.reset_ask(text, text, text, interval, interval) IS
	'Mails a link of that name to who has the account, if anybody has; the last span is for who has no password yet. session: an administrator''s; NULL: asked at the door, or a command''s.';

CREATE FUNCTION piste.reset_look(name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT u.login FROM piste.password_reset AS r
	JOIN piste.app_user AS u ON u.id = r.user_id
	WHERE r.name = $1 AND r.until > now() AND u.disabled_at IS NULL
$$;
COMMENT ON FUNCTION piste.reset_look(text) IS
	'Whose password that link sets; NULL: it is over.';

CREATE FUNCTION piste.reset_take(name text, password text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	u record;
BEGIN
	DELETE FROM piste.password_reset AS r WHERE r.name = $1 AND r.until > now()
	RETURNING r.user_id INTO u;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE piste.app_user AS t SET password = $2, password_at = now()
	WHERE t.id = u.user_id AND t.disabled_at IS NULL
	RETURNING t.id, t.login, t.role INTO u;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	DELETE FROM piste.session AS s WHERE s.user_id = u.id;
	PERFORM piste.audit_write(ROW(u.id, u.login, u.role)::piste.actor,
		'user.password', 'user ' || u.login, NULL,
		jsonb_build_object('by', 'reset'));
	RETURN true;
END $$;
COMMENT ON FUNCTION piste.reset_take(text, text) IS
	'Sets a password by such a link, once; every session of theirs ends.';

REVOKE EXECUTE ON FUNCTION piste.role_allow(text, text),
	piste.console_roles(), piste.actor_of(text, text),
	piste.audit_write(piste.actor, text, text, jsonb, jsonb),
	piste.audit_append(text, text, text, jsonb, jsonb),
	piste.audit_list(text, bigint, timestamptz, timestamptz, text, text,
		integer),
	piste.user_add(text, text, text, text, text, text),
	piste.user_first(text, text, text, text), piste.user_hold(text),
	piste.user_set_role(text, text, text),
	piste.user_disable(text, text, boolean),
	piste.user_set_password(text, text, text),
	piste.user_drop_second(text, text), piste.user_list(text, integer),
	piste.attempt_take(text[], integer[], interval),
	piste.attempt_give_back(text[]), piste.login_find(text),
	piste.session_begin(bigint, text, text, boolean, text, text),
	piste.session_touch(text, interval, interval, interval),
	piste.session_end(text), piste.second_find(text),
	piste.second_take(text, bigint, text), piste.own_password(text, text),
	piste.own_rehash(bigint, text, text),
	piste.own_second(text, bytea, bigint, text[]),
	piste.own_lang(text, text), piste.own_sessions(text),
	piste.own_session_end(text, bigint),
	piste.reset_ask(text, text, text, interval, interval),
	piste.reset_look(text), piste.reset_take(text, text)
	FROM PUBLIC;

-- Whoever reads figures, or is at the login, could ask it of everybody in turn.
REVOKE EXECUTE ON FUNCTION piste.may_contact(bigint, text, text, text)
	FROM PUBLIC;
SELECT piste.worker_allow(
	'EXECUTE ON FUNCTION piste.may_contact(bigint, text, text, text)');

SELECT count(piste.role_allow(r.role, r.what)) FROM (VALUES
	('console', 'USAGE ON SCHEMA piste'),
	('console', 'EXECUTE ON FUNCTION piste.attempt_take(text[], integer[], interval), piste.attempt_give_back(text[]), piste.login_find(text), piste.session_begin(bigint, text, text, boolean, text, text), piste.session_touch(text, interval, interval, interval), piste.session_end(text), piste.second_find(text), piste.second_take(text, bigint, text), piste.own_rehash(bigint, text, text), piste.reset_ask(text, text, text, interval, interval), piste.reset_look(text), piste.reset_take(text, text)'),
	('reader', 'USAGE ON SCHEMA piste'),
	('reader', 'EXECUTE ON FUNCTION piste.attempt_take(text[], integer[], interval), piste.attempt_give_back(text[]), piste.login_find(text), piste.audit_append(text, text, text, jsonb, jsonb), piste.own_password(text, text), piste.own_second(text, bytea, bigint, text[]), piste.own_lang(text, text), piste.own_sessions(text), piste.own_session_end(text, bigint), piste.second_find(text), piste.session_end(text)'),
	-- Figures, definitions, and of people what tells nobody.
	('reader', 'SELECT ON piste.allocation_rules, piste.bandit_look, piste.campaign, piste.consent_channel, piste.consent_text, piste.consent_wording, piste.country_zone, piste.delivery, piste.deal, piste.epoch, piste.event_count, piste.experiment_hour, piste.experiment_look, piste.experiment_move, piste.experiment_phase, piste.form, piste.lead_reason, piste.mql, piste.offer, piste.page, piste.promise, piste.quarantine_reason, piste.recycle_rule, piste.recycling, piste.scenario, piste.score_pass, piste.score_rules, piste.seller, piste.seller_absence, piste.stage_move, piste.stray, piste.traffic, piste.variant, piste.verdict, piste.waiting'),
	-- But for the salt: with it a form's visitor can be told from another.
	('reader', 'SELECT (key, page_key, seed, weights, coverage, goal, window_s, alpha, planned_visitors, state, phase, bucket_version, variants_revision, position, definition, created_at, updated_at, min_bucket_version, control_key, shipped_key, control_before, n_star, mql_window_s, sql_window_s, customer_window_s, phase_started_at, ended_at, is_synthetic) ON piste.experiment'),
	('reader', 'SELECT ON piste.behaviour, piste.breach, piste.form_started, piste.opportunity, piste.win'),
	('reader', 'SELECT (id, lead_id, submission_id, priority, state, available_at, attempts, locked_until, created_at, finished_at) ON piste.qualification_queue'),
	('reader', 'SELECT (id, kind, state, available_at, attempts, created_at, finished_at) ON piste.outbox'),
	('reader', 'SELECT (id, file_name, campaign_key, source, page_key, form_key, supplier, row_count, refused, added, updated, repeated, quarantined, started_at, finished_at) ON piste.import'),
	('reader', 'SELECT (id, person_id, offer_key, stage, stage_reason, is_open, score, scored_at, grade, owner_id, value, created_at, updated_at, spam_at, mql_at, sql_at, customer_at, merged_into, score_version) ON piste.lead'),
	('reader', 'SELECT (id, lead_id, at, role, via, from_stage, to_stage, reason) ON piste.lead_history'),
	('reader', 'SELECT (id, created_at, updated_at, merged_into, erased_at) ON piste.person'),
	('reader', 'SELECT (id, seq, page_key, page_revision, variant_key, experiment_key, form_key, offer_key, lang, person_id, lead_id, outcome, quarantine_reason, form_country, geo_country, geo_region, geo_build, source, medium, campaign_key, via, rendered_at, received_at, created_at) ON piste.submission'),
	-- Whom they talk to.
	('seller', 'EXECUTE ON FUNCTION piste.may_contact(bigint, text, text, text)'),
	('seller', 'SELECT ON piste.allocation, piste.bant, piste.consent, piste.contactable, piste.event, piste.follow_up, piste.lead, piste.lead_history, piste.next_action, piste.person, piste.submission'),
	('marketer', 'SELECT ON piste.consent_block, piste.consent_head, piste.email_quality, piste.exposure, piste.conversion, piste.outcome, piste.held, piste.import, piste.import_submission, piste.journey, piste.journey_step, piste.lead_wake, piste.letter, piste.mail, piste.mail_address, piste.mail_domain, piste.origin, piste.outbox, piste.overflow, piste.person_key, piste.person_merge, piste.qualification_queue, piste.quarantine, piste.recipient'),
	('administrator', 'EXECUTE ON FUNCTION piste.audit_list(text, bigint, timestamptz, timestamptz, text, text, integer), piste.user_add(text, text, text, text, text, text), piste.user_set_role(text, text, text), piste.user_disable(text, text, boolean), piste.user_set_password(text, text, text), piste.user_drop_second(text, text), piste.user_list(text, integer), piste.reset_ask(text, text, text, interval, interval)')
	) AS r (role, what);
SELECT piste.console_roles();
