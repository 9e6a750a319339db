-- Mail that leaves: what the outbox's rows become by the form's policy, what
-- was sent to whom, which addresses refuse mail, and how far each delivery
-- came.  Whoever sends has no other way to an address than piste.mail_begin().

ALTER TABLE piste.outbox ADD COLUMN round integer NOT NULL DEFAULT 1
	CHECK (round > 0);
COMMENT ON COLUMN piste.outbox.round IS
	'raised when the same is asked for again, as a fresh confirm link';
-- Whoever came before there were mails got a thank-you page: a form that asks
-- for mails from now on is not to write to them all.
UPDATE piste.outbox SET state = 'done', finished_at = now(),
	last_error = 'accepted before there were mails'
WHERE state = 'ready' AND kind = 'submission.accepted';
DROP INDEX piste.outbox_ready;
CREATE INDEX outbox_ready ON piste.outbox (kind, available_at, id)
	WHERE state = 'ready';
-- Of two kinds together: a worker takes the next of many without sorting all.
CREATE INDEX outbox_mail ON piste.outbox (available_at, id)
	WHERE state = 'ready' AND kind IN ('mail.confirm', 'mail.asset');
CREATE INDEX outbox_claimed ON piste.outbox (locked_until)
	WHERE state = 'claimed';
CREATE INDEX outbox_dead ON piste.outbox (id) WHERE state = 'dead';
-- As the qualification queue: rows change state a few times and then rest.
ALTER TABLE piste.outbox SET (autovacuum_vacuum_scale_factor = 0,
	autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION piste.outbox_tell() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_catalog.pg_notify('piste_outbox', '');
	RETURN NULL;
END $$;
COMMENT ON FUNCTION piste.outbox_tell() IS
	'Wakes the workers when something is to leave.';
CREATE TRIGGER outbox_tell AFTER INSERT ON piste.outbox
	FOR EACH STATEMENT EXECUTE FUNCTION piste.outbox_tell();

CREATE TABLE piste.delivery (
	submission_id uuid PRIMARY KEY REFERENCES piste.submission (id),
	page_key text NOT NULL,
	policy text NOT NULL CHECK (policy IN ('thanks', 'mail', 'confirmed')),
	needs_confirm boolean NOT NULL,
	received_at timestamptz NOT NULL,
	confirm_sent_at timestamptz,
	opened_at timestamptz,
	confirmed_at timestamptz,
	asset_sent_at timestamptz,
	fetched_at timestamptz
);
CREATE INDEX delivery_page ON piste.delivery (page_key, received_at);
COMMENT ON TABLE piste.delivery IS
	'How far each submission came that something is mailed for. Holds nothing personal: erasure leaves it.';
COMMENT ON COLUMN piste.delivery.submission_id IS 'What is delivered';
COMMENT ON COLUMN piste.delivery.page_key IS 'The submission''s';
COMMENT ON COLUMN piste.delivery.policy IS
	'The form''s asset_delivery when it was planned';
COMMENT ON COLUMN piste.delivery.needs_confirm IS
	'Somebody must follow a link before it is whole';
COMMENT ON COLUMN piste.delivery.received_at IS 'The submission''s';
COMMENT ON COLUMN piste.delivery.confirm_sent_at IS
	'The mail server took the first mail with a confirm link';
COMMENT ON COLUMN piste.delivery.opened_at IS
	'The link''s page was first shown; mail scanners open it too';
COMMENT ON COLUMN piste.delivery.confirmed_at IS 'Its button was pressed';
COMMENT ON COLUMN piste.delivery.asset_sent_at IS
	'The mail server took the mail with the asset''s link';
COMMENT ON COLUMN piste.delivery.fetched_at IS
	'The asset was first fetched by a link that was mailed or shown when confirmed';

CREATE TABLE piste.mail_address (
	address text PRIMARY KEY CHECK (octet_length(address) <= 254),
	confirmed_at timestamptz,
	bounced_at timestamptz,
	status text CHECK (octet_length(status) <= 16)
);
COMMENT ON TABLE piste.mail_address IS
	'What is known of an address as such; no row: nothing';
COMMENT ON COLUMN piste.mail_address.address IS 'In lower case';
COMMENT ON COLUMN piste.mail_address.confirmed_at IS
	'Somebody who reads its mail last followed a link';
COMMENT ON COLUMN piste.mail_address.bounced_at IS
	'It was last refused for good; later than confirmed_at: nothing is sent there';
COMMENT ON COLUMN piste.mail_address.status IS
	'As RFC 3463 has it (5.1.1), or the reply code';

CREATE TABLE piste.mail (
	outbox_id bigint NOT NULL REFERENCES piste.outbox (id),
	round integer NOT NULL,
	submission_id uuid NOT NULL,
	state text NOT NULL
		CHECK (state IN ('sending', 'sent', 'refused', 'dropped')),
	reason text CHECK (octet_length(reason) <= 1000),
	address text CHECK (octet_length(address) <= 254),
	mailbox text CHECK (octet_length(mailbox) <= 254),
	network cidr,
	begun_at timestamptz NOT NULL DEFAULT now(),
	ended_at timestamptz,
	PRIMARY KEY (outbox_id, round)
);
CREATE INDEX mail_mailbox ON piste.mail (mailbox, begun_at);
CREATE INDEX mail_network ON piste.mail (network, begun_at);
CREATE INDEX mail_submission ON piste.mail (submission_id);
COMMENT ON TABLE piste.mail IS
	'Each mail once, from its first attempt; the caps count here';
COMMENT ON COLUMN piste.mail.outbox_id IS 'What asked for it';
COMMENT ON COLUMN piste.mail.round IS 'The outbox row''s then';
COMMENT ON COLUMN piste.mail.submission_id IS 'What it is about';
COMMENT ON COLUMN piste.mail.state IS
	'sending: the server has not told; sent: it took it; refused: it never will; dropped: never tried';
COMMENT ON COLUMN piste.mail.reason IS
	'Of a dropped one: address-cap, network-cap, bounced, no-address, not-allowed or confirmed; of others the server''s words';
COMMENT ON COLUMN piste.mail.address IS
	'In lower case; NULL when there was none, or once erased';
COMMENT ON COLUMN piste.mail.mailbox IS
	'piste.mail_mailbox() of the address';
COMMENT ON COLUMN piste.mail.network IS
	'Where the form was sent from: /24 or /48';
COMMENT ON COLUMN piste.mail.begun_at IS 'First attempt';
COMMENT ON COLUMN piste.mail.ended_at IS 'Sent, refused or dropped';

CREATE FUNCTION piste.mail_mailbox(address text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT piste.email_key(pg_catalog.regexp_replace(
		pg_catalog.lower(address), '\+[^@]*@', '@'))
$$;
COMMENT ON FUNCTION piste.mail_mailbox(text) IS
	'The mailbox an address is most likely delivered to: its key, without what follows a plus sign at whatever provider. Caps count by it, since a+1@ and a+2@ fill one and the same.';

CREATE FUNCTION piste.mail_network(address inet) RETURNS cidr
LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT pg_catalog.network(pg_catalog.set_masklen(address, least(
		pg_catalog.masklen(address),
		CASE pg_catalog.family(address) WHEN 4 THEN 24 ELSE 48 END)))
$$;
COMMENT ON FUNCTION piste.mail_network(inet) IS
	'The /24 or /48 an address lies in.';

CREATE FUNCTION piste.mail_is_refused(address text) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM piste.mail_address AS a
		WHERE a.address = pg_catalog.lower($1) AND a.bounced_at >
			coalesce(a.confirmed_at, '-infinity'))
$$;
COMMENT ON FUNCTION piste.mail_is_refused(text) IS
	'Has mail to this address bounced since somebody last confirmed there?';

CREATE FUNCTION piste.outbox_plan(rows_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	taken uuid[];
BEGIN
	WITH picked AS MATERIALIZED (
		SELECT o.id FROM piste.outbox AS o
		WHERE o.state = 'ready' AND o.kind = 'submission.accepted'
			AND o.available_at <= now()
		ORDER BY o.available_at, o.id LIMIT rows_max
		FOR UPDATE SKIP LOCKED
	), done AS (
		UPDATE piste.outbox AS o SET state = 'done', finished_at = now(),
			attempts = o.attempts + 1
		FROM picked WHERE o.id = picked.id RETURNING o.submission_id
	)
	SELECT array_agg(d.submission_id ORDER BY d.submission_id) INTO taken
	FROM done AS d;
	IF taken IS NULL THEN
		RETURN 0;
	END IF;

	INSERT INTO piste.delivery (submission_id, page_key, policy,
		needs_confirm, received_at)
	SELECT p.id, p.page_key, p.policy, p.needs_confirm
			OR p.policy = 'confirmed' AND NOT p.is_confirmed, p.received_at
	FROM (
		SELECT s.id, s.page_key, s.received_at,
			coalesce(f.definition->>'asset_delivery', 'thanks') AS policy,
			EXISTS (SELECT FROM piste.consent AS c
				WHERE c.submission_id = s.id AND c.what = 'given'
					AND c.needs_confirm AND NOT EXISTS (
					SELECT FROM piste.consent AS o
					WHERE o.submission_id = c.submission_id
						AND o.consent_key = c.consent_key
						AND o.what <> 'given')) AS needs_confirm,
			EXISTS (SELECT FROM piste.mail_address AS a
				WHERE a.address = lower(s.email)
					AND a.confirmed_at IS NOT NULL) AS is_confirmed
		FROM unnest(taken) AS t (id)
			JOIN piste.submission AS s ON s.id = t.id
			JOIN piste.form AS f ON f.key = s.form_key
		WHERE s.email IS NOT NULL AND s.via <> 'import'
	) AS p
	WHERE p.policy <> 'thanks' OR p.needs_confirm
	ON CONFLICT (submission_id) DO NOTHING;

	INSERT INTO piste.outbox (kind, submission_id, payload)
	SELECT m.kind, d.submission_id,
		jsonb_build_object('submission', d.submission_id)
	FROM piste.delivery AS d
		JOIN piste.page AS p ON p.key = d.page_key
		CROSS JOIN LATERAL (VALUES
			('mail.confirm', d.needs_confirm),
			('mail.asset', p.definition->>'asset' IS NOT NULL
				AND (d.policy = 'mail'
				OR d.policy = 'confirmed' AND NOT d.needs_confirm))
		) AS m (kind, is_due)
	WHERE d.submission_id = ANY (taken) AND m.is_due
	ORDER BY d.received_at, d.submission_id, m.kind
	ON CONFLICT (submission_id, kind) DO NOTHING;
	RETURN cardinality(taken);
END $$;
COMMENT ON FUNCTION piste.outbox_plan(integer) IS
	'Takes accepted submissions from the outbox, at most rows_max, writes the mails their forms'' policies ask for, each once, and tells how many it took. Someone whose address is confirmed gets the asset''s link instead of another question; what was imported gets nothing.';

CREATE FUNCTION piste.mail_drop(row_id bigint, mail_round integer,
	submission uuid, why text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO piste.mail (outbox_id, round, submission_id, state, reason,
		ended_at)
	VALUES (row_id, mail_round, submission, 'dropped', why, now())
	ON CONFLICT (outbox_id, round) DO UPDATE SET state = 'dropped',
		reason = why, ended_at = now();
	UPDATE piste.outbox AS o SET state = 'done', finished_at = now(),
		locked_by = NULL, locked_until = NULL, last_error = why
	WHERE o.id = row_id;
END $$;
COMMENT ON FUNCTION piste.mail_drop(bigint, integer, uuid, text) IS
	'Gives a mail up before it was tried, and says why.';

CREATE FUNCTION piste.mail_objection(row_id bigint) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked record;
BEGIN
	SELECT o.kind, o.payload, s.person_id, s.email,
		d.confirmed_at IS NOT NULL AS is_confirmed,
		CASE o.kind WHEN 'mail.confirm' THEN d.needs_confirm
			WHEN 'mail.asset' THEN d.policy = 'mail'
				OR d.policy = 'confirmed' AND NOT d.needs_confirm
			ELSE piste.may_contact(s.person_id, o.payload->>'purpose',
				'email', o.payload->>'recipient') END AS is_allowed
	INTO asked
	FROM piste.outbox AS o
		LEFT JOIN piste.submission AS s ON s.id = o.submission_id
		LEFT JOIN piste.delivery AS d ON d.submission_id = o.submission_id
	WHERE o.id = row_id;
	RETURN CASE
		WHEN asked.email IS NULL THEN 'no-address'
		WHEN asked.kind = 'mail.confirm' AND asked.is_confirmed
			THEN 'confirmed'
		WHEN asked.is_allowed IS NOT TRUE THEN 'not-allowed'
		WHEN piste.mail_is_refused(asked.email) THEN 'bounced' END;
END $$;
COMMENT ON FUNCTION piste.mail_objection(bigint) IS
	'Why the mail an outbox row asks for must not be sent, NULL when it may: a confirm link, or an asset asked for, goes to the address in the submission itself when outbox_plan said so; anything else goes by may_contact.';

CREATE FUNCTION piste.mail_cap(row_id bigint, mail_round integer,
	to_mailbox text, from_network cidr, address_max integer,
	network_max integer) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Counting and writing the row that counts are one step for all workers;
	-- a mailbox is always locked before a network.
	PERFORM pg_advisory_xact_lock(hashtextextended('mail ' || to_mailbox, 0));
	PERFORM pg_advisory_xact_lock(hashtextextended('mail '
		|| coalesce(from_network::text, ''), 0));
	RETURN CASE
		WHEN (SELECT count(*) FROM piste.mail AS m
			WHERE m.mailbox = to_mailbox AND m.state <> 'dropped'
				AND m.begun_at > now() - interval '1 day'
				AND (m.outbox_id, m.round) <> (row_id, mail_round))
			>= address_max THEN 'address-cap'
		WHEN (SELECT count(*) FROM piste.mail AS m
			WHERE m.network = from_network AND m.state <> 'dropped'
				AND m.begun_at > now() - interval '1 day'
				AND (m.outbox_id, m.round) <> (row_id, mail_round))
			>= network_max THEN 'network-cap' END;
END $$;
COMMENT ON FUNCTION piste.mail_cap(bigint, integer, text, cidr, integer,
	integer) IS
	'Which cap another mail to a mailbox, asked for from a network, would pass within a day; NULL for none. Until commit nobody else counts there.';

CREATE FUNCTION piste.mail_begin(row_id bigint, by_worker text,
	address_max integer, network_max integer)
RETURNS TABLE (refusal text, mail_kind text, mail_round integer,
	submission uuid, page text, lang text, recipient text, asset text,
	brand text, title text, has_consents boolean, asked_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked record;
	why text;
BEGIN
	SELECT o.kind, o.round, o.submission_id, o.created_at, s.page_key,
		s.lang, s.email, s.ip_prefix, s.variant_key
	INTO asked
	FROM piste.outbox AS o
		LEFT JOIN piste.submission AS s ON s.id = o.submission_id
	WHERE o.id = row_id AND o.state = 'claimed' AND o.locked_by = by_worker
	FOR UPDATE OF o;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	why := coalesce(piste.mail_objection(row_id), piste.mail_cap(row_id,
		asked.round, piste.mail_mailbox(asked.email),
		piste.mail_network(asked.ip_prefix), address_max, network_max));
	IF why IS NOT NULL THEN
		PERFORM piste.mail_drop(row_id, asked.round, asked.submission_id,
			why);
		RETURN QUERY SELECT why, asked.kind, asked.round,
			asked.submission_id, asked.page_key, asked.lang, NULL, NULL,
			NULL, NULL, NULL::boolean, NULL::bigint;
		RETURN;
	END IF;
	INSERT INTO piste.mail (outbox_id, round, submission_id, state, address,
		mailbox, network)
	VALUES (row_id, asked.round, asked.submission_id, 'sending',
		lower(asked.email), piste.mail_mailbox(asked.email),
		piste.mail_network(asked.ip_prefix))
	ON CONFLICT (outbox_id, round) DO NOTHING;
	RETURN QUERY
	SELECT NULL::text, asked.kind, asked.round, asked.submission_id, p.key,
		l.lang, asked.email, p.definition->>'asset',
		v.definition->'parts'->'brand'->>l.lang,
		coalesce(v.definition->'parts'->'title'->>l.lang,
			v.definition->'parts'->'headline'->>l.lang),
		EXISTS (SELECT FROM piste.consent AS c
			WHERE c.submission_id = asked.submission_id),
		(extract(epoch FROM asked.created_at) * 1000)::bigint
	FROM piste.page AS p
		CROSS JOIN LATERAL (SELECT coalesce(asked.lang, p.languages[1]))
			AS l (lang)
		LEFT JOIN piste.variant AS v ON v.page_key = p.key
			AND v.key = asked.variant_key
	WHERE p.key = asked.page_key;
END $$;
COMMENT ON FUNCTION piste.mail_begin(bigint, text, integer, integer) IS
	'What to send for a claimed row: no row when it is no longer that worker''s; with a refusal, nothing, and the row is done. The one way to an address; a mail begun before, by whoever, is begun once.';

CREATE FUNCTION piste.mail_end(row_id bigint, by_worker text,
	is_taken boolean, bounce text, words text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	sent piste.outbox;
	to_address text;
BEGIN
	UPDATE piste.outbox AS o
	SET state = CASE WHEN is_taken THEN 'done' ELSE 'dead' END,
		finished_at = now(), locked_by = NULL, locked_until = NULL,
		last_error = CASE WHEN NOT is_taken THEN words END
	WHERE o.id = row_id AND o.locked_by = by_worker AND o.state = 'claimed'
	RETURNING o.id, o.kind, o.submission_id, o.round
	INTO sent.id, sent.kind, sent.submission_id, sent.round;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE piste.mail AS m
	SET state = CASE WHEN is_taken THEN 'sent' ELSE 'refused' END,
		reason = words, ended_at = now()
	WHERE m.outbox_id = sent.id AND m.round = sent.round
	RETURNING m.address INTO to_address;
	IF bounce IS NOT NULL AND to_address IS NOT NULL THEN
		PERFORM piste.mail_mark(to_address, bounce);
	END IF;
	IF is_taken THEN
		UPDATE piste.delivery AS d SET
			confirm_sent_at = CASE sent.kind WHEN 'mail.confirm'
				THEN coalesce(d.confirm_sent_at, now())
				ELSE d.confirm_sent_at END,
			asset_sent_at = CASE sent.kind WHEN 'mail.asset'
				THEN coalesce(d.asset_sent_at, now())
				ELSE d.asset_sent_at END
		WHERE d.submission_id = sent.submission_id;
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION piste.mail_end(bigint, text, boolean, text, text) IS
	'A mail server took a mail, or refused it for good: because of the address when bounce says its status. False when the row is no longer that worker''s.';

CREATE FUNCTION piste.mail_mark(to_address text, bounce text) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
	INSERT INTO piste.mail_address AS a (address, bounced_at, status)
	VALUES (lower(to_address), clock_timestamp(), bounce)
	ON CONFLICT (address) DO UPDATE SET bounced_at = excluded.bounced_at,
		status = excluded.status
$$;
COMMENT ON FUNCTION piste.mail_mark(text, text) IS
	'From now on nothing is sent to this address, until somebody confirms there.';

CREATE FUNCTION piste.mail_bounce(row_id bigint, mail_round integer,
	submission uuid, to_address text, bounce text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- A report that names no mail of ours may be anybody's wish.
	PERFORM FROM piste.mail AS m
	WHERE m.outbox_id = row_id AND m.round = mail_round
		AND m.submission_id = submission AND m.address = lower(to_address)
		AND m.state IN ('sending', 'sent');
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM piste.mail_mark(to_address, bounce);
	RETURN true;
END $$;
COMMENT ON FUNCTION piste.mail_bounce(bigint, integer, uuid, text, text) IS
	'A delivery report came back: marks the address when such a mail was sent to it, and tells whether.';

CREATE FUNCTION piste.mail_allow(to_address text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.mail_address AS a SET bounced_at = NULL, status = NULL
	WHERE a.address = lower(to_address) AND a.bounced_at IS NOT NULL;
	RETURN FOUND;
END $$;
COMMENT ON FUNCTION piste.mail_allow(text) IS
	'An operator knows better: takes a mark away, and tells whether there was one.';

CREATE FUNCTION piste.mail_forget(to_address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE piste.outbox AS o SET last_error = NULL
	FROM piste.mail AS m
	WHERE m.mailbox = piste.mail_mailbox(to_address)
		AND m.address = lower(to_address) AND o.id = m.outbox_id;
	UPDATE piste.mail AS m SET address = NULL, mailbox = NULL,
		network = NULL,
		reason = CASE m.state WHEN 'dropped' THEN m.reason END
	WHERE m.mailbox = piste.mail_mailbox(to_address)
		AND m.address = lower(to_address);
	DELETE FROM piste.mail_address AS a WHERE a.address = lower(to_address);
END $$;
COMMENT ON FUNCTION piste.mail_forget(text) IS
	'For erasure: nothing here tells of the address any more; what was counted stays.';

CREATE FUNCTION piste.mail_confirm(submission uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_address text;
	is_first boolean;
BEGIN
	SELECT lower(s.email) INTO from_address
	FROM piste.delivery AS d JOIN piste.submission AS s
		ON s.id = d.submission_id
	WHERE d.submission_id = submission FOR UPDATE OF d;
	IF from_address IS NULL THEN
		RETURN 'absent';
	END IF;
	UPDATE piste.delivery AS d SET confirmed_at = now()
	WHERE d.submission_id = submission AND d.confirmed_at IS NULL;
	is_first := FOUND;
	INSERT INTO piste.mail_address AS a (address, confirmed_at)
	VALUES (from_address, clock_timestamp())
	ON CONFLICT (address) DO UPDATE SET confirmed_at = excluded.confirmed_at;
	PERFORM piste.consent_confirm(submission, 'link');
	RETURN CASE WHEN is_first THEN 'confirmed' ELSE 'already' END;
END $$;
COMMENT ON FUNCTION piste.mail_confirm(uuid) IS
	'Somebody pressed a confirm link''s button: confirmed, already, or absent when there is nothing (left) to confirm. The consents that waited for it count from now on, and the address is known to work.';

CREATE FUNCTION piste.mail_again(submission uuid, rounds_max integer)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked record;
BEGIN
	SELECT o.id, o.state, o.round, d.confirmed_at, s.email INTO asked
	FROM piste.outbox AS o
		JOIN piste.delivery AS d ON d.submission_id = o.submission_id
		JOIN piste.submission AS s ON s.id = o.submission_id
	WHERE o.submission_id = submission AND o.kind = 'mail.confirm'
	FOR UPDATE OF o;
	IF NOT FOUND OR asked.email IS NULL THEN
		RETURN 'absent';
	ELSIF asked.confirmed_at IS NOT NULL THEN
		RETURN 'already';
	ELSIF asked.state IN ('ready', 'claimed') THEN
		RETURN 'queued';
	ELSIF asked.round >= rounds_max THEN
		RETURN 'capped';
	END IF;
	UPDATE piste.outbox AS o SET state = 'ready', round = o.round + 1,
		attempts = 0, available_at = now(), finished_at = NULL,
		last_error = NULL
	WHERE o.id = asked.id;
	PERFORM pg_notify('piste_outbox', '');
	RETURN 'queued';
END $$;
COMMENT ON FUNCTION piste.mail_again(uuid, integer) IS
	'Asks for another mail with a confirm link: queued, already (confirmed), capped (asked for too often) or absent.';

CREATE FUNCTION piste.mail_withdraw(submission uuid, is_all boolean)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who bigint;
BEGIN
	SELECT s.person_id INTO who FROM piste.submission AS s
	WHERE s.id = submission;
	IF who IS NULL THEN
		RETURN 0;
	END IF;
	RETURN piste.consent_withdraw(who, NULL,
		CASE WHEN NOT is_all THEN 'email' END, NULL, 'link');
END $$;
COMMENT ON FUNCTION piste.mail_withdraw(uuid, boolean) IS
	'Somebody pressed an unsubscribe link''s button: withdraws what the submission''s person has agreed to by e-mail, or by every channel; how many agreements there were.';

CREATE FUNCTION piste.delivery_note(submission uuid, is_fetched boolean)
RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	UPDATE piste.delivery AS d SET
		opened_at = CASE WHEN is_fetched THEN d.opened_at ELSE now() END,
		fetched_at = CASE WHEN is_fetched THEN now() ELSE d.fetched_at END
	WHERE d.submission_id = submission AND
		CASE WHEN is_fetched THEN d.fetched_at ELSE d.opened_at END IS NULL
$$;
COMMENT ON FUNCTION piste.delivery_note(uuid, boolean) IS
	'A link''s page was shown, or its asset fetched; the first time counts.';

CREATE FUNCTION piste.delivery_steps(of_page text, since timestamptz,
	until timestamptz)
RETURNS TABLE (page text, submitted bigint, to_confirm bigint,
	confirm_sent bigint, opened bigint, confirmed bigint,
	asset_sent bigint, fetched bigint, dropped bigint, refused bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
	SELECT d.page_key, count(*),
		count(*) FILTER (WHERE d.needs_confirm),
		count(d.confirm_sent_at),
		count(*) FILTER (WHERE coalesce(d.opened_at, d.confirmed_at)
			IS NOT NULL),
		count(d.confirmed_at), count(d.asset_sent_at),
		count(d.fetched_at),
		coalesce(sum(m.dropped), 0)::bigint,
		coalesce(sum(m.refused), 0)::bigint
	FROM piste.delivery AS d
		LEFT JOIN LATERAL (
			SELECT count(*) FILTER (WHERE gone.state = 'dropped') AS dropped,
				count(*) FILTER (WHERE gone.state = 'refused'
					OR gone.state = 'sending' AND o.state = 'dead')
					AS refused
			FROM piste.mail AS gone
				JOIN piste.outbox AS o ON o.id = gone.outbox_id
			WHERE gone.submission_id = d.submission_id
		) AS m ON true
	WHERE (of_page IS NULL OR d.page_key = of_page)
		AND d.received_at >= coalesce(since, '-infinity')
		AND d.received_at < coalesce(until, 'infinity')
	GROUP BY d.page_key ORDER BY d.page_key
$$;
COMMENT ON FUNCTION piste.delivery_steps(text, timestamptz, timestamptz) IS
	'Of the submissions something was to be mailed for, by page: how many had to be confirmed, whose mail was taken by the server, who opened its page, who confirmed, who was mailed the asset, who fetched it; and mails dropped (caps, bounced addresses) and refused, or given up.';

REVOKE EXECUTE ON FUNCTION piste.outbox_plan(integer),
	piste.mail_begin(bigint, text, integer, integer),
	piste.mail_end(bigint, text, boolean, text, text),
	piste.mail_bounce(bigint, integer, uuid, text, text),
	piste.mail_allow(text), piste.mail_forget(text),
	piste.mail_confirm(uuid), piste.mail_again(uuid, integer),
	piste.mail_withdraw(uuid, boolean), piste.delivery_note(uuid, boolean),
	piste.delivery_steps(text, timestamptz, timestamptz) FROM PUBLIC;
SELECT count(piste.worker_allow(r.what)) FROM unnest(ARRAY[
	'SELECT, UPDATE (state, available_at, attempts, locked_by, locked_until, last_error, finished_at) ON piste.outbox',
	'EXECUTE ON FUNCTION piste.outbox_plan(integer)',
	'EXECUTE ON FUNCTION piste.mail_begin(bigint, text, integer, integer)',
	'EXECUTE ON FUNCTION piste.mail_end(bigint, text, boolean, text, text)'
	]) AS r (what);
