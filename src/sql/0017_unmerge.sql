-- Who typed a key that goes back to its person goes back with it; by which
-- ways a consent can be given; and no address in where a visitor came from.

-- What came since a merge.
CREATE FUNCTION piste.person_since(m piste.person_merge) RETURNS uuid[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
	-- One released from quarantine is older than the merge, its lead is not.
	SELECT coalesce(array_agg(s.id ORDER BY s.seq), '{}')
	FROM piste.lead AS l JOIN piste.submission AS s ON s.lead_id = l.id
	WHERE l.person_id = m.into_id AND NOT s.id = ANY (m.submissions)
		AND (s.seq > m.last_seq OR s.quarantine_reason IS NOT NULL
			AND EXISTS (SELECT FROM piste.outbox AS o
				WHERE o.submission_id = s.id
					AND o.kind = 'submission.accepted'
					AND o.created_at > m.at))
$$;
COMMENT ON FUNCTION piste.person_since(piste.person_merge) IS
	'The submissions that the survivor of a merge in force got since, in order.';

CREATE FUNCTION piste.person_returns(m piste.person_merge, since uuid[],
	OUT submissions uuid[], OUT keys bigint[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own bigint[] := ARRAY(SELECT k.id FROM piste.person_key AS k
		WHERE k.person_id = m.into_id AND NOT k.id = ANY (m.keys)
			AND EXISTS (SELECT FROM piste.lead AS l
				JOIN piste.submission AS s ON s.lead_id = l.id
				WHERE l.person_id = m.into_id
					AND NOT s.id = ANY (m.submissions || since)
					AND k.value IN (piste.email_key(s.email), s.phone)));
	fresh bigint[];
	met bigint;
	s record;
BEGIN
	submissions := '{}';
	keys := m.keys;
	-- As submit_people found who it was: by the address, else by the phone.
	-- A key that nobody had before is whose submission brought it.
	FOR s IN SELECT b.id, e.id AS email, p.id AS phone
		FROM piste.submission AS b
			LEFT JOIN piste.person_key AS e ON e.kind = 'email'
				AND e.value = piste.email_key(b.email)
				AND e.person_id = m.into_id
			LEFT JOIN piste.person_key AS p ON p.kind = 'phone'
				AND p.value = b.phone AND p.person_id = m.into_id
		WHERE b.id = ANY (since) ORDER BY b.seq
	LOOP
		met := CASE WHEN s.email = ANY (keys || own) THEN s.email
			WHEN s.phone = ANY (keys || own) THEN s.phone END;
		fresh := ARRAY(SELECT k.id FROM (VALUES (s.email), (s.phone))
			AS k (id) WHERE k.id IS NOT NULL AND k.id <> ALL (keys || own));
		IF met = ANY (keys) THEN
			submissions := submissions || s.id;
			keys := keys || fresh;
		ELSE
			own := own || fresh;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION piste.person_returns(piste.person_merge, uuid[]) IS
	'What goes back to who was merged when the merge is undone: of the submissions since, those that came by a key that moved; and the keys, with those that such submissions brought.';

DROP FUNCTION piste.person_part(piste.person_merge);
CREATE FUNCTION piste.person_part(m piste.person_merge, since uuid[],
	back uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moving bigint[];
	left_ids bigint[];
	fresh uuid[];
	homes bigint[];
BEGIN
	-- A lead that only they who go back asked for goes with them.
	SELECT m.leads || coalesce(array_agg(o.id), '{}') INTO moving FROM (
		SELECT l.id FROM piste.lead AS l
			JOIN piste.submission AS s ON s.lead_id = l.id
		WHERE l.person_id = m.into_id
			AND NOT l.id = ANY (m.leads || m.absorbed)
		GROUP BY l.id HAVING bool_and(s.id = ANY (back))
	) AS o;
	-- Where a lead comes back, one of the same person opened since gives way.
	UPDATE piste.lead AS late SET merged_into = o.id
	FROM piste.lead AS o
	WHERE o.id = ANY (m.absorbed) AND o.is_open
		AND late.person_id = m.into_id AND late.offer_key = o.offer_key
		AND late.is_open AND late.merged_into IS NULL
		AND NOT late.id = ANY (m.leads)
		AND (late.id = ANY (moving)) = (o.id = ANY (moving));
	UPDATE piste.lead SET person_id = m.from_id WHERE id = ANY (moving);
	UPDATE piste.lead SET merged_into = NULL WHERE id = ANY (m.absorbed);
	UPDATE piste.submission AS s SET
		person_id = CASE WHEN s.id = ANY (m.submissions || back)
			THEN m.from_id ELSE s.person_id END,
		lead_id = coalesce((SELECT r.lead_id
			FROM unnest(m.relinked, m.relinked_leads) AS r (id, lead_id)
			WHERE r.id = s.id), s.lead_id)
	WHERE s.id = ANY (m.submissions || m.relinked || back);

	-- What came since is on a lead of its person's own.
	SELECT array_agg(s.id ORDER BY s.seq), array_agg(s.lead_id)
	INTO fresh, left_ids
	FROM piste.submission AS s JOIN piste.lead AS l ON l.id = s.lead_id
	WHERE s.id = ANY (since)
		AND (l.person_id <> s.person_id OR l.merged_into IS NOT NULL);
	IF fresh IS NULL THEN
		RETURN;
	END IF;
	INSERT INTO piste.lead (person_id, offer_key)
	SELECT DISTINCT s.person_id, s.offer_key FROM piste.submission AS s
	WHERE s.id = ANY (fresh) ORDER BY 1, 2
	ON CONFLICT (person_id, offer_key)
		WHERE is_open AND merged_into IS NULL DO NOTHING;
	UPDATE piste.submission AS s SET lead_id = l.id
	FROM piste.lead AS l
	WHERE s.id = ANY (fresh) AND l.person_id = s.person_id
		AND l.offer_key = s.offer_key AND l.is_open
		AND l.merged_into IS NULL;
	SELECT array_agg(s.lead_id ORDER BY s.seq) INTO homes
	FROM piste.submission AS s WHERE s.id = ANY (fresh);
	PERFORM piste.submit_enqueue(fresh, homes,
		array_fill('update'::text, ARRAY[cardinality(fresh)]));
	UPDATE piste.qualification_queue AS q SET submission_id = coalesce((
		SELECT s.id FROM piste.submission AS s WHERE s.lead_id = q.lead_id
		ORDER BY s.seq DESC LIMIT 1), q.submission_id)
	WHERE q.lead_id = ANY (left_ids) AND q.submission_id = ANY (fresh);
END $$;
COMMENT ON FUNCTION piste.person_part(piste.person_merge, uuid[], uuid[]) IS
	'Gives leads and submissions of an undone merge back, with those of the submissions since that go back; all of these are then on a lead of their own person.';

CREATE FUNCTION piste.person_typed(s piste.submission)
RETURNS TABLE (name text, value text)
LANGUAGE sql STABLE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
	-- A form may have lost the field since: then by the field's usual name.
	SELECT v.name, v.value FROM (VALUES ('email', s.email),
		('phone', s.phone),
		('first_name', coalesce(piste.quarantine_typed(s.form_key, s.fields,
			'name', 'first_name', 'last_name'), s.fields->>'first_name')),
		('last_name', coalesce(piste.quarantine_typed(s.form_key, s.fields,
			'name', 'last_name', 'first_name'), s.fields->>'last_name')),
		('company', coalesce(piste.quarantine_typed(s.form_key, s.fields,
			'company', '', ''), s.fields->>'company'))) AS v (name, value)
	WHERE v.value <> ''
$$;
COMMENT ON FUNCTION piste.person_typed(piste.submission) IS
	'The particulars of a person that a submission came with.';

CREATE FUNCTION piste.person_particulars(p piste.person)
RETURNS TABLE (name text, value text)
LANGUAGE sql IMMUTABLE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
	VALUES ('email', p.email), ('phone', p.phone),
		('first_name', p.first_name), ('last_name', p.last_name),
		('company', p.company)
$$;
COMMENT ON FUNCTION piste.person_particulars(piste.person) IS
	'A person''s particulars by the names of their columns.';

DROP FUNCTION piste.person_unfill(piste.person_merge);
CREATE FUNCTION piste.person_unfill(m piste.person_merge, since uuid[],
	back uuid[]) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- The survivor keeps what was typed since under keys that stay.  What who
	-- goes back typed over it becomes again what the survivor typed last,
	-- before anybody else who was merged into them.
	UPDATE piste.person AS w SET (email, phone, first_name, last_name,
		company) = (n.email, n.phone, n.first_name, n.last_name, n.company),
		updated_at = CASE WHEN w.updated_at = m.at AND since = '{}'
			THEN m.into_updated_at ELSE now() END
	FROM (
		WITH typed AS MATERIALIZED (
			SELECT s.id, s.seq, l.person_id, s.id = ANY (since) AS is_late,
				s.id = ANY (back) AS is_back, t.name, t.value
			FROM piste.lead AS l
				JOIN piste.submission AS s ON s.lead_id = l.id
				CROSS JOIN LATERAL piste.person_typed(s) AS t
			WHERE l.person_id IN (m.into_id, m.from_id)
		)
		SELECT r.email, r.phone, r.first_name, r.last_name, r.company
		FROM (SELECT jsonb_object_agg(o.name, CASE
			WHEN late.is_back THEN (
				SELECT t.value FROM typed AS t
				WHERE t.person_id = m.into_id AND t.name = o.name
				ORDER BY t.is_late DESC, EXISTS (
					SELECT FROM piste.person_merge AS other
					WHERE other.into_id = m.into_id
						AND other.undone_at IS NULL AND other.id <> m.id
						AND t.id = ANY (other.submissions)),
					t.seq DESC LIMIT 1)
			WHEN late.is_back IS NULL AND o.name = ANY (m.filled)
				THEN nullif(o.value, theirs.value)
			ELSE o.value END) AS named
		FROM piste.person AS p
			CROSS JOIN LATERAL piste.person_particulars(p) AS o
			JOIN piste.person AS f ON f.id = m.from_id
			JOIN LATERAL piste.person_particulars(f) AS theirs
				ON theirs.name = o.name
			LEFT JOIN (
				SELECT DISTINCT ON (t.name) t.name, t.is_back
				FROM typed AS t WHERE t.is_late ORDER BY t.name, t.seq DESC
			) AS late ON late.name = o.name
		WHERE p.id = m.into_id
		) AS o CROSS JOIN LATERAL
			jsonb_populate_record(NULL::piste.person, o.named) AS r
	) AS n
	WHERE w.id = m.into_id AND (w.email, w.phone, w.first_name, w.last_name,
		w.company) IS DISTINCT FROM (n.email, n.phone, n.first_name,
		n.last_name, n.company);

	UPDATE piste.person AS f SET (email, phone, first_name, last_name,
		company) = (n.email, n.phone, n.first_name, n.last_name, n.company),
		updated_at = now()
	FROM (
		SELECT r.email, r.phone, r.first_name, r.last_name, r.company
		FROM piste.person AS p
			CROSS JOIN LATERAL jsonb_populate_record(p, (
				SELECT jsonb_object_agg(t.name, t.value ORDER BY s.seq)
				FROM piste.submission AS s
					CROSS JOIN LATERAL piste.person_typed(s) AS t
				WHERE s.id = ANY (back))) AS r
		WHERE p.id = m.from_id
	) AS n
	WHERE f.id = m.from_id AND back <> '{}' AND (f.email, f.phone,
		f.first_name, f.last_name, f.company) IS DISTINCT FROM (n.email,
		n.phone, n.first_name, n.last_name, n.company);
END $$;
COMMENT ON FUNCTION piste.person_unfill(piste.person_merge, uuid[], uuid[]) IS
	'Gives both persons of an undone merge their own particulars, submissions being where they belong: the survivor loses what the merge gave and what those who go back typed, these have what they typed last.';

CREATE OR REPLACE FUNCTION piste.person_unmerge(merge bigint, by_whom text)
RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m piste.person_merge := (SELECT p FROM piste.person_merge AS p
		WHERE p.id = merge FOR UPDATE);
	later bigint;
	since uuid[];
	back uuid[];
	keys bigint[];
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
	since := piste.person_since(m);
	SELECT r.submissions, r.keys INTO back, keys
	FROM piste.person_returns(m, since) AS r;
	PERFORM piste.person_part(m, since, back);
	PERFORM piste.person_follow(m.submissions || m.relinked || since);
	UPDATE piste.person_key AS k SET person_id = m.from_id
	WHERE k.person_id = m.into_id AND k.id = ANY (keys);
	PERFORM piste.person_unfill(m, since, back);
	UPDATE piste.person SET merged_into = NULL WHERE id = m.from_id;
	UPDATE piste.person_merge AS p
	SET undone_at = now(), undone_by = by_whom WHERE p.id = m.id;
END $$;
COMMENT ON FUNCTION piste.person_unmerge(bigint, text) IS
	'Takes a merge back: what moved returns as it was, and with it what came since by a key that moved; the rest stays with the survivor. Refuses a merge that is unknown, undone, or has a later one of the same survivor on top.';

-- By which ways somebody can be contacted.
CREATE TABLE piste.consent_channel (
	key text PRIMARY KEY,
	position integer NOT NULL GENERATED ALWAYS AS IDENTITY,
	particular text CHECK (particular IN ('email', 'phone'))
);
COMMENT ON TABLE piste.consent_channel IS
	'The channels a consent may name. Older definitions and consents may have others: those lead to no address.';
COMMENT ON COLUMN piste.consent_channel.key IS 'As consents name it';
COMMENT ON COLUMN piste.consent_channel.position IS 'Order in a message';
COMMENT ON COLUMN piste.consent_channel.particular IS
	'Which particular of a person it uses; NULL: none that we hold';
INSERT INTO piste.consent_channel (key, particular) VALUES ('email', 'email'),
	('phone', 'phone'), ('sms', 'phone'), ('post', NULL);

CREATE OR REPLACE VIEW piste.contactable WITH (security_barrier) AS
SELECT p.id AS person_id, c.purpose, c.channel, c.recipient,
	CASE k.particular WHEN 'email' THEN p.email END AS email,
	CASE k.particular WHEN 'phone' THEN p.phone END AS phone, c.lang
FROM (
	SELECT DISTINCT ON (person_id, purpose, channel, recipient) person_id,
		purpose, channel, recipient, lang
	FROM piste.consent WHERE person_id IS NOT NULL
	ORDER BY person_id, purpose, channel, recipient, seq DESC
) AS c JOIN piste.person AS p ON p.id = c.person_id
	LEFT JOIN piste.consent_channel AS k ON k.key = c.channel
WHERE piste.may_contact(c.person_id, c.purpose, c.channel, c.recipient);
COMMENT ON COLUMN piste.contactable.email IS
	'NULL but for channels that use it: see consent_channel';
COMMENT ON COLUMN piste.contactable.phone IS
	'NULL but for channels that use it: see consent_channel';

CREATE OR REPLACE FUNCTION piste.mail_withdraw(submission uuid, is_all boolean)
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
	ELSIF is_all THEN
		RETURN piste.consent_withdraw(who, NULL, NULL, NULL, 'link');
	END IF;
	-- What nobody knows the meaning of may well have meant e-mail.
	RETURN (SELECT coalesce(sum(piste.consent_withdraw(who, NULL, c.channel,
			NULL, 'link')), 0)
		FROM (SELECT DISTINCT o.channel FROM piste.consent AS o
			WHERE o.person_id = who) AS c
			LEFT JOIN piste.consent_channel AS k ON k.key = c.channel
		WHERE k.key IS NULL OR k.particular = 'email');
END $$;
COMMENT ON FUNCTION piste.mail_withdraw(uuid, boolean) IS
	'Somebody pressed an unsubscribe link''s button: withdraws what the submission''s person has agreed to by e-mail or by a channel that is not known, or by every channel; how many agreements there were.';

-- As the program does with what comes from now on (ticket_clean).
UPDATE piste.exposure SET source = NULL WHERE source ~ '[^ @]@[^ @]*\.';
UPDATE piste.outcome SET source = NULL WHERE source ~ '[^ @]@[^ @]*\.';
